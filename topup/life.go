package topup

import (
	"fmt"
	"time"
)

// An order's life, as plain functions: what to do for it when it is due, and
// what an answer makes of it. Nothing here sends, writes or reads a clock.

// Call is what to ask the provider for an order.
type Call string

// The calls.
const (
	CallSend   Call = "send"   // submit it
	CallLookup Call = "lookup" // the answer to a send was lost: find it
	CallCheck  Call = "check"  // read it by its provider ID
)

// Next is the call for an order that is due. An order in Submitting without
// a call of this process in flight has lost its answer: it is looked up, never
// sent blindly again.
func (o Order) Next() Call {
	switch {
	case o.State == Placed:
		return CallSend
	case o.ProviderID != "":
		return CallCheck
	default:
		return CallLookup
	}
}

// Alert asks the till to tell the admins something about an order.
type Alert string

// The alerts.
const (
	AlertNone     Alert = ""
	AlertFloat    Alert = "float"    // refused: the float is too low
	AlertReview   Alert = "review"   // a person must decide
	AlertDispute  Alert = "dispute"  // a final state was contradicted
	AlertNoCode   Alert = "nocode"   // delivered at the provider, but without its code
	AlertWord     Alert = "word"     // the provider goes on saying a word that nobody knows
	AlertAside    Alert = "aside"    // a step of it could not be applied
	AlertQuantity Alert = "quantity" // number of codes differs from what the provider said
	AlertLoss     Alert = "loss"     // the provider charged more than the shop paid
)

// Change is what an answer makes of an order: its next version, the journal
// line that goes with it (nil for none), and whom to tell.
type Change struct {
	Order    Order
	Journal  *Transaction
	Alert    Alert
	Vouchers []Voucher // all that came so far, when more did; the store seals them with this change
}

// Submit is the change that must be committed before the request leaves. The
// order is due again after lease, in case the process dies.
func Submit(o Order, now time.Time, lease time.Duration) (Change, error) {
	if !goods[o.Good].referenced && o.Submits > 0 {
		return Change{}, fmt.Errorf("topup: order %s (%s) has no reference and must never be submitted twice", o.ID, o.Good)
	}
	if o.Stale(now) {
		return Change{}, fmt.Errorf("topup: order %s was placed at %s and is too old to be submitted", o.ID, o.Placed)
	}
	if (o.State != Placed || o.Submits > 0) && !o.Resend(now) {
		return Change{}, fmt.Errorf("topup: order %s can't be submitted from %s after %d requests", o.ID, o.State, o.Submits)
	}
	o.State = Submitting
	o.Submits++
	o.Lookups, o.Faults = 0, 0
	o.Throttled = false
	if o.Submits == 1 {
		o.Submitted = now
	}
	o.Changed = now
	o.Due = now.Add(lease)
	return Change{Order: o}, nil
}

// Answered is what came back for a call makes of an order. owners names, by
// provider ID, the orders of ours that have one of the provider's orders in
// the answer. scale stretches the waits.
func Answered(o Order, a Answer, owners map[string]OrderID, now time.Time, scale float64) Change {
	switch {
	case a.Sent != nil:
		return Sent(o, *a.Sent, now, scale)
	case a.Status != nil:
		return Found(o, []Status{*a.Status}, owners, now, scale)
	case len(a.Doubtful) > 0:
		return Doubted(o, a.Candidates, a.Doubtful, owners, now, scale)
	case len(a.Candidates) > 0:
		return Found(o, a.Candidates, owners, now, scale)
	case a.Call == CallLookup:
		return Lost(o, a.Absent, now, scale)
	case a.Fault != nil:
		return Faulted(o, a.Fault, now, scale)
	}
	return Change{Order: o}
}

// Stale reports whether an order that never left must not leave any more: it
// was confirmed too long ago, or the clock was set back since. It is cancelled.
func (o Order) Stale(now time.Time) bool {
	return o.State == Placed && !within(sendWithin, o.Placed, now)
}

// Cancel takes an order back that was never sent.
func Cancel(o Order, why Reason, now time.Time) (Change, bool) {
	if o.State != Placed {
		return Change{}, false
	}
	return refund(o, why, nil, now), true
}

// lossAlert tells the owners of a delivery that cost more than its shop paid,
// which no price that was known at the quote can bring.
func (o Order) lossAlert() Alert {
	if o.State == Delivered && o.ChargedKnown && o.Charged > o.Captured {
		return AlertLoss
	}
	return AlertNone
}

// capture notes that so many of what was ordered came, and their price. Where
// the provider has not told what it charged, it is what the list said.
func (o *Order) capture(came int) {
	o.DeliveredQty, o.Captured = came, PriceOf(*o, came)
	if !o.ChargedKnown && o.Expected > 0 {
		o.Charged, o.ChargedKnown = o.Expected, true
		if came < o.Quantity {
			o.Charged = o.Expected / Money(o.Quantity) * Money(came)
		}
	}
}

// PriceOf is what the shop pays when so many of what was ordered came.
func PriceOf(o Order, came int) Money {
	if came >= o.Quantity {
		return o.Price
	}
	return o.Price / Money(o.Quantity) * Money(came)
}

// closed reports that no reading of the provider's books can change the
// order: it never left, or it is settled.
func (o Order) closed() bool { return o.State == Placed || o.State.Final() }

// review hands the order to a person. They are told once for each reason.
func review(o Order, why Reason, now time.Time, scale float64) Change {
	alert := AlertReview
	if o.State == Review && o.Reason == why {
		alert = AlertNone
	}
	o.State, o.Reason, o.Changed = Review, why, now
	o.Due = now.Add(stretch(recheckReview, scale))
	return Change{Order: o, Alert: alert}
}

func refund(o Order, why Reason, ev *Evidence, now time.Time) Change {
	o.State, o.Reason, o.Due = Refunded, why, time.Time{}
	o.Charged, o.ChargedKnown = 0, false
	o.Changed, o.Settled = now, now
	if ev == nil {
		ev = &Evidence{At: now, Word: string(why)}
	}
	o.Evidence = ev
	t := Release(o)
	return Change{Order: o, Journal: &t}
}
