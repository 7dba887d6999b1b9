package till

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

const stranger = int64(9001)

func many(u Update, times int) (list []Update) {
	for range times {
		list = append(list, u)
	}
	return list
}

// TestStrangerIsSilencedKindly: a stranger gets some answers, one kind word,
// then silence; taps are answered all the same, and after a while the budget
// is new. A shop and an owner have none.
func TestStrangerIsSilencedKindly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		answers := func(chat int64, times int) (n, words int) {
			c.sent.out = nil
			c.take(many(typed(chat, "/help"), times)...)
			for _, o := range c.sent.to(chat) {
				n++
				if strings.HasPrefix(o.Panel, "enough/") {
					words++
					if err := c.engine.commit([]event{delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: chat, MessageID: 7}}}); err != nil {
						t.Fatal(err)
					}
				}
			}
			return n, words
		}
		c.take(typed(stranger, "/start"), tapped(stranger, "m:lang:fr"))
		for round := range 2 {
			had := 2 * (1 - round)
			if n, words := answers(stranger, 400); n != strangersMost-had+1 || words != 1 {
				t.Errorf("round %d: a stranger's 400 lines got %d messages, %d of them kind words", round, n, words)
			}
			c.sent.answers = nil
			c.take(tapped(stranger, "m:help"), tapped(stranger, "m:lang:ar"))
			if len(c.sent.answers) != 2 || strings.Join(c.sent.answers, "") != "" {
				t.Errorf("taps over the budget are answered by %q", c.sent.answers)
			}
			if n, _ := answers(stranger, 1); n != 0 {
				t.Errorf("after the taps: %d messages", n)
			}
			time.Sleep(budgetFor)
		}
		for _, chat := range []int64{shopChat, owner} {
			if n, words := answers(chat, 400); n != 400 || words != 0 {
				t.Errorf("the 400 lines of %d got %d messages, %d of them kind words", chat, n, words)
			}
		}
		c.close()
	})
}

// TestLinkIsLookedAt: a customer's link opens for a stranger whose budget is
// used up, not for one who guesses.
func TestLinkIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.deliver("a", topup.Voucher{Code: canary})
		c.take(tapped(shopChat, "o:a:claim"))
		token := c.link()
		c.take(many(typed(buyer, "/help"), 2*strangersMost)...)
		for _, guess := range []string{"AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB"} {
			c.take(typed(buyer, "/start "+guess))
		}
		c.sent.out = nil
		c.take(typed(buyer, "/start "+token))
		if list := c.sent.to(buyer); len(list) == 0 || !strings.Contains(list[len(list)-1].Message.Text, canary) {
			t.Errorf("the link was not opened: %d messages", len(list))
		}
		c.take(many(typed(other, "/help"), 2*strangersMost)...)
		c.sent.out = nil
		for i := range 40 {
			c.take(typed(other, fmt.Sprintf("/start %022d", i)))
		}
		if n := len(c.sent.to(other)); n != flows.GuessesMost {
			t.Errorf("%d answers to 40 guesses", n)
		}
		c.close(canary)
	})
}

// TestGroupIsAnsweredOnce: a group gets one answer in a while.
func TestGroupIsAnsweredOnce(t *testing.T) {
	c := newCounter(t)
	const group = -100500
	var list []Update
	for i := range 50 {
		u := typed(int64(9000+i), "/start")
		u.Message.Chat = Chat{ID: group, Type: "supergroup"}
		list = append(list, u)
	}
	c.take(list...)
	if n := len(c.sent.to(group)); n != 1 {
		t.Errorf("%d answers to a group", n)
	}
	c.close()
}

// TestCrowd: all strangers together have a budget, too, and what they are told
// goes behind everything else; what is remembered of them is bounded.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		var crowd []Update
		for i := range 2 * crowdMost {
			crowd = append(crowd, typed(int64(10_000+i), "/start"))
		}
		c.take(crowd...)
		if n := len(c.sent.out); n != crowdMost+wordsMost {
			t.Errorf("%d answers to %d strangers at once", n, 2*crowdMost)
		}
		for _, o := range c.sent.out {
			if o.Class != int(flows.ClassStrangers) {
				t.Fatalf("a stranger's message is of class %d", o.Class)
			}
		}
		c.sent.out = nil
		c.take(typed(shopChat, "/balance"), typed(owner, "/help"))
		for _, o := range c.sent.out {
			if o.Class != int(flows.ClassAnswer) {
				t.Errorf("a shop's or owner's answer is of class %d", o.Class)
			}
		}
		c.close()

		b := budget{chats: map[int64]*window{}}
		now := time.Now()
		for i := range 3 * budgetChats {
			b.verdict(now.Add(time.Duration(i)*time.Millisecond), flows.Input{Chat: int64(i + 1), Private: true}, false)
			if len(b.chats) > budgetChats {
				t.Fatalf("%d chats are remembered", len(b.chats))
			}
		}
		if v := b.verdict(now.Add(time.Hour), flows.Input{Chat: -1, Private: true}, false); v != within || len(b.chats) > 2 {
			t.Errorf("an hour later the verdict is %d, and %d chats are remembered", v, len(b.chats))
		}
	})
}
