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
	if o.Good == topup.GiftCard {
		waits, err := giftWaits(tx, o, a.now)
		if err != nil {
			return err
		}
		if waits {
			o.Due = a.now.Add(giftTurn)
			_, err := tx.Apply(topup.Change{Order: o})
			return err
		}
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

// Gift-card orders have no reference at the provider, so a lost one is known
// only by what and when. While one waits to be known, no other of the same
// denomination is sent.
const (
	giftTurn   = 5 * time.Second  // until a postponed one is looked at again
	giftBlocks = 15 * time.Minute // how long an unknown one holds up the others
	giftSlack  = 5 * time.Minute  // how late the provider may date an order
)

// giftWaits reports whether another order of the same product and
// denomination was sent and is not yet known at the provider.
func giftWaits(tx Tx, o topup.Order, now time.Time) (waits bool, err error) {
	for other, err := range tx.OpenOrders() {
		if err != nil {
			return false, err
		}
		if other.ID != o.ID && other.Good == topup.GiftCard &&
			other.Product == o.Product && other.TypeID == o.TypeID &&
			other.ProviderID == "" && other.Submits > 0 && now.Sub(other.Submitted) < giftBlocks {
			return true, nil
		}
	}
	return false, nil
}

// datedAs reports whether an order found in the provider's list can be one
// that was submitted at a time.
func datedAs(s topup.Status, submitted time.Time) bool {
	return !s.Created.After(submitted.Add(giftSlack))
}
