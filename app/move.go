package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/postgres"
	"hanout/till"
)

// runMove is `hanout move`.
func runMove(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	if len(args) != 2 {
		return &usageError{errors.New("move wants two arguments, the database to move and where to: each a file or an address such as postgres://…")}
	}
	from, to, err := bothOf(args[0], args[1], getenv)
	if err != nil {
		return err
	}
	report, tally, err := move(ctx, from, to)
	if len(report.Problems) > 0 {
		fmt.Fprintf(stdout, "%s\n", from)
		report.Write(stdout)
		return errUnsound
	}
	if err != nil {
		return explain(from.String(), err)
	}
	fmt.Fprintf(stdout, "moved %s to %s: %d rows, each the same to the last byte\n", from, to, tally.Rows)
	report.Write(stdout)
	fmt.Fprintf(stdout, "set HANOUT_DB to the new place and start the bot; nothing starts on %s any more\n", from)
	return nil
}

// bothOf reads the two places of a move. One password is for both.
func bothOf(from, to string, getenv func(string) string) (a, b where, err error) {
	r := envReader{getenv: getenv}
	password := r.optional("HANOUT_DB_PASSWORD")
	place := func(db string) where {
		w := where{db: db}
		switch path, err := filepath.Abs(db); {
		case w.remote() && postgres.TellsPassword(db):
			r.fault("an address holds a password; put it into a file, and name that in HANOUT_DB_PASSWORD_FILE")
		case w.remote():
			w.password = password
		case err != nil:
			r.fault("%v", err)
		default:
			w.db = path // for what is written down of it
		}
		return w
	}
	a, b = place(from), place(to)
	if a.String() == b.String() {
		r.fault("a till can't move to where it is")
	}
	if err := errors.Join(r.faults...); err != nil {
		return a, b, &usageError{err}
	}
	return a, b, nil
}

// errStale is a move that was cut short after its rows were carried, and of
// which the till sold on in the old place.
var errStale = errors.New("not what the till to move holds: a move that was cut short has left it, and the till has gone on since, or is another. Nothing was ever sold from it: take it away (the file, or the tables by DROP SCHEMA … CASCADE), and move again")

// move carries a till. The locks of both places are held while it does. What
// says where the till is, at every moment (store/move.go):
//
//	             the old place    the new one
//	before       sells            nothing, or a mark and no rows
//	carried      sells            all rows, proved, and a mark: refused
//	marked       refused          the same
//	done         refused          sells
//
// Cut short before the second line it is begun again, after it it goes on.
func move(ctx context.Context, from, to where) (report store.Report, tally store.Tally, err error) {
	src, err := from.open(ctx, opening{moving: true})
	if err != nil {
		return report, tally, about(from, err)
	}
	defer src.Close()
	if report, err = src.Check(nil); err != nil || len(report.Problems) > 0 {
		return report, tally, about(from, err)
	}
	if tally, err = count(ctx, src); err != nil {
		return report, tally, about(from, err)
	}
	gone, moved, err := markOf(src, store.SettingMoved)
	if err != nil {
		return report, tally, about(from, err)
	}
	if moved && gone.To != to.String() {
		return report, tally, about(from, &store.MovedError{Move: gone})
	}
	dst, m, err := receive(ctx, src, from, to, moved)
	if err == nil {
		defer dst.Close()
	}
	if moved && (errors.Is(err, store.ErrMissing) || errors.Is(err, store.ErrExists) || err == nil && m.ID != gone.ID) {
		err = about(from, &store.MovedError{Move: gone})
	}
	if err != nil {
		return report, tally, about(to, err)
	}
	if report, err = prove(ctx, dst, report, tally); err != nil {
		return report, tally, about(to, err)
	}
	if !moved {
		if err := src.Update(func(tx till.Tx) error { return tx.PutSetting(store.SettingMoved, m) }); err != nil {
			return report, tally, about(from, err)
		}
	}
	return report, tally, about(to, dst.Update(func(tx till.Tx) error { return tx.DropSetting(store.SettingMoving) }))
}

// receive opens the new place, with the rows in it, and gives the mark that it
// has. Where the old place is marked nothing is carried any more.
func receive(ctx context.Context, src kept, from, to where, moved bool) (dst kept, m store.Move, err error) {
	if moved {
		dst, err = to.open(ctx, opening{moving: true})
	} else {
		err = src.Rows(ctx, func(rows store.Rows) (err error) {
			dst, err = to.receive(ctx, store.Move{ID: newID(), To: to.String(), At: time.Now().UTC()}, from.told(rows))
			return err
		})
	}
	if err != nil {
		return dst, m, err
	}
	m, half, err := markOf(dst, store.SettingMoving)
	if err == nil && !half {
		err = store.ErrExists
	}
	if err != nil {
		dst.Close()
	}
	return dst, m, err
}

// receive makes the place of a till that moves in, if it is not there, with all
// rows, and opens it. What a move that was cut short has left is opened as it
// is; all else that is there is refused.
func (w where) receive(ctx context.Context, m store.Move, rows store.Rows) (kept, error) {
	if w.remote() {
		db, err := postgres.Receive(ctx, w.db, postgres.Options{Password: w.password})
		if err != nil {
			return kept{}, err
		}
		taken := false
		defer func() {
			if !taken { // or the rows' own end came as a panic
				db.Close()
			}
		}()
		_, err = postgres.Take(ctx, db, m, rows)
		if taken = err == nil || errors.Is(err, store.ErrExists); !taken {
			return kept{}, err
		}
		return kept{till.Over(db), db}, nil
	}
	_, err := bolt.Fill(ctx, w.db, nil, store.Marked(rows, m))
	if errors.Is(err, store.ErrExists) {
		there, lookErr := w.open(ctx, opening{readOnly: true, moving: true})
		if lookErr != nil {
			return kept{}, err
		}
		_, half, lookErr := markOf(there, store.SettingMoving)
		if err2 := there.Close(); !half || lookErr != nil || err2 != nil {
			return kept{}, err
		}
		err = nil
	}
	if err != nil {
		return kept{}, err
	}
	return w.open(ctx, opening{moving: true})
}

// prove proves that a database holds what another was found to hold.
func prove(ctx context.Context, dst kept, want store.Report, tally store.Tally) (store.Report, error) {
	report, err := dst.Check(nil)
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("%w: %s", store.ErrUnsound, report.Problems[0])
	}
	if err != nil {
		return store.Report{}, err
	}
	got, err := count(ctx, dst)
	if err != nil {
		return report, err
	}
	want.Schema = report.Schema // each kind of store counts its own
	if got != tally || !reflect.DeepEqual(report, want) {
		return report, errStale
	}
	return report, ctx.Err()
}

func count(ctx context.Context, db kept) (tally store.Tally, err error) {
	err = db.Rows(ctx, func(rows store.Rows) error { tally, err = store.Count(rows); return err })
	return tally, err
}

// markOf reads a mark of a move.
func markOf(db kept, name string) (m store.Move, is bool, err error) {
	err = db.View(func(tx till.Tx) error { is, err = tx.Setting(name, &m); return err })
	return m, is, err
}

func newID() string {
	var random [16]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

// told are rows whose errors name where they lie.
func (w where) told(rows store.Rows) store.Rows {
	return func(yield func(any, error) bool) {
		for row, err := range rows {
			if !yield(row, about(w, err)) {
				return
			}
		}
	}
}

// about names the place that an error is about, unless it names one.
func about(w where, err error) error {
	var named *store.FileError
	if err == nil || errors.As(err, &named) {
		return err
	}
	return &store.FileError{Path: w.String(), Err: err}
}
