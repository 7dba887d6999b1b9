package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// Check opens a file for reading and proves its invariants. A file that can't
// be opened, is in use by a running bot, or is of an older schema gives an
// error; one that opens but is not sound gives a report with problems.
//
// With a vault it also proves that the codes of every delivered order open
// under its keys; without one (nil) they are only counted.
func Check(path string, v *store.Vault) (store.Report, error) {
	return check(context.Background(), path, Options{Vault: v})
}

// check is Check, as long as ctx is not done.
func check(ctx context.Context, path string, o Options) (store.Report, error) {
	o.ReadOnly = true
	db, err := openUntil(ctx, path, o)
	if err != nil {
		return store.Report{}, err
	}
	defer db.Close()
	if db.schema < uint64(len(migrations)) {
		return store.Report{}, store.ErrOld
	}
	return db.check(ctx, o.Vault)
}

// Check proves the invariants of an open database, in one read transaction.
func (db *DB) Check(v *store.Vault) (store.Report, error) { return db.check(context.Background(), v) }

func (db *DB) check(ctx context.Context, v *store.Vault) (report store.Report, err error) {
	err = db.read(ctx, v, func(src store.Source) error {
		var err error
		report, err = store.Check(src, v != nil)
		return err
	})
	return report, err
}

// Read gives what a check reads, with what a vault opens (nil: what needs no
// key), in one read transaction.
func (db *DB) Read(v *store.Vault, fn func(store.Source) error) error {
	return db.read(context.Background(), v, fn)
}

// read is Read, as long as ctx is not done.
func (db *DB) read(ctx context.Context, v *store.Vault, fn func(store.Source) error) error {
	return db.View(func(tx *Tx) error { return fn(source{&Tx{tx: tx.tx, vault: v, until: ctx}, db}) })
}

// source is the file as a check reads it.
type source struct {
	*Tx
	db *DB
}

// Schema reads the number of the file's schema.
func (s source) Schema() (uint64, error) {
	n, _, err := s.number(bMeta, []byte("schema"))
	return n, err
}

// Journal walks the lines.
func (s source) Journal() iter.Seq2[topup.Transaction, error] {
	return walk(s.Tx, bJournal, func(k []byte) (topup.Transaction, error) {
		return getRow[topup.Transaction](s.Tx, bJournal, k)
	})
}

// Balances walks the accounts.
func (t *Tx) Balances() iter.Seq2[store.Balance, error] {
	return walk(t, bBalances, func(k []byte) (store.Balance, error) {
		m, err := t.Balance(topup.AccountID(k))
		return store.Balance{Account: topup.AccountID(k), Money: m}, err
	})
}

// Orders walks the orders.
func (s source) Orders() iter.Seq2[topup.Order, error] {
	return walk(s.Tx, bOrders, func(k []byte) (topup.Order, error) {
		o, _, err := s.Order(topup.OrderID(k))
		return o, err
	})
}

// Claims walks the links.
func (s source) Claims() iter.Seq2[topup.Claim, error] {
	return walk(s.Tx, bClaims, func(k []byte) (topup.Claim, error) {
		return getRow[topup.Claim](s.Tx, bClaims, k)
	})
}

// AllMembers walks the people of all shops.
func (s source) AllMembers() iter.Seq2[topup.Member, error] {
	return walk(s.Tx, bMembers, func(k []byte) (topup.Member, error) {
		return getRow[topup.Member](s.Tx, bMembers, k)
	})
}

// Prove proves pages and checksums, and if these hold the indexes.
func (s source) Prove(found func(string, ...any)) (readable bool, err error) {
	if err := s.checkPages(); err != nil {
		found("pages: %v", err)
		return false, nil
	}
	if !s.checksums(found) {
		return false, nil // what follows would only repeat it
	}
	if _, half, err := s.rekeyed(); err != nil || half {
		if half {
			found("%v: `hanout rekey` goes on with it", store.ErrRekeying)
		}
		return false, err
	}
	p := prover{s.Tx, found, map[string]int{}}
	for _, part := range []func() error{p.journal, p.orders, p.people, p.times, p.claims, p.complaints, p.counts} {
		if err := part(); err != nil {
			var damaged *store.CorruptError
			if !errors.As(err, &damaged) {
				return false, err
			}
			found("%v", err)
		}
	}
	return true, nil
}

// checkPages proves that the pages of a file in use fit together. What only
// reads proved it when it was opened, and nobody writes.
func (s source) checkPages() error {
	if s.db.readOnly {
		return nil
	}
	size := uint64(s.db.bolt.Info().PageSize)
	p := newPages(s.db.file, size, uint64(s.tx.Size())/size)
	return p.tree(uint64(s.tx.Cursor().Bucket().Root()), "", nil, nil, 0)
}

// checksums reads every row, so that later parts may rely on all of them.
func (s source) checksums(found func(string, ...any)) (ok bool) {
	ok = true
	fault := func(format string, args ...any) { ok = false; found(format, args...) }
	for _, name := range allBuckets {
		b := s.bucket(name)
		if b.b == nil {
			fault("bucket %q is missing", name)
			continue
		}
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if v == nil {
				fault("bucket %q holds another bucket", name)
			} else if _, err := unwrap(name, k, v); err != nil {
				fault("%v", err)
			}
		}
	}
	return ok
}

// key reads a key that is a number.
func key(bucket string, k []byte) (uint64, error) {
	if len(k) != 8 {
		return 0, store.Corrupt(bucket, k, "a key has the wrong length")
	}
	return binary.BigEndian.Uint64(k), nil
}
