package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// Prove proves that the columns of every row say what its document says: what
// an accountant reads, and what the database defends, is what the bot reads.
// That indexes lead to their rows is the database's own to keep.
func (s source) Prove(found func(string, ...any)) (readable bool, err error) {
	sound := true
	fault := func(format string, args ...any) { sound = false; found(format, args...) }
	for _, part := range []func() error{
		func() error { return prove(s.Tx, lines, lines.of, fault) },
		func() error { return prove(s.Tx, orders, s.marked, fault) },
		func() error { return prove(s.Tx, shops, shops.of, fault) },
		func() error { return prove(s.Tx, members, members.of, fault) },
		func() error { return prove(s.Tx, chats, chats.of, fault) },
		func() error { return prove(s.Tx, claims, claims.of, fault) },
		func() error { return prove(s.Tx, complaints, complaints.of, fault) },
		func() error { return prove(s.Tx, outbox, outbox.of, fault) },
		func() error { return prove(s.Tx, undelivered, undelivered.of, fault) },
		func() error { return prove(s.Tx, deadLetters, deadLetters.of, fault) },
		func() error { return prove(s.Tx, panels, keyless(panels), fault) },
		func() error { return prove(s.Tx, shown, keyless(shown), fault) },
		func() error { return s.provePostings(fault) },
		func() error { return s.proveLinks(fault) },
	} {
		if err := part(); err != nil {
			return false, err
		}
	}
	return sound, nil
}

// untold stands for a column that a row's document does not tell.
type untold struct{}

// keyless is for documents that don't tell their own key.
func keyless[T any](b *table[T]) func(T) []any {
	return func(v T) []any {
		want := b.of(v)
		for i := range b.keys {
			want[i] = untold{}
		}
		return want
	}
}

// marked gives an order's columns. What stands for the customer's number is
// proved where that opens.
func (s source) marked(r orderRow) []any {
	o, err := r.Reveal(s.vault, r.ID)
	r.mark = store.NumberMark(s.vault, o.To)
	want := orders.of(r)
	if err != nil || o.To == "" && len(r.SealedTo) > 0 {
		want[len(want)-1] = untold{}
	}
	return want
}

// prove compares the columns of a table's rows with what their documents say.
func prove[T any](t *Tx, b *table[T], of func(T) []any, found func(string, ...any)) error {
	keys := strings.Join(b.cols[:b.keys], ", ")
	from, where := []any{}, ""
	for limit := firstPage; ; limit = nextPage {
		var page [][]any
		sql := fmt.Sprintf(`SELECT %s, doc::text FROM %s %s ORDER BY %s LIMIT %d`, strings.Join(b.cols, ", "), b.name, where, keys, limit)
		err := t.read(func(rows pgx.Rows) error {
			r, err := rows.Values()
			page = append(page, r)
			return err
		}, sql, from...)
		if err != nil {
			return err
		}
		for _, r := range page {
			last := len(r) - 1
			doc, _ := r[last].(string)
			v, err := decode[T](b.name, []byte(doc))
			if err != nil {
				found("%v", err)
			} else if i := slices.IndexFunc(pairs(r[:last], of(v)), func(p [2]any) bool { return !same(p[0], p[1]) }); i >= 0 {
				found("%s: the column %s of a row is not what the row says", b.name, b.cols[i])
			}
		}
		if len(page) < limit {
			return nil
		}
		from, where = page[len(page)-1][:b.keys], `WHERE ($1) < (`+keys+`)`
		if b.keys == 2 {
			where = `WHERE ($1, $2) < (` + keys + `)`
		}
	}
}

func pairs(a, b []any) (both [][2]any) {
	for i := range a {
		both = append(both, [2]any{a[i], b[i]})
	}
	return both
}

// same compares a column with what it should be. A time has microseconds
// there.
func same(have, want any) bool {
	switch want := want.(type) {
	case untold:
		return true
	case time.Time:
		at, ok := have.(time.Time)
		return ok && at.UnixMicro() == want.UnixMicro()
	case []byte:
		b, ok := have.([]byte)
		return ok && bytes.Equal(b, want)
	}
	return fmt.Sprint(have) == fmt.Sprint(want)
}

// provePostings proves that the postings that moved the balances are those of
// the lines.
func (s source) provePostings(found func(string, ...any)) error {
	type both struct {
		Line     topup.Transaction
		Postings []topup.Posting
	}
	rows := walk(s.Tx, by[int64], `SELECT seq, json_build_object('line', doc, 'postings',
		(SELECT json_agg(json_build_object('account', p.account, 'amount', p.amount) ORDER BY p.n) FROM postings p WHERE p.seq = j.seq))
		FROM journal j WHERE seq > $1 ORDER BY seq LIMIT $2`, int64(0))
	for j, err := range each(lines.name, rows, asIs[both]) {
		if damaged := (*store.CorruptError)(nil); errors.As(err, &damaged) {
			continue // told before
		}
		if err != nil {
			return err
		}
		if !slices.EqualFunc(j.Line.Postings, j.Postings, func(a, b topup.Posting) bool {
			return text(a.Account) == string(b.Account) && a.Amount == b.Amount
		}) {
			found("journal: the postings of line %d are not what it says", j.Line.Seq)
		}
	}
	return nil
}

// proveLinks proves that a link that an order has is its own.
func (s source) proveLinks(found func(string, ...any)) error {
	n, _, err := value[int64](s.Tx, `SELECT count(*) FROM newest_claims n JOIN claims c ON c.hash = n.hash WHERE c.order_id <> n.order_id`)
	if n > 0 {
		found("%d orders have a link that is not their own", n)
	}
	return err
}
