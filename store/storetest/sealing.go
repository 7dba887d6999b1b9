package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// delivered sells an internet card with a code, and leaves something of
// everything that must not lie readable.
func delivered(t *testing.T, db Store) {
	t.Helper()
	s := stock(t, db, topup.Dinars(5000))
	s.Phone, s.Favourites = "0661998877", regulars
	update(t, db, func(tx till.Tx) error {
		if err := tx.PutShop(s); err != nil {
			return err
		}
		o, err := submitted(tx, internet(s, "a"))
		if err != nil {
			return err
		}
		if _, err := tx.Apply(topup.Checked(o, said(topup.PhaseDone, "p", topup.Voucher{Code: "770011223344"}), t0, 1)); err != nil {
			return err
		}
		if o, err = submitted(tx, order(s, "b", topup.Dinars(100))); err != nil {
			return err
		}
		back := said(topup.PhaseRefunded, "q")
		back.Message = "numéro 0770998811 refusé"
		if _, err := tx.Apply(topup.Checked(o, back, t0, 1)); err != nil {
			return err
		}
		if o, err = submitted(tx, order(s, "c", topup.Dinars(100))); err != nil {
			return err
		}
		if o, err = tx.Apply(topup.Ambiguous(o, t0, 1)); err != nil {
			return err
		}
		settled, _ := topup.Settle(o, 0, topup.Decision{By: 6, Ground: topup.GroundOther, Note: decided}, 60, t0)
		if o, err = tx.Apply(settled); err != nil || o.Decision.Note != decided {
			t.Errorf("the decision's note is %q", o.Decision.Note)
		}
		if err := tx.PutSession(7, []byte(`{"number":"0778037340"}`)); err != nil {
			return err
		}
		if err := tx.PutComplaint(complain(o, "0699112233 got nothing, code 880011223355", 0)); err != nil {
			return err
		}
		if err := tx.SetAside(9, []byte(`{"text":"0778037340"}`), "why", t0); err != nil {
			return err
		}
		lost, err := tx.Owe(store.Owed{Panel: "d", Chat: 7, Since: t0, Body: []byte("code 770011223344")})
		if err != nil {
			return err
		}
		if err := tx.Undeliverable("d", lost.Seq, "blocked", t0); err != nil {
			return err
		}
		_, err = tx.Owe(store.Owed{Panel: "c", Chat: 7, Since: t0, Body: []byte("770011223344")})
		return err
	})
}

var regulars = topup.Favourites{
	{Name: "Hadj Mokhtar", Good: topup.MobileTopUp, To: "0778556677", Used: t0, Usual: topup.Usual{Plan: "P", Face: topup.Dinars(500), Votes: 1}},
	{Name: "Box de Karim", Good: topup.InternetCard, To: "036112233", LineType: topup.ADSL, Used: t0},
}

const decided = "the customer at 0550998822 says no"

// spellings are a secret as it is, and as it stands in the base64 of a longer
// text, wherever it begins there.
func spellings(secret string) []string {
	list := []string{secret, hex.EncodeToString([]byte(secret))}
	for before := range 3 {
		whole := base64.StdEncoding.EncodeToString(append(make([]byte, before), secret...))
		list = append(list, whole[(before*8+5)/6:len(whole)-4])
	}
	return list
}

var readable = []string{"0770998811", "0550998822", "770011223344", "036362608", "0661998877", "0778037340", "0699112233", "880011223355", "0778556677", "036112233", "Hadj Mokhtar", "Box de Karim"}

func nothingReadable(t *testing.T, site func(testing.TB) Site) {
	here, v := site(t), vault(t, 1)
	db := open(t, here, v)
	delivered(t, db)
	opens(t, db, v)
	copied := filepath.Join(t.TempDir(), "copy")
	if _, err := db.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	for where, b := range map[string][]byte{"the store": here.Bytes(), "its backup": file} {
		for _, secret := range readable {
			for _, spelt := range spellings(secret) {
				if bytes.Contains(b, []byte(spelt)) {
					t.Errorf("%s stands readable in %s, as %q", secret, where, spelt)
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		vault *store.Vault
		sound bool
	}{"the key": {v, true}, "no key": {nil, true}, "a wrong key": {vault(t, 2), false}} {
		r, err := db.Check(tt.vault)
		if err != nil || (len(r.Problems) == 0) != tt.sound {
			t.Errorf("check with %s: %v %q", name, err, r.Problems)
		}
		if r.Codes != 1 || r.Owed != 1 || r.Lost != 1 || r.SetAside != 1 || r.Complaints != 1 {
			t.Errorf("check with %s counts %+v", name, r)
		}
	}
}

// opensNowhereElse: under another key, or none, nothing opens that is sealed,
// and what is owed still tells to whom.
func opensNowhereElse(t *testing.T, site func(testing.TB) Site) {
	here := site(t)
	db, err := here.Open(vault(t, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	delivered(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = here.Open(vault(t, 2), nil); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	view(t, db, func(tx till.Tx) error {
		if list, err := tx.Vouchers("a"); !errors.Is(err, store.ErrSealed) || list != nil {
			t.Errorf("%d vouchers opened (%v)", len(list), err)
		}
		if b, err := tx.Session(7); !errors.Is(err, store.ErrSealed) || b != nil {
			t.Errorf("session %q opened (%v)", b, err)
		}
		c, _, err := tx.Complaint("c")
		if !errors.Is(err, store.ErrSealed) || c.Thread != nil {
			t.Errorf("complaint %+v opened (%v)", c, err)
		}
		o, waits, err := tx.OwedOf("c")
		if !errors.Is(err, store.ErrSealed) || !waits || o.Body != nil || o.Chat != 7 {
			t.Errorf("owed %+v %t opened (%v)", o, waits, err)
		}
		n := 0
		for o, err := range tx.Outbox() {
			if n++; !errors.Is(err, store.ErrSealed) || o.Chat != 7 || o.Panel != "c" {
				t.Errorf("owed %+v opened (%v)", o, err)
			}
		}
		if n != 1 {
			t.Errorf("%d messages owed", n)
		}
		return nil
	})
	if err := db.Read(nil, func(src store.Source) error {
		list, err := src.Vouchers("a")
		if !errors.Is(err, store.ErrSealed) {
			t.Errorf("without a key %d vouchers opened (%v)", len(list), err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func admit(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	for _, tt := range []struct {
		name  string
		vault *store.Vault
		want  error
	}{
		{"the first key", vault(t, 1), nil},
		{"the same again", vault(t, 1), nil},
		{"another", vault(t, 2), store.ErrSealed},
		{"another, with the former", vault(t, 2, 1), store.ErrSealed},
	} {
		if err := db.Admit(tt.vault); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func rekey(t *testing.T, site func(testing.TB) Site) {
	here, v := site(t), vault(t, 1)
	reopen := func(v *store.Vault) Store {
		db, err := here.Open(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := reopen(v)
	delivered(t, db)
	if err := errors.Join(db.Admit(v), db.Close()); err != nil {
		t.Fatal(err)
	}
	db = reopen(nil)
	if n, err := db.Rekey(vault(t, 2)); !errors.Is(err, store.ErrSealed) || n != 0 {
		t.Fatalf("rekey without the former key: %d, %v", n, err)
	}
	if n, err := db.Rekey(vault(t, 2, 1)); err != nil || n != 3 {
		t.Fatalf("%d orders sealed anew, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// From now on the new key alone is enough, and finds everything.
	v = vault(t, 2)
	db = reopen(v)
	defer db.Close()
	if r, err := db.Check(v); err != nil || len(r.Problems) > 0 || !r.Opened {
		t.Fatalf("after the change: %v %q", err, r.Problems)
	}
	if err := db.Admit(v); err != nil {
		t.Fatal(err)
	}
	opens(t, db, v)
}

// opens proves that all that delivered left opens and is found.
func opens(t *testing.T, db Store, v *store.Vault) {
	t.Helper()
	view(t, db, func(tx till.Tx) error {
		list, err := tx.OrdersTo(1, "036362608", 5)
		if err != nil || len(list) != 1 || list[0].To != "036362608" {
			t.Fatalf("orders to the number: %v %v", list, err)
		}
		if o, _, err := tx.Order("b"); err != nil || o.Message != "numéro 0770998811 refusé" {
			t.Errorf("the provider's words are %q, %v", o.Message, err)
		}
		if o, _, err := tx.Order("c"); err != nil || o.Decision == nil || o.Decision.Note != decided {
			t.Errorf("the decision is %+v, %v", o.Decision, err)
		}
		if vouchers, err := tx.Vouchers(list[0].ID); err != nil || len(vouchers) != 1 || vouchers[0].Code != "770011223344" {
			t.Errorf("vouchers %d, %v", len(vouchers), err)
		}
		if s, _, err := tx.Shop(1); err != nil || s.Phone != "0661998877" || len(s.Favourites) != 2 || s.Favourites[0].Name != regulars[0].Name || s.Favourites[1].To != regulars[1].To {
			t.Errorf("shop's phone %q, favourites %+v, %v", s.Phone, s.Favourites, err)
		}
		if b, err := tx.Session(7); err != nil || string(b) != `{"number":"0778037340"}` {
			t.Errorf("session %q, %v", b, err)
		}
		if c, _, err := tx.Complaint("c"); err != nil || len(c.Thread) != 1 || c.Thread[0].Text != "0699112233 got nothing, code 880011223355" {
			t.Errorf("complaint %+v, %v", c, err)
		}
		if o, _, err := tx.OwedOf("c"); err != nil || string(o.Body) != "770011223344" {
			t.Errorf("owed %q, %v", o.Body, err)
		}
		return nil
	})
	if err := db.Read(v, func(src store.Source) error {
		letters, err := all(src.DeadLetters())
		if err != nil || len(letters) != 1 || string(letters[0].Raw) != `{"text":"0778037340"}` {
			t.Errorf("set aside %v (%v)", letters, err)
		}
		lost, err := all(src.Undelivered())
		if err != nil || len(lost) != 1 || string(lost[0].Body) != "code 770011223344" {
			t.Errorf("undelivered %v (%v)", lost, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
