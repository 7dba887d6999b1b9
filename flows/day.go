package flows

import (
	"strings"

	"hanout/topup"
)

// The day's sales: a shop's own for the shop, those of all for the owners. The
// till reads them beside its writer; there is no end to how many they are.

// dayShops is how many shops an owner is shown, the best first.
const dayShops = 10

// dayPanel begins the ID of every panel of a day.
const dayPanel = "day/"

// summing makes a command of the job that sums a day. Typed, or tapped at home,
// it has a new panel; its own 🔄, which holds the rest of the panel's ID, reads
// the day anew in place.
func summing(job Job) func(*turn, string) {
	return func(t *turn, rest string) {
		if t.in.Text != "" || rest == "" {
			rest = t.env.NewID()
		}
		t.do(Run{Job: job, Chat: t.in.Chat, Panel: dayPanel + rest})
	}
}

func dayAgain(verb, panel string) Button {
	return button(M("button.again.look"), menuTap(verb, strings.TrimPrefix(panel, dayPanel)))
}

// DayScreen shows a shop what it sold today, and what it has.
func DayScreen(panel string, d *topup.Day, w topup.Wallet) Screen {
	var sc Screen
	sc.line(M("today.title", "Time", d.Read))
	if d.All.Sales() == 0 {
		sc.line(M("today.none"))
	} else {
		sc.line(M("today.done", "Sales", number(uint64(d.All.Done))), M("today.paid", "Amount", d.All.Paid))
		if d.All.Face > 0 {
			sc.line(M("today.gain", "Face", d.All.Face, "Amount", d.All.Gain))
		}
		dayRest(&sc, d.All)
		dayKinds(&sc, d)
	}
	sc.line(M("wallet.available", "Amount", w.Available))
	sc.row(sellButton(Plain), button(M("button.history"), menuTap("history")))
	sc.row(dayAgain("today", panel), homeButton())
	return sc
}

// ReportScreen shows an owner what all shops sold today; name tells a shop's.
func ReportScreen(panel string, d *topup.Day, name func(topup.ShopID) string) Screen {
	var sc Screen
	sc.line(M("today.title", "Time", d.Read))
	if d.All.Sales() == 0 {
		sc.line(M("today.none"))
	} else {
		sc.line(M("today.done", "Sales", number(uint64(d.All.Done))), M("report.paid", "Amount", d.All.Paid))
		if d.All.Done > d.All.Untold {
			sc.line(M("report.margin", "Amount", Signed(d.All.Margin)))
		}
		if d.All.Untold > 0 {
			sc.line(M("report.untold", "Sales", number(uint64(d.All.Untold))))
		}
		dayRest(&sc, d.All)
		dayKinds(&sc, d)
		shops := d.Shops()
		sc.line(M("report.shops", "Sales", number(uint64(len(shops)))))
		for _, s := range shops[:min(len(shops), dayShops)] {
			sc.line(M("report.shop", "Shop", Name(name(s.Shop)), "No", number(uint64(s.Shop)), "Sales", number(uint64(s.Done)), "Amount", s.Paid))
		}
	}
	sc.row(dayAgain("report", panel), homeButton())
	return sc
}

func dayRest(sc *Screen, s topup.Sums) {
	if s.Back > 0 || s.Given > 0 {
		sc.line(M("today.back", "Sales", number(uint64(s.Back)), "Amount", s.Given))
	}
	if s.Pending > 0 {
		sc.line(M("today.open", "Sales", number(uint64(s.Pending)), "Amount", s.Held))
	}
}

func dayKinds(sc *Screen, d *topup.Day) {
	for _, k := range d.Kinds() {
		if k.Done == 0 {
			continue
		}
		if k.Operator != "" {
			sc.line(M("today.operator", "Operator", Latin(k.Operator), "Sales", number(uint64(k.Done)), "Amount", k.Paid))
			continue
		}
		g, _ := goodNamed(k.Good)
		sc.line(M("today.good", "Good", M(g.label), "Sales", number(uint64(k.Done)), "Amount", k.Paid))
	}
}
