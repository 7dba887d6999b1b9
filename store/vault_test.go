package store_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"hanout/store"
	"hanout/topup"
)

func key(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func vault(t testing.TB, current []byte, older ...[]byte) *store.Vault {
	t.Helper()
	v, err := store.NewVault(current, older...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVault(t *testing.T) {
	v := vault(t, key(1))
	sealed := v.Seal([]byte("secret"), "here")
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, v.Seal([]byte("secret"), "here")) {
		t.Error("sealed text is readable, or always the same")
	}
	if b, err := v.Open(sealed, "here"); err != nil || string(b) != "secret" {
		t.Errorf("opened %q, %v", b, err)
	}
	if b, err := vault(t, key(2), key(1)).Open(sealed, "here"); err != nil || string(b) != "secret" {
		t.Errorf("by an older key: %q, %v", b, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return v.Open(sealed, "there") },
		"another key":   func() ([]byte, error) { return vault(t, key(2)).Open(sealed, "here") },
		"nothing":       func() ([]byte, error) { return v.Open(nil, "here") },
		"cut short":     func() ([]byte, error) { return v.Open(sealed[:12], "here") },
	} {
		if b, err := try(); !errors.Is(err, store.ErrSealed) || b != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := v.Open(bad, "here"); !errors.Is(err, store.ErrSealed) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if _, err := store.NewVault(key(1)[:31]); err == nil {
		t.Error("a short key was taken")
	}
}

// delivered sells an internet card with a code in a database under a vault.
func delivered(t *testing.T, db *store.DB, v *store.Vault) {
	t.Helper()
	s := stock(t, db, topup.Dinars(5000))
	s.Phone = "0661998877"
	o := order(s, "a", topup.Dinars(990))
	o.Good, o.LineType, o.To, o.Face, o.Plan = topup.InternetCard, topup.ADSL, "036362608", topup.Dinars(1000), ""
	update(t, db, func(tx *store.Tx) error {
		if err := tx.PutShop(s); err != nil {
			return err
		}
		placed, err := tx.Place(o)
		if err != nil {
			return err
		}
		sub, err := topup.Submit(placed, t0, 0)
		if err != nil {
			return err
		}
		if err := tx.Apply(sub); err != nil {
			return err
		}
		done := topup.Checked(sub.Order, topup.Status{ProviderID: "p", Phase: topup.PhaseDone, Vouchers: []topup.Voucher{{Code: "770011223344"}},
			Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1)
		done.Order.Sealed = v.SealVouchers("a", done.Vouchers)
		if err := tx.Apply(done); err != nil {
			return err
		}
		if err := tx.PutSession(7, []byte(`{"number":"0778037340"}`)); err != nil {
			return err
		}
		if err := tx.SetAside(9, []byte(`{"text":"0778037340"}`), "why", t0); err != nil {
			return err
		}
		_, err = tx.Owe(store.Owed{Panel: "c", Chat: 7, Since: t0, Body: v.Seal([]byte("770011223344"), "c"), Sealed: true})
		return err
	})
}

var readable = []string{"770011223344", "036362608", "0661998877", "0778037340"}

func TestNothingReadableOnDisk(t *testing.T) {
	v := vault(t, key(1))
	db, path := open(t, store.Options{Vault: v})
	delivered(t, db, v)
	copied := path + ".backup"
	if _, err := db.Backup(copied); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, copied} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range readable {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s stands readable in %s", secret, file)
			}
		}
	}
	for name, tt := range map[string]struct {
		vault *store.Vault
		sound bool
	}{"the key": {v, true}, "no key": {nil, true}, "a wrong key": {vault(t, key(2)), false}} {
		r, err := store.Check(copied, tt.vault)
		if err != nil || (len(r.Problems) == 0) != tt.sound {
			t.Errorf("check with %s: %v %q", name, err, r.Problems)
		}
		if r.Codes != 1 {
			t.Errorf("check with %s counts %d orders with codes", name, r.Codes)
		}
	}
}

func TestAdmit(t *testing.T) {
	db, _ := open(t, store.Options{})
	for _, tt := range []struct {
		name  string
		vault *store.Vault
		want  error
	}{
		{"the first key", vault(t, key(1)), nil},
		{"the same again", vault(t, key(1)), nil},
		{"another", vault(t, key(2)), store.ErrSealed},
		{"another, with the former", vault(t, key(2), key(1)), store.ErrSealed},
	} {
		if err := db.Update(func(tx *store.Tx) error { return tx.Admit(tt.vault) }); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestRekey(t *testing.T) {
	v := vault(t, key(1))
	db, path := open(t, store.Options{Vault: v})
	delivered(t, db, v)
	update(t, db, func(tx *store.Tx) error { return tx.Admit(v) })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	rekey := func(v *store.Vault) error {
		db, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		return db.Update(func(tx *store.Tx) error {
			n, err := tx.Rekey(v)
			if err == nil && n != 1 {
				t.Errorf("%d orders sealed anew", n)
			}
			return err
		})
	}
	if err := rekey(vault(t, key(2))); !errors.Is(err, store.ErrSealed) {
		t.Fatalf("rekey without the former key: %v", err)
	}
	if err := rekey(vault(t, key(2), key(1))); err != nil {
		t.Fatal(err)
	}
	// From now on the new key alone is enough, and finds everything.
	v = vault(t, key(2))
	if r, err := store.Check(path, v); err != nil || len(r.Problems) > 0 || !r.Opened {
		t.Fatalf("after the change: %v %q", err, r.Problems)
	}
	db, err := store.Open(path, store.Options{Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	update(t, db, func(tx *store.Tx) error {
		if err := tx.Admit(v); err != nil {
			return err
		}
		list, err := tx.OrdersTo(1, "036362608", 5)
		if err != nil || len(list) != 1 || list[0].To != "036362608" {
			t.Fatalf("orders to the number: %v %v", list, err)
		}
		if cards, err := v.OpenVouchers(list[0]); err != nil || cards[0].Code != "770011223344" {
			t.Errorf("cards %d, %v", len(cards), err)
		}
		if s, _, err := tx.Shop(1); err != nil || s.Phone != "0661998877" {
			t.Errorf("shop's phone %q, %v", s.Phone, err)
		}
		if b, err := tx.Session(7); err != nil || string(b) != `{"number":"0778037340"}` {
			t.Errorf("talk %q, %v", b, err)
		}
		o, _, err := tx.OwedOf("c")
		if err != nil {
			return err
		}
		if b, err := v.Open(o.Body, "c"); err != nil || string(b) != "770011223344" {
			t.Errorf("owed %q, %v", b, err)
		}
		return tx.DeadLetters(func(p store.DeadLetter) bool {
			if string(p.Raw) != `{"text":"0778037340"}` {
				t.Errorf("parked %q", p.Raw)
			}
			return true
		})
	})
}
