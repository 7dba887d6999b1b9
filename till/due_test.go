package till

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

// desk is a provider side that notes what it is asked and answers nothing.
type desk struct {
	idle
	asked  []topup.OrderID
	flying map[topup.OrderID]bool
	halted bool
}

func (d *desk) Ask(o topup.Order, _ topup.Call) { d.asked = append(d.asked, o.ID) }
func (d *desk) Asking(id topup.OrderID) bool    { return d.flying[id] }
func (d *desk) Halted() bool                    { return d.halted }

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
