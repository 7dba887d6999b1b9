package flows

import "hanout/topup"

// The list of a shop's sales. The rule: a panel of it turns its pages and opens
// its sales in place; the rest of its ID travels in the buttons.

const historyPage = 6

// historyPanel begins the ID of every history panel.
const historyPanel = "h/"

// history sends a new panel with the newest sales.
func (t *turn) history() {
	t.dropQuietly()
	t.s = t.blank()
	panel := t.env.NewID()
	t.showHistory(panel, t.historyScreen(0, panel))
}

func (t *turn) showHistory(panel string, sc Screen) {
	t.do(Show{Chat: t.in.Chat, Panel: historyPanel + panel, Screen: sc, Class: ClassAnswer})
}

func (t *turn) historyScreen(before uint64, panel string) Screen {
	var sc Screen
	orders := t.v.Orders.OrdersOf(t.who.Shop, before, historyPage+1)
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
		sc.row(button(saleLine(o), encodeTap("v", number(o.No), number(before), panel)))
	}
	var nav []Button
	if before != 0 {
		nav = append(nav, button(M("button.newest"), encodeTap("h", "0", panel)))
	}
	if more {
		nav = append(nav, button(M("button.older"), encodeTap("h", number(orders[len(orders)-1].No), panel)))
	}
	if before == 0 && len(t.v.Complaints.ComplaintsOf(t.who.Shop, "", 1)) > 0 {
		sc.row(button(M("button.complaints"), menuTap("mycomplaints")))
	}
	sc.row(append(nav, homeButton())...)
	return sc
}

// historyTapped takes a button of a history panel: a page, or a sale.
func (t *turn) historyTapped(c tap) {
	if !t.who.May(topup.ActHistory) {
		t.alert(M("tap.foreign"))
		return
	}
	first, ok := c.number(0)
	switch {
	case !ok:
	case c.kind == "h":
		t.showHistory(c.part(1), t.historyScreen(first, c.part(1)))
	default:
		if before, ok := c.number(1); ok {
			t.historyOrder(first, before, c.part(2))
		}
	}
}

// historyOrder opens one sale inside the history panel.
func (t *turn) historyOrder(no, before uint64, panel string) {
	o, found := t.v.Orders.OrderByNo(no)
	if !found || !t.who.MayFor(topup.ActHistory, o.Shop) {
		t.toast(M("tap.unknown"))
		return
	}
	sc := t.saleScreen(o)
	sc.Lines = append(sc.Lines, M("order.placed", "Time", o.Placed))
	if len(sc.Rows) > 0 && o.State == topup.Placed {
		sc.Rows = nil // taking back belongs to the sale's own panel
	}
	sc.row(button(M("button.back"), encodeTap("h", number(before), panel)), homeButton())
	t.showHistory(panel, sc)
}
