package flows

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// The sales of all shops that are not over, for those who run the business: the
// oldest first, with how they stand counted. The till reads them beside its
// writer.

const (
	openShown = 10
	// openPanel begins the ID of every panel of open sales.
	openPanel = "orders/"
)

// openKind is a part of what is open, by the name that its button carries.
type openKind struct {
	name   string
	states []topup.State
}

var openKinds = []openKind{
	{"all", []topup.State{topup.Placed, topup.Submitting, topup.Pending, topup.Uncertain, topup.Queued, topup.Review}},
	{"review", []topup.State{topup.Review}},
	{"open", []topup.State{topup.Placed, topup.Submitting, topup.Pending}},
	{"uncertain", []topup.State{topup.Uncertain}},
	{"queued", []topup.State{topup.Queued}},
}

// orders has what is open read, for a new panel.
func (t *turn) orders() { t.openRead(0, "all", t.env.NewID()) }

// openTapped turns a page of the list, or shows another part of it.
func (t *turn) openTapped(page uint64, kind, rest string) {
	known := slices.ContainsFunc(openKinds, func(k openKind) bool { return k.name == kind })
	if !known || rest == "" || page > math.MaxInt32 {
		t.toast(M("tap.unknown"))
		return
	}
	t.openRead(int(page), kind, rest)
}

func (t *turn) openRead(page int, kind, rest string) {
	t.do(Run{Job: JobOpen, Chat: t.in.Chat, Panel: openPanel + rest, Ask: Question{Page: page, Kind: kind}})
}

// OpenSales is what the list is shown with.
type OpenSales struct {
	Panel  string
	Kind   string
	Page   int
	Now    time.Time
	List   []topup.Order // all that are open, the oldest first
	Pulses map[topup.Operator]topup.Pulse
}

// Screen shows a page of the list.
func (l OpenSales) Screen() Screen {
	var sc Screen
	if len(l.List) == 0 {
		sc.line(M("orders.none"))
	} else {
		sc.line(M("orders.title"))
	}
	sc.line(pulseLines(l.Pulses, l.Now)...)
	rest := strings.TrimPrefix(l.Panel, openPanel)
	to := func(kind, page string) string { return encodeTap("a", "orders", page, kind, rest) }
	var filters []Button
	var wanted []topup.Order
	for _, k := range openKinds {
		part := slices.DeleteFunc(slices.Clone(l.List), func(o topup.Order) bool { return !slices.Contains(k.states, o.State) })
		b := button(M("orders.kind."+k.name, "No", number(uint64(len(part)))), to(k.name, "0"))
		if k.name == l.Kind {
			wanted, b.Style = part, Main
		}
		if len(part) > 0 || k.name == l.Kind {
			filters = append(filters, b)
		}
	}
	part, at, pages := cut(wanted, l.Page, openShown)
	for _, o := range part {
		sc.row(button(M("orders.aged", "Sign", signMsg(o), "No", number(o.No), "Sale", goodOf(o).brief(o), "Amount", worth(o), "Age", ageMsg(o.Placed, l.Now)), encodeTap("a", "order", number(o.No), "card")))
	}
	pageRow(&sc, at, pages, func(page string) string { return to(l.Kind, page) })
	if len(filters) > 2 {
		sc.grid(2, filters)
	}
	sc.row(button(M("button.find"), menuTap("lookup")), button(M("button.again.look"), to(l.Kind, strconv.Itoa(at))))
	sc.row(homeButton())
	return sc
}

// ageMsg is how long ago something was, as short as it can be said.
func ageMsg(then, now time.Time) Msg {
	switch age := max(0, now.Sub(then)); {
	case age < time.Hour:
		return M("age.minutes", "No", strconv.Itoa(int(age/time.Minute)))
	case age < 48*time.Hour:
		return M("age.hours", "No", strconv.Itoa(int(age/time.Hour)))
	default:
		return M("age.days", "No", strconv.Itoa(int(age/(24*time.Hour))))
	}
}
