package topup_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// TestLetters: whatever the times, nobody writes more in any hour that begins
// with a letter than the shop may, and after a pause they may again.
func TestLetters(t *testing.T) {
	most := map[topup.ShopState]int{topup.ShopApproved: 6, topup.ShopSuspended: 6, topup.ShopRefused: 2, topup.ShopAsked: 0}
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.SampledFrom([]topup.ShopState{topup.ShopApproved, topup.ShopSuspended, topup.ShopRefused, topup.ShopAsked}).Draw(t, "state")
		span := time.Hour
		if state == topup.ShopRefused {
			span = 24 * time.Hour
		}
		s, now := topup.Shop{State: state}, time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		var began time.Time
		had := 0
		for range 40 {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(span/3)).Draw(t, "pause")))
			if began.IsZero() || now.Sub(began) >= span {
				had = 0
			}
			if got := s.MayWrite(now); got != (had < most[state]) {
				t.Fatalf("after %d letters may write: %t", had, got)
			}
			if had < most[state] {
				if had == 0 {
					began = now
				}
				had++
				no := s.Letters.No
				if s = s.Wrote(now); s.Letters.No != no+1 || s.Letters.Had != had {
					t.Fatalf("%+v", s.Letters)
				}
			}
		}
	})
	s := topup.Shop{}.Wrote(time.Now()).Answers(2, 5).Answers(0, 5)
	if s.Letters.Answered != 0 {
		t.Error("another letter is answered")
	}
	if s = s.Answers(1, 5).Answers(1, 6); s.Letters.Answered != 5 {
		t.Errorf("answered by %d", s.Letters.Answered)
	}
	if s = s.Wrote(time.Now()); s.Letters.Answered != 0 {
		t.Error("a new letter is answered")
	}
}
