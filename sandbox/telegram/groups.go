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
	Members    []int64 // the people in it; the bot is a member too
}

// Groups is what people do in groups.
type Groups struct{ server *Server }

// Add makes a group with the bot in it, who is told by a my_chat_member update in the name of the first member.
func (g Groups) Add(group Group) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &chat{Chat: Chat{ID: group.ID, Type: "group", Title: group.Title}, members: map[int64]bool{}}
	if group.Supergroup {
		c.Type = "supergroup"
	}
	by := &User{FirstName: "Stranger"}
	for _, id := range slices.Backward(group.Members) {
		c.members[id] = true
		if r := s.residents[id]; r != nil {
			by = r.user()
		}
	}
	s.chatByID[group.ID] = c
	s.pushMembership(c, by, "left", "member")
}

// RemoveBot throws the bot out of a group; the bot is told.
func (g Groups) RemoveBot(group, by int64) {
	s := g.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c, r := s.chatByID[group], s.residents[by]
	if c == nil || r == nil || c.Type == "private" {
		return
	}
	c.kicked = true
	s.pushMembership(c, r.user(), "member", "kicked")
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
	c := &chat{Chat: Chat{ID: supergroup, Type: "supergroup", Title: old.Title}, members: old.members}
	s.chatByID[supergroup] = c
	now := time.Now().Unix()
	out := &Message{MessageID: s.nextMessageID(old), Chat: old.Chat, Date: now, MigrateToChatID: supergroup}
	in := &Message{MessageID: s.nextMessageID(c), Chat: c.Chat, Date: now, MigrateFromChatID: group}
	s.post(old, out)
	s.post(c, in)
	s.pushMessage(out)
	s.pushMessage(in)
}

// Type sends a text into a group. The bot is told of it unless its privacy mode is on and the text is neither a
// command nor mentions the bot.
func (g Groups) Type(group, person int64, text string) int {
	return g.server.say(person, group, text, 0)
}

// Press is [People.Press] in a group.
func (g Groups) Press(group, person int64, messageID int, data string) (queryID string, err error) {
	return g.server.press(person, group, messageID, data)
}
