package till

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/store"
	"hanout/topup"
)

// Sales are looked for beside the writer, as reports are read; one search at a
// time.

const (
	lookUpShops = 50      // shops that are asked in one look at the store
	lookUpEach  = 4       // sales of one to a number
	foundMost   = 11      // sales of a day: a page, and that there is another
	serialsMost = 12      // sales with a serial
	readMost    = 100_000 // sales that one look for a serial opens, of all shops
	ownMost     = 5000    // of one
	// mintedBefore is more than an order is older than its sale: its name is
	// minted with the confirm panel.
	mintedBefore = time.Hour
)

// lookUp finds the sales that a job asks for.
func (e *Engine) lookUp(j job) {
	lock := &e.searches
	if j.Ask.Shop != 0 {
		lock = &e.days
	}
	lock.Lock()
	defer lock.Unlock()
	f := flows.Found{Panel: j.Panel, Ask: j.Ask, Now: time.Now().In(locales.Algiers)}
	var err error
	switch {
	case j.Ask.Period != "":
		err = e.salesOfDay(&f)
	case len(j.Ask.Numbers) > 0:
		f.List, err = e.salesTo(j.Ask.Numbers)
	default:
		err = e.salesBySerial(&f, func(read int) { e.later(told(flows.SearchProgress(j.Chat, j.Panel, read))) })
	}
	if e.stopping.Err() != nil {
		return
	}
	if err != nil {
		e.later(fault{err})
		return
	}
	e.later(lookedUp{j, f})
}

// salesTo finds the newest sales to some numbers in all shops.
func (e *Engine) salesTo(numbers []string) (found []topup.Order, err error) {
	var shops []topup.ShopID
	err = e.db.View(func(tx Tx) error {
		for s, err := range tx.Shops() {
			if err != nil {
				return err
			}
			shops = append(shops, s.ID)
		}
		return nil
	})
	for part := range slices.Chunk(shops, lookUpShops) {
		if err != nil || e.stopping.Err() != nil {
			break
		}
		err = e.look(func(tx Tx) error {
			for _, shop := range part {
				for _, to := range numbers {
					list, err := tx.OrdersTo(shop, to, lookUpEach)
					if err != nil {
						return err
					}
					found = append(found, list...)
				}
			}
			return nil
		})
	}
	slices.SortFunc(found, func(a, b topup.Order) int { return cmp.Compare(b.No, a.No) })
	return found, err
}

// backwards gives sales, the newest first: of a shop below a number, or of all
// shops as they were made before the sale with that number, or, without one,
// before a time (zero: from the newest). It ends when take has enough.
func (e *Engine) backwards(shop topup.ShopID, before uint64, until time.Time, take func(tx Tx, o topup.Order) (more bool, err error)) (over bool, err error) {
	below := topup.OrderID("")
	if !until.IsZero() {
		below = topup.FirstID(until)
	}
	for more := true; more && !over && e.stopping.Err() == nil && err == nil; {
		err = e.look(func(tx Tx) error {
			var list []topup.Order
			var err error
			switch o, known, missing := tx.OrderByNo(before); {
			case missing != nil:
				return missing
			case shop != 0:
				list, err = tx.OrdersOf(shop, before, reportPage)
			case known:
				list, err = tx.OrdersMade(o.ID, reportPage)
			default:
				list, err = tx.OrdersMade(below, reportPage)
			}
			if err != nil {
				return err
			}
			over = len(list) < reportPage
			for _, o := range list {
				before = o.No
				if more, err = take(tx, o); err != nil || !more {
					over = false
					return err
				}
			}
			return nil
		})
	}
	return over, err
}

// salesOfDay finds a page of a day's sales.
func (e *Engine) salesOfDay(f *flows.Found) error {
	day, fits := f.Ask.Period.Span(f.Now)
	if !fits {
		return nil
	}
	old := 0 // in a row: an order taken over after a restore is younger by number than by time
	_, err := e.backwards(f.Ask.Shop, f.Ask.Before, day.To, func(_ Tx, o topup.Order) (bool, error) {
		switch {
		case day.Has(o.Placed):
			f.List = append(f.List, o)
			old = 0
		case o.Placed.Before(day.From.Add(-mintedBefore)):
			old++
		}
		return len(f.List) < foundMost && old < reportPage, nil
	})
	return err
}

// salesBySerial finds the sales of which a serial, or the operator's own number,
// has an end: of all shops those of some days, of one some thousand. A shop's
// are told by their numbers: one taken over after a restore is out of its time.
func (e *Engine) salesBySerial(f *flows.Found, progress func(read int)) (err error) {
	said := time.Now()
	most, oldest := readMost, time.Time{}
	if f.Ask.Shop != 0 {
		most = ownMost
	}
	f.Over, err = e.backwards(f.Ask.Shop, f.Ask.Before, time.Time{}, func(tx Tx, o topup.Order) (bool, error) {
		if oldest.IsZero() && f.Ask.Shop == 0 {
			oldest = o.Placed.AddDate(0, 0, -flows.SerialDays)
		}
		f.Last, f.Back = o.No, o.Placed.In(locales.Algiers)
		f.Read++
		if time.Since(said) > progressAfter {
			said = time.Now()
			progress(f.Read)
		}
		is, err := endsIn(tx, o, f.Ask.Serial)
		if is {
			f.List = append(f.List, o)
		}
		return len(f.List) < serialsMost && f.Read < most && o.Placed.After(oldest), err
	})
	return err
}

// endsIn reports whether a serial of an order, or the operator's own number,
// ends in some digits. What the key does not open has no serial.
func endsIn(tx Tx, o topup.Order, digits string) (bool, error) {
	if strings.HasSuffix(onlyDigits(o.Transaction), digits) {
		return true, nil
	}
	if !o.HasVouchers() {
		return false, nil
	}
	list, err := tx.Vouchers(o.ID)
	if errors.Is(err, store.ErrSealed) {
		return false, nil
	}
	return slices.ContainsFunc(list, func(v topup.Voucher) bool { return strings.HasSuffix(onlyDigits(v.Serial), digits) }), err
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// lookedUp is what a search found.
type lookedUp struct {
	job   job
	found flows.Found
}

func (l lookedUp) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	l.found.Name = func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name }
	sc := l.found.Screen()
	if r.err != nil {
		return r.err
	}
	return e.show(tx, a, flows.Show{Chat: l.job.Chat, Panel: l.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}
