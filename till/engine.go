package till

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hanout/locales"
	"hanout/render"
	"hanout/store"
	"hanout/topup"
)

// Config is what the engine must be told.
type Config struct {
	Admins   []int64
	Language string  // until a chat chooses
	Scale    float64 // stretches every wait for the provider; 1 is real time
	// Numbering tells the operators of mobile numbers.
	Numbering topup.Numbering
	// KeyPrint tells the provider's key from another one, without showing it.
	KeyPrint string
	// BackupDir is where the safety copies are, and Safety how they are made.
	BackupDir string
	Safety    Safety
	// Disk reads the room where the database lies; nil watches none.
	Disk func() (Disk, error)
	// Safeguards reads how the server of the database keeps what is committed;
	// nil where there is no server.
	Safeguards func() (topup.Safeguards, error)
}

// Engine is the one writer. It takes events in order, applies what is waiting
// in one transaction of the store, and lets the effects out after the commit.
type Engine struct {
	cfg       Config
	db        Store
	messenger Messenger
	caller    Caller
	render    *render.Renderer
	log       *slog.Logger

	events      chan event
	lastPoll    atomic.Int64                         // Unix nanoseconds of the last poll that Telegram answered
	heard       atomic.Int64                         // the same, or the start of this process
	behind      atomic.Bool                          // updates that waited may still come; see updates.go
	heardOnce   atomic.Bool                          // Telegram has answered a poll of this process
	listed      atomic.Pointer[listing]              // what the provider has since a copy; see restore.go
	listing     atomic.Bool                          // it is being read
	books       atomic.Pointer[topup.Reconciliation] // the newest comparison; see reconcile.go
	comparing   atomic.Bool                          // one is being made
	suggestions suggestions                          // see inquiries.go
	ready       chan struct{}                        // closed when Run has read what a start must know
	gone        chan struct{}
	botName     atomic.Pointer[string]
	username    atomic.Pointer[string]
	counts      Counts
	answers     answers

	// What works beside the loop ends with stopping, and Run waits for it.
	stopping context.Context
	days     sync.Mutex      // one report of a shop at a time: who asks often waits for himself
	reports  sync.Mutex      // the same of the owners' reports
	searches sync.Mutex      // and of their searches; a shop's are reports of it
	started  time.Time       // this process
	clock    clock           // the poller's
	calmed   map[string]bool // taps that were told to wait; the poller's
	roomy    bool            // the disk was found so, and that was handed in; of its task alone
	copying  sync.Mutex      // one goroutine makes copies by themselves and sends them
	helpers  sync.WaitGroup

	// Of the loop alone: when each task is due, and which are at work; which
	// orders took their turn and are not known, at least; and when to look again
	// at what is due for orders.
	schedule map[string]time.Time
	busy     map[string]bool
	looks    time.Time
	restless bool // an order is in flight, or is due and may not leave
	// menus are the marks of the command menus that are on their way.
	menus map[int64]string
	// budget is what strangers have had.
	budget budget
	// unknown are orders that took their turn and are not known yet.
	unknown map[topup.OrderID]bool
}

// Counts are the engine's running totals and readings, for the metrics.
type Counts struct {
	Commits, Events, SetAside atomic.Uint64
	// Safeguards are those of the database's server as they were read last; nil
	// before, and where there is none.
	Safeguards atomic.Pointer[topup.Safeguards]
	writes     atomic.Int64 // when the transaction under way began, Unix nanoseconds; 0: none
}

// batchMost bounds how many events share one commit.
const batchMost = 256

// NewEngine makes an engine over an open store. Run starts it.
func NewEngine(cfg Config, db Store, texts *locales.Texts, log *slog.Logger) *Engine {
	return &Engine{
		cfg: cfg, db: db, log: log,
		render:   render.New(texts, log),
		events:   make(chan event, batchMost),
		stopping: context.Background(),
		ready:    make(chan struct{}),
		gone:     make(chan struct{}),

		schedule: map[string]time.Time{}, busy: map[string]bool{}, menus: map[int64]string{}, unknown: map[topup.OrderID]bool{},
		budget: budget{chats: map[int64]*window{}}, calmed: map[string]bool{},
	}
}

// SetBotName tells our Telegram username, once it is known.
func (e *Engine) SetBotName(name string) { e.botName.Store(&name) }

// Username is the name of our account at the provider, which it puts before
// our references; "" until it is known.
func (e *Engine) Username() string {
	if u := e.username.Load(); u != nil {
		return *u
	}
	return ""
}

// Silence is the time since Telegram last answered a poll of this process, or
// since it started.
func (e *Engine) Silence() time.Duration { return time.Since(time.Unix(0, e.heard.Load())) }

// Counts gives the running totals.
func (e *Engine) Counts() *Counts { return &e.counts }

// Connect gives the engine its two sides; it must be called before Run.
func (e *Engine) Connect(s Messenger, w Caller) { e.messenger, e.caller = s, w }

// Run applies events until ctx is done and what was taken is on disk. The
// error of a commit, or corruption, ends it at once: nothing is told to
// anyone about what may or may not be written.
func (e *Engine) Run(ctx context.Context) error {
	var stop context.CancelFunc
	e.stopping, stop = context.WithCancel(ctx)
	defer e.helpers.Wait()
	defer close(e.gone) // nobody waits to hand in an event
	defer stop()
	if err := e.recover(); err != nil {
		return err
	}
	if err := e.begin(); err != nil {
		return err
	}
	if err := e.db.View(e.offerOwed); err != nil {
		return err
	}
	if err := e.resume(); err != nil {
		return err
	}
	close(e.ready)
	timer := time.NewTimer(0)
	defer timer.Stop()
	batch := make([]event, 0, batchMost)
	for {
		batch = batch[:0]
		select {
		case <-ctx.Done():
			return e.drain()
		case ev := <-e.events:
			batch = append(batch, ev)
		case <-timer.C:
		}
		tasks, _ := e.timely(time.Now())
		if batch = e.waiting(append(batch, tasks...)); len(batch) > 0 {
			if err := e.commit(batch); err != nil {
				return err
			}
		}
		if !time.Now().Before(e.looks) {
			next, err := e.due()
			if err != nil {
				return err
			}
			e.looks = time.Now().Add(next)
		}
		until := time.Until(e.looks)
		if e.restless {
			e.looks = time.Time{} // after any batch: it may end what is waited for
		}
		_, wait := e.timely(time.Now())
		timer.Reset(min(until, wait))
	}
}

// waiting adds the events that wait to a batch, as far as it may grow.
func (e *Engine) waiting(batch []event) []event {
	for len(batch) < batchMost {
		select {
		case ev := <-e.events:
			batch = append(batch, ev)
			continue
		default:
		}
		break
	}
	return batch
}

// drain applies what was already handed in, so that a stop loses nothing.
func (e *Engine) drain() error {
	for {
		batch := e.waiting(nil)
		if len(batch) == 0 {
			return nil
		}
		if err := e.commit(batch); err != nil {
			return err
		}
	}
}

// submit hands an event to the engine; it waits for room, not for the commit.
func (e *Engine) submit(ctx context.Context, ev event) error {
	select {
	case e.events <- ev:
		return nil
	case <-e.gone:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ErrGone tells who still hands something in that the engine has ended; its own
// error says why.
var ErrGone = errors.New("till: the till has stopped")

// later hands in an event from a callback; after the stop it is dropped, for
// all such events only repeat what a start would find out again.
func (e *Engine) later(ev event) {
	select {
	case e.events <- ev:
	case <-e.gone:
	}
}

// settled hands in an event of work beside the writer and waits until it is on
// disk, or never will be.
func (e *Engine) settled(ev event) error {
	w := &waited{event: ev, is: make(chan error, 1)}
	if err := e.submit(context.Background(), w); err != nil {
		return err
	}
	select {
	case err := <-w.is:
		return err
	case <-e.gone:
		return ErrGone
	}
}

type waited struct {
	event
	is chan error
}

func (w *waited) done(err error) { w.is <- err }

// recover offers again what was owed when the process ended. Nothing else is
// special about a start: what is due is due.
func (e *Engine) recover() error {
	e.started = time.Now()
	e.lastPoll.Store(time.Now().UnixNano())
	e.heard.Store(time.Now().UnixNano())
	err := e.db.View(func(tx Tx) error {
		var alive time.Time
		if ok, err := tx.Setting(settingAlive, &alive); err != nil {
			return err
		} else if ok {
			e.lastPoll.Store(alive.UnixNano())
		}
		var behind bool
		if _, err := tx.Setting(settingBehind, &behind); err != nil {
			return err
		}
		e.behind.Store(behind)
		if acc, ok := (shelf{&reading{tx: tx}}).Account(); ok {
			e.username.Store(&acc.Username)
		}
		if err := e.readSchedule(tx, time.Now()); err != nil {
			return err
		}
		if err := e.beginCalls(tx); err != nil {
			return err
		}
		return e.readUnknown(tx)
	})
	if err != nil {
		return err
	}
	var menus []int64
	err = e.db.View(func(tx Tx) (err error) {
		menus, err = e.insiders(tx)
		return err
	})
	for _, chat := range menus {
		e.setMenu(chat)
	}
	return err
}

// offerOwed hands all that is owed to the messenger. One that does not read
// keeps no other back.
func (e *Engine) offerOwed(tx Tx) error {
	for o, err := range tx.Outbox() {
		if err != nil && !errors.Is(err, store.ErrSealed) {
			return err
		}
		var out Outgoing
		if err == nil {
			out, err = e.outgoing(tx, o)
		}
		if err != nil {
			e.log.Error("an owed message can't be read", "panel", o.Panel, "error", err)
			continue
		}
		e.messenger.Offer(out)
	}
	return nil
}
