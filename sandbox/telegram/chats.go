package telegram

// Chats is what people see: messages as they are now, keyboards, answers, menus.
type Chats struct{ server *Server }

// Messages gives what is now in a chat, oldest first; deleted messages are not there any more.
func (c Chats) Messages(chat int64) []Message {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.chatByID[chat]
	if in == nil {
		return nil
	}
	all := make([]Message, 0, len(in.messages))
	for _, m := range in.messages {
		all = append(all, *m)
	}
	return all
}

// Message gives one message of a chat as it is now; false when it was deleted or never was.
func (c Chats) Message(chat int64, messageID int) (Message, bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if in := s.chatByID[chat]; in != nil {
		if m := in.find(messageID); m != nil {
			return *m, true
		}
	}
	return Message{}, false
}

// Keyboard gives the reply keyboard now open in a person's private chat, nil when there is none.
func (c Chats) Keyboard(person int64) *Markup {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.residents[person]; r != nil {
		return r.keyboard
	}
	return nil
}

// Answer gives the bot's answer to a callback query; false as long as there is none.
func (c Chats) Answer(queryID string) (CallbackAnswer, bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queries[queryID]; q != nil && q.settled {
		return q.answer, true
	}
	return CallbackAnswer{}, false
}

// File gives the bytes of a photo or document and its MIME type.
func (c Chats) File(fileID string) (data []byte, mime string, ok bool) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[fileID]; f != nil {
		return f.data, f.mime, true
	}
	return nil, "", false
}

// Commands gives the menu that a chat's people see in a language, by Telegram's order: the chat's own list, then the
// one for its kind of chat, then the default, each first in the language and then without.
func (c Chats) Commands(chat int64, lang string) []Command {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := "all_private_chats"
	if chat < 0 {
		kind = "all_group_chats"
	}
	for _, scope := range []string{chatScope("chat", chat), kind, "default"} {
		for _, language := range []string{primary(lang), ""} {
			if list := s.menus[menuKey{scope, language}]; len(list) > 0 {
				return append([]Command(nil), list...)
			}
		}
	}
	return nil
}

// Description gives the bot's "description" or "short_description" as set for a language, or without one.
func (c Chats) Description(name, lang string) string {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if text := s.texts[textKey{name, primary(lang)}]; text != "" {
		return text
	}
	return s.texts[textKey{name, ""}]
}

// Forget takes a person's chat away: they never wrote to the bot, as nobody has to a new bot in the place of another.
func (c Chats) Forget(person int64) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.residents[person] != nil {
		delete(s.chatByID, person)
		s.touch()
	}
}
