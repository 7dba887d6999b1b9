package flows

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hanout/topup"
)

// A gift card: a category or a search, a product, whose stock the provider is
// asked for, a denomination, a number of cards. What was confirmed is sold
// only after the stock was asked for once more; see giftcard_stock.go.

// The steps.
const (
	StepShelf    Step = "shelf"    // asked which category
	StepProduct  Step = "product"  // asked which product
	StepStock    Step = "stock"    // the provider is asked for the stock
	StepType     Step = "type"     // asked which denomination
	StepQuantity Step = "quantity" // asked how many
	StepRecheck  Step = "recheck"  // confirmed, the stock is asked for once more
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

// giftCard is the draft of gift cards: a category or a search, the product and
// what the provider last said of its stock.
type giftCard struct {
	draft
	Shelf    string           `json:"shelf,omitempty"`
	Search   string           `json:"search,omitempty"`
	Product  string           `json:"product,omitempty"`
	Title    string           `json:"title,omitempty"`
	Region   string           `json:"region,omitempty"`
	Types    []topup.GiftType `json:"types,omitempty"`
	TypeID   string           `json:"type_id,omitempty"`
	Quantity int              `json:"quantity,omitempty"`
	Value    string           `json:"value,omitempty"`  // figures said with the name
	Many     int              `json:"many,omitempty"`   // cards said with the name
	Recent   []string         `json:"recent,omitempty"` // product and type of the buttons of recent sales

	Asked  time.Time `json:"asked,omitzero"`   // when the provider was asked last
	Failed bool      `json:"failed,omitempty"` // and gave no answer
	By     int64     `json:"by,omitempty"`     // who confirmed, while the stock is asked for again
}

func giftCardGood() good {
	return good{
		name: topup.GiftCard, verb: "cards", label: "button.cards", another: "button.cards",
		draft: func() sale { return &giftCard{} },
		begin: func(t *turn) { beginGiftCard(t, giftCard{}) },
		again: func(t *turn, o topup.Order) {
			beginGiftCard(t, giftCard{Product: o.Product, TypeID: o.TypeID, Quantity: o.Quantity})
		},
		typed: typedGift, conversation: sellingGiftCards, refused: "order.unfilled", use: "codes.use.giftcard",
		scopeName: giftScopeName, narrower: giftNarrower, samples: giftSamples, tariff: giftTariff,
		item: func(o topup.Order) []Msg {
			return []Msg{M("gift.item", "Plan", Name(o.PlanName)), M("gift.quantity", "Quantity", o.Quantity)}
		},
		brief: func(o topup.Order) Msg {
			return M("brief.gift", "Plan", Name(o.PlanName), "Quantity", o.Quantity)
		},
		repeat: func(o topup.Order, minutes Minutes) Msg {
			return M("confirm.repeat.gift", "Minutes", minutes, "State", StateMsg(o))
		},
	}
}

func sellingGiftCards() conversation {
	type taps = map[string]func(*turn, string)
	pages := counting((*giftCard).pageTurned)
	waiting := func(st step) step {
		st.show = on((*giftCard).redrawStock)
		st.told = telling((*giftCard).notNow)
		st.waited = on((*giftCard).restarted)
		return st
	}
	return conversation{
		needs: topup.ActSell, sale: true, holds: selling[*giftCard],
		steps: map[Step]step{
			StepShelf: {
				show: asking((*giftCard).askShelf),
				told: telling((*giftCard).searched), searches: true,
				taps: taps{"pg": pages, "c": picking((*giftCard).shelfPicked), "r": counting((*giftCard).recentPicked)},
			},
			StepProduct: {
				show: asking((*giftCard).askProduct),
				told: telling((*giftCard).searched), searches: true,
				back: on((*giftCard).otherShelf),
				taps: taps{"pg": pages, "p": picking((*giftCard).productPicked)},
			},
			StepStock: waiting(step{
				back: on((*giftCard).otherProduct),
				taps: taps{"retry": tapping((*giftCard).retry)},
			}),
			StepType: {
				show: asking((*giftCard).askType),
				told: telling((*giftCard).typeTyped),
				back: on((*giftCard).otherProduct),
				taps: taps{"pg": pages, "t": picking((*giftCard).typeGiven)},
			},
			StepQuantity: {
				show: asking((*giftCard).askQuantity),
				told: telling((*giftCard).quantityTyped),
				back: asking((*giftCard).askType),
				taps: taps{"k": counting((*giftCard).quantityPicked)},
			},
			StepRecheck: waiting(step{back: func(t *turn) { t.quote(Msg{}) }}),
		},
	}
}

// beginGiftCard starts a sale, as far as the draft already goes: with a
// product, from its stock on, with a search, from what it finds on.
func beginGiftCard(t *turn, d giftCard) {
	d.Good = topup.GiftCard
	switch {
	case !t.openSale(StepShelf, &d):
	case d.Product != "":
		d.productGiven(t, d.Product)
	case d.Search != "":
		d.askProduct(t, Msg{})
	default:
		d.askShelf(t, Msg{})
	}
}

func (d *giftCard) offered(t *turn) (topup.Order, bool) {
	ty, each, ok := d.giftType(t)
	price, ok1 := each.Times(d.Quantity)
	cost, ok2 := ty.Cost.Times(d.Quantity)
	o := topup.Order{
		Good: topup.GiftCard, Product: d.Product, TypeID: d.TypeID, PlanName: giftName(d.Title, ty),
		Quantity: d.Quantity, Price: price, Expected: cost, Suggested: topup.SuggestedPrice(price, t.shop().Markup),
	}
	return o, ok && ok1 && ok2 && d.Quantity > 0 && d.Quantity <= quantityLimit(ty) && price <= topup.MaxMoney
}

func (d *giftCard) gone(t *turn) Msg {
	d.askType(t, M("type.gone"))
	return M("type.gone")
}

func (d *giftCard) reconsider(t *turn) { d.askQuantity(t, Msg{}) }

func (d *giftCard) corrected(t *turn, text string, shared bool) bool {
	return !shared && d.quantityTyped(t, text)
}

func (d *giftCard) restocks() string { return d.Product }

func (d *giftCard) draws(t *turn) (of string, need, stock int) {
	ty, _, _ := d.giftType(t)
	return d.Product + "/" + d.TypeID, d.Quantity, ty.Quantity
}

func (d *giftCard) listed() {
	d.draft.listed()
	d.Types = slices.DeleteFunc(slices.Clone(d.Types), func(ty topup.GiftType) bool { return ty.ID != d.TypeID })
	d.Recent = nil
}

// choices change how many cards.
func (d *giftCard) choices(t *turn, o topup.Order) [][]Button {
	ty, _, _ := d.giftType(t)
	var row []Button
	if o.Quantity > 1 {
		row = append(row, button(M("quantity.less"), t.s.tap("x", strconv.Itoa(o.Quantity-1))))
	}
	row = append(row, button(M("quantity.now", "Number", strconv.Itoa(o.Quantity)), t.s.tap("x", "0")))
	if o.Quantity < quantityLimit(ty) {
		row = append(row, button(M("quantity.more"), t.s.tap("x", strconv.Itoa(o.Quantity+1))))
	}
	return [][]Button{row}
}

// chose takes a number of cards, 0 to ask for one.
func (d *giftCard) chose(t *turn, arg string) {
	n, err := strconv.ParseUint(arg, 10, 31)
	switch {
	case err != nil:
		t.toast(M("tap.unknown"))
	case n == 0:
		d.askQuantity(t, Msg{})
	default:
		d.quantityGiven(t, arg)
	}
}

func (d *giftCard) details(o topup.Order) []Msg {
	lines := append(d.regionLine(), M("gift.each", "Amount", o.Price/topup.Money(o.Quantity)))
	if o.Suggested > 0 {
		lines = append(lines, M("gift.suggested", "Amount", o.Suggested))
	}
	return lines
}

// confirmed asks for the stock first: what is sold out meanwhile must not be
// paid.
func (d *giftCard) confirmed(t *turn, _ topup.Order) {
	d.By = t.in.Person.ID
	d.askStock(t, StepRecheck)
}

// giftName names product and denomination on the order.
func giftName(product string, ty topup.GiftType) string {
	return cmp.Or(CleanName(product, 60), "?") + ", " + cmp.Or(CleanName(ty.Name, 40), ty.ID)
}

// shelves are the categories that have something to sell, those of one title
// as one.
func (t *turn) shelves() []topup.Category {
	var out []topup.Category
	for _, c := range t.v.Shelf.Catalogue() {
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
func (d *giftCard) products(t *turn) []topup.GiftProduct {
	if d.Search != "" {
		found, _ := t.cardsFound(d.Search)
		return found
	}
	for _, s := range t.shelves() {
		if s.Title == d.Shelf {
			return s.Products
		}
	}
	return nil
}

// product finds one of the catalogue.
func (t *turn) product(id string) (topup.GiftProduct, bool) {
	p, _, ok := t.shelved(id)
	return p, ok
}

// categoryOf is the title of the category in which a product stands; "" for
// none.
func (t *turn) categoryOf(product string) string {
	_, title, _ := t.shelved(product)
	return title
}

// shelved finds a product, and the first category that has it.
func (t *turn) shelved(id string) (p topup.GiftProduct, category string, ok bool) {
	for _, s := range t.shelves() {
		for _, p := range s.Products {
			if p.ID == id {
				return p, s.Title, true
			}
		}
	}
	return topup.GiftProduct{}, "", false
}

func (d *giftCard) askShelf(t *turn, problem Msg) {
	t.s.Step = StepShelf
	all := t.shelves()
	part, pages := page(&d.draft, all, shelvesPerPage)
	d.Shelf, d.Search, d.Product, d.Choices = "", "", "", nil
	d.Value, d.Many = "", 0
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
		if d.Page == 0 {
			sc.grid(1, d.recentCards(t))
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

func (d *giftCard) shelfPicked(t *turn, title string) {
	d.Shelf, d.Page = title, 0
	if only := d.products(t); len(only) == 1 {
		d.productPicked(t, only[0].ID)
		return
	}
	d.askProduct(t, Msg{})
}

func (d *giftCard) otherShelf(t *turn) {
	d.Page = 0
	d.askShelf(t, Msg{})
}

// pageTurned shows another page of the list at this step.
func (d *giftCard) pageTurned(t *turn, page int) {
	d.Page = page
	t.redraw()
}

// notNow shows the step again for any other text.
func (d *giftCard) notNow(t *turn, text string) bool {
	if t.numberElsewhere(text) {
		return false
	}
	t.redraw()
	return true
}

func (d *giftCard) askProduct(t *turn, problem Msg) {
	all := d.products(t)
	if len(all) == 0 {
		d.Page = 0
		d.askShelf(t, problem)
		return
	}
	t.s.Step = StepProduct
	part, pages := page(&d.draft, all, productsPerPage)
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

func (d *giftCard) productPicked(t *turn, id string) {
	d.TypeID, d.Quantity = "", 0
	d.productGiven(t, id)
}

func (d *giftCard) otherProduct(t *turn) {
	d.Page = 0
	d.askProduct(t, Msg{})
}

func (d *giftCard) productGiven(t *turn, id string) {
	p, ok := t.product(id)
	if !ok {
		d.askProduct(t, M("product.gone"))
		return
	}
	d.Product, d.Title, d.Region, d.Types, d.Page = p.ID, p.Title, regionName(p.Region), nil, 0
	d.askStock(t, StepStock)
}
