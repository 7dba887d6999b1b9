package topup

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Report sums the sales that were confirmed within a span, as they stand when
// they are read.
type Report struct {
	Span
	Period  Period
	Read    time.Time
	All     Sums
	kinds   map[kind]*Sums
	shops   map[ShopID]*Sums
	sellers map[int64]*Sums
	names   map[int64]string // of the sellers, as their sales have them
	days    map[time.Time]*Sums
	hours   map[time.Time]*Sums // of a single day
}

// Sums are a number of sales, in their three ends.
type Sums struct {
	Done int
	Paid Money // by the shops
	// Of those done that have a face value: that, and what the shops earned, the
	// face value less what they paid. What has none is sold at the shop's own
	// price: Priceless is what the shops paid for it.
	Face      Money
	Gain      Money
	Priceless Money

	Margin  Money // of the business: what the shops paid less what the provider took, where it told that
	Untold  int   // of those done, how many have no such cost yet
	Back    int
	Given   Money // back to the shops, the undelivered part of sales in part too
	Pending int
	Held    Money
}

// Sales counts all, however they ended.
func (s Sums) Sales() int { return s.Done + s.Back + s.Pending }

type kind struct {
	good     Good
	operator Operator
}

// Kind is a part of a report: the sales of a good, by operator where it has
// one.
type Kind struct {
	Good     Good
	Operator Operator
	Sums
}

// Part is the part of a report that a shop, a seller or a day has.
type Part[K any] struct {
	Of K
	Sums
}

// NewReport is a period's, read at now, in now's own place, with no sale yet.
// A period that is none is today.
func NewReport(p Period, now time.Time) *Report {
	s, ok := p.Span(now)
	if !ok {
		p = Today
		s, _ = p.Span(now)
	}
	return &Report{
		Span: s, Period: p, Read: now,
		kinds: map[kind]*Sums{}, shops: map[ShopID]*Sums{}, sellers: map[int64]*Sums{}, names: map[int64]string{}, days: map[time.Time]*Sums{}, hours: map[time.Time]*Sums{},
	}
}

// Add counts an order, if it is of the span.
func (r *Report) Add(o Order) bool {
	if !r.Has(o.Placed) {
		return false
	}
	r.All.add(o)
	of(r.kinds, kind{o.Good, o.Operator}).add(o)
	of(r.shops, o.Shop).add(o)
	of(r.sellers, o.By).add(o)
	r.names[o.By] = cmp.Or(r.names[o.By], o.Seller)
	of(r.days, midnight(o.Placed.In(r.From.Location()))).add(o)
	if r.Days() == 1 {
		of(r.hours, r.From.Add(o.Placed.Sub(r.From).Truncate(time.Hour))).add(o)
	}
	return true
}

func of[K comparable](m map[K]*Sums, k K) *Sums {
	if m[k] == nil {
		m[k] = &Sums{}
	}
	return m[k]
}

func (s *Sums) add(o Order) {
	switch o.State {
	case Delivered:
		s.Done++
		s.Paid += o.Captured
		s.Given += o.Price - o.Captured
		if o.Face > 0 {
			face := o.Face
			if o.DeliveredQty < o.Quantity {
				face = o.Face / Money(o.Quantity) * Money(o.DeliveredQty)
			}
			s.Face += face
			s.Gain += face - o.Captured
		} else {
			s.Priceless += o.Captured
		}
		if o.ChargedKnown {
			s.Margin += o.Captured - o.Charged
		} else {
			s.Untold++
		}
	case Refunded:
		s.Back++
		s.Given += o.Price
	default:
		s.Pending++
		s.Held += o.Price
	}
}

// Kinds are the parts by good and operator, those first that were paid most
// for.
func (r *Report) Kinds() []Kind {
	var list []Kind
	for k, s := range r.kinds {
		list = append(list, Kind{k.good, k.operator, *s})
	}
	slices.SortFunc(list, func(a, b Kind) int {
		return cmp.Or(cmp.Compare(b.Paid, a.Paid), cmp.Compare(a.Good, b.Good), cmp.Compare(a.Operator, b.Operator))
	})
	return list
}

// Shops are the shops that sold, Sellers the people, those first that paid
// most.
func (r *Report) Shops() []Part[ShopID] { return byPaid(r.shops) }

// Sellers are the people who sold.
func (r *Report) Sellers() []Part[int64] { return byPaid(r.sellers) }

// Name is what a seller's sales of the span call them, "" when they do not: a
// name that outlives their place.
func (r *Report) Name(seller int64) string { return r.names[seller] }

func byPaid[K cmp.Ordered](m map[K]*Sums) (list []Part[K]) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Part[K]{k, *m[k]})
	}
	slices.SortStableFunc(list, func(a, b Part[K]) int { return cmp.Compare(b.Paid, a.Paid) })
	return list
}

// ByDay are the days with a sale, the first one first.
func (r *Report) ByDay() (list []Part[time.Time]) {
	for _, d := range slices.SortedFunc(maps.Keys(r.days), time.Time.Compare) {
		list = append(list, Part[time.Time]{d, *r.days[d]})
	}
	return list
}

// Slots are the hours of a single day, or all days of a longer span, in their
// order, the empty ones too.
func (r *Report) Slots() (list []Part[time.Time]) {
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	sums := r.days
	if r.Days() == 1 {
		next, sums = func(t time.Time) time.Time { return t.Add(time.Hour) }, r.hours
	}
	for t := r.From; t.Before(r.To); t = next(t) {
		p := Part[time.Time]{Of: t}
		if s := sums[t]; s != nil {
			p.Sums = *s
		}
		list = append(list, p)
	}
	return list
}
