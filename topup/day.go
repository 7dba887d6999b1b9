package topup

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Day sums the sales that were confirmed from one midnight in the shops' own
// time to the next, as they stand when they are read.
type Day struct {
	Began time.Time // midnight
	Read  time.Time
	All   Sums
	kinds map[kind]*Sums
	shops map[ShopID]*Sums
}

// Sums are a number of sales, in their three ends.
type Sums struct {
	Done int
	Face Money // of those done, where what is sold has a face value
	Paid Money // by the shops
	Gain Money // of the shops: the face value less what they paid for it

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

// Kind is a part of a day's sales: those of a good, by operator where it has
// one.
type Kind struct {
	Good     Good
	Operator Operator
	Sums
}

// ShopDay is a shop's part of a day.
type ShopDay struct {
	Shop ShopID
	Sums
}

// NewDay is the day of now, in now's own place, with no sale yet.
func NewDay(now time.Time) *Day {
	return &Day{
		Began: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()), Read: now,
		kinds: map[kind]*Sums{}, shops: map[ShopID]*Sums{},
	}
}

// Add counts an order, if it is of the day.
func (d *Day) Add(o Order) bool {
	if o.Placed.Before(d.Began) || !o.Placed.Before(d.Began.AddDate(0, 0, 1)) {
		return false
	}
	d.All.add(o)
	of(d.kinds, kind{o.Good, o.Operator}).add(o)
	of(d.shops, o.Shop).add(o)
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

// Kinds are the parts of the day, those first that were paid most for.
func (d *Day) Kinds() []Kind {
	var list []Kind
	for k, s := range d.kinds {
		list = append(list, Kind{k.good, k.operator, *s})
	}
	slices.SortFunc(list, func(a, b Kind) int {
		return cmp.Or(cmp.Compare(b.Paid, a.Paid), cmp.Compare(a.Good, b.Good), cmp.Compare(a.Operator, b.Operator))
	})
	return list
}

// Shops are the shops that sold, those first that paid most.
func (d *Day) Shops() []ShopDay {
	var list []ShopDay
	for _, id := range slices.Sorted(maps.Keys(d.shops)) {
		list = append(list, ShopDay{id, *d.shops[id]})
	}
	slices.SortStableFunc(list, func(a, b ShopDay) int { return cmp.Compare(b.Paid, a.Paid) })
	return list
}
