package topup

import "time"

// Pulse is how the newest top-ups of an operator ended, the oldest first.
type Pulse []Beat

// Beat is the end of one.
type Beat struct {
	At     time.Time `json:"at"`
	Failed bool      `json:"failed,omitempty"`
}

const (
	pulseMost   = 20
	pulseWindow = 2 * time.Hour
	pulseLeast  = 8 // with fewer nothing is proven
)

// BeatOf tells what the end of an order says of its operator; false when it
// says nothing: it was not sent, refused for what was asked, settled by a
// person, or the number only wanted another plan.
func BeatOf(was, o Order, now time.Time) (Beat, bool) {
	if o.Good != MobileTopUp || o.Operator == "" || was.State.Final() || !o.State.Final() {
		return Beat{}, false
	}
	failed := o.State == Refunded
	says := !failed && o.Reason == ReasonNone || failed && o.Reason == ReasonProvider && len(o.Offers) == 0
	return Beat{At: now, Failed: failed}, says
}

// Add adds an end; what is too old or too many goes.
func (p Pulse) Add(b Beat) Pulse {
	p = append(p.Recent(b.At), b)
	return p[max(0, len(p)-pulseMost):]
}

// Recent is what still counts.
func (p Pulse) Recent(now time.Time) (recent Pulse) {
	for _, b := range p {
		if age := now.Sub(b.At); age >= 0 && age < pulseWindow {
			recent = append(recent, b)
		}
	}
	return recent
}

// Failing counts the failed among the newest. Bad reports that half of enough
// of them failed, well that it is proven no more.
func (p Pulse) Failing() (failed int, bad, well bool) {
	for _, b := range p {
		if b.Failed {
			failed++
		}
	}
	enough := len(p) >= pulseLeast
	return failed, enough && 2*failed >= len(p), !enough || 4*failed <= len(p)
}
