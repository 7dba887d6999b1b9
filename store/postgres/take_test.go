package postgres_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/postgres"
	"hanout/topup"
)

// full is a file of a former version, stopped in the midst of its work, brought
// up to date, with what came later; and nothing in it can be opened here.
func full(t testing.TB) (path string) {
	t.Helper()
	packed, err := os.Open("../bolt/testdata/v2.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "till.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		for o, err := range tx.OpenOrders() {
			if err != nil {
				return err
			}
			if err := tx.PutComplaint(topup.Complaint{Order: o.ID, No: o.No, Shop: o.Shop, State: topup.ComplaintOpen, Opened: t0,
				Thread: []topup.Remark{{At: t0, By: o.By, Text: "a\x00b\u202e<>&"}}}); err != nil {
				return err
			}
		}
		_, err := tx.Post(topup.Entry{Kind: topup.EntryCredit, Shop: 1, Amount: 500_00, Method: topup.OnAccount, Memo: "a\x00b"}.Transaction("lent", 1, 1, "p", t0))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return path
}

type rowed interface {
	Rows(context.Context, func(store.Rows) error) error
}

// rowsOf are all rows of a store, as text.
func rowsOf(t testing.TB, db rowed) (list []string) {
	t.Helper()
	if err := db.Rows(context.Background(), func(rows store.Rows) error {
		for row, err := range store.Carried(rows) {
			if err != nil {
				return err
			}
			b, err := json.Marshal(row)
			if err != nil {
				return err
			}
			list = append(list, fmt.Sprintf("%T %s", row, b))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func boltAt(t testing.TB, path string, o bolt.Options) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func receive(t testing.TB, address string) *postgres.DB {
	t.Helper()
	db, err := postgres.Receive(context.Background(), address, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var move = store.Move{ID: "m", To: "there", At: t0}

// TestThereAndBack: rows of every kind lie in the tables, and in a file made of
// these, as they lay in the file that they came from.
func TestThereAndBack(t *testing.T) {
	address, _ := fresh(t)
	file := boltAt(t, full(t), bolt.Options{ReadOnly: true})
	want := rowsOf(t, file)
	before, err := file.Check(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []any{store.Counter{}, store.Value{}, store.ShopForm{}, topup.Member{}, store.Chat{}, store.Talk{}, topup.Transaction{}, store.Sale{}, store.Shown{},
		store.Link{}, store.ComplaintForm{}, store.Seen{}, store.DeadLetter{}, store.OwedForm{}, store.UndeliveredForm{}, store.Shows{}} {
		if !slices.ContainsFunc(want, func(s string) bool { return s[:len(fmt.Sprintf("%T ", kind))] == fmt.Sprintf("%T ", kind) }) {
			t.Errorf("no row is a %T", kind)
		}
	}
	db := receive(t, address)
	var report store.Report
	if err := file.Rows(t.Context(), func(rows store.Rows) (err error) {
		report, err = postgres.Take(t.Context(), db, move, rows)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if report.Head != before.Head || report.Lines != before.Lines || report.Codes != before.Codes {
		t.Errorf("%+v, before %+v", report, before)
	}
	sameRows(t, rowsOf(t, db), want)
	back := filepath.Join(t.TempDir(), "back.db")
	if err := db.Rows(t.Context(), func(rows store.Rows) error {
		_, err := bolt.Fill(t.Context(), back, nil, store.Carried(rows))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sameRows(t, rowsOf(t, boltAt(t, back, bolt.Options{})), want)
}

func sameRows(t testing.TB, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("row %d is\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
	t.Fatalf("%d rows, want %d", len(got), len(want))
}

// TestTakeCutShort: wherever it ends, what is left is no till, and it can be
// begun again.
func TestTakeCutShort(t *testing.T) {
	address, _ := fresh(t)
	file := boltAt(t, full(t), bolt.Options{ReadOnly: true})
	total := len(rowsOf(t, file))
	unfinished := func(when string) {
		t.Helper()
		for _, readOnly := range []bool{true, false} {
			if db, err := postgres.Open(t.Context(), address, postgres.Options{ReadOnly: readOnly}); !errors.Is(err, store.ErrUnfinished) {
				t.Errorf("%s: opened, read only %t: %v", when, readOnly, err)
				if err == nil {
					db.Close()
				}
			}
		}
		if _, err := postgres.Check(t.Context(), address, postgres.Options{}); !errors.Is(err, store.ErrUnfinished) {
			t.Errorf("%s: checked: %v", when, err)
		}
	}
	boom := errors.New("boom")
	for cut := 0; cut < total; cut += total/5 + 1 {
		db := receive(t, address)
		err := file.Rows(t.Context(), func(rows store.Rows) error {
			_, err := postgres.Take(t.Context(), db, move, func(yield func(any, error) bool) {
				n := 0
				rows(func(row any, err error) bool {
					if n++; n > cut {
						yield(nil, boom)
						return false
					}
					return yield(row, err)
				})
			})
			return err
		})
		if !errors.Is(err, boom) {
			t.Fatalf("cut at row %d: %v", cut, err)
		}
		db.Close()
		unfinished(fmt.Sprint("cut at row ", cut))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	db := receive(t, address)
	take := func(ctx context.Context) error {
		return file.Rows(t.Context(), func(rows store.Rows) error { _, err := postgres.Take(ctx, db, move, rows); return err })
	}
	if err := take(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if err := take(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := take(t.Context()); !errors.Is(err, store.ErrExists) {
		t.Errorf("taken twice: %v", err)
	}
	db.Close()
	unfinished("all rows are there")
	if db, err := postgres.Receive(t.Context(), address, postgres.Options{}); err != nil {
		t.Errorf("what is left is not opened for another move: %v", err)
	} else {
		sameRows(t, rowsOf(t, db), rowsOf(t, file))
		db.Close()
	}
}

// TestReceiveRefuses: where anything lies, nothing is received, nor touched.
func TestReceiveRefuses(t *testing.T) {
	db, address, _ := stocked(t, postgres.Options{})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := dump(t, address)
	if _, err := postgres.Receive(t.Context(), address, postgres.Options{}); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v", err)
	}
	if after := dump(t, address); string(after) != string(before) {
		t.Error("it was touched")
	}
	// Where there are no tables they are made.
	receive(t, nowhere(t))
}

// TestUnsoundRowsAreRefused: what does not check, or what the tables do not
// take, is not in, and what it was is told.
func TestUnsoundRowsAreRefused(t *testing.T) {
	file := boltAt(t, full(t), bolt.Options{ReadOnly: true})
	for name, change := range map[string]func(row any) any{
		"a line changed": func(row any) any {
			if l, is := row.(topup.Transaction); is && l.Seq == 3 {
				l.Memo += "x"
				return l
			}
			return row
		},
		"a line left out": func(row any) any {
			if l, is := row.(topup.Transaction); is && l.Seq == 3 {
				return nil
			}
			return row
		},
		"a shop left out": func(row any) any {
			if s, is := row.(store.ShopForm); is && s.ID == 1 {
				return nil
			}
			return row
		},
	} {
		address, drop := fresh(t)
		db := receive(t, address)
		err := file.Rows(t.Context(), func(rows store.Rows) error {
			_, err := postgres.Take(t.Context(), db, move, func(yield func(any, error) bool) {
				rows(func(row any, err error) bool {
					if row = change(row); row == nil {
						return true
					}
					return yield(row, err)
				})
			})
			return err
		})
		if err == nil {
			t.Errorf("%s: it was taken", name)
		}
		if got := rowsOf(t, db); len(got) > 0 {
			t.Errorf("%s: %d rows are there", name, len(got))
		}
		db.Close()
		drop()
	}
}

// TestRestoredRowsAreMarked: what is made of a backup is a till that goes on
// from a copy, at once and whole.
func TestRestoredRowsAreMarked(t *testing.T) {
	address, _ := fresh(t)
	file := boltAt(t, full(t), bolt.Options{ReadOnly: true})
	db := receive(t, address)
	if err := file.Rows(t.Context(), func(rows store.Rows) error { _, err := postgres.Restore(t.Context(), db, move, rows); return err }); err != nil {
		t.Fatal(err)
	}
	db.Close()
	db = open(t, address, postgres.Options{})
	var r topup.Restored
	if err := db.View(func(tx *postgres.Tx) error { _, err := tx.Setting(store.SettingRestored, &r); return err }); err != nil || !r.Waits() || time.Since(r.Found) > time.Minute {
		t.Errorf("%+v (%v)", r, err)
	}
}
