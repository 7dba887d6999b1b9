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
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/render"
	"hanout/sandbox/telegram"
	"hanout/till"
)

// pollerRig runs a poller against the fake server and keeps what it takes.
type pollerRig struct {
	server *telegram.Server
	poller *Poller
	logged *bytes.Buffer
	taken  [][]till.Update // without empty batches
	empty  int
	refuse func(n int) error // the error of the n-th batch that is not empty, from 1
}

func newPollerRig(t *testing.T) *pollerRig {
	r := &pollerRig{server: newTelegram(telegram.Options{}), logged: &bytes.Buffer{}}
	r.poller = NewPoller(canaryToken+"\n", "https://telegram.test", r.server.Transport(),
		slog.New(slog.NewTextHandler(r.logged, nil)))
	t.Cleanup(func() { wantNoCanary(t, "the log", r.logged.String()) })
	return r
}

func (r *pollerRig) take(_ context.Context, batch []till.Update, _ bool) error {
	if len(batch) == 0 {
		r.empty++
		return nil
	}
	r.taken = append(r.taken, batch)
	if r.refuse != nil {
		return r.refuse(len(r.taken))
	}
	return nil
}

// run lets the poller run for a while and gives its error.
func (r *pollerRig) run(t *testing.T, d time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	err := r.poller.Run(ctx, r.take)
	synctest.Wait()
	return err
}

// texts gives what was typed, in the order of arrival.
func (r *pollerRig) texts() []string {
	var all []string
	for _, batch := range r.taken {
		for _, u := range batch {
			if u.Message != nil {
				all = append(all, u.Message.Text)
			}
		}
	}
	return all
}

// TestPollerReadsGroups: who speaks for a chat is nameless, an answer to us is
// told from others, both messages of a migration say the same, and a channel says
// nothing to us.
func TestPollerReadsGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		const group, super = -500, -1000000000500
		r.server.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina, karim}, SeesAll: true})
		for _, as := range []telegram.Sender{telegram.Anonymous, telegram.AsChannel, telegram.Linked} {
			r.server.Groups.TypeAs(group, as, "/mobile")
		}
		api := newTestAPI(t, r.server.Transport())
		id, err := api.Send(t.Context(), group, render.Message{Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		mine := r.server.Groups.Type(group, karim, "first")
		r.server.Groups.Reply(group, amina, id, "500")
		r.server.Groups.Reply(group, amina, mine, "600")
		r.server.Groups.Migrate(group, super)
		r.server.Updates.Push(json.RawMessage(`{"message":{"message_id":5,"date":1700000000,"chat":{"id":-7,"type":"group"},"from":{"id":9},"text":"x","reply_to_message":[],"sender_chat":null}}`))
		// A topic is told by more, and its messages are the group's; a channel's
		// posts are nobody's.
		r.server.Updates.Push(json.RawMessage(`{"message":{"message_id":6,"date":1700000000,"chat":{"id":-1007,"type":"supergroup","is_forum":true},"from":{"id":9},"text":"t",
			"message_thread_id":3,"is_topic_message":true,"reply_to_message":{"message_id":3,"from":{"id":9},"forum_topic_created":{"name":"Ventes"}}}}`))
		r.server.Updates.Push(json.RawMessage(`{"channel_post":{"message_id":7,"date":1700000000,"chat":{"id":-1008,"type":"channel"},"sender_chat":{"id":-1008},"text":"/mobile"}}`))
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		var all []till.Update
		for _, u := range slices.Concat(r.taken...) {
			if u.Moved != nil || (u.Message != nil && u.Message.Chat.ID < 0) {
				all = append(all, u)
			}
		}
		if len(all) != 10 {
			t.Fatalf("took %d: %+v", len(all), all)
		}
		for i, nameless := range []bool{true, true, true, false, false, false} {
			if m := all[i].Message; m == nil || m.Nameless != nameless || (m.ReplyTo != "") != (i == 4) {
				t.Errorf("message %d: %+v", i, m)
			}
		}
		for _, u := range all[6:8] {
			if u.Moved == nil || *u.Moved != (till.Move{From: group, To: super}) || u.Message != nil {
				t.Errorf("a migration: %+v", u)
			}
		}
		if m := all[8].Message; m == nil || m.ReplyTo != "" || m.Nameless {
			t.Errorf("a strange answer: %+v", m)
		}
		if m := all[9].Message; m == nil || m.Text != "t" || m.ReplyTo != "" || m.Nameless {
			t.Errorf("in a topic: %+v", m)
		}
		for person, admin := range map[int64]bool{amina: true, karim: false, nadia: false} {
			if title, is, err := api.GroupChat(t.Context(), super, person); title != "Shop" || is != admin || err != nil {
				t.Errorf("%d in %q: %t, %v", person, title, is, err)
			}
		}
		_, _, err = api.GroupChat(t.Context(), -4040, amina)
		wantFail(t, err, FailChatGone)
	})
}

func TestPollerReadsUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		typed := r.server.People.Type(amina, "0661234567 500")
		r.server.People.ShareContact(amina)
		r.server.People.ShareForeignContact(amina, "213770000000", 0)
		r.server.People.PressForged(karim, karim, 777, "old")
		r.server.People.PressForged(karim, karim, 778, "inline", func(q map[string]any) {
			delete(q, "message")
			q["inline_message_id"] = "abc"
		})
		r.server.People.Block(karim, true)
		r.server.People.Block(karim, false)
		r.server.Updates.Push(json.RawMessage(`{"message":{"message_id":5,"date":1700000000,"chat":{"id":-7,"type":"supergroup"},` +
			`"from":{"id":9,"is_bot":true,"first_name":"B"},"voice":{"file_id":"x"},"forward_origin":{"type":"of_a_later_version"}}}`))
		r.server.Updates.Push(json.RawMessage(`{"poll":{"id":"1"}}`))
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if len(r.taken) != 1 || len(r.taken[0]) != 11 {
			t.Fatalf("took %d batches: %+v", len(r.taken), r.taken)
		}
		u := r.taken[0][2:] // after the two /start
		m := u[0].Message
		if m == nil || m.MessageID != typed || m.Text != "0661234567 500" || m.Chat != (till.Chat{ID: amina, Type: "private"}) ||
			m.From.ID != amina || m.From.FirstName != "Amina" || m.From.LanguageCode != "ar" ||
			!m.Date.Equal(time.Now().Add(-time.Second)) {
			t.Errorf("text: %+v", m)
		}
		if c := u[1].Message.Contact; c == nil || *c != (till.Contact{Phone: "213550000001", UserID: amina}) {
			t.Errorf("own contact: %+v", u[1].Message)
		}
		if c := u[2].Message.Contact; c == nil || *c != (till.Contact{Phone: "213770000000"}) {
			t.Errorf("foreign contact: %+v", u[2].Message)
		}
		if c := u[3].Callback; c == nil || c.ChatID != karim || c.ChatType != "private" ||
			c.Data != "old" || c.From.ID != karim || c.ID == "" {
			t.Errorf("press on an inaccessible message: %+v", c)
		}
		if c := u[4].Callback; c == nil || c.ChatID != 0 || c.Data != "inline" {
			t.Errorf("press without a message: %+v", c)
		}
		if u[5].Blocked == nil || !*u[5].Blocked || u[5].Chat.ID != karim {
			t.Errorf("block: %+v", u[5])
		}
		if u[6].Blocked == nil || *u[6].Blocked {
			t.Errorf("end of a block: %+v", u[6])
		}
		if m := u[7].Message; m == nil || !m.From.IsBot || m.Chat.ID != -7 {
			t.Errorf("a message of a later version: %+v", m)
		}
		if u[8].Message != nil || u[8].Callback != nil || u[8].Broken != "" {
			t.Errorf("a kind of no use: %+v", u[8])
		}
		for i, u := range r.taken[0] {
			if u.Broken != "" || u.ID != r.taken[0][0].ID+int64(i) || !json.Valid(u.Raw) {
				t.Errorf("update %d: %+v", i, u)
			}
		}
		first := r.server.Journal.Calls("getUpdates")[0].Params
		if first["offset"] != "" || first["timeout"] != "0" || first["limit"] != "100" ||
			first["allowed_updates"] != `["message","edited_message","callback_query","my_chat_member"]` {
			t.Errorf("asked for %v", first)
		}
		if next := r.server.Journal.Calls("getUpdates")[1].Params; next["timeout"] != "50" {
			t.Errorf("then asked for %v", next)
		}
		wantNoViolations(t, r.server)
	})
}

// The offset may rise only after take has returned.
// TestPollerReadsPhotos: the largest size counts; what does not read as a photo
// takes nothing else away.
func TestPollerReadsPhotos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 64, 48))); err != nil {
			t.Fatal(err)
		}
		id := r.server.People.SendPhoto(amina, "slip.png", drawn.Bytes(), "my slip")
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		sent, _ := r.server.Chats.Message(amina, id)
		if len(sent.Photo) != 2 || sent.Photo[0].Width >= sent.Photo[1].Width {
			t.Fatalf("sent %+v", sent.Photo)
		}
		batch := r.taken[len(r.taken)-1]
		got := batch[len(batch)-1].Message
		if got == nil || got.Photo != sent.Photo[1].FileID || got.Text != "my slip" {
			t.Errorf("got %+v", got)
		}
	})
	for raw, want := range map[string]string{
		`[{"file_id":"a"},{"file_id":"b"}]`: "b", `[]`: "", `null`: "", `"x"`: "", `{"file_id":"a"}`: "", `[{"file_id":7}]`: "",
		`[{"file_id":"` + strings.Repeat("a", photoNameMost+1) + `"}]`: "",
	} {
		u := decodeUpdate(json.RawMessage(`{"update_id":5,"message":{"message_id":1,"chat":{"id":1,"type":"private"},"from":{"id":1},"date":1,"text":"t","photo":` + raw + `}}`))
		if u.Message == nil || u.Broken != "" || u.Message.Photo != want || u.Message.Text != "t" {
			t.Errorf("%s: %+v", raw, u)
		}
	}
}

// TestPollerReadsThings: a thing without words is known as one, whatever its
// shape, and a message that was edited counts as written when it was.
func TestPollerReadsThings(t *testing.T) {
	const head = `{"update_id":5,"message":{"message_id":1,"chat":{"id":1,"type":"private"},"from":{"id":1},"date":1,`
	for raw, want := range map[string]bool{
		`"sticker":{}}}`: true, `"voice":7}}`: true, `"document":{},"caption":"0661234567 500"}}`: true, `"location":null}}`: false, `"new_kind":{}}}`: false,
	} {
		if u := decodeUpdate(json.RawMessage(head + raw)); u.Message == nil || u.Broken != "" || u.Message.Thing != want {
			t.Errorf("%s: %+v", raw, u)
		}
	}
	const edited = `{"update_id":5,"edited_message":{"message_id":1,"chat":{"id":1,"type":"private"},"from":{"id":1},"date":1,"edit_date":90,`
	u := decodeUpdate(json.RawMessage(edited + `"caption":"500","photo":[{"file_id":"a"}]}}`))
	if m := u.Message; m == nil || m.Text != "500" || m.Photo != "" || m.Date.Unix() != 90 {
		t.Errorf("edited: %+v", u)
	}
	for _, raw := range []string{`"location":{}}}`, `"text":""}}`} {
		if u := decodeUpdate(json.RawMessage(edited + raw)); u.Message != nil || u.Broken != "" {
			t.Errorf("%s: %+v", raw, u)
		}
	}
}

func TestPollerConfirmsAfterTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		pending := r.server.Updates.Pending()
		release := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			ended <- r.poller.Run(ctx, func(context.Context, []till.Update, bool) error { <-release; return nil })
		}()
		time.Sleep(time.Hour)
		if got := r.server.Updates.Pending(); got != pending {
			t.Errorf("%d of %d updates are confirmed while they are worked on", pending-got, pending)
		}
		if n := len(r.server.Journal.Calls("getUpdates")); n != 1 {
			t.Errorf("asked %d times", n)
		}
		close(release)
		synctest.Wait()
		if got := r.server.Updates.Pending(); got != 0 {
			t.Errorf("%d updates are not confirmed after the work", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stopped with %v", err)
		}
	})
}

// A process that dies before its commit leaves nothing behind but the updates,
// which come again.
func TestPollerRedeliversAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		died := errors.New("died")
		r.refuse = func(n int) error {
			if n == 2 {
				return died
			}
			return nil
		}
		go func() {
			time.Sleep(time.Second)
			r.server.People.Type(amina, "one")
			r.server.People.Type(amina, "two")
		}()
		if err := r.run(t, time.Minute); err != died {
			t.Fatalf("Run = %v, want the error of take", err)
		}
		lost := r.taken[1]
		r.refuse = nil
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		if len(r.taken) < 3 || r.taken[2][0].ID != lost[0].ID {
			t.Errorf("%d batches; the second is not delivered again", len(r.taken))
		}
		if got := r.texts(); got[len(got)-1] != "two" || r.server.Updates.Pending() != 0 {
			t.Errorf("took %q, %d pending", got, r.server.Updates.Pending())
		}
	})
}

// What can't be read must neither stop the others nor be lost in silence.
func TestPollerSetsBrokenUpdatesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		for i, raw := range []string{
			`{"message":{"message_id":"x","date":1,"chat":{"id":1,"type":"private"}}}`,
			`{"message":{"message_id":1,"text":["secret 0661234567"],"chat":{"id":1}}}`,
			`{"message":{"message_id":1,"text":"no chat"}}`,
			`{"message":"secret 0661234567"}`,
			`{"callback_query":{"id":7,"data":"0661234567"}}`,
			`{"callback_query":{"id":"7","data":"x"}}`,
			`{"my_chat_member":[1]}`,
		} {
			r.server.People.Type(amina, fmt.Sprint("good ", i))
			r.server.Updates.Push(json.RawMessage(raw))
		}
		r.server.People.Type(amina, "last")
		if err := r.run(t, time.Second); err != nil {
			t.Fatal(err)
		}
		var broken int
		for _, u := range r.taken[0] {
			if u.Broken != "" {
				broken++
				wantNoCanary(t, "the reason", u.Broken)
				if u.Message != nil || u.Callback != nil || u.Blocked != nil || len(u.Raw) == 0 {
					t.Errorf("broken, and yet %+v", u)
				}
			}
		}
		if got := r.texts(); broken != 7 || len(got) != 10 || got[9] != "last" {
			t.Errorf("%d broken; texts %q", broken, got)
		}
		if r.server.Updates.Pending() != 0 {
			t.Errorf("%d updates stay for ever", r.server.Updates.Pending())
		}
	})
}

func TestDecodeUpdateFindsTheID(t *testing.T) {
	for _, tc := range []struct {
		raw  string
		want int64
	}{
		{`{"update_id":42,"message":null}`, 42},
		{`{"update_id":"42","message":{}}`, 42},
		{`{"message":{"text":"\"update_id\":7"},"update_id" : "43"}`, 43},
		{`{"message":{"text":"\"update_id\":7"},"update_id":{}}`, 0},
		{`{"update_id":4.5}`, 4},
		{`{"update_id":99999999999999999999}`, 0},
		{`{"update_id":-3}`, 0},
		{`[1,2]`, 0}, {`"x"`, 0}, {`null`, 0}, {`{}`, 0},
	} {
		u := decodeUpdate(json.RawMessage(tc.raw))
		if u.ID != tc.want {
			t.Errorf("%s: ID %d, want %d", tc.raw, u.ID, tc.want)
		}
	}
}

func FuzzDecodeUpdate(f *testing.F) {
	f.Add([]byte(`{"update_id":1,"message":{"message_id":1,"chat":{"id":1},"text":"x"}}`))
	f.Add([]byte(`{"update_id":"1","callback_query":{"id":"1","from":{"id":1},"message":3}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u := decodeUpdate(raw)
		kinds := 0
		for _, set := range []bool{u.Message != nil, u.Callback != nil, u.Blocked != nil, u.Broken != ""} {
			if set {
				kinds++
			}
		}
		if kinds > 1 || u.ID < 0 {
			t.Errorf("%q is %d kinds at once, ID %d", raw, kinds, u.ID)
		}
	})
}

// scripted answers polls from a list, and ends the poller after it.
type scripted struct {
	t       *testing.T
	answers []http.RoundTripper
	offsets []int64
	limits  []int
	at      []time.Time
	end     context.CancelFunc
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	var ask struct {
		Offset int64
		Limit  int
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		s.t.Error(err)
	}
	s.offsets, s.limits, s.at = append(s.offsets, ask.Offset), append(s.limits, ask.Limit), append(s.at, time.Now())
	if len(s.answers) == 0 {
		s.end()
		return nil, context.Canceled
	}
	next := s.answers[0]
	s.answers = s.answers[1:]
	return next.RoundTrip(r)
}

// runScript polls through a list of answers and gives what came of it.
func runScript(t *testing.T, answers ...http.RoundTripper) (s *scripted, batches [][]till.Update, logged string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s = &scripted{t: t, answers: answers, end: cancel}
	var log bytes.Buffer
	in := NewPoller(canaryToken, "", s, slog.New(slog.NewTextHandler(&log, nil)))
	err = in.Run(ctx, func(_ context.Context, batch []till.Update, _ bool) error {
		batches = append(batches, batch)
		return nil
	})
	wantNoCanary(t, "the log", log.String())
	if err != nil {
		wantNoCanary(t, "the error", err.Error())
	}
	return s, batches, log.String(), err
}

func updatesAnswer(list string) canned {
	return canned{status: 200, body: `{"ok":true,"result":` + list + `}`}
}

func TestPollerUnreadableIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, batches, logged, err := runScript(t,
			updatesAnswer(`["0661234567",{"update_id":5},{"x":1}]`),
			updatesAnswer(`[{"x":"0661234567"}]`),
			updatesAnswer(`[{"update_id":"6"}]`),
		)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int64{0, 6, 6, 7}; !slices.Equal(s.offsets, want) {
			t.Errorf("offsets %v, want %v", s.offsets, want)
		}
		if len(batches) != 2 || len(batches[0]) != 1 || batches[1][0].ID != 6 || batches[1][0].Broken == "" {
			t.Errorf("batches %+v", batches)
		}
		if n := strings.Count(logged, "without a readable ID"); n != 3 {
			t.Errorf("%d logged, want 3:\n%s", n, logged)
		}
	})
}

// Telegram may start its numbers anew, lower than before; they may also come
// out of order, or twice.
func TestPollerOffsets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, batches, _, err := runScript(t,
			updatesAnswer(`[{"update_id":1000},{"update_id":1002},{"update_id":1001}]`),
			updatesAnswer(`[]`),
			updatesAnswer(`[{"update_id":50},{"update_id":50}]`),
			updatesAnswer(`[{"update_id":51}]`),
		)
		if err != nil {
			t.Fatal(err)
		}
		if want := []int64{0, 1003, 1003, 51, 52}; !slices.Equal(s.offsets, want) {
			t.Errorf("offsets %v, want %v", s.offsets, want)
		}
		if len(batches) != 4 || batches[0][1].ID != 1001 || len(batches[1]) != 0 || len(batches[2]) != 2 {
			t.Errorf("batches %+v", batches)
		}
	})
}

func TestPollerRepeatedUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		first := r.server.Updates.LastID()
		go func() {
			time.Sleep(time.Second)
			r.server.Updates.Repeat(first)
			time.Sleep(time.Second)
			r.server.People.Type(amina, "after")
		}()
		if err := r.run(t, time.Minute); err != nil {
			t.Fatal(err)
		}
		if len(r.taken) != 3 || r.taken[1][0].ID != first || r.server.Updates.Pending() != 0 {
			t.Errorf("took %+v, %d pending", r.taken, r.server.Updates.Pending())
		}
		if got := r.texts(); got[len(got)-1] != "after" {
			t.Errorf("took %q", got)
		}
	})
}

func TestPollerEnds(t *testing.T) {
	page := "<html>GET /bot" + canaryToken + "</html>"
	for _, tc := range []struct {
		answer canned
		want   error
	}{
		{refusal(409, "Conflict: terminated by other getUpdates request", ""), ErrConflict},
		{refusal(409, "Conflict: can't use getUpdates method while webhook is active", ""), ErrWebhook},
		{refusal(401, "Unauthorized", ""), ErrUnauthorized},
		{refusal(404, "Not Found", ""), ErrUnauthorized},
		{canned{status: 401, body: page}, nil},
		{canned{status: 404, body: `{"message":"no route"}`}, nil},
		{canned{status: 409, body: page}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, _, _, err := runScript(t, tc.answer)
			if !errors.Is(err, tc.want) {
				t.Errorf("%d %s: Run = %v, want %v", tc.answer.status, tc.answer.body, err, tc.want)
			}
			if tried := len(s.offsets) == 2; tried != (tc.want == nil) {
				t.Errorf("%d %s: %d polls", tc.answer.status, tc.answer.body, len(s.offsets))
			}
		})
	}
}

func TestPollerTwoAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		ended := make(chan error, 1)
		go func() { ended <- r.run(t, time.Hour) }()
		time.Sleep(time.Second)
		second := NewPoller(canaryToken, "", r.server.Transport(), slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := second.Run(ctx, func(context.Context, []till.Update, bool) error { return nil }); err != nil {
			t.Errorf("the newer one ends with %v", err)
		}
		if err := <-ended; !errors.Is(err, ErrConflict) {
			t.Errorf("the older one ends with %v", err)
		}
	})
}

func TestPollerWrongArguments(t *testing.T) {
	for _, tc := range []struct{ token, server string }{
		{canaryHalf, ""}, {"", ""}, {canaryToken, "no address"},
	} {
		err := NewPoller(tc.token, tc.server, canned{}, slog.New(slog.DiscardHandler)).Run(t.Context(), nil)
		if err == nil {
			t.Errorf("%q, %q is taken", tc.token, tc.server)
			continue
		}
		wantNoCanary(t, "the error", err.Error())
	}
}

func TestPollerWaits(t *testing.T) {
	page := "<html>POST /bot" + canaryToken + "/getUpdates 502</html>"
	down := canned{err: errors.New("dial https://t/bot" + canaryToken)}
	synctest.Test(t, func(t *testing.T) {
		s, _, logged, err := runScript(t,
			refusal(429, "Too Many Requests: retry after 40", `,"parameters":{"retry_after":40}`),
			updatesAnswer(`[]`),
			canned{status: 502, body: page}, down, canned{status: 200, body: `{"ok":true,"result":[{`}, refusal(500, "oops", ""),
			canned{status: 200, body: `{"ok":true,"result":{}}`}, down, down, down, down, down,
			updatesAnswer(`[]`),
			down,
			canned{status: 429, body: `{"message":"a proxy is busy"}`},
		)
		if err != nil {
			t.Fatal(err)
		}
		between := func(i int, from, to time.Duration) {
			t.Helper()
			if gap := s.at[i].Sub(s.at[i-1]); gap < from || gap > to {
				t.Errorf("pause %d is %v, want %v to %v", i, gap, from, to)
			}
		}
		between(1, 40*time.Second, 40*time.Second)
		between(2, 0, 0)
		wait := shortestRetry
		for i := 3; i <= 12; i++ {
			between(i, wait, wait+wait/4)
			wait = min(2*wait, longestRetry)
		}
		between(13, 0, 0)
		between(14, shortestRetry, shortestRetry+shortestRetry/4)
		between(15, alienPause, alienPause)
		if !strings.Contains(logged, "arrive again") {
			t.Errorf("the end of the outage is not logged:\n%s", logged)
		}
	})
}

// repeating answers with a body of a given size.
type repeating int64

func (n repeating) RoundTrip(r *http.Request) (*http.Response, error) {
	body := io.LimitReader(zeros{}, int64(n))
	return &http.Response{StatusCode: 200, Body: io.NopCloser(body), Request: r}, nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestPollerBodyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, batches, _, err := runScript(t, repeating(1<<40), repeating(1<<40), updatesAnswer(`[]`))
		if err != nil || len(batches) != 1 {
			t.Fatalf("%d batches, %v", len(batches), err)
		}
		if want := []int{100, 25, 6, 100}; !slices.Equal(s.limits, want) {
			t.Errorf("limits %v, want %v", s.limits, want)
		}
	})
}

func TestPollerOutageOfTheFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		r.server.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage, For: 10 * time.Minute})
		go func() { time.Sleep(5 * time.Minute); r.server.People.Type(amina, "while away") }()
		if err := r.run(t, 12*time.Minute); err != nil {
			t.Fatal(err)
		}
		if got := r.texts(); len(got) != 3 || got[2] != "while away" || r.server.Updates.Pending() != 0 {
			t.Errorf("took %q, %d pending", got, r.server.Updates.Pending())
		}
		if r.empty == 0 {
			t.Error("empty polls are not handed on")
		}
		wantNoViolations(t, r.server)
	})
}

func TestPollerSlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPollerRig(t)
		r.server.Faults.Set(telegram.Fault{Kind: telegram.FaultSlow, Delay: time.Hour, Times: 1})
		began := time.Now()
		if err := r.run(t, 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		if len(r.taken) != 1 || r.server.Journal.Calls("getUpdates")[1].Time.Sub(began) > pollTimeout+2*shortestRetry {
			t.Errorf("a poll without an answer is waited for: %d batches", len(r.taken))
		}
	})
}

// The caption of a photo or a document is what its sender wrote.
func TestCaptionsAreRead(t *testing.T) {
	for raw, want := range map[string]string{
		`{"update_id":1,"message":{"message_id":2,"date":3,"chat":{"id":5,"type":"private"},"from":{"id":5},"photo":[{"file_id":"x"}],"caption":"0661234567 500"}}`: "0661234567 500",
		`{"update_id":1,"message":{"message_id":2,"date":3,"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"a","caption":"b"}}`:                             "a",
		`{"update_id":1,"message":{"message_id":2,"date":3,"chat":{"id":5,"type":"private"},"from":{"id":5},"photo":[]}}`:                                           "",
	} {
		if u := decodeUpdate([]byte(raw)); u.Broken != "" || u.Message == nil || u.Message.Text != want {
			t.Errorf("%s is read as %+v", raw, u)
		}
	}
}
