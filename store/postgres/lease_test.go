package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/postgres"
)

// TestLeaseTimes: whoever takes over has three of the ten seconds left for its start,
// and one line that falls silent costs no leader its lead.
func TestLeaseTimes(t *testing.T) {
	if left := 10*time.Second - postgres.TakenOver; left < 3*time.Second {
		t.Errorf("%v are left for the start", left)
	}
	if second := postgres.Prolonging - postgres.Try; second < time.Second {
		t.Errorf("the second try has %v", second)
	}
}

// TestSilentServerIsPassedOver: once the lease has found the server that takes
// writes, no connection is first tried with one that does not answer.
func TestSilentServerIsPassedOver(t *testing.T) {
	address := nowhere(t)
	if err := postgres.Create(t.Context(), address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	silent, err := net.Listen("unix", filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d", cluster.Port)))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var asked atomic.Int32
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			defer conn.Close() // says nothing until the end
		}
	}()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("host", dir+","+q.Get("host"))
	q.Set("target_session_attrs", "read-write")
	q.Set("application_name", "passedover") // to end its sessions alone
	u.RawQuery = q.Encode()
	db := open(t, u.String(), postgres.Options{})
	before := asked.Load()
	if ended, err := admin(t, address).Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'passedover'`); err != nil || ended.RowsAffected() == 0 {
		t.Fatal(ended, err)
	}
	update(t, db, counts)
	if n := counted(t, db); n != 1 || before == 0 || asked.Load() != before {
		t.Errorf("%d steps are in; the silent server was asked %d times at the start, %d times since", n, before, asked.Load()-before)
	}
}

// TestTablesFromBeforeTheLease are brought up to date, but not beside a writer
// of that time, which holds the lock alone.
func TestTablesFromBeforeTheLease(t *testing.T) {
	address := nowhere(t)
	ctx := context.Background()
	if err := postgres.Create(ctx, address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	old := admin(t, address)
	if _, err := old.Exec(ctx, `DROP TABLE lease; DELETE FROM goose_db_version WHERE version_id = 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended('hanout till ' || current_schema(), 0))`); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(ctx, address, postgres.Options{Wait: func() {}}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("beside a writer of that time: %v", err)
	}
	if err := old.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if db := open(t, address, postgres.Options{}); !db.Leads() {
		t.Error("it does not lead")
	}
}

// TestLeadIsWaitedFor: a second writer waits until the first ends, and one
// with another key is refused before it waits.
func TestLeadIsWaitedFor(t *testing.T) {
	db, address, _ := stocked(t, postgres.Options{})
	vault := func(b byte) *store.Vault {
		v, err := store.NewVault([]byte{b, 31: 1})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if err := db.Admit(vault(1)); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := postgres.Open(ctx, address, postgres.Options{Vault: vault(2), Wait: func() {}}); !errors.Is(err, store.ErrSealed) {
		t.Errorf("with another key: %v", err)
	}
	ended, stop := context.WithCancel(ctx)
	if _, err := postgres.Open(ended, address, postgres.Options{Vault: vault(1), Wait: stop}); err == nil || ended.Err() == nil {
		t.Errorf("a wait that was ended: %v", err)
	}
	waited := false
	next, err := postgres.Open(ctx, address, postgres.Options{Vault: vault(1), Wait: func() {
		waited = true
		if !db.Leads() {
			t.Error("the first does not lead")
		}
		go db.Close()
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if !waited || db.Leads() || !next.Leads() {
		t.Errorf("waited: %t, the first leads: %t, the second: %t", waited, db.Leads(), next.Leads())
	}
}

// TestClocksJump: a lease that seems to have run out, as after the server's clock
// was set forward, is taken from no leader that goes on prolonging it; one that
// seems to last, as after it was set back, does not outlast its term.
func TestClocksJump(t *testing.T) {
	const term = 4 * time.Second
	db, address, _ := stocked(t, postgres.Options{Term: term})
	conn, ctx := admin(t, address), context.Background()
	jump := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(ctx, `UPDATE lease SET `+sql); err != nil {
			t.Fatal(err)
		}
	}
	waited := make(chan bool, 1)
	taken := make(chan *postgres.DB, 1)
	go func() {
		next, err := postgres.Open(ctx, address, postgres.Options{Term: term, Wait: func() { waited <- true }})
		if err != nil {
			t.Error(err)
		}
		taken <- next
	}()
	<-waited
	jump(`until = until - interval '1 hour'`)
	for began := time.Now(); time.Since(began) < term*5/4; {
		time.Sleep(500 * time.Millisecond)
		if !db.Leads() || len(taken) > 0 {
			t.Fatalf("the leader leads: %t, the other: %t", db.Leads(), len(taken) > 0)
		}
	}
	update(t, db, counts)
	// Its leader gone, a lease that is far ahead lasts no longer than any other.
	jump(`holder = 'gone', until = until + interval '1 hour'`)
	began := time.Now()
	next := <-taken
	if next == nil {
		return
	}
	defer next.Close()
	if took := time.Since(began); took < term-time.Second || took > 20*time.Second || db.Leads() {
		t.Errorf("taken after %v; the former leads: %t", took, db.Leads())
	}
	update(t, next, counts)
}
