package till

import (
	"fmt"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// The day's report by itself, in the evening: for the owners of all shops, for
// each shop that sold of its own, unless it wants none. A start in the morning
// does not make up for an evening that was missed.

const reportHour = 21

func late(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return atHour(now, reportHour)
}

// tellEvening sums the day beside the writer.
func (e *Engine) tellEvening() {
	now := time.Now().In(locales.Algiers)
	if now.Hour() < reportHour {
		return
	}
	e.reports.Lock()
	defer e.reports.Unlock()
	r := topup.NewReport(topup.Today, now)
	if err := e.ordersSince(r.From, ofAll, func(o topup.Order) { r.Add(o) }); err != nil {
		e.later(fault{err})
		return
	}
	if r.All.Sales() == 0 || e.stopping.Err() != nil {
		return
	}
	e.later(eveningTold{r, nil})
	for shops := r.Shops(); len(shops) > 0; {
		n := min(len(shops), remindMost)
		e.later(eveningTold{r, shops[:n]})
		shops = shops[n:]
	}
}

// eveningTold is the report for the owners, or for some shops.
type eveningTold struct {
	report *topup.Report
	shops  []topup.Part[topup.ShopID]
}

func (t eveningTold) apply(e *Engine, tx Tx, a *after) error {
	day := t.report.From.Format("2006-01-02") // in the panel's name it makes a second time an edit
	if t.shops == nil {
		r := e.reading(tx, a.now)
		owners := people{r}.Owners()
		for _, owner := range owners {
			panel := fmt.Sprintf("day/evening-%s-%d", day, owner)
			sc := e.businessReport(r, t.report, panel).Screen()
			if err := e.show(tx, a, flows.Show{Chat: owner, Panel: panel, Screen: sc, Class: flows.ClassNotices}); err != nil {
				return err
			}
		}
		return r.err
	}
	for _, part := range t.shops {
		s, ok, err := tx.Shop(part.Of)
		if err != nil {
			return err
		}
		if !ok || s.NoEvening || part.Done == 0 {
			continue
		}
		w, err := tx.Wallet(s.ID)
		if err != nil {
			return err
		}
		panel := fmt.Sprintf("evening/%d/%s", s.ID, day)
		if err := e.show(tx, a, flows.Show{Chat: s.Chat, Panel: panel, Class: flows.ClassNotices, Screen: flows.EveningScreen(t.report.From, part.Sums, w)}); err != nil {
			return err
		}
	}
	return nil
}
