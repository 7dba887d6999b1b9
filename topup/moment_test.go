package topup_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

func happened(list []topup.Moment) (what []string) {
	for _, m := range list {
		what = append(what, string(m.What)+string(m.State)+m.Word)
	}
	return what
}

// TestHistory: what happens to an order can be told afterwards.
func TestHistory(t *testing.T) {
	now := start
	step := func(o topup.Order, c topup.Change) topup.Order {
		now = now.Add(10 * time.Second)
		return topup.Remember(o, c.Order, now)
	}
	o := newOrder(topup.GiftCard)
	sent, err := topup.Submit(o, now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	o = step(o, sent)
	o = step(o, topup.Lost(o, false, now, scale))
	o = step(o, topup.Lost(o, false, now, scale)) // as before: no news
	o = step(o, topup.Lost(o, true, now, scale))
	o = step(o, topup.Sent(o, topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}, now, scale))
	o = step(o, topup.Checked(o, word(topup.PhaseQueued, "QUEUED"), now, scale))
	o = step(o, topup.Checked(o, word(topup.PhaseQueued, "QUEUED"), now, scale))
	some := word(topup.PhaseDone, "FULFILLED")
	some.Vouchers = cards(1)
	o = step(o, topup.Checked(o, some, now, scale))
	all := some
	all.Vouchers = cards(o.Quantity)
	o = step(o, topup.Checked(o, all, now, scale))
	o = step(o, topup.Checked(o, word(topup.PhaseRefunded, "REFUNDED"), now, scale))
	want := []string{"placed", "sent", "silent", "absent", "pending", "queuedQUEUED", "pendingFULFILLED", "deliveredFULFILLED", "disputeREFUNDED"}
	if got := happened(topup.HistoryOf(o)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	old := o
	old.Moments = nil
	if got := happened(topup.HistoryOf(old)); !slices.Equal(got, []string{"placed", "sent", "deliveredFULFILLED"}) {
		t.Errorf("a row of before: %q", got)
	}
}

// TestHistoryIsBounded: whatever comes, an order keeps its first moments, its
// newest, and how many are left out between.
func TestHistoryIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := topup.Order{ID: "o", Placed: start, Submitted: start, State: topup.Submitting, Submits: 1}
		noted, now := 0, start
		for range rapid.IntRange(0, 90).Draw(t, "steps") {
			was := o
			before := happened(was.Moments)
			now = now.Add(time.Second)
			o.State = rapid.SampledFrom([]topup.State{topup.Pending, topup.Uncertain, topup.Queued, topup.Review}).Draw(t, "state")
			o.Word = rapid.SampledFrom([]string{"A", "B"}).Draw(t, "word")
			news := o.State != was.State || o.Word != was.Word
			o = topup.Remember(was, o, now)
			if news {
				noted++
			}
			if !slices.Equal(happened(was.Moments), before) {
				t.Fatal("the former version has changed")
			}
		}
		left := 0
		for i, m := range o.Moments {
			left += m.Left
			if i > 0 && m.At.Before(o.Moments[i-1].At) {
				t.Fatalf("moment %d is out of order", i)
			}
			if m.Left > 0 && i != 4 {
				t.Fatalf("something is left out before moment %d", i)
			}
		}
		if len(o.Moments) > 20 || len(o.Moments)+left != noted {
			t.Fatalf("%d are kept and %d left out of %d", len(o.Moments), left, noted)
		}
	})
}
