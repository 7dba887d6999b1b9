package bot

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"hanout/render"
	"hanout/till"
)

// Messages out. The rules:
//
//   - of a panel only the newest state is worth sending; one that says what
//     the message says, since what came between never left, is out already; a
//     repeat after a restart is an edit, and "not modified" counts as delivered;
//   - classes go in order (codes, money, answers, the rest), and within a class
//     the chats take turns; in a chat one message at a time, in order;
//   - how fast it goes is learnt (pace.go); a chat that blocked us is given up at
//     once; everything else is tried until it is out;
//   - a message that can't become the next one by an edit is sent anew, and its
//     former deleted; one that is to go is deleted, and edited when it is too old
//     for that;
//   - answers to taps go ahead of all, and are dropped when they are too late.

// telegramAPI is the API as the sender uses it.
type telegramAPI interface {
	Send(ctx context.Context, chat int64, m render.Message) (messageID int, err error)
	Edit(ctx context.Context, chat int64, messageID int, m render.Message) error
	Delete(ctx context.Context, chat int64, ids ...int) error
	Answer(ctx context.Context, queryID, text string, alert bool) error
}

const (
	shortestBackoff = time.Second
	longestBackoff  = time.Minute

	// answerable is how long an answer to a pressed button is worth sending;
	// Telegram refuses late ones.
	answerable = 20 * time.Second

	// rememberFor is how long the sender remembers a panel after its last
	// message: longer than the store takes to learn of it.
	rememberFor = 10 * time.Minute

	// stopWithin bounds the stop of the sender.
	stopWithin = 1500 * time.Millisecond
)

// Sender delivers what is owed to chats within Telegram's limits, and tries
// until it is out or can never be. It keeps nothing on disk: after a restart
// all that is still owed is offered again.
type Sender struct {
	api    telegramAPI
	report func(till.Sent)
	log    *slog.Logger
	wake   chan struct{}

	mu          sync.Mutex
	limits      limits
	pausedUntil time.Time // no request before, for any chat
	all         learned   // the token's pace
	refused     *lane     // the chat that was refused last, and until when it pauses
	refusedTo   time.Time
	lanes       map[int64]*lane
	active      []*lane // those with something waiting
	waiting     int     // panels with a message not yet out
	flying      int     // messages in flight
	turn        uint64  // counts the messages started
	answers     []answering
	replying    int  // answers in flight
	failing     bool // the last outcome was a temporary failure
	swept       time.Time
	inFlight    sync.WaitGroup
}

// lane is one chat: one request at a time, in order.
type lane struct {
	slow     pace    // of what can wait
	own      learned // of everything
	group    bool
	busy     bool
	served   uint64    // the sender's turn when it was served last
	failures int       // temporary ones in a row
	resume   time.Time // after a failure
	slots    map[string]*slot
	next     []*till.Outgoing // one for each panel with something waiting, by class and Seq
	place    int              // in Sender.active, while next is not empty
}

// slot is what the sender remembers of a panel.
type slot struct {
	newest    uint64         // highest Seq offered
	waits     *till.Outgoing // in lane.next
	flies     *till.Outgoing // in flight
	known     bool           // this process has sent it; messageID is certain
	messageID int
	says      string // Message.Sum of what it says; "" when that is not certain
	fixed     bool   // the message can't be edited
	lost      bool   // the message could not be edited, so a new one is due
	used      time.Time
}

type answering struct {
	query, text string
	alert       bool
	asked       time.Time
	resume      time.Time
}

// NewSender makes a sender. report is called once for each message that is out
// or can never be, from several goroutines, in order for each chat; it may
// block, and then holds up its chat only.
func NewSender(api telegramAPI, report func(till.Sent), log *slog.Logger) *Sender {
	return &Sender{
		api: api, report: report, log: log,
		wake:   make(chan struct{}, 1),
		limits: telegramLimits(),
		lanes:  map[int64]*lane{},
	}
}

// Offer hands over messages, of which none leaves before all are known. Each
// replaces an older one of its panel that is not yet on its way; after one that
// is, it follows. It never blocks, and may be called from any goroutine, also
// before Run.
func (s *Sender) Offer(all ...till.Outgoing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range all {
		s.queue(o)
	}
	s.nudge()
}

// queue puts one offered message into its line. The caller holds the lock.
func (s *Sender) queue(o till.Outgoing) {
	l := s.lane(o.Chat)
	c := l.slots[o.Panel]
	if c == nil {
		c = &slot{}
		l.slots[o.Panel] = c
	}
	if o.Seq < c.newest || (c.flies != nil && o.Seq == c.flies.Seq) {
		return
	}
	c.newest, c.used = o.Seq, time.Now()
	if c.waits != nil {
		// The newer text must still come down to where the older one would
		// have gone.
		o.Message.Fresh = o.Message.Fresh || c.waits.Message.Fresh
		s.withdraw(l, c)
	}
	s.enqueue(l, c, &o)
}

// Answer ends the waiting of a pressed button, ahead of all messages. It is
// best effort: an answer that can't be given in time is dropped.
func (s *Sender) Answer(queryID, text string, alert bool) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answering{query: queryID, text: text, alert: alert, asked: now, resume: now})
	s.nudge()
}

// Waiting is the number of messages not yet out, those in flight included.
func (s *Sender) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting + s.flying
}

// Run delivers until ctx is done, and then waits for what is in flight. It
// returns within 2 seconds of that; what is not out by then stays owed.
func (s *Sender) Run(ctx context.Context) {
	calls, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(s.dispatch(calls))
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
	}
	late := time.AfterFunc(stopWithin, giveUp)
	defer late.Stop()
	s.inFlight.Wait()
}

// ring wakes the dispatcher.
func (s *Sender) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// lane gives the lane of a chat. The caller holds the lock.
func (s *Sender) lane(chat int64) *lane {
	now := time.Now()
	s.sweep(now)
	l := s.lanes[chat]
	if l == nil {
		l = &lane{slow: s.limits.slowChat, slots: map[string]*slot{}}
		if chat < 0 {
			l.slow, l.group = s.limits.slowGroup, true
		}
		s.lanes[chat] = l
	}
	return l
}

// sweep forgets panels that have long been idle, and chats without any.
func (s *Sender) sweep(now time.Time) {
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for chat, l := range s.lanes {
		for name, c := range l.slots {
			if c.waits == nil && c.flies == nil && now.Sub(c.used) > rememberFor {
				delete(l.slots, name)
			}
		}
		if !l.busy && len(l.slots) == 0 {
			delete(s.lanes, chat)
		}
	}
}

func byTurn(a, b *till.Outgoing) int {
	switch {
	case a.Class != b.Class:
		return a.Class - b.Class
	case a.Seq < b.Seq:
		return -1
	case a.Seq > b.Seq:
		return 1
	}
	return 0
}

// enqueue puts a panel's message into its lane's line.
func (s *Sender) enqueue(l *lane, c *slot, o *till.Outgoing) {
	at, _ := slices.BinarySearchFunc(l.next, o, byTurn)
	l.next = slices.Insert(l.next, at, o)
	c.waits = o
	s.waiting++
	if len(l.next) == 1 {
		l.place = len(s.active)
		s.active = append(s.active, l)
	}
}

// withdraw takes a panel's message out of the line again.
func (s *Sender) withdraw(l *lane, c *slot) {
	at := slices.Index(l.next, c.waits)
	l.next = slices.Delete(l.next, at, at+1)
	c.waits = nil
	s.waiting--
	if len(l.next) == 0 {
		last := len(s.active) - 1
		s.active[l.place] = s.active[last]
		s.active[l.place].place = l.place
		s.active[last] = nil
		s.active = s.active[:last]
	}
}

// dispatch starts all requests that may start now and tells how long there is
// nothing to do, unless something comes up.
func (s *Sender) dispatch(ctx context.Context) time.Duration {
	const idle = time.Minute
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if wait := s.pausedUntil.Sub(now); wait > 0 {
		return wait
	}
	wait := min(idle, s.startAnswers(ctx, now))
	for s.flying < s.limits.atOnce {
		l, soonest := s.pick(now)
		if l == nil {
			return min(wait, soonest)
		}
		s.start(ctx, l, now)
	}
	return wait // the next one to land rings
}

// pick gives the lane whose turn it is, or how long there is none. Within a
// class the chats take turns, so that one with much to be told holds up none
// with little.
func (s *Sender) pick(now time.Time) (best *lane, soonest time.Duration) {
	soonest = time.Minute
	if d := s.all.after(now).Sub(now); d > 0 {
		return nil, min(soonest, d)
	}
	for _, l := range s.active {
		if l.busy {
			continue // rings when it lands
		}
		at := later(l.resume, l.own.after(now))
		if l.next[0].Class >= slowClass {
			at = later(at, l.slow.ready(), s.limits.slow.ready())
		}
		if d := at.Sub(now); d > 0 {
			soonest = min(soonest, d)
		} else if best == nil || before(l, best) {
			best = l
		}
	}
	return best, soonest
}

// before tells which of two lanes goes first: by the class of what it has
// next, then the one that was served longer ago.
func before(a, b *lane) bool {
	x, y := a.next[0], b.next[0]
	switch {
	case x.Class != y.Class:
		return x.Class < y.Class
	case a.served != b.served:
		return a.served < b.served
	}
	return x.Seq < y.Seq
}

// start sends the head of a lane on its way.
func (s *Sender) start(ctx context.Context, l *lane, now time.Time) {
	o := l.next[0]
	c := l.slots[o.Panel]
	s.withdraw(l, c)
	if !c.known {
		c.messageID = o.MessageID
	}
	c.flies, l.busy = o, true
	s.turn++
	l.served = s.turn
	s.flying++
	edit := c.messageID != 0 && !c.fixed && !c.lost && editable(o.Message)
	messageID := c.messageID
	stands := edit && !o.Message.Gone && c.says != "" && c.says == o.Message.Sum()
	c.says = "" // until the outcome is known
	if !stands {
		s.spend(l, o.Class, now)
	}
	s.inFlight.Go(func() {
		if stands {
			s.land(ctx, l, c, messageID, nil, edit)
			return
		}
		if o.Message.Gone {
			deleted, f := s.remove(ctx, o, messageID)
			if deleted {
				messageID = 0
			}
			s.land(ctx, l, c, messageID, f, true)
			return
		}
		if edit {
			err := s.api.Edit(ctx, o.Chat, messageID, o.Message)
			s.land(ctx, l, c, messageID, failOf(err), edit)
			return
		}
		messageID, err := s.api.Send(ctx, o.Chat, o.Message)
		s.land(ctx, l, c, messageID, failOf(err), edit)
	})
}

// spend counts a request against what a chat and the token may have.
func (s *Sender) spend(l *lane, class int, now time.Time) {
	l.own.count(now)
	s.all.count(now)
	if class >= slowClass {
		l.slow.spend(now)
		s.limits.slow.spend(now)
	}
}

// remove deletes a panel's message. Telegram does so for two days; after them the
// message becomes its last words instead, if it has any.
func (s *Sender) remove(ctx context.Context, o *till.Outgoing, messageID int) (deleted bool, f *Fail) {
	if messageID == 0 {
		return true, nil // nobody has seen it
	}
	f = failOf(s.api.Delete(ctx, o.Chat, messageID))
	if f == nil || !permanent(f.Kind) || unreachable(f.Kind) || o.Message.Text == "" {
		return f == nil, settled(f)
	}
	return false, settled(failOf(s.api.Edit(ctx, o.Chat, messageID, o.Message)))
}

// settled makes nothing of a refusal after which a message that was to go just
// stays.
func settled(f *Fail) *Fail {
	if f != nil && permanent(f.Kind) && !unreachable(f.Kind) {
		return nil
	}
	return f
}

// editable tells whether a panel's message can become m by an edit.
func editable(m render.Message) bool { return !m.Fresh && !m.Fixed() }

// land takes the outcome of a request. The lane is free again only when the
// outcome is reported, so that reports keep their order.
func (s *Sender) land(ctx context.Context, l *lane, c *slot, messageID int, f *Fail, edit bool) {
	for _, sent := range s.settle(ctx, l, c, messageID, f, edit) {
		s.report(sent)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.busy = false
	s.flying--
	s.nudge()
}

// settle decides what an outcome means: what is to be reported, nothing when
// the message is owed still, more than one when a chat can't be reached.
func (s *Sender) settle(ctx context.Context, l *lane, c *slot, messageID int, f *Fail, edit bool) []till.Sent {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := c.flies
	c.flies, c.used = nil, now
	sent := till.Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: c.messageID}
	kind := FailKind("")
	if f != nil {
		kind = f.Kind
	}
	switch {
	case f == nil, edit && kind == FailNotModified, !edit && kind == FailSentBlind:
		switch {
		case o.Message.Gone:
			sent.MessageID = messageID
		case !edit:
			sent.Former, sent.MessageID = c.messageID, messageID
			c.fixed = o.Message.Fixed()
		}
		c.known, c.messageID, c.lost = true, sent.MessageID, false
		c.says = o.Message.Sum()
		s.recovered(l)
		return []till.Sent{sent}
	case edit && kind == FailGone:
		c.lost = true
		s.recovered(l)
	case kind == FailThrottled:
		s.refuse(now, l, f.RetryAfter)
	case kind == FailMarkup && simplify(o):
		s.log.Warn("Telegram refuses the form of a message; it is sent in a simpler one", "card", o.Panel, "method", f.Method, "code", f.Code)
		s.recovered(l)
	case permanent(kind):
		sent.Lost = till.Lost(f.Kind)
		s.recovered(l)
		if unreachable(kind) {
			s.log.Info("a chat can't be reached", "panel", o.Panel, "kind", string(kind))
			sent.Moved = f.NewChat
			return append([]till.Sent{sent}, s.giveUp(l, sent)...)
		}
		s.log.Error("Telegram refuses a message", "panel", o.Panel, "kind", string(kind), "method", f.Method, "code", f.Code)
		return []till.Sent{sent}
	default:
		l.resume = now.Add(retryWait(l.failures, shortestBackoff, longestBackoff))
		l.failures++
		if ctx.Err() == nil && !s.failing {
			s.failing = true
			s.log.Warn("messages can't be delivered and are tried again", "error", f)
		}
	}
	s.again(l, c, o)
	return nil
}

// simplify puts a message into a simpler form, when there is one: what it says
// must arrive, whatever was wrong with how it says it.
func simplify(o *till.Outgoing) bool {
	m, ok := o.Message.Simpler()
	if ok {
		o.Message = m
	}
	return ok
}

// unreachable tells the failures that all messages to a chat share.
func unreachable(kind FailKind) bool {
	return kind == FailBlocked || kind == FailChatGone || kind == FailMigrated
}

// giveUp takes all off the line of a chat that can't be reached: each would
// fail as the last one did, and cost everybody's time.
func (s *Sender) giveUp(l *lane, first till.Sent) (lost []till.Sent) {
	for len(l.next) > 0 {
		o := l.next[0]
		c := l.slots[o.Panel]
		s.withdraw(l, c)
		lost = append(lost, till.Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: c.messageID, Lost: first.Lost, Moved: first.Moved})
	}
	return lost
}

// permanent tells the failures that trying again can't mend.
func permanent(kind FailKind) bool {
	switch kind {
	case FailBlocked, FailChatGone, FailMigrated, FailMarkup, FailGone, FailStale, FailNotModified:
		return true
	}
	return false
}

// again puts a message that is owed still back into the line, unless a newer
// one of its panel waits there.
func (s *Sender) again(l *lane, c *slot, o *till.Outgoing) {
	if c.waits != nil {
		c.waits.Message.Fresh = c.waits.Message.Fresh || o.Message.Fresh
		return
	}
	s.enqueue(l, c, o)
}

// recovered notes that Telegram has dealt with a request.
func (s *Sender) recovered(l *lane) {
	l.failures, l.resume = 0, time.Time{}
	if s.failing {
		s.failing = false
		s.log.Info("messages are delivered again")
	}
}

// refuse pauses a chat for as long as Telegram asks, or everything when another
// chat was refused a moment ago: then it is the token that went too fast.
func (s *Sender) refuse(now time.Time, l *lane, retryAfter time.Duration) {
	if s.refused != nil && s.refused != l && now.Before(s.refusedTo) {
		s.pause(now, retryAfter)
		return
	}
	first := learnedChat
	if l.group {
		first = learnedGroup
	}
	l.own.teach(now, first)
	l.resume = now.Add(min(retryAfter, longestPause))
	s.refused, s.refusedTo = l, l.resume
	s.log.Warn("Telegram asks to wait in a chat", "retry_after", retryAfter)
}

// pause stops all requests for as long as Telegram asks.
func (s *Sender) pause(now time.Time, retryAfter time.Duration) {
	until := now.Add(min(retryAfter, longestPause))
	if until.After(s.pausedUntil) {
		s.pausedUntil = until
		s.all.teach(now, learnedAll)
		s.log.Warn("Telegram asks to wait; all messages do", "retry_after", retryAfter)
	}
}

// pauseFor stops all requests as a refusal of a side call asks.
func (s *Sender) pauseFor(retryAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pause(time.Now(), retryAfter)
}

// pausedFor is how long no request may be made.
func (s *Sender) pausedFor() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(s.pausedUntil)
}

// startAnswers starts what may be answered now, forgets what is too late for
// that, and tells when to look again.
func (s *Sender) startAnswers(ctx context.Context, now time.Time) time.Duration {
	wait := time.Minute
	s.answers = slices.DeleteFunc(s.answers, func(a answering) bool {
		switch {
		case now.Sub(a.asked) > answerable:
			return true
		case a.resume.After(now):
			wait = min(wait, a.resume.Sub(now))
			return false
		case s.replying >= s.limits.answersAtOnce:
			return false
		}
		s.replying++
		s.inFlight.Go(func() { s.answer(ctx, a) })
		return true
	})
	return wait
}

func (s *Sender) answer(ctx context.Context, a answering) {
	f := failOf(s.api.Answer(ctx, a.query, a.text, a.alert))
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replying--
	s.nudge()
	if f == nil {
		return
	}
	switch f.Kind {
	case FailThrottled:
		s.pause(now, f.RetryAfter)
	case FailTemporary:
		a.resume = now.Add(shortestBackoff)
	default:
		return // too late, or not to be had
	}
	s.answers = append(s.answers, a)
}
