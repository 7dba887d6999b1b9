package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// withSchema makes a database that says it has another schema.
func withSchema(t *testing.T, schema uint64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	b, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Update(func(tx *bbolt.Tx) error {
		t := &Tx{tx: tx}
		return t.put(bMeta, []byte("schema"), u64(schema))
	}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMigrationPutsACopyAside(t *testing.T) {
	path := withSchema(t, 0)
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.Check(nil)
	if err != nil || r.Schema != uint64(len(migrations)) || len(r.Problems) > 0 {
		t.Errorf("after the migration: %+v %v", r, err)
	}
	if _, err := os.Stat(path + ".v0"); err != nil {
		t.Errorf("no copy of the former version: %v", err)
	}
	if old, err := Check(path+".v0", nil); err != nil || old.Schema != 0 {
		t.Errorf("the copy: %+v %v", old, err)
	}
}

func TestFutureIsRefused(t *testing.T) {
	path := withSchema(t, uint64(len(migrations))+1)
	if _, err := Open(path, Options{}); !errors.Is(err, ErrFuture) {
		t.Errorf("a file of the future: %v", err)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("shop/1/available", uint64(7), int64(-5))
	f.Add("", uint64(0), int64(1<<62))
	f.Fuzz(func(t *testing.T, s string, n uint64, i int64) {
		if got, m, ok := fromTextKey(textKey(s, n)); !ok || got != s || m != n {
			t.Errorf("text key of %q, %d reads as %q, %d", s, n, got, m)
		}
		if got := fromI64(i64(i)); got != i {
			t.Errorf("%d reads as %d", i, got)
		}
		if i < 1<<63-1 && string(i64(i)) >= string(i64(i+1)) {
			t.Errorf("the key of %d does not come before the next one's", i)
		}
	})
}
