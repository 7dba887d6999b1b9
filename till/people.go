package till

import (
	"fmt"
	"strconv"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

func (e *Engine) speak(tx Tx, s flows.Speak) error {
	id, err := current(tx, s.Chat)
	if err != nil {
		return err
	}
	c, _, err := tx.Chat(id)
	if err != nil {
		return err
	}
	c.ID, c.Language = id, s.Language
	return tx.PutChat(c)
}

// saveShop stores a shop; a new one with its keeper.
func (e *Engine) saveShop(tx Tx, a *after, s topup.Shop) error {
	old, known, err := tx.Shop(s.ID)
	if err != nil {
		return err
	}
	if err := e.saveGroupChat(tx, a, old, &s); err != nil {
		return err
	}
	if err := countRequests(tx, known && old.State == topup.ShopAsked, s.State == topup.ShopAsked); err != nil {
		return err
	}
	if known {
		if err := tx.PutShop(s); err != nil || s.State != topup.ShopApproved {
			return err
		}
		return keep(tx, s)
	}
	id, err := tx.NextID("shop")
	if err != nil {
		return err
	}
	if topup.ShopID(id) != s.ID {
		return fmt.Errorf("till: new shop wants number %d, the next is %d", s.ID, id)
	}
	if err := tx.PutShop(s); err != nil {
		return err
	}
	return tx.PutMember(s.Keeper())
}

// keep sees to it that an approved shop has its keeper: they may have worked
// for another one since they were refused.
func keep(tx Tx, s topup.Shop) error {
	m, _, err := tx.Member(s.Chat)
	if err != nil || m.Shop == s.ID {
		return err
	}
	if err := tx.RemoveMember(s.Chat); err != nil {
		return err
	}
	return tx.PutMember(s.Keeper())
}

// guess counts an unknown link against a chat.
func (e *Engine) guess(tx Tx, a *after, chat int64) error {
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	if a.now.Sub(c.GuessedFrom) > guessWindow {
		c.Guesses, c.GuessedFrom = 0, a.now
	}
	c.ID = chat
	c.Guesses++
	return tx.PutChat(c)
}

// guessWindow is how long unknown links are held against a chat.
const guessWindow = time.Hour

// language is what a chat is spoken to in: its choice, else the guess by
// Telegram's language code, else the configured default.
func language(chosen, guess, fallback string) string {
	for _, l := range []string{chosen, locales.Guess(guess)} {
		if l != "" {
			return l
		}
	}
	return fallback
}

func number[T int64 | uint64](n T) string { return strconv.FormatInt(int64(n), 10) }

// Requests for shops. The rule: a few wait with a panel of their own each; of
// more the owners are told in sums, and /shops has them all.

// requestsMost is how many requests wait with a panel of their own.
const requestsMost = 5

// settingRequests is how many requests wait.
const settingRequests = "requests/waiting"

func waitingRequests(tx Tx) (n int, err error) {
	known, err := tx.Setting(settingRequests, &n)
	if err != nil || known {
		return n, err
	}
	for s, err := range tx.Shops() {
		if err != nil {
			return 0, err
		}
		if s.State == topup.ShopAsked {
			n++
		}
	}
	return n, nil
}

// countRequests keeps how many requests wait, before a shop is stored.
func countRequests(tx Tx, waited, waits bool) error {
	n, err := waitingRequests(tx)
	switch {
	case err != nil:
		return err
	case waits && !waited:
		n++
	case waited && !waits:
		n--
	}
	return tx.PutSetting(settingRequests, n)
}

// request asks the owners for a decision on a shop.
func (e *Engine) request(tx Tx, a *after, q flows.Request) error {
	n, err := waitingRequests(tx)
	if err != nil {
		return err
	}
	if n > requestsMost {
		return e.notice(tx, a, flows.TroubleRequests, number(int64(n)))
	}
	r := e.reading(tx, a.now)
	deciders := people{r}.Deciders()
	twin, _ := flows.Namesake(people{r}, q.Shop.ID, q.Shop.Name)
	if r.err != nil {
		return r.err
	}
	for _, owner := range deciders {
		if err := e.show(tx, a, flows.Show{Chat: owner, Panel: flows.RequestPanel(q.Shop.ID, owner),
			Screen: flows.RequestScreen(q.Shop, q.Person, twin), Class: flows.ClassNotices, Fresh: q.Again}); err != nil {
			return err
		}
	}
	return nil
}
