package caller_test

import (
	"context"
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
	until   time.Time // of the last list
	float   func() error
	account func() error    // of a probe, which is not among the calls
	probes  []time.Duration // since the first call
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

// References spells as the desk wants it: bare, and with the account's name.
func (p *deskProvider) References(o topup.Order, account string) (refs []string) {
	if o.Good == topup.GiftCard {
		return nil
	}
	refs = []string{string(o.ID)}
	if account != "" {
		refs = append(refs, "API-"+account+"-"+string(o.ID))
	}
	return refs
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

func (p *deskProvider) Recent(ctx context.Context, good topup.Good, since, until time.Time, page int) ([]topup.Status, bool, error) {
	if err := p.call(ctx, "recent %s %d", good, page); err != nil {
		return nil, false, err
	}
	p.mu.Lock()
	p.until = until
	p.mu.Unlock()
	if p.recent != nil {
		return p.recent(good, since, page)
	}
	return nil, false, nil
}

func (p *deskProvider) Account(context.Context) (topup.Account, error) {
	p.mu.Lock()
	p.probes = append(p.probes, time.Since(start2000))
	answer := p.account
	p.mu.Unlock()
	if answer == nil {
		return topup.Account{}, nil
	}
	return topup.Account{}, answer()
}

// answerProbes says what becomes of the probes from now on.
func (p *deskProvider) answerProbes(f func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.account = f
}

func (p *deskProvider) refuseKey() { p.answerProbes(refusedKey) }
func (p *deskProvider) takeKey()   { p.answerProbes(nil) }

func refusedKey() error { return &topup.Fault{Kind: topup.FaultKey, HTTP: 401} }

// portal is the answer of something that is not the provider.
func portal() error { return &topup.Fault{Kind: topup.FaultUnavailable, HTTP: 401, Suspect: true} }

func (p *deskProvider) probed() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.probes)
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

// rig is a caller at work in a synctest bubble.
type rig struct {
	*caller.Caller
	p        *deskProvider
	username string
	log      strings.Builder
	stop     context.CancelFunc
	ended    chan struct{}

	mu      sync.Mutex
	answers []topup.Answer
	news    int // that something new is known of the key
}

// inBubble runs a test with a caller that started and has nothing to do.
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
	r.Begin(topup.KeyState{}, false, r.hear)
	go func() { r.Run(ctx); close(r.ended) }()
}

func (r *rig) hear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.news++
}

// halt has the key tried and refused.
func (r *rig) halt() {
	r.p.refuseKey()
	r.Resume()
	synctest.Wait()
}

// end stops the caller and waits for it.
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
		ID: topup.OrderID(id), Shop: 12, Good: good, State: topup.Placed, Quantity: 1, Placed: time.Now(), Submitted: time.Now(),
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
