package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hanout/store"
	"hanout/topup"
)

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// open makes a fresh database and proves, when the test ends, that whatever
// the test did left it sound.
func open(t testing.TB, o store.Options) (*store.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := store.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Close()
		if r, err := store.Check(path, nil); err != nil || len(r.Problems) > 0 {
			t.Errorf("the database is not sound after the test: %v %q", err, r.Problems)
		}
	})
	return db, path
}

func update(t testing.TB, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// stock makes a shop with money.
func stock(t testing.TB, db *store.DB, money topup.Money) topup.Shop {
	t.Helper()
	var s topup.Shop
	update(t, db, func(tx *store.Tx) error {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		s = topup.Shop{ID: topup.ShopID(id), Chat: 1000 + int64(id), Name: "Nour", State: topup.ShopApproved}
		if err := tx.PutShop(s); err != nil || money == 0 {
			return err
		}
		_, err = tx.Post(topup.Credit(s.ID, money, fmt.Sprint("start", id), 1, "cash", t0))
		return err
	})
	return s
}

func order(s topup.Shop, id string, price topup.Money) topup.Order {
	return topup.Order{
		ID: topup.OrderID(id), Shop: s.ID, By: s.Chat, Chat: s.Chat, Panel: "card-" + id, Good: topup.MobileTopUp,
		State: topup.Placed, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", To: "0778037340", Quantity: 1,
		Face: price, Price: price, Expected: price - 100, Placed: t0, Changed: t0, Due: t0,
	}
}

func TestSaleMovesMoney(t *testing.T) {
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
			db, _ := open(t, store.Options{})
			s := stock(t, db, 1000_00)
			update(t, db, func(tx *store.Tx) error {
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
				if err := tx.Apply(sub); err != nil {
					return err
				}
				return tx.Apply(tt.end(sub.Order))
			})
			update(t, db, func(tx *store.Tx) error {
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

func TestPlaceRefuses(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 600_00)
	update(t, db, func(tx *store.Tx) error {
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

func TestApplyRefuses(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	var o topup.Order
	update(t, db, func(tx *store.Tx) (err error) {
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
		if err := db.Update(func(tx *store.Tx) error { return tx.Apply(step) }); !errors.Is(err, store.ErrMove) {
			t.Errorf("%s: %v, want ErrMove", name, err)
		}
	}
	// Settling twice is refused whatever the second word is.
	update(t, db, func(tx *store.Tx) error {
		c, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
		return tx.Apply(c)
	})
	if err := db.Update(func(tx *store.Tx) error {
		c, _ := topup.Cancel(o, topup.ReasonCancelled, t0)
		return tx.Apply(c)
	}); err == nil {
		t.Error("an order was released twice")
	}
	update(t, db, func(tx *store.Tx) error {
		settled, _, err := tx.Order(o.ID)
		if err != nil {
			return err
		}
		settled.Captured = 1
		if err := tx.Apply(topup.Change{Order: settled}); !errors.Is(err, store.ErrMove) {
			t.Errorf("a settlement was changed: %v", err)
		}
		return nil
	})
}

// TestOneProviderOrderEach: the money stays where it is when two orders claim
// one of the provider's.
func TestOneProviderOrderEach(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *store.Tx) error {
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
			if err := tx.Apply(sub); err != nil {
				return err
			}
			steps = append(steps, topup.Checked(sub.Order, topup.Status{ProviderID: "p1", Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1))
		}
		if err := tx.Apply(steps[0]); err != nil {
			return err
		}
		if err := tx.Apply(steps[1]); !errors.Is(err, store.ErrMove) {
			t.Errorf("a second claim: %v", err)
		}
		// Committed all the same: the refusal left nothing.
		if w, err := tx.Wallet(s.ID); err != nil || w.Held != 100_00 {
			t.Errorf("wallet %+v (%v)", w, err)
		}
		return nil
	})
}

func TestPost(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 100_00)
	line := topup.Credit(s.ID, 50_00, "r1", 1, "cash", t0)
	tests := []struct {
		name   string
		line   topup.Transaction
		posted bool
		err    error
	}{
		{"first", line, true, nil},
		{"again", line, false, nil},
		{"again later by another", topup.Credit(s.ID, 50_00, "r1", 2, "other", t0.Add(time.Hour)), false, nil},
		{"same key, other amount", topup.Credit(s.ID, 51_00, "r1", 1, "cash", t0), false, store.ErrConflict},
		{"too much out", topup.Debit(s.ID, 151_00, "r2", 1, "", t0), false, store.ErrInsufficient},
		{"exactly all out", topup.Debit(s.ID, 150_00, "r3", 1, "", t0), true, nil},
		{"unbalanced", topup.Transaction{Key: "x", Postings: []topup.Posting{{Account: topup.Cost, Amount: 1}, {Account: topup.Margin, Amount: 1}}}, false, store.ErrUnbalanced},
		{"no key", topup.Transaction{Postings: line.Postings}, false, store.ErrUnbalanced},
		{"one posting", topup.Transaction{Key: "y", Postings: line.Postings[:1]}, false, store.ErrUnbalanced},
		{"zero", topup.Transaction{Key: "z", Postings: []topup.Posting{{Account: topup.Cost}, {Account: topup.Margin}}}, false, store.ErrUnbalanced},
		{"huge", topup.Credit(s.ID, topup.MaxMoney+1, "h", 1, "", t0), false, store.ErrUnbalanced},
	}
	for _, tt := range tests {
		var posted bool
		err := db.Update(func(tx *store.Tx) (err error) { posted, err = tx.Post(tt.line); return err })
		if posted != tt.posted || !errors.Is(err, tt.err) {
			t.Errorf("%s: posted %t, %v; want %t, %v", tt.name, posted, err, tt.posted, tt.err)
		}
	}
}

func TestHistoryPages(t *testing.T) {
	db, _ := open(t, store.Options{})
	a, b := stock(t, db, 1_000_000_00), stock(t, db, 1_000_000_00)
	update(t, db, func(tx *store.Tx) error {
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
	if err := db.View(func(tx *store.Tx) error {
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

func TestDue(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *store.Tx) error {
		for i, d := range []time.Duration{3, 1, 2} {
			o := order(s, fmt.Sprint("o", i), 10_00)
			o.Due = t0.Add(d * time.Second)
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		return nil
	})
	if err := db.View(func(tx *store.Tx) error {
		due, err := tx.Due(t0.Add(2*time.Second), 10, func(id topup.OrderID) bool { return id == "none" })
		if err != nil || len(due) != 2 || due[0].ID != "o1" || due[1].ID != "o2" {
			t.Errorf("due: %v %v", due, err)
		}
		next, ok, err := tx.NextDue()
		if err != nil || !ok || !next.Equal(t0.Add(time.Second)) {
			t.Errorf("next due %v %t %v", next, ok, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOutbox(t *testing.T) {
	db, _ := open(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
		first, _ := tx.Owe(store.Owed{Panel: "c", Chat: 5, Since: t0, Body: []byte("1")})
		second, _ := tx.Owe(store.Owed{Panel: "c", Chat: 5, Since: t0.Add(time.Hour), Body: []byte("2")})
		if second.Seq <= first.Seq || !second.Since.Equal(t0) {
			t.Errorf("the newer debt is %+v after %+v", second, first)
		}
		if _, err := tx.Delivered("c", first.Seq, 5, 70, t0); err != nil {
			return err
		}
		if o, ok, _ := tx.OwedOf("c"); !ok || string(o.Body) != "2" {
			t.Errorf("a delivery of the older text took the newer one away: %+v %t", o, ok)
		}
		former, err := tx.Delivered("c", second.Seq, 5, 71, t0)
		if err != nil || former != 70 {
			t.Errorf("former message %d, %v", former, err)
		}
		if _, ok, _ := tx.OwedOf("c"); ok {
			t.Error("a delivered message is still owed")
		}
		if ref, ok, _ := tx.PanelRef("c"); !ok || ref.MessageID != 71 {
			t.Errorf("the card is shown by %+v", ref)
		}
		o, _ := tx.Owe(store.Owed{Panel: "d", Chat: 6, Since: t0, Body: []byte("secret")})
		if err := tx.Undeliverable("d", o.Seq, "blocked", t0); err != nil {
			return err
		}
		n := 0
		return errors.Join(tx.Undelivered(func(u store.Undelivered) bool { n++; return u.Why == "blocked" }), func() error {
			if n != 1 {
				return fmt.Errorf("%d undelivered messages, want 1", n)
			}
			return nil
		}())
	})
	update(t, db, func(tx *store.Tx) error {
		if n, err := tx.PrunePanels(t0.Add(time.Hour), 10); err != nil || n != 1 {
			t.Errorf("pruned %d cards, %v", n, err)
		}
		return nil
	})
}

func TestHandledUpdates(t *testing.T) {
	db, _ := open(t, store.Options{})
	update(t, db, func(tx *store.Tx) error {
		for i := range int64(10) {
			// IDs fall as well as rise: they are compared for equality only.
			if err := tx.MarkHandled(1_000_000-i*1000, t0.Add(time.Duration(i)*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx *store.Tx) error {
		if n, err := tx.PruneHandled(t0.Add(4*time.Hour), 100); err != nil || n != 4 {
			t.Errorf("pruned %d, %v", n, err)
		}
		for i := range int64(10) {
			if seen, _ := tx.Handled(1_000_000 - i*1000); seen != (i >= 4) {
				t.Errorf("update %d handled: %t", i, seen)
			}
		}
		if seen, _ := tx.Handled(999_999); seen {
			t.Error("an ID between handled ones counts as handled")
		}
		return nil
	})
}

func TestRollbackKeepsNothing(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	boom := errors.New("boom")
	if err := db.Update(func(tx *store.Tx) error {
		if _, err := tx.Place(order(s, "a", 500_00)); err != nil {
			return err
		}
		return boom
	}); err != boom {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Update(func(tx *store.Tx) error {
			_, _ = tx.Place(order(s, "a", 500_00))
			panic("a step broke")
		})
	}()
	if err := db.View(func(tx *store.Tx) error {
		if w, _ := tx.Wallet(s.ID); w.Held != 0 {
			t.Errorf("held %v after a rollback", w.Held)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if err := store.Create(good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	nometa := bytes.Clone(whole)
	copy(nometa, bytes.Repeat([]byte{0xaa}, 2*4096))
	tests := []struct {
		name, path string
		want       error
	}{
		{"missing", filepath.Join(dir, "none.db"), store.ErrMissing},
		{"empty", write("empty.db", nil), store.ErrEmpty},
		{"one page", write("page.db", whole[:4096]), store.ErrTruncated},
		{"one page less", write("short.db", whole[:len(whole)/2]), store.ErrTruncated},
		{"text", write("text.db", []byte(strings.Repeat("not a database ", 5000))), store.ErrForeign},
		{"both meta pages gone", write("nometa.db", nometa), store.ErrForeign},
		{"a folder", dir, store.ErrForeign},
	}
	for _, tt := range tests {
		if db, err := store.Open(tt.path, store.Options{}); !errors.Is(err, tt.want) {
			t.Errorf("%s: opened %t, %v; want %v", tt.name, db != nil, err, tt.want)
		}
		if _, err := store.Check(tt.path, nil); !errors.Is(err, tt.want) {
			t.Errorf("check of %s: %v; want %v", tt.name, err, tt.want)
		}
	}
	if err := store.Create(good); !errors.Is(err, store.ErrExists) {
		t.Errorf("Create over a database: %v", err)
	}
	if now, _ := os.ReadFile(good); !bytes.Equal(now, whole) {
		t.Error("a refused Create changed the file")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*new*")); len(left) > 0 {
		t.Errorf("temporary files stay: %v", left)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	_, path := open(t, store.Options{})
	if _, err := store.Open(path, store.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second Open: %v", err)
	}
	// A file moved away and back under the lock is still ours.
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := store.Create(path); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(path, store.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Open of another file under the same name: %v", err)
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
}

func TestEveryFlippedByteIsReported(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1_000_00)
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.Place(order(s, "a", 500_00))
		return err
	})
	copied := filepath.Join(t.TempDir(), "copy.db")
	if _, err := db.Backup(copied); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	// Each place where a value of the order, the wallet or the journal stands
	// is damaged in turn.
	for _, needle := range []string{`"price":50000`, `"state":"placed"`, `"amount":-100000`, `"name":"Nour"`, `"key":"order/a/hold"`} {
		if !bytes.Contains(whole, []byte(needle)) {
			t.Fatalf("%s is not in the file", needle)
		}
		for n := range len(needle) {
			flipped := []byte(needle)
			flipped[n] ^= 0x04
			// Freed pages hold older copies; only the live one counts, so all change.
			bad := bytes.ReplaceAll(whole, []byte(needle), flipped)
			p := filepath.Join(t.TempDir(), "bad.db")
			if err := os.WriteFile(p, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := store.Check(p, nil); err == nil && len(r.Problems) == 0 {
				t.Errorf("byte %d of %s flipped: the check says sound", n, needle)
			}
		}
	}
}

func TestBackupAndRestore(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *store.Tx) error {
		_, err := tx.Place(order(s, "a", 500_00))
		return err
	})
	dir := t.TempDir()
	copied := filepath.Join(dir, "backup.db")
	head, err := db.Backup(copied)
	if err != nil || head.Seq != 2 {
		t.Fatalf("backup: %+v %v", head, err)
	}
	if _, err := db.Backup(copied); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second backup to the same file: %v", err)
	}
	stock(t, db, 7_00) // the original goes on; the copy does not know
	back := filepath.Join(dir, "back.db")
	report, err := store.Restore(copied, back)
	if err != nil || report.Head != head {
		t.Fatalf("restore: %+v %v", report, err)
	}
	if _, err := store.Restore(copied, back); !errors.Is(err, store.ErrExists) {
		t.Errorf("a restore over a database: %v", err)
	}
	again, err := store.Open(back, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.View(func(tx *store.Tx) error {
		w, err := tx.Wallet(s.ID)
		if w.Held != 500_00 || w.Available != 500_00 {
			t.Errorf("restored wallet %+v", w)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// A damaged backup is not restored.
	b, _ := os.ReadFile(copied)
	bad := filepath.Join(dir, "bad.db")
	os.WriteFile(bad, bytes.Replace(b, []byte(`"price":50000`), []byte(`"price":10000`), 1), 0o600)
	if r, err := store.Restore(bad, filepath.Join(dir, "never.db")); err == nil || len(r.Problems) == 0 {
		t.Errorf("a damaged backup was restored: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "never.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused restore left a file")
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	db, _ := open(t, store.Options{MaxSize: 1 << 20})
	s := stock(t, db, 1_000_000_00)
	placed := 0
	var failed error
	for i := range 10_000 {
		if failed = db.Update(func(tx *store.Tx) error {
			_, err := tx.Place(order(s, fmt.Sprintf("o%05d", i), 10_00))
			return err
		}); failed != nil {
			break
		}
		placed++
	}
	var unknown *store.CommitError
	if failed == nil || placed == 0 || !errors.As(failed, &unknown) {
		t.Fatalf("placed %d, then %v; want a commit error", placed, failed)
	}
	if err := db.View(func(tx *store.Tx) error {
		w, err := tx.Wallet(s.ID)
		if w.Held != topup.Money(placed)*10_00 {
			t.Errorf("held %v for %d orders", w.Held, placed)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestReportReads(t *testing.T) {
	db, _ := open(t, store.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *store.Tx) error { _, err := tx.Place(order(s, "a", 500_00)); return err })
	r, err := db.Check(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"orders placed", "house/funding", "-1000.00 DZD", "shops available", "500.00 DZD", "sum of all accounts", "0.00 DZD", "sound"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}
