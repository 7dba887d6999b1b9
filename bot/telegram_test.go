package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/render"
	"hanout/sandbox/telegram"
	"hanout/till"
)

// Two keepers who have opened the bot, and one who has not.
const (
	amina = 1001
	karim = 1002
	nadia = 1003
)

func newTelegram(o telegram.Options) *telegram.Server {
	o.Token = canaryToken
	s := telegram.New(o)
	s.People.Add(telegram.Person{ID: amina, FirstName: "Amina", LanguageCode: "ar", Phone: "213550000001"})
	s.People.Add(telegram.Person{ID: karim, FirstName: "Karim", Username: "karim_dz", LanguageCode: "fr-DZ"})
	s.People.Add(telegram.Person{ID: nadia, FirstName: "Nadia"})
	s.People.Start(amina, "")
	s.People.Start(karim, "")
	return s
}

func newTestAPI(t *testing.T, rt http.RoundTripper) *API {
	t.Helper()
	api, err := NewAPI(" "+canaryToken+"\n", "https://telegram.test/", rt)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func wantNoViolations(t *testing.T, s *telegram.Server) {
	t.Helper()
	if v := s.Journal.Violations(); len(v) > 0 {
		t.Errorf("rules of Telegram broken:\n%s", strings.Join(v, "\n"))
	}
}

func wantFail(t *testing.T, err error, kind FailKind) *Fail {
	t.Helper()
	f, ok := errors.AsType[*Fail](err)
	if !ok || f.Kind != kind {
		t.Fatalf("got %v, want a Fail of kind %q", err, kind)
	}
	wantNoCanary(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, *f))
	return f
}

func TestNewAPIRefuses(t *testing.T) {
	for _, tc := range []struct{ token, server string }{
		{"", ""},
		{canaryHalf, ""},
		{canaryToken + "\x00", ""},
		{canaryToken + " " + canaryToken, ""},
		{canaryToken + "%zz", ""},
		{canaryToken, "telegram.test"},
		{canaryToken, "ftp://telegram.test"},
		{canaryToken, "https://user:word@telegram.test"},
		{canaryToken, "https://telegram.test?x=y"},
		{canaryToken, "https://telegram.test:port"},
	} {
		api, err := NewAPI(tc.token, tc.server, nil)
		if err == nil || api != nil {
			t.Errorf("NewAPI(%q, %q) took it", tc.token, tc.server)
			continue
		}
		wantNoCanary(t, "the error", err.Error())
	}
}

func TestAPIMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{Limits: telegram.Limits{Off: true}})
		api, ctx := newTestAPI(t, server.Transport()), t.Context()
		if id, name, err := api.Me(ctx); err != nil || id != 987654321 || name != "sandbox_bot" {
			t.Fatalf("Me = %d, %q, %v", id, name, err)
		}

		first, err := api.Send(ctx, amina, render.Message{
			Text:   "<b>بطاقة</b> https://example.test/",
			Silent: true, Protect: true,
			Rows: [][]render.Button{
				{{Text: "✅", Data: "yes", Style: "success"}, {Text: "open", URL: "https://example.test/"}},
				{},
				{{Text: "copy", Copy: "1234 5678"}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		m, _ := server.Chats.Message(amina, first)
		if m.Text != "بطاقة https://example.test/" || !m.HasProtectedContent || len(m.Entities) == 0 || m.Entities[0].Type != "bold" {
			t.Errorf("got %+v", m)
		}
		if m.LinkPreviewOptions == nil || !m.LinkPreviewOptions.IsDisabled {
			t.Error("the preview of links is on")
		}
		rows := m.ReplyMarkup.InlineKeyboard
		if len(rows) != 2 || rows[0][0].CallbackData != "yes" || rows[0][0].Style != "success" || rows[1][0].CopyText.Text != "1234 5678" {
			t.Errorf("buttons: %+v", rows)
		}
		call := server.Journal.Calls("sendMessage")[0]
		if call.Params["disable_notification"] != "true" {
			t.Errorf("sent with a sound: %v", call.Params)
		}
		if n := strings.Count(call.Params["reply_markup"], "copy_text"); n != 1 {
			t.Errorf("copy_text is sent with %d buttons: %s", n, call.Params["reply_markup"])
		}

		if err := api.Edit(ctx, amina, first, render.Message{Text: "new"}); err != nil {
			t.Fatal(err)
		}
		if m, _ := server.Chats.Message(amina, first); m.Text != "new" || m.ReplyMarkup != nil {
			t.Errorf("after the edit: %+v", m)
		}
		wantFail(t, api.Edit(ctx, amina, first, render.Message{Text: "new"}), FailNotModified)

		answer, err := api.Send(ctx, amina, render.Message{Text: "again", ReplyTo: first})
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := server.Chats.Message(amina, answer); m.ReplyToMessage == nil || m.ReplyToMessage.MessageID != first {
			t.Errorf("no reply: %+v", m)
		}
		if _, err := api.Send(ctx, amina, render.Message{Text: "to what is gone", ReplyTo: 999_999}); err != nil {
			t.Error(err)
		}

		if _, err := api.Send(ctx, karim, render.Message{Text: "number?", AskContact: "share"}); err != nil {
			t.Fatal(err)
		}
		if k := server.Chats.Keyboard(karim); k == nil || !k.Keyboard[0][0].RequestContact || k.Keyboard[0][0].Text != "share" {
			t.Errorf("the contact button: %+v", k)
		}
		if _, err := api.Send(ctx, karim, render.Message{Text: "thanks", RemoveKeyboard: true}); err != nil {
			t.Fatal(err)
		}
		if k := server.Chats.Keyboard(karim); k != nil {
			t.Errorf("the contact button stays: %+v", k)
		}

		if err := api.Delete(ctx, amina); err != nil {
			t.Error(err)
		}
		if err := api.Delete(ctx, amina, first); err != nil {
			t.Error(err)
		}
		wantFail(t, api.Delete(ctx, amina, first), FailGone)
		wantFail(t, api.Edit(ctx, amina, first, render.Message{Text: "gone"}), FailGone)
		if err := api.Delete(ctx, amina, first, answer); err != nil {
			t.Error(err)
		}
		if _, ok := server.Chats.Message(amina, answer); ok {
			t.Error("a message of two is not deleted")
		}
		wantNoViolations(t, server)
	})
}

func TestAPIFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		api := newTestAPI(t, server.Transport())
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
			t.Fatal(err)
		}
		picture := drawn.Bytes()
		photo := render.Message{Text: "<b>QR</b>", Photo: picture, Rows: [][]render.Button{{{Text: "ok", Data: "ok"}}}}
		id, err := api.Send(t.Context(), amina, photo)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := server.Chats.Message(amina, id)
		if m.Caption != "QR" || len(m.Photo) == 0 || m.ReplyMarkup == nil {
			t.Fatalf("got %+v", m)
		}
		if got, _, _ := server.Chats.File(m.Photo[0].FileID); string(got) != string(picture) {
			t.Errorf("the picture arrives as %q", got)
		}
		known := render.Message{Text: "slip", PhotoID: m.Photo[0].FileID}
		if id, err := api.Send(t.Context(), amina, known); err != nil {
			t.Errorf("a photo by its name: %v", err)
		} else if by, _ := server.Chats.Message(amina, id); len(by.Photo) == 0 || by.Photo[0] != m.Photo[0] || by.Caption != "slip" {
			t.Errorf("a photo by its name arrives as %+v", by)
		}
		if again, err := api.Send(t.Context(), amina, photo); err != nil || again == id {
			t.Errorf("the same value once more: %d, %v", again, err)
		}
		id, err = api.Send(t.Context(), amina, render.Message{Text: "report", File: []byte("a;b\n"), FileName: "day.csv"})
		if err != nil {
			t.Fatal(err)
		}
		m, _ = server.Chats.Message(amina, id)
		if m.Document == nil || m.Document.FileName != "day.csv" || m.Caption != "report" {
			t.Fatalf("got %+v", m)
		}
		if got, _, _ := server.Chats.File(m.Document.FileID); string(got) != "a;b\n" {
			t.Errorf("the file arrives as %q", got)
		}
		wantNoViolations(t, server)
		_, err = api.Send(t.Context(), amina, render.Message{Text: "slip", PhotoID: "AgACgone"})
		wantFail(t, err, FailMarkup)
		_, err = api.Send(t.Context(), amina, render.Message{Text: strings.Repeat("x", 1025), Photo: picture})
		wantFail(t, err, FailMarkup)
	})
}

func TestAPICommandsAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		api, ctx := newTestAPI(t, server.Transport()), t.Context()
		all := []till.Command{{Name: "start", Description: "Démarrer"}, {Name: "help", Description: "Aide"}}
		if err := api.SetCommands(ctx, 0, "fr", all); err != nil {
			t.Fatal(err)
		}
		if err := api.SetCommands(ctx, amina, "", []till.Command{{Name: "mobile", Description: "تعبئة"}}); err != nil {
			t.Fatal(err)
		}
		if got := server.Chats.Commands(karim, "fr"); len(got) != 2 || got[1].Description != "Aide" {
			t.Errorf("for all: %v", got)
		}
		if got := server.Chats.Commands(amina, "ar"); len(got) != 1 || got[0].Command != "mobile" {
			t.Errorf("for one chat: %v", got)
		}
		if err := api.SetCommands(ctx, amina, "", nil); err != nil {
			t.Fatal(err)
		}
		if got := server.Chats.Commands(amina, "ar"); len(got) != 0 {
			t.Errorf("taken away, but there: %v", got)
		}

		id, err := api.Send(ctx, amina, render.Message{Text: "?", Rows: [][]render.Button{{{Text: "yes", Data: "y"}}}})
		if err != nil {
			t.Fatal(err)
		}
		query, err := server.People.Press(amina, id, "y")
		if err != nil {
			t.Fatal(err)
		}
		if err := api.Answer(ctx, query, "تم", true); err != nil {
			t.Fatal(err)
		}
		if a, ok := server.Chats.Answer(query); !ok || a.Text != "تم" || !a.ShowAlert {
			t.Errorf("got %+v", a)
		}
		wantFail(t, api.Answer(ctx, query, "", false), FailStale)
		wantNoViolations(t, server)
	})
}

func TestAPIPeopleOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		api := newTestAPI(t, server.Transport())
		send := func(chat int64) error {
			_, err := api.Send(t.Context(), chat, render.Message{Text: "hello"})
			return err
		}
		wantFail(t, send(nadia), FailBlocked)
		wantFail(t, send(4040), FailChatGone)
		server.People.Block(amina, true)
		wantFail(t, send(amina), FailBlocked)
		server.People.Deactivate(karim)
		wantFail(t, send(karim), FailBlocked)
		server.Groups.Add(telegram.Group{ID: -500, Title: "Shop", Members: []int64{amina}})
		server.Groups.Migrate(-500, -1000000000500)
		if f := wantFail(t, send(-500), FailMigrated); f.NewChat != -1000000000500 {
			t.Errorf("the new chat is %d", f.NewChat)
		}
	})
}

func TestAPIFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		api := newTestAPI(t, server.Transport())
		for _, tc := range []struct {
			fault telegram.Fault
			kind  FailKind
			sent  int // messages that reach the chat all the same
		}{
			{telegram.Fault{Kind: telegram.FaultOutage}, FailTemporary, 0},
			{telegram.Fault{Kind: telegram.FaultBadGateway}, FailTemporary, 0},
			{telegram.Fault{Kind: telegram.FaultFlood, RetryAfter: 7 * time.Second}, FailThrottled, 0},
			{telegram.Fault{Kind: telegram.FaultLostAnswer}, FailTemporary, 1},
			{telegram.Fault{Kind: telegram.FaultBrokenAnswer}, FailTemporary, 1},
			{telegram.Fault{Kind: telegram.FaultStrangeAnswer}, FailSentBlind, 1},
			{telegram.Fault{Kind: telegram.FaultSlow, Delay: time.Hour}, FailTemporary, 0},
		} {
			before := len(server.Chats.Messages(amina))
			tc.fault.Times = 1
			server.Faults.Set(tc.fault)
			_, err := api.Send(t.Context(), amina, render.Message{Text: "hello"})
			f := wantFail(t, err, tc.kind)
			if tc.kind == FailThrottled && f.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", f.RetryAfter)
			}
			synctest.Wait()
			if got := len(server.Chats.Messages(amina)) - before; tc.fault.Kind != telegram.FaultSlow && got != tc.sent {
				t.Errorf("%s: %d messages arrive, want %d", tc.fault.Kind, got, tc.sent)
			}
			server.Faults.Clear()
		}
		// An edit needs nothing from its answer.
		id, err := api.Send(t.Context(), amina, render.Message{Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultStrangeAnswer, Times: 1})
		if err := api.Edit(t.Context(), amina, id, render.Message{Text: "changed"}); err != nil {
			t.Error(err)
		}
		wantNoViolations(t, server)
	})
}

// canned answers every request with one answer.
type canned struct {
	status int
	body   string
	header http.Header
	err    error
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	if c.err != nil {
		return nil, c.err
	}
	return &http.Response{
		StatusCode: c.status, Header: c.header, Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

func refusal(code int, description, more string) canned {
	return canned{status: code, body: fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description, more)}
}

func TestFailKinds(t *testing.T) {
	page := "<html>POST /bot" + canaryToken + "/sendMessage</html>"
	for _, tc := range []struct {
		answer canned
		kind   FailKind
		retry  time.Duration
	}{
		{refusal(429, "Too Many Requests: retry after 35", `,"parameters":{"retry_after":35}`), FailThrottled, 35 * time.Second},
		{refusal(429, "Too Many Requests", ""), FailThrottled, time.Second},
		{canned{status: 429, body: page}, FailThrottled, alienPause},
		{refusal(403, "Forbidden: bot was blocked by the user", ""), FailBlocked, 0},
		{refusal(403, "Forbidden: user is deactivated", ""), FailBlocked, 0},
		{refusal(403, "Forbidden: bot can't initiate conversation with a user", ""), FailBlocked, 0},
		{refusal(403, "Forbidden: bot was kicked from the group chat", ""), FailBlocked, 0},
		{refusal(400, "Bad Request: chat not found", ""), FailChatGone, 0},
		{refusal(400, "Bad Request: PEER_ID_INVALID", ""), FailChatGone, 0},
		{refusal(400, "Bad Request: TOPIC_CLOSED", ""), FailChatGone, 0},
		{refusal(400, "Bad Request: not enough rights to send text messages to the chat", ""), FailChatGone, 0},
		{refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", `,"parameters":{"migrate_to_chat_id":-1001}`), FailMigrated, 0},
		{refusal(400, "Bad Request: message is not modified: specified new message content", ""), FailNotModified, 0},
		{refusal(400, "Bad Request: message to edit not found", ""), FailGone, 0},
		{refusal(400, "Bad Request: message can't be edited", ""), FailGone, 0},
		{refusal(400, "Bad Request: message to delete not found", ""), FailGone, 0},
		{refusal(400, "Bad Request: message can't be deleted for everyone", ""), FailGone, 0},
		{refusal(400, "Bad Request: there is no text in the message to edit", ""), FailGone, 0},
		{refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""), FailStale, 0},
		{refusal(400, "Bad Request: can't parse entities: Unsupported start tag", ""), FailMarkup, 0},
		{refusal(400, "Bad Request: message is too long", ""), FailMarkup, 0},
		{refusal(400, "Bad Request: BUTTON_DATA_INVALID", ""), FailMarkup, 0},
		{refusal(400, "Bad Request: something new", ""), FailMarkup, 0},
		{refusal(413, "Request Entity Too Large", ""), FailMarkup, 0},
		{refusal(401, "Unauthorized", ""), FailUnauthorized, 0},
		{refusal(404, "Not Found", ""), FailUnauthorized, 0},
		{refusal(409, "Conflict", ""), FailConflict, 0},
		{refusal(500, "Internal Server Error: restart", ""), FailTemporary, 0},
		{canned{status: 502, body: page}, FailTemporary, 0},
		{canned{status: 403, body: page}, FailTemporary, 0},
		{canned{status: 403, body: `{"message":"forbidden by the proxy"}`}, FailTemporary, 0},
		{canned{status: 404, body: `{}`}, FailTemporary, 0},
		{canned{status: 200, body: ""}, FailTemporary, 0},
		{canned{status: 302, body: page, header: http.Header{"Location": {"https://elsewhere.test/"}}}, FailTemporary, 0},
		{canned{status: 200, body: `{"ok":true,"result":{"message_id":"x"}}`}, FailSentBlind, 0},
		{canned{status: 200, body: `{"ok":true,"result":true}`}, FailSentBlind, 0},
		{canned{err: errors.New("no route to https://t/bot" + canaryToken)}, FailTemporary, 0},
		{canned{err: &url.Error{Op: "Post", URL: "https://t/bot" + canaryToken, Err: errors.New("reset")}}, FailTemporary, 0},
		{canned{err: fmt.Errorf("outer: %w", &url.Error{Op: "Post", URL: canaryToken, Err: io.EOF})}, FailTemporary, 0},
		{refusal(400, "Bad Request: "+canaryToken+" "+strings.Repeat("long ", 100), ""), FailMarkup, 0},
	} {
		_, err := newTestAPI(t, tc.answer).Send(t.Context(), amina, render.Message{Text: "hello"})
		f := wantFail(t, err, tc.kind)
		if f.RetryAfter != tc.retry {
			t.Errorf("%v: retry after %v, want %v", f, f.RetryAfter, tc.retry)
		}
		if len([]rune(f.Text)) > 201 {
			t.Errorf("a text of %d bytes", len(f.Text))
		}
	}
}

// A later version of the API may hang things on a message that the library's
// types can't take; the message's ID is still there to be read.
func TestSendReadsOnlyTheID(t *testing.T) {
	answer := canned{status: 200, body: `{"ok":true,"result":{"message_id":77,"date":1,"chat":{"id":1001},"text":["?"],"forward_origin":{"type":"new"}}}`}
	if id, err := newTestAPI(t, answer).Send(t.Context(), amina, render.Message{Text: "hello"}); id != 77 || err != nil {
		t.Errorf("Send = %d, %v", id, err)
	}
}

func TestAPIStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultSlow, Delay: time.Hour})
		api := newTestAPI(t, server.Transport())
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := api.Send(ctx, amina, render.Message{Text: "hello"})
		wantFail(t, err, FailTemporary)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		_, err = api.Send(t.Context(), amina, render.Message{Text: "hello"})
		wantFail(t, err, FailTemporary)
		if took := time.Since(began); took != 3*time.Second+callTimeout {
			t.Errorf("the second took until %v", took)
		}
		synctest.Wait()
	})
}

// Over a real socket: what net/http itself puts into errors, and redirects.
func TestAPIOverASocket(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed, with the token")
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	api, err := NewAPI(canaryToken, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.Send(t.Context(), amina, render.Message{Text: "hello"})
	wantFail(t, err, FailTemporary)
	server.Close()
	_, err = api.Send(t.Context(), amina, render.Message{Text: "hello"})
	wantFail(t, err, FailTemporary)
}

func TestMarkupIsNeverNull(t *testing.T) {
	for _, m := range []render.Message{
		{}, {Rows: [][]render.Button{}}, {Rows: [][]render.Button{nil, {}}}, {Rows: [][]render.Button{{{Text: "a", Data: "a"}}, nil}},
		{AskContact: "share"}, {RemoveKeyboard: true},
	} {
		got := markup(m)
		if got == nil {
			continue
		}
		if b, err := json.Marshal(got); err != nil || strings.Contains(string(b), "null") {
			t.Errorf("markup(%+v) = %s, %v", m, b, err)
		}
	}
}

// TestAbout: the strict server takes what the bot says of itself, in every
// language, and an empty chat shows it.
func TestAbout(t *testing.T) {
	server := newTelegram(telegram.Options{})
	api := newTestAPI(t, server.Transport())
	for _, a := range [][3]string{{"", "short", "long"}, {"ar", "قصير", "طويل"}} {
		if err := api.SetAbout(t.Context(), a[0], a[1], a[2]); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.Chats.Description("description", "ar"); got != "طويل" {
		t.Errorf("in Arabic it is %q", got)
	}
	if got := server.Chats.Description("short_description", "fr"); got != "short" {
		t.Errorf("in French it is %q", got)
	}
	wantNoViolations(t, server)
}
