package flows

import (
	"cmp"
	"time"

	"hanout/topup"
)

// The list of a shop's sales. The rules: a panel of it turns its pages and opens
// its sales in place, the rest of its ID travels in the buttons; a page looks
// through so many sales at the most.

const (
	historyPage = 6
	historyPart = 30
	historyMost = 240
)

// historyPanel begins the ID of every history panel.
const historyPanel = "h/"

// historySieves are what people want to see of their sales, all of them first.
var historySieves = []sieve[topup.Order]{
	{"all", "history.all", func(topup.Order) bool { return true }},
	{"open", "history.open", func(o topup.Order) bool { return !o.State.Final() }},
	{"back", "history.back", topup.GaveBack},
}

// historyAt is a page of the history: what it shows, and from below which number.
type historyAt struct {
	sieve  sieve[topup.Order]
	before uint64
	panel  string
}

func (h historyAt) tap(verb string, before uint64) string {
	return encodeTap("h", number(before), h.panel, verb)
}

// history sends a new panel with the newest sales.
func (t *turn) history() {
	t.dropQuietly()
	t.s = t.blank()
	t.showPage(historyAt{sieve: historySieves[0], panel: t.env.NewID()})
}

func (t *turn) showHistory(panel string, sc Screen) {
	t.do(Show{Chat: t.in.Chat, Panel: historyPanel + panel, Screen: sc, Class: ClassAnswer})
}

func (t *turn) showPage(h historyAt) {
	var sc Screen
	orders, next := t.salesLike(h.sieve.fits, h.before)
	all := h.sieve.verb == historySieves[0].verb
	switch {
	case len(orders) > 0 && all:
		sc.line(M("history.title"))
	case len(orders) > 0:
		sc.line(M("history.only", "What", M(h.sieve.label)))
	case all:
		sc.line(M("history.empty"))
	default:
		sc.line(M("history.none"))
	}
	for _, o := range orders {
		sc.row(button(saleLine(o, t.env.Now), encodeTap("v", number(o.No), number(h.before), h.panel, h.sieve.verb)))
	}
	var nav []Button
	if h.before != 0 {
		nav = append(nav, button(M("button.newest"), h.tap(h.sieve.verb, 0)))
	}
	if next != 0 {
		nav = append(nav, button(M("button.older"), h.tap(h.sieve.verb, next)))
	}
	if len(orders) > 0 || !all {
		sieveRow(&sc, historySieves, h.sieve, func(verb string) string { return h.tap(verb, 0) })
	}
	if h.before == 0 && len(t.v.Complaints.ComplaintsOf(t.who.Shop, "", 1)) > 0 {
		sc.row(button(M("button.complaints"), menuTap("mycomplaints")))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	sc.row(button(M("button.find"), menuTap("find")), homeButton())
	t.showHistory(h.panel, sc)
}

// salesLike are a page of the shop's sales; next is from below which number the
// page after it begins, 0 when nothing is left.
func (t *turn) salesLike(fits func(topup.Order) bool, before uint64) (page []topup.Order, next uint64) {
	for read := 0; read < historyMost; read += historyPart {
		orders := t.v.Orders.OrdersOf(t.who.Shop, before, historyPart)
		for _, o := range orders {
			if fits(o) {
				if len(page) == historyPage {
					return page, before
				}
				page = append(page, o)
			}
			before = o.No
		}
		if len(orders) < historyPart {
			return page, 0
		}
	}
	return page, before
}

// historyTapped takes a button of a history panel: a page, or a sale.
func (t *turn) historyTapped(c tap) {
	if !t.who.May(topup.ActHistory) {
		t.alert(M("tap.foreign"))
		return
	}
	first, ok := c.number(0)
	rest := c.parts[1:]
	no := first
	if c.kind == "v" {
		if first, ok = c.number(1); ok {
			rest = c.parts[2:]
		}
	}
	h := historyAt{sieve: historySieves[0], before: first, panel: rest[0]}
	if ok && len(rest) > 1 { // buttons from before there was a choice have none
		h.sieve, ok = sieveOf(historySieves, rest[1])
	}
	switch {
	case !ok:
		t.toast(M("tap.unknown"))
	case c.kind == "h":
		t.showPage(h)
	default:
		t.historyOrder(no, h)
	}
}

// historyOrder opens one sale inside the history panel.
func (t *turn) historyOrder(no uint64, h historyAt) {
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
	sc.row(button(M("button.back"), h.tap(h.sieve.verb, h.before)), homeButton())
	t.showHistory(h.panel, sc)
}

// worth is what an order is about in a list: its face value, else its price.
func worth(o topup.Order) topup.Money { return cmp.Or(o.Face, o.Price) }

// signMsg is the sign of where an order stands.
func signMsg(o topup.Order) Msg { return M("sign." + string(o.State)) }

// numberedLine tells of a sale in a list of those who run the business, who speak
// of it by its number.
func numberedLine(o topup.Order, now time.Time) Msg {
	return M("orders.line", "Sign", signMsg(o), "No", number(o.No), "When", When{o.Placed, now}, "Sale", goodOf(o).brief(o), "Amount", worth(o))
}

// saleLine tells of a sale in a list: with who sold it, where a shop has
// several people.
func saleLine(o topup.Order, now time.Time) Msg {
	line := M("history.line", "Sign", signMsg(o), "When", When{o.Placed, now}, "Sale", goodOf(o).brief(o), "Amount", worth(o))
	if o.Seller == "" {
		return line
	}
	return M("history.by", "Sale", line, "Person", firstName(o.Seller))
}
