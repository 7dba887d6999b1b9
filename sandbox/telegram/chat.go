package telegram

import (
	"slices"
	"strconv"
	"strings"
)

// chat is a conversation with its messages, oldest first. A stored message is never changed in place: an edit puts a
// copy into its slot, so that pointers handed out stay as they were.
type chat struct {
	Chat
	members    map[int64]bool // of a group
	admins     []int64        // of a group, its creator first
	seesAll    bool           // privacy mode hides nothing
	outside    bool           // the bot never was in the group
	kicked     bool           // the bot was removed from the group
	closed     bool           // the supergroup's topic is closed
	migratedTo int64          // the supergroup this group has become
	pinned     int
	lastID     int // of a supergroup, which counts its own messages
	messages   []*Message
}

func (s *Server) openPrivate(p Person) *chat {
	c := &chat{Chat: Chat{ID: p.ID, Type: "private", FirstName: p.FirstName, LastName: p.LastName, Username: p.Username}}
	s.chatByID[p.ID] = c
	return c
}

func (c *chat) has(person int64) bool {
	if c.Type == "private" {
		return c.ID == person
	}
	return c.members[person]
}

func (c *chat) index(id int) int {
	i, found := slices.BinarySearchFunc(c.messages, id, func(m *Message, id int) int { return m.MessageID - id })
	if !found {
		return -1
	}
	return i
}

func (c *chat) find(id int) *Message {
	if i := c.index(id); i >= 0 {
		return c.messages[i]
	}
	return nil
}

func (s *Server) nextMessageID(c *chat) int {
	if c.Type == "supergroup" {
		c.lastID++
		return c.lastID
	}
	s.lastMessage++
	return s.lastMessage
}

// post appends a message to its chat and shows it.
func (s *Server) post(c *chat, m *Message) {
	c.messages = append(c.messages, m)
	s.publish(Event{Kind: EventMessage, Chat: c.ID, MessageID: m.MessageID, Message: m})
}

// replace puts the edited copy of a message in its place and shows it.
func (s *Server) replace(c *chat, m *Message) {
	c.messages[c.index(m.MessageID)] = m
	s.publish(Event{Kind: EventEdit, Chat: c.ID, MessageID: m.MessageID, Message: m})
}

// remove takes a message away; false when there is none.
func (s *Server) remove(c *chat, id int) bool {
	i := c.index(id)
	if i < 0 {
		return false
	}
	c.messages = slices.Delete(c.messages, i, i+1)
	s.publish(Event{Kind: EventDelete, Chat: c.ID, MessageID: id})
	return true
}

// seesInGroup tells whether the bot's privacy mode lets a group message through.
func (s *Server) seesInGroup(c *chat, m *Message) bool {
	if c.kicked || c.outside {
		return false
	}
	if s.options.SeesGroupMessages || c.seesAll {
		return true
	}
	if to := m.ReplyToMessage; to != nil && to.From != nil && to.From.ID == s.me.ID {
		return true
	}
	name := "@" + strings.ToLower(s.me.Username)
	for _, e := range m.Entities {
		part := strings.ToLower(utf16Slice(m.Text, e.Offset, e.Length))
		switch e.Type {
		case "bot_command":
			if !strings.Contains(part, "@") || strings.HasSuffix(part, name) {
				return true
			}
		case "mention":
			if part == name {
				return true
			}
		}
	}
	return false
}

// quoted is a message as it stands inside an answer to it, without what it answers itself.
func quoted(m *Message) *Message {
	short := *m
	short.ReplyToMessage = nil
	return &short
}

func (m *Message) hasCallback(data string) bool {
	if m.ReplyMarkup == nil {
		return false
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		for _, b := range row {
			if b.CallbackData == data && data != "" {
				return true
			}
		}
	}
	return false
}

// wire is the message as the bot gets it: without a reply keyboard, which only people's apps are given.
func (m *Message) wire() *Message {
	if m.ReplyMarkup == nil || m.ReplyMarkup.InlineKeyboard != nil {
		return m
	}
	bare := *m
	bare.ReplyMarkup = nil
	return &bare
}

// chat reads a parameter that names a chat which the bot may look at.
func (s *Server) chat(p *params, name string) (*chat, *failure) {
	return s.chatByText(p.text(name))
}

func (s *Server) chatByText(text string) (*chat, *failure) {
	if text == "" {
		return nil, bad("chat_id is empty")
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, bad("chat not found")
	}
	c := s.chatByID[id]
	switch r := s.residents[id]; {
	case c == nil && r == nil:
		return nil, bad("chat not found")
	case r != nil && r.deactivated:
		return nil, forbidden("user is deactivated")
	case c == nil:
		return nil, forbidden("bot can't initiate conversation with a user")
	case c.outside:
		return nil, forbidden("bot is not a member of the " + c.Type + " chat")
	case c.kicked:
		return nil, forbidden("bot was kicked from the " + c.Type + " chat")
	case c.migratedTo != 0:
		f := mild("group chat was upgraded to a supergroup chat")
		f.migrateTo = c.migratedTo
		return nil, f
	}
	return c, nil
}

// openChat is a chat that the bot may send into.
func (s *Server) openChat(p *params) (*chat, *failure) {
	c, f := s.chat(p, "chat_id")
	if f == nil && c.Type == "private" && s.residents[c.ID].blocked {
		return nil, forbidden("bot was blocked by the user")
	}
	return c, f
}
