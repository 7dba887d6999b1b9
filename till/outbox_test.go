package till

import (
	"testing"

	"hanout/flows"
)

// shows owes a screen to the shop and tells whether it left.
func (c *counter) shows(panel, id string, class flows.Class, fresh bool) bool {
	c.t.Helper()
	before := len(c.sent.out)
	ef := flows.Show{Chat: shopChat, Panel: panel, Class: class, Fresh: fresh, Screen: flows.Screen{Lines: []flows.Msg{flows.M(id)}}}
	if err := c.engine.commit([]event{showing{ef}}); err != nil {
		c.t.Fatal(err)
	}
	return len(c.sent.out) > before
}

type showing struct{ flows.Show }

func (s showing) apply(e *Engine, tx Tx, a *after) error { return e.show(tx, a, s.Show) }

// out reports the newest message as sent.
func (c *counter) out(message int) {
	c.t.Helper()
	o := c.sent.out[len(c.sent.out)-1]
	if err := c.engine.commit([]event{delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: message}}}); err != nil {
		c.t.Fatal(err)
	}
}

// TestSameTextIsNotSent: a panel that says it already is left alone, sent or
// still waiting; one that must come down or is more urgent goes all the same.
func TestSameTextIsNotSent(t *testing.T) {
	c := newCounter(t)
	for _, step := range []struct {
		what  string
		id    string
		class flows.Class
		fresh bool
		left  bool
		sent  int // then it is out as this message
	}{
		{"the first text", "cancel.done", flows.ClassAnswer, false, true, 0},
		{"while it waits", "cancel.done", flows.ClassAnswer, false, false, 0},
		{"while it waits, more urgent", "cancel.done", flows.ClassMoney, false, true, 0},
		{"while it waits, less urgent", "cancel.done", flows.ClassNotices, false, false, 0},
		{"while it waits, to come down", "cancel.done", flows.ClassMoney, true, true, 0},
		{"while it waits to come down", "cancel.done", flows.ClassMoney, true, false, 7},
		{"when it is out", "cancel.done", flows.ClassAnswer, false, false, 0},
		{"another text", "cancel.done.plain", flows.ClassAnswer, false, true, 7},
		{"the former text again", "cancel.done", flows.ClassAnswer, false, true, 7},
		{"a text that must come down", "cancel.done", flows.ClassAnswer, true, true, 8},
		{"when it came down", "cancel.done", flows.ClassAnswer, false, false, 0},
	} {
		if left := c.shows("p", step.id, step.class, step.fresh); left != step.left {
			t.Errorf("%s: sent %t", step.what, left)
		}
		if step.sent != 0 {
			c.out(step.sent)
		}
	}
	c.close()
}
