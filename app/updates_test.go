package app

import (
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/till"
)

// Every update comes twice, in one batch and again after a restart.
func TestRepeatedUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultRepeatUpdates})
		r.openShop("fr", 5000)
		r.press(shopID, r.confirmPanel())
		r.settle(30 * time.Second)
		r.expect(4500, 0, 1)
		if n := strings.Count(r.texts(shopID), "crédité votre portefeuille"); n != 1 {
			r.t.Errorf("the shop was told %d times of one credit", n)
		}
		last := r.telegram.Updates.LastID()
		r.telegram.Faults.Clear()
		if err := r.halt(); err != nil {
			r.t.Fatal(err)
		}
		r.start()
		r.settle(2 * time.Second)
		before := len(r.telegram.Chats.Messages(shopID))
		for id := last - 30; id <= last; id++ {
			r.telegram.Updates.Repeat(id)
		}
		r.settle(30 * time.Second)
		r.expect(4500, 0, 1)
		if after := len(r.telegram.Chats.Messages(shopID)); after != before {
			r.t.Errorf("repeated updates brought %d messages", after-before)
		}
		r.allAnswered()
	})
}

func TestReorderedUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultReorderUpdates})
		r.telegram.People.Type(shopID, "0778037340")
		r.telegram.People.Type(shopID, "/mobile")
		r.telegram.People.Type(shopID, "0661234567 500")
		r.settle(2 * time.Second)
		r.sees(shopID, "0661 23 45 67\nOffre : Mobilis")
	})
}

// An update that can't be read is set aside, and harms no other.
func TestPoisonUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.telegram.People.Add(telegram.Person{ID: 1, FirstName: "Far"}) // who sends the poison
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultPoisonUpdate})
		r.openShop("fr", 5000)
		r.telegram.Faults.Clear()
		c := r.confirmPanel()
		for _, raw := range []string{
			`{}`, `{"message":null}`, `{"message":"text"}`, `{"message":[]}`, `{"message":{"message_id":"x"}}`,
			`{"message":{"chat":{"id":501,"type":"private"},"date":"soon","text":7}}`,
			`{"callback_query":{"id":5,"from":{"id":"x"}}}`, `{"callback_query":{}}`, `{"callback_query":null}`,
			`{"my_chat_member":{"chat":7}}`, `{"my_chat_member":{"new_chat_member":{"status":"kicked"}}}`,
			`{"something_new":{"a":1}}`, `{"message":{"chat":{"id":501},"from":{"id":501},"text":{}}}`,
			`{"message":{"message_id":1,"date":1,"chat":{"id":-1001,"type":"channel"},"text":"0778037340 500"}}`,
		} {
			r.telegram.Updates.Push(json.RawMessage(raw))
		}
		r.press(shopID, c)
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(4500, 0, 1)
		parked := 0
		r.inside(func(tx till.Tx) error {
			for _, err := range tx.(interface {
				DeadLetters() iter.Seq2[store.DeadLetter, error]
			}).DeadLetters() {
				if err != nil {
					return err
				}
				parked++
			}
			return nil
		})
		if parked == 0 {
			r.t.Error("nothing was set aside: were the updates read at all?")
		}
		if n := r.telegram.Updates.Pending(); n > 0 {
			r.t.Errorf("%d updates are still not taken", n)
		}
	})
}
