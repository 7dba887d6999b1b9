package telegram

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Person is somebody with a phone. The bot may write to a person only after the person has written to the bot.
type Person struct {
	ID           int64
	FirstName    string
	LastName     string
	Username     string // without @
	LanguageCode string // of the app, such as "ar" or "fr"
	Phone        string // as Telegram gives it, such as "213778037340"
}

// resident is a person with what Telegram knows of him.
type resident struct {
	Person
	blocked     bool
	deactivated bool
	keyboard    *Markup // the reply keyboard now open in the private chat
}

func (p Person) user() *User {
	return &User{ID: p.ID, FirstName: p.FirstName, LastName: p.LastName, Username: p.Username, LanguageCode: p.LanguageCode}
}

// AddPerson adds a person, or changes the one of that ID. The chat with the bot is opened by the first message.
func (s *Server) AddPerson(p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.people[p.ID]; known != nil {
		known.Person = p
	} else {
		s.people[p.ID] = &resident{Person: p}
		s.peopleOrder = append(s.peopleOrder, p.ID)
	}
	s.touch()
}

// Person gives the person of an ID.
func (s *Server) Person(id int64) (Person, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.people[id]; r != nil {
		return r.Person, true
	}
	return Person{}, false
}

// People gives everybody, in the order of AddPerson.
func (s *Server) People() []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Person, 0, len(s.peopleOrder))
	for _, id := range s.peopleOrder {
		all = append(all, s.people[id].Person)
	}
	return all
}

// Start opens the bot the way a person does, by the START button or by a link with a payload; it ends a block. It
// gives the ID of the "/start" message, or 0 for an unknown or deactivated person.
func (s *Server) Start(person int64, payload string) int {
	s.Block(person, false)
	return s.Type(person, strings.TrimSpace("/start "+payload))
}

// Type sends a text to the bot in private and gives the message's ID; 0 when the person is unknown, deactivated or has
// blocked the bot, or when nothing is left of the text.
func (s *Server) Type(person int64, text string) int {
	return s.say(person, person, text, 0)
}

// Reply is Type as an answer to an earlier message of the private chat.
func (s *Server) Reply(person int64, to int, text string) int {
	return s.say(person, person, text, to)
}

// GroupType sends a text into a group. The bot is told of it unless its privacy mode is on and the text is neither a
// command nor mentions the bot.
func (s *Server) GroupType(group, person int64, text string) int {
	return s.say(person, group, text, 0)
}

func (s *Server) say(person, chatID int64, text string, replyTo int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ = tidy(text, nil)
	if text == "" {
		return 0
	}
	return s.receive(person, chatID, func(c *chat, m *Message) {
		m.Text = text
		m.Entities = withFound(text, nil)
		if to := c.find(replyTo); to != nil {
			m.ReplyToMessage = quoted(to)
		}
	})
}

// ShareContact sends the person's own card, as the button with request_contact does, and gives the message's ID.
func (s *Server) ShareContact(person int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		r := s.people[person]
		m.Contact = &Contact{PhoneNumber: r.Phone, FirstName: r.FirstName, LastName: r.LastName, UserID: r.ID}
	})
}

// ShareForeignContact sends the card of somebody else; userID is 0 for a number that is not on Telegram.
func (s *Server) ShareForeignContact(person int64, phone string, userID int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		m.Contact = &Contact{PhoneNumber: phone, FirstName: "Contact", UserID: userID}
		if r := s.people[userID]; r != nil {
			m.Contact.FirstName, m.Contact.LastName = r.FirstName, r.LastName
		}
	})
}

// receive puts a person's message into a chat and queues its update; the caller holds the lock.
func (s *Server) receive(person, chatID int64, fill func(*chat, *Message)) int {
	r := s.people[person]
	if r == nil || r.deactivated || (chatID == person && r.blocked) {
		return 0
	}
	c := s.chats[chatID]
	switch {
	case c == nil && chatID == person:
		c = s.openPrivate(r.Person)
	case c == nil || !c.has(person) || c.migratedTo != 0:
		return 0
	}
	m := &Message{MessageID: s.nextMessageID(c), From: r.user(), Chat: c.Chat, Date: time.Now().Unix()}
	fill(c, m)
	if chatID == person && r.keyboard != nil && r.keyboard.OneTimeKeyboard {
		r.keyboard = nil
	}
	s.post(c, m)
	if c.Type == "private" || s.seesInGroup(c, m) {
		s.pushMessage(m)
	}
	return m.MessageID
}

// Block makes a person block the bot, or lets it write again. The bot is told by a my_chat_member update.
func (s *Server) Block(person int64, blocked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.people[person]
	if r == nil || r.deactivated || r.blocked == blocked {
		return
	}
	r.blocked = blocked
	c := s.chats[person]
	if c == nil {
		return
	}
	before, after := "member", "kicked"
	if !blocked {
		before, after = after, before
	}
	s.pushMembership(c, r.user(), before, after)
}

// Deactivate deletes a person's account: the bot can reach it no more, and the person is silent.
func (s *Server) Deactivate(person int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.people[person]; r != nil {
		r.deactivated = true
		s.touch()
	}
}

// Press taps the inline button with this data on a message of the private chat and gives the callback query's ID. It
// is an error when the message has no such button, since a person cannot press what is not there.
func (s *Server) Press(person int64, messageID int, data string) (queryID string, err error) {
	return s.GroupPress(person, person, messageID, data)
}

// GroupPress is Press in a group.
func (s *Server) GroupPress(group, person int64, messageID int, data string) (queryID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, c := s.people[person], s.chats[group]
	if r == nil || r.deactivated || c == nil || !c.has(person) {
		return "", fmt.Errorf("person %d cannot press in chat %d", person, group)
	}
	m := c.find(messageID)
	if m == nil {
		return "", fmt.Errorf("chat %d has no message %d", group, messageID)
	}
	if !m.hasCallback(data) {
		return "", fmt.Errorf("message %d has no button with data %q", messageID, data)
	}
	return s.pushQuery(r.Person, c.Chat, m, messageID, data, nil), nil
}

// PressForged sends a callback query that no button stands behind, as a changed app can: any person, chat, message and
// data. A message that is gone or never was comes as inaccessible, with date 0. Each mutate may change the query before
// it is queued. It gives the query's ID.
func (s *Server) PressForged(person, chat int64, messageID int, data string, mutate ...func(query map[string]any)) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := Person{ID: person, FirstName: "Stranger"}
	if r := s.people[person]; r != nil {
		by = r.Person
	}
	where := Chat{ID: chat, Type: "private"}
	if chat < 0 {
		where.Type = "group"
	}
	var m *Message
	if c := s.chats[chat]; c != nil {
		where, m = c.Chat, c.find(messageID)
	}
	return s.pushQuery(by, where, m, messageID, data, mutate)
}

// PressButton presses the newest button of the private chat whose label contains label: the reply keyboard now open
// counts as newest, then inline buttons from the last message up. An inline button sends its callback, a reply button
// types its label or shares the contact. It is an error when there is no such button, or when it does something that
// the bot never hears of, such as opening a link.
func (s *Server) PressButton(person int64, label string) error {
	s.mu.Lock()
	r, c := s.people[person], s.chats[person]
	if r == nil || c == nil {
		s.mu.Unlock()
		return fmt.Errorf("person %d has no chat with the bot", person)
	}
	reply, inline, id := newestButton(r, c, label)
	s.mu.Unlock()

	switch {
	case reply != nil && reply.RequestContact:
		s.ShareContact(person)
		return nil
	case reply != nil && (reply.RequestLocation || reply.WebApp != nil):
		return fmt.Errorf("button %q asks for something this server does not give", reply.Text)
	case reply != nil:
		s.Type(person, reply.Text)
		return nil
	case inline != nil && inline.CallbackData == "":
		return fmt.Errorf("button %q does not call the bot", inline.Text)
	case inline != nil:
		_, err := s.Press(person, id, inline.CallbackData)
		return err
	}
	return fmt.Errorf("person %d sees no button %q", person, label)
}

func newestButton(r *resident, c *chat, label string) (*KeyboardButton, *InlineButton, int) {
	if r.keyboard != nil {
		for _, row := range r.keyboard.Keyboard {
			for i := range row {
				if strings.Contains(row[i].Text, label) {
					return &row[i], nil, 0
				}
			}
		}
	}
	for _, m := range slices.Backward(c.messages) {
		if m.ReplyMarkup == nil {
			continue
		}
		for _, row := range m.ReplyMarkup.InlineKeyboard {
			for i := range row {
				if strings.Contains(row[i].Text, label) {
					return nil, &row[i], m.MessageID
				}
			}
		}
	}
	return nil, nil, 0
}

// Keyboard gives the reply keyboard now open in a person's private chat, nil when there is none.
func (s *Server) Keyboard(person int64) *Markup {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.people[person]; r != nil {
		return r.keyboard
	}
	return nil
}

// Messages gives what is now in a chat, oldest first; deleted messages are not there any more.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chat]
	if c == nil {
		return nil
	}
	all := make([]Message, 0, len(c.messages))
	for _, m := range c.messages {
		all = append(all, *m)
	}
	return all
}

// Message gives one message of a chat as it is now; false when it was deleted or never was.
func (s *Server) Message(chat int64, messageID int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chat]; c != nil {
		if m := c.find(messageID); m != nil {
			return *m, true
		}
	}
	return Message{}, false
}

// DeleteByPerson makes a person delete a message of the private chat on both sides; the bot is not told.
func (s *Server) DeleteByPerson(person int64, messageID int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[person]
	return c != nil && s.remove(c, messageID)
}
