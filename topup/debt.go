package topup

import (
	"strconv"
	"strings"
	"time"
)

// Money between a shop and the owner. The rules:
//
//   - wallet and debt are two things: what a shop took on account is owed by it,
//     whatever its wallet holds. A debt never becomes more than nothing owed;
//   - what is paid back pays the oldest part first;
//   - a slip is money once: a second entry with it is refused, unless the first
//     was undone;
//   - an entry is undone by a counter-entry, once, and never in part.

// Method is how money came from a shop, or went back to it.
type Method string

// The methods.
const (
	Cash      Method = "cash"
	CCP       Method = "ccp"       // a transfer between postal accounts
	BaridiMob Method = "baridimob" // the same by the post's app
	OnAccount Method = "account"   // none yet: the shop owes it; of a debit, it pays what the shop owes
)

// Methods are all of them, in the order shown.
func Methods() []Method { return []Method{Cash, CCP, BaridiMob, OnAccount} }

// HasSlip reports whether the method leaves a slip with a number.
func (m Method) HasSlip() bool { return m == CCP || m == BaridiMob }

// The shortest and longest number of a slip.
const (
	slipLeast = 4
	slipMost  = 24
)

// slipWords are what people write before the number of a slip.
var slipWords = []string{"CCP", "BARIDIMOB", "BARIDI", "MOB", "BORDEREAU", "SLIP", "REF", "NUM", "NO", "N"}

// CleanSlip reads the number of a slip as a person types it: Latin letters and
// digits of any kind, whatever stands between them, without words or zeros ahead,
// so that one slip is one number. False for what is none.
func CleanSlip(text string) (string, bool) {
	var b strings.Builder
	digits := 0
	for _, r := range strings.ToUpper(PlainDigits(text)) {
		switch {
		case r >= '0' && r <= '9':
			digits++
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		case strings.ContainsRune(" .-_/#:°", r):
		default:
			return "", false
		}
	}
	slip := strings.TrimLeft(b.String(), "0")
	for i := 0; i < len(slipWords); i++ {
		if rest, ok := strings.CutPrefix(slip, slipWords[i]); ok {
			slip, i = strings.TrimLeft(rest, "0"), -1
		}
	}
	return slip, digits >= slipLeast-1 && len(slip) >= slipLeast && len(slip) <= slipMost
}

// Entry is what an owner books for a shop: a credit or debit of its wallet, or
// a repayment of its debt.
type Entry struct {
	Kind    EntryKind
	Shop    ShopID
	Amount  Money
	Method  Method
	Slip    string // its number, as CleanSlip gives it; "" for none
	Memo    string
	Request string // makes it happen once, where no slip does
}

// slipTimes is how often a slip may be booked, and undone, and booked again.
const slipTimes = 9

// Key is the journal key of the entry, given a look into the journal. first is
// the line that has its slip already and was not undone: the entry must not be
// booked. A slip that came in as a credit is no repayment either.
func (e Entry) Key(line func(key string) (Transaction, bool)) (key string, first *Transaction) {
	if e.Slip == "" {
		return string(e.Kind) + "/" + e.Request, nil
	}
	kinds := []EntryKind{e.Kind}
	switch e.Kind {
	case EntryCredit:
		kinds = append(kinds, EntryRepay)
	case EntryRepay:
		kinds = append(kinds, EntryCredit)
	}
	for _, kind := range kinds {
		for n := 1; ; n++ {
			k := slipKey(kind, e.Method, e.Slip, n)
			was, there := line(k)
			if !there {
				if kind == e.Kind {
					key = k
				}
				break
			}
			if _, undone := line(UndoKey(k)); !undone || n == slipTimes {
				return "", &was
			}
		}
	}
	return key, nil
}

func slipKey(kind EntryKind, m Method, slip string, n int) string {
	key := string(kind) + "/slip/" + string(m) + "/" + slip
	if n > 1 {
		key += "/" + strconv.Itoa(n)
	}
	return key
}

// Transaction is the entry's line under a key of its own, booked by an owner in
// a chat; panel is where its receipt stands.
func (e Entry) Transaction(key string, actor, chat int64, panel string, at time.Time) Transaction {
	var t Transaction
	switch e.Kind {
	case EntryCredit:
		t = Credit(e.Shop, e.Amount, e.Request, actor, chat, e.Memo, at)
	case EntryDebit:
		t = Debit(e.Shop, e.Amount, e.Request, actor, chat, e.Memo, at)
	case EntryRepay:
		t = Transaction{At: at, Actor: actor, Shop: e.Shop, Chat: chat, Memo: e.Memo,
			Postings: []Posting{{Funding, -e.Amount}, {e.Shop.Owed(), e.Amount}}}
	}
	t.Key, t.Method, t.Slip, t.Panel = key, e.Method, e.Slip, panel
	for i := range t.Postings {
		if e.Method == OnAccount && t.Postings[i].Account == Funding {
			t.Postings[i].Account = e.Shop.Owed()
		}
	}
	return t
}

// UndoKey is the key of the line that undoes another.
func UndoKey(key string) string { return string(EntryUndo) + "/" + key }

// Undo is the counter-entry of a line that an owner booked; false for any other
// line.
func Undo(line Transaction, actor, chat int64, at time.Time) (Transaction, bool) {
	switch kind, _ := SplitKey(line.Key); kind {
	case EntryCredit, EntryDebit, EntryRepay:
	default:
		return Transaction{}, false
	}
	shop := line.Shop
	t := Transaction{Key: UndoKey(line.Key), At: at, Actor: actor, Shop: shop, Chat: chat}
	for _, p := range line.Postings {
		t.Postings = append(t.Postings, Posting{p.Account, -p.Amount})
	}
	return t, true
}

// On is what the line puts into an account.
func (t Transaction) On(a AccountID) (sum Money) {
	for _, p := range t.Postings {
		if p.Account == a {
			sum += p.Amount
		}
	}
	return sum
}

// Ages of a part of a debt.
const (
	debtYoung = 7 * 24 * time.Hour
	debtOld   = 30 * 24 * time.Hour
)

// Debt is what a shop owes, by the age of its parts.
type Debt struct {
	Shop  ShopID
	Owed  Money
	Since time.Time // of the oldest part not paid back
	Young Money     // under seven days
	Grown Money     // under thirty
	Old   Money
	// Whole tells that all lines were read that the debt is made of; else Since
	// is the oldest of those, and the rest counts as old as that.
	Whole bool
}

// DebtReading finds of what parts a debt is made. It is given the shop's lines
// on its debt, the newest first: what is paid back pays the oldest, so the
// newest that were lent are what is left.
type DebtReading struct {
	debt   Debt
	now    time.Time
	left   Money
	undone map[string]bool
}

// ReadDebt begins with how much a shop owes.
func ReadDebt(shop ShopID, owed Money, now time.Time) *DebtReading {
	return &DebtReading{debt: Debt{Shop: shop, Owed: owed}, now: now, left: owed, undone: map[string]bool{}}
}

// Add takes the next older line; false when no more are needed.
func (r *DebtReading) Add(line Transaction) bool {
	if r.left <= 0 {
		return false
	}
	if kind, key := SplitKey(line.Key); kind == EntryUndo {
		r.undone[key] = true // as if it had never been
		return true
	}
	if lent := -line.On(r.debt.Shop.Owed()); lent > 0 && !r.undone[line.Key] {
		r.part(min(lent, r.left), line.At)
	}
	return r.left > 0
}

func (r *DebtReading) part(m Money, at time.Time) {
	r.left -= m
	r.debt.Since = at
	switch age := r.now.Sub(at); {
	case age < debtYoung:
		r.debt.Young += m
	case age < debtOld:
		r.debt.Grown += m
	default:
		r.debt.Old += m
	}
}

// Debt is what was found.
func (r *DebtReading) Debt() Debt {
	d := *r
	d.debt.Whole = d.left <= 0
	if d.left > 0 {
		d.part(d.left, d.debt.Since)
	}
	return d.debt
}
