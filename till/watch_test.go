package till

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// hears fails unless the owner is told exactly these since the last look.
func (c *counter) hears(when string, want ...string) {
	c.t.Helper()
	got := c.told()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.Contains(strings.ReplaceAll(got[i], "\u00a0", " "), want[i]) {
			c.t.Errorf("%s the owner is told %q, want %q", when, got, want)
			return
		}
	}
}

// happens applies an event in a commit of its own.
func (c *counter) happens(ev event) {
	c.t.Helper()
	if err := c.engine.commit([]event{ev}); err != nil {
		c.t.Fatal(err)
	}
}

func TestDiskIsLow(t *testing.T) {
	const gb = 1000 * megabyte
	for _, d := range []struct {
		free, file int64
		low, well  bool
	}{
		{499 * megabyte, 1, true, false},
		{500 * megabyte, 1, false, false}, // neither: nothing rings by turns
		{550 * megabyte, 1, false, true},
		{5 * gb, 2 * gb, true, false},
		{6 * gb, 2 * gb, false, false},
		{7 * gb, 2 * gb, false, true},
	} {
		if low, well := (Disk{d.free, d.file}).low(); low != d.low || well != d.well {
			t.Errorf("%d free beside %d: low %t, well %t", d.free, d.file, low, well)
		}
	}
}

// TestDiskIsWatched by the loop: told once, daily, and when it is over; a disk
// that can't be read is none that is full.
func TestDiskIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		free, fails := int64(400*megabyte), error(nil)
		c.engine.cfg.Disk = func() (Disk, error) { return Disk{Free: free, File: 1}, fails }
		is := func(when string, want ...string) {
			t.Helper()
			c.run(11 * time.Minute)
			got := c.news()
			if len(got) != len(want) || len(want) > 0 && !strings.Contains(got[0], want[0]) {
				t.Errorf("%s the owner is told %q, want %q", when, got, want)
			}
		}
		is("when it is nearly full", "il reste 400 Mo")
		is("minutes later")
		free = 520 * megabyte
		is("around the level")
		time.Sleep(25 * time.Hour)
		free = 300 * megabyte
		is("a day later", "il reste 300 Mo")
		fails = errors.New("no such folder")
		is("when it can't be read")
		free, fails = 2000*megabyte, nil
		is("when there is room", "de nouveau de la place")
		c.close()
	})
}

// TestClockIsWatched: one strange answer is none; three in a row are told, with
// the sign; one good answer ends it, in another process, too.
func TestClockIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		polls := func(when string, ahead []time.Duration, want ...string) {
			t.Helper()
			stop := c.start()
			for _, d := range ahead {
				c.engine.Clock(d)
				time.Sleep(time.Second)
			}
			synctest.Wait()
			stop()
			if got := c.news(); len(got) != len(want) || len(want) > 0 && !strings.Contains(got[0], want[0]) {
				t.Errorf("%s the owner is told %q, want %q", when, got, want)
			}
		}
		m := time.Minute
		polls("by good answers", []time.Duration{0, time.Second, -m})
		polls("by single ones", []time.Duration{9 * m, 9 * m, 0, 9 * m, 9 * m, m})
		polls("by three", []time.Duration{-9 * m, -9 * m, -9 * m, -9 * m}, "fausse</b> de -9\u00a0min")
		polls("by more in another process", []time.Duration{9 * m, 9 * m, 9 * m})
		polls("by a good one in another process", []time.Duration{0, 0}, "est juste")
		polls("ahead", []time.Duration{9 * m, 9 * m, 9 * m, 0}, "fausse</b> de +9\u00a0min", "est juste")
		c.close()
	})
}

// TestFloatIsWatched: told when it is low, with how long it lasts, and when it
// is filled; around the level nothing rings; the owner's level counts at once.
func TestFloatIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		reads := func(dinars ...int64) {
			for _, d := range dinars {
				c.happens(floatSeen{topup.Dinars(d)})
				time.Sleep(time.Hour)
			}
		}
		reads(100_000, 99_000, 98_000, 97_000)
		c.hears("while it lasts for days")
		reads(60_000)
		c.hears("when it shrinks fast", "il reste 60")
		reads(59_000, 58_000, 61_000, 66_000)
		c.hears("while it stays so")
		reads(400_000, 399_000)
		c.hears("when it is filled", "est remonté")
		c.take(tapped(owner, "m:level"), tapped(owner, "m:level:50000000"))
		if got := strings.Join(c.news(), "|"); !strings.Contains(got, "moins de 500") || !strings.Contains(got, "il reste") {
			t.Errorf("a level above it leads to %q", got)
		}
		c.take(tapped(owner, "m:level:1"), tapped(owner, "m:level:-5"), tapped(owner, "m:level:x"), tapped(shopChat, "m:level:1000000"))
		if err := c.db.View(func(tx Tx) error {
			w, err := floatWatch(tx)
			if w.Level != topup.Dinars(500_000) {
				t.Errorf("the level is %v", w.Level)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c.take(tapped(owner, "m:level:1000000"))
		if got := strings.Join(c.news(), "|"); !strings.Contains(got, "est remonté") {
			t.Errorf("a level below it leads to %q", got)
		}
		c.close()
	})
}

// TestOperatorsAreWatched: half of ten that fail are told once, by the name;
// the end is told when they go through again, or nobody sells.
func TestOperatorsAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		ends := func(op topup.Operator, failed bool, times int) {
			was := topup.Order{Good: topup.MobileTopUp, Operator: op, State: topup.Pending}
			o := was
			o.State = topup.Delivered
			if failed {
				o.State, o.Reason = topup.Refunded, topup.ReasonProvider
			}
			for range times {
				c.does(func(e *Engine, tx Tx, a *after) error { return e.beat(tx, a, was, o) })
				time.Sleep(time.Minute)
			}
		}
		look := func() {
			c.does(func(e *Engine, tx Tx, a *after) error { _, err := watchPulses(e, tx, a); return err })
		}
		ends(topup.Djezzy, false, 4)
		ends(topup.Mobilis, true, 5)
		ends(topup.Djezzy, true, 3)
		look()
		c.hears("when a few fail")
		ends(topup.Djezzy, true, 3)
		look()
		c.hears("when half of them fail", "recharges Djezzy échouent</b> : 4/8")
		ends(topup.Djezzy, false, 20)
		c.hears("when they go through", "Djezzy n'échouent plus")
		ends(topup.Mobilis, true, 3)
		c.hears("of the other one", "recharges Mobilis échouent</b> : 8/8")
		time.Sleep(3 * time.Hour)
		look()
		c.hears("when nobody sells", "Mobilis n'échouent plus")
		c.close()
	})
}

// TestWaitingSalesAreTold: three that wait for half an hour; one in review is
// told elsewhere.
func TestWaitingSalesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		ids := []topup.OrderID{"a", "b", "c"}
		look := func() {
			c.does(func(e *Engine, tx Tx, a *after) error { _, err := watchWaiting(e, tx, a); return err })
		}
		for i, id := range ids {
			c.giftOrder(id, "psn", string(rune('1'+i)), 1)
		}
		c.dispatch(ids...)
		time.Sleep(29 * time.Minute)
		look()
		c.hears("before half an hour")
		time.Sleep(2 * time.Minute)
		look()
		look()
		c.hears("after half an hour", "plus de 30 minutes</b> : 3")
		for _, id := range ids[:2] {
			c.does(func(e *Engine, tx Tx, a *after) error {
				o, _, err := tx.Order(id)
				if err != nil {
					return err
				}
				o.State, o.Reason = topup.Review, topup.ReasonLost
				_, err = tx.Apply(topup.Change{Order: o})
				return err
			})
		}
		look()
		c.hears("when they are over, or in review", "de nouveau leur résultat")
		c.close()
	})
}

// TestAlertsSayWhatToDo in both languages: each kind has its words, its end,
// and what an owner can tap.
func TestAlertsSayWhatToDo(t *testing.T) {
	c := newCounter(t)
	for kind, buttons := range map[string]int{
		flows.TroubleDisk: 0, flows.TroubleServer: 0, flows.TroubleStandby: 0, flows.TroubleClock: 0, flows.TroubleStale: 0, troubleCopy: 0, troubleUnsound: 0, troubleSend: 0,
		flows.TroubleLow: 1, flows.TroubleWaiting: 1, flows.OperatorTrouble(topup.Ooredoo): 1,
	} {
		for _, lang := range []string{"ar", "fr"} {
			detail := "7"
			if kind == flows.TroubleLow {
				detail = "420000 25200"
			}
			m := c.engine.render.Screen(lang, flows.TroubleScreen(kind, detail, 0, 1, time.Now()))
			over := c.engine.render.Screen(lang, flows.TroubleOverScreen(kind, 1, time.Now()))
			if len(m.Rows) != buttons || strings.Contains(m.Text+over.Text, "alert.") || strings.Contains(m.Text+over.Text, "trouble.") || strings.Contains(m.Text, "<no value>") {
				t.Errorf("%s: %q and %d buttons, then %q", kind, m.Text, len(m.Rows), over.Text)
			}
		}
	}
	c.close()
}

// TestSafeguardsAreWatched: what the database's server leaves undone is told
// when it is seen, and when it is over; a lone server is a choice and rings
// nowhere; /balance says it to owners alone.
func TestSafeguardsAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		s, fails := topup.Safeguards{}, error(nil)
		c.engine.cfg.Safeguards = func() (topup.Safeguards, error) { return s, fails }
		is := func(when, balance string, want ...string) {
			t.Helper()
			c.run(61 * time.Minute)
			got := c.news()
			if len(got) != len(want) {
				t.Fatalf("%s the owner is told %q, want %q", when, got, want)
			}
			for i := range want {
				if !strings.Contains(got[i], want[i]) {
					t.Errorf("%s the owner is told %q, want %q", when, got, want)
				}
			}
			for _, role := range []topup.Role{topup.Owner, topup.Viewer} {
				sc := flows.FloatScreen(topup.Actor{Roles: []topup.Role{role}}, nil, nil, topup.Wallet{}, false, topup.FloatWatch{}, c.engine.counts.Safeguards.Load())
				text := c.engine.render.Screen("fr", sc).Text
				if shown := strings.Contains(text, "Base\u00a0: "); shown != (balance != "" && role == topup.Owner) || !strings.Contains(text, balance) && role == topup.Owner {
					t.Errorf("%s a %s reads %q", when, role, text)
				}
			}
		}
		is("of a lone server", "sur un seul serveur")
		s = topup.Safeguards{Standby: true, Confirms: 1}
		is("of a server with a standby", "")
		s.Confirms = -1
		is("of a standby that can't be seen", "")
		s.Confirms = 0
		is("of a standby that is gone", "ne confirme plus", "ne confirme plus")
		fails = errors.New("no answer")
		is("when nothing can be read", "")
		s, fails = topup.Safeguards{Standby: true, Confirms: 1, Off: []string{"synchronous_commit=off"}}, nil
		is("of a setting", "synchronous_commit=off", "synchronous_commit=off", "confirme à nouveau")
		s.Off = nil
		is("of all well", "", "bien réglé")
		c.close()
	})
}
