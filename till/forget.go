package till

import (
	"time"

	"hanout/store"
	"hanout/topup"
)

// What is forgotten, by tasks, in small slices: updates that can't come again,
// messages that nobody scrolls back to, what could not be delivered long ago,
// and strangers who have said nothing for a month. People who work for a shop,
// owners and customers with codes stay.

// The times after which things are forgotten.
const (
	handledFor     = 8 * 24 * time.Hour  // update IDs; Telegram keeps updates for a day
	panelsFor      = 60 * 24 * time.Hour // which message shows a panel, since it was sent
	undeliveredFor = 60 * 24 * time.Hour
	strangersFor   = 30 * 24 * time.Hour // who is no shop, since they last said something
)

// heardEvery is how exactly it is kept when a chat last said something.
const heardEvery = 24 * time.Hour

// settingStrangers is how far the search for strangers has come, on disk.
const settingStrangers = "strangers/after"

// pruneHandled forgets the IDs of updates that can't come again.
func pruneHandled(_ *Engine, tx Tx, a *after) (more bool, err error) {
	n, err := tx.PruneHandled(a.now.Add(-handledFor), pruneMost)
	return n == pruneMost, err
}

// prunePanels forgets messages that nobody scrolls back to.
func prunePanels(_ *Engine, tx Tx, a *after) (more bool, err error) {
	n, err := tx.PrunePanels(a.now.Add(-panelsFor), pruneMost)
	return n == pruneMost, err
}

func pruneUndelivered(_ *Engine, tx Tx, a *after) (more bool, err error) {
	n, err := tx.PruneUndelivered(a.now.Add(-undeliveredFor), pruneMost)
	return n == pruneMost, err
}

// pruneStrangers forgets the strangers among some chats, and goes on behind
// them the next time.
func pruneStrangers(e *Engine, tx Tx, a *after) (more bool, err error) {
	var from int64
	if _, err := tx.Setting(settingStrangers, &from); err != nil {
		return false, err
	}
	chats, err := tx.Chats(from, pruneMost)
	if err != nil {
		return false, err
	}
	from = 0
	if more = len(chats) == pruneMost; more {
		from = chats[len(chats)-1].ID
	}
	for _, c := range chats {
		if err := e.forgetStranger(tx, a, c); err != nil {
			return false, err
		}
	}
	return more, tx.PutSetting(settingStrangers, from)
}

func (e *Engine) forgetStranger(tx Tx, a *after, c store.Chat) error {
	r := e.reading(tx, a.now)
	if _, sells := (groupChats{r}).ShopIn(c.ID); sells || r.err != nil {
		return r.err
	}
	if c.Moved != 0 { // known as long as what it has become
		if _, known, err := tx.Chat(c.Moved); known || err != nil {
			return err
		}
	}
	who := people{r}.Actor(c.ID, c.ID)
	_, asks := people{r}.ShopOf(c.ID)
	switch {
	case r.err != nil:
		return r.err
	case !who.Is(topup.Stranger) || asks || people{r}.Member(c.ID).Shop != 0:
		return nil
	case c.Heard.IsZero(): // from before it was kept
		c.Heard = a.now
		return tx.PutChat(c)
	case a.now.Sub(c.Heard) < strangersFor:
		return nil
	}
	if err := tx.DropSetting(menuMark(c.ID)); err != nil {
		return err
	}
	return tx.ForgetChat(c.ID)
}
