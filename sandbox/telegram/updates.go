package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	maxPoll     = 50 * time.Second // longer polls are cut to this
	maxBatch    = 100
	futureLimit = 10 // an offset further ahead of the queue is taken as lost, and the queue is read from its head
)

// defaultDenied are the kinds of update a bot gets only when it asks for them by name.
var defaultDenied = map[string]bool{"chat_member": true, "message_reaction": true, "message_reaction_count": true}

// update is a queued update: Fields holds the whole object without update_id.
type update struct {
	id     int64
	fields map[string]json.RawMessage
}

func (u update) raw() json.RawMessage {
	all := maps.Clone(u.fields)
	all["update_id"] = mustJSON(u.id)
	return mustJSON(all)
}

// updateQueue is what waits for the bot.
type updateQueue struct {
	next    int64
	pending []update // by increasing ID
	repeats []update // delivered once more, whatever the offset says
	past    map[int64]update
	allowed map[string]bool // nil is Telegram's default
	arrived chan struct{}   // closed when something is queued
	poll    chan struct{}   // closed when a newer poll ends this one; nil when nobody polls
}

func newUpdateQueue() updateQueue {
	return updateQueue{next: firstUpdateID, past: map[int64]update{}, arrived: make(chan struct{})}
}

// wants tells whether the bot asked for updates of a kind.
func (q *updateQueue) wants(kind string) bool {
	if q.allowed == nil {
		return !defaultDenied[kind]
	}
	return q.allowed[kind]
}

// add gives an update its ID and queues it.
func (q *updateQueue) add(fields map[string]json.RawMessage) update {
	u := update{id: q.next, fields: fields}
	q.next++
	q.pending = append(q.pending, u)
	q.past[u.id] = u
	q.ring()
	return u
}

func (q *updateQueue) ring() {
	close(q.arrived)
	q.arrived = make(chan struct{})
}

// allow keeps the kinds of update that the bot asks for; none means Telegram's default.
func (q *updateQueue) allow(kinds []string) {
	q.allowed = nil
	if len(kinds) > 0 {
		q.allowed = map[string]bool{}
		for _, kind := range kinds {
			q.allowed[kind] = true
		}
	}
}

// join ends the poll under way and takes its place; a newer poll closes ended.
func (q *updateQueue) join() (ended <-chan struct{}, leave func()) {
	if q.poll != nil {
		close(q.poll)
	}
	mine := make(chan struct{})
	q.poll = mine
	return mine, func() {
		if q.poll == mine {
			q.poll = nil
		}
	}
}

// confirm forgets what the offset confirms: all IDs below it, or all but the last -offset.
func (q *updateQueue) confirm(offset int64) {
	switch {
	case offset > q.next+futureLimit:
	case offset > 0:
		i := slices.IndexFunc(q.pending, func(u update) bool { return u.id >= offset })
		if i < 0 {
			i = len(q.pending)
		}
		q.pending = slices.Delete(q.pending, 0, i)
	case offset < 0:
		if n := int64(len(q.pending)) + offset; n > 0 {
			q.pending = slices.Delete(q.pending, 0, int(n))
		}
	}
}

// take gives the next batch; updates stay until they are confirmed, repeats do not.
func (q *updateQueue) take(limit int) []update {
	batch := q.repeats
	q.repeats = nil
	batch = append(batch, q.pending[:min(len(q.pending), limit)]...)
	return batch[:min(len(batch), limit)]
}

// pushUpdate queues a change of a kind that the bot wants, with the faults that strike updates; the caller holds the
// lock.
func (s *Server) pushUpdate(kind string, body any) {
	s.touch()
	if !s.queue.wants(kind) {
		return
	}
	if _, ok := s.strike("", FaultPoisonUpdate); ok {
		s.queue.add(map[string]json.RawMessage{"message": poison(s.lastMessage)})
	}
	fields := map[string]json.RawMessage{kind: mustJSON(body)}
	if f, ok := s.strike("", FaultOldUpdates); ok {
		fields[kind] = aged(fields[kind], f.Delay)
	}
	u := s.queue.add(fields)
	if _, ok := s.strike("", FaultRepeatUpdates); ok {
		s.queue.repeats = append(s.queue.repeats, u)
	}
}

func (s *Server) pushMessage(m *Message) { s.pushUpdate("message", m.wire()) }

func (s *Server) pushMembership(c *chat, by *User, before, after string) {
	member := func(status string) map[string]any {
		m := map[string]any{"status": status, "user": s.me}
		if status == "kicked" {
			m["until_date"] = 0
		}
		return m
	}
	s.pushUpdate("my_chat_member", map[string]any{
		"chat": c.Chat, "from": by, "date": time.Now().Unix(),
		"old_chat_member": member(before), "new_chat_member": member(after),
	})
}

// poison is a message that clients with a closed list of origins cannot decode.
func poison(id int) json.RawMessage {
	now := time.Now().Unix()
	return mustJSON(map[string]any{
		"message_id": id, "date": now, "text": "forwarded",
		"chat":           Chat{ID: 1, Type: "private", FirstName: "Far"},
		"from":           User{ID: 1, FirstName: "Far"},
		"forward_origin": map[string]any{"type": "of_a_later_version", "date": now},
	})
}

// aged is an update's body with its date set back.
func aged(body json.RawMessage, by time.Duration) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields["date"] == nil {
		return body
	}
	fields["date"] = mustJSON(time.Now().Add(-by).Unix())
	return mustJSON(fields)
}

// Updates is what waits for the bot, beyond what people do.
type Updates struct{ server *Server }

// Push queues an update as it is, of any shape that is a JSON object; one without update_id gets the next. An
// update with an ID of its own moves the count on from there. It panics on anything but an object.
func (u Updates) Push(raw json.RawMessage) {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		panic(fmt.Sprintf("telegram: update is not a JSON object: %v", err))
	}
	var id int64
	if json.Unmarshal(fields["update_id"], &id) == nil && id > 0 {
		s.queue.next = id
	}
	delete(fields, "update_id")
	s.queue.add(fields)
	s.touch()
}

// Repeat delivers an update once more with its old ID, even when it was confirmed; false when there was none.
func (u Updates) Repeat(updateID int64) bool {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	past, ok := s.queue.past[updateID]
	if ok {
		s.queue.repeats = append(s.queue.repeats, past)
		s.queue.ring()
		s.touch()
	}
	return ok
}

// LastID is the ID of the newest update queued, 0 when there was none.
func (u Updates) LastID() int64 {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue.past) == 0 {
		return 0
	}
	return s.queue.next - 1
}

// SetNextID makes the count go on from id: Telegram chooses a new one after a week without updates, and it may be
// lower than the last.
func (u Updates) SetNextID(id int64) {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.next = id
}

// Pending is the number of updates that the bot has not confirmed.
func (u Updates) Pending() int {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.pending) + len(s.queue.repeats)
}

func (s *Server) getUpdates(ctx context.Context, p *params) (any, *failure) {
	offset := p.integer("offset", 0)
	limit := min(max(int(p.integer("limit", maxBatch)), 1), maxBatch)
	wait := min(max(time.Duration(p.integer("timeout", 0))*time.Second, 0), maxPoll)
	allowed, given := p.stringList("allowed_updates")
	if p.failed != nil {
		return nil, p.failed
	}
	if given {
		s.queue.allow(allowed)
	}
	mine, leave := s.queue.join()
	defer leave()
	s.queue.confirm(offset)
	s.touch()

	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		if _, out := s.strike(p.method, FaultOutage); out {
			return nil, &failure{code: brokenOff, outside: true, text: "connection broken"}
		}
		if batch := s.queue.take(limit); len(batch) > 0 || wait == 0 {
			return s.batch(batch), nil
		}
		over, f := s.await(ctx, timer.C, mine)
		if f != nil {
			return nil, f
		}
		if over {
			return s.batch(nil), nil
		}
	}
}

// await lets go of the lock until something is queued, or the poll is over, ended by a newer one or given up.
func (s *Server) await(ctx context.Context, timeout <-chan time.Time, newer <-chan struct{}) (over bool, f *failure) {
	arrived := s.queue.arrived
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-arrived:
		return false, nil
	case <-timeout:
		return true, nil
	case <-newer:
		return false, &failure{code: 409, outside: true, text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
	case <-ctx.Done():
		return false, &failure{code: brokenOff, outside: true, text: "poll given up by the bot"}
	}
}

func (s *Server) batch(updates []update) []json.RawMessage {
	raw := make([]json.RawMessage, 0, len(updates))
	for _, u := range updates {
		raw = append(raw, u.raw())
	}
	if len(raw) > 1 {
		if _, ok := s.strike("", FaultReorderUpdates); ok {
			slices.Reverse(raw)
		}
	}
	return raw
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are this package's own
	}
	return b
}
