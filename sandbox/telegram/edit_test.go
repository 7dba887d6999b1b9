package telegram_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
)

const notModified = "Bad Request: message is not modified: specified new message content and reply markup are exactly " +
	"the same as a current content and reply markup of the message"

func TestEditMessageText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		keys := inline(`{"text":"a","callback_data":"a"}`)
		id := r.send("text", "<b>one</b>", "parse_mode", "HTML", "protect_content", "true", "reply_markup", keys)
		edit := func(pairs ...string) reply {
			return r.call("editMessageText", append([]string{"chat_id", "1001", "message_id", itoa(id)}, pairs...)...)
		}
		r.wantError(edit("text", " <strong>one</strong>", "parse_mode", "HTML", "reply_markup", keys), 400, notModified)
		if h := r.Journal.Harmless(); len(h) != 1 {
			t.Errorf("harmless: %q", h)
		}
		time.Sleep(time.Minute)
		var m telegram.Message
		edit("text", "one", "reply_markup", keys).into(t, &m) // the entity went
		if m.EditDate != time.Now().Unix() || m.Entities != nil || !m.HasProtectedContent || m.ReplyMarkup == nil {
			t.Errorf("got %s", toJSON(t, m))
		}
		m = telegram.Message{}
		edit("text", "one").into(t, &m) // only the keyboard goes
		if m.ReplyMarkup != nil {
			t.Error("the keyboard stayed")
		}
		edit("text", "one", "link_preview_options", `{"is_disabled":true}`).into(t, &m)
		r.clean()
		edit("text", "two", "protect_content", "false")
		if now, _ := r.Chats.Message(amina, id); now.Text != "two" || !now.HasProtectedContent {
			t.Errorf("got %s", toJSON(t, now))
		}
		if v := r.Journal.Violations(); len(v) != 1 || v[0] != "editMessageText: unknown parameter protect_content" {
			t.Errorf("violations %q", v)
		}
	})
}

func TestEditRefusals(t *testing.T) {
	r := newRig(t, unlimited())
	text := r.send()
	withKeyboard := r.send("reply_markup", `{"keyboard":[["Menu"]]}`)
	withRemoval := r.send("reply_markup", `{"remove_keyboard":true}`)
	var photo telegram.Message
	r.sendFile("sendPhoto", "photo", "p.png", picture(t, 9, 9), "chat_id", "1001").into(t, &photo)
	typed := r.People.Type(amina, "mine")
	tests := []struct {
		name, method string
		message      int
		pairs        []string
		want         string
	}{
		{"gone", "editMessageText", 999, []string{"text", "x"}, "message to edit not found"},
		{"no message", "editMessageText", 0, []string{"text", "x"}, "message to edit not found"},
		{"a person's", "editMessageText", typed, []string{"text", "x"}, "message can't be edited"},
		{"with a reply keyboard", "editMessageText", withKeyboard, []string{"text", "x"}, "message can't be edited"},
		{"with a removal", "editMessageText", withRemoval, []string{"text", "x"}, "message can't be edited"},
		{"text of a photo", "editMessageText", photo.MessageID, []string{"text", "x"}, "there is no text in the message to edit"},
		{"caption of a text", "editMessageCaption", text, []string{"caption", "x"}, "there is no caption in the message to edit"},
		{"empty", "editMessageText", text, nil, "message text is empty"},
		{"too long", "editMessageText", text, []string{"text", strings.Repeat("x", 4097)}, "MESSAGE_TOO_LONG"},
		{"caption too long", "editMessageCaption", photo.MessageID, []string{"caption", strings.Repeat("x", 1025)}, "MEDIA_CAPTION_TOO_LONG"},
		{"same markup", "editMessageReplyMarkup", text, nil, strings.TrimPrefix(notModified, "Bad Request: ")},
		{"reply keyboard in an edit", "editMessageText", text, []string{"text", "x", "reply_markup", `{"keyboard":[["a"]]}`}, "inline keyboard expected"},
		{"null markup", "editMessageText", text, []string{"text", "x", "reply_markup", "null"}, "object expected as reply markup"},
		{"no media", "editMessageMedia", photo.MessageID, nil, "input media is not specified"},
		{"media kind", "editMessageMedia", photo.MessageID, []string{"media", `{"type":"video","media":"x"}`}, `can't parse InputMedia: type "video" is unsupported`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := r.call(tt.method, append([]string{"chat_id", "1001", "message_id", itoa(tt.message)}, tt.pairs...)...)
			if a.Description != "Bad Request: "+tt.want {
				t.Errorf("got %+v\nwant %s", a, tt.want)
			}
		})
	}
	r.wantError(r.call("editMessageText", "text", "x"), 400, "Bad Request: message identifier is not specified")
}

func TestEditCaptionMediaAndMarkup(t *testing.T) {
	r := newRig(t, unlimited())
	var m telegram.Message
	r.sendFile("sendPhoto", "photo", "p.png", picture(t, 9, 9), "chat_id", "1001", "caption", "one").into(t, &m)
	id := itoa(m.MessageID)
	r.call("editMessageCaption", "chat_id", "1001", "message_id", id, "caption", "<i>two</i>", "parse_mode", "HTML").into(t, &m)
	if m.Caption != "two" || len(m.CaptionEntities) != 1 || len(m.Photo) != 1 {
		t.Errorf("got %s", toJSON(t, m))
	}
	r.call("editMessageReplyMarkup", "chat_id", "1001", "message_id", id, "reply_markup", inline(`{"text":"a","callback_data":"a"}`)).into(t, &m)
	if m.ReplyMarkup == nil || m.Caption != "two" {
		t.Errorf("got %s", toJSON(t, m))
	}
	m = telegram.Message{}
	r.sendFile("editMessageMedia", "report", "r.txt", []byte("report"), "chat_id", "1001", "message_id", id,
		"media", `{"type":"document","media":"attach://report","caption":"three"}`).into(t, &m)
	if m.Document == nil || m.Document.FileName != "r.txt" || m.Photo != nil || m.Caption != "three" {
		t.Errorf("got %s", toJSON(t, m))
	}
	file := m.Document.FileID
	m = telegram.Message{}
	r.call("editMessageMedia", "chat_id", "1001", "message_id", itoa(r.send()),
		"media", `{"type":"document","media":"`+file+`"}`).into(t, &m)
	if m.Document == nil || m.Text != "" {
		t.Errorf("a text made a file: %s", toJSON(t, m))
	}
	r.clean()
}

func TestDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		own, typed := r.send(), r.People.Type(amina, "secret")
		events, cancel := r.Subscribe()
		defer cancel()
		r.call("deleteMessage", "chat_id", "1001", "message_id", itoa(typed)).into(t, new(bool))
		if e := <-events; e.Kind != telegram.EventDelete || e.MessageID != typed {
			t.Errorf("got %+v", e)
		}
		if _, there := r.Chats.Message(amina, typed); there {
			t.Error("the message is still there")
		}
		r.wantError(r.call("deleteMessage", "chat_id", "1001", "message_id", itoa(typed)), 400, "Bad Request: message to delete not found")
		time.Sleep(48*time.Hour + time.Second)
		r.wantError(r.call("deleteMessage", "chat_id", "1001", "message_id", itoa(own)), 400, "Bad Request: message can't be deleted for everyone")
		r.clean()

		young := r.send()
		r.call("deleteMessages", "chat_id", "1001", "message_ids", "["+itoa(own)+","+itoa(young)+",999]").into(t, new(bool))
		if _, there := r.Chats.Message(amina, young); there {
			t.Error("deleteMessages left a young message")
		}
		if _, there := r.Chats.Message(amina, own); !there {
			t.Error("deleteMessages took an old message")
		}
		r.wantError(r.call("deleteMessages", "chat_id", "1001", "message_ids", "[]"), 400, "Bad Request: message identifiers are not specified")
	})
}

func TestDeleteInGroups(t *testing.T) {
	r := newRig(t, unlimited())
	r.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina}})
	id := r.Groups.Type(group, amina, "/pin 1234")
	r.wantError(r.call("deleteMessage", "chat_id", "-500", "message_id", itoa(id)), 400, "Bad Request: message can't be deleted for everyone")
}

func TestPin(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send("text", "pinned")
	for range 2 {
		r.call("pinChatMessage", "chat_id", "1001", "message_id", itoa(id), "disable_notification", "true").into(t, new(bool))
	}
	all := r.Chats.Messages(amina)
	if last := all[len(all)-1]; last.PinnedMessage == nil || last.PinnedMessage.MessageID != id {
		t.Errorf("the last message is %s", toJSON(t, last))
	}
	var c struct {
		Type   string            `json:"type"`
		Pinned *telegram.Message `json:"pinned_message"`
	}
	r.call("getChat", "chat_id", "1001").into(t, &c)
	if c.Type != "private" || c.Pinned == nil || c.Pinned.Text != "pinned" {
		t.Errorf("getChat gave %+v", c)
	}
	r.clean()
	r.wantError(r.call("pinChatMessage", "chat_id", "1001", "message_id", "999"), 400, "Bad Request: message to pin not found")
}

func TestPersonDeletes(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send()
	if !r.People.Delete(amina, id) || r.People.Delete(amina, id) {
		t.Error("a message can be deleted once")
	}
	r.wantError(r.call("editMessageText", "chat_id", "1001", "message_id", itoa(id), "text", "x"), 400, "Bad Request: message to edit not found")
	r.clean()
}
