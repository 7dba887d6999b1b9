package flows

import (
	"slices"
	"strconv"
	"strings"

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
// state to the receipt; with what its shop complains of (zero for nothing).
func OrderScreen(o topup.Order, c topup.Complaint) Screen {
	var sc Screen
	sc.line(StateMsg(o))
	orderLines(&sc, o)
	stateLines(&sc, o)
	stateRows(&sc, o)
	afterRow(&sc, o, c, !underway(o))
	return sc
}

// afterRow is what is done with a sale once its customer has it, or has not:
// a ticket, a complaint, if it is one or may become one, and a name for its number.
func afterRow(sc *Screen, o topup.Order, c topup.Complaint, wrong bool) {
	var row []Button
	if o.State == topup.Delivered {
		row = append(row, orderButton("button.ticket", o, "ticket"))
	}
	switch {
	case c.State != "":
		sc.line(complaintMsg(c))
		row = append(row, orderButton("button.complaint", o, "complaint"))
	case wrong:
		row = append(row, orderButton("button.complain", o, "complaint"))
	}
	if o.State == topup.Delivered && o.Good.Numbered() {
		row = append(row, orderButton("button.favourite", o, "name"))
	}
	sc.grid(3, row)
}

func orderButton(label string, o topup.Order, verb string) Button {
	return button(M(label), encodeTap("o", string(o.ID), verb))
}

// underway reports that a sale was confirmed just now: there is nothing to
// complain of as long as nobody looks for it.
func underway(o topup.Order) bool {
	return o.State == topup.Placed || o.State == topup.Submitting || o.State == topup.Pending
}

// ShortScreen is the panel of a sale that was confirmed when the money for it
// was just gone.
func ShortScreen(o topup.Order, available topup.Money) Screen {
	var sc Screen
	sc.line(goodOf(o).item(o)...)
	sc.line(M("order.short", "Missing", o.Price-available, "Amount", available))
	sc.row(newSaleButton(o), askCreditButton())
	return sc
}

// stateLines tell what an order's state means for its shop.
func stateLines(sc *Screen, o topup.Order) {
	switch o.State {
	case topup.Placed, topup.Submitting, topup.Pending:
		sc.line(M("order.progress", "Amount", o.Price))
	case topup.Uncertain:
		providerWords(sc, o)
		sc.line(M("order.uncertain", "Amount", o.Price))
	case topup.Queued:
		sc.line(M("order.queued", "Amount", o.Price))
	case topup.Review:
		sc.line(M("order.review", "Amount", o.Price))
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
		if o.After != nil {
			sc.line(M("order.balance", "Balance", *o.After))
		}
		sc.line(M("order.time", "Time", o.Settled))
		switch {
		case slices.ContainsFunc(o.Offers, func(of topup.Offer) bool { return topup.Untried(o, of) }):
			sc.line(M("order.offers"))
		case len(o.Offers) > 0:
			sc.line(M("order.nooffer"))
		}
	case topup.Delivered:
		if o.DeliveredQty < o.Quantity {
			sc.line(M("order.part", "Done", o.DeliveredQty, "Quantity", o.Quantity, "Amount", o.Price-o.Captured))
		}
		sc.line(M("order.paid", "Amount", o.Captured))
		if o.Suggested > 0 && o.DeliveredQty == o.Quantity {
			sc.line(M("gift.suggested", "Amount", o.Suggested))
		}
		switch earned := o.Commission(); {
		case o.After == nil:
		case earned > 0 && o.DeliveredQty == o.Quantity:
			sc.line(M("order.earned", "Amount", earned, "Balance", *o.After))
		default:
			sc.line(M("order.balance", "Balance", *o.After))
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
			if !topup.Untried(o, of) {
				continue // refused just now, or it is what was
			}
			sc.row(offerButton(of, encodeTap("o", id, "offer", strconv.Itoa(i))))
		}
		sc.row(button(M("button.tryagain"), encodeTap("o", id, "again")), newSaleButton(o))
	case o.State == topup.Delivered:
		codeRows(sc, o)
		amountRow(sc, o)
		sc.row(button(M("button.repeat"), encodeTap("o", id, "again")), newSaleButton(o))
	default:
		sc.row(newSaleButton(o))
	}
}

// otherAmounts are offered under a receipt, for the same number.
var otherAmounts = []int64{200, 500, 1000}

// amountRow sells another amount to the same number.
func amountRow(sc *Screen, o topup.Order) {
	if goodOf(o).amount == nil {
		return
	}
	var row []Button
	for _, dinars := range otherAmounts {
		if face := topup.Dinars(dinars); face != o.Face && len(row) < 2 {
			row = append(row, button(M("order.amount", "Amount", face), encodeTap("o", string(o.ID), "amount", strconv.FormatInt(dinars, 10))))
		}
	}
	sc.row(append(row, button(M("order.amount.other"), encodeTap("o", string(o.ID), "amount", "0")))...)
}

func orderLines(sc *Screen, o topup.Order) {
	sc.line(M("order.no", "No", number(o.No)))
	if o.Seller != "" {
		sc.line(M("order.seller", "Person", Name(o.Seller)))
	}
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

// RingScreen is the short message that tells how a sale ended, or that it takes
// long, when its keeper may have looked away.
func RingScreen(o topup.Order) Screen {
	sale := goodOf(o).brief(o)
	if o.Face > 0 {
		sale = M("ring.sale", "Amount", o.Face, "What", sale)
	}
	switch {
	case topup.GaveBack(o):
		return Screen{Lines: []Msg{M("ring.back", "Sign", signMsg(o), "Sale", sale, "Amount", o.Price-o.Captured)}}
	case !o.State.Final():
		return Screen{Lines: []Msg{M("ring.wait", "State", StateMsg(o), "Sale", sale)}}
	}
	return Screen{Lines: []Msg{M("ring.done", "Sign", signMsg(o), "Sale", sale)}}
}

// numberBrief and numberRepeat tell of a good that goes to a number.
func numberBrief(o topup.Order) Msg { return M("brief.number", "Number", topup.MSISDN(o.To)) }

func numberRepeat(o topup.Order, minutes Minutes) Msg {
	return M("confirm.repeat", "Minutes", minutes, "State", StateMsg(o))
}

// orderTap is a button of an order's messages. run is given the button's
// argument, and reports false for one that no button has.
type orderTap struct {
	act topup.Act
	run func(t *turn, o topup.Order, arg string) bool
}

func allOrderTaps() map[string]orderTap {
	return map[string]orderTap{
		"cancel": {topup.ActTakeBack, (*turn).takeBack},
		"again":  {topup.ActSell, (*turn).sellAgain},
		"offer":  {topup.ActSell, (*turn).sellOffer},
		"amount": {topup.ActSell, (*turn).sellAmount},
		"show":   {topup.ActHistory, (*turn).showOrder},
		"codes":  {topup.ActCodes, (*turn).askCodes},
		"codes2": {topup.ActCodes, (*turn).showCodes},
		"codes0": {topup.ActCodes, (*turn).keepCodes},
		"claim":  {topup.ActLink, (*turn).makeLink},

		"ticket":  {topup.ActTicket, (*turn).askTicket},
		"ticket1": {topup.ActCodes, (*turn).ticketWithCodes},
		"ticket0": {topup.ActTicket, (*turn).ticketWithout},

		"name": {topup.ActFavourite, (*turn).nameOf},

		"revoke": {topup.ActLink, (*turn).revokeLink},

		"complaint": {topup.ActComplain, (*turn).openComplaint},
		"complain":  {topup.ActComplain, (*turn).complain},
		"said":      {topup.ActComplain, (*turn).turnThread},
		"photo":     {topup.ActComplain, (*turn).showPhoto},
	}
}

// mayWith reports whether the person may do it with a sale of their shop.
func (t *turn) mayWith(act topup.Act, o topup.Order) bool {
	return t.who.MayWith(act, o, t.shop().Sharing())
}

// saleScreen is a sale with those of its buttons that the person may use.
func (t *turn) saleScreen(o topup.Order) Screen {
	c, _ := t.v.Complaints.Complaint(o.ID)
	sc := OrderScreen(o, c)
	if c.State == "" && underway(o) && o.State != topup.Placed {
		afterRow(&sc, o, c, true) // somebody looked for it
	}
	return sc.For(t.who, t.shop(), o)
}

// For leaves out of a screen about a sale of a shop's what a person may not.
func (s Screen) For(who topup.Actor, sh topup.Shop, o topup.Order) Screen {
	var rows [][]Button
	for _, row := range s.Rows {
		row = slices.DeleteFunc(slices.Clone(row), func(b Button) bool {
			c, ok := decodeTap(b.Data)
			return ok && c.kind == "o" && !who.MayWith(orderTaps[c.part(1)].act, o, sh.Sharing())
		})
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	s.Rows = rows
	if o.State == topup.Delivered && o.HasVouchers() && !who.MayWith(topup.ActCodes, o, sh.Sharing()) {
		s.Lines = slices.Clone(s.Lines)
		for i, l := range s.Lines {
			if l.ID == "codes.sent" {
				s.Lines[i] = codesKept(sh)
			}
		}
	}
	return s
}

// codesKept says whose codes are that the person may not see.
func codesKept(sh topup.Shop) Msg {
	if sh.Sharing() == topup.SharesNone {
		return M("codes.kept")
	}
	return M("codes.others")
}

// here reports whether a sale's own panel is in this chat. A group
// chat's former numbers are the group chat still.
func (t *turn) here(o topup.Order) bool {
	return o.Chat == t.in.Chat || (!t.in.Private && o.Chat < 0 && o.Shop == t.who.Shop)
}

// showSale shows a sale to the person: on its own panel where that is in their
// chat, and on one of theirs where another of the shop sold it.
func (t *turn) showSale(o topup.Order, class Class, fresh bool) {
	sc := t.saleScreen(o)
	if t.here(o) {
		t.do(Show{Chat: t.in.Chat, Panel: DetailPanel(o), Screen: sc, Class: class, Fresh: fresh})
		return
	}
	if o.State == topup.Placed {
		sc.Rows = nil // taking back belongs to the sale's own panel
	}
	sc.line(M("order.placed", "Time", o.Placed))
	sc.row(homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: "sale/" + string(o.ID) + "/" + strconv.FormatInt(t.in.Chat, 10), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

// firstName is as much of a seller's name as a line has room for.
func firstName(name string) Name {
	first, _, _ := strings.Cut(name, " ")
	return Name(CleanName(first, 10))
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
	switch {
	case ok && (do.act == topup.ActCodes || do.act == topup.ActLink) && t.who.MayFor(do.act, o.Shop) && !t.mayWith(do.act, o):
		t.alert(codesKept(t.shop())) // the button may be from before the keeper chose so
	case !ok || !known || !t.mayWith(do.act, o) || !do.run(t, o, c.part(2)):
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
		if o.State.Final() {
			t.toast(M("tap.old"))
		} else {
			t.alert(M("order.toolate"))
		}
		t.showSale(o, ClassMoney, false)
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
	o.Tried = append(slices.Clone(o.Tried), topup.Offer{Plan: o.Plan, Face: o.Face})
	o.Plan, o.PlanName, o.Face = o.Offers[i].Plan, o.Offers[i].Name, o.Offers[i].Face
	return t.sellAgain(o, "")
}

// sellAmount starts a sale of another amount to the same number.
func (t *turn) sellAmount(o topup.Order, arg string) bool {
	dinars, err := strconv.ParseUint(arg, 10, 31)
	if err != nil || goodOf(o).amount == nil {
		return false
	}
	goodOf(o).amount(t, o, topup.Dinars(int64(dinars)))
	return true
}

func (t *turn) showOrder(o topup.Order, _ string) bool {
	t.showSale(o, ClassAnswer, true)
	return true
}
