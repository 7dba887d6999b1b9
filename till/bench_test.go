package till

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/oneclick"
	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/postgres"
	"hanout/topup"
)

// idle is an outbox and a provider that do nothing, so that only the till is
// measured.
type idle struct{}

func (idle) Offer(...Outgoing)                              {}
func (idle) Answer(string, string, bool)                    {}
func (idle) Forget(int64, int)                              {}
func (idle) SendFile(context.Context, File) (string, error) { return "", nil }
func (idle) GroupChat(context.Context, int64, int64) (string, bool, error) {
	return "", false, ErrUnreachable
}
func (idle) Menu(int64, string, []Command, func())                {}
func (idle) Ask(topup.Order, topup.Call)                          {}
func (idle) Asking(topup.OrderID) bool                            { return true }
func (idle) Do(topup.Work, func(context.Context, topup.Provider)) {}
func (idle) Halted() bool                                         { return false }
func (idle) Resume()                                              {}
func (idle) Begin(topup.KeyState, bool, func())                   {}
func (idle) Key() topup.KeyState                                  { return topup.KeyState{} }

// reserve is a step that places an order: what a confirmed sale costs the
// disk.
type reserve struct {
	order topup.Order
	wait  *sync.WaitGroup
}

func (r reserve) apply(e *Engine, tx Tx, a *after) error {
	return e.effects(tx, a, flows.Input{Chat: r.order.Chat, Private: true}, "", []flows.Effect{flows.Place{Order: r.order}})
}
func (r reserve) setAside(_ *Engine, _ Tx, _ *after, why error) error { return why }
func (r reserve) done(err error) {
	if err != nil {
		panic(err)
	}
	r.wait.Done()
}

func benchDB(b *testing.B) Store {
	b.Helper()
	path := filepath.Join(b.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	file, err := bolt.Open(path, bolt.Options{Vault: benchVault(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return Over(file)
}

func benchVault(b *testing.B) *store.Vault {
	vault, err := store.NewVault(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	return vault
}

// stock makes a shop with much money.
func stock(b *testing.B, db Store) {
	b.Helper()
	shop := topup.Shop{ID: 1, Chat: 1001, Name: "Nour", State: topup.ShopApproved}
	if err := db.Update(func(tx Tx) error {
		if err := tx.PutShop(shop); err != nil {
			return err
		}
		if err := tx.PutMember(shop.Keeper()); err != nil {
			return err
		}
		for i := range 100 {
			if _, err := tx.Post(topup.Credit(1, topup.MaxMoney/100, fmt.Sprint(i), 1, 1, "bench", time.Now())); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

func benchOrder(n int) topup.Order {
	now := time.Now()
	return topup.Order{
		ID: topup.OrderID(topup.NewID()), Shop: 1, By: 1001, Chat: 1001, Panel: topup.NewID(), Good: topup.MobileTopUp,
		State: topup.Placed, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", PlanName: "PREPAID", PlanKind: topup.Dynamic, PlanFamily: topup.FamilyPrepaid,
		To: fmt.Sprintf("077%07d", n%10_000_000), Quantity: 1, Face: 100_00, Price: 100_00, Expected: 99_25,
		Placed: now, Changed: now, Due: now.Add(time.Hour),
	}
}

// BenchmarkReserve compares steps that reserve money: one transaction of the
// store each (the baseline), and through the engine with 1, 32 and 256 people
// waiting at once. ns/op is per step; divide the baseline's by the others' for
// the gain of sharing a commit.
func BenchmarkReserve(b *testing.B) { benchReserve(b, benchDB) }

// BenchmarkReservePostgres does so in tables of PostgreSQL: on this machine,
// and 1 ms away.
func BenchmarkReservePostgres(b *testing.B) {
	server, err := cluster.Start()
	if errors.Is(err, cluster.ErrNone) {
		b.Skip("PostgreSQL is not installed: the till on it is not measured")
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Stop)
	schemas := 0
	at := func(address func(schema string) string) func(*testing.B) Store {
		return func(b *testing.B) Store {
			schemas++
			address := address(fmt.Sprintf("bench%d", schemas))
			if err := postgres.Create(b.Context(), address, postgres.Options{}); err != nil {
				b.Fatal(err)
			}
			db, err := postgres.Open(b.Context(), address, postgres.Options{Vault: benchVault(b)})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			return Over(db)
		}
	}
	here := func(schema string) string { return server.Address("postgres", schema) }
	b.Run("here", func(b *testing.B) { benchReserve(b, at(here)) })
	b.Run("1ms-away", func(b *testing.B) {
		far, err := cluster.Between(server.Socket(), time.Millisecond)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(far.Stop)
		benchReserve(b, at(func(schema string) string {
			return strings.Replace(here(schema), url.QueryEscape(filepath.Dir(server.Socket())), url.QueryEscape(far.Dir), 1)
		}))
	})
}

func benchReserve(b *testing.B, open func(*testing.B) Store) {
	b.Run("baseline/one-update-per-step", func(b *testing.B) {
		db := open(b)
		stock(b, db)
		e := benchEngine(b, db)
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			o := benchOrder(i)
			if err := db.Update(func(tx Tx) error {
				return reserve{order: o}.apply(e, tx, &after{now: time.Now()})
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, waiting := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("engine/waiting-%d", waiting), func(b *testing.B) {
			db := open(b)
			stock(b, db)
			e := benchEngine(b, db)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- e.Run(ctx) }()
			<-e.ready
			b.ReportAllocs()
			b.ResetTimer()
			var people sync.WaitGroup
			next := make(chan int)
			for range waiting {
				people.Go(func() {
					for i := range next {
						var wait sync.WaitGroup
						wait.Add(1)
						if err := e.submit(ctx, reserve{benchOrder(i), &wait}); err != nil {
							panic(err)
						}
						wait.Wait()
					}
				})
			}
			for i := range b.N {
				next <- i
			}
			close(next)
			people.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/float64(max(e.counts.Commits.Load(), 1)), "steps/commit")
			stop()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		})
	}
}

func benchEngine(b testing.TB, db Store) *Engine {
	b.Helper()
	texts, err := locales.Load()
	if err != nil {
		b.Fatal(err)
	}
	e := NewEngine(Config{Admins: []int64{1}, Language: "ar", Scale: 1, Numbering: oneclick.Numbering{}}, db, texts, slog.New(slog.NewTextHandler(io.Discard, nil)))
	e.Connect(idle{}, idle{})
	return e
}
