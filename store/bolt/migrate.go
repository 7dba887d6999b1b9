package bolt

import (
	"context"
	"errors"
	"fmt"

	"hanout/store"
	"hanout/topup"
)

// migration brings a file from one schema to the next, a bounded part of it
// in each commit: from is where the last part ended (nil at first), next
// where this one did (nil: all is done). A start that was cut short begins it
// again, so it may meet what it wrote before. It has no key, and must not
// need one.
type migration func(t *Tx, from []byte) (next []byte, err error)

// migrations bring a file from each schema to the next; index 0 leads from
// schema 0 to 1. The list only grows at its end. A new file is made with the
// newest schema at once.
var migrations = []migration{
	func(*Tx, []byte) ([]byte, error) { return nil, nil }, // schema 1: the first
	toSchema2, // members, and lists that say what a plan and a shelf are
	func(*Tx, []byte) ([]byte, error) { return nil, nil }, // schema 3: room for complaints, of which there were none
}

// migrate runs the migrations that the file lacks, the last part of each
// committed together with its number, after copying the file under its old
// version's name.
func (db *DB) migrate(from uint64) error {
	if err := db.copyAside(from); err != nil {
		return fmt.Errorf("store: copying the file before its migration: %w", err)
	}
	for n := from; n < uint64(len(migrations)); n++ {
		var at []byte
		for done := false; !done; {
			err := db.Update(func(t *Tx) (err error) {
				for _, name := range allBuckets {
					if _, err := t.tx.CreateBucketIfNotExists([]byte(name)); err != nil {
						return err
					}
				}
				if at, err = migrations[n](t, at); err != nil || at != nil {
					return err
				}
				done = true
				return t.put(bMeta, []byte("schema"), u64(n+1))
			})
			if err != nil {
				return fmt.Errorf("store: migration to schema %d: %w", n+1, err)
			}
		}
	}
	return nil
}

// migratedAtOnce bounds the rows of one commit of a migration.
var migratedAtOnce = 1000

func toSchema2(t *Tx, from []byte) (next []byte, err error) {
	if next, err = keepersFromShops(t, from); err != nil || next != nil {
		return next, err
	}
	return nil, completeLists(t)
}

// keepersFromShops makes the person in each shop's chat its keeper: until now
// a shop was its chat.
func keepersFromShops(t *Tx, from []byte) (next []byte, err error) {
	var list []topup.Member
	c := t.bucket(bShops).Cursor()
	k, _ := c.First()
	if from != nil {
		k, _ = c.Seek(from)
	}
	for ; k != nil; k, _ = c.Next() {
		if len(list) == migratedAtOnce {
			next = append([]byte(nil), k...)
			break
		}
		if len(k) != 8 {
			return nil, store.Corrupt(bShops, k, "a key has the wrong length")
		}
		s, err := getRow[store.ShopForm](t, bShops, k) // its phone stays sealed
		if err != nil {
			return nil, err
		}
		list = append(list, s.Shop.Keeper())
	}
	for _, m := range list {
		if err := t.PutMember(m); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// copyAside keeps the file as it is under the first free name of its version.
// Its rows follow rules that this version no longer knows, so only their form
// is checked, as of every file that is opened.
func (db *DB) copyAside(schema uint64) error {
	name := fmt.Sprintf("%s.v%d", db.path, schema)
	for n := 1; ; n++ {
		aside := name
		if n > 1 {
			aside = fmt.Sprintf("%s.%d", name, n)
		}
		err := db.copyTo(context.Background(), aside, func(copied string) error {
			c, err := Open(copied, Options{ReadOnly: true})
			if err != nil {
				return err
			}
			return c.Close()
		})
		if !errors.Is(err, store.ErrExists) {
			return err
		}
	}
}
