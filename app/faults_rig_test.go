//go:build rigs

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/sandbox/cluster"
)

// TestRigFaultsOfTheServer: what can go wrong with a server that is there. The
// program says what it is, waits, and goes on by itself when it is over; every
// sale is there once.
func TestRigFaultsOfTheServer(t *testing.T) {
	c := onServer(t)
	for i, tt := range []struct {
		name   string
		extra  string // of the address
		begins string
		says   string
		over   string
	}{
		{"no connection left", "", `ALTER ROLE seller CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'seller'`,
			"too many connections", `ALTER ROLE seller CONNECTION LIMIT -1`},
		{"no connection left, for a moment", "", `ALTER ROLE seller CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'seller'; SELECT pg_sleep(1); ALTER ROLE seller CONNECTION LIMIT -1`,
			"the database answers again", ``},
		{"a stranger's lock", "&lock_timeout=300", `BEGIN; LOCK TABLE handled, settings`, "lock timeout", `ROLLBACK`},
		{"a stranger's lock on the lease", "", `BEGIN; LOCK TABLE lease`, "the lead", `ROLLBACK`},
		{"a statement that takes too long", "&statement_timeout=400", `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
			CREATE TRIGGER slow BEFORE INSERT ON handled FOR EACH ROW EXECUTE FUNCTION slow()`, "statement timeout", `DROP TRIGGER slow ON handled; DROP FUNCTION slow`},
		{"no room for a table", "", `CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
			CREATE TRIGGER full_ BEFORE INSERT ON handled FOR EACH ROW EXECUTE FUNCTION full_()`, "No space left", `DROP TRIGGER full_ ON handled; DROP FUNCTION full_`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, conn := asSeller(t, c, fmt.Sprint("fault", i), tt.extra)
			s.sells(1)
			s.card("0790123499")
			do(t, conn, tt.begins)
			s.tap("✅")
			s.says(tt.says, 1)
			if n := len(s.sales.Book().Orders); n > 1 && tt.over != "" && tt.says != "the lead" {
				t.Errorf("%d orders while it lasts", n)
			}
			do(t, conn, tt.over)
			eventually(t, "the sale", func() bool { return len(s.sales.Book().Orders) == 2 })
			s.sells(3)
			s.ends(3)
		})
	}
}

// TestRigFaultsThatAPersonMends end the program with what to do, and a start after
// it finds all there.
func TestRigFaultsThatAPersonMends(t *testing.T) {
	c := onServer(t)
	for i, tt := range []struct{ name, begins, says, over string }{
		{"no rights", `REVOKE ALL ON ALL TABLES IN SCHEMA %[1]s FROM seller`, "refuses the user of HANOUT_DB", `CALL let_sell('seller')`},
		{"a newer schema", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true); BEGIN; LOCK TABLE lease; SELECT pg_sleep(8); COMMIT`, "written by a newer Hanout", `DELETE FROM goose_db_version WHERE version_id = 99`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			schema := fmt.Sprint("mend", i)
			s, conn := asSeller(t, c, schema, "")
			s.sells(1)
			do(t, conn, strings.ReplaceAll(tt.begins, "%[1]s", schema))
			s.messenger.People.Type(shopID, "/start")
			select {
			case err := <-s.done:
				says(t, err, tt.says)
			case <-time.After(40 * time.Second):
				t.Fatal("it does not end")
			}
			_, err := command(t, s.e, "run")
			says(t, err, tt.says)
			do(t, conn, tt.over)
			s.again()
			s.sells(2)
			s.ends(2)
		})
	}
}

// asSeller starts the program as a role that may only sell, and gives a session
// of the owner beside it.
func asSeller(t *testing.T, c *cluster.Cluster, schema, extra string) (*served, *pgx.Conn) {
	t.Helper()
	address := c.Address("postgres", schema)
	if _, err := command(t, environment{"HANOUT_DB": address}, "init"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	do(t, conn, `DO $$ BEGIN CREATE ROLE seller LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; CALL let_sell('seller')`)
	return serveAt(t, strings.Replace(address, "postgres://hanout@", "postgres://seller@", 1)+extra), conn
}

func do(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// TestRigStandbyIsLost: the till waits for it, or goes on without it where the owner
// chose that; and sells with it again when it is back, without a start.
func TestRigStandbyIsLost(t *testing.T) {
	for _, choice := range []string{"wait", "go-on"} {
		t.Run(choice, func(t *testing.T) {
			c := onServer(t)
			standby, err := c.Standby()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(standby.Stop)
			s := serveOn(t, c, "standby", "HANOUT_WITHOUT_STANDBY", choice)
			s.sells(1)
			s.card("0790123499")
			standby.Immediate()
			if choice == "go-on" {
				s.says("the till goes on without one", 1)
			}
			s.tap("✅")
			if choice == "go-on" {
				eventually(t, "the sale", func() bool { return len(s.sales.Book().Orders) == 2 })
				eventually(t, "the metric", func() bool { return strings.Contains(s.asks("/metrics"), "hanout_database_alone 1") })
			} else {
				s.says("nothing is sold: the till waits", 1)
				if n := len(s.sales.Book().Orders); n > 1 {
					t.Errorf("%d orders while nobody confirms", n)
				}
			}
			if err := standby.Again(); err != nil {
				t.Fatal(err)
			}
			if choice == "go-on" {
				s.says("a standby confirms again", 1)
			}
			eventually(t, "the sale", func() bool { return len(s.sales.Book().Orders) == 2 })
			s.sells(3)
			if n := strings.Count(s.log.String(), "hanout is running"); choice == "go-on" && n != 1 {
				t.Errorf("%d lives", n)
			}
			s.ends(3)
		})
	}
}

// TestRigLogsDiskIsFull: the disk of the server's log fills until the server dies.
// When there is room and it runs again, the program goes on and nothing is lost.
func TestRigLogsDiskIsFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: a small disk wants the rights of root")
	}
	c, err := cluster.Start("min_wal_size=32MB", "max_wal_size=32MB", "wal_recycle=off", "wal_init_zero=on")
	if errors.Is(err, cluster.ErrNone) {
		t.Skip("PostgreSQL is not installed: the bot on it is not tested")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	c.Immediate()
	disk := filepath.Join(filepath.Dir(c.Socket()), "data", "pg_wal")
	onSmallDisk(t, disk)
	if err := c.Again(); err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, c, "nodisk")
	s.sells(1)
	s.card("0790123499")

	ballast := filepath.Join(disk, "ballast")
	if err := fill(ballast); err != nil {
		t.Fatal(err)
	}
	for range 20 { // until the server wants a file that it can't have
		if _, err := c.Do("CREATE TABLE IF NOT EXISTS junk AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 20000) n; DROP TABLE junk; SELECT pg_switch_wal()"); err != nil {
			t.Log(err)
			break
		}
	}
	s.tap("✅")
	s.says("nothing is sold: the till waits", 1)
	if n := len(s.sales.Book().Orders); n > 1 {
		t.Errorf("%d orders while it is full", n)
	}
	select {
	case err := <-s.done:
		t.Fatalf("it ended: %v", err)
	default:
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	c.Immediate()
	if err := c.Again(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the sale", func() bool { return len(s.sales.Book().Orders) == 2 })
	s.sells(3)
	s.ends(3)
}

// onSmallDisk moves a folder to a disk of its own, which is nearly full.
func onSmallDisk(t *testing.T, dir string) {
	t.Helper()
	is, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	former := dir + ".former"
	if err := errors.Join(os.Rename(dir, former), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	owner := is.Sys().(*syscall.Stat_t)
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=96m,mode=700,uid=%d,gid=%d", owner.Uid, owner.Gid)); err != nil {
		t.Skip("SKIPPED: a small disk can't be made here:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	if out, err := exec.Command("cp", "-a", former+"/.", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// fill writes a file until its disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for b := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(b)
	}
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	}
	return err
}
