package telegram

import (
	"slices"
	"time"
)

// Group is a group chat for [Groups.Add].
type Group struct {
	ID         int64 // negative; of a supergroup below -1000000000000
	Title      string
	Supergroup bool
	Members    []int64 // the people in it, its creator first; the bot is a member too
	Admins     []int64 // who else is an administrator
	SeesAll    bool    // privacy mode hides nothing here, as where the bot is an administrator
	Outside    bool    // the bot is no member yet; see [Groups.AddBot]
}

// Groups is what people do in groups.
type Groups struct{ server *Server }

// Add makes a group with the bot in it, who is told by a my_chat_member update in the name of the first member; with
// Outside, a group of people alone.
func (g Groups) Add(group Group) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &chat{Chat: Chat{ID: group.ID, Type: "group", Title: group.Title}, members: map[int64]bool{}, seesAll: group.SeesAll, outside: group.Outside}
	if group.Supergroup {
		c.Type = "supergroup"
	}
	by := &User{FirstName: "Stranger"}
	c.admins = append(c.admins, group.Members[:min(1, len(group.Members))]...)
	c.admins = append(c.admins, group.Admins...)
	for _, id := range slices.Backward(group.Members) {
		c.members[id] = true
		if r := s.residents[id]; r != nil {
			by = r.user()
		}
	}
	s.chatByID[group.ID] = c
	if !group.Outside {
		s.pushMembership(c, by, "left", "member")
	}
}

// RemoveBot throws the bot out of a group; the bot is told.
func (g Groups) RemoveBot(group, by int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c, r := s.chatByID[group], s.residents[by]
	if c == nil || r == nil || c.Type == "private" || c.outside {
		return
	}
	c.kicked = true
	s.pushMembership(c, r.user(), "member", "kicked")
}

// AddBot brings the bot into a group where it is not, or not any more; the bot is told.
func (g Groups) AddBot(group, by int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c, r := s.chatByID[group], s.residents[by]
	if c == nil || r == nil || c.Type == "private" || !(c.kicked || c.outside) {
		return
	}
	before := "left"
	if c.kicked {
		before = "kicked"
	}
	c.kicked, c.outside = false, false
	s.pushMembership(c, r.user(), before, "member")
}

// Join brings a person into a group.
func (g Groups) Join(group, person int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chatByID[group]; c != nil && c.members != nil {
		c.members[person] = true
	}
}

// Leave takes a person out of a group.
func (g Groups) Leave(group, person int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chatByID[group]; c != nil && c.members != nil {
		delete(c.members, person)
	}
}

// CloseTopic closes the topic of a group where the bot writes, or opens it again: what is sent there is refused.
func (g Groups) CloseTopic(group int64, closed bool) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chatByID[group]; c != nil && c.Type == "supergroup" {
		c.closed = closed
	}
}

// Migrate turns a group into a supergroup of another ID, as Telegram does when a group grows. The old ID is dead
// from then on: what is sent there is refused with the new one.
func (g Groups) Migrate(group, supergroup int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chatByID[group]
	if old == nil || old.Type != "group" {
		return
	}
	old.migratedTo = supergroup
	c := &chat{Chat: Chat{ID: supergroup, Type: "supergroup", Title: old.Title}, members: old.members, admins: old.admins, seesAll: old.seesAll}
	s.chatByID[supergroup] = c
	now := time.Now().Unix()
	out := &Message{MessageID: s.nextMessageID(old), Chat: old.Chat, Date: now, MigrateToChatID: supergroup}
	in := &Message{MessageID: s.nextMessageID(c), Chat: c.Chat, Date: now, MigrateFromChatID: group}
	s.post(old, out)
	s.post(c, in)
	s.pushMessage(out)
	s.pushMessage(in)
}

// HasBot tells whether the bot is a member of a group.
func (g Groups) HasBot(group int64) bool {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatByID[group]
	return c != nil && c.members != nil && !c.kicked && !c.outside
}

// Type sends a text into a group. The bot is told of it unless its privacy mode is on and the text is neither a
// command nor mentions the bot.
func (g Groups) Type(group, person int64, text string) int {
	return g.server.say(person, group, text, 0)
}

// Reply is [Groups.Type] as an answer to a message of the group, which privacy mode lets through when that is the
// bot's.
func (g Groups) Reply(group, person int64, to int, text string) int {
	return g.server.say(person, group, text, to)
}

// Sender is who speaks for a person that a message does not name.
type Sender string

// The senders.
const (
	Anonymous Sender = "anonymous" // an administrator who hides behind the group
	AsChannel Sender = "channel"   // a person who speaks as a channel
	Linked    Sender = "linked"    // the group's channel, whose posts Telegram copies into it
)

// TypeAs sends a text into a group in the name of a chat: the bot is told no person, but one of Telegram's own accounts
// and a sender_chat.
func (g Groups) TypeAs(group int64, as Sender, text string) int {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatByID[group]
	if c == nil {
		return 0
	}
	channel := Chat{ID: -1000000000777, Type: "channel", Title: "News"}
	m := &Message{MessageID: s.nextMessageID(c), Chat: c.Chat, Date: time.Now().Unix(), Text: text, Entities: withFound(text, nil)}
	switch as {
	case Anonymous:
		m.From, m.SenderChat = &User{ID: 1087968824, IsBot: true, FirstName: "Group", Username: "GroupAnonymousBot"}, &c.Chat
	case AsChannel:
		m.From, m.SenderChat = &User{ID: 136817688, IsBot: true, FirstName: "Channel", Username: "Channel_Bot"}, &channel
	case Linked:
		m.From, m.SenderChat = &User{ID: 777000, FirstName: "Telegram"}, &channel
	}
	s.post(c, m)
	if s.seesInGroup(c, m) {
		s.pushMessage(m)
	}
	return m.MessageID
}

// Press is [People.Press] in a group.
func (g Groups) Press(group, person int64, messageID int, data string) (queryID string, err error) {
	return g.server.press(person, group, messageID, data)
}
