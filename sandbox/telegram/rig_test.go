package telegram_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/telegram"
)

const (
	amina = 1001 // has opened the bot
	karim = 1002 // has opened the bot
	nadia = 1003 // never wrote to it
	group = -500
)

// rig is a server with three people and a bot that calls it by hand.
type rig struct {
	*telegram.Server
	t *testing.T
}

func newRig(t *testing.T, o telegram.Options) *rig {
	t.Helper()
	s := telegram.New(o)
	s.People.Add(telegram.Person{ID: amina, FirstName: "Amina", LastName: "B", LanguageCode: "ar", Phone: "213550000001"})
	s.People.Add(telegram.Person{ID: karim, FirstName: "Karim", Username: "karim_dz", LanguageCode: "fr-DZ", Phone: "213660000002"})
	s.People.Add(telegram.Person{ID: nadia, FirstName: "Nadia", LanguageCode: "en"})
	r := &rig{s, t}
	s.People.Start(amina, "")
	s.People.Start(karim, "")
	return r
}

// reply is the envelope of an answer.
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter      int   `json:"retry_after"`
		MigrateToChatID int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

func (a reply) into(t *testing.T, v any) {
	t.Helper()
	if !a.OK {
		t.Fatalf("refused: %d %s", a.ErrorCode, a.Description)
	}
	if err := json.Unmarshal(a.Result, v); err != nil {
		t.Fatal(err)
	}
}

// do sends a call as a urlencoded form; keys and values alternate.
func (r *rig) do(method string, pairs ...string) (*http.Response, error) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return r.post(r.t, method, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (r *rig) post(t *testing.T, method, contentType string, body io.Reader) (*http.Response, error) {
	q, err := http.NewRequestWithContext(t.Context(), "POST", "http://telegram.test/bot"+r.Token()+"/"+method, body)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", contentType)
	return r.Transport().RoundTrip(q)
}

// call is do for calls that must come back.
func (r *rig) call(method string, pairs ...string) reply {
	r.t.Helper()
	answer, err := r.do(method, pairs...)
	if err != nil {
		r.t.Fatal(err)
	}
	return decode(r.t, answer)
}

func decode(t *testing.T, answer *http.Response) reply {
	t.Helper()
	defer answer.Body.Close()
	var a reply
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	want := http.StatusOK
	if !a.OK {
		want = a.ErrorCode
	}
	if answer.StatusCode != want {
		t.Errorf("HTTP status %d beside error_code %d", answer.StatusCode, a.ErrorCode)
	}
	return a
}

// send posts a text to Amina and gives the message's ID.
func (r *rig) send(pairs ...string) int {
	r.t.Helper()
	var m telegram.Message
	r.call("sendMessage", append([]string{"chat_id", "1001", "text", "hello"}, pairs...)...).into(r.t, &m)
	return m.MessageID
}

// updates polls once and gives the IDs and the updates.
func (r *rig) updates(pairs ...string) (ids []int64, raw []json.RawMessage) {
	r.t.Helper()
	r.call("getUpdates", pairs...).into(r.t, &raw)
	for _, u := range raw {
		var one struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(u, &one); err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, one.ID)
	}
	return ids, raw
}

// forget confirms all updates that wait.
func (r *rig) forget() {
	r.t.Helper()
	r.call("deleteWebhook", "drop_pending_updates", "true")
}

// clean fails the test when the bot broke a rule.
func (r *rig) clean() {
	r.t.Helper()
	if v := r.Journal.Violations(); len(v) > 0 {
		r.t.Errorf("violations:\n%s", strings.Join(v, "\n"))
	}
}

func (r *rig) wantError(a reply, code int, description string) {
	r.t.Helper()
	if a.OK || a.ErrorCode != code || a.Description != description {
		r.t.Errorf("got ok=%v %d %q\nwant %d %q", a.OK, a.ErrorCode, a.Description, code, description)
	}
}

func unlimited() telegram.Options {
	return telegram.Options{Limits: telegram.Limits{Off: true}, CallbackWindow: 30 * time.Second}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// get fetches a path as it is.
func (r *rig) get(path string) (*http.Response, error) {
	q, err := http.NewRequestWithContext(r.t.Context(), "GET", "http://telegram.test"+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.Transport().RoundTrip(q)
}

// inline is a keyboard of one row.
func inline(buttons ...string) string {
	return `{"inline_keyboard":[[` + strings.Join(buttons, ",") + `]]}`
}
