package store_test

import (
	"testing"
	"time"

	"hanout/store"
	"hanout/topup"
)

func TestClaims(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	claim := func(hash string, state topup.ClaimState, life time.Duration) topup.Claim {
		return topup.Claim{Hash: []byte(hash), Order: "a", Shop: s.ID, State: state, Made: t0, Expires: t0.Add(life)}
	}
	update(t, db, func(tx *store.Tx) error {
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
	if err := db.View(func(tx *store.Tx) error {
		var open []string
		err := tx.OpenClaims(func(c topup.Claim) bool { open = append(open, string(c.Hash)); return true })
		if len(open) != 2 || open[0] != "second" || open[1] != "later" {
			t.Errorf("open links %q, want those that end first first", open)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestShowings(t *testing.T) {
	db, _ := open(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
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
