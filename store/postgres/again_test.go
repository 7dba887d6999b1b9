package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/postgres"
)

// counts is the batch of these tests: done twice, it is seen.
func counts(tx *postgres.Tx) error { _, err := tx.NextID("count"); return err }

func counted(t testing.TB, db *postgres.DB) (n uint64) {
	t.Helper()
	if err := db.View(func(tx *postgres.Tx) (err error) { n, err = tx.PeekID("count"); return err }); err != nil {
		t.Fatal(err)
	}
	return n - 1
}

// TestAnswerOfACommitIsLost: whether the connection breaks before the commit
// comes to the server or before its answer comes back, the batch is in once, and
// is told once. So it is when the connection that is made anew breaks, too.
func TestAnswerOfACommitIsLost(t *testing.T) {
	address, _ := fresh(t)
	l := newLine(t, address)
	commits, waits := 0, 0
	db := open(t, l.address, postgres.Options{OnCommit: func() { commits++ }, Waits: func(why error) {
		if why != nil {
			waits++
			if !errors.Is(why, store.ErrUnreachable) {
				t.Errorf("it waits for %v", why)
			}
		}
	}})
	commits = 0
	for i, faults := range [][]fault{
		{dropped}, {unanswered}, {passed, unanswered}, {dropped, dropped}, {unanswered, dropped}, {dropped, unanswered},
		{unanswered, unanswered, dropped, unanswered, unanswered}, {unanswered, passed, passed, dropped},
	} {
		l.breaks(faults...)
		ran := 0
		for range 3 {
			update(t, db, func(tx *postgres.Tx) error { ran++; return counts(tx) })
		}
		if n := counted(t, db); n != uint64(3*(i+1)) || commits != 3*(i+1) || l.left() > 0 {
			t.Fatalf("%v: %d are in, %d were told, %d faults are left", faults, n, commits, l.left())
		}
		if faults[0] == unanswered && len(faults) == 1 && ran != 3 {
			t.Errorf("%v: ran %d times", faults, ran)
		}
	}
	if waits == 0 {
		t.Error("nobody was told")
	}
}

// TestConnectionIsLostInAStep: the batch begins anew, and what was written is
// forgotten; one that fails by itself still does.
func TestConnectionIsLostInAStep(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	conn := admin(t, address)
	ran := 0
	cut := func(tx *postgres.Tx) error {
		if ran++; ran > 1 {
			return nil
		}
		if _, err := conn.Exec(context.Background(), `SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE locktype = 'advisory' AND granted`); err != nil {
			t.Error(err)
		}
		_, err := tx.OrdersOf(1, 0, 1) // it is not remembered
		return err
	}
	update(t, db, func(tx *postgres.Tx) error {
		if _, err := tx.Place(order(s, "a", 100_00)); err != nil {
			return err
		}
		return cut(tx)
	})
	if ran != 2 {
		t.Errorf("ran %d times", ran)
	}
	boom := errors.New("boom")
	ran = 0
	if err := db.Update(func(tx *postgres.Tx) error { return errors.Join(counts(tx), cut(tx), boom) }); !errors.Is(err, boom) || ran != 2 {
		t.Errorf("got %v after %d", err, ran)
	}
	ran = 0
	func() {
		defer func() { _ = recover() }()
		_ = db.Update(func(tx *postgres.Tx) error { _ = errors.Join(counts(tx), cut(tx)); panic(boom) })
	}()
	update(t, db, counts)
	if n := counted(t, db); n != 1 {
		t.Errorf("%d are in", n)
	}
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 || len(r.Orders) != 1 {
		t.Errorf("%v %q %v", err, r.Problems, r.Orders)
	}
}

// TestNothingIsWrittenAnew where the lead was taken, or the server lacks what it
// had confirmed; nor is the session of a new leader ended.
func TestNothingIsWrittenAnew(t *testing.T) {
	for name, tt := range map[string]struct{ change, says string }{
		"the lease is another's":        {`UPDATE lease SET holder = 'x'`, "the lead over the database is lost"},
		"the epoch is another's":        {`UPDATE till SET epoch = epoch + 1`, "taken over"},
		"a batch is not there any more": {`UPDATE till SET batch = batch - 1`, "lacks what was committed"},
		"nor is the epoch":              {`UPDATE till SET epoch = epoch - 1; DELETE FROM epochs`, "lacks what was committed"},
	} {
		t.Run(name, func(t *testing.T) {
			address, _ := fresh(t)
			db := open(t, address, postgres.Options{})
			update(t, db, counts)
			other, ctx := admin(t, address), context.Background()
			if _, err := other.Exec(ctx, tt.change); err != nil {
				t.Fatal(err)
			}
			switch name {
			case "the lease is another's":
				endWriter(t, other)
				if _, err := other.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended('hanout till ' || current_schema(), 0))`); err != nil {
					t.Fatal(err)
				}
			case "the epoch is another's": // over the connection that is there
			default:
				endWriter(t, other)
			}
			for range 2 {
				err := db.Update(counts)
				var unknown *store.CommitError
				if !errors.As(err, &unknown) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("got %v", err)
				}
			}
			if err := other.Ping(ctx); err != nil {
				t.Errorf("the other's session: %v", err)
			}
		})
	}
}

// endWriter ends the session that writes.
func endWriter(t *testing.T, conn interface {
	Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
}) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), `SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l WHERE locktype = 'advisory' AND granted`); err != nil {
		t.Fatal(err)
	}
}

// TestUnconfirmedCommit: a commit that waited for a standby when its session
// was ended is there to be seen, and is not told before the standby has it.
func TestUnconfirmedCommit(t *testing.T) {
	c := ownCluster(t)
	address := c.Address("postgres", "alone")
	if err := postgres.Create(t.Context(), address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	db := open(t, address, postgres.Options{})
	conn := admin(t, address)
	standbys := func(names string) {
		for _, sql := range []string{`SET synchronous_commit = local`, `ALTER SYSTEM SET synchronous_standby_names = '` + names + `'`, `SELECT pg_reload_conf()`} {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	standbys("nobody")
	var told, ran atomic.Uint64
	var last atomic.Bool
	done := make(chan error, 1)
	go func() { // until the server has read its settings none waits
		for !last.Load() {
			if err := db.Update(func(tx *postgres.Tx) error { ran.Add(1); return counts(tx) }); err != nil {
				done <- err
				return
			}
			told.Add(1)
		}
		done <- nil
	}()
	waiting := func() (n int) {
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted WHERE wait_event = 'SyncRep'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	until(t, "the commit waits", func() bool { return waiting() == 1 })
	last.Store(true)
	before := told.Load()
	endWriter(t, conn)
	until(t, "it can be seen", func() bool { return counted(t, db) == before+1 })
	until(t, "the epoch waits", func() bool { return waiting() == 1 })
	if n := told.Load(); n != before {
		t.Errorf("it was told (%d after %d)", n, before)
	}
	standbys("")
	if err := <-done; err != nil || told.Load() != before+1 || ran.Load() != before+1 || counted(t, db) != before+1 {
		t.Errorf("got %v; of %d %d ran, %d were told, %d are in", err, before+1, ran.Load(), told.Load(), counted(t, db))
	}
}

func ownCluster(t *testing.T, settings ...string) *cluster.Cluster {
	t.Helper()
	if server == nil {
		t.Skip("PostgreSQL is not installed: the store on it is not tested")
	}
	c, err := cluster.Start(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("never: %s", what)
		}
	}
}

// fault is what a line does to a commit.
type fault int

const (
	passed     fault = iota
	dropped          // it does not come to the server, and the connection breaks
	unanswered       // it does, and the connection breaks before the answer
)

// line stands before a server's socket, and breaks a connection as a commit
// goes through it.
type line struct {
	address string

	mu     sync.Mutex
	faults []fault
}

func newLine(t *testing.T, address string) *line {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	to := filepath.Join(q.Get("host"), ".s.PGSQL."+q.Get("port"))
	l := &line{}
	dir, stop, err := cluster.Before(to, func(in net.Conn) {
		out, err := net.Dial("unix", to)
		if err != nil {
			in.Close()
			return
		}
		l.carry(in, out)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	l.address = u.String()
	return l
}

// breaks says what becomes of the next commits.
func (l *line) breaks(faults ...fault) { l.mu.Lock(); l.faults = faults; l.mu.Unlock() }

func (l *line) left() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.faults) }

func (l *line) next() (f fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.faults) > 0 {
		f, l.faults = l.faults[0], l.faults[1:]
	}
	return f
}

// carry carries one connection, message by message.
func (l *line) carry(in, out net.Conn) {
	var mute atomic.Bool
	defer in.Close()
	defer out.Close()
	go func() {
		defer in.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := out.Read(b)
			if err != nil || mute.Load() && bytes.Contains(b[:n], []byte("COMMIT\x00")) {
				return
			}
			if !mute.Load() {
				if _, err := in.Write(b[:n]); err != nil {
					return
				}
			}
		}
	}()
	var said cluster.Messages
	b := make([]byte, 64<<10)
	for {
		n, err := in.Read(b)
		for _, m := range said.Read(b[:n]) {
			if m.SQL == "commit" {
				switch l.next() {
				case dropped:
					return
				case unanswered:
					mute.Store(true)
				}
			}
			if _, err := out.Write(m.Raw); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
