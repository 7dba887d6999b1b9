package telegram_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hanout/sandbox/telegram"
)

func TestEncodings(t *testing.T) {
	r := newRig(t, unlimited())
	fields := map[string]string{"chat_id": "1001", "text": "x & é", "reply_markup": inline(`{"text":"a","callback_data":"b"}`)}
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	asJSON := `{"chat_id":1001,"text":"x & é","reply_markup":` + fields["reply_markup"] + `}`
	for name, send := range map[string]func() (*http.Response, error){
		"query": func() (*http.Response, error) { return r.get("/bot" + r.Token() + "/sendmessage?" + form.Encode()) },
		"form": func() (*http.Response, error) {
			return r.post(t, "sendMessage", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		},
		"json": func() (*http.Response, error) {
			return r.post(t, "SENDMESSAGE", "application/json; charset=utf-8", strings.NewReader(asJSON))
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := send()
			if err != nil {
				t.Fatal(err)
			}
			var m telegram.Message
			decode(t, answer).into(t, &m)
			if m.Text != "x & é" || m.ReplyMarkup == nil {
				t.Errorf("got %s", toJSON(t, m))
			}
		})
	}
	if calls := r.Journal.Calls("sendMessage"); len(calls) != 3 || calls[0].Params["chat_id"] != "1001" || calls[0].Status != 200 {
		t.Errorf("journal: %+v", calls)
	}
	r.clean()
	answer, _ := r.post(t, "sendMessage", "application/json", strings.NewReader("{"))
	r.wantError(decode(t, answer), 400, "Bad Request: can't parse JSON in the request body")
}

func TestAddresses(t *testing.T) {
	for path, want := range map[string]struct {
		code        int
		description string
	}{
		"/bot1:wrong/getMe":  {401, "Unauthorized"},
		"/botnonsense/getMe": {404, "Not Found"},
		"/":                  {404, "Not Found"},
		"/bot" + telegram.DefaultToken + "/getYou":         {404, "Not Found"},
		"/file/bot1:wrong/photos/file_1.png":               {401, "Unauthorized"},
		"/file/bot" + telegram.DefaultToken + "/photos/no": {404, "Not Found"},
	} {
		r := newRig(t, unlimited())
		answer, err := r.get(path)
		if err != nil {
			t.Fatal(err)
		}
		r.wantError(decode(t, answer), want.code, want.description)
		if len(r.Journal.Violations()) != 1 {
			t.Errorf("%s: violations %q", path, r.Journal.Violations())
		}
	}
}

func TestTooLargeRequest(t *testing.T) {
	r := newRig(t, unlimited())
	answer, err := r.post(t, "sendMessage", "application/json", bytes.NewReader(make([]byte, 52<<20)))
	if err != nil {
		t.Fatal(err)
	}
	r.wantError(decode(t, answer), 413, "Request Entity Too Large")
}

func TestGetMe(t *testing.T) {
	r := newRig(t, telegram.Options{Token: "55:abc", BotUsername: "hanout_bot", BotName: "Hanout"})
	var me struct {
		telegram.User
		CanReadAll *bool `json:"can_read_all_group_messages"`
	}
	r.call("getMe").into(t, &me)
	if me.ID != 55 || !me.IsBot || me.Username != "hanout_bot" || me.CanReadAll == nil || *me.CanReadAll {
		t.Errorf("got %+v", me)
	}
}
