package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/till"
)

// sidePuppet is a Telegram for side calls that does what a test says.
type sidePuppet struct {
	mu     sync.Mutex
	calls  []string
	refuse func(call string) error
}

func (p *sidePuppet) made(call string) error {
	p.mu.Lock()
	p.calls = append(p.calls, call)
	refuse := p.refuse
	p.mu.Unlock()
	if refuse == nil {
		return nil
	}
	return refuse(call)
}

func (p *sidePuppet) Delete(_ context.Context, chat int64, ids ...int) error {
	return p.made(fmt.Sprintf("delete %d %v", chat, ids))
}

func (p *sidePuppet) DropButtons(_ context.Context, chat int64, messageID int) error {
	return p.made(fmt.Sprintf("buttons %d %d", chat, messageID))
}

func (p *sidePuppet) SetCommands(_ context.Context, chat int64, language string, cmds []till.Command) error {
	return p.made(fmt.Sprintf("menu %d %s %d", chat, language, len(cmds)))
}

func (p *sidePuppet) GroupChat(context.Context, int64, int64) (string, bool, error) {
	return "", false, nil
}

func (p *sidePuppet) SendFile(_ context.Context, f till.File, _ func(context.Context)) (string, error) {
	return "id of " + f.Path, p.made(fmt.Sprintf("file %d %s", f.Chat, f.Path))
}

func (p *sidePuppet) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// aside runs side calls in a bubble.
func aside(t *testing.T, p *sidePuppet, fn func(*SideCalls)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newSideCalls(NewSender(&puppet{}, func(till.Sent) {}, slog.New(slog.DiscardHandler)), p, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { c.RunSideCalls(ctx); close(ended) }()
		fn(c)
		stop()
		<-ended
	})
}

// TestSideCallsDoNotWaitForOneAnother lets a menu fail for long while messages
// are deleted.
func TestSideCallsDoNotWaitForOneAnother(t *testing.T) {
	p := &sidePuppet{refuse: func(call string) error {
		if call == "menu 1001 fr 1" {
			return &Fail{Kind: FailTemporary}
		}
		return nil
	}}
	aside(t, p, func(c *SideCalls) {
		c.Menu(1001, "fr", []till.Command{{Name: "help"}}, func() { t.Error("a menu that was never set is called done") })
		c.Forget(1001, 7)
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		if !slices.Contains(p.log(), "delete 1001 [7]") {
			t.Errorf("the delete waits for the menu: %v", p.log())
		}
		time.Sleep(time.Minute)
		if n := len(p.log()); n != 1+menuTries {
			t.Errorf("%d calls", n)
		}
	})
}

// TestSideCallsGiveUpWhatIsRefusedForGood tries a menu for a chat that blocked
// us once.
func TestSideCallsGiveUpWhatIsRefusedForGood(t *testing.T) {
	p := &sidePuppet{refuse: func(string) error { return &Fail{Kind: FailBlocked, Code: 403} }}
	aside(t, p, func(c *SideCalls) {
		c.Menu(1001, "fr", nil, func() { t.Error("done") })
		c.Forget(1002, 3)
		time.Sleep(time.Hour)
		if n := len(p.log()); n != 2 {
			t.Errorf("%d calls: %v", n, p.log())
		}
	})
}

// TestWhatCannotBeDeletedLosesItsButtons replaces a message of more than two days.
func TestWhatCannotBeDeletedLosesItsButtons(t *testing.T) {
	p := &sidePuppet{refuse: func(call string) error {
		if call == "delete 1001 [7]" {
			return &Fail{Kind: FailGone, Code: 400}
		}
		return nil
	}}
	aside(t, p, func(c *SideCalls) {
		c.Forget(1001, 7)
		c.Forget(1001, 8)
		synctest.Wait()
		if want := []string{"delete 1001 [7]", "buttons 1001 7", "delete 1001 [8]"}; !slices.Equal(p.log(), want) {
			t.Errorf("%v", p.log())
		}
	})
}

// TestOnlyTheNewestMenuIsSet taps a language sixty times while Telegram asks
// to wait.
func TestOnlyTheNewestMenuIsSet(t *testing.T) {
	p := &sidePuppet{}
	done := 0
	aside(t, p, func(c *SideCalls) {
		c.pauseFor(5 * time.Second)
		for n := range 60 {
			c.Menu(1001, []string{"ar", "fr"}[n%2], make([]till.Command, n%3+1), func() { done++ })
		}
		c.Menu(1002, "ar", nil, func() { done++ })
		time.Sleep(time.Second)
		if n := len(p.log()); n != 0 {
			t.Errorf("%d calls in a pause", n)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if want := []string{"menu 1001 fr 3", "menu 1002 ar 0"}; !slices.Equal(p.log(), want) || done != 2 {
			t.Errorf("calls %v, %d done", p.log(), done)
		}
	})
}

// TestSideCallsShareAPause lets a menu run into a limit: the messages wait,
// too, and the menu is set in the end.
func TestSideCallsShareAPause(t *testing.T) {
	tried := 0
	p := &sidePuppet{}
	p.refuse = func(string) error {
		if tried++; tried == 1 {
			return &Fail{Kind: FailThrottled, RetryAfter: 30 * time.Second}
		}
		return nil
	}
	set := time.Time{}
	aside(t, p, func(c *SideCalls) {
		began := time.Now()
		c.Menu(1001, "fr", nil, func() { set = time.Now() })
		time.Sleep(time.Second)
		if left := c.pausedFor(); left < 28*time.Second {
			t.Errorf("the messages wait only %v", left)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if set.Sub(began) < 30*time.Second || set.Sub(began) > 31*time.Second {
			t.Errorf("set after %v", set.Sub(began))
		}
	})
}
