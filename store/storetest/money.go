package storetest

import (
	"errors"
	"testing"
	"time"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

func saleMovesMoney(t *testing.T, site func(testing.TB) Site) {
	for _, tt := range []struct {
		name            string
		end             func(topup.Order) topup.Change
		available, held topup.Money
	}{
		{"delivered", func(o topup.Order) topup.Change {
			return topup.Checked(o, topup.Status{ProviderID: "p1", Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1)
		}, 500_00, 0},
		{"refunded", func(o topup.Order) topup.Change {
			return topup.Checked(o, topup.Status{ProviderID: "p1", Phase: topup.PhaseRefunded, Evidence: topup.Evidence{Word: "REFUNDED"}}, t0, 1)
		}, 1000_00, 0},
		{"uncertain", func(o topup.Order) topup.Change {
			return topup.Checked(o, topup.Status{ProviderID: "p1", Phase: topup.PhaseUncertain}, t0, 1)
		}, 500_00, 500_00},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t, site(t), nil)
			s := stock(t, db, 1000_00)
			update(t, db, func(tx till.Tx) error {
				o, err := tx.Place(order(s, "a", 500_00))
				if err != nil {
					return err
				}
				if w, _ := tx.Wallet(s.ID); o.No != 1 || w.Held != 500_00 || w.Available != 500_00 {
					t.Errorf("placed as %d, wallet %+v", o.No, w)
				}
				sub, err := topup.Submit(o, t0, time.Minute)
				if err != nil {
					return err
				}
				if o, err = tx.Apply(sub); err != nil {
					return err
				}
				_, err = tx.Apply(tt.end(o))
				return err
			})
			update(t, db, func(tx till.Tx) error {
				w, err := tx.Wallet(s.ID)
				if w.Available != tt.available || w.Held != tt.held {
					t.Errorf("wallet %+v, want %v available, %v held", w, tt.available, tt.held)
				}
				if o, ok, _ := tx.OrderByProvider("p1"); !ok || o.ID != "a" {
					t.Error("the order is not found by the provider's ID")
				}
				return err
			})
		})
	}
}

func placeRefuses(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 600_00)
	update(t, db, func(tx till.Tx) error {
		if _, err := tx.Place(order(s, "a", 500_00)); err != nil {
			return err
		}
		if old, err := tx.Place(order(s, "a", 500_00)); !errors.Is(err, store.ErrExists) || old.No != 1 {
			t.Errorf("the same order again: %v, no. %d", err, old.No)
		}
		// The refusal must leave nothing: this transaction is committed.
		if _, err := tx.Place(order(s, "b", 101_00)); !errors.Is(err, store.ErrInsufficient) {
			t.Errorf("more than the wallet has: %v", err)
		}
		same := order(s, "d", 10_00)
		same.Panel = "card-a"
		if _, err := tx.Place(same); !errors.Is(err, store.ErrMove) {
			t.Errorf("a second order on one card: %v", err)
		}
		bad := order(s, "c", 10_00)
		bad.Price = bad.Face + 1
		if _, err := tx.Place(bad); err == nil {
			t.Error("a price above face value was placed")
		}
		if _, ok, _ := tx.Order("b"); ok {
			t.Error("a refused order is there")
		}
		return nil
	})
}

func applyRefuses(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	var o topup.Order
	update(t, db, func(tx till.Tx) (err error) {
		o, err = tx.Place(order(s, "a", 500_00))
		return err
	})
	pending := o
	pending.State = topup.Pending
	done := topup.Checked(pending, topup.Status{ProviderID: "p", Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1)
	tests := map[string]topup.Change{
		"placed straight to delivered": done,
		"a final state without a journal line": {Order: func() topup.Order {
			r, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
			return r.Order
		}()},
		"another price":  {Order: func() topup.Order { o := o; o.Price--; return o }()},
		"another number": {Order: func() topup.Order { o := o; o.To = "0661234567"; return o }()},
		"open and never due": {Order: func() topup.Order {
			o := o
			o.State, o.Due = topup.Submitting, time.Time{}
			return o
		}()},
		"an unknown order": {Order: order(s, "zz", 1_00)},
		"a capture on the way to refunded": func() topup.Change {
			s, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
			s.Journal = done.Journal
			return s
		}(),
		"a release of another order": func() topup.Change {
			s, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
			s.Journal.Key = topup.OrderID("b").ReleaseKey()
			return s
		}(),
		"a journal line for no move": {Order: o, Journal: done.Journal},
	}
	for name, step := range tests {
		if err := db.Update(func(tx till.Tx) error { _, err := tx.Apply(step); return err }); !errors.Is(err, store.ErrMove) {
			t.Errorf("%s: %v, want ErrMove", name, err)
		}
	}
}

// settleTwice: what is settled stays, whatever the second word is.
func settleTwice(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	var o topup.Order
	update(t, db, func(tx till.Tx) (err error) {
		o, err = tx.Place(order(s, "a", 500_00))
		return err
	})
	update(t, db, func(tx till.Tx) error {
		c, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
		_, err := tx.Apply(c)
		return err
	})
	if err := db.Update(func(tx till.Tx) error {
		c, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
		_, err := tx.Apply(c)
		return err
	}); err == nil {
		t.Error("an order was released twice")
	}
	update(t, db, func(tx till.Tx) error {
		settled, _, err := tx.Order(o.ID)
		if err != nil {
			return err
		}
		settled.Captured = 1
		if _, err := tx.Apply(topup.Change{Order: settled}); !errors.Is(err, store.ErrMove) {
			t.Errorf("a settlement was changed: %v", err)
		}
		return nil
	})
}

// oneProviderOrderEach: the money stays where it is when two orders claim
// one of the provider's.
func oneProviderOrderEach(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error {
		var steps []topup.Change
		for _, id := range []string{"a", "b"} {
			o, err := tx.Place(order(s, id, 100_00))
			if err != nil {
				return err
			}
			sub, err := topup.Submit(o, t0, time.Minute)
			if err != nil {
				return err
			}
			if _, err := tx.Apply(sub); err != nil {
				return err
			}
			steps = append(steps, topup.Checked(sub.Order, topup.Status{ProviderID: "p1", Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1))
		}
		if _, err := tx.Apply(steps[0]); err != nil {
			return err
		}
		if _, err := tx.Apply(steps[1]); !errors.Is(err, store.ErrMove) {
			t.Errorf("a second claim: %v", err)
		}
		// Committed all the same: the refusal left nothing.
		if w, err := tx.Wallet(s.ID); err != nil || w.Held != 100_00 {
			t.Errorf("wallet %+v (%v)", w, err)
		}
		return nil
	})
}

func post(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 100_00)
	line := topup.Credit(s.ID, 50_00, "r1", 1, 1, "cash", t0)
	tests := []struct {
		name   string
		line   topup.Transaction
		posted bool
		err    error
	}{
		{"first", line, true, nil},
		{"again", line, false, nil},
		{"again later by another", topup.Credit(s.ID, 50_00, "r1", 2, 2, "other", t0.Add(time.Hour)), false, nil},
		{"same key, other amount", topup.Credit(s.ID, 51_00, "r1", 1, 1, "cash", t0), false, store.ErrConflict},
		{"too much out", topup.Debit(s.ID, 151_00, "r2", 1, 1, "", t0), false, store.ErrInsufficient},
		{"exactly all out", topup.Debit(s.ID, 150_00, "r3", 1, 1, "", t0), true, nil},
		{"paid back without a debt", repay(s.ID, 1_00, "p1"), false, store.ErrInsufficient},
		{"on account", lend(s.ID, 30_00, "l1"), true, nil},
		{"paid back above the debt", repay(s.ID, 30_01, "p2"), false, store.ErrInsufficient},
		{"paid back in part", repay(s.ID, 10_00, "p3"), true, nil},
		{"the rest", repay(s.ID, 20_00, "p4"), true, nil},
		{"one more", repay(s.ID, 1, "p5"), false, store.ErrInsufficient},
		{"unbalanced", topup.Transaction{Key: "x", Postings: []topup.Posting{{Account: topup.Cost, Amount: 1}, {Account: topup.Margin, Amount: 1}}}, false, store.ErrUnbalanced},
		{"no key", topup.Transaction{Postings: line.Postings}, false, store.ErrUnbalanced},
		{"one posting", topup.Transaction{Key: "y", Postings: line.Postings[:1]}, false, store.ErrUnbalanced},
		{"zero", topup.Transaction{Key: "z", Postings: []topup.Posting{{Account: topup.Cost}, {Account: topup.Margin}}}, false, store.ErrUnbalanced},
		{"huge", topup.Credit(s.ID, topup.MaxMoney+1, "h", 1, 1, "", t0), false, store.ErrUnbalanced},
	}
	for _, tt := range tests {
		var posted bool
		err := db.Update(func(tx till.Tx) (err error) { posted, err = tx.Post(tt.line); return err })
		if posted != tt.posted || !errors.Is(err, tt.err) {
			t.Errorf("%s: posted %t, %v; want %t, %v", tt.name, posted, err, tt.posted, tt.err)
		}
	}
}

func lend(shop topup.ShopID, m topup.Money, request string) topup.Transaction {
	e := topup.Entry{Kind: topup.EntryCredit, Shop: shop, Amount: m, Method: topup.OnAccount}
	return e.Transaction("credit/"+request, 1, 1, "", t0)
}

func repay(shop topup.ShopID, m topup.Money, request string) topup.Transaction {
	e := topup.Entry{Kind: topup.EntryRepay, Shop: shop, Amount: m, Method: topup.Cash}
	return e.Transaction("repay/"+request, 1, 1, "", t0)
}

// answeredWith sells, up to an answer of the provider.
func answeredWith(tx till.Tx, o topup.Order, phase topup.Phase) error {
	o, err := submitted(tx, o)
	if err != nil {
		return err
	}
	_, err = tx.Apply(topup.Checked(o, said(phase, "p-"+string(o.ID)), t0, 1))
	return err
}

// journalSaysWho: a line keeps the shop whose money it moves, who did it, and
// where; a line about the answer of a provider the order's chat.
func journalSaysWho(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 0)
	update(t, db, func(tx till.Tx) error {
		for _, line := range []topup.Transaction{topup.Credit(s.ID, 900_00, "c", 7, 70, "cash", t0), topup.Debit(s.ID, 1_00, "d", 8, 80, "back", t0)} {
			if _, err := tx.Post(line); err != nil {
				return err
			}
		}
		sale := func(id string) topup.Order {
			o := order(s, id, 100_00)
			o.By, o.Chat = 9, 90
			return o
		}
		if err := answeredWith(tx, sale("a"), topup.PhaseDone); err != nil {
			return err
		}
		if err := answeredWith(tx, sale("b"), topup.PhaseRefunded); err != nil {
			return err
		}
		c, err := submitted(tx, sale("c"))
		if err != nil {
			return err
		}
		if c, err = tx.Apply(topup.Ambiguous(c, t0, 1)); err != nil {
			return err
		}
		settled, ok := topup.Settle(c, c.Quantity, topup.Decision{By: 6}, 60, t0)
		if !ok {
			t.Error("an order in review can't be settled")
		}
		_, err = tx.Apply(settled)
		return err
	})
	want := map[string][2]int64{
		"credit/c": {7, 70}, "debit/d": {8, 80}, "order/a/hold": {9, 90}, "order/b/hold": {9, 90}, "order/c/hold": {9, 90},
		"order/a/capture": {0, 90}, "order/b/release": {0, 90}, "order/c/capture": {6, 60},
	}
	if err := db.Read(nil, func(src store.Source) error {
		lines, err := all(src.Journal())
		if err != nil || len(lines) != len(want) {
			t.Errorf("%d lines, want %d (%v)", len(lines), len(want), err)
		}
		for _, j := range lines {
			if j.Shop != s.ID || [2]int64{j.Actor, j.Chat} != want[j.Key] {
				t.Errorf("%s: shop %d, person %d, chat %d; want %v", j.Key, j.Shop, j.Actor, j.Chat, want[j.Key])
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// lines: the journal is read in parts, each line once, and its sums are the
// balances.
func lines(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error {
		for n := range 6 {
			j := topup.Debit(s.ID, 10_00, string(rune('a'+n)), 1, 1, "", t0)
			if _, err := tx.Post(j); err != nil {
				return err
			}
		}
		return nil
	})
	err := db.View(func(tx till.Tx) error {
		sums := map[topup.AccountID]topup.Money{}
		var seen uint64
		for more := true; more; {
			part, err := tx.Lines(seen, 4)
			if err != nil {
				return err
			}
			for _, j := range part {
				if j.Seq != seen+1 || j.Hash != store.Hash(j) {
					t.Errorf("line %d follows line %d", j.Seq, seen)
				}
				seen = j.Seq
				for _, p := range j.Postings {
					sums[p.Account] += p.Amount
				}
			}
			more = len(part) == 4
		}
		if seen != 7 {
			t.Errorf("%d lines, want 7", seen)
		}
		balances, err := all(tx.Balances())
		if err != nil || len(balances) != len(sums) {
			t.Errorf("%d accounts, want %d (%v)", len(balances), len(sums), err)
		}
		for _, b := range balances {
			if b.Money != sums[b.Account] {
				t.Errorf("%s holds %s, its lines sum to %s", b.Account, b.Money, sums[b.Account])
			}
		}
		first, ok, err := tx.Posted("debit/a")
		if err != nil || !ok || first.Seq != 2 {
			t.Errorf("the line of a key: %d, %t, %v", first.Seq, ok, err)
		}
		if _, ok, err := tx.Posted("debit/z"); ok || err != nil {
			t.Errorf("a line that is not there: %t, %v", ok, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
