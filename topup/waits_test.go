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
		want    bool
	}{
		{topup.Pending, topup.Delivered, 20 * time.Second, true},
		{topup.Pending, topup.Delivered, 20*time.Second - 1, false},
		{topup.Pending, topup.Refunded, time.Minute, true},
		{topup.Delivered, topup.Delivered, time.Minute, false},
		{topup.Pending, topup.Uncertain, time.Minute, true},
		{topup.Pending, topup.Queued, time.Minute, true},
		{topup.Submitting, topup.Review, time.Minute, true},
		{topup.Pending, topup.Review, time.Minute, false},
		{topup.Submitting, topup.Pending, time.Minute, false},
	} {
		was, is := newOrder(topup.MobileTopUp), newOrder(topup.MobileTopUp)
		was.State, is.State = c.was, c.is
		if got := topup.Rings(was, is, start.Add(c.after)); got != c.want {
			t.Errorf("%s to %s after %v: %v", c.was, c.is, c.after, got)
		}
	}
}
