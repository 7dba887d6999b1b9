package cluster

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

func does(t *testing.T, c *Cluster, statement, want string) {
	t.Helper()
	if got, err := c.Do(statement); err != nil || got != want {
		t.Errorf("%s: %q, %v; want %q", statement, got, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStandby: no commit is answered that the standby has not; what was
// answered is there when a server has ended, however it did; and the one that
// was left behind follows again.
func TestStandby(t *testing.T) {
	a, err := Start()
	if errors.Is(err, ErrNone) {
		t.Skip("PostgreSQL is not installed: the servers for tests are not tested")
	}
	must(t, err)
	defer a.Stop()
	b, err := a.Standby()
	must(t, err)
	defer b.Stop()
	const keep, rows = "INSERT INTO kept VALUES (1)", "SELECT count(*) FROM kept"
	does(t, a, "CREATE TABLE kept (n int)", "")
	does(t, a, "SELECT sync_state FROM pg_stat_replication", "sync")

	b.Kill()
	answered := make(chan error, 1)
	go func() { _, err := a.Do(keep); answered <- err }()
	select {
	case err := <-answered:
		t.Errorf("a commit is answered without the standby: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	must(t, b.Again())
	must(t, <-answered)

	for n, end := range []func(*Cluster){killed, func(*Cluster) {}} {
		does(t, a, keep, "")
		end(a)
		must(t, b.Promote())
		does(t, b, rows, strconv.Itoa(n+2))
		does(t, b, "SHOW synchronous_standby_names", "*")
		if n == 1 { // both can write
			does(t, a, "SELECT pg_is_in_recovery()", "f")
			does(t, b, "SELECT pg_is_in_recovery()", "f")
		}
		must(t, a.Follow(b))
		a, b = b, a
	}
	out, err := a.command("psql", "-Atc", "SELECT pg_is_in_recovery()", b.Address("postgres", "", a)).CombinedOutput()
	if err != nil || string(out) != "f\n" {
		t.Errorf("an address of both leads to one that reads: %q, %v", out, err)
	}
	does(t, a, keep, "")
	a.Immediate()
	must(t, b.Promote())
	does(t, b, rows, "4")
}

// killed kills a server, of which nothing is left, and starts it again.
func killed(c *Cluster) {
	started := children(c.server.Process.Pid)
	c.Kill()
	if len(started) < 5 || slices.ContainsFunc(started, runs) {
		panic(fmt.Sprintf("of the processes %v some run on, or are not all", started))
	}
	if err := c.Again(); err != nil {
		panic(err)
	}
	c.Kill()
}
