package till

import (
	"bytes"
	"fmt"
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
	env := flows.Env{Now: a.now, Zone: locales.Algiers, NewID: topup.NewID, LastPanel: lastPanel}
	if name := e.botName.Load(); name != nil {
		env.BotName = *name
	}
	return env
}

// turn runs one turn of the conversation with a chat.
func (e *Engine) turn(tx Tx, a *after, env flows.Env, in flows.Input, query string, run turnFunc) error {
	stored, err := tx.Session(in.Chat)
	if err != nil {
		return err
	}
	r := e.reading(tx, a.now)
	session, effects := run(r.view(), env, flows.DecodeSession(stored), in)
	if r.err != nil {
		return r.err
	}
	if b := session.Encode(); in.Private && !bytes.Equal(b, stored) {
		if err := tx.PutSession(in.Chat, b); err != nil {
			return err
		}
	}
	return e.effects(tx, a, in, query, effects)
}

// answerTurn runs the turn that an answer of the provider brings, of a
// conversation in a person's own chat.
func (e *Engine) answerTurn(tx Tx, a *after, chat int64, run turnFunc) error {
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	in := flows.Input{Chat: chat, Private: true, Person: flows.Person{ID: chat}}
	return e.turn(tx, a, e.env(a, c.LastPanel), in, "", run)
}

func (e *Engine) effects(tx Tx, a *after, in flows.Input, query string, effects []flows.Effect) error {
	type other struct {
		chat int64
		run  turnFunc
	}
	var others []other
	for _, ef := range effects {
		switch ef := ef.(type) {
		case flows.Wake:
			for m, err := range tx.Members(ef.Shop) {
				if err != nil {
					return err
				}
				others = append(others, other{m.Person, flows.Resume})
			}
		case flows.Dismiss:
			others = append(others, other{ef.Chat, flows.Dismissed(ef.Why)})
		default:
			if err := e.effect(tx, a, in.Chat, query, ef); err != nil {
				return err
			}
		}
	}
	for _, o := range others {
		in := flows.Input{Chat: o.chat, Private: true, Person: flows.Person{ID: o.chat}}
		if err := e.turn(tx, a, e.env(a, ""), in, "", o.run); err != nil {
			return err
		}
	}
	return nil
}

// effect applies one thing that a step wants done.
func (e *Engine) effect(tx Tx, a *after, chat int64, query string, ef flows.Effect) (err error) {
	switch ef := ef.(type) {
	case flows.Show:
		err = e.show(tx, a, ef)
	case flows.Toast:
		err = e.toast(tx, a, chat, query, ef)
	case flows.Speak:
		err = e.speak(tx, ef)
	case flows.SaveShop:
		err = e.saveShop(tx, ef.Shop)
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
		err = e.begins(tx, a, ef)
	default:
		err = e.deskEffect(tx, a, ef)
	}
	return err
}

// begins has slow work start after the commit. An inquiry is written down
// before.
func (e *Engine) begins(tx Tx, a *after, ef flows.Run) error {
	r := e.reading(tx, a.now)
	who := people{r}.Actor(ef.Chat, ef.Chat)
	if r.err != nil {
		return r.err
	}
	a.jobs = append(a.jobs, job{ef, who.Shop})
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
	var chats []int64
	err := e.db.View(func(tx Tx) (err error) { chats, err = tx.Sessions(); return err })
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(chats, batchMost) {
		var events []event
		for _, chat := range batch {
			events = append(events, restarted{chat})
		}
		if err := e.commit(events); err != nil {
			return err
		}
	}
	return nil
}

// restarted is one of these conversations: one that fails harms no other.
type restarted struct{ chat int64 }

func (r restarted) apply(e *Engine, tx Tx, a *after) error {
	return e.answerTurn(tx, a, r.chat, flows.Restarted)
}
