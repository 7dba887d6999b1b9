package caller_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/caller"
	"hanout/topup"
)

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
		w.Begin(topup.KeyState{}, false, func() {})
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

// A send that could not leave in time, because the line was long or the
// process stood still, is answered as never sent.
func TestCallerSendsNothingLate(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		r.Ask(deskOrder(topup.MobileTopUp, "old"), topup.CallSend)
		again := deskOrder(topup.MobileTopUp, "again")
		again.Submits = 2
		r.Ask(again, topup.CallSend)
		time.Sleep(6 * time.Minute)
		r.run()
		pass(time.Second)
		a := r.heard()["old"]
		if a.Sent == nil || a.Sent.Verdict != topup.NotSent || a.Sent.Reason != topup.ReasonStale {
			t.Errorf("answered %+v", a.Sent)
		}
		if got := p.made(); !slices.Equal(got, []string{"send again"}) {
			t.Errorf("calls %v", got)
		}
		r.end()
	})
}
