package caller_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

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
				p.refuseKey()
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
				p.takeKey()
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
		r.halt()
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
		r.halt()
		pass(time.Minute)
		for _, err := range errs {
			var f *topup.Fault
			if !errors.As(err, &f) || f.Kind != topup.FaultKey || len(p.made()) != 0 {
				t.Errorf("error %v, calls %v", err, p.made())
			}
		}
		p.takeKey()
		r.Resume()
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		pass(time.Minute)
		if s := r.heard()["a"].Sent; s == nil || s.Verdict != topup.Accepted {
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
		// A key that is not taken outlasts a lock-out.
		r.Ask(openOrder(topup.MobileTopUp, "a"), topup.CallCheck)
		synctest.Wait()
		r.halt()
		pass(time.Hour)
		if !r.Halted() {
			t.Error("the end of a lock-out opened without a probe")
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
			if !blocked {
				p.refuseKey()
			}
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
