package topup

import (
	"errors"
	"time"
)

// Work says what a call to the provider is for. Who makes the calls ranks and
// shares them by it.
type Work struct {
	Kind WorkKind
	Shop ShopID // whose work it is; 0 for the house
	// Chat is where somebody waits for the answer to a question or an inquiry;
	// a chat's newer one takes the place of its older one. 0 is no chat.
	Chat int64
	// Until is when nobody waits any more; zero for work that does not get old.
	Until time.Time
}

// WorkKind ranks work: where calls compete, the smaller goes first.
type WorkKind int

// The kinds of work.
const (
	WorkSend     WorkKind = iota // an order leaves
	WorkQuestion                 // a person waits for the answer
	WorkCheck                    // how an open order stands; one list can answer many
	WorkSearch                   // a lost order is looked for: several calls, and it may take its time
	WorkList                     // lists and the operators' state, refreshed in the background
	WorkInquiry                  // which offers a number may take: somebody waits, but can sell without
)

// Work is what a call for the order is for.
func (o Order) Work(c Call) Work {
	w := Work{Kind: WorkCheck, Shop: o.Shop}
	switch c {
	case CallSend:
		w.Kind, w.Until = WorkSend, o.Placed.Add(sendWithin)
		if o.Submits > 1 {
			w.Until = o.Submitted.Add(resendWithin)
		}
	case CallLookup:
		w.Kind = WorkSearch
	}
	return w
}

// ErrReplaced is why a question ended without a call: a newer one of the same
// chat took its place.
var ErrReplaced = errors.New("a newer question took the place of this one")

// Limits are what a provider takes from one account.
type Limits struct {
	PerMinute int           // calls, on average
	Burst     int           // calls that may leave together after a quiet time
	AtOnce    int           // calls that are not answered yet
	LockOut   time.Duration // how long an address stays shut out
}
