package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanout/store"
)

// Options say how a database is opened.
type Options struct {
	// Vault seals codes, numbers, sessions, messages and complaints. Only tools that need
	// none of them do without.
	Vault    *store.Vault
	ReadOnly bool
	OnCommit func() // called after every successful commit
	// Moving opens one that a till is being moved into, or was moved out of:
	// for the move itself (store.Standing).
	Moving bool
	// Password is used where the address has none.
	Password string
	// Wait is called once when another process leads, and then Open waits for the
	// lead; nil refuses (store.ErrLocked).
	Wait func()
	// Copier makes the files of backups; without it there are none.
	Copier Copier
}

// DB is an open database. One connection writes; reads beside it, each over
// one unchanging state, have connections of their own.
type DB struct {
	place    place
	onCommit func()
	vault    *store.Vault
	copier   Copier
	readOnly bool
	moving   bool
	pool     *pgxpool.Pool
	notices  *notices

	writing sync.Mutex
	conn    *pgx.Conn // the writer's; nil when opened for reading
	epoch   int64
	batch   int64 // the last one that began
	lease   *lease
	wire    atomic.Pointer[wire] // of conn
	lost    error                // why the writer's connection is of no more use
	memory  *memory              // what is known of the database; of this connection
}

// Marker names a batch: whoever lost the answer of its commit can ask for it
// ([DB.Landed]).
type Marker struct{ Epoch, Batch int64 }

const (
	lockWait    = 2 * time.Second // for a writer that is just closing, or is ended
	lockPause   = 50 * time.Millisecond
	closeMost   = 2 * time.Second  // for each part of a close
	answerMost  = 30 * time.Second // for one round trip; a connection that takes longer is given up
	readersMost = 8
)

// Create makes the tables of a new, empty till. It never overwrites
// ([store.ErrExists]).
func Create(ctx context.Context, address string, o Options) error {
	p, err := parse(address, o.Password)
	if err != nil {
		return err
	}
	return p.about(p.create(ctx))
}

// Open opens a database that [Create] made. One that is missing, foreign, in
// use or of a newer schema is refused with an error of its own; one of an
// older schema is brought up to date. One of which a till was moved away is
// refused for writing, and one into which it was not carried whole for anything
// (store.Standing).
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	p, err := parse(address, o.Password)
	if err != nil {
		return nil, err
	}
	db := &DB{place: p, onCommit: o.OnCommit, vault: o.Vault, copier: o.Copier, readOnly: o.ReadOnly, moving: o.Moving, notices: &notices{}}
	if err := db.open(ctx, o.Wait); err != nil {
		db.Close()
		return nil, p.about(err)
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, wait func()) (err error) {
	if db.pool, err = pgxpool.NewWithConfig(ctx, db.place.readers()); err != nil {
		return err
	}
	if err := db.pool.Ping(ctx); err != nil {
		return err
	}
	if db.readOnly {
		if err := db.place.known(ctx, db.pool); err != nil {
			return err
		}
		return db.standing()
	}
	if err := db.flushes(ctx); err != nil {
		return err
	}
	if err := db.fits(ctx, wait != nil); err != nil {
		return err
	}
	db.lease = newLease(db.place, db.cutOff)
	if err := db.lease.take(ctx, wait); err != nil {
		return err
	}
	if err := db.connect(ctx); err != nil {
		return err
	}
	if err := db.lock(ctx, true); err != nil {
		return err
	}
	err = db.place.known(ctx, db.pool)
	if errors.Is(err, store.ErrOld) {
		err = db.place.migrate(ctx)
	}
	if err != nil {
		return err
	}
	if err := db.standing(); err != nil {
		return err
	}
	if err := db.lead(ctx); err != nil {
		return err
	}
	return db.settle(ctx)
}

func (db *DB) standing() error {
	if db.moving {
		return nil
	}
	return db.View(func(t *Tx) error { return store.Standing(t.Setting, db.readOnly) })
}

// connect opens the writer's connection.
func (db *DB) connect(ctx context.Context) (err error) {
	cfg := db.place.config.Copy()
	cfg.OnNotice = db.notices.take
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err == nil {
		db.conn = conn
		db.wire.Store(&wire{conn.PgConn().Conn()})
	}
	return err
}

// fits proves, before the lead is waited for, that the tables and the key are
// those of this program: a fault must not wait for the day on which it leads.
func (db *DB) fits(ctx context.Context, waits bool) error {
	err := db.place.known(ctx, db.pool)
	if errors.Is(err, store.ErrOld) {
		n, err := version(ctx, db.pool)
		if err == nil && n < leaseSince {
			err = db.bringLease(ctx)
		}
		return err
	}
	if err != nil || !waits || db.vault == nil {
		return err
	}
	return db.View(func(t *Tx) error {
		var print string
		if known, err := t.Setting(store.SettingKey, &print); err != nil || !known || print == db.vault.Print() {
			return err
		}
		return store.ErrSealed
	})
}

// leaseSince is the schema that brought the lease. Before it the lock alone
// kept a second writer out.
const leaseSince = 2

func (db *DB) bringLease(ctx context.Context) error {
	if err := db.connect(ctx); err != nil {
		return err
	}
	defer db.conn.Close(ctx)
	if err := db.lock(ctx, false); err != nil {
		return err
	}
	return db.place.migrate(ctx)
}

// Leads reports whether this process can prove at this moment that it leads.
func (db *DB) Leads() bool { return db.lease != nil && db.lease.holds() }

// Lost is closed when the lead is lost: another process may lead now.
func (db *DB) Lost() <-chan struct{} {
	if db.lease == nil {
		return nil
	}
	return db.lease.gone
}

// wire is what the writer's connection goes over.
type wire struct{ net.Conn }

// cutOff ends what is under way on the writer's connection. What a commit came
// to is unknown then.
func (db *DB) cutOff() {
	if w := db.wire.Load(); w != nil {
		_ = w.Close()
	}
}

// lock takes the lock that a session holds while it writes. With the lead, what
// still holds it is a former leader's, which hangs or is cut off: its session
// is ended.
func (db *DB) lock(ctx context.Context, leads bool) error {
	const key = `hashtextextended('hanout till ' || $1, 0)`
	for began := time.Now(); ; time.Sleep(lockPause) {
		var got bool
		if err := db.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(`+key+`)`, db.place.schema).Scan(&got); err != nil || got {
			return err
		}
		if time.Since(began) > lockWait {
			return store.ErrLocked
		}
		if !leads {
			continue
		}
		if _, err := db.conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (classid::bigint << 32) | objid::bigint = `+key, db.place.schema); err != nil {
			return err
		}
	}
}

// lead begins an epoch: what a former writer still tries to commit fails. How
// far that one came stays written down.
func (db *DB) lead(ctx context.Context) error {
	db.memory = newMemory()
	return pgx.BeginFunc(ctx, db.conn, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `UPDATE till SET epoch = epoch + 1 RETURNING epoch`).Scan(&db.epoch); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO epochs (epoch, batch) SELECT epoch - 1, batch FROM till WHERE epoch > 1`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE till SET batch = 0`)
		return err
	})
}

// Close lets go of the connections. It waits for open reads, but not for long:
// over a line that hangs they would keep a process from its next start.
func (db *DB) Close() error {
	db.writing.Lock()
	defer db.writing.Unlock()
	var err error
	if db.lease != nil {
		db.lease.end()
		defer db.lease.release()
	}
	if db.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeMost)
		err = db.conn.Close(ctx)
		cancel()
	}
	if db.pool != nil {
		closed := make(chan struct{})
		go func() { db.pool.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(closeMost):
		}
	}
	return err
}

// Update runs fn in a write transaction and commits. An error or panic of fn
// rolls back and comes out as it is. An error of the commit itself comes as
// *store.CommitError, and so does one of the server or of the connection, for
// no step has brought it about. What passes (a lock that somebody holds, a
// statement that took too long) is tried again: fn may run more than once.
func (db *DB) Update(fn func(*Tx) error) error {
	if db.readOnly {
		return store.ErrReadOnly
	}
	db.writing.Lock()
	defer db.writing.Unlock()
	for try, guessed := 1, 0; ; try++ {
		if db.lost != nil {
			return &store.CommitError{Err: db.lost}
		}
		whose, err := db.attempt(fn, guessed < guessesMost)
		if whose == guessing {
			try, guessed = try-1, guessed+1
			continue
		}
		switch {
		case err == nil:
			if db.onCommit != nil {
				db.onCommit()
			}
			return nil
		case whose == ofStep:
			return err
		case whose == passing && try < tries:
			time.Sleep(time.Duration(try) * 50 * time.Millisecond)
			continue
		}
		return &store.CommitError{Err: db.place.about(err)}
	}
}

// guessesMost is how often a batch may run that rests on guesses.
const guessesMost = 3

// tries is how often a batch is begun that the server could not do just then.
const tries = 3

// fault says whose an error is.
type fault int

const (
	ofStep   fault = iota // what runs in the transaction
	passing               // the server's, and it passes: a lock, a deadlock, a time-out; nothing is kept of the transaction
	guessing              // nobody's: what was guessed is not so
	ofServer              // the server's, or the connection's; whether it is kept may be unknown
)

// faultOf tells whose the error of a round trip is.
func faultOf(err error) fault {
	var said *pgconn.PgError
	if !errors.As(err, &said) || said.Severity != "ERROR" {
		return ofServer
	}
	switch class := said.Code[:2]; {
	case class == "22", class == "23": // a value that does not fit, a rule of the tables
		return ofStep
	case class == "40", said.Code == "55P03", said.Code == "57014":
		return passing
	}
	return ofServer
}

// attempt runs fn once.
func (db *DB) attempt(fn func(*Tx) error, guesses bool) (whose fault, err error) {
	t := &Tx{ctx: context.Background(), conn: db.conn, vault: db.vault, mem: db.memory, guesses: guesses}
	db.batch++
	t.queue.Queue("begin")
	t.queue.Queue(`UPDATE till SET batch = $2, epoch = CASE epoch WHEN $1 THEN epoch END`, db.epoch, db.batch) // in another epoch it fails
	t.begins = t.queue.Len()
	ended := false
	defer func() {
		if ended {
			return
		}
		// fn panicked: for no fault of its own, if it was told what is not so.
		if errors.Is(t.prove(), errGuess) {
			recover()
			whose, err = guessing, errGuess
		}
		db.rollback(t)
	}()
	err = fn(t)
	ended = true
	if err == nil && t.err == nil {
		return db.commit(t)
	}
	_ = t.prove()
	db.rollback(t)
	switch {
	case errors.Is(t.err, errGuess) && db.lost == nil:
		return guessing, t.err
	case db.lost != nil:
		return ofServer, db.lost
	case t.err != nil:
		return faultOf(t.err), t.err
	}
	return ofStep, err
}

// errFenced ends a writer that another one took over from.
var errFenced = errors.New("store: another process has taken over the database")

// commit sends what is queued and the commit in one round trip.
func (db *DB) commit(t *Tx) (whose fault, err error) {
	if len(t.checks) > 0 {
		_ = t.send()
	}
	tag := ""
	db.notices.clear()
	t.queue.Queue("commit").Exec(func(done pgconn.CommandTag) error { tag = done.String(); return nil })
	err = t.send()
	if err == nil {
		switch warned := db.notices.warned(); {
		case warned != nil: // it is on this server, and no other has said that it has it
			err = warned
			db.lose(err)
		case tag != "COMMIT":
			err = fmt.Errorf("store: the commit ended as %q", tag)
		default:
			db.memory.landed(t)
		}
		return ofServer, err
	}
	db.rollback(t)
	switch {
	case db.lost != nil:
		return ofServer, db.lost
	case errors.Is(err, errGuess):
		return guessing, err
	}
	return faultOf(err), err
}

// rollback ends a transaction that is not to be kept. Where the connection is
// gone with it, or the lead, nothing more is written.
func (db *DB) rollback(t *Tx) {
	if said := (*pgconn.PgError)(nil); errors.As(t.err, &said) && said.Code == noValue && said.TableName == "till" {
		t.err = errFenced
	}
	if errors.Is(t.err, errFenced) || db.conn.IsClosed() {
		db.lose(t.err)
		return
	}
	if !t.sent {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerMost)
	defer cancel()
	if _, err := db.conn.Exec(ctx, "rollback"); err != nil {
		db.lose(err)
	}
}

// lose gives up the connection, and what was known over it.
func (db *DB) lose(why error) {
	db.memory = newMemory()
	if db.lost == nil {
		db.lost = db.place.about(why)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = db.conn.Close(ctx)
}

// Last is the marker of the batch that was written last, or was about to be.
func (db *DB) Last() Marker { return Marker{db.epoch, db.batch} }

// Landed tells whether a batch is in the database, over a connection of its
// own.
func (db *DB) Landed(ctx context.Context, m Marker) (bool, error) {
	var in bool
	err := db.pool.QueryRow(ctx, `SELECT coalesce((SELECT batch FROM epochs WHERE epoch = $1), (SELECT batch FROM till WHERE epoch = $1), 0) >= $2`, m.Epoch, m.Batch).Scan(&in)
	return in, db.place.about(err)
}

// View runs fn over one unchanging state.
func (db *DB) View(fn func(*Tx) error) error { return db.read(context.Background(), db.vault, fn) }

func (db *DB) read(ctx context.Context, v *store.Vault, fn func(*Tx) error) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return db.place.about(err)
	}
	defer conn.Release() // the pool keeps no connection within a transaction
	t := &Tx{ctx: ctx, conn: conn.Conn(), vault: v}
	t.queue.Queue("begin isolation level repeatable read read only")
	if err := fn(t); err != nil {
		return err
	}
	if t.sent {
		t.queue.Queue("commit")
		return t.send()
	}
	return nil
}

// Size is the size of the tables in bytes; 0 when it can't be told.
func (db *DB) Size() (n int64) {
	ctx, cancel := context.WithTimeout(context.Background(), answerMost)
	defer cancel()
	_ = db.pool.QueryRow(ctx, `SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`).Scan(&n)
	return n
}

// notices are what the server says beside its answers. A commit that it warns
// of is not kept as it should be: a wait for a standby was cut short.
type notices struct {
	mu   sync.Mutex
	last *pgconn.Notice
}

func (n *notices) take(_ *pgconn.PgConn, said *pgconn.Notice) {
	if said.SeverityUnlocalized == "WARNING" {
		n.mu.Lock()
		n.last = said
		n.mu.Unlock()
	}
}

func (n *notices) clear() { n.mu.Lock(); n.last = nil; n.mu.Unlock() }

func (n *notices) warned() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == nil {
		return nil
	}
	return fmt.Errorf("store: the server warns: %s", n.last.Message)
}
