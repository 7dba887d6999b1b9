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
)

// busy gives the bytes of a backup with trees of several pages, and what a
// check says of it.
func busy(t *testing.T) ([]byte, string) {
	t.Helper()
	db, _ := open(t, bolt.Options{})
	s := stock(t, db, 10_000_000_00)
	for b := range 3 {
		update(t, db, func(tx *bolt.Tx) error {
			for i := range 25 {
				if _, err := tx.Place(order(s, fmt.Sprintf("o%d%02d", b, i), 10_00)); err != nil {
					return err
				}
				if err := tx.MarkHandled(int64(1000*b+i), t0); err != nil {
					return err
				}
			}
			return nil
		})
	}
	path := filepath.Join(t.TempDir(), "busy.db")
	if _, err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := bolt.Check(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return whole, fmt.Sprint(r)
}

const page = 4096

// TestDamageNeverReadsAsGood damages a file in many places. The check may
// refuse it or name problems; when it says sound, it must have read the very
// same. That the test ends at all is half of it: bbolt alone would take the
// process down on many of these.
func TestDamageNeverReadsAsGood(t *testing.T) {
	whole, sound := busy(t)
	pages := len(whole) / page
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for _, kind := range []struct {
		name   string
		runs   int
		most   int // of the runs may go unnoticed, because nothing that counts was hit
		damage func(b []byte)
	}{
		{"a bit", 100, 90, func(b []byte) { b[random.IntN(len(b))] ^= 1 << random.IntN(8) }},
		{"a byte of a page's head", 60, 50, func(b []byte) { b[random.IntN(pages)*page+random.IntN(16)] = byte(random.Uint32()) }},
		{"a byte after a page's head", 60, 54, func(b []byte) { b[random.IntN(pages)*page+16+random.IntN(160)] = byte(random.Uint32()) }},
		{"a sector", 30, 29, func(b []byte) { clear(b[random.IntN(len(b)/512)*512:][:512]) }},
		{"a page", 30, 27, func(b []byte) { clear(b[random.IntN(pages)*page:][:page]) }},
		{"a page for another", 50, 45, func(b []byte) {
			copy(b[random.IntN(pages)*page:][:page], slices.Clone(b[random.IntN(pages)*page:][:page]))
		}},
	} {
		unnoticed := 0
		p := filepath.Join(t.TempDir(), "bad.db")
		for range kind.runs {
			b := slices.Clone(whole)
			kind.damage(b)
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := bolt.Check(p, nil)
			if err != nil || len(r.Problems) > 0 {
				continue
			}
			unnoticed++
			if got := fmt.Sprint(r); got != sound {
				t.Errorf("seed %d, %s damaged: called sound, but reads as\n%s\nwant\n%s", seed, kind.name, got, sound)
			}
		}
		t.Logf("%s: %d of %d noticed", kind.name, kind.runs-unnoticed, kind.runs)
		if unnoticed > kind.most {
			t.Errorf("seed %d, %s: only %d of %d noticed", seed, kind.name, kind.runs-unnoticed, kind.runs)
		}
	}
}

func TestEveryCutIsRefused(t *testing.T) {
	whole, _ := busy(t)
	p := filepath.Join(t.TempDir(), "short.db")
	for size := 0; size < len(whole); size += page / 2 {
		if err := os.WriteFile(p, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, o := range []bolt.Options{{}, {ReadOnly: true}} {
			if _, err := bolt.Open(p, o); !errors.Is(err, store.ErrTruncated) && !errors.Is(err, store.ErrEmpty) {
				t.Errorf("cut to %d of %d bytes: %v", size, len(whole), err)
			}
		}
	}
}

// TestDamagedFileIsNotOpened: what a writer trusts is looked at before it
// writes.
func TestDamagedFileIsNotOpened(t *testing.T) {
	whole, _ := busy(t)
	pages := len(whole) / page
	for _, at := range []int{0, 8, 10, 12, 16, 24} {
		b := slices.Clone(whole)
		for p := 2; p < pages; p++ {
			b[p*page+at] ^= 0xff
		}
		path := filepath.Join(t.TempDir(), "bad.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := bolt.Open(path, bolt.Options{}); err == nil {
			db.Close()
			t.Errorf("opened with byte %d of every page flipped", at)
		}
	}
}
