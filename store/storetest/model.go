package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// model is the store as a few maps: what it must say after any run.
type model struct {
	wallets map[topup.ShopID]topup.Wallet
	credits map[string]topup.Money // by request
	orders  map[topup.OrderID]topup.Order
	placed  []topup.OrderID
	owed    map[string]string // panel → text
	panels  map[string]int    // panel → message
	handled map[int64]time.Time
}

func (m *model) clone() *model {
	return &model{maps.Clone(m.wallets), maps.Clone(m.credits), maps.Clone(m.orders), slices.Clone(m.placed),
		maps.Clone(m.owed), maps.Clone(m.panels), maps.Clone(m.handled)}
}

// step does one random thing in the transaction and the model alike.
func (m *model) step(t *rapid.T, tx till.Tx, now time.Time) {
	shop := topup.ShopID(rapid.IntRange(1, 3).Draw(t, "shop"))
	money := topup.Money(rapid.IntRange(1, 300).Draw(t, "money")) * 100
	card := fmt.Sprint("c", rapid.IntRange(1, 4).Draw(t, "card"))
	ok := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	switch what := rapid.SampledFrom([]string{"credit", "debit", "place", "place", "move", "move", "move", "owe", "deliver", "fail", "handle", "forget"}).Draw(t, "what"); what {
	case "credit":
		request := fmt.Sprint("r", rapid.IntRange(1, 20).Draw(t, "request"))
		posted, err := tx.Post(topup.Credit(shop, money, request, 1, 1, "", now))
		key := fmt.Sprint(request, "/", shop)
		old, known := m.credits[request]
		switch {
		case !known && (err != nil || !posted):
			t.Fatalf("credit %s: %t %v", request, posted, err)
		case known && posted, known && m.credits[key] == money && err != nil, known && m.credits[key] != money && !errors.Is(err, store.ErrConflict):
			t.Fatalf("credit %s again, %s after %s: %t %v", request, money, old, posted, err)
		case !known:
			m.credits[request], m.credits[key] = money, money
			m.add(shop, money, 0)
		}
	case "debit":
		posted, err := tx.Post(topup.Debit(shop, money, topup.NewID(), 1, 1, "", now))
		if short := m.wallets[shop].Available < money; short != errors.Is(err, store.ErrInsufficient) || short == posted {
			t.Fatalf("debit of %s from %v: %t %v", money, m.wallets[shop], posted, err)
		} else if !short {
			m.add(shop, -money, 0)
		}
	case "place":
		id := fmt.Sprint("o", rapid.IntRange(1, 12).Draw(t, "order"))
		o := order(topup.Shop{ID: shop, Chat: 1000 + int64(shop)}, id, money)
		o.Due = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "wait")) * time.Second)
		got, err := tx.Place(o)
		old, known := m.orders[o.ID]
		switch {
		case known:
			if !errors.Is(err, store.ErrExists) || got.No != old.No {
				t.Fatalf("%s again: %v, no. %d", id, err, got.No)
			}
		case m.wallets[shop].Available < money:
			if !errors.Is(err, store.ErrInsufficient) {
				t.Fatalf("%s for %s from %v: %v", id, money, m.wallets[shop], err)
			}
		default:
			ok(err)
			if got.No != uint64(len(m.placed)+1) {
				t.Fatalf("%s has number %d after %d orders", id, got.No, len(m.placed))
			}
			m.orders[o.ID], m.placed = got, append(m.placed, o.ID)
			m.add(shop, -money, money)
		}
	case "move":
		if len(m.placed) > 0 {
			m.move(t, tx, m.orders[rapid.SampledFrom(m.placed).Draw(t, "which")], now)
		}
	case "owe":
		text := topup.NewID()
		_, err := tx.Owe(store.Owed{Panel: card, Chat: 5, Since: now, Body: []byte(text)})
		ok(err)
		m.owed[card] = text
	case "deliver", "fail":
		o, waits, err := tx.OwedOf(card)
		ok(err)
		if text, want := m.owed[card]; waits != want || string(o.Body) != text {
			t.Fatalf("card %s owes %q, want %q", card, o.Body, text)
		}
		if what == "fail" {
			ok(tx.Undeliverable(card, o.Seq, "blocked", now))
		} else {
			message := rapid.IntRange(1, 5).Draw(t, "message")
			former, err := tx.Delivered(card, o.Seq, 5, message, now)
			ok(err)
			if former != m.panels[card] {
				t.Fatalf("card %s was message %d, want %d", card, former, m.panels[card])
			}
			m.panels[card] = message
		}
		delete(m.owed, card)
	case "handle":
		id := rapid.Int64Range(-3, 12).Draw(t, "update")
		ok(tx.MarkHandled(id, now))
		if _, seen := m.handled[id]; !seen {
			m.handled[id] = now
		}
	case "forget":
		before := now.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "age")) * time.Second)
		_, err := tx.PruneHandled(before, 1000)
		ok(err)
		maps.DeleteFunc(m.handled, func(_ int64, at time.Time) bool { return at.Before(before) })
	}
}

func (m *model) add(shop topup.ShopID, available, held topup.Money) {
	w := m.wallets[shop]
	m.wallets[shop] = topup.Wallet{Available: w.Available + available, Held: w.Held + held}
}

// move takes an order on by what a provider might say, sensible or not.
func (m *model) move(t *rapid.T, tx till.Tx, o topup.Order, now time.Time) {
	var s topup.Change
	if o.State == topup.Placed {
		if rapid.Bool().Draw(t, "cancel") {
			s, _ = topup.Cancel(o, topup.ReasonCancelled, now)
		} else {
			var err error
			if s, err = topup.Submit(o, now, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		s = topup.Checked(o, topup.Status{
			ProviderID: "p-" + string(o.ID), Evidence: topup.Evidence{At: now, Word: "WORD"},
			Phase: rapid.SampledFrom([]topup.Phase{topup.PhaseOpen, topup.PhaseUncertain, topup.PhaseQueued, topup.PhaseDone, topup.PhaseRefunded}).Draw(t, "phase"),
		}, now, 1)
	}
	got, err := tx.Apply(s)
	if err != nil {
		t.Fatalf("%s from %s to %s: %v", o.ID, o.State, s.Order.State, err)
	}
	if !o.State.Final() {
		switch s.Order.State {
		case topup.Delivered:
			m.add(o.Shop, 0, -o.Price)
		case topup.Refunded:
			m.add(o.Shop, o.Price, -o.Price)
		}
	}
	m.orders[o.ID] = got
}

// compare reads everything back, and checks.
func (m *model) compare(t *rapid.T, db Store, v *store.Vault) {
	if err := db.View(func(tx till.Tx) error {
		for shop := topup.ShopID(1); shop <= 3; shop++ {
			if w, err := tx.Wallet(shop); err != nil || w != m.wallets[shop] {
				t.Fatalf("shop %d has %v (%v), want %v", shop, w, err, m.wallets[shop])
			}
			var want []uint64
			for _, id := range slices.Backward(m.placed) {
				if o := m.orders[id]; o.Shop == shop {
					want = append(want, o.No)
				}
			}
			list, err := tx.OrdersOf(shop, 0, 100)
			if got := numbers(list); err != nil || !slices.Equal(got, want) {
				t.Fatalf("orders of shop %d: %v (%v), want %v", shop, got, err, want)
			}
		}
		var open, due []topup.OrderID
		for id, o := range m.orders {
			got, ok, err := tx.Order(id)
			if err != nil || !ok || got.State != o.State || !got.Due.Equal(o.Due) || got.ProviderID != o.ProviderID {
				t.Fatalf("order %s is %+v (%v), want %+v", id, got, err, o)
			}
			for by, find := range map[string]func() (topup.Order, bool, error){
				"number": func() (topup.Order, bool, error) { return tx.OrderByNo(o.No) },
				"card":   func() (topup.Order, bool, error) { return tx.OrderByPanel(o.Panel) },
				"provider": func() (topup.Order, bool, error) {
					if o.ProviderID == "" {
						return o, true, nil
					}
					return tx.OrderByProvider(o.ProviderID)
				},
			} {
				if got, ok, err := find(); err != nil || !ok || got.ID != id {
					t.Fatalf("order %s by %s: %s %t %v", id, by, got.ID, ok, err)
				}
			}
			if !o.State.Final() {
				open = append(open, id)
			}
		}
		due = slices.SortedFunc(slices.Values(open), func(a, b topup.OrderID) int {
			if c := m.orders[a].Due.Compare(m.orders[b].Due); c != 0 {
				return c
			}
			return cmp.Compare(a, b)
		})
		list, err := tx.Due(t0.Add(1000*time.Hour), 100, nil)
		if err != nil || !slices.Equal(ids(list), due) {
			t.Fatalf("due: %v (%v), want %v", ids(list), err, due)
		}
		slices.Sort(open)
		if list, err = all(tx.OpenOrders()); err != nil || !slices.Equal(ids(list), open) {
			t.Fatalf("open: %v (%v), want %v", ids(list), err, open)
		}
		owed := map[string]string{}
		for o, err := range tx.Outbox() {
			if err != nil {
				t.Fatal(err)
			}
			owed[o.Panel] = string(o.Body)
		}
		if !maps.Equal(owed, m.owed) {
			t.Fatalf("owed: %v, want %v", owed, m.owed)
		}
		for id := int64(-3); id <= 12; id++ {
			_, want := m.handled[id]
			if got, err := tx.Handled(id); err != nil || got != want {
				t.Fatalf("update %d handled: %t (%v), want %t", id, got, err, want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if r, err := db.Check(v); err != nil || len(r.Problems) > 0 {
		t.Fatalf("not sound: %v %q", err, r.Problems)
	}
}

func numbers(list []topup.Order) (out []uint64) {
	for _, o := range list {
		out = append(out, o.No)
	}
	return out
}

func ids(list []topup.Order) (out []topup.OrderID) {
	for _, o := range list {
		out = append(out, o.ID)
	}
	return out
}

func newModel() *model {
	return &model{map[topup.ShopID]topup.Wallet{}, map[string]topup.Money{}, map[topup.OrderID]topup.Order{}, nil,
		map[string]string{}, map[string]int{}, map[int64]time.Time{}}
}

// begin makes the shops of the model.
func begin(t *rapid.T, db Store) {
	if err := db.Update(func(tx till.Tx) error {
		for id := topup.ShopID(1); id <= 3; id++ {
			if err := tx.PutShop(topup.Shop{ID: id, Chat: 1000 + int64(id)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

var errBack = errors.New("rolled back")

// batch runs a random batch against the store and gives the model of what is
// kept then; within is called before the batch ends.
func (m *model) batch(t *rapid.T, db Store, i int, within func()) *model {
	next := m.clone()
	back := rapid.IntRange(0, 4).Draw(t, "roll back") == 0
	err := db.Update(func(tx till.Tx) error {
		for n := range rapid.IntRange(1, 10).Draw(t, "steps") {
			next.step(t, tx, t0.Add(time.Duration(20*i+n)*time.Second))
		}
		within()
		if back {
			return errBack
		}
		return nil
	})
	switch {
	case back && err != errBack, !back && err != nil:
		t.Fatal(err)
	case back:
		return m
	}
	return next
}

// againstModel runs random batches, some of them rolled back, with the store
// closed and opened in between, against the model.
func againstModel(t *testing.T, site func(testing.TB) Site) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		here := site(outer)
		db, err := here.Open(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { db.Close() }()
		m := newModel()
		begin(t, db)
		for i := range rapid.IntRange(1, 8).Draw(t, "batches") {
			m = m.batch(t, db, i, func() {})
			if rapid.IntRange(0, 3).Draw(t, "reopen") == 0 {
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				if db, err = here.Open(nil, nil); err != nil {
					t.Fatal(err)
				}
			}
			m.compare(t, db, nil)
		}
	})
}

// crashPoints ends the process, so to speak, in the midst of batches and right
// after their commits: what lies on disk then is all of the batch or nothing
// of it, and sound.
func crashPoints(t *testing.T, site func(testing.TB) Site) {
	outer, v := t, vault(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		here := site(outer)
		var after func()
		db, err := here.Open(v, func() {
			if after != nil {
				after()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m := newModel()
		begin(t, db)
		left := func(when string, left Site, m *model) {
			db, err := left.Open(v, nil)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			defer db.Close()
			m.compare(t, db, v)
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "batches") {
			var within, committed *Site
			crash := rapid.IntRange(0, 2).Draw(t, "crash")
			after = func() {
				if crash == 1 {
					s := here.Crashed()
					committed = &s
				}
			}
			next := m.batch(t, db, i, func() {
				if crash == 2 {
					s := here.Crashed()
					within = &s
				}
			})
			if within != nil {
				left("within a batch", *within, m)
			}
			if committed != nil {
				left("after a commit", *committed, next)
			} else if crash == 1 && next != m {
				t.Fatal("a commit was not told")
			}
			m = next
		}
	})
}
