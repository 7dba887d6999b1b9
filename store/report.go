package store

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

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
	// Complaints are those that wait for an owner.
	Complaints int
	Codes      int      // delivered orders with codes
	Opened     bool     // their codes were opened, not only counted
	Problems   []string // what is wrong; empty when the store is sound
}

// problemsMost bounds a report: a broken index breaks every order.
const problemsMost = 50

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
	if r.Complaints > 0 {
		fmt.Fprintf(t, "complaints open\t%d\n", r.Complaints)
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
