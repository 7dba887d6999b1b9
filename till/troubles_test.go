package till

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/store"
	"hanout/topup"
)

const owner = int64(1)

// does applies a step in a commit of its own.
func (c *counter) does(do func(e *Engine, tx Tx, a *after) error) {
	c.t.Helper()
	if err := c.engine.commit([]event{doing{do}}); err != nil {
		c.t.Fatal(err)
	}
}

type doing struct {
	do func(e *Engine, tx Tx, a *after) error
}

func (d doing) apply(e *Engine, tx Tx, a *after) error { return d.do(e, tx, a) }

// told gives what the owner was sent since the last look.
func (c *counter) told() (texts []string) {
	for _, o := range c.sent.to(owner) {
		texts = append(texts, o.Message.Text)
		if !o.Message.Fresh {
			c.t.Errorf("the owner's phone does not ring for %q", o.Message.Text)
		}
	}
	c.sent.out = nil
	return texts
}

// TestTroubleIsToldOnce: thirty refused sales are one message now, one with
// the sum after an hour, and one when a sale went through again; the restart
// in between repeats nothing.
func TestTroubleIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		refused := func(times int) {
			for range times {
				c.does(func(e *Engine, tx Tx, a *after) error { return e.alert(tx, a, topup.AlertFloat, topup.Order{No: 7}) })
				time.Sleep(time.Second)
			}
		}
		check := func() {
			c.does(func(e *Engine, tx Tx, a *after) error { _, err := tellTroubles(e, tx, a); return err })
		}
		over := func() {
			c.does(func(e *Engine, tx Tx, a *after) error { return e.over(tx, a, troubleFloat) })
		}
		is := func(when string, want ...string) {
			t.Helper()
			got := c.told()
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || !strings.Contains(got[i], want[i]) {
					t.Errorf("%s the owner is told %q, want %q", when, got, want)
					return
				}
			}
		}
		over()
		is("without any trouble")
		refused(30)
		is("at first", "ne suffit pas")
		c.engine = NewEngine(c.engine.cfg, c.db, c.texts, c.engine.log)
		c.engine.Connect(c.sent, idle{})
		check()
		is("too early")
		time.Sleep(time.Hour)
		check()
		is("after an hour", "30 fois")
		check()
		is("when nothing is new")
		time.Sleep(time.Hour)
		refused(1)
		is("with the next after the hour", "31 fois")
		over()
		is("when a sale went through", "suffit à nouveau")
		over()
		is("when the next one did")
		refused(3)
		over()
		refused(2)
		over()
		is("when it comes and goes within the hour")
		refused(2)
		time.Sleep(time.Hour)
		check()
		is("when it stays", "2 fois")
		time.Sleep(25 * time.Hour)
		check()
		refused(1)
		is("after a quiet day", "ne suffit pas")
		c.close()
	})
}

// TestUndeliverableIsToldOnce: the owners hear of a chat that has a shop, once
// until it comes back; nothing of strangers is told or kept.
func TestUndeliverableIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		lose := func(chat int64, times int, class int) {
			for i := range times {
				panel := fmt.Sprintf("lost/%d/%d/%d", chat, time.Now().UnixNano(), i)
				var seq uint64
				if err := c.db.Update(func(tx Tx) error {
					o, err := tx.Owe(store.Owed{Panel: panel, Chat: chat, Class: class, Since: time.Now(), Body: []byte("{}")})
					seq = o.Seq
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if err := c.engine.commit([]event{delivered{Sent{Panel: panel, Seq: seq, Chat: chat, Lost: LostBlocked}}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		lose(stranger, 400, 2)
		if got := c.told(); len(got) > 0 {
			t.Errorf("of a stranger the owner is told %q", got)
		}
		lose(shopChat, 20, 2)
		if got := c.told(); len(got) != 1 || !strings.Contains(got[0], "ne reçoit plus nos messages") {
			t.Errorf("of a shop's 20 messages the owner is told %q", got)
		}
		time.Sleep(2 * time.Hour)
		lose(shopChat, 20, 2)
		if got := c.told(); len(got) > 0 {
			t.Errorf("of a shop that is known to be away the owner is told %q", got)
		}
		c.take(typed(shopChat, "/balance"))
		c.sent.out = nil
		lose(shopChat, 2, 1)
		if got := c.told(); len(got) != 1 {
			t.Errorf("when it went away again: %q", got)
		}
		report, err := c.file.Check(c.vault)
		if err != nil || report.Lost != 2 {
			t.Errorf("%d messages are kept, want the two about money (%v)", report.Lost, err)
		}
		time.Sleep(undeliveredFor + time.Hour)
		c.does(func(e *Engine, tx Tx, a *after) error { _, err := pruneUndelivered(e, tx, a); return err })
		if report, err := c.file.Check(c.vault); err != nil || report.Lost != 0 {
			t.Errorf("%d messages are kept for ever (%v)", report.Lost, err)
		}
		c.close()
	})
}

// TestStrangersAreForgotten: who is no shop and says nothing for a month is
// forgotten with the conversation; a shop, an asker and a customer stay.
func TestStrangersAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		const quiet, recent, asker, old = 9001, 9002, 9003, 9004
		if err := c.db.Update(func(tx Tx) error {
			for i := range 3 * pruneMost {
				if err := tx.PutChat(store.Chat{ID: int64(20_000 + i), Heard: time.Now()}); err != nil {
					return err
				}
			}
			if err := tx.PutChat(store.Chat{ID: buyer, Customer: true, Heard: time.Now()}); err != nil {
				return err
			}
			if err := tx.PutShop(topup.Shop{ID: 2, Chat: asker, State: topup.ShopRefused}); err != nil {
				return err
			}
			return tx.PutChat(store.Chat{ID: old})
		}); err != nil {
			t.Fatal(err)
		}
		for _, chat := range []int64{quiet, recent, asker} {
			c.take(typed(chat, "/start"), tapped(chat, "m:lang:fr"))
		}
		c.take(typed(shopChat, "/balance"))
		time.Sleep(20 * 24 * time.Hour)
		c.take(typed(recent, "/start"))
		sweep := func() {
			for more := true; more; {
				c.does(func(e *Engine, tx Tx, a *after) (err error) { more, err = pruneStrangers(e, tx, a); return err })
			}
		}
		sweep() // the old one is heard of from now on
		time.Sleep(11 * 24 * time.Hour)
		sweep()
		is := func(chat int64, want bool) {
			t.Helper()
			if err := c.db.View(func(tx Tx) error {
				_, known, err := tx.Chat(chat)
				talk, _ := tx.Session(chat)
				if known != want || (!want && talk != nil) {
					t.Errorf("chat %d is known: %t, with a talk: %t", chat, known, talk != nil)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for chat, want := range map[int64]bool{quiet: false, 20_000: false, 20_000 + 3*pruneMost - 1: false,
			recent: true, asker: true, buyer: true, shopChat: true, old: true} {
			is(chat, want)
		}
		time.Sleep(20 * 24 * time.Hour)
		sweep()
		is(old, false)
		c.close()
	})
}
