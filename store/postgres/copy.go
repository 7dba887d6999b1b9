package postgres

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// Copier makes a file of rows, checked, as a backup does; [DB.Backup] says
// what it must keep to.
type Copier func(ctx context.Context, path string, v *store.Vault, rows store.Rows) (store.Report, error)

// Backup copies the database to a new file at path while it is in use, and
// gives the state of the journal in it. The file is one of another kind of
// store, made by [Options.Copier]: one that can be carried away, proved and
// restored without a server.
func (db *DB) Backup(ctx context.Context, path string) (store.Head, error) {
	if db.copier == nil {
		return store.Head{}, errNoCopier
	}
	var report store.Report
	err := db.Rows(ctx, func(rows store.Rows) (err error) {
		report, err = db.copier(ctx, path, db.vault, rows)
		return err
	})
	return report.Head, err
}

var errNoCopier = errors.New("store: nothing was given to make a copy with")

// Rows gives all rows as they lie here, over one unchanging state.
func (db *DB) Rows(ctx context.Context, fn func(store.Rows) error) error {
	return db.read(ctx, db.vault, func(t *Tx) error { return fn(t.all()) })
}

// all walks every table, those that are named first.
func (t *Tx) all() store.Rows {
	return store.Join(
		store.Each(t.counters()), store.Each(t.values()),
		store.Each(forms[store.ShopForm](t, shops.name, by[int64], `SELECT id, doc FROM shops WHERE id > $1 ORDER BY id LIMIT $2`, lowest)),
		store.Each(source{t}.AllMembers()), store.Each(t.everyChat()), store.Each(t.talks()), store.Each(source{t}.Journal()),
		store.Each(t.sales()), store.Each(t.showings()), store.Each(t.links()),
		store.Each(forms[store.ComplaintForm](t, complaints.name, by[string], `SELECT order_id, doc FROM complaints WHERE order_id > $1 ORDER BY order_id LIMIT $2`, "")),
		store.Each(t.seen()),
		store.Each(forms[store.DeadLetter](t, deadLetters.name, by[int64], `SELECT update_id, doc FROM dead_letters WHERE update_id > $1 ORDER BY update_id LIMIT $2`, lowest)),
		store.Each(forms[store.OwedForm](t, outbox.name, by[string], `SELECT panel, doc FROM outbox WHERE panel > $1 ORDER BY panel LIMIT $2`, "")),
		store.Each(forms[store.UndeliveredForm](t, undelivered.name, by[int64], `SELECT seq, doc FROM undelivered WHERE seq > $1 ORDER BY seq LIMIT $2`, lowest)),
		store.Each(t.shows()),
	)
}

// forms walks documents as they lie there.
func forms[T any](t *Tx, of string, scan func(pgx.Rows) (row, error), sql string, from ...any) iter.Seq2[T, error] {
	return each(of, walk(t, scan, sql, from...), asIs[T])
}

func (t *Tx) counters() iter.Seq2[store.Counter, error] {
	return forms[store.Counter](t, "counters", by[string], `SELECT name, json_build_object('Name', name, 'Last', last) FROM counters WHERE name > $1 ORDER BY name LIMIT $2`, "")
}

func (t *Tx) everyChat() iter.Seq2[store.Chat, error] {
	return forms[store.Chat](t, chats.name, by[int64], `SELECT id, doc FROM chats WHERE id > $1 ORDER BY id LIMIT $2`, lowest)
}

// beside walks rows of which a column goes with the document: join makes one
// of them.
func beside[T any](rows iter.Seq2[row, error], join func(row) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r, err := range rows {
			var v T
			if err == nil {
				v, err = join(r)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

func (t *Tx) values() iter.Seq2[store.Value, error] {
	return beside(walk(t, by[string], `SELECT name, doc FROM settings WHERE name > $1 ORDER BY name LIMIT $2`, ""), func(r row) (store.Value, error) {
		return store.Value{Name: r.at[0].(string), JSON: r.doc}, nil
	})
}

func (t *Tx) talks() iter.Seq2[store.Talk, error] {
	return beside(walk(t, by[int64], `SELECT chat, body FROM sessions WHERE chat > $1 ORDER BY chat LIMIT $2`, lowest), func(r row) (store.Talk, error) {
		return store.Talk{Chat: r.at[0].(int64), Body: r.doc}, nil
	})
}

func (t *Tx) sales() iter.Seq2[store.Sale, error] {
	return beside(walk(t, with[string, string], `SELECT id, to_mark, doc FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, ""), func(r row) (s store.Sale, err error) {
		s.Mark = r.beside.(string)
		s.OrderForm, err = decode[store.OrderForm](orders.name, r.doc)
		return s, err
	})
}

func (t *Tx) showings() iter.Seq2[store.Shown, error] {
	rows := walk(t, byBoth[string, int64], `SELECT order_id, n, doc FROM showings WHERE (order_id, n) > ($1, $2) ORDER BY order_id, n LIMIT $3`, "", lowest)
	return beside(rows, func(r row) (s store.Shown, err error) {
		s.Order, s.N = topup.OrderID(r.at[0].(string)), uint64(r.at[1].(int64))
		s.Showing, err = decode[topup.Showing](shown.name, r.doc)
		return s, err
	})
}

func (t *Tx) links() iter.Seq2[store.Link, error] {
	rows := walk(t, with[[]byte, bool], `SELECT hash, EXISTS (SELECT FROM newest_claims n WHERE n.hash = c.hash), doc FROM claims c WHERE hash > $1 ORDER BY hash LIMIT $2`, []byte{})
	return beside(rows, func(r row) (l store.Link, err error) {
		l.Newest = r.beside.(bool)
		l.Claim, err = decode[topup.Claim](claims.name, r.doc)
		return l, err
	})
}

func (t *Tx) seen() iter.Seq2[store.Seen, error] {
	rows := walk(t, with[int64, int64], `SELECT update_id, at, NULL::bytea FROM handled WHERE update_id > $1 ORDER BY update_id LIMIT $2`, lowest)
	return beside(rows, func(r row) (store.Seen, error) {
		return store.Seen{UpdateID: r.at[0].(int64), At: time.Unix(0, r.beside.(int64))}, nil
	})
}

func (t *Tx) shows() iter.Seq2[store.Shows, error] {
	return beside(walk(t, by[string], `SELECT panel, doc FROM panels WHERE panel > $1 ORDER BY panel LIMIT $2`, ""), func(r row) (s store.Shows, err error) {
		s.Panel = r.at[0].(string)
		s.PanelRef, err = decode[store.PanelRef](panels.name, r.doc)
		return s, err
	})
}
