package telegram_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
)

func TestOffsetConfirms(t *testing.T) {
	r := newRig(t, unlimited()) // two /start wait
	first, _ := r.updates()
	again, _ := r.updates()
	if len(first) != 2 || !slices.Equal(first, again) || first[1] != first[0]+1 {
		t.Fatalf("first poll %v, second %v", first, again)
	}
	if rest, _ := r.updates("offset", itoa(first[1])); !slices.Equal(rest, first[1:]) {
		t.Errorf("after confirming %d: %v", first[0], rest)
	}
	if all, _ := r.updates(); !slices.Equal(all, first[1:]) {
		t.Errorf("the confirmed update came back: %v", all)
	}
	if none, _ := r.updates("offset", itoa(first[1]+1)); len(none) != 0 {
		t.Errorf("after confirming all: %v", none)
	}
	r.clean()
}

func TestNegativeOffsetForgets(t *testing.T) {
	r := newRig(t, unlimited())
	for range 3 {
		r.People.Type(amina, "x")
	}
	last := r.Updates.LastID()
	if got, _ := r.updates("offset", "-2"); !slices.Equal(got, []int64{last - 1, last}) {
		t.Errorf("got %v, want the last two up to %d", got, last)
	}
	if r.Updates.Pending() != 2 {
		t.Errorf("%d wait", r.Updates.Pending())
	}
}

func TestLimit(t *testing.T) {
	r := newRig(t, unlimited())
	for range 150 {
		r.People.Type(amina, "x")
	}
	for limit, want := range map[string]int{"1": 1, "100": 100, "1000": 100, "0": 1, "": 100} {
		if got, _ := r.updates("limit", limit); len(got) != want {
			t.Errorf("limit %q gave %d, want %d", limit, len(got), want)
		}
	}
}

func TestFarOffsetReadsFromTheHead(t *testing.T) {
	r := newRig(t, unlimited())
	if got, _ := r.updates("offset", itoa(r.Updates.LastID()+1000)); len(got) != 2 {
		t.Errorf("got %v, want both updates", got)
	}
}

func TestLongPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()
		begun := time.Now()
		if got, _ := r.updates("timeout", "10"); len(got) != 0 || time.Since(begun) != 10*time.Second {
			t.Errorf("an idle poll gave %v after %v", got, time.Since(begun))
		}
		begun = time.Now()
		if r.updates("timeout", "3600"); time.Since(begun) != 50*time.Second {
			t.Errorf("a poll of an hour took %v", time.Since(begun))
		}
		begun = time.Now()
		time.AfterFunc(3*time.Second, func() { r.People.Type(amina, "now") })
		if got, _ := r.updates("timeout", "30"); len(got) != 1 || time.Since(begun) != 3*time.Second {
			t.Errorf("got %v after %v", got, time.Since(begun))
		}
		r.clean()
	})
}

func TestSecondPollEndsTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()
		older := make(chan reply)
		go func() { older <- r.call("getUpdates", "timeout", "30") }()
		synctest.Wait()
		newer := make(chan reply)
		go func() { newer <- r.call("getUpdates", "timeout", "30") }()
		r.wantError(<-older, 409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		r.People.Type(amina, "hi")
		if a := <-newer; !a.OK || !strings.Contains(string(a.Result), `"hi"`) {
			t.Errorf("the newer poll got %+v", a)
		}
		r.clean()
		if h := r.Journal.Harmless(); len(h) != 1 {
			t.Errorf("harmless: %q", h)
		}
	})
}

func TestPollOfADeadProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()
		ctx, kill := context.WithCancel(t.Context())
		q, _ := http.NewRequestWithContext(ctx, "GET", "http://telegram.test/bot"+r.Token()+"/getUpdates?timeout=40", nil)
		ended := make(chan error)
		go func() { _, err := r.Transport().RoundTrip(q); ended <- err }()
		synctest.Wait()
		kill()
		if err := <-ended; err == nil {
			t.Error("the killed poll was answered")
		}
		synctest.Wait()
		r.People.Type(amina, "hi")
		if got, _ := r.updates("timeout", "30"); len(got) != 1 {
			t.Errorf("the next process got %v", got)
		}
		if calls := r.Journal.Calls("getUpdates"); !calls[0].Abandoned || calls[1].Abandoned {
			t.Errorf("journal: %+v", calls)
		}
		if len(r.Journal.Harmless()) != 0 {
			t.Errorf("harmless: %q", r.Journal.Harmless())
		}
		r.clean()
	})
}

func TestAllowedUpdates(t *testing.T) {
	r := newRig(t, unlimited())
	r.forget()
	r.updates("allowed_updates", `["callback_query"]`)
	r.People.Type(amina, "not wanted")
	r.People.Block(karim, true)
	r.updates() // without the parameter the setting stays
	r.People.Type(amina, "not wanted either")
	if r.Updates.Pending() != 0 {
		t.Errorf("%d wait", r.Updates.Pending())
	}
	r.updates("allowed_updates", `[]`)
	r.People.Type(amina, "wanted")
	r.People.Block(karim, false)
	if _, raw := r.updates(); len(raw) != 2 || !strings.Contains(string(raw[1]), "my_chat_member") {
		t.Errorf("got %s", raw)
	}
	r.wantError(r.call("getUpdates", "allowed_updates", "message"), 400, "Bad Request: can't parse allowed_updates JSON object")
}

func TestRepeatedAndForeignUpdates(t *testing.T) {
	r := newRig(t, unlimited())
	ids, _ := r.updates()
	last := ids[1]
	r.updates("offset", itoa(last+1))
	if !r.Updates.Repeat(ids[0]) || r.Updates.Repeat(1) {
		t.Error("RepeatUpdate does not know what there was")
	}
	if got, _ := r.updates("offset", itoa(last+1)); !slices.Equal(got, ids[:1]) {
		t.Errorf("repeated: %v", got)
	}
	if got, _ := r.updates("offset", itoa(last+1)); len(got) != 0 {
		t.Errorf("a repeat stayed: %v", got)
	}

	r.Updates.Push(json.RawMessage(`{"message":{"message_id":"not a number"}}`))
	r.Updates.Push(json.RawMessage(`{"update_id":5,"brand_new":{}}`))
	r.People.Type(amina, "after")
	got, raw := r.updates()
	if !slices.Equal(got, []int64{last + 1, 5, 6}) || !strings.Contains(string(raw[1]), "brand_new") {
		t.Errorf("got %v %s", got, raw)
	}
}

func TestRandomNextID(t *testing.T) {
	r := newRig(t, unlimited())
	r.forget()
	r.Updates.SetNextID(77)
	r.People.Type(amina, "after a quiet week")
	if got, _ := r.updates(); !slices.Equal(got, []int64{77}) {
		t.Errorf("got %v", got)
	}
}

func TestFaultsOfUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()

		r.Faults.Set(telegram.Fault{Kind: telegram.FaultRepeatUpdates})
		r.People.Type(amina, "twice")
		first, _ := r.updates()
		if len(first) != 2 || first[0] != first[1] {
			t.Errorf("twice: %v", first)
		}
		r.Faults.Clear()
		r.forget()

		r.Faults.Set(telegram.Fault{Kind: telegram.FaultReorderUpdates})
		r.People.Type(amina, "one")
		r.People.Type(amina, "two")
		if got, _ := r.updates(); len(got) != 2 || got[0] < got[1] {
			t.Errorf("reordered: %v", got)
		}
		r.Faults.Clear()
		r.forget()

		r.Faults.Set(telegram.Fault{Kind: telegram.FaultOldUpdates, Delay: 25 * time.Hour, Times: 1})
		r.People.Type(amina, "old")
		r.People.Type(amina, "new")
		_, raw := r.updates()
		for i, age := range []time.Duration{25 * time.Hour, 0} {
			want := `"date":` + itoa(time.Now().Add(-age).Unix())
			if !strings.Contains(string(raw[i]), want) {
				t.Errorf("update %d is not of %v ago: %s", i, age, raw[i])
			}
		}
		r.forget()

		r.Faults.Set(telegram.Fault{Kind: telegram.FaultPoisonUpdate, Times: 1})
		r.People.Type(amina, "behind the poison")
		if _, raw := r.updates(); len(raw) != 2 || !strings.Contains(string(raw[0]), "of_a_later_version") {
			t.Errorf("poison: %s", raw)
		}
		r.clean()
	})
}

func TestDeleteWebhookAndInfo(t *testing.T) {
	r := newRig(t, unlimited())
	r.updates("allowed_updates", `["message"]`)
	var info struct {
		Pending int      `json:"pending_update_count"`
		Allowed []string `json:"allowed_updates"`
	}
	r.call("deleteWebhook")
	r.call("getWebhookInfo").into(t, &info)
	if info.Pending != 2 || !slices.Equal(info.Allowed, []string{"message"}) {
		t.Errorf("got %+v", info)
	}
	r.call("deleteWebhook", "drop_pending_updates", "true")
	if r.Updates.Pending() != 0 {
		t.Errorf("%d wait", r.Updates.Pending())
	}
}
