package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/postgres"
	"hanout/store/storetest"
	"hanout/till"
)

// TestStore puts the database to what every store must do. After each batch, how
// ever it ended, all that is remembered is what the tables say.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Site {
		address, drop := fresh(t)
		return siteAt(t, address, drop)
	})
}

func siteAt(t testing.TB, address string, drop func()) storetest.Site {
	return storetest.Site{
		Open: func(v *store.Vault, committed func()) (storetest.Store, error) {
			db, err := postgres.Open(context.Background(), address, postgres.Options{Vault: v, OnCommit: committed, Copier: bolt.Fill})
			if err != nil {
				return nil, err
			}
			return opened{till.Over(db), db, t}, nil
		},
		Crashed: func() storetest.Site {
			address, drop := left(t, address)
			return siteAt(t, address, drop)
		},
		Bytes: func() []byte { return dump(t, address) },
		Drop:  drop,
	}
}

// tables of a till, those that are named first.
var tables = []string{
	"epochs", "counters", "settings", "shops", "members", "chats", "sessions", "accounts", "journal", "postings", "orders", "showings",
	"claims", "newest_claims", "complaints", "handled", "dead_letters", "outbox", "undelivered", "panels",
}

// left copies what is committed to another schema, as a process that ends now
// leaves it.
func left(t testing.TB, address string) (string, func()) {
	to, drop := fresh(t)
	from, ctx := admin(t, address), context.Background()
	defer from.Close(ctx)
	var here string
	if err := from.QueryRow(ctx, "SELECT current_schema()").Scan(&here); err != nil {
		t.Fatal(err)
	}
	conn := admin(t, to)
	defer conn.Close(ctx)
	err := pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil { // no triggers
			return err
		}
		for _, table := range tables {
			var columns string
			if err := tx.QueryRow(ctx, `SELECT string_agg(attname, ', ') FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = ''`, table).Scan(&columns); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s.%s", table, columns, columns, here, table)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, fmt.Sprintf("UPDATE till SET (epoch, batch) = (SELECT epoch, batch FROM %s.till)", here))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to, drop
}

// dump is all that lies in the tables.
func dump(t testing.TB, address string) []byte {
	conn := admin(t, address)
	var all bytes.Buffer
	for _, table := range append(tables, "till") {
		if _, err := conn.PgConn().CopyTo(context.Background(), &all, "COPY "+table+" TO STDOUT"); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}

// opened is a database as the suite wants it.
type opened struct {
	till.Store
	db *postgres.DB
	t  testing.TB
}

func (o opened) Update(fn func(till.Tx) error) error {
	defer remembersRightly(o.t, o.db)
	return o.Store.Update(fn)
}

func (o opened) Check(v *store.Vault) (store.Report, error)             { return o.db.Check(v) }
func (o opened) Read(v *store.Vault, fn func(store.Source) error) error { return o.db.Read(v, fn) }
func (o opened) Admit(v *store.Vault) error                             { return o.db.Admit(v) }
func (o opened) Rekey(v *store.Vault) (int, error)                      { return o.db.Rekey(v) }
func (o opened) Close() error                                           { return o.db.Close() }
