package topup

import (
	"slices"
	"time"
)

// Pulse is how the newest top-ups of an operator went, the oldest first.
type Pulse []Beat

// Beat is the end of one, or that it takes long.
type Beat struct {
	At     time.Time `json:"at"`
	No     uint64    `json:"no,omitempty"` // the order's
	Failed bool      `json:"failed,omitempty"`
	Slow   bool      `json:"slow,omitempty"`
	Open   bool      `json:"open,omitempty"` // it has not ended
}

const (
	pulseMost   = 20
	pulseWindow = 2 * time.Hour
	pulseLeast  = 8 // ends; with fewer nothing is proven

	slowAfter    = 2 * time.Minute  // a customer does not wait so long
	weatherSpan  = 15 * time.Minute // what a seller is told of
	weatherLeast = 5
)

// BeatOf tells what an answer about an order says of its operator; false when
// it says nothing: it was not sent, refused for what was asked, settled by a
// person, the number only wanted another plan, or it goes on as fast as usual.
func BeatOf(was, o Order, now time.Time) (Beat, bool) {
	if o.Good != MobileTopUp || o.Operator == "" || was.State.Final() || o.State == Placed {
		return Beat{}, false
	}
	b := Beat{At: now, No: o.No, Failed: o.State == Refunded, Slow: now.Sub(o.Placed) >= slowAfter, Open: !o.State.Final()}
	switch {
	case !b.Open:
		return b, !b.Failed && o.Reason == ReasonNone || b.Failed && o.Reason == ReasonProvider && len(o.Offers) == 0
	case o.State == Uncertain && was.State != Uncertain:
		b.Slow = true
		return b, true
	}
	return b, b.Slow && was.Changed.Sub(o.Placed) < slowAfter // told once
}

// Add adds a beat; what is too old or too many goes. The end of a sale that was
// told before takes the place of that, with its time: what was wrong then says
// nothing of now.
func (p Pulse) Add(b Beat) Pulse {
	p = p.Recent(b.At)
	if i := slices.IndexFunc(p, func(old Beat) bool { return old.No == b.No && b.No != 0 }); i >= 0 {
		b.At = p[i].At
		p[i] = b
		return p
	}
	p = append(p, b)
	return p[max(0, len(p)-pulseMost):]
}

// Recent is what still counts.
func (p Pulse) Recent(now time.Time) Pulse { return p.since(now, pulseWindow) }

func (p Pulse) since(now time.Time, span time.Duration) (recent Pulse) {
	for _, b := range p {
		if age := now.Sub(b.At); age >= 0 && age < span {
			recent = append(recent, b)
		}
	}
	return recent
}

// Failing counts the failed among the newest that ended. Bad reports that half
// of enough of them failed, well that it is proven no more.
func (p Pulse) Failing() (failed, of int, bad, well bool) {
	for _, b := range p {
		if b.Open {
			continue
		}
		of++
		if b.Failed {
			failed++
		}
	}
	enough := of >= pulseLeast
	return failed, of, enough && 2*failed >= of, !enough || 4*failed <= of
}

// Lately counts the sales of the last minutes, and those of them that were slow
// or failed. Rough reports that a seller should know before the next: it is
// three of ten, of enough.
func (p Pulse) Lately(now time.Time) (bad, of int, rough bool) {
	lately := p.since(now, weatherSpan)
	for _, b := range lately {
		if b.Failed || b.Slow {
			bad++
		}
	}
	of = len(lately)
	return bad, of, of >= weatherLeast && 10*bad >= 3*of
}
