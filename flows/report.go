package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// What was sold: a shop's own for the shop, that of all or of one for the owners.
// The till reads it beside its writer; there is no end to how much it is. A
// panel of a report turns to other periods, and to a shop, in place: its buttons
// carry the period, the rest of the panel's ID, and the shop.

const (
	reportShops   = 10 // shops that an owner is shown, the best first
	reportSleeps  = 5  // names of shops that sold nothing
	reportDays    = 31 // days that are told one by one
	reportSellers = 10
	dayPanel      = "day/" // begins the ID of every panel of a report
)

// reporting makes a command of the job that sums a period. Typed, or tapped at
// home, it has a new panel.
func reporting(job Job, usual topup.Period) func(*turn, string) {
	return func(t *turn, rest string) {
		period, panel, shop := usual, "", topup.ShopID(0)
		switch {
		case t.in.Text != "" && rest != "":
			read, ok := topup.ReadPeriod(rest, t.env.Now.In(t.env.Zone))
			if !ok {
				t.sayLines(M("report.usage"))
				return
			}
			period = read
		case t.in.Text == "" && rest != "":
			period, panel, shop = reportTapped(rest)
		}
		if panel == "" {
			panel = t.env.NewID()
		}
		if _, known := t.v.People.Shop(shop); shop != 0 && (job != JobReport || !known) {
			t.toast(M("tap.unknown"))
			return
		}
		t.do(Run{Job: job, Chat: t.in.Chat, Panel: dayPanel + panel, Ask: Question{Period: period, Shop: shop}})
	}
}

// reportTap is the argument of a report's button.
func reportTap(p topup.Period, panel string, shop topup.ShopID) string {
	s := string(p) + "." + strings.TrimPrefix(panel, dayPanel)
	if shop != 0 {
		s += "." + number(uint64(shop))
	}
	return s
}

func reportTapped(arg string) (p topup.Period, panel string, shop topup.ShopID) {
	f := strings.Split(arg, ".")
	if len(f) == 1 {
		return topup.Today, f[0], 0
	}
	if len(f) > 2 {
		n, _ := strconv.ParseUint(f[2], 10, 31)
		shop = topup.ShopID(n)
	}
	return topup.Period(f[0]), f[1], shop
}

// ReportProgress tells how many sales a long report has read.
func ReportProgress(chat int64, panel string, read int) Show {
	return Show{Chat: chat, Panel: panel, Screen: Screen{Lines: []Msg{M("report.running", "Sales", number(uint64(read)))}}, Class: ClassAnswer}
}

// ShopReport is what a report of one shop is shown with.
type ShopReport struct {
	*topup.Report
	Panel  string
	Wallet topup.Wallet
	// Seller tells a person's name when the shop has several who sell; nil when
	// it has one.
	Seller func(int64) string
	// Of is the shop, when an owner looks at it; zero for the shop itself.
	Of topup.Shop
}

// Screen shows a shop what it sold, and what it has.
func (r ShopReport) Screen() Screen {
	var sc Screen
	verb := "today"
	if r.Of.ID != 0 {
		verb = "report"
		sc.line(M("shop.name", "Shop", Name(r.Of.Name), "No", number(uint64(r.Of.ID))))
	}
	reportTitle(&sc, r.Report)
	if r.All.Sales() > 0 {
		paid, gain := "today.paid", "today.gain"
		if r.Of.ID != 0 { // the owner reads whose money it was
			paid, gain = "report.shop.paid", "report.shop.gain"
		}
		sc.line(M("today.done", "Sales", number(uint64(r.All.Done))), M(paid, "Amount", r.All.Paid))
		if r.All.Face > 0 {
			sc.line(M(gain, "Face", r.All.Face, "Amount", r.All.Gain))
		}
		if r.All.Priceless > 0 && r.All.Face > 0 {
			sc.line(M("today.priceless", "Amount", r.All.Priceless))
		}
		reportRest(&sc, r.All)
		reportKinds(&sc, r.Report)
		if r.Seller != nil {
			sellers := r.Sellers()
			for _, p := range sellers[:min(len(sellers), reportSellers)] {
				sc.line(M("report.seller", "Name", Name(r.Seller(p.Of)), "Sales", number(uint64(p.Done)), "Amount", p.Paid))
			}
		}
		reportByDay(&sc, r.Report)
	}
	sc.line(M("wallet.available", "Amount", r.Wallet.Available))
	periodRows(&sc, verb, r.Report, r.Panel, r.Of.ID)
	if r.All.Done > 0 {
		sc.row(chartButton(map[bool]string{true: "shopchart", false: "chart"}[r.Of.ID != 0], r.Period, r.Of.ID))
	}
	sc.row(statementButton(FormXLSX, r.Period, r.Of.ID), statementButton(FormCSV, r.Period, r.Of.ID))
	if r.Of.ID != 0 {
		sc.row(button(M("button.back"), menuTap(verb, reportTap(r.Period, r.Panel, 0))), homeButton())
		return sc
	}
	sc.row(sellButton(Plain), button(M("button.history"), menuTap("history")))
	sc.row(homeButton())
	return sc
}

// BusinessReport is what a report of all shops is shown with.
type BusinessReport struct {
	*topup.Report
	Panel string
	Shop  func(topup.ShopID) string
	// Asleep are the first of the approved shops that sold nothing, Sleeping is
	// how many there are.
	Asleep   []topup.Shop
	Sleeping int
}

// Screen shows an owner what all shops sold.
func (r BusinessReport) Screen() Screen {
	var sc Screen
	reportTitle(&sc, r.Report)
	shops := slices.DeleteFunc(r.Shops(), func(s topup.Part[topup.ShopID]) bool { return s.Done == 0 })
	if r.All.Sales() > 0 {
		sc.line(M("today.done", "Sales", number(uint64(r.All.Done))), M("report.paid", "Amount", r.All.Paid))
		if r.All.Done > r.All.Untold {
			sc.line(M("report.margin", "Amount", Signed(r.All.Margin)))
		}
		if r.All.Untold > 0 {
			sc.line(M("report.untold", "Sales", number(uint64(r.All.Untold))))
		}
		reportRest(&sc, r.All)
		reportKinds(&sc, r.Report)
		reportByDay(&sc, r.Report)
		if len(shops) > 0 {
			sc.line(M("report.shops", "Sales", number(uint64(len(shops)))))
		}
		for _, s := range shops[:min(len(shops), reportShops)] {
			sc.line(M("report.shop", "Shop", Name(r.Shop(s.Of)), "No", number(uint64(s.Of)), "Sales", number(uint64(s.Done)), "Amount", s.Paid))
		}
	}
	if r.Sleeping > 0 {
		sc.line(M("report.asleep", "Shops", number(uint64(r.Sleeping))))
		for _, s := range r.Asleep {
			sc.line(M("shop.name", "Shop", Name(s.Name), "No", number(uint64(s.ID))))
		}
	}
	var open []Button
	for _, s := range shops[:min(len(shops), reportShops)] {
		open = append(open, button(M("report.button.shop", "Shop", Name(r.Shop(s.Of))), menuTap("report", reportTap(r.Period, r.Panel, s.Of))))
	}
	periodRows(&sc, "report", r.Report, r.Panel, 0)
	if r.All.Done > 0 {
		sc.row(chartButton("shopchart", r.Period, 0))
	}
	sc.grid(2, open)
	sc.row(homeButton())
	return sc
}

func reportTitle(sc *Screen, r *topup.Report) {
	last := r.To.AddDate(0, 0, -1)
	switch {
	case r.Period == topup.Today:
		sc.line(M("today.title", "Time", r.Read))
	case r.Days() == 1:
		sc.line(M("report.day", "Day", Day(r.From)))
	default:
		sc.line(M("report.span", "From", Day(r.From), "To", Day(last)))
	}
	if r.All.Sales() == 0 {
		if r.Period == topup.Today {
			sc.line(M("today.none"))
		} else {
			sc.line(M("report.none"))
		}
	}
}

func reportRest(sc *Screen, s topup.Sums) {
	if s.Back > 0 || s.Given > 0 {
		sc.line(M("today.back", "Sales", number(uint64(s.Back)), "Amount", s.Given))
	}
	if s.Pending > 0 {
		sc.line(M("today.open", "Sales", number(uint64(s.Pending)), "Amount", s.Held))
	}
}

func reportKinds(sc *Screen, r *topup.Report) {
	for _, k := range r.Kinds() {
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

// reportByDay tells the days of a longer span, those without a sale left out.
func reportByDay(sc *Screen, r *topup.Report) {
	days := r.ByDay()
	if r.Days() == 1 || len(days) > reportDays {
		return
	}
	for _, d := range days {
		sc.line(M("report.byday", "Day", Day(d.Of), "Sales", number(uint64(d.Done)), "Amount", d.Paid))
	}
}

// periodRows lead to the other periods; the one that is shown is read anew.
func periodRows(sc *Screen, verb string, r *topup.Report, panel string, shop topup.ShopID) {
	var row []Button
	periods := topup.Periods()
	if !slices.Contains(periods, r.Period) {
		periods = append(periods, r.Period)
	}
	for _, p := range periods {
		label := M("period." + string(p))
		if p == r.Period {
			label = M("button.again.look")
		}
		row = append(row, button(label, menuTap(verb, reportTap(p, panel, shop))))
	}
	sc.grid(3, row)
}

// statementButton asks for a file: of the shop itself, or, for an owner, of one.
func statementButton(form string, p topup.Period, shop topup.ShopID) Button {
	verb, arg := "statement", form+"."+string(p)
	if shop != 0 {
		verb, arg = "shopstatement", arg+"."+number(uint64(shop))
	}
	return button(M("statement.button."+form), menuTap(verb, arg))
}

// ownStatement makes a file of what became of the shop's money: a tap's argument
// is the form and the period.
func (t *turn) ownStatement(arg string) {
	form, period, _ := strings.Cut(arg, ".")
	t.statement(form, topup.Period(period), t.who.Shop)
}

// shopStatement does so for an owner: the argument names the shop, too.
func (t *turn) shopStatement(arg string) {
	f := strings.Split(arg+"..", ".")
	n, _ := strconv.ParseUint(f[2], 10, 31)
	t.statement(f[0], topup.Period(f[1]), topup.ShopID(n))
}

func (t *turn) statement(form string, p topup.Period, shop topup.ShopID) {
	_, fits := p.Span(t.env.Now.In(t.env.Zone))
	if _, known := t.v.People.Shop(shop); !fits || !known || (form != FormXLSX && form != FormCSV) {
		t.toast(M("tap.unknown"))
		return
	}
	t.toast(M("statement.running"))
	t.do(Run{Job: JobStatement, Chat: t.in.Chat, Panel: "statement/" + t.env.NewID(), Ask: Question{Period: p, Shop: shop, Form: form}})
}

// EveningScreen is what a shop is told of its day by itself.
func EveningScreen(day time.Time, s topup.Sums, w topup.Wallet) Screen {
	sc := Screen{Silent: true}
	sc.line(M("report.day", "Day", Day(day)), M("today.done", "Sales", number(uint64(s.Done))), M("today.paid", "Amount", s.Paid))
	if s.Face > 0 {
		sc.line(M("today.gain", "Face", s.Face, "Amount", s.Gain))
	}
	reportRest(&sc, s)
	sc.line(M("wallet.available", "Amount", w.Available))
	sc.row(button(M("button.today"), menuTap("today")), button(M("button.evening.off"), menuTap("evening", "off")))
	return sc
}

// evening switches the evening's report off and on again.
func (t *turn) evening(arg string) {
	sh := t.shop()
	sh.NoEvening = arg == "off"
	t.do(SaveShop{Shop: sh})
	if sh.NoEvening {
		sc := Screen{Lines: []Msg{M("evening.off")}}
		sc.row(button(M("button.evening.on"), menuTap("evening", "on")), homeButton())
		t.say(sc)
		return
	}
	t.toast(M("evening.on"))
}

// StatementTooLong is shown instead of a statement of more rows than a file may
// have.
func StatementTooLong(chat int64, panel string, most int) Show {
	sc := Screen{Lines: []Msg{M("statement.long", "No", number(uint64(most)))}}
	sc.row(homeButton())
	return Show{Chat: chat, Panel: panel, Screen: sc, Class: ClassAnswer}
}

// StatementScreen is the file with what it says in short.
func StatementScreen(sh topup.Shop, s *topup.Statement, file []byte, name string) Screen {
	sc := Screen{File: file, FileName: name}
	sc.line(M("statement.title", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
		M("report.span", "From", Day(s.From), "To", Day(s.To.AddDate(0, 0, -1))),
		M("statement.balances", "Opening", s.Opening, "Closing", s.Closing), M("statement.rows", "No", number(uint64(len(s.Rows)))))
	return sc
}

// Day is a date without a clock, in its own place.
type Day time.Time
