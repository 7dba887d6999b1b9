package flows

import (
	"strconv"
	"time"

	"hanout/topup"
)

// What the three sales share: how one begins, its confirm card, and the order
// it becomes.

const (
	quoteLife    = 5 * time.Minute  // how long a confirm card binds us
	repeatWindow = 10 * time.Minute // the same again: ask
)

// openSale leaves the talk there was and begins a sale; false when nothing
// can be sold now.
func (t *turn) openSale(step Step, d Draft) bool {
	t.dropQuietly()
	if t.v.Closed() {
		t.begin(StepIdle)
		t.sayLines(M("sale.closed"))
		return false
	}
	t.begin(step)
	t.s.Sale = &d
	return true
}

// turnPages adds the buttons that turn a list of several pages.
func (t *turn) turnPages(sc *Screen, page, pages int) {
	if pages < 2 {
		return
	}
	var nav []Button
	if page > 0 {
		nav = append(nav, button(M("button.prev"), t.s.tap("pg", strconv.Itoa(page-1))))
	}
	if page < pages-1 {
		nav = append(nav, button(M("button.next", "Page", page+2, "Pages", pages), t.s.tap("pg", strconv.Itoa(page+1))))
	}
	sc.row(nav...)
}

// offered is what the draft would sell as of now: the part of an order that
// says what, to whom and for how much. It reports false when that can't be
// sold.
func (t *turn) offered() (topup.Order, bool) {
	switch t.s.Sale.Good {
	case topup.InternetCard:
		return t.offeredCard()
	case topup.GiftCard:
		return t.offeredGift()
	}
	return t.offeredTopUp()
}

func (t *turn) offeredTopUp() (topup.Order, bool) {
	d := t.s.Sale
	plan, found := t.v.Plan(d.Plan)
	price, cost, sold := t.v.Pricing().Quote(plan, d.Face)
	return topup.Order{
		Good: topup.MobileTopUp, Operator: plan.Operator,
		Plan: plan.Code, PlanName: plan.Name, PlanKind: plan.Kind, PlanFamily: plan.Family, To: string(d.Number),
		Quantity: 1, Face: d.Face, Price: price, Expected: cost,
	}, found && sold
}

// gone goes back to the choice from which what was chosen has vanished.
func (t *turn) gone() {
	switch t.s.Sale.Good {
	case topup.InternetCard:
		t.askValue(M("value.gone"))
	case topup.GiftCard:
		t.askType(M("type.gone"))
	default:
		t.askPlan(M("plan.gone"))
	}
}

// quote shows the confirm card: what is sold, what it costs the shop, and
// what its wallet holds afterwards. note says why it is shown again.
func (t *turn) quote(note Msg) {
	d := t.s.Sale
	sh, ok := t.shop()
	o, sold := t.offered()
	if !ok || !sold {
		t.gone()
		return
	}
	t.s.Step = StepConfirm
	d.Operator = o.Operator
	d.Order = topup.OrderID(t.in.NewID())
	d.Quoted, _ = t.v.Plan(o.Plan)
	d.Price, d.Cost, d.Item = o.Price, o.Expected, o.PlanName
	d.Until = t.in.Now.Add(quoteLife)
	d.Warned = ""
	repeat, again := t.repeat(sh.ID, o)
	if again {
		d.Warned = repeat.ID
	}
	w := t.v.Wallet(sh.ID)
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		sc.line(M("confirm.title"))
		orderItem(sc, o)
		if o.Good == topup.GiftCard {
			t.regionLine(sc)
			sc.line(M("gift.each", "Amount", o.Price/topup.Money(o.Quantity)))
		}
		sc.line(M("confirm.price", "Amount", o.Price))
		if earned := o.Commission(); earned > 0 {
			sc.line(M("confirm.commission", "Amount", earned))
		}
		if missing := o.Price - w.Available; missing > 0 {
			sc.line(M("confirm.short", "Missing", missing, "Amount", w.Available))
			sc.row(button(M("button.retry"), t.s.tap("again")))
			sc.row(t.backButton(), t.cancelButton())
			return
		}
		sc.line(M("confirm.after", "Amount", w.Available-o.Price))
		if o.Good == topup.MobileTopUp {
			if t.v.Numbering().Unusual(d.Number) {
				sc.line(M("number.unusual"))
			}
			if t.v.Weather().Down[o.Operator] {
				sc.line(M("operator.sick", "Operator", Latin(o.Operator)))
			}
		}
		ok := M("button.confirm")
		if again {
			sc.line(repeatMsg(repeat, t.in.Now))
			ok = M("button.sellagain")
		}
		sc.row(Button{Label: ok, Data: t.s.tap("ok"), Style: Go})
		if again {
			sc.row(button(M("button.showit"), t.s.tap("show")))
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

func repeatMsg(o topup.Order, now time.Time) Msg {
	minutes := minutesSince(o.Placed, now)
	if o.Good == topup.GiftCard {
		return M("confirm.repeat.gift", "Minutes", minutes, "State", StateMsg(o))
	}
	return M("confirm.repeat", "Minutes", minutes, "State", StateMsg(o))
}

func minutesSince(then, now time.Time) Minutes {
	return Minutes(max(1, int(now.Sub(then)/time.Minute)))
}

// repeatsSeen is how many of the newest sales to a number, or of gift cards,
// are looked through for the same sale.
const repeatsSeen = 5

// repeat finds a recent sale of the same to the same number that was not
// refunded.
func (t *turn) repeat(shop topup.ShopID, want topup.Order) (topup.Order, bool) {
	for _, o := range t.v.OrdersTo(shop, want.To, repeatsSeen) {
		if want.Repeats(o) && o.State != topup.Refunded && t.in.Now.Sub(o.Placed) < repeatWindow {
			return o, true
		}
	}
	return topup.Order{}, false
}

// asQuoted reports whether an offer is what the confirm card shows.
func (t *turn) asQuoted(o topup.Order) bool {
	d := t.s.Sale
	if o.Good == topup.MobileTopUp {
		plan, _ := t.v.Plan(d.Plan)
		return o.Price == d.Price && plan.Same(d.Quoted)
	}
	return o.Price == d.Price && o.Expected == d.Cost && o.PlanName == d.Item
}

// confirm turns the quote into an order, unless anything that was shown is
// no longer true. For gift cards that is asked of the provider first.
func (t *turn) confirm() {
	d := t.s.Sale
	sh, _ := t.shop()
	o, sold := t.offered()
	repeat, again := t.repeat(sh.ID, o)
	switch {
	case t.v.Closed():
		t.alert(M("sale.closed"))
	case t.in.Late:
		t.quote(M("confirm.late"))
	case !sold:
		t.alert(M("plan.gone"))
		t.gone()
	case !t.asQuoted(o):
		t.alert(M("confirm.changed"))
		t.quote(M("confirm.changed"))
	case t.in.Now.After(d.Until):
		t.quote(M("confirm.expired"))
	case again && repeat.ID != d.Warned, t.v.Wallet(sh.ID).Available < o.Price:
		t.quote(Msg{})
	case o.Good == topup.GiftCard:
		t.askStock(StepRecheck)
	default:
		t.toast(M("confirm.sent"))
		t.place(o)
	}
}

// place makes the order of the quote that was confirmed.
func (t *turn) place(o topup.Order) {
	sh, _ := t.shop()
	o.ID, o.Shop, o.By, o.Chat, o.Panel = t.s.Sale.Order, sh.ID, t.in.Person.ID, t.in.Chat, t.s.Panel
	o.State = topup.Placed
	o.Placed, o.Changed, o.Due = t.in.Now, t.in.Now, t.in.Now
	t.do(Place{Order: o})
	t.s = Session{Version: t.s.Version}
}
