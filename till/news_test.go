package till

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

const newsShops = 3*newsAtOnce + 5

// newsroom is a till with many shops in two languages, to whom something is
// being told; the owner's chat is 1.
func newsroom(t *testing.T, to string) *counter {
	t.Helper()
	c := newCounter(t)
	if err := c.db.Update(func(tx Tx) error {
		for id := topup.ShopID(2); id <= newsShops; id++ {
			if _, err := tx.NextID("shop"); err != nil {
				return err
			}
			s := topup.Shop{ID: id, Chat: 5000 + int64(id), Name: fmt.Sprintf("Shop %d", id), State: topup.ShopApproved}
			if id%3 == 0 {
				s.Group = "VIP"
			}
			if id == 7 {
				s.State = topup.ShopRefused
			}
			if err := tx.PutShop(s); err != nil {
				return err
			}
			if err := tx.PutMember(s.Keeper()); err != nil {
				return err
			}
			lang := []string{"ar", "fr"}[id%2]
			if err := tx.PutChat(store.Chat{ID: s.Chat, Language: lang, Blocked: id == 9}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c.begin(topup.News{ID: "n", Text: "Bonjour", To: to, Shops: newsShops - 1, Next: 1, Last: newsShops}.Watch(1, "panel"))
	return c
}

// saving is an owner's turn that steers the news.
type saving struct{ n topup.News }

func (s saving) apply(e *Engine, tx Tx, a *after) error { return e.saveNews(tx, a, s.n) }

func (c *counter) do(ev event) {
	c.t.Helper()
	if err := c.engine.commit([]event{ev}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) begin(n topup.News) { c.t.Helper(); c.do(saving{n}); c.slice() }

// slice runs the task until it waits for reports.
func (c *counter) slice() {
	c.t.Helper()
	i := slices.IndexFunc(tasks, func(t task) bool { return t.name == "news" })
	for {
		before := c.lastNews().Next
		c.do(timed{&tasks[i]})
		switch n := c.lastNews().Next - before; {
		case n == 0:
			return
		case n > newsSeen:
			c.t.Errorf("a slice looks at %d shops", n)
		}
	}
}

func (c *counter) lastNews() (n topup.News) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { n, err = news(tx); return err }); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// onTheWay are the messages to shops that the outbox has.
func (c *counter) onTheWay() (list []store.Owed) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) error {
		for o, err := range tx.Outbox() {
			if err != nil {
				return err
			}
			if _, _, ours := topup.NewsOf(o.Panel); ours {
				list = append(list, o)
			}
		}
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return list
}

// again is a till that died and was started anew over the same file.
func (c *counter) again() {
	cfg := c.engine.cfg
	c.engine = NewEngine(cfg, c.db, c.texts, slog.New(slog.NewTextHandler(io.Discard, nil)))
	c.engine.Connect(c.sent, idle{})
	c.engine.heardOnce.Store(true)
}

// TestNewsReachEveryShopOnce: few wait at once, a till that dies goes on where
// it was, a report that comes twice counts once, and who can't be reached is
// listed.
func TestNewsReachEveryShopOnce(t *testing.T) {
	for to, want := range map[string]int{"": newsShops - 1, "ar": newsShops / 2, "fr": newsShops / 2, topup.ToGroup("VIP"): newsShops / 3} {
		t.Run("to "+to, func(t *testing.T) {
			c := newsroom(t, to)
			got := map[int64]int{}
			for round := 0; !c.lastNews().Settled(); round++ {
				if round > newsShops {
					t.Fatalf("it does not end: %+v", c.lastNews())
				}
				list := c.onTheWay()
				if len(list) > newsAtOnce {
					t.Fatalf("%d messages wait at once", len(list))
				}
				if len(list) < newsAtOnce/2 && !c.lastNews().Walked() {
					t.Fatalf("only %d messages wait", len(list))
				}
				for i, o := range list {
					if i == newsAtOnce*2/3 {
						c.again()
						break
					}
					if o.Class != int(flows.ClassNews) {
						t.Fatalf("class %d", o.Class)
					}
					s := Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: 1}
					if o.Chat == 5011 || o.Chat == 5012 {
						s.MessageID, s.Lost = 0, LostChatGone
					}
					got[o.Chat]++
					c.do(delivered{s})
					c.do(delivered{s})
				}
				c.slice()
			}
			n := c.lastNews()
			lost := len(n.Lost)
			if n.Losses != lost || len(c.onTheWay()) != 0 || n.Reached+lost != want || lost == 0 {
				t.Errorf("reached %d, lost %v of %d", n.Reached, n.Lost, want)
			}
			for chat, times := range got {
				if times != 1 {
					t.Errorf("chat %d was told %d times", chat, times)
				}
			}
			if len(c.sent.to(5007)) != 0 || len(c.sent.to(5009)) != 0 {
				t.Error("a refused shop was told, or one that blocked us")
			}
			// Who missed it is listed there, and is no trouble besides.
			for _, o := range c.sent.to(1) {
				if o.Panel != "panel" {
					t.Errorf("the owner is told on %q", o.Panel)
				}
			}
			c.close()
		})
	}
}

// TestNewsStop: what is on its way arrives, nothing else leaves, and what goes
// on tells nobody twice.
func TestNewsStop(t *testing.T) {
	c := newsroom(t, "")
	n := c.lastNews()
	n.Stopped = true
	c.do(saving{n})
	for _, o := range c.onTheWay() {
		c.do(delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: 1}})
	}
	c.slice()
	if n = c.lastNews(); !n.Settled() || n.Reached != newsAtOnce || len(c.onTheWay()) != 0 {
		t.Errorf("after a stop %d were told, %d are on their way", n.Reached, len(c.onTheWay()))
	}
	// A copy put back knows less than Telegram: what its file has as told stays told.
	n.Stopped, n.Next, n.Reached, n.Losses, n.Lost = false, 1, 0, 0, nil
	c.do(saving{n})
	c.slice()
	for _, o := range c.onTheWay() {
		if len(c.sent.to(o.Chat)) != 1 {
			t.Errorf("chat %d is told twice", o.Chat)
		}
	}
	if n = c.lastNews(); n.Reached != newsAtOnce {
		t.Errorf("%d count as told", n.Reached)
	}
	c.close()
}

// TestNewsOfACopyStop: a till that goes on from a copy tells nobody anything.
func TestNewsOfACopyStop(t *testing.T) {
	c := newsroom(t, "")
	before := len(c.onTheWay())
	if err := c.db.Update(func(tx Tx) error {
		return tx.PutSetting(store.SettingRestored, topup.Restored{Found: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	for _, o := range c.onTheWay() {
		c.do(delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: 1}})
	}
	c.slice()
	if n := c.lastNews(); !n.Stopped || n.Reached != before || len(c.onTheWay()) != 0 {
		t.Errorf("%+v", n)
	}
	c.close()
}

// TestShopsAreCounted: by what they are spoken to in, without those that are no
// shops.
func TestShopsAreCounted(t *testing.T) {
	c := newsroom(t, "")
	c.engine.countShops(flows.Run{Chat: 1, Panel: "p"})
	got := (<-c.engine.events).(shopsCounted).reach
	if got["ar"].Shops+got["fr"].Shops != newsShops-1 || got["fr"].Blocked != 1 || got["ar"].Blocked != 0 {
		t.Errorf("%+v", got)
	}
	c.close()
}
