package caller

import (
	"context"
	"time"

	"hanout/topup"
)

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
		w.unblock = time.AfterFunc(w.limits.LockOut, w.unblocked)
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

// pause lets no call leave until the provider, which told us to wait, takes
// calls again; w.mu is held.
func (w *Caller) pause(named time.Duration) {
	if until := time.Now().Add(topup.ThrottleWait(named, w.scale)); until.After(w.paused) {
		w.paused = until
	}
}

// drain takes everything off the queue.
func (w *Caller) drain() []*item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.drain()
}

// ended takes off the queue what nobody waits for any more.
func (w *Caller) ended() []*item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.ended(time.Now())
}

// refuse ends items without a call: cause is what functions and waiting calls
// are told. That an order was not sent is proven then, so its money need not
// wait; why is the reason that people read.
func (w *Caller) refuse(items []*item, cause error, why topup.Reason) {
	if len(items) == 0 {
		return
	}
	cancelled, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	w.mu.Lock()
	refused := w.closedFault(cancelled)
	w.mu.Unlock()
	var orders []*item
	var answers []topup.Answer
	for _, it := range items {
		switch {
		case it.ready != nil:
			it.ready <- refused
		case it.fn != nil:
			go w.runFunc(cancelled, it, &gate{Provider: w.provider, w: w, work: it.work})
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

// closedFault is the error of a call that may not leave; w.mu is held.
func (w *Caller) closedFault(ctx context.Context) *topup.Fault {
	if w.halted != "" {
		return &topup.Fault{Kind: w.halted, Err: errHalted}
	}
	err := context.Canceled // our own stop
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &topup.Fault{Kind: topup.FaultUnavailable, Err: err}
}
