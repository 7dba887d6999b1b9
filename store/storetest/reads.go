package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hanout/till"
	"hanout/topup"
)

func historyPages(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	a, b := stock(t, db, 1_000_000_00), stock(t, db, 1_000_000_00)
	update(t, db, func(tx till.Tx) error {
		for i := range 60 {
			s := a
			if i%3 == 0 {
				s = b
			}
			o := order(s, fmt.Sprintf("o%02d", i), 10_00)
			if i%2 == 0 {
				o.To = "0661234567"
			}
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err := db.View(func(tx till.Tx) error {
		var all []uint64
		for before := uint64(0); ; {
			page, err := tx.OrdersOf(a.ID, before, 7)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for _, o := range page {
				if o.Shop != a.ID || (len(all) > 0 && o.No >= all[len(all)-1]) {
					t.Fatalf("order %d of shop %d after %v", o.No, o.Shop, all)
				}
				all = append(all, o.No)
			}
			before = all[len(all)-1]
		}
		if len(all) != 40 {
			t.Errorf("paging saw %d orders, want 40", len(all))
		}
		allMade(t, tx, 60)
		to, err := tx.OrdersTo(b.ID, "0661234567", 100)
		if err != nil || len(to) != 10 {
			t.Errorf("%d orders of shop b to the number, want 10 (%v)", len(to), err)
		}
		entries, err := tx.Entries(a.ID.Available(), 0, 3)
		if err != nil || len(entries) != 3 || entries[0].Seq < entries[2].Seq {
			t.Errorf("entries: %v %v", entries, err)
		}
		older, err := tx.Entries(a.ID.Available(), entries[2].Seq, 100)
		if err != nil || len(older) != 41-3 {
			t.Errorf("%d older entries, want 38 (%v)", len(older), err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// allMade pages through the orders of all shops by their IDs.
func allMade(t *testing.T, tx till.Tx, want int) {
	t.Helper()
	var made []topup.OrderID
	for before := topup.OrderID(""); ; before = made[len(made)-1] {
		page, err := tx.OrdersMade(before, 13)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, o := range page {
			if len(made) > 0 && o.ID >= made[len(made)-1] {
				t.Fatalf("order %s after %v", o.ID, made)
			}
			made = append(made, o.ID)
		}
	}
	if list, err := tx.OrdersMade("o30x", 1); err != nil || len(made) != want || len(list) != 1 || list[0].ID != "o30" {
		t.Errorf("paging through all saw %d orders, want %d; below o30x is %v (%v)", len(made), want, list, err)
	}
}

func due(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error {
		for i, d := range []time.Duration{3, 1, 2} {
			o := order(s, fmt.Sprint("o", i), 10_00)
			o.Due = t0.Add(d * time.Second)
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err := db.View(func(tx till.Tx) error {
		due, err := tx.Due(t0.Add(2*time.Second), 10, func(id topup.OrderID) bool { return id == "none" })
		if err != nil || len(due) != 2 || due[0].ID != "o1" || due[1].ID != "o2" {
			t.Errorf("due: %v %v", due, err)
		}
		next, ok, err := tx.NextDue()
		if err != nil || !ok || !next.Equal(t0.Add(time.Second)) {
			t.Errorf("next due %v %t %v", next, ok, err)
		}
		var later []topup.OrderID
		for o, err := range tx.DueAfter(t0.Add(time.Second)) {
			if err != nil {
				return err
			}
			later = append(later, o.ID)
		}
		if !slices.Equal(later, []topup.OrderID{"o0", "o2"}) {
			t.Errorf("due later: %v", later)
		}
		for range tx.DueAfter(t0) {
			break
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func totals(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	a, b := stock(t, db, 300_00), stock(t, db, 200_00)
	update(t, db, func(tx till.Tx) error {
		for _, o := range []topup.Order{order(a, "a", 30_00), order(b, "b", 20_00)} {
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		lent := topup.Entry{Kind: topup.EntryCredit, Shop: b.ID, Amount: 70_00, Method: topup.OnAccount}
		if _, err := tx.Post(lent.Transaction("credit/lent", 1, 1, "", t0)); err != nil {
			return err
		}
		w, err := tx.Totals()
		if w.Available != 520_00 || w.Held != 50_00 || w.Owed != 70_00 {
			t.Errorf("all shops have %+v", w)
		}
		return err
	})
}
