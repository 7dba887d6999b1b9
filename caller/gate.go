package caller

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hanout/topup"
)

var (
	errHalted = errors.New("calls are stopped until the key is checked")
	errPanic  = errors.New("the call panicked")
)

// gate is the Provider that the caller hands out: each call waits for its
// turn, and its outcome may pause or halt all others. It is safe for
// concurrent use.
type gate struct {
	topup.Provider // for the methods only; each is overridden
	w              *Caller
	work           topup.Work
	granted        atomic.Bool // the grant that started the task, until its first call
}

var _ topup.Provider = (*gate)(nil)

// enter waits for the permission to make one call. After nil, leave must be
// called.
func (g *gate) enter(ctx context.Context) *topup.Fault {
	if !g.granted.CompareAndSwap(true, false) {
		if f := g.wait(ctx); f != nil {
			return f
		}
	}
	g.w.mu.Lock()
	defer g.w.mu.Unlock()
	if g.w.halted == "" && ctx.Err() == nil {
		return nil
	}
	g.free()
	return g.w.closedFault(ctx)
}

// wait queues for a permission and waits for it.
func (g *gate) wait(ctx context.Context) *topup.Fault {
	w := g.w
	it := &item{work: g.work, ready: make(chan *topup.Fault, 1)}
	if end, ok := ctx.Deadline(); ok {
		it.work.Until = end
	}
	w.mu.Lock()
	if w.halted != "" || w.stopped || ctx.Err() != nil {
		defer w.mu.Unlock()
		return w.closedFault(ctx)
	}
	w.push(it)
	w.mu.Unlock()
	select {
	case f := <-it.ready:
		return f
	case <-ctx.Done():
	}
	w.mu.Lock()
	queued := w.queue.remove(it)
	w.mu.Unlock()
	if !queued {
		return <-it.ready // it was taken off the queue a moment ago
	}
	return &topup.Fault{Kind: topup.FaultUnavailable, Err: ctx.Err()}
}

// leave ends a call and draws the conclusion for all others.
func (g *gate) leave(kind topup.FaultKind, retryAfter time.Duration) {
	w := g.w
	w.mu.Lock()
	defer w.mu.Unlock()
	g.free()
	switch kind {
	case topup.FaultKey, topup.FaultBlocked:
		w.halt(kind)
	case topup.FaultThrottled:
		w.pause(retryAfter)
	}
}

// free gives the place of a call back; w.mu is held.
func (g *gate) free() {
	g.w.calls--
	if g.work.Kind != topup.WorkSend {
		g.w.reads--
	}
	g.w.nudge()
}

// giveBack returns a grant that no call used.
func (g *gate) giveBack() {
	if g.granted.CompareAndSwap(true, false) {
		g.leave("", 0)
	}
}

// read makes one call whose error is a *Fault.
func read[T any](ctx context.Context, g *gate, call func() (T, error)) (v T, err error) {
	if f := g.enter(ctx); f != nil {
		return v, f
	}
	defer func() {
		if p := recover(); p != nil {
			g.w.panicked(p)
			err = &topup.Fault{Kind: topup.FaultUnavailable, Err: errPanic}
		}
		if err == nil {
			g.leave("", 0)
			return
		}
		f := fault(err)
		err = f
		g.leave(f.Kind, f.RetryAfter)
	}()
	return call()
}

// fault is the error as a *Fault, which it should be already.
func fault(err error) *topup.Fault {
	var f *topup.Fault
	if errors.As(err, &f) {
		return f
	}
	return &topup.Fault{Kind: topup.FaultUnavailable, Err: err}
}

// Send submits the order, when its turn comes.
func (g *gate) Send(ctx context.Context, o topup.Order) (a topup.SendAnswer) {
	if f := g.enter(ctx); f != nil {
		if f.Kind == topup.FaultUnavailable {
			return *notSent(topup.ReasonUnreachable)
		}
		return *notSent(topup.ReasonClosed)
	}
	defer func() {
		if p := recover(); p != nil {
			g.w.panicked(p)
			a = topup.SendAnswer{Verdict: topup.Unknown, Evidence: topup.Evidence{At: time.Now().UTC(), Word: errPanic.Error()}}
		}
		switch a.Verdict {
		case topup.KeyFault:
			kind := topup.FaultKey
			if a.Blocked {
				kind = topup.FaultBlocked
			}
			g.leave(kind, 0)
		case topup.Throttled:
			g.leave(topup.FaultThrottled, a.RetryAfter)
		default:
			g.leave("", 0)
		}
	}()
	return g.Provider.Send(ctx, o)
}

func (g *gate) Weather(ctx context.Context) (topup.Weather, error) {
	return read(ctx, g, func() (topup.Weather, error) { return g.Provider.Weather(ctx) })
}

func (g *gate) Account(ctx context.Context) (topup.Account, error) {
	return read(ctx, g, func() (topup.Account, error) { return g.Provider.Account(ctx) })
}

func (g *gate) Float(ctx context.Context) (topup.Money, error) {
	return read(ctx, g, func() (topup.Money, error) { return g.Provider.Float(ctx) })
}

func (g *gate) Plans(ctx context.Context) ([]topup.Plan, error) {
	return read(ctx, g, func() ([]topup.Plan, error) { return g.Provider.Plans(ctx) })
}

func (g *gate) Products(ctx context.Context, lineType string) ([]topup.InternetProduct, error) {
	return read(ctx, g, func() ([]topup.InternetProduct, error) { return g.Provider.Products(ctx, lineType) })
}

func (g *gate) CheckLine(ctx context.Context, lineType string, line topup.Line) (topup.LineInfo, error) {
	return read(ctx, g, func() (topup.LineInfo, error) { return g.Provider.CheckLine(ctx, lineType, line) })
}

func (g *gate) Catalogue(ctx context.Context) ([]topup.Category, error) {
	return read(ctx, g, func() ([]topup.Category, error) { return g.Provider.Catalogue(ctx) })
}

func (g *gate) Stock(ctx context.Context, productID string) (topup.GiftStock, error) {
	return read(ctx, g, func() (topup.GiftStock, error) { return g.Provider.Stock(ctx, productID) })
}

func (g *gate) Check(ctx context.Context, o topup.Order) (topup.Status, error) {
	return read(ctx, g, func() (topup.Status, error) { return g.Provider.Check(ctx, o) })
}

func (g *gate) Find(ctx context.Context, o topup.Order, ref string) (topup.Status, error) {
	return read(ctx, g, func() (topup.Status, error) { return g.Provider.Find(ctx, o, ref) })
}

func (g *gate) Recent(ctx context.Context, good topup.Good, since, until time.Time, page int) (list []topup.Status, more bool, err error) {
	list, err = read(ctx, g, func() ([]topup.Status, error) {
		l, m, err := g.Provider.Recent(ctx, good, since, until, page)
		more = m
		return l, err
	})
	return list, more, err
}
