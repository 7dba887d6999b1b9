package postgres

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// lines are never written again.
var lines = newTable("journal", 1, `seq key at shop actor chat method slip memo prev hash`, func(j topup.Transaction) []any {
	return []any{number(j.Seq), text(j.Key), j.At, optional(number(j.Shop)), j.Actor, j.Chat, text(j.Method), text(j.Slip), text(j.Memo), j.Prev, j.Hash}
})

var (
	accounts   = byKey("accounts", "account", "text", "balance::text")
	linesByKey = byKey("journal", "key", "text", "doc")
	// head finds the last line's number and hash, by the key "".
	head = &finder{"head", `SELECT '', seq || ' ' || hash FROM journal WHERE '' = ANY ($1::text[]) ORDER BY seq DESC LIMIT 1`, nil}
)

// Post appends a line to the journal; the database moves the balances with it.
// The same key with the same postings is no new line (posted = false); with
// others it is store.ErrConflict, and a line that does not balance, or
// overdraws a shop, is refused ([store.After]). Everything is checked before
// anything is written.
func (t *Tx) Post(j topup.Transaction) (posted bool, err error) {
	if old, ok, err := t.Posted(j.Key); err != nil {
		return false, err
	} else if ok {
		if slices.Equal(old.Postings, j.Postings) {
			return false, nil
		}
		return false, fmt.Errorf("%w: %s", store.ErrConflict, j.Key)
	}
	if _, err := store.After(j, t.Balance); err != nil {
		return false, err
	}
	seq, prev, err := t.Head()
	if err != nil {
		return false, err
	}
	j.Seq, j.Prev = seq+1, prev
	j.Hash = store.Hash(j)
	return true, t.writeLines(j)
}

// queuedLines are lines that leave together: each balance moves once, however
// many they are.
type queuedLines struct {
	journal, accounts, postings *pgx.QueuedQuery

	seqs, actors, chats         []int64
	keys, methods, slips, memos []string
	prevs, hashes, docs         []string
	shops                       []*int64
	at                          []time.Time
	of, places, amounts         []int64 // of the postings: their lines, places in them, and money
	account                     []string
}

// writeLines queues lines, and the postings with which the database moves the
// balances; what is known of these moves as there.
func (t *Tx) writeLines(list ...topup.Transaction) error {
	if t.lines == nil {
		t.lines = &queuedLines{
			journal: t.queue.Queue(`INSERT INTO journal (seq, key, at, shop, actor, chat, method, slip, memo, prev, hash, doc)
				SELECT seq, key, at, shop, actor, chat, method, slip, memo, prev, hash, doc::json FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[],
				$5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) l (seq, key, at, shop, actor, chat, method, slip, memo, prev, hash, doc)`),
			accounts: t.queue.Queue(`INSERT INTO accounts (account) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING`),
			postings: t.queue.Queue(`INSERT INTO postings (seq, n, account, amount) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])`),
		}
	}
	for _, j := range list {
		if err := t.lines.add(j); err != nil {
			return err
		}
		linesByKey.put(t, text(j.Key), []byte(t.lines.docs[len(t.lines.docs)-1]))
		for _, p := range j.Postings {
			t.moveKnown(text(p.Account), p.Amount)
		}
		head.put(t, "", fmt.Appendf(nil, "%d %s", j.Seq, text(j.Hash)))
	}
	t.lines.fill()
	return nil
}

func (l *queuedLines) add(j topup.Transaction) error {
	doc, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("store: %q: %w", lines.name, err)
	}
	var shop *int64
	if j.Shop != 0 {
		n := number(j.Shop)
		shop = &n
	}
	l.seqs, l.keys, l.at, l.shops = append(l.seqs, number(j.Seq)), append(l.keys, text(j.Key)), append(l.at, j.At), append(l.shops, shop)
	l.actors, l.chats, l.methods = append(l.actors, j.Actor), append(l.chats, j.Chat), append(l.methods, text(j.Method))
	l.slips, l.memos, l.prevs, l.hashes = append(l.slips, text(j.Slip)), append(l.memos, text(j.Memo)), append(l.prevs, j.Prev), append(l.hashes, j.Hash)
	l.docs = append(l.docs, string(doc))
	for i, p := range j.Postings {
		l.of, l.places = append(l.of, number(j.Seq)), append(l.places, int64(i+1))
		l.account, l.amounts = append(l.account, text(p.Account)), append(l.amounts, int64(p.Amount))
	}
	return nil
}

// fill gives the queued statements what there is by now.
func (l *queuedLines) fill() {
	l.journal.Arguments = []any{l.seqs, l.keys, l.at, l.shops, l.actors, l.chats, l.methods, l.slips, l.memos, l.prevs, l.hashes, l.docs}
	l.accounts.Arguments = []any{l.account}
	l.postings.Arguments = []any{l.of, l.places, l.account, l.amounts}
}

// moveKnown moves what is known of a balance, as the database does; one that is
// not known stays so.
func (t *Tx) moveKnown(account string, by topup.Money) {
	f := accounts.known(t, account)
	n, err := f.number(accounts.name)
	if !f.known || err != nil {
		accounts.lose(t, account)
		return
	}
	accounts.put(t, account, strconv.AppendInt(nil, n+int64(by), 10))
}

// Posted finds a journal line by its key.
func (t *Tx) Posted(key string) (j topup.Transaction, ok bool, err error) {
	doc, ok, err := linesByKey.row(t, text(key))
	if err != nil || !ok {
		return j, false, err
	}
	j, err = decode[topup.Transaction](lines.name, doc)
	return j, err == nil, err
}

// Lines lists the journal's lines from above a number, in their order, at most
// limit.
func (t *Tx) Lines(after uint64, limit int) ([]topup.Transaction, error) {
	return list[topup.Transaction](t, lines.name, `SELECT doc FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, number(after), limit)
}

// Head is the number and hash of the journal's last line; 0 and "" at first.
func (t *Tx) Head() (seq uint64, hash string, err error) {
	doc, ok, err := head.row(t, "")
	if err != nil || !ok {
		return 0, "", err
	}
	n, hash, _ := strings.Cut(string(doc), " ")
	if seq, err = strconv.ParseUint(n, 10, 64); err != nil {
		err = store.Corrupt(lines.name, nil, "the number of the last line does not read")
	}
	return seq, hash, err
}

// Balance is the money in an account; 0 for one never used.
func (t *Tx) Balance(a topup.AccountID) (topup.Money, error) {
	m, err := accounts.number(t, text(a))
	return topup.Money(m), err
}

// Balances walks the accounts.
func (t *Tx) Balances() iter.Seq2[store.Balance, error] {
	rows := walk(t, by[string], `SELECT account, json_build_array(account, balance) FROM accounts WHERE account > $1 ORDER BY account LIMIT $2`, "")
	return each("accounts", rows, func(pair [2]json.RawMessage) (b store.Balance, err error) {
		if err = json.Unmarshal(pair[0], &b.Account); err == nil {
			err = json.Unmarshal(pair[1], &b.Money)
		}
		return b, err
	})
}

// Wallet is a shop's money.
func (t *Tx) Wallet(s topup.ShopID) (w topup.Wallet, err error) {
	found, err := accounts.rows(t, text(s.Available()), text(s.Held()), text(s.Owed()))
	if err != nil {
		return w, err
	}
	var m [3]int64
	for i, f := range found {
		if m[i], err = f.number(accounts.name); err != nil {
			return w, err
		}
	}
	return topup.Wallet{Available: topup.Money(m[0]), Held: topup.Money(m[1]), Owed: -topup.Money(m[2])}, nil
}

// Totals sums the wallets of all shops, from their accounts alone; its cost
// grows with the shops only.
func (t *Tx) Totals() (w topup.Wallet, err error) {
	err = t.read(func(rows pgx.Rows) error { return addWallet(rows, &w) },
		`SELECT kind, sum(balance)::bigint FROM accounts WHERE kind <> 'house' GROUP BY kind`)
	return w, err
}

// addWallet adds what accounts of a kind hold to a wallet.
func addWallet(rows pgx.Rows, w *topup.Wallet) error {
	var kind string
	var m topup.Money
	if err := rows.Scan(&kind, (*int64)(&m)); err != nil {
		return err
	}
	switch kind {
	case "owed":
		w.Owed -= m
	case "held":
		w.Held += m
	default:
		w.Available += m
	}
	return nil
}

// Entries lists the newest lines of an account, from below the line before
// (0: from the newest).
func (t *Tx) Entries(a topup.AccountID, before uint64, limit int) ([]topup.Transaction, error) {
	return list[topup.Transaction](t, lines.name, `SELECT doc FROM journal WHERE seq IN
		(SELECT seq FROM postings WHERE account = $1 AND seq < $2 GROUP BY seq ORDER BY seq DESC LIMIT $3) ORDER BY seq DESC`, text(a), below(before), limit)
}
