package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hanout/store/bolt"
	"hanout/till"
	"hanout/topup"
)

func TestDatabaseCommands(t *testing.T) {
	dir := t.TempDir()
	e := environment{"HANOUT_DB": filepath.Join(dir, "till.db")}
	_, err := command(t, e, "check")
	says(t, err, "there is no database", "hanout init", "hanout restore")
	_, err = command(t, e, "backup", filepath.Join(dir, "b.db"))
	says(t, err, "there is no database")
	if out, err := command(t, e, "init"); err != nil || !strings.Contains(out, "till.db") {
		t.Fatalf("init: %q, %v", out, err)
	}
	info, err := os.Stat(e["HANOUT_DB"])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database is open to others: %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(e["HANOUT_DB"])
	if err != nil {
		t.Fatal(err)
	}
	_, err = command(t, e, "init")
	says(t, err, "exists already and is not overwritten")
	if after, err := os.ReadFile(e["HANOUT_DB"]); err != nil || !bytes.Equal(before, after) {
		t.Error("a second init touched the database")
	}
	credit(t, e["HANOUT_DB"], "1")
	out, err := command(t, e, "check")
	if err != nil || !strings.Contains(out, "till.db") {
		t.Errorf("check: %q, %v", out, err)
	}

	backup := filepath.Join(dir, "b.db")
	if out, err := command(t, e, "backup", backup); err != nil || !strings.Contains(out, "entry 1") {
		t.Fatalf("backup: %q, %v", out, err)
	}
	_, err = command(t, e, "backup", backup)
	says(t, err, "not overwritten")
	_, err = command(t, e, "restore", backup)
	says(t, err, "till.db", "not overwritten")
	credit(t, e["HANOUT_DB"], "2") // what came after the backup
	if err := os.Rename(e["HANOUT_DB"], filepath.Join(dir, "lost.db")); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, e, "restore", backup); err != nil || !strings.Contains(out, "restored") {
		t.Fatalf("restore: %q, %v", out, err)
	}
	if w := money(t, e["HANOUT_DB"]); w.Available != topup.Dinars(1000) {
		t.Errorf("the restored till has %v", w)
	}
	if out, err := command(t, e, "check", backup); err != nil || out == "" {
		t.Errorf("check of a named file: %q, %v", out, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 6 {
		t.Errorf("files are left over: %v, %v", left, err)
	}
}

// in opens a database, whichever kind it is, for as long as fn takes.
func in(t *testing.T, db string, fn func(kept) error) {
	t.Helper()
	k, err := where{db: db}.open(t.Context(), opening{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(fn(k), k.Close()); err != nil {
		t.Fatal(err)
	}
}

func credit(t *testing.T, db, request string) {
	t.Helper()
	in(t, db, func(k kept) error {
		return k.Update(func(tx till.Tx) error {
			_, err := tx.Post(topup.Credit(1, topup.Dinars(1000), request, 601, 601, "test", time.Now()))
			return err
		})
	})
}

func money(t *testing.T, db string) (w topup.Wallet) {
	t.Helper()
	in(t, db, func(k kept) error {
		return k.View(func(tx till.Tx) (err error) { w, err = tx.Wallet(1); return err })
	})
	return w
}

// A file that is not a whole database of ours is refused with words, whatever
// is wanted of it, and is not touched.
func TestDamagedFilesAreRefused(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	if err := bolt.Create(whole); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	noise := bytes.Repeat([]byte("not a database, but long enough to be one\n"), 2000)
	for name, c := range map[string]struct {
		bytes []byte
		words string
	}{
		"empty": {nil, "damaged"}, "cut to a page": {b[:4096], "damaged"}, "cut in a page": {b[:5000], "damaged"},
		"half": {b[:len(b)/2], "damaged"}, "foreign": {noise, "not a Hanout database"}, "zeros": {make([]byte, 65536), "not a Hanout database"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "till.db")
			if err := os.WriteFile(file, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			e := settings(file, "http://127.0.0.1:9", "http://127.0.0.1:9")
			for _, args := range [][]string{{"check"}, {"run"}, {"backup", file + ".copy"}} {
				_, err := command(t, e, args...)
				says(t, err, file, c.words)
			}
			_, err := command(t, environment{"HANOUT_DB": file + ".new"}, "restore", file)
			says(t, err, file+" ", c.words) // the backup's fault, not the new file's
			if _, err := os.Stat(file + ".new"); !errors.Is(err, os.ErrNotExist) {
				t.Error("a damaged backup was restored")
			}
			if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, c.bytes) {
				t.Error("the file was touched")
			}
		})
	}
}

// TestRestoreBlamesTheBackup: who restores in an emergency must not be told to
// make a new database over the place of the old one.
func TestRestoreBlamesTheBackup(t *testing.T) {
	dir := t.TempDir()
	target, backup := filepath.Join(dir, "till.db"), filepath.Join(dir, "backup.db")
	_, err := command(t, environment{"HANOUT_DB": target}, "restore", backup)
	says(t, err, "there is no backup at "+backup)
	if err != nil && (strings.Contains(err.Error(), target) || strings.Contains(err.Error(), "init")) {
		t.Errorf("a missing backup is blamed on the database: %v", err)
	}
	if err := bolt.Create(target); err != nil {
		t.Fatal(err)
	}
	_, err = command(t, environment{"HANOUT_DB": target}, "restore", backup)
	says(t, err, target, "not overwritten")
}
