package flows

import (
	"slices"
	"testing"

	"hanout/topup"
)

// groupChat is a talk of somebody in the group chat where shop 1 sells.
func inGroupChat(t *testing.T) *talk {
	k := newTalk(t)
	staffed(k)
	k.v.groupChat = deskGroup
	return k
}

// there gives an input in the group chat.
func (k *talk) there(in Input) {
	in.Chat, in.Private = deskGroup, false
	in.Person = Person{ID: k.who, Name: "Karim"}
	k.handle(in)
}

// lonely fails unless a tap is answered by an alert, and nothing else happens.
func (k *talk) lonely(what, id string) {
	k.t.Helper()
	if toast := k.answered(what); toast.Msg.ID != id || len(k.out) != 1 {
		k.t.Errorf("%s: %+v, want %s alone", what, k.out, id)
	}
}

func TestGroupTakesSales(t *testing.T) {
	for text, step := range map[string]Step{
		"/mobile 0778037340 500":           StepConfirm,
		"/mobile@hanout_bot":               StepNumber,
		"/cards":                           StepShelf,
		"@Hanout_Bot 0778037340 500":       StepConfirm,
		"0778037340 500":                   StepConfirm,
		"0778037340":                       StepIdle, // a number alone may be meant for people
		"hello, 500":                       StepIdle,
		"psn":                              StepIdle,
		"/mobile@other_bot 0778037340 500": StepIdle,
		"0778037340 500\n0661234567 200":   StepIdle,
		"/balance":                         StepIdle,
		"/credit 1 500 cash":               StepIdle,
		"@hanout_bot 0778037340 500\n0661234567 200": StepMany,
	} {
		k := inGroupChat(t)
		k.there(Input{Text: text})
		if k.s.Step != step {
			t.Errorf("%q leads to %q: %v", text, k.s.Step, k.says())
		}
		for _, e := range k.out {
			if show, ok := e.(Show); !ok || show.Chat != deskGroup {
				t.Errorf("%q: %+v", text, e)
			}
		}
	}
}

// TestGroupGivesNoRights: only who works for the shop can do anything there.
func TestGroupGivesNoRights(t *testing.T) {
	for name, who := range everybody {
		for _, in := range []Input{{Text: "/mobile 0778037340 500"}, {Text: "0778037340 500"}, {Text: "/shops"}, {Data: menuTap("mobile")}, {Data: "a:shops:0:page"}} {
			k := inGroupChat(t)
			who.Person = 600
			k.who, k.v.people = 600, map[int64]topup.Actor{600: who}
			k.there(in)
			sells := who.Shop == 1 && who.May(topup.ActSell)
			if opened := k.s.Step != StepIdle; opened && !sells {
				t.Errorf("%s: %+v leads to %q", name, in, k.s.Step)
			}
			for _, e := range k.out {
				show, ok := e.(Show)
				_, toast := e.(Toast)
				if (!ok && !toast) || (ok && show.Chat != deskGroup) {
					t.Errorf("%s: %+v has %+v", name, in, e)
				}
				if ok && !sells && !slices.Contains([]string{"groupchat.private", "suspend.tap"}, k.says()[0]) {
					t.Errorf("%s: %+v is told %v", name, in, k.says())
				}
			}
		}
	}
}

// TestGroupHasNoOtherButtons presses there what belongs into a person's own
// chat.
func TestGroupHasNoOtherButtons(t *testing.T) {
	k := inGroupChat(t)
	k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, Chat: deskGroup, By: deskChat, Panel: "x", Good: topup.InternetCard, State: topup.Delivered, Quantity: 1, DeliveredQty: 1}}
	var all []string
	for _, c := range commands {
		if _, sells := goodVerb(c.verb); c.verb != "" && !sells {
			all = append(all, menuTap(c.verb))
		}
	}
	for verb := range orderTaps {
		if !slices.Contains(groupChatOrderTaps, verb) {
			all = append(all, encodeTap("o", "x", verb, "p"))
		}
	}
	all = append(all, "h:0:p", "v:4:0:p", "a:money:1:credit", "a:shop:1:yes:s", "r:open")
	for _, data := range all {
		k.there(Input{Data: data})
		k.lonely(data, "groupchat.tap")
	}
	k.there(Input{Data: "o:x:show"})
	if len(k.says()) == 0 {
		t.Error("a sale of theirs is not shown")
	}
}

func TestOthersCardsInAGroup(t *testing.T) {
	k := inGroupChat(t)
	k.there(Input{Text: "/mobile 0778037340 500"})
	if k.says()[0] != "groupchat.card" {
		t.Errorf("whose panel it is is not said: %v", k.says())
	}
	data := k.s.tap("ok")
	k.v.cards = map[string]int64{k.s.Panel: deskChat}
	k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, Chat: deskGroup, By: deskChat, Panel: "sold", Good: topup.MobileTopUp, To: "0778037340", Face: topup.Dinars(500), State: topup.Delivered, Quantity: 1, DeliveredQty: 1}}
	other := newTalk(t)
	other.v, other.who = k.v, 21
	for _, forged := range []string{data, "o:x:again", "o:x:cancel", "s:sold:1:ok"} {
		other.now = other.now.Add(topup.ClaimLife)
		other.there(Input{Data: forged})
		other.lonely(forged, "groupchat.theirs")
	}
	k.now = k.now.Add(readTime)
	k.there(Input{Data: data})
	place, ok := effect[Place](k)
	if !ok || place.Order.Chat != deskGroup || place.Order.By != deskChat || place.Order.Seller != "Karim" {
		t.Errorf("%+v", k.out)
	}
}

func TestGroupLinks(t *testing.T) {
	for payload, want := range map[string]int64{
		"g-7700": -7700, "g-1001234567890": -1001234567890,
		"g7700": 0, "g-0": 0, "g--1": 0, "g-9999999999999999999": 0, "g-7700x": 0, "": 0, linkToken: 0,
	} {
		if id, ok := groupChatOf(payload); id != want || ok != (want != 0) {
			t.Errorf("%q is the group %d", payload, id)
		}
	}
}

func TestJoiningAGroup(t *testing.T) {
	k := newTalk(t)
	k.say("/start g-7700")
	if r := k.run(); r.Job != JobGroupChat || r.Ask.GroupChat != deskGroup {
		t.Errorf("asked: %+v", r)
	}
	no := k.again()
	no.seen(false)
	no.at(StepIdle, "groupchat.notadmin")
	other := k.again()
	other.s, other.out = GroupChatSeen(other.v.view(), other.env(), other.s, other.input(), GroupChatAnswer{GroupChat: -1, Admin: true})
	other.untouched("an answer about another group")
	k.seen(true)
	k.at(StepGroupChatSure, "groupchat.ask")
	k.tap("ok")
	saved, ok := effect[SaveShop](k)
	speak, _ := effect[Speak](k)
	if !ok || saved.Shop.GroupChat != deskGroup || saved.Shop.GroupChatTitle != "Comptoir" || speak != (Speak{deskGroup, "fr"}) {
		t.Errorf("%+v", k.out)
	}

	asks := newTalk(t)
	asks.who = 9
	asks.say("/start g-7700")
	asks.seen(true)
	asks.at(StepName, "groupchat.asks")
	asks.say("Chez Yacine")
	asks.say("0661234567")
	if saved, ok := effect[SaveShop](asks); !ok || saved.Shop.GroupChat != deskGroup || saved.Shop.State != topup.ShopAsked {
		t.Errorf("%+v", asks.out)
	}
	if request, ok := effect[Request](asks); !ok || len(RequestScreen(request.Shop, "x", topup.Shop{}).Lines) != 4 {
		t.Errorf("the owners do not read of the group: %+v", asks.out)
	}

	stopped := newTalk(t)
	stopped.v.people = map[int64]topup.Actor{deskChat: {Person: deskChat, Shop: 1, Roles: []topup.Role{topup.Suspended}}}
	stopped.say("/start g-7700")
	stopped.at(StepIdle, "suspend.tap")

	cashier := newTalk(t)
	staffed(cashier)
	cashier.who = 21
	cashier.say("/start g-7700")
	cashier.at(StepIdle, "groupchat.keeper")
}

// TestLateInAGroupChat: what came late confirms nothing there either, and asks
// first.
func TestLateInAGroupChat(t *testing.T) {
	k := inGroupChat(t)
	k.there(Input{Text: "/mobile 0778037340 500"})
	k.now = k.now.Add(readTime)
	k.there(Input{Data: k.s.tap("ok"), Late: true})
	if _, sold := effect[Place](k); sold || k.s.Step != StepConfirm {
		t.Errorf("a late tap leads to %q: %+v", k.s.Step, k.out)
	}
	late := inGroupChat(t)
	for _, text := range []string{"0778037340 500", "0661234567 200", "0550123456 300"} {
		late.there(Input{Text: text, Late: true})
	}
	if late.s.Step != StepBacklog || late.s.Backlog == nil {
		t.Errorf("late lines lead to %q", late.s.Step)
	}
	late.there(Input{Data: late.s.tap("l", "0")})
	if _, sold := effect[Place](late); sold {
		t.Error("a line of the backlog is sold at once")
	}
}
