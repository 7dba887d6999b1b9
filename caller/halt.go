package caller

import (
	"context"
	"time"

	"hanout/topup"
)

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
	if w.door.standing == closed {
		kind := topup.FaultKey
		if w.door.known.Closed != "" {
			kind = w.door.known.Closed
		}
		return &topup.Fault{Kind: kind, Err: errHalted}
	}
	err := context.Canceled // our own stop
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &topup.Fault{Kind: topup.FaultUnavailable, Err: err}
}
