package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
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

	complaints map[topup.OrderID]topup.Complaint
}

func (m *model) clone() *model {
	return &model{maps.Clone(m.wallets), maps.Clone(m.credits), maps.Clone(m.orders), slices.Clone(m.placed),
		maps.Clone(m.owed), maps.Clone(m.panels), maps.Clone(m.handled), maps.Clone(m.complaints)}
}

// step does one random thing in the transaction and the model alike.
func (m *model) step(t *rapid.T, tx till.Tx, now time.Time) {
	things := map[string]func(*rapid.T, till.Tx, time.Time){
		"credit": m.credit, "debit": m.debit, "place": m.place, "move": m.moveOne,
		"owe": m.owe, "deliver": m.deliver, "fail": m.fail, "handle": m.handle, "forget": m.forget, "complain": m.complain,
	}
	what := rapid.SampledFrom([]string{"credit", "debit", "place", "place", "move", "move", "move", "owe", "deliver", "fail", "handle", "forget", "complain", "complain"}).Draw(t, "what")
	things[what](t, tx, now)
}

func drawShop(t *rapid.T) topup.ShopID { return topup.ShopID(rapid.IntRange(1, 3).Draw(t, "shop")) }

func drawMoney(t *rapid.T) topup.Money {
	return topup.Money(rapid.IntRange(1, 300).Draw(t, "money")) * 100
}

func drawPanel(t *rapid.T) string { return fmt.Sprint("c", rapid.IntRange(1, 4).Draw(t, "panel")) }

func must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (m *model) credit(t *rapid.T, tx till.Tx, now time.Time) {
	shop, money := drawShop(t), drawMoney(t)
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
}

func (m *model) debit(t *rapid.T, tx till.Tx, now time.Time) {
	shop, money := drawShop(t), drawMoney(t)
	posted, err := tx.Post(topup.Debit(shop, money, topup.NewID(), 1, 1, "", now))
	if short := m.wallets[shop].Available < money; short != errors.Is(err, store.ErrInsufficient) || short == posted {
		t.Fatalf("debit of %s from %v: %t %v", money, m.wallets[shop], posted, err)
	} else if !short {
		m.add(shop, -money, 0)
	}
}

func (m *model) place(t *rapid.T, tx till.Tx, now time.Time) {
	shop, money := drawShop(t), drawMoney(t)
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
		must(t, err)
		if got.No != uint64(len(m.placed)+1) {
			t.Fatalf("%s has number %d after %d orders", id, got.No, len(m.placed))
		}
		m.orders[o.ID], m.placed = got, append(m.placed, o.ID)
		m.add(shop, -money, money)
	}
}

func (m *model) moveOne(t *rapid.T, tx till.Tx, now time.Time) {
	if len(m.placed) > 0 {
		m.move(t, tx, m.orders[rapid.SampledFrom(m.placed).Draw(t, "which")], now)
	}
}

func (m *model) owe(t *rapid.T, tx till.Tx, now time.Time) {
	panel, text := drawPanel(t), topup.NewID()
	_, err := tx.Owe(store.Owed{Panel: panel, Chat: 5, Since: now, Body: []byte(text)})
	must(t, err)
	m.owed[panel] = text
}

// debt reads what a panel owes and compares.
func (m *model) debt(t *rapid.T, tx till.Tx, panel string) store.Owed {
	o, waits, err := tx.OwedOf(panel)
	must(t, err)
	if text, want := m.owed[panel]; waits != want || string(o.Body) != text {
		t.Fatalf("panel %s owes %q, want %q", panel, o.Body, text)
	}
	return o
}

func (m *model) deliver(t *rapid.T, tx till.Tx, now time.Time) {
	panel, message := drawPanel(t), rapid.IntRange(1, 5).Draw(t, "message")
	former, err := tx.Delivered(panel, m.debt(t, tx, panel).Seq, 5, message, now)
	must(t, err)
	if former != m.panels[panel] {
		t.Fatalf("panel %s was message %d, want %d", panel, former, m.panels[panel])
	}
	m.panels[panel] = message
	delete(m.owed, panel)
}

func (m *model) fail(t *rapid.T, tx till.Tx, now time.Time) {
	panel := drawPanel(t)
	must(t, tx.Undeliverable(panel, m.debt(t, tx, panel).Seq, "blocked", now))
	delete(m.owed, panel)
}

func (m *model) handle(t *rapid.T, tx till.Tx, now time.Time) {
	id := rapid.Int64Range(-3, 12).Draw(t, "update")
	must(t, tx.MarkHandled(id, now))
	if _, seen := m.handled[id]; !seen {
		m.handled[id] = now
	}
}

func (m *model) forget(t *rapid.T, tx till.Tx, now time.Time) {
	before := now.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "age")) * time.Second)
	_, err := tx.PruneHandled(before, 1000)
	must(t, err)
	maps.DeleteFunc(m.handled, func(_ int64, at time.Time) bool { return at.Before(before) })
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
		m.compareShops(t, tx)
		m.compareOrders(t, tx)
		m.compareComplaints(t, tx)
		owed, err := all(tx.Outbox())
		must(t, err)
		for _, o := range owed {
			if text, want := m.owed[o.Panel]; !want || string(o.Body) != text {
				t.Fatalf("panel %s owes %q, want %q", o.Panel, o.Body, text)
			}
		}
		if len(owed) != len(m.owed) {
			t.Fatalf("%d messages owed, want %v", len(owed), m.owed)
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

func (m *model) compareShops(t *rapid.T, tx till.Tx) {
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
}

func (m *model) compareOrders(t *rapid.T, tx till.Tx) {
	var open []topup.OrderID
	for id, o := range m.orders {
		got, ok, err := tx.Order(id)
		if err != nil || !ok || got.State != o.State || !got.Due.Equal(o.Due) || got.ProviderID != o.ProviderID {
			t.Fatalf("order %s is %+v (%v), want %+v", id, got, err, o)
		}
		for by, find := range map[string]func() (topup.Order, bool, error){
			"number": func() (topup.Order, bool, error) { return tx.OrderByNo(o.No) },
			"panel":  func() (topup.Order, bool, error) { return tx.OrderByPanel(o.Panel) },
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
	due := slices.SortedFunc(slices.Values(open), func(a, b topup.OrderID) int {
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
	list, err = all(tx.OpenOrders())
	if got := ids(list); err != nil || !slices.Equal(got, open) {
		t.Fatalf("open: %v (%v), want %v", got, err, open)
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
