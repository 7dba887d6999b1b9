//go:build rigs

package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/postgres"
)

// followed is a till on a server with a standby.
func followed(t *testing.T) (primary, standby *cluster.Cluster, address string) {
	t.Helper()
	primary = ownCluster(t)
	address = primary.Address("postgres", "pair")
	if err := postgres.Create(t.Context(), address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	standby, err := primary.Standby()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(standby.Stop)
	return primary, standby, address
}

// TestRigWithoutAStandby: where the owner chose so the till goes on when the
// standby goes, and waits for it again when it is back: then it has all.
func TestRigWithoutAStandby(t *testing.T) {
	primary, standby, address := followed(t)
	told := make(chan bool, 10)
	db := open(t, address, postgres.Options{GoOn: true, Alone: func(alone bool) { told <- alone }})
	for range 2 {
		update(t, db, counts)
		time.Sleep(1500 * time.Millisecond) // it is seen to confirm
		standby.Immediate()
		began := time.Now()
		update(t, db, counts)
		t.Logf("the first commit alone took %v", time.Since(began).Round(10*time.Millisecond))
		until(t, "the lead is kept alone", func() bool { return db.Alone() && time.Since(began) > 8*time.Second })
		update(t, db, counts)
		if err := standby.Again(); err != nil {
			t.Fatal(err)
		}
		until(t, "the standby is waited for", func() bool { return !db.Alone() })
		update(t, db, counts)
		if !db.Leads() {
			t.Fatal("the lead was lost")
		}
	}
	for _, want := range []bool{true, false, true, false} {
		if is := <-told; is != want {
			t.Errorf("told %t, want %t", is, want)
		}
	}
	primary.Kill()
	db.Close()
	if err := standby.Promote(); err != nil {
		t.Fatal(err)
	}
	next := open(t, standby.Address("postgres", "pair")+"&synchronous_commit=local", postgres.Options{ReadOnly: true})
	if n := counted(t, next); n != 8 {
		t.Errorf("the standby has %d of 8", n)
	}
}

// TestRigNobodyGoesOnAlone without the choice, after a start, or beside a standby
// that was promoted.
func TestRigNobodyGoesOnAlone(t *testing.T) {
	primary, standby, address := followed(t)
	var unknown *store.CommitError

	waits := open(t, address, postgres.Options{})
	update(t, waits, counts)
	standby.Immediate()
	if err := waits.Update(counts); !errors.As(err, &unknown) || !errors.Is(err, store.ErrLead) {
		t.Errorf("without the choice: %v", err)
	}
	waits.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if db, err := postgres.Open(ctx, address, postgres.Options{GoOn: true}); !errors.Is(err, store.ErrUnable) {
		t.Errorf("after a start: %v, %v", db, err)
	}
	if err := standby.Again(); err != nil {
		t.Fatal(err)
	}

	var db *postgres.DB
	both := primary.Address("postgres", "pair", standby)
	until(t, "it opens with the standby", func() (is bool) {
		var err error
		db, err = postgres.Open(t.Context(), both, postgres.Options{GoOn: true})
		return err == nil
	})
	defer db.Close()
	update(t, db, counts)
	time.Sleep(1500 * time.Millisecond) // it is seen to confirm
	if err := standby.Promote(); err != nil {
		t.Fatal(err)
	}
	until(t, "the lead ends", func() bool {
		select {
		case <-db.Lost():
			return true
		default:
			return false
		}
	})
	if err := db.Update(counts); !errors.As(err, &unknown) || db.Leads() {
		t.Errorf("beside a promoted standby: %v, %t", err, db.Leads())
	}
}
