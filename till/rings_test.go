package till

import (
	"testing"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// confirms places a sale as its conversation does.
func (c *counter) confirms(id string) topup.Order {
	c.t.Helper()
	now := time.Now()
	o := topup.Order{ID: topup.OrderID(id), Shop: 1, By: shopChat, Chat: shopChat, Panel: "card" + id, Good: topup.MobileTopUp, Operator: topup.Mobilis,
		Plan: "P", PlanKind: topup.Dynamic, State: topup.Placed, To: "0661234567", Quantity: 1, Face: topup.Dinars(500), Price: topup.Dinars(485), Expected: topup.Dinars(480),
		Placed: now, Changed: now, Due: now}
	c.apply(func(tx Tx, a *after) error {
		if err := c.engine.show(tx, a, flows.Show{Chat: shopChat, Panel: o.Panel, Screen: flows.OrderScreen(o, topup.Complaint{}), Class: flows.ClassAnswer}); err != nil {
			return err
		}
		return c.engine.place(tx, a, o)
	})
	return o
}

// ends has the provider say how a sale ended.
func (c *counter) ends(id string, phase topup.Phase) {
	c.t.Helper()
	c.apply(func(tx Tx, a *after) error {
		placed, _, err := tx.Order(topup.OrderID(id))
		if err != nil {
			return err
		}
		sub, err := topup.Submit(placed, a.now, time.Minute)
		if err != nil {
			return err
		}
		if err := c.engine.change(tx, a, placed, sub); err != nil {
			return err
		}
		status := topup.Status{ProviderID: "p" + id, Phase: phase, Evidence: topup.Evidence{Word: "WORD", At: a.now}}
		return c.engine.change(tx, a, sub.Order, topup.Checked(sub.Order, status, a.now, 1))
	})
}

type step func(Tx, *after) error

func (s step) apply(_ *Engine, tx Tx, a *after) error { return s(tx, a) }

func (c *counter) apply(do step) {
	c.t.Helper()
	if err := c.engine.commit([]event{do}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) chat() (chat store.Chat) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { chat, _, err = tx.Chat(shopChat); return err }); err != nil {
		c.t.Fatal(err)
	}
	return chat
}

// rung are the panels with a ring that left since the last look; a ring that is
// taken away has a - before it.
func (c *counter) rung() (panels []string) {
	for _, o := range c.sent.out {
		if len(o.Panel) < 5 || (o.Panel[:5] != "ring/" && o.Panel[:5] != "done/") {
			continue
		}
		sign := ""
		if o.Message.Gone {
			sign = "-"
		}
		if o.Message.Silent != (o.Panel[:5] == "done/") && !o.Message.Gone {
			c.t.Errorf("%s has the wrong sound", o.Panel)
		}
		panels = append(panels, sign+o.Panel)
	}
	c.sent.out = nil
	return panels
}

func (c *counter) wantRung(what string, want ...string) {
	c.t.Helper()
	got := c.rung()
	if len(got) != len(want) {
		c.t.Fatalf("%s: rings %q, want %q", what, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			c.t.Errorf("%s: rings %q, want %q", what, got, want)
		}
	}
}

// TestRingsOnlyWhenNeeded: a delivery in sight is not told twice; one out of
// sight is, once and without a sound, until the next sale ends; a refusal rings
// and stays.
func TestRingsOnlyWhenNeeded(t *testing.T) {
	c := newCounter(t)
	c.confirms("a")
	c.ends("a", topup.PhaseDone)
	c.wantRung("in sight")

	c.confirms("b")
	c.take(typed(shopChat, "/balance"))
	last := c.chat().LastPanel
	c.ends("b", topup.PhaseDone)
	c.wantRung("out of sight", "done/b")
	if chat := c.chat(); chat.Ring != "done/b" || chat.LastPanel != last {
		t.Errorf("the chat has %+v", chat)
	}

	c.confirms("c")
	c.confirms("d")
	c.wantRung("in the middle of the next sale")
	c.ends("c", topup.PhaseDone)
	c.wantRung("the next sale ends, itself out of sight", "-done/b", "done/c")
	c.ends("d", topup.PhaseDone)
	c.wantRung("the next sale ends, itself in sight", "-done/c")
	if ring := c.chat().Ring; ring != "" {
		t.Errorf("the chat has the ring %q", ring)
	}

	c.confirms("e")
	c.ends("e", topup.PhaseRefunded)
	c.wantRung("a refusal in sight", "ring/e")
	c.confirms("f")
	c.ends("f", topup.PhaseDone)
	c.wantRung("the refusal stays")
	c.close()
}

// TestRingOfCodes: the message with the codes was heard, and is in sight.
func TestRingOfCodes(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary, Serial: canarySer})
	c.wantRung("codes")
	c.close()
}
