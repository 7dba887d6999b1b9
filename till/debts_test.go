package till

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

// lend books a credit on account for the shop.
func (c *counter) lend(request string, amount topup.Money) {
	c.t.Helper()
	e := topup.Entry{Kind: topup.EntryCredit, Shop: 1, Amount: amount, Method: topup.OnAccount}
	if err := c.db.Update(func(tx Tx) error {
		_, err := tx.Post(e.Transaction("credit/"+request, 1, 1, "", time.Now()))
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
}

// TestDebtReminder runs on evenings of three weeks, with a restart in each: a week
// after it was lent, and every week then, until the owner wants none.
func TestDebtReminder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.lend("l", topup.Dinars(4_000))
		told := func() int {
			seen := map[uint64]bool{}
			for _, o := range c.sent.to(shopChat) {
				if strings.Contains(o.Message.Text, "📒 Rappel") {
					seen[o.Seq] = true
				}
			}
			return len(seen)
		}
		var days []int
		began := time.Now()
		for _, day := range []int{0, 6, 7, 8, 13, 14, 15, 21} {
			time.Sleep(time.Until(began.Add(time.Duration(day)*24*time.Hour + 18*time.Hour + 55*time.Minute)))
			before := told()
			c.run(10 * time.Minute)
			c.run(10 * time.Minute) // the process starts again in the same evening
			if told() > before {
				days = append(days, day)
			}
			if told() > before+1 {
				t.Errorf("on day %d it is told %d times", day, told()-before)
			}
			if day == 15 {
				c.shop(func(s *topup.Shop) { s.Quiet = true })
			}
		}
		if !slices.Equal(days, []int{7, 14}) {
			t.Errorf("reminded on the days %v", days)
		}
		c.close()
	})
}

// TestDebtsAreRead in pages, over more lines than one look takes.
func TestDebtsAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		for i := range 2*debtPage + 10 {
			c.lend(number(int64(i)), topup.Dinars(1))
			time.Sleep(time.Hour)
		}
		now := time.Now()
		list, err := c.engine.openDebts(now)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		d := list[0]
		if d.Owed != topup.Dinars(2*debtPage+10) || !d.Whole || now.Sub(d.Since) != (2*debtPage+10)*time.Hour || d.Young != topup.Dinars(7*24-1) {
			t.Errorf("%+v", d)
		}
		c.close()
	})
}
