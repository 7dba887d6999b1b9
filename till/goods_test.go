package till

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// giftOrder places an order of gift cards at the counter.
func (c *counter) giftOrder(id topup.OrderID, product, typeID string, quantity int) {
	c.t.Helper()
	now := time.Now()
	o := topup.Order{ID: id, Shop: 1, By: shopChat, Chat: shopChat, Panel: "card-" + string(id), Good: topup.GiftCard, State: topup.Placed,
		Product: product, TypeID: typeID, PlanName: "PSN, 20 EUR", Quantity: quantity,
		Price: topup.Dinars(100), Expected: topup.Dinars(90), Placed: now, Changed: now, Due: now}
	if err := c.db.Update(func(tx Tx) error { _, err := tx.Place(o); return err }); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) order(id topup.OrderID) (o topup.Order) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { o, _, err = tx.Order(id); return err }); err != nil {
		c.t.Fatal(err)
	}
	return o
}

func (c *counter) dispatch(ids ...topup.OrderID) {
	c.t.Helper()
	var batch []event
	for _, id := range ids {
		batch = append(batch, dispatch{id: id})
	}
	if err := c.engine.commit(batch); err != nil {
		c.t.Fatal(err)
	}
}

// TestGiftCardsGoOneByOne: a second order of the same denomination is not sent
// while the first has no ID at the provider.
func TestGiftCardsGoOneByOne(t *testing.T) {
	const blocks = 15 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		for _, id := range []topup.OrderID{"first", "second"} {
			c.giftOrder(id, "psn", "20", 1)
		}
		c.giftOrder("othertype", "psn", "50", 1)
		c.giftOrder("otherproduct", "xbox", "20", 1)
		c.dispatch("first", "second", "othertype", "otherproduct")
		for id, want := range map[topup.OrderID]topup.State{
			"first": topup.Submitting, "second": topup.Placed, "othertype": topup.Submitting, "otherproduct": topup.Submitting,
		} {
			if o := c.order(id); o.State != want {
				t.Errorf("%s is %s, want %s", id, o.State, want)
			}
		}
		if o := c.order("second"); !o.Due.Equal(time.Now().Add(5*time.Second)) || o.Submits != 0 {
			t.Errorf("the second is due in %v after %d requests", time.Until(o.Due), o.Submits)
		}

		// Its answer came: the next may go.
		first := topup.Answer{Order: c.order("first"), Call: topup.CallSend, Sent: &topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}}
		if err := c.engine.commit([]event{answered{Answer: first}}); err != nil {
			t.Fatal(err)
		}
		c.dispatch("second")
		if o := c.order("second"); o.State != topup.Submitting {
			t.Errorf("the second is %s after the first is known", o.State)
		}

		// One that stays unknown does not hold the others up for ever.
		time.Sleep(blocks - time.Second)
		c.giftOrder("third", "psn", "20", 1)
		c.dispatch("third")
		if o := c.order("third"); o.State != topup.Placed {
			t.Errorf("the third is %s too early", o.State)
		}
		time.Sleep(2 * time.Second)
		c.dispatch("third")
		if o := c.order("third"); o.State != topup.Submitting {
			t.Errorf("the third is %s after %v", o.State, blocks)
		}
		c.close()
	})
}

// TestTurnsOfGiftCardsWalkNothing: whose turn it is, is known without a look
// at all that is open; after a start, too.
func TestTurnsOfGiftCardsWalkNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		for i, id := range []topup.OrderID{"first", "second", "third"} {
			c.giftOrder(id, "psn", "20", i+1)
		}
		c.engine.db = noWalk{c.db, t}
		c.dispatch("first")
		again := NewEngine(c.engine.cfg, c.db, c.texts, c.engine.log)
		again.Connect(c.sent, idle{})
		if err := again.recover(); err != nil {
			t.Fatal(err)
		}
		again.db = c.engine.db
		again.heardOnce.Store(true)
		c.engine = again
		c.dispatch("second", "third")
		if a, b := c.order("second"), c.order("third"); a.State != topup.Placed || b.State != topup.Placed {
			t.Errorf("after a start the second is %s, the third %s", a.State, b.State)
		}
		first := topup.Answer{Order: c.order("first"), Call: topup.CallSend, Sent: &topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}}
		if err := c.engine.commit([]event{answered{Answer: first}}); err != nil {
			t.Fatal(err)
		}
		c.dispatch("second", "third")
		if a, b := c.order("second"), c.order("third"); a.State != topup.Submitting || b.State != topup.Placed {
			t.Errorf("the second is %s, the third %s", a.State, b.State)
		}
		// One that was refused is known, too, though it never got an ID.
		second := topup.Answer{Order: c.order("second"), Call: topup.CallSend, Sent: &topup.SendAnswer{Verdict: topup.Refused, Evidence: topup.Evidence{At: time.Now(), Word: "OUT_OF_STOCK"}}}
		if err := c.engine.commit([]event{answered{Answer: second}}); err != nil {
			t.Fatal(err)
		}
		if o := c.order("second"); o.State != topup.Refunded {
			t.Fatalf("the second is %s after its refusal", o.State)
		}
		c.dispatch("third")
		if o := c.order("third"); o.State != topup.Submitting {
			t.Errorf("the third is %s after the second was refused", o.State)
		}
		if len(c.engine.unknown) != 1 {
			t.Errorf("%d orders are remembered as unknown, want the third", len(c.engine.unknown))
		}
		c.close()
	})
}

// noWalk is a store in which nobody may walk what is open.
type noWalk struct {
	Store
	t *testing.T
}

func (n noWalk) Update(fn func(Tx) error) error {
	return n.Store.Update(func(tx Tx) error { return fn(noWalkTx{tx, n.t}) })
}

type noWalkTx struct {
	Tx
	t *testing.T
}

func (n noWalkTx) OpenOrders() iter.Seq2[topup.Order, error] {
	n.t.Error("all that is open is walked")
	return n.Tx.OpenOrders()
}

// TestLostGiftCardIsMatchedByTime: of the orders in the provider's list only
// those can be ours that were made within minutes of the request.
func TestLostGiftCardIsMatchedByTime(t *testing.T) {
	const gap, slack = time.Minute, 5 * time.Minute
	status := func(id string, after time.Duration) topup.Status {
		return topup.Status{ProviderID: id, Phase: topup.PhaseOpen, Plan: "psn", TypeID: "20", Quantity: 1, Created: time.Now().Add(after), Evidence: topup.Evidence{Word: "HANDLING"}}
	}
	for name, c := range map[string]struct {
		found func() []topup.Status
		state topup.State
		id    string
	}{
		"the only one":       {func() []topup.Status { return []topup.Status{status("p1", -gap)} }, topup.Pending, "p1"},
		"one much later":     {func() []topup.Status { return []topup.Status{status("p1", -gap), status("p2", slack)} }, topup.Pending, "p1"},
		"only one too late":  {func() []topup.Status { return []topup.Status{status("p2", slack)} }, topup.Submitting, ""},
		"two could be it":    {func() []topup.Status { return []topup.Status{status("p1", -gap), status("p2", 0)} }, topup.Review, ""},
		"one is another's":   {func() []topup.Status { return []topup.Status{status("taken", -gap), status("p2", 0)} }, topup.Pending, "p2"},
		"only another's own": {func() []topup.Status { return []topup.Status{status("taken", -gap)} }, topup.Submitting, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newCounter(t)
				k.giftOrder("before", "psn", "20", 1)
				k.dispatch("before")
				sent := topup.Answer{Order: k.order("before"), Call: topup.CallSend, Sent: &topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "taken"}}
				if err := k.engine.commit([]event{answered{Answer: sent}}); err != nil {
					t.Fatal(err)
				}
				k.giftOrder("lost", "psn", "20", 1)
				k.dispatch("lost")
				time.Sleep(gap)
				found := topup.Answer{Order: k.order("lost"), Call: topup.CallLookup, Candidates: c.found()}
				if err := k.engine.commit([]event{answered{Answer: found}}); err != nil {
					t.Fatal(err)
				}
				o := k.order("lost")
				if o.State != c.state || o.ProviderID != c.id || o.Submits != 1 {
					t.Errorf("%s as %q after %d requests, want %s as %q", o.State, o.ProviderID, o.Submits, c.state, c.id)
				}
				k.close()
			})
		})
	}
}

// stall is a provider that answers after a while.
type stall struct {
	topup.Provider
	takes time.Duration
	err   error
}

func (s stall) Stock(ctx context.Context, id string) (topup.GiftStock, error) {
	select {
	case <-time.After(s.takes):
		return topup.GiftStock{ProductID: id}, s.err
	case <-ctx.Done():
		return topup.GiftStock{}, &topup.Fault{Kind: topup.FaultUnavailable, Err: ctx.Err()}
	}
}

// TestQuestionIsAnsweredOnceAndInTime: whoever waits before a card gets one
// answer, and never waits longer than the time for it.
func TestQuestionIsAnsweredOnceAndInTime(t *testing.T) {
	for name, c := range map[string]struct {
		queued, takes time.Duration
		err           error
		after         time.Duration
		fault         topup.FaultKind
	}{
		"at once":        {0, time.Second, nil, time.Second, ""},
		"refused":        {0, time.Second, &topup.Fault{Kind: topup.FaultNotFound}, time.Second, topup.FaultNotFound},
		"a plain error":  {0, time.Second, errors.New("broken"), time.Second, topup.FaultUnavailable},
		"too slow":       {0, time.Hour, nil, answerWait, topup.FaultUnavailable},
		"slow in line":   {10 * time.Second, 10 * time.Second, nil, answerWait, topup.FaultUnavailable},
		"late in line":   {time.Minute, time.Second, nil, answerWait, topup.FaultUnavailable},
		"never its turn": {24 * time.Hour, 0, nil, answerWait, topup.FaultUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newCounter(t)
				w := &working{}
				k.engine.Connect(k.sent, w)
				start := time.Now()
				k.engine.readStock(job{Run: flows.Run{Chat: shopChat, Panel: "card", Ask: flows.Question{Product: "psn"}}})
				go func() {
					time.Sleep(c.queued)
					w.tasks[0](context.Background(), stall{takes: c.takes, err: c.err})
				}()
				ev := (<-k.engine.events).(stockChecked)
				if d := time.Since(start); d != c.after || ev.answer.Fault != c.fault || ev.answer.Product != "psn" || ev.answer.Panel != "card" {
					t.Errorf("after %v: %+v", d, ev.answer)
				}
				time.Sleep(25 * time.Hour)
				synctest.Wait()
				if len(k.engine.events) != 0 {
					t.Error("answered twice")
				}
				k.close()
			})
		})
	}
}

// TestListsThatDoNotComeStay: a refresh keeps what it could not read.
func TestListsThatDoNotComeStay(t *testing.T) {
	c := newCounter(t)
	card := func(kind string, value int64) topup.InternetProduct {
		return topup.InternetProduct{Type: kind, Value: topup.Dinars(value), Cost: topup.Dinars(value - 10), CostKnown: true, Available: true}
	}
	keep := func(r goodsRead) (result flows.SyncResult) {
		if err := c.db.Update(func(tx Tx) error { return r.keep(tx, time.Now(), &result) }); err != nil {
			t.Fatal(err)
		}
		return result
	}
	gifts := []topup.Category{{Title: "PSN", Products: []topup.GiftProduct{{ID: "a", Title: "PSN", Enabled: true}}}}
	first := keep(goodsRead{products: map[string][]topup.InternetProduct{
		topup.ADSL: {card(topup.ADSL, 500)}, topup.LTE4G: {card(topup.LTE4G, 500)}}, catalogue: gifts})
	if first.CardsFailed || first.GiftsFailed || first.Cards.Added != 2 || first.Gifts.Added != 1 {
		t.Errorf("first %+v", first)
	}
	second := keep(goodsRead{products: map[string][]topup.InternetProduct{topup.ADSL: {card(topup.ADSL, 500), card(topup.ADSL, 1000)}}})
	if !second.CardsFailed || !second.GiftsFailed || second.Cards.Total != 3 || second.Cards.Added != 1 || second.Cards.Gone != 0 {
		t.Errorf("second %+v", second)
	}
	third := keep(goodsRead{products: map[string][]topup.InternetProduct{topup.ADSL: {}, topup.LTE4G: {card(topup.LTE4G, 500)}}, catalogue: gifts})
	if third.CardsFailed || third.Cards.Gone != 2 || !third.Gifts.Same() {
		t.Errorf("third %+v", third) // an empty list is an answer
	}
	if err := c.db.View(func(tx Tx) error {
		v := shelf{&reading{tx: tx}}
		if list, at := v.Products(topup.LTE4G); len(list) != 1 || at.IsZero() {
			t.Errorf("4G cards %v of %v", list, at)
		}
		if len(v.Catalogue()) != 1 {
			t.Error("the catalogue was lost")
		}
		return v.err
	}); err != nil {
		t.Fatal(err)
	}
	c.close()
}
