package bolt

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"hanout/store"
	"hanout/topup"
)

// TestSecretsAreBoundToTheirRows: what is sealed for one row opens in no
// other, so that nobody who can write the file moves it to another chat.
func TestSecretsAreBoundToTheirRows(t *testing.T) {
	v, err := store.NewVault(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "till.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *Tx) error {
		if _, err := tx.Owe(store.Owed{Panel: "codes/a", Chat: 5, Since: at, Body: []byte("secret")}); err != nil {
			return err
		}
		o, err := getRow[store.OwedForm](tx, bOutbox, []byte("codes/a"))
		if err != nil {
			return err
		}
		o.Panel, o.Chat = "codes/b", 6
		if err := tx.putJSON(bOutbox, []byte("codes/b"), o); err != nil {
			return err
		}
		if err := tx.PutSession(5, []byte("secret")); err != nil {
			return err
		}
		b, err := tx.get(bSessions, i64(5))
		if err != nil {
			return err
		}
		if err := tx.put(bSessions, i64(6), bytes.Clone(b)); err != nil {
			return err
		}
		sealed, err := store.SealVouchers(v, "a", []topup.Voucher{{Code: "secret"}})
		if err != nil {
			return err
		}
		return tx.putOrder(topup.Order{ID: "b", To: "0778037340"}, sealed)
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *Tx) error {
		if o, _, err := tx.OwedOf("codes/a"); err != nil || string(o.Body) != "secret" {
			t.Errorf("its own panel: %q %v", o.Body, err)
		}
		if o, _, err := tx.OwedOf("codes/b"); !errors.Is(err, store.ErrSealed) || o.Body != nil {
			t.Errorf("opened under another panel: %q %v", o.Body, err)
		}
		if b, err := tx.Session(6); !errors.Is(err, store.ErrSealed) || b != nil {
			t.Errorf("opened for another chat: %q %v", b, err)
		}
		if list, err := tx.Vouchers("b"); !errors.Is(err, store.ErrSealed) || list != nil {
			t.Errorf("opened for another order: %v %v", list, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestCodesNeverLieOpen: without a key nothing that brings codes is written.
func TestCodesNeverLieOpen(t *testing.T) {
	db := till(t)
	if err := db.Update(func(tx *Tx) error {
		o, _, err := tx.Order("open")
		if err != nil {
			return err
		}
		s := topup.Checked(o, topup.Status{Phase: topup.PhaseDone, Evidence: topup.Evidence{At: at, Word: "X"}}, at, 1)
		s.Vouchers = []topup.Voucher{{Code: "secret"}}
		if _, err := tx.Apply(s); !errors.Is(err, store.ErrSealed) {
			t.Errorf("got %v", err)
		}
		return nil // committed: the refusal left nothing
	}); err != nil {
		t.Fatal(err)
	}
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 || r.Orders[topup.Delivered] != 1 {
		t.Errorf("after the refusal: %+v %v", r, err)
	}
}
