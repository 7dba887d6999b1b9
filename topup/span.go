package topup

import (
	"strconv"
	"strings"
	"time"
)

// Span is a time from one midnight to another, in the shops' own zone.
type Span struct{ From, To time.Time }

// Has reports whether a moment falls into the span.
func (s Span) Has(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Days is how many days the span has.
func (s Span) Days() int {
	n := 0
	for d := s.From; d.Before(s.To); d = d.AddDate(0, 0, 1) {
		n++
	}
	return n
}

// Period names a span that people ask for.
type Period string

// The periods that have a name. All others are spelt as their first and last
// day, "20261101-20261121".
const (
	Today     Period = "t"
	Yesterday Period = "y"
	Week      Period = "w" // today and the six days before
	Month     Period = "m" // the calendar's
	LastMonth Period = "l"
)

// Periods lists those that have a name.
func Periods() []Period { return []Period{Today, Yesterday, Week, Month, LastMonth} }

// spanMost bounds a span that is asked for.
const spanMost = 366

// dayForm is how a period spells a day.
const dayForm = "20060102"

// midnight is the beginning of t's day, in t's own place.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// Span is what the period stands for at now, whose place is the shops'; false
// for one that is none, that has not begun, or is longer than a year.
func (p Period) Span(now time.Time) (Span, bool) {
	today := midnight(now)
	tomorrow := today.AddDate(0, 0, 1)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	switch p {
	case Today:
		return Span{today, tomorrow}, true
	case Yesterday:
		return Span{today.AddDate(0, 0, -1), today}, true
	case Week:
		return Span{today.AddDate(0, 0, -6), tomorrow}, true
	case Month:
		return Span{month, tomorrow}, true
	case LastMonth:
		return Span{month.AddDate(0, -1, 0), month}, true
	}
	first, last, ok := strings.Cut(string(p), "-")
	if !ok {
		return Span{}, false
	}
	from, err := time.ParseInLocation(dayForm, first, now.Location())
	to, err2 := time.ParseInLocation(dayForm, last, now.Location())
	s := Span{from, to.AddDate(0, 0, 1)}
	if err != nil || err2 != nil || to.Before(from) || from.After(now) || s.Days() > spanMost {
		return Span{}, false
	}
	return s, true
}

// ReadPeriod reads a day or a first and a last one, as people write them: 21/11,
// 21-11-2026, "1/11 21/11". A day without a year is the last such day that has
// begun.
func ReadPeriod(text string, now time.Time) (Period, bool) {
	f := strings.FieldsFunc(PlainDigits(text), func(r rune) bool { return r < '0' || r > '9' })
	n := make([]int, len(f))
	for i, s := range f {
		v, err := strconv.Atoi(s)
		if err != nil || len(s) > 4 {
			return "", false
		}
		n[i] = v
	}
	var from, to time.Time
	ok := false
	switch {
	case len(n) == 2:
		from, ok = dayOf(n[0], n[1], 0, now)
		to = from
	case len(n) == 3:
		from, ok = dayOf(n[0], n[1], n[2], now)
		to = from
	case len(n) == 4:
		if to, ok = dayOf(n[2], n[3], 0, now); ok {
			from, ok = dayOf(n[0], n[1], 0, to)
		}
	case len(n) == 6:
		var first bool
		from, first = dayOf(n[0], n[1], n[2], now)
		to, ok = dayOf(n[3], n[4], n[5], now)
		ok = ok && first
	}
	p := Period(from.Format(dayForm) + "-" + to.Format(dayForm))
	if _, fits := p.Span(now); !ok || !fits {
		return "", false
	}
	return p, true
}

// dayOf is a day of the calendar; year 0 is the last one in which it has begun.
func dayOf(day, month, year int, now time.Time) (time.Time, bool) {
	given := year != 0
	if !given {
		year = now.Year()
	} else if year < 100 {
		year += 2000
	}
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, now.Location())
	if !given && at.After(now) {
		year--
		at = time.Date(year, time.Month(month), day, 0, 0, 0, 0, now.Location())
	}
	return at, at.Day() == day && int(at.Month()) == month && at.Year() == year
}
