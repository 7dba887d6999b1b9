package flows

import (
	"strconv"
	"strings"

	"hanout/topup"
)

const historyPage = 6

// history sends a new card with the newest sales.
func (t *turn) history(before uint64) {
	sh, ok := t.shop()
	if !ok {
		t.lost()
		return
	}
	t.dropQuietly()
	t.s = Session{Version: t.s.Version}
	card := t.in.NewID()
	t.do(Show{Chat: t.in.Chat, Panel: historyPanel + card, Screen: t.historyScreen(sh, before, card), Class: ClassAnswer})
}

// historyCard begins the ID of every history card; the rest of it travels in
// the buttons, so that a page turns in place.
const historyPanel = "h/"

func (t *turn) historyScreen(sh topup.Shop, before uint64, card string) Screen {
	var sc Screen
	orders := t.v.OrdersOf(sh.ID, before, historyPage+1)
	if len(orders) == 0 {
		sc.line(M("history.empty"))
		sc.row(homeButton())
		return sc
	}
	sc.line(M("history.title"))
	more := len(orders) > historyPage
	if more {
		orders = orders[:historyPage]
	}
	for _, o := range orders {
		sc.row(button(historyLine(o), encodeTap("v", number(o.No), number(before), card)))
	}
	var nav []Button
	if before != 0 {
		nav = append(nav, button(M("button.newest"), encodeTap("h", "0", card)))
	}
	if more {
		nav = append(nav, button(M("button.older"), encodeTap("h", number(orders[len(orders)-1].No), card)))
	}
	sc.row(append(nav, homeButton())...)
	return sc
}

func historyLine(o topup.Order) Msg {
	if o.Good == topup.GiftCard {
		return M("history.gift", "Sign", M("sign."+string(o.State)), "No", number(o.No),
			"Plan", Name(o.PlanName), "Quantity", o.Quantity, "Amount", o.Price)
	}
	return M("history.line", "Sign", M("sign."+string(o.State)), "No", number(o.No),
		"Number", topup.MSISDN(o.To), "Amount", o.Face)
}

func (t *turn) historyPage(before uint64, card string) {
	if sh, ok := t.shop(); ok {
		t.do(Show{Chat: t.in.Chat, Panel: historyPanel + card, Screen: t.historyScreen(sh, before, card), Class: ClassAnswer})
	}
}

// historyOrder opens one sale inside the history card.
func (t *turn) historyOrder(no, before uint64, card string) {
	sh, ok := t.shop()
	o, found := t.v.OrderByNo(no)
	if !ok || !found || o.Shop != sh.ID {
		t.toast(M("tap.unknown"))
		return
	}
	sc := OrderScreen(o)
	sc.Lines = append(sc.Lines, M("order.placed", "Time", o.Placed))
	if len(sc.Rows) > 0 && o.State == topup.Placed {
		sc.Rows = nil // taking back belongs to the sale's own card
	}
	sc.row(button(M("button.back"), encodeTap("h", number(before), card)), homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: historyPanel + card, Screen: sc, Class: ClassAnswer})
}

// askFind asks what to look for.
func (t *turn) askFind(problem Msg) {
	t.s.Step = StepFind
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("find.ask"))
		sc.row(t.cancelButton())
	})
}

// soldTo lists the newest sales to a number, read as each good reads it.
func (t *turn) soldTo(shop topup.ShopID, number string) (found []topup.Order) {
	if n, err := topup.ParseMSISDN(number); err == nil {
		found = t.v.OrdersTo(shop, string(n), historyPage)
	}
	for _, kind := range lineTypes {
		if line, err := parseLine(kind, number); err == nil {
			found = append(found, t.v.OrdersTo(shop, string(line), historyPage)...)
		}
	}
	return found
}

// find looks sales up by the customer's number or by the order's number.
func (t *turn) find(what string) {
	sh, ok := t.shop()
	if !ok {
		t.lost()
		return
	}
	what = strings.TrimSpace(topup.PlainDigits(what))
	if what == "" {
		t.dropQuietly()
		t.begin(StepFind)
		t.askFind(Msg{})
		return
	}
	found := t.soldTo(sh.ID, what)
	_, notMobile := topup.ParseMSISDN(what)
	no, notNo := strconv.ParseUint(strings.TrimPrefix(what, "#"), 10, 63)
	switch {
	case len(found) > 0 || notMobile == nil:
	case notNo == nil:
		if o, ok := t.v.OrderByNo(no); ok && o.Shop == sh.ID {
			found = []topup.Order{o}
		}
	default:
		if t.s.Step != StepFind {
			t.begin(StepFind)
		}
		t.askFind(M("find.bad"))
		return
	}
	if t.s.Step == StepFind {
		t.drop(M("find.below"))
	}
	t.dropQuietly()
	t.s = Session{Version: t.s.Version}
	card := t.in.NewID()
	var sc Screen
	if len(found) == 0 {
		sc.line(M("find.none"))
	} else {
		sc.line(M("find.found"))
	}
	for _, o := range found {
		sc.row(button(historyLine(o), encodeTap("v", number(o.No), "0", card)))
	}
	sc.row(homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: historyPanel + card, Screen: sc, Class: ClassAnswer})
}
