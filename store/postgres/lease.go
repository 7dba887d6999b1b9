package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
)

// One process leads. The rules:
//
//   - the lead is a lease, which the leader prolongs over a connection of its own,
//     as any commit, so that a standby that is promoted knows of it;
//   - the leader counts from before it asked, and stops counting on it a second
//     before the term is over; who waits takes it when it has seen the same row for
//     a whole term. Both count by clocks of their own that nobody sets: whatever
//     becomes of the server's or a machine's time of day, there are no two leaders;
//   - what was lost once does not come back: it is taken anew. A process need not
//     wait for a former lease of its own, which is closed;
//   - who takes a lease ends the session that still holds the writer's lock, and
//     begins an epoch. So a former leader, hung or cut off, writes nothing more.

// What is reckoned with (TestLeaseTimes). Who waits has the lease at the latest a
// look after the leader prolonged it, a term, and one try that gets nowhere later:
// 7 s; that leaves 3 of ten for the start. The leader has 3 s to prolong it before it
// stops counting on it: one try that gets nowhere, and one over another connection.
const (
	leaseFor   = 5 * time.Second         // unless Options says another
	leaseEarly = time.Second             // for the leader it runs out so much before
	leaseParts = 5                       // it is prolonged when this part of it is over
	leaseTry   = 1500 * time.Millisecond // for one round trip; then over another connection
	leaseLook  = 250 * time.Millisecond
	leasePause = 100 * time.Millisecond // between tries to prolong it
)

// lease is the lead of this process. Its connection is of one goroutine at a
// time: who opens, then keep, then who closes.
type lease struct {
	place   place
	process string // "": unknown
	holder  string // of this lease alone: what a former one still sends ends no later one
	lasts   time.Duration
	conn    *pgx.Conn
	notice  *notices

	until   atomic.Pointer[time.Time] // nil: not led
	stop    context.CancelFunc
	stopped context.Context
	kept    sync.WaitGroup
	led     context.Context // ends with the lead, however that ends
	leave   context.CancelFunc
	gone    chan struct{} // closed when it is lost
	onLoss  func()

	server  atomic.Pointer[string] // which one has answered
	onBreak func(other bool)       // the connection was made anew, maybe to another server

	alone atomic.Bool // no standby is waited for (alone.go)
	waits bool        // the connection's session waits for one
	given atomic.Bool // the lead is to end
}

func newLease(p place, process string, term time.Duration, onLoss func(), onBreak func(other bool)) *lease {
	l := &lease{place: p, lasts: term, process: process, holder: process + "/" + rand.Text(), notice: &notices{}, gone: make(chan struct{}), onLoss: onLoss, onBreak: onBreak}
	l.stopped, l.stop = context.WithCancel(context.Background())
	l.led, l.leave = context.WithCancel(context.Background())
	return l
}

// holds reports whether the lead can be proved at this moment.
func (l *lease) holds() bool {
	until := l.until.Load()
	return until != nil && time.Now().Before(*until) && !l.given.Load()
}

// giveUp ends the lead: nothing is proved from now on, and keep finds it lost.
func (l *lease) giveUp() { l.given.Store(true) }

// exec makes one round trip over the lease's connection, a new one where there
// is none. sent is when it began.
func (l *lease) exec(ctx context.Context, sql string, args ...any) (rows int64, sent time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTry)
	defer cancel()
	if l.conn == nil || l.conn.IsClosed() {
		if err := l.connect(ctx); err != nil {
			return 0, sent, err
		}
	}
	if alone := l.alone.Load(); alone == l.waits {
		if err := waitsFor(ctx, l.conn, alone); err != nil {
			return 0, sent, err
		}
		l.waits = !alone
	}
	l.notice.clear()
	sent = time.Now()
	tag, err := l.conn.Exec(ctx, sql, args...)
	switch {
	case err == nil:
		err = l.notice.warned() // no standby has it
	case ctx.Err() != nil:
		err = errSlow
	}
	return tag.RowsAffected(), sent, err
}

var errSlow = fmt.Errorf("%w: it does not confirm in time; where commits wait for a standby, see that one is there", store.ErrUnable)

// connect opens the lease's connection. What broke the former one has broken
// others, too: it tells of that.
func (l *lease) connect(ctx context.Context) (err error) {
	ways, first := l.place.ways(), int(l.place.near.Load())
	for n := range ways {
		at := (first + n) % len(ways)
		cfg := along(l.place.config.Copy(), ways[at])
		cfg.OnNotice = l.notice.take
		cfg.ConnectTimeout = leaseTry / time.Duration(len(l.place.hosts())+1) // for each, and there is to be time for the question
		cfg.RuntimeParams["lock_timeout"] = "1000"                            // what nobody waits for any more takes no lease later
		conn, refused := pgx.ConnectConfig(ctx, cfg)
		if refused == nil {
			l.conn, err = conn, nil
			l.place.near.Store(int32(at))
			break
		}
		l.conn, err = nil, errors.Join(err, refused)
	}
	if err != nil {
		return err
	}
	var server string // this run of it
	if err := l.conn.QueryRow(ctx, `SELECT pg_postmaster_start_time()::text`).Scan(&server); err != nil {
		_ = l.conn.Close(ctx)
		return err
	}
	if former := l.server.Swap(&server); former != nil {
		l.onBreak(server != *former)
	}
	l.waits = true
	return nil
}

// take waits until the lease is free, and keeps it from then on. Where another
// process goes on prolonging it, wait is called once; nil refuses
// (store.ErrLocked).
func (l *lease) take(ctx context.Context, wait func()) error {
	told, was, since := false, "", time.Now()
	for first := true; ; first = false {
		still := "" // what stands there, when it has stood for a whole term
		if time.Since(since) > l.lasts {
			still = was
		}
		rows, sent, err := l.exec(ctx, `UPDATE lease SET holder = $1, until = clock_timestamp() + $2 WHERE until = '-infinity' OR holder = $1 OR holder || ' ' || until = $3 OR $4 > '' AND starts_with(holder, $4 || '/')`, l.holder, l.lasts, still, l.process)
		if err != nil && (first || told || wait == nil || ctx.Err() != nil) {
			return err
		}
		if err == nil && rows == 1 {
			l.prolonged(sent)
			l.kept.Go(l.keep)
			return nil
		}
		if is, err := l.term(ctx); err == nil && is != was {
			switch {
			case was == "":
			case wait == nil:
				return store.ErrLocked
			case !told:
				told = true
				wait()
			}
			was, since = is, time.Now()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leaseLook):
		}
	}
}

// term tells the lease as it stands, to see whether it is prolonged.
func (l *lease) term(ctx context.Context) (is string, err error) {
	if l.conn == nil || l.conn.IsClosed() {
		return "", errNoTerm
	}
	ctx, cancel := context.WithTimeout(ctx, leaseTry)
	defer cancel()
	err = l.conn.QueryRow(ctx, `SELECT holder || ' ' || until FROM lease`).Scan(&is)
	return is, err
}

var errNoTerm = errors.New("store: the lease can't be read now")

func (l *lease) prolonged(sent time.Time) {
	until := sent.Add(l.lasts - leaseEarly)
	l.until.Store(&until)
}

// keep prolongs the lease until it is stopped, or lost.
func (l *lease) keep() {
	for {
		select {
		case <-l.stopped.Done():
			return
		case <-time.After(l.lasts / leaseParts):
		}
		if !l.renew() {
			if l.stopped.Err() == nil {
				l.until.Store(nil)
				l.leave()
				close(l.gone)
				l.onLoss()
			}
			return
		}
	}
}

// renew prolongs the lease, and tries until it may no longer.
func (l *lease) renew() bool {
	for ; l.holds(); time.Sleep(leasePause) {
		ctx, cancel := context.WithDeadline(l.stopped, *l.until.Load())
		rows, sent, err := l.exec(ctx, `UPDATE lease SET until = clock_timestamp() + $2 WHERE holder = $1`, l.holder, l.lasts)
		cancel()
		switch {
		case l.stopped.Err() != nil, err == nil && rows == 0:
			return false
		case err == nil && l.holds():
			l.prolonged(sent)
			return true
		}
	}
	return false
}

// end stops keeping the lease; from now on nothing is proved.
func (l *lease) end() {
	l.stop()
	l.leave()
	l.kept.Wait()
	l.until.Store(nil)
}

// rests waits a moment, and tells whether the lead is still there.
func (l *lease) rests(d time.Duration) bool {
	select {
	case <-l.led.Done():
	case <-time.After(d):
	}
	return l.led.Err() == nil
}

// release lets another process lead at once. Nothing of ours writes any more.
func (l *lease) release() {
	_, _, _ = l.exec(context.Background(), `UPDATE lease SET until = '-infinity' WHERE holder = $1`, l.holder) // else it runs out
	if l.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaseTry)
		defer cancel()
		_ = l.conn.Close(ctx)
	}
}
