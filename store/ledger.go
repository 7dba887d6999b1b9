package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hanout/topup"
)

// Errors of the ledger. Nothing is written when one of them comes back.
var (
	// ErrInsufficient is a shop account that would fall below zero.
	ErrInsufficient = errors.New("store: not enough money")
	// ErrConflict is a journal key used before with other postings.
	ErrConflict = errors.New("store: the journal has another line with this key")
	// ErrUnbalanced is a transaction that does not sum to zero or is
	// malformed.
	ErrUnbalanced = errors.New("store: the postings do not balance")
)

// Post appends a line to the journal and moves the balances. The same key
// with the same postings is no new line (posted = false); with others it is
// ErrConflict. Everything is checked before anything is written.
func (t *Tx) Post(j topup.Transaction) (posted bool, err error) {
	if old, ok, err := t.Posted(j.Key); err != nil {
		return false, err
	} else if ok {
		if slices.Equal(old.Postings, j.Postings) {
			return false, nil
		}
		return false, fmt.Errorf("%w: %s", ErrConflict, j.Key)
	}
	after, err := t.balancesAfter(j)
	if err != nil {
		return false, err
	}
	seq, prev, err := t.Head()
	if err != nil {
		return false, err
	}
	j.Seq, j.Prev = seq+1, prev
	j.Hash = hashOf(j)
	if err := t.putJSON(bJournal, u64(j.Seq), j); err != nil {
		return false, err
	}
	if err := t.put(bJournalKey, []byte(j.Key), u64(j.Seq)); err != nil {
		return false, err
	}
	for account, m := range after {
		if err := t.put(bBalances, []byte(account), i64(int64(m))); err != nil {
			return false, err
		}
		if err := t.put(bEntries, textKey(string(account), j.Seq), nil); err != nil {
			return false, err
		}
	}
	return true, nil
}

// balancesAfter checks a transaction and gives the balances it leaves.
func (t *Tx) balancesAfter(j topup.Transaction) (map[topup.AccountID]topup.Money, error) {
	if j.Key == "" || len(j.Postings) < 2 {
		return nil, fmt.Errorf("%w: %q has no key or fewer than two postings", ErrUnbalanced, j.Key)
	}
	var total topup.Money
	after := make(map[topup.AccountID]topup.Money, len(j.Postings))
	for _, p := range j.Postings {
		if p.Amount == 0 || p.Amount > topup.MaxMoney || p.Amount < -topup.MaxMoney || p.Account == "" || strings.ContainsRune(string(p.Account), 0) {
			return nil, fmt.Errorf("%w: %q has an impossible posting", ErrUnbalanced, j.Key)
		}
		m, known := after[p.Account]
		if !known {
			var err error
			if m, err = t.Balance(p.Account); err != nil {
				return nil, err
			}
		}
		var ok, fits bool
		after[p.Account], ok = m.Add(p.Amount)
		total, fits = total.Add(p.Amount)
		if !ok || !fits {
			return nil, fmt.Errorf("%w: %q overflows", ErrUnbalanced, j.Key)
		}
	}
	if total != 0 {
		return nil, fmt.Errorf("%w: %q sums to %s", ErrUnbalanced, j.Key, total)
	}
	for account, m := range after {
		if m < 0 && ofShop(account) {
			return nil, ErrInsufficient
		}
	}
	return after, nil
}

// ofShop tells the accounts that may never be negative.
func ofShop(a topup.AccountID) bool { return strings.HasPrefix(string(a), "shop/") }

// hashOf chains a line: SHA-256 over the former hash and the line's content.
func hashOf(j topup.Transaction) string {
	j.Hash = ""
	b, err := json.Marshal(j)
	if err != nil {
		panic("store: a journal line does not encode: " + err.Error()) // no field can fail
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Posted finds a journal line by its key.
func (t *Tx) Posted(key string) (topup.Transaction, bool, error) {
	seq, ok, err := t.number(bJournalKey, []byte(key))
	if err != nil || !ok {
		return topup.Transaction{}, false, err
	}
	j, ok, err := t.line(seq)
	if err == nil && !ok {
		err = corrupt(bJournalKey, []byte(key), "a line is missing")
	}
	return j, ok, err
}

func (t *Tx) line(seq uint64) (topup.Transaction, bool, error) {
	var j topup.Transaction
	ok, err := t.getJSON(bJournal, u64(seq), &j)
	return j, ok, err
}

// Head is the number and hash of the journal's last line; 0 and "" at first.
func (t *Tx) Head() (seq uint64, hash string, err error) {
	k, _ := t.bucket(bJournal).Cursor().Last()
	if k == nil {
		return 0, "", nil
	}
	if len(k) != 8 {
		return 0, "", corrupt(bJournal, k, "a key has the wrong length")
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
		return 0, corrupt(bBalances, []byte(a), "a balance has the wrong length")
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
	return topup.Wallet{Available: available, Held: held}, err
}

// Totals sums the wallets of all shops; its cost grows with the shops only.
func (t *Tx) Totals() (topup.Wallet, error) {
	var sum topup.Wallet
	var failed error
	err := t.Shops(func(s topup.Shop) bool {
		var w topup.Wallet
		if w, failed = t.Wallet(s.ID); failed != nil {
			return false
		}
		sum.Available += w.Available
		sum.Held += w.Held
		return true
	})
	return sum, errors.Join(err, failed)
}

// Entries lists the newest lines of an account, from below the line before
// (0: from the newest).
func (t *Tx) Entries(a topup.AccountID, before uint64, limit int) ([]topup.Transaction, error) {
	var out []topup.Transaction
	var failed error
	prefix := append([]byte(a), 0)
	var from []byte
	if before > 0 {
		from = textKey(string(a), before)
	}
	newestFirst(t.bucket(bEntries), prefix, from, func(k []byte) bool {
		if len(out) == limit {
			return false
		}
		_, seq, ok := fromTextKey(k)
		if !ok {
			failed = corrupt(bEntries, k, "a key does not decode")
			return false
		}
		j, ok, err := t.line(seq)
		if err != nil || !ok {
			failed = errors.Join(err, corrupt(bEntries, k, "a line is missing"))
			return false
		}
		out = append(out, j)
		return true
	})
	return out, failed
}
