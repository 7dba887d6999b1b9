package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"hanout/topup"
)

// Report is what a check found.
type Report struct {
	Schema   uint64
	Head     Head
	Lines    int // of the journal
	Shops    int
	Orders   map[topup.State]int
	Sums     map[string]topup.Money // by class of account
	Due      int
	Owed     int
	Lost     int // messages that could not be delivered
	Parked   int
	Codes    int      // delivered orders with codes
	Opened   bool     // their codes were opened, not only counted
	Problems []string // what is wrong; empty when the file is sound
}

// problemsMost bounds a report: a broken index breaks every order.
const problemsMost = 50

// pagesTimeout bounds the check of the pages, which need not end on a
// damaged file.
const pagesTimeout = 2 * time.Minute

// Check opens a file for reading and proves its invariants. A file that can't
// be opened, or is in use by a running bot, gives an error; one that opens but
// is not sound gives a report with problems.
//
// With a vault it also proves that the codes of every delivered order open
// under its keys; without one (nil) they are only counted.
func Check(path string, v *Vault) (report Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			report.Problems = append(report.Problems, fmt.Sprintf("the file is damaged so badly that reading it fails: %v", p))
			err = nil
		}
	}()
	db, err := Open(path, Options{ReadOnly: true, Vault: v})
	if err != nil {
		return Report{}, err
	}
	defer db.Close()
	return db.Check(v)
}

// Check proves the invariants of an open database, in one read transaction.
func (db *DB) Check(v *Vault) (Report, error) {
	c := checker{vault: v, report: Report{Orders: map[topup.State]int{}, Sums: map[string]topup.Money{}}}
	err := db.View(func(tx *Tx) error {
		c.tx = &Tx{tx.tx, v}
		if !c.pages() {
			return nil
		}
		c.checksums()
		if len(c.report.Problems) > 0 {
			return nil // what follows would only repeat it
		}
		for _, part := range []func() error{c.meta, c.journal, c.orders, c.indexes, c.rest} {
			if err := part(); err != nil {
				var damaged *CorruptError
				if !errors.As(err, &damaged) {
					return err
				}
				c.problem("%v", err)
			}
		}
		return nil
	})
	return c.report, err
}

type checker struct {
	tx       *Tx
	vault    *Vault
	report   Report
	holds    map[topup.OrderID]topup.Transaction
	captures map[topup.OrderID]topup.Transaction
	releases map[topup.OrderID]topup.Transaction
	open     map[topup.ShopID]topup.Money // by the orders
	index    map[string]int               // rows that the orders account for
}

func (c *checker) problem(format string, args ...any) {
	switch n := len(c.report.Problems); {
	case n < problemsMost:
		c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
	case n == problemsMost:
		c.report.Problems = append(c.report.Problems, "… and more")
	}
}

// pages lets bbolt check its own structure.
func (c *checker) pages() bool {
	found := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				found <- fmt.Errorf("%v", p)
			}
		}()
		var first error
		for err := range c.tx.tx.Check() {
			if first == nil {
				first = err
			}
		}
		found <- first
	}()
	select {
	case err := <-found:
		if err != nil {
			c.problem("pages: %v", err)
		}
		return err == nil
	case <-time.After(pagesTimeout):
		c.problem("pages: the check did not end")
		return false
	}
}

func (c *checker) checksums() {
	for _, name := range allBuckets {
		b := c.tx.bucket(name)
		if b == nil {
			c.problem("bucket %q is missing", name)
			continue
		}
		bad := 0
		cur := b.Cursor()
		for k, v := cur.First(); k != nil; k, v = cur.Next() {
			if _, err := unwrap(name, k, v); err != nil || v == nil {
				bad++
			}
		}
		if bad > 0 {
			c.problem("bucket %q: %d values do not match their checksums", name, bad)
		}
	}
}

func (c *checker) meta() error {
	s, err := c.tx.get(bMeta, []byte("schema"))
	if err == nil && len(s) == 8 {
		c.report.Schema = binary.BigEndian.Uint64(s)
	}
	return err
}

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
		numbered := o.To != "" || o.Good == topup.GiftCard
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
	err := c.tx.Shops(func(s topup.Shop) bool {
		c.report.Shops++
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
	return err
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
	if o.State != topup.Delivered || o.Good == topup.MobileTopUp {
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
	if cards, err := c.vault.OpenCards(o); err != nil || (len(cards) < o.DeliveredQty && o.Reason != topup.ReasonPerson) {
		c.problem("order %d: its codes do not open under this key", o.No)
	}
}

// listed proves that every index leads to the order; the counts in indexes
// prove that it leads to nothing else.
func (c *checker) listed(o topup.Order, numbered bool) {
	want := map[string][]byte{
		bOrderNo: u64(o.No), bOrderShop: append(u64(uint64(o.Shop)), u64(o.No)...),
		bOrderCard: []byte(o.Card),
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
	for _, bucket := range []string{bOrderNo, bOrderShop, bOrderTo, bOrderCard, bOrderProvider, bOrderOpen, bDue} {
		if n := c.count(bucket); n != c.index[bucket] {
			c.problem("index %s has %d rows, the orders account for %d", bucket, n, c.index[bucket])
		}
	}
	for shop, m := range c.open {
		c.problem("open orders of shop %d want %s, but there is no such shop", shop, m)
	}
	c.report.Due = c.count(bDue)
	return nil
}

// rest proves I12 (one handled mark an update) and that what is owed reads.
func (c *checker) rest() error {
	if a, b := c.count(bUpdates), c.count(bUpdatesAt); a != b {
		c.problem("updates: %d marks, %d by time", a, b)
	}
	if a, b := c.count(bCards), c.count(bCardsAt); a != b {
		c.problem("cards: %d, %d by time", a, b)
	}
	if err := c.tx.Outbox(func(o Owed) bool {
		c.report.Owed++
		if o.Card == "" || o.Chat == 0 || o.Seq == 0 {
			c.problem("outbox: a message without card, chat or number")
		}
		return true
	}); err != nil {
		return err
	}
	c.report.Lost, c.report.Parked = c.count(bUndelivered), c.count(bParked)
	return nil
}

func (c *checker) count(bucket string) int {
	n := 0
	cur := c.tx.bucket(bucket).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		n++
	}
	return n
}

// Write prints the report for a person.
func (r Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "schema\t%d\n", r.Schema)
	fmt.Fprintf(t, "journal\t%d lines, head %.16s\n", r.Head.Seq, r.Head.Hash)
	fmt.Fprintf(t, "shops\t%d\n", r.Shops)
	for _, s := range []topup.State{topup.Placed, topup.Submitting, topup.Pending, topup.Uncertain, topup.Queued, topup.Review, topup.Delivered, topup.Refunded} {
		if n := r.Orders[s]; n > 0 {
			fmt.Fprintf(t, "orders %s\t%d\n", s, n)
		}
	}
	fmt.Fprintf(t, "messages owed\t%d\n", r.Owed)
	if r.Lost > 0 {
		fmt.Fprintf(t, "messages undeliverable\t%d\n", r.Lost)
	}
	if r.Codes > 0 {
		how := "not opened: no key given"
		if r.Opened {
			how = "all open under this key"
			if len(r.Problems) > 0 {
				how = "see below"
			}
		}
		fmt.Fprintf(t, "orders with codes\t%d, %s\n", r.Codes, how)
	}
	if r.Parked > 0 {
		fmt.Fprintf(t, "updates set aside\t%d\n", r.Parked)
	}
	var total topup.Money
	for _, name := range slices.Sorted(maps.Keys(r.Sums)) {
		fmt.Fprintf(t, "%s\t%s DZD\n", name, r.Sums[name])
		total += r.Sums[name]
	}
	fmt.Fprintf(t, "sum of all accounts\t%s DZD\n", total)
	if len(r.Problems) == 0 {
		fmt.Fprintf(t, "result\tsound\n")
	} else {
		fmt.Fprintf(t, "result\tNOT SOUND: %d problems\n", len(r.Problems))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(w, "  - %s\n", p); err != nil {
			return err
		}
	}
	return nil
}
