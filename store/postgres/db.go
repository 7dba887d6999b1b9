package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
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
	// Waits is told why writing waits for the server, and nil when it goes on.
	Waits func(why error)
	// GoOn lets the till go on without a standby where commits are to wait for
	// one, as alone.go says; Alone is told when it begins and ends.
	GoOn  bool
	Alone func(alone bool)
	// Process names the process among those that may lead; it has one database
	// open to write at a time. "" is none of them.
	Process string
	// Term is that of the lease, which a leader that is gone leaves behind; 0:
	// five seconds. Tests in which time is virtual want a long one.
	Term time.Duration
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
	term     time.Duration
	pool     *pgxpool.Pool
	notices  *notices

	waits   func(error)
	process string
	goOn    bool
	onAlone func(bool)
	writing sync.Mutex
	conn    *pgx.Conn // the writer's; nil when opened for reading
	lease   *lease
	wires   *wires // of the writer's connection, and of the pool's

	// Of batches in this epoch: the last one that began, the last one whose
	// commit was confirmed, and the one whose answer is not there yet (0: none).
	epoch, batch, confirmed, asked int64
	lost                           error // why the connection is of no more use
	over                           error // why nothing more is written

	memory *memory // what is known over conn
}

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
	db := &DB{place: p, onCommit: o.OnCommit, vault: o.Vault, copier: o.Copier, waits: o.Waits, process: o.Process, goOn: o.GoOn, onAlone: o.Alone, readOnly: o.ReadOnly, moving: o.Moving, term: cmp.Or(o.Term, leaseFor), notices: &notices{}, wires: &wires{open: map[*wire]bool{}}}
	if err := db.open(ctx, o.Wait); err != nil {
		db.Close()
		return nil, p.about(err)
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, wait func()) (err error) {
	readers := db.place.readers()
	readers.ConnConfig.DialFunc = db.wires.dial(readers.ConnConfig.DialFunc, false)
	if db.pool, err = pgxpool.NewWithConfig(ctx, readers); err != nil {
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
	db.lease = newLease(db.place, db.process, db.term, db.cutOff, db.doubt)
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
	if _, err := db.lead(ctx); err != nil {
		return err
	}
	if db.goOn {
		db.lease.kept.Go(db.standby)
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
	cfg := db.place.nearest(db.place.config.Copy())
	cfg.OnNotice = db.notices.take
	cfg.DialFunc = db.wires.dial(cfg.DialFunc, true)
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	if db.Alone() {
		if err := waitsFor(ctx, conn, true); err != nil {
			_ = conn.Close(ctx)
			return err
		}
	}
	db.conn = conn
	return nil
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

// cutOff ends what is under way on all connections. What a commit came to is
// unknown then.
func (db *DB) cutOff() { db.wires.cut(true) }

// doubt gives up the writer's connection after the lease's has broken: the same
// may have happened to it, and nobody tells. Where another server answers now,
// what is read of the former one is given up, too.
func (db *DB) doubt(other bool) {
	db.pool.Reset()
	db.wires.cut(other)
}

// wires are connections that can be cut off, whoever waits on them.
type wires struct {
	mu   sync.Mutex
	open map[*wire]bool // the writer's, or one that reads
}

type wire struct {
	net.Conn
	of *wires
}

// dial keeps what another one dials.
func (l *wires) dial(dial pgconn.DialFunc, writes bool) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		one := &wire{conn, l}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open[one] = writes
		return one, nil
	}
}

// Close closes the connection.
func (l *wire) Close() error {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	delete(l.of.open, l)
	return l.Conn.Close()
}

// cut closes the writer's, or all.
func (l *wires) cut(all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for one, writes := range l.open {
		if all || writes {
			_ = one.Conn.Close()
		}
	}
}

// lock takes the lock that a session holds while it writes. With the lead, what
// still holds it is a former session, of this process or of another leader, that
// hangs or is cut off: it is ended.
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
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (classid::bigint << 32) | objid::bigint = `+key+` AND $2 = (SELECT holder FROM lease)`, db.place.schema, db.lease.holder); err != nil {
			return err
		}
	}
}

// Close lets go of the connections. It waits for a batch that is under way and
// for open reads, but not for long: over a line that hangs they would keep a
// process from its next start.
func (db *DB) Close() error {
	if db.lease != nil {
		db.lease.end()
		defer db.lease.release()
	}
	late := time.AfterFunc(closeMost, db.cutOff)
	defer late.Stop()
	db.writing.Lock()
	defer db.writing.Unlock()
	var err error
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
// rolls back and comes out as it is. What passes (a lock that somebody holds, a
// statement that took too long, a full disk) is tried again, and a connection
// that is lost is made anew, as long as this process leads: a batch whose answer
// is lost is applied once, and fn may run more than once. What does not pass, or
// the loss of the lead, comes as *store.CommitError.
func (db *DB) Update(fn func(*Tx) error) error {
	if db.readOnly {
		return store.ErrReadOnly
	}
	db.writing.Lock()
	defer db.writing.Unlock()
	pause, waiting, guessed := pauseLeast, false, 0
	for {
		in, err := db.again()
		if err != nil {
			return &store.CommitError{Err: err}
		}
		whose := ofStep
		if !in {
			whose, err = db.attempt(fn, guessed < guessesMost)
		}
		switch {
		case err == nil:
			if waiting {
				db.tell(nil)
			}
			if db.onCommit != nil {
				db.onCommit()
			}
			return nil
		case whose == ofStep:
			return err
		case whose == ofServer:
			return &store.CommitError{Err: db.place.about(err)}
		case whose == ofLine:
			continue
		case whose == ofGuess:
			guessed++
			continue
		}
		if !waiting {
			db.tell(db.place.about(err))
			waiting = true
		}
		if !db.lease.rests(pause) {
			return &store.CommitError{Err: db.ends(errors.Join(store.ErrLead, err))}
		}
		pause = min(2*pause, pauseMost)
	}
}

// guessesMost is how often a batch may run that rests on guesses.
const guessesMost = 3

// fault says whose an error is.
type fault int

const (
	ofStep   fault = iota // what runs in the transaction
	passing               // the server's, and it passes; nothing is kept of the transaction
	ofLine                // the connection's; whether it is kept may be unknown
	ofServer              // the server's, and a person must see to it
	ofGuess               // nobody's: what was guessed is not so, and nothing is kept of the transaction
)

// faultOf tells whose the error of a round trip is.
func faultOf(err error) fault {
	var said *pgconn.PgError
	if !errors.As(err, &said) || said.Severity != "ERROR" {
		return ofLine
	}
	switch class := said.Code[:2]; {
	case class == "22", class == "23": // a value that does not fit, a rule of the tables
		return ofStep
	case class == "40", class == "53", class == "55", class == "57": // a deadlock, no room, a lock, a time-out
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
			whose, err = db.failed(t, errGuess)
			return
		}
		_ = db.rollback(t)
	}()
	if !t.mem.begun {
		_ = t.mem.begin(t)
	}
	if err = t.err; err == nil {
		err = fn(t)
	}
	ended = true
	if err == nil && t.err == nil {
		return db.commit(t)
	}
	_ = t.prove()
	return db.failed(t, err)
}

// failed rolls back what ended by an error, and says whose that is.
func (db *DB) failed(t *Tx, err error) (whose fault, _ error) {
	lost := db.rollback(t)
	switch {
	case db.over != nil:
		return ofServer, db.over
	case lost != nil:
		return ofLine, lost
	case errors.Is(t.err, errGuess):
		return ofGuess, t.err
	case t.err != nil:
		return faultOf(t.err), t.err
	}
	return ofStep, err
}

// commit sends what is queued and the commit in one round trip; where something
// was guessed, the commit in one of its own, after the proof.
func (db *DB) commit(t *Tx) (whose fault, err error) {
	if len(t.guessed) > 0 && t.send() != nil {
		return db.failed(t, t.err)
	}
	tag := ""
	db.notices.clear()
	t.queue.Queue("commit").Exec(func(done pgconn.CommandTag) error { tag = done.String(); return nil })
	db.asked = db.batch
	if err = t.send(); err == nil {
		if warned := db.notices.warned(); warned != nil { // it is on this server, and no other has said that it has it
			db.lose(warned)
			return ofLine, warned
		}
		db.asked = 0
		if tag != "COMMIT" {
			return ofServer, fmt.Errorf("store: the commit ended as %q", tag)
		}
		db.confirmed = db.batch
		db.memory.landed(t)
		return ofStep, nil
	}
	if whose, err = db.failed(t, err); whose != ofLine && db.over == nil {
		db.asked = 0
	}
	return whose, err
}

// rollback ends a transaction that is not to be kept. Where the connection is
// lost with it, it says so.
func (db *DB) rollback(t *Tx) (lost error) {
	var said *pgconn.PgError
	refused := errors.As(t.err, &said)
	switch {
	case refused && said.Code == noValue && said.TableName == "till":
		db.shut()
		return db.ends(errFenced)
	case refused && said.Code == readsOnly, db.conn.IsClosed():
		db.lose(t.err)
		return db.lost
	case !t.sent:
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerMost)
	defer cancel()
	if _, err := db.conn.Exec(ctx, "rollback"); err != nil {
		db.lose(err)
		return db.lost
	}
	return nil
}

// View runs fn over one unchanging state. Where the connection was lost before
// fn had anything from it, fn runs again, as long as this process leads.
func (db *DB) View(fn func(*Tx) error) error { return db.read(context.Background(), db.vault, fn) }

func (db *DB) read(ctx context.Context, v *store.Vault, fn func(*Tx) error) error {
	for pause := pauseLeast; ; pause = min(2*pause, pauseMost) {
		began, err := db.readOnce(ctx, v, fn)
		if err == nil || began || ctx.Err() != nil || db.lease == nil || !db.lease.holds() || !db.lease.rests(pause) {
			return err
		}
	}
}

// readOnce is a read; began tells that fn was given something, or that what
// came out is its own.
func (db *DB) readOnce(ctx context.Context, v *store.Vault, fn func(*Tx) error) (began bool, err error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return !passes(err), db.place.about(err)
	}
	defer conn.Release() // the pool keeps no connection within a transaction
	t := &Tx{ctx: ctx, conn: conn.Conn(), vault: v}
	t.queue.Queue("begin isolation level repeatable read read only").Exec(func(pgconn.CommandTag) error { began = true; return nil })
	if err := fn(t); err != nil {
		if t.err != nil {
			return began || !passes(t.err), db.place.about(err)
		}
		return true, err
	}
	if t.sent {
		t.queue.Queue("commit")
		return true, db.place.about(t.send())
	}
	return true, nil
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
