package telegram_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"

	"hanout/sandbox"
	"hanout/sandbox/telegram"
)

// try sends a message to Amina and gives what came over the wire.
func (r *rig) try() (status int, body string, err error) {
	answer, err := r.do("sendMessage", "chat_id", "1001", "text", "hello")
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	b, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(b), nil
}

func TestFaultsOfCalls(t *testing.T) {
	tests := []struct {
		kind   telegram.FaultKind
		posted bool // the message is in the chat all the same
		broken bool
		status int
		body   string
	}{
		{telegram.FaultOutage, false, true, 0, ""},
		{telegram.FaultLostAnswer, true, true, 0, ""},
		{telegram.FaultBadGateway, false, false, 502, "/bot" + telegram.DefaultToken + "/sendMessage"},
		{telegram.FaultBrokenAnswer, true, false, 200, `{"ok":true,"result":{`},
		{telegram.FaultStrangeAnswer, true, false, 200, `{"ok":true,"result":["of"`},
		{telegram.FaultFlood, false, false, 429, `"parameters":{"retry_after":7}`},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			r := newRig(t, unlimited())
			r.Faults.Set(telegram.Fault{Method: "sendMessage", Kind: tt.kind, Times: 1, RetryAfter: 7 * time.Second})
			before := len(r.Chats.Messages(amina))
			r.call("getMe").into(t, &struct{}{}) // another method is not struck
			status, body, err := r.try()
			if errors.Is(err, sandbox.ErrBroken) != tt.broken || status != tt.status || !strings.Contains(body, tt.body) {
				t.Errorf("got %d %q, %v", status, body, err)
			}
			if posted := len(r.Chats.Messages(amina)) > before; posted != tt.posted {
				t.Errorf("posted: %v", posted)
			}
			calls := r.Journal.Calls("sendMessage")
			if c := calls[0]; c.Fault != tt.kind || (c.Response != nil) != (tt.posted || tt.kind == telegram.FaultFlood) {
				t.Errorf("journal: %+v", c)
			}
			if status, _, err := r.try(); status != 200 || err != nil {
				t.Errorf("the next call got %d, %v", status, err)
			}
			r.clean()
		})
	}
}

func TestSlowFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.Faults.Set(telegram.Fault{Kind: telegram.FaultSlow, Delay: 9 * time.Second, Times: 1})
		begun := time.Now()
		if status, _, _ := r.try(); status != 200 || time.Since(begun) != 9*time.Second {
			t.Errorf("%d after %v", status, time.Since(begun))
		}
		r.clean()
	})
}

func TestFaultForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.Faults.Set(telegram.Fault{Method: "*", Kind: telegram.FaultFlood, For: 10 * time.Second})
		time.Sleep(3500 * time.Millisecond)
		a := r.call("getMe")
		r.wantError(a, 429, "Too Many Requests: retry after 7")
		if len(r.Faults.Active()) != 1 {
			t.Errorf("faults %+v", r.Faults.Active())
		}
		time.Sleep(7 * time.Second)
		r.call("getMe").into(t, &struct{}{})
		if len(r.Faults.Active()) != 0 {
			t.Errorf("faults %+v", r.Faults.Active())
		}
		r.clean()
	})
}

func TestHammeringThroughAFloodIsAViolation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.Faults.Set(telegram.Fault{Kind: telegram.FaultFlood, RetryAfter: 30 * time.Second})
		for range 4 {
			_, _, _ = r.try()
		}
		r.clean()
		_, _, _ = r.try()
		if v := r.Journal.Violations(); len(v) != 1 || v[0] != "sendMessage: called 4 times before retry_after was over" {
			t.Errorf("violations %q", v)
		}
		time.Sleep(31 * time.Second)
		_, _, _ = r.try()
		if v := r.Journal.Violations(); len(v) != 1 {
			t.Errorf("violations %q", v)
		}
	})
}

func TestOutageEndsThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()
		ended := make(chan error)
		go func() { _, err := r.do("getUpdates", "timeout", "40"); ended <- err }()
		synctest.Wait()
		r.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage})
		if err := <-ended; !errors.Is(err, sandbox.ErrBroken) {
			t.Errorf("got %v", err)
		}
		r.People.Type(amina, "while it is down")
		if _, err := r.do("getUpdates"); !errors.Is(err, sandbox.ErrBroken) {
			t.Errorf("got %v", err)
		}
		r.Faults.Clear()
		if got, _ := r.updates(); len(got) != 1 {
			t.Errorf("after the outage: %v", got)
		}
		r.clean()
	})
}

func TestOverARealPort(t *testing.T) {
	r := newRig(t, unlimited())
	web := httptest.NewServer(r.Server)
	defer web.Close()
	b, err := bot.New(r.Token(), bot.WithServerURL(web.URL))
	if err != nil {
		t.Fatal(err)
	}
	send := func() error {
		_, err := b.SendMessage(t.Context(), &bot.SendMessageParams{ChatID: int64(amina), Text: "x"})
		return err
	}
	if err := send(); err != nil {
		t.Error(err)
	}
	r.Faults.Set(telegram.Fault{Kind: telegram.FaultLostAnswer, Times: 1})
	before := len(r.Chats.Messages(amina))
	if err := send(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want a broken connection", err)
	}
	if len(r.Chats.Messages(amina)) != before+1 {
		t.Error("the message whose answer was lost is not there")
	}
	r.clean()
}
