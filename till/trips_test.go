package till

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hanout/locales"
	"hanout/oneclick"
	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/postgres"
	"hanout/topup"
)

// distant is a till on PostgreSQL, over a wire that counts round trips.
type distant struct {
	*testing.T
	wire   *cluster.Wire
	engine *Engine
	sent   *kept
	next   int64
	now    map[int64]Outgoing // what each chat was sent last
}

// sellers are the shops of a distant till, each with a keeper who sells.
const sellers = 256

func keeperOf(n int) int64 { return 5000 + int64(n) }

func newDistant(t *testing.T) *distant {
	server, err := cluster.Start("fsync=on")
	if errors.Is(err, cluster.ErrNone) {
		t.Skip("PostgreSQL is not installed: the round trips of a till on it are not counted")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	wire, err := cluster.Between(server.Socket(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wire.Stop)
	address := strings.Replace(server.Address("postgres", "far"), url.QueryEscape(filepath.Dir(server.Socket())), url.QueryEscape(wire.Dir), 1)
	if err := postgres.Create(t.Context(), address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	vault, err := store.NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), address, postgres.Options{Vault: vault})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r, err := db.Check(vault); err != nil || len(r.Problems) > 0 {
			t.Errorf("not sound: %v %q", err, r.Problems)
		}
		db.Close()
	})
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := &distant{T: t, wire: wire, sent: &kept{}, next: 1, now: map[int64]Outgoing{}}
	d.engine = NewEngine(Config{Admins: []int64{1}, Language: "fr", Scale: 1, Numbering: oneclick.Numbering{}}, Over(db), texts, slog.New(slog.NewTextHandler(io.Discard, nil)))
	d.engine.Connect(d.sent, idle{})
	d.engine.lastPoll.Store(time.Now().UnixNano())
	d.engine.heardOnce.Store(true)
	if err := d.engine.db.Update(d.stock); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *distant) stock(tx Tx) error {
	for n := range sellers {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		s := topup.Shop{ID: topup.ShopID(id), Chat: keeperOf(n), Name: fmt.Sprint(n), State: topup.ShopApproved}
		if err := tx.PutShop(s); err != nil {
			return err
		}
		if err := tx.PutMember(s.Keeper()); err != nil {
			return err
		}
		if err := tx.PutChat(store.Chat{ID: s.Chat, Language: "fr"}); err != nil {
			return err
		}
		if _, err := tx.Post(topup.Credit(s.ID, topup.Dinars(10_000), fmt.Sprint(n), 1, 1, "cash", time.Now())); err != nil {
			return err
		}
	}
	return tx.PutPlans([]topup.Plan{{Code: "PREPAID_DJEZZY", Family: topup.FamilyPrepaid, Name: "PREPAID", Operator: topup.Djezzy,
		Kind: topup.Dynamic, Cost: 980_000, CostKnown: true, Enabled: true, Min: topup.Dinars(100), Max: topup.Dinars(10_000)}})
}

// batch hands in events of some sellers as one batch, then what Telegram says
// of the messages that they brought as another, and gives the round trips.
func (d *distant) batch(events []event) (trips int64) {
	d.Helper()
	began := d.wire.Trips()
	if err := d.engine.commit(events); err != nil {
		d.Fatal(err)
	}
	var reports []event
	for _, o := range d.sent.out {
		d.now[o.Chat] = o
		d.next++
		reports = append(reports, delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: int(d.next)}})
	}
	d.sent.out = nil
	if len(reports) > 0 {
		if err := d.engine.commit(reports); err != nil {
			d.Fatal(err)
		}
	}
	return d.wire.Trips() - began
}

func (d *distant) updates(n int, of func(chat int64) Update) (all []event) {
	for i := range n {
		u := of(keeperOf(i))
		d.next++
		u.ID = d.next
		all = append(all, &arrived{update: u, at: time.Now(), ack: func(err error) {
			if err != nil {
				d.Error(err)
			}
		}})
	}
	return all
}

// sells lets n sellers type a line, confirm it, and lets the provider deliver;
// it gives the round trips of each of these.
func (d *distant) sells(n, round int) (trips [4]int64) {
	d.Helper()
	trips[0] = d.batch(d.updates(n, func(chat int64) Update { return typed(chat, fmt.Sprintf("079%03d%04d 500", round, chat)) }))
	time.Sleep(time.Second) // the cards are read
	trips[1] = d.batch(d.updates(n, func(chat int64) Update {
		for _, row := range d.now[chat].Message.Rows {
			for _, b := range row {
				if strings.Contains(b.Text, "✅") {
					return tapped(chat, b.Data)
				}
			}
		}
		d.Fatalf("%d has no ✅ but %q", chat, d.now[chat].Message.Text)
		return Update{}
	}))
	var asked []topup.Order
	if err := d.engine.db.View(func(tx Tx) (err error) { asked, err = tx.Due(time.Now(), sellers, nil); return err }); err != nil || len(asked) != n {
		d.Fatalf("%d orders are due (%v)", len(asked), err)
	}
	var sends, answers []event
	for _, o := range asked {
		sends = append(sends, dispatch{o.ID})
		answers = append(answers, answered{topup.Answer{Order: o, Call: topup.CallSend, Status: &topup.Status{ProviderID: "p" + string(o.ID), Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED", At: time.Now()}}}, nil})
	}
	trips[2] = d.batch(sends)
	trips[3] = d.batch(answers)
	if err := d.engine.db.View(func(tx Tx) error {
		for o, err := range tx.OpenOrders() {
			if err != nil {
				return err
			}
			d.Errorf("an order is %s", o.State)
		}
		return nil
	}); err != nil {
		d.Fatal(err)
	}
	return trips
}

// TestRoundTripsOfSales counts how often a till on PostgreSQL waits for its
// database, from the typed line to the delivery and what Telegram says of the
// messages: hundreds of sales together no more often than one alone. What is
// asked for once only does not count.
func TestRoundTripsOfSales(t *testing.T) {
	const most = 10 // three for each pair of commits, whose messages are new; one for the sending
	d := newDistant(t)
	for _, n := range []int{1, sellers} {
		least := int64(1 << 30)
		for round := range 2 {
			trips := d.sells(n, 10*n%256+round)
			sum := trips[0] + trips[1] + trips[2] + trips[3]
			t.Logf("%d at once: line %d, ✅ %d, sending %d, answer %d round trips: %.3f a sale", n, trips[0], trips[1], trips[2], trips[3], float64(sum)/float64(n))
			least = min(least, sum)
		}
		if least > most {
			t.Errorf("%d sales at once wait %d times for the database, want %d", n, least, most)
		}
	}
}
