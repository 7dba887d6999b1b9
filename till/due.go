package till

import (
	"time"

	"hanout/topup"
)

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
	busy := false
	asked := func(id topup.OrderID) bool {
		flying := e.caller.Asking(id)
		busy = busy || flying
		return flying
	}
	err := e.db.View(func(tx Tx) (err error) {
		if list, err = tx.Due(now, dueMost, asked); err != nil {
			return err
		}
		next, some, err = tx.NextDue()
		return err
	})
	if err != nil {
		return 0, err
	}
	var sends []event
	for _, o := range list {
		switch {
		case o.State == topup.Placed, o.Resend() && !e.caller.Halted():
			sends = append(sends, dispatch{id: o.ID})
		case e.caller.Halted():
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
	switch {
	case len(sends) == dueMost:
		return 0, nil
	case busy || len(sends) > 0:
		return inFlightGap, nil
	case !some:
		return idleMost, nil
	}
	return min(max(time.Until(next), 0), idleMost), nil
}

// dispatch submits an order: the new state is on disk before the request
// leaves.
type dispatch struct{ id topup.OrderID }

func (d dispatch) apply(e *Engine, tx Tx, a *after) error {
	o, ok, err := tx.Order(d.id)
	if err != nil || !ok {
		return err
	}
	if o.State != topup.Placed && !o.Resend() {
		return nil
	}
	if e.caller.Halted() {
		if step, ok := topup.Cancel(o, topup.ReasonClosed, a.now); ok {
			return e.change(tx, a, o, step)
		}
		return nil
	}
	if waits, err := e.waits(tx, a, o); err != nil {
		return err
	} else if waits {
		_, err := tx.Apply(topup.Wait(o, a.now))
		return err
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

// setAside leaves the order unsent: it is due again, later.
func (d dispatch) setAside(_ *Engine, tx Tx, a *after, _ error) error {
	return postpone(tx, a, d.id)
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
		case other.Submits == 0:
			delete(e.unknown, id) // its sending was rolled back
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
