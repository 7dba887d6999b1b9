package till

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// mark is an event that writes a line, and then may fail.
type mark struct {
	name string
	fail func() error
	told *[]string
}

func (m mark) apply(_ *Engine, tx Tx, a *after) error {
	if err := tx.PutSetting("mark/"+m.name, true); err != nil {
		return err
	}
	a.answers = append(a.answers, answer{query: m.name, msg: flows.M("cancel.done"), lang: "fr"})
	if m.fail != nil {
		return m.fail()
	}
	return nil
}

func (m mark) setAside(_ *Engine, tx Tx, _ *after, _ error) error {
	return tx.PutSetting("parked/"+m.name, true)
}

func (m mark) done(err error) { *m.told = append(*m.told, fmt.Sprintf("%s %v", m.name, err == nil)) }

func (c *counter) has(name string) bool {
	c.t.Helper()
	var v bool
	if err := c.db.View(func(tx Tx) error { _, err := tx.Setting(name, &v); return err }); err != nil {
		c.t.Fatal(err)
	}
	return v
}

func TestBrokenEventHarmsNobodyElse(t *testing.T) {
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("broken") },
		"a panic":  func() error { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			var told []string
			batch := []event{mark{"a", nil, &told}, mark{"b", fail, &told}, mark{"c", nil, &told}}
			if err := c.engine.commit(batch); err != nil {
				t.Fatal(err)
			}
			if !c.has("mark/a") || c.has("mark/b") || !c.has("mark/c") || !c.has("parked/b") || c.has("parked/a") {
				t.Error("the neighbours are not kept, or the broken one is")
			}
			if len(told) != 3 || len(c.sent.answers) != 2 {
				t.Errorf("told %v, answered %d", told, len(c.sent.answers))
			}
			c.close()
		})
	}
}

func TestUnknownCommitSaysNothing(t *testing.T) {
	c := newCounter(t)
	var told []string
	unknown := func() error { return &store.CommitError{Err: errors.New("input/output error")} }
	err := c.engine.commit([]event{mark{"a", nil, &told}, mark{"b", unknown, &told}})
	if err == nil {
		t.Fatal("the till goes on after an unknown commit")
	}
	if len(c.sent.answers)+len(c.sent.out) != 0 {
		t.Error("something was said about what may not be written")
	}
	if strings.Join(told, ",") != "a false,b false" {
		t.Errorf("told %v", told)
	}
	c.close()
}

// before looks at what has left when all of a transaction is written, and its
// commit is still to come.
type before struct {
	Store
	commit func()
}

func (b before) Update(fn func(Tx) error) error {
	return b.Store.Update(func(tx Tx) error {
		err := fn(tx)
		b.commit()
		return err
	})
}

// TestTapEndsBeforeTheCommit: where nothing is said to a tap, its button stops
// turning while the commit takes its time; what is said waits for the commit.
func TestTapEndsBeforeTheCommit(t *testing.T) {
	c := newCounter(t)
	early := -1
	c.engine.db = before{c.db, func() { early = len(c.sent.answers) }}
	c.take(tapped(shopChat, "m:balance"))
	if early != 1 || len(c.sent.answers) != 1 || c.sent.answers[0] != "" || len(c.sent.out) != 1 {
		t.Errorf("before the commit %d answers, after it %q and %d messages", early, c.sent.answers, len(c.sent.out))
	}
	c.take(tapped(shopChat, "no such button"))
	if early != 1 || len(c.sent.answers) != 2 || c.sent.answers[1] == "" {
		t.Errorf("before the commit %d answers, after it %q", early, c.sent.answers)
	}
	c.close()
}

func TestSameUpdateActsOnce(t *testing.T) {
	c := newCounter(t)
	first := typed(shopChat, "/balance")
	c.take(first)
	n := len(c.sent.out)
	c.next-- // the same update ID again
	c.take(first)
	if n == 0 || len(c.sent.out) != n {
		t.Errorf("%d messages, then %d", n, len(c.sent.out)-n)
	}
	c.close()
}

func TestOldUpdatesNeverSell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.plans()
		c.take(typed(shopChat, "0791234567 500"))
		yes := c.button("✅")
		for name, late := range map[string]func(*arrived){
			"the tap waited while we were away": func(u *arrived) { u.late = true },
		} {
			ev := &arrived{update: tapped(shopChat, yes), at: time.Now(), ack: func(error) {}}
			ev.update.ID = 9000
			late(ev)
			if err := c.engine.commit([]event{ev}); err != nil {
				t.Fatal(err)
			}
			if n := c.sold(); n != 0 {
				t.Errorf("%s: %d sales", name, n)
			}
		}
		time.Sleep(time.Second) // it is read
		c.take(tapped(shopChat, c.button("✅")))
		if n := c.sold(); n != 1 {
			t.Errorf("confirmed anew: %d sales, want 1", n)
		}
		c.close()
	})
}

func TestTenTapsSellOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.plans()
		c.take(typed(shopChat, "0791234567 500"))
		yes := c.button("✅")
		time.Sleep(time.Second) // it is read
		var taps []Update
		for range 10 {
			taps = append(taps, tapped(shopChat, yes))
		}
		c.take(taps...)
		if n := c.sold(); n != 1 {
			t.Errorf("ten taps in a batch made %d sales", n)
		}
		c.take(taps[0])
		if n := c.sold(); n != 1 || len(c.sent.answers) != 11 {
			t.Errorf("%d sales, %d answers", n, len(c.sent.answers))
		}
		c.close()
	})
}

// plans puts one plan on sale.
func (c *counter) plans() {
	c.t.Helper()
	if err := c.db.Update(func(tx Tx) error {
		return tx.PutPlans([]topup.Plan{{Code: "PREPAID_DJEZZY", Family: topup.FamilyPrepaid, Name: "PREPAID | الدفع المسبق", Operator: topup.Djezzy,
			Kind: topup.Dynamic, Cost: 980_000, CostKnown: true, Enabled: true, Min: topup.Dinars(100), Max: topup.Dinars(10_000)}})
	}); err != nil {
		c.t.Fatal(err)
	}
}

// button is the data of the shop's newest button with that label.
func (c *counter) button(label string) string {
	c.t.Helper()
	list := c.sent.to(shopChat)
	for i := len(list) - 1; i >= 0; i-- {
		for _, row := range list[i].Message.Rows {
			for _, b := range row {
				if strings.Contains(b.Text, label) {
					return b.Data
				}
			}
		}
	}
	c.t.Fatalf("no button %q", label)
	return ""
}

func (c *counter) sold() int {
	c.t.Helper()
	n := 0
	if err := c.db.View(func(tx Tx) error {
		list, err := tx.OrdersOf(1, 0, 100)
		n = len(list)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// TestDamageIsNoStepsFault: what the store raises as a panic stops the till;
// nothing is set aside, and nobody is told anything.
func TestDamageIsNoStepsFault(t *testing.T) {
	c := newCounter(t)
	var told []string
	raised := func() error { panic(&store.DamagedError{Why: "a page is not there"}) }
	err := c.engine.commit([]event{mark{"a", nil, &told}, mark{"b", raised, &told}})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("the till ends with %v", err)
	}
	if len(c.sent.answers)+len(c.sent.out) != 0 || strings.Join(told, ",") != "a false,b false" || c.engine.counts.SetAside.Load() != 0 {
		t.Errorf("told %v, %d set aside", told, c.engine.counts.SetAside.Load())
	}
	if err := c.engine.commit([]event{fault{&store.DamagedError{Why: "met beside the writer"}}}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("damage met beside the writer: %v", err)
	}
	c.close()
}

// writes counts the sessions that are written to a store.
type writes struct {
	Store
	sessions *int
}

func (w writes) Update(do func(Tx) error) error {
	return w.Store.Update(func(tx Tx) error { return do(writing{tx, w.sessions}) })
}

type writing struct {
	Tx
	sessions *int
}

func (w writing) PutSession(chat int64, b []byte) error {
	*w.sessions++
	return w.Tx.PutSession(chat, b)
}

// TestSameSessionIsNotWritten: most of what people type or tap leaves the
// conversation where it was, and must cost no write of it.
func TestSameSessionIsNotWritten(t *testing.T) {
	c := newCounter(t)
	c.plans()
	n := 0
	c.engine.db = writes{c.engine.db, &n}
	c.take(typed(shopChat, "/balance"))
	n = 0
	for range 3 {
		c.take(typed(shopChat, "/balance"))
	}
	if n != 0 {
		t.Errorf("a session that stays as it was is written %d times", n)
	}
	if c.take(typed(shopChat, "0791234567 500")); n == 0 {
		t.Error("a session that changed is not written")
	}
	c.close()
}
