package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// booked is an entry as the test remembers it.
type booked struct {
	entry  topup.Entry
	key    string
	at     time.Time
	undone bool
}

// debts books random entries and undoes some: wallet and debt must be what the
// entries that stand sum to, the journal must prove it, and the age of the debt
// must be that of a queue that is paid from its front.
func debts(t *testing.T, site func(testing.TB) Site) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		here := site(outer)
		defer here.drop()
		db, err := here.Open(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { db.Close() }()
		begin(t, db)
		var all []booked
		now := t0
		err = db.Update(func(tx till.Tx) error {
			for n := range rapid.IntRange(1, 30).Draw(t, "steps") {
				now = t0.Add(time.Duration(n) * 24 * time.Hour)
				if len(all) > 0 && rapid.IntRange(0, 3).Draw(t, "undo") == 0 {
					undoOne(t, tx, all, now)
				} else {
					all = bookOne(t, tx, all, fmt.Sprint("r", n), now)
				}
				stands(t, tx, all, now)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sound(outer, db, nil)
	})
}

// sumOf is what the entries that stand leave of a wallet and a debt.
func sumOf(all []booked) (w topup.Wallet) {
	for _, b := range all {
		m, debt := b.entry.Amount, b.entry.Method == topup.OnAccount
		switch {
		case b.undone:
		case b.entry.Kind == topup.EntryRepay:
			w.Owed -= m
		case b.entry.Kind == topup.EntryCredit:
			w.Available += m
			if debt {
				w.Owed += m
			}
		default:
			w.Available -= m
			if debt {
				w.Owed -= m
			}
		}
	}
	return w
}

func bookOne(t *rapid.T, tx till.Tx, all []booked, request string, now time.Time) []booked {
	e := topup.Entry{
		Kind: rapid.SampledFrom([]topup.EntryKind{topup.EntryCredit, topup.EntryCredit, topup.EntryDebit, topup.EntryRepay}).Draw(t, "kind"),
		Shop: 1, Amount: drawMoney(t), Method: rapid.SampledFrom(topup.Methods()).Draw(t, "method"), Request: request,
	}
	if e.Kind == topup.EntryRepay && e.Method == topup.OnAccount {
		e.Kind = topup.EntryDebit
	}
	if e.Method.HasSlip() {
		e.Slip = fmt.Sprint("1000", rapid.IntRange(1, 4).Draw(t, "slip"))
	}
	key, first := e.Key(func(key string) (topup.Transaction, bool) {
		line, ok, err := tx.Posted(key)
		must(t, err)
		return line, ok
	})
	used := false
	for _, b := range all {
		in := func(k topup.EntryKind) bool { return k != topup.EntryDebit }
		used = used || !b.undone && e.Slip != "" && b.entry.Slip == e.Slip && b.entry.Method == e.Method && in(b.entry.Kind) == in(e.Kind)
	}
	if used != (first != nil) {
		t.Fatalf("%+v: its slip was used %t, the journal says %v", e, used, first)
	}
	if used {
		return all
	}
	next := append(all, booked{entry: e, key: key, at: now})
	w := sumOf(next)
	posted, err := tx.Post(e.Transaction(key, 1, 1, "", now))
	if bad := w.Available < 0 || w.Owed < 0; bad != errors.Is(err, store.ErrInsufficient) || bad == posted {
		t.Fatalf("%+v leaves %+v: %t %v", e, w, posted, err)
	} else if bad {
		return all
	}
	return next
}

func undoOne(t *rapid.T, tx till.Tx, all []booked, now time.Time) {
	b := &all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
	line, _, err := tx.Posted(b.key)
	must(t, err)
	back, ok := topup.Undo(line, 1, 1, now)
	if !ok {
		t.Fatalf("%s can't be undone", b.key)
	}
	was := b.undone
	b.undone = true
	w := sumOf(all)
	posted, err := tx.Post(back)
	switch bad := w.Available < 0 || w.Owed < 0; {
	case was && (posted || err != nil):
		t.Fatalf("%s undone twice: %t %v", b.key, posted, err)
	case !was && (bad != errors.Is(err, store.ErrInsufficient) || bad == posted):
		t.Fatalf("%s undone leaves %+v: %t %v", b.key, w, posted, err)
	case bad:
		b.undone = was
	}
}

// stands compares the store with what was booked.
func stands(t *rapid.T, tx till.Tx, all []booked, now time.Time) {
	w, err := tx.Wallet(1)
	must(t, err)
	want := sumOf(all)
	if w != want {
		t.Fatalf("the shop has %+v, its entries sum to %+v", w, want)
	}
	total, err := tx.Totals()
	must(t, err)
	if total != want {
		t.Fatalf("all shops have %+v, not %+v", total, want)
	}
	lines, err := tx.Entries(topup.ShopID(1).Owed(), 0, 100)
	must(t, err)
	read := topup.ReadDebt(1, w.Owed, now)
	for _, line := range lines {
		if !read.Add(line) {
			break
		}
	}
	if got, want := read.Debt(), queued(all, now); got != want {
		t.Fatalf("the debt is %+v, want %+v", got, want)
	}
}

// queued is the debt by a queue of what was lent, paid from its front.
func queued(all []booked, now time.Time) topup.Debt {
	d := topup.Debt{Shop: 1, Whole: true}
	var paid topup.Money
	for _, b := range all {
		if e := b.entry; !b.undone && e.Kind != topup.EntryCredit && (e.Kind == topup.EntryRepay || e.Method == topup.OnAccount) {
			paid += e.Amount
		}
	}
	for _, b := range all {
		if b.undone || b.entry.Kind != topup.EntryCredit || b.entry.Method != topup.OnAccount {
			continue
		}
		left := b.entry.Amount - min(paid, b.entry.Amount)
		paid -= min(paid, b.entry.Amount)
		if left == 0 {
			continue
		}
		if d.Owed += left; d.Since.IsZero() {
			d.Since = b.at
		}
		switch age := int(now.Sub(b.at).Hours() / 24); {
		case age < 7:
			d.Young += left
		case age < 30:
			d.Grown += left
		default:
			d.Old += left
		}
	}
	return d
}
