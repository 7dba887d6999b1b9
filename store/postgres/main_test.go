package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"hanout/sandbox"
	"hanout/sandbox/cluster"
	"hanout/store/postgres"
)

// server is the one cluster of all tests; nil where none is installed.
var server *cluster.Cluster

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == f.DefValue {
		_ = f.Value.Set(fmt.Sprint(checks)) // a round trip costs more than a read of a file
	}
	if memory := sandbox.Memory(); memory != "" {
		os.Setenv("TMPDIR", memory)
	}
	os.Exit(withServer(m))
}

// withServer runs the tests beside a server. It says aloud what it skips.
func withServer(m *testing.M) int {
	var err error
	server, err = cluster.Start()
	switch {
	case errors.Is(err, cluster.ErrNone):
		fmt.Fprintln(os.Stderr, "SKIPPED: the store on PostgreSQL is not tested:", err)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	default:
		defer server.Stop()
	}
	return m.Run()
}

// schemas are the ones that were made: to empty one is fast, to make one is not.
var schemas struct {
	sync.Mutex
	made int
	free []string
}

// fresh gives the address of an empty till. Drop lets another test have it; it
// comes by itself when the test ends.
func fresh(t testing.TB) (address string, drop func()) {
	t.Helper()
	schemas.Lock()
	if n := len(schemas.free); n > 0 {
		address, schemas.free = schemas.free[n-1], schemas.free[:n-1]
	}
	schemas.Unlock()
	if address == "" {
		address = nowhere(t)
		if err := postgres.Create(context.Background(), address, postgres.Options{}); err != nil {
			t.Fatal(err)
		}
	} else {
		empty(t, address)
	}
	drop = sync.OnceFunc(func() {
		schemas.Lock()
		schemas.free = append(schemas.free, address)
		schemas.Unlock()
	})
	t.Cleanup(drop)
	return address, drop
}

// empty takes away all rows.
func empty(t testing.TB, address string) {
	all := "BEGIN; SET LOCAL session_replication_role = replica;" // no triggers
	for _, table := range tables {
		all += "DELETE FROM " + table + ";"
	}
	conn := admin(t, address)
	if _, err := conn.Exec(context.Background(), all+"UPDATE till SET epoch = 0, batch = 0, place = ''; UPDATE lease SET holder = '', until = '-infinity'; COMMIT"); err != nil {
		t.Fatal(err)
	}
	conn.Close(context.Background())
}

// nowhere gives the address of a schema that is not there.
func nowhere(t testing.TB) string {
	t.Helper()
	if server == nil {
		t.Skip("PostgreSQL is not installed: the store on it is not tested")
	}
	schemas.Lock()
	defer schemas.Unlock()
	schemas.made++
	return server.Address("postgres", fmt.Sprintf("t%d", schemas.made))
}

// admin is a connection beside the store's.
func admin(t testing.TB, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
