package till

import (
	"context"
	"sync"
	"time"

	"hanout/flows"
)

// lateAfter is the delay from which an update may open a question but never
// confirm a sale.
const lateAfter = time.Minute

// Handle is the poller's end: it hands updates to the engine and returns when
// all of them are durably handled, or one never will be.
func (e *Engine) Handle(ctx context.Context, updates []Update) error {
	select {
	case <-e.ready: // only then is it known since when Telegram was silent
	case <-e.gone:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
	now := time.Now()
	gap := now.Sub(time.Unix(0, e.lastPoll.Load()))
	e.lastPoll.Store(now.UnixNano())
	e.heard.Store(now.UnixNano())
	if len(updates) == 0 {
		return nil
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for _, u := range updates {
		wait.Add(1)
		ev := &arrived{update: u, afterGap: gap > lateAfter, at: now, ack: func(err error) {
			mu.Lock()
			if failed == nil {
				failed = err
			}
			mu.Unlock()
			wait.Done()
		}}
		if err := e.submit(ctx, ev); err != nil {
			ev.ack(err)
			break
		}
	}
	finished := make(chan struct{})
	go func() { wait.Wait(); close(finished) }()
	select {
	case <-finished:
		mu.Lock()
		defer mu.Unlock()
		return failed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// arrived is one update.
type arrived struct {
	update   Update
	afterGap bool // it may have waited while we were away
	at       time.Time
	ack      func(error)
}

func (u *arrived) done(err error) { u.ack(err) }

func (u *arrived) apply(e *Engine, tx Tx, a *after) error {
	seen, err := tx.Handled(u.update.ID)
	if err != nil || seen {
		if seen && u.update.Callback != nil {
			a.answers = append(a.answers, answer{query: u.update.Callback.ID})
		}
		return err
	}
	if err := tx.MarkHandled(u.update.ID, a.now); err != nil {
		return err
	}
	if err := tx.PutSetting(settingAlive, a.now); err != nil {
		return err
	}
	switch up := u.update; {
	case up.Broken != "":
		e.log.Warn("an update could not be read", "update", up.ID, "why", up.Broken)
		return tx.SetAside(up.ID, up.Raw, up.Broken, a.now)
	case up.Blocked != nil:
		chat, known, err := tx.Chat(up.Chat.ID)
		if err != nil || !known {
			return err
		}
		chat.Blocked = *up.Blocked
		return tx.PutChat(chat)
	case up.Message != nil:
		m := up.Message
		if m.From.ID == 0 || m.From.IsBot {
			return nil
		}
		in := flows.Input{
			Chat: m.Chat.ID, Private: m.Chat.Type == "private", Text: m.Text,
			Person: person(m.From), Late: u.at.Sub(m.Date) > lateAfter,
		}
		if c := m.Contact; c != nil {
			in.Contact = &flows.Contact{Phone: c.Phone, Own: c.UserID == m.From.ID}
		} else if m.Text == "" {
			if !in.Private {
				return nil
			}
		}
		return e.person(tx, a, in, "")
	case up.Callback != nil:
		c := up.Callback
		in := flows.Input{
			Chat: c.ChatID, Private: c.ChatType == "private", Data: c.Data,
			Person: person(c.From), Late: u.afterGap,
		}
		if in.Chat == 0 { // the message is no longer accessible: answer in the person's own chat
			in.Chat, in.Private = c.From.ID, true
		}
		if in.Data == "" {
			a.answers = append(a.answers, answer{query: c.ID})
			return nil
		}
		return e.person(tx, a, in, c.ID)
	}
	return nil
}

// setAside keeps an update aside that no step could take, so that it is never
// asked for again, and tells the admins.
func (u *arrived) setAside(e *Engine, tx Tx, a *after, why error) error {
	if err := tx.MarkHandled(u.update.ID, a.now); err != nil {
		return err
	}
	if err := tx.SetAside(u.update.ID, u.update.Raw, "step failed", a.now); err != nil {
		return err
	}
	if c := u.update.Callback; c != nil {
		a.answers = append(a.answers, answer{query: c.ID, msg: flows.M("tap.failed"), alert: true,
			lang: language("", c.From.LanguageCode, e.cfg.Language)})
	}
	return e.notice(tx, a, "parked", number(u.update.ID))
}

func person(s User) flows.Person {
	name := s.FirstName
	if s.LastName != "" {
		name += " " + s.LastName
	}
	return flows.Person{ID: s.ID, Name: name, Language: s.LanguageCode}
}
