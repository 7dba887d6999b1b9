//go:build rigs

package till

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

var scaleOrders = flag.Int("orders", 3000, "how many orders the till of TestRigScale has")

const (
	scaleShops  = 200
	sliceLimit  = 20 * time.Millisecond
	buildAtOnce = 1000
)

// TestRigScale builds a sound till of many orders and measures what the
// README's "Size and speed" tells: go test -tags rigs -run RigScale -v
// -timeout 1h ./till -orders=1000000. Only that it works, and how long a
// slice of timed work keeps the writer, fails it: times are the machine's.
func TestRigScale(t *testing.T) {
	dir, err := os.MkdirTemp("", "scale")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "till.db")
	v, next := scaleKey(t, 1), scaleKey(t, 2, 1)
	measured(t, "build", func() { buildScale(t, path, v) })
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d orders, %d MB", *scaleOrders, info.Size()>>20)

	var db *bolt.DB
	measured(t, "open", func() { db = openScale(t, path, v) })
	measured(t, "start, opened", func() { startScale(t, db) })
	commits(t, db, "before", nil)
	sliceScale(t, db)
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		measured(t, "backup", func() {
			if _, err := db.Backup(t.Context(), filepath.Join(dir, "copy.db")); err != nil {
				t.Error(err)
			}
		})
	}()
	commits(t, db, "during a backup", copied)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	checkScale(t, path, v)
	measured(t, "rekey", func() {
		db, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Rekey(next); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
	db = openScale(t, path, next)
	commits(t, db, "after a rekey", nil)
	t.Logf("%d MB at the end", db.Size()>>20)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	checkScale(t, path, next)
}

func scaleKey(t *testing.T, seeds ...byte) *store.Vault {
	t.Helper()
	var keys [][]byte
	for _, b := range seeds {
		keys = append(keys, bytes.Repeat([]byte{b}, 32))
	}
	v, err := store.NewVault(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func openScale(t *testing.T, path string, v *store.Vault) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Admit(v); err != nil {
		t.Fatal(err)
	}
	return db
}

func checkScale(t *testing.T, path string, v *store.Vault) {
	t.Helper()
	measured(t, "check", func() {
		if r, err := bolt.Check(path, v); err != nil || len(r.Problems) > 0 {
			t.Fatalf("not sound: %v %v", err, r.Problems)
		}
	})
}

// buildScale sells, in large commits: nine of ten orders are delivered, one of
// ten thousand is open.
func buildScale(t *testing.T, path string, v *store.Vault) {
	t.Helper()
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	db := openScale(t, path, v)
	if err := db.Update(func(tx *bolt.Tx) error {
		for i := range scaleShops {
			s := topup.Shop{ID: topup.ShopID(i + 1), Chat: int64(1001 + i), Name: "Taxiphone", Phone: "0661234567", State: topup.ShopApproved}
			if _, err := tx.NextID("shop"); err != nil {
				return err
			}
			_, err := tx.Post(topup.Credit(s.ID, topup.MaxMoney/1000, fmt.Sprint(i), 1, 1, "cash", time.Now()))
			if err := errorsJoin(tx.PutShop(s), tx.PutMember(s.Keeper()), err); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < *scaleOrders; {
		if err := db.Update(func(tx *bolt.Tx) error {
			for end := min(n+buildAtOnce, *scaleOrders); n < end; n++ {
				if err := sellScale(tx, n); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func errorsJoin(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func scaleOrder(n int) topup.Order {
	o := benchOrder(n)
	o.Shop = topup.ShopID(n%scaleShops + 1)
	o.Chat = int64(1001 + n%scaleShops)
	return o
}

func sellScale(tx *bolt.Tx, n int) error {
	o, err := tx.Place(scaleOrder(n))
	if err != nil {
		return err
	}
	now := time.Now()
	_, delivered := tx.Delivered(o.Panel, 1, o.Chat, n+1, now)
	if err := errorsJoin(tx.MarkHandled(int64(n), now), delivered); err != nil || n%10_000 == 0 {
		return err
	}
	s, err := topup.Submit(o, now, time.Minute)
	if err != nil {
		return err
	}
	if o, err = tx.Apply(s); err != nil {
		return err
	}
	said := topup.Status{ProviderID: fmt.Sprintf("6%023d", n), Phase: topup.PhaseDone, Evidence: topup.Evidence{At: now, Word: "FULFILLED", HTTP: 200}}
	if n%10 == 0 {
		said.Phase, said.Message = topup.PhaseRefunded, "numéro invalide"
	}
	_, err = tx.Apply(topup.Checked(o, said, now, 1))
	return err
}

// startScale runs a till until it would take its first updates.
func startScale(t *testing.T, db *bolt.DB) {
	t.Helper()
	e := benchEngine(t, Over(db))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	<-e.ready
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// commits measures what a sale's commit takes: 300 times, or as long as
// something else goes on beside it.
func commits(t *testing.T, db *bolt.DB, when string, beside <-chan struct{}) {
	t.Helper()
	var took []time.Duration
	for n := 0; ; n++ {
		began := time.Now()
		if err := db.Update(func(tx *bolt.Tx) error {
			_, err := tx.Place(scaleOrder(n))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
		select {
		case <-beside:
			tell(t, "commit "+when, took)
			return
		default:
		}
		if beside == nil && n == 300 {
			tell(t, "commit "+when, took)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func tell(t *testing.T, what string, took []time.Duration) {
	t.Helper()
	slices.Sort(took)
	t.Logf("%-28s p50 %v, p99 %v, most %v, of %d", what, took[len(took)/2].Round(10*time.Microsecond),
		took[len(took)*99/100].Round(10*time.Microsecond), took[len(took)-1].Round(10*time.Microsecond), len(took))
}

// sliceScale measures how long a slice of each task keeps the writer when all
// there is, is due; half of the slices may not be over the limit.
func sliceScale(t *testing.T, db *bolt.DB) {
	t.Helper()
	e := benchEngine(t, Over(db))
	for _, task := range tasks {
		if task.slice == nil {
			continue
		}
		var took []time.Duration
		for more := true; more && len(took) < 100; {
			began := time.Now()
			if err := e.db.Update(func(tx Tx) (err error) {
				more, err = task.slice(e, tx, &after{now: time.Now().Add(100 * 24 * time.Hour)})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		tell(t, "slice of "+task.name, took)
		if usual := took[len(took)/2]; len(took) > 10 && usual > sliceLimit {
			t.Errorf("a slice of %s keeps the writer for %v", task.name, usual)
		}
	}
}

// measured tells how long something takes, and how much memory it wants.
func measured(t *testing.T, what string, do func()) {
	t.Helper()
	runtime.GC()
	heap := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	before, most := heap(), uint64(0)
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for tick := time.Tick(5 * time.Millisecond); ; {
			most = max(most, heap())
			select {
			case <-stop:
				return
			case <-tick:
			}
		}
	})
	began := time.Now()
	do()
	took := time.Since(began)
	close(stop)
	watch.Wait()
	t.Logf("%-28s %v, heap at most %d MB", what, took.Round(time.Millisecond), (max(most, before)-before)>>20)
}
