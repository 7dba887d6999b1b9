package till

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/locales"
	"hanout/topup"
)

// TestEveningReport: a shop that sold is told once, at nine, owners too, but not
// the shop that wants none.
func TestEveningReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		told := func(panel string) (n int) {
			seen := map[uint64]bool{}
			for _, o := range c.sent.out {
				if strings.HasPrefix(o.Panel, panel) && !seen[o.Seq] {
					seen[o.Seq] = true
					n++
				}
			}
			return n
		}
		c.deliver("a", topup.Voucher{Code: canary})
		c.sent.out = nil
		for time.Now().In(locales.Algiers).Hour() != reportHour-1 {
			c.run(time.Hour)
		}
		if n := told("evening/") + told("day/evening"); n != 0 {
			t.Fatalf("%d reports before the evening", n)
		}
		c.run(2 * time.Hour)
		c.run(time.Minute)
		if shop, owner := told("evening/"), told("day/evening"); shop != 1 || owner != 1 {
			t.Errorf("in the evening the shop was told %d times, the owner %d times", shop, owner)
		}
		c.does(func(_ *Engine, tx Tx, _ *after) error {
			s, _, err := tx.Shop(1)
			if err != nil {
				return err
			}
			s.NoEvening = true
			return tx.PutShop(s)
		})
		c.run(4 * time.Hour) // the next day has begun
		c.deliver("b", topup.Voucher{Code: canary})
		c.run(20 * time.Hour)
		if shop, owner := told("evening/"), told("day/evening"); shop != 1 || owner != 2 {
			t.Errorf("a shop that wants none was told %d times, its owner %d times", shop, owner)
		}
		c.close()
	})
}
