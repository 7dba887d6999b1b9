package store

import (
	"bytes"
	"errors"

	"hanout/topup"
)

// shops proves that every shop is found by its chat, and I2: it holds what its
// open orders want.
func (c *checker) shops() error {
	cur := c.tx.bucket(bShopChat).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		if id, _, err := c.tx.number(bShopChat, k); err != nil {
			return err
		} else if c.tx.bucket(bShops).Get(u64(id)) == nil {
			c.problem("a chat leads to shop %d, which is missing", id)
		}
	}
	err := c.tx.Shops(func(s topup.Shop) bool {
		c.report.Shops++
		if id, ok, err := c.tx.number(bShopChat, i64(s.Chat)); err != nil || !ok || topup.ShopID(id) != s.ID {
			c.problem("shop %d is not found by its chat", s.ID)
		}
		if held, err := c.tx.Balance(s.ID.Held()); err == nil && held != c.open[s.ID] {
			c.problem("shop %d holds %s, its open orders want %s", s.ID, held, c.open[s.ID])
		}
		delete(c.open, s.ID)
		return true
	})
	if errors.Is(err, ErrSealed) {
		c.problem("a shop's phone does not open under this key")
		return nil
	}
	for shop, m := range c.open {
		c.problem("open orders of shop %d want %s, but there is no such shop", shop, m)
	}
	return err
}

// pairs proves I12 (one handled mark an update), and that cards and updates
// will be forgotten in their time.
func (c *checker) pairs() error {
	cur := c.tx.bucket(bUpdates).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		at, _, err := c.tx.number(bUpdates, k)
		if err != nil {
			return err
		}
		if c.tx.bucket(bUpdatesAt).Get(append(u64(at), k...)) == nil {
			c.problem("a handled update is not listed by its time")
		}
	}
	cur = c.tx.bucket(bPanels).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		ref, _, err := c.tx.PanelRef(string(k))
		if err != nil {
			return err
		}
		if c.tx.bucket(bPanelsAt).Get(timeKey(ref.At, k)) == nil {
			c.problem("a card is not listed by its time")
		}
	}
	if a, b := c.count(bUpdates), c.count(bUpdatesAt); a != b {
		c.problem("updates: %d marks, %d by time", a, b)
	}
	if a, b := c.count(bPanels), c.count(bPanelsAt); a != b {
		c.problem("cards: %d, %d by time", a, b)
	}
	return nil
}

// claims proves that a link leads to an order and is listed until it ends.
func (c *checker) claims() error {
	open := 0
	cur := c.tx.bucket(bClaims).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		l, _, err := c.tx.Claim(k)
		if err != nil {
			return err
		}
		if !bytes.Equal(k, l.Hash) || c.tx.bucket(bOrders).Get(orderKey(l.Order)) == nil {
			c.problem("a link of order %s leads nowhere", l.Order)
		}
		if l.State != topup.ClaimOpen {
			continue
		}
		open++
		if c.tx.bucket(bClaimsOpen).Get(timeKey(l.Expires, l.Hash)) == nil {
			c.problem("an open link of order %s is not listed as open", l.Order)
		}
	}
	if n := c.count(bClaimsOpen); n != open {
		c.problem("%d links are listed as open, %d are", n, open)
	}
	cur = c.tx.bucket(bClaimOrder).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		if l, ok, err := c.tx.ClaimOf(topup.OrderID(k)); err != nil {
			return err
		} else if !ok || l.Order != topup.OrderID(k) {
			c.problem("order %s has a link that is not its own", k)
		}
	}
	return nil
}

// rest proves that what is owed reads.
func (c *checker) rest() error {
	if err := c.tx.Outbox(func(o Owed) bool {
		c.report.Owed++
		if o.Panel == "" || o.Chat == 0 || o.Seq == 0 {
			c.problem("outbox: a message without card, chat or number")
		}
		return true
	}); err != nil {
		return err
	}
	c.report.Lost, c.report.SetAside = c.count(bUndelivered), c.count(bDeadLetters)
	return nil
}
