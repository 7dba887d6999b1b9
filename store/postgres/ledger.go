package postgres

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// lines are never written again.
var lines = newTable("journal", 1, `seq key at shop actor chat method slip memo prev hash`, func(j topup.Transaction) []any {
	return []any{number(j.Seq), text(j.Key), j.At, optional(number(j.Shop)), j.Actor, j.Chat, text(j.Method), text(j.Slip), text(j.Memo), j.Prev, j.Hash}
})

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

// writeLines writes lines, with the postings that move the balances: each
// balance once, however many lines there are.
func (t *Tx) writeLines(list ...topup.Transaction) error {
	var seqs, places, amounts []int64
	var accounts []string
	for _, j := range list {
		for i, p := range j.Postings {
			seqs, places = append(seqs, number(j.Seq)), append(places, int64(i+1))
			accounts, amounts = append(accounts, text(p.Account)), append(amounts, int64(p.Amount))
		}
		if err := lines.append(t, j); err != nil {
			return err
		}
	}
	t.write(`INSERT INTO accounts (account) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING`, accounts)
	t.write(`INSERT INTO postings (seq, n, account, amount) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])`, seqs, places, accounts, amounts)
	return nil
}

// Posted finds a journal line by its key.
func (t *Tx) Posted(key string) (topup.Transaction, bool, error) {
	return one[topup.Transaction](t, lines.name, `SELECT doc FROM journal WHERE key = $1`, text(key))
}

// Lines lists the journal's lines from above a number, in their order, at most
// limit.
func (t *Tx) Lines(after uint64, limit int) ([]topup.Transaction, error) {
	return list[topup.Transaction](t, lines.name, `SELECT doc FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, number(after), limit)
}

// Head is the number and hash of the journal's last line; 0 and "" at first.
func (t *Tx) Head() (seq uint64, hash string, err error) {
	err = t.read(func(rows pgx.Rows) error { return rows.Scan(&seq, &hash) }, `SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1`)
	return seq, hash, err
}

// Balance is the money in an account; 0 for one never used.
func (t *Tx) Balance(a topup.AccountID) (topup.Money, error) {
	m, _, err := value[int64](t, `SELECT balance FROM accounts WHERE account = $1`, text(a))
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
	err = t.read(func(rows pgx.Rows) error { return addWallet(rows, &w) },
		`SELECT kind, balance FROM accounts WHERE account = ANY ($1)`, []string{text(s.Available()), text(s.Held()), text(s.Owed())})
	return w, err
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
