package bolt_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// migrated gives the bytes of the former version's file, brought up to date.
func migrated(t *testing.T) []byte {
	t.Helper()
	path, _ := former(t, "v1")
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Backup(t.Context(), path+".small"); err != nil { // without the room that a writer keeps at the end
		t.Fatal(err)
	}
	b, err := os.ReadFile(path + ".small")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestFlippedBitsAreSeenAtTheStart flips single bits. A start must refuse the
// file, or what it holds must be untouched: read to the last row and still
// sound after it was written on. That is more than a check of the form: no
// key of an index is silently another.
func TestFlippedBitsAreSeenAtTheStart(t *testing.T) {
	large, _ := busy(t)
	for name, whole := range map[string][]byte{"the former version's": migrated(t), "a busy one": large} {
		path := filepath.Join(t.TempDir(), "flipped.db")
		report := func() string {
			r, err := bolt.Check(path, nil)
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(r)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		sound := report()
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))
		refused := 0
		const flips = 60
		for range flips {
			bit := random.IntN(8 * len(whole))
			if random.IntN(3) == 0 { // the heads and elements of pages are few among all bits
				bit = 8*page*random.IntN(len(whole)/page) + random.IntN(8*160)
			}
			b := slices.Clone(whole)
			b[bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(path, bolt.Options{})
			if err != nil {
				if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrForeign) && !errors.Is(err, store.ErrTruncated) {
					t.Errorf("seed %d, bit %d of %s: refused with %v", seed, bit, name, err)
				}
				refused++
				continue
			}
			if err := db.Update(func(tx *bolt.Tx) error {
				_, err := tx.Post(topup.Credit(1, 100, "after", 9, 9, "cash", t0))
				return err
			}); err != nil {
				t.Errorf("seed %d, bit %d of %s: started, then %v", seed, bit, name, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path+".before", b, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := bolt.Check(path, nil); err != nil || len(r.Problems) > 0 {
				t.Errorf("seed %d, bit %d of %s: started and written on, it has %v %q", seed, bit, name, err, r.Problems)
			}
			if r, err := bolt.Check(path+".before", nil); err != nil || fmt.Sprint(r) != sound {
				t.Errorf("seed %d, bit %d of %s: started, though it reads as %v, %v", seed, bit, name, r, err)
			}
		}
		t.Logf("%s: %d of %d refused", name, refused, flips)
		if refused < flips/5 {
			t.Errorf("seed %d, %s: only %d of %d refused", seed, name, refused, flips)
		}
	}
}

// TestDamageUnderAnOpenFile breaks a file that is in use: whatever bbolt makes
// of it, a panic or a fault, comes out as damage.
func TestDamageUnderAnOpenFile(t *testing.T) {
	whole, _ := busy(t)
	for name, wreck := range map[string]func(*os.File) error{
		"pages of nothing": func(f *os.File) error {
			_, err := f.WriteAt(make([]byte, len(whole)-2*page), 2*page)
			return err
		},
		"pages of ones": func(f *os.File) error {
			_, err := f.WriteAt(slices.Repeat([]byte{0xff}, len(whole)-2*page), 2*page)
			return err
		},
		"page heads": func(f *os.File) (err error) {
			for at := 2 * page; at < len(whole) && err == nil; at += page {
				_, err = f.WriteAt([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, int64(at))
			}
			return err
		},
		"a file cut off": func(f *os.File) error { return f.Truncate(2 * page) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.db")
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(path, bolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := wreck(f); err != nil {
				t.Fatal(err)
			}
			read := func(tx *bolt.Tx) error {
				for _, err := range tx.OpenOrders() {
					if err != nil {
						return err
					}
				}
				_, _, err := tx.Order("o000")
				return err
			}
			if err := db.View(read); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("a read: %v", err)
			}
			if err := db.Update(read); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("a read of a writer: %v", err)
			}
			if err := db.Update(func(tx *bolt.Tx) error { return tx.MarkHandled(77, t0) }); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("a write: %v", err)
			}
		})
	}
}
