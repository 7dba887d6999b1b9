package till

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

// TestComplaintsAreRemindedOf: each morning in one message, the oldest first,
// until they are closed; once a day, and never at night after a stop.
func TestComplaintsAreRemindedOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		keep := func(c *counter, change func(topup.Complaint) (topup.Complaint, bool), ids ...topup.OrderID) {
			c.does(func(_ *Engine, tx Tx, a *after) error {
				for _, id := range ids {
					l, _, err := tx.Complaint(id)
					if err != nil {
						return err
					}
					l, ok := change(l)
					if !ok {
						t.Errorf("the complaint of %s can't change so", id)
					}
					if err := tx.PutComplaint(l); err != nil {
						return err
					}
				}
				return nil
			})
		}
		for _, id := range []topup.OrderID{"young", "old"} {
			c.giftOrder(id, "a", "t", 1)
		}
		for _, id := range []topup.OrderID{"old", "young"} {
			keep(c, func(l topup.Complaint) (topup.Complaint, bool) {
				return l.Complain(c.order(id), topup.Remark{At: time.Now(), By: shopChat, Text: "what"})
			}, id)
			time.Sleep(time.Minute)
		}
		began := time.Now().Truncate(24 * time.Hour) // 1:00 in Algiers
		told := func() (list []string) {
			seen := map[uint64]bool{}
			for _, o := range c.sent.to(owner) {
				if strings.Contains(o.Message.Text, "réclamation") && !seen[o.Seq] {
					seen[o.Seq] = true
					list = append(list, o.Message.Text)
					if strings.Contains(o.Message.Text, "2 réclamations") && !strings.Contains(o.Message.Rows[0][0].Text, "2 ·") {
						t.Errorf("the oldest does not stand first: %v", o.Message.Rows)
					}
				}
			}
			return list
		}
		at := func(day int, hour, minute int) {
			time.Sleep(time.Until(began.Add(time.Duration(day)*24*time.Hour + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)))
		}
		var days []int
		for day := range 5 {
			before := len(told())
			if day == 2 { // it was down all day
				at(day, 22, 30)
			} else {
				at(day, 8, 55)
			}
			c.run(10 * time.Minute)
			c.run(10 * time.Minute)
			if n := len(told()) - before; n == 1 {
				days = append(days, day)
			} else if n != 0 {
				t.Errorf("on day %d it is told %d times", day, n)
			}
			if day == 3 {
				keep(c, func(l topup.Complaint) (topup.Complaint, bool) {
					return l.Close(topup.ComplaintVoid, topup.Remark{At: time.Now(), By: owner})
				}, "old", "young")
			}
		}
		if !slices.Equal(days, []int{0, 1, 3}) {
			t.Errorf("reminded on the days %v: %q", days, told())
		}
		c.close()
	})
}
