package till

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/store"
	"hanout/topup"
)

// Comparing our books with the provider's (topup/reconcile.go says by what
// rules). All of it is read beside the writer, in looks at the store of some
// hundred rows; one comparison is made at a time. What it found is kept in
// memory, for it holds customers' numbers: after a restart it is made anew.

const (
	settingReconciled = "reconciled" // from when on the next nightly one compares
	linesPage         = 500
	compareLag        = 10 * time.Minute // what was over a moment ago may not be on the provider's statement yet
	compareFirst      = 7 * 24 * time.Hour
	progressEvery     = 10 // pages of the provider
)

// reconcileAsked is a comparison that an owner asked for.
func (e *Engine) reconcileAsked(j job) {
	if !e.comparing.CompareAndSwap(false, true) {
		e.later(reconciled{chat: j.Chat, busy: true, r: topup.Reconciliation{ID: j.Ask.Name}})
		return
	}
	from := topup.NewReport(topup.Today, time.Now().In(locales.Algiers)).From.AddDate(0, 0, -j.Ask.Days)
	e.reconcile(j.Ask.Name, from, func(pages int) { e.later(comparing{j, pages}) }, func(r topup.Reconciliation) {
		e.later(reconciled{chat: j.Chat, r: r})
	})
}

// reconcileByNight compares what was placed since the last time. Owners are
// told only of what differs.
func (e *Engine) reconcileByNight() {
	from := time.Now().Add(-compareFirst)
	err := e.db.View(func(tx Tx) error { _, err := tx.Setting(settingReconciled, &from); return err })
	if err != nil {
		e.later(fault{err})
		return
	}
	if e.caller.Halted() || !e.comparing.CompareAndSwap(false, true) {
		return // the next night begins where this one would have
	}
	id := time.Now().In(locales.Algiers).Format("20060102")
	e.reconcile(id, from, func(int) {}, func(r topup.Reconciliation) { e.later(reconciled{night: true, r: r}) })
}

// reconcile proves the journal, reads the provider's books, and compares the
// orders placed since a time. It returns when the provider is asked; found is
// called once.
func (e *Engine) reconcile(id string, from time.Time, progress func(int), found func(topup.Reconciliation)) {
	proof, err := e.proveJournal()
	if err != nil {
		e.comparing.Store(false)
		e.later(fault{err})
		return
	}
	var trial bool
	err = e.db.View(func(tx Tx) error {
		r := &reading{tx: tx}
		acc, _ := shelf{r}.Account()
		trial = acc.Test
		return r.err
	})
	if err != nil {
		e.comparing.Store(false)
		e.later(fault{err})
		return
	}
	e.caller.Do(topup.Work{Kind: topup.WorkList}, func(ctx context.Context, p topup.Provider) {
		defer e.comparing.Store(false)
		to := time.Now().Add(-compareLag)
		books, err := readBooks(ctx, p, topup.ListedSince(from), trial, progress)
		r := topup.Reconciliation{From: from, To: to, Unread: true}
		if err != nil {
			e.log.Warn("the provider's books can't be read", "error", err)
		} else if r, err = e.compare(from, to, books); err != nil {
			e.later(fault{err})
			return
		}
		r.ID, r.Journal = id, proof
		found(r)
	})
}

// compare reads the orders since a time and puts them beside the provider's
// books.
func (e *Engine) compare(from, to time.Time, books topup.Books) (r topup.Reconciliation, err error) {
	var orders []topup.Order
	if err := e.ordersSince(from, ofAll, func(o topup.Order) { orders = append(orders, o) }); err != nil {
		return r, err
	}
	err = e.db.View(func(tx Tx) error {
		look := &reading{tx: tx}
		r = topup.Reconcile(from, to, orders, books, topup.OurBooks{
			ByProvider: func(id string) (topup.Order, bool) {
				o, ok, err := tx.OrderByProvider(id)
				look.note(err)
				return o, ok
			},
			ByID: sales{look}.Order,
			Corrected: func(id topup.OrderID) (topup.Money, bool) {
				line, ok, err := tx.Posted(id.CorrectKey())
				look.note(err)
				return topup.CorrectionOf(line), ok
			},
		})
		return look.err
	})
	return r, err
}

// readBooks reads the provider's statement and lists since a time. Only whole
// ones count.
func readBooks(ctx context.Context, p topup.Provider, from time.Time, trial bool, progress func(int)) (b topup.Books, err error) {
	b.Untold = trial
	seen := map[string]bool{}
	for page, more := 1, !trial; more; page++ {
		if page > listPages {
			return b, errEndless
		}
		if page%progressEvery == 0 {
			progress(page)
		}
		var part []topup.StatementLine
		if part, more, err = p.Statement(ctx, from, page); err != nil {
			return b, err
		}
		for _, l := range part {
			if !seen[l.ID] { // pages move when a line is added
				seen[l.ID] = true
				b.Lines = append(b.Lines, l)
			}
		}
	}
	b.Listed, err = since(ctx, p, from)
	return b, err
}

// proveJournal sums the journal's lines, in looks of some hundred, and sets the
// sums beside the balances.
func (e *Engine) proveJournal() (proof topup.JournalProof, err error) {
	sums, prev := map[topup.AccountID]topup.Money{}, ""
	for more := true; more && e.stopping.Err() == nil; {
		err := e.look(func(tx Tx) error {
			part, err := tx.Lines(proof.Lines, linesPage)
			if err != nil {
				return err
			}
			for _, j := range part {
				if proof.Broken == 0 && (j.Seq != proof.Lines+1 || j.Prev != prev || j.Hash != store.Hash(j)) {
					proof.Broken = proof.Lines + 1
				}
				proof.Lines, prev = j.Seq, j.Hash
				for _, p := range j.Postings {
					sums[p.Account] += p.Amount
				}
			}
			if more = len(part) == linesPage; more {
				return nil
			}
			proof.Wrong, err = wrongBalances(tx, sums) // in the same look as the last line
			return err
		})
		if err != nil {
			return proof, err
		}
	}
	return proof, nil
}

func wrongBalances(tx Tx, sums map[topup.AccountID]topup.Money) (wrong []topup.WrongBalance, err error) {
	for b, err := range tx.Balances() {
		if err != nil {
			return nil, err
		}
		if sum := sums[b.Account]; sum != b.Money {
			wrong = append(wrong, topup.WrongBalance{Account: b.Account, Kept: b.Money, Replayed: sum})
		}
		delete(sums, b.Account)
	}
	for a, sum := range sums {
		wrong = append(wrong, topup.WrongBalance{Account: a, Replayed: sum})
	}
	slices.SortFunc(wrong, func(a, b topup.WrongBalance) int { return cmp.Compare(a.Account, b.Account) })
	return wrong, nil
}

// comparing is how far a comparison has come.
type comparing struct {
	job   job
	pages int
}

func (c comparing) apply(e *Engine, tx Tx, a *after) error {
	return e.show(tx, a, flows.ReconcileProgress(c.job.Chat, c.job.Ask.Name, c.pages))
}

// reconciled is a comparison that was made.
type reconciled struct {
	chat  int64
	night bool
	busy  bool
	r     topup.Reconciliation
}

func (c reconciled) apply(e *Engine, tx Tx, a *after) error {
	if c.busy {
		return e.show(tx, a, flows.ReconcileBusy(c.chat, c.r.ID))
	}
	a.books = &c.r
	if c.night && !c.r.Unread { // else the next night begins where this one would have
		if err := tx.PutSetting(settingReconciled, c.r.Next); err != nil {
			return err
		}
	}
	if c.night && (c.r.Agrees() || c.r.Unread && c.r.Journal.Sound()) {
		return nil
	}
	chats := []int64{c.chat}
	if c.night {
		var err error
		if chats, err = e.owners(tx); err != nil {
			return err
		}
	}
	for _, chat := range chats {
		if err := e.show(tx, a, flows.ReconcileShow(c.r, chat, nil)); err != nil {
			return fmt.Errorf("till: a comparison can't be shown: %w", err)
		}
	}
	return nil
}

func (w wallets) Reconciled() (topup.Reconciliation, bool) {
	if w.books == nil {
		return topup.Reconciliation{}, false
	}
	return *w.books, true
}

func (w wallets) Posted(key string) bool {
	_, ok := w.Line(key)
	return ok
}
