package flows

import (
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
		t.drop(M("find.below"))
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
		sc.row(button(saleLine(o), encodeTap("a", "order", number(o.No), "card")))
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

// ownersCard is an order as those see it who run the business.
func (t *turn) ownersCard(o topup.Order, fresh bool) Show {
	sc := t.reviewScreen(o)
	if o.State == topup.Review && !t.who.May(topup.ActSettle) {
		sc.Rows = nil
		sc.line(M("review.owners"))
	}
	if t.who.May(topup.ActShops) {
		sc.row(button(M("card.open"), encodeTap("a", "card", number(uint64(o.Shop)), "below")))
	}
	return Show{Chat: t.in.Chat, Panel: reviewPanel(o, t.in.Chat), Screen: sc, Class: ClassAnswer, Fresh: fresh}
}
