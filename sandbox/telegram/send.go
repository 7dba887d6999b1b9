package telegram

import (
	"slices"
	"strconv"
	"time"
)

func (s *Server) sendMessage(p *params) (any, *failure) {
	text, f := s.textOf(p, "message is too long")
	if f != nil {
		return nil, f
	}
	preview, f := linkPreview(p)
	if f != nil {
		return nil, f
	}
	return s.send(p, func(m *Message) *failure {
		m.Text, m.Entities, m.LinkPreviewOptions = text.text, text.entities, preview
		return nil
	})
}

// textOf reads the text of a message, which must not be empty.
func (s *Server) textOf(p *params, tooLong string) (formatted, *failure) {
	if p.values["text"] == "" {
		return formatted{}, bad("message text is empty")
	}
	text, f := s.formatted(p, p.values["text"], p.text("parse_mode"), p.values["entities"])
	switch {
	case f != nil:
		return formatted{}, f
	case text.text == "":
		return formatted{}, bad("text must be non-empty")
	case utf16Len(text.text) > maxText:
		return formatted{}, bad(tooLong)
	}
	return text, nil
}

// captionOf reads the caption of a photo or document, which may be empty.
func (s *Server) captionOf(p *params, tooLong string) (formatted, *failure) {
	caption, f := s.formatted(p, p.values["caption"], p.text("parse_mode"), p.values["caption_entities"])
	if f == nil && utf16Len(caption.text) > maxCaption {
		f = bad(tooLong)
	}
	return caption, f
}

func linkPreview(p *params) (*LinkPreview, *failure) {
	var o LinkPreview
	if !p.object("link_preview_options", &o, "object expected as link preview options") {
		return nil, nil
	}
	if o.URL != "" && checkedLink(o.URL) == "" {
		return nil, bad("WEBPAGE_URL_INVALID")
	}
	return &o, p.failed
}

func (s *Server) sendPhoto(p *params) (any, *failure) { return s.sendFile(p, "photo") }

func (s *Server) sendDocument(p *params) (any, *failure) { return s.sendFile(p, "document") }

func (s *Server) sendFile(p *params, name string) (any, *failure) {
	attachment, f := s.attached(p, name, p.values[name], name == "photo")
	if f != nil {
		return nil, f
	}
	caption, f := s.captionOf(p, "message caption is too long")
	if f != nil {
		return nil, f
	}
	return s.send(p, func(m *Message) *failure {
		attachment.hang(m)
		m.Caption, m.CaptionEntities = caption.text, caption.entities
		m.ShowCaptionAboveMedia = p.boolean("show_caption_above_media")
		m.HasMediaSpoiler = p.boolean("has_spoiler")
		return nil
	})
}

// send finishes what all kinds of message have in common, and posts.
func (s *Server) send(p *params, fill func(*Message) *failure) (any, *failure) {
	c, f := s.openChat(p)
	if f == nil && c.closed {
		f = mild("TOPIC_CLOSED")
	}
	if f != nil {
		return nil, f
	}
	m := &Message{From: &s.me, Chat: c.Chat, Date: time.Now().Unix()}
	if f := fill(m); f != nil {
		return nil, f
	}
	if m.ReplyMarkup, f = s.markup(p, c, false); f != nil {
		return nil, f
	}
	if m.ReplyToMessage, f = replyTo(p, c); f != nil {
		return nil, f
	}
	if m.EffectID = p.text("message_effect_id"); m.EffectID != "" {
		if _, err := strconv.ParseInt(m.EffectID, 10, 64); err != nil {
			return nil, bad("invalid message effect identifier specified")
		}
		if c.Type != "private" {
			return nil, bad("EFFECT_ID_INVALID")
		}
	}
	p.boolean("disable_notification")
	m.HasProtectedContent = p.boolean("protect_content")
	for _, name := range []string{"business_connection_id", "message_thread_id", "direct_messages_topic_id", "suggested_post_parameters"} {
		if p.has(name) {
			return nil, bad(name + " is not of this chat")
		}
	}
	if p.failed != nil {
		return nil, p.failed
	}
	if wait := s.spend(c); wait > 0 {
		return nil, tooMany(wait)
	}
	m.MessageID = s.nextMessageID(c)
	if c.Type == "private" {
		s.residents[c.ID].keyboard = nextKeyboard(s.residents[c.ID].keyboard, m.ReplyMarkup)
	}
	s.post(c, m)
	return m.wire(), nil
}

// nextKeyboard is the reply keyboard after a message: a new one, none any more, or the one there was.
func nextKeyboard(now, sent *Markup) *Markup {
	switch {
	case sent == nil || sent.InlineKeyboard != nil:
		return now
	case sent.Keyboard != nil:
		return sent
	case sent.RemoveKeyboard:
		return nil
	}
	return now
}

// replyTo reads reply_parameters.
func replyTo(p *params, c *chat) (*Message, *failure) {
	var o struct {
		MessageID                int    `json:"message_id"`
		ChatID                   any    `json:"chat_id"`
		AllowSendingWithoutReply bool   `json:"allow_sending_without_reply"`
		Quote                    string `json:"quote"`
		QuoteParseMode           string `json:"quote_parse_mode"`
		QuoteEntities            any    `json:"quote_entities"`
		QuotePosition            int    `json:"quote_position"`
		ChecklistTaskID          int    `json:"checklist_task_id"`
		PollOptionID             string `json:"poll_option_id"`
	}
	if !p.object("reply_parameters", &o, "object expected as reply parameters") || p.failed != nil {
		return nil, p.failed
	}
	if o.ChatID != nil || o.Quote != "" {
		p.complain("replies across chats and quotes are not modelled")
	}
	to := c.find(o.MessageID)
	switch {
	case to != nil:
		return quoted(to.wire()), nil
	case o.AllowSendingWithoutReply:
		return nil, nil
	}
	return nil, bad("message to be replied not found")
}

var chatActions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func (s *Server) sendChatAction(p *params) (any, *failure) {
	c, f := s.openChat(p)
	if f != nil {
		return nil, f
	}
	action := p.text("action")
	if !slices.Contains(chatActions, action) {
		return nil, bad("wrong parameter action in request")
	}
	s.publish(Event{Kind: EventAction, Chat: c.ID, Action: action})
	return true, nil
}
