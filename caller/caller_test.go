package caller_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/caller"
	"hanout/topup"
)

// deskProvider is a provider made by hand: it notes each call and answers
// from functions; without one a call succeeds.
type deskProvider struct {
	topup.Provider // nil: a call that no test expects panics

	mu    sync.Mutex
	calls []callMade
	now   int // calls in flight
	most  int

	latency time.Duration
	send    func(ctx context.Context, o topup.Order) topup.SendAnswer
	check   func(o topup.Order) (topup.Status, error)
	find    func(ref string) (topup.Status, error)
	recent  func(good topup.Good, since time.Time, page int) ([]topup.Status, bool, error)
	float   func() error
}

// callMade is one call: "send a", "check b", "find ref", "recent mobile 1".
type callMade struct {
	what string
	at   time.Duration // since the first call
}

func (p *deskProvider) call(ctx context.Context, format string, args ...any) error {
	p.mu.Lock()
	p.calls = append(p.calls, callMade{fmt.Sprintf(format, args...), time.Since(start2000)})
	p.now++
	p.most = max(p.most, p.now)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.now--
		p.mu.Unlock()
	}()
	select {
	case <-time.After(p.latency):
		return nil
	case <-ctx.Done():
		return &topup.Fault{Kind: topup.FaultUnavailable, Err: ctx.Err()}
	}
}

// start2000 is when the clock of every synctest bubble starts.
var start2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (p *deskProvider) made() (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		list = append(list, c.what)
	}
	return list
}

func (p *deskProvider) Send(ctx context.Context, o topup.Order) topup.SendAnswer {
	if err := p.call(ctx, "send %s", o.ID); err != nil {
		return topup.SendAnswer{Verdict: topup.Unknown}
	}
	if p.send != nil {
		return p.send(ctx, o)
	}
	return topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p-" + string(o.ID)}
}

func (p *deskProvider) Check(ctx context.Context, o topup.Order) (topup.Status, error) {
	if err := p.call(ctx, "check %s", o.ID); err != nil {
		return topup.Status{}, err
	}
	if p.check != nil {
		return p.check(o)
	}
	return topup.Status{ProviderID: o.ProviderID, Phase: topup.PhaseOpen}, nil
}

func (p *deskProvider) Find(ctx context.Context, _ topup.Order, ref string) (topup.Status, error) {
	if err := p.call(ctx, "find %s", ref); err != nil {
		return topup.Status{}, err
	}
	if p.find != nil {
		return p.find(ref)
	}
	return topup.Status{}, notFound()
}

func (p *deskProvider) Recent(ctx context.Context, good topup.Good, since time.Time, page int) ([]topup.Status, bool, error) {
	if err := p.call(ctx, "recent %s %d", good, page); err != nil {
		return nil, false, err
	}
	if p.recent != nil {
		return p.recent(good, since, page)
	}
	return nil, false, nil
}

func (p *deskProvider) Float(ctx context.Context) (topup.Money, error) {
	if err := p.call(ctx, "float"); err != nil {
		return 0, err
	}
	if p.float != nil {
		return 0, p.float()
	}
	return 100, nil
}

func notFound() error { return &topup.Fault{Kind: topup.FaultNotFound, HTTP: 404} }

// limits are those of the tests: ten calls at once, then one a second.
var limits = topup.Limits{PerMinute: 60, Burst: 10, AtOnce: 8, LockOut: 15 * time.Minute}

// Work of the house, which is not held back and not replaced.
var (
	sending  = topup.Work{Kind: topup.WorkSend}
	question = topup.Work{Kind: topup.WorkQuestion}
	list     = topup.Work{Kind: topup.WorkList}
)

// rig is a worker at work in a synctest bubble.
type rig struct {
	*caller.Caller
	p        *deskProvider
	username string
	log      strings.Builder
	stop     context.CancelFunc
	ended    chan struct{}

	mu      sync.Mutex
	answers []topup.Answer
}

// inBubble runs a test with a worker that started and has nothing to do.
func inBubble(t *testing.T, scale float64, p *deskProvider, test func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(scale, p)
		r.run()
		synctest.Wait()
		defer r.end()
		test(t, r)
	})
}

func newRig(scale float64, p *deskProvider) *rig {
	r := &rig{p: p, ended: make(chan struct{}), username: "+213660000000"}
	r.Caller = caller.New(p, limits, func() string { return r.username }, scale, func(list []topup.Answer) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answers = append(r.answers, list...)
	}, slog.New(slog.NewTextHandler(&r.log, nil)))
	return r
}

func (r *rig) run() {
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.Run(ctx); close(r.ended) }()
}

// end stops the worker and waits for it.
func (r *rig) end() {
	r.stop()
	<-r.ended
}

// pass lets time pass and all that it brings happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// heard is what was reported by now, by order.
func (r *rig) heard() map[topup.OrderID]topup.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := map[topup.OrderID]topup.Answer{}
	for _, a := range r.answers {
		m[a.Order.ID] = a
	}
	return m
}

func deskOrder(good topup.Good, id string) topup.Order {
	o := topup.Order{
		ID: topup.OrderID(id), Shop: 12, Good: good, State: topup.Placed, Quantity: 1, Submitted: time.Now(),
	}
	switch good {
	case topup.MobileTopUp:
		o.Plan, o.To, o.Face = "PREPAID_DJEZZY", "0778037340", topup.Dinars(500)
	case topup.InternetCard:
		o.LineType, o.To, o.Face = topup.ADSL, "036362608", topup.Dinars(500)
	case topup.GiftCard:
		o.Product, o.TypeID, o.Quantity = "product", "type", 4
	}
	return o
}

func openOrder(good topup.Good, id string) topup.Order {
	o := deskOrder(good, id)
	o.State, o.ProviderID = topup.Pending, "p-"+id
	return o
}

func status(o topup.Order, phase topup.Phase) topup.Status {
	return topup.Status{ProviderID: o.ProviderID, Phase: phase, Created: o.Submitted}
}

func TestCallerAsks(t *testing.T) {
	inBubble(t, 1, &deskProvider{}, func(t *testing.T, r *rig) {
		a, b := deskOrder(topup.MobileTopUp, "a"), openOrder(topup.MobileTopUp, "b")
		r.Ask(a, topup.CallSend)
		r.Ask(b, topup.CallCheck)
		synctest.Wait()
		got := r.heard()
		if s := got["a"].Sent; s == nil || s.Verdict != topup.Accepted || got["a"].Call != topup.CallSend {
			t.Errorf("send: %+v", got["a"])
		}
		if s := got["b"].Status; s == nil || s.ProviderID != "p-b" || got["b"].Call != topup.CallCheck {
			t.Errorf("check: %+v", got["b"])
		}
		if r.Asking("a") || r.Asking("b") {
			t.Error("still asking")
		}
	})
}

func TestCallerAsksOnceAtATime(t *testing.T) {
	p := &deskProvider{latency: time.Second}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		o := deskOrder(topup.MobileTopUp, "a")
		r.Ask(o, topup.CallSend)
		r.Ask(o, topup.CallSend) // queued
		synctest.Wait()
		r.Ask(o, topup.CallSend) // in flight
		if !r.Asking("a") {
			t.Error("not asking")
		}
		pass(5 * time.Second)
		if got := p.made(); len(got) != 1 {
			t.Errorf("calls %v", got)
		}
		r.Ask(o, topup.CallLookup)
		pass(5 * time.Second)
		if got := p.made(); len(got) < 2 {
			t.Errorf("not asked again: %v", got)
		}
	})
}

// Whoever hears an answer may ask again at once; that must not get lost.
func TestCallerCanBeAskedByTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &deskProvider{}
		o := deskOrder(topup.MobileTopUp, "a")
		var w *caller.Caller
		asked := false
		w = caller.New(p, limits, func() string { return "" }, 1, func(list []topup.Answer) {
			if !w.Asking("a") {
				t.Error("not asking while it reports")
			}
			if !asked {
				asked = true
				w.Ask(o, topup.CallSend)
			}
		}, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		go w.Run(ctx)
		w.Ask(o, topup.CallLookup)
		synctest.Wait()
		if got := p.made(); got[len(got)-1] != "send a" || w.Asking("a") {
			t.Errorf("calls %v, asking %v", got, w.Asking("a"))
		}
		stop()
	})
}

func TestCallerRateLimit(t *testing.T) {
	for _, c := range []struct {
		scale  float64
		within time.Duration // of 70 calls: 10 at once, 60 at the rate
	}{
		{1, time.Minute}, {0.1, 6 * time.Second}, {2, 2 * time.Minute}, {0.0001, 0},
	} {
		t.Run(fmt.Sprint(c.scale), func(t *testing.T) {
			p := &deskProvider{}
			inBubble(t, c.scale, p, func(t *testing.T, r *rig) {
				for i := range 70 {
					r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
				}
				pass(time.Hour)
				if len(p.calls) != 70 {
					t.Fatalf("%d calls", len(p.calls))
				}
				if took := p.calls[69].at - p.calls[0].at; took < c.within-10*time.Millisecond || took > c.within+10*time.Millisecond {
					t.Errorf("70 calls in %v, want %v", took, c.within)
				}
				if c.within > 0 {
					if burst := p.calls[9].at - p.calls[0].at; burst != 0 {
						t.Errorf("the first ten in %v", burst)
					}
				}
			})
		})
	}
}

func TestCallerCallsAtOnce(t *testing.T) {
	p := &deskProvider{latency: time.Minute}
	inBubble(t, 0.0001, p, func(t *testing.T, r *rig) {
		for i := range 30 {
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		r.Do(list, func(ctx context.Context, p topup.Provider) {
			var wg sync.WaitGroup
			for range 20 { // a function that calls from many goroutines has no more
				wg.Go(func() { p.Float(ctx) })
			}
			wg.Wait()
		})
		pass(time.Hour)
		if p.most != 8 || len(p.calls) != 50 {
			t.Errorf("%d at once, %d in all", p.most, len(p.calls))
		}
	})
}

func TestCallerPriorities(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		float := func(ctx context.Context, p topup.Provider) { p.Float(ctx) }
		for i := range 10 { // use up the burst
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint("first", i)), topup.CallSend)
		}
		r.Do(list, float)
		r.Ask(openOrder(topup.GiftCard, "gift"), topup.CallCheck)
		r.Ask(openOrder(topup.MobileTopUp, "mobile"), topup.CallCheck)
		r.Do(question, float)
		r.Ask(deskOrder(topup.MobileTopUp, "s1"), topup.CallSend)
		r.Ask(deskOrder(topup.MobileTopUp, "s2"), topup.CallSend)
		r.run()
		pass(2500 * time.Millisecond)
		r.Ask(deskOrder(topup.MobileTopUp, "s3"), topup.CallSend) // overtakes all that wait
		pass(time.Minute)
		want := []string{"send s1", "send s2", "send s3", "float", "check gift", "check mobile", "float"}
		if got := p.made()[10:]; !slices.Equal(got, want) {
			t.Errorf("order %v, want %v", got, want)
		}
		r.end()
	})
}

func TestCallerLaterCallsOfAFunctionWaitTheirTurn(t *testing.T) {
	p := &deskProvider{latency: 10 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		r.Do(list, func(ctx context.Context, p topup.Provider) {
			for range 12 {
				p.Float(ctx)
			}
		})
		r.run()
		pass(500 * time.Millisecond) // the burst is used up by the function
		r.Ask(deskOrder(topup.MobileTopUp, "s"), topup.CallSend)
		pass(time.Minute)
		got := p.made()
		if len(got) != 13 || got[10] != "send s" {
			t.Errorf("calls %v", got)
		}
		r.end()
	})
}

func TestCallerThrottled(t *testing.T) {
	for _, c := range []struct{ told, want time.Duration }{{5 * time.Second, 5 * time.Second}, {0, 2 * time.Second}, {time.Hour, 30 * time.Second}} {
		p := &deskProvider{}
		p.send = func(_ context.Context, o topup.Order) topup.SendAnswer {
			if o.ID == "a" {
				return topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: c.told}
			}
			return topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p"}
		}
		inBubble(t, 1, p, func(t *testing.T, r *rig) {
			r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
			synctest.Wait()
			r.Ask(deskOrder(topup.MobileTopUp, "b"), topup.CallSend)
			r.Ask(openOrder(topup.MobileTopUp, "c"), topup.CallCheck)
			pass(time.Hour)
			if got := p.made(); len(got) != 3 || r.heard()["b"].Sent == nil || r.heard()["c"].Status == nil {
				t.Fatalf("calls %v, answers %+v", got, r.heard())
			}
			if pause := p.calls[1].at - p.calls[0].at; pause != c.want {
				t.Errorf("told %v: paused for %v, want %v", c.told, pause, c.want)
			}
			if a := r.heard()["a"].Sent; a == nil || a.Verdict != topup.Throttled {
				t.Errorf("the throttled one: %+v", r.heard()["a"])
			}
		})
	}
}

func TestCallerKeyFaultStopsAllAtOnce(t *testing.T) {
	for name, fail := range map[string]func(*deskProvider, *rig){
		"send": func(p *deskProvider, r *rig) {
			p.send = func(context.Context, topup.Order) topup.SendAnswer {
				return topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}
			}
			r.Ask(deskOrder(topup.MobileTopUp, "first"), topup.CallSend)
		},
		"read": func(p *deskProvider, r *rig) {
			p.check = func(topup.Order) (topup.Status, error) {
				return topup.Status{}, &topup.Fault{Kind: topup.FaultKey, HTTP: 401}
			}
			r.Ask(openOrder(topup.MobileTopUp, "first"), topup.CallCheck)
		},
		"other": func(p *deskProvider, r *rig) {
			p.float = func() error { return &topup.Fault{Kind: topup.FaultKey, HTTP: 401} }
			r.Do(sending, func(ctx context.Context, p topup.Provider) { p.Float(ctx) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{latency: time.Second}
			synctest.Test(t, func(t *testing.T) {
				// At this scale one call a minute leaves, so that the others wait.
				r := newRig(60, p)
				r.run()
				for range 9 {
					r.Do(sending, func(ctx context.Context, p topup.Provider) { p.Float(ctx) })
				}
				pass(3 * time.Second)
				fail(p, r)
				synctest.Wait()
				var fault error
				var ctxErr error
				r.Ask(deskOrder(topup.GiftCard, "send"), topup.CallSend)
				r.Ask(openOrder(topup.MobileTopUp, "check"), topup.CallCheck)
				r.Ask(deskOrder(topup.MobileTopUp, "lookup"), topup.CallLookup)
				r.Do(question, func(ctx context.Context, p topup.Provider) {
					ctxErr = ctx.Err()
					_, fault = p.Float(ctx)
				})
				pass(time.Hour)
				if got := len(p.made()); got != 10 {
					t.Errorf("calls %v", p.made())
				}
				if !r.Halted() || r.Asking("send") || r.Asking("check") || r.Asking("lookup") {
					t.Errorf("halted %v", r.Halted())
				}
				got := r.heard()
				if s := got["send"].Sent; s == nil || s.Verdict != topup.NotSent || s.Reason != topup.ReasonClosed || s.Evidence.Word == "" {
					t.Errorf("the queued send: %+v", got["send"])
				}
				if _, ok := got["check"]; ok {
					t.Errorf("the queued check: %+v", got["check"])
				}
				var f *topup.Fault
				if ctxErr == nil || !errors.As(fault, &f) || f.Kind != topup.FaultKey {
					t.Errorf("the queued function: context %v, error %v", ctxErr, fault)
				}
				if !strings.Contains(r.log.String(), "stopped") {
					t.Errorf("log %q", r.log.String())
				}

				r.Ask(deskOrder(topup.MobileTopUp, "during"), topup.CallSend)
				synctest.Wait()
				if s := r.heard()["during"].Sent; s == nil || s.Verdict != topup.NotSent {
					t.Errorf("a send while halted: %+v", r.heard()["during"])
				}

				p.send, p.check, p.float = nil, nil, nil
				r.Resume()
				r.Ask(openOrder(topup.MobileTopUp, "after"), topup.CallCheck)
				pass(time.Hour)
				if r.Halted() || r.heard()["after"].Status == nil {
					t.Errorf("after Resume: %+v", r.heard()["after"])
				}
				r.end()
			})
		})
	}
}

func TestCallerHaltReachesWaitingCalls(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 60, p, func(t *testing.T, r *rig) {
		calls, failed := 0, 0
		r.Do(question, func(ctx context.Context, p topup.Provider) {
			for range 15 {
				calls++
				if _, err := p.Float(ctx); err != nil {
					failed++
				}
			}
		})
		synctest.Wait() // ten have left, the eleventh waits
		r.Halt()
		synctest.Wait()
		if calls != 15 || failed != 5 {
			t.Errorf("%d calls, %d failed", calls, failed)
		}
	})
}

// A call that has its turn but did not leave yet stays, too.
func TestCallerHaltReachesGrantedCalls(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		errs := make([]error, 8)
		for i := range errs {
			r.Do(question, func(ctx context.Context, p topup.Provider) {
				time.Sleep(time.Second)
				_, errs[i] = p.Float(ctx)
			})
		}
		synctest.Wait()
		r.Halt()
		pass(time.Minute)
		for _, err := range errs {
			var f *topup.Fault
			if !errors.As(err, &f) || f.Kind != topup.FaultKey || len(p.made()) != 0 {
				t.Errorf("error %v, calls %v", err, p.made())
			}
		}
		r.Resume()
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		pass(time.Minute)
		if r.heard()["a"].Sent == nil {
			t.Error("the refused calls keep their places")
		}
	})
}

func TestCallerBlockedEndsByItself(t *testing.T) {
	p := &deskProvider{}
	p.check = func(o topup.Order) (topup.Status, error) {
		if o.ID == "a" {
			return topup.Status{}, &topup.Fault{Kind: topup.FaultBlocked, HTTP: 403}
		}
		return status(o, topup.PhaseOpen), nil
	}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		r.Ask(openOrder(topup.MobileTopUp, "a"), topup.CallCheck)
		pass(15*time.Minute - time.Second)
		if !r.Halted() {
			t.Error("not halted")
		}
		pass(2 * time.Second)
		if r.Halted() {
			t.Error("still halted")
		}
		r.Ask(openOrder(topup.MobileTopUp, "b"), topup.CallCheck)
		synctest.Wait()
		if r.heard()["b"].Status == nil {
			t.Error("nothing leaves after the lock-out")
		}
		// A key that is not taken does not end by itself, even after a lock-out.
		r.Ask(openOrder(topup.MobileTopUp, "a"), topup.CallCheck)
		synctest.Wait()
		r.Halt()
		pass(time.Hour)
		if !r.Halted() {
			t.Error("a halt ended by itself")
		}
	})
}

func TestCallerBlockedSendEndsByItself(t *testing.T) {
	for blocked, after := range map[bool]bool{true: false, false: true} {
		p := &deskProvider{}
		p.send = func(context.Context, topup.Order) topup.SendAnswer {
			return topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed, Blocked: blocked}
		}
		inBubble(t, 1, p, func(t *testing.T, r *rig) {
			r.Ask(openOrder(topup.MobileTopUp, "a"), topup.CallSend)
			synctest.Wait()
			if !r.Halted() {
				t.Error("not halted")
			}
			pass(16 * time.Minute)
			if r.Halted() != after {
				t.Errorf("locked out %t: halted %t after a quarter of an hour", blocked, r.Halted())
			}
		})
	}
}

func TestCallerListAnswersMany(t *testing.T) {
	var list []topup.Status
	p := &deskProvider{}
	var since time.Time
	p.recent = func(_ topup.Good, from time.Time, _ int) ([]topup.Status, bool, error) {
		since = from
		return list, true, nil
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		first := time.Now()
		var orders []topup.Order
		for _, id := range []string{"a", "b", "c", "d"} {
			orders = append(orders, openOrder(topup.InternetCard, id))
			pass(time.Second)
		}
		done, coded := status(orders[2], topup.PhaseDone), status(orders[3], topup.PhaseDone)
		coded.Vouchers = []topup.Voucher{{Code: "c"}}
		list = []topup.Status{status(orders[0], topup.PhaseQueued), {ProviderID: "stranger"}, done, coded}
		for _, o := range orders {
			r.Ask(o, topup.CallCheck)
		}
		r.Ask(openOrder(topup.MobileTopUp, "m1"), topup.CallCheck) // two are no reason for a list
		r.Ask(openOrder(topup.MobileTopUp, "m2"), topup.CallCheck)
		r.run()
		synctest.Wait()
		// b is not on the list, and c is delivered there without its code.
		want := []string{"check b", "check c", "check m1", "check m2", "recent internet 1"}
		got := p.made()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
		heard := r.heard()
		if len(heard) != 6 || heard["a"].Status.Phase != topup.PhaseQueued || heard["d"].Status.Phase != topup.PhaseDone {
			t.Errorf("answers %+v", heard)
		}
		if want := first.Add(-2 * time.Minute); !since.Equal(want) {
			t.Errorf("list since %v, want %v", since, want)
		}
		for _, o := range orders {
			if r.Asking(o.ID) {
				t.Errorf("still asking for %s", o.ID)
			}
		}
		r.end()
	})
}

func TestCallerListFails(t *testing.T) {
	for kind, want := range map[topup.FaultKind]int{topup.FaultUnavailable: 4, topup.FaultThrottled: 4, topup.FaultKey: 1} {
		p := &deskProvider{}
		p.recent = func(topup.Good, time.Time, int) ([]topup.Status, bool, error) {
			return nil, false, &topup.Fault{Kind: kind}
		}
		synctest.Test(t, func(t *testing.T) {
			r := newRig(1, p)
			for _, id := range []string{"a", "b", "c"} {
				r.Ask(openOrder(topup.MobileTopUp, id), topup.CallCheck)
			}
			r.run()
			pass(time.Minute)
			if got := p.made(); len(got) != want {
				t.Errorf("%s: calls %v", kind, got)
			}
			faults := 0
			for _, a := range r.heard() {
				if a.Fault != nil {
					faults++
				}
			}
			if kind == topup.FaultKey && faults != 1 || kind != topup.FaultKey && len(r.heard()) != 3 {
				t.Errorf("%s: answers %+v", kind, r.heard())
			}
			if r.Asking("a") || r.Asking("b") || r.Asking("c") {
				t.Errorf("%s: still asking", kind)
			}
			r.end()
		})
	}
}

func TestCallerLookup(t *testing.T) {
	const prefixed = "API-+213660000000-a"
	unreadable := &topup.Fault{Kind: topup.FaultUnavailable}
	for _, c := range []struct {
		name     string
		username string
		find     map[string]error // nil: found
		pages    int              // with others' orders; ours on the last when listed
		listed   bool
		listErr  error
		calls    string
		want     string
	}{
		{"own reference", "+213660000000", map[string]error{"a": nil}, 0, false, nil, "find a", "found"},
		{"prefixed reference", "+213660000000", map[string]error{prefixed: nil}, 0, false, nil, "find a, find " + prefixed, "found"},
		{"account unknown", "", nil, 1, false, nil, "find a, recent mobile 1", "absent"},
		{"on the list", "+213660000000", nil, 1, true, nil, "find a, find " + prefixed + ", recent mobile 1", "found"},
		{"on the third page", "", nil, 3, true, nil, "find a, recent mobile 1, recent mobile 2, recent mobile 3", "found"},
		{"nowhere", "+213660000000", nil, 3, false, nil, "find a, find " + prefixed + ", recent mobile 1, recent mobile 2, recent mobile 3", "absent"},
		{"list too long", "", nil, 4, false, nil, "find a, recent mobile 1, recent mobile 2, recent mobile 3", "fault"},
		{"reference unreadable", "+213660000000", map[string]error{"a": unreadable}, 1, false, nil, "find a", "fault"},
		{"prefixed unreadable", "+213660000000", map[string]error{prefixed: unreadable}, 1, false, nil, "find a, find " + prefixed, "fault"},
		{"list unreadable", "", nil, 1, false, unreadable, "find a, recent mobile 1", "fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &deskProvider{}
			p.find = func(ref string) (topup.Status, error) {
				if err, known := c.find[ref]; known && err == nil {
					return topup.Status{ProviderID: "p-a"}, nil
				} else if known {
					return topup.Status{}, err
				}
				return topup.Status{}, notFound()
			}
			p.recent = func(_ topup.Good, _ time.Time, page int) ([]topup.Status, bool, error) {
				if c.listErr != nil {
					return nil, false, c.listErr
				}
				list := []topup.Status{{ProviderID: "other", ProviderRef: "API-+213660000000-b"}}
				if c.listed && page == c.pages {
					list = append(list, topup.Status{ProviderID: "p-a", ProviderRef: prefixed})
				}
				return list, page < c.pages, nil
			}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				r.username = c.username
				o := deskOrder(topup.MobileTopUp, "a")
				o.State = topup.Submitting
				r.Ask(o, topup.CallLookup)
				pass(time.Minute)
				if got := strings.Join(p.made(), ", "); got != c.calls {
					t.Errorf("calls %s, want %s", got, c.calls)
				}
				a := r.heard()["a"]
				got := map[bool]string{a.Status != nil: "found", a.Absent: "absent", a.Fault != nil: "fault"}[true]
				if got != c.want || a.Call != topup.CallLookup || (a.Status != nil && a.Status.ProviderID != "p-a") {
					t.Errorf("%s: %+v", got, a)
				}
			})
		})
	}
}

func TestCallerGiftCardLookup(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(sent time.Time, list []topup.Status) []topup.Status
		want   []string
	}{
		{"one", nil, []string{"p1"}},
		{"none", func(time.Time, []topup.Status) []topup.Status { return nil }, nil},
		{"two", func(sent time.Time, l []topup.Status) []topup.Status { return append(l, l[0]) }, []string{"p1", "p1"}},
		{"within the slack", func(sent time.Time, l []topup.Status) []topup.Status {
			l[0].Created = sent.Add(-2 * time.Minute)
			return l
		}, []string{"p1"}},
		{"older", func(sent time.Time, l []topup.Status) []topup.Status {
			l[0].Created = sent.Add(-2*time.Minute - 1)
			return l
		}, nil},
		{"of no known time", func(_ time.Time, l []topup.Status) []topup.Status { l[0].Created = time.Time{}; return l }, nil},
		{"other denomination", func(_ time.Time, l []topup.Status) []topup.Status { l[0].TypeID = "x"; return l }, nil},
		{"other quantity", func(_ time.Time, l []topup.Status) []topup.Status { l[0].Quantity = 1; return l }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &deskProvider{}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				o := deskOrder(topup.GiftCard, "a")
				o.State = topup.Submitting
				p.recent = func(_ topup.Good, since time.Time, page int) ([]topup.Status, bool, error) {
					if !since.Equal(o.Submitted.Add(-2 * time.Minute)) {
						t.Errorf("since %v", since)
					}
					if page == 2 {
						return nil, false, nil
					}
					list := []topup.Status{{ProviderID: "p1", Plan: o.Product, TypeID: o.TypeID, Quantity: o.Quantity, Created: o.Submitted}}
					if c.change != nil {
						list = c.change(o.Submitted, list)
					}
					return list, true, nil
				}
				r.Ask(o, topup.CallLookup)
				synctest.Wait()
				if got := p.made(); !slices.Equal(got, []string{"recent giftcard 1", "recent giftcard 2"}) {
					t.Errorf("calls %v", got)
				}
				a := r.heard()["a"]
				var got []string
				for _, s := range a.Candidates {
					got = append(got, s.ProviderID)
				}
				if !slices.Equal(got, c.want) || a.Absent != (c.want == nil) || a.Fault != nil || a.Status != nil {
					t.Errorf("%+v", a)
				}
			})
		})
	}
	p := &deskProvider{recent: func(_ topup.Good, _ time.Time, page int) ([]topup.Status, bool, error) {
		if page == 2 {
			return nil, false, &topup.Fault{Kind: topup.FaultUnavailable}
		}
		return []topup.Status{{ProviderID: "p1", Created: time.Now()}}, true, nil
	}}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		r.Ask(deskOrder(topup.GiftCard, "a"), topup.CallLookup)
		synctest.Wait()
		if a := r.heard()["a"]; a.Fault == nil || a.Candidates != nil || a.Absent {
			t.Errorf("half a list is none: %+v", a)
		}
	})
}

// Who gives up waiting takes no place and no call from the others.
func TestCallerGivesUpWaiting(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 60, p, func(t *testing.T, r *rig) { // a call a minute
		var first, second error
		r.Do(question, func(ctx context.Context, p topup.Provider) {
			for range 10 {
				p.Float(ctx)
			}
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, first = p.Float(ctx)
			_, second = p.Float(ctx) // not even queued
		})
		pass(2 * time.Second)
		if !errors.Is(first, context.DeadlineExceeded) || second == nil {
			t.Errorf("gave up with %v, then %v", first, second)
		}
		for range 9 {
			r.Do(sending, func(context.Context, topup.Provider) {}) // a turn that is not used leaves no place taken
		}
		pass(10 * time.Minute)
		for i := range 9 {
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		pass(11 * time.Minute)
		if got := len(r.heard()); got != 9 {
			t.Errorf("%d answers to 9 sends; calls %v", got, p.made())
		}
	})
}

// everyProvider answers each read with something of its own.
type everyProvider struct{ topup.Provider }

func (everyProvider) Weather(context.Context) (topup.Weather, error) {
	return topup.Weather{Down: map[topup.Operator]bool{topup.Djezzy: true}}, nil
}
func (everyProvider) Account(context.Context) (topup.Account, error) {
	return topup.Account{Username: "u"}, nil
}
func (everyProvider) Plans(context.Context) ([]topup.Plan, error) {
	return []topup.Plan{{Code: "P"}}, nil
}
func (everyProvider) Products(_ context.Context, lineType string) ([]topup.InternetProduct, error) {
	return []topup.InternetProduct{{Type: lineType}}, nil
}
func (everyProvider) CheckLine(_ context.Context, lineType string, line topup.Line) (topup.LineInfo, error) {
	return topup.LineInfo{Type: lineType, Client: string(line)}, nil
}
func (everyProvider) Catalogue(context.Context) ([]topup.Category, error) {
	return []topup.Category{{Title: "c"}}, nil
}
func (everyProvider) Stock(_ context.Context, id string) (topup.GiftStock, error) {
	return topup.GiftStock{ProductID: id}, errors.New("not a fault")
}

func TestCallerPassesEachCallOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := caller.New(everyProvider{}, limits, func() string { return "" }, 1, func([]topup.Answer) {}, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Run(ctx)
		w.Do(question, func(ctx context.Context, p topup.Provider) {
			if v, err := p.Weather(ctx); err != nil || !v.Down[topup.Djezzy] {
				t.Errorf("Weather: %v, %v", v, err)
			}
			if v, err := p.Account(ctx); err != nil || v.Username != "u" {
				t.Errorf("Account: %v, %v", v, err)
			}
			if v, err := p.Plans(ctx); err != nil || len(v) != 1 {
				t.Errorf("Plans: %v, %v", v, err)
			}
			if v, err := p.Products(ctx, topup.LTE4G); err != nil || v[0].Type != topup.LTE4G {
				t.Errorf("Products: %v, %v", v, err)
			}
			if v, err := p.CheckLine(ctx, topup.ADSL, "036362608"); err != nil || v.Type != topup.ADSL || v.Client != "036362608" {
				t.Errorf("CheckLine: %v, %v", v, err)
			}
			if v, err := p.Catalogue(ctx); err != nil || len(v) != 1 {
				t.Errorf("Catalogue: %v, %v", v, err)
			}
			var f *topup.Fault
			if v, err := p.Stock(ctx, "s"); v.ProductID != "s" || !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
				t.Errorf("Stock: %v, %v", v, err)
			}
		})
		pass(time.Minute)
	})
}

func TestCallerPanics(t *testing.T) {
	p := &deskProvider{}
	p.send = func(context.Context, topup.Order) topup.SendAnswer { panic("send broke") }
	p.check = func(topup.Order) (topup.Status, error) { panic("check broke") }
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		var err error
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		r.Ask(openOrder(topup.MobileTopUp, "b"), topup.CallCheck)
		r.Do(question, func(ctx context.Context, p topup.Provider) { _, err = p.Plans(ctx) }) // not made by hand: panics
		r.Do(question, func(context.Context, topup.Provider) { panic("function broke") })
		synctest.Wait()
		var f *topup.Fault
		if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("function: %v", err)
		}
		if s := r.heard()["a"].Sent; s == nil || s.Verdict != topup.Unknown {
			t.Errorf("send: %+v", r.heard()["a"])
		}
		if f := r.heard()["b"].Fault; f == nil || f.Kind != topup.FaultUnavailable {
			t.Errorf("check: %+v", r.heard()["b"])
		}
		for _, what := range []string{"send broke", "check broke", "function broke"} {
			if !strings.Contains(r.log.String(), what) {
				t.Errorf("%s is not in the log", what)
			}
		}
		p.send = nil
		for i := range 8 { // no place was lost
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		pass(time.Minute)
		if got := len(r.heard()); got != 10 {
			t.Errorf("%d answers", got)
		}
	})
}

func TestCallerStops(t *testing.T) {
	for _, c := range []struct {
		name    string
		latency time.Duration
		took    time.Duration
		verdict topup.Verdict
	}{
		{"send answered in time", 3 * time.Second, 2 * time.Second, topup.Accepted},
		{"send too slow", time.Minute, 4 * time.Second, topup.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &deskProvider{latency: c.latency}
				r := newRig(1000, p) // one call after the burst
				r.run()
				var read error
				var queued, late context.Context
				r.Ask(deskOrder(topup.MobileTopUp, "flying"), topup.CallSend)
				r.Ask(openOrder(topup.MobileTopUp, "read"), topup.CallCheck)
				r.Do(question, func(ctx context.Context, p topup.Provider) { _, read = p.Float(ctx) })
				for range 5 {
					r.Do(question, func(ctx context.Context, p topup.Provider) { p.Float(ctx) })
				}
				pass(time.Second) // eight are in flight
				r.Ask(deskOrder(topup.GiftCard, "queued"), topup.CallSend)
				r.Ask(openOrder(topup.MobileTopUp, "poll"), topup.CallCheck)
				r.Do(question, func(ctx context.Context, _ topup.Provider) { queued = ctx })
				synctest.Wait()
				stopped := time.Now()
				r.stop()
				<-r.ended
				if took := time.Since(stopped); took != c.took {
					t.Errorf("stopped after %v, want %v", took, c.took)
				}
				r.Do(question, func(ctx context.Context, _ topup.Provider) { late = ctx })
				r.Ask(deskOrder(topup.MobileTopUp, "late"), topup.CallSend)
				synctest.Wait()
				heard := r.heard()
				if s := heard["flying"].Sent; s == nil || s.Verdict != c.verdict {
					t.Errorf("in flight: %+v", s)
				}
				for _, id := range []topup.OrderID{"queued", "late"} {
					if s := heard[id].Sent; s == nil || s.Verdict != topup.NotSent || s.Reason != topup.ReasonUnreachable {
						t.Errorf("%s: %+v", id, s)
					}
				}
				if len(heard) != 3 {
					t.Errorf("answers %+v", heard)
				}
				if !errors.Is(read, context.Canceled) || queued == nil || queued.Err() == nil || late == nil || late.Err() == nil {
					t.Errorf("read %v, queued function %v, late function %v", read, queued, late)
				}
				if got := len(p.made()); got != 8 {
					t.Errorf("calls %v", p.made())
				}
			})
		})
	}
}

// Answers are as the provider gave them, and each order gets exactly one for
// each time it was asked, whatever the mixture.
func TestCallerAnswersEachAskOnce(t *testing.T) {
	p := &deskProvider{latency: 100 * time.Millisecond}
	inBubble(t, 0.01, p, func(t *testing.T, r *rig) {
		goods := []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}
		asked := map[topup.OrderID]int{}
		for i := range 300 {
			id := fmt.Sprint(i)
			o := openOrder(goods[i%3], id)
			call := []topup.Call{topup.CallSend, topup.CallCheck, topup.CallLookup, topup.CallCheck}[i%4]
			r.Ask(o, call)
			asked[o.ID]++
			if i%7 == 0 {
				pass(50 * time.Millisecond)
			}
		}
		pass(time.Hour)
		for _, a := range r.answers {
			asked[a.Order.ID]--
			set := 0
			for _, is := range []bool{a.Sent != nil, a.Status != nil, a.Absent, len(a.Candidates) > 0, a.Fault != nil} {
				if is {
					set++
				}
			}
			if set != 1 {
				t.Errorf("%d answers in one: %+v", set, a)
			}
		}
		for id, n := range asked {
			if n != 0 {
				t.Errorf("order %s: %d answers too few", id, n)
			}
		}
	})
}
