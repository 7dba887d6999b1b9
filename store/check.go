package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
	"text/tabwriter"

	"go.etcd.io/bbolt"

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
	SetAside int
	Codes    int      // delivered orders with codes
	Opened   bool     // their codes were opened, not only counted
	Problems []string // what is wrong; empty when the file is sound
}

// problemsMost bounds a report: a broken index breaks every order.
const problemsMost = 50

// Check opens a file for reading and proves its invariants. A file that can't
// be opened, is in use by a running bot, or is of an older schema gives an
// error; one that opens but is not sound gives a report with problems.
//
// With a vault it also proves that the codes of every delivered order open
// under its keys; without one (nil) they are only counted.
func Check(path string, v *Vault) (report Report, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a bad sector under the map
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
	if db.schema < uint64(len(migrations)) {
		return Report{}, ErrOld
	}
	return db.Check(v)
}

// Check proves the invariants of an open database, in one read transaction.
func (db *DB) Check(v *Vault) (Report, error) {
	c := checker{vault: v, report: Report{Orders: map[topup.State]int{}, Sums: map[string]topup.Money{}}}
	err := db.View(func(tx *Tx) error {
		c.tx = &Tx{tx.tx, v}
		if err := db.checkPages(tx.tx); err != nil {
			c.problem("pages: %v", err)
			return nil
		}
		c.checksums()
		if len(c.report.Problems) > 0 {
			return nil // what follows would only repeat it
		}
		for _, part := range []func() error{c.meta, c.journal, c.orders, c.shops, c.indexes, c.pairs, c.claims, c.rest} {
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

// checkPages proves that the file's pages fit together: first without mapping
// them, then, on a file that nobody writes, by bbolt itself.
func (db *DB) checkPages(tx *bbolt.Tx) error {
	size := uint64(db.bolt.Info().PageSize)
	p := pages{file: db.file, pageSize: size, high: uint64(tx.Size()) / size, seen: map[uint64]bool{}}
	if err := p.tree(uint64(tx.Cursor().Bucket().Root()), nil, nil, 0); err != nil {
		return err
	}
	if !db.readOnly {
		return nil // bbolt's check reads the list of free pages, which its writer changes
	}
	var first error
	for err := range tx.Check() {
		if first == nil {
			first = err
		}
	}
	return first
}

// checksums reads every row, so that later parts may rely on all of them.
func (c *checker) checksums() {
	for _, name := range allBuckets {
		b := c.tx.bucket(name)
		if b == nil {
			c.problem("bucket %q is missing", name)
			continue
		}
		cur := b.Cursor()
		for k, v := cur.First(); k != nil; k, v = cur.Next() {
			if v == nil {
				c.problem("bucket %q holds another bucket", name)
			} else if _, err := unwrap(name, k, v); err != nil {
				c.problem("%v", err)
			}
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
	if r.SetAside > 0 {
		fmt.Fprintf(t, "updates set aside\t%d\n", r.SetAside)
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
