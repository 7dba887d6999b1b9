package bolt_test

import (
	"os"
	"path/filepath"
	"testing"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/storetest"
	"hanout/till"
)

// TestStore puts the file to what every store must do.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Site {
		path := filepath.Join(t.TempDir(), "till.db")
		if err := bolt.Create(path); err != nil {
			t.Fatal(err)
		}
		return siteAt(t, path)
	})
}

func siteAt(t testing.TB, path string) storetest.Site {
	read := func() []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return storetest.Site{
		Open: func(v *store.Vault, committed func()) (storetest.Store, error) {
			db, err := bolt.Open(path, bolt.Options{Vault: v, OnCommit: committed})
			if err != nil {
				return nil, err
			}
			return opened{till.Over(db), db}, nil
		},
		Crashed: func() storetest.Site {
			left := filepath.Join(t.TempDir(), "left.db")
			if err := os.WriteFile(left, read(), 0o600); err != nil {
				t.Fatal(err)
			}
			return siteAt(t, left)
		},
		Bytes: read,
	}
}

// opened is a file as the suite wants it.
type opened struct {
	till.Store
	file *bolt.DB
}

func (o opened) Check(v *store.Vault) (store.Report, error)             { return o.file.Check(v) }
func (o opened) Read(v *store.Vault, fn func(store.Source) error) error { return o.file.Read(v, fn) }
func (o opened) Admit(v *store.Vault) error                             { return o.file.Admit(v) }
func (o opened) Rekey(v *store.Vault) (int, error)                      { return o.file.Rekey(v) }
func (o opened) Close() error                                           { return o.file.Close() }
