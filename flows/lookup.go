package flows

import (
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// Any sale of any shop, as those who run the business look it up: by its number
// or the provider's at once, by the customer's number beside the writer, and by
// turning the pages of a shop. No code is shown.

const lookupMost = 12 // sales on a screen

// lookUp is /find of the business.
func (t *turn) lookUp(what string) {
	t.dropQuietly()
	what = strings.TrimSpace(topup.PlainDigits(what))
	no, notNo := strconv.ParseUint(strings.TrimPrefix(what, "#"), 10, 63)
	switch {
	case what == "":
		t.sayLines(M("lookup.usage"))
		return
	case notNo == nil && !strings.HasPrefix(what, "0"):
		if o, ok := t.v.Orders.OrderByNo(no); ok {
			t.do(t.ownersCard(o, true))
			return
		}
	default:
		if o, ok := t.v.Orders.OrderByProvider(what); ok {
			t.do(t.ownersCard(o, true))
			return
		}
	}
	var numbers []string
	for _, g := range goods {
		if g.sold != nil {
			to, _ := g.sold(what)
			numbers = append(numbers, to...)
		}
	}
	if len(numbers) == 0 {
		t.sayLines(M("find.none"), M("lookup.usage"))
		return
	}
	panel := "lookup/" + t.env.NewID()
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: Screen{Lines: []Msg{M("lookup.running")}}, Class: ClassAnswer},
		Run{Job: JobLookUp, Chat: t.in.Chat, Panel: panel, Ask: Question{Numbers: numbers}})
}

// LookUpScreen lists what a look-up found, the newest first; name tells a shop's.
func LookUpScreen(found []topup.Order, now time.Time, name func(topup.ShopID) string) Screen {
	var sc Screen
	if len(found) == 0 {
		sc.line(M("find.none"))
	} else {
		sc.line(M("find.found"))
	}
	for _, o := range found[:min(len(found), lookupMost)] {
		sc.row(button(M("lookup.line", "Sale", saleLine(o, now), "Shop", Name(CleanName(name(o.Shop), 12))), encodeTap("a", "order", number(o.No), "card")))
	}
	sc.row(homeButton())
	return sc
}

// salesRow leads to what a shop sold last.
func (t *turn) salesRow(sc *Screen, sh topup.Shop) {
	if sh.Admitted() && t.who.May(topup.ActOrders) {
		sc.row(button(M("card.sales"), encodeTap("a", "sales", number(uint64(sh.ID)), "page", "0")))
	}
}

// salesOf turns the pages of a shop's sales, the newest first, on the panel of
// shops.
func (t *turn) salesOf(id topup.ShopID, from string) {
	sh, ok := t.v.People.Shop(id)
	before, err := strconv.ParseUint(from, 10, 63)
	if !ok || err != nil {
		t.toast(M("tap.unknown"))
		return
	}
	list := t.v.Orders.OrdersOf(id, before, lookupMost+1)
	var sc Screen
	sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	if len(list) == 0 {
		sc.line(M("history.empty"))
	}
	page := func(before uint64) string { return encodeTap("a", "sales", number(uint64(id)), "page", number(before)) }
	more := len(list) > lookupMost
	list = list[:min(len(list), lookupMost)]
	for _, o := range list {
		sc.row(button(numberedLine(o, t.env.Now), encodeTap("a", "order", number(o.No), "card")))
	}
	var nav []Button
	if before != 0 {
		nav = append(nav, button(M("button.newest"), page(0)))
	}
	if more {
		nav = append(nav, button(M("button.older"), page(list[len(list)-1].No)))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	sc.row(button(M("card.open"), cardTap(sh, "open", "0")), homeButton())
	t.showShops(sc, false)
}

// ownersCard is an order as those see it who run the business, with its shop.
func (t *turn) ownersCard(o topup.Order, fresh bool) Show {
	sc := ReviewScreen(o, "")
	if !t.who.May(topup.ActSettle) && len(sc.Rows) > 0 {
		sc.Rows = nil
		sc.line(M("review.owners"))
	}
	if sh, ok := t.v.People.Shop(o.Shop); ok {
		sc.Lines = append(sc.Lines[:1:1], append([]Msg{M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)))}, sc.Lines[1:]...)...)
		if t.who.May(topup.ActShops) {
			sc.row(button(M("card.open"), cardTap(sh, "below")))
		}
	}
	return Show{Chat: t.in.Chat, Panel: reviewPanel(o, t.in.Chat), Screen: sc, Class: ClassAnswer, Fresh: fresh}
}
