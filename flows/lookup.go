package flows

import (
	"sort"
	"strconv"
	"strings"

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
func LookUpScreen(found []topup.Order, name func(topup.ShopID) string) Screen {
	var sc Screen
	if len(found) == 0 {
		sc.line(M("find.none"))
	} else {
		sc.line(M("find.found"))
	}
	for _, o := range found[:min(len(found), lookupMost)] {
		sc.row(button(M("lookup.line", "Sale", saleLine(o), "Shop", Name(CleanName(name(o.Shop), 12))), encodeTap("a", "order", number(o.No), "card")))
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

// salesTapped turns the pages of a shop's sales: below a number, or above one.
func (t *turn) salesTapped(id topup.ShopID, verb, at string) {
	sh, ok := t.v.People.Shop(id)
	no, err := strconv.ParseUint(at, 10, 62)
	switch {
	case !ok || err != nil:
		t.toast(M("tap.unknown"))
	case verb == "page":
		t.salesOf(sh, no)
	case verb == "above":
		t.salesOf(sh, t.pageAbove(id, no))
	default:
		t.toast(M("tap.unknown"))
	}
}

// pageAbove is below which number the page begins that stands just above a
// sale: of the oldest ones above 0. Sales are listed downwards only, so it is
// found by halving.
func (t *turn) pageAbove(id topup.ShopID, no uint64) uint64 {
	newest := t.v.Orders.OrdersOf(id, 0, 1)
	if len(newest) == 0 {
		return 0
	}
	top := int(newest[0].No)
	at := sort.Search(top, func(n int) bool {
		list := t.v.Orders.OrdersOf(id, uint64(n)+1, lookupMost)
		return len(list) == lookupMost && list[lookupMost-1].No > no
	})
	if at == top {
		return 0
	}
	return uint64(at) + 1
}

// salesOf shows a page of a shop's sales, those below a number (0: the newest),
// on the panel of shops.
func (t *turn) salesOf(sh topup.Shop, before uint64) {
	list := t.v.Orders.OrdersOf(sh.ID, before, lookupMost+1)
	more := len(list) > lookupMost
	list = list[:min(len(list), lookupMost)]
	var sc Screen
	sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	tap := func(verb string, no uint64) string {
		return encodeTap("a", "sales", number(uint64(sh.ID)), verb, number(no))
	}
	if len(list) == 0 {
		sc.line(M("history.empty"))
	} else {
		sc.line(M("history.span", "From", list[len(list)-1].Placed, "To", list[0].Placed))
	}
	for _, o := range list {
		sc.row(button(saleLine(o), encodeTap("a", "order", number(o.No), "card")))
	}
	if before != 0 && len(list) > 0 {
		sc.row(button(M("button.newest"), tap("page", 0)), button(M("button.newer"), tap("above", list[0].No)))
	}
	if more {
		sc.row(button(M("button.older"), tap("page", list[len(list)-1].No)), button(M("button.oldest"), tap("above", 0)))
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
