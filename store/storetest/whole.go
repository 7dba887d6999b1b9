package storetest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

func rollbackKeepsNothing(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	boom := errors.New("boom")
	if err := db.Update(func(tx till.Tx) error {
		if _, err := tx.Place(order(s, "a", 500_00)); err != nil {
			return err
		}
		return boom
	}); err != boom {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Update(func(tx till.Tx) error {
			_, _ = tx.Place(order(s, "a", 500_00))
			panic("a step broke")
		})
	}()
	if err := db.View(func(tx till.Tx) error {
		if w, _ := tx.Wallet(s.ID); w.Held != 0 {
			t.Errorf("held %v after a rollback", w.Held)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func checkReports(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error { _, err := tx.Place(order(s, "a", 500_00)); return err })
	r, err := db.Check(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"orders placed", "house/funding", "-1000.00 DZD", "shops available", "500.00 DZD", "sum of all accounts", "0.00 DZD", "sound"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

// readerSeesOneState: what a reader reads does not change while it reads,
// whatever is committed beside it, and a later one sees it all.
func readerSeesOneState(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	begun, placed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.View(func(tx till.Tx) error {
			for range 2 {
				w, err := tx.Wallet(s.ID)
				if err != nil || w.Available != 1000_00 || w.Held != 0 {
					t.Errorf("the reader sees %+v (%v)", w, err)
				}
				if list, err := tx.OrdersOf(s.ID, 0, 10); err != nil || len(list) != 0 {
					t.Errorf("the reader sees %d orders (%v)", len(list), err)
				}
				select {
				case <-begun:
				default:
					close(begun)
				}
				<-placed
			}
			return nil
		})
	}()
	<-begun
	update(t, db, func(tx till.Tx) error { _, err := tx.Place(order(s, "a", 400_00)); return err })
	close(placed)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx till.Tx) error {
		w, err := tx.Wallet(s.ID)
		if w.Available != 600_00 || w.Held != 400_00 {
			t.Errorf("a later reader sees %+v", w)
		}
		return err
	})
}

// readersBesideTheWriter: money is moved in every commit, and no reader ever
// sees more or less of it than there is.
func readersBesideTheWriter(t *testing.T, site func(testing.TB) Site) {
	const commits, readers, all = 40, 2, 1_000_00
	db := open(t, site(t), nil)
	s := stock(t, db, all)
	var wait sync.WaitGroup
	stop := make(chan struct{})
	reads := make([]int, readers)
	for n := range readers {
		wait.Go(func() {
			last := 0
			for {
				if err := db.View(func(tx till.Tx) error {
					w, err := tx.Wallet(s.ID)
					if err != nil {
						return err
					}
					list, err := tx.OrdersOf(s.ID, 0, commits)
					if w.Available+w.Held != all || w.Held != topup.Money(len(list))*10_00 || len(list) < last {
						t.Errorf("%+v with %d orders, after %d", w, len(list), last)
					}
					last = len(list)
					return err
				}); err != nil {
					t.Error(err)
				}
				reads[n]++
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range commits {
		update(t, db, func(tx till.Tx) error { _, err := tx.Place(order(s, fmt.Sprintf("o%03d", i), 10_00)); return err })
	}
	close(stop)
	wait.Wait()
	for n, r := range reads {
		if r == 0 {
			t.Errorf("reader %d read nothing", n)
		}
	}
}

// backup: a copy tells the state that it has, and takes nobody's place.
func backup(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	s := stock(t, db, 1000_00)
	update(t, db, func(tx till.Tx) error { _, err := tx.Place(order(s, "a", 500_00)); return err })
	path := filepath.Join(t.TempDir(), "backup")
	head, err := db.Backup(t.Context(), path)
	if err != nil || head.Seq != 2 {
		t.Fatalf("backup: %+v %v", head, err)
	}
	if r, err := db.Check(nil); err != nil || r.Head != head {
		t.Errorf("the copy stands at %+v, the store at %+v (%v)", head, r.Head, err)
	}
	if _, err := db.Backup(t.Context(), path); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second backup to the same place: %v", err)
	}
}
