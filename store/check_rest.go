package store

import (
	"errors"
	"slices"

	"hanout/topup"
)

// shops proves I2: a shop holds what its open orders want. And an approved
// one has one keeper.
func (c *checker) shops() error {
	held := map[topup.AccountID]topup.Money{}
	for b, err := range c.src.Balances() {
		if err != nil {
			return err
		}
		held[b.Account] = b.Money
	}
	for s, err := range c.src.Shops() {
		if errors.Is(err, ErrSealed) {
			c.problem("shop %d: its phone does not open under this key", s.ID)
		} else if err != nil {
			return err
		}
		c.report.Shops++
		if m := held[s.ID.Held()]; m != c.open[s.ID] {
			c.problem("shop %d holds %s, its open orders want %s", s.ID, m, c.open[s.ID])
		}
		delete(c.open, s.ID)
		if err := c.keeper(s); err != nil {
			return err
		}
	}
	for shop, m := range c.open {
		c.problem("open orders of shop %d want %s, but there is no such shop", shop, m)
	}
	return nil
}

func (c *checker) keeper(s topup.Shop) error {
	keepers := 0
	for m, err := range c.src.Members(s.ID) {
		if err != nil {
			return err
		}
		if m.Shop != s.ID {
			c.problem("shop %d has a member who works for shop %d", s.ID, m.Shop)
		}
		if m.Role == topup.Keeper {
			keepers++
		}
	}
	if keepers > 1 || (keepers == 0 && (s.State == topup.ShopApproved || s.State == topup.ShopSuspended)) {
		c.problem("shop %d is %s and has %d keepers", s.ID, s.State, keepers)
	}
	return nil
}

// members proves that everybody's place is one in a shop, and is found by the
// person and by the shop.
func (c *checker) members() error {
	for m, err := range c.src.AllMembers() {
		if err != nil {
			return err
		}
		if m.Role != topup.Keeper && m.Role != topup.Cashier {
			c.problem("a member of shop %d is no keeper and no cashier", m.Shop)
		}
		if _, ok, err := c.src.Shop(m.Shop); err != nil && !errors.Is(err, ErrSealed) {
			return err
		} else if !ok {
			c.problem("a member works for shop %d, which is missing", m.Shop)
		}
		if same, ok, err := c.src.Member(m.Person); err != nil {
			return err
		} else if !ok || same.Person != m.Person || same.Shop != m.Shop {
			c.problem("a member of shop %d is not found by their person", m.Shop)
		}
		found := false
		for other, err := range c.src.Members(m.Shop) {
			if err != nil {
				return err
			}
			found = found || other.Person == m.Person
		}
		if !found {
			c.problem("a member of shop %d is not found by the shop", m.Shop)
		}
	}
	return nil
}

// claims proves that a link leads to an order, and that the codes of one that
// was opened are with its customer, owed to them, or kept for them.
func (c *checker) claims() error {
	for l, err := range c.src.Claims() {
		if err != nil {
			return err
		}
		if _, ok, err := c.src.Order(l.Order); err != nil && !errors.Is(err, ErrSealed) {
			return err
		} else if !ok {
			c.problem("a link of order %s leads nowhere", l.Order)
		}
		if err := c.customer(l); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) customer(l topup.Claim) error {
	if l.Opened() && l.By == 0 {
		c.problem("a link of order %s was opened by nobody", l.Order)
		return nil
	}
	switch l.State {
	case topup.ClaimOpen, topup.ClaimExpired:
		if l.By != 0 {
			c.problem("a link of order %s is %s, but somebody opened it", l.Order, l.State)
		}
	case topup.ClaimRevoked:
	case topup.ClaimSending:
		o, owed, err := c.src.OwedOf(l.Delivery())
		if err != nil && !errors.Is(err, ErrSealed) {
			return err
		}
		if !owed || o.Chat != l.By {
			c.problem("the codes of order %s are on their way to a customer, but nothing is owed to them", l.Order)
		}
	case topup.ClaimKept:
		chat, _, err := c.src.Chat(l.By)
		if err != nil {
			return err
		}
		if !slices.Contains(chat.Kept, l.Order) {
			c.problem("the codes of order %s are kept for a customer, but their chat does not know", l.Order)
		}
	case topup.ClaimRedeemed:
		if l.Redeemed.IsZero() {
			c.problem("a link of order %s was taken at no time", l.Order)
		}
	default:
		c.problem("a link of order %s is in no known state", l.Order)
	}
	return nil
}

// complaints proves that a complaint is one of a sale, of its shop, and that
// what was said opens.
func (c *checker) complaints() error {
	for l, err := range c.src.Complaints() {
		sealed := errors.Is(err, ErrSealed)
		if sealed {
			c.problem("the complaint of sale %d does not open under this key", l.No)
		} else if err != nil {
			return err
		}
		if l.Open() {
			c.report.Complaints++
		}
		if o, ok, err := c.src.Order(l.Order); err != nil && !errors.Is(err, ErrSealed) {
			return err
		} else if !ok || o.Shop != l.Shop || o.No != l.No {
			c.problem("the complaint of sale %d leads to no sale of its shop", l.No)
		}
		if err := l.Valid(); err != nil && !sealed && (c.keyed || l.Thread != nil) {
			c.problem("the complaint of sale %d: %v", l.No, err)
		}
	}
	return nil
}

// rest proves that what is owed reads.
func (c *checker) rest() error {
	for o, err := range c.src.Outbox() {
		if errors.Is(err, ErrSealed) {
			c.problem("a message owed to %d does not open under this key", o.Chat)
		} else if err != nil {
			return err
		}
		c.report.Owed++
		if o.Panel == "" || o.Chat == 0 || o.Seq == 0 {
			c.problem("outbox: a message without panel, chat or number")
		}
	}
	for _, err := range c.src.Undelivered() {
		if err != nil && !errors.Is(err, ErrSealed) {
			return err
		}
		c.report.Lost++
	}
	for _, err := range c.src.DeadLetters() {
		if err != nil && !errors.Is(err, ErrSealed) {
			return err
		}
		c.report.SetAside++
	}
	return nil
}
