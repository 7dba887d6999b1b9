package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

// TestSlots: each sale is in one slot, whatever zone its time is written in; a
// day has its hours, a longer span its days.
func TestSlots(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.FixedZone("", 3600))
	for period, step := range map[topup.Period]time.Duration{topup.Yesterday: time.Hour, topup.LastMonth: 24 * time.Hour} {
		r := topup.NewReport(period, now)
		for at := r.From; at.Before(r.To); at = at.Add(30 * time.Minute) {
			r.Add(topup.Order{State: topup.Delivered, Captured: 1, Placed: at.UTC()})
		}
		slots := r.Slots()
		if len(slots) != int(r.To.Sub(r.From)/step) {
			t.Errorf("%s: %d slots", period, len(slots))
		}
		for i, s := range slots {
			if s.Done != int(step/(30*time.Minute)) {
				t.Errorf("%s, slot %d: %d sales", period, i, s.Done)
			}
		}
	}
}
