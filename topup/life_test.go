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
