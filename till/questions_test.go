package till

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// working is a caller that keeps what it is asked for; a test runs the tasks.
type working struct {
	idle
	works []topup.Work
	tasks []func(context.Context, topup.Provider)
}

func (w *working) Do(work topup.Work, fn func(context.Context, topup.Provider)) {
	w.works, w.tasks = append(w.works, work), append(w.tasks, fn)
}

// TestWorkSaysWhoWaits: what the caller is asked for says whose it is, and for
// how long somebody waits.
func TestWorkSaysWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		w := &working{}
		c.engine.Connect(c.sent, w)
		jobs := []flows.Effect{
			flows.Run{Job: flows.JobLine, Chat: shopChat, Panel: "p"},
			flows.Run{Job: flows.JobStock, Chat: shopChat, Panel: "p"},
			flows.Run{Job: flows.JobFloat, Chat: 1, Panel: "p"},
			flows.Run{Job: flows.JobSync, Chat: 1, Panel: "p"},
		}
		var a after
		for _, ef := range jobs {
			chat := ef.(flows.Run).Chat
			if err := c.db.Update(func(tx Tx) error {
				return c.engine.effects(tx, &a, inputOf(chat, chat), "", []flows.Effect{ef})
			}); err != nil {
				t.Fatal(err)
			}
		}
		c.engine.release(&a)
		c.engine.Sync(0, "")
		c.engine.ping()
		soon := time.Now().Add(answerWait)
		want := []topup.Work{
			{Kind: topup.WorkQuestion, Shop: 1, Chat: shopChat, Until: soon},
			{Kind: topup.WorkQuestion, Shop: 1, Chat: shopChat, Until: soon},
			{Kind: topup.WorkQuestion, Chat: 1},
			{Kind: topup.WorkQuestion, Chat: 1},
			{Kind: topup.WorkList},
			{Kind: topup.WorkList, Until: time.Now().Add(pingWait)},
		}
		for i := range want {
			if i >= len(w.works) || w.works[i] != want[i] {
				t.Errorf("work %d of %+v, want %+v", i, w.works, want[i])
			}
		}
		c.close()
	})
}

// TestReplacedQuestionIsSilent: a question whose place a newer one of its chat
// took has no answer of its own, neither at once nor when its time is over:
// the talk would take it for the newer one's.
func TestReplacedQuestionIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		w := &working{}
		c.engine.Connect(c.sent, w)
		for range 2 {
			c.engine.readStock(job{Run: flows.Run{Chat: shopChat, Panel: "card", Ask: flows.Question{Product: "psn"}}, shop: 1})
		}
		replaced, cancel := context.WithCancelCause(context.Background())
		cancel(topup.ErrReplaced)
		w.tasks[0](replaced, stall{})
		w.tasks[1](context.Background(), stall{})
		if ev := (<-c.engine.events).(stockChecked); ev.answer.Fault != "" {
			t.Errorf("the newer one's answer: %+v", ev.answer)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(c.engine.events); n != 0 {
			t.Errorf("%d more answers", n)
		}
		c.close()
	})
}
