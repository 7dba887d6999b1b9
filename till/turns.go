package till

import (
	"fmt"
	"maps"
	"slices"

	"hanout/flows"
	"hanout/locales"
	"hanout/store"
	"hanout/topup"
)

// remember notes that somebody said something in a chat.
func (e *Engine) remember(tx Tx, a *after, in flows.Input) (store.Chat, error) {
	chat, known, err := tx.Chat(in.Chat)
	if err != nil {
		return chat, err
	}
	if !known || chat.Guess != in.Person.Language || chat.Blocked || chat.Missed || a.now.Sub(chat.Heard) > heardEvery {
		chat.ID, chat.Guess, chat.Blocked, chat.Missed, chat.Heard = in.Chat, in.Person.Language, false, false, a.now
		err = tx.PutChat(chat)
	}
	if err != nil || len(chat.Kept) == 0 {
		return chat, err
	}
	if err := e.alive(tx, a, chat); err != nil {
		return chat, err
	}
	chat, _, err = tx.Chat(in.Chat)
	return chat, err
}

// turnFunc is what the conversations make of an input.
type turnFunc func(flows.View, flows.Env, flows.Session, flows.Input) (flows.Session, []flows.Effect)

func (e *Engine) env(a *after, lastPanel string) flows.Env {
	return flows.Env{Now: a.now, Zone: locales.Algiers, NewID: topup.NewID, LastPanel: lastPanel, BotName: e.ourName()}
}

// ourName is our Telegram username; "" until it is known.
func (e *Engine) ourName() string {
	if name := e.botName.Load(); name != nil {
		return *name
	}
	return ""
}

// turn runs one turn of the conversation with a chat.
func (e *Engine) turn(tx Tx, a *after, env flows.Env, in flows.Input, query string, run turnFunc) error {
	stored, err := sessionOf(tx, in)
	if err != nil {
		return err
	}
	r := e.reading(tx, a.now)
	session, effects := run(r.view(), env, flows.DecodeSession(stored), in)
	if r.err != nil {
		return r.err
	}
	if err := keepSession(tx, in, stored, session.Encode()); err != nil {
		return err
	}
	return e.effects(tx, a, in, query, effects)
}

// answerTurn runs the turn that an answer of the provider brings, of a
// person's conversation in a chat.
func (e *Engine) answerTurn(tx Tx, a *after, chat, person int64, run turnFunc) error {
	chat, err := current(tx, chat)
	if err != nil {
		return err
	}
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	return e.turn(tx, a, e.env(a, c.LastPanel), inputOf(chat, person), "", run)
}

func (e *Engine) effects(tx Tx, a *after, in flows.Input, query string, effects []flows.Effect) error {
	type other struct {
		chat, person int64
		run          turnFunc
	}
	var others []other
	for _, ef := range effects {
		switch ef := ef.(type) {
		case flows.Wake:
			s, _, err := tx.Shop(ef.Shop)
			if err != nil {
				return err
			}
			for m, err := range tx.Members(ef.Shop) {
				if err != nil {
					return err
				}
				others = append(others, other{m.Person, m.Person, flows.Resume})
				if s.GroupChat != 0 {
					others = append(others, other{s.GroupChat, m.Person, flows.Resume})
				}
			}
		case flows.Dismiss:
			others = append(others, other{ef.Chat, ef.Chat, flows.Dismissed(ef.Why)})
			if s, _, err := tx.Shop(ef.Shop); err != nil {
				return err
			} else if s.GroupChat != 0 {
				others = append(others, other{s.GroupChat, ef.Chat, flows.LeftGroupChat})
			}
		default:
			if err := e.effect(tx, a, in, query, ef); err != nil {
				return err
			}
		}
	}
	for _, o := range others {
		if err := e.turn(tx, a, e.env(a, ""), inputOf(o.chat, o.person), "", o.run); err != nil {
			return err
		}
	}
	return nil
}

// effect applies one thing that a step wants done.
func (e *Engine) effect(tx Tx, a *after, in flows.Input, query string, ef flows.Effect) (err error) {
	switch ef := ef.(type) {
	case flows.Show:
		err = e.show(tx, a, ef)
	case flows.Toast:
		err = e.toast(tx, a, in.Chat, query, ef)
	case flows.Speak:
		err = e.speak(tx, ef)
	case flows.SaveShop:
		err = e.saveShop(tx, a, ef.Shop)
	case flows.Request:
		err = e.request(tx, a, ef)
	case flows.Place:
		err = e.place(tx, a, ef.Order)
	case flows.PlaceMany:
		err = e.placeMany(tx, a, ef.Orders)
	case flows.MoveOrder:
		var was topup.Order
		if was, _, err = tx.Order(ef.Change.Order.ID); err == nil {
			err = e.change(tx, a, was, ef.Change)
		}
	case flows.Book:
		_, err = tx.Post(ef.Transaction)
	case flows.TakeOver:
		err = e.takeOver(tx, a, ef)
	case flows.Reopen:
		err = e.reopen(tx, a, ef.By)
	case flows.SaveComplaint:
		err = tx.PutComplaint(ef.Complaint)
	case flows.SaveNews:
		err = e.saveNews(tx, a, ef.News)
	case flows.ShowCodes:
		err = e.showCodes(tx, a, ef)
	case flows.MakeClaim:
		err = e.makeClaim(tx, a, ef)
	case flows.RevokeClaim:
		err = e.revokeClaim(tx, a, ef.Order)
	case flows.RedeemClaim:
		err = e.redeemClaim(tx, a, ef)
	case flows.Guess:
		err = e.guess(tx, a, ef.Chat)
	case flows.Menu:
		a.menus = append(a.menus, ef.Chat)
	case flows.Run:
		err = e.begins(tx, a, in.Person.ID, ef)
	default:
		err = e.deskEffect(tx, a, ef)
	}
	return err
}

// begins has slow work start after the commit, for who asked. An inquiry is
// written down before.
func (e *Engine) begins(tx Tx, a *after, by int64, ef flows.Run) error {
	r := e.reading(tx, a.now)
	who := people{r}.Actor(by, ef.Chat)
	if r.err != nil {
		return r.err
	}
	a.jobs = append(a.jobs, job{Run: ef, shop: who.Shop, by: by})
	if ef.Job != flows.JobOffers {
		return nil
	}
	return changeInquiries(tx, func(all topup.Inquiries) topup.Inquiries { return all.With(ef.Ask.Inquiry) })
}

// deskEffect applies what is wanted of people's places, of the safety copies and
// of inquiries.
func (e *Engine) deskEffect(tx Tx, a *after, ef flows.Effect) error {
	switch ef := ef.(type) {
	case flows.SaveMember:
		return saveMember(tx, ef.Member)
	case flows.RemoveMember:
		return removeMember(tx, ef.Member)
	case flows.MakeInvite:
		return e.makeInvite(tx, a, ef)
	case flows.SaveInvite:
		return saveInvite(tx, ef.Invite)
	case flows.EndInvite:
		return dropInvite(tx, ef.Invite)
	case flows.TakePlace:
		return takePlace(tx, a, ef)
	case flows.SendCopy:
		return e.sendCopy(tx, a, ef)
	case flows.SetLevel:
		return e.setLevel(tx, a, ef.Level)
	case flows.Reinquire:
		return e.reinquire(tx, a)
	case flows.Practised:
		return practised(tx, ef)
	case flows.SetPrice:
		return setPrice(tx, ef.Rule)
	case flows.EndPrice:
		return endPrice(tx, a.now, ef)
	}
	return fmt.Errorf("till: unknown effect %T", ef)
}

func (e *Engine) toast(tx Tx, a *after, chat int64, query string, t flows.Toast) error {
	if query == "" {
		return nil
	}
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	a.answers = append(a.answers, answer{query, t.Msg, t.Alert, language(c.Language, c.Guess, e.cfg.Language)})
	return nil
}

// resume takes up the conversations that waited for an answer of the provider
// when the process ended.
func (e *Engine) resume() error {
	var all []event
	err := e.db.View(func(tx Tx) error {
		chats, err := tx.Sessions()
		for _, chat := range chats {
			if chat > 0 {
				all = append(all, restarted{chat, chat})
				continue
			}
			people, err := seats(tx, chat)
			if err != nil {
				return err
			}
			for _, person := range slices.Sorted(maps.Keys(people)) {
				all = append(all, restarted{chat, person})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for events := range slices.Chunk(all, batchMost) {
		if err := e.commit(events); err != nil {
			return err
		}
	}
	return nil
}

// restarted is one of these conversations: one that fails harms no other.
type restarted struct{ chat, person int64 }

func (r restarted) apply(e *Engine, tx Tx, a *after) error {
	return e.answerTurn(tx, a, r.chat, r.person, flows.Restarted)
}
