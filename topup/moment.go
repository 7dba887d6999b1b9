package topup

import (
	"slices"
	"time"
)

// Moment is one thing that happened to an order.
type Moment struct {
	At    time.Time `json:"at"`
	What  Happened  `json:"what,omitempty"`
	State State     `json:"state,omitempty"` // that it came to; else ""
	Why   Reason    `json:"why,omitempty"`
	Word  string    `json:"word,omitempty"` // the provider's, as spelt
	Left  int       `json:"left,omitempty"` // moments before it for which there was no room
}

// Happened says what a moment is of.
type Happened string

// What happens to an order.
const (
	HappenedPlaced  Happened = "placed"  // confirmed, the price held
	HappenedSent    Happened = "sent"    // a request left
	HappenedState   Happened = ""        // another state, or another word of the provider
	HappenedCode    Happened = "code"    // some of several codes came
	HappenedAbsent  Happened = "absent"  // the provider's list was read and did not have it
	HappenedSilent  Happened = "silent"  // no answer that could be read
	HappenedDispute Happened = "dispute" // another final word after the first
)

// An order keeps its first moments and its newest.
const (
	momentsFirst = 4
	momentsMost  = 20
)

// Remember notes on an order what a change brings beside its former version.
// What a row tells anyway, its beginning and its end, is no moment of its own;
// see [HistoryOf].
func Remember(was, o Order, now time.Time) Order {
	m := Moment{At: now.UTC().Truncate(time.Second)}
	switch {
	case o.Dispute != was.Dispute:
		m.What, m.Word = HappenedDispute, o.Dispute
	case o.State.Final():
		return o
	case o.Submits > was.Submits:
		if o.Submits == 1 {
			return o
		}
		m.What = HappenedSent
	case o.State != was.State || o.State == Review && o.Reason != was.Reason:
		m.State, m.Why = o.State, o.Reason
		if o.Word != was.Word {
			m.Word = o.Word
		}
	case o.DeliveredQty != was.DeliveredQty:
		m.What = HappenedCode
	case o.Word != was.Word:
		m.State, m.Word = o.State, o.Word
	case o.Lookups > was.Lookups && was.Lookups == 0:
		m.What = HappenedAbsent
	case o.Faults > was.Faults && was.Faults == 0:
		m.What = HappenedSilent
	default:
		return o
	}
	o.Moments = append(slices.Clone(was.Moments), m)
	if len(o.Moments) > momentsMost {
		o.Moments[momentsFirst+1].Left += 1 + o.Moments[momentsFirst].Left
		o.Moments = slices.Delete(o.Moments, momentsFirst, momentsFirst+1)
	}
	return o
}

// HistoryOf is all that is known of what happened to an order, the first thing
// first. A row of before has its beginning and its end alone.
func HistoryOf(o Order) []Moment {
	list := []Moment{{At: o.Placed, What: HappenedPlaced}}
	if !o.Submitted.IsZero() {
		list = append(list, Moment{At: o.Submitted, What: HappenedSent})
	}
	rest := o.Moments
	if o.State.Final() {
		end := Moment{At: o.Settled, State: o.State, Why: o.Reason}
		if o.Evidence != nil && o.Reason != ReasonPerson && o.Evidence.Word != string(o.Reason) {
			end.Word = o.Evidence.Word
		}
		after := slices.IndexFunc(rest, func(m Moment) bool { return m.What == HappenedDispute })
		if after < 0 {
			after = len(rest)
		}
		list = append(list, rest[:after]...)
		list, rest = append(list, end), rest[after:]
	}
	return append(list, rest...)
}
