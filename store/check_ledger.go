package store

import (
	"bytes"
	"strings"

	"hanout/topup"
)

// journal proves I1-I3 and I15: gapless, chained, each line balanced, the
// balances a replay of it, no shop account below zero at any moment, one line
// a key.
func (c *checker) journal() error {
	c.holds, c.captures, c.releases = map[topup.OrderID]topup.Transaction{}, map[topup.OrderID]topup.Transaction{}, map[topup.OrderID]topup.Transaction{}
	balances := map[topup.AccountID]topup.Money{}
	keys := map[string]bool{}
	entries := 0
	prev := ""
	cur := c.tx.bucket(bJournal).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		var j topup.Transaction
		if _, err := c.tx.getJSON(bJournal, k, &j); err != nil {
			return err
		}
		c.report.Lines++
		if want := uint64(c.report.Lines); !bytes.Equal(k, u64(want)) || j.Seq != want {
			c.problem("journal: line %d is missing or misnumbered", want)
			return nil
		}
		if j.Prev != prev || j.Hash != hashOf(j) {
			c.problem("journal: the chain breaks at line %d", j.Seq)
		}
		prev = j.Hash
		if keys[j.Key] {
			c.problem("journal: key %q stands twice", j.Key)
		}
		keys[j.Key] = true
		if b, err := c.tx.get(bJournalKey, []byte(j.Key)); err != nil || !bytes.Equal(b, u64(j.Seq)) {
			c.problem("journal: key %q does not lead to line %d", j.Key, j.Seq)
		}
		var sum topup.Money
		touched := map[topup.AccountID]bool{}
		for _, p := range j.Postings {
			sum += p.Amount
			balances[p.Account] += p.Amount
			touched[p.Account] = true
		}
		for a := range touched {
			entries++
			if ofShop(a) && balances[a] < 0 {
				c.problem("journal: line %d takes %s below zero", j.Seq, a)
			}
			if c.tx.bucket(bEntries).Get(textKey(string(a), j.Seq)) == nil {
				c.problem("entries: line %d is not listed under %s", j.Seq, a)
			}
		}
		if sum != 0 {
			c.problem("journal: line %d sums to %s", j.Seq, sum)
		}
		switch kind, id := topup.SplitKey(j.Key); kind {
		case topup.EntryHold:
			c.holds[topup.OrderID(id)] = j
		case topup.EntryCapture:
			c.captures[topup.OrderID(id)] = j
		case topup.EntryRelease:
			c.releases[topup.OrderID(id)] = j
		}
	}
	c.report.Head = Head{uint64(c.report.Lines), prev}
	if n := c.count(bEntries); n != entries {
		c.problem("entries: %d listed, the journal has %d", n, entries)
	}
	if n := c.count(bJournalKey); n != len(keys) {
		c.problem("journal: %d keys listed, the journal has %d", n, len(keys))
	}
	return c.balances(balances)
}

func (c *checker) balances(replayed map[topup.AccountID]topup.Money) error {
	var total topup.Money
	listed := 0
	cur := c.tx.bucket(bBalances).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		listed++
		a := topup.AccountID(k)
		m, err := c.tx.Balance(a)
		if err != nil {
			return err
		}
		if m != replayed[a] {
			c.problem("balance of %s is %s, its entries sum to %s", a, m, replayed[a])
		}
		total += m
		c.report.Sums[class(a)] += m
	}
	if listed != len(replayed) {
		c.problem("balances: %d accounts, the journal has %d", listed, len(replayed))
	}
	if total != 0 {
		c.problem("all accounts together hold %s, not zero", total)
	}
	return nil
}

// class groups accounts for the report.
func class(a topup.AccountID) string {
	if ofShop(a) {
		return "shops " + string(a[strings.LastIndexByte(string(a), '/')+1:])
	}
	return string(a)
}
