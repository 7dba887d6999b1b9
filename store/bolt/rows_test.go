package bolt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"hanout/store"
	"hanout/topup"
)

// TestRowsInParts: however few marks are held at once, the orders come in their
// order, each with its own; and the walk ends when nobody wants it any more.
func TestRowsInParts(t *testing.T) {
	old := markedAtOnce
	t.Cleanup(func() { markedAtOnce = old })
	db, err := Open(oldFile(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const orders = 11
	var want []string
	if err := db.Update(func(tx *Tx) error {
		if _, err := tx.Post(topup.Credit(1, topup.Dinars(1000), "start", 1, 1, "", at)); err != nil {
			return err
		}
		for n := range orders {
			o := topup.Order{ID: topup.OrderID(fmt.Sprint("o", n*7%orders+10)), Shop: 1, By: 5, Chat: 5, Panel: fmt.Sprint("p", n), Good: topup.MobileTopUp, State: topup.Placed,
				Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", To: fmt.Sprint("077803734", n), Quantity: 1, Face: 100, Price: 100, Placed: at, Changed: at, Due: at}
			want = append(want, string(o.ID)+" "+o.To)
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	for _, markedAtOnce = range []int{1, 2, 5, orders, orders + 1} {
		var got []string
		if err := db.Rows(t.Context(), func(rows store.Rows) error {
			for row, err := range rows {
				if err != nil {
					return err
				}
				if s, is := row.(store.Sale); is {
					got = append(got, string(s.ID)+" "+s.Mark)
				}
			}
			return nil
		}); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d at once: %q, want %q (%v)", markedAtOnce, got, want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Rows(ctx, func(rows store.Rows) error {
		for _, err := range rows {
			if err != nil {
				return err
			}
		}
		return nil
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("abandoned: %v", err)
	}
}
