package till

import (
	"cmp"
	"context"
	"strings"
	"time"

	"hanout/flows"
)

// Late stays late. The rules:
//
//   - a tap carries no date. What comes after a minute without a poll may have
//     waited all that time, and so may all that comes behind it, until a batch
//     is not full: only then nothing waits any more;
//   - that lies on disk beside the time of the last poll, in the commit of the
//     updates themselves: a process that dies in the middle of what waited
//     leaves the rest as late as it was;
//   - a message carries its date, and is late by that, too; and so is what waited
//     here that long for the writer.
//
// What is late opens questions and answers them; it confirms nothing.

// lateAfter is the delay from which an update is late.
const lateAfter = time.Minute

// settingBehind lies on disk while updates that waited may still come.
const settingBehind = "behind"

// aliveEvery is how old the time of the last poll may get on disk.
const aliveEvery = 20 * time.Second

// Handle is the poller's end: it hands updates to the engine and returns when
// all of them are durably handled, or one never will be. more tells that
// others wait behind them.
func (e *Engine) Handle(ctx context.Context, updates []Update, more bool) error {
	select {
	case <-e.ready: // only then is it known since when Telegram was silent
	case <-e.gone:
		return ErrGone
	case <-ctx.Done():
		return ctx.Err()
	}
	now := time.Now()
	// A clock that was set back tells nothing of how long it was.
	late := e.behind.Load() || now.Sub(time.Unix(0, e.lastPoll.Load())).Abs() > lateAfter
	e.lastPoll.Store(now.UnixNano())
	e.heard.Store(now.UnixNano())
	e.heardOnce.Store(true)
	e.behind.Store(late && more)
	if len(updates) == 0 {
		return e.submit(ctx, polled{now})
	}
	acks := make(chan error, len(updates)) // each is acknowledged once at most: nobody waits to do it
	for _, u := range updates {
		if err := e.submit(ctx, &arrived{update: u, late: late, at: now, ack: func(err error) { acks <- err }}); err != nil {
			return err
		}
	}
	return e.acknowledged(ctx, acks)
}

// acknowledged waits for as many acknowledgements as there is room for, and
// gives the first error.
func (e *Engine) acknowledged(ctx context.Context, acks <-chan error) (failed error) {
	for range cap(acks) {
		select {
		case err := <-acks:
			failed = cmp.Or(failed, err)
		case <-e.gone: // what it had not taken is never acknowledged
			return cmp.Or(failed, ErrGone)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return failed
}

// arrived is one update.
type arrived struct {
	update Update
	late   bool // it may have waited while we were away
	at     time.Time
	ack    func(error)

	verdict verdict // see budget.go
}

// polled is an answer of Telegram's that brought nothing: the line is alive,
// and nothing waits.
type polled struct{ at time.Time }

func (p polled) apply(_ *Engine, tx Tx, _ *after) error {
	var alive time.Time
	if _, err := tx.Setting(settingAlive, &alive); err != nil {
		return err
	}
	if err := keepBehind(tx, false); err != nil || p.at.Sub(alive) < aliveEvery {
		return err
	}
	return tx.PutSetting(settingAlive, p.at)
}

// keepBehind writes down whether updates that waited may still come.
func keepBehind(tx Tx, behind bool) error {
	var was bool
	if _, err := tx.Setting(settingBehind, &was); err != nil || was == behind {
		return err
	}
	return tx.PutSetting(settingBehind, behind)
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
	if err := tx.PutSetting(settingAlive, u.at); err != nil {
		return err
	}
	if err := keepBehind(tx, u.late); err != nil {
		return err
	}
	switch up := u.update; {
	case up.Broken != "":
		e.log.Warn("an update could not be read", "update", up.ID, "why", up.Broken)
		return tx.SetAside(up.ID, up.Raw, up.Broken, a.now)
	case up.Moved != nil:
		return e.moved(tx, a, *up.Moved)
	case up.Blocked != nil:
		return e.blocked(tx, a, up.Chat.ID, *up.Blocked)
	case up.Message != nil:
		return u.written(e, tx, a, *up.Message)
	case up.Callback != nil:
		return u.tapped(e, tx, a, *up.Callback)
	}
	return nil
}

// blocked notes that we can't write into a chat any more, or can again.
func (e *Engine) blocked(tx Tx, a *after, id int64, out bool) error {
	chat, known, err := tx.Chat(id)
	switch {
	case err != nil || !known:
		return err
	case out && id < 0:
		return e.groupChatLost(tx, a, id)
	case out:
		chat.Blocked = true
		return tx.PutChat(chat)
	}
	chat.Blocked, chat.Missed = false, false
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	return e.alive(tx, a, chat)
}

// tooLate tells whether it may have waited so long, before it came or here.
func (u *arrived) tooLate(a *after) bool { return u.late || a.now.Sub(u.at) > lateAfter }

// written is a message of a person.
func (u *arrived) written(e *Engine, tx Tx, a *after, m Incoming) error {
	private := m.Chat.Type == "private"
	if m.Nameless && strings.HasPrefix(m.Text, "/") {
		m.From = User{} // a command is told why it does nothing
	} else if m.Nameless || m.From.ID == 0 || m.From.IsBot || (m.Contact == nil && m.Text == "" && !private) {
		return nil
	}
	in := flows.Input{
		Chat: m.Chat.ID, Private: private, Text: m.Text, Photo: m.Photo, Thing: m.Thing,
		Reply:  m.ReplyTo != "" && strings.EqualFold(m.ReplyTo, e.ourName()),
		Person: person(m.From), Late: u.tooLate(a) || u.at.Sub(m.Date) > lateAfter,
	}
	if c := m.Contact; c != nil {
		in.Contact = &flows.Contact{Phone: c.Phone, Own: c.UserID == m.From.ID}
	}
	return u.person(e, tx, a, in, "")
}

// tapped is a pressed button.
func (u *arrived) tapped(e *Engine, tx Tx, a *after, c Callback) error {
	if c.Data == "" {
		a.answers = append(a.answers, answer{query: c.ID})
		return nil
	}
	in := flows.Input{Chat: c.ChatID, Private: c.ChatType == "private", Data: c.Data, Person: person(c.From), Late: u.tooLate(a)}
	if in.Chat == 0 { // the message is no longer accessible: answer in the person's own chat
		in.Chat, in.Private = c.From.ID, true
	}
	return u.person(e, tx, a, in, c.ID)
}

// person hands what somebody did to the conversations, within their budget.
func (u *arrived) person(e *Engine, tx Tx, a *after, in flows.Input, query string) error {
	var err error
	if in.Chat, err = current(tx, in.Chat); err != nil {
		return err
	}
	chat, err := e.remember(tx, a, in)
	if err != nil {
		return err
	}
	if ok, err := u.admitted(e, tx, a, in, query); err != nil || !ok {
		return err
	}
	return e.turn(tx, a, e.env(a, chat.LastPanel), in, query, flows.Handle)
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
