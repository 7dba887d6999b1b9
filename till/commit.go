package till

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// One commit. The rules:
//
//   - what waits shares one transaction; when one of it fails or panics, the
//     batch is rolled back, each event is applied alone, and the broken one is
//     set aside;
//   - nothing leaves before the commit, but for the end of a tap's waiting,
//     which says nothing; what leaves after it may leave twice;
//   - an error of the commit itself means unknown: nothing is said, sent or
//     tried again, and the process stops. So it does for a row that does not
//     read.

// event is something that happened. apply runs inside the batch's
// transaction and may run again after a rollback, also of a run to which the
// store told what is not so. So it keeps nothing but what it writes to tx and
// notes in after.
type event interface {
	apply(e *Engine, tx Tx, a *after) error
}

// asider is an event that leaves a trace when apply can't succeed; others are
// only logged.
type asider interface {
	setAside(e *Engine, tx Tx, a *after, why error) error
}

// waiter is an event that somebody waits for: done is called once it is on
// disk (nil), or never will be.
type waiter interface{ done(err error) }

// after gathers what may leave the process once the commit is done.
type after struct {
	now     time.Time
	answers []answer
	offers  []Outgoing
	asks    []ask
	jobs    []job
	menus   []int64
	// menusSet are those that Telegram has.
	menusSet []menuSet
	known    []topup.OrderID // orders for which no other waits any more
	forget   []forget
	// username is our account's name at the provider, when it was told.
	username  *string
	listed    *listing // the provider's lists, when they were read
	books     *topup.Reconciliation
	suggested []topup.Suggested // what was offered to numbers
	beside    []*task
	moved     map[string]time.Time // tasks' next times
	due       time.Time            // the first that an order of the batch is; zero: none
}

// move notes when a task is due next.
func (a *after) move(name string, at time.Time) {
	if a.moved == nil {
		a.moved = map[string]time.Time{}
	}
	a.moved[name] = at
}

type (
	answer struct {
		query string
		msg   flows.Msg
		alert bool
		lang  string
	}
	ask struct {
		order topup.Order
		call  topup.Call
	}
	forget struct {
		chat      int64
		messageID int
	}
)

// commit applies a batch in one transaction. When one of its events fails,
// nothing of the batch is kept, and each is applied alone, so that a broken
// one harms no other; the broken one is set aside.
func (e *Engine) commit(batch []event) error {
	a, err := e.attempt(batch, event.apply)
	if err == nil {
		e.release(a)
		settle(batch, nil)
		return nil
	}
	if fatal(err) {
		return e.stop(batch, err)
	}
	for i, ev := range batch {
		a, err := e.attempt([]event{ev}, event.apply)
		if err != nil && !fatal(err) {
			e.counts.SetAside.Add(1)
			e.log.Error("an event could not be applied and is set aside", "error", err)
			why := err
			a, err = e.attempt([]event{ev}, func(ev event, e *Engine, tx Tx, a *after) error {
				if ev, ok := ev.(asider); ok {
					return ev.setAside(e, tx, a, why)
				}
				return nil
			})
		}
		if err != nil {
			return e.stop(batch[i:], err)
		}
		e.release(a)
		settle(batch[i:i+1], nil)
	}
	return nil
}

// settle tells those who wait for the events.
func settle(batch []event, err error) {
	for _, ev := range batch {
		if w, ok := ev.(waiter); ok {
			w.done(err)
		}
	}
}

// fault is an error that was met beside the writer: a fatal one ends the till
// as one of its own does.
type fault struct{ err error }

func (f fault) apply(*Engine, Tx, *after) error { return f.err }

func (e *Engine) stop(batch []event, err error) error {
	settle(batch, err)
	return fmt.Errorf("till: the till stops: %w", err)
}

// fatal tells the errors after which nothing may be said or done: an unknown
// commit, and a store that does not read.
func fatal(err error) bool {
	var commit *store.CommitError
	return errors.As(err, &commit) || errors.Is(err, store.ErrDamaged)
}

// attempt runs one transaction over a batch; a panic in a step becomes an
// error and rolls the transaction back. One that the store raised is damage,
// and no step's fault.
func (e *Engine) attempt(batch []event, do func(event, *Engine, Tx, *after) error) (*after, error) {
	var a *after
	ended := false
	e.counts.writes.Store(time.Now().UnixNano())
	defer e.counts.writes.Store(0)
	err := e.db.Update(func(tx Tx) error {
		a = &after{now: time.Now()}
		tx = noting{tx, a}
		for _, ev := range batch {
			if err := e.guarded(ev, tx, a, do); err != nil {
				return err
			}
		}
		e.endWaiting(a, ended)
		ended = true
		return nil
	})
	if err == nil {
		e.counts.Commits.Add(1)
		e.counts.Events.Add(uint64(len(batch)))
	}
	return a, err
}

func (e *Engine) guarded(ev event, tx Tx, a *after, do func(event, *Engine, Tx, *after) error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err = store.Damage(p); err == nil {
			err = fmt.Errorf("till: panic in a step: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ev, e, tx, a)
}

// endWaiting answers the taps to which nothing is said, while the commit takes
// its time: their buttons stop turning. A store that runs a batch anew has them
// answered already.
func (e *Engine) endWaiting(a *after, ended bool) {
	a.answers = slices.DeleteFunc(a.answers, func(an answer) bool {
		if an.msg.ID == "" && !ended {
			e.messenger.Answer(an.query, "", false)
		}
		return an.msg.ID == ""
	})
}

// release lets the effects of a committed batch leave.
func (e *Engine) release(a *after) {
	if !a.due.IsZero() && a.due.Before(e.looks) {
		e.looks = a.due
	}
	for _, an := range a.answers {
		e.messenger.Answer(an.query, e.render.Plain(an.lang, an.msg), an.alert)
	}
	if len(a.offers) > 0 {
		e.messenger.Offer(a.offers...)
	}
	for _, q := range a.asks {
		e.caller.Ask(q.order, q.call)
	}
	for _, f := range a.forget {
		e.messenger.Forget(f.chat, f.messageID)
	}
	for _, m := range a.menusSet {
		if e.menus[m.chat] == m.mark {
			delete(e.menus, m.chat) // the mark is on disk now
		}
	}
	for _, id := range a.known {
		delete(e.unknown, id)
	}
	for _, chat := range a.menus {
		e.setMenu(chat)
	}
	for _, j := range a.jobs {
		e.startJob(j)
	}
	for name, at := range a.moved {
		e.schedule[name] = at
		delete(e.busy, name)
	}
	for _, t := range a.beside {
		e.work(t)
	}
	if a.username != nil {
		e.username.Store(a.username)
	}
	if a.books != nil {
		e.books.Store(a.books)
	}
	if a.listed != nil {
		e.listed.Store(a.listed)
	}
	e.suggestions.keep(a.suggested, a.now)
}
