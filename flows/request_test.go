package flows

import (
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// TestRequestIsSentOnce, with the photo for every owner, and the sale comes back.
func TestRequestIsSentOnce(t *testing.T) {
	k := newTalk(t)
	forASale(k)
	k.tap("sum", "500000")
	k.tap("by", "ccp")
	k.photo("AgAC1")
	k.at(StepAskSend, "askcredit.photo")
	late := k.again()
	in := late.input()
	in.Data, in.Late = late.s.tap("ok"), true
	late.handle(in)
	if _, ok := effect[SaveShop](late); ok {
		t.Error("a late tap asks")
	}
	k.tap("ok")
	save, ok := effect[SaveShop](k)
	if !ok || save.Shop.Request == nil || save.Shop.Request.Photo != "AgAC1" || save.Shop.Request.State != topup.RequestOpen {
		t.Fatalf("saved %t: %+v", ok, save)
	}
	photos, cards := 0, 0
	for _, s := range done[Show](k) {
		if s.Chat == 501 && s.Screen.PhotoID == "AgAC1" {
			photos++
		} else if s.Chat == 501 {
			cards++
		}
	}
	if photos != 1 || cards != 1 || k.s.Step != StepConfirm || k.s.Money != nil {
		t.Errorf("%d photos, %d cards, at %q", photos, cards, k.s.Step)
	}
	if _, moved := booked(k); moved {
		t.Error("a shop moves money")
	}
	k.v.request = save.Shop.Request
	k.press(menuTap("askcredit"))
	if toast := k.answered("again"); toast.Msg.ID != "askcredit.waits" || k.s.Step != StepConfirm {
		t.Errorf("a second one: %q at %q", toast.Msg.ID, k.s.Step)
	}
}

// TestOneRequestAShop: a colleague has asked while this one was being made.
func TestOneRequestAShop(t *testing.T) {
	k := newTalk(t)
	askedFor("cash")(k)
	k.v.request = &topup.CreditRequest{ID: "other", State: topup.RequestOpen, Chat: 88, Panel: "asked"}
	k.tap("ok")
	if _, ok := effect[SaveShop](k); ok || k.answered("✅").Msg.ID != "askcredit.waits" || k.s.Step != StepAskSend {
		t.Errorf("a second one is sent: %+v", k.out)
	}
}

func TestRequestIsWithdrawn(t *testing.T) {
	k := newTalk(t)
	k.v.request = &topup.CreditRequest{ID: "req", Amount: 100, Method: topup.Cash, Chat: deskChat, Panel: "asked", State: topup.RequestOpen}
	k.press(menuTap("withdraw"))
	save, ok := effect[SaveShop](k)
	if !ok || save.Shop.Request.State != topup.RequestWithdrawn {
		t.Fatalf("%t %+v", ok, save)
	}
	k.v.request = save.Shop.Request
	if k.press(menuTap("withdraw")); k.answered("again").Msg.ID != "askcredit.over" {
		t.Errorf("again: %+v", k.out)
	}
	if k.press(menuTap("askcredit")); k.answered("at once").Msg.ID != "askcredit.soon" {
		t.Errorf("at once: %+v", k.out)
	}
	k.now = k.now.Add(time.Minute)
	k.press(menuTap("askcredit"))
	k.at(StepAskSum)
	owner(k)
	for _, verb := range []string{"yes", "yes2", "no", "card"} {
		k.press("a:request:1:" + verb + ":req")
		if _, moved := booked(k); moved || k.answered(verb).Msg.ID != "request.decided" {
			t.Errorf("%s after it is withdrawn: %+v", verb, k.out)
		}
	}
}

// TestRequestIsGrantedOnce: by one tap, a large one by two, never by a late one
// nor by a button of another request.
func TestRequestIsGrantedOnce(t *testing.T) {
	k := newTalk(t)
	requested(k)
	in := k.input()
	in.Data, in.Late = "a:request:1:yes:req", true
	k.handle(in)
	if _, moved := booked(k); moved {
		t.Error("a late tap credits")
	}
	k.press("a:request:1:yes:other")
	if _, moved := booked(k); moved || k.answered("another's").Msg.ID != "request.gone" {
		t.Errorf("another's button: %+v", k.out)
	}
	k.v.request.Amount = sureAbove
	k.press("a:request:1:yes:req")
	if _, moved := booked(k); moved || !slices.Contains(k.says(), "credit.sure") {
		t.Errorf("a large one at once: %v", k.says())
	}
	k.v.request.Amount = topup.Dinars(5_000)
	k.press("a:request:1:yes:req")
	line, ok := booked(k)
	save, saved := effect[SaveShop](k)
	if !ok || line.Key != "credit/slip/ccp/12345" || !saved || save.Shop.Request.State != topup.RequestGranted || save.Shop.Request.Decider != 501 {
		t.Fatalf("booked %t %+v, saved %+v", ok, line, save)
	}
	if _, wakes := effect[Wake](k); !wakes {
		t.Error("the shop's sale does not come back")
	}
	k.v.request = save.Shop.Request
	k.v.lines = map[string]topup.Transaction{line.Key: line}
	if k.press("a:request:1:yes:req"); !slices.Contains(k.buttons(), undoTap(line.Key, "1")) {
		t.Errorf("the receipt lost its way to undo: %v", k.buttons())
	}
	if _, again := booked(k); again || k.answered("the second").Msg.ID != "request.decided" {
		t.Errorf("the second owner: %+v", k.out)
	}
}

// TestRequestIsHindered: a slip that is booked, a shop that is refused.
func TestRequestIsHindered(t *testing.T) {
	for name, since := range map[string]func(*desk){
		"slip.other": func(d *desk) {
			d.lines = map[string]topup.Transaction{"credit/slip/ccp/12345": {Key: "credit/slip/ccp/12345", Shop: 1, Method: topup.CCP, Slip: "12345"}}
		},
		"credit.notapproved": func(d *desk) { d.refused = true },
		"ceiling.over":       func(d *desk) { d.request.Method, d.request.Slip = topup.OnAccount, "" },
	} {
		k := newTalk(t)
		requested(k)
		since(k.v)
		k.press("a:request:1:yes:req")
		if _, moved := booked(k); moved || !slices.Contains(k.says(), name) {
			t.Errorf("%s: %v", name, k.says())
		}
		for _, data := range k.buttons() {
			if c, _ := decodeTap(data); c.part(2) == "yes" {
				t.Errorf("%s: ✅ is shown", name)
			}
		}
	}
}

// TestSlipOfAPhoto: the number that an owner reads on the photo makes the slip
// money once.
func TestSlipOfAPhoto(t *testing.T) {
	k := newTalk(t)
	requested(k)
	k.v.request.Slip, k.v.request.Photo = "", "AgAC1"
	k.press("a:request:1:card:req")
	if !slices.Contains(k.buttons(), "a:request:1:slip:req") {
		t.Fatalf("no way to type the number: %v", k.buttons())
	}
	k.press("a:request:1:slip:req")
	k.say("n° 00 77123")
	save, ok := effect[SaveShop](k)
	if !ok || save.Shop.Request.Slip != "77123" || k.s.Step != StepIdle {
		t.Fatalf("%t %+v at %q", ok, save, k.s.Step)
	}
	k.v.request = save.Shop.Request
	k.v.lines = map[string]topup.Transaction{"credit/slip/ccp/77123": {Key: "credit/slip/ccp/77123", Shop: 1, Method: topup.CCP, Slip: "77123"}}
	k.press("a:request:1:yes:req")
	if _, moved := booked(k); moved || !slices.Contains(k.says(), "slip.other") {
		t.Errorf("a slip used before: %v", k.says())
	}
	k.v.lines = nil
	k.press("a:request:1:yes:req")
	if line, moved := booked(k); !moved || line.Key != "credit/slip/ccp/77123" {
		t.Errorf("booked %t: %+v", moved, line)
	}
	for _, since := range []topup.CreditRequest{{ID: "req", Method: topup.CCP, State: topup.RequestWithdrawn}, {ID: "next", Method: topup.CCP, State: topup.RequestOpen}} {
		late := newTalk(t)
		requested(late)
		late.v.request.Slip = ""
		late.press("a:request:1:slip:req")
		late.v.request = &since
		late.say("77123")
		if _, ok := effect[SaveShop](late); ok || late.s.Step != StepIdle {
			t.Error("a request that is over takes a number")
		}
	}
}

func TestRequestIsRefused(t *testing.T) {
	for typed, why := range map[string]string{"": "#1", "not your slip": "not your slip", "#0": "0", "## ": ""} {
		k := newTalk(t)
		requested(k)
		k.press("a:request:1:no:req")
		if typed == "" {
			k.tap("why", "1")
		} else {
			k.say(typed)
		}
		save, ok := effect[SaveShop](k)
		if ok != (why != "") || ok && (save.Shop.Request.State != topup.RequestDenied || save.Shop.Request.Why != why) {
			t.Errorf("%q: %t %+v", typed, ok, save.Shop.Request)
		}
		if _, moved := booked(k); moved {
			t.Error("a refusal moves money")
		}
	}
	k := newTalk(t)
	requested(k)
	k.press("a:request:1:no:req")
	k.v.request = &topup.CreditRequest{ID: "req", State: topup.RequestGranted, Chat: deskChat, Panel: "asked"}
	k.tap("why", "1")
	if _, ok := effect[SaveShop](k); ok || k.s.Step != StepIdle {
		t.Error("refused after another owner granted it")
	}
}

// TestPhotosWhereNoneIsWanted get a kind word, and the step stays.
func TestPhotosWhereNoneIsWanted(t *testing.T) {
	for name, c := range map[string]struct {
		lead func(*talk)
		says string
	}{
		"at home":      {func(*talk) {}, "photo.slip"},
		"at a number":  {func(k *talk) { k.say("/mobile") }, "photo.text"},
		"at an amount": {func(k *talk) { k.press(menuTap("askcredit")) }, "photo.text"},
		"for cash":     {askedFor("cash"), "photo.text"},
		"a stranger":   {func(k *talk) { k.who = 9 }, "ask.name"},
	} {
		k := newTalk(t)
		c.lead(k)
		at := k.s.Step
		k.photo("AgAC1")
		said := false
		for _, s := range done[Show](k) {
			said = said || slices.ContainsFunc(s.Screen.Lines, func(m Msg) bool { return m.ID == c.says })
		}
		if !said || at != StepIdle && k.s.Step != at {
			t.Errorf("%s: %v, from %q to %q", name, k.says(), at, k.s.Step)
		}
	}
}
