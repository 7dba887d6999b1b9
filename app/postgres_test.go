package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hanout/sandbox/cluster"
)

// onServer gives a server for a test; where none is installed the test is
// skipped, and says so.
func onServer(t *testing.T) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start()
	if errors.Is(err, cluster.ErrNone) {
		t.Skip("PostgreSQL is not installed: the bot on it is not tested")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

// TestPostgres runs the whole program over a server: its commands, what it
// refuses, and a sale from the start to the stop.
func TestPostgres(t *testing.T) {
	c := onServer(t)
	t.Run("Commands", func(t *testing.T) { commandsOn(t, c.Address("postgres", "commands")) })
	t.Run("Move", func(t *testing.T) {
		n := 0
		tables := func() string { n++; return c.Address("postgres", fmt.Sprint("moved", n)) }
		moves(t, files(t), tables)
		moveAndGoOn(t, tables(), files(t)())
		moveAndGoOn(t, tables(), tables())
	})
	t.Run("RunAndStop", func(t *testing.T) { runAndStop(t, c.Address("postgres", "hanout")) })
	t.Run("MoveOfASale", func(t *testing.T) {
		file := files(t)()
		if out, err := command(t, environment{}, "move", c.Address("postgres", "hanout"), file); err != nil {
			t.Fatal(out, err)
		}
		if out, err := command(t, settings(file, "http://t", "http://p"), "check"); err != nil || !strings.Contains(out, "orders ") || !strings.Contains(out, "result               sound") {
			t.Errorf("%s\n%v", out, err)
		}
	})
}

func commandsOn(t *testing.T, db string) {
	e := environment{"HANOUT_DB": db}
	for _, args := range [][]string{{"check"}, {"backup", "b.db"}, {"rekey"}} {
		_, err := command(t, e, args...)
		if args[0] != "rekey" {
			says(t, err, "there is no database", "hanout init")
		}
	}
	if out, err := command(t, e, "init"); err != nil || !strings.Contains(out, "schema commands") {
		t.Fatalf("init: %q, %v", out, err)
	}
	_, err := command(t, e, "init")
	says(t, err, "exists already and is not overwritten")
	approve(t, db)
	credit(t, db, "1")
	if out, err := command(t, e, "check"); err != nil || !strings.Contains(out, "sound") {
		t.Errorf("check: %q, %v", out, err)
	}
	copied := filepath.Join(t.TempDir(), "b.db")
	if out, err := command(t, e, "backup", copied); err != nil || !strings.Contains(out, "entry 1") {
		t.Fatalf("backup: %q, %v", out, err)
	}
	_, err = command(t, e, "backup", copied)
	says(t, err, copied, "not overwritten")
	_, err = command(t, e, "restore", copied)
	says(t, err, "exists already and is not overwritten")
	restored := environment{"HANOUT_DB": strings.Replace(db, "commands", "restored", 1)}
	if out, err := command(t, restored, "restore", copied); err != nil || !strings.Contains(out, "schema restored") || !strings.Contains(out, "sound") {
		t.Errorf("restored in tables: %q, %v", out, err)
	}
	asksFirst(t, restored["HANOUT_DB"])
	_, err = command(t, restored, "restore", copied)
	says(t, err, "schema restored", "exists already and is not overwritten")
	_, err = command(t, restored, "restore", copied+"x")
	says(t, err, "there is no backup")
	if out, err := command(t, environment{"HANOUT_DB": filepath.Join(t.TempDir(), "x.db")}, "restore", copied); err != nil {
		t.Errorf("restored as a file: %q, %v", out, err)
	}
}

// A database on a server has no folder: the one for copies must be named.
func TestCopiesOfPostgresNeedAFolder(t *testing.T) {
	_, err := command(t, settings("postgres://hanout@127.0.0.1:1/x", "http://t", "http://p"), "run")
	says(t, err, "HANOUT_BACKUP_DIR is not set")
}

// What is wrong with the settings of the database is told, and no password.
func TestSettingsOfPostgres(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("canary-password\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		e    environment
		says string
	}{
		"a password in the address":  {environment{"HANOUT_DB": "postgres://hanout:canary-password@localhost:1/x"}, "HANOUT_DB_PASSWORD_FILE"},
		"a password in its query":    {environment{"HANOUT_DB": "postgres://hanout@localhost:1/x?password=canary-password"}, "HANOUT_DB_PASSWORD_FILE"},
		"a password for a file":      {environment{"HANOUT_DB": "x.db", "HANOUT_DB_PASSWORD_FILE": file}, "HANOUT_DB names a file"},
		"a password set twice":       {environment{"HANOUT_DB": "postgres://h/x", "HANOUT_DB_PASSWORD_FILE": file, "HANOUT_DB_PASSWORD": "canary-password"}, "both set"},
		"an address that is none":    {environment{"HANOUT_DB": "postgres://hanout@[::1:5/x", "HANOUT_DB_PASSWORD_FILE": file}, "not an address"},
		"a server that is not there": {environment{"HANOUT_DB": "postgres://hanout@127.0.0.1:1/x", "HANOUT_DB_PASSWORD_FILE": file}, "127.0.0.1:1/x"},
		"servers that are not there": {environment{"HANOUT_DB": "postgres://hanout@127.0.0.1:1,127.0.0.1:2/x?target_session_attrs=read-write", "HANOUT_DB_PASSWORD_FILE": file}, "127.0.0.1:1,127.0.0.1:2/x"},
		"a name of two schemas":      {environment{"HANOUT_DB": "postgres://hanout@127.0.0.1:1/x?search_path=a,b"}, "one plain name"},
		"a certificate that is not":  {environment{"HANOUT_DB": "postgres://hanout@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/gone"}, "not an address"},
	} {
		for _, command1 := range []string{"init", "check", "backup"} {
			args := []string{command1}
			if command1 == "backup" {
				args = append(args, "b.db")
			}
			_, err := command(t, tt.e, args...)
			if says(t, err, tt.says); strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %s: %v", name, command1, err)
			}
		}
	}
}
