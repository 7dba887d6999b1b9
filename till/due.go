package till

import (
	"errors"
	"time"

	"hanout/store"
	"hanout/topup"
)

// What is due for orders. The rules: that an order leaves is committed before
// the request does; what is asked about it is simply asked; an order in flight
// is passed over; what a process was doing when it died is due again. Nobody else
// writes: while no order is in flight, only what a batch itself makes due is new.
// It is noted, and a batch that makes nothing due costs no look.

const (
	dueMost     = 256
	sendLease   = time.Minute // an order in Submitting is looked at again after it
	idleMost    = time.Minute
	inFlightGap = 2 * time.Second
)

// due does what is due for orders and tells when to look again. A send is
// committed before it is asked for; reads are simply asked for.
func (e *Engine) due() (time.Duration, error) {
	now := time.Now()
	var list []topup.Order
	var next time.Time
	var some bool
	busy, may := false, false
	asked := func(id topup.OrderID) bool {
		// In this order: the caller hands an answer in before it lets go.
		flying := e.caller.Asking(id) || e.answers.waiting(id)
		busy = busy || flying
		return flying
	}
	err := e.db.View(func(tx Tx) (err error) {
		if list, err = tx.Due(now, dueMost, asked); err != nil {
			return err
		}
		if len(list) > 0 {
			may, err = e.maySend(tx)
			return err
		}
		next, some, err = tx.NextDue()
		return err
	})
	if errors.Is(err, store.ErrUnreachable) || errors.Is(err, store.ErrUnable) {
		e.log.Warn("what is due can't be read just now", "error", err)
		return inFlightGap, nil
	}
	if err != nil {
		return 0, err
	}
	var sends []event
	for _, o := range list {
		switch {
		case may && (o.State == topup.Placed || o.Resend(now) && !e.caller.Halted()):
			sends = append(sends, dispatch{id: o.ID})
		case e.caller.Halted(), o.State == topup.Placed, o.Resend(now):
			busy = true
		default:
			e.caller.Ask(o, o.Next())
			busy = true
		}
	}
	if len(sends) > 0 {
		if err := e.commit(sends); err != nil {
			return 0, err
		}
	}
	e.restless = busy || len(sends) > 0
	switch {
	case len(sends) == dueMost:
		return 0, nil
	case e.restless:
		return inFlightGap, nil
	case !some:
		return idleMost, nil
	}
	return min(max(time.Until(next), 0), idleMost), nil
}

// noting notes when the orders that a batch writes are due.
type noting struct {
	Tx
	a *after
}

func (n noting) Place(o topup.Order) (topup.Order, error) {
	o, err := n.Tx.Place(o)
	return o, n.notes(o, err)
}

func (n noting) Apply(c topup.Change) (topup.Order, error) {
	o, err := n.Tx.Apply(c)
	return o, n.notes(o, err)
}

func (n noting) notes(o topup.Order, err error) error {
	if err == nil && !o.Due.IsZero() && (n.a.due.IsZero() || o.Due.Before(n.a.due)) {
		n.a.due = o.Due
	}
	return err
}

// dispatch submits an order: the new state is on disk before the request
// leaves.
type dispatch struct{ id topup.OrderID }

func (d dispatch) apply(e *Engine, tx Tx, a *after) error {
	if may, err := e.maySend(tx); err != nil || !may {
		return err
	}
	o, ok, err := tx.Order(d.id)
	if err != nil || !ok {
		return err
	}
	switch {
	case o.State != topup.Placed && !o.Resend(a.now):
		return nil
	case o.Stale(a.now):
		return e.cancel(tx, a, o, topup.ReasonStale)
	case e.caller.Halted():
		return e.cancel(tx, a, o, topup.ReasonClosed)
	}
	if waits, err := e.waits(tx, a, o); err != nil {
		return err
	} else if waits {
		o, err := tx.Apply(topup.Wait(o, a.now))
		if err != nil {
			return err
		}
		return e.present(tx, a, o)
	}
	step, err := topup.Submit(o, a.now, sendLease)
	if err != nil {
		return err
	}
	if err := e.change(tx, a, o, step); err != nil {
		return err
	}
	if o.TakesTurns() {
		e.unknown[o.ID] = true
	}
	a.asks = append(a.asks, ask{step.Order, topup.CallSend})
	return nil
}

// cancel takes an order back that never left.
func (e *Engine) cancel(tx Tx, a *after, o topup.Order, why topup.Reason) error {
	if step, ok := topup.Cancel(o, why, a.now); ok {
		return e.change(tx, a, o, step)
	}
	return nil
}

// setAside leaves the order unsent: it is due again, later.
func (d dispatch) setAside(e *Engine, tx Tx, a *after, _ error) error {
	return e.postpone(tx, a, d.id)
}

// waits reports whether another order has to be known first. Only one that took
// its turn and is not known can be it, and unknown names these: so nobody walks
// all that is open, every few seconds, for each order that waits.
func (e *Engine) waits(tx Tx, a *after, o topup.Order) (waits bool, err error) {
	if !o.TakesTurns() {
		return false, nil
	}
	for id := range e.unknown {
		other, _, err := tx.Order(id)
		switch {
		case err != nil:
			return false, err
		case other.Submits == 0 && !other.State.Final(): // its sending was rolled back, and it may go yet
		case !tookTurn(other):
			a.known = append(a.known, id)
		case o.WaitsFor(other, a.now):
			return true, nil
		}
	}
	return false, nil
}

// tookTurn reports whether others may have to wait for an order.
func tookTurn(o topup.Order) bool {
	return o.TakesTurns() && o.Submits > 0 && o.ProviderID == "" && !o.State.Final()
}

// readUnknown finds, at a start, the orders that others may have to wait for.
func (e *Engine) readUnknown(tx Tx) error {
	for o, err := range tx.OpenOrders() {
		if err != nil {
			return err
		}
		if tookTurn(o) {
			e.unknown[o.ID] = true
		}
	}
	return nil
}
