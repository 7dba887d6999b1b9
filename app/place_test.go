package app

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/sandbox"
	"hanout/sandbox/cluster"
)

// onPostgres has the tills of the rigs kept on a server: the same scripts must
// give the same transcripts, and the same deaths the same end.
var onPostgres = flag.Bool("postgres", false, "keep the tills of the tests in PostgreSQL, not in files")

// server is what they are kept on then, and schemas counts them.
var (
	server  *cluster.Cluster
	schemas atomic.Int64
)

func TestMain(m *testing.M) {
	flag.Parse()
	if memory := sandbox.Memory(); memory != "" {
		os.Setenv("TMPDIR", memory)
	}
	if *onPostgres {
		var err error
		if server, err = cluster.Start(); err != nil { // outside of every bubble
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	if server != nil {
		server.Stop()
	}
	os.Exit(code)
}

// virtualTerm is the term of a lease in virtual time: hours go by while the
// server does nothing.
const virtualTerm = 10_000 * time.Hour

// newPlace is where a new till may be made.
func newPlace(t testing.TB) string {
	if server != nil {
		return server.Address("postgres", fmt.Sprint("till", schemas.Add(1)))
	}
	return fileIn(t)
}

func fileIn(t testing.TB) string { return filepath.Join(t.TempDir(), "till.db") }

// needsFile skips a test that works on the till's file.
func needsFile(t testing.TB) {
	if server != nil {
		t.Skip("this one is about the file")
	}
}

// keptAt is all that lies at a place.
func keptAt(t testing.TB, at string) []byte {
	t.Helper()
	if !(where{db: at}).remote() {
		b, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var b bytes.Buffer
	err := asStranger(at, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, table := range tables {
			if err == nil {
				_, err = conn.PgConn().CopyTo(ctx, &b, "COPY "+table+" TO STDOUT")
			}
		}
		return err
	})
	if err != nil || b.Len() == 0 {
		t.Fatalf("%d bytes of the tables: %v", b.Len(), err)
	}
	return b.Bytes()
}

// tells reports whether a secret stands in what is kept, other than within a
// longer number.
func tells(kept []byte, secret string) bool {
	digit := func(i int) bool { return i >= 0 && i < len(kept) && '0' <= kept[i] && kept[i] <= '9' }
	for from := 0; ; {
		i := bytes.Index(kept[from:], []byte(secret))
		if i < 0 {
			return false
		}
		from += i
		if !digit(from-1) && !digit(from+len(secret)) {
			return true
		}
		from++
	}
}

// asStranger does something over a connection of its own.
func asStranger(at string, do func(context.Context, *pgx.Conn) error) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return do(ctx, conn)
}

// mortal is the role of a process that will die with all its sessions.
func mortal(at string) string { return "mortal_" + at[strings.LastIndex(at, "=")+1:] }

// asMortal is a place's address for such a process.
func asMortal(t testing.TB, at string) string {
	t.Helper()
	if err := asStranger(at, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE ROLE "+mortal(at)+" SUPERUSER LOGIN")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(at, cluster.User+"@", mortal(at)+"@", 1)
}

// shutOut ends the sessions of the one that dies, and lets it begin none. What
// it had committed by then is all that there is of it.
func shutOut(at string) error {
	return asStranger(at, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "ALTER ROLE "+mortal(at)+" NOLOGIN")
		for left := 1; err == nil && left > 0; {
			err = conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1`, mortal(at)).Scan(&left)
		}
		return err
	})
}

// freeLease lets the next process lead at once, as if the lease of the one
// before had run out.
func freeLease(at string) error {
	return asStranger(at, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `UPDATE lease SET until = '-infinity'`)
		return err
	})
}

// sameOnServer leaves out of a transcript what is told of a server alone: that
// there is no second one.
func sameOnServer(transcript string) string {
	if server == nil {
		return transcript
	}
	return aloneLine.ReplaceAllString(transcript, "")
}

var aloneLine = regexp.MustCompile(`(?m)^\s*\| 🗄 (Base : sur un seul serveur|القاعدة على خادم واحد).*\n`)
