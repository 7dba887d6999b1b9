package till

import (
	"cmp"
	"errors"
	"slices"

	"hanout/render"
	"hanout/store"
)

// A group chat that becomes a supergroup is another chat to Telegram. The rules:
//
//   - in one commit, and as often as an update or a refusal says so, the shop,
//     the sessions of its people and what is owed follow;
//   - the old number stays known as the same group chat: whatever names it is meant
//     for the new one;
//   - messages can't follow: a panel is sent anew when it next says something,
//     and nothing of the old chat's numbers is edited or deleted in the new one.

// current is a chat's number now: a group chat may have become a supergroup.
func current(tx Tx, chat int64) (int64, error) {
	if chat >= 0 {
		return chat, nil
	}
	c, _, err := tx.Chat(chat)
	if err != nil || c.Moved == 0 {
		return chat, err
	}
	return c.Moved, nil
}

// moved makes a supergroup of a group chat.
func (e *Engine) moved(tx Tx, a *after, m Move) error {
	old, known, err := tx.Chat(m.From)
	if err != nil || m.From >= 0 || m.To >= 0 || m.From == m.To || old.Moved == m.To {
		return err
	}
	s, sells, err := shopIn(tx, m.From)
	if err != nil || (!known && !sells) {
		return err
	}
	to, _, err := tx.Chat(m.To)
	if err != nil {
		return err
	}
	old.ID, old.Moved = m.From, m.To
	to.ID, to.Language, to.Guess, to.Heard = m.To, old.Language, old.Guess, a.now
	to.Blocked, to.Missed = false, false
	if err := errors.Join(tx.PutChat(old), tx.PutChat(to)); err != nil {
		return err
	}
	if sells {
		seat, err := tx.Session(m.From)
		if err != nil {
			return err
		}
		s.GroupChat = m.To
		if err := errors.Join(tx.PutShop(s), tx.DropSetting(groupChatAt(m.From)), tx.PutSetting(groupChatAt(m.To), s.ID),
			tx.PutSession(m.To, seat), tx.PutSession(m.From, nil)); err != nil {
			return err
		}
	}
	return e.oweAgain(tx, a, m)
}

// oweAgain owes to a supergroup what is owed to the group chat that it was.
func (e *Engine) oweAgain(tx Tx, a *after, m Move) error {
	var list []store.Owed
	for o, err := range tx.Outbox() {
		if err != nil && !errors.Is(err, store.ErrSealed) {
			return err
		}
		if err == nil && o.Chat == m.From {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(x, y store.Owed) int { return cmp.Compare(x.Seq, y.Seq) })
	a.offers = slices.DeleteFunc(a.offers, func(o Outgoing) bool { return o.Chat == m.From })
	for _, o := range list {
		text, err := render.Decode(o.Body)
		if err != nil {
			continue // it could not be sent to the group chat either
		}
		text.ReplyTo = 0 // it answered a message of the group chat
		o.Chat, o.Body, o.Sum = m.To, render.Encode(text), text.Sum()
		if o, err = tx.Owe(o); err != nil {
			return err
		}
		out, err := e.outgoing(tx, o)
		if err != nil {
			return err
		}
		a.offers = append(a.offers, out)
	}
	return nil
}
