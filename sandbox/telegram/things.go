package telegram

import (
	"fmt"
	"time"
)

// Things is what people send in their private chats besides texts, pictures and contacts, and what they do to what they
// have sent.
type Things struct{ server *Server }

// Sticker sends a sticker that stands for an emoji and gives the message's ID; 0 as [People.Type] does.
func (t Things) Sticker(person int64, emoji string) int {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		m.Sticker = &Sticker{FileID: s.thingID(m), FileUniqueID: s.thingID(m), Type: "regular", Width: 512, Height: 512, Emoji: emoji}
	})
}

// Voice sends a voice note of some seconds and gives the message's ID.
func (t Things) Voice(person int64, seconds int) int {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		m.Voice = &Voice{FileID: s.thingID(m), FileUniqueID: s.thingID(m), Duration: seconds, MimeType: "audio/ogg"}
	})
}

// thingID names a thing that nobody downloads.
func (s *Server) thingID(m *Message) string { return fmt.Sprintf("CAACAgQAAxkBAAI%08x", m.MessageID) }

// Forward sends a text that somebody else has written and gives the message's ID.
func (t Things) Forward(person int64, writer, text string) int {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ = tidy(text, nil)
	if text == "" {
		return 0
	}
	return s.receive(person, person, func(_ *chat, m *Message) {
		m.Text, m.Entities = text, withFound(text, nil)
		m.ForwardOrigin = &ForwardOrigin{Type: "hidden_user", Date: m.Date - 60, SenderUserName: writer}
	})
}

// Edit changes the text of a message that the person has typed; false when it is none, or the text stays the same.
func (t Things) Edit(person int64, messageID int, text string) bool {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatByID[person]
	text, _ = tidy(text, nil)
	if c == nil || text == "" {
		return false
	}
	old := c.find(messageID)
	if old == nil || old.From == nil || old.From.ID != person || old.Text == "" || old.Text == text || old.ForwardOrigin != nil {
		return false
	}
	m := *old
	m.Text, m.Entities, m.EditDate = text, withFound(text, nil), time.Now().Unix()
	s.replace(c, &m)
	s.pushUpdate("edited_message", m.wire())
	return true
}
