package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

// Each row of the table "what each outcome of a send allows".
func TestSent(t *testing.T) {
	const held, released = "held", "released"
	for _, c := range []struct {
		name   string
		answer topup.SendAnswer
		good   topup.Good
		repeat bool // it answers the second send
		state  topup.State
		money  string
		alert  topup.Alert
		due    time.Duration
	}{
		{name: "accepted", answer: topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}, state: topup.Pending, money: held, due: 5 * time.Second},
		{name: "accepted without an ID", answer: topup.SendAnswer{Verdict: topup.Accepted}, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "not sent", answer: topup.SendAnswer{Verdict: topup.NotSent, Reason: topup.ReasonUnreachable}, state: topup.Refunded, money: released},
		{name: "invalid", answer: topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonInvalid}, state: topup.Refunded, money: released},
		{name: "out of stock", answer: topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonStock}, good: topup.GiftCard, state: topup.Refunded, money: released},
		{name: "float too low", answer: topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonFloat}, state: topup.Refunded, money: released, alert: topup.AlertFloat},
		{name: "key", answer: topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}, state: topup.Refunded, money: released},
		{name: "throttled", answer: topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: 7 * time.Second}, state: topup.Submitting, money: held, due: 7 * time.Second},
		{name: "throttled, no time told", answer: topup.SendAnswer{Verdict: topup.Throttled}, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "throttled for an hour", answer: topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: time.Hour}, state: topup.Submitting, money: held, due: 30 * time.Second},
		{name: "duplicate, told which", answer: topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p9"}, state: topup.Pending, money: held, due: 5 * time.Second},
		{name: "duplicate", answer: topup.SendAnswer{Verdict: topup.Duplicate}, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "unknown", answer: topup.SendAnswer{Verdict: topup.Unknown}, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "a verdict never seen", answer: topup.SendAnswer{Verdict: "maybe"}, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "a repeat refused", answer: topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonInvalid}, repeat: true, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "a repeat not sent", answer: topup.SendAnswer{Verdict: topup.NotSent, Reason: topup.ReasonUnreachable}, repeat: true, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "a repeat: float", answer: topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonFloat}, repeat: true, state: topup.Submitting, money: held, alert: topup.AlertFloat, due: 2 * time.Second},
		{name: "a repeat: key", answer: topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}, repeat: true, state: topup.Submitting, money: held, due: 2 * time.Second},
		{name: "a repeat: duplicate", answer: topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p1"}, repeat: true, state: topup.Pending, money: held, due: 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			good := c.good
			if good == "" {
				good = topup.MobileTopUp
			}
			o := submitted(t, good)
			now := start.Add(time.Second)
			if c.repeat {
				o.Submits = 2
			}
			c.answer.Evidence = topup.Evidence{At: now, HTTP: 400, Word: "WORD", RequestID: "req"}
			s := topup.Sent(o, c.answer, now, scale)
			money := held
			if s.Journal != nil {
				money = released
				if s.Journal.Key != o.ID.ReleaseKey() {
					t.Errorf("journal %s", s.Journal.Key)
				}
				if e := s.Order.Evidence; e == nil || e.Word != "WORD" || s.Order.Reason != c.answer.Reason {
					t.Errorf("evidence %v, reason %q", e, s.Order.Reason)
				}
			}
			var due time.Time
			if c.due != 0 {
				due = now.Add(c.due)
			}
			if s.Order.State != c.state || money != c.money || s.Alert != c.alert || !s.Order.Due.Equal(due) {
				t.Errorf("%s, %s, alert %q, due in %v", s.Order.State, money, s.Alert, s.Order.Due.Sub(now))
			}
			if s.Order.State != topup.Refunded && s.Order.RequestID != "req" {
				t.Errorf("request ID %q", s.Order.RequestID)
			}
		})
	}
}

func TestSentTooLate(t *testing.T) {
	accepted := topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}
	refused := topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonInvalid}
	o := pending(t, topup.MobileTopUp)
	if s := topup.Sent(o, refused, start, scale); s.Journal != nil || s.Order.State != topup.Pending {
		t.Errorf("a refusal after the order was found: %s", s.Order.State)
	}
	inReview := topup.Ambiguous(submitted(t, topup.MobileTopUp), start, scale).Order
	if s := topup.Sent(inReview, accepted, start, scale); s.Order.State != topup.Pending || s.Order.ProviderID != "p1" || s.Order.Reason != topup.ReasonNone {
		t.Errorf("accepted while in review: %+v", s.Order)
	}
	settled, _ := topup.Settle(inReview, 0, topup.Decision{By: 1}, 1, start)
	s := topup.Sent(settled.Order, accepted, start, scale)
	if s.Alert != topup.AlertDispute || s.Order.State != topup.Refunded || s.Journal != nil || s.Order.Dispute == "" {
		t.Errorf("accepted after it was released: alert %q, %s", s.Alert, s.Order.State)
	}
}
