package bot

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/render"
	"hanout/sandbox/telegram"
	"hanout/till"
)

// senderRig runs a sender and keeps its reports.
type senderRig struct {
	*Sender
	t      *testing.T
	logged *syncBuffer
	stop   func()

	mu      sync.Mutex
	reports []till.Sent
	hold    func(till.Sent) // called in each report, when set
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newSenderRig makes a sender that does not run yet.
func newSenderRig(t *testing.T, api telegramAPI) *senderRig {
	r := &senderRig{t: t, logged: &syncBuffer{}, stop: func() {}}
	r.Sender = NewSender(api, func(s till.Sent) {
		r.mu.Lock()
		r.reports = append(r.reports, s)
		hold := r.hold
		r.mu.Unlock()
		if hold != nil {
			hold(s)
		}
	}, slog.New(slog.NewTextHandler(r.logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return r
}

// start runs it until the end of the test, or stop.
func (r *senderRig) start() *senderRig {
	ctx, cancel := context.WithCancel(r.t.Context())
	var done sync.WaitGroup
	done.Go(func() { r.Run(ctx) })
	r.stop = func() { cancel(); done.Wait() }
	r.t.Cleanup(func() {
		r.stop()
		wantNoCanary(r.t, "the log", r.logged.String())
	})
	return r
}

func (r *senderRig) sent() []till.Sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reports)
}

// drained waits until nothing is owed, at most for d.
func (r *senderRig) drained(d time.Duration) {
	r.t.Helper()
	for end := time.Now().Add(d); r.Waiting() > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("%d messages still wait after %v", r.Waiting(), d)
		}
	}
	synctest.Wait()
}

// owed is a text for a card of a chat.
func owed(seq uint64, chat int64, card string, class int, text string) till.Outgoing {
	return till.Outgoing{Panel: card, Seq: seq, Chat: chat, Class: class, Message: render.Message{Text: text}}
}

// puppet is a Telegram that does what a test says.
type puppet struct {
	mu     sync.Mutex
	calls  []string
	last   int
	flying map[int64]int
	most   int                                   // calls at once
	took   time.Duration                         // of each call
	refuse func(method, text string) (err error) // nil lets it pass
}

func (s *puppet) do(ctx context.Context, method string, chat int64, text string, id int) (int, error) {
	s.mu.Lock()
	s.calls = append(s.calls, fmt.Sprintf("%s %d %s", method, chat, text))
	if s.flying == nil {
		s.flying = map[int64]int{}
	}
	s.flying[chat]++
	all := 0
	for _, n := range s.flying {
		all += n
	}
	s.most = max(s.most, all)
	if s.flying[chat] > 1 && chat != 0 {
		s.calls = append(s.calls, "TWO AT ONCE")
	}
	took, refuse := s.took, s.refuse
	s.mu.Unlock()
	if took > 0 {
		rest(ctx, took)
	}
	var err error
	if ctx.Err() != nil {
		err = &Fail{Kind: FailTemporary, Text: "given up"}
	} else if refuse != nil {
		err = refuse(method, text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[chat]--
	if method == "send" && err == nil {
		s.last++
		id = s.last
	}
	return id, err
}

func (s *puppet) Send(ctx context.Context, chat int64, m render.Message) (int, error) {
	return s.do(ctx, "send", chat, m.Text, 0)
}

func (s *puppet) Edit(ctx context.Context, chat int64, id int, m render.Message) error {
	_, err := s.do(ctx, fmt.Sprint("edit#", id), chat, m.Text, id)
	return err
}

func (s *puppet) Delete(ctx context.Context, chat int64, ids ...int) error {
	_, err := s.do(ctx, fmt.Sprint("delete#", ids[0]), chat, "", 0)
	return err
}

func (s *puppet) Answer(ctx context.Context, query, text string, _ bool) error {
	_, err := s.do(ctx, "answer", 0, query+" "+text, 0)
	return err
}

func (s *puppet) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *puppet) set(refuse func(method, text string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

func wantCalls(t *testing.T, s *puppet, want ...string) {
	t.Helper()
	if got := s.log(); !slices.Equal(got, want) {
		t.Errorf("calls:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestSenderOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api)
		for _, o := range []till.Outgoing{
			owed(5, amina, "e", 2, "menu 5"),
			owed(3, amina, "c", 3, "bulk 3"),
			owed(4, amina, "d", 2, "menu 4"),
			owed(7, amina, "g", 0, "code 7"),
			owed(6, amina, "f", 1, "money 6"),
			owed(1, amina, "a", 3, "bulk 1"),
			owed(2, amina, "b", 0, "code 2"),
		} {
			r.Offer(o)
		}
		if r.Waiting() != 7 {
			t.Errorf("%d wait, want 7", r.Waiting())
		}
		r.start().drained(time.Minute)
		wantCalls(t, api, "send 1001 code 2", "send 1001 code 7", "send 1001 money 6", "send 1001 menu 4",
			"send 1001 menu 5", "send 1001 bulk 1", "send 1001 bulk 3")
	})
}

// TestSenderOrderOfOneOffer: of what is handed over at once nothing leaves
// before all is known, also where the chat has nothing else to wait for.
func TestSenderOrderOfOneOffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api).start()
		synctest.Wait() // it has nothing to do
		r.Offer(owed(1, amina, "menu", 2, "menu"), owed(2, amina, "code", 0, "code"))
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 code", "send 1001 menu")
	})
}

func TestSenderClassesFirstOverChats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api)
		r.limits.slow = pace{every: time.Second, burst: 1}
		for chat := int64(1); chat <= 5; chat++ {
			r.Offer(owed(uint64(chat), chat, fmt.Sprint("bulk", chat), 3, "bulk"))
		}
		r.start()
		time.Sleep(1500 * time.Millisecond) // two are out
		r.Offer(owed(99, 6, "code", 0, "code"))
		r.drained(time.Minute)
		wantCalls(t, api, "send 1 bulk", "send 2 bulk", "send 6 code", "send 3 bulk", "send 4 bulk", "send 5 bulk")
	})
}

func TestSenderReplacesWhatIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api)
		fresh := owed(1, amina, "card", 2, "one")
		fresh.Message.Fresh, fresh.MessageID = true, 70
		r.Offer(fresh)
		third := owed(3, amina, "card", 2, "three")
		third.MessageID = 70
		r.Offer(third)
		r.Offer(owed(2, amina, "card", 2, "two"))
		if r.Waiting() != 1 {
			t.Errorf("%d wait, want 1", r.Waiting())
		}
		r.start().drained(time.Minute)
		r.Offer(owed(2, amina, "card", 2, "two")) // long out of date
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 three")
		if got := r.sent(); len(got) != 1 || got[0] != (till.Sent{Panel: "card", Seq: 3, Chat: amina, MessageID: 1, Former: 70}) {
			t.Errorf("reports: %+v", got)
		}
	})
}

func TestSenderNewerFollowsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{took: 10 * time.Second}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "card", 2, "one"))
		time.Sleep(time.Second)
		r.Offer(owed(1, amina, "card", 2, "one"))
		if n := r.Waiting(); n != 1 {
			t.Errorf("%d wait: what is in flight is offered again, and taken", n)
		}
		for seq := uint64(1); seq <= 4; seq++ { // the store does not know the ID yet
			r.Offer(owed(seq, amina, "card", 2, fmt.Sprint("state ", seq)))
		}
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 one", "edit#1 1001 state 4")
		want := []till.Sent{{Panel: "card", Seq: 1, Chat: amina, MessageID: 1}, {Panel: "card", Seq: 4, Chat: amina, MessageID: 1}}
		if got := r.sent(); !slices.Equal(got, want) {
			t.Errorf("reports: %+v", got)
		}
		// What the store says is older than what this process has sent.
		late := owed(5, amina, "card", 2, "five")
		late.MessageID = 0
		r.Offer(late)
		r.drained(time.Minute)
		if got := api.log(); got[len(got)-1] != "edit#1 1001 five" {
			t.Errorf("calls: %v", got)
		}
	})
}

func TestSenderEditsOrSends(t *testing.T) {
	for _, tc := range []struct {
		name    string
		message render.Message
		next    render.Message
		want    string // for the second
		former  int
	}{
		{"text", render.Message{}, render.Message{}, "edit#1 1001 next", 0},
		{"fresh", render.Message{}, render.Message{Fresh: true}, "send 1001 next", 1},
		{"picture", render.Message{}, render.Message{Photo: []byte{1}}, "send 1001 next", 1},
		{"file", render.Message{}, render.Message{File: []byte{1}}, "send 1001 next", 1},
		{"contact", render.Message{}, render.Message{AskContact: "x"}, "send 1001 next", 1},
		{"after a picture", render.Message{Photo: []byte{1}}, render.Message{}, "send 1001 next", 1},
		{"after a contact", render.Message{AskContact: "x"}, render.Message{RemoveKeyboard: true}, "send 1001 next", 1},
		{"after a removal", render.Message{RemoveKeyboard: true}, render.Message{}, "send 1001 next", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := &puppet{}
				r := newSenderRig(t, api).start()
				tc.message.Text, tc.next.Text = "first", "next"
				r.Offer(till.Outgoing{Panel: "c", Seq: 1, Chat: amina, Message: tc.message})
				r.drained(time.Minute)
				r.Offer(till.Outgoing{Panel: "c", Seq: 2, Chat: amina, Message: tc.next, MessageID: 1})
				r.drained(time.Minute)
				wantCalls(t, api, "send 1001 first", tc.want)
				if got := r.sent()[1]; got.Former != tc.former || got.MessageID != 1+tc.former {
					t.Errorf("report: %+v", got)
				}
			})
		})
	}
}

// TestSenderLearnsTheLimits floods forty chats against the strict server, at
// Telegram's published rates: all arrives in order, what was refused is a small
// part, and it takes hardly longer than those rates want.
func TestSenderLearnsTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const chats, messages = 40, 500
		server := newTelegram(telegram.Options{Limits: telegram.Limits{
			ChatPerSecond: 1, ChatBurst: 3, GroupPerMinute: 20, GroupBurst: 3, AllPerSecond: 30, AllBurst: 6,
		}})
		for i := range int64(chats) {
			server.People.Add(telegram.Person{ID: 2000 + i, FirstName: "P"})
			server.People.Start(2000+i, "")
		}
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		began := time.Now()
		want := map[int64][]string{}
		for i := range messages {
			chat := 2000 + int64(i%chats)
			text := fmt.Sprint("number ", i)
			want[chat] = append(want[chat], text)
			r.Offer(owed(uint64(i+1), chat, fmt.Sprint("card ", i), 2, text))
		}
		r.drained(5 * time.Minute)
		took := time.Since(began)
		refused := len(server.Journal.Harmless())
		t.Logf("%d messages in %v, %d calls refused", messages, took, refused)
		// 500 at 30 a second are 17 seconds.
		if took > 40*time.Second || refused > messages/5 {
			t.Errorf("took %v, and %d calls were refused", took, refused)
		}
		wantNoViolations(t, server)
		for chat, texts := range want {
			var got []string
			for _, m := range server.Chats.Messages(chat)[1:] { // after /start
				got = append(got, m.Text)
			}
			if !slices.Equal(got, texts) {
				t.Errorf("chat %d has %v\nwant %v", chat, got, texts)
			}
		}
		if n := len(r.sent()); n != messages {
			t.Errorf("%d reports", n)
		}
	})
}

// TestSenderBursts: what people wait for has no pace where Telegram has none.
func TestSenderBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{took: 10 * time.Millisecond}
		r := newSenderRig(t, api).start()
		began := time.Now()
		for i := range 300 {
			r.Offer(owed(uint64(i+1), int64(1+i%30), fmt.Sprint("card ", i), i%slowClass, "x"))
		}
		r.drained(10 * time.Second)
		if took := time.Since(began); took > 300*time.Millisecond {
			t.Errorf("300 answers took %v", took)
		}
	})
}

// TestSenderSlowLane: what can wait keeps its pace, and holds up nobody who
// waits for something.
func TestSenderSlowLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api).start()
		for i := range 100 {
			r.Offer(owed(uint64(i+1), int64(1+i), fmt.Sprint("notice ", i), slowClass, "notice"))
		}
		time.Sleep(time.Second)
		if n := len(api.log()); n < 20 || n > 26 {
			t.Errorf("%d notices in the first second", n)
		}
		r.Offer(owed(1000, 7777, "receipt", 1, "receipt"))
		synctest.Wait()
		if !slices.Contains(api.log(), "send 7777 receipt") {
			t.Error("a receipt waits behind notices")
		}
		r.drained(10 * time.Second)
	})
}

// TestSenderPausesTheRefusedChat: one chat's refusal pauses that chat alone;
// afterwards it goes slower, and at length as fast as before.
func TestSenderPausesTheRefusedChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{refuse: func(_, text string) error {
			if text == "too much" {
				return &Fail{Kind: FailThrottled, RetryAfter: 7 * time.Second}
			}
			return nil
		}}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "a", 2, "too much"))
		synctest.Wait()
		r.Offer(owed(2, karim, "k", 2, "other"))
		synctest.Wait()
		if !slices.Contains(api.log(), fmt.Sprintf("send %d other", karim)) {
			t.Error("another chat waits, too")
		}
		api.set(nil)
		time.Sleep(6 * time.Second)
		if n := len(api.log()); n != 2 {
			t.Errorf("%d calls within the pause", n)
		}
		talk := func() time.Duration {
			began := time.Now()
			for i := range 5 {
				r.Offer(owed(uint64(time.Now().UnixNano())+uint64(i), amina, fmt.Sprint("card ", time.Now().UnixNano(), i), 2, "x"))
			}
			r.drained(time.Minute)
			return time.Since(began)
		}
		if took := talk(); took < 5*time.Second || took > 8*time.Second {
			t.Errorf("after a refusal five messages took %v", took)
		}
		time.Sleep(learnedFor)
		if took := talk(); took > time.Second {
			t.Errorf("long after it they took %v", took)
		}
	})
}

func TestSenderGroupPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{Limits: telegram.Limits{
			ChatPerSecond: 1, ChatBurst: 3, GroupPerMinute: 20, GroupBurst: 3, AllPerSecond: 30, AllBurst: 6,
		}})
		server.Groups.Add(telegram.Group{ID: -500, Title: "Shop", Members: []int64{amina}})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		for i := range 23 {
			r.Offer(owed(uint64(i+1), -500, fmt.Sprint("card ", i), 3, fmt.Sprint("number ", i)))
		}
		r.drained(61 * time.Second)
		if h := server.Journal.Harmless(); len(h) > 0 {
			t.Errorf("refused: %v", h)
		}
		wantNoViolations(t, server)
	})
}

func TestSenderParallelButOnePerChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{took: 5 * time.Second}
		r := newSenderRig(t, api).start()
		for i := range 200 {
			r.Offer(owed(uint64(i+1), int64(1+i%50), fmt.Sprint("card ", i), 2, "x"))
		}
		r.drained(10 * time.Minute)
		if api.most != 32 || slices.Contains(api.log(), "TWO AT ONCE") {
			t.Errorf("%d at once; %v", api.most, api.log())
		}
	})
}

func TestSenderParksForAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		r := newSenderRig(t, newTestAPI(t, server.Transport()))
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultFlood, For: 90 * time.Second})
		r.Offer(owed(1, amina, "menu", 2, "menu"))
		r.start()
		began := time.Now()
		time.Sleep(time.Second)
		r.Offer(owed(2, amina, "code", 0, "code"))
		r.Offer(owed(3, karim, "other", 2, "other"))
		time.Sleep(80 * time.Second)
		// The first is refused for its chat, the second for the token.
		if n := len(server.Journal.Calls("sendMessage")); n != 2 {
			t.Errorf("%d calls while the token is parked", n)
		}
		r.drained(30 * time.Second)
		if took := time.Since(began); took < 90*time.Second {
			t.Errorf("all out after %v", took)
		}
		var texts []string
		for _, c := range server.Journal.Calls("sendMessage")[2:] {
			texts = append(texts, c.Params["text"])
		}
		if len(texts) != 3 || slices.Index(texts, "code") > slices.Index(texts, "menu") {
			t.Errorf("after the pause: %v", texts)
		}
		wantNoViolations(t, server)
	})
}

func TestSenderParksAtMostAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{refuse: func(string, string) error { return &Fail{Kind: FailThrottled, RetryAfter: 10_000 * time.Second} }}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "card", 2, "x"))
		time.Sleep(59 * time.Minute)
		if n := len(api.log()); n != 1 {
			t.Errorf("%d calls within the hour", n)
		}
		time.Sleep(2 * time.Minute)
		if n := len(api.log()); n != 2 {
			t.Errorf("%d calls after the hour", n)
		}
		api.set(nil)
		r.drained(time.Hour)
	})
}

func TestSenderReportsWhatCanNeverBe(t *testing.T) {
	for _, tc := range []struct {
		kind   FailKind
		method string // that is refused
		error  bool   // in the log
	}{
		{FailBlocked, "send", false}, {FailChatGone, "send", false}, {FailMigrated, "send", false},
		{FailGone, "send", true}, {FailBlocked, "edit#9", false},
	} {
		t.Run(string(tc.kind)+" "+tc.method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := &puppet{refuse: func(method, text string) error {
					if text == "refused 0661234567" {
						f := &Fail{Kind: tc.kind, Text: "can't parse 0661234567"}
						if tc.kind == FailMigrated {
							f.NewChat = -1000000000500
						}
						return f
					}
					return nil
				}}
				r := newSenderRig(t, api)
				bad := owed(1, amina, "the card", 2, "refused 0661234567")
				if tc.method != "send" {
					bad.MessageID = 9
				}
				r.Offer(bad)
				r.Offer(owed(2, amina, "second", 2, "good"))
				r.Offer(owed(3, karim, "third", 2, "good"))
				r.start().drained(time.Minute) // all waits before the first is refused
				wanted := fmt.Sprintf("%s 1001 %s", tc.method, bad.Message.Text)
				unsent := 1 // what else is owed to a chat that can't be reached is not tried
				if tc.error {
					unsent = 0
				}
				if calls := api.log(); len(calls) != 3-unsent || !slices.Contains(calls, wanted) {
					t.Errorf("calls: %v", calls)
				}
				var failed []till.Sent
				for _, s := range r.sent() {
					if s.Lost != "" {
						failed = append(failed, s)
					}
				}
				if len(failed) != 1+unsent || failed[0].Panel != "the card" || failed[0].Seq != 1 || failed[0].Lost != till.Lost(tc.kind) {
					t.Errorf("failed: %+v", failed)
				}
				for _, s := range failed {
					if (s.Moved == -1000000000500) != (tc.kind == FailMigrated) {
						t.Errorf("where it has moved: %+v", s)
					}
				}
				logged := r.logged.String()
				if !strings.Contains(logged, `panel="the card"`) || strings.Contains(logged, "level=ERROR") != tc.error {
					t.Errorf("log:\n%s", logged)
				}
			})
		})
	}
}

// What Telegram refuses for its form arrives in a simpler one: all that it
// says, protected as it was.
func TestSenderSimplifiesWhatIsRefused(t *testing.T) {
	rows := [][]render.Button{{{Text: "link", URL: "https://t.me/x"}, {Text: "ok", Data: "ok"}}}
	long := strings.Repeat("<tg-spoiler>\u2066A&amp;B&#34;&lt;b&gt;\u2069</tg-spoiler>\n", 700)
	longText := strings.TrimSpace(strings.Repeat("A&B\"<b>\n", 700))
	for name, c := range map[string]struct {
		message    render.Message
		text, file string // as they arrive
		buttons    bool
	}{
		"broken markup": {render.Message{Text: "<b>code \u2066A&amp;B\u2069", Rows: rows}, "code \u2066A&B\u2069", "", true},
		"too long":      {render.Message{Text: long, Rows: rows}, "", longText + "\n\nhttps://t.me/x\n", false},
		"a bad button":  {render.Message{Text: "say <b>this</b>", Rows: [][]render.Button{{{Text: "copy", Copy: strings.Repeat("x", 257)}}}}, "", "say this\n", false},
		"a bad picture": {render.Message{Text: "<b>QR</b>", Photo: []byte("no picture"), Rows: rows}, "", "QR\nhttps://t.me/x\n", false},
		"a bad caption": {render.Message{Text: strings.Repeat("x", 1025), File: []byte("1\tA\n"), FileName: "codes.txt"}, "", "1\tA\n", false},
	} {
		for _, edit := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", edit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := newTelegram(telegram.Options{})
					api := newTestAPI(t, server.Transport())
					r := newSenderRig(t, api).start()
					former := 0
					if edit {
						former, _ = api.Send(t.Context(), amina, render.Message{Text: "before"})
					}
					o := owed(1, amina, "the card", 0, "")
					o.Message, o.MessageID = c.message, former
					o.Message.Protect = true
					r.Offer(o)
					r.drained(time.Minute)
					got := r.sent()
					if len(got) != 1 || got[0].Lost != "" {
						t.Fatalf("reports: %+v", got)
					}
					m, _ := server.Chats.Message(amina, got[0].MessageID)
					data := ""
					if m.Document != nil {
						b, _, _ := server.Chats.File(m.Document.FileID)
						data = string(b)
						if got[0].Former != former {
							t.Errorf("the former message, %d, is told as %d", former, got[0].Former)
						}
					}
					if m.Text+m.Caption != c.text || data != c.file || (m.ReplyMarkup != nil) != c.buttons {
						t.Errorf("arrived: %q, file %q, buttons %v", m.Text+m.Caption, data, m.ReplyMarkup)
					}
					if len(m.Entities) > 0 || (m.MessageID != former && !m.HasProtectedContent) {
						t.Errorf("entities %v, protected: %t", m.Entities, m.HasProtectedContent)
					}
					if logged := r.logged.String(); !strings.Contains(logged, "simpler") || strings.Contains(logged, "A&") {
						t.Errorf("log:\n%s", logged)
					}
				})
			})
		}
	}
}

// What is refused in every form is told as lost.
func TestSenderReportsWhatIsRefusedInEveryForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{refuse: func(string, string) error { return &Fail{Kind: FailMarkup} }}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "the card", 2, "<b>x</b>"))
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 <b>x</b>", "send 1001 x", "send 1001 ")
		if got := r.sent(); len(got) != 1 || got[0].Lost != till.Lost(FailMarkup) || !strings.Contains(r.logged.String(), "level=ERROR") {
			t.Errorf("reports %+v\n%s", got, r.logged.String())
		}
	})
}

func TestSenderBlockedThenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		server.People.Block(amina, true)
		r.Offer(owed(1, amina, "card", 0, "code"))
		r.Offer(owed(2, karim, "card 2", 0, "code"))
		r.drained(time.Minute)
		server.People.Block(amina, false)
		r.Offer(owed(1, amina, "card", 0, "code")) // the same row once more
		r.drained(time.Minute)
		got := r.sent()
		if len(got) != 3 || got[2].Lost != "" || got[2].MessageID == 0 {
			t.Errorf("reports: %+v", got)
		}
		wantNoViolations(t, server)
	})
}

func TestSenderSendsAnewWhenTheMessageIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		r.Offer(owed(1, amina, "card", 2, "one"))
		r.drained(time.Minute)
		old := r.sent()[0].MessageID
		server.People.Delete(amina, old)
		r.Offer(owed(2, amina, "card", 2, "two"))
		r.drained(time.Minute)
		got := r.sent()[1]
		if got.MessageID == old || got.Former != old || got.Lost != "" {
			t.Errorf("report: %+v", got)
		}
		if m, ok := server.Chats.Message(amina, got.MessageID); !ok || m.Text != "two" {
			t.Errorf("message: %+v", m)
		}
		wantNoViolations(t, server)
	})
}

func TestSenderRetriesAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultBadGateway, For: time.Hour})
		for i := range 4 {
			r.Offer(owed(uint64(i+1), amina, fmt.Sprint("card ", i), 2, fmt.Sprint("number ", i)))
		}
		r.Offer(owed(9, karim, "other", 2, "other"))
		time.Sleep(30 * time.Minute)
		r.Offer(owed(10, amina, "card 3", 2, "number 3, newer"))
		time.Sleep(30 * time.Minute)
		if n := len(server.Journal.Calls("sendMessage")); n < 100 || n > 140 {
			t.Errorf("%d tries in an hour", n)
		}
		r.drained(2 * time.Minute)
		var got []string
		for _, m := range server.Chats.Messages(amina)[1:] {
			got = append(got, m.Text)
		}
		if want := []string{"number 0", "number 1", "number 2", "number 3, newer"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := strings.Count(r.logged.String(), "level=WARN"); n != 1 {
			t.Errorf("%d warnings:\n%s", n, r.logged.String())
		}
		wantNoViolations(t, server)
	})
}

// An answer that is lost, or a process that dies before it is noted, makes the
// sender say the same again. That must do no harm.
func TestSenderRepeatIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		api := newTestAPI(t, server.Transport())
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "card", 2, "one"))
		r.drained(time.Minute)
		id := r.sent()[0].MessageID
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultLostAnswer, Times: 1})
		r.Offer(owed(2, amina, "card", 2, "two"))
		r.drained(time.Minute)
		r.stop()

		r = newSenderRig(t, api).start() // after a restart
		again := owed(2, amina, "card", 2, "two")
		again.MessageID = id
		r.Offer(again)
		r.drained(time.Minute)
		if got := r.sent(); len(got) != 1 || got[0] != (till.Sent{Panel: "card", Seq: 2, Chat: amina, MessageID: id}) {
			t.Errorf("reports: %+v", got)
		}
		if all := server.Chats.Messages(amina); len(all) != 2 || all[1].Text != "two" {
			t.Errorf("the chat holds %+v", all)
		}
		wantNoViolations(t, server)
	})
}

// TestSenderBackToWhatStands: a card goes from one text to a second and back
// while its chat waits; the message says the first already. An edit whose
// answer was lost may have come down, so then the first is sent.
func TestSenderBackToWhatStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "card", 2, "one"))
		r.drained(time.Minute)
		api.took = time.Second // another message keeps the chat busy
		r.Offer(owed(2, amina, "other", 2, "hold"))
		synctest.Wait()
		r.Offer(owed(3, amina, "card", 2, "two"))
		r.Offer(owed(4, amina, "card", 2, "one"))
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 one", "send 1001 hold")
		if got := r.sent(); len(got) != 3 || got[2] != (till.Sent{Panel: "card", Seq: 4, Chat: amina, MessageID: 1}) {
			t.Errorf("reports: %+v", got)
		}
		api.set(func(_, text string) error {
			if text == "two" {
				return &Fail{Kind: FailTemporary, Text: "no answer"}
			}
			return nil
		})
		r.Offer(owed(5, amina, "card", 2, "two"))
		time.Sleep(1100 * time.Millisecond)
		r.Offer(owed(6, amina, "card", 2, "one"))
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 one", "send 1001 hold", "edit#1 1001 two", "edit#1 1001 one")
	})
}

func TestSenderBlindMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newTelegram(telegram.Options{})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		server.Faults.Set(telegram.Fault{Kind: telegram.FaultStrangeAnswer, Times: 1})
		first := owed(1, amina, "card", 2, "one")
		first.Message.Fresh, first.MessageID = true, 5
		r.Offer(first)
		r.drained(time.Minute)
		next := owed(2, amina, "card", 2, "two")
		next.MessageID = 5
		r.Offer(next)
		r.drained(time.Minute)
		got := r.sent()
		if len(got) != 2 || got[0] != (till.Sent{Panel: "card", Seq: 1, Chat: amina, Former: 5}) || got[1].MessageID == 0 || got[1].Former != 0 {
			t.Errorf("reports: %+v", got)
		}
		if n := len(server.Chats.Messages(amina)); n != 3 {
			t.Errorf("%d messages", n)
		}
		wantNoViolations(t, server)
	})
}

func TestSenderAnswersFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{took: 100 * time.Millisecond}
		r := newSenderRig(t, api)
		for i := range 100 {
			r.Offer(owed(uint64(i+1), int64(i+1), fmt.Sprint("card ", i), 0, "code"))
		}
		r.start()
		time.Sleep(time.Second)
		r.Answer("q1", "now", false)
		synctest.Wait()
		if calls := api.log(); calls[len(calls)-1] != "answer 0 q1 now" {
			t.Errorf("the answer waits: %v", calls[len(calls)-3:])
		}
		r.drained(time.Minute)
	})
}

func TestSenderAnswerIsTriedAgainUntilStale(t *testing.T) {
	for _, tc := range []struct {
		kind    FailKind
		retry   time.Duration
		heals   time.Duration
		atLeast int
		atMost  int
		answers bool
	}{
		{FailTemporary, 0, 5 * time.Second, 5, 7, true},
		{FailTemporary, 0, time.Hour, 18, 21, false},
		{FailThrottled, 4 * time.Second, 4 * time.Second, 2, 2, true},
		{FailThrottled, time.Minute, time.Minute, 1, 1, false},
		{FailStale, 0, time.Hour, 1, 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			began, answered := time.Now(), false
			api := &puppet{}
			api.refuse = func(string, string) error {
				if time.Since(began) < tc.heals {
					return &Fail{Kind: tc.kind, RetryAfter: tc.retry}
				}
				answered = true
				return nil
			}
			r := newSenderRig(t, api).start()
			r.Answer("q", "", false)
			time.Sleep(2 * time.Hour)
			r.stop()
			if n := len(api.log()); n < tc.atLeast || n > tc.atMost || answered != tc.answers {
				t.Errorf("%s until %v: %d tries, answered %v", tc.kind, tc.heals, n, answered)
			}
			if len(r.answers) != 0 {
				t.Errorf("%d answers are kept", len(r.answers))
			}
		})
	}
}

func TestSenderStops(t *testing.T) {
	for _, tc := range []struct {
		took     time.Duration
		reported int
	}{{time.Second, 2}, {time.Hour, 0}} {
		synctest.Test(t, func(t *testing.T) {
			api := &puppet{took: tc.took}
			r := newSenderRig(t, api).start()
			for i := range 4 {
				r.Offer(owed(uint64(i+1), amina+int64(i%2), fmt.Sprint("card ", i), 2, "x"))
			}
			time.Sleep(100 * time.Millisecond)
			began := time.Now()
			r.stop()
			if took := time.Since(began); took > 2*time.Second || (tc.reported > 0 && took < 900*time.Millisecond) {
				t.Errorf("stopped after %v", took)
			}
			if n := len(r.sent()); n != tc.reported {
				t.Errorf("%d reported, want %d", n, tc.reported)
			}
			if n := len(api.log()); n != 2 {
				t.Errorf("%d calls, want the 2 that were in flight", n)
			}
			if n := r.Waiting(); n != 4-tc.reported {
				t.Errorf("%d wait, want %d", n, 4-tc.reported)
			}
		})
	}
}

func TestSenderSlowReportHoldsOneChatOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		release := make(chan struct{})
		r := newSenderRig(t, api)
		r.hold = func(s till.Sent) {
			if s.Chat == amina {
				<-release
			}
		}
		r.start()
		r.Offer(owed(1, amina, "a", 2, "one"))
		r.Offer(owed(2, amina, "b", 2, "two"))
		r.Offer(owed(3, karim, "c", 2, "three"))
		time.Sleep(time.Minute)
		r.Offer(owed(4, amina, "d", 2, "four"))
		if got := api.log(); len(got) != 2 || !slices.Contains(got, "send 1001 one") || !slices.Contains(got, "send 1002 three") {
			t.Errorf("calls: %v", got)
		}
		close(release)
		r.drained(time.Minute)
		var order []uint64
		for _, s := range r.sent() {
			if s.Chat == amina {
				order = append(order, s.Seq)
			}
		}
		if !slices.Equal(order, []uint64{1, 2, 4}) {
			t.Errorf("reports of one chat: %v", order)
		}
	})
}

func TestSenderForgetsIdleChats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newSenderRig(t, &puppet{}).start()
		for i := range 1000 {
			r.Offer(owed(uint64(i+1), int64(i+1), fmt.Sprint(i), 3, "x"))
		}
		r.drained(time.Hour)
		time.Sleep(rememberFor + time.Minute)
		r.Offer(owed(9999, amina, "last", 2, "x"))
		r.drained(time.Minute)
		if n := len(r.lanes); n != 1 {
			t.Errorf("%d chats are remembered", n)
		}
	})
}

// Random offers, failures and kinds, from many goroutines: in the end each
// card shows its newest state, in one message.
func TestSenderRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 1))
		server := newTelegram(telegram.Options{})
		for i := range int64(10) {
			server.People.Add(telegram.Person{ID: 3000 + i})
			server.People.Start(3000+i, "")
		}
		for _, kind := range []telegram.FaultKind{telegram.FaultOutage, telegram.FaultBadGateway, telegram.FaultFlood} {
			server.Faults.Set(telegram.Fault{Kind: kind, Times: 20, RetryAfter: 2 * time.Second})
		}
		server.Faults.Set(telegram.Fault{Method: "editMessageText", Kind: telegram.FaultLostAnswer, Times: 20})
		r := newSenderRig(t, newTestAPI(t, server.Transport())).start()
		var mu sync.Mutex
		var seq uint64
		newest := map[int64]map[string]string{}
		var writers sync.WaitGroup
		for w := range 8 {
			draw := rand.New(rand.NewPCG(random.Uint64(), uint64(w)))
			writers.Go(func() {
				for range 60 {
					chat := 3000 + draw.Int64N(10)
					card := fmt.Sprintf("%d/%d", chat, draw.IntN(4))
					mu.Lock()
					seq++
					if newest[chat] == nil {
						newest[chat] = map[string]string{}
					}
					text := fmt.Sprintf("%s state %d", card, seq)
					newest[chat][card] = text
					o := owed(seq, chat, card, draw.IntN(4), text)
					mu.Unlock()
					r.Offer(o)
					time.Sleep(time.Duration(draw.IntN(2000)) * time.Millisecond)
				}
			})
		}
		writers.Wait()
		r.drained(30 * time.Minute)
		for chat, cards := range newest {
			var got, want []string
			for _, m := range server.Chats.Messages(chat)[1:] {
				got = append(got, m.Text)
			}
			for _, text := range cards {
				want = append(want, text)
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("seed %d: chat %d shows\n%v\nwant\n%v", seed, chat, got, want)
			}
		}
		last := map[string]uint64{}
		for _, s := range r.sent() {
			if s.Lost != "" || s.Seq <= last[s.Panel] {
				t.Errorf("seed %d: report %+v after %d", seed, s, last[s.Panel])
			}
			last[s.Panel] = s.Seq
		}
		wantNoViolations(t, server)
	})
}

// instant takes everything at once.
type instant struct{}

func (instant) Send(context.Context, int64, render.Message) (int, error) { return 1, nil }
func (instant) Delete(context.Context, int64, ...int) error              { return nil }
func (instant) Edit(context.Context, int64, int, render.Message) error   { return nil }
func (instant) Answer(context.Context, string, string, bool) error       { return nil }

// BenchmarkSender measures one message from Offer to its report, with an
// instant Telegram without limits and a thousand messages waiting.
func BenchmarkSender(b *testing.B) {
	for _, chats := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint("chats=", chats), func(b *testing.B) {
			room := make(chan struct{}, 1000)
			s := NewSender(instant{}, func(till.Sent) { <-room }, slog.New(slog.DiscardHandler))
			ctx, cancel := context.WithCancel(b.Context())
			var done sync.WaitGroup
			done.Go(func() { s.Run(ctx) })
			b.ReportAllocs()
			cards := make([]string, 4096) // more than wait, so that none replaces another
			for i := range cards {
				cards[i] = fmt.Sprint("card ", i)
			}
			b.ResetTimer()
			for i := range b.N {
				room <- struct{}{}
				s.Offer(till.Outgoing{Panel: cards[i%len(cards)], Seq: uint64(i), Chat: int64(1 + i%chats)})
			}
			for range cap(room) {
				room <- struct{}{}
			}
			b.StopTimer()
			cancel()
			done.Wait()
		})
	}
}

// BenchmarkOffer measures the engine's side alone: new states of cards that
// wait.
func BenchmarkOffer(b *testing.B) {
	s := NewSender(instant{}, func(till.Sent) {}, slog.New(slog.DiscardHandler))
	cards := make([]string, 1000)
	for i := range cards {
		cards[i] = fmt.Sprint("card ", i)
	}
	b.ReportAllocs()
	seq := uint64(0)
	for b.Loop() {
		seq++
		s.Offer(till.Outgoing{Panel: cards[seq%1000], Seq: seq, Chat: int64(seq % 500)})
	}
}

// TestSenderTakesTurns lets forty chats that talk much wait before one that
// has a single message of the same class: it does not wait for all of theirs.
func TestSenderTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		r := newSenderRig(t, api)
		var seq uint64
		for line := range 10 {
			for chat := range int64(40) {
				seq++
				r.Offer(owed(seq, 9000+chat, fmt.Sprintf("%d/%d", chat, line), 2, "talk"))
			}
		}
		r.start()
		time.Sleep(5 * time.Second) // the first of each are out
		seq++
		began := time.Now()
		r.Offer(owed(seq, amina, "confirm", 2, "confirm"))
		for !slices.Contains(api.log(), fmt.Sprintf("send %d confirm", amina)) {
			time.Sleep(50 * time.Millisecond)
			if time.Since(began) > 2*time.Second {
				t.Fatal("one message waits behind all that others are told")
			}
		}
	})
}

// TestSenderGivesUpABlockedChat tries one message to a chat that is blocked,
// reports all of them, and goes on with what is offered later.
func TestSenderGivesUpABlockedChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{}
		api.set(func(_, text string) error {
			if strings.HasPrefix(text, "gone") {
				return &Fail{Kind: FailBlocked, Code: 403}
			}
			return nil
		})
		r := newSenderRig(t, api)
		for i := range uint64(400) {
			r.Offer(owed(i+1, amina, fmt.Sprint("c", i), 2, "gone"))
		}
		r.Offer(owed(500, karim, "k", 2, "next"))
		r.start().drained(time.Minute)
		if calls := api.log(); len(calls) != 2 {
			t.Errorf("%d calls: %.5v", len(calls), calls)
		}
		lost := map[string]bool{}
		for _, s := range r.sent() {
			if s.Chat == amina && s.Lost == till.LostBlocked {
				lost[s.Panel] = true
			}
		}
		if len(lost) != 400 {
			t.Errorf("%d messages are reported as lost, want 400", len(lost))
		}
		r.Offer(owed(501, amina, "c0", 2, "back"))
		r.drained(time.Minute)
		if last := r.sent()[len(r.sent())-1]; last.Chat != amina || last.Lost != "" {
			t.Errorf("after the block: %+v", last)
		}
	})
}
