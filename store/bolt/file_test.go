package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"hanout/store"
)

// TestWithoutLinks: on a file system that gives a file only one name, a
// database is made and copied all the same, and nothing is overwritten.
func TestWithoutLinks(t *testing.T) {
	old := link
	link = func(string, string) error { return &os.LinkError{Op: "link", Err: syscall.EPERM} }
	t.Cleanup(func() { link = old })
	dir := t.TempDir()
	path := filepath.Join(dir, "till.db")
	for _, want := range []error{nil, store.ErrExists} {
		if err := Create(path); !errors.Is(err, want) {
			t.Fatalf("create: %v, want %v", err, want)
		}
	}
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	copied := filepath.Join(dir, "copy.db")
	for _, want := range []error{nil, store.ErrExists} {
		if _, err := db.Backup(t.Context(), copied); !errors.Is(err, want) {
			t.Fatalf("backup: %v, want %v", err, want)
		}
	}
	// The name is taken between the look and the move.
	temp := filepath.Join(dir, "temp")
	if err := os.WriteFile(temp, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publish(temp, copied); !errors.Is(err, store.ErrExists) {
		t.Errorf("publish over a file: %v", err)
	}
	if r, err := Check(copied, nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("the copy: %v %q", err, r.Problems)
	}
}
