package caller_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// everything wants calls of all kinds: ten open orders, ten sends, questions
// and lists.
func everything(r *rig) {
	for i := range 10 {
		r.Ask(openOrder(topup.MobileTopUp, fmt.Sprint("open", i)), topup.CallCheck)
		r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint("send", i)), topup.CallSend)
		r.Do(asks(topup.ShopID(i+1), int64(i+1)), named("question"))
	}
	r.Do(list, named("list"))
}

// TestProbeGoesFirst: after a start, and when a person asks, nothing leaves
// before the probe is answered; what waits for it then leaves, nothing is lost.
func TestProbeGoesFirst(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan error)
		p.answerProbes(func() error { return <-answer })
		r := newRig(1, p)
		everything(r)
		r.run()
		before := 0
		for round := range 2 {
			pass(5 * time.Second)
			if len(p.probed()) != round+1 || r.Halted() {
				t.Errorf("probed at %v, halted %v", p.probed(), r.Halted())
			}
			if n := len(p.made()); n != before {
				t.Errorf("round %d: %d calls left before the probe was answered: %v", round, n, p.made())
			}
			answer <- nil
			pass(time.Minute)
			if n := len(p.made()) - before; n < 25 {
				t.Errorf("round %d: %d calls after it", round, n)
			}
			before = len(p.made())
			for _, a := range r.heard() {
				if a.Sent != nil && a.Sent.Verdict != topup.Accepted {
					t.Errorf("%s: %+v", a.Order.ID, a.Sent)
				}
			}
			if n := len(r.heard()); n != 20 {
				t.Errorf("round %d: %d orders heard of", round, n)
			}
			r.Resume()
			everything(r)
		}
		answer <- nil
		pass(time.Minute)
		r.end()
		if r.news != 0 {
			t.Errorf("%d times something new of a good key", r.news)
		}
	})
}

// TestRefusedKeyIsTriedOnce: whatever waits, a refused key costs one call at a
// start, and one when a person asks. The sends have not left.
func TestRefusedKeyIsTriedOnce(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		p.answerProbes(func() error { time.Sleep(time.Second); return refusedKey() })
		r := newRig(1, p)
		r.run()
		for round := range 2 {
			everything(r)
			pass(time.Minute)
			if len(p.probed()) != round+1 || len(p.made()) != 0 || !r.Halted() {
				t.Errorf("round %d: probed at %v, calls %v, halted %v", round, p.probed(), p.made(), r.Halted())
			}
			heard := r.heard()
			for i := range 10 {
				if s := heard[topup.OrderID(fmt.Sprint("send", i))].Sent; s == nil || s.Verdict != topup.NotSent || s.Reason != topup.ReasonClosed {
					t.Errorf("send %d: %+v", i, s)
				}
			}
			r.mu.Lock()
			r.answers = nil
			r.mu.Unlock()
			r.Resume()
		}
		r.end()
	})
}

// TestClosedTriesByItself: the pauses grow, and the key that is taken again
// opens without anybody's help.
func TestClosedTriesByItself(t *testing.T) {
	p := &deskProvider{}
	p.refuseKey()
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		pass(3*time.Hour + time.Minute)
		want := []time.Duration{0, 15 * time.Minute, 30 * time.Minute, 45 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour}
		if got := p.probed(); !slices.Equal(got, want) {
			t.Errorf("probed at %v, want %v", got, want)
		}
		if k := r.Key(); r.news != 7 || k.Closed != topup.FaultKey || k.Rounds != 7 {
			t.Errorf("%d times new, %+v", r.news, k)
		}
		p.takeKey()
		pass(time.Hour)
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		synctest.Wait()
		if k := r.Key(); r.Halted() || r.heard()["a"].Sent.Verdict != topup.Accepted || r.news != 8 || k.Rounds != 0 || k.Closed != "" {
			t.Errorf("halted %v, %d times new, %+v, heard %+v", r.Halted(), r.news, k, r.heard()["a"].Sent)
		}
	})
}

// TestUnansweredProbe: nobody is kept waiting for a provider that does not
// answer, nothing leaves, and what nobody waits for is done once it does.
func TestUnansweredProbe(t *testing.T) {
	p := &deskProvider{}
	p.answerProbes(func() error { return &topup.Fault{Kind: topup.FaultUnavailable} })
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		everything(r)
		var failed error
		r.Do(question, func(ctx context.Context, p topup.Provider) { _, failed = p.Float(ctx) })
		synctest.Wait()
		var f *topup.Fault
		if !errors.As(failed, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("the question is told %v", failed)
		}
		if s := r.heard()["send0"].Sent; s == nil || s.Verdict != topup.NotSent || s.Reason != topup.ReasonUnreachable {
			t.Errorf("the send: %+v", s)
		}
		if len(p.made()) != 0 || r.Halted() || !r.Asking("open0") {
			t.Errorf("calls %v, halted %v", p.made(), r.Halted())
		}
		pass(time.Minute)
		if got, want := p.probed(), []time.Duration{0, 1, 3, 7, 15, 31}; len(got) != len(want) || got[5] != 31*time.Second {
			t.Errorf("probed at %v", got)
		}
		p.takeKey()
		pass(time.Minute)
		if got := p.made(); len(got) != 12 || r.Asking("open0") || r.news != 0 {
			t.Errorf("calls %v, %d times new", got, r.news)
		}
	})
}

// A key that was taken before counts as taken when a probe that a person asked
// for is not answered.
func TestUnansweredProbeOfAGoodKey(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		p.answerProbes(func() error { return &topup.Fault{Kind: topup.FaultUnavailable} })
		r.Resume()
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		synctest.Wait()
		if s := r.heard()["a"].Sent; s == nil || s.Verdict != topup.Accepted || len(p.probed()) != 2 {
			t.Errorf("%+v, probed at %v", s, p.probed())
		}
	})
}

// A provider that asks the probe to wait is asked again, and all others wait.
func TestProbeToldToWait(t *testing.T) {
	p := &deskProvider{}
	p.answerProbes(func() error { return &topup.Fault{Kind: topup.FaultThrottled, RetryAfter: 7 * time.Second} })
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		pass(6 * time.Second)
		p.takeKey()
		if len(r.heard()) != 0 {
			t.Errorf("heard %+v", r.heard())
		}
		pass(time.Second)
		if s := r.heard()["a"].Sent; s == nil || s.Verdict != topup.Accepted || len(p.probed()) != 2 {
			t.Errorf("heard %+v, probed at %v", s, p.probed())
		}
	})
}

// TestPortalClosesNothing: a refusal that is not in the provider's words makes
// a probe go first. If the provider takes the key all goes on; if the portal
// answers the probe too, the pauses grow and nothing else leaves.
func TestPortalClosesNothing(t *testing.T) {
	for name, fail := range map[string]func(*deskProvider, *rig){
		"a read": func(p *deskProvider, r *rig) {
			p.check = func(topup.Order) (topup.Status, error) { return topup.Status{}, portal() }
			r.Ask(openOrder(topup.MobileTopUp, "0"), topup.CallCheck)
		},
		"a send": func(p *deskProvider, r *rig) {
			p.send = func(context.Context, topup.Order) topup.SendAnswer {
				return topup.SendAnswer{Verdict: topup.Unknown, Suspect: true}
			}
			r.Ask(deskOrder(topup.MobileTopUp, "0"), topup.CallSend)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{latency: time.Second}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				fail(p, r)
				pass(2 * time.Second)
				if len(p.probed()) != 2 || r.Halted() || r.news != 2 || r.Key().Rounds != 0 {
					t.Errorf("probed at %v, halted %v, %d times new, %+v", p.probed(), r.Halted(), r.news, r.Key())
				}
				p.answerProbes(portal)
				made := len(p.made())
				start := time.Since(start2000)
				fail(p, r)
				pass(time.Hour)
				everything(r)
				pass(time.Second)
				var got []time.Duration
				for _, at := range p.probed()[2:] {
					got = append(got, at-start-time.Second)
				}
				want := []time.Duration{0, time.Minute, 16 * time.Minute, 31 * time.Minute, 46 * time.Minute}
				if !slices.Equal(got, want) || r.Halted() {
					t.Errorf("probed at %v, want %v; halted %v", got, want, r.Halted())
				}
				if n := len(p.made()) - made; n != 1 {
					t.Errorf("calls %v", p.made()[made:])
				}
				if s := r.heard()["send1"].Sent; s == nil || s.Verdict != topup.NotSent || s.Reason != topup.ReasonUnreachable {
					t.Errorf("a send during the pause: %+v", s)
				}
				p.check, p.send = nil, nil
				p.takeKey()
				pass(15 * time.Minute)
				r.Ask(deskOrder(topup.MobileTopUp, "after"), topup.CallSend)
				pass(time.Minute)
				if s := r.heard()["after"].Sent; s == nil || s.Verdict != topup.Accepted {
					t.Errorf("after the portal: %+v", s)
				}
			})
		})
	}
}

// TestKnownKeyWaits: a start within the pause waits, unless the key is another
// one.
func TestKnownKeyWaits(t *testing.T) {
	for _, changed := range []bool{false, true} {
		p := &deskProvider{}
		p.refuseKey()
		synctest.Test(t, func(t *testing.T) {
			known := topup.KeyState{}.Refused(topup.FaultKey, time.Now())
			time.Sleep(5 * time.Minute)
			r := newRig(1, p)
			ctx, stop := context.WithCancel(context.Background())
			r.Begin(known, changed, r.hear)
			if r.Halted() == changed {
				t.Errorf("changed %v: halted %v", changed, r.Halted())
			}
			go r.Run(ctx)
			everything(r)
			pass(20 * time.Minute)
			want := []time.Duration{15 * time.Minute}
			if changed {
				want = []time.Duration{5 * time.Minute, 20 * time.Minute}
			}
			if got := p.probed(); !slices.Equal(got, want) || len(p.made()) != 0 {
				t.Errorf("changed %v: probed at %v, calls %v", changed, got, p.made())
			}
			stop()
			synctest.Wait()
		})
	}
}

// A stop waits for the probe on its way, so that a start knows of its refusal.
func TestStopHearsTheProbe(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		p.answerProbes(func() error { time.Sleep(2 * time.Second); return refusedKey() })
		r := newRig(1, p)
		r.run()
		pass(time.Second)
		r.end()
		if k := r.Key(); k.Rounds != 1 || k.Closed != topup.FaultKey || r.news != 1 {
			t.Errorf("%+v, %d times new", k, r.news)
		}
	})
}

// TestNoLockOutIsSpent: whatever is asked for, whoever refuses and in which
// words, and however often the process starts anew, in the time of a lock-out
// no more than three tries are refused.
func TestNoLockOutIsSpent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			p := &deskProvider{}
			var refused []time.Time
			faults := []func() error{refusedKey, portal}
			words := rapid.SliceOfN(rapid.IntRange(0, 1), 1, 16).Draw(rt, "words")
			p.answerProbes(func() error {
				refused = append(refused, time.Now())
				return faults[words[len(refused)%len(words)]]()
			})
			r := newRig(1, p)
			r.run()
			for range rapid.IntRange(1, 40).Draw(rt, "steps") {
				switch rapid.IntRange(0, 3).Draw(rt, "what") {
				case 0:
					r.Resume()
				case 1:
					everything(r)
				case 2:
					known := r.Key()
					r.end()
					r = newRig(1, p)
					ctx, stop := context.WithCancel(context.Background())
					r.stop = stop
					r.Begin(known, rapid.Bool().Draw(rt, "changed"), r.hear)
					go func() { r.Run(ctx); close(r.ended) }()
				}
				pass(time.Duration(rapid.IntRange(0, 1200).Draw(rt, "seconds")) * time.Second)
			}
			r.end()
			if len(p.made()) != 0 {
				rt.Fatalf("calls %v", p.made())
			}
			for i := 3; i < len(refused); i++ {
				if d := refused[i].Sub(refused[i-3]); d < limits.LockOut {
					rt.Fatalf("four tries within %v: %v", d, refused)
				}
			}
		})
	})
}
