package flows

import (
	"strings"

	"hanout/topup"
)

// What an owner decides. The rules: a decision that moves money is asked twice
// and never taken from a late tap; whoever comes second sees what was decided.

// ownerTaps are the buttons of the owners' decisions, by what they are about.
var ownerTaps = map[string]struct {
	act topup.Act
	run func(t *turn, id uint64, verb, arg string)
}{
	"shop":    {topup.ActDecide, func(t *turn, id uint64, verb, seen string) { t.decideShop(topup.ShopID(id), verb, seen) }},
	"shops":   {topup.ActShops, func(t *turn, at uint64, verb, _ string) { t.shopsTapped(at, verb) }},
	"card":    {topup.ActShops, func(t *turn, id uint64, verb, at string) { t.cardTapped(topup.ShopID(id), verb, at) }},
	"suspend": {topup.ActDecide, func(t *turn, id uint64, verb, _ string) { t.suspendTapped(topup.ShopID(id), verb) }},
	"sales":   {topup.ActOrders, func(t *turn, id uint64, _, before string) { t.salesOf(topup.ShopID(id), before) }},
	"orders":  {topup.ActOrders, func(t *turn, _ uint64, _, above string) { t.ordersPage(topup.OrderID(above), false) }},
	"money":   {topup.ActMoney, func(t *turn, id uint64, verb, _ string) { t.moneyTapped(topup.ShopID(id), verb) }},
	"request": {topup.ActMoney, func(t *turn, id uint64, verb, seen string) { t.requestTapped(topup.ShopID(id), verb, seen) }},
	"undo":    {topup.ActMoney, (*turn).undoTapped},
	"order":   {topup.ActOrders, func(t *turn, id uint64, verb, _ string) { t.decideOrder(id, verb) }},
	"news":    {topup.ActBroadcast, func(t *turn, _ uint64, verb, id string) { t.steerNews(verb, id) }},
}

// ownerTapped takes an owner's decision.
func (t *turn) ownerTapped(c tap) {
	about, known := ownerTaps[c.part(0)]
	id, ok := c.number(1)
	if !known {
		about.act = topup.ActSettle
	}
	switch {
	case !t.who.May(about.act):
		t.alert(M("tap.foreign"))
	case !known || !ok:
		t.toast(M("tap.unknown"))
	default:
		about.run(t, id, c.part(2), c.part(3))
	}
}

const ordersShown = 12

// orders lists the sales that are not over, the oldest first, in pages of one
// panel.
func (t *turn) orders() { t.ordersPage("", true) }

func (t *turn) ordersPage(above topup.OrderID, fresh bool) {
	open := t.v.Orders.OpenOrders(above, ordersShown+1)
	var sc Screen
	if len(open) == 0 && above == "" {
		sc.line(M("orders.none"))
	} else {
		sc.line(M("orders.title"))
	}
	more := len(open) > ordersShown
	if more {
		open = open[:ordersShown]
	}
	for _, o := range open {
		sc.row(button(numberedLine(o, t.env.Now), encodeTap("a", "order", number(o.No), "card")))
	}
	var nav []Button
	if above != "" {
		nav = append(nav, button(M("button.orders.first"), encodeTap("a", "orders", "0", "first")))
	}
	if more {
		nav = append(nav, button(M("button.orders.next"), encodeTap("a", "orders", "0", "above", string(open[len(open)-1].ID))))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	t.do(Show{Chat: t.in.Chat, Panel: "orders/" + number(uint64(t.in.Chat)), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

func (t *turn) decideOrder(no uint64, verb string) {
	o, ok := t.v.Orders.OrderByNo(no)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	panel := reviewPanel(o, t.in.Chat)
	if verb != "card" && !t.who.May(topup.ActSettle) {
		t.alert(M("tap.foreign"))
		return
	}
	switch verb {
	case "card", "back":
		t.do(t.ownersCard(o, verb == "card"))
	case "done", "undo", "part":
		t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: ReviewScreen(o, verb), Class: ClassAnswer})
	case "done2", "undo2", "part2":
		if t.in.Late {
			t.toast(M("confirm.late"))
			t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: ReviewScreen(o, strings.TrimSuffix(verb, "2")), Class: ClassAnswer})
			return
		}
		step, ok := topup.Settle(o, cameBy(o, verb), t.in.Person.ID, t.in.Chat, t.env.Now)
		if !ok {
			t.toast(M("review.settled", "State", StateMsg(o)))
		} else {
			t.toast(StateMsg(step.Order))
			t.do(MoveOrder{Change: step})
			o = step.Order
		}
		t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: ReviewScreen(o, ""), Class: ClassAnswer})
	default:
		t.toast(M("tap.unknown"))
	}
}

// cameBy is how many of an order came by an owner's decision, -1 when it is
// none that could be asked for.
func cameBy(o topup.Order, verb string) int {
	switch {
	case verb == "done2":
		return o.Quantity
	case verb == "undo2":
		return 0
	case inPart(o):
		return o.DeliveredQty
	}
	return -1
}

// inPart reports that some of an order was handed over, and not all.
func inPart(o topup.Order) bool { return o.DeliveredQty > 0 && o.DeliveredQty < o.Quantity }

func reviewPanel(o topup.Order, owner int64) string {
	return "review/" + number(o.No) + "/" + number(uint64(owner))
}

// ReviewScreen shows an order to an owner, with the decision where one is
// due. asking is "done", "part" or "undo" when that decision is asked a second
// time.
func ReviewScreen(o topup.Order, asking string) Screen {
	var sc Screen
	sc.line(M("review.title", "No", number(o.No), "State", StateMsg(o)))
	orderLines(&sc, o)
	sc.line(M("review.price", "Amount", o.Price), M("order.placed", "Time", o.Placed))
	if ref := providerRef(o); ref != "" {
		sc.line(M("order.ref", "Ref", Latin(ref)))
	}
	sc.line(M("order.own", "Ref", Latin(o.ID)))
	if o.Word != "" {
		sc.line(M("review.word", "Word", Latin(o.Word)))
	}
	providerWords(&sc, o)
	if o.State != topup.Review {
		return sc
	}
	if o.Reason != topup.ReasonNone {
		sc.line(reasonMsg(o))
	}
	no := number(o.No)
	if asking == "part" && !inPart(o) {
		asking = ""
	}
	switch asking {
	case "done":
		sc.line(M("review.sure.done", "Amount", o.Price))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("a", "order", no, "done2"), Style: Go},
			button(M("button.back"), encodeTap("a", "order", no, "back")))
	case "part":
		sc.line(M("review.sure.part", "Done", o.DeliveredQty, "Amount", topup.PriceOf(o, o.DeliveredQty), "Back", o.Price-topup.PriceOf(o, o.DeliveredQty)))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("a", "order", no, "part2"), Style: Go},
			button(M("button.back"), encodeTap("a", "order", no, "back")))
	case "undo":
		if o.DeliveredQty > 0 {
			sc.line(M("review.out", "Done", o.DeliveredQty, "Quantity", o.Quantity))
		}
		sc.line(M("review.sure.undo", "Amount", o.Price))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("a", "order", no, "undo2"), Style: Stop},
			button(M("button.back"), encodeTap("a", "order", no, "back")))
	default:
		sc.line(M("review.ask"))
		sc.row(Button{Label: M("button.done"), Data: encodeTap("a", "order", no, "done"), Style: Go})
		if inPart(o) {
			sc.row(button(M("button.part", "Done", o.DeliveredQty, "Quantity", o.Quantity), encodeTap("a", "order", no, "part")))
		}
		sc.row(Button{Label: M("button.undo"), Data: encodeTap("a", "order", no, "undo"), Style: Stop})
	}
	return sc
}
