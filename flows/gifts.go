package flows

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hanout/topup"
)

const (
	shelvesPerPage  = 16
	productsPerPage = 8
	typesPerPage    = 8
	searchMost      = 40  // letters of a search
	quantityMost    = 100 // cards in one order
)

// usualQuantities are the numbers of cards offered as buttons.
var usualQuantities = []int{1, 2, 3, 5, 10}

// newGift starts a sale of gift cards, as far as the draft already goes: with
// a product, from its stock on.
func (t *turn) newGift(d Draft) {
	d.Good = topup.GiftCard
	switch {
	case !t.openSale(StepShelf, d):
	case d.Product != "":
		t.productGiven(d.Product)
	default:
		t.askShelf(Msg{})
	}
}

// shelves are the categories that have something to sell, those of one title
// as one.
func (t *turn) shelves() []topup.Category {
	var out []topup.Category
	for _, c := range t.v.Catalogue() {
		title := CleanName(c.Title, 40)
		if title == "" || c.Elsewhere {
			continue
		}
		i := slices.IndexFunc(out, func(s topup.Category) bool { return strings.EqualFold(s.Title, title) })
		if i < 0 {
			i = len(out)
			out = append(out, topup.Category{Title: title})
		}
		for _, p := range c.Products {
			if p.Enabled && !slices.ContainsFunc(out[i].Products, func(q topup.GiftProduct) bool { return q.ID == p.ID }) {
				out[i].Products = append(out[i].Products, p)
			}
		}
	}
	return slices.DeleteFunc(out, func(s topup.Category) bool { return len(s.Products) == 0 })
}

// products are those of the chosen category, or those that a search found in
// all of them.
func (t *turn) products() []topup.GiftProduct {
	d := t.s.Sale
	var out []topup.GiftProduct
	for _, s := range t.shelves() {
		if d.Search == "" && s.Title == d.Shelf {
			return s.Products
		}
		for _, p := range s.Products {
			found := d.Search != "" && strings.Contains(strings.ToLower(CleanName(p.Title, 100)), strings.ToLower(d.Search))
			if found && !slices.ContainsFunc(out, func(q topup.GiftProduct) bool { return q.ID == p.ID }) {
				out = append(out, p)
			}
		}
	}
	return out
}

func (t *turn) product(id string) (topup.GiftProduct, bool) {
	for _, s := range t.shelves() {
		for _, p := range s.Products {
			if p.ID == id {
				return p, true
			}
		}
	}
	return topup.GiftProduct{}, false
}

// page cuts a page out of a list; the draft's page is kept within it.
func page[T any](d *Draft, list []T, size int) (part []T, pages int) {
	pages = max(1, (len(list)+size-1)/size)
	d.Page = max(0, min(d.Page, pages-1))
	return list[d.Page*size : min(len(list), (d.Page+1)*size)], pages
}

func (t *turn) askShelf(problem Msg) {
	t.s.Step = StepShelf
	d := t.s.Sale
	all := t.shelves()
	part, pages := page(d, all, shelvesPerPage)
	d.Shelf, d.Search, d.Product, d.Choices = "", "", "", nil
	for _, s := range part {
		d.Choices = append(d.Choices, s.Title)
	}
	t.draw(func(sc *Screen) {
		sc.line(M("gift.title"))
		if problem.ID != "" {
			sc.line(problem)
		}
		if len(all) == 0 {
			sc.line(M("gift.none"))
		} else {
			sc.line(M("shelf.ask"))
		}
		var b []Button
		for i, title := range d.Choices {
			b = append(b, button(M("shelf.button", "Name", Name(title)), t.s.tap("c", strconv.Itoa(i))))
		}
		sc.grid(2, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(t.cancelButton())
	})
}

// search looks for products by a part of their names.
func (t *turn) search(text string) {
	d := t.s.Sale
	d.Page = 0
	d.Search = CleanName(text, searchMost)
	if d.Search == "" || len(t.products()) == 0 {
		t.askShelf(M("gift.notfound"))
		return
	}
	t.askProduct(Msg{})
}

func (t *turn) askProduct(problem Msg) {
	d := t.s.Sale
	all := t.products()
	if len(all) == 0 {
		d.Page = 0
		t.askShelf(problem)
		return
	}
	t.s.Step = StepProduct
	part, pages := page(d, all, productsPerPage)
	d.Product, d.Choices = "", nil
	for _, p := range part {
		d.Choices = append(d.Choices, p.ID)
	}
	t.draw(func(sc *Screen) {
		sc.line(M("gift.title"))
		if d.Search != "" {
			sc.line(M("gift.found", "Name", Name(d.Search)))
		} else {
			sc.line(M("gift.shelf", "Name", Name(d.Shelf)))
		}
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("product.ask"))
		var b []Button
		for i, p := range part {
			label := M("product.button", "Name", Name(p.Title))
			if r := regionName(p.Region); r != "" {
				label = M("product.region", "Name", Name(p.Title), "Region", Name(r))
			}
			b = append(b, button(label, t.s.tap("p", strconv.Itoa(i))))
		}
		sc.grid(1, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// regionName writes the provider's region ("united-kingdom") for people.
func regionName(s string) string {
	words := strings.Fields(strings.NewReplacer("-", " ", "_", " ").Replace(CleanName(s, 40)))
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[size:]
	}
	return strings.Join(words, " ")
}

func (t *turn) productGiven(id string) {
	d := t.s.Sale
	p, ok := t.product(id)
	if !ok {
		t.askProduct(M("product.gone"))
		return
	}
	d.Product, d.Title, d.Region, d.Types, d.Page = p.ID, p.Title, regionName(p.Region), nil, 0
	t.askStock(StepStock)
}

// askStock asks the provider for the product's denominations: at StepStock to
// show them, at StepRecheck because the sale was confirmed. StockChecked takes
// the answer.
func (t *turn) askStock(step Step) {
	d := t.s.Sale
	d.Asked, d.Failed = t.in.Now, false
	t.s.Step = step
	if t.in.Data != "" {
		// The card may change and change back unseen.
		if step == StepRecheck {
			t.toast(M("stock.rechecking"))
		} else {
			t.toast(M("stock.checking"))
		}
	}
	t.drawStock()
	t.do(Run{Job: JobStock, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{Product: d.Product}})
}

// drawStock shows that the stock is being asked for, or could not be read.
func (t *turn) drawStock() {
	d := t.s.Sale
	t.draw(func(sc *Screen) {
		if o, ok := t.offered(); ok && t.s.Step == StepRecheck {
			sc.line(M("confirm.title"))
			orderItem(sc, o)
			sc.line(M("confirm.price", "Amount", o.Price), M("stock.rechecking"))
		} else {
			t.productTitle(sc)
			if d.Failed {
				sc.line(M("stock.unreachable"))
				sc.row(Button{Label: M("button.tryagain"), Data: t.s.tap("retry"), Style: Main})
			} else {
				sc.line(M("stock.checking"))
			}
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// redrawStock shows the question again. One whose answer must have been lost
// is asked anew, but for a confirmed sale: that is asked of the person again.
func (t *turn) redrawStock() {
	lost := t.in.Now.Sub(t.s.Sale.Asked) > answerWithin
	switch {
	case lost && t.s.Step == StepRecheck:
		t.quote(M("stock.unreachable"))
	case lost && !t.s.Sale.Failed:
		t.askStock(StepStock)
	default:
		t.drawStock()
	}
}

func (t *turn) productTitle(sc *Screen) {
	sc.line(M("gift.title"), M("gift.product", "Name", Name(t.s.Sale.Title)))
	t.regionLine(sc)
}

func (t *turn) regionLine(sc *Screen) {
	if r := t.s.Sale.Region; r != "" {
		sc.line(M("gift.region", "Region", Name(r)))
	}
}

// StockAnswer is what the provider said of a product's stock.
type StockAnswer struct {
	Panel   string // the card that asked
	Product string
	Stock   topup.GiftStock
	Fault   topup.FaultKind // why there is no Stock; "" when there is
}

// StockChecked goes on with the sale that waits for this answer; when none
// does any more, nothing happens.
func StockChecked(v View, s Session, in Input, r StockAnswer) (Session, []Effect) {
	d := s.Sale
	if (s.Step != StepStock && s.Step != StepRecheck) || s.Panel != r.Panel || d == nil || d.Product != r.Product || d.Failed {
		return s, nil
	}
	t := &turn{v: v, s: s, in: in}
	if _, ok := t.shop(); !ok {
		return s, nil
	}
	switch {
	case r.Fault == topup.FaultNotFound || r.Fault == topup.FaultInvalid:
		d.TypeID, d.Quantity = "", 0
		t.askProduct(M("product.gone"))
	case r.Fault != "" && s.Step == StepRecheck:
		t.quote(t.unreachable())
	case r.Fault != "":
		d.Failed = true
		t.drawStock()
	default:
		d.Types = r.Stock.Types
		d.Title = cmp.Or(CleanName(r.Stock.Title, 60), d.Title)
		t.stockKnown(s.Step == StepRecheck)
	}
	return t.s, t.out
}

func (t *turn) unreachable() Msg {
	if t.v.Closed() {
		return M("sale.closed")
	}
	return M("stock.unreachable")
}

// stockKnown goes on from fresh stock: to the order when it was confirmed and
// nothing that was shown has changed, else as far as what was chosen is left.
func (t *turn) stockKnown(confirmed bool) {
	d := t.s.Sale
	ty, _, sold := t.giftType()
	o, whole := t.offered()
	sh, _ := t.shop()
	switch {
	case d.TypeID == "":
		t.askType(Msg{})
	case !sold:
		t.askType(M("type.gone"))
	case ty.Quantity == 0:
		t.askType(M("type.soldout"))
	case !whole:
		t.askQuantity(M("quantity.left", "Count", ty.Quantity))
	case confirmed && !t.asQuoted(o):
		t.quote(M("confirm.changed"))
	case confirmed && t.v.Closed():
		t.quote(M("sale.closed"))
	case !confirmed || t.v.Wallet(sh.ID).Available < o.Price:
		t.quote(Msg{})
	default:
		t.place(o)
	}
}

// giftType is the chosen denomination and our price for a card; false when it
// is not there or can't be priced.
func (t *turn) giftType() (ty topup.GiftType, price topup.Money, ok bool) {
	d := t.s.Sale
	for _, ty := range d.Types {
		if ty.ID == d.TypeID {
			price, ok := topup.Price(ty.Cost, t.v.Pricing().GiftCard, 0)
			return ty, price, ok
		}
	}
	return topup.GiftType{}, 0, false
}

func (t *turn) askType(problem Msg) {
	t.s.Step = StepType
	d := t.s.Sale
	d.TypeID, d.Quantity, d.Choices = "", 0, nil
	var all []topup.GiftType
	margin := t.v.Pricing().GiftCard
	for _, ty := range d.Types {
		if _, ok := topup.Price(ty.Cost, margin, 0); ok {
			all = append(all, ty)
		}
	}
	part, pages := page(d, all, typesPerPage)
	for _, ty := range part {
		d.Choices = append(d.Choices, ty.ID)
	}
	t.draw(func(sc *Screen) {
		t.productTitle(sc)
		if problem.ID != "" {
			sc.line(problem)
		}
		if len(all) == 0 {
			sc.line(M("type.none"))
		} else {
			sc.line(M("type.ask"))
		}
		var b []Button
		for i, ty := range part {
			price, _ := topup.Price(ty.Cost, margin, 0)
			label := M("type.button", "Name", Name(ty.Name), "Amount", price, "Stock", ty.Quantity)
			if ty.Quantity == 0 {
				label = M("type.out", "Name", Name(ty.Name), "Amount", price)
			}
			b = append(b, button(label, t.s.tap("t", strconv.Itoa(i))))
		}
		sc.grid(1, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) typeGiven(id string) {
	d := t.s.Sale
	d.TypeID = id
	ty, _, ok := t.giftType()
	switch {
	case !ok:
		t.askType(M("type.gone"))
	case ty.Quantity == 0:
		d.TypeID = ""
		t.alert(M("soldout"))
	default:
		t.askQuantity(Msg{})
	}
}

// quantityLimit is the most cards of the type that one order may have.
func quantityLimit(ty topup.GiftType) int { return min(ty.Quantity, quantityMost) }

func (t *turn) askQuantity(problem Msg) {
	ty, price, ok := t.giftType()
	if !ok || ty.Quantity == 0 {
		t.askType(M("type.gone"))
		return
	}
	t.s.Step = StepQuantity
	t.s.Sale.Quantity = 0
	sh, _ := t.shop()
	affordable := int(min(int64(t.v.Wallet(sh.ID).Available/price), quantityMost))
	t.draw(func(sc *Screen) {
		t.productTitle(sc)
		sc.line(M("gift.type", "Name", Name(ty.Name)), M("gift.each", "Amount", price))
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("quantity.ask", "Max", quantityLimit(ty)))
		var b []Button
		for _, n := range usualQuantities {
			if n <= max(1, min(quantityLimit(ty), affordable)) {
				b = append(b, button(M("quantity.button", "Number", strconv.Itoa(n)), t.s.tap("k", strconv.Itoa(n))))
			}
		}
		sc.grid(5, b)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// quantityGiven goes on from a number of cards, or says what to type instead.
func (t *turn) quantityGiven(text string) {
	ty, _, ok := t.giftType()
	if !ok {
		t.askType(M("type.gone"))
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(topup.PlainDigits(text)))
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		t.askQuantity(M("quantity.bad"))
	case err != nil || n < 1 || n > quantityLimit(ty):
		t.askQuantity(M("quantity.range", "Max", quantityLimit(ty)))
	default:
		t.s.Sale.Quantity = n
		t.quote(Msg{})
	}
}

func (t *turn) offeredGift() (topup.Order, bool) {
	d := t.s.Sale
	ty, each, ok := t.giftType()
	price, ok1 := each.Times(d.Quantity)
	cost, ok2 := ty.Cost.Times(d.Quantity)
	o := topup.Order{
		Good: topup.GiftCard, Product: d.Product, TypeID: d.TypeID, PlanName: giftName(d.Title, ty),
		Quantity: d.Quantity, Price: price, Expected: cost,
	}
	return o, ok && ok1 && ok2 && d.Quantity > 0 && d.Quantity <= quantityLimit(ty) && price <= topup.MaxMoney
}

// giftName names product and denomination on the order.
func giftName(product string, ty topup.GiftType) string {
	return cmp.Or(CleanName(product, 60), "?") + ", " + cmp.Or(CleanName(ty.Name, 40), ty.ID)
}

// giftTold takes what is typed in a sale of gift cards; false for what is no
// word in it.
func (t *turn) giftTold(text string) bool {
	if _, err := ReadLine(text); err == nil {
		return false // a mobile number starts a top-up wherever it is typed
	}
	switch t.s.Step {
	case StepShelf, StepProduct:
		t.search(text)
	case StepQuantity, StepConfirm:
		t.quantityGiven(text)
	default:
		t.redraw()
	}
	return true
}

func (t *turn) giftTapped(verb, arg, picked string) {
	d := t.s.Sale
	number, err := strconv.Atoi(arg)
	switch step := t.s.Step; {
	case verb == "back":
		t.giftBack()
	case verb == "pg" && err == nil && (step == StepShelf || step == StepProduct || step == StepType):
		d.Page = number
		t.redraw()
	case verb == "c" && step == StepShelf && picked != "":
		d.Shelf, d.Page = picked, 0
		t.askProduct(Msg{})
	case verb == "p" && step == StepProduct && picked != "":
		d.TypeID, d.Quantity = "", 0
		t.productGiven(picked)
	case verb == "retry" && step == StepStock && d.Failed:
		t.askStock(StepStock)
	case verb == "t" && step == StepType && picked != "":
		t.typeGiven(picked)
	case verb == "k" && step == StepQuantity && err == nil:
		t.quantityGiven(arg)
	default:
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) giftBack() {
	switch t.s.Step {
	case StepStock, StepType:
		t.s.Sale.Page = 0
		t.askProduct(Msg{})
	case StepQuantity:
		t.askType(Msg{})
	case StepConfirm:
		t.askQuantity(Msg{})
	case StepRecheck:
		t.quote(Msg{})
	default:
		t.s.Sale.Page = 0
		t.askShelf(Msg{})
	}
}
