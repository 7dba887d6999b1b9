package till

import (
	"slices"

	"hanout/flows"
	"hanout/topup"
)

// The ring of a sale: a short message beside its panel, whose edit makes no
// sound and may be out of sight. The rules:
//
//   - it is owed with the commit of what it tells, so a sale has one for its end,
//     whatever stops in between; sales that were confirmed together have one, when
//     the last is over;
//   - money that came back is heard, and the message stays;
//   - a delivery is not heard, told only where its panel (or its codes) is not the
//     last message of the chat, or can't be seen, and the message goes when the next sale in that
//     chat ends.

// ring tells the change of an order, if that is to be told.
func (e *Engine) ring(tx Tx, a *after, was, o topup.Order) error {
	where, err := saleChat(tx, o)
	if err != nil {
		return err
	}
	if o.State.Final() && !was.State.Final() {
		if err := e.hush(tx, a, where); err != nil {
			return err
		}
	}
	how, panel, screen := topup.RingOf(was, o, a.now), o.Panel, flows.RingScreen(o)
	of := []topup.Order{o}
	if o.Batch != nil {
		if of, err = batch(tx, o); err != nil || !flows.BatchOver(of) {
			return err
		}
		panel, screen = o.Batch.Panel, flows.BatchRing(of)
		if slices.ContainsFunc(of, topup.GaveBack) {
			how = topup.RingBack
		}
	}
	switch how {
	case topup.RingNone:
		return nil
	case topup.RingDone:
		return e.whisper(tx, a, o.ID, where, panel, of, screen)
	}
	beside, err := messageIn(tx, where, panel)
	if err != nil {
		return err
	}
	return e.owe(tx, a, owing{
		chat: where, panel: "ring/" + string(o.ID), class: flows.ClassMoney,
		screen: screen, replyTo: beside, fresh: true,
	})
}

// messageIn is the message by which a chat shows a panel; 0 for none there.
func messageIn(tx Tx, chat int64, panel string) (int, error) {
	ref, _, err := tx.PanelRef(panel)
	if err != nil || ref.Chat != chat {
		return 0, err
	}
	return ref.MessageID, nil
}

// whisper tells of sales that were delivered, unless their panel is in sight.
func (e *Engine) whisper(tx Tx, a *after, id topup.OrderID, where int64, panel string, of []topup.Order, screen flows.Screen) error {
	chat, _, err := tx.Chat(where)
	if err != nil {
		return err
	}
	seen := chat.LastPanel == panel || slices.ContainsFunc(of, func(o topup.Order) bool { return chat.LastPanel == codesPanel(o) })
	if seen && !chat.Blocked {
		return nil // who blocked us sees nothing, which only a message finds out
	}
	beside, err := messageIn(tx, where, panel)
	if err != nil {
		return err
	}
	screen.Silent = true
	chat.ID, chat.Ring = where, "done/"+string(id)
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	return e.owe(tx, a, owing{chat: where, panel: chat.Ring, class: flows.ClassMoney, screen: screen, replyTo: beside, fresh: true, aside: true})
}

// hush takes away what a chat was told of a delivery.
func (e *Engine) hush(tx Tx, a *after, id int64) error {
	chat, _, err := tx.Chat(id)
	if err != nil || chat.Ring == "" {
		return err
	}
	panel := chat.Ring
	chat.Ring = ""
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: id, Panel: panel, Screen: flows.Screen{Gone: true}, Class: flows.ClassAnswer})
}
