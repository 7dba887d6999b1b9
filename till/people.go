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
	c, _, err := tx.Chat(s.Chat)
	if err != nil {
		return err
	}
	c.ID, c.Language = s.Chat, s.Language
	return tx.PutChat(c)
}

// saveShop stores a shop; a new one with its keeper.
func (e *Engine) saveShop(tx Tx, s topup.Shop) error {
	_, known, err := tx.Shop(s.ID)
	if err != nil {
		return err
	}
	if known {
		return tx.PutShop(s)
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
