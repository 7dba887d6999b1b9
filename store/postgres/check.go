package postgres

import (
	"context"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// Check proves the invariants of a database, in one read transaction beside
// whoever writes.
//
// With a vault it also proves that the codes of every delivered order open
// under its keys; without one (nil) they are only counted.
func (db *DB) Check(v *store.Vault) (report store.Report, err error) {
	err = db.Read(v, func(src store.Source) (err error) {
		report, err = store.Check(src, v != nil)
		return err
	})
	return report, err
}

// Check opens a database for reading and proves its invariants.
func Check(ctx context.Context, address string, o Options) (store.Report, error) {
	o.ReadOnly = true
	db, err := Open(ctx, address, o)
	if err != nil {
		return store.Report{}, err
	}
	defer db.Close()
	return db.Check(o.Vault)
}

// Read gives what a check reads, with what a vault opens (nil: what needs no
// key), in one read transaction.
func (db *DB) Read(v *store.Vault, fn func(store.Source) error) error {
	return db.read(context.Background(), v, func(t *Tx) error { return fn(source{t}) })
}

// source is the database as a check reads it.
type source struct{ *Tx }

// Schema reads the number of the schema.
func (s source) Schema() (uint64, error) {
	n, _, err := value[int64](s.Tx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`)
	return uint64(n), err
}

// Journal walks the lines.
func (s source) Journal() iter.Seq2[topup.Transaction, error] {
	return each(lines.name, walk(s.Tx, by[int64], `SELECT seq, doc FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, int64(0)), asIs[topup.Transaction])
}

// Orders walks the orders.
func (s source) Orders() iter.Seq2[topup.Order, error] {
	return each(orders.name, walk(s.Tx, by[string], `SELECT id, doc FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, ""), s.openOrder)
}

// Claims walks the links.
func (s source) Claims() iter.Seq2[topup.Claim, error] {
	return each(claims.name, walk(s.Tx, by[[]byte], `SELECT hash, doc FROM claims WHERE hash > $1 ORDER BY hash LIMIT $2`, []byte{}), asIs[topup.Claim])
}

// Complaints walks all complaints.
func (s source) Complaints() iter.Seq2[topup.Complaint, error] {
	return each(complaints.name, walk(s.Tx, by[string], `SELECT order_id, doc FROM complaints WHERE order_id > $1 ORDER BY order_id LIMIT $2`, ""), s.openComplaint)
}

// AllMembers walks the people of all shops.
func (s source) AllMembers() iter.Seq2[topup.Member, error] {
	return each(members.name, walk(s.Tx, by[int64], `SELECT person, doc FROM members WHERE person > $1 ORDER BY person LIMIT $2`, lowest), asIs[topup.Member])
}
