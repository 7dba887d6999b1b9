package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"hanout/store"
	"hanout/topup"
)

// Post appends a line to the journal and moves the balances. The same key
// with the same postings is no new line (posted = false); with others it is
// store.ErrConflict, and a line that does not balance, or overdraws a shop, is
// refused ([store.After]). Everything is checked before anything is written.
func (t *Tx) Post(j topup.Transaction) (posted bool, err error) {
	if old, ok, err := t.Posted(j.Key); err != nil {
		return false, err
	} else if ok {
		if slices.Equal(old.Postings, j.Postings) {
			return false, nil
		}
		return false, fmt.Errorf("%w: %s", store.ErrConflict, j.Key)
	}
	after, err := store.After(j, t.Balance)
	if err != nil {
		return false, err
	}
	seq, prev, err := t.Head()
	if err != nil {
		return false, err
	}
	j.Seq, j.Prev = seq+1, prev
	j.Hash = store.Hash(j)
	return true, t.addLine(j, after)
}

// addLine writes a line, and the balances that it leaves.
func (t *Tx) addLine(j topup.Transaction, after map[topup.AccountID]topup.Money) error {
	if err := t.putJSON(bJournal, u64(j.Seq), j); err != nil {
		return err
	}
	if err := t.put(bJournalKey, []byte(j.Key), u64(j.Seq)); err != nil {
		return err
	}
	for account, m := range after {
		if err := t.put(bBalances, []byte(account), i64(int64(m))); err != nil {
			return err
		}
		if err := t.put(bEntries, textKey(string(account), j.Seq), nil); err != nil {
			return err
		}
	}
	return nil
}

// Posted finds a journal line by its key.
func (t *Tx) Posted(key string) (topup.Transaction, bool, error) {
	seq, ok, err := t.number(bJournalKey, []byte(key))
	if err != nil || !ok {
		return topup.Transaction{}, false, err
	}
	j, ok, err := t.line(seq)
	if err == nil && !ok {
		err = store.Corrupt(bJournalKey, []byte(key), "a line is missing")
	}
	return j, ok, err
}

func (t *Tx) line(seq uint64) (topup.Transaction, bool, error) {
	var j topup.Transaction
	ok, err := t.getJSON(bJournal, u64(seq), &j)
	return j, ok, err
}

// Lines lists the journal's lines from above a number, in their order, at most
// limit.
func (t *Tx) Lines(after uint64, limit int) (list []topup.Transaction, err error) {
	c := t.bucket(bJournal).Cursor()
	for k, _ := c.Seek(u64(after + 1)); k != nil && len(list) < limit; k, _ = c.Next() {
		j, err := getRow[topup.Transaction](t, bJournal, k)
		if err != nil {
			return list, err
		}
		list = append(list, j)
	}
	return list, nil
}

// Head is the number and hash of the journal's last line; 0 and "" at first.
func (t *Tx) Head() (seq uint64, hash string, err error) {
	k, _ := t.bucket(bJournal).Cursor().Last()
	if k == nil {
		return 0, "", nil
	}
	if len(k) != 8 {
		return 0, "", store.Corrupt(bJournal, k, "a key has the wrong length")
	}
	j, _, err := t.line(binary.BigEndian.Uint64(k))
	return j.Seq, j.Hash, err
}

// Balance is the money in an account; 0 for one never used.
func (t *Tx) Balance(a topup.AccountID) (topup.Money, error) {
	b, err := t.get(bBalances, []byte(a))
	if err != nil || b == nil {
		return 0, err
	}
	if len(b) != 8 {
		return 0, store.Corrupt(bBalances, []byte(a), "a balance has the wrong length")
	}
	return topup.Money(fromI64(b)), nil
}

// Wallet is a shop's money.
func (t *Tx) Wallet(s topup.ShopID) (topup.Wallet, error) {
	available, err := t.Balance(s.Available())
	if err != nil {
		return topup.Wallet{}, err
	}
	held, err := t.Balance(s.Held())
	if err != nil {
		return topup.Wallet{}, err
	}
	owed, err := t.Balance(s.Owed())
	return topup.Wallet{Available: available, Held: held, Owed: -owed}, err
}

// Totals sums the wallets of all shops, from their accounts alone; its cost
// grows with the shops only.
func (t *Tx) Totals() (topup.Wallet, error) {
	var sum topup.Wallet
	c := t.bucket(bBalances).Cursor()
	prefix := []byte("shop/")
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		m, err := t.Balance(topup.AccountID(k))
		if err != nil {
			return sum, err
		}
		switch a := topup.AccountID(k); {
		case a.OfDebt():
			sum.Owed -= m
		case bytes.HasSuffix(k, []byte("/held")):
			sum.Held += m
		default:
			sum.Available += m
		}
	}
	return sum, nil
}

// Entries lists the newest lines of an account, from below the line before
// (0: from the newest).
func (t *Tx) Entries(a topup.AccountID, before uint64, limit int) ([]topup.Transaction, error) {
	var out []topup.Transaction
	var from []byte
	if before > 0 {
		from = textKey(string(a), before)
	}
	for k := range newestFirst(t.bucket(bEntries), append([]byte(a), 0), from) {
		if len(out) == limit {
			break
		}
		_, seq, ok := fromTextKey(k)
		if !ok {
			return out, store.Corrupt(bEntries, k, "a key does not decode")
		}
		j, ok, err := t.line(seq)
		if err != nil || !ok {
			return out, errors.Join(err, store.Corrupt(bEntries, k, "a line is missing"))
		}
		out = append(out, j)
	}
	return out, nil
}
