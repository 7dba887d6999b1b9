package telegram_test

import (
	"strings"
	"testing"

	"hanout/sandbox/telegram"
)

func TestInlineButtons(t *testing.T) {
	tests := []struct{ name, button, want string }{
		{"callback", `{"text":"a","callback_data":"x"}`, ""},
		{"64 bytes", `{"text":"a","callback_data":"` + strings.Repeat("x", 64) + `"}`, ""},
		{"65 bytes", `{"text":"a","callback_data":"` + strings.Repeat("x", 65) + `"}`, "BUTTON_DATA_INVALID"},
		{"66 bytes of 33 letters", `{"text":"a","callback_data":"` + strings.Repeat("م", 33) + `"}`, "BUTTON_DATA_INVALID"},
		{"empty copy_text beside data", `{"text":"a","callback_data":"x","copy_text":{"text":""}}`, ""},
		{"empty copy_text alone", `{"text":"a","copy_text":{"text":""}}`, "BUTTON_COPY_TEXT_INVALID"},
		{"empty data, empty copy_text", `{"text":"a","callback_data":"","copy_text":{"text":""}}`, "BUTTON_COPY_TEXT_INVALID"},
		{"copy", `{"text":"a","copy_text":{"text":"1234"}}`, ""},
		{"copy of 257", `{"text":"a","copy_text":{"text":"` + strings.Repeat("1", 257) + `"}}`, "BUTTON_COPY_TEXT_INVALID"},
		{"no action", `{"text":"a"}`, "can't parse InlineKeyboardButton: Text buttons are unallowed in the inline keyboard"},
		{"no label", `{"text":"","callback_data":"x"}`, "inline keyboard button text must be non-empty"},
		{"link", `{"text":"a","url":"https://t.me/sandbox_bot?start=x"}`, ""},
		{"tg link", `{"text":"a","url":"tg://user?id=5"}`, ""},
		{"bad link", `{"text":"a","url":"javascript:alert(1)"}`, "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL"},
		{"web app", `{"text":"a","web_app":{"url":"https://example.com/"}}`, ""},
		{"web app by http", `{"text":"a","web_app":{"url":"http://example.com/"}}`, "inline keyboard button Web App URL 'http://example.com/' is invalid: Only HTTPS links are allowed"},
		{"style", `{"text":"a","callback_data":"x","style":"danger"}`, ""},
		{"bad style", `{"text":"a","callback_data":"x","style":"red"}`, "can't parse InlineKeyboardButton: Invalid button style specified"},
		{"game", `{"text":"a","callback_game":{}}`, "BUTTON_TYPE_INVALID"},
		{"not an object", `"a"`, "can't parse reply keyboard markup JSON object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, unlimited())
			r.t = t
			a := r.call("sendMessage", "chat_id", "1001", "text", "x", "reply_markup", inline(tt.button))
			if tt.want == "" {
				a.into(t, &telegram.Message{})
				r.clean()
				return
			}
			r.wantError(a, 400, "Bad Request: "+tt.want)
		})
	}
}

func TestMarkupShapes(t *testing.T) {
	button := `{"text":"a","callback_data":"x"}`
	row := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(button+",", n), ",") + "]" }
	rows := func(n int, row string) string {
		return `{"inline_keyboard":[` + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + `]}`
	}
	tests := []struct{ name, markup, want, violation string }{
		{"100 buttons", rows(20, row(5)), "", ""},
		{"101 buttons", rows(101, row(1)), "reply markup is too long", ""},
		{"9 in a row", rows(1, row(9)), "", "a keyboard row has 9 buttons, more than 8"},
		{"empty keyboard", `{"inline_keyboard":[]}`, "", ""},
		{"null rows", `{"inline_keyboard":null}`, `field "inline_keyboard" must be of type Array`, ""},
		{"null", `null`, "object expected as reply markup", ""},
		{"no JSON", `{`, "can't parse reply keyboard markup JSON object", ""},
		{"two kinds", `{"inline_keyboard":[` + row(1) + `],"remove_keyboard":true}`, "", "reply_markup is of several kinds at once"},
		{"two actions", `{"inline_keyboard":[[{"text":"a","callback_data":"x","url":"https://a.dz"}]]}`, "", `button "a" has several actions`},
		{"misspelt field", `{"inline_keyboard":[[{"text":"a","callback":"x","callback_data":"x"}]]}`, "", `reply_markup has an unknown field "callback"`},
		{"long placeholder", `{"force_reply":true,"input_field_placeholder":"` + strings.Repeat("x", 65) + `"}`, "INPUT_FIELD_PLACEHOLDER_TOO_LONG", ""},
		{"blank reply button", `{"keyboard":[[{"text":" "}]]}`, "keyboard button text must be non-empty", ""},
		{"poll button", `{"keyboard":[[{"text":"a","request_poll":{}}]]}`, "BUTTON_TYPE_INVALID", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, unlimited())
			r.t = t
			a := r.call("sendMessage", "chat_id", "1001", "text", "x", "reply_markup", tt.markup)
			if tt.want != "" {
				r.wantError(a, 400, "Bad Request: "+tt.want)
				return
			}
			a.into(t, &telegram.Message{})
			if got := strings.Join(r.Journal.Violations(), "|"); got != strings.TrimSuffix("sendMessage: "+tt.violation, "sendMessage: ") {
				t.Errorf("violations %q", got)
			}
		})
	}
}

func TestButtonIsStoredWithOneAction(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send("reply_markup", inline(`{"text":"a","callback_data":"x","copy_text":{"text":""},"style":"primary"}`))
	m, _ := r.Chats.Message(amina, id)
	if got := toJSON(t, m.ReplyMarkup); got != inline(`{"text":"a","style":"primary","callback_data":"x"}`) {
		t.Errorf("stored %s", got)
	}
}
