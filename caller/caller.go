// Package caller makes all calls to the provider: it queues them, shares them
// out among the kinds of work and the shops, keeps within the provider's
// limits, and stops when the key is not taken. It keeps nothing on disk: an
// order that it drops is due again.
package caller

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hanout/topup"
)

const (
	scaleUnlimited = 0.001           // poll scales up to this have no rate limit
	sendGrace      = 4 * time.Second // for sends in flight at a stop
)

// Caller makes all calls to the provider, under one shared limit. Who goes
// first is said at the head of queue.go.
type Caller struct {
	provider topup.Provider
	limits   topup.Limits
	username func() string
	report   func([]topup.Answer)
	log      *slog.Logger
	limit    *rate.Limiter
	scale    float64
	wake     chan struct{} // something changed for the loop of Run
	running  sync.WaitGroup

	mu      sync.Mutex
	queue   queue
	orders  map[topup.OrderID]*item // queued, in flight or being reported
	calls   int                     // granted and not ended
	reads   int                     // of them those that are no sends
	paused  time.Time               // no call leaves before it
	door    door                    // what the key lets leave
	told    func()                  // hears that something new is known of the key
	news    bool                    // there is something to tell
	stopped bool                    // Run takes no more calls
}

// New makes a caller of the provider. username gives the name of the
// provider account, which the provider puts before references, or "" as long
// as it is unknown; it is called from any goroutine. scale multiplies the
// poll intervals, so it divides the rate limit. report takes what came back,
// from any goroutine, and may block; neither Ask nor Do waits for it.
func New(p topup.Provider, limits topup.Limits, username func() string, scale float64, report func([]topup.Answer), log *slog.Logger) *Caller {
	slot := time.Duration(float64(time.Minute) / float64(limits.PerMinute) * scale)
	limit := rate.Inf
	if scale > scaleUnlimited {
		limit = rate.Every(slot)
	}
	return &Caller{
		provider: p, limits: limits, username: username, report: report, log: log, scale: scale,
		limit:  rate.NewLimiter(limit, limits.Burst),
		wake:   make(chan struct{}, 1),
		queue:  queue{slot: slot, asking: map[topup.ShopID]asking{}},
		orders: map[topup.OrderID]*item{},
	}
}

// Ask queues a call for an order and returns at once. An order that is queued
// or in flight is not queued again.
func (w *Caller) Ask(o topup.Order, c topup.Call) {
	it := &item{work: o.Work(c), order: o, call: c}
	w.mu.Lock()
	defer w.mu.Unlock()
	if former, ok := w.orders[o.ID]; ok && !former.reporting {
		return
	}
	w.orders[o.ID] = it
	w.push(it)
}

// Asking reports whether a call for the order is queued, in flight, or its
// answer still being reported.
func (w *Caller) Asking(id topup.OrderID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.orders[id]
	return ok
}

// Do queues other calls to the provider and returns at once. fn runs once, in
// a goroutine of its own, and every call that it makes of the Provider it is
// given waits for its turn. Its context ends when the work gets old. When fn
// can't have its turn it is run at once all the same, but its context is
// cancelled and its calls fail without leaving: while the key is not taken,
// after a stop, when the work got old in the queue, and when a newer
// question of the chat took its place (the cause is [topup.ErrReplaced]).
func (w *Caller) Do(work topup.Work, fn func(context.Context, topup.Provider)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push(&item{work: work, fn: fn})
}

// Run makes the calls, from [Caller.Begin] until ctx is done, and returns when those in flight
// have ended. A stop cancels reads; sends in flight get some seconds more, for
// an answer that is not read leaves an order open.
func (w *Caller) Run(ctx context.Context) {
	sends, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		if wait := w.start(ctx, sends); wait > 0 {
			timer.Reset(wait)
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-timer.C:
		}
	}
	grace := time.AfterFunc(sendGrace, cancel)
	defer grace.Stop()
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.refuse(w.drain(), context.Canceled, topup.ReasonUnreachable)
	w.running.Wait()
}

// start lets all calls leave that may leave now. It returns how long to wait
// for the next one, 0 when only a change can bring one.
func (w *Caller) start(ctx, sends context.Context) time.Duration {
	for {
		w.startProbe(sends)
		items, why, cause := w.turnedAway()
		w.refuse(items, cause, why)
		w.refuse(w.ended(), context.DeadlineExceeded, topup.ReasonStale)
		granted, wait := w.next()
		switch {
		case len(granted) == 0:
			return wait
		case granted[0].ready != nil:
			granted[0].ready <- nil
		default:
			w.running.Go(func() { w.run(ctx, sends, granted) })
		}
	}
}

// next takes the call whose turn it is off the queue, if one may leave now:
// one item, or several checks that one list answers.
func (w *Caller) next() (granted []*item, wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if end := w.queue.nextEnd(); !end.IsZero() {
		wait = end.Sub(now)
	}
	if pause := w.paused.Sub(now); pause > 0 {
		return nil, sooner(wait, pause)
	}
	if w.door.standing != proven {
		if w.door.probing || w.door.next.IsZero() {
			return nil, wait
		}
		return nil, sooner(wait, w.door.next.Sub(now))
	}
	t, held := w.queue.pick(now, w.room())
	switch {
	case held:
		return nil, sooner(wait, w.queue.slot)
	case t.it == nil || w.calls >= w.limits.AtOnce:
		return nil, wait
	case !w.limit.Allow():
		r := w.limit.Reserve()
		defer r.Cancel()
		return nil, sooner(wait, r.Delay())
	}
	w.calls++
	if t.it.work.Kind != topup.WorkSend {
		w.reads++
	}
	return w.queue.take(t, now), 0
}

// room tells what may leave now. One place is kept for sends, so that they
// never wait for a slow answer to something else.
func (w *Caller) room() room {
	return room{
		reads: w.reads < max(w.limits.AtOnce-1, 1),
		idle:  w.calls*2 < w.limits.AtOnce && w.limit.Tokens()*2 >= float64(w.limits.Burst),
	}
}

// sooner is the shorter of two waits; the first may be 0, for none.
func sooner(wait, other time.Duration) time.Duration {
	other = max(other, time.Microsecond)
	if wait > 0 {
		return min(wait, other)
	}
	return other
}

// run makes the calls of one grant.
func (w *Caller) run(ctx, sends context.Context, granted []*item) {
	it := granted[0]
	g := &gate{Provider: w.provider, w: w, work: it.work}
	g.granted.Store(true)
	defer g.giveBack()
	switch {
	case it.fn != nil:
		defer w.done(it)
		w.runFunc(ctx, it, g)
	case it.call == topup.CallSend:
		a := g.Send(sends, it.order)
		w.answer([]*item{it}, []topup.Answer{{Order: it.order, Call: it.call, Sent: &a}})
	case len(granted) > 1 && it.call == topup.CallLookup:
		w.search(ctx, g, granted)
	case len(granted) > 1:
		w.refresh(ctx, g, granted)
	case it.call == topup.CallCheck:
		w.answer(granted, w.heard(ctx, check(ctx, g, it.order)))
	default:
		w.answer(granted, w.heard(ctx, lookup(ctx, g, it.order, w.username())))
	}
}

// heard leaves out the fault of a read that our own stop has cut off: it says
// nothing of the order, and nothing of the provider.
func (w *Caller) heard(ctx context.Context, a topup.Answer) []topup.Answer {
	if a.Fault != nil && ctx.Err() != nil {
		return nil
	}
	return []topup.Answer{a}
}

// answer reports what came back for the items and is done with them.
func (w *Caller) answer(items []*item, answers []topup.Answer) {
	w.mu.Lock()
	for _, it := range items {
		it.reporting = true // who hears the answer may ask again
	}
	w.mu.Unlock()
	if len(answers) > 0 {
		w.report(answers)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		if w.orders[it.order.ID] == it {
			delete(w.orders, it.order.ID)
		}
	}
}

// done lets a shop ask again, and another inquiry begin.
func (w *Caller) done(it *item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if it.opens() {
		w.queue.answered(it.work.Shop)
	}
	if it.inquires() {
		w.queue.inquiries--
	}
	w.nudge()
}

// runFunc runs an item's function; its panic ends only it.
func (w *Caller) runFunc(ctx context.Context, it *item, p topup.Provider) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked(p)
		}
	}()
	if !it.work.Until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, it.work.Until)
		defer cancel()
	}
	it.fn(ctx, p)
}

// panicked logs what a call to the provider panicked with.
func (w *Caller) panicked(p any) {
	w.log.Error("a panic in a call to the provider", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// push puts an item on the queue, or refuses it; w.mu is held.
func (w *Caller) push(it *item) {
	if w.stopped {
		go w.refuse([]*item{it}, context.Canceled, topup.ReasonUnreachable)
		return
	}
	if former := w.queue.add(it); former != nil {
		go w.refuse([]*item{former}, topup.ErrReplaced, topup.ReasonUnreachable)
	}
	w.nudge()
}

// nudge makes the loop of Run look again.
func (w *Caller) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
