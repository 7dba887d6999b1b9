package flows

import (
	"strconv"

	"hanout/topup"
)

// An order once it is placed. The rules: its panel is the one its sale was
// confirmed on and lives to the receipt; every state says what became of the
// money; nothing on it is trusted but the order's ID.

// StateMsg names where an order stands, in a few words.
func StateMsg(o topup.Order) Msg {
	if o.State == topup.Delivered && o.DeliveredQty < o.Quantity {
		return M("state.part")
	}
	return M("state." + string(o.State))
}

// reasonMsg says why an order was refunded, or waits for a person.
func reasonMsg(o topup.Order) Msg {
	return M("reason."+string(o.Reason), "Done", o.DeliveredQty, "Quantity", o.Quantity)
}

// OrderScreen is the living panel of a sale once it is confirmed, in every
// state to the receipt.
func OrderScreen(o topup.Order) Screen {
	var sc Screen
	sc.line(StateMsg(o))
	orderLines(&sc, o)
	stateLines(&sc, o)
	stateRows(&sc, o)
	return sc
}

// ShortScreen is the panel of a sale that was confirmed when the money for it
// was just gone.
func ShortScreen(o topup.Order, available topup.Money) Screen {
	var sc Screen
	sc.line(goodOf(o).item(o)...)
	sc.line(M("order.short", "Missing", o.Price-available, "Amount", available))
	sc.row(newSaleButton(o))
	return sc
}

// stateLines tell what an order's state means for its shop.
func stateLines(sc *Screen, o topup.Order) {
	switch o.State {
	case topup.Placed, topup.Submitting, topup.Pending:
		sc.line(M("order.progress"))
	case topup.Uncertain:
		providerWords(sc, o)
		sc.line(M("order.uncertain"))
	case topup.Queued:
		sc.line(M("order.queued"))
	case topup.Review:
		sc.line(M("order.review"))
	case topup.Refunded:
		sc.line(M("order.refunded", "Amount", o.Price))
		switch {
		case o.Reason == topup.ReasonProvider && o.Message != "":
			providerWords(sc, o)
		case o.Reason == topup.ReasonProvider:
			sc.line(M(goodOf(o).refused))
		default:
			sc.line(reasonMsg(o))
		}
		sc.line(M("order.time", "Time", o.Settled))
		if len(o.Offers) > 0 {
			sc.line(M("order.offers"))
		}
	case topup.Delivered:
		if o.DeliveredQty < o.Quantity {
			sc.line(M("order.part", "Done", o.DeliveredQty, "Quantity", o.Quantity, "Amount", o.Price-o.Captured))
		}
		sc.line(M("order.paid", "Amount", o.Captured))
		if o.ProviderRef != "" || o.ProviderID != "" {
			sc.line(M("order.ref", "Ref", Latin(providerRef(o))))
		}
		if o.Transaction != "" {
			sc.line(M("order.transaction", "Ref", Latin(o.Transaction)))
		}
		sc.line(M("order.time", "Time", o.Settled))
	}
}

// stateRows are the buttons of an order's state.
func stateRows(sc *Screen, o topup.Order) {
	id := string(o.ID)
	switch {
	case topup.TurnWaits(o):
		sc.row(Button{Label: M("button.takeback"), Data: encodeTap("o", id, "cancel"), Style: Stop})
	case o.State == topup.Refunded:
		for i, of := range o.Offers {
			if i == 8 {
				break
			}
			sc.row(button(M("order.offer", "Plan", PlanName(of.Name), "Amount", of.Face), encodeTap("o", id, "offer", strconv.Itoa(i))))
		}
		sc.row(button(M("button.tryagain"), encodeTap("o", id, "again")), newSaleButton(o))
	case o.State == topup.Delivered:
		codeRows(sc, o)
		sc.row(button(M("button.repeat"), encodeTap("o", id, "again")), newSaleButton(o))
	default:
		sc.row(newSaleButton(o))
	}
}

func orderLines(sc *Screen, o topup.Order) {
	sc.line(M("order.no", "No", number(o.No)))
	sc.line(goodOf(o).item(o)...)
}

func providerWords(sc *Screen, o topup.Order) {
	if o.Message != "" {
		sc.line(M("order.words", "Words", Words(o.Message)))
	}
}

func providerRef(o topup.Order) string {
	if o.ProviderRef != "" {
		return o.ProviderRef
	}
	return o.ProviderID
}

// RingScreen is the short message that rings the phone when a sale ended
// after its keeper may have looked away.
func RingScreen(o topup.Order) Screen { return Screen{Lines: []Msg{goodOf(o).ring(o)}} }

// numberLine, numberRing and numberRepeat tell of a good that goes to a number.
func numberLine(o topup.Order) Msg {
	return M("history.line", "Sign", M("sign."+string(o.State)), "No", number(o.No),
		"Number", topup.MSISDN(o.To), "Amount", o.Face)
}

func numberRing(o topup.Order) Msg {
	return M("ring", "State", StateMsg(o), "No", number(o.No), "Number", topup.MSISDN(o.To), "Amount", o.Face)
}

func numberRepeat(o topup.Order, minutes Minutes) Msg {
	return M("confirm.repeat", "Minutes", minutes, "State", StateMsg(o))
}

// orderTaps are the buttons of an order's messages, by verb. run is given the
// button's argument, and reports false for one that no button has.
var orderTaps = map[string]struct {
	act topup.Act
	run func(t *turn, o topup.Order, arg string) bool
}{
	"cancel": {topup.ActTakeBack, (*turn).takeBack},
	"again":  {topup.ActSell, (*turn).sellAgain},
	"offer":  {topup.ActSell, (*turn).sellOffer},
	"show":   {topup.ActHistory, (*turn).showOrder},
	"codes":  {topup.ActCodes, (*turn).askCodes},
	"codes2": {topup.ActCodes, (*turn).showCodes},
	"codes0": {topup.ActCodes, (*turn).keepCodes},
	"claim":  {topup.ActLink, (*turn).makeLink},
	"revoke": {topup.ActLink, (*turn).revokeLink},
}

// orderTapped takes a button about an order.
func (t *turn) orderTapped(c tap) {
	do, known := orderTaps[c.part(1)]
	if !known {
		do.act = topup.ActHistory
	}
	if !t.who.May(do.act) {
		t.foreign()
		return
	}
	o, ok := t.v.Orders.Order(topup.OrderID(c.part(0)))
	if !ok || !known || !t.who.MayFor(do.act, o.Shop) || !do.run(t, o, c.part(2)) {
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) takeBack(o topup.Order, _ string) bool {
	change, ok := topup.Cancel(o, topup.ReasonCancelled, t.env.Now)
	if ok && t.v.Copy.Restored().Waits() {
		t.alert(M("order.restored")) // it may have been sent since the copy
		return true
	}
	if !ok {
		t.alert(M("order.toolate"))
		t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassMoney})
		return true
	}
	t.toast(M("cancel.done"))
	t.do(MoveOrder{Change: change})
	return true
}

// sellAgain starts a new sale like an old one, up to its confirm panel; what
// the provider must be asked first is asked anew.
func (t *turn) sellAgain(o topup.Order, _ string) bool {
	goodOf(o).again(t, o)
	return true
}

// sellOffer starts one of what the provider offered instead.
func (t *turn) sellOffer(o topup.Order, arg string) bool {
	i, err := strconv.ParseUint(arg, 10, 31)
	if err != nil || i >= uint64(len(o.Offers)) {
		return false
	}
	o.Plan, o.Face = o.Offers[i].Plan, o.Offers[i].Face
	return t.sellAgain(o, "")
}

func (t *turn) showOrder(o topup.Order, _ string) bool {
	t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassAnswer, Fresh: true})
	return true
}
