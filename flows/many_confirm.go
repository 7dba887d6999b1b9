package flows

import (
	"slices"
	"strconv"

	"hanout/topup"
)

// What becomes of several sales on their panel: fewer of them, or orders.

// keep lists on only those sales for which is says so, and the others as left.
func (t *turn) keep(why string, is func(int, quoted) bool) {
	list, _, _ := t.offers()
	var sales drafts
	for i, q := range list {
		if is(i, q) {
			sales = append(sales, q.sale)
			continue
		}
		t.s.Many.leave(lineOf(q.order), why)
	}
	if t.s.Many.Sales = sales; len(sales) == 0 {
		t.nothingLeft()
		return
	}
	t.quoteMany(Msg{})
}

// nothingLeft ends a panel on which nothing is left to be sold.
func (t *turn) nothingLeft() {
	t.s.Step = StepIdle
	t.draw(func(sc *Screen) {
		sc.line(M("many.none"))
		sc.line(t.s.Many.leftLines()...)
		sc.row(homeButton())
	})
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
}

func (t *turn) leaveOut(arg string) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 || n >= len(t.s.Many.Sales) {
		t.toast(M("tap.unknown"))
		return
	}
	t.keep("many.why.you", func(i int, _ quoted) bool { return i != n })
}

func (t *turn) keepWhatFits() {
	list, _, _ := t.offers()
	amount, byLimit := t.means()
	why := "many.why.money"
	if byLimit {
		why = "many.why.limit"
	}
	n := fitting(list, amount)
	if n == 0 {
		t.quoteMany(Msg{})
		return
	}
	t.keep(why, func(i int, _ quoted) bool { return i < n })
}

func (t *turn) dropRepeats() {
	t.keep("many.why.repeat", func(_ int, q quoted) bool { return !q.again() })
}

// confirmMany takes ✅, unless anything that was shown is no longer true. What
// may be sold out meanwhile is asked for first.
func (t *turn) confirmMany() {
	switch {
	case t.in.Late:
		t.quoteMany(M("confirm.late"))
	case t.unread(t.s.Many.Sales[0].common().Shown):
		t.toast(M("confirm.unread"))
	case t.asRead():
		t.s.Many.By = t.in.Person.ID
		t.restock(0)
	}
}

// asRead reports whether the sales may be sold as the panel shows them. If not,
// that is told.
func (t *turn) asRead() bool {
	list, price, sold := t.offers()
	why, closed := t.notSelling()
	switch {
	case closed && t.s.Step == StepMany:
		t.alert(why)
	case closed:
		t.quoteMany(why)
	case !sold || !t.asShown(list) || t.anyOverdrawn():
		t.warn(M("confirm.changed"))
		t.quoteMany(M("confirm.changed"))
	case t.env.Now.After(list[0].draft.Until):
		t.quoteMany(M("confirm.expired"))
	case t.limited(ordersOf(list)...):
		why, _ := t.overLimit(ordersOf(list)...)
		t.warn(why)
		t.quoteMany(Msg{})
	case newRepeat(list), t.s.Many.Short, t.v.Wallets.Wallet(t.who.Shop).Available < price:
		t.quoteMany(Msg{})
	default:
		return true
	}
	return false
}

// warn answers a tap loudly; where an answer of the provider goes on, there is
// none to be answered.
func (t *turn) warn(m Msg) {
	if t.in.Data != "" {
		t.alert(m)
	}
}

// restock asks once more for the stock of what may be sold out, from one of the
// sales on; when nothing is left to ask for, all are sold.
func (t *turn) restock(from int) {
	m := t.s.Many
	for i := from; i < len(m.Sales); i++ {
		product := m.Sales[i].restocks()
		asked := slices.ContainsFunc(m.Sales[:i], func(s sale) bool { return s.restocks() == product })
		if product == "" || asked {
			continue
		}
		m.At, m.Asked, t.s.Step = i, t.env.Now, StepManyStock
		if t.in.Data != "" {
			t.toast(M("stock.rechecking")) // the panel may change and change back unseen
		}
		t.drawManyStock()
		t.do(Run{Job: JobStock, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{Product: product}})
		return
	}
	list, _, _ := t.offers()
	t.placeMany(list)
}

func (t *turn) drawManyStock() {
	list, price, _ := t.offers()
	t.draw(func(sc *Screen) {
		sc.line(M("many.title", "Sales", len(list)), M("confirm.price", "Amount", price), M("stock.rechecking"))
		sc.row(t.backButton(), t.cancelButton())
	})
}

// redrawManyStock shows the question again, or, when its answer must have been
// lost, the panel: the person is asked again.
func (t *turn) redrawManyStock() {
	if t.env.Now.Sub(t.s.Many.Asked) > answerWithin {
		t.quoteMany(M("stock.unreachable"))
		return
	}
	t.drawManyStock()
}

func (t *turn) asShown(list []quoted) bool {
	for _, q := range list {
		if !q.draft.shows(t, q.order) {
			return false
		}
	}
	return true
}

// newRepeat reports that one of them was sold since the panel was shown.
func newRepeat(list []quoted) bool {
	for _, q := range list {
		if q.repeat.ID != "" && q.repeat.ID != q.draft.Warned {
			return true
		}
	}
	return false
}

// placeMany makes the orders. The first has the panel, which shows them all.
func (t *turn) placeMany(list []quoted) {
	batch := topup.Batch{Panel: t.s.Panel}
	for _, q := range list {
		batch.Orders = append(batch.Orders, q.draft.Order)
	}
	var orders []topup.Order
	for i, q := range list {
		o := q.order
		o.ID, o.Shop, o.By, o.Chat = q.draft.Order, t.who.Shop, t.in.Person.ID, t.in.Chat
		o.Batch, o.State, o.Seller = &batch, topup.Placed, t.sellerName()
		if o.Panel = DetailPanel(o); i == 0 {
			o.Panel = batch.Panel
		}
		o.Placed, o.Changed, o.Due = t.env.Now, t.env.Now, t.env.Now
		orders = append(orders, o)
	}
	if t.in.Data != "" {
		t.toast(M("confirm.sent"))
	}
	t.do(PlaceMany{Orders: orders})
	t.s = t.blank()
}
