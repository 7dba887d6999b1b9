package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hanout/store"
	"hanout/topup"
)

// withMigration lets a test run as a version that knows one migration more.
func withMigration(t *testing.T, bucket string, m func(*Tx) error) {
	t.Helper()
	oldList, oldBuckets := migrations, allBuckets
	whole := func(t *Tx, _ []byte) ([]byte, error) { return nil, m(t) }
	migrations = append(append([]migration(nil), oldList...), whole)
	allBuckets = append(append([]string(nil), oldBuckets...), bucket)
	t.Cleanup(func() { migrations, allBuckets = oldList, oldBuckets })
}

func oldFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *Tx) error { return tx.PutShop(topup.Shop{ID: 1, Chat: 5, Name: "Nour"}) }); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMigration(t *testing.T) {
	path := oldFile(t)
	runs := 0
	withMigration(t, "extra", func(tx *Tx) error {
		runs++
		return tx.put("extra", []byte("made"), []byte("yes"))
	})
	if _, err := Check(path, nil); !errors.Is(err, store.ErrOld) {
		t.Errorf("check of an older file: %v", err)
	}
	for range 2 {
		db, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 || r.Schema != uint64(len(migrations)) || r.Shops != 1 {
			t.Errorf("after the migration: %+v %v", r, err)
		}
		if err := db.View(func(tx *Tx) error {
			b, err := tx.get("extra", []byte("made"))
			if string(b) != "yes" {
				t.Errorf("the migration wrote %q", b)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		db.Close()
	}
	if runs != 1 {
		t.Errorf("the migration ran %d times, want once", runs)
	}
	aside, err := Open(path+".v2", Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("the old file is not kept: %v", err)
	}
	defer aside.Close()
	if aside.schema != 2 {
		t.Errorf("the file kept aside has schema %d, want 2", aside.schema)
	}
}

func TestFailedMigrationKeepsTheFile(t *testing.T) {
	path := oldFile(t)
	boom := errors.New("boom")
	withMigration(t, "extra", func(tx *Tx) error {
		return errors.Join(tx.put("extra", []byte("half"), nil), boom)
	})
	for range 2 {
		if _, err := Open(path, Options{}); !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
	}
	migrations, allBuckets = migrations[:len(migrations)-1], allBuckets[:len(allBuckets)-1]
	if r, err := Check(path, nil); err != nil || len(r.Problems) > 0 || r.Schema != 2 {
		t.Errorf("after a failed migration: %+v %v", r, err)
	}
	// Each try keeps a copy of its own: what stands there may be older.
	for _, name := range []string{path + ".v2", path + ".v2.2"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestFutureIsRefused(t *testing.T) {
	path := oldFile(t)
	withMigration(t, "extra", func(*Tx) error { return nil })
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	migrations = migrations[:len(migrations)-1]
	if _, err := Open(path, Options{}); !errors.Is(err, store.ErrFuture) {
		t.Errorf("a newer file: %v", err)
	}
	if _, err := Check(path, nil); !errors.Is(err, store.ErrFuture) {
		t.Errorf("check of a newer file: %v", err)
	}
}
