package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hanout/store"
	"hanout/topup"
)

func keyOf(t *testing.T, seeds ...byte) *store.Vault {
	t.Helper()
	var keys [][]byte
	for _, b := range seeds {
		keys = append(keys, bytes.Repeat([]byte{b}, 32))
	}
	v, err := store.NewVault(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// secrets makes a file with some of all that is sealed, under key 1.
func secrets(t *testing.T, path string) {
	t.Helper()
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	v := keyOf(t, 1)
	db, err := Open(path, Options{Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Admit(v), db.Update(func(tx *Tx) error {
		shop := topup.Shop{ID: 1, Chat: 5, Name: "Nour", Phone: "0661998877", State: topup.ShopApproved}
		_, err := tx.Post(topup.Credit(1, 9000_00, "r1", 9, 9, "cash", at))
		if err := errors.Join(err, tx.PutShop(shop), tx.PutMember(shop.Keeper())); err != nil {
			return err
		}
		for i := range 4 {
			o, err := tx.Place(topup.Order{
				ID: topup.OrderID(fmt.Sprint("o", i)), Shop: 1, By: 5, Chat: 5, Panel: fmt.Sprint("card-", i), Good: topup.InternetCard, State: topup.Placed,
				LineType: topup.ADSL, To: "036362608", Quantity: 1, Face: 1000_00, Price: 990_00, Expected: 970_00, Placed: at, Changed: at, Due: at,
			})
			if err != nil {
				return err
			}
			s, err := topup.Submit(o, at, 1)
			if err != nil {
				return err
			}
			if o, err = tx.Apply(s); err != nil {
				return err
			}
			if i == 3 {
				continue // open
			}
			done := topup.Status{ProviderID: fmt.Sprint("p", i), Phase: topup.PhaseDone, Evidence: topup.Evidence{At: at, Word: "X"},
				Vouchers: []topup.Voucher{{Code: "770011223344"}}}
			if _, err := tx.Apply(topup.Checked(o, done, at, 1)); err != nil {
				return err
			}
		}
		for i := range 3 {
			if err := errors.Join(tx.PutSession(int64(i), []byte(`{"number":"0778037340"}`)), tx.SetAside(int64(i), []byte("raw"), "why", at)); err != nil {
				return err
			}
			o, err := tx.Owe(store.Owed{Panel: fmt.Sprint("lost", i), Chat: 7, Since: at, Body: []byte("770011223344")})
			if err != nil {
				return err
			}
			_, owed := tx.Owe(store.Owed{Panel: fmt.Sprint("owed", i), Chat: 7, Since: at, Body: []byte("770011223344")})
			c := complaint
			c.Order, c.No = topup.OrderID(fmt.Sprint("o", i)), uint64(i+1)
			if err := errors.Join(tx.Undeliverable(o.Panel, o.Seq, "blocked", at), owed, tx.PutComplaint(c)); err != nil {
				return err
			}
		}
		return nil
	}), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestRekeyCutShort cuts a change of the key at each of its commits. No bot
// starts on what is left, under either key; the change goes on where it was,
// or begins anew with a third key, and then all opens with the new key alone.
func TestRekeyCutShort(t *testing.T) {
	defer func(n int) { rekeyedAtOnce = n }(rekeyedAtOnce)
	rekeyedAtOnce = 2
	dir := t.TempDir()
	path := filepath.Join(dir, "till.db")
	secrets(t, path)
	var cuts [][]byte
	db, err := Open(path, Options{OnCommit: func() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		cuts = append(cuts, b)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.Rekey(keyOf(t, 2, 1)); err != nil || n != 4 {
		t.Fatalf("%d orders, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if len(cuts) < 8 {
		t.Fatalf("only %d parts", len(cuts))
	}
	for i, b := range cuts[:len(cuts)-1] {
		for name, change := range map[string]struct {
			with *store.Vault
			own  byte
		}{"the same": {keyOf(t, 2, 1), 2}, "a third": {keyOf(t, 3, 2, 1), 3}, "back": {keyOf(t, 1, 2), 1}} {
			cut := filepath.Join(dir, fmt.Sprintf("cut%d%s.db", i, name))
			if err := os.WriteFile(cut, b, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Check(cut, keyOf(t, 2, 1))
			if err != nil || !slices.ContainsFunc(r.Problems, func(p string) bool { return strings.Contains(p, "hanout rekey") }) {
				t.Errorf("cut %d checks as %v, %v", i, r.Problems, err)
			}
			db, err := Open(cut, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []*store.Vault{keyOf(t, 1), keyOf(t, 2), keyOf(t, 2, 1)} {
				if err := db.Admit(v); !errors.Is(err, store.ErrRekeying) {
					t.Errorf("cut %d lets a bot in: %v", i, err)
				}
			}
			if _, err := db.Rekey(change.with); err != nil {
				t.Errorf("cut %d does not go on with %s: %v", i, name, err)
			}
			v := keyOf(t, change.own)
			if err := errors.Join(db.Admit(v), db.opensWith(v), db.Close()); err != nil {
				t.Errorf("cut %d, with %s: %v", i, name, err)
			}
			if r, err := Check(cut, v); err != nil || len(r.Problems) > 0 || !r.Opened {
				t.Errorf("cut %d, with %s, checks as %v, %v", i, name, r.Problems, err)
			}
		}
	}
}

// TestRekeyOpensAllFirst: a secret that does not open, wherever it lies, is
// found before anything is written.
func TestRekeyOpensAllFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "till.db")
	secrets(t, path)
	db, err := Open(path, Options{Vault: keyOf(t, 9)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *Tx) error {
		_, err := tx.Owe(store.Owed{Panel: "zz", Chat: 7, Since: at, Body: []byte("under another key")})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Rekey(keyOf(t, 2, 1)); !errors.Is(err, store.ErrSealed) {
		t.Errorf("a secret of a lost key: %v", err)
	}
	if err := db.Admit(keyOf(t, 1)); err != nil {
		t.Errorf("the former key: %v", err)
	}
}
