package storetest

import (
	"slices"
	"testing"
	"time"

	"hanout/till"
	"hanout/topup"
)

func claims(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	claim := func(hash string, state topup.ClaimState, life time.Duration) topup.Claim {
		return topup.Claim{Hash: []byte(hash), Order: "a", Shop: s.ID, State: state, Made: t0, Expires: t0.Add(life)}
	}
	update(t, db, func(tx till.Tx) error {
		if _, err := tx.Place(order(s, "a", 500_00)); err != nil {
			return err
		}
		// The second link replaces the first, which ends after it was made.
		for _, c := range []topup.Claim{
			claim("first", topup.ClaimOpen, time.Hour), claim("second", topup.ClaimOpen, time.Minute), claim("first", topup.ClaimRevoked, time.Hour),
		} {
			if err := tx.PutClaim(c); err != nil {
				return err
			}
		}
		if c, ok, err := tx.ClaimOf("a"); err != nil || !ok || string(c.Hash) != "second" {
			t.Errorf("the order's link is %q, want the second (%v)", c.Hash, err)
		}
		if c, ok, err := tx.Claim([]byte("first")); err != nil || !ok || c.State != topup.ClaimRevoked {
			t.Errorf("the first link is %+v (%v)", c, err)
		}
		if _, ok, err := tx.Claim([]byte("third")); ok || err != nil {
			t.Errorf("a link nobody made: %t %v", ok, err)
		}
		return tx.PutClaim(claim("later", topup.ClaimOpen, 2*time.Minute))
	})
	if err := db.View(func(tx till.Tx) error {
		open, err := all(tx.OpenClaims())
		if len(open) != 2 || string(open[0].Hash) != "second" || string(open[1].Hash) != "later" {
			t.Errorf("open links %v, want those that end first first", open)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func showings(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error {
		for _, id := range []string{"a", "ab"} {
			if _, err := tx.Place(order(s, id, 100_00)); err != nil {
				return err
			}
		}
		for i, why := range []topup.Why{"delivery", "again", "claim"} {
			if err := tx.RecordShowing("a", topup.Showing{At: t0.Add(time.Duration(i) * time.Hour), Chat: 5, By: 5, Why: why}); err != nil {
				return err
			}
		}
		if err := tx.RecordShowing("ab", topup.Showing{At: t0, Why: "another order's"}); err != nil {
			return err
		}
		list, err := tx.Showings("a", 2)
		if err != nil || len(list) != 2 || list[0].Why != "claim" || list[1].Why != "again" {
			t.Errorf("shown %+v (%v)", list, err)
		}
		if list, err = tx.Showings("a", 10); err != nil || len(list) != 3 {
			t.Errorf("shown %+v (%v)", list, err)
		}
		return nil
	})
}

// vouchers: what came for an order is kept with the change that brought it,
// and is the order's only.
func vouchers(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), vault(t, 1))
	s := stock(t, db, topup.Dinars(50_000))
	gift := func(id string) topup.Order {
		o := order(s, id, topup.Dinars(300))
		o.Good, o.Plan, o.To, o.Product, o.TypeID, o.Quantity, o.Face = topup.GiftCard, "", "", "psn", "10", 3, 0
		return o
	}
	came := []topup.Voucher{{Code: "AAAA-1", Serial: "1"}, {Code: "AAAA-2", Serial: "2"}, {Code: "AAAA-3"}}
	update(t, db, func(tx till.Tx) error {
		o, err := submitted(tx, gift("a"))
		if err != nil {
			return err
		}
		if _, err := submitted(tx, gift("b")); err != nil {
			return err
		}
		if list, err := tx.Vouchers("a"); err != nil || len(list) != 0 || o.HasVouchers() {
			t.Errorf("before any came: %v %t (%v)", list, o.HasVouchers(), err)
		}
		// One is missing: what came is kept, and stays when nothing more comes.
		for range 2 {
			if o, err = tx.Apply(topup.Checked(o, said(topup.PhaseDone, "p", came[:2]...), t0, 1)); err != nil {
				return err
			}
			list, err := tx.Vouchers("a")
			if err != nil || !slices.Equal(list, came[:2]) || !o.HasVouchers() || o.State.Final() {
				t.Errorf("two of three: %v, %s %t (%v)", list, o.State, o.HasVouchers(), err)
			}
		}
		o, err = tx.Apply(topup.Checked(o, said(topup.PhaseDone, "p", came...), t0, 1))
		if !o.HasVouchers() || o.State != topup.Delivered {
			t.Errorf("all: %s %t", o.State, o.HasVouchers())
		}
		return err
	})
	view(t, db, func(tx till.Tx) error {
		if list, err := tx.Vouchers("a"); err != nil || !slices.Equal(list, came) {
			t.Errorf("all: %v (%v)", list, err)
		}
		if list, err := tx.Vouchers("b"); err != nil || len(list) != 0 {
			t.Errorf("another order's: %v (%v)", list, err)
		}
		if list, err := tx.Vouchers("none"); err != nil || len(list) != 0 {
			t.Errorf("nobody's: %v (%v)", list, err)
		}
		for by, find := range map[string]func() (topup.Order, bool, error){
			"ID":       func() (topup.Order, bool, error) { return tx.Order("a") },
			"number":   func() (topup.Order, bool, error) { return tx.OrderByNo(1) },
			"provider": func() (topup.Order, bool, error) { return tx.OrderByProvider("p") },
			"panel":    func() (topup.Order, bool, error) { return tx.OrderByPanel("card-a") },
		} {
			if o, _, err := find(); err != nil || !o.HasVouchers() {
				t.Errorf("read by its %s the order has no vouchers (%v)", by, err)
			}
		}
		return nil
	})
}
