package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// migrations bring a file from each schema to the next; index 0 leads from
// schema 0 to 1. The list only grows at its end. A new file is made with the
// newest schema at once.
var migrations = []func(*Tx) error{
	func(*Tx) error { return nil }, // schema 1: the first
}

// migrate runs the migrations that the file lacks, each committed together
// with its number, after copying the file under its old version's name.
func (db *DB) migrate(from uint64) error {
	if err := db.copyAside(from); err != nil {
		return fmt.Errorf("store: copying the file before its migration: %w", err)
	}
	for n := from; n < uint64(len(migrations)); n++ {
		err := db.Update(func(t *Tx) error {
			for _, name := range allBuckets {
				if _, err := t.tx.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
			if err := migrations[n](t); err != nil {
				return err
			}
			return t.put(bMeta, []byte("schema"), u64(n+1))
		})
		if err != nil {
			return fmt.Errorf("store: migration to schema %d: %w", n+1, err)
		}
	}
	return nil
}

// copyAside keeps the file as it is under the first free name of its version.
// Its rows follow rules that this version no longer knows, so only its pages
// are checked.
func (db *DB) copyAside(schema uint64) error {
	name := fmt.Sprintf("%s.v%d", db.path, schema)
	for n := 1; ; n++ {
		aside := name
		if n > 1 {
			aside = fmt.Sprintf("%s.%d", name, n)
		}
		err := db.copyTo(aside, func(copied string) error {
			c, err := Open(copied, Options{ReadOnly: true})
			if err != nil {
				return err
			}
			defer c.Close()
			return c.bolt.View(func(tx *bbolt.Tx) error { return c.checkPages(tx) })
		})
		if !errors.Is(err, ErrExists) {
			return err
		}
	}
}
