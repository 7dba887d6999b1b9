package bot

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hanout/render"
	"hanout/till"
)

// gone is a panel that is to go, with its last words.
func gone(seq uint64, card, words string) till.Outgoing {
	o := owed(seq, amina, card, 2, words)
	o.Message.Gone = true
	return o
}

// TestSenderDeletesWhatIsToGo: deleted, or edited where Telegram deletes it no
// more; what nobody has seen costs no call, and what was deleted comes anew.
func TestSenderDeletesWhatIsToGo(t *testing.T) {
	old := func(method, _ string) error {
		if method[:4] == "dele" {
			return &Fail{Kind: FailGone}
		}
		return nil
	}
	for name, c := range map[string]struct {
		refuse func(method, text string) error
		words  string
		calls  []string
		id     int // the panel's message after that
		next   string
	}{
		"deleted":          {nil, "left", []string{"send 1001 first", "delete#1 1001 "}, 0, "send 1001 next"},
		"too old":          {old, "left", []string{"send 1001 first", "delete#1 1001 ", "edit#1 1001 left"}, 1, "edit#1 1001 next"},
		"too old, no word": {old, "", []string{"send 1001 first", "delete#1 1001 "}, 1, "edit#1 1001 next"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := &puppet{refuse: c.refuse}
				r := newSenderRig(t, api).start()
				r.Offer(owed(1, amina, "card", 2, "first"))
				r.drained(time.Minute)
				r.Offer(gone(2, "card", c.words))
				r.drained(time.Minute)
				wantCalls(t, api, c.calls...)
				if got := r.sent(); len(got) != 2 || got[1] != (till.Sent{Panel: "card", Seq: 2, Chat: amina, MessageID: c.id}) {
					t.Errorf("reports: %+v", got)
				}
				r.Offer(owed(3, amina, "card", 2, "next"))
				r.drained(time.Minute)
				wantCalls(t, api, append(c.calls, c.next)...)
			})
		})
	}
}

// TestSenderDeletesInOrder: one in flight is deleted when it has landed, one that
// still waits is never sent, and after a start the store's message goes.
func TestSenderDeletesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &puppet{took: time.Second}
		r := newSenderRig(t, api).start()
		r.Offer(owed(1, amina, "flies", 2, "one"))
		time.Sleep(100 * time.Millisecond)
		r.Offer(owed(2, amina, "waits", 2, "two"))
		r.Offer(gone(3, "waits", "left"))
		r.Offer(gone(4, "flies", "left"))
		kept := gone(5, "kept", "left")
		kept.MessageID = 70
		r.Offer(kept)
		r.drained(time.Minute)
		wantCalls(t, api, "send 1001 one", "delete#1 1001 ", "delete#70 1001 ")
		if got := r.sent(); len(got) != 4 || slices.ContainsFunc(got, func(s till.Sent) bool { return s.Lost != "" }) {
			t.Errorf("reports: %+v", got)
		}
	})
}

// TestSenderTriesADeleteAgain: what fails for a moment is tried until it is out.
func TestSenderTriesADeleteAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := 2
		api := &puppet{refuse: func(method, _ string) error {
			if method[:4] == "dele" && fails > 0 {
				fails--
				return &Fail{Kind: FailTemporary}
			}
			return nil
		}}
		r := newSenderRig(t, api).start()
		r.Offer(till.Outgoing{Panel: "card", Seq: 1, Chat: amina, Class: 2, MessageID: 9, Message: render.Message{Gone: true, Text: "left"}})
		r.drained(time.Minute)
		wantCalls(t, api, "delete#9 1001 ", "delete#9 1001 ", "delete#9 1001 ")
	})
}
