package store

import (
	"fmt"
	"os"

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
	aside := fmt.Sprintf("%s.v%d", db.path, from)
	if _, err := os.Lstat(aside); os.IsNotExist(err) {
		if _, err := db.copyTo(aside); err != nil {
			return fmt.Errorf("store: copying the file before its migration: %w", err)
		}
	}
	for n := from; n < uint64(len(migrations)); n++ {
		err := db.bolt.Update(func(tx *bbolt.Tx) error {
			for _, name := range allBuckets {
				if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
			t := &Tx{tx: tx}
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
