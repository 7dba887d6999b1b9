package flows

import "hanout/topup"

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
	"prices":  {topup.ActRules, (*turn).rulesTapped},
	"tariff":  {topup.ActRules, func(t *turn, id uint64, _, _ string) { t.shopTariff(topup.ShopID(id)) }},
	"group":   {topup.ActPrices, func(t *turn, id uint64, verb, _ string) { t.groupTapped(topup.ShopID(id), verb) }},
	"rename":  {topup.ActRename, func(t *turn, id uint64, verb, _ string) { t.renameTapped(topup.ShopID(id), verb) }},
	"limits":  {topup.ActLimits, func(t *turn, id uint64, verb, _ string) { t.limitsTapped(topup.ShopID(id), verb) }},
	"letter":  {topup.ActAnswer, func(t *turn, id uint64, verb, arg string) { t.letterTapped(topup.ShopID(id), verb, arg) }},
	"sales":   {topup.ActOrders, func(t *turn, id uint64, verb, at string) { t.salesTapped(topup.ShopID(id), verb, at) }},
	"orders":  {topup.ActOrders, (*turn).openTapped},
	"money":   {topup.ActMoney, func(t *turn, id uint64, verb, _ string) { t.moneyTapped(topup.ShopID(id), verb) }},
	"request": {topup.ActMoney, func(t *turn, id uint64, verb, seen string) { t.requestTapped(topup.ShopID(id), verb, seen) }},
	"undo":    {topup.ActMoney, (*turn).undoTapped},
	"order":   {topup.ActOrders, func(t *turn, id uint64, verb, _ string) { t.decideOrder(id, verb) }},
	"offers":  {topup.ActInquire, func(t *turn, _ uint64, _, _ string) { t.reinquire() }},
	"news":    {topup.ActBroadcast, func(t *turn, _ uint64, verb, id string) { t.steerNews(verb, id) }},

	"complaint":  {topup.ActComplaints, (*turn).complaintTapped},
	"complaints": {topup.ActComplaints, func(t *turn, _ uint64, _, after string) { t.complaintsFrom(topup.OrderID(after), false) }},
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

// orderVerbs are the buttons of an order's card: what they need, and do.
var orderVerbs = map[string]struct {
	act topup.Act
	run func(t *turn, o topup.Order, verb string)
}{
	"card":  {topup.ActOrders, func(t *turn, o topup.Order, _ string) { t.do(t.ownersCard(o, true)) }},
	"photo": {topup.ActOrders, (*turn).showProof},
	"done":  {topup.ActSettle, (*turn).startSettling},
	"undo":  {topup.ActSettle, (*turn).startSettling},
	"part":  {topup.ActSettle, (*turn).startSettling},
}

func (t *turn) decideOrder(no uint64, verb string) {
	o, ok := t.v.Orders.OrderByNo(no)
	do, known := orderVerbs[verb]
	if !known {
		do.act = topup.ActSettle
	}
	switch {
	case ok && !t.who.May(do.act):
		t.alert(M("tap.foreign"))
	case !ok || !known || verb == "part" && o.Quantity < 2:
		t.toast(M("tap.unknown"))
	default:
		do.run(t, o, verb)
	}
}

// showProof sends the photo on which a review was ended.
func (t *turn) showProof(o topup.Order, _ string) {
	if o.Decision == nil || o.Decision.Photo == "" {
		t.toast(M("tap.unknown"))
		return
	}
	sc := Screen{PhotoID: o.Decision.Photo}
	sc.line(M("review.title", "No", number(o.No), "State", StateMsg(o)))
	decisionLines(&sc, o)
	sc.Rows = nil
	t.say(sc)
}

func reviewPanel(o topup.Order, owner int64) string {
	return "review/" + number(o.No) + "/" + number(uint64(owner))
}

// reviewScreen shows an order to those who run the business, with what happened
// to it, and the decision where one is due.
func (t *turn) reviewScreen(o topup.Order) Screen {
	var sc Screen
	sc.line(M("review.title", "No", number(o.No), "State", StateMsg(o)))
	if sh, ok := t.v.People.Shop(o.Shop); ok {
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	}
	if o.Seller != "" {
		sc.line(M("order.seller", "Person", Name(o.Seller)))
	}
	sc.line(goodOf(o).item(o)...)
	sc.line(M("review.price", "Amount", o.Price))
	if ref := providerRef(o); ref != "" {
		sc.line(M("order.ref", "Ref", Latin(ref)))
	}
	sc.line(M("order.own", "Ref", Latin(o.ID)))
	if o.Transaction != "" {
		sc.line(M("order.transaction", "Ref", Latin(o.Transaction)))
	}
	if o.Word != "" {
		sc.line(M("review.word", "Word", Latin(o.Word)))
	}
	providerWords(&sc, o)
	historyLines(&sc, o, t.env.Zone)
	if o.State != topup.Review {
		return sc
	}
	if o.Reason != topup.ReasonNone && len(o.Moments) == 0 { // a row of before
		sc.line(reasonMsg(o))
	}
	if !t.who.May(topup.ActSettle) {
		sc.line(M("review.owners"))
		return sc
	}
	no := number(o.No)
	sc.line(M("review.ask"))
	sc.row(Button{Label: M("button.done"), Data: encodeTap("a", "order", no, "done"), Style: Go})
	if o.Quantity > 1 {
		sc.row(button(M("button.part"), encodeTap("a", "order", no, "part")))
	}
	sc.row(Button{Label: M("button.undo"), Data: encodeTap("a", "order", no, "undo"), Style: Stop})
	return sc
}
