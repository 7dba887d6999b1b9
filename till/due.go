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
	busy, may := false, false
	asked := func(id topup.OrderID) bool {
		flying := e.caller.Asking(id)
		busy = busy || flying
		return flying
	}
	err := e.db.View(func(tx Tx) (err error) {
		if may, err = e.maySend(tx); err != nil {
			return err
		}
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
		case may && (o.State == topup.Placed || o.Resend() && !e.caller.Halted()):
			sends = append(sends, dispatch{id: o.ID})
		case e.caller.Halted(), o.State == topup.Placed, o.Resend():
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
	if may, err := e.maySend(tx); err != nil || !may {
		return err
	}
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
	if waits, err := waits(tx, o, a.now); err != nil {
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
	a.asks = append(a.asks, ask{step.Order, topup.CallSend})
	return nil
}

// setAside leaves the order unsent: it is due again, later.
func (d dispatch) setAside(_ *Engine, tx Tx, a *after, _ error) error {
	return postpone(tx, a, d.id)
}

// waits reports whether another order has to be known first.
func waits(tx Tx, o topup.Order, now time.Time) (waits bool, err error) {
	if !o.TakesTurns() {
		return false, nil
	}
	for other, err := range tx.OpenOrders() {
		if err != nil || o.WaitsFor(other, now) {
			return err == nil, err
		}
	}
	return false, nil
}
