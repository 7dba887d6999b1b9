package flows

import (
	"sort"
	"strconv"
	"strings"

	"hanout/topup"
)

// Any sale of any shop, as those who run the business look it up: by its number
// or the provider's at once; by the customer's number, the day, or the last
// digits of a serial beside the writer; and by turning the pages of a shop. No
// code is shown. A shop looks for its own in the same words; see find.go.

const lookupMost = 12 // sales on a screen

// StepLookUp asks those who run the business what to look for.
const StepLookUp Step = "lookup"

func lookingUp() conversation {
	return conversation{
		needs: topup.ActOrders, holds: func(Session) bool { return true },
		steps: map[Step]step{StepLookUp: {
			show: func(t *turn) { t.askLookUp(Msg{}) },
			told: func(t *turn, text string) bool { t.lookUp(text); return true },
			taps: map[string]func(*turn, string){"day": (*turn).lookUp},
		}},
	}
}

func (t *turn) askLookUp(problem Msg) {
	if t.s.Step != StepLookUp {
		t.dropQuietly()
		t.begin(StepLookUp)
	}
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("lookup.usage"))
		t.dayButtons(sc)
		sc.row(t.cancelButton())
	})
}

// dayButtons are the days that are asked for most.
func (t *turn) dayButtons(sc *Screen) {
	sc.row(button(M("period.t"), t.s.tap("day", "today")), button(M("period.y"), t.s.tap("day", "hier")))
}

// lookUp is /find of the business.
func (t *turn) lookUp(what string) {
	what = strings.TrimSpace(topup.PlainDigits(what))
	day, isDay := t.dayNamed(what)
	digits, named := serialEnd(what)
	no, notNo := strconv.ParseUint(strings.TrimPrefix(what, "#"), 10, 63)
	var numbers []string
	for _, g := range goods {
		if g.sold != nil {
			to, _ := g.sold(what)
			numbers = append(numbers, to...)
		}
	}
	switch {
	case what == "":
		t.askLookUp(Msg{})
		return
	case isDay:
		t.search(Question{Period: day}, "")
		return
	case named && digits != "":
		t.search(Question{Serial: digits}, "")
		return
	}
	var o topup.Order
	ok := false
	if notNo == nil && !strings.HasPrefix(what, "0") {
		o, ok = t.v.Orders.OrderByNo(no)
	} else if o, ok = t.v.Orders.OrderByProvider(what); !ok {
		o, ok = t.v.Orders.Order(topup.OrderID(what))
	}
	switch {
	case ok:
		t.leaveSearch()
		show := t.ownersCard(o, true)
		if digits != "" {
			show.Screen.row(serialButton("shopserial", digits, t.env.NewID()))
		}
		t.do(show)
	case len(numbers) > 0:
		t.search(Question{Numbers: numbers, Serial: digits}, "")
	case digits != "":
		t.search(Question{Serial: digits}, "")
	default:
		t.askLookUp(M("find.none"))
	}
}

// leaveSearch leaves the question, for what was found stands below, or whatever
// conversation there was.
func (t *turn) leaveSearch() {
	if t.s.Step == StepLookUp || t.s.Step == StepFind {
		t.vanish(M("find.below"))
	}
	t.dropQuietly()
	t.s = t.blank()
}

// lookupPanel begins the ID of every panel of the business's searches. A shop's
// are panels of its history, in which its sales open.
const lookupPanel = "lookup/"

// search has sales looked for beside the writer, for a new panel or, turned on,
// for the rest of its ID.
func (t *turn) search(q Question, rest string) {
	begins := lookupPanel
	if q.Shop != 0 {
		begins = historyPanel
	}
	if rest == "" {
		t.leaveSearch()
		rest = t.env.NewID()
		t.do(Show{Chat: t.in.Chat, Panel: begins + rest, Screen: Screen{Lines: []Msg{M("lookup.running")}}, Class: ClassAnswer})
	}
	t.do(Run{Job: JobLookUp, Chat: t.in.Chat, Panel: begins + rest, Ask: q})
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
		sc.row(button(numberedLine(o, t.env.Now), encodeTap("a", "order", number(o.No), "card")))
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

// ownersCard is an order as those see it who run the business.
func (t *turn) ownersCard(o topup.Order, fresh bool) Show {
	sc := t.reviewScreen(o)
	if t.who.May(topup.ActShops) {
		sc.row(button(M("card.open"), encodeTap("a", "card", number(uint64(o.Shop)), "below")))
	}
	if c, ok := t.v.Complaints.Complaint(o.ID); ok && t.who.May(topup.ActComplaints) {
		sc.line(complaintMsg(c))
		sc.row(button(M("button.complaint"), encodeTap("a", "complaint", number(c.No), "card")))
	}
	return Show{Chat: t.in.Chat, Panel: reviewPanel(o, t.in.Chat), Screen: sc, Class: ClassAnswer, Fresh: fresh}
}
