package app

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hanout/topup"
)

// alerts counts the taps that were answered with words.
func (r *rig) alerts(words string) (n int) {
	for _, c := range r.telegram.Journal.All() {
		if c.Method == "answerCallbackQuery" && strings.Contains(c.Params["text"], words) {
			n++
		}
	}
	return n
}

// TestTapsWhileTheTillWaits: while a commit takes long those who tap are told to
// wait, once each, whether their tap waits here or still at Telegram. A short one
// then counts; one that had to wait too long sells nothing, and is told so.
func TestTapsWhileTheTillWaits(t *testing.T) {
	for name, tt := range map[string]struct {
		commit int32 // which one takes long: the poller's own, or the report of what that sent
		away   time.Duration
		sold   int
	}{
		"a short time, at Telegram": {1, 20 * time.Second, 1}, "too long, at Telegram": {1, 2 * time.Minute, 0},
		"a short time, here": {2, 20 * time.Second, 1}, "too long, here": {2, 2 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				var hold atomic.Int32
				var held atomic.Bool
				if err := r.halt(); err != nil {
					r.t.Error(err)
				}
				r.via.onCommit = func() {
					if hold.Add(-1) == 0 {
						held.Store(true)
						time.Sleep(tt.away)
						held.Store(false)
					}
				}
				r.start()
				r.openShop("fr", 5000)
				sale := r.confirmPanel()
				r.settle(5 * time.Second)
				hold.Store(tt.commit)
				r.telegram.People.Type(ownerID, "/balance") // its commit takes long, and holds the poller
				r.settle(500 * time.Millisecond)
				r.press(shopID, sale)
				if !held.Load() {
					r.t.Fatal("no commit is under way")
				}
				r.settle(5 * time.Second)
				if n := r.alerts("patientez"); n != 1 {
					r.t.Errorf("%d taps were told to wait", n)
				}
				r.expect(5000, 0, 0)
				r.settle(tt.away + 30*time.Second)
				if r.expect(topup.Money(5000-500*tt.sold), 0, tt.sold); tt.sold == 0 {
					r.sees(shopID, "arrivé en retard après une coupure")
				}
				r.allAnswered()
			})
		})
	}
}

// TestIdleTillLeavesItsDiskAlone: where nobody sells, little is written: an idle
// hour has fewer commits than twice the polls, each of which keeps the time.
func TestIdleTillLeavesItsDiskAlone(t *testing.T) {
	t.Parallel()
	needsFile(t)
	bubble(t, "fr", func(r *rig) {
		var commits atomic.Int64
		if err := r.halt(); err != nil {
			r.t.Error(err)
		}
		r.via.onCommit = func() { commits.Add(1) }
		r.start()
		r.settle(10 * time.Minute)
		commits.Store(0)
		before := len(r.telegram.Journal.Calls("getUpdates"))
		r.settle(3 * time.Hour)
		if polls := len(r.telegram.Journal.Calls("getUpdates")) - before; polls == 0 || commits.Load() >= 2*int64(polls) {
			r.t.Errorf("%d commits, %d polls", commits.Load(), polls)
		}
	})
}
