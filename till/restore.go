package till

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// A till that goes on from a copy of its file (topup/restore.go). The rules:
//
//   - the mark lies on disk, and every step of the way is one commit, so that
//     a process that dies in it goes on where it was;
//   - nothing is sent to the provider while the mark waits for the owner, nor
//     by any process before Telegram has answered it once: of two with one
//     token, one is told so instead;
//   - links of the copy are dead from the first commit on: they may have been
//     used since;
//   - the provider's lists are read once by each process that needs them, and
//     kept in memory: they hold customers' numbers.

// restored reads the mark; the zero mark where there is none.
func restored(tx Tx) (mark topup.Restored, err error) {
	_, err = tx.Setting(store.SettingRestored, &mark)
	return mark, err
}

// maySend reports whether orders may be sent.
func (e *Engine) maySend(tx Tx) (bool, error) {
	mark, err := restored(tx)
	return e.heardOnce.Load() && !mark.Waits(), err
}

// listing is what the provider's lists have since the copy.
type listing []topup.Stray

// begin keeps from a copy what it must not do. Until it is on disk nothing
// else happens.
func (e *Engine) begin() error {
	a, err := e.attempt([]event{begun{}}, event.apply)
	if err != nil {
		return fmt.Errorf("till: the till does not begin: %w", err)
	}
	e.release(a)
	return nil
}

type begun struct{}

func (begun) apply(e *Engine, tx Tx, a *after) error {
	mark, err := restored(tx)
	if err != nil || !mark.Waits() || mark.Begun {
		return err
	}
	if err := e.endAllLinks(tx, a); err != nil {
		return err
	}
	open, err := collect(tx.OpenOrders())
	if err != nil {
		return err
	}
	for _, o := range open {
		if c, ok := topup.NeverAgain(o); ok {
			if err := e.change(tx, a, o, c); err != nil {
				return err
			}
		}
	}
	if err := tx.SkipIDs("shop", topup.NumbersSpared(0)); err != nil {
		return err
	}
	mark.Begun = true
	if err := tx.PutSetting(store.SettingRestored, mark); err != nil {
		return err
	}
	e.log.Warn("this database is a copy: nothing is sold before an owner's word", "copied", mark.Copied)
	return e.showRestored(tx, a, nil)
}

// endAllLinks ends all links that may have been used, or given to somebody
// else, since the copy was made: the open ones, and those whose codes had not
// reached who opened them. What was on its way to a customer does not leave.
func (e *Engine) endAllLinks(tx Tx, a *after) error {
	open, err := collect(tx.OpenClaims())
	if err != nil {
		return err
	}
	owed, err := collect(tx.Outbox())
	if err != nil && !errors.Is(err, store.ErrSealed) {
		return err
	}
	for _, o := range owed {
		id, ours := topup.DeliveryOf(o.Panel)
		if !ours {
			continue
		}
		if err := tx.Drop(o.Panel, o.Seq); err != nil {
			return err
		}
		if open, err = e.withClaim(tx, open, id, topup.ClaimSending); err != nil {
			return err
		}
	}
	for above, more := int64(math.MinInt64), true; more; {
		chats, err := tx.Chats(above, chatsAtOnce)
		if err != nil {
			return err
		}
		for _, chat := range chats {
			above = chat.ID
			for _, id := range chat.Kept {
				if open, err = e.withClaim(tx, open, id, topup.ClaimKept); err != nil {
					return err
				}
			}
			if len(chat.Kept) > 0 {
				chat.Kept = nil
				if err := tx.PutChat(chat); err != nil {
					return err
				}
			}
		}
		more = len(chats) == chatsAtOnce
	}
	for _, c := range open {
		if err := e.endClaim(tx, a, c, topup.ClaimRevoked); err != nil {
			return err
		}
	}
	return nil
}

const chatsAtOnce = 500

// withClaim adds an order's claim if it stands so and nothing of it ever
// reached who opened it.
func (e *Engine) withClaim(tx Tx, list []topup.Claim, id topup.OrderID, state topup.ClaimState) ([]topup.Claim, error) {
	c, ok, err := tx.ClaimOf(id)
	if err == nil && ok && c.State == state && c.Redeemed.IsZero() {
		list = append(list, c)
	}
	return list, err
}

// collect takes a walk to its end, so that what it walks may be written.
func collect[T any](walk func(func(T, error) bool)) (list []T, err error) {
	for v, err := range walk {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// showRestored shows every owner how it stands. list is what was just read;
// nil for what this process has.
func (e *Engine) showRestored(tx Tx, a *after, list *listing) error {
	r := e.reading(tx, a.now)
	if list != nil {
		r.listed = list
	}
	v := r.view()
	for _, owner := range v.People.Owners() {
		if err := e.show(tx, a, flows.RestoreShow(v, owner, false)); err != nil {
			return err
		}
	}
	return r.err
}

// relist reads the provider's lists for a till that waits, until this process
// has them.
func (e *Engine) relist() {
	var mark topup.Restored
	err := e.db.View(func(tx Tx) (err error) { mark, err = restored(tx); return err })
	if err != nil {
		e.log.Error("the mark of a copy can't be read", "error", err)
		return
	}
	if mark.Waits() && e.listed.Load() == nil {
		e.readLists()
	}
}

// readLists reads what the provider's lists have since the copy. One reading
// is under way at a time.
func (e *Engine) readLists() {
	var mark topup.Restored
	err := e.db.View(func(tx Tx) (err error) { mark, err = restored(tx); return err })
	if err != nil || !e.listing.CompareAndSwap(false, true) {
		return
	}
	e.caller.Do(topup.Work{Kind: topup.WorkList}, func(ctx context.Context, p topup.Provider) {
		defer e.listing.Store(false)
		list, err := since(ctx, p, mark.ListFrom())
		if err != nil {
			e.log.Warn("the provider's lists can't be read; they are tried again", "error", err)
			return
		}
		e.later(listed{list})
	})
}

// listPages is how many pages of a list are read; more is no list to decide
// by.
const listPages = 2000

var errEndless = errors.New("till: the provider's list has no end")

// since reads all orders of all goods that were made since a time. Only whole
// lists count: what was not read may hold any order.
func since(ctx context.Context, p topup.Provider, from time.Time) (listing, error) {
	list := listing{}
	for _, good := range topup.Goods() {
		seen := map[string]bool{}
		for page, more := 1, true; more; page++ {
			if page > listPages {
				return nil, errEndless
			}
			var part []topup.Status
			var err error
			if part, more, err = p.Recent(ctx, good, from, time.Time{}, page); err != nil {
				return nil, err
			}
			for _, s := range part {
				if !seen[s.ProviderID] { // pages move when an order comes in
					seen[s.ProviderID] = true
					list = append(list, topup.Stray{Good: good, Status: s})
				}
			}
		}
	}
	return list, nil
}

// listed is the provider's lists since the copy.
type listed struct{ list listing }

func (l listed) apply(e *Engine, tx Tx, a *after) error {
	a.listed = &l.list
	mark, err := restored(tx)
	if err != nil {
		return err
	}
	if mark.Waits() && mark.Listed.IsZero() {
		r := e.reading(tx, a.now)
		r.listed = &l.list
		strays, _ := (copied{r}).Strays()
		if r.err != nil {
			return r.err
		}
		if err := tx.SkipIDs("order", topup.NumbersSpared(len(strays))); err != nil {
			return err
		}
		mark.Listed = a.now.UTC()
		if err := tx.PutSetting(store.SettingRestored, mark); err != nil {
			return err
		}
	}
	return e.showRestored(tx, a, &l.list)
}

// reopen lets the till sell, on an owner's word: what had not left when the
// copy was made is settled by the provider's whole list.
func (e *Engine) reopen(tx Tx, a *after, by int64) error {
	mark, err := restored(tx)
	list := e.listed.Load()
	if err != nil || !mark.Waits() || list == nil {
		return err
	}
	open, err := collect(tx.OpenOrders())
	if err != nil {
		return err
	}
	var failed error
	taken := func(s topup.Stray) bool {
		_, known, err := tx.OrderByProvider(s.ProviderID)
		failed = errors.Join(failed, err)
		return known
	}
	for _, o := range open {
		if o.State != topup.Placed {
			continue
		}
		changes, err := topup.Unsent(o, *list, taken, a.now, e.cfg.Scale)
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		if err := e.changes(tx, a, o, changes); err != nil {
			return err
		}
	}
	mark.Opened, mark.Opener = a.now.UTC(), by
	return tx.PutSetting(store.SettingRestored, mark)
}

// changes applies one change after the other.
func (e *Engine) changes(tx Tx, a *after, o topup.Order, list []topup.Change) error {
	for _, c := range list {
		c.Order.No = o.No
		if err := e.change(tx, a, o, c); err != nil {
			return err
		}
		o = c.Order
	}
	return nil
}

// takeOver makes the order of a stray, once: it is on the provider's books
// already, and from now on on ours.
func (e *Engine) takeOver(tx Tx, a *after, ef flows.TakeOver) error {
	if _, known, err := tx.OrderByProvider(ef.Stray.ProviderID); err != nil || known {
		return err
	}
	o, err := tx.Place(ef.Order)
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	if err != nil {
		return err
	}
	changes, err := topup.Recover(o, ef.Stray, a.now, e.cfg.Scale)
	if err != nil {
		return err
	}
	return e.changes(tx, a, o, changes)
}

// copied is the reading of a till that goes on from a copy.
type copied struct{ *reading }

func (c copied) Restored() topup.Restored {
	mark, err := restored(c.tx)
	c.note(err)
	return mark
}

// Strays are the provider's orders that nobody here knows, nor may yet turn
// out to be the owner of.
func (c copied) Strays() ([]topup.Stray, bool) {
	mark := c.Restored()
	if c.listed == nil || mark.Over(c.now) {
		return nil, false
	}
	open, err := collect(c.tx.OpenOrders())
	c.note(err)
	until := mark.Opened
	var out []topup.Stray
	for _, s := range *c.listed {
		if s.Ours() && (until.IsZero() || s.Created.Before(until)) && !c.knows(s, open) {
			out = append(out, s)
		}
	}
	return out, true
}

func (c copied) knows(s topup.Stray, open []topup.Order) bool {
	_, known, err := c.tx.OrderByProvider(s.ProviderID)
	c.note(err)
	if !known && s.Reference != "" {
		_, known, err = c.tx.Order(s.Reference)
		c.note(err)
	}
	for _, o := range open {
		known = known || s.CanBe(o)
	}
	return known
}
