package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// made makes a till with a shop and money.
func made(t *testing.T, db string) string {
	t.Helper()
	if out, err := command(t, environment{"HANOUT_DB": db}, "init"); err != nil {
		t.Fatal(out, err)
	}
	approve(t, db)
	credit(t, db, "1")
	if err := starts(t, db); err != nil {
		t.Fatal(err)
	}
	return db
}

// places gives where a till may be moved to: another place each time.
type places func() string

func files(t *testing.T) places {
	return func() string { return filepath.Join(t.TempDir(), "till.db") }
}

// TestMove moves a till from file to file; TestPostgres does the same with
// tables.
func TestMove(t *testing.T) { moves(t, files(t), files(t)) }

func moves(t *testing.T, from, to places) {
	t.Run("AndGoOn", func(t *testing.T) { moveAndGoOn(t, from(), to()) })
	t.Run("CutShort", func(t *testing.T) { moveCutShort(t, from(), to()) })
	t.Run("Stopped", func(t *testing.T) { moveStopped(t, from(), to()) })
	t.Run("Refused", func(t *testing.T) { moveRefused(t, from(), to) })
}

// starts tells with what a bot would be refused to start on a database.
func starts(t *testing.T, db string) error {
	t.Helper()
	vault, err := store.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	k, err := openFor(t.Context(), config{db: db}, vault, transports{}, slog.New(slog.DiscardHandler), candidate{})
	if err == nil {
		err = k.Close()
	}
	return explain(where{db: db}.String(), about(where{db: db}, err))
}

// moveAndGoOn: what was moved goes on in its new place as if nothing had been,
// and nothing more is sold in the old one.
func moveAndGoOn(t *testing.T, from, to string) {
	made(t, from)
	before := reportOf(t, from)
	out, err := command(t, environment{}, "move", from, to)
	if err != nil || !strings.Contains(out, "each the same to the last byte") || !strings.Contains(out, "sound") || !strings.Contains(out, "1 lines, head") {
		t.Fatalf("%s\n%v", out, err)
	}
	says(t, starts(t, from), "has moved to "+where{db: to}.String(), "start the bot there")
	if err := starts(t, to); err != nil {
		t.Error(err)
	}
	after := reportOf(t, to)
	if after.Head != before.Head || after.Sums["shops available"] != before.Sums["shops available"] {
		t.Errorf("%+v, before %+v", after, before)
	}
	if reportOf(t, from).Head != before.Head {
		t.Error("the old one changed")
	}
	in(t, to, func(k kept) error {
		return k.View(func(tx till.Tx) error {
			for _, name := range []string{store.SettingRestored, store.SettingMoved, store.SettingMoving} {
				var v any
				if is, err := tx.Setting(name, &v); is || err != nil {
					t.Errorf("it is marked as %s (%v)", name, err)
				}
			}
			return nil
		})
	})
	credit(t, to, "2")
	// A second move from the old place makes no second till.
	for _, again := range []string{to, filepath.Join(t.TempDir(), "again.db")} {
		_, err = command(t, environment{}, "move", from, again)
		says(t, err, where{db: from}.String()+" has moved to "+where{db: to}.String())
	}
	if w := money(t, to); w.Available != topup.Dinars(2000) {
		t.Errorf("the till has %+v", w)
	}
}

func reportOf(t *testing.T, db string) store.Report {
	t.Helper()
	r, err := where{db: db}.check(t.Context(), nil)
	if err != nil || len(r.Problems) > 0 {
		t.Fatal(r.Problems, err)
	}
	return r
}

// half leaves a move as it is when its process ends after the rows are there,
// and where so much was done, the mark of the old place.
func half(t *testing.T, from, to string, marked bool) {
	t.Helper()
	src, err := where{db: from}.open(t.Context(), opening{moving: true})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dst, m, err := receive(t.Context(), src, where{db: from}, where{db: to}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer dst.Close()
	if marked {
		if err := src.Update(func(tx till.Tx) error { return tx.PutSetting(store.SettingMoved, m) }); err != nil {
			t.Fatal(err)
		}
	}
}

// moveCutShort: at most one of the two sells, whenever the process ends, and
// the same command goes on.
func moveCutShort(t *testing.T, from, to string) {
	made(t, from)
	half(t, from, to, false)
	says(t, starts(t, to), "is not whole", "hanout move")
	_, err := command(t, environment{"HANOUT_DB": to}, "check")
	says(t, err, "is not whole")
	if err := starts(t, from); err != nil {
		t.Error(err)
	}
	half(t, from, to, true)
	says(t, starts(t, to), "is not whole", "hanout move")
	says(t, starts(t, from), "has moved to")
	if out, err := command(t, environment{}, "move", from, to); err != nil {
		t.Fatal(out, err)
	}
	says(t, starts(t, from), "has moved to")
	if err := starts(t, to); err != nil {
		t.Error(err)
	}
	if w := money(t, to); w.Available != topup.Dinars(1000) {
		t.Errorf("the till has %+v", w)
	}
}

// watched is a context that is done after so many looks at it.
type watched struct {
	context.Context
	looks *atomic.Int64
}

func (u watched) Err() error {
	if u.looks.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// moveStopped: wherever it is stopped, at most one of the two sells, and the
// same command ends it.
func moveStopped(t *testing.T, from, to string) {
	made(t, from)
	for stopped := 0; ; stopped += 1 + stopped/6 {
		var looks atomic.Int64
		looks.Store(int64(stopped))
		_, _, err := move(watched{t.Context(), &looks}, where{db: from}, where{db: to})
		old, now := starts(t, from), starts(t, to)
		if old == nil && now == nil {
			t.Fatalf("stopped at look %d: both start (%v)", stopped, err)
		}
		if err == nil {
			if old == nil || now != nil {
				t.Fatalf("after %d looks: the old one %v, the new one %v", stopped, old, now)
			}
			return
		}
		if !errors.Is(err, context.Canceled) || old != nil {
			t.Fatalf("stopped at look %d: %v; the old one %v", stopped, err, old)
		}
	}
}

// moveRefused: what is there is not overwritten, what is in use or damaged is
// not moved, and nothing of it is touched.
func moveRefused(t *testing.T, from string, to places) {
	made(t, from)
	there := made(t, to())
	credit(t, there, "2")
	_, err := command(t, environment{}, "move", from, there)
	says(t, err, "exists already and is not overwritten")
	if w := money(t, there); w.Available != topup.Dinars(2000) {
		t.Errorf("the other till has %+v", w)
	}
	_, err = command(t, environment{}, "move", from, from)
	says(t, err, "can't move to where it is")
	in(t, from, func(kept) error {
		_, err := command(t, environment{}, "move", from, to())
		says(t, err, "in use by another process")
		return nil
	})
	gone := to()
	_, err = command(t, environment{}, "move", gone, to())
	says(t, err, "there is no database")

	// It went on after a move that was cut short.
	stale := to()
	half(t, from, stale, false)
	credit(t, from, "3")
	_, err = command(t, environment{}, "move", from, stale)
	says(t, err, where{db: stale}.String(), "the till has gone on since")
	says(t, starts(t, stale), "is not whole")
	if err := starts(t, from); err != nil {
		t.Error(err)
	}
}

// A damaged file is not moved, and the exit status says so.
func TestDamagedTillIsNotMoved(t *testing.T) {
	from := made(t, files(t)())
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 8; i < len(b); i += len(b) / 64 {
		b[i] ^= 0x40
	}
	if err := os.WriteFile(from, b, 0o600); err != nil {
		t.Fatal(err)
	}
	to := files(t)()
	_, err = command(t, environment{}, "move", from, to)
	if says(t, err, "is damaged"); status(err) != 3 {
		t.Errorf("exit status %d", status(err))
	}
	if _, err := os.Lstat(to); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is there: %v", err)
	}
}

// What is wrong with the command line is told, and no password.
func TestMoveWantsTwoPlaces(t *testing.T) {
	for _, args := range [][]string{{"move"}, {"move", "a"}, {"move", "a", "b", "c"}, {"move", "a", "./a"}, {"move", "a", "postgres://h:canary@h/x"}} {
		_, err := command(t, environment{}, args...)
		if err == nil || status(err) != 2 || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// A till that moved away is kept as it was, as any copy is: restored it asks
// before it sells.
func TestMovedTillIsACopy(t *testing.T) {
	from, to, back := made(t, files(t)()), files(t)(), files(t)()
	if _, err := command(t, environment{}, "move", from, to); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := command(t, environment{"HANOUT_DB": back}, "restore", from); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(from); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was touched (%v)", err)
	}
	asksFirst(t, back)
}

// asksFirst fails unless a till asks its owners before it sells.
func asksFirst(t *testing.T, db string) {
	t.Helper()
	in(t, db, func(k kept) error {
		return k.View(func(tx till.Tx) error {
			var r topup.Restored
			if is, err := tx.Setting(store.SettingRestored, &r); !is || err != nil || !r.Waits() {
				t.Errorf("it does not wait: %t %+v (%v)", is, r, err)
			}
			return nil
		})
	})
}
