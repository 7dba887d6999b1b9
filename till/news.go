package till

import (
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// What an owner tells the shops. The rules:
//
//   - a few wait in the outbox at once, in its last class, so that whatever else
//     is owed goes before them;
//   - how far it has come lies on disk, in the commit that owes each message;
//   - what became of each is told by the sender's reports, each counted once;
//   - owners see it move every few seconds at most.

const (
	settingNews = "news"

	newsAtOnce = 20 // messages in the outbox
	newsOwed   = 8  // of them owed in one slice
	newsSeen   = 40 // shops looked at in one slice
	newsMoves  = 4 * time.Second

	countedAtOnce = 200 // shops counted in one look at the store
)

func news(tx Tx) (n topup.News, err error) {
	_, err = tx.Setting(settingNews, &n)
	return n, err
}

// saveNews keeps what an owner made of it, and shows that.
func (e *Engine) saveNews(tx Tx, a *after, n topup.News) error {
	a.move("news", a.now)
	n.Shown = time.Time{}
	return e.keepNews(tx, a, n)
}

// keepNews keeps how far it has come, and shows that when it is time.
func (e *Engine) keepNews(tx Tx, a *after, n topup.News) error {
	if n.Settled() || a.now.Sub(n.Shown).Abs() >= newsMoves {
		n.Shown = a.now
		r := e.reading(tx, a.now)
		sc := flows.NewsPanelScreen(n, func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name })
		if r.err != nil {
			return r.err
		}
		for _, p := range n.Panels {
			if err := e.show(tx, a, flows.Show{Chat: p.Chat, Panel: p.Panel, Screen: sc, Class: flows.ClassAnswer}); err != nil {
				return err
			}
		}
	}
	return tx.PutSetting(settingNews, n)
}

// sendNews is the task that lets the next shops' messages into the outbox.
func sendNews(e *Engine, tx Tx, a *after) (more bool, err error) {
	n, err := news(tx)
	if err != nil || !n.Running() || n.Walked() {
		return false, err
	}
	mark, err := restored(tx)
	if err != nil {
		return false, err
	}
	if mark.Waits() { // since the copy it may have gone on
		n.Stopped = true
		return false, e.saveNews(tx, a, n)
	}
	full := min(newsAtOnce, len(n.Waiting)+newsOwed)
	for seen := 0; seen < newsSeen && len(n.Waiting) < full && !n.Walked(); seen++ {
		if err := e.tellShop(tx, a, &n, n.Next); err != nil {
			return false, err
		}
		n.Next++
	}
	return !n.Walked() && len(n.Waiting) < newsAtOnce, e.keepNews(tx, a, n)
}

// listener is the shop of a number and its chat; false for one that is told
// nothing.
func (e *Engine) listener(tx Tx, id topup.ShopID) (s topup.Shop, chat store.Chat, ok bool, err error) {
	if s, ok, err = tx.Shop(id); err != nil || !ok || s.State != topup.ShopApproved {
		return s, chat, false, err
	}
	chat, _, err = tx.Chat(s.Chat)
	return s, chat, true, err
}

// tellShop owes it to a shop that it is for.
func (e *Engine) tellShop(tx Tx, a *after, n *topup.News, id topup.ShopID) error {
	s, chat, ok, err := e.listener(tx, id)
	if err != nil || !ok || !n.IsFor(language(chat.Language, chat.Guess, e.cfg.Language), s.Group) {
		return err
	}
	if chat.Blocked {
		n.Lose(id)
		return nil
	}
	panel := n.Panel(id)
	if err := e.show(tx, a, flows.Show{Chat: s.Chat, Panel: panel, Screen: flows.NewsScreen(n.Text), Class: flows.ClassNews}); err != nil {
		return err
	}
	n.Waiting = append(n.Waiting, id)
	if waits, err := owes(tx, panel); err != nil || waits {
		return err
	}
	n.Out(id, true) // it has it since a time that this file does not know
	return nil
}

// newsOut takes what became of a message to a shop.
func (e *Engine) newsOut(tx Tx, a *after, s Sent) error {
	id, shop, ours := topup.NewsOf(s.Panel)
	if !ours {
		return nil
	}
	n, err := news(tx)
	if err != nil || n.ID != id || !n.Out(shop, s.Lost == "") {
		return err
	}
	if len(n.Waiting) <= newsAtOnce/2 {
		a.move("news", a.now)
	}
	return e.keepNews(tx, a, n)
}

// countShops counts all shops, those of each language and of each group, beside
// the writer.
func (e *Engine) countShops(j flows.Run) {
	c := shopsCounted{j, map[string]flows.Reach{}}
	for next, last := topup.ShopID(1), topup.ShopID(1); next <= last && e.stopping.Err() == nil; {
		err := e.db.View(func(tx Tx) error {
			n, err := tx.PeekID("shop")
			if err != nil {
				return err
			}
			last = topup.ShopID(n) - 1
			for end := min(last, next+countedAtOnce-1); next <= end; next++ {
				if err := e.countShop(tx, next, c.reach); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			e.later(fault{err})
			return
		}
	}
	e.later(c)
}

func (e *Engine) countShop(tx Tx, id topup.ShopID, reach map[string]flows.Reach) error {
	s, chat, ok, err := e.listener(tx, id)
	if err != nil || !ok {
		return err
	}
	of := []string{"", language(chat.Language, chat.Guess, e.cfg.Language)}
	if s.Group != "" {
		of = append(of, topup.ToGroup(s.Group))
	}
	for _, to := range of {
		r := reach[to]
		if r.Shops++; chat.Blocked {
			r.Blocked++
		}
		reach[to] = r
	}
	return nil
}

// shopsCounted is their number.
type shopsCounted struct {
	job   flows.Run
	reach map[string]flows.Reach
}

func (c shopsCounted) apply(e *Engine, tx Tx, a *after) error {
	return e.answerTurn(tx, a, c.job.Chat, c.job.Chat, func(v flows.View, env flows.Env, s flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.ShopsCounted(v, env, s, in, c.job.Panel, c.reach)
	})
}
