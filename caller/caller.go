package caller

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hanout/topup"
)

// The provider's limits, as far as they are known: 60 requests a minute.
const (
	callsPerSecond = 1
	callsAtOnce    = 8
	callsBurst     = 10
	scaleUnlimited = 0.001 // poll scales up to this have no rate limit
)

// The priorities of calls; the smaller goes first.
const (
	prioritySend = iota
	priorityPeople
	priorityPoll
	priorityBackground
	priorities
)

const (
	blockedFor = 15 * time.Minute // the provider's lock-out of an address
	sendGrace  = 4 * time.Second  // for sends in flight at a stop
)

// Caller makes all calls to the provider, under one shared limit: sends
// first, then what people wait for, then polls, then the rest. It keeps
// nothing on disk: an order that it drops is due again.
type Caller struct {
	provider topup.Provider
	username func() string
	report   func([]topup.Answer)
	log      *slog.Logger
	limit    *rate.Limiter
	scale    float64
	wake     chan struct{} // something changed for the loop of Run
	tasks    sync.WaitGroup

	mu      sync.Mutex
	queue   [priorities][]*item
	orders  map[topup.OrderID]*item // queued, in flight or being reported
	calls   int                     // granted and not ended
	paused  time.Time               // no call leaves before it
	halted  topup.FaultKind         // FaultKey or FaultBlocked: no call leaves; empty: it may
	stopped bool                    // Run takes no more calls
	unblock *time.Timer             // resumes after FaultBlocked
}

// item is one wish for a call: an order to ask for, a function to run, or the
// next call of one that runs.
type item struct {
	priority  int
	order     topup.Order
	call      topup.Call // empty but for orders
	alone     bool       // not on a list with others
	reporting bool       // the answer is known and on its way
	fn        func(context.Context, topup.Provider)
	ready     chan *topup.Fault // one value: nil is the permission
}

// New makes a worker over the provider. username gives the name of the
// provider account, which the provider puts before references, or "" as long
// as it is unknown; it is called from any goroutine. scale multiplies the
// poll intervals, so it divides the rate limit. report takes what came back,
// from any goroutine, and may block; neither Ask nor Do waits for it.
func New(p topup.Provider, username func() string, scale float64, report func([]topup.Answer), log *slog.Logger) *Caller {
	limit := rate.Inf
	if scale > scaleUnlimited {
		limit = rate.Limit(callsPerSecond / scale)
	}
	return &Caller{
		provider: p, username: username, report: report, log: log, scale: scale,
		limit:  rate.NewLimiter(limit, callsBurst),
		wake:   make(chan struct{}, 1),
		orders: map[topup.OrderID]*item{},
	}
}

// Ask queues a call for an order and returns at once. An order that is queued
// or in flight is not queued again.
func (w *Caller) Ask(o topup.Order, c topup.Call) {
	it := &item{priority: priorityPoll, order: o, call: c}
	if c == topup.CallSend {
		it.priority = prioritySend
	}
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

// Do queues other calls to the provider and returns at once. fn runs in a
// goroutine of its own, and every call that it makes of the Provider it is
// given waits for its turn. Priorities are 0 sends, 1 people waiting, 2 polls,
// 3 background. While the worker is halted and after its stop fn is run at
// once, but its context is cancelled and its calls fail without leaving.
func (w *Caller) Do(priority int, fn func(context.Context, topup.Provider)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push(&item{priority: min(max(priority, prioritySend), priorityBackground), fn: fn})
}

// Halt lets no call leave until Resume. Queued reads of orders are dropped,
// queued sends are answered as never sent. A key that the provider does not
// take does the same.
func (w *Caller) Halt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.halt(topup.FaultKey)
}

// Resume lets calls leave again.
func (w *Caller) Resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.halted = ""
	if w.unblock != nil {
		w.unblock.Stop()
		w.unblock = nil
	}
	w.nudge()
}

// Halted reports whether calls are stopped until Resume.
func (w *Caller) Halted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.halted != ""
}

// Run makes the calls until ctx is done, and returns when those in flight
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
	if w.unblock != nil {
		w.unblock.Stop()
	}
	w.mu.Unlock()
	w.refuse(w.drain(), topup.ReasonUnreachable)
	w.tasks.Wait()
}

// start lets all calls leave that may leave now. It returns how long to wait
// for the next one, 0 when only a change can bring one.
func (w *Caller) start(ctx, sends context.Context) time.Duration {
	for {
		if w.Halted() {
			w.refuse(w.drain(), topup.ReasonClosed)
			return 0
		}
		granted, wait := w.next()
		switch {
		case len(granted) == 0:
			return wait
		case granted[0].ready != nil:
			granted[0].ready <- nil
		default:
			w.tasks.Go(func() { w.run(ctx, sends, granted) })
		}
	}
}

// next takes the call that is first in turn off the queue, if one may leave
// now: one item, or several checks that one list answers.
func (w *Caller) next() (granted []*item, wait time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if wait := time.Until(w.paused); wait > 0 {
		return nil, wait
	}
	line := w.first()
	if line == nil || w.calls >= callsAtOnce || w.halted != "" {
		return nil, 0
	}
	if !w.limit.Allow() {
		r := w.limit.Reserve()
		defer r.Cancel()
		return nil, max(r.Delay(), time.Microsecond)
	}
	w.calls++
	it := (*line)[0]
	if list := together(*line, it); len(list) >= listFrom {
		*line = slices.DeleteFunc(*line, func(q *item) bool { return slices.Contains(list, q) })
		return list, 0
	}
	*line = (*line)[1:]
	return []*item{it}, 0
}

// first is the first line that is not empty, or nil.
func (w *Caller) first() *[]*item {
	for i := range w.queue {
		if len(w.queue[i]) > 0 {
			return &w.queue[i]
		}
	}
	return nil
}

// run makes the calls of one grant.
func (w *Caller) run(ctx, sends context.Context, granted []*item) {
	it := granted[0]
	g := &gate{Provider: w.provider, w: w, priority: it.priority}
	g.granted.Store(true)
	defer g.giveBack()
	switch {
	case it.fn != nil:
		w.runFunc(ctx, it.fn, g)
	case it.call == topup.CallSend:
		a := g.Send(sends, it.order)
		w.answer([]*item{it}, []topup.Answer{{Order: it.order, Call: it.call, Sent: &a}})
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

// runFunc runs a function that calls the provider; its panic ends only it.
func (w *Caller) runFunc(ctx context.Context, fn func(context.Context, topup.Provider), p topup.Provider) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked(p)
		}
	}()
	fn(ctx, p)
}

// panicked logs what a call to the provider panicked with.
func (w *Caller) panicked(p any) {
	w.log.Error("a panic in a call to the provider", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// drain takes everything off the queue.
func (w *Caller) drain() (all []*item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.queue {
		all = append(all, w.queue[i]...)
		w.queue[i] = nil
	}
	return all
}

// refuse ends items without a call. That an order was not sent is proven
// then, so its money need not wait; why is the reason that people read.
func (w *Caller) refuse(items []*item, why topup.Reason) {
	w.mu.Lock()
	refused := w.closedFault()
	w.mu.Unlock()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	var orders []*item
	var answers []topup.Answer
	for _, it := range items {
		switch {
		case it.ready != nil:
			it.ready <- refused
		case it.fn != nil:
			go w.runFunc(cancelled, it.fn, &gate{Provider: w.provider, w: w, priority: it.priority})
		case it.call == topup.CallSend:
			orders = append(orders, it)
			answers = append(answers, topup.Answer{Order: it.order, Call: it.call, Sent: notSent(why)})
		default:
			orders = append(orders, it)
		}
	}
	w.answer(orders, answers)
}

// notSent is the answer to a send that did not leave.
func notSent(why topup.Reason) *topup.SendAnswer {
	return &topup.SendAnswer{
		Verdict:  topup.NotSent,
		Reason:   why,
		Evidence: topup.Evidence{At: time.Now().UTC(), Word: "not sent: " + string(why)},
	}
}

// push adds an item to its line; w.mu is held.
func (w *Caller) push(it *item) {
	if w.stopped {
		go w.refuse([]*item{it}, topup.ReasonUnreachable)
		return
	}
	w.queue[it.priority] = append(w.queue[it.priority], it)
	w.nudge()
}

// nudge makes the loop of Run look again.
func (w *Caller) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// halt stops all calls; w.mu is held. A key that is not taken outlasts a
// lock-out.
func (w *Caller) halt(why topup.FaultKind) {
	if w.halted == topup.FaultKey {
		return
	}
	w.halted = why
	if w.unblock != nil {
		w.unblock.Stop()
		w.unblock = nil
	}
	if why == topup.FaultBlocked {
		w.unblock = time.AfterFunc(blockedFor, w.unblocked)
	}
	w.log.Error("all calls to the provider are stopped", "why", string(why))
	w.nudge()
}

// unblocked ends a lock-out, unless it became something else.
func (w *Caller) unblocked() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.halted == topup.FaultBlocked {
		w.halted, w.unblock = "", nil
		w.nudge()
	}
}

// closedFault is the error of a call that may not leave; w.mu is held.
func (w *Caller) closedFault() *topup.Fault {
	if w.halted != "" {
		return &topup.Fault{Kind: w.halted, Err: errHalted}
	}
	return &topup.Fault{Kind: topup.FaultUnavailable, Err: context.Canceled}
}
