package store

import (
	"errors"
	"slices"

	"hanout/topup"
)

// orders proves I4, I6, I9, I14: each order has the journal lines of its
// state and no other, its hold is its price, and it is due until it is final.
func (c *checker) orders() error {
	c.open, c.index = map[topup.ShopID]topup.Money{}, map[string]int{}
	seen := 0
	cur := c.tx.bucket(bOrders).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		o, _, err := c.tx.Order(topup.OrderID(k))
		if errors.Is(err, ErrSealed) {
			c.problem("order %d: its number does not open under this key", o.No)
		} else if err != nil {
			return err
		}
		numbered := o.To != "" || !o.Good.Numbered()
		if !numbered {
			o.To = "sealed"
		}
		seen++
		c.report.Orders[o.State]++
		if o.ID != topup.OrderID(k) {
			c.problem("an order is stored under another's ID")
		}
		if err := o.Valid(); err != nil {
			c.problem("order %d: %v", o.No, err)
		}
		if _, known := topup.Moves[o.State]; !known {
			c.problem("order %d is in no known state", o.No)
		}
		c.money(o)
		c.codes(o)
		c.listed(o, numbered)
	}
	if n := len(c.holds); n != seen {
		c.problem("journal: %d holds, but %d orders", n, seen)
	}
	if n := len(c.captures) + len(c.releases); n != c.report.Orders[topup.Delivered]+c.report.Orders[topup.Refunded] {
		c.problem("journal: %d settlements, but %d settled orders", n, c.report.Orders[topup.Delivered]+c.report.Orders[topup.Refunded])
	}
	return nil
}

func (c *checker) money(o topup.Order) {
	hold, held := c.holds[o.ID]
	_, captured := c.captures[o.ID]
	released, freed := c.releases[o.ID]
	switch {
	case !held || !slices.Equal(hold.Postings, topup.Hold(o).Postings):
		c.problem("order %d: its hold is missing or not its price", o.No)
	case captured != (o.State == topup.Delivered) || freed != (o.State == topup.Refunded):
		c.problem("order %d is %s, but the journal says captured %t, released %t", o.No, o.State, captured, freed)
	case captured && !slices.Equal(c.captures[o.ID].Postings, topup.Capture(o).Postings):
		c.problem("order %d: its capture is not what was delivered", o.No)
	case freed && !slices.Equal(released.Postings, topup.Release(o).Postings):
		c.problem("order %d: its release is not its price", o.No)
	case o.State.Final() && (o.Evidence == nil || o.Evidence.Word == "" && o.Evidence.HTTP == 0):
		c.problem("order %d is %s without evidence", o.No, o.State)
	}
	if !o.State.Final() {
		c.open[o.Shop] += o.Price
	}
}

// codes proves that what was paid for as a code is there and opens.
func (c *checker) codes(o topup.Order) {
	if o.State != topup.Delivered || !o.Good.Vouchered() {
		return
	}
	c.report.Codes++
	if len(o.Sealed) == 0 {
		if o.Reason != topup.ReasonPerson {
			c.problem("order %d is delivered without its codes", o.No)
		}
		return
	}
	if c.vault == nil {
		return
	}
	c.report.Opened = true
	if cards, err := c.vault.OpenVouchers(o); err != nil || (len(cards) < o.DeliveredQty && o.Reason != topup.ReasonPerson) {
		c.problem("order %d: its codes do not open under this key", o.No)
	}
}

// listed proves that every index leads to the order; the counts in indexes
// prove that it leads to nothing else.
func (c *checker) listed(o topup.Order, numbered bool) {
	want := map[string][]byte{
		bOrderNo: u64(o.No), bOrderShop: append(u64(uint64(o.Shop)), u64(o.No)...),
		bOrderPanel: []byte(o.Panel),
	}
	if numbered {
		want[bOrderTo] = c.tx.toKey(o.Shop, o.To, o.No)
	} else {
		c.index[bOrderTo]++ // its key can't be made without the vault; it is counted
	}
	if o.ProviderID != "" {
		want[bOrderProvider] = []byte(o.ProviderID)
	}
	for bucket, key := range want {
		c.index[bucket]++
		if id, err := c.tx.get(bucket, key); err != nil || string(id) != string(o.ID) {
			c.problem("order %d is not found by %s", o.No, bucket)
		}
	}
	if o.State.Final() != o.Due.IsZero() {
		c.problem("order %d is %s and due: %t", o.No, o.State, !o.Due.IsZero())
	}
	if !o.State.Final() {
		c.index[bOrderOpen]++
		c.index[bDue]++
		if c.tx.bucket(bOrderOpen).Get(orderKey(o.ID)) == nil {
			c.problem("order %d is open but not listed as open", o.No)
		}
		if c.tx.bucket(bDue).Get(timeKey(o.Due, orderKey(o.ID))) == nil {
			c.problem("order %d is open but nothing is due for it", o.No)
		}
	}
}

func (c *checker) indexes() error {
	for _, bucket := range []string{bOrderNo, bOrderShop, bOrderTo, bOrderPanel, bOrderProvider, bOrderOpen, bDue} {
		if n := c.count(bucket); n != c.index[bucket] {
			c.problem("index %s has %d rows, the orders account for %d", bucket, n, c.index[bucket])
		}
	}
	c.report.Due = c.count(bDue)
	return nil
}
