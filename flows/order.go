package flows

import (
	"strconv"

	"hanout/topup"
)

// StateMsg names where an order stands, in a few words.
func StateMsg(o topup.Order) Msg {
	if o.State == topup.Delivered && o.DeliveredQty < o.Quantity {
		return M("state.part")
	}
	return M("state." + string(o.State))
}

// OrderScreen is the living card of a sale once it is confirmed, in every
// state to the receipt.
func OrderScreen(o topup.Order) Screen {
	var sc Screen
	sc.line(StateMsg(o))
	orderLines(&sc, o)
	switch o.State {
	case topup.Placed, topup.Submitting, topup.Pending:
		sc.line(M("order.progress"))
	case topup.Uncertain:
		providerWords(&sc, o)
		sc.line(M("order.uncertain"))
	case topup.Queued:
		sc.line(M("order.queued"))
	case topup.Review:
		sc.line(M("order.review"))
	case topup.Refunded:
		sc.line(M("order.refunded", "Amount", o.Price))
		switch {
		case o.Reason == topup.ReasonProvider && o.Message != "":
			providerWords(&sc, o)
		case o.Reason == topup.ReasonProvider && o.Good != topup.MobileTopUp:
			sc.line(M("order.unfilled"))
		default:
			sc.line(M("reason." + string(o.Reason)))
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
	id := string(o.ID)
	switch o.State {
	case topup.Placed:
		sc.row(Button{Label: M("button.takeback"), Data: encodeTap("o", id, "cancel"), Style: Stop})
	case topup.Refunded:
		for i, of := range o.Offers {
			if i == 8 {
				break
			}
			sc.row(button(M("order.offer", "Plan", PlanName(of.Name), "Amount", of.Face), encodeTap("o", id, "offer", strconv.Itoa(i))))
		}
		sc.row(button(M("button.tryagain"), encodeTap("o", id, "again")), newSaleButton(o.Good))
	case topup.Delivered:
		codeRows(&sc, o)
		sc.row(button(M("button.repeat"), encodeTap("o", id, "again")), newSaleButton(o.Good))
	default:
		sc.row(newSaleButton(o.Good))
	}
	return sc
}

func newSaleButton(g topup.Good) Button {
	switch g {
	case topup.InternetCard:
		return button(M("button.internet"), menuTap("internet"))
	case topup.GiftCard:
		return button(M("button.cards"), menuTap("cards"))
	}
	return button(M("button.newsale"), menuTap("mobile"))
}

func orderLines(sc *Screen, o topup.Order) {
	sc.line(M("order.no", "No", number(o.No)))
	orderItem(sc, o)
}

// orderItem says what is sold, and to whom.
func orderItem(sc *Screen, o topup.Order) {
	switch o.Good {
	case topup.InternetCard:
		sc.line(M("line.type", "Type", Latin(o.LineType)), M("sale.number", "Number", topup.Line(o.To)))
		if o.PlanName != "" {
			sc.line(M("line.offer", "Offer", Name(o.PlanName)))
		}
		sc.line(M("confirm.face", "Amount", o.Face))
		return
	case topup.GiftCard:
		sc.line(M("gift.item", "Plan", Name(o.PlanName)), M("gift.quantity", "Quantity", o.Quantity))
		return
	}
	sc.line(M("sale.number", "Number", topup.MSISDN(o.To)),
		M("sale.plan", "Operator", Latin(o.Operator), "Plan", planMsg(o.PlanFamily, o.PlanName, o.PlanKind)),
		M("confirm.face", "Amount", o.Face))
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
func RingScreen(o topup.Order) Screen {
	if o.Good == topup.GiftCard {
		return Screen{Lines: []Msg{M("ring.gift", "State", StateMsg(o), "No", number(o.No),
			"Plan", Name(o.PlanName), "Quantity", o.Quantity)}}
	}
	return Screen{Lines: []Msg{M("ring", "State", StateMsg(o), "No", number(o.No),
		"Number", topup.MSISDN(o.To), "Amount", o.Face)}}
}

// orderTapped takes a button of an order's card.
func (t *turn) orderTapped(c tap) {
	o, ok := t.v.Order(topup.OrderID(c.part(0)))
	if !ok || o.Chat != t.in.Chat {
		t.toast(M("tap.unknown"))
		return
	}
	switch c.part(1) {
	case "cancel":
		step, ok := topup.Cancel(o, topup.ReasonCancelled, t.in.Now)
		if !ok {
			t.alert(M("order.toolate"))
			t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassMoney})
			return
		}
		t.toast(M("cancel.done"))
		t.do(MoveOrder{Change: step})
	case "again":
		t.again(o, o.Plan, o.Face)
	case "offer":
		if i, ok := c.number(2); ok && i < uint64(len(o.Offers)) {
			t.again(o, o.Offers[i].Plan, o.Offers[i].Face)
		}
	case "show":
		t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassAnswer, Fresh: true})
	default:
		if !t.codesTapped(o, c.part(1), c.part(2)) {
			t.toast(M("tap.unknown"))
		}
	}
}

// again starts a new sale like an old one, up to its confirm card; what the
// provider must be asked first is asked anew.
func (t *turn) again(o topup.Order, plan string, face topup.Money) {
	if _, ok := t.shop(); !ok {
		t.toast(M("tap.unknown"))
		return
	}
	switch o.Good {
	case topup.InternetCard:
		t.newInternet(Draft{LineType: o.LineType, Line: topup.Line(o.To), Face: face})
		return
	case topup.GiftCard:
		t.newGift(Draft{Product: o.Product, TypeID: o.TypeID, Quantity: o.Quantity})
		return
	}
	operator := o.Operator
	if p, ok := t.v.Plan(plan); ok {
		operator = p.Operator
	}
	t.newSale(Draft{Number: topup.MSISDN(o.To), Operator: operator, Plan: plan, Face: face})
}
