package till

import (
	"cmp"
	"errors"
	"slices"

	"hanout/flows"
	"hanout/render"
	"hanout/store"
	"hanout/topup"
)

// show owes a screen to a chat.
func (e *Engine) show(tx Tx, a *after, s flows.Show) error {
	return e.owe(tx, a, owing{chat: s.Chat, panel: s.Panel, class: s.Class, screen: s.Screen, fresh: s.Fresh})
}

type owing struct {
	chat    int64
	panel   string
	class   flows.Class
	screen  flows.Screen
	fresh   bool
	replyTo int
	aside   bool // it goes again by itself: what stood last before does so still
}

func (e *Engine) owe(tx Tx, a *after, w owing) error {
	chat, _, err := tx.Chat(w.chat)
	if err != nil {
		return err
	}
	if w.class > flows.ClassMoney {
		// A crowd must not delay what a shop waits for.
		r := e.reading(tx, a.now)
		if who := (people{r}).Actor(w.chat, w.chat); r.err != nil {
			return r.err
		} else if !insider(who) {
			w.class = flows.ClassStrangers
		}
	}
	m := e.render.Screen(cmp.Or(w.screen.In, language(chat.Language, chat.Guess, e.cfg.Language)), w.screen)
	m.Fresh, m.ReplyTo = w.fresh && !m.Gone, w.replyTo
	former, waits, err := tx.OwedOf(w.panel)
	if err != nil && !errors.Is(err, store.ErrSealed) {
		return err
	}
	lower := m.Fresh
	if waits {
		if old, err := render.Decode(former.Body); err == nil && old.Fresh && !m.Gone {
			m.Fresh, lower = true, false // the newer text must still come down
		}
	}
	sum := m.Sum()
	same, err := tx.Says(w.panel, sum)
	if err != nil {
		return err
	}
	if same && !lower && (waits && former.Class <= int(w.class) || !waits && !m.Fixed()) {
		return nil // an edit to the text that it has would show nothing
	}
	ref, _, err := tx.PanelRef(w.panel)
	if err != nil {
		return err
	}
	if (waits && former.Chat != w.chat) || (ref.Chat != 0 && ref.Chat != w.chat) {
		return nil // a forged tap named a panel of another chat
	}
	if m.Gone && ref.MessageID == 0 && !waits {
		return nil // nobody has seen it
	}
	if ((ref.MessageID == 0 && !waits) || m.Fresh) && !w.aside {
		chat.ID, chat.LastPanel = w.chat, w.panel
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	owed, err := tx.Owe(store.Owed{Panel: w.panel, Chat: w.chat, Class: int(w.class), Since: a.now, Body: render.Encode(m), Sum: sum})
	if err != nil {
		return err
	}
	// Of what one batch makes of a panel only the last is worth sending.
	a.offers = slices.DeleteFunc(a.offers, func(o Outgoing) bool { return o.Panel == w.panel })
	a.offers = append(a.offers, Outgoing{Panel: w.panel, Seq: owed.Seq, Chat: w.chat, Class: int(w.class), Message: m, MessageID: ref.MessageID})
	return nil
}

// outgoing joins an outbox row with the message that its panel has now.
func (e *Engine) outgoing(tx Tx, o store.Owed) (Outgoing, error) {
	m, err := render.Decode(o.Body)
	if err != nil {
		return Outgoing{}, err
	}
	ref, _, err := tx.PanelRef(o.Panel)
	if err != nil {
		return Outgoing{}, err
	}
	return Outgoing{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, Class: o.Class, Message: m, MessageID: ref.MessageID}, nil
}

// Report takes what became of sent messages; it is the sender's callback.
func (e *Engine) Report(s Sent) { e.later(delivered{s}) }

// delivered is a message that Telegram has, or will never take.
type delivered struct{ Sent }

func (d delivered) apply(e *Engine, tx Tx, a *after) error {
	if d.Lost == "" {
		former, err := tx.Delivered(d.Panel, d.Seq, d.Chat, d.MessageID, a.now)
		if err == nil && former != 0 && former != d.MessageID {
			a.forget = append(a.forget, forget{d.Chat, former})
		}
		if err != nil {
			return err
		}
		if err := e.newsOut(tx, a, d.Sent); err != nil {
			return err
		}
		return e.outcome(tx, a, d.Sent)
	}
	return d.lost(e, tx, a)
}

// lost takes a message that Telegram will never take. What somebody paid for
// is kept for a person to see, the rest is gone; the owners are told of a
// chat that has a shop, once until it comes back.
func (d delivered) lost(e *Engine, tx Tx, a *after) error {
	o, owed, err := tx.OwedOf(d.Panel)
	if err != nil && !errors.Is(err, store.ErrSealed) {
		return err
	}
	if owed && o.Class > int(flows.ClassMoney) {
		err = tx.Drop(d.Panel, d.Seq)
	} else {
		err = tx.Undeliverable(d.Panel, d.Seq, string(d.Lost), a.now)
	}
	if err != nil {
		return err
	}
	chat, _, err := tx.Chat(d.Chat)
	if err != nil {
		return err
	}
	r := e.reading(tx, a.now)
	who := people{r}.Actor(d.Chat, d.Chat)
	if r.err != nil {
		return r.err
	}
	_, _, told := topup.NewsOf(d.Panel)                                           // those that miss it are listed with it
	tell := !told && who.Is(topup.Keeper) && !chat.Missed && !who.Is(topup.Owner) // no owner is told in a chat that can't be reached
	was := chat.Missed
	chat.ID, chat.Missed = d.Chat, chat.Missed || tell || who.Is(topup.Cashier)
	chat.Blocked = chat.Blocked || d.Lost == LostBlocked || d.Lost == LostChatGone
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	if err := e.newsOut(tx, a, d.Sent); err != nil {
		return err
	}
	if err := e.outcome(tx, a, d.Sent); err != nil {
		return err
	}
	if who.Is(topup.Cashier) && !was {
		return e.cashierLost(tx, a, d.Chat)
	}
	if !tell {
		return nil
	}
	return e.notice(tx, a, "undeliverable", number(uint64(who.Shop)))
}
