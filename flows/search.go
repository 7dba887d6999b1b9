package flows

import (
	"strings"
	"time"
	"unicode"

	"hanout/topup"
)

// What a search beside the writer found, for the business (all shops) and for a
// shop (its own). The rules: a search says how far it has looked; its buttons
// carry what it looks for, where it goes on, and the rest of its panel's ID; of
// a serial they carry no more than its end.

const (
	serialLeast = 4 // digits of a serial that are asked for
	serialMost  = 8 // that are looked for
	// SerialDays is how many days one look for a serial goes back.
	SerialDays = 30
	dayShown   = 10
)

var (
	serialWords = wordSet("serie serial sn تسلسلي التسلسلي سيريال")
	dayWords    = map[string]topup.Period{
		"today": topup.Today, "aujourd hui": topup.Today, "aujourdhui": topup.Today, "اليوم": topup.Today,
		"yesterday": topup.Yesterday, "hier": topup.Yesterday, "امس": topup.Yesterday, "البارح": topup.Yesterday, "البارحه": topup.Yesterday,
	}
)

// dayNamed reads a day as people write it: 21/11, 21-11-2026, yesterday.
func (t *turn) dayNamed(text string) (topup.Period, bool) {
	if p, ok := dayWords[strings.Join(strings.Fields(fold(text)), " ")]; ok {
		return p, true
	}
	if strings.Count(text, "/")+strings.Count(text, "-")+strings.Count(text, ".") == 0 || len(text) > len("21/11/2026") {
		return "", false
	}
	now := t.env.Now.In(t.env.Zone)
	p, ok := topup.ReadPeriod(text, now)
	if !ok {
		return "", false
	}
	s, _ := p.Span(now)
	return p, s.Days() == 1
}

// serialEnd gives the last digits of a serial, or of an operator's own number,
// out of a text; named tells that it says so itself.
func serialEnd(text string) (digits string, named bool) {
	for _, w := range strings.Fields(fold(text)) {
		named = named || serialWords[w]
		for _, r := range w {
			switch {
			case r >= '0' && r <= '9':
				digits += string(r)
			case !unicode.IsLetter(r) && !strings.ContainsRune("-*.#+", r):
				return "", false
			}
		}
	}
	if len(digits) < serialLeast {
		return "", named
	}
	return digits[max(0, len(digits)-serialMost):], named
}

func serialButton(verb, digits, rest string) Button {
	return button(M("search.button.serial", "No", digits), menuTap(verb, digits+".0."+rest))
}

// searchOn makes the command of a search's buttons: a day's or a serial's, of
// all shops or the person's own.
func searchOn(serial, own bool) func(*turn, string) {
	return func(t *turn, arg string) {
		f := strings.Split(arg, ".")
		q := Question{}
		if own {
			q.Shop = t.who.Shop
		}
		ok := len(f) == 3 && f[2] != ""
		if ok {
			q.Before, ok = tap{parts: f}.number(1)
		}
		switch {
		case !ok:
		case serial:
			end, _ := serialEnd(f[0])
			q.Serial, ok = end, end != "" && end == f[0]
		default:
			q.Period = topup.Period(f[0] + "-" + f[0])
			_, ok = q.Period.Span(t.env.Now.In(t.env.Zone))
		}
		if !ok || own && q.Shop == 0 {
			t.toast(M("tap.unknown"))
			return
		}
		t.search(q, f[2])
	}
}

// Found is what a search found.
type Found struct {
	Panel string
	Ask   Question
	List  []topup.Order
	// Read is how many sales were looked at, Last the number of the last of
	// them, and Back how far back in time that was; Over tells that there are no
	// more.
	Read int
	Last uint64
	Back time.Time
	Over bool
	Now  time.Time                 // in the shops' zone
	Name func(topup.ShopID) string // a shop's
}

func (f Found) rest() string {
	_, rest, _ := strings.Cut(f.Panel, "/")
	return rest
}

// verb is the command of the search's buttons.
func (f Found) verb(what string) string {
	if f.Ask.Shop != 0 {
		return what
	}
	return "shop" + what
}

// Screen shows it.
func (f Found) Screen() Screen {
	var sc Screen
	switch {
	case f.Ask.Period != "":
		f.day(&sc)
	case len(f.Ask.Numbers) > 0:
		f.list(&sc)
		if f.Ask.Serial != "" {
			sc.row(serialButton(f.verb("serial"), f.Ask.Serial, f.rest()))
		}
	default:
		f.serial(&sc)
	}
	sc.row(homeButton())
	return sc
}

// list has a button for each.
func (f Found) list(sc *Screen) {
	if len(f.List) == 0 {
		sc.line(M("find.none"))
	} else {
		sc.line(M("find.found"))
	}
	for _, o := range f.List[:min(len(f.List), lookupMost)] {
		label := saleLine(o, f.Now)
		if f.Ask.Shop == 0 {
			label = M("lookup.line", "Sale", numberedLine(o, f.Now), "Shop", Name(CleanName(f.Name(o.Shop), 12)))
		}
		sc.row(button(label, f.opens(o)))
	}
}

// opens is what a button opens a sale with.
func (f Found) opens(o topup.Order) string {
	if f.Ask.Shop != 0 {
		return encodeTap("v", number(o.No), "0", f.rest())
	}
	return encodeTap("a", "order", number(o.No), "card")
}

func (f Found) serial(sc *Screen) {
	sc.line(M("search.serial", "No", f.Ask.Serial))
	f.list(sc)
	switch {
	case f.Over:
		sc.line(M("search.over"))
	default:
		if f.Ask.Shop != 0 {
			sc.line(M("search.back.no", "No", number(f.Last)))
		} else {
			sc.line(M("search.back", "Day", Day(f.Back)))
		}
		sc.row(button(M("search.on"), menuTap(f.verb("serial"), f.Ask.Serial+"."+number(f.Last)+"."+f.rest())))
	}
}

// day tells the sales of a day, the newest first, in pages.
func (f Found) day(sc *Screen) {
	span, _ := f.Ask.Period.Span(f.Now)
	sc.line(M("report.day", "Day", Day(span.From)))
	more := len(f.List) > dayShown
	list := f.List[:min(len(f.List), dayShown)]
	if len(list) == 0 {
		sc.line(M("report.none"))
	}
	var open []Button
	for _, o := range list {
		line := numberedLine(o, o.Placed) // the day is above
		if f.Ask.Shop == 0 {
			line = M("lookup.line", "Sale", line, "Shop", Name(CleanName(f.Name(o.Shop), 20)))
		}
		sc.line(line)
		open = append(open, button(M("search.button.no", "No", number(o.No)), f.opens(o)))
	}
	sc.grid(5, open)
	page := func(day time.Time, before uint64) string {
		return menuTap(f.verb("day"), day.Format("20060102")+"."+number(before)+"."+f.rest())
	}
	var nav []Button
	if f.Ask.Before != 0 {
		nav = append(nav, button(M("button.newest"), page(span.From, 0)))
	}
	if more {
		nav = append(nav, button(M("button.older"), page(span.From, list[len(list)-1].No)))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	days := []Button{button(M("search.daybefore", "Day", Day(span.From.AddDate(0, 0, -1))), page(span.From.AddDate(0, 0, -1), 0))}
	if !span.To.After(f.Now) {
		days = append(days, button(M("search.dayafter", "Day", Day(span.To)), page(span.To, 0)))
	}
	sc.row(days...)
}

// SearchProgress tells how many sales a long search has looked at.
func SearchProgress(chat int64, panel string, read int) Show {
	return Show{Chat: chat, Panel: panel, Screen: Screen{Lines: []Msg{M("lookup.running"), M("search.read", "Sales", number(uint64(read)))}}, Class: ClassAnswer}
}
