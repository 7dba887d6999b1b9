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
	follows bool // the panel of a sale in a group chat: it is where its sale is shown
}

// errToGroupChat is a message with codes that was about to be owed to a group chat.
var errToGroupChat = errors.New("till: codes don't go to a group chat")

func (e *Engine) owe(tx Tx, a *after, w owing) (err error) {
	if w, err = e.fit(tx, a, w); err != nil {
		return err
	}
	if w.chat < 0 && len(w.screen.Lines) == 0 && !w.screen.Gone {
		return nil // it holds nothing that a group chat may read
	}
	chat, _, err := tx.Chat(w.chat)
	if err != nil {
		return err
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
	// An edit to the text that it has would show nothing.
	idle := same && !lower && (waits && former.Class <= int(w.class) || !waits && !m.Fixed())
	if idle && w.chat > 0 && !w.follows {
		return nil
	}
	ref, moves, may, err := place(tx, w, former)
	if err != nil || !may || (idle && !moves) {
		return err
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

// fit makes what is to be owed fit for its chat, as that is now.
func (e *Engine) fit(tx Tx, a *after, w owing) (_ owing, err error) {
	if w.chat, err = current(tx, w.chat); err != nil {
		return w, err
	}
	if w.chat < 0 {
		if w.class == flows.ClassCodes {
			return w, errToGroupChat
		}
		w.screen = flows.InGroupChat(w.screen, e.ourName())
	}
	if w.class > flows.ClassMoney {
		// A crowd must not delay what a shop waits for.
		r := e.reading(tx, a.now)
		_, sells := groupChats{r}.ShopIn(w.chat)
		if !sells && !insider(people{r}.Actor(w.chat, w.chat)) {
			w.class = flows.ClassStrangers
		}
		return w, r.err
	}
	return w, nil
}

// place finds the message that shows a panel. One that is in another chat moves
// where it may: a sale's, and any of a group chat that is a supergroup now. No
// other may: a forged tap named it.
func place(tx Tx, w owing, former store.Owed) (ref store.PanelRef, moves, may bool, err error) {
	if ref, _, err = tx.PanelRef(w.panel); err != nil {
		return ref, false, false, err
	}
	for _, chat := range []int64{former.Chat, ref.Chat} {
		if chat == 0 || chat == w.chat {
			continue
		}
		now, err := current(tx, chat)
		if err != nil || (now != w.chat && !w.follows) {
			return store.PanelRef{}, true, false, err
		}
		moves = true
	}
	if moves {
		ref = store.PanelRef{}
	}
	return ref, moves, true, nil
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
	if ref.Chat != o.Chat {
		ref.MessageID = 0 // the panel has moved to another chat, where it is sent anew
	}
	return Outgoing{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, Class: o.Class, Message: m, MessageID: ref.MessageID}, nil
}

// Report takes what became of sent messages; it is the sender's callback.
func (e *Engine) Report(s Sent) { e.later(delivered{s}) }

// delivered is a message that Telegram has, or will never take.
type delivered struct{ Sent }

func (d delivered) apply(e *Engine, tx Tx, a *after) error {
	if d.Moved != 0 {
		err := e.moved(tx, a, Move{From: d.Chat, To: d.Moved})
		if o, waits, _ := tx.OwedOf(d.Panel); err != nil || !waits || o.Chat != d.Chat {
			return err
		}
	}
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
		if err := e.codesCame(tx, a, d.Sent); err != nil {
			return err
		}
		return e.outcome(tx, a, d.Sent)
	}
	if d.Chat < 0 && (d.Lost == LostBlocked || d.Lost == LostChatGone) {
		return d.lostThere(e, tx, a)
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
	if err := e.codesLost(tx, a, d.Sent); err != nil {
		return err
	}
	if who.Is(topup.Cashier) && !was {
		return e.cashierLost(tx, a, d.Chat)
	}
	if !tell {
		return nil
	}
	return e.notice(tx, a, flows.TroubleUnreached, number(uint64(who.Shop)))
}
