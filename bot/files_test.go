package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"hanout/render"
	"hanout/till"
)

// TestFilesWaitTheirTurn: messages go first, for a while; the pace of the chat
// counts for files, too.
func TestFilesWaitTheirTurn(t *testing.T) {
	p := &sidePuppet{}
	aside(t, p, func(c *SideCalls) {
		send := func() time.Duration {
			began := time.Now()
			if id, err := c.SendFile(context.Background(), till.File{Chat: 7, Path: "a"}); err != nil || id != "id of a" {
				t.Errorf("sent as %q, %v", id, err)
			}
			return time.Since(began)
		}
		if d := send(); d > 0 {
			t.Errorf("the first waited %v", d)
		}
		var slowest time.Duration
		for range 5 {
			slowest = max(slowest, send())
		}
		if slowest < 900*time.Millisecond {
			t.Errorf("six files to a chat go as fast as every %v", slowest)
		}
		c.Offer(till.Outgoing{Panel: "p", Seq: 1, Chat: 8, Message: render.Message{Text: "x"}}) // nobody runs the sender
		if d := send(); d < turnMost || d > turnMost+time.Second {
			t.Errorf("behind a message that never leaves it waits %v", d)
		}
		time.Sleep(time.Minute)
		go func() {
			time.Sleep(3 * time.Second)
			c.mu.Lock()
			c.withdraw(c.lanes[8], c.lanes[8].slots["p"])
			c.mu.Unlock()
		}()
		if d := send(); d < 3*time.Second || d > 4*time.Second {
			t.Errorf("behind a message of three seconds it waits %v", d)
		}
	})
}

// TestFilesAreTriedAgain: what Telegram says decides whether a file is tried
// again, and what the till is told.
func TestFilesAreTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answers []error
		calls   int
		waits   time.Duration
		err     error // nil for sent; errAny for any
	}{
		"at once":      {nil, 1, 0, nil},
		"a flood":      {[]error{&Fail{Kind: FailThrottled, RetryAfter: 40 * time.Second}, &Fail{Kind: FailThrottled, RetryAfter: 50 * time.Second}}, 3, 90 * time.Second, nil},
		"an outage":    {[]error{&Fail{Kind: FailTemporary}, &Fail{Kind: FailTemporary}}, 3, 3 * time.Second, nil},
		"a long one":   {slices.Repeat([]error{&Fail{Kind: FailTemporary}}, 9), fileTries, 0, errAny},
		"blocked":      {[]error{&Fail{Kind: FailBlocked}}, 1, 0, till.ErrUnreachable},
		"no such chat": {[]error{&Fail{Kind: FailChatGone}}, 1, 0, till.ErrUnreachable},
		"refused":      {[]error{&Fail{Kind: FailMarkup}}, 1, 0, errAny},
		"out, unknown": {[]error{&Fail{Kind: FailSentBlind}}, 1, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := &sidePuppet{}
			answers := c.answers
			p.refuse = func(string) error {
				if len(answers) == 0 {
					return nil
				}
				var err error
				err, answers = answers[0], answers[1:]
				return err
			}
			aside(t, p, func(s *SideCalls) {
				began := time.Now()
				_, err := s.SendFile(context.Background(), till.File{Chat: 7, Path: "a"})
				if errors.Is(c.err, errAny) && err == nil || !errors.Is(c.err, errAny) && !errors.Is(err, c.err) {
					t.Errorf("ended with %v, want %v", err, c.err)
				}
				if errors.Is(c.err, errAny) && errors.Is(err, till.ErrUnreachable) {
					t.Errorf("what may come right is given up: %v", err)
				}
				if n := len(p.log()); n != c.calls || time.Since(began) < c.waits {
					t.Errorf("%d calls in %v, want %d in %v", n, time.Since(began), c.calls, c.waits)
				}
			})
		})
	}
}

var errAny = errors.New("any error")

// TestAStopEndsAFile: nothing is waited for then.
func TestAStopEndsAFile(t *testing.T) {
	p := &sidePuppet{refuse: func(string) error { return &Fail{Kind: FailThrottled, RetryAfter: time.Hour} }}
	aside(t, p, func(c *SideCalls) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := c.SendFile(ctx, till.File{Chat: 7, Path: "a"}); err == nil || time.Since(began) > 2*time.Second {
			t.Errorf("ended with %v after %v", err, time.Since(began))
		}
	})
}
