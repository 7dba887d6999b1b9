package flows

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// Gift cards once a product is chosen: its stock, the denomination, how many.

// askStock asks the provider for the product's denominations: at StepStock to
// show them, at StepRecheck because the sale was confirmed. StockChecked takes
// the answer.
func (d *giftCard) askStock(t *turn, step Step) {
	d.Asked, d.Failed = t.env.Now, false
	t.s.Step = step
	if t.in.Data != "" {
		// The panel may change and change back unseen.
		if step == StepRecheck {
			t.toast(M("stock.rechecking"))
		} else {
			t.toast(M("stock.checking"))
		}
	}
	d.drawStock(t)
	t.do(Run{Job: JobStock, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{Product: d.Product}})
}

// drawStock shows that the stock is being asked for, or could not be read.
func (d *giftCard) drawStock(t *turn) {
	t.draw(func(sc *Screen) {
		if o, ok := d.offered(t); ok && t.s.Step == StepRecheck {
			sc.line(M("confirm.title"))
			sc.line(goodOf(o).item(o)...)
			sc.line(M("confirm.price", "Amount", o.Price), M("stock.rechecking"))
		} else {
			d.productTitle(sc)
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
func (d *giftCard) redrawStock(t *turn) {
	lost := t.env.Now.Sub(d.Asked) > answerWithin
	switch {
	case lost && t.s.Step == StepRecheck:
		t.quote(M("stock.unreachable"))
	case lost && !d.Failed:
		d.askStock(t, StepStock)
	default:
		d.drawStock(t)
	}
}

// restarted goes on after the answer was lost: it is asked for anew, or, for a
// confirmed sale, the person is.
func (d *giftCard) restarted(t *turn) {
	if d.Failed {
		return
	}
	d.Asked = time.Time{}
	d.redrawStock(t)
}

func (d *giftCard) retry(t *turn, _ string) {
	if !d.Failed {
		t.toast(M("tap.unknown"))
		return
	}
	d.askStock(t, StepStock)
}

func (d *giftCard) productTitle(sc *Screen) {
	sc.line(M("gift.title"), M("gift.product", "Name", Name(d.Title)))
	sc.line(d.regionLine()...)
}

func (d *giftCard) regionLine() []Msg {
	if d.Region == "" {
		return nil
	}
	return []Msg{M("gift.region", "Region", Name(d.Region))}
}

// StockAnswer is what the provider said of a product's stock.
type StockAnswer struct {
	Panel   string // that asked
	Product string
	Stock   topup.GiftStock
	Fault   topup.FaultKind // why there is no Stock; "" when there is
}

// StockChecked goes on with the sale that waits for this answer; when none
// does any more, nothing happens. An order is placed by the person who
// confirmed it.
func StockChecked(v View, env Env, s Session, in Input, r StockAnswer) (Session, []Effect) {
	if s.Step == StepManyStock {
		return manyStocked(v, env, s, in, r)
	}
	d, ok := s.Sale.(*giftCard)
	if !ok || (s.Step != StepStock && s.Step != StepRecheck) || s.Panel != r.Panel || d.Product != r.Product || d.Failed {
		return s, nil
	}
	confirmed := s.Step == StepRecheck
	if confirmed {
		in.Person.ID = cmp.Or(d.By, in.Person.ID)
	}
	t := newTurn(v, env, s, in)
	if _, may := t.at(); !may {
		return s, nil
	}
	switch {
	case r.Fault == topup.FaultNotFound || r.Fault == topup.FaultInvalid:
		d.TypeID, d.Quantity = "", 0
		d.askProduct(t, M("product.gone"))
	case r.Fault != "" && confirmed:
		t.quote(t.unreachable())
	case r.Fault != "":
		d.Failed = true
		d.drawStock(t)
	default:
		d.Types = r.Stock.Types
		d.Title = cmp.Or(CleanName(r.Stock.Title, 60), d.Title)
		d.stockKnown(t, confirmed)
	}
	return t.s, t.out
}

// manyStocked goes on with several sales that were confirmed, with the stock of
// one of their cards.
func manyStocked(v View, env Env, s Session, in Input, r StockAnswer) (Session, []Effect) {
	m := s.Many
	if s.Panel != r.Panel || m.Sales[m.At].restocks() != r.Product {
		return s, nil
	}
	in.Person.ID = cmp.Or(m.By, in.Person.ID)
	t := newTurn(v, env, s, in)
	if _, may := t.at(); !may {
		return s, nil
	}
	if r.Fault != "" && r.Fault != topup.FaultNotFound && r.Fault != topup.FaultInvalid {
		t.quoteMany(t.unreachable())
		return t.s, t.out
	}
	for _, one := range m.Sales {
		if d, ok := one.(*giftCard); ok && d.Product == r.Product {
			d.Types = r.Stock.Types
			d.listed()
		}
	}
	if t.asRead() {
		t.restock(m.At + 1)
	}
	return t.s, t.out
}

func (t *turn) unreachable() Msg {
	if t.v.Shelf.Closed() {
		return M("sale.closed")
	}
	return M("stock.unreachable")
}

// stockKnown goes on from fresh stock: to the order when it was confirmed and
// nothing that was shown has changed, else as far as what was chosen is left.
func (d *giftCard) stockKnown(t *turn, confirmed bool) {
	ty, _, sold := d.giftType(t)
	o, whole := d.offered(t)
	why, closed := t.notSelling()
	switch {
	case d.TypeID == "":
		d.chooseType(t)
	case !sold:
		d.askType(t, M("type.gone"))
	case ty.Quantity == 0:
		d.askType(t, M("type.soldout"))
	case !whole:
		d.askQuantity(t, M("quantity.left", "Count", ty.Quantity))
	case confirmed && !t.asQuoted(o):
		t.quote(M("confirm.changed"))
	case confirmed && closed:
		t.quote(why)
	case !confirmed || t.v.Wallets.Wallet(t.who.Shop).Available < o.Price || t.limited(o):
		t.quote(Msg{})
	default:
		t.place(o)
	}
}

// giftType is the chosen denomination and our price for a card; false when it
// is not there or can't be priced.
func (d *giftCard) giftType(t *turn) (ty topup.GiftType, price topup.Money, ok bool) {
	for _, ty := range d.Types {
		if ty.ID == d.TypeID {
			price, ok := d.priceOf(t, ty)
			return ty, price, ok
		}
	}
	return topup.GiftType{}, 0, false
}

// priceOf is our price for a card of a denomination; false when it has none.
func (d *giftCard) priceOf(t *turn, ty topup.GiftType) (topup.Money, bool) {
	return t.v.Shelf.Pricing(t.who.Shop).Price(t.giftScope(d.Product), ty.Cost, 0)
}

func (d *giftCard) askType(t *turn, problem Msg) {
	t.s.Step = StepType
	d.TypeID, d.Quantity, d.Choices = "", 0, nil
	all := d.priced(t)
	part, pages := page(&d.draft, all, typesPerPage)
	for _, ty := range part {
		d.Choices = append(d.Choices, ty.ID)
	}
	t.draw(func(sc *Screen) {
		d.productTitle(sc)
		switch {
		case len(all) == 0: // to choose another, as a problem may say, there is none
			sc.line(M("type.none"))
		case problem.ID != "":
			sc.line(problem, M("type.ask"))
		default:
			sc.line(M("type.ask"))
		}
		var b []Button
		for i, ty := range part {
			price, _ := d.priceOf(t, ty)
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

func (d *giftCard) typeGiven(t *turn, id string) {
	d.TypeID = id
	ty, _, ok := d.giftType(t)
	switch {
	case !ok:
		d.askType(t, M("type.gone"))
	case ty.Quantity == 0:
		if d.TypeID = ""; t.typed() {
			d.askType(t, M("type.soldout"))
			return
		}
		t.alert(M("soldout"))
	default:
		d.Quantity = 1
		t.quote(Msg{})
	}
}

// quantityLimit is the most cards of the type that one order may have.
func quantityLimit(ty topup.GiftType) int { return min(ty.Quantity, quantityMost) }

func (d *giftCard) askQuantity(t *turn, problem Msg) {
	ty, price, ok := d.giftType(t)
	if !ok || ty.Quantity == 0 {
		d.askType(t, M("type.gone"))
		return
	}
	t.s.Step = StepQuantity
	d.Quantity = 0
	affordable := int(min(int64(t.v.Wallets.Wallet(t.who.Shop).Available/price), quantityMost))
	t.draw(func(sc *Screen) {
		d.productTitle(sc)
		sc.line(M("gift.type", "Name", Name(ty.Name)), M("gift.each", "Amount", price))
		if problem.ID != "" {
			sc.line(problem)
		}
		if most := quantityLimit(ty); most > 1 {
			sc.line(M("quantity.ask", "Max", most))
		} else {
			sc.line(M("quantity.only"))
		}
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

func (d *giftCard) quantityTyped(t *turn, text string) bool {
	if t.numberElsewhere(text) {
		return false
	}
	d.quantityGiven(t, text)
	return true
}

func (d *giftCard) quantityPicked(t *turn, n int) { d.quantityGiven(t, strconv.Itoa(n)) }

// quantityGiven goes on from a number of cards, or says what to type instead.
func (d *giftCard) quantityGiven(t *turn, text string) {
	ty, _, ok := d.giftType(t)
	if !ok {
		d.askType(t, M("type.gone"))
		return
	}
	n, err := strconv.Atoi(strings.TrimSpace(topup.PlainDigits(text)))
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		d.askQuantity(t, M("quantity.bad"))
	case err != nil || n < 1 || n > quantityLimit(ty):
		d.askQuantity(t, M("quantity.range", "Max", quantityLimit(ty)))
	default:
		d.Quantity = n
		t.quote(Msg{})
	}
}
