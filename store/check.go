package store

import (
	"errors"
	"fmt"
	"iter"

	"hanout/topup"
)

// Source is what a check reads of a store: its rows, as they stand in one
// transaction. A row that does not read comes with its error; one of which
// only a part is sealed under another key comes with ErrSealed and the rest.
type Source interface {
	// Prove proves what only the store itself knows: that its form holds, that
	// every row has its checksum, and that every index leads to its rows and
	// to nothing else. It tells each fault to found. When the rows can't be
	// relied on it gives false, and nothing more is checked.
	Prove(found func(format string, args ...any)) (readable bool, err error)
	Schema() (uint64, error)

	// Journal walks the lines by their numbers; Posted finds one by its key.
	Journal() iter.Seq2[topup.Transaction, error]
	Posted(key string) (topup.Transaction, bool, error)
	Balances() iter.Seq2[Balance, error]

	// Orders walks all orders; Order finds one, Vouchers what came for it.
	Orders() iter.Seq2[topup.Order, error]
	Order(topup.OrderID) (topup.Order, bool, error)
	Vouchers(topup.OrderID) ([]topup.Voucher, error)
	Claims() iter.Seq2[topup.Claim, error]
	Complaints() iter.Seq2[topup.Complaint, error]
	// Chat finds a chat, OwedOf what a panel owes.
	Chat(id int64) (Chat, bool, error)
	OwedOf(panel string) (Owed, bool, error)

	// Shops walks all shops, Members the people of one, AllMembers of all.
	Shops() iter.Seq2[topup.Shop, error]
	Shop(topup.ShopID) (topup.Shop, bool, error)
	Members(topup.ShopID) iter.Seq2[topup.Member, error]
	AllMembers() iter.Seq2[topup.Member, error]
	Member(person int64) (topup.Member, bool, error)

	Outbox() iter.Seq2[Owed, error]
	Undelivered() iter.Seq2[Undelivered, error]
	DeadLetters() iter.Seq2[DeadLetter, error]
}

// Check proves the invariants of a store and reports what it has. A store
// that reads but is not sound gives a report with problems. keyed says that
// the source opens what is sealed: then the codes of every delivered order
// must open, too; else they are only counted. It holds the accounts in
// memory, never the lines or orders.
func Check(src Source, keyed bool) (Report, error) {
	c := checker{src: src, keyed: keyed, open: map[topup.ShopID]topup.Money{},
		report: Report{Orders: map[topup.State]int{}, Sums: map[string]topup.Money{}}}
	readable, err := src.Prove(c.problem)
	if err != nil || !readable {
		return c.report, c.damage(err)
	}
	if c.report.Schema, err = src.Schema(); err != nil {
		return c.report, c.damage(err)
	}
	for _, part := range []func() error{c.journal, c.orders, c.shops, c.members, c.claims, c.complaints, c.rest} {
		if err := c.damage(part()); err != nil {
			return c.report, err
		}
	}
	return c.report, nil
}

type checker struct {
	src     Source
	keyed   bool
	report  Report
	settled [3]int                       // lines that are holds, captures, releases
	open    map[topup.ShopID]topup.Money // what open orders want, by shop
}

func (c *checker) problem(format string, args ...any) {
	switch n := len(c.report.Problems); {
	case n < problemsMost:
		c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
	case n == problemsMost:
		c.report.Problems = append(c.report.Problems, "… and more")
	}
}

// damage makes a problem of a row that does not read; other errors stay.
func (c *checker) damage(err error) error {
	var damaged *CorruptError
	if errors.As(err, &damaged) {
		c.problem("%v", err)
		return nil
	}
	return err
}
