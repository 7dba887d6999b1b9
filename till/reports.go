package till

import (
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// Reports are read beside the writer: however many sales a period has, nobody
// waits for them but who asked. The rules: no look at the store is long, for it
// keeps old pages; who is served meanwhile goes before; of each kind of report
// one is read at a time; what takes long shows how far it has come.

const (
	reportPage    = 200
	progressAfter = 3 * time.Second // since the panel last said something
	restsFor      = 9               // times as long as a look, while people are served
)

// look is one of the looks at the store of work beside the writer. When people
// were served during it, the work rests after it: it has a tenth of a processor,
// and what it leaves in memory is cleared away in its own time. On a till where
// nothing is sold it goes on at once.
func (e *Engine) look(fn func(Tx) error) error {
	served, began := e.counts.Commits.Load(), time.Now()
	err := e.db.View(fn)
	if e.counts.Commits.Load() != served {
		rest := time.NewTimer(restsFor * time.Since(began))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-e.stopping.Done():
		}
	}
	return err
}

// orderPage reads a page of orders, the newest first, from below a number (0: from
// the newest); next is 0 after the last.
type orderPage func(tx Tx, before uint64) (list []topup.Order, next uint64, err error)

// ordersSince gives every order that was placed since a time, in no order. A
// stop ends it.
func (e *Engine) ordersSince(from time.Time, page orderPage, take func(topup.Order)) error {
	// An order taken over after a restore is younger by number than by time, so
	// what ends the walk is a whole page without one of the span.
	for before, some := uint64(0), true; some && e.stopping.Err() == nil; {
		err := e.look(func(tx Tx) error {
			list, next, err := page(tx, before)
			some = next > 0 && len(list) == 0
			for _, o := range list {
				if !o.Placed.Before(from) {
					take(o)
					some = true
				}
			}
			before = next
			some = some && next > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ofShop pages through a shop's orders.
func ofShop(shop topup.ShopID) orderPage {
	return func(tx Tx, before uint64) (list []topup.Order, next uint64, err error) {
		list, err = tx.OrdersOf(shop, before, reportPage)
		if len(list) == reportPage {
			next = list[reportPage-1].No
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
	next = before - min(before, reportPage)
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

// readReport sums a period's sales: those of the job's shop, or of all.
func (e *Engine) readReport(j job) {
	lock, page := &e.days, ofShop(j.of())
	if j.of() == 0 {
		lock, page = &e.reports, ofAll
	}
	lock.Lock()
	defer lock.Unlock()
	r := topup.NewReport(j.Ask.Period, time.Now().In(locales.Algiers))
	said, read := time.Now(), 0
	err := e.ordersSince(r.From, page, func(o topup.Order) {
		r.Add(o)
		if read++; time.Since(said) > progressAfter {
			said = time.Now()
			e.later(told(flows.ReportProgress(j.Chat, j.Panel, read)))
		}
	})
	if err != nil {
		e.later(fault{err})
		return
	}
	e.later(reportRead{j, r})
}

// of is the shop that a job is about: the one it names, else for a shop its own.
func (j job) of() topup.ShopID {
	switch {
	case j.Ask.Shop != 0:
		return j.Ask.Shop
	case j.Job == flows.JobReport:
		return 0
	}
	return j.shop
}

// told is a screen that work beside the writer has made.
type told flows.Show

func (s told) apply(e *Engine, tx Tx, a *after) error { return e.show(tx, a, flows.Show(s)) }

// reportRead is a report as it was read.
type reportRead struct {
	job    job
	report *topup.Report
}

func (d reportRead) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	var sc flows.Screen
	if d.job.of() == 0 {
		sc = e.businessReport(r, d.report, d.job.Panel).Screen()
	} else {
		s := shopReport(r, d.report, d.job.Panel, d.job.of())
		if d.job.Job == flows.JobReport {
			s.Of, _ = people{r}.Shop(d.job.of())
		}
		sc = s.Screen()
	}
	if r.err != nil {
		return r.err
	}
	return e.show(tx, a, flows.Show{Chat: d.job.Chat, Panel: d.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}

func shopReport(r *reading, report *topup.Report, panel string, shop topup.ShopID) flows.ShopReport {
	s := flows.ShopReport{Report: report, Panel: panel, Wallet: wallets{r}.Wallet(shop)}
	if len(report.Sellers()) > 1 {
		s.Seller = func(person int64) string {
			sh, _ := people{r}.Shop(shop)
			name := report.Name(person)
			if name == "" && sh.Chat == person {
				return sh.Name
			}
			return name
		}
	}
	return s
}

// asleepShown is how many of the shops that sold nothing are named.
const asleepShown = 5

// businessReport joins a report of all shops with their names, and with those
// that sold nothing.
func (e *Engine) businessReport(r *reading, report *topup.Report, panel string) flows.BusinessReport {
	b := flows.BusinessReport{Report: report, Panel: panel, Shop: func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name }}
	sold := map[topup.ShopID]bool{}
	for _, s := range report.Shops() {
		sold[s.Of] = true
	}
	newest, _ := people{r}.Newest(flows.ShopsRead)
	for _, s := range newest {
		if s.State == topup.ShopApproved && !sold[s.ID] && s.Decided.Before(report.To) {
			if b.Sleeping++; b.Sleeping <= asleepShown {
				b.Asleep = append(b.Asleep, s)
			}
		}
	}
	return b
}
