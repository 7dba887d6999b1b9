package topup_test

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

const scale = 1

// submitted is an order whose first request may have left.
func submitted(t *testing.T, good topup.Good) topup.Order {
	t.Helper()
	s, err := topup.Submit(newOrder(good), start, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return s.Order
}

// pending is an order that the provider has.
func pending(t *testing.T, good topup.Good) topup.Order {
	t.Helper()
	return topup.Sent(submitted(t, good), topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}, start, scale).Order
}

// word is a status of the order p1.
func word(phase topup.Phase, w string) topup.Status {
	return topup.Status{ProviderID: "p1", Phase: phase, Evidence: topup.Evidence{HTTP: 200, Word: w}}
}

func cards(n int) []topup.Voucher {
	list := make([]topup.Voucher, n)
	for i := range list {
		list[i] = topup.Voucher{Code: strings.Repeat("c", i+1)}
	}
	return list
}

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
		{name: "key", answer: topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}, state: topup.Refunded, money: released, alert: topup.AlertKey},
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
		{name: "a repeat: key", answer: topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}, repeat: true, state: topup.Submitting, money: held, alert: topup.AlertKey, due: 2 * time.Second},
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
	settled, _ := topup.Settle(inReview, false, 1, 1, start)
	s := topup.Sent(settled.Order, accepted, start, scale)
	if s.Alert != topup.AlertDispute || s.Order.State != topup.Refunded || s.Journal != nil || s.Order.Dispute == "" {
		t.Errorf("accepted after it was released: alert %q, %s", s.Alert, s.Order.State)
	}
}

// follow loses every look-up from now on and gives the pauses between them,
// until the order is to be sent again or a person is told.
func follow(t *testing.T, o topup.Order, now time.Time) (waits []int, last topup.Order) {
	t.Helper()
	for range 100 {
		if o.Resend() || o.State == topup.Review {
			return waits, o
		}
		waits = append(waits, int(o.Due.Sub(now)/time.Second))
		now = o.Due
		if o.Next() != topup.CallLookup {
			t.Fatalf("a lost order is to be asked by %s", o.Next())
		}
		o = topup.Lost(o, true, now, scale).Order
	}
	t.Fatal("no end of look-ups")
	return nil, o
}

func TestLostAnswer(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Unknown}, start, scale).Order
	waits, o := follow(t, o, start)
	want := []int{2, 3, 5, 10, 20, 40, 60}
	if len(waits) != len(want) {
		t.Fatalf("waits %v, want %v", waits, want)
	}
	for i := range want {
		if waits[i] != want[i] {
			t.Fatalf("waits %v, want %v", waits, want)
		}
	}
	if !o.Resend() || o.Due.After(start.Add(140*time.Second)) {
		t.Fatalf("to be sent again: %v, due %v", o.Resend(), o.Due)
	}
	again, err := topup.Submit(o, start.Add(140*time.Second), time.Minute)
	if err != nil || again.Order.ID != o.ID || again.Order.Submits != 2 || !again.Order.Submitted.Equal(start) {
		t.Fatalf("second submit: %+v, %v", again.Order, err)
	}
	if again.Journal != nil {
		t.Error("a second submit moves money")
	}
	o = topup.Sent(again.Order, topup.SendAnswer{Verdict: topup.Unknown}, start.Add(141*time.Second), scale).Order
	waits, o = follow(t, o, start.Add(141*time.Second))
	if o.State != topup.Review || o.Reason != topup.ReasonLost || len(waits) != 24 {
		t.Errorf("after the second loss: %s, %s, %d look-ups", o.State, o.Reason, len(waits))
	}
	if _, err := topup.Submit(o, start, time.Minute); err == nil {
		t.Error("an order in review was submitted")
	}
}

func TestGiftCardIsNeverSentTwice(t *testing.T) {
	for _, v := range []topup.Verdict{topup.Unknown, topup.Throttled, topup.Duplicate} {
		o := topup.Sent(submitted(t, topup.GiftCard), topup.SendAnswer{Verdict: v}, start, scale).Order
		_, o = follow(t, o, start)
		if o.State != topup.Review || o.Submits != 1 {
			t.Errorf("%s: %s after %d requests", v, o.State, o.Submits)
		}
	}
	o := submitted(t, topup.GiftCard)
	o.Lookups = 100
	if _, err := topup.Submit(o, start, time.Minute); err == nil || o.Resend() {
		t.Error("a gift card was submitted twice")
	}
}

func TestNoBlindRepeat(t *testing.T) {
	o := submitted(t, topup.MobileTopUp)
	if _, err := topup.Submit(o, start, time.Minute); err == nil {
		t.Error("sent again without a look-up")
	}
	now := start
	for range 50 { // the books can't be read
		now = now.Add(time.Minute)
		s := topup.Lost(o, false, now, scale)
		if o = s.Order; o.Resend() || o.State != topup.Submitting || s.Journal != nil {
			t.Fatalf("after failed look-ups: resend %v, %s", o.Resend(), o.State)
		}
	}
	if got := o.Due.Sub(now); got != time.Minute {
		t.Errorf("next look-up in %v", got)
	}
	o = topup.Lost(o, false, start.Add(24*time.Hour+time.Second), scale).Order
	if o.State != topup.Review || o.Reason != topup.ReasonLost {
		t.Errorf("unreadable for a day: %s, %s", o.State, o.Reason)
	}
	o = submitted(t, topup.MobileTopUp)
	for i := range 6 {
		if o = topup.Lost(o, true, start, scale).Order; o.Resend() {
			t.Fatalf("sent again after %d look-ups", i+1)
		}
	}
}

func TestThrottledSendIsRepeatedAfterOneLook(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	if o.Resend() {
		t.Fatal("repeated without a look")
	}
	if o = topup.Lost(o, true, start, scale).Order; !o.Resend() {
		t.Fatal("not repeated")
	}
	again, err := topup.Submit(o, start, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	o = topup.Sent(again.Order, topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	if o = topup.Lost(o, true, start, scale).Order; o.Resend() {
		t.Error("repeated twice")
	}
}

func TestNext(t *testing.T) {
	if got := newOrder(topup.MobileTopUp).Next(); got != topup.CallSend {
		t.Errorf("placed: %s", got)
	}
	if got := submitted(t, topup.MobileTopUp).Next(); got != topup.CallLookup {
		t.Errorf("submitting: %s", got)
	}
	if got := pending(t, topup.MobileTopUp).Next(); got != topup.CallCheck {
		t.Errorf("pending: %s", got)
	}
}

func TestChecked(t *testing.T) {
	for _, c := range []struct {
		phase topup.Phase
		age   time.Duration
		state topup.State
		due   time.Duration
		key   string
	}{
		{topup.PhaseOpen, time.Second, topup.Pending, 5 * time.Second, ""},
		{"a phase never seen", time.Second, topup.Pending, 5 * time.Second, ""},
		{topup.PhasePart, time.Second, topup.Pending, 5 * time.Second, ""}, // no such thing as part of a top-up
		{topup.PhaseUncertain, time.Second, topup.Uncertain, 15 * time.Minute, ""},
		{topup.PhaseUncertain, 24 * time.Hour, topup.Uncertain, time.Hour, ""},
		{topup.PhaseQueued, 71 * time.Hour, topup.Queued, time.Hour, ""},
		{topup.PhaseOpen, 24*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseUncertain, 24*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseQueued, 72*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseDone, 100 * time.Hour, topup.Delivered, 0, "capture"},
		{topup.PhaseRefunded, 100 * time.Hour, topup.Refunded, 0, "release"},
	} {
		now := start.Add(c.age)
		s := topup.Checked(pending(t, topup.MobileTopUp), word(c.phase, "W"), now, scale)
		key := ""
		if s.Journal != nil {
			key = string(kind(s.Journal.Key))
		}
		var due time.Time
		if c.due != 0 {
			due = now.Add(c.due)
		}
		if s.Order.State != c.state || key != c.key || !s.Order.Due.Equal(due) {
			t.Errorf("%s after %v: %s, journal %q, due in %v", c.phase, c.age, s.Order.State, key, s.Order.Due.Sub(now))
		}
		if (s.Alert == topup.AlertReview) != (c.state == topup.Review) {
			t.Errorf("%s after %v: alert %q", c.phase, c.age, s.Alert)
		}
	}
}

func TestFoundOrderIsAdopted(t *testing.T) {
	o := topup.Lost(submitted(t, topup.MobileTopUp), true, start, scale).Order
	s := word(topup.PhaseOpen, "HANDLING")
	s.ProviderRef, s.Evidence.RequestID = "API-x-"+string(o.ID), "req"
	got := topup.Checked(o, s, start, scale).Order
	if got.State != topup.Pending || got.ProviderID != "p1" || got.ProviderRef != s.ProviderRef || got.RequestID != "req" ||
		got.Word != "HANDLING" || got.Next() != topup.CallCheck || got.Resend() {
		t.Errorf("%+v", got)
	}
}

func kind(key string) topup.EntryKind {
	k, _ := topup.SplitKey(key)
	return k
}

func TestRefundedKeepsWhatPeopleNeed(t *testing.T) {
	s := word(topup.PhaseRefunded, "REFUNDED")
	s.Message, s.Offers = "message", []topup.Offer{{Plan: "P", Face: topup.Dinars(500)}}
	s.Charged, s.ChargedKnown = topup.Dinars(490), true
	s.Evidence.Digest = "digest"
	o := topup.Checked(pending(t, topup.MobileTopUp), s, start, scale).Order
	if o.Message != "message" || len(o.Offers) != 1 || o.Reason != topup.ReasonProvider || o.ChargedKnown || o.Charged != 0 ||
		o.Evidence == nil || o.Evidence.Digest != "digest" || o.Captured != 0 {
		t.Errorf("%+v", o)
	}
}

func TestDelivery(t *testing.T) {
	part := topup.PhasePart
	for _, c := range []struct {
		name     string
		good     topup.Good
		phase    topup.Phase
		cards    int
		said     int // fulfilled_quantity
		charged  topup.Money
		state    topup.State
		captured topup.Money
		cost     topup.Money
		alert    topup.Alert
	}{
		{"mobile", topup.MobileTopUp, topup.PhaseDone, 0, 0, 0, topup.Delivered, topup.Dinars(495), topup.Dinars(490), ""},
		{"mobile, charge told", topup.MobileTopUp, topup.PhaseDone, 0, 0, 48900, topup.Delivered, topup.Dinars(495), 48900, ""},
		{"internet", topup.InternetCard, topup.PhaseDone, 1, 0, 0, topup.Delivered, topup.Dinars(495), topup.Dinars(490), ""},
		{"internet without its code", topup.InternetCard, topup.PhaseDone, 0, 0, 0, topup.Pending, 0, 0, ""},
		{"cards", topup.GiftCard, topup.PhaseDone, 4, 4, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), ""},
		{"cards, count not told", topup.GiftCard, topup.PhaseDone, 4, 0, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), ""},
		{"cards without codes", topup.GiftCard, topup.PhaseDone, 0, 4, 0, topup.Pending, 0, 0, ""},
		{"one code missing", topup.GiftCard, topup.PhaseDone, 3, 4, 0, topup.Pending, 0, 0, ""},
		{"one code missing, says three", topup.GiftCard, topup.PhaseDone, 3, 3, 0, topup.Pending, 0, 0, ""},
		{"a code too many", topup.GiftCard, topup.PhaseDone, 5, 4, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), topup.AlertQuantity},
		{"count does not agree", topup.GiftCard, topup.PhaseDone, 4, 3, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), topup.AlertQuantity},
		{"half", topup.GiftCard, part, 2, 2, 0, topup.Delivered, topup.Dinars(1000), topup.Dinars(980), ""},
		{"half, charge told", topup.GiftCard, part, 2, 2, 97000, topup.Delivered, topup.Dinars(1000), 97000, ""},
		{"half, count not told", topup.GiftCard, part, 2, 0, 0, topup.Delivered, topup.Dinars(1000), topup.Dinars(980), ""},
		{"half, a code missing", topup.GiftCard, part, 1, 2, 0, topup.Pending, 0, 0, ""},
		{"half, a code more", topup.GiftCard, part, 3, 2, 0, topup.Delivered, topup.Dinars(1500), topup.Dinars(1470), topup.AlertQuantity},
		{"half without codes", topup.GiftCard, part, 0, 2, 0, topup.Pending, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := word(c.phase, "W")
			s.Vouchers, s.DoneQty, s.Charged, s.ChargedKnown = cards(c.cards), c.said, c.charged, c.charged != 0
			s.Transaction, s.Processed = "AT-1", "today"
			o := pending(t, c.good)
			got := topup.Checked(o, s, start.Add(time.Minute), scale)
			if got.Order.State != c.state || got.Order.Captured != c.captured || got.Alert != c.alert {
				t.Fatalf("%s, captured %v, alert %q", got.Order.State, got.Order.Captured, got.Alert)
			}
			if c.state != topup.Delivered {
				if got.Journal != nil || len(got.Vouchers) != c.cards || got.Order.DeliveredQty != c.cards {
					t.Errorf("an open order moves money, or keeps back codes that came: %d of %d", len(got.Vouchers), c.cards)
				}
				again := topup.Checked(got.Order, s, start.Add(2*time.Minute), scale)
				if len(again.Vouchers) != 0 {
					t.Error("the same codes are handed over again")
				}
				return
			}
			if len(got.Vouchers) != c.cards || got.Order.Charged != c.cost || got.Order.Transaction != "AT-1" || got.Order.Processed != "today" {
				t.Errorf("%d codes, cost %v, %+v", len(got.Vouchers), got.Order.Charged, got.Order)
			}
			if want := min(max(c.cards, 1), o.Quantity); got.Order.DeliveredQty != want || got.Order.Captured > o.Price {
				t.Errorf("delivered %d of %d for %v, want %d", got.Order.DeliveredQty, o.Quantity, got.Order.Captured, want)
			}
			accounts := sums(t, topup.Hold(o), *got.Journal)
			if accounts[o.Shop.Held()] != 0 || accounts[o.Shop.Available()] != -c.captured {
				t.Errorf("accounts %v", accounts)
			}
		})
	}
}

func TestUnevenPriceIsSharedDownwards(t *testing.T) {
	o := pending(t, topup.GiftCard)
	o.Price, o.Quantity = 1000, 3
	s := word(topup.PhasePart, "PARTIALLY_FILLED")
	s.Vouchers = cards(2)
	got := topup.Checked(o, s, start, scale)
	if got.Order.Captured != 666 {
		t.Errorf("captured %v of 10.00 for 2 of 3", got.Order.Captured)
	}
	sums(t, *got.Journal)
}

func TestMissingCodeIsToldOnceAndWaitedFor(t *testing.T) {
	o, now := pending(t, topup.InternetCard), start
	for range 30 { // the fast polls are long over
		now = now.Add(20 * time.Second)
		o = topup.Checked(o, word(topup.PhaseOpen, "HANDLING"), now, scale).Order
	}
	told := 0
	var waited time.Duration
	for range 40 {
		s := topup.Checked(o, word(topup.PhaseDone, "FULFILLED"), now, scale)
		if o = s.Order; o.State != topup.Pending {
			t.Fatalf("%s", o.State)
		}
		if s.Alert == topup.AlertNoCode {
			told++
			if waited < time.Minute || waited > 5*time.Minute {
				t.Errorf("told after %v", waited)
			}
		}
		waited += o.Due.Sub(now)
		now = o.Due
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	late := word(topup.PhaseDone, "FULFILLED")
	if s := topup.Checked(o, late, start.Add(47*time.Hour), scale); s.Order.State != topup.Pending {
		t.Errorf("after 47 h: %s", s.Order.State)
	}
	s := topup.Checked(o, late, start.Add(73*time.Hour), scale)
	if s.Order.State != topup.Review || s.Alert != topup.AlertReview || s.Journal != nil {
		t.Errorf("after 73 h: %s", s.Order.State)
	}
	late.Vouchers = cards(1)
	if s := topup.Checked(s.Order, late, start.Add(74*time.Hour), scale); s.Order.State != topup.Delivered || len(s.Vouchers) != 1 {
		t.Errorf("the code came at last: %s", s.Order.State)
	}
	empty := word(topup.PhaseDone, "FULFILLED")
	empty.Vouchers = []topup.Voucher{{}}
	if s := topup.Checked(pending(t, topup.InternetCard), empty, start, scale); s.Order.State != topup.Pending {
		t.Errorf("a card without a code: %s", s.Order.State)
	}
}

func TestMismatch(t *testing.T) {
	for name, change := range map[string]func(*topup.Status){
		"plan":     func(s *topup.Status) { s.Plan = "OTHER" },
		"number":   func(s *topup.Status) { s.To = "0661234567" },
		"amount":   func(s *topup.Status) { s.Face = topup.Dinars(501) },
		"order ID": func(s *topup.Status) { s.ProviderID = "p2" },
	} {
		for _, phase := range []topup.Phase{topup.PhaseDone, topup.PhaseRefunded, topup.PhaseOpen} {
			s := word(phase, "W")
			change(&s)
			got := topup.Checked(pending(t, topup.MobileTopUp), s, start, scale)
			if got.Order.State != topup.Review || got.Order.Reason != topup.ReasonMismatch || got.Journal != nil || got.Alert != topup.AlertReview {
				t.Errorf("%s, %s: %s, %s", name, phase, got.Order.State, got.Order.Reason)
			}
			if got.Order.ProviderID != "p1" {
				t.Errorf("%s: took the ID %s", name, got.Order.ProviderID)
			}
		}
	}
	// Found by its reference, but not ours: its ID stays free for whom it belongs to.
	s := word(topup.PhaseDone, "FULFILLED")
	s.To = "0661234567"
	got := topup.Checked(submitted(t, topup.MobileTopUp), s, start, scale)
	if got.Order.State != topup.Review || got.Order.ProviderID != "" {
		t.Errorf("%s with ID %q", got.Order.State, got.Order.ProviderID)
	}
	if again := topup.Checked(got.Order, s, start.Add(time.Hour), scale); again.Alert != topup.AlertNone {
		t.Errorf("told again: %q", again.Alert)
	}
}

func TestFits(t *testing.T) {
	mobile, internet, gift := newOrder(topup.MobileTopUp), newOrder(topup.InternetCard), newOrder(topup.GiftCard)
	for _, c := range []struct {
		name string
		o    topup.Order
		s    topup.Status
		want bool
	}{
		{"nothing said", mobile, topup.Status{}, true},
		{"all right", mobile, topup.Status{Plan: mobile.Plan, To: mobile.To, Face: mobile.Face}, true},
		{"case matters", mobile, topup.Status{Plan: strings.ToLower(mobile.Plan)}, false},
		{"line", internet, topup.Status{To: internet.To, LineType: internet.LineType, Face: internet.Face}, true},
		{"other line", internet, topup.Status{To: "021123456"}, false},
		{"other type", internet, topup.Status{LineType: topup.LTE4G}, false},
		{"other value", internet, topup.Status{Face: topup.Dinars(1000)}, false},
		{"cards", gift, topup.Status{Plan: "product", TypeID: "type", Quantity: 4}, true},
		{"other product", gift, topup.Status{Plan: "other"}, false},
		{"other denomination", gift, topup.Status{TypeID: "other"}, false},
		{"other number of cards", gift, topup.Status{Quantity: 3}, false},
	} {
		if got := c.o.Fits(c.s); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestContradiction(t *testing.T) {
	end := func(p topup.Phase) topup.Order {
		return topup.Checked(pending(t, topup.MobileTopUp), word(p, string(p)), start, scale).Order
	}
	for _, c := range []struct {
		first, then topup.Phase
		dispute     bool
	}{
		{topup.PhaseDone, topup.PhaseRefunded, true},
		{topup.PhaseRefunded, topup.PhaseDone, true},
		{topup.PhaseRefunded, topup.PhasePart, true},
		{topup.PhaseDone, topup.PhaseDone, false},
		{topup.PhaseRefunded, topup.PhaseRefunded, false},
		{topup.PhaseDone, topup.PhaseOpen, false},
		{topup.PhaseRefunded, topup.PhaseUncertain, false},
	} {
		o := end(c.first)
		for _, w := range []string{"WORD", ""} {
			s := topup.Checked(o, word(c.then, w), start, scale)
			if (s.Alert == topup.AlertDispute) != c.dispute || (s.Order.Dispute != "") != c.dispute || s.Journal != nil || s.Order.State != o.State {
				t.Errorf("%s then %s: alert %q, journal %v, %s", c.first, c.then, s.Alert, s.Journal, s.Order.State)
			}
			if again := topup.Checked(s.Order, word(c.then, w), start, scale); again.Alert != topup.AlertNone {
				t.Errorf("%s then %s: told twice", c.first, c.then)
			}
		}
	}
}

func TestFaulted(t *testing.T) {
	o := pending(t, topup.MobileTopUp)
	var waits []time.Duration
	for range 9 {
		s := topup.Faulted(o, &topup.Fault{Kind: topup.FaultUnavailable}, start, scale)
		if s.Journal != nil || s.Order.State != topup.Pending {
			t.Fatalf("a failed read made it %s", s.Order.State)
		}
		o = s.Order
		waits = append(waits, o.Due.Sub(start)/time.Second)
	}
	want := []time.Duration{5, 10, 20, 40, 80, 160, 300, 300, 300}
	for i := range want {
		if waits[i] != want[i] {
			t.Fatalf("waits %d, want %d", waits, want)
		}
	}
	if o = topup.Checked(o, word(topup.PhaseOpen, "PENDING"), start, scale).Order; o.Faults != 0 {
		t.Error("a good answer does not end the faults")
	}
	throttled := &topup.Fault{Kind: topup.FaultThrottled, RetryAfter: 20 * time.Second}
	for _, scale := range []float64{0.001, 1} {
		if got := topup.Faulted(o, throttled, start, scale).Order.Due.Sub(start); got != 20*time.Second {
			t.Errorf("told to wait 20 s at scale %v: %v", scale, got)
		}
	}
	throttled.RetryAfter = 1<<63 - 1
	if got := topup.Faulted(o, throttled, start, scale).Order.Due.Sub(start); got != 30*time.Second {
		t.Errorf("told to wait for ever: %v", got)
	}
	if s := topup.Faulted(o, &topup.Fault{Kind: topup.FaultKey}, start, scale); s.Alert != topup.AlertKey || s.Order.State != topup.Pending {
		t.Errorf("key fault: alert %q, %s", s.Alert, s.Order.State)
	}
}

func TestUnreadableForTooLong(t *testing.T) {
	for phase, longest := range map[topup.Phase]time.Duration{
		topup.PhaseOpen: 24 * time.Hour, topup.PhaseUncertain: 24 * time.Hour, topup.PhaseQueued: 72 * time.Hour,
	} {
		o := topup.Checked(pending(t, topup.InternetCard), word(phase, "W"), start, scale).Order
		f := &topup.Fault{Kind: topup.FaultNotFound}
		if s := topup.Faulted(o, f, start.Add(longest), scale); s.Order.State != o.State {
			t.Errorf("%s: %s after %v", phase, s.Order.State, longest)
		}
		s := topup.Faulted(o, f, start.Add(longest+1), scale)
		if s.Order.State != topup.Review || s.Alert != topup.AlertReview || s.Journal != nil {
			t.Errorf("%s: %s, alert %q", phase, s.Order.State, s.Alert)
		}
		if again := topup.Faulted(s.Order, f, start.Add(longest+time.Hour), scale); again.Alert != topup.AlertNone || again.Order.Due.Sub(start) != longest+2*time.Hour {
			t.Errorf("%s: alert %q, due %v", phase, again.Alert, again.Order.Due)
		}
	}
}

func TestReviewTellsEachReasonOnce(t *testing.T) {
	o := submitted(t, topup.GiftCard)
	s := topup.Ambiguous(o, start, scale)
	if s.Alert != topup.AlertReview || s.Order.Reason != topup.ReasonAmbiguous {
		t.Fatalf("alert %q, %s", s.Alert, s.Order.Reason)
	}
	if s = topup.Ambiguous(s.Order, start, scale); s.Alert != topup.AlertNone {
		t.Errorf("the same reason again: %q", s.Alert)
	}
	if s = topup.Lost(s.Order, true, start, scale); s.Order.State != topup.Review || s.Order.Due.Sub(start) != time.Hour {
		t.Errorf("%s, due in %v", s.Order.State, s.Order.Due.Sub(start))
	}
	found := word(topup.PhaseOpen, "HANDLING")
	if s = topup.Checked(s.Order, found, start.Add(25*time.Hour), scale); s.Alert != topup.AlertReview || s.Order.Reason != topup.ReasonTooLong {
		t.Errorf("another reason: alert %q, %s", s.Alert, s.Order.Reason)
	}
}

// An ID that turns out to be another order's must not be asked in a loop.
func TestForeignIDIsAskedLater(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p9"}, start, scale).Order
	for name, s := range map[string]topup.Change{
		"lost": topup.Lost(o, true, o.Due, scale), "ambiguous": topup.Ambiguous(o, o.Due, scale),
	} {
		if !s.Order.Due.After(o.Due) || s.Order.State.Final() || s.Order.Resend() {
			t.Errorf("%s: due %v, %s", name, s.Order.Due, s.Order.State)
		}
	}
}

func TestPlacedKnowsNoAnswers(t *testing.T) {
	o := newOrder(topup.MobileTopUp)
	late := start.Add(100 * time.Hour)
	for name, s := range map[string]topup.Change{
		"sent":      topup.Sent(o, topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}, late, scale),
		"checked":   topup.Checked(o, word(topup.PhaseRefunded, "REFUNDED"), late, scale),
		"lost":      topup.Lost(o, true, late, scale),
		"ambiguous": topup.Ambiguous(o, late, scale),
		"faulted":   topup.Faulted(o, &topup.Fault{}, late, scale),
	} {
		if s.Order.State != topup.Placed || s.Journal != nil {
			t.Errorf("%s: %s", name, s.Order.State)
		}
	}
}

func TestCancel(t *testing.T) {
	s, ok := topup.Cancel(newOrder(topup.MobileTopUp), topup.ReasonCancelled, start)
	if !ok || s.Order.State != topup.Refunded || s.Order.Reason != topup.ReasonCancelled || s.Journal == nil || s.Order.Evidence == nil {
		t.Errorf("%v, %+v", ok, s)
	}
	for _, o := range []topup.Order{submitted(t, topup.MobileTopUp), pending(t, topup.MobileTopUp), s.Order} {
		if _, ok := topup.Cancel(o, topup.ReasonCancelled, start); ok {
			t.Errorf("cancelled from %s", o.State)
		}
	}
}

func TestSettle(t *testing.T) {
	inReview := topup.Ambiguous(submitted(t, topup.GiftCard), start, scale).Order
	s, ok := topup.Settle(inReview, true, 5, 5, start)
	if !ok || s.Order.State != topup.Delivered || s.Order.Captured != inReview.Price || s.Journal.Actor != 5 || s.Order.Reason != topup.ReasonPerson {
		t.Errorf("delivered: %v, %+v", ok, s.Order)
	}
	sums(t, *s.Journal)
	s, ok = topup.Settle(inReview, false, 5, 5, start)
	if !ok || s.Order.State != topup.Refunded || s.Journal.Actor != 5 || kind(s.Journal.Key) != topup.EntryRelease || s.Order.Evidence.Word != "admin 5" {
		t.Errorf("released: %v, %+v", ok, s.Order)
	}
	for _, o := range []topup.Order{newOrder(topup.GiftCard), submitted(t, topup.GiftCard), pending(t, topup.GiftCard), s.Order} {
		if _, ok := topup.Settle(o, false, 5, 5, start); ok {
			t.Errorf("settled from %s", o.State)
		}
	}
}

func TestPollWait(t *testing.T) {
	for _, c := range []struct {
		state topup.State
		polls int
		age   time.Duration
		want  time.Duration
	}{
		{topup.Pending, 0, 0, 5 * time.Second},
		{topup.Pending, 5, 0, 5 * time.Second},
		{topup.Pending, 6, 0, 10 * time.Second},
		{topup.Pending, 14, 0, 10 * time.Second},
		{topup.Pending, 15, 0, 20 * time.Second},
		{topup.Pending, 23, 0, 20 * time.Second},
		{topup.Pending, 24, 10 * time.Minute, time.Minute},
		{topup.Pending, 99, 30 * time.Minute, 15 * time.Minute},
		{topup.Pending, 99, 24 * time.Hour, time.Hour},
		{topup.Uncertain, 0, 0, 15 * time.Minute},
		{topup.Uncertain, 0, 24 * time.Hour, time.Hour},
		{topup.Queued, 0, 0, time.Hour},
		{topup.Review, 0, 0, time.Hour},
	} {
		if got := topup.PollWait(c.state, c.polls, c.age); got != c.want {
			t.Errorf("%s, %d polls, %v: %v, want %v", c.state, c.polls, c.age, got, c.want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, scale := range []float64{1e-9, 0.01, 60} {
		a := topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}
		o := topup.Sent(submitted(t, topup.MobileTopUp), a, start, scale).Order
		if got, want := o.Due.Sub(start), time.Duration(float64(5*time.Second)*scale); got != want {
			t.Errorf("scale %v: first poll in %v, want %v", scale, got, want)
		}
		age := time.Duration(float64(23*time.Hour) * scale)
		o.Polls = 50
		o = topup.Checked(o, word(topup.PhaseOpen, "PENDING"), start.Add(age), scale).Order
		if got, want := o.Due.Sub(start.Add(age)), time.Duration(float64(15*time.Minute)*scale); o.State != topup.Pending || got != want {
			t.Errorf("scale %v: %s, next poll in %v, want %v", scale, o.State, got, want)
		}
		f := topup.Faulted(o, &topup.Fault{}, start.Add(age), scale).Order
		if got, want := f.Due.Sub(start.Add(age)), time.Duration(float64(15*time.Minute)*scale); got != want {
			t.Errorf("scale %v: after a fault in %v, want %v", scale, got, want)
		}
		if o = topup.Faulted(o, &topup.Fault{}, start.Add(100*time.Hour), 1e-9).Order; o.State != topup.Review || !o.Due.After(start) {
			t.Errorf("an age beyond all scales: %s, due %v", o.State, o.Due)
		}
	}
}
