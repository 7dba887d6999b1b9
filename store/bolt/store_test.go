package bolt_test

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
	"hanout/store/bolt"
	"hanout/topup"
)

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// open makes a fresh database and proves, when the test ends, that whatever
// the test did left it sound.
func open(t testing.TB, o bolt.Options) (*bolt.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Close()
		if r, err := bolt.Check(path, nil); err != nil || len(r.Problems) > 0 {
			t.Errorf("the database is not sound after the test: %v %q", err, r.Problems)
		}
	})
	return db, path
}

func update(t testing.TB, db *bolt.DB, fn func(*bolt.Tx) error) {
	t.Helper()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// stock makes a shop with money.
func stock(t testing.TB, db *bolt.DB, money topup.Money) topup.Shop {
	t.Helper()
	var s topup.Shop
	update(t, db, func(tx *bolt.Tx) error {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		s = topup.Shop{ID: topup.ShopID(id), Chat: 1000 + int64(id), Name: "Nour", State: topup.ShopApproved}
		if err := tx.PutShop(s); err != nil {
			return err
		}
		if err := tx.PutMember(s.Keeper()); err != nil || money == 0 {
			return err
		}
		_, err = tx.Post(topup.Credit(s.ID, money, fmt.Sprint("start", id), 1, 1, "cash", t0))
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

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if err := bolt.Create(good); err != nil {
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
		if db, err := bolt.Open(tt.path, bolt.Options{}); !errors.Is(err, tt.want) {
			t.Errorf("%s: opened %t, %v; want %v", tt.name, db != nil, err, tt.want)
		}
		if _, err := bolt.Check(tt.path, nil); !errors.Is(err, tt.want) {
			t.Errorf("check of %s: %v; want %v", tt.name, err, tt.want)
		}
	}
	if err := bolt.Create(good); !errors.Is(err, store.ErrExists) {
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
	_, path := open(t, bolt.Options{})
	if _, err := bolt.Open(path, bolt.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second Open: %v", err)
	}
	// A file moved away and back under the lock is still ours.
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(path, bolt.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("Open of another file under the same name: %v", err)
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
}

func TestEveryFlippedByteIsReported(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	s := stock(t, db, 1_000_00)
	update(t, db, func(tx *bolt.Tx) error {
		_, err := tx.Place(order(s, "a", 500_00))
		return err
	})
	copied := filepath.Join(t.TempDir(), "copy.db")
	if _, err := db.Backup(t.Context(), copied); err != nil {
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
			if r, err := bolt.Check(p, nil); err == nil && len(r.Problems) == 0 {
				t.Errorf("byte %d of %s flipped: the check says sound", n, needle)
			}
		}
	}
}

func TestBackupAndRestore(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *bolt.Tx) error {
		_, err := tx.Place(order(s, "a", 500_00))
		return err
	})
	dir := t.TempDir()
	copied := filepath.Join(dir, "backup.db")
	head, err := db.Backup(t.Context(), copied)
	if err != nil || head.Seq != 2 {
		t.Fatalf("backup: %+v %v", head, err)
	}
	if _, err := db.Backup(t.Context(), copied); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second backup to the same file: %v", err)
	}
	stock(t, db, 7_00) // the original goes on; the copy does not know
	back := filepath.Join(dir, "back.db")
	report, err := bolt.Restore(copied, back)
	if err != nil || report.Head != head {
		t.Fatalf("restore: %+v %v", report, err)
	}
	if _, err := bolt.Restore(copied, back); !errors.Is(err, store.ErrExists) {
		t.Errorf("a restore over a database: %v", err)
	}
	again, err := bolt.Open(back, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.View(func(tx *bolt.Tx) error {
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
	if _, err := bolt.Restore(bad, filepath.Join(dir, "never.db")); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a damaged backup was restored: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "never.db")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused restore left a file")
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	db, _ := open(t, bolt.Options{MaxSize: 1 << 20})
	s := stock(t, db, 1_000_000_00)
	placed := 0
	var failed error
	for i := range 10_000 {
		if failed = db.Update(func(tx *bolt.Tx) error {
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
	if err := db.View(func(tx *bolt.Tx) error {
		w, err := tx.Wallet(s.ID)
		if w.Held != topup.Money(placed)*10_00 {
			t.Errorf("held %v for %d orders", w.Held, placed)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestErrorsNameTheFile: whoever restores in an emergency must be told which
// of the two files is at fault.
func TestErrorsNameTheFile(t *testing.T) {
	db, path := open(t, bolt.Options{})
	stock(t, db, 1000_00)
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if _, err := db.Backup(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	none, empty, target := filepath.Join(dir, "none.db"), write("empty.db", nil), filepath.Join(dir, "target.db")
	unsound := filepath.Join(dir, "unsound.db")
	if err := bolt.Create(unsound); err != nil {
		t.Fatal(err)
	}
	wrong, err := bolt.Open(unsound, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	update(t, wrong, func(tx *bolt.Tx) error {
		return tx.PutMember(topup.Member{Person: 8, Shop: 9, Role: topup.Cashier}) // there is no such shop
	})
	if err := wrong.Close(); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(dir, "no", "folder.db")
	for _, tt := range []struct {
		name string
		do   func() error
		path string
		want error
	}{
		{"restore of a missing backup", func() error { _, err := bolt.Restore(none, target); return err }, none, store.ErrMissing},
		{"restore of an empty backup", func() error { _, err := bolt.Restore(empty, target); return err }, empty, store.ErrEmpty},
		{"restore of a backup that does not check", func() error { _, err := bolt.Restore(unsound, target); return err }, unsound, store.ErrUnsound},
		{"restore over a database", func() error { _, err := bolt.Restore(good, path); return err }, path, store.ErrExists},
		{"restore to no folder", func() error { _, err := bolt.Restore(good, nowhere); return err }, nowhere, os.ErrNotExist},
		{"backup over a file", func() error { _, err := db.Backup(t.Context(), good); return err }, good, store.ErrExists},
		{"backup to no folder", func() error { _, err := db.Backup(t.Context(), nowhere); return err }, nowhere, os.ErrNotExist},
		{"backup of what does not check", func() error {
			bad, err := bolt.Open(unsound, bolt.Options{ReadOnly: true})
			if err != nil {
				return err
			}
			defer bad.Close()
			_, err = bad.Backup(t.Context(), target)
			return err
		}, unsound, store.ErrUnsound},
	} {
		err := tt.do()
		var named *store.FileError
		if !errors.Is(err, tt.want) || !errors.As(err, &named) || named.Path != tt.path {
			t.Errorf("%s: %v, want %v of %s", tt.name, err, tt.want, tt.path)
		}
		if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s left a file", tt.name)
		}
	}
}
