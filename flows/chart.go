package flows

import (
	"strconv"
	"strings"

	"hanout/topup"
)

// A report as a picture. It is a message of its own, for a picture can't become
// a text; the till sums and draws beside its writer.

func chartButton(verb string, p topup.Period, shop topup.ShopID) Button {
	return button(M("button.chart"), menuTap(verb, string(p)+"."+number(uint64(shop))))
}

// ownChart draws what the person's own shop sold: a tap's argument is the
// period.
func (t *turn) ownChart(arg string) {
	period, _, _ := strings.Cut(arg, ".")
	t.chart(topup.Period(period), t.who.Shop, t.who.Shop != 0)
}

// shopChart draws, for an owner, what the shop sold that the argument names, or
// what all sold.
func (t *turn) shopChart(arg string) {
	period, shop, _ := strings.Cut(arg, ".")
	n, err := strconv.ParseUint(shop, 10, 31)
	_, known := t.v.People.Shop(topup.ShopID(n))
	t.chart(topup.Period(period), topup.ShopID(n), err == nil && (n == 0 || known))
}

func (t *turn) chart(p topup.Period, shop topup.ShopID, known bool) {
	if _, fits := p.Span(t.env.Now.In(t.env.Zone)); !fits || !known {
		t.toast(M("tap.unknown"))
		return
	}
	t.toast(M("chart.running"))
	t.do(Run{Job: JobChart, Chat: t.in.Chat, Panel: "chart/" + t.env.NewID(), Ask: Question{Period: p, Shop: shop}})
}

// ChartPicture are the words and numbers of a picture.
type ChartPicture struct {
	Title, Note, Unit Msg
	Bars              []ChartBar
}

// ChartBar is an hour or a day of it.
type ChartBar struct {
	Label  string
	Amount topup.Money
}

// PictureOf tells what a report's picture shows: what was paid, by the hour or
// the day.
func PictureOf(r *topup.Report) ChartPicture {
	var sc Screen
	reportTitle(&sc, r)
	p := ChartPicture{Title: sc.Lines[0], Unit: M("chart.unit"), Note: M("chart.note", "Amount", r.All.Paid, "Sales", number(uint64(r.All.Done)))}
	for _, s := range r.Slots() {
		form := "02/01"
		if r.Days() == 1 {
			form = "15"
		}
		p.Bars = append(p.Bars, ChartBar{s.Of.Format(form), s.Paid})
	}
	return p
}

// ChartScreen is the picture's message: of a shop, or of all (the zero Shop).
func ChartScreen(r *topup.Report, of topup.Shop, png []byte) Screen {
	sc := Screen{Photo: png}
	if of.ID != 0 {
		sc.line(M("shop.name", "Shop", Name(of.Name), "No", number(uint64(of.ID))))
	}
	reportTitle(&sc, r)
	sc.row(homeButton())
	return sc
}
