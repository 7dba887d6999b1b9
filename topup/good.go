package topup

import (
	"maps"
	"slices"
	"time"
)

// Good is what an order buys. Each has a file of its own, which holds its
// words, its price list and its rules; nobody else asks which good it is.
type Good string

// rules are what sets one good apart from another: all that the life of an
// order, the books and the caller need to know of it.
type rules struct {
	numbered   bool // it goes to a number or a line
	vouchered  bool // it is delivered as vouchers, not on the line itself
	referenced bool // the provider keeps our reference: a lost order is found by it, and may be sent once more
	several    bool // one order may be for several vouchers, and come in part

	// codesWithin is how long an order that the provider calls delivered may
	// wait for its codes, counted from the confirm. Zero without vouchers.
	codesWithin time.Duration

	// margin is the margin on it where no rule of prices says another.
	margin func(Pricing) Rate
	// valid tells what an order of the good lacks, nil for nothing.
	valid func(Order) error
	// fits reports whether a provider order can be the one that ours asked
	// for. Fields that the provider leaves out do not speak against it.
	fits func(Order, Status) bool
	// states reports whether a provider order says all that ours asked for.
	// Nil where our reference says it.
	states func(Order, Status) bool
	// same reports whether two orders buy the same thing, whatever their
	// amount and number.
	same func(a, b Order) bool
}

// goods is the one table of the goods.
var goods = map[Good]rules{
	MobileTopUp:  mobileTopUp,
	InternetCard: internetCard,
	GiftCard:     giftCard,
}

// Goods lists all goods.
func Goods() []Good { return slices.Sorted(maps.Keys(goods)) }

// Numbered reports whether orders of the good go to a number or a line.
func (g Good) Numbered() bool { return goods[g].numbered }

// Vouchered reports whether orders of the good are delivered as vouchers.
func (g Good) Vouchered() bool { return goods[g].vouchered }

// Fits reports whether a provider order is the one that o asked for. Fields
// that the provider leaves out do not speak against it. To a good that nobody
// knows nothing fits.
func (o Order) Fits(s Status) bool {
	r, known := goods[o.Good]
	return known && r.fits(o, s)
}

// Repeats reports whether o sells once more what an earlier order sold: the
// same thing, for the same amount.
func (o Order) Repeats(earlier Order) bool {
	r, known := goods[o.Good]
	return known && o.Good == earlier.Good && r.same(o, earlier) &&
		o.Face == earlier.Face && o.Quantity == earlier.Quantity
}

// differs reports that the provider names something, and not what we asked
// for.
func differs(ours, theirs string) bool { return theirs != "" && theirs != ours }
