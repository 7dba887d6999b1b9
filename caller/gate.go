package caller

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hanout/topup"
)

var errPanic = errors.New("the call panicked")

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
	for {
		if !g.granted.CompareAndSwap(true, false) {
			if f := g.wait(ctx); f != nil {
				return f
			}
		}
		g.w.mu.Lock()
		at := g.w.door.standing
		if at == proven && ctx.Err() == nil {
			g.w.mu.Unlock()
			return nil
		}
		g.free()
		f := g.w.closedFault(ctx)
		g.w.mu.Unlock()
		if at != unproven || ctx.Err() != nil {
			return f
		}
		// The key is being tried anew: the call waits with the others.
	}
}

// wait queues for a permission and waits for it.
func (g *gate) wait(ctx context.Context) *topup.Fault {
	w := g.w
	it := &item{work: g.work, ready: make(chan *topup.Fault, 1)}
	if end, ok := ctx.Deadline(); ok {
		it.work.Until = end
	}
	w.mu.Lock()
	if w.door.standing == closed || w.stopped || ctx.Err() != nil {
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

// leave ends a call, nil for one that went well, and draws the conclusion for
// all others.
func (g *gate) leave(f *topup.Fault) {
	w := g.w
	defer w.tell()
	w.mu.Lock()
	defer w.mu.Unlock()
	g.free()
	switch {
	case f == nil:
	case f.Kind == topup.FaultKey || f.Kind == topup.FaultBlocked:
		w.refusal(f.Kind, false, time.Now())
	case f.Kind == topup.FaultThrottled:
		w.pause(f.RetryAfter)
	case f.Suspect:
		w.doubt(false, time.Now())
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
		g.leave(nil)
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
			g.leave(nil)
			return
		}
		f := fault(err)
		err = f
		g.leave(f)
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
		g.leave(a.Fault())
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
