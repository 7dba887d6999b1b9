package bolt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// marked tells whether a database goes on from a copy.
func marked(t *testing.T, path string) (mark topup.Restored, yes bool) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) (err error) {
		yes, err = tx.Setting(store.SettingRestored, &mark)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return mark, yes
}

// write opens a database and makes a commit.
func write(t *testing.T, path string, at time.Time) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error { return tx.MarkHandled(at.UnixNano(), at) }); err != nil {
		t.Fatal(err)
	}
}

// copyFile copies a file by hand.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPlace: a copy of the file is known as one however it was put in place,
// and nothing that happens to a file that stays is taken for it.
func TestPlace(t *testing.T) {
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		happens func(t *testing.T, path, former string) string // gives the file to start
		copied  bool
	}{
		"started again": {func(_ *testing.T, path, _ string) string { return path }, false},
		"the last copy, nothing since": {func(t *testing.T, path, _ string) string {
			copyFile(t, path, path+".copy")
			copyFile(t, path+".copy", path)
			return path
		}, false},
		"a volume mounted elsewhere": {func(t *testing.T, path, _ string) string {
			dir := filepath.Join(t.TempDir(), "volume")
			if err := os.Rename(filepath.Dir(path), dir); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, filepath.Base(path))
		}, false},
		"the note beside lags after a power cut": {func(t *testing.T, path, _ string) string {
			lag(t, path)
			return path
		}, false},
		"an older copy over it":  {func(t *testing.T, path, former string) string { copyFile(t, former, path); return path }, true},
		"an older copy moved in": {func(t *testing.T, path, former string) string { rename(t, former, path); return path }, true},
		"the newest copy moved in": {func(t *testing.T, path, _ string) string {
			copyFile(t, path, path+".copy")
			rename(t, path+".copy", path)
			return path
		}, true},
		"copied elsewhere": {func(t *testing.T, path, _ string) string {
			to := filepath.Join(t.TempDir(), "till.db")
			copyFile(t, path, to)
			return to
		}, true},
		"copied elsewhere with the file beside it": {func(t *testing.T, path, _ string) string {
			to := filepath.Join(t.TempDir(), "till.db")
			copyFile(t, path, to)
			copyFile(t, path+".lock", to+".lock")
			return to
		}, true},
		"the file beside it is lost": {func(t *testing.T, path, _ string) string {
			if err := os.Remove(path + ".lock"); err != nil {
				t.Fatal(err)
			}
			return path
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "till.db")
			if err := bolt.Create(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, day)
			former := filepath.Join(t.TempDir(), "former.db")
			copyFile(t, path, former)
			write(t, path, day.Add(time.Hour))
			if _, yes := marked(t, path); yes {
				t.Fatal("a file that stayed where it is was taken for a copy")
			}
			path = c.happens(t, path, former)
			mark, yes := marked(t, path)
			if yes != c.copied {
				t.Fatalf("taken for a copy: %t, want %t", yes, c.copied)
			}
			if yes && (mark.Copied.Before(day) || mark.Copied.After(day.Add(time.Hour)) || !mark.Waits()) {
				t.Errorf("the mark says %+v", mark)
			}
			if again, _ := marked(t, path); again != mark {
				t.Errorf("a second start changed the mark: %+v, %+v", mark, again)
			}
		})
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// lag takes back the note of the last commit, as a power cut may.
func lag(t *testing.T, path string) {
	t.Helper()
	before, err := os.ReadFile(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, time.Now())
	if after, err := os.ReadFile(path + ".lock"); err != nil || string(after) == string(before) {
		t.Fatalf("a commit is not noted: %q, %q, %v", before, after, err)
	}
	if err := os.WriteFile(path+".lock", before, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRestoreMarks: what restore makes goes on from a copy, knows of when it
// is, and is made only where nobody works.
func TestRestoreMarks(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "till.db"), filepath.Join(dir, "backup.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	write(t, path, day)
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	rename(t, path, filepath.Join(dir, "damaged.db")) // and the process goes on
	if _, err := bolt.Restore(backup, path); !errors.Is(err, store.ErrLocked) {
		t.Errorf("beside a running till: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("it was made all the same")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := bolt.Restore(backup, path); err != nil || len(r.Problems) > 0 {
		t.Fatal(err, r.Problems)
	}
	mark, yes := marked(t, path)
	if !yes || !mark.Copied.Equal(day) || mark.Found.IsZero() || !mark.Waits() {
		t.Errorf("marked %t: %+v", yes, mark)
	}
	if _, yes := marked(t, backup); !yes {
		t.Error("the backup itself was started, and not taken for a copy")
	}
}
