package telegram

import (
	"encoding/json"
	"reflect"
	"time"
)

// deleteWindow is how old a message may be that a bot deletes.
const deleteWindow = 48 * time.Hour

const notModified = "message is not modified: specified new message content and reply markup are exactly the same " +
	"as a current content and reply markup of the message"

// edit finds the bot's message, lets change work on a copy of it, and stores the copy. Without reply_markup the inline
// keyboard goes away, as at Telegram.
func (s *Server) edit(p *params, change func(*Message) *failure) (any, *failure) {
	if p.has("inline_message_id") {
		return nil, bad("MESSAGE_ID_INVALID")
	}
	if !p.has("chat_id") && !p.has("message_id") {
		return nil, bad("message identifier is not specified")
	}
	c, f := s.chat(p, "chat_id")
	if f != nil {
		return nil, f
	}
	old := c.find(int(p.integer("message_id", 0)))
	if old == nil {
		return nil, mild("message to edit not found")
	}
	if old.From == nil || old.From.ID != s.me.ID || old.PinnedMessage != nil ||
		old.ReplyMarkup != nil && old.ReplyMarkup.InlineKeyboard == nil {
		return nil, bad("message can't be edited")
	}
	m := *old
	if m.ReplyMarkup, f = s.markup(p, c, true); f != nil {
		return nil, f
	}
	if f := change(&m); f != nil {
		return nil, f
	}
	if p.failed != nil {
		return nil, p.failed
	}
	if wait := s.spend(c); wait > 0 {
		return nil, tooMany(wait)
	}
	if same(*old, m) {
		return nil, mild(notModified)
	}
	m.EditDate = time.Now().Unix()
	s.replace(c, &m)
	return m.wire(), nil
}

// same compares what people see of a message.
func same(a, b Message) bool {
	a.EditDate, b.EditDate = 0, 0
	return reflect.DeepEqual(a, b)
}

func (s *Server) editMessageText(p *params) (any, *failure) {
	if p.has("rich_message") {
		p.complain("rich messages are not modelled")
	}
	text, f := s.textOf(p, "MESSAGE_TOO_LONG")
	if f != nil {
		return nil, f
	}
	preview, f := linkPreview(p)
	if f != nil {
		return nil, f
	}
	return s.edit(p, func(m *Message) *failure {
		if m.Text == "" {
			return bad("there is no text in the message to edit")
		}
		m.Text, m.Entities, m.LinkPreviewOptions = text.text, text.entities, preview
		return nil
	})
}

func (s *Server) editMessageCaption(p *params) (any, *failure) {
	caption, f := s.captionOf(p, "MEDIA_CAPTION_TOO_LONG")
	if f != nil {
		return nil, f
	}
	return s.edit(p, func(m *Message) *failure {
		if m.Photo == nil && m.Document == nil {
			return bad("there is no caption in the message to edit")
		}
		m.Caption, m.CaptionEntities = caption.text, caption.entities
		m.ShowCaptionAboveMedia = p.boolean("show_caption_above_media")
		return nil
	})
}

func (s *Server) editMessageReplyMarkup(p *params) (any, *failure) {
	return s.edit(p, func(*Message) *failure { return nil })
}

func (s *Server) editMessageMedia(p *params) (any, *failure) {
	var media struct {
		Type                        string          `json:"type"`
		Media                       string          `json:"media"`
		Thumbnail                   string          `json:"thumbnail"`
		Caption                     string          `json:"caption"`
		ParseMode                   string          `json:"parse_mode"`
		CaptionEntities             json.RawMessage `json:"caption_entities"`
		ShowCaptionAboveMedia       bool            `json:"show_caption_above_media"`
		HasSpoiler                  bool            `json:"has_spoiler"`
		DisableContentTypeDetection bool            `json:"disable_content_type_detection"`
	}
	given := p.object("media", &media, "can't parse input media JSON object")
	switch {
	case p.failed != nil:
		return nil, p.failed
	case !given:
		return nil, bad("input media is not specified")
	case media.Type != "photo" && media.Type != "document":
		return nil, bad("can't parse InputMedia: type " + quote(media.Type) + " is unsupported")
	}
	attachment, f := s.attached(p, "media", media.Media, media.Type == "photo")
	if f != nil {
		return nil, f
	}
	caption, f := s.formatted(p, media.Caption, media.ParseMode, string(media.CaptionEntities))
	if f != nil {
		return nil, f
	}
	if utf16Len(caption.text) > maxCaption {
		return nil, bad("MEDIA_CAPTION_TOO_LONG")
	}
	return s.edit(p, func(m *Message) *failure {
		m.Text, m.Entities, m.LinkPreviewOptions = "", nil, nil // a text message may become a file
		attachment.hang(m)
		m.Caption, m.CaptionEntities = caption.text, caption.entities
		m.ShowCaptionAboveMedia, m.HasMediaSpoiler = media.ShowCaptionAboveMedia, media.HasSpoiler
		return nil
	})
}

func (s *Server) deleteMessage(p *params) (any, *failure) {
	c, f := s.chat(p, "chat_id")
	if f != nil {
		return nil, f
	}
	m := c.find(int(p.integer("message_id", 0)))
	if m == nil {
		return nil, mild("message to delete not found")
	}
	if !s.deletable(c, m) {
		return nil, mild("message can't be deleted for everyone")
	}
	s.remove(c, m.MessageID)
	return true, nil
}

func (s *Server) deleteMessages(p *params) (any, *failure) {
	c, f := s.chat(p, "chat_id")
	if f != nil {
		return nil, f
	}
	var ids []int
	p.object("message_ids", &ids, "can't parse message identifiers JSON object")
	switch {
	case p.failed != nil:
		return nil, p.failed
	case len(ids) == 0:
		return nil, bad("message identifiers are not specified")
	case len(ids) > 100:
		return nil, bad("too many message identifiers specified")
	}
	for _, id := range ids {
		if m := c.find(id); m != nil && s.deletable(c, m) {
			s.remove(c, id)
		}
	}
	return true, nil
}

// deletable: young messages, and in groups only the bot's own, since it is no administrator there.
func (s *Server) deletable(c *chat, m *Message) bool {
	if time.Since(time.Unix(m.Date, 0)) > deleteWindow {
		return false
	}
	return c.Type == "private" || m.From != nil && m.From.ID == s.me.ID
}

func (s *Server) pinChatMessage(p *params) (any, *failure) {
	c, f := s.chat(p, "chat_id")
	if f != nil {
		return nil, f
	}
	m := c.find(int(p.integer("message_id", 0)))
	switch {
	case m == nil:
		return nil, mild("message to pin not found")
	case c.Type != "private":
		return nil, bad("not enough rights to manage pinned messages in the chat")
	case c.pinned == m.MessageID:
		return true, nil
	}
	c.pinned = m.MessageID
	s.post(c, &Message{
		MessageID: s.nextMessageID(c), From: &s.me, Chat: c.Chat, Date: time.Now().Unix(), PinnedMessage: quoted(m.wire()),
	})
	return true, nil
}
