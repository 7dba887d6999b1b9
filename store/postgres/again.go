package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hanout/store"
)

// A connection that is lost may take the answer of a commit with it: whether
// the batch is in is unknown, and then known. The rules:
//
//   - all of it happens while the lead is held; once that is lost, another
//     process may write, and it is the next opening that reads what is there;
//   - the former session is over before anything is asked: the lock that it held
//     is ours. One that hangs is ended; a commit of it that waited for a standby
//     is visible then, and nobody has confirmed it;
//   - so an epoch is begun, in a commit of its own that counts only without a
//     warning of the server. What lies before it in the log is then as safe as
//     any commit: on the standby, where there is one. On a primary that was left
//     behind it never ends, and the lead is lost meanwhile;
//   - that commit also tells how far the former epoch came. A server that knows
//     less of it than was confirmed has lost something: what this process
//     remembers is no longer so, and it begins from the start.

const (
	pauseLeast = 25 * time.Millisecond
	pauseMost  = 250 * time.Millisecond
	anewMost   = 5 * time.Second // for one try, the wait for a standby included
)

var (
	// errFenced ends a writer that another one took over from.
	errFenced = fmt.Errorf("%w: another process has taken over", store.ErrLead)
	// errRegressed ends one whose server has lost what it had confirmed.
	errRegressed = fmt.Errorf("%w: the server lacks what was committed before: it is a standby that did not have all, or one that was put back", store.ErrLead)
)

// again makes the writer's connection anew where it was lost. in tells whether
// the batch whose answer was lost with it is in the database.
func (db *DB) again() (in bool, err error) {
	if db.over != nil || db.lost == nil {
		return false, db.over
	}
	db.tell(db.lost)
	for pause := pauseLeast; ; pause = min(2*pause, pauseMost) {
		in, err = db.anew()
		switch {
		case err == nil:
			db.lost, db.asked = nil, 0
			db.tell(nil)
			return in, nil
		case errors.Is(err, errFenced), errors.Is(err, errRegressed), !passes(err):
			return false, db.ends(err)
		case !db.lease.rests(pause):
			return false, db.ends(errors.Join(store.ErrLead, db.lost))
		}
	}
}

// ends lets nothing more be written.
func (db *DB) ends(why error) error {
	db.over = db.place.about(why)
	return db.over
}

// passes reports whether what is met while a connection is made may be over in
// a moment.
func passes(err error) bool {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return true // the network's, or of the wait for a standby
	}
	switch said.Code[:2] {
	case "08", "40", "53", "55", "57":
		return true
	}
	return said.Code == readsOnly
}

// anew opens the connection and begins an epoch on it.
func (db *DB) anew() (in bool, err error) {
	ctx, cancel := context.WithTimeout(db.lease.led, anewMost)
	defer cancel()
	if err := db.connect(ctx); err != nil {
		return false, err
	}
	err = db.lock(ctx, true)
	if err == nil {
		in, err = db.lead(ctx)
	}
	if err == nil {
		err = ctx.Err() // who cuts a connection off may have missed this one
	}
	if err != nil {
		db.shut()
	}
	return in, err
}

// lead begins an epoch: what a former writer still tries to commit fails. How
// far that one came stays written down; in tells whether what was asked for is
// in. It counts once the server has confirmed it, and only for who has the
// lease.
func (db *DB) lead(ctx context.Context) (in bool, err error) {
	var epoch int64
	db.notices.clear()
	err = pgx.BeginFunc(ctx, db.conn, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE till SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM lease WHERE holder = $1) RETURNING epoch`, db.lease.holder).Scan(&epoch)
		if errors.Is(err, pgx.ErrNoRows) {
			return errFenced
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO epochs (epoch, batch) SELECT epoch - 1, batch FROM till WHERE epoch > 1`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE till SET batch = 0`); err != nil || db.epoch == 0 {
			return err
		}
		var done int64
		err = tx.QueryRow(ctx, `SELECT batch FROM epochs WHERE epoch = $1`, db.epoch).Scan(&done)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && done < db.confirmed {
			return errRegressed
		}
		in = db.asked > 0 && done >= db.asked
		return err
	})
	if err == nil {
		err = db.notices.warned() // no standby has it
	}
	if err != nil {
		return false, err
	}
	db.epoch, db.batch, db.confirmed, db.memory = epoch, 0, 0, newMemory()
	return in, nil
}

// lose gives up the writer's connection, and what was known over it: what waits
// in it is unknown.
func (db *DB) lose(why error) {
	db.memory = newMemory()
	if db.lost == nil {
		db.lost = db.place.about(why)
	}
	db.shut()
	db.pool.Reset() // the others may have gone with it
}

// shut closes the writer's connection.
func (db *DB) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = db.conn.Close(ctx)
}

// tell tells that writing waits, and why; nil that it goes on.
func (db *DB) tell(why error) {
	if db.waits != nil {
		db.waits(why)
	}
}
