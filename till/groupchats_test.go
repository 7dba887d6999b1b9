package till

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hanout/flows"
	"hanout/topup"
)

const (
	oldGroup = int64(-4001)
	newGroup = int64(-1000000004001)
)

// inGroupChat has shop 1 sell in the group chat.
func (c *counter) inGroupChat() {
	c.t.Helper()
	c.does(func(e *Engine, tx Tx, a *after) error {
		s, _, err := tx.Shop(1)
		s.GroupChat, s.GroupChatTitle = oldGroup, "Comptoir"
		return errors.Join(err, e.saveShop(tx, a, s), e.speak(tx, flows.Speak{Chat: oldGroup, Language: "fr"}))
	})
}

// owes shows a line on a panel in a chat.
func (c *counter) owes(chat int64, panel, id string) {
	c.t.Helper()
	c.do(showing{flows.Show{Chat: chat, Panel: panel, Class: flows.ClassAnswer, Screen: flows.Screen{Lines: []flows.Msg{flows.M(id)}}}})
}

// TestGroupMoves: whether an update or a refusal says so, once or often, the
// shop, the sessions of its people and what is owed follow in that commit; a
// panel of the group chat goes on in a new message, and no other chat's does.
func TestGroupMoves(t *testing.T) {
	up := arrived{update: Update{Moved: &Move{oldGroup, newGroup}}, ack: func(error) {}}
	for name, says := range map[string]func(*counter) event{
		"an update": func(c *counter) event { u := up; u.update.ID, c.next = c.next, c.next+1; return &u },
		"a refusal": func(c *counter) event {
			i := slices.IndexFunc(c.sent.out, func(o Outgoing) bool { return o.Panel == "waits" })
			return delivered{Sent{Panel: "waits", Seq: c.sent.out[i].Seq, Chat: oldGroup, Lost: "migrated", Moved: newGroup}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			c.inGroupChat()
			in := flows.Input{Chat: oldGroup, Person: flows.Person{ID: shopChat}}
			c.does(func(_ *Engine, tx Tx, _ *after) error {
				return keepSession(tx, in, nil, flows.Session{Panel: "stands"}.Encode())
			})
			c.owes(oldGroup, "stands", "cancel.done")
			c.out(7)
			c.owes(shopChat, "private", "cancel.done")
			c.out(8)
			c.owes(oldGroup, "waits", "cancel.nothing")
			said := says(c)
			for range 3 {
				c.do(said)
				said = says(c)
			}
			var owed []string
			c.does(func(_ *Engine, tx Tx, _ *after) error {
				for o, err := range tx.Outbox() {
					if err != nil || o.Chat != newGroup {
						t.Errorf("%s is owed to %d, %v", o.Panel, o.Chat, err)
					}
					owed = append(owed, o.Panel)
				}
				s, _, err := tx.Shop(1)
				in, sells, err2 := shopIn(tx, newGroup)
				_, former, err3 := shopIn(tx, oldGroup)
				if s.GroupChat != newGroup || !sells || in.ID != 1 || former {
					t.Errorf("the shop sells in %d; %d sells there, %t in the former", s.GroupChat, in.ID, former)
				}
				seat, err4 := sessionOf(tx, flows.Input{Chat: newGroup, Person: flows.Person{ID: shopChat}})
				if string(seat) != `{"card":"stands"}` {
					t.Errorf("the conversation stands at %s", seat)
				}
				return errors.Join(err, err2, err3, err4)
			})
			if !slices.Equal(owed, []string{"waits"}) || len(c.sent.to(newGroup)) != 1 {
				t.Errorf("owed: %v, offered %+v", owed, c.sent.to(newGroup))
			}
			// Where it stood before is the same chat, but another message.
			c.owes(oldGroup, "stands", "cancel.nothing")
			if o := c.sent.out[len(c.sent.out)-1]; o.Chat != newGroup || o.MessageID != 0 {
				t.Errorf("the panel goes on as message %d of %d", o.MessageID, o.Chat)
			}
			c.out(7)
			c.out(9)
			if !slices.Equal(c.sent.forgot, []int{7}) {
				t.Errorf("the messages %v were deleted, want the one of the new chat", c.sent.forgot)
			}
			before := len(c.sent.out)
			c.owes(newGroup, "private", "cancel.nothing")
			c.owes(shopChat, "stands", "cancel.nothing")
			if len(c.sent.out) != before {
				t.Error("a panel was taken into another chat")
			}
			c.close()
		})
	}
}

// TestNoCodesForGroups: such a message is an error wherever it comes from.
func TestNoCodesForGroups(t *testing.T) {
	c := newCounter(t)
	c.inGroupChat()
	c.does(func(e *Engine, tx Tx, a *after) error {
		if err := e.show(tx, a, flows.Show{Chat: oldGroup, Panel: "x", Class: flows.ClassCodes, Screen: flows.Screen{}}); !errors.Is(err, errToGroupChat) {
			t.Errorf("codes for a group: %v", err)
		}
		wallet := flows.Screen{Lines: []flows.Msg{flows.M("order.balance", "Balance", topup.Dinars(7))}}
		err := e.show(tx, a, flows.Show{Chat: oldGroup, Panel: "x", Class: flows.ClassMoney, Screen: wallet})
		if _, waits, err2 := tx.OwedOf("x"); err != nil || err2 != nil || waits {
			t.Errorf("what a group chat may not read is owed to it: %t, %v, %v", waits, err, err2)
		}
		o := topup.Order{ID: "x", Shop: 1, By: shopChat, Chat: oldGroup}
		if chat, err := codesChat(tx, o); chat != shopChat || err != nil {
			t.Errorf("its codes go to %d, %v", chat, err)
		}
		o.By = 5 // who works there no more
		if chat, err := codesChat(tx, o); chat != shopChat || err != nil {
			t.Errorf("the codes of who is gone go to %d, %v", chat, err)
		}
		return nil
	})
	c.close()
}

// TestGroupStays: a group chat where a shop sells, and the number it had before, are
// no strangers to be forgotten.
func TestGroupStays(t *testing.T) {
	c := newCounter(t)
	c.inGroupChat()
	c.does(func(e *Engine, tx Tx, a *after) error { return e.moved(tx, a, Move{oldGroup, newGroup}) })
	c.does(func(e *Engine, tx Tx, a *after) error {
		a.now = a.now.Add(2 * strangersFor)
		for range 2 {
			if _, err := pruneStrangers(e, tx, a); err != nil {
				return err
			}
		}
		for _, chat := range []int64{oldGroup, newGroup} {
			if _, known, err := tx.Chat(chat); !known || err != nil {
				t.Errorf("%d is forgotten, %v", chat, err)
			}
		}
		return nil
	})
}

// TestNamelessSellNothing: what is said in the name of a chat is nobody's,
// whoever is named beside it; a command is told so.
func TestNamelessSellNothing(t *testing.T) {
	c := newCounter(t)
	c.plans()
	c.inGroupChat()
	said := func(text string, nameless bool) int {
		before := len(c.sent.to(oldGroup))
		c.take(Update{Message: &Incoming{Chat: Chat{ID: oldGroup, Type: "group"}, From: User{ID: shopChat, FirstName: "Nour"},
			Date: time.Now(), Text: text, Nameless: nameless}})
		return len(c.sent.to(oldGroup)) - before
	}
	for text, want := range map[string]int{"0778037340 500": 0, "/mobile 0778037340 500": 1} {
		if n := said(text, true); n != want {
			t.Errorf("%q, nameless, is answered %d times", text, n)
		}
	}
	if n := said("0778037340 500", false); n != 1 {
		t.Errorf("their own word is answered %d times", n)
	}
	c.close()
}
