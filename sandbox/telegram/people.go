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

// People is what people do in their private chats with the bot.
type People struct{ server *Server }

// Add adds a person, or changes the one of that ID. The chat with the bot is opened by the first message.
func (p People) Add(who Person) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.residents[who.ID]; known != nil {
		known.Person = who
	} else {
		s.residents[who.ID] = &resident{Person: who}
		s.order = append(s.order, who.ID)
	}
	s.touch()
}

// Get gives the person of an ID.
func (p People) Get(id int64) (Person, bool) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.residents[id]; r != nil {
		return r.Person, true
	}
	return Person{}, false
}

// All gives everybody, in the order of Add.
func (p People) All() []Person {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Person, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.residents[id].Person)
	}
	return all
}

// Start opens the bot the way a person does, by the START button or by a link with a payload; it ends a block. It
// gives the ID of the "/start" message, or 0 for an unknown or deactivated person.
func (p People) Start(person int64, payload string) int {
	p.Block(person, false)
	return p.Type(person, strings.TrimSpace("/start "+payload))
}

// Type sends a text to the bot in private and gives the message's ID; 0 when the person is unknown, deactivated or has
// blocked the bot, or when nothing is left of the text.
func (p People) Type(person int64, text string) int {
	return p.server.say(person, person, text, 0)
}

// Reply is Type as an answer to an earlier message of the private chat.
func (p People) Reply(person int64, to int, text string) int {
	return p.server.say(person, person, text, to)
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
func (p People) ShareContact(person int64) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		r := s.residents[person]
		m.Contact = &Contact{PhoneNumber: r.Phone, FirstName: r.FirstName, LastName: r.LastName, UserID: r.ID}
	})
}

// ShareForeignContact sends the card of somebody else; userID is 0 for a number that is not on Telegram.
func (p People) ShareForeignContact(person int64, phone string, userID int64) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receive(person, person, func(_ *chat, m *Message) {
		m.Contact = &Contact{PhoneNumber: phone, FirstName: "Contact", UserID: userID}
		if r := s.residents[userID]; r != nil {
			m.Contact.FirstName, m.Contact.LastName = r.FirstName, r.LastName
		}
	})
}

// SendPhoto sends a picture to the bot in private, in two sizes as Telegram makes them, and gives the message's ID; 0
// also for what is no picture.
func (p People) SendPhoto(person int64, name string, data []byte, caption string) int {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	small, f := s.store(upload{name: name, data: data}, true)
	if f != nil {
		return 0
	}
	large, f := s.store(upload{name: name, data: data}, true)
	if f != nil {
		return 0
	}
	small.width, small.height = max(1, large.width/4), max(1, large.height/4)
	return s.receive(person, person, func(_ *chat, m *Message) {
		large.hang(m)
		sizes := m.Photo
		small.hang(m)
		m.Photo = append(m.Photo, sizes...)
		m.Caption, _ = tidy(caption, nil)
		m.CaptionEntities = withFound(m.Caption, nil)
	})
}

// receive puts a person's message into a chat and queues its update; the caller holds the lock.
func (s *Server) receive(person, chatID int64, fill func(*chat, *Message)) int {
	r := s.residents[person]
	if r == nil || r.deactivated || (chatID == person && r.blocked) {
		return 0
	}
	c := s.chatByID[chatID]
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
func (p People) Block(person int64, blocked bool) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.residents[person]
	if r == nil || r.deactivated || r.blocked == blocked {
		return
	}
	r.blocked = blocked
	c := s.chatByID[person]
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
func (p People) Deactivate(person int64) {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.residents[person]; r != nil {
		r.deactivated = true
		s.touch()
	}
}

// Press taps the inline button with this data on a message of the private chat and gives the callback query's ID. It
// is an error when the message has no such button, since a person cannot press what is not there.
func (p People) Press(person int64, messageID int, data string) (queryID string, err error) {
	return p.server.press(person, person, messageID, data)
}

// press taps a button that is there, in a private chat or a group.
func (s *Server) press(person, chatID int64, messageID int, data string) (queryID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, c := s.residents[person], s.chatByID[chatID]
	if r == nil || r.deactivated || c == nil || !c.has(person) {
		return "", fmt.Errorf("person %d cannot press in chat %d", person, chatID)
	}
	m := c.find(messageID)
	if m == nil {
		return "", fmt.Errorf("chat %d has no message %d", chatID, messageID)
	}
	if !m.hasCallback(data) {
		return "", fmt.Errorf("message %d has no button with data %q", messageID, data)
	}
	return s.pushQuery(r.Person, c.Chat, m, messageID, data, nil), nil
}

// PressForged sends a callback query that no button stands behind, as a changed app can: any person, chat, message and
// data. A message that is gone or never was comes as inaccessible, with date 0. Each mutate may change the query before
// it is queued. It gives the query's ID.
func (p People) PressForged(person, chat int64, messageID int, data string, mutate ...func(query map[string]any)) string {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	by := Person{ID: person, FirstName: "Stranger"}
	if r := s.residents[person]; r != nil {
		by = r.Person
	}
	where := Chat{ID: chat, Type: "private"}
	if chat < 0 {
		where.Type = "group"
	}
	var m *Message
	if c := s.chatByID[chat]; c != nil {
		where, m = c.Chat, c.find(messageID)
	}
	return s.pushQuery(by, where, m, messageID, data, mutate)
}

// PressButton presses the newest button of the private chat whose label contains label: the reply keyboard now open
// counts as newest, then inline buttons from the last message up. An inline button sends its callback, a reply button
// types its label or shares the contact. It is an error when there is no such button, or when it does something that
// the bot never hears of, such as opening a link.
func (p People) PressButton(person int64, label string) error {
	s := p.server
	s.mu.Lock()
	r, c := s.residents[person], s.chatByID[person]
	if r == nil || c == nil {
		s.mu.Unlock()
		return fmt.Errorf("person %d has no chat with the bot", person)
	}
	reply, inline, id := newestButton(r, c, label)
	s.mu.Unlock()

	switch {
	case reply != nil && reply.RequestContact:
		p.ShareContact(person)
		return nil
	case reply != nil && (reply.RequestLocation || reply.WebApp != nil):
		return fmt.Errorf("button %q asks for something this server does not give", reply.Text)
	case reply != nil:
		p.Type(person, reply.Text)
		return nil
	case inline != nil && inline.CallbackData == "":
		return fmt.Errorf("button %q does not call the bot", inline.Text)
	case inline != nil:
		_, err := p.Press(person, id, inline.CallbackData)
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

// Delete makes a person delete a message of the private chat on both sides; the bot is not told.
func (p People) Delete(person int64, messageID int) bool {
	s := p.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chatByID[person]
	return c != nil && s.remove(c, messageID)
}
