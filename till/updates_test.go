package till

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// handle hands a batch in as the poller does.
func (c *counter) handle(more bool, updates ...Update) {
	c.t.Helper()
	for i := range updates {
		updates[i].ID = c.next
		c.next++
	}
	if err := c.engine.Handle(c.t.Context(), updates, more); err != nil {
		c.t.Fatal(err)
	}
}

// crowd are the messages of so many strangers.
func crowd(n int) (list []Update) {
	for i := range n {
		list = append(list, typed(int64(50_000+i), fmt.Sprintf("hello %d", i)))
	}
	return list
}

// quoted starts the till and brings the shop to a confirm card; yes is its ✅.
func (c *counter) quoted() (yes string, stop func()) {
	c.t.Helper()
	stop = c.start()
	c.handle(false, typed(shopChat, "0791234567 500"))
	return c.button("✅"), stop
}

// TestLateStaysLate lets a ✅ wait behind a crowd while nobody polls: however
// the updates are cut into batches and processes, it sells nothing; what is
// tapped after the last of them does.
func TestLateStaysLate(t *testing.T) {
	for name, meanwhile := range map[string]func(*counter, string, func()) func(){
		"in one batch": func(c *counter, yes string, stop func()) func() {
			c.handle(false, append(crowd(30), tapped(shopChat, yes))...)
			return stop
		},
		"in the second batch": func(c *counter, yes string, stop func()) func() {
			c.handle(true, crowd(100)...)
			c.handle(false, tapped(shopChat, yes))
			return stop
		},
		"in the third, after a pause": func(c *counter, yes string, stop func()) func() {
			c.handle(true, crowd(100)...)
			time.Sleep(20 * time.Second)
			c.handle(true, crowd(100)...)
			c.handle(false, tapped(shopChat, yes))
			return stop
		},
		"in a second process": func(c *counter, yes string, stop func()) func() {
			c.handle(true, crowd(100)...)
			stop()
			stop = c.start()
			c.handle(false, tapped(shopChat, yes))
			return stop
		},
		"when the last batch is seen again": func(c *counter, yes string, stop func()) func() {
			c.handle(false, crowd(30)...) // and the process dies before the offset moves
			stop()
			stop = c.start()
			c.handle(false, append(crowd(30), tapped(shopChat, yes))...)
			return stop
		},
		"with the clock set back": func(c *counter, yes string, stop func()) func() {
			c.engine.lastPoll.Store(time.Now().Add(48 * time.Hour).UnixNano())
			c.handle(false, tapped(shopChat, yes))
			return stop
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCounter(t)
				c.plans()
				yes, stop := c.quoted()
				time.Sleep(4 * time.Minute) // the quote is still good
				stop = meanwhile(c, yes, stop)
				if n := c.sold(); n != 0 {
					t.Errorf("a late tap made %d sales", n)
				}
				time.Sleep(time.Second) // it is read
				c.handle(false, tapped(shopChat, c.button("✅")))
				if n := c.sold(); n != 1 {
					t.Errorf("the tap after it made %d sales, want 1", n)
				}
				stop()
				c.close()
			})
		})
	}
}

// TestQuickRestartIsNotLate proves that a tap around an ordinary restart in a
// quiet hour counts.
func TestQuickRestartIsNotLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.plans()
		_, stop := c.quoted()
		for range 60 { // an hour in which polls bring nothing
			time.Sleep(50 * time.Second)
			c.handle(false)
		}
		c.handle(false, typed(shopChat, "0791234567 500"))
		for range 3 {
			time.Sleep(50 * time.Second)
			c.handle(false)
		}
		synctest.Wait()
		stop()
		time.Sleep(5 * time.Second)
		stop = c.start()
		c.handle(false, tapped(shopChat, c.button("✅")))
		if n := c.sold(); n != 1 {
			t.Errorf("%d sales, want 1", n)
		}
		stop()
		c.close()
	})
}

// TestBacklogIsOneQuestion: of all that waited in a chat, however it is cut
// into batches and processes, there is one panel in the end, and nothing sold.
func TestBacklogIsOneQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.plans()
		yes, stop := c.quoted()
		c.sent.out = nil
		time.Sleep(4 * time.Minute)
		var first, second []Update
		for i := range 5 {
			first = append(first, typed(shopChat, fmt.Sprintf("07912345%02d 500", i)), typed(shopChat, "/balance"))
			second = append(second, typed(shopChat, fmt.Sprintf("07912346%02d 500", i)), tapped(shopChat, yes), typed(shopChat, "/balance"))
		}
		c.handle(true, append(first, crowd(90)...)...)
		c.handle(true, append(crowd(100), second...)...)
		stop()
		stop = c.start()
		c.handle(false, second...)
		panels := map[string]bool{}
		wallets := map[uint64]bool{}
		for _, o := range c.sent.to(shopChat) {
			switch {
			case strings.Contains(o.Message.Text, "Pendant la coupure"):
				panels[o.Panel] = true
			case strings.Contains(o.Message.Text, "Portefeuille de"):
				wallets[o.Seq] = true
			}
		}
		if len(panels) != 1 || len(wallets) != 1 || c.sold() != 0 {
			t.Errorf("%d questions, %d wallets, %d sales", len(panels), len(wallets), c.sold())
		}
		list := c.sent.to(shopChat)
		if last := list[len(list)-1].Message; len(last.Rows) != 11 {
			t.Errorf("the question has %d rows: %s", len(last.Rows), last.Text)
		}
		stop()
		c.close()
	})
}
