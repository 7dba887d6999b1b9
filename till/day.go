package till

import (
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// dayPage is how many orders are read in one look at the store: no look may be
// long, for it keeps old pages.
const dayPage = 200

// readDay sums today's sales beside the writer: those of the job's shop, or of
// all shops. A stop ends it.
func (e *Engine) readDay(j job, page func(Tx, uint64) (list []topup.Order, next uint64, err error)) {
	e.days.Lock()
	defer e.days.Unlock()
	day := topup.NewDay(time.Now().In(locales.Algiers))
	// An order taken over after a restore is younger by number than by time, so
	// what ends the walk is a whole page without one of today.
	for before, today := uint64(0), true; today && e.stopping.Err() == nil; {
		err := e.db.View(func(tx Tx) error {
			list, next, err := page(tx, before)
			today = next > 0 && len(list) == 0
			for _, o := range list {
				today = day.Add(o) || today
			}
			before = next
			today = today && next > 0
			return err
		})
		if err != nil {
			e.later(fault{err})
			return
		}
	}
	e.later(dayRead{j, day})
}

// ofShop pages through a shop's orders, the newest first; next is 0 after the
// last.
func ofShop(shop topup.ShopID) func(Tx, uint64) ([]topup.Order, uint64, error) {
	return func(tx Tx, before uint64) (list []topup.Order, next uint64, err error) {
		list, err = tx.OrdersOf(shop, before, dayPage)
		if len(list) == dayPage {
			next = list[dayPage-1].No
		}
		return list, next, err
	}
}

// ofAll pages through the orders of all shops. A number that a restored till
// left out has no order.
func ofAll(tx Tx, before uint64) (list []topup.Order, next uint64, err error) {
	if before == 0 {
		if before, err = tx.PeekID("order"); err != nil {
			return nil, 0, err
		}
	}
	next = before - min(before, dayPage)
	for no := before - 1; no >= max(next, 1) && no < before; no-- {
		o, ok, err := tx.OrderByNo(no)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			list = append(list, o)
		}
	}
	return list, next, nil
}

// dayRead is today as it was read.
type dayRead struct {
	job job
	day *topup.Day
}

func (d dayRead) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	var sc flows.Screen
	if d.job.Job == flows.JobReport {
		sc = flows.ReportScreen(d.job.Panel, d.day, func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name })
	} else {
		sc = flows.DayScreen(d.job.Panel, d.day, wallets{r}.Wallet(d.job.shop))
	}
	if r.err != nil {
		return r.err
	}
	return e.show(tx, a, flows.Show{Chat: d.job.Chat, Panel: d.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}
