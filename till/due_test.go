package till

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/store"
	"hanout/topup"
)

// desk is a provider side that notes what it is asked and answers nothing.
type desk struct {
	idle
	mu     sync.Mutex
	asked  []topup.OrderID
	flying map[topup.OrderID]bool
	halted bool
}

func (d *desk) Ask(o topup.Order, _ topup.Call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, o.ID)
}

func (d *desk) wasAsked(id topup.OrderID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.asked, id)
}

func (d *desk) Asking(id topup.OrderID) bool { return d.flying[id] }
func (d *desk) Halted() bool                 { return d.halted }

// due lets the counter do once what is due for orders.
func (c *counter) due() {
	c.t.Helper()
	if _, err := c.engine.due(); err != nil {
		c.t.Fatal(err)
	}
}

// An order that was confirmed minutes ago never leaves, whatever kept it: its
// money is back, and the shop reads why.
func TestOldOrdersDoNotLeave(t *testing.T) {
	for name, run := range map[string]func(c *counter, d *desk){
		"the bot was off":      func(*counter, *desk) { time.Sleep(60 * time.Hour) },
		"six minutes too long": func(*counter, *desk) { time.Sleep(6 * time.Minute) },
		"it waited its turn": func(c *counter, d *desk) {
			c.giftOrder("before", "psn", "20", 1)
			c.dispatch("before")
			for range 6 * 60 {
				c.due()
				time.Sleep(time.Second)
			}
		},
		"the key is not taken, too": func(_ *counter, d *desk) { d.halted = true; time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := newCounter(t), &desk{}
				c.engine.Connect(c.sent, d)
				c.giftOrder("old", "psn", "20", 1)
				run(c, d)
				c.due()
				if o := c.order("old"); o.State != topup.Refunded || o.Reason != topup.ReasonStale || o.Submits != 0 {
					t.Errorf("%s (%s) after %d requests", o.State, o.Reason, o.Submits)
				}
				for _, id := range d.asked {
					if id == "old" {
						t.Error("it was sent")
					}
				}
				if said := text(c.sent.to(shopChat)); !strings.Contains(said, "n'a pas été envoyée") {
					t.Errorf("the shop reads %q", said)
				}
				c.close()
			})
		})
	}
}

// The provider's answer is on its way to the disk: the order looks due, and is
// not asked about twice.
func TestAnOrderIsAskedAboutOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := newCounter(t), &desk{}
		c.engine.Connect(c.sent, d)
		c.giftOrder("a", "psn", "20", 1)
		c.due() // sends it
		time.Sleep(2 * time.Minute)
		c.due() // looks it up
		if len(d.asked) != 2 {
			t.Fatalf("asked %v", d.asked)
		}
		c.engine.Answered([]topup.Answer{{Order: c.order("a"), Call: topup.CallLookup, Absent: true}})
		c.due()
		if len(d.asked) != 2 {
			t.Errorf("asked again before the answer was written: %v", d.asked)
		}
		if err := c.engine.commit(c.engine.waiting(nil)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		c.due()
		if len(d.asked) != 3 {
			t.Errorf("not asked again when it was due: %v", d.asked)
		}
		c.close()
	})
}

// brittle is a store in which a panel can't be owed.
type brittle struct {
	Store
	panel string
}

func (b brittle) Update(fn func(Tx) error) error {
	return b.Store.Update(func(tx Tx) error { return fn(brittleTx{tx, b.panel}) })
}

type brittleTx struct {
	Tx
	panel string
}

func (t brittleTx) Says(panel, sum string) (bool, error) {
	if panel == t.panel {
		panic("this order can't be shown")
	}
	return t.Tx.Says(panel, sum)
}

// An order that can't be shown is set aside, tried again ever later, and told
// to the owners once; the till and the other orders go on.
func TestOrderThatCannotBeShown(t *testing.T) {
	for name, fail := range map[string]func(c *counter){
		"to be sent": func(c *counter) { c.dispatch("broken") },
		"answered": func(c *counter) {
			an := topup.Answer{Order: c.order("broken"), Call: topup.CallSend, Sent: &topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}}
			if err := c.engine.commit([]event{answered{Answer: an}}); err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCounter(t)
				c.giftOrder("broken", "psn", "20", 1)
				c.giftOrder("sound", "xbox", "20", 1)
				if name == "answered" {
					c.dispatch("broken")
				}
				before := c.order("broken")
				whole := c.db
				c.engine.db = brittle{whole, "card-broken"}
				var pauses []time.Duration
				for range 8 {
					fail(c)
					o := c.order("broken")
					if o.State != before.State {
						t.Fatalf("it is %s", o.State)
					}
					pauses = append(pauses, time.Until(o.Due))
				}
				for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
					if pauses[i] != time.Duration(want)*time.Minute {
						t.Errorf("pauses %v", pauses)
						break
					}
				}
				c.dispatch("sound")
				if o := c.order("sound"); o.State != topup.Submitting {
					t.Errorf("the other order is %s", o.State)
				}
				if said := text(c.sent.to(1)); strings.Count(said, "pas pu être traitée") != 1 || !strings.Contains(said, "1") {
					t.Errorf("the owner reads %q", said)
				}
				c.engine.db = whole
				fail(c)
				if o := c.order("broken"); o.State == before.State || o.Stumbles != 0 {
					t.Errorf("mended, it is %s after %d stumbles", o.State, o.Stumbles)
				}
				c.close()
			})
		})
	}
}

// One that can't be told of either must not stop the till.
func TestNothingCanBeTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.giftOrder("broken", "psn", "20", 1)
		whole := c.db
		c.engine.db = mute{whole}
		c.dispatch("broken")
		if o := c.order("broken"); o.State != topup.Placed || !o.Due.After(time.Now()) {
			t.Errorf("it is %s, due in %v", o.State, time.Until(o.Due))
		}
		c.engine.db = whole
		c.close()
	})
}

// mute is a store in which nothing can be owed.
type mute struct{ Store }

func (m mute) Update(fn func(Tx) error) error {
	return m.Store.Update(func(tx Tx) error { return fn(muteTx{tx}) })
}

type muteTx struct{ Tx }

func (muteTx) Owe(o store.Owed) (store.Owed, error) { return o, errors.New("no words") }

// Too little money for an order that was confirmed is an answer on its panel.
func TestMoneyGoneAtTheConfirm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		now := time.Now()
		o := topup.Order{ID: "dear", Shop: 1, By: shopChat, Chat: shopChat, Panel: "card-dear", Good: topup.GiftCard, State: topup.Placed,
			Product: "psn", TypeID: "20", PlanName: "PSN", Quantity: 1, Price: topup.Dinars(10_001), Placed: now, Changed: now, Due: now}
		if err := c.db.Update(func(tx Tx) error {
			a := &after{now: now}
			err := c.engine.place(tx, a, o)
			c.engine.release(a)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if said := text(c.sent.to(shopChat)); !strings.Contains(said, "manque") {
			t.Errorf("the shop reads %q", said)
		}
		if got := c.order("dear"); got.ID != "" {
			t.Error("there is an order")
		}
		c.close()
	})
}

// A conversation that can't be taken up at a start harms no other.
func TestBrokenConversationHarmsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.plans()
		c.take(typed(shopChat, "/internet"), typed(other, "/start"))
		whole, taken := c.db, map[int64]bool{}
		c.engine.db = deaf{whole, shopChat, taken}
		if err := c.engine.resume(); err != nil {
			t.Fatal(err)
		}
		if !taken[other] || c.engine.counts.SetAside.Load() != 1 {
			t.Errorf("taken up %v, %d set aside", taken, c.engine.counts.SetAside.Load())
		}
		c.engine.db = whole
		c.close()
	})
}

// deaf is a store in which one chat's session can't be read, and which notes
// the others that were.
type deaf struct {
	Store
	chat  int64
	taken map[int64]bool
}

func (d deaf) Update(fn func(Tx) error) error {
	return d.Store.Update(func(tx Tx) error { return fn(deafTx{tx, d}) })
}

type deafTx struct {
	Tx
	deaf
}

func (t deafTx) Session(chat int64) ([]byte, error) {
	if chat == t.chat {
		panic("this conversation can't be read")
	}
	t.taken[chat] = true
	return t.Tx.Session(chat)
}

// looks is a store that counts reads.
type looks struct {
	Store
	n atomic.Int64
}

func (s *looks) View(fn func(Tx) error) error {
	s.n.Add(1)
	return s.Store.View(fn)
}

// TestLookedAtWhenDue: a batch that makes nothing due costs no look at what is,
// and one that does is looked at in its time, not a moment later.
func TestLookedAtWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := newCounter(t), &desk{flying: map[topup.OrderID]bool{}}
		s := &looks{Store: c.db}
		c.engine.db = s
		c.engine.Connect(c.sent, d)
		c.engine.heardOnce.Store(true)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.engine.Run(ctx) }()
		<-c.engine.ready
		synctest.Wait()
		before := s.n.Load()
		for id := range int64(5) {
			u := typed(shopChat, "/help")
			u.ID = 100 + id
			if err := c.engine.Handle(ctx, []Update{u}, false); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if n := s.n.Load() - before; n != 0 {
			t.Errorf("5 updates that place nothing cost %d looks", n)
		}
		for _, in := range []time.Duration{0, 5 * time.Second} {
			o := benchOrder(int(in))
			o.By, o.Chat, o.Due = shopChat, shopChat, time.Now().Add(in)
			var wait sync.WaitGroup
			wait.Add(1)
			if err := c.engine.submit(ctx, reserve{o, &wait}); err != nil {
				t.Fatal(err)
			}
			wait.Wait()
			if in > 0 {
				time.Sleep(in - time.Millisecond)
				synctest.Wait()
				if d.wasAsked(o.ID) {
					t.Error("an order is sent before it is due")
				}
				time.Sleep(time.Millisecond)
			}
			synctest.Wait()
			if !d.wasAsked(o.ID) {
				t.Errorf("an order that is due in %v is not sent then", in)
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.close()
	})
}
