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
	s, ok := topup.Settle(inReview, inReview.Quantity, topup.Decision{By: 5}, 5, start)
	if !ok || s.Order.State != topup.Delivered || s.Order.Captured != inReview.Price || s.Journal.Actor != 5 || s.Order.Reason != topup.ReasonPerson {
		t.Errorf("delivered: %v, %+v", ok, s.Order)
	}
	sums(t, *s.Journal)
	s, ok = topup.Settle(inReview, 0, topup.Decision{By: 5}, 5, start)
	if !ok || s.Order.State != topup.Refunded || s.Journal.Actor != 5 || kind(s.Journal.Key) != topup.EntryRelease || s.Order.Evidence.Word != "admin 5" {
		t.Errorf("released: %v, %+v", ok, s.Order)
	}
	for _, n := range []int{-1, inReview.Quantity + 1} {
		if _, ok := topup.Settle(inReview, n, topup.Decision{By: 5}, 5, start); ok {
			t.Errorf("settled for %d of %d", n, inReview.Quantity)
		}
	}
	for _, o := range []topup.Order{newOrder(topup.GiftCard), submitted(t, topup.GiftCard), pending(t, topup.GiftCard), s.Order} {
		if _, ok := topup.Settle(o, 0, topup.Decision{By: 5}, 5, start); ok {
			t.Errorf("settled from %s", o.State)
		}
	}
}

// What was handed over before the provider took all back is told as what it
// is, and can be charged alone.
func TestSettleInPart(t *testing.T) {
	o := pending(t, topup.GiftCard)
	s := word(topup.PhaseDone, "FULFILLED")
	s.Vouchers = cards(1)
	c := topup.Checked(o, s, start, scale)
	if c.Order.DeliveredQty != 1 || c.Order.State != topup.Pending || len(c.Vouchers) != 1 {
		t.Fatalf("%d handed over, %s", c.Order.DeliveredQty, c.Order.State)
	}
	back := word(topup.PhaseRefunded, "REFUNDED")
	c = topup.Checked(c.Order, back, start, scale)
	if c.Order.State != topup.Review || c.Order.Reason != topup.ReasonPart || c.Alert != topup.AlertReview || c.Journal != nil {
		t.Fatalf("taken back: %s, %s, %q", c.Order.State, c.Order.Reason, c.Alert)
	}
	for came, want := range map[int]topup.Money{0: 0, 1: topup.Dinars(500), 4: topup.Dinars(2000)} {
		got, ok := topup.Settle(c.Order, came, topup.Decision{By: 5}, 5, start)
		if !ok || got.Order.Captured != want || topup.PriceOf(c.Order, came) != want {
			t.Errorf("%d of 4: %v, captured %v", came, ok, got.Order.Captured)
		}
		accounts := sums(t, topup.Hold(o), *got.Journal)
		if accounts[o.Shop.Held()] != 0 || accounts[o.Shop.Available()] != -want {
			t.Errorf("%d of 4: accounts %v", came, accounts)
		}
		if came == 1 && (got.Order.State != topup.Delivered || got.Order.DeliveredQty != 1 || got.Order.Charged != topup.Dinars(490)) {
			t.Errorf("in part: %s, %d, charged %v", got.Order.State, got.Order.DeliveredQty, got.Order.Charged)
		}
	}
}
