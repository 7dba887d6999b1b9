package bolt

import (
	"os"
	"path/filepath"
	"testing"
)

// TestListOfFreePages: a commit does not write the list, whose length grows
// with what was ever freed; a clean end does, so that the next start need not
// look for them.
func TestListOfFreePages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "till.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	listed := func() bool {
		t.Helper()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, ok := readForm(f)
		if !ok {
			t.Fatal("no form")
		}
		return m.freelist != noFreelist
	}
	for round := range 2 {
		db, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			if err := db.Update(func(tx *Tx) error { return tx.PutSetting("x", n) }); err != nil {
				t.Fatal(err)
			}
		}
		if listed() {
			t.Errorf("round %d: a commit wrote the list", round)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if !listed() {
			t.Errorf("round %d: a clean end did not write the list", round)
		}
		if r, err := Check(path, nil); err != nil || len(r.Problems) > 0 {
			t.Errorf("round %d: %v %q", round, err, r.Problems)
		}
	}
}
