package till

import (
	"context"
	"sync"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

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

func (u *arrived) apply(e *Engine, tx *store.Tx, a *after) error {
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
func (u *arrived) setAside(e *Engine, tx *store.Tx, a *after, why error) error {
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

// Report takes what became of sent messages; it is the sender's callback.
func (e *Engine) Report(s Sent) { e.later(delivered{s}) }

// delivered is a message that Telegram has, or will never take.
type delivered struct{ Sent }

func (delivered) done(error)                                               {}
func (delivered) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (d delivered) apply(e *Engine, tx *store.Tx, a *after) error {
	if d.Lost == "" {
		former, err := tx.Delivered(d.Panel, d.Seq, d.Chat, d.MessageID, a.now)
		if err == nil && former != 0 && former != d.MessageID {
			a.forget = append(a.forget, forget{d.Chat, former})
		}
		return err
	}
	if err := tx.Undeliverable(d.Panel, d.Seq, string(d.Lost), a.now); err != nil {
		return err
	}
	chat, known, err := tx.Chat(d.Chat)
	if err != nil {
		return err
	}
	if known && !chat.Blocked && (d.Lost == LostBlocked || d.Lost == LostChatGone) {
		chat.Blocked = true
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	for _, admin := range e.cfg.Admins {
		if admin == d.Chat {
			return nil // nobody is told in a chat that can't be reached
		}
	}
	return e.notice(tx, a, "undeliverable", number(d.Chat))
}

// Answered takes what the provider said of orders; it is the worker's
// callback.
func (e *Engine) Answered(list []topup.Answer) {
	for _, an := range list {
		e.later(answered{an})
	}
}

// answered is one answer of the provider.
type answered struct{ topup.Answer }

func (answered) done(error) {}

// setAside leaves the order as it is: it is due again, and asked again, later.
func (an answered) setAside(_ *Engine, tx *store.Tx, _ *after, _ error) error {
	o, ok, err := tx.Order(an.Order.ID)
	if err != nil || !ok || o.State.Final() {
		return err
	}
	o.Due = time.Now().Add(15 * time.Minute)
	return tx.Apply(topup.Change{Order: o})
}

func (an answered) apply(e *Engine, tx *store.Tx, a *after) error {
	o, ok, err := tx.Order(an.Order.ID)
	if err != nil || !ok {
		return err
	}
	step, err := an.step(e, tx, o, a.now)
	if err != nil {
		return err
	}
	return e.change(tx, a, o, step)
}

func (an answered) step(e *Engine, tx *store.Tx, o topup.Order, now time.Time) (topup.Change, error) {
	scale := e.cfg.Scale
	switch {
	case an.Sent != nil:
		return topup.Sent(o, *an.Sent, now, scale), nil
	case an.Status != nil:
		return e.match(tx, o, []topup.Status{*an.Status}, now)
	case len(an.Candidates) > 0:
		return e.match(tx, o, an.Candidates, now)
	case an.Call == topup.CallLookup:
		step := topup.Lost(o, an.Absent, now, scale)
		if f := an.Fault; f != nil && f.Kind == topup.FaultKey && step.Alert == topup.AlertNone {
			step.Alert = topup.AlertKey
		}
		return step, nil
	case an.Fault != nil:
		return topup.Faulted(o, an.Fault, now, scale), nil
	}
	return topup.Change{Order: o}, nil
}

// match takes the one provider order that can be o: not already another
// order's, and the only one.
func (e *Engine) match(tx *store.Tx, o topup.Order, found []topup.Status, now time.Time) (topup.Change, error) {
	var free []topup.Status
	for _, s := range found {
		other, taken, err := tx.OrderByProvider(s.ProviderID)
		if err != nil {
			return topup.Change{}, err
		}
		mayBe := o.Good != topup.GiftCard || o.ProviderID != "" || datedAs(s, o.Submitted)
		if mayBe && (!taken || other.ID == o.ID) {
			free = append(free, s)
		}
	}
	switch len(free) {
	case 0:
		return topup.Lost(o, true, now, e.cfg.Scale), nil
	case 1:
		return topup.Checked(o, free[0], now, e.cfg.Scale), nil
	}
	return topup.Ambiguous(o, now, e.cfg.Scale), nil
}
