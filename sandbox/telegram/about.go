package telegram

import (
	"encoding/json"
	"maps"
	"slices"
)

func (s *Server) getMe(*params) (any, *failure) {
	return struct {
		User
		CanJoinGroups   bool `json:"can_join_groups"`
		CanReadAll      bool `json:"can_read_all_group_messages"`
		InlineQueries   bool `json:"supports_inline_queries"`
		CanBeConnected  bool `json:"can_connect_to_business"`
		HasMainWebApp   bool `json:"has_main_web_app"`
		HasTopicsInPriv bool `json:"has_topics_enabled"`
	}{User: s.me, CanJoinGroups: true, CanReadAll: s.options.SeesGroupMessages}, nil
}

func (s *Server) deleteWebhook(p *params) (any, *failure) {
	if p.boolean("drop_pending_updates") {
		s.queue.pending, s.queue.repeats = nil, nil
	}
	return true, nil
}

func (s *Server) getWebhookInfo(*params) (any, *failure) {
	return struct {
		URL     string   `json:"url"`
		Custom  bool     `json:"has_custom_certificate"`
		Pending int      `json:"pending_update_count"`
		Allowed []string `json:"allowed_updates,omitempty"`
	}{Pending: len(s.queue.pending), Allowed: slices.Sorted(maps.Keys(s.queue.allowed))}, nil
}

func (s *Server) getChat(p *params) (any, *failure) {
	c, f := s.chat(p, "chat_id")
	if f != nil {
		return nil, f
	}
	return struct {
		Chat
		Pinned      *Message `json:"pinned_message,omitempty"`
		AccentColor int      `json:"accent_color_id"`
		MaxReaction int      `json:"max_reaction_count"`
	}{Chat: c.Chat, Pinned: c.find(c.pinned), MaxReaction: 11}, nil
}

// getChatAdministrators lists the people who are administrators of a group.
func (s *Server) getChatAdministrators(p *params) (any, *failure) {
	c, f := s.chat(p, "chat_id")
	switch {
	case f != nil:
		return nil, f
	case c.Type == "private":
		return nil, bad("there are no administrators in the private chat")
	}
	list := []map[string]any{}
	for i, id := range c.admins {
		r := s.residents[id]
		if r == nil || !c.members[id] {
			continue
		}
		status := "administrator"
		if i == 0 {
			status = "creator"
		}
		list = append(list, map[string]any{"user": r.user(), "status": status, "is_anonymous": false})
	}
	return list, nil
}

func (s *Server) setMyDescription(p *params) (any, *failure) {
	return s.setText(p, "description", 512)
}

func (s *Server) setMyShortDescription(p *params) (any, *failure) {
	return s.setText(p, "short_description", 120)
}

func (s *Server) setText(p *params, name string, longest int) (any, *failure) {
	text, language := p.text(name), p.text("language_code")
	if p.failed != nil {
		return nil, p.failed
	}
	if f := checkLanguage(language); f != nil {
		return nil, f
	}
	if utf16Len(text) > longest {
		return nil, bad("bot " + name + " is too long")
	}
	s.texts[textKey{name, language}] = text
	return true, nil
}

func (s *Server) setChatMenuButton(p *params) (any, *failure) {
	button := struct {
		Type   string  `json:"type"`
		Text   string  `json:"text"`
		WebApp *WebApp `json:"web_app"`
	}{Type: "default"}
	p.object("menu_button", &button, "can't parse menu button JSON object")
	if p.failed != nil {
		return nil, p.failed
	}
	switch {
	case button.Type == "default", button.Type == "commands":
	case button.Type == "web_app" && button.Text != "" && button.WebApp != nil && validLink(button.WebApp.URL, "https"):
	default:
		return nil, bad("can't parse menu button: Unsupported type specified")
	}
	var key int64
	if p.has("chat_id") {
		c, f := s.chat(p, "chat_id")
		if f != nil {
			return nil, f
		}
		if c.Type != "private" {
			return nil, bad("chat_id must be a private chat")
		}
		key = c.ID
	}
	s.buttons[key] = json.RawMessage(p.values["menu_button"])
	return true, nil
}
