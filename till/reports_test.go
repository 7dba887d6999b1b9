package till

import (
	"fmt"
	"testing"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// TestReportIsReadToItsEnd: pages, numbers that a restored till left out, and an
// order taken over late under a high number hide no sale of today, and what is
// older is left alone.
func TestReportIsReadToItsEnd(t *testing.T) {
	c := newCounter(t)
	const sales = 2*reportPage + 7
	now := time.Now()
	place := func(n int, at time.Time) {
		t.Helper()
		if err := c.db.Update(func(tx Tx) error {
			_, err := tx.Place(topup.Order{
				ID: topup.OrderID(topup.NewID()), Shop: 1, By: shopChat, Chat: shopChat, Panel: topup.NewID(), Good: topup.MobileTopUp, State: topup.Placed,
				Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", PlanName: "PREPAID", PlanKind: topup.Dynamic, PlanFamily: topup.FamilyPrepaid,
				To: fmt.Sprintf("077%07d", n), Quantity: 1, Face: 10_00, Price: 10_00, Expected: 10_00, Placed: at, Changed: at, Due: now.Add(time.Hour),
			})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	place(0, now.AddDate(0, 0, -1))
	for n := range sales {
		place(n+1, now)
		if n == 3 {
			if err := c.db.Update(func(tx Tx) error { return tx.SkipIDs("order", 1000) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	place(sales+1, now.AddDate(0, 0, -3)) // taken over
	for _, j := range []job{{Run: flows.Run{Job: flows.JobDay, Chat: shopChat, Panel: "day"}, shop: 1}, {Run: flows.Run{Job: flows.JobReport, Chat: 1, Panel: "report"}}} {
		c.engine.startJob(j)
		ev, ok := (<-c.engine.events).(reportRead)
		if !ok || ev.report.All.Pending != sales || ev.report.All.Held != sales*10_00 {
			t.Errorf("%s: %+v", j.Job, ev.report.All)
		}
		if err := c.engine.commit([]event{ev}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.sent.to(shopChat)) != 1 || len(c.sent.to(1)) != 1 {
		t.Errorf("%d and %d screens", len(c.sent.to(shopChat)), len(c.sent.to(1)))
	}
	c.close()
}
