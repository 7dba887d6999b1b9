package caller_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

// named makes one call that can be told from others by its name.
func named(name string) func(context.Context, topup.Provider) {
	return func(ctx context.Context, p topup.Provider) { p.Find(ctx, topup.Order{}, name) }
}

// asks is a question of a chat of a shop that somebody waits for.
func asks(shop topup.ShopID, chat int64) topup.Work {
	return topup.Work{Kind: topup.WorkQuestion, Shop: shop, Chat: chat, Until: time.Now().Add(15 * time.Second)}
}

// of is an order of a shop.
func of(shop topup.ShopID, o topup.Order) topup.Order {
	o.Shop = shop
	return o
}

// when tells at which times the calls with a name left, since the start.
func (p *deskProvider) when(prefix string) (list []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if strings.HasPrefix(c.what, prefix) {
			list = append(list, c.at)
		}
	}
	return list
}

// TestFloodOfOneShop: a shop that types without end costs the others nothing:
// their calls leave in the same moment as without it.
func TestFloodOfOneShop(t *testing.T) {
	typed := func(r *rig, n int, every time.Duration, chats int64) {
		for i := range n {
			r.Do(asks(1, 100+int64(i)%chats), named("flood"))
			time.Sleep(every)
		}
	}
	for name, c := range map[string]struct {
		latency time.Duration
		flood   func(*rig)
	}{
		"none":               {time.Second, nil},
		"at once":            {time.Second, func(r *rig) { typed(r, 300, 0, 1) }},
		"twenty a second":    {time.Second, func(r *rig) { typed(r, 300, 50*time.Millisecond, 1) }},
		"for ten minutes":    {time.Second, func(r *rig) { typed(r, 6000, 100*time.Millisecond, 1) }},
		"by twenty cashiers": {time.Second, func(r *rig) { typed(r, 6000, 100*time.Millisecond, 20) }},
		"slow answers":       {12 * time.Second, func(r *rig) { typed(r, 6000, 100*time.Millisecond, 20) }},
		"none, slow answers": {12 * time.Second, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{latency: c.latency}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				if c.flood != nil {
					go c.flood(r)
				}
				var want []time.Duration
				start := time.Now()
				for i := range 20 {
					pass(15 * time.Second)
					want = append(want, time.Since(start))
					r.Ask(of(2, openOrder(topup.MobileTopUp, fmt.Sprint("other", i))), topup.CallCheck)
					r.Do(asks(3, 103), named("third"))
					r.Ask(of(4, deskOrder(topup.GiftCard, fmt.Sprint(i))), topup.CallSend)
				}
				pass(10 * time.Minute)
				for _, what := range []string{"check other", "find third", "send"} {
					if got := p.when(what); !slices.Equal(got, want) {
						t.Errorf("%s at %v, want %v", what, got, want)
					}
				}
				if n := len(p.when("find flood")); c.flood != nil && (n == 0 || len(r.heard()) != 40) {
					t.Errorf("%d calls of the flood, %d answers to others", n, len(r.heard()))
				}
			})
		})
	}
}

// load keeps the caller busy with everything that is asked of it, from eight
// shops: no kind ever has nothing that waits.
func load(r *rig, until time.Duration, kinds ...topup.WorkKind) {
	for end := time.Now().Add(until); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		for _, k := range kinds {
			shop := topup.ShopID(time.Now().UnixMilli() / 500 % 8)
			r.Do(topup.Work{Kind: k, Shop: 1 + shop}, named(fmt.Sprint("kind", k)))
		}
	}
}

// TestSharesOfAMinute: under permanent load of all kinds, each has its share
// of every minute, and sends have half.
func TestSharesOfAMinute(t *testing.T) {
	all := []topup.WorkKind{topup.WorkSend, topup.WorkQuestion, topup.WorkCheck, topup.WorkSearch, topup.WorkList, topup.WorkInquiry}
	for _, c := range []struct {
		name   string
		kinds  []topup.WorkKind
		shares map[topup.WorkKind]int // calls in each minute, at least
	}{
		{"all", all, map[topup.WorkKind]int{topup.WorkSend: 30, topup.WorkQuestion: 8, topup.WorkCheck: 8, topup.WorkSearch: 5, topup.WorkList: 2}},
		{"no sends", all[1:], map[topup.WorkKind]int{topup.WorkQuestion: 30, topup.WorkCheck: 8, topup.WorkSearch: 5, topup.WorkList: 2}},
		{"checks and lists", []topup.WorkKind{topup.WorkCheck, topup.WorkList}, map[topup.WorkKind]int{topup.WorkCheck: 50, topup.WorkList: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &deskProvider{latency: 200 * time.Millisecond}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				go load(r, 10*time.Minute, c.kinds...)
				pass(10 * time.Minute)
				for k, share := range c.shares {
					times := p.when(fmt.Sprint("find kind", k))
					for from := time.Minute; from <= 9*time.Minute; from += time.Second {
						n := 0
						for _, at := range times {
							if at >= from && at < from+time.Minute {
								n++
							}
						}
						if n < share {
							t.Fatalf("kind %d has %d calls in the minute from %v, want %d", k, n, from, share)
						}
					}
				}
			})
		})
	}
}

// TestSendLeavesAtOnce: a send of any shop lets one other call go at most,
// even if all other kinds wait for long and the answers are slow.
func TestSendLeavesAtOnce(t *testing.T) {
	t.Run("busy", func(t *testing.T) {
		p := &deskProvider{latency: 200 * time.Millisecond}
		inBubble(t, 1, p, func(t *testing.T, r *rig) {
			go load(r, 5*time.Minute, topup.WorkQuestion, topup.WorkCheck, topup.WorkSearch, topup.WorkList)
			for i := range 50 {
				pass(5100 * time.Millisecond)
				asked := time.Since(start2000)
				r.Ask(of(99, deskOrder(topup.MobileTopUp, fmt.Sprint(i))), topup.CallSend)
				pass(2 * time.Second)
				if at := p.when("send"); len(at) != i+1 || at[i]-asked > 2*time.Second {
					t.Fatalf("send %d, asked at %v, left at %v", i, asked, at)
				}
			}
		})
	})
	t.Run("slow", func(t *testing.T) {
		p := &deskProvider{latency: time.Hour}
		inBubble(t, 1, p, func(t *testing.T, r *rig) {
			for range 20 {
				r.Do(list, named("slow"))
			}
			pass(time.Minute)
			asked := time.Since(start2000)
			r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
			synctest.Wait()
			if at := p.when("send"); len(at) != 1 || at[0] != asked || p.most != 8 {
				t.Errorf("asked at %v, left at %v; %d at once", asked, at, p.most)
			}
		})
	})
}

// TestShopsTakeTurns: of each kind the shops have one call each in turn,
// however much one of them wants.
func TestShopsTakeTurns(t *testing.T) {
	goods := []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}
	for name, c := range map[string]struct {
		ask  func(r *rig, shop topup.ShopID, i int)
		many int // that the greedy shop wants
	}{
		"sends": {func(r *rig, shop topup.ShopID, i int) {
			r.Ask(of(shop, deskOrder(topup.MobileTopUp, fmt.Sprint(shop, "-", i))), topup.CallSend)
		}, 6},
		"checks": {func(r *rig, shop topup.ShopID, i int) { // of three goods: too few of each for a list
			r.Ask(of(shop, openOrder(goods[i], fmt.Sprint(shop, "-", i))), topup.CallCheck)
		}, 3},
		"questions": {func(r *rig, shop topup.ShopID, i int) {
			r.Do(topup.Work{Kind: topup.WorkQuestion, Shop: shop, Chat: int64(i) + 1}, named(fmt.Sprint(shop, "-", i)))
		}, 6},
		"searches": {func(r *rig, shop topup.ShopID, i int) {
			r.Do(topup.Work{Kind: topup.WorkSearch, Shop: shop}, named(fmt.Sprint(shop, "-", i)))
		}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				for range 10 { // use up the burst
					r.Do(sending, named("first"))
				}
				synctest.Wait()
				for i := range c.many {
					c.ask(r, 1, i)
				}
				for i := range 3 {
					c.ask(r, 2, i)
				}
				pass(5 * time.Minute)
				var got []string
				for _, what := range p.made()[10:] {
					f := strings.Fields(what)
					got = append(got, f[len(f)-1])
				}
				want := []string{"1-0", "2-0", "1-1", "2-1", "1-2", "2-2"}
				for i := 3; i < c.many; i++ {
					want = append(want, fmt.Sprint("1-", i))
				}
				if !slices.Equal(got, want) {
					t.Errorf("turns %v, want %v", got, want)
				}
			})
		})
	}
}

// TestDeadQuestionsCostNothing: a question that nobody waits for any more ends
// at once, in the moment it gets old, and costs no call: the next send leaves
// with the next slot, whether all calls pause or only have to take turns.
func TestDeadQuestionsCostNothing(t *testing.T) {
	p := &deskProvider{}
	p.send = func(context.Context, topup.Order) topup.SendAnswer {
		return topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: 20 * time.Second}
	}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		for range 9 { // one is left of the burst
			r.Do(sending, named("first"))
		}
		synctest.Wait()
		refused := map[time.Duration]int{}
		refusedAt := func(d time.Duration) int {
			r.mu.Lock()
			defer r.mu.Unlock()
			return refused[d]
		}
		all := func() (n int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, some := range refused {
				n += some
			}
			return n
		}
		flood := func() {
			for i := range 300 { // of 300 shops, so that none replaces another
				r.Do(asks(topup.ShopID(i+1), int64(i+1)), func(ctx context.Context, p topup.Provider) {
					dead := ctx.Err() != nil
					_, err := p.Find(ctx, topup.Order{}, "question")
					var f *topup.Fault
					if dead && errors.As(err, &f) && f.Kind == topup.FaultUnavailable {
						r.mu.Lock()
						refused[time.Since(start2000)]++
						r.mu.Unlock()
					}
				})
			}
		}
		flood()
		pass(15*time.Second - time.Millisecond)
		if n := len(p.when("find question")); n != 15 || all() != 0 {
			t.Errorf("%d asked in time, %d refused", n, all())
		}
		pass(time.Millisecond)
		if n := len(p.when("find question")); n != 15 || refusedAt(15*time.Second) != 285 {
			t.Errorf("%d asked, %d refused", n, all())
		}
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		synctest.Wait()
		if at := p.when("send a"); len(at) != 1 || at[0] != 15*time.Second {
			t.Errorf("the send left at %v", at)
		}
		flood() // while all calls pause for 20 seconds
		pass(15 * time.Second)
		if n := len(p.when("find question")); n != 15 || refusedAt(30*time.Second) != 300 {
			t.Errorf("%d asked, %d refused", n, all())
		}
		p.send = nil
		for i := range 11 {
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		pass(5 * time.Second) // after the pause the whole burst is there
		if at := p.when("send"); len(at) != 11 {
			t.Errorf("%d sends left", len(at))
		}
	})
}

// TestNewerQuestionTakesThePlace: of a chat the newest question waits; the
// older one ends at once, without a call, and knows why.
func TestNewerQuestionTakesThePlace(t *testing.T) {
	p := &deskProvider{}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		for range 10 {
			r.Do(sending, named("first"))
		}
		var cause, failed error
		r.Do(asks(1, 101), func(ctx context.Context, p topup.Provider) {
			cause = context.Cause(ctx)
			_, failed = p.Find(ctx, topup.Order{}, "older")
		})
		r.Do(asks(2, 102), named("other"))
		r.Do(asks(1, 101), named("newer"))
		synctest.Wait()
		var f *topup.Fault
		if cause != topup.ErrReplaced || !errors.As(failed, &f) || f.Kind != topup.FaultUnavailable || !errors.Is(f, topup.ErrReplaced) {
			t.Errorf("cause %v, fault %v", cause, failed)
		}
		r.run()
		pass(time.Minute)
		if got := p.made()[10:]; !slices.Equal(got, []string{"find newer", "find other"}) {
			t.Errorf("calls %v", got)
		}
		r.end()
	})
}

// A function's context ends when its work gets old, also on the way.
func TestWorkGetsOldOnTheWay(t *testing.T) {
	p := &deskProvider{latency: time.Hour}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		var failed error
		r.Do(asks(1, 101), func(ctx context.Context, p topup.Provider) { _, failed = p.Float(ctx) })
		pass(15 * time.Second)
		if !errors.Is(failed, context.DeadlineExceeded) {
			t.Errorf("fault %v", failed)
		}
	})
}

// TestQuestionsOfAShopHoldOnePlace: while one of its questions is on the way,
// a shop's next one leaves only when there is plenty of room.
func TestQuestionsOfAShopHoldOnePlace(t *testing.T) {
	p := &deskProvider{latency: 14 * time.Second}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		for range 4 {
			r.Do(list, named("house"))
		}
		r.Do(asks(1, 101), named("one"))
		r.Do(asks(1, 102), named("two"))
		r.Do(asks(2, 201), named("other"))
		pass(time.Minute)
		if got, want := [][]time.Duration{p.when("find one"), p.when("find other"), p.when("find two")}, [][]time.Duration{{0}, {0}, {14 * time.Second}}; !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("asked at %v, want %v", got, want)
		}
	})
}

// inquires is an inquiry of a chat of a shop, for which somebody waits.
func inquires(shop topup.ShopID, chat int64) topup.Work {
	return topup.Work{Kind: topup.WorkInquiry, Shop: shop, Chat: chat, Until: time.Now().Add(40 * time.Second)}
}

// inquiry sends once, and then asks how it stands, every six seconds.
func inquiry(name string, checks int) func(context.Context, topup.Provider) {
	return func(ctx context.Context, p topup.Provider) {
		if a := p.Send(ctx, deskOrder(topup.MobileTopUp, name)); a.Verdict != topup.Accepted {
			return
		}
		for range checks {
			select {
			case <-time.After(6 * time.Second):
				p.Find(ctx, topup.Order{}, name)
			case <-ctx.Done():
				return
			}
		}
	}
}

// TestInquiriesAreFew: three are under way at once, the shops in turn, and of a
// chat the newest waits.
func TestInquiriesAreFew(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		for i := range 4 {
			r.Do(inquires(1, 100+int64(i)), inquiry(fmt.Sprint("inquiry-a", i), 3))
		}
		r.Do(inquires(1, 103), inquiry("inquiry-new", 3)) // takes the place of a3
		r.Do(inquires(2, 200), inquiry("inquiry-b", 3))
		pass(time.Second)
		if n := len(p.when("send inquiry")); n != 3 {
			t.Errorf("%d inquiries are under way, want 3", n)
		}
		if len(p.when("send inquiry-b")) != 1 {
			t.Error("the second shop has no turn")
		}
		pass(time.Minute)
		if n, old := len(p.when("send inquiry")), len(p.when("send inquiry-a3")); n != 5 || old != 0 {
			t.Errorf("%d inquiries left, of the replaced one %d", n, old)
		}
	})
}

// TestInquiriesKeepNobodyWaiting: a shop that inquires without end costs the
// others nothing, and one that nobody waits for any more sends nothing.
func TestInquiriesKeepNobodyWaiting(t *testing.T) {
	p := &deskProvider{latency: time.Second}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		go func() {
			for i := range 600 {
				r.Do(inquires(1, int64(100+i%20)), inquiry(fmt.Sprint("inquiry", i), 5))
				time.Sleep(500 * time.Millisecond)
			}
		}()
		var want []time.Duration
		start := time.Now()
		for i := range 20 {
			pass(15 * time.Second)
			want = append(want, time.Since(start))
			r.Ask(of(2, openOrder(topup.MobileTopUp, fmt.Sprint("other", i))), topup.CallCheck)
			r.Do(asks(3, 103), named("third"))
			r.Ask(of(4, deskOrder(topup.GiftCard, fmt.Sprint("card", i))), topup.CallSend)
		}
		pass(10 * time.Minute)
		for _, what := range []string{"check other", "find third", "send card"} {
			if got := p.when(what); !slices.Equal(got, want) {
				t.Errorf("%s at %v, want %v", what, got, want)
			}
		}
		sent := len(p.when("send inquiry"))
		if sent < 20 || sent > 60 {
			t.Errorf("%d inquiries left in five minutes", sent)
		}
	})
}
