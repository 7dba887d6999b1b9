package till

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// What shops owe, read beside the writer: a look at the store for each shop that
// owes, and no look is long.

// debtPage is how many of a shop's lines are read in one look.
const debtPage = 200

// openDebts lists what every shop owes, the longest first. A stop ends it.
func (e *Engine) openDebts(now time.Time) (list []topup.Debt, err error) {
	owing := map[topup.ShopID]topup.Money{}
	err = e.db.View(func(tx Tx) error {
		for b, err := range tx.Balances() {
			if err != nil {
				return err
			}
			if shop, ok := b.Account.Debtor(); ok && b.Money < 0 {
				owing[shop] = -b.Money
			}
		}
		return nil
	})
	for shop, owed := range owing {
		if err != nil || e.stopping.Err() != nil {
			return nil, err
		}
		var d topup.Debt
		d, err = e.debt(shop, owed, now)
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b topup.Debt) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Shop, b.Shop))
	})
	return list, err
}

// debt finds since when a shop owes what it does.
func (e *Engine) debt(shop topup.ShopID, owed topup.Money, now time.Time) (topup.Debt, error) {
	r := topup.ReadDebt(shop, owed, now)
	for before, more := uint64(0), true; more && e.stopping.Err() == nil; {
		err := e.look(func(tx Tx) error {
			lines, err := tx.Entries(shop.Owed(), before, debtPage)
			more = len(lines) == debtPage
			for _, line := range lines {
				before = line.Seq
				more = r.Add(line) && more
			}
			return err
		})
		if err != nil {
			return topup.Debt{}, err
		}
	}
	return r.Debt(), nil
}

// readDebts reads them for an owner's list.
func (e *Engine) readDebts(j flows.Run) {
	list, err := e.openDebts(time.Now())
	if err != nil {
		e.later(fault{err})
		return
	}
	e.later(debtsRead{j, list})
}

type debtsRead struct {
	job  flows.Run
	list []topup.Debt
}

func (d debtsRead) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	sc := flows.DebtsScreen(d.job.Panel, d.list, d.job.Ask.Page, a.now, func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name })
	if r.err != nil {
		return r.err
	}
	return e.show(tx, a, flows.Show{Chat: d.job.Chat, Panel: d.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}

// remindEvery is how many days pass between two reminders of a debt, and before
// the first.
const remindEvery = 7

// remindDebts reminds shops in the evening of what they owe. As with links, a
// start in the morning does not make up for an evening that was missed.
func (e *Engine) remindDebts() {
	now := time.Now().In(locales.Algiers)
	if now.Hour() < eveningHour {
		return
	}
	list, err := e.openDebts(now)
	if err != nil {
		e.later(fault{fmt.Errorf("the shops can't be reminded of their debts: %w", err)})
		return
	}
	list = slices.DeleteFunc(list, func(d topup.Debt) bool { return daysBetween(d.Since, now) < remindEvery })
	for part := range slices.Chunk(list, remindMost) {
		e.later(dunning{part})
	}
}

// daysBetween counts the midnights of Algiers between two times.
func daysBetween(then, now time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(locales.Algiers).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(day(now).Sub(day(then)) / (24 * time.Hour))
}

// dunning is the reminder of some debts.
type dunning struct{ debts []topup.Debt }

func (r dunning) apply(e *Engine, tx Tx, a *after) error {
	for _, d := range r.debts {
		s, ok, err := tx.Shop(d.Shop)
		if err != nil {
			return err
		}
		w, err := tx.Wallet(d.Shop)
		if err != nil {
			return err
		}
		if !ok || s.Quiet || w.Owed <= 0 || !s.Reminded.IsZero() && daysBetween(s.Reminded, a.now) < remindEvery {
			continue
		}
		d.Owed, s.Reminded = w.Owed, a.now
		if err := tx.PutShop(s); err != nil {
			return err
		}
		// The day in the panel's name makes a second time an edit.
		panel := fmt.Sprintf("owed/%d/%s", d.Shop, a.now.In(locales.Algiers).Format("2006-01-02"))
		if err := e.show(tx, a, flows.Show{Chat: s.Chat, Panel: panel, Class: flows.ClassNotices,
			Screen: flows.DebtReminder(d, a.now)}); err != nil {
			return err
		}
	}
	return nil
}
