package telegram_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
)

const tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid"

func TestCallbackIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		id := r.send("reply_markup", inline(`{"text":"Yes","callback_data":"y"}`))
		r.forget()
		query, err := r.People.Press(amina, id, "y")
		if err != nil {
			t.Fatal(err)
		}
		_, raw := r.updates()
		var u struct {
			Query struct {
				ID      string           `json:"id"`
				Data    string           `json:"data"`
				From    telegram.User    `json:"from"`
				Message telegram.Message `json:"message"`
			} `json:"callback_query"`
		}
		if err := json.Unmarshal(raw[0], &u); err != nil {
			t.Fatal(err)
		}
		if u.Query.ID != query || u.Query.Data != "y" || u.Query.From.LanguageCode != "ar" || u.Query.Message.MessageID != id ||
			u.Query.Message.ReplyMarkup == nil {
			t.Errorf("got %s", raw[0])
		}
		if _, ok := r.Chats.Answer(query); ok {
			t.Error("answered before the bot did")
		}
		r.call("answerCallbackQuery", "callback_query_id", query, "text", "done", "show_alert", "true").into(t, new(bool))
		if a, ok := r.Chats.Answer(query); !ok || a.Text != "done" || !a.ShowAlert || a.Person != amina {
			t.Errorf("got %+v, %v", a, ok)
		}
		r.wantError(r.call("answerCallbackQuery", "callback_query_id", query), 400, tooOld)
		r.wantError(r.call("answerCallbackQuery", "callback_query_id", "1"), 400, tooOld)
		time.Sleep(time.Hour)
		r.clean()
	})
}

func TestCallbackWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		id := r.send("reply_markup", inline(`{"text":"Yes","callback_data":"y"}`))
		late, _ := r.People.Press(amina, id, "y")
		time.Sleep(telegram.DefaultCallbackWindow + time.Second)
		r.wantError(r.call("answerCallbackQuery", "callback_query_id", late), 400, tooOld)
		r.clean() // it tried
		if len(r.Journal.Harmless()) != 1 {
			t.Errorf("harmless: %q", r.Journal.Harmless())
		}
		_, _ = r.People.Press(amina, id, "y")
		time.Sleep(telegram.DefaultCallbackWindow)
		r.clean() // there was still time
		time.Sleep(time.Second)
		if v := r.Journal.Violations(); len(v) != 1 || v[0] != `callback query with data "y" of person 1001 was never answered` {
			t.Errorf("violations %q", v)
		}
	})
}

func TestCallbackAnswerRules(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send("reply_markup", inline(`{"text":"Yes","callback_data":"y"}`))
	query, _ := r.People.Press(amina, id, "y")
	answer := func(pairs ...string) reply {
		return r.call("answerCallbackQuery", append([]string{"callback_query_id", query}, pairs...)...)
	}
	r.wantError(answer("text", strings.Repeat("م", 201)), 400, "Bad Request: MESSAGE_TOO_LONG")
	r.wantError(answer("url", "https://example.com/"), 400, "Bad Request: URL_INVALID")
	answer("text", strings.Repeat("م", 200), "url", "https://t.me/sandbox_bot?start=x", "cache_time", "5").into(t, new(bool))
	if len(r.Journal.Violations()) != 2 {
		t.Errorf("violations %q", r.Journal.Violations())
	}
}

func TestPress(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send("reply_markup", inline(`{"text":"Yes, sell","callback_data":"y"}`, `{"text":"Copy","copy_text":{"text":"1"}}`))
	for _, tt := range []struct {
		person  int64
		message int
		data    string
	}{{amina, id, "n"}, {amina, id, ""}, {amina, 999, "y"}, {nadia, id, "y"}} {
		if _, err := r.People.Press(tt.person, tt.message, tt.data); err == nil {
			t.Errorf("%+v could be pressed", tt)
		}
	}
	r.forget()
	if err := r.People.PressButton(amina, "sell"); err != nil || r.Updates.Pending() != 1 {
		t.Errorf("%v, %d updates", err, r.Updates.Pending())
	}
	for _, label := range []string{"Copy", "Nowhere"} {
		if err := r.People.PressButton(amina, label); err == nil {
			t.Errorf("%q reached the bot", label)
		}
	}
	r.send("reply_markup", inline(`{"text":"Yes, sell","callback_data":"newer"}`))
	r.forget()
	_ = r.People.PressButton(amina, "Yes")
	if _, raw := r.updates(); !strings.Contains(string(raw[0]), `"newer"`) {
		t.Errorf("an older button was pressed: %s", raw)
	}
}

func TestPressForged(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send()
	r.forget()
	r.People.PressForged(karim, amina, id, "made up")
	r.People.PressForged(9999, amina, 12345, "gone", func(q map[string]any) { q["inline_message_id"] = "abc" })
	_, raw := r.updates()
	if !strings.Contains(string(raw[0]), `"text":"hello"`) || !strings.Contains(string(raw[0]), `"made up"`) {
		t.Errorf("got %s", raw[0])
	}
	for _, part := range []string{`"date":0`, `"message_id":12345`, `"inline_message_id":"abc"`, `"id":9999`} {
		if !strings.Contains(string(raw[1]), part) {
			t.Errorf("no %s in %s", part, raw[1])
		}
	}
}

func TestForeignContact(t *testing.T) {
	r := newRig(t, unlimited())
	r.forget()
	r.People.ShareForeignContact(amina, "213770000000", karim)
	r.People.ShareForeignContact(amina, "213770000000", 0)
	_, raw := r.updates()
	if !strings.Contains(string(raw[0]), `"user_id":1002`) || strings.Contains(string(raw[1]), "user_id") {
		t.Errorf("got %s", raw)
	}
}

func TestSendPhoto(t *testing.T) {
	r := newRig(t, telegram.Options{})
	id := r.People.SendPhoto(amina, "slip.png", picture(t, 60, 40), "my slip")
	m, ok := r.Chats.Message(amina, id)
	if !ok || len(m.Photo) != 2 || m.Photo[0].Width != 15 || m.Photo[1].Width != 60 || m.Caption != "my slip" || m.Text != "" {
		t.Errorf("sent %+v", m)
	}
	r.call("sendPhoto", "chat_id", "1002", "photo", m.Photo[1].FileID).into(t, &m)
	if r.People.SendPhoto(amina, "slip.txt", []byte("no picture"), "") != 0 || r.People.SendPhoto(77, "slip.png", picture(t, 9, 9), "") != 0 {
		t.Error("sent what is no picture, or by nobody")
	}
}

func TestStartAndReply(t *testing.T) {
	r := newRig(t, unlimited())
	r.forget()
	r.People.Start(nadia, "c-42")
	to := r.send()
	r.People.Reply(amina, to, "an answer")
	_, raw := r.updates()
	if !strings.Contains(string(raw[0]), `"text":"/start c-42","entities":[{"type":"bot_command","offset":0,"length":6}]`) {
		t.Errorf("got %s", raw[0])
	}
	if !strings.Contains(string(raw[1]), `"reply_to_message":{"message_id":`+itoa(to)) {
		t.Errorf("got %s", raw[1])
	}
}
