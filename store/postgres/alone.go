package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Going on alone, where the owner chose it. Commits that wait for a standby
// hang while none confirms, and so does the lease. The rules:
//
//   - it begins only while the lead can be proved by what the standby has
//     confirmed, and only for who saw a standby confirm before: the server says
//     that its connection has ended. A line that is silent is no such word, and who
//     starts waits. So a primary that was cut off from the world goes on for nobody;
//   - a standby that is promoted ends its connection, too. Every other server of the
//     address is asked first, and again while it lasts: one that takes writes ends
//     the lead. Who promotes a standby by hand must stop the old primary first;
//   - then the writer's and the lease's sessions wait for this server's disk alone,
//     and what waits for a standby is ended: it is found out as any lost answer;
//   - when a standby confirms again the sessions are made anew as they were. The
//     first commit of the writer's is an epoch, and what it confirms is all before it.

const (
	aloneLook  = 500 * time.Millisecond
	aloneLooks = 2 // in a row that see no standby
	aloneTry   = time.Second
)

// errTwo ends the lead of a primary that goes on alone beside a promoted standby.
var errTwo = errors.New("store: another server of the address takes writes, too: a standby was promoted while this one goes on without it. Stop the one that is not to be used")

// Alone reports whether commits wait for no standby just now, though they are to.
func (db *DB) Alone() bool { return db.lease != nil && db.lease.alone.Load() }

// standby watches the standby while this process leads.
func (db *DB) standby() {
	w := &watch{db: db}
	defer w.shut()
	for db.lease.rests(aloneLook) {
		ctx, cancel := context.WithTimeout(db.lease.led, aloneTry)
		w.look(ctx)
		cancel()
	}
}

// watch is what was seen of the standby.
type watch struct {
	db   *DB
	conn *pgx.Conn
	seen bool // one has confirmed since the lead began
	gone int  // looks in a row that saw none
}

func (w *watch) shut() {
	if w.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = w.conn.Close(ctx)
		w.conn = nil
	}
}

func (w *watch) look(ctx context.Context) {
	var err error
	if w.conn == nil {
		if w.conn, err = pgx.ConnectConfig(ctx, w.db.place.nearest(w.db.place.config.Copy())); err != nil {
			w.conn = nil
			return
		}
	}
	s, err := safeguards(ctx, w.conn)
	if err != nil {
		w.shut()
		return
	}
	alone := w.db.lease.alone.Load()
	switch {
	case s.Confirms > 0 || s.Alone():
		w.seen, w.gone = w.seen || s.Confirms > 0, 0
		if alone {
			w.db.goes(false)
		}
	case alone:
		if w.db.promoted(ctx) {
			w.db.lease.giveUp()
			w.db.tell(w.db.place.about(errTwo))
			return
		}
		w.end(ctx)
	case s.Unconfirmed() && w.seen:
		if w.gone++; w.gone < aloneLooks || !w.db.lease.holds() || w.db.promoted(ctx) || !w.db.lease.holds() {
			return
		}
		w.db.goes(true)
		w.end(ctx)
	}
}

// end ends the sessions of this role that wait for a standby.
func (w *watch) end(ctx context.Context) {
	if _, err := w.conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND wait_event = 'SyncRep'`); err != nil {
		w.shut()
	}
}

// goes changes for what commits wait. The writer's connection is made anew.
func (db *DB) goes(alone bool) {
	db.lease.alone.Store(alone)
	db.wires.cut(false)
	if db.onAlone != nil {
		db.onAlone(alone)
	}
}

// waitsFor has a session wait for what commits are to wait for.
func waitsFor(ctx context.Context, conn *pgx.Conn, alone bool) error {
	sql := `RESET synchronous_commit`
	if alone {
		sql = `SET synchronous_commit = local`
	}
	_, err := conn.Exec(ctx, sql)
	return err
}

// promoted reports whether another server of the address takes writes.
func (db *DB) promoted(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, aloneTry/2)
	defer cancel()
	var asked sync.WaitGroup
	var mu sync.Mutex
	found := false
	for _, at := range db.place.servers() {
		asked.Go(func() {
			conn, err := pgx.ConnectConfig(ctx, at)
			if err != nil {
				return
			}
			defer conn.Close(ctx)
			var server string
			var follows bool
			if err := conn.QueryRow(ctx, `SELECT pg_postmaster_start_time()::text, pg_is_in_recovery()`).Scan(&server, &follows); err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found = found || !follows && server != *db.lease.server.Load()
		})
	}
	asked.Wait()
	return found
}

// servers are ways to each server of the address alone, whatever it takes.
func (p place) servers() (all []*pgx.ConnConfig) {
	for _, way := range p.ways() {
		c := along(p.config.Copy(), way)
		c.ValidateConnect = nil
		all = append(all, c)
	}
	return all
}
