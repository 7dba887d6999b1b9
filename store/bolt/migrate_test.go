package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hanout/store"
	"hanout/topup"
)

// newest is the schema of this version.
var newest = uint64(len(migrations))

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
	aside, err := Open(fmt.Sprint(path, ".v", newest), Options{ReadOnly: true})
	if err != nil {
		t.Fatalf("the old file is not kept: %v", err)
	}
	defer aside.Close()
	if aside.schema != newest {
		t.Errorf("the file kept aside has schema %d, want %d", aside.schema, newest)
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
	if r, err := Check(path, nil); err != nil || len(r.Problems) > 0 || r.Schema != newest {
		t.Errorf("after a failed migration: %+v %v", r, err)
	}
	// Each try keeps a copy of its own: what stands there may be older.
	for _, name := range []string{fmt.Sprint(path, ".v", newest), fmt.Sprint(path, ".v", newest, ".2")} {
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

// TestKeepersInParts: a file of many shops gets its keepers over several
// commits, and a start that was cut short between two of them goes on.
func TestKeepersInParts(t *testing.T) {
	old := migratedAtOnce
	migratedAtOnce = 3
	t.Cleanup(func() { migratedAtOnce = old })
	for name, cut := range map[string]int{"at one go": 0, "cut short after a part": 1, "cut short after two": 2} {
		t.Run(name, func(t *testing.T) {
			const shops = 10
			path := oldFile(t)
			db, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Update(func(tx *Tx) error {
				for id := int64(1); id <= shops; id++ {
					if err := tx.PutShop(topup.Shop{ID: topup.ShopID(id), Chat: 100 - id, State: topup.ShopApproved, Asked: at, Decided: at.Add(time.Hour)}); err != nil {
						return err
					}
				}
				// The file as schema 1 had it.
				return errors.Join(tx.delete(bShopChat, i64(5)), tx.tx.DeleteBucket([]byte(bMembers)), tx.tx.DeleteBucket([]byte(bShopMember)),
					tx.put(bMeta, []byte("schema"), u64(1)))
			}); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			commits := 0
			stop := errors.New("the process ends")
			step := migrations[1]
			migrations[1] = func(tx *Tx, from []byte) ([]byte, error) {
				if commits++; cut > 0 && commits == cut+1 {
					return nil, stop
				}
				return step(tx, from)
			}
			t.Cleanup(func() { migrations[1] = step })
			if cut > 0 {
				if _, err := Open(path, Options{}); !errors.Is(err, stop) {
					t.Fatalf("got %v", err)
				}
				if _, err := Check(path, nil); !errors.Is(err, store.ErrOld) {
					t.Fatalf("half of the way the file is not the older: %v", err)
				}
			}
			cut, commits = 0, 0
			if db, err = Open(path, Options{}); err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if want := (shops + migratedAtOnce - 1) / migratedAtOnce; commits != want {
				t.Errorf("%d commits, want %d", commits, want)
			}
			if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 || r.Shops != shops {
				t.Errorf("after the migration: %+v %v", r, err)
			}
			if err := db.View(func(tx *Tx) error {
				for id := int64(1); id <= shops; id++ {
					m, ok, err := tx.Member(100 - id)
					if err != nil || !ok || m.Shop != topup.ShopID(id) || m.Role != topup.Keeper || !m.Since.Equal(at.Add(time.Hour)) {
						t.Errorf("the keeper of shop %d: %+v %t (%v)", id, m, ok, err)
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
}
