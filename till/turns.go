package till

import (
	"fmt"

	"hanout/flows"
	"hanout/topup"
)

// person tells the conversations what was done, and applies what they want.
func (e *Engine) person(tx Tx, a *after, in flows.Input, query string) error {
	chat, known, err := tx.Chat(in.Chat)
	if err != nil {
		return err
	}
	if !known || chat.Guess != in.Person.Language || chat.Blocked {
		if !known {
			chat.FirstSeen = a.now
		}
		chat.ID, chat.Guess, chat.Blocked = in.Chat, in.Person.Language, false
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	in.LastPanel, in.NewID, in.Now = chat.LastPanel, topup.NewID, a.now
	if name := e.botName.Load(); name != nil {
		in.BotName = *name
	}
	return e.turn(tx, a, in, query, flows.Handle)
}

// turn runs one step of the talk with a chat.
func (e *Engine) turn(tx Tx, a *after, in flows.Input, query string,
	step func(flows.View, flows.Session, flows.Input) (flows.Session, []flows.Effect)) error {
	v := &view{tx: tx, admins: e.cfg.Admins, closed: e.caller.Halted(), now: a.now}
	was := v.Session(in.Chat)
	session, effects := step(v, was, in)
	if v.err != nil {
		return v.err
	}
	if in.Private {
		if err := tx.PutSession(in.Chat, session.Encode()); err != nil {
			return err
		}
	}
	return e.effects(tx, a, in, query, effects)
}

// answerTurn runs the step of a talk that an answer of the provider brings.
func (e *Engine) answerTurn(tx Tx, a *after, chat int64, step func(flows.View, flows.Session, flows.Input) (flows.Session, []flows.Effect)) error {
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	in := flows.Input{
		Chat: chat, Private: true, Person: flows.Person{ID: chat},
		Now: a.now, NewID: topup.NewID, LastPanel: c.LastPanel,
	}
	return e.turn(tx, a, in, "", step)
}

func (e *Engine) effects(tx Tx, a *after, in flows.Input, query string, effects []flows.Effect) error {
	var wake []int64
	for _, ef := range effects {
		var err error
		switch ef := ef.(type) {
		case flows.Show:
			err = e.show(tx, a, ef)
		case flows.Toast:
			err = e.toast(tx, a, in.Chat, query, ef)
		case flows.Speak:
			err = e.speak(tx, ef)
		case flows.SaveShop:
			err = e.saveShop(tx, ef.Shop)
		case flows.Place:
			err = e.place(tx, a, ef.Order)
		case flows.MoveOrder:
			var was topup.Order
			if was, _, err = tx.Order(ef.Change.Order.ID); err == nil {
				err = e.change(tx, a, was, ef.Change)
			}
		case flows.Book:
			_, err = tx.Post(ef.Transaction)
		case flows.Wake:
			wake = append(wake, ef.Chat)
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
			a.jobs = append(a.jobs, ef)
		default:
			err = fmt.Errorf("till: unknown effect %T", ef)
		}
		if err != nil {
			return err
		}
	}
	for _, chat := range wake {
		other := in
		other.Chat, other.Person, other.Data, other.Text, other.LastPanel, other.Private = chat, flows.Person{ID: chat}, "", "", "", true
		if err := e.turn(tx, a, other, "", flows.Resume); err != nil {
			return err
		}
	}
	return nil
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

// restarted takes up the talks that waited for an answer of the provider when
// the process ended.
type restarted struct{}

func (restarted) apply(e *Engine, tx Tx, a *after) error {
	chats, err := tx.Sessions()
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if err := e.answerTurn(tx, a, chat, flows.Restarted); err != nil {
			return err
		}
	}
	return nil
}
