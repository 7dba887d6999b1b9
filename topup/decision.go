package topup

import (
	"fmt"
	"time"
)

// Decision is how a person ended an order's review: who, why, and on what
// evidence.
type Decision struct {
	By     int64  `json:"by"`
	Name   string `json:"name,omitempty"`
	Ground Ground `json:"ground,omitempty"`
	Note   string `json:"note,omitempty"`  // in their own words; the store seals it
	Photo  string `json:"photo,omitempty"` // by Telegram's name for it
}

// Ground is why a review was ended as it was.
type Ground string

// The grounds.
const (
	GroundCustomer Ground = "customer" // what the customer says
	GroundProvider Ground = "provider" // what the provider's site or support says
	GroundOther    Ground = "other"    // as the note tells
)

// Grounds lists them.
func Grounds() []Ground { return []Ground{GroundCustomer, GroundProvider, GroundOther} }

// Settle is a person's decision, in a chat, on an order in Review: how many of
// what was ordered came. What came is captured, the rest released. It reports
// false for an order that is not in Review, and for a number it can't be.
func Settle(o Order, came int, d Decision, chat int64, now time.Time) (Change, bool) {
	if o.State != Review || came < 0 || came > o.Quantity {
		return Change{}, false
	}
	o.Decision = &d
	ev := &Evidence{At: now, Word: fmt.Sprintf("admin %d", d.By)}
	if came == 0 {
		s := refund(o, ReasonPerson, ev, now)
		s.Journal.Actor, s.Journal.Chat = d.By, chat
		return s, true
	}
	o.State, o.Reason, o.Due = Delivered, ReasonPerson, time.Time{}
	o.capture(came)
	o.Changed, o.Settled, o.Evidence = now, now, ev
	t := Capture(o)
	t.Actor, t.Chat = d.By, chat
	return Change{Order: o, Journal: &t, Alert: o.lossAlert()}, true
}
