package store

import (
	"errors"
	"slices"

	"hanout/topup"
)

// orders proves I4, I6, I9, I14: each order has the journal lines of its
// state and no other, its hold is its price, and it is due until it is final.
func (c *checker) orders() error {
	seen := 0
	for o, err := range c.src.Orders() {
		if errors.Is(err, ErrSealed) {
			c.problem("order %d: its number does not open under this key", o.No)
		} else if err != nil {
			return err
		}
		if o.To == "" && o.Good.Numbered() {
			o.To = "sealed"
		}
		seen++
		c.report.Orders[o.State]++
		if err := o.Valid(); err != nil {
			c.problem("order %d: %v", o.No, err)
		}
		if _, known := topup.Moves[o.State]; !known {
			c.problem("order %d is in no known state", o.No)
		}
		if o.State.Final() != o.Due.IsZero() {
			c.problem("order %d is %s and due: %t", o.No, o.State, !o.Due.IsZero())
		}
		if !o.Due.IsZero() {
			c.report.Due++
		}
		if err := c.damage(c.money(o)); err != nil {
			return err
		}
		c.codes(o)
	}
	if n := c.settled[0]; n != seen {
		c.problem("journal: %d holds, but %d orders", n, seen)
	}
	if n, final := c.settled[1]+c.settled[2], c.report.Orders[topup.Delivered]+c.report.Orders[topup.Refunded]; n != final {
		c.problem("journal: %d settlements, but %d settled orders", n, final)
	}
	return nil
}

func (c *checker) money(o topup.Order) error {
	if !o.State.Final() {
		c.open[o.Shop] += o.Price
	}
	hold, held, err := c.src.Posted(o.ID.HoldKey())
	if err != nil {
		return err
	}
	capture, captured, err := c.src.Posted(o.ID.CaptureKey())
	if err != nil {
		return err
	}
	release, released, err := c.src.Posted(o.ID.ReleaseKey())
	if err != nil {
		return err
	}
	switch {
	case !held || !slices.Equal(hold.Postings, topup.Hold(o).Postings):
		c.problem("order %d: its hold is missing or not its price", o.No)
	case captured != (o.State == topup.Delivered) || released != (o.State == topup.Refunded):
		c.problem("order %d is %s, but the journal says captured %t, released %t", o.No, o.State, captured, released)
	case captured && !slices.Equal(capture.Postings, topup.Capture(o).Postings):
		c.problem("order %d: its capture is not what was delivered", o.No)
	case captured && o.Captured != topup.PriceOf(o, o.DeliveredQty):
		c.problem("order %d: it is captured for another number than came", o.No)
	case released && !slices.Equal(release.Postings, topup.Release(o).Postings):
		c.problem("order %d: its release is not its price", o.No)
	case o.State.Final() && (o.Evidence == nil || o.Evidence.Word == "" && o.Evidence.HTTP == 0):
		c.problem("order %d is %s without evidence", o.No, o.State)
	}
	return nil
}

// codes proves that what was paid for as a code is there and opens.
func (c *checker) codes(o topup.Order) {
	if o.State != topup.Delivered || !o.Good.Vouchered() {
		return
	}
	c.report.Codes++
	if !o.HasVouchers() {
		if o.Reason != topup.ReasonPerson {
			c.problem("order %d is delivered without its codes", o.No)
		}
		return
	}
	if !c.keyed {
		return
	}
	c.report.Opened = true
	if list, err := c.src.Vouchers(o.ID); err != nil || (len(list) < o.DeliveredQty && o.Reason != topup.ReasonPerson) {
		c.problem("order %d: its codes do not open under this key", o.No)
	}
}
