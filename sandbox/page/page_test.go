package page_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hanout/sandbox/page"
	"hanout/sandbox/telegram"
)

// ask sends a request to the page's server and gives the status and the body.
func (r *rig) ask(t *testing.T, method, path, body string, change ...func(*http.Request)) (int, []byte, http.Header) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		q.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(q)
	}
	answer, err := r.Client().Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, data, answer.Header
}

// get asks for JSON that must be there.
func (r *rig) get(t *testing.T, path string, v any) {
	t.Helper()
	status, data, _ := r.ask(t, http.MethodGet, path, "")
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, status, data)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("GET %s: %v in %s", path, err, data)
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func host(name string) func(*http.Request) {
	return func(r *http.Request) { r.Host = name }
}

func TestWhoIsLetIn(t *testing.T) {
	r := newRig(t)
	origin := r.URL
	tests := []struct {
		name   string
		method string
		change []func(*http.Request)
		want   int
	}{
		{"loopback address", "GET", nil, 200},
		{"localhost", "GET", []func(*http.Request){host("localhost:8080")}, 200},
		{"LOCALHOST without port", "GET", []func(*http.Request){host("LOCALHOST")}, 200},
		{"loopback IPv6", "GET", []func(*http.Request){host("[::1]:8080")}, 200},
		{"foreign name on the loopback address", "GET", []func(*http.Request){host("evil.example:8080")}, 403},
		{"name that begins like localhost", "GET", []func(*http.Request){host("localhost.evil.example")}, 403},
		{"address of the network", "GET", []func(*http.Request){host("192.168.1.5:8080")}, 403},
		{"script without browser headers", "POST", nil, 200},
		{"the page itself", "POST", []func(*http.Request){header("Origin", origin), header("Sec-Fetch-Site", "same-origin")}, 200},
		{"own origin from an old browser", "POST", []func(*http.Request){header("Origin", origin)}, 200},
		{"another origin", "POST", []func(*http.Request){header("Origin", "http://evil.example")}, 403},
		{"another port of this computer", "POST", []func(*http.Request){header("Origin", "http://127.0.0.1:1")}, 403},
		{"another site", "POST", []func(*http.Request){header("Sec-Fetch-Site", "cross-site")}, 403},
		{"foreign name with its own origin", "POST", []func(*http.Request){host("evil.example"), header("Origin", "http://evil.example")}, 403},
		{"a form", "POST", []func(*http.Request){header("Content-Type", "application/x-www-form-urlencoded")}, 415},
		{"plain text", "POST", []func(*http.Request){header("Content-Type", "text/plain")}, 415},
		{"JSON with a charset", "POST", []func(*http.Request){header("Content-Type", "application/json; charset=utf-8")}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path, body := "/api/people", ""
			if tt.method == http.MethodPost {
				path, body = "/api/chat/101/send", `{"text":"x"}`
			}
			if status, data, _ := r.ask(t, tt.method, path, body, tt.change...); status != tt.want {
				t.Errorf("status %d, want %d: %s", status, tt.want, data)
			}
		})
	}
}

func TestExtraHost(t *testing.T) {
	r := newRig(t)
	r.Config.Handler = newPage(r, "demo.lan")
	if status, _, _ := r.ask(t, "GET", "/api/people", "", host("demo.lan:8080")); status != 200 {
		t.Errorf("a host that is let in: status %d", status)
	}
	if status, _, _ := r.ask(t, "GET", "/api/people", "", host("other.lan")); status != 403 {
		t.Errorf("another host: status %d", status)
	}
}

func TestPageAndAssets(t *testing.T) {
	r := newRig(t)
	types := map[string]string{
		"/":                  "text/html; charset=utf-8",
		"/assets/app.js":     "text/javascript; charset=utf-8",
		"/assets/page.css":   "text/css; charset=utf-8",
		"/assets/words.json": "application/json",
		"/assets/icons.svg":  "image/svg+xml",
	}
	for path, want := range types {
		status, data, h := r.ask(t, "GET", path, "")
		if status != 200 || len(data) == 0 || h.Get("Content-Type") != want {
			t.Errorf("%s: status %d, %d bytes, type %q", path, status, len(data), h.Get("Content-Type"))
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	for _, path := range []string{"/assets/", "/assets/none.js", "/assets/..%2fpage.go", "/other"} {
		if status, _, _ := r.ask(t, "GET", path, ""); status != 404 {
			t.Errorf("%s: status %d, want 404", path, status)
		}
	}
}

func TestPeople(t *testing.T) {
	r := newRig(t)
	var got struct {
		Bot    struct{ Name, Username string }
		People []struct {
			ID         int64
			Name, Role string
		}
		Hints []struct {
			Role, Send string
			Text       map[string]string
		}
	}
	r.get(t, "/api/people", &got)
	if got.Bot.Name != "حانوت" || got.Bot.Username != "hanout_bot" {
		t.Errorf("bot %+v", got.Bot)
	}
	if len(got.People) != 3 || got.People[0].Name != "ياسين ب." || got.People[2].Role != "customer" {
		t.Errorf("people %+v", got.People)
	}
	if len(got.Hints) == 0 {
		t.Error("no hints")
	}
	for _, h := range got.Hints {
		for _, language := range []string{"ar", "fr", "en"} {
			if h.Text[language] == "" {
				t.Errorf("hint %q has no words in %q", h.Send, language)
			}
		}
	}
}

// chat is what GET /api/chat/{id} gives, in part.
type chat struct {
	Messages []telegram.Message
	Commands []telegram.Command
	Keyboard *telegram.Markup
	About    map[string]string
}

func TestChat(t *testing.T) {
	r := newRig(t)
	status, data, _ := r.ask(t, "GET", "/api/chat/101", "")
	if status != 200 || !strings.Contains(string(data), `"messages":[]`) || !strings.Contains(string(data), `"commands":[]`) {
		t.Errorf("an unopened chat: %d %s", status, data)
	}

	if _, data, _ := r.ask(t, "GET", "/api/chat/101", ""); !strings.Contains(string(data), `"names":{"ar":"ياسين ب.","en":"ياسين ب.","fr":"ياسين ب."}`) {
		t.Errorf("names in %s", data)
	}
	for path, body := range map[string]string{
		"/api/chat/101/start":   `{"payload":"abc"}`,
		"/api/chat/102/send":    `{"text":"salut"}`,
		"/api/chat/103/contact": `{}`,
	} {
		if status, data, _ := r.ask(t, "POST", path, body); status != 200 || !strings.Contains(string(data), `"message_id":`) {
			t.Errorf("%s: %d %s", path, status, data)
		}
	}
	for id, want := range map[int64]string{shop: "/start abc", owner: "salut"} {
		if m := r.telegram.Chats.Messages(id); len(m) != 1 || m[0].Text != want {
			t.Errorf("chat %d has %+v, want %q", id, m, want)
		}
	}
	if m := r.telegram.Chats.Messages(customer); len(m) != 1 || m[0].Contact == nil || m[0].Contact.PhoneNumber != "213550000003" {
		t.Errorf("customer's chat has %+v, want a contact", m)
	}

	r.bot(t, "setMyCommands", map[string]any{"commands": []any{map[string]string{"command": "mobile", "description": "Recharge"}}})
	r.bot(t, "setMyCommands", map[string]any{"commands": []any{map[string]string{"command": "mobile", "description": "تعبئة"}}, "language_code": "ar"})
	r.bot(t, "setMyDescription", map[string]any{"description": "Flexy"})
	r.bot(t, "sendMessage", map[string]any{"chat_id": shop, "text": "?", "reply_markup": map[string]any{"keyboard": [][]any{{map[string]string{"text": "A"}}}}})
	var ar, fr chat
	r.get(t, "/api/chat/101", &ar)
	r.get(t, "/api/chat/102", &fr)
	if len(ar.Messages) != 2 || len(ar.Commands) != 1 || ar.Commands[0].Description != "تعبئة" || ar.About["ar"] != "Flexy" || fr.About["fr"] != "Flexy" {
		t.Errorf("shop's chat: %+v", ar)
	}
	if ar.Keyboard == nil || ar.Keyboard.Keyboard[0][0].Text != "A" {
		t.Errorf("shop's keyboard: %+v", ar.Keyboard)
	}
	if fr.Commands[0].Description != "Recharge" || fr.Keyboard != nil {
		t.Errorf("owner's chat: %+v", fr)
	}
}

// In the group chat each act is somebody's, and the bot comes in when one of them brings it.
func TestGroupChat(t *testing.T) {
	r := newRig(t)
	if status, _, _ := r.ask(t, "POST", "/api/group/send", `{"as":101,"text":"x"}`); status != 404 {
		t.Errorf("a page without a group: %d", status)
	}
	r.telegram.Groups.Add(telegram.Group{ID: group, Title: "Flexy", Members: []int64{shop, owner, customer}, Outside: true})
	r.Config.Handler = page.New(page.Options{Telegram: r.telegram, Provider: r.provider, Group: page.Group{ID: group, Names: map[string]string{"en": "Flexy"}},
		People: []page.Card{{ID: shop, Role: page.RoleShop}, {ID: owner, Role: page.RoleOwner}}})
	var now struct {
		chat
		HasBot bool `json:"has_bot"`
	}
	says := func(path, body string, want int) {
		t.Helper()
		if status, data, _ := r.ask(t, "POST", "/api/group/"+path, body); status != want {
			t.Errorf("%s %s: %d %s", path, body, status, data)
		}
		r.get(t, "/api/group", &now)
	}
	says("send", `{"as":103,"text":"not on the page"}`, 404)
	says("send", `{"as":101,"text":"salut"}`, 200)
	if now.HasBot || len(now.Messages) != 1 || now.Messages[0].From.ID != shop {
		t.Errorf("before the bot: %+v", now)
	}
	if _, err := r.request(t.Context(), "sendMessage", "application/json", strings.NewReader(`{"chat_id":-401,"text":"x"}`)); err == nil || !strings.Contains(err.Error(), "not a member") {
		t.Errorf("the bot wrote from outside: %v", err)
	}
	says("add", `{"as":102,"payload":"shop"}`, 200)
	if !now.HasBot || now.Messages[1].Text != "/start@hanout_bot shop" {
		t.Errorf("with the bot: %+v", now)
	}
	r.bot(t, "sendMessage", map[string]any{"chat_id": group, "text": "?", "reply_markup": map[string]any{"inline_keyboard": [][]any{{map[string]string{"text": "A", "callback_data": "a"}}}}})
	r.get(t, "/api/group", &now)
	id := strconv.Itoa(now.Messages[2].MessageID)
	says("press", `{"as":102,"message_id":`+id+`,"data":"b"}`, 409)
	says("press", `{"as":102,"message_id":`+id+`,"data":"a"}`, 200)
	says("send", `{"as":101,"text":"0661234567","to":`+id+`}`, 200)
	if to := now.Messages[3].ReplyToMessage; to == nil || to.Text != "?" {
		t.Errorf("no answer: %+v", now.Messages[3])
	}
}

// What a person sends besides texts comes to the bot as Telegram brings it.
func TestThings(t *testing.T) {
	r := newRig(t)
	for _, call := range []struct{ path, body string }{
		{"sticker", `{}`}, {"voice", `{}`}, {"photo", `{"caption":"CCP"}`}, {"forward", `{"text":"0661234567 500"}`}, {"send", `{"text":"0661234567 50"}`},
	} {
		if status, data, _ := r.ask(t, "POST", "/api/chat/101/"+call.path, call.body); status != 200 {
			t.Fatalf("%s: %d %s", call.path, status, data)
		}
	}
	m := r.telegram.Chats.Messages(shop)
	if len(m) != 5 || m[0].Sticker == nil || m[1].Voice == nil || len(m[2].Photo) != 2 || m[2].Caption != "CCP" || m[3].ForwardOrigin == nil {
		t.Fatalf("the chat has %+v", m)
	}
	last := strconv.Itoa(m[4].MessageID)
	for body, want := range map[string]int{
		`{"message_id":` + last + `,"text":" "}`:                         409,
		`{"message_id":` + strconv.Itoa(m[0].MessageID) + `,"text":"x"}`: 409,
		`{"message_id":` + strconv.Itoa(m[3].MessageID) + `,"text":"x"}`: 409,
		`{"message_id":999,"text":"x"}`:                                  409,
	} {
		if status, _, _ := r.ask(t, "POST", "/api/chat/101/edit", body); status != want {
			t.Errorf("edit %s: %d, want %d", body, status, want)
		}
	}
	if status, data, _ := r.ask(t, "POST", "/api/chat/101/edit", `{"message_id":`+last+`,"text":"0661234567 500"}`); status != 200 {
		t.Errorf("edit: %d %s", status, data)
	}
	if now, _ := r.telegram.Chats.Message(shop, m[4].MessageID); now.Text != "0661234567 500" || now.EditDate == 0 {
		t.Errorf("the message is %+v", now)
	}
	if n := r.telegram.Updates.Pending(); n != 6 {
		t.Errorf("%d updates wait, want 6", n)
	}
}

func TestPress(t *testing.T) {
	r := newRig(t)
	r.telegram.People.Start(shop, "")
	var m telegram.Message
	result := r.bot(t, "sendMessage", map[string]any{"chat_id": shop, "text": "?", "reply_markup": map[string]any{
		"inline_keyboard": [][]any{{map[string]string{"text": "A", "callback_data": "a"}}}}})
	if err := json.Unmarshal(result, &m); err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(m.MessageID)
	status, data, _ := r.ask(t, "POST", "/api/chat/101/press", `{"message_id":`+id+`,"data":"a"}`)
	if status != 200 || !strings.Contains(string(data), `"query_id":"`) {
		t.Errorf("press: %d %s", status, data)
	}
	if status, _, _ = r.ask(t, "POST", "/api/chat/101/press", `{"message_id":`+id+`,"data":"b"}`); status != 409 {
		t.Errorf("a button that is not there: status %d, want 409", status)
	}
	if n := r.telegram.Updates.Pending(); n != 2 {
		t.Errorf("%d updates wait for the bot, want 2: the start and one press", n)
	}
}

func TestBadRequests(t *testing.T) {
	r := newRig(t)
	r.telegram.People.Start(customer, "")
	r.telegram.People.Deactivate(customer)
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"unknown person", "GET", "/api/chat/999", "", 404},
		{"no number", "GET", "/api/chat/me", "", 404},
		{"unknown person types", "POST", "/api/chat/999/send", `{"text":"x"}`, 404},
		{"no JSON", "POST", "/api/chat/101/send", `text=x`, 400},
		{"unknown field", "POST", "/api/chat/101/send", `{"texts":"x"}`, 400},
		{"empty text", "POST", "/api/chat/101/send", `{"text":"  "}`, 409},
		{"text beyond the limit", "POST", "/api/chat/101/send", `{"text":"` + strings.Repeat("x", 65<<10) + `"}`, 400},
		{"deleted account", "POST", "/api/chat/103/send", `{"text":"x"}`, 409},
		{"unknown file", "GET", "/api/file/none", "", 404},
		{"unknown fault", "POST", "/api/faults", `{"name":"none","on":true}`, 400},
		{"no speed", "POST", "/api/speed", `{"factor":0}`, 400},
		{"mad speed", "POST", "/api/speed", `{"factor":1e9}`, 400},
		{"reading by POST", "POST", "/api/people", `{}`, 405},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, data, _ := r.ask(t, tt.method, tt.path, tt.body); status != tt.want {
				t.Errorf("status %d, want %d: %s", status, tt.want, data)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	r := newRig(t)
	r.telegram.People.Start(shop, "")
	var photo, page telegram.Message
	chat := map[string]string{"chat_id": strconv.Itoa(shop)}
	if err := json.Unmarshal(r.upload(t, "sendPhoto", "photo", "qr.png", picture(t), chat), &photo); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(r.upload(t, "sendDocument", "document", "a.html", []byte("<script>"), chat), &page); err != nil {
		t.Fatal(err)
	}

	status, data, h := r.ask(t, "GET", "/api/file/"+photo.Photo[0].FileID, "")
	if status != 200 || h.Get("Content-Type") != "image/png" || len(data) == 0 || h.Get("Content-Disposition") != "" {
		t.Errorf("photo: %d %v, %d bytes", status, h, len(data))
	}
	status, data, h = r.ask(t, "GET", "/api/file/"+page.Document.FileID, "")
	if status != 200 || string(data) != "<script>" {
		t.Errorf("document: %d %q", status, data)
	}
	if h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Disposition") != "attachment" ||
		!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a page sent by the bot could run as ours: %v", h)
	}
}

// stream reads the events of the page's server one by one.
type stream struct {
	lines *bufio.Scanner
}

func (r *rig) stream(t *testing.T) *stream {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := r.Client().Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("content type %q", kind)
	}
	return &stream{bufio.NewScanner(answer.Body)}
}

// next gives the name and data of the next event.
func (s *stream) next(t *testing.T) (name, data string) {
	t.Helper()
	for s.lines.Scan() {
		field, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch field {
		case "event":
			name = value
		case "data":
			return name, value
		}
	}
	t.Fatalf("the stream ended: %v", s.lines.Err())
	return "", ""
}

func TestEvents(t *testing.T) {
	r := newRig(t)
	r.telegram.People.Add(telegram.Person{ID: 999, FirstName: "Stranger"})
	s := r.stream(t)
	if name, _ := s.next(t); name != "ready" {
		t.Fatalf("first event %q, want ready", name)
	}

	r.telegram.People.Start(999, "") // not on the page, so not told
	r.telegram.People.Start(shop, "")
	r.bot(t, "sendMessage", map[string]any{"chat_id": shop, "text": "?", "reply_markup": map[string]any{"keyboard": [][]any{{map[string]string{"text": "A"}}}}})
	for _, want := range []string{"/start", "?"} {
		name, data := s.next(t)
		var got struct {
			Kind     string
			Chat     int64
			Message  telegram.Message
			Keyboard *telegram.Markup
		}
		if err := json.Unmarshal([]byte(data), &got); err != nil || name != "change" {
			t.Fatalf("event %q %s: %v", name, data, err)
		}
		if got.Kind != "message" || got.Chat != shop || got.Message.Text != want {
			t.Errorf("event %s, want the message %q", data, want)
		}
		if want == "?" && got.Keyboard == nil {
			t.Errorf("the reply keyboard is not told: %s", data)
		}
	}

	r.ask(t, "POST", "/api/faults", `{"name":"telegram_repeat","on":true}`)
	if name, data := s.next(t); name != "panel" || !strings.Contains(data, `"telegram_repeat","side":"telegram","on":true`) {
		t.Errorf("event %q %s, want the panel", name, data)
	}
}

func TestStreamStartsAnewWhenItFellBehind(t *testing.T) {
	r := newRig(t)
	r.telegram.People.Start(shop, "")
	s := r.stream(t)
	s.next(t)
	const messages = 40_000 // some 14 MB: more than the subscription, the sockets and the reader hold together
	for range messages {
		r.telegram.People.Type(shop, "x")
	}
	ready, seen := false, 0
	for !ready && seen < messages {
		name, _ := s.next(t)
		seen++
		ready = name == "ready"
	}
	if !ready {
		t.Error("all changes came through, or some were lost without a word")
	}
}

func TestFaults(t *testing.T) {
	r := newRig(t)
	turn := func(body string) {
		t.Helper()
		if status, data, _ := r.ask(t, "POST", "/api/faults", body); status != 200 {
			t.Fatalf("%s: %d %s", body, status, data)
		}
	}
	turn(`{"name":"telegram_outage","on":true}`)
	turn(`{"name":"telegram_flood","on":true}`)
	turn(`{"name":"telegram_outage","on":false}`)
	if f := r.telegram.Faults.Active(); len(f) != 1 || f[0].Kind != telegram.FaultFlood {
		t.Errorf("telegram's faults %+v, want the flood alone", f)
	}
	if status, _, _ := r.ask(t, "POST", "/api/speed", `{"factor":60}`); status != 200 {
		t.Errorf("speed: status %d", status)
	}
	turn(`{"all_well":true}`)
	if f := r.telegram.Faults.Active(); len(f) != 0 {
		t.Errorf("telegram's faults %+v, want none", f)
	}
	var got struct {
		Faults []struct {
			Name string
			On   bool
		}
		Speed float64
	}
	r.get(t, "/api/faults", &got)
	if got.Speed != 1 || len(got.Faults) == 0 {
		t.Errorf("panel %+v", got)
	}
	for _, f := range got.Faults {
		if f.On {
			t.Errorf("%s is still on", f.Name)
		}
	}
}
