package till

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hanout/flows"
	"hanout/topup"
)

// GroupChats where shops sell. The rules:
//
//   - whose a group chat is lies beside the shop, in a setting, from when the shop is
//     admitted; the sessions of its people lie together, under its number;
//   - codes, and whatever else only one person may see, go to the seller's own
//     chat; a message with codes is never owed to a group chat;
//   - a sale is shown where it was sold as long as its shop sells there and we
//     can write there, and to its seller after that;
//   - a group chat that becomes a supergroup is another chat; see moved.go.

// groupChatAt is whose a group chat is.
func groupChatAt(chat int64) string { return fmt.Sprintf("groupchat/%d", chat) }

// shopIn is the shop that sells in a group chat.
func shopIn(tx Tx, chat int64) (topup.Shop, bool, error) {
	var id topup.ShopID
	if chat >= 0 {
		return topup.Shop{}, false, nil
	}
	found, err := tx.Setting(groupChatAt(chat), &id)
	if err != nil || !found {
		return topup.Shop{}, false, err
	}
	return tx.Shop(id)
}

// groupChats is the reading of them.
type groupChats struct{ *reading }

func (p groupChats) ShopIn(chat int64) (topup.Shop, bool) {
	s, ok, err := shopIn(p.tx, chat)
	p.note(err)
	return s, ok
}

// CardOf finds whose conversation in a group chat has a panel.
func (p groupChats) CardOf(chat int64, panel string) int64 {
	all, err := seats(p.tx, chat)
	p.note(err)
	for _, person := range slices.Sorted(maps.Keys(all)) {
		if s := flows.DecodeSession(all[person]); panel != "" && s.Panel == panel {
			return person
		}
	}
	return 0
}

// seats reads the sessions of a group chat's people.
func seats(tx Tx, chat int64) (all map[int64]json.RawMessage, err error) {
	b, err := tx.Session(chat)
	if err != nil || len(b) == 0 || json.Unmarshal(b, &all) != nil {
		return map[int64]json.RawMessage{}, err
	}
	return all, nil
}

// sessionOf reads where a person's conversation in a chat stands.
func sessionOf(tx Tx, in flows.Input) ([]byte, error) {
	if in.Private {
		return tx.Session(in.Chat)
	}
	all, err := seats(tx, in.Chat)
	return all[in.Person.ID], err
}

// keepSession writes it down; in a group chat, only where a shop sells.
func keepSession(tx Tx, in flows.Input, was, b []byte) error {
	if bytes.Equal(was, b) {
		return nil
	}
	if in.Private {
		return tx.PutSession(in.Chat, b)
	}
	if _, sells, err := shopIn(tx, in.Chat); err != nil || !sells {
		return err
	}
	all, err := seats(tx, in.Chat)
	if err != nil {
		return err
	}
	if all[in.Person.ID] = b; b == nil {
		delete(all, in.Person.ID)
	}
	if len(all) == 0 {
		return tx.PutSession(in.Chat, nil)
	}
	row, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return tx.PutSession(in.Chat, row)
}

// inputOf is the input of a turn that no person began, in their own chat or in
// a group chat.
func inputOf(chat, person int64) flows.Input {
	return flows.Input{Chat: chat, Private: chat > 0, Person: flows.Person{ID: person}}
}

// saveGroupChat keeps whose the group chat of a shop is, before the shop is stored. The
// shop that had it sells there no more.
func (e *Engine) saveGroupChat(tx Tx, a *after, old topup.Shop, s *topup.Shop) (err error) {
	if s.GroupChat, err = current(tx, s.GroupChat); err != nil {
		return err
	}
	sells := func(s topup.Shop) int64 {
		if s.Admitted() {
			return s.GroupChat
		}
		return 0
	}
	was, is := sells(old), sells(*s)
	if was == is {
		return nil
	}
	if former, _, err := shopIn(tx, was); err != nil {
		return err
	} else if former.ID == s.ID {
		if err := tx.DropSetting(groupChatAt(was)); err != nil {
			return err
		}
		if err := tx.PutSession(was, nil); err != nil {
			return err
		}
	}
	if is == 0 {
		return nil
	}
	former, had, err := shopIn(tx, is)
	if err != nil {
		return err
	}
	if had && former.ID != s.ID {
		if err := e.show(tx, a, flows.Show{Chat: former.Chat, Panel: "groupchat/taken/" + topup.NewID(), Screen: flows.GroupChatTakenScreen(former), Class: flows.ClassNotices}); err != nil {
			return err
		}
		former.GroupChat, former.GroupChatTitle = 0, ""
		if err := errors.Join(tx.PutShop(former), tx.PutSession(is, nil)); err != nil {
			return err
		}
	}
	return tx.PutSetting(groupChatAt(is), s.ID)
}

// saleChat is where a sale is shown.
func saleChat(tx Tx, o topup.Order) (int64, error) {
	if o.Chat > 0 {
		return o.Chat, nil
	}
	chat, err := current(tx, o.Chat)
	if err != nil {
		return o.By, err
	}
	s, sells, err := shopIn(tx, chat)
	if err != nil || !sells || s.ID != o.Shop {
		return o.By, err
	}
	c, _, err := tx.Chat(chat)
	if err != nil || c.Blocked {
		return o.By, err
	}
	return chat, nil
}

// sellerChat is the own chat of who sold.
func sellerChat(o topup.Order) int64 {
	if o.Chat < 0 {
		return o.By
	}
	return o.Chat
}

// groupChatLost notes that nothing can be written into a group chat: what is shown there
// goes to who sold it, and its shop's keeper is told, once until it can be, and
// once a day at most.
func (e *Engine) groupChatLost(tx Tx, a *after, chat int64) error {
	c, _, err := tx.Chat(chat)
	if err != nil || c.Moved != 0 {
		return err
	}
	told := c.Missed
	c.ID, c.Blocked, c.Missed = chat, true, true
	if err := tx.PutChat(c); err != nil || told {
		return err
	}
	s, sells, err := shopIn(tx, chat)
	if err != nil || !sells {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: s.Chat, Panel: "groupchat/lost/" + dayOf(a.now) + "/" + number(uint64(s.ID)), Screen: flows.GroupChatLostScreen(s), Class: flows.ClassNotices})
}

// lostThere takes a message that a group chat will never have: a sale is shown to
// who sold it.
func (d delivered) lostThere(e *Engine, tx Tx, a *after) error {
	if err := errors.Join(tx.Drop(d.Panel, d.Seq), e.groupChatLost(tx, a, d.Chat)); err != nil {
		return err
	}
	o, ok, err := tx.OrderByPanel(d.Panel)
	if err != nil || !ok || o.Chat > 0 {
		return err
	}
	chat, err := saleChat(tx, o)
	if err != nil || chat < 0 {
		return err
	}
	return e.present(tx, a, o)
}

// codesLost keeps the codes of a sale in a group chat for a seller who can't be
// reached, and tells the group chat what to do.
func (e *Engine) codesLost(tx Tx, a *after, s Sent) error {
	o, ok, err := codesOwed(tx, s)
	if err != nil || !ok || (s.Lost != LostBlocked && s.Lost != LostChatGone) {
		return err
	}
	c, _, err := tx.Chat(s.Chat)
	if err != nil {
		return err
	}
	if !slices.Contains(c.Kept, o.ID) {
		c.ID, c.Kept = s.Chat, append(slices.Clip(c.Kept), o.ID)
		if err := tx.PutChat(c); err != nil {
			return err
		}
	}
	chat, err := saleChat(tx, o)
	if err != nil || chat > 0 {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: chat, Panel: waitsPanel(o), Screen: flows.CodesWaitScreen(o, e.ourName()), Class: flows.ClassMoney})
}

// codesCame tells the group chat that a seller who could not be reached has them.
func (e *Engine) codesCame(tx Tx, a *after, s Sent) error {
	o, ok, err := codesOwed(tx, s)
	if err != nil || !ok {
		return err
	}
	_, told, err := tx.PanelRef(waitsPanel(o))
	if err != nil {
		return err
	}
	if waits, err := owes(tx, waitsPanel(o)); err != nil || (!told && !waits) {
		return err
	}
	chat, err := saleChat(tx, o)
	if err != nil || chat > 0 {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: chat, Panel: waitsPanel(o), Screen: flows.CodesCameScreen(o), Class: flows.ClassMoney})
}

// codesFromGroupChat begins the name of a panel with the codes of a sale in one.
const codesFromGroupChat = "groupchat/codes/"

func waitsPanel(o topup.Order) string { return "waits/" + string(o.ID) }

// codesOwed finds the sale in a group chat whose codes a message to its seller is.
func codesOwed(tx Tx, s Sent) (topup.Order, bool, error) {
	id, is := strings.CutPrefix(s.Panel, codesFromGroupChat)
	if !is {
		return topup.Order{}, false, nil
	}
	o, ok, err := tx.Order(topup.OrderID(id))
	return o, ok && o.Chat < 0 && o.By == s.Chat, err
}

// sellerAlive sends the codes that were kept for who sold in a group chat.
func (e *Engine) sellerAlive(tx Tx, a *after, person int64, id topup.OrderID) error {
	o, ok, err := tx.Order(id)
	if err != nil || !ok || o.Chat > 0 || o.By != person {
		return err
	}
	if chat, err := codesChat(tx, o); err != nil || chat != person {
		return err
	}
	vouchers, err := vouchersOf(tx, id)
	if err != nil {
		return err
	}
	return e.codes(tx, a, o, vouchers, topup.Showing{Chat: person, By: person, Why: topup.WhyDelivery})
}

// askGroupChat asks Telegram about a group chat, beside the writer.
func (e *Engine) askGroupChat(j job) {
	ctx, cancel := context.WithTimeout(e.stopping, answerWait)
	defer cancel()
	seen := groupChatSeen{chat: j.Chat, answer: flows.GroupChatAnswer{GroupChat: j.Ask.GroupChat}}
	var err error
	seen.answer.Title, seen.answer.Admin, err = e.messenger.GroupChat(ctx, j.Ask.GroupChat, j.by)
	// Where we are not, nobody can speak for the group chat.
	seen.answer.Unseen = err != nil && !errors.Is(err, ErrUnreachable)
	e.later(seen)
}

// groupChatSeen is the answer.
type groupChatSeen struct {
	chat   int64
	answer flows.GroupChatAnswer
}

func (g groupChatSeen) apply(e *Engine, tx Tx, a *after) error {
	return e.answerTurn(tx, a, g.chat, g.chat, func(v flows.View, env flows.Env, s flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.GroupChatSeen(v, env, s, in, g.answer)
	})
}
