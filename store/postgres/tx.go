package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
)

// Tx is one transaction. What it writes is queued and leaves with the next
// read of what is not known, or before the commit, in one round trip. Its methods fail only on
// damaged data (*store.CorruptError), on misuse, on the loss of the
// connection, or with the errors they name; what is not there is ok = false.
type Tx struct {
	ctx   context.Context
	conn  *pgx.Conn
	vault *store.Vault // nil: nothing is sealed, and what is stays closed
	queue pgx.Batch
	sent  bool
	err   error // the first of a round trip; after it there is nothing to read

	// Of the writer's: see memory.go.
	mem     *memory // nil remembers nothing
	begins  int     // the statements that begin it
	changed map[string]fact
	guesses bool // it may guess
	checks  map[*finder]*check
	wrong   bool // a guess was
	// Of what is queued: a row's newest write, by its name, and the lines.
	rows  map[string]*pgx.QueuedQuery
	lines *queuedLines
}

// write queues a statement.
func (t *Tx) write(sql string, args ...any) { t.queue.Queue(sql, args...) }

// writeRow queues the write of a row to which no rule of the tables binds
// another: of several that are queued only the last leaves.
func (t *Tx) writeRow(name, sql string, args ...any) {
	if q := t.rows[name]; q != nil {
		q.SQL, q.Arguments = sql, args
		return
	}
	if t.rows == nil {
		t.rows = map[string]*pgx.QueuedQuery{}
	}
	t.rows[name] = t.queue.Queue(sql, args...)
}

// send lets what is queued go, and waits for the answers.
func (t *Tx) send() error {
	if t.err != nil {
		return t.err
	}
	queue := pgx.Batch{QueuedQueries: t.checked()}
	t.queue, t.sent, t.checks, t.rows, t.lines = pgx.Batch{}, true, nil, nil, nil
	ctx, cancel := context.WithTimeout(t.ctx, answerMost)
	defer cancel()
	t.err = t.conn.SendBatch(ctx, &queue).Close()
	if t.wrong {
		t.err = errGuess
	}
	return t.err
}

// read sends what is queued and a query after it; row is called for each of
// its rows.
func (t *Tx) read(row func(pgx.Rows) error, sql string, args ...any) error {
	t.queue.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := row(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	err := t.send()
	if errors.Is(err, errGuess) {
		panic(err) // no step goes on with it; see attempt
	}
	return err
}

// value reads one value, if there is one.
func value[V any](t *Tx, sql string, args ...any) (v V, ok bool, err error) {
	err = t.read(func(rows pgx.Rows) error { ok = true; return rows.Scan(&v) }, sql, args...)
	return v, ok, err
}

// list reads the documents that a query gives.
func list[T any](t *Tx, of string, sql string, args ...any) (all []T, err error) {
	var docs [][]byte
	err = t.read(func(rows pgx.Rows) error {
		var doc []byte
		err := rows.Scan(&doc)
		docs = append(docs, doc)
		return err
	}, sql, args...)
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		v, err := decode[T](of, doc)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func decode[T any](of string, doc []byte) (v T, err error) {
	if json.Unmarshal(doc, &v) != nil {
		return v, store.Corrupt(of, nil, "a value does not decode")
	}
	return v, nil
}

// one reads the one document that a query gives, if it gives one.
func one[T any](t *Tx, of string, sql string, args ...any) (v T, ok bool, err error) {
	found, err := list[T](t, of, sql, args...)
	if err != nil || len(found) == 0 {
		return v, false, err
	}
	return found[0], true, nil
}

// table is one whose rows are documents, with columns beside that are made of
// them.
type table[T any] struct {
	name string
	keys int
	cols []string // the keys first
	of   func(T) []any

	add, put, drop string
	find           *finder // of rows with one key
	apart          bool    // no rule binds a row to another
}

// newTable describes a table: its columns, the keys first, and what a row has
// in them.
func newTable[T any](name string, keys int, cols string, of func(T) []any) *table[T] {
	b := &table[T]{name: name, keys: keys, cols: strings.Fields(cols), of: of}
	var marks, sets, where []string
	for i, c := range b.cols {
		mark := fmt.Sprintf("$%d", i+1)
		marks = append(marks, mark)
		if i < keys {
			where = append(where, c+" = "+mark)
		} else {
			sets = append(sets, c+" = excluded."+c)
		}
	}
	sets = append(sets, "doc = excluded.doc")
	b.add = fmt.Sprintf(`INSERT INTO %s (%s, doc) VALUES (%s, $%d)`, name, strings.Join(b.cols, ", "), strings.Join(marks, ", "), len(b.cols)+1)
	b.put = fmt.Sprintf(`%s ON CONFLICT (%s) DO UPDATE SET %s`, b.add, strings.Join(b.cols[:keys], ", "), strings.Join(sets, ", "))
	b.drop = fmt.Sprintf(`DELETE FROM %s WHERE %s`, name, strings.Join(where, " AND "))
	var none T
	switch of(none)[0].(type) {
	case int64:
		b.find = byKey(name, b.cols[0], "bigint", "doc")
	case string:
		b.find = byKey(name, b.cols[0], "text", "doc")
	}
	return b
}

// ofItsOwn is for rows to which no rule of the tables binds another but their
// key.
func (b *table[T]) ofItsOwn() *table[T] { b.apart = true; return b }

// write stores a row, in place of the one with its key.
func (b *table[T]) write(t *Tx, v T) error { return b.queue(t, b.put, v) }

// append stores a row whose key is new.
func (b *table[T]) append(t *Tx, v T) error { return b.queue(t, b.add, v) }

func (b *table[T]) queue(t *Tx, sql string, v T) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: %q: %w", b.name, err)
	}
	row := append(b.of(v), doc)
	if b.keys == 1 && b.find != nil {
		b.find.put(t, keyText(row[0]), doc)
	}
	if b.apart {
		t.writeRow(b.name+" "+keyText(row[0]), sql, row...)
	} else {
		t.write(sql, row...)
	}
	return nil
}

// read finds a row by its key.
func (b *table[T]) read(t *Tx, key any) (v T, ok bool, err error) {
	doc, ok, err := b.find.row(t, keyText(key))
	if err != nil || !ok {
		return v, false, err
	}
	v, err = decode[T](b.name, doc)
	return v, err == nil, err
}

// delete takes a row away.
func (b *table[T]) delete(t *Tx, key any) {
	b.find.gone(t, keyText(key))
	if b.apart {
		t.writeRow(b.name+" "+keyText(key), b.drop, key)
	} else {
		t.write(b.drop, key)
	}
}

// keyText is a key as finders have it.
func keyText(key any) string {
	if n, is := key.(int64); is {
		return strconv.FormatInt(n, 10)
	}
	s, _ := key.(string)
	return s
}

// Columns.

// text is a text as a column takes it: without a zero byte, and well formed.
// The document has it as it is.
func text[S ~string](s S) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\uFFFD")
}

// number is a number of ours; one that no column holds is never found.
func number[N ~uint64](n N) int64 {
	if uint64(n) > math.MaxInt64 {
		return -1
	}
	return int64(n)
}

// below is where a page that begins below a number begins: 0 is above all.
func below(n uint64) int64 {
	if n == 0 || n > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(n)
}

// optional is null for what is zero.
func optional[V comparable](v V) any {
	var zero V
	if v == zero {
		return nil
	}
	return v
}

// when is a time as people read it; null for none.
func when(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// instant is a time to its last digit; null for none.
func instant(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UnixNano()
}

// Walks.

const (
	firstPage = 100
	nextPage  = 1000

	lowest = int64(math.MinInt64) // below every number that names something
)

// row is a document as a walk finds it, what stands beside it, and where the
// walk is then.
type row struct {
	doc    []byte
	beside any
	at     []any
}

// walk reads rows in pages. The query takes where the last page ended, and how
// many rows it may give; scan reads one of them.
func walk(t *Tx, scan func(pgx.Rows) (row, error), sql string, from ...any) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for limit := firstPage; ; limit = nextPage {
			var page []row
			err := t.read(func(rows pgx.Rows) error {
				r, err := scan(rows)
				page = append(page, r)
				return err
			}, sql, append(from[:len(from):len(from)], limit)...)
			if err != nil {
				yield(row{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < limit {
				return
			}
			from = page[len(page)-1].at
		}
	}
}

// each reads the documents of a walk.
func each[F, T any](of string, rows iter.Seq2[row, error], open func(F) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r, err := range rows {
			var v T
			if err == nil {
				var form F
				if form, err = decode[F](of, r.doc); err == nil {
					v, err = open(form)
				}
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// asIs is for documents in which nothing is sealed.
func asIs[T any](v T) (T, error) { return v, nil }

// by scans a key and the document.
func by[K any](rows pgx.Rows) (row, error) {
	var k K
	var r row
	err := rows.Scan(&k, &r.doc)
	r.at = []any{k}
	return r, err
}

// byBoth scans a key of two parts and the document.
func byBoth[A, B any](rows pgx.Rows) (row, error) {
	var a A
	var b B
	var r row
	err := rows.Scan(&a, &b, &r.doc)
	r.at = []any{a, b}
	return r, err
}

// with scans a key, what stands beside the document, and that.
func with[K, B any](rows pgx.Rows) (row, error) {
	var k K
	var b B
	var r row
	err := rows.Scan(&k, &b, &r.doc)
	r.at, r.beside = []any{k}, b
	return r, err
}
