package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// lettersTo are the chats that the last turn shows a line to, in order.
func (k *talk) lettersTo(id string) (chats []int64, last Screen) {
	for _, e := range k.out {
		if s, ok := e.(Show); ok && s.Screen.Lines[0].ID == id {
			chats, last = append(chats, s.Chat), s.Screen
		}
	}
	return chats, last
}

// TestLettersReachAllWhoDecide, with a way to answer, from everybody who may
// write: a shop, its cashier, a suspended one, one that was refused.
func TestLettersReachAllWhoDecide(t *testing.T) {
	for name, lead := range map[string]func(*talk){
		"a keeper": writer, "a cashier": func(k *talk) { staffed(k); k.who = 21; writer(k) },
		"suspended": func(k *talk) { k.v.suspended = true; writer(k) },
		"refused":   func(k *talk) { k.v.refused = true; writer(k) },
	} {
		k := newTalk(t)
		lead(k)
		late := k.again()
		late.late("Bonjour")
		if to, _ := late.lettersTo("letter.from"); len(to) != 0 || late.s.Step != StepWrite {
			t.Errorf("%s: a late letter leaves: %v", name, to)
		}
		k.say("  Bonjour\u202e,\n\n\n\nj'ai un <b>souci</b> ")
		to, sc := k.lettersTo("letter.from")
		text := sc.Lines[len(sc.Lines)-1].Data["Text"]
		if !slices.Equal(to, []int64{501, 502}) || text != Prose("Bonjour,\n\nj'ai un <b>souci</b>") {
			t.Errorf("%s: to %v: %q", name, to, text)
		}
		saved, ok := effect[SaveShop](k)
		if !ok || saved.Shop.Letters.No != 1 || saved.Shop.Letters.Had != 1 || k.s.Step != StepIdle {
			t.Errorf("%s: %+v", name, saved.Shop.Letters)
		}
		reply := encodeTap("a", "letter", "1", "reply", number(uint64(k.who))+".1")
		if sc.Rows[0][0].Data != reply {
			t.Errorf("%s: answered by %q", name, sc.Rows[0][0].Data)
		}
		who := k.who
		owner(k)
		k.v.letters = saved.Shop.Letters
		k.press(reply)
		k.at(StepAnswer, "letter.ask.shop")
		k.photo("AgAC1")
		if to, sc := k.lettersTo("letter.owner"); !slices.Equal(to, []int64{who}) || sc.PhotoID != "AgAC1" || sc.Rows[0][0].Data != menuTap("write") {
			t.Errorf("%s: answered to %v: %+v", name, to, sc)
		}
		if to, _ := k.lettersTo("letter.told"); !slices.Equal(to, []int64{502}) {
			t.Errorf("%s: %v are told of the answer", name, to)
		}
		if saved, _ := effect[SaveShop](k); saved.Shop.Letters.Answered != 501 {
			t.Errorf("%s: %+v", name, saved.Shop.Letters)
		}
	}
}

// TestLettersAreFew: those who had theirs are told so, at the button and at the
// last moment; who waits for a decision, or never asked, writes none.
func TestLettersAreFew(t *testing.T) {
	had := topup.Letters{No: 9, Had: 6, From: noon.Add(-time.Minute)}
	k := newTalk(t)
	k.v.letters = had
	writer(k)
	if toast := k.answered("✉️"); toast.Msg.ID != "letter.enough" || k.s.Step != StepIdle {
		t.Errorf("%+v", toast)
	}
	k = newTalk(t)
	writer(k)
	k.v.letters = had // another of the shop wrote
	k.say("Bonjour")
	if to, _ := k.lettersTo("letter.from"); len(to) != 0 || !slices.Contains(k.says(), "letter.enough") {
		t.Errorf("one too many reaches %v: %v", to, k.says())
	}
	for name, lead := range map[string]func(*talk){
		"nobody": func(k *talk) { k.who = 9 },
		"waiting": func(k *talk) {
			k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "Asking", State: topup.ShopAsked}}
			k.who = 88
		},
	} {
		k := newTalk(t)
		lead(k)
		writer(k)
		if k.s.Step == StepWrite {
			t.Errorf("%s: may write", name)
		}
	}
}

// TestLetterIsNoSale: what would be a sale is asked about, and leaves as a letter
// only when that is meant.
func TestLetterIsNoSale(t *testing.T) {
	k := newTalk(t)
	writer(k)
	k.say("0778037340 500")
	k.at(StepWrite, "letter.sure")
	if to, _ := k.lettersTo("letter.from"); len(to) != 0 {
		t.Error("it left unasked")
	}
	k.tap("ok")
	if to, _ := k.lettersTo("letter.from"); len(to) != 2 {
		t.Errorf("%+v", k.out)
	}
	writer(k)
	for _, bad := range []string{"\u202e", "   ", strings.Repeat("é", letterMost+1), strings.Repeat("😀", letterMost/2+1)} {
		k.say(bad)
		if to, _ := k.lettersTo("letter.from"); len(to) != 0 || k.s.Step != StepWrite {
			t.Errorf("%d letters leave", len(bad))
		}
	}
	k.say(strings.Repeat("é", letterMost))
	if to, _ := k.lettersTo("letter.from"); len(to) != 2 {
		t.Errorf("%+v", k.says())
	}
}

// TestTwoOwnersAnswer: who is second is told who was first, and sends then.
func TestTwoOwnersAnswer(t *testing.T) {
	k := newTalk(t)
	answerer(k)
	k.v.letters.Answered = 502
	k.say("Demain")
	k.at(StepAnswer, "letter.answered")
	if to, _ := k.lettersTo("letter.owner"); len(to) != 0 {
		t.Error("the second answer leaves unasked")
	}
	k.tap("ok")
	if to, _ := k.lettersTo("letter.owner"); !slices.Equal(to, []int64{deskChat}) {
		t.Errorf("%+v", k.out)
	}
	if saved, _ := effect[SaveShop](k); saved.Shop.Letters.Answered != 502 {
		t.Error("the first is forgotten")
	}
	// A letter to who works there no more is the keeper's; what names nobody is none.
	k = newTalk(t)
	owner(k)
	k.press(encodeTap("a", "letter", "1", "reply", "4711.3"))
	k.say("Demain")
	if to, _ := k.lettersTo("letter.owner"); !slices.Equal(to, []int64{deskChat}) {
		t.Errorf("%v", to)
	}
	for _, forged := range []string{"x.1", "77", "77.", "77.-1", "99999999999999999999.1"} {
		k.press(encodeTap("a", "letter", "1", "reply", forged))
		if toast := k.answered(forged); toast.Msg.ID != "tap.unknown" {
			t.Errorf("%s: %+v", forged, toast)
		}
	}
}
