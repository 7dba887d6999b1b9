package topup_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

func TestOverslept(t *testing.T) {
	for name, c := range map[string]struct {
		o     topup.Order
		ahead time.Duration
		scale float64
		want  bool
	}{
		"placed, in its time":        {newOrder(topup.GiftCard), time.Minute, 1, false},
		"placed, clock set back":     {newOrder(topup.GiftCard), 2 * time.Minute, 1, true},
		"looked for, in its time":    {submitted(t, topup.MobileTopUp), time.Minute, 1, false},
		"looked for, clock set back": {submitted(t, topup.MobileTopUp), 2 * time.Minute, 1, true},
		"open, in its time":          {pending(t, topup.MobileTopUp), time.Hour, 1, false},
		"open, clock set back":       {pending(t, topup.MobileTopUp), time.Hour + 1, 1, true},
		"open, in a faster time":     {pending(t, topup.MobileTopUp), 7 * time.Minute, 0.1, true},
	} {
		c.o.Due = start.Add(c.ahead)
		if got := topup.Overslept(c.o, start, c.scale); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if w := topup.Wake(c.o, start); !w.Order.Due.Equal(start) || w.Order.State != c.o.State || w.Journal != nil {
			t.Errorf("%s: woken to %+v", name, w)
		}
	}
	if s, _ := topup.Cancel(newOrder(topup.GiftCard), topup.ReasonStale, start); topup.Overslept(s.Order, start.Add(-time.Hour), 1) {
		t.Error("a final order is woken")
	}
}

// However the clock jumps, within an hour of true time after its last jump
// every open order is looked at, and none leaves that was not confirmed a
// moment ago by the clock.
func TestNoOrderIsForgottenWhenTheClockJumps(t *testing.T) {
	woken, cancelled := 0, 0
	thoroughly(t, func(t *rapid.T) {
		good := rapid.SampledFrom([]topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}).Draw(t, "good")
		h := &history{o: newOrder(good), now: start}
		h.journal = append(h.journal, topup.Hold(h.o))
		silent := time.Duration(0) // true time since the last look or jump
		for range rapid.IntRange(1, 120).Draw(t, "minutes") {
			if rapid.IntRange(0, 9).Draw(t, "jump?") == 0 {
				h.now = h.now.Add(time.Duration(rapid.IntRange(-72*60, 72*60).Draw(t, "jump")) * time.Minute)
				silent = 0
			}
			if topup.Overslept(h.o, h.now, scale) {
				woken++
				h.o = topup.Wake(h.o, h.now).Order
			}
			if h.o.State.Final() {
				break
			}
			if h.o.Due.After(h.now) {
				if silent += time.Minute; silent > 62*time.Minute {
					t.Fatalf("%s for %v without a look, due in %v", h.o.State, silent, h.o.Due.Sub(h.now))
				}
			} else {
				silent = 0
				if h.o.Stale(h.now) {
					cancelled++
				}
				h.look(t)
			}
			h.now = h.now.Add(time.Minute)
		}
	})
	if woken == 0 || cancelled == 0 {
		t.Errorf("%d orders were woken and %d cancelled: the property proves nothing", woken, cancelled)
	}
}

// look does what is due for the order, as the till does, with any answer.
func (h *history) look(t *rapid.T) {
	switch {
	case h.o.Stale(h.now):
		h.proof = true
		s, _ := topup.Cancel(h.o, topup.ReasonStale, h.now)
		h.take(t, "stale", s)
	case h.o.State == topup.Placed, h.o.Resend(h.now):
		if age := h.now.Sub(h.o.Placed); h.posts == 0 && (age > 5*time.Minute || age < -5*time.Second) {
			t.Fatalf("leaves after %v", age)
		}
		h.send(t)
		h.sent(t)
	case h.o.ProviderID == "":
		h.lost(t)
	case rapid.Bool().Draw(t, "readable"):
		h.checked(t)
	default:
		h.faulted(t)
	}
}
