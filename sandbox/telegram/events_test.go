package telegram_test

import (
	"testing"

	"hanout/sandbox/telegram"
)

func TestSubscribe(t *testing.T) {
	r := newRig(t, unlimited())
	events, cancel := r.Subscribe()
	id := r.send("reply_markup", inline(`{"text":"a","callback_data":"b"}`))
	query, _ := r.People.Press(amina, id, "b")
	r.call("answerCallbackQuery", "callback_query_id", query, "text", "ok")
	r.call("editMessageText", "chat_id", "1001", "message_id", itoa(id), "text", "edited")
	r.call("setMyCommands", "commands", "[]")
	r.call("deleteMessage", "chat_id", "1001", "message_id", itoa(id))
	for _, want := range []string{"message", "answer", "edit", "commands", "delete"} {
		e := <-events
		if e.Kind != want {
			t.Errorf("got %+v, want %s", e, want)
		}
		if want == "answer" && (e.Answer.Text != "ok" || e.Chat != amina) {
			t.Errorf("got %+v", e.Answer)
		}
		if want == "edit" && (e.Message.Text != "edited" || e.MessageID != id) {
			t.Errorf("got %+v", e.Message)
		}
	}
	cancel()
	cancel()
	if _, open := <-events; open {
		t.Error("the channel is open after cancel")
	}
}

func TestSlowSubscriberIsLeftBehind(t *testing.T) {
	r := newRig(t, unlimited())
	events, cancel := r.Subscribe()
	defer cancel()
	for range 300 {
		r.People.Type(amina, "x")
	}
	n := 0
	for range events {
		n++
	}
	if n != 256 {
		t.Errorf("%d events before the channel was closed", n)
	}
}

func TestChanged(t *testing.T) {
	r := newRig(t, unlimited())
	changed := r.Changed()
	select {
	case <-changed:
		t.Fatal("changed before anything happened")
	default:
	}
	r.People.Type(amina, "x")
	<-changed
}

func TestMessagesAreCopies(t *testing.T) {
	r := newRig(t, unlimited())
	id := r.send()
	before, _ := r.Chats.Message(amina, id)
	r.call("editMessageText", "chat_id", "1001", "message_id", itoa(id), "text", "edited")
	if before.Text != "hello" {
		t.Error("a message handed out changed")
	}
	if p, ok := r.People.Get(karim); !ok || p.Username != "karim_dz" || len(r.People.All()) != 3 {
		t.Errorf("people: %+v", r.People.All())
	}
	r.People.Add(telegram.Person{ID: karim, FirstName: "Karim", LanguageCode: "ar"})
	if p, _ := r.People.Get(karim); p.LanguageCode != "ar" || len(r.People.All()) != 3 {
		t.Errorf("people: %+v", r.People.All())
	}
}
