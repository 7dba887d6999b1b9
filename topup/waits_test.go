package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestRings(t *testing.T) {
	for _, c := range []struct {
		was, is topup.State
		after   time.Duration
		want    topup.Ring
	}{
		{topup.Pending, topup.Delivered, 0, topup.RingDone},
		{topup.Pending, topup.Refunded, 0, topup.RingBack},
		{topup.Delivered, topup.Delivered, time.Minute, topup.RingNone},
		{topup.Pending, topup.Uncertain, 20 * time.Second, topup.RingWait},
		{topup.Pending, topup.Uncertain, 20*time.Second - 1, topup.RingNone},
		{topup.Pending, topup.Queued, time.Minute, topup.RingWait},
		{topup.Submitting, topup.Review, time.Minute, topup.RingWait},
		{topup.Pending, topup.Review, time.Minute, topup.RingNone},
		{topup.Submitting, topup.Pending, time.Minute, topup.RingNone},
	} {
		was, is := newOrder(topup.MobileTopUp), newOrder(topup.MobileTopUp)
		was.State, is.State = c.was, c.is
		if c.is == topup.Delivered {
			is.Captured = is.Price
		}
		if got := topup.RingOf(was, is, start.Add(c.after)); got != c.want {
			t.Errorf("%s to %s after %v: %q", c.was, c.is, c.after, got)
		}
		if was.Rang = true; c.want == topup.RingWait && topup.RingOf(was, is, start.Add(c.after)) != topup.RingNone {
			t.Errorf("%s to %s rings a second time", c.was, c.is)
		}
	}
	was, is := newOrder(topup.GiftCard), newOrder(topup.GiftCard)
	was.State, is.State, is.Captured = topup.Pending, topup.Delivered, is.Price/2
	if got := topup.RingOf(was, is, start); got != topup.RingBack {
		t.Errorf("a part delivery: %q", got)
	}
	is.State, is.Captured, is.Reason = topup.Refunded, 0, topup.ReasonCancelled
	if got := topup.RingOf(was, is, start); got != topup.RingNone {
		t.Errorf("taken back: %q", got)
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
