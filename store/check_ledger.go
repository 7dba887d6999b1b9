package store

import (
	"fmt"
	"slices"
	"strings"

	"hanout/topup"
)

// journal proves I1-I3 and I15: gapless, chained, each line balanced, the
// balances a replay of it, no shop account below zero at any moment, no debt
// above, every undo the opposite of an earlier line. That a key stands for one
// line the store proves.
func (c *checker) journal() error {
	replayed := map[topup.AccountID]topup.Money{}
	prev := ""
	for j, err := range c.src.Journal() {
		if err != nil {
			return err
		}
		c.report.Lines++
		if want := uint64(c.report.Lines); j.Seq != want {
			c.problem("journal: line %d is missing or misnumbered", want)
			return nil
		}
		if j.Prev != prev || j.Hash != Hash(j) {
			c.problem("journal: the chain breaks at line %d", j.Seq)
		}
		prev = j.Hash
		c.postings(j, replayed)
		if err := c.entry(j); err != nil {
			return err
		}
		switch kind, _ := topup.SplitKey(j.Key); kind {
		case topup.EntryHold:
			c.settled[0]++
		case topup.EntryCapture:
			c.settled[1]++
		case topup.EntryRelease:
			c.settled[2]++
		}
	}
	c.report.Head = Head{uint64(c.report.Lines), prev}
	return c.balances(replayed)
}

// postings replays a line, and proves that it names the shop that it is of.
func (c *checker) postings(j topup.Transaction, replayed map[topup.AccountID]topup.Money) {
	var sum topup.Money
	own := fmt.Sprintf("shop/%d/", j.Shop)
	for _, p := range j.Postings {
		sum += p.Amount
		replayed[p.Account] += p.Amount
		if j.Shop != 0 && ofShop(p.Account) && !strings.HasPrefix(string(p.Account), own) {
			c.problem("journal: line %d of shop %d touches %s", j.Seq, j.Shop, p.Account)
		}
	}
	for _, p := range j.Postings { // only now: a line may take and give
		if overdrawn(p.Account, replayed[p.Account]) {
			c.problem("journal: line %d takes %s to %s", j.Seq, p.Account, replayed[p.Account])
		}
	}
	if sum != 0 {
		c.problem("journal: line %d sums to %s", j.Seq, sum)
	}
}

// entry proves that a line moves a debt only as its key says, has the slip of
// its key, and undoes what was there before.
func (c *checker) entry(j topup.Transaction) error {
	kind, rest := topup.SplitKey(j.Key)
	debt := slices.ContainsFunc(j.Postings, func(p topup.Posting) bool { return p.Account.OfDebt() })
	onAccount := j.Method == topup.OnAccount || kind == topup.EntryRepay
	if kind != topup.EntryUndo && debt != onAccount {
		c.problem("journal: line %d, %s by %q, moves a debt: %t", j.Seq, kind, j.Method, debt)
	}
	if slip := "slip/" + string(j.Method) + "/" + j.Slip; j.Slip != "" && rest != slip && !strings.HasPrefix(rest, slip+"/") {
		c.problem("journal: line %d has another slip than its key", j.Seq)
	}
	if kind != topup.EntryUndo {
		return nil
	}
	was, ok, err := c.src.Posted(rest)
	if err != nil {
		return err
	}
	back, undoes := topup.Undo(was, j.Actor, j.Chat, j.At)
	if !ok || !undoes || was.Seq >= j.Seq || was.Shop != j.Shop || !slices.Equal(back.Postings, j.Postings) {
		c.problem("journal: line %d does not undo %s", j.Seq, rest)
	}
	return nil
}

func (c *checker) balances(replayed map[topup.AccountID]topup.Money) error {
	var total topup.Money
	listed := 0
	for b, err := range c.src.Balances() {
		if err != nil {
			return err
		}
		listed++
		if b.Money != replayed[b.Account] {
			c.problem("balance of %s is %s, its entries sum to %s", b.Account, b.Money, replayed[b.Account])
		}
		total += b.Money
		c.report.Sums[class(b.Account)] += b.Money
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
