package caller

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// waiting is an item of the property test, and how many calls left before it
// at most.
type waiting struct {
	ahead int // items of its line that it may have to let go first
	calls int // that left since
}

// worst is how many calls a kind can let go before its next one: its
// patience, and then the three other kinds that may be over theirs too, each
// with a send before it.
func worst(k topup.WorkKind) int {
	if k == topup.WorkSend {
		return 2
	}
	return int(patience[k]) + 2*3 + 2
}

// TestNobodyStarves: whatever else waits and comes, an item but an inquiry
// leaves after no more calls than its line's share allows, a send lets one other call go at
// most, and as long as anything waits some call leaves.
func TestNobodyStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queue{slot: time.Second, asking: map[topup.ShopID]asking{}}
		now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		waits := map[*item]*waiting{}
		others := 0 // calls in a row that were no sends, while a send waited
		// Some kinds flood, so that the queue never runs dry.
		flood := rapid.SliceOfNDistinct(rapid.IntRange(0, kinds-1), 1, 3, rapid.ID[int]).Draw(t, "flood")
		for step := range rapid.IntRange(50, 300).Draw(t, "steps") {
			for _, k := range append(rapid.SliceOfN(rapid.IntRange(0, kinds-1), 0, 2).Draw(t, "come"), flood...) {
				it := &item{work: topup.Work{Kind: topup.WorkKind(k), Shop: topup.ShopID(rapid.IntRange(1, 4).Draw(t, "shop"))}}
				it.ready = make(chan *topup.Fault, 1)
				l := &q.lines[k]
				if len(l.items[it.work.Shop]) > 3 {
					continue
				}
				// Each of the four shops may go once for each of its own.
				waits[it] = &waiting{ahead: 4 * (len(l.items[it.work.Shop]) + 1)}
				if q.add(it) != nil {
					t.Fatal("an item that is no question took a place")
				}
			}
			if rapid.IntRange(0, 20).Draw(t, "pause") == 0 {
				now = now.Add(30 * time.Second)
			}
			send := len(q.lines[topup.WorkSend].shops) > 0
			turn, held := q.pick(now, room{reads: true})
			if turn.it == nil || held {
				t.Fatalf("step %d: nothing leaves", step)
			}
			list := q.take(turn, now)
			now = now.Add(q.slot)
			if send && turn.it.work.Kind != topup.WorkSend {
				others++
			} else {
				others = 0
			}
			if others > 1 {
				t.Fatalf("step %d: a send lets %d calls go first", step, others)
			}
			for _, it := range list {
				delete(waits, it)
			}
			for it, w := range waits {
				w.calls++
				if most := w.ahead * worst(it.work.Kind); w.calls > most && it.work.Kind != topup.WorkInquiry {
					t.Fatalf("step %d: an item of kind %d waits for %d calls, more than %d", step, it.work.Kind, w.calls, most)
				}
			}
		}
	})
}

// TestOneQuestionOfAChatWaits: however many are asked, by whatever shops and
// chats, a chat has one that waits, its newest, and who is replaced is told.
// A shop that just asked lets the others go first, but is not forgotten.
func TestOneQuestionOfAChatWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queue{slot: time.Second, asking: map[topup.ShopID]asking{}}
		now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		newest := map[string]*item{}
		asked := map[topup.ShopID]time.Time{}
		for range rapid.IntRange(20, 200).Draw(t, "steps") {
			shop, chat := topup.ShopID(rapid.IntRange(1, 3).Draw(t, "shop")), int64(rapid.IntRange(1, 2).Draw(t, "chat"))
			it := &item{work: topup.Work{Kind: topup.WorkQuestion, Shop: shop, Chat: chat}}
			it.fn = func(context.Context, topup.Provider) {}
			key := fmt.Sprint(shop, "/", chat)
			if former := q.add(it); former != newest[key] {
				t.Fatalf("%s: the wrong one was replaced", key)
			}
			newest[key] = it
			if rapid.Bool().Draw(t, "call") {
				idle := rapid.Bool().Draw(t, "idle")
				turn, held := q.pick(now, room{reads: true, idle: idle})
				if turn.it == nil {
					if idle || !held {
						t.Fatalf("nothing leaves: idle %t, held %t", idle, held)
					}
				} else {
					w := turn.it.work
					if ago := now.Sub(asked[w.Shop]); !idle && ago < againAfter*q.slot {
						t.Fatalf("shop %d asks again after %v", w.Shop, ago)
					}
					q.take(turn, now)
					q.answered(w.Shop)
					asked[w.Shop] = now
					delete(newest, fmt.Sprint(w.Shop, "/", w.Chat))
				}
			}
			n := 0
			for range q.all {
				n++
			}
			if n != len(newest) {
				t.Fatalf("%d wait, want %d", n, len(newest))
			}
			if len(q.asking) > 3 {
				t.Fatalf("%d shops are remembered", len(q.asking))
			}
			now = now.Add(q.slot)
		}
		for len(newest) > 0 { // with time all get through, idle or not
			now = now.Add(q.slot * againAfter)
			turn, _ := q.pick(now, room{reads: true})
			if turn.it == nil {
				t.Fatal("a question is forgotten")
			}
			q.take(turn, now)
			q.answered(turn.it.work.Shop)
			delete(newest, fmt.Sprint(turn.it.work.Shop, "/", turn.it.work.Chat))
		}
	})
}
