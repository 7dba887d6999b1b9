package telegram_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
)

func TestSendMessageRefusals(t *testing.T) {
	tests := []struct {
		name   string
		pairs  []string
		code   int
		errstr string
	}{
		{"no chat", []string{"text", "x"}, 400, "Bad Request: chat_id is empty"},
		{"unknown chat", []string{"chat_id", "42", "text", "x"}, 400, "Bad Request: chat not found"},
		{"null chat", []string{"chat_id", "null", "text", "x"}, 400, "Bad Request: chat not found"},
		{"person who never wrote", []string{"chat_id", "1003", "text", "x"}, 403, "Forbidden: bot can't initiate conversation with a user"},
		{"no text", []string{"chat_id", "1001"}, 400, "Bad Request: message text is empty"},
		{"blank text", []string{"chat_id", "1001", "text", " \n"}, 400, "Bad Request: text must be non-empty"},
		{"blank after markup", []string{"chat_id", "1001", "parse_mode", "HTML", "text", "<b> </b>"}, 400, "Bad Request: text must be non-empty"},
		{"too long", []string{"chat_id", "1001", "text", strings.Repeat("م", 4097)}, 400, "Bad Request: message is too long"},
		{"too long in UTF-16", []string{"chat_id", "1001", "text", strings.Repeat("😀", 2049)}, 400, "Bad Request: message is too long"},
		{"not UTF-8", []string{"chat_id", "1001", "text", "\xff"}, 400, "Bad Request: strings must be encoded in UTF-8"},
		{"Markdown", []string{"chat_id", "1001", "text", "*x*", "parse_mode", "MarkdownV2"}, 400, "Bad Request: unsupported parse_mode"},
		{"answer to nothing", []string{"chat_id", "1001", "text", "x", "reply_parameters", `{"message_id":999}`}, 400, "Bad Request: message to be replied not found"},
		{"null reply", []string{"chat_id", "1001", "text", "x", "reply_parameters", `null`}, 400, "Bad Request: object expected as reply parameters"},
		{"effect", []string{"chat_id", "1001", "text", "x", "message_effect_id", "fire"}, 400, "Bad Request: invalid message effect identifier specified"},
		{"preview", []string{"chat_id", "1001", "text", "x", "link_preview_options", "[]"}, 400, "Bad Request: object expected as link preview options"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, unlimited())
			r.t = t
			before := len(r.Chats.Messages(amina))
			r.wantError(r.call("sendMessage", tt.pairs...), tt.code, tt.errstr)
			if len(r.Chats.Messages(amina)) != before {
				t.Error("a refused message was posted")
			}
			if (tt.code == 400) != (len(r.Journal.Violations()) > 0) || (tt.code == 403) != (len(r.Journal.Harmless()) > 0) {
				t.Errorf("violations %q, harmless %q", r.Journal.Violations(), r.Journal.Harmless())
			}
		})
	}
}

func TestSendMessageLongest(t *testing.T) {
	r := newRig(t, unlimited())
	r.send("text", "<b>"+strings.Repeat("م", 4096)+"</b>", "parse_mode", "HTML")
	r.send("text", strings.Repeat("😀", 2048))
	r.clean()
}

func TestSendMessageKeepsItsOptions(t *testing.T) {
	r := newRig(t, unlimited())
	to := r.send()
	var m telegram.Message
	r.call("sendMessage", "chat_id", "1001", "text", "x", "protect_content", "true", "disable_notification", "true",
		"link_preview_options", `{"is_disabled":true}`, "message_effect_id", "5046509860389126442",
		"reply_parameters", `{"message_id":`+itoa(to)+`}`).into(t, &m)
	if !m.HasProtectedContent || m.LinkPreviewOptions == nil || !m.LinkPreviewOptions.IsDisabled || m.EffectID == "" ||
		m.ReplyToMessage == nil || m.ReplyToMessage.MessageID != to || m.From.ID != r.Bot().ID {
		t.Errorf("got %s", toJSON(t, m))
	}
	r.call("sendMessage", "chat_id", "1001", "text", "x",
		"reply_parameters", `{"message_id":999,"allow_sending_without_reply":true}`).into(t, &m)
	r.clean()
}

func TestUnknownParametersAreViolations(t *testing.T) {
	r := newRig(t, unlimited())
	r.send("disable_web_page_preview", "true")
	r.send("link_preview_options", `{"is_disbled":true}`)
	r.send("protect_content", "maybe")
	r.call("sendLocation", "chat_id", "1001")
	r.call("sendTelepathy")
	want := []string{
		"sendMessage: unknown parameter disable_web_page_preview",
		`sendMessage: link_preview_options has an unknown field "is_disbled"`,
		`sendMessage: protect_content is not a boolean: "maybe"`,
		"sendLocation: this method is not served by the sandbox",
		"sendLocation: Not Found",
		"sendTelepathy: Not Found",
	}
	if got := strings.Join(r.Journal.Violations(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestWhoCanBeReached(t *testing.T) {
	r := newRig(t, unlimited())
	r.People.Block(amina, true)
	r.wantError(r.call("sendMessage", "chat_id", "1001", "text", "x"), 403, "Forbidden: bot was blocked by the user")
	r.wantError(r.call("sendChatAction", "chat_id", "1001", "action", "typing"), 403, "Forbidden: bot was blocked by the user")
	if r.People.Type(amina, "I hear nothing") != 0 {
		t.Error("a person wrote to a bot he blocks")
	}
	r.People.Start(amina, "")
	r.send()
	r.People.Deactivate(amina)
	r.wantError(r.call("sendMessage", "chat_id", "1001", "text", "x"), 403, "Forbidden: user is deactivated")
	if r.People.Start(amina, "") != 0 {
		t.Error("a deleted account wrote")
	}
	r.clean()
}

func TestGroups(t *testing.T) {
	r := newRig(t, unlimited())
	r.forget()
	r.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina, karim}})
	for _, text := range []string{"hidden by privacy", "/day", "hi @sandbox_bot", "/day@other_bot"} {
		r.Groups.Type(group, amina, text)
	}
	_, raw := r.updates()
	if len(raw) != 3 || !strings.Contains(string(raw[0]), `"my_chat_member"`) ||
		!strings.Contains(string(raw[1]), `"/day"`) || !strings.Contains(string(raw[2]), "hi @sandbox_bot") {
		t.Errorf("the bot saw %s", raw)
	}
	if r.Groups.Type(group, nadia, "/day") != 0 {
		t.Error("a stranger wrote in the group")
	}

	contact := `{"keyboard":[[{"text":"phone","request_contact":true}]]}`
	r.wantError(r.call("sendMessage", "chat_id", "-500", "text", "x", "reply_markup", contact), 400,
		"Bad Request: phone number can be requested in private chats only")
	var m telegram.Message
	r.call("sendMessage", "chat_id", "-500", "text", "x", "reply_markup", inline(`{"text":"b","callback_data":"d"}`)).into(t, &m)
	if _, err := r.Groups.Press(group, karim, m.MessageID, "d"); err != nil {
		t.Error(err)
	}

	const super = -1000000000500
	r.Groups.Migrate(group, super)
	a := r.call("sendMessage", "chat_id", "-500", "text", "x")
	r.wantError(a, 400, "Bad Request: group chat was upgraded to a supergroup chat")
	if a.Parameters.MigrateToChatID != super {
		t.Errorf("migrate_to_chat_id %d", a.Parameters.MigrateToChatID)
	}
	r.call("sendMessage", "chat_id", itoa(super), "text", "x").into(t, &m)
	if m.Chat.Type != "supergroup" || m.MessageID > 10 {
		t.Errorf("got %s", toJSON(t, m))
	}
	r.Groups.RemoveBot(super, amina)
	r.wantError(r.call("sendMessage", "chat_id", itoa(super), "text", "x"), 403, "Forbidden: bot was kicked from the supergroup chat")
	if v := r.Journal.Violations(); len(v) != 1 {
		t.Errorf("violations %q", v)
	}
}

// TestPeopleOfGroups: administrators are told by name, who speaks for a chat is
// not, and a bot that was let in again reads on.
func TestPeopleOfGroups(t *testing.T) {
	r := newRig(t, unlimited())
	r.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina, karim, nadia}, Admins: []int64{karim}, SeesAll: true})
	var admins []struct {
		User   telegram.User `json:"user"`
		Status string        `json:"status"`
	}
	r.call("getChatAdministrators", "chat_id", "-500").into(t, &admins)
	if len(admins) != 2 || admins[0].User.ID != amina || admins[0].Status != "creator" || admins[1].User.ID != karim {
		t.Errorf("the administrators are %+v", admins)
	}
	r.wantError(r.call("getChatAdministrators", "chat_id", "1001"), 400, "Bad Request: there are no administrators in the private chat")
	r.forget()
	for _, as := range []telegram.Sender{telegram.Anonymous, telegram.AsChannel, telegram.Linked} {
		r.Groups.TypeAs(group, as, "hidden")
	}
	r.Groups.RemoveBot(group, amina)
	r.Groups.Type(group, nadia, "alone")
	r.Groups.AddBot(group, amina)
	const late = 4004
	r.People.Add(telegram.Person{ID: late, FirstName: "Late"})
	r.Groups.Join(group, late)
	r.Groups.Type(group, late, "here")
	_, raw := r.updates()
	if len(raw) != 6 || !strings.Contains(string(raw[0]), `"sender_chat":{"id":-500`) || !strings.Contains(string(raw[2]), `"id":777000,"is_bot":false`) ||
		!strings.Contains(string(raw[4]), `"my_chat_member"`) || !strings.Contains(string(raw[5]), "here") {
		t.Errorf("the bot saw %s", raw)
	}
	r.Groups.Leave(group, late)
	if r.Groups.Type(group, late, "gone") != 0 {
		t.Error("who has left wrote in the group")
	}
	const super = -1000000000500
	r.Groups.Migrate(group, super)
	r.Groups.CloseTopic(super, true)
	r.wantError(r.call("sendMessage", "chat_id", itoa(super), "text", "x"), 400, "Bad Request: TOPIC_CLOSED")
	r.Groups.CloseTopic(super, false)
	r.call("sendMessage", "chat_id", itoa(super), "text", "x")
	r.Chats.Forget(karim)
	r.wantError(r.call("sendMessage", "chat_id", "1002", "text", "x"), 403, "Forbidden: bot can't initiate conversation with a user")
}

func TestReplyKeyboards(t *testing.T) {
	r := newRig(t, unlimited())
	var bare map[string]any
	r.call("sendMessage", "chat_id", "1001", "text", "x", "reply_markup",
		`{"keyboard":[["Menu",{"text":"My phone","request_contact":true}]],"one_time_keyboard":true}`).into(t, &bare)
	if bare["reply_markup"] != nil {
		t.Error("the bot was given its reply keyboard back")
	}
	all := r.Chats.Messages(amina)
	if k := all[len(all)-1].ReplyMarkup; k == nil || k.Keyboard[0][1].Text != "My phone" {
		t.Errorf("the page does not see the keyboard: %+v", k)
	}
	r.forget()
	if err := r.People.PressButton(amina, "phone"); err != nil {
		t.Error(err)
	}
	_, raw := r.updates()
	if len(raw) != 1 || !strings.Contains(string(raw[0]), `"contact":{"phone_number":"213550000001","first_name":"Amina","last_name":"B","user_id":1001}`) {
		t.Errorf("got %s", raw)
	}
	if r.Chats.Keyboard(amina) != nil {
		t.Error("a one-time keyboard stayed")
	}
	r.send("reply_markup", `{"keyboard":[["Menu"]]}`)
	r.send() // leaves it as it is
	if r.Chats.Keyboard(amina) == nil {
		t.Error("the keyboard went away")
	}
	if err := r.People.PressButton(amina, "Menu"); err != nil {
		t.Error(err)
	}
	r.send("reply_markup", `{"remove_keyboard":true}`)
	if r.Chats.Keyboard(amina) != nil {
		t.Error("the keyboard was not removed")
	}
	r.clean()
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendFile uploads by multipart.
func (r *rig) sendFile(method, field, name string, data []byte, pairs ...string) reply {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	part, _ := form.CreateFormFile(field, name)
	_, _ = part.Write(data)
	_ = form.Close()
	answer, err := r.post(r.t, method, form.FormDataContentType(), &body)
	if err != nil {
		r.t.Fatal(err)
	}
	return decode(r.t, answer)
}

func TestFiles(t *testing.T) {
	r := newRig(t, unlimited())
	var m telegram.Message
	code := picture(t, 60, 40)
	r.sendFile("sendPhoto", "photo", "qr.png", code, "chat_id", "1001", "caption", "<b>Scan</b>", "parse_mode", "HTML",
		"protect_content", "true").into(t, &m)
	if len(m.Photo) != 1 || m.Photo[0].Width != 60 || m.Caption != "Scan" || entities(m.CaptionEntities) != "bold 0+4" || !m.HasProtectedContent {
		t.Errorf("got %s", toJSON(t, m))
	}
	if data, kind, ok := r.Chats.File(m.Photo[0].FileID); !ok || kind != "image/png" || !bytes.Equal(data, code) {
		t.Errorf("File gave %d bytes of %s, %v", len(data), kind, ok)
	}
	var again telegram.Message
	r.call("sendPhoto", "chat_id", "1002", "photo", m.Photo[0].FileID).into(t, &again)
	if again.Photo[0] != m.Photo[0] {
		t.Errorf("sent by ID: %+v", again.Photo)
	}

	r.sendFile("sendDocument", "document", "day.csv", []byte("a,b\n"), "chat_id", "1001").into(t, &m)
	if m.Document == nil || m.Document.FileName != "day.csv" || !strings.HasPrefix(m.Document.MimeType, "text/csv") || m.Document.FileSize != 4 {
		t.Errorf("got %s", toJSON(t, m))
	}
	var f struct {
		Path string `json:"file_path"`
	}
	r.call("getFile", "file_id", m.Document.FileID).into(t, &f)
	got := r.fetch("/file/bot" + r.Token() + "/" + f.Path)
	if got != "a,b\n" {
		t.Errorf("fetched %q", got)
	}
	r.clean()

	for _, tt := range []struct {
		a    reply
		want string
	}{
		{r.call("sendPhoto", "chat_id", "1001"), "there is no photo in the request"},
		{r.call("sendPhoto", "chat_id", "1001", "photo", "null"), "wrong file identifier/HTTP URL specified"},
		{r.call("sendPhoto", "chat_id", "1001", "photo", m.Document.FileID), "can't use file of type Document as Photo"},
		{r.sendFile("sendDocument", "document", "x", nil, "chat_id", "1001"), "file must be non-empty"},
		{r.sendFile("sendPhoto", "photo", "x.png", []byte("no picture"), "chat_id", "1001"), "IMAGE_PROCESS_FAILED"},
		{r.sendFile("sendPhoto", "photo", "x.png", picture(t, 210, 10), "chat_id", "1001"), "PHOTO_INVALID_DIMENSIONS"},
		{r.sendFile("sendPhoto", "photo", "x.png", code, "chat_id", "1001", "caption", strings.Repeat("x", 1025)), "message caption is too long"},
	} {
		r.wantError(tt.a, 400, "Bad Request: "+tt.want)
	}
}

func (r *rig) fetch(path string) string {
	r.t.Helper()
	answer, err := r.get(path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(answer.Body)
	return b.String()
}

func TestChatAction(t *testing.T) {
	r := newRig(t, unlimited())
	events, cancel := r.Subscribe()
	defer cancel()
	r.call("sendChatAction", "chat_id", "1001", "action", "typing")
	if e := <-events; e.Kind != telegram.EventAction || e.Chat != amina || e.Action != "typing" {
		t.Errorf("got %+v", e)
	}
	r.clean()
	r.wantError(r.call("sendChatAction", "chat_id", "1001", "action", "thinking"), 400, "Bad Request: wrong parameter action in request")
}

func TestFloodLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, telegram.Options{Limits: telegram.Limits{
			ChatPerSecond: 1, ChatBurst: 3, GroupPerMinute: 20, GroupBurst: 2, AllPerSecond: 100, AllBurst: 100,
		}})
		id := r.send()
		r.send()
		edit := []string{"chat_id", "1001", "message_id", itoa(id), "text", "edited"}
		r.call("editMessageText", edit...)
		r.clean()
		a := r.call("sendMessage", "chat_id", "1001", "text", "one too many")
		r.wantError(a, 429, "Too Many Requests: retry after 1")
		if a.Parameters.RetryAfter != 1 {
			t.Errorf("retry_after %d", a.Parameters.RetryAfter)
		}
		if len(r.Journal.Violations()) != 0 || len(r.Journal.Harmless()) != 1 {
			t.Errorf("violations %q, harmless %q", r.Journal.Violations(), r.Journal.Harmless())
		}
		r.call("sendMessage", "chat_id", "1002", "text", "another chat").into(t, &struct{}{})
		time.Sleep(time.Second)
		r.send()

		r.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina}})
		for range 2 {
			r.call("sendMessage", "chat_id", "-500", "text", "x").into(t, &struct{}{})
		}
		r.wantError(r.call("sendMessage", "chat_id", "-500", "text", "x"), 429, "Too Many Requests: retry after 3")

		r.SetLimits(telegram.Limits{ChatPerSecond: 1, ChatBurst: 9, GroupPerMinute: 20, GroupBurst: 9, AllPerSecond: 2, AllBurst: 2})
		r.send()
		r.call("sendMessage", "chat_id", "1002", "text", "x")
		r.wantError(r.call("sendMessage", "chat_id", "1002", "text", "x"), 429, "Too Many Requests: retry after 1")
	})
}

func TestDefaultLimitsLetAConversationPass(t *testing.T) {
	r := newRig(t, telegram.Options{})
	for range 30 {
		r.send()
	}
	r.clean()
	r.wantError(r.call("sendMessage", "chat_id", "1001", "text", "x"), 429, "Too Many Requests: retry after 1")
}
