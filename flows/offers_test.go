package flows

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// ownOffer is the way of an offer that no price list has.
const ownOffer = "an offer of this number alone"

// asksForOffers lets Djezzy's numbers be asked about.
func (k *talk) asksForOffers() {
	k.v.plans = append(slices.Clone(k.v.plans), topup.Plan{Code: "GETMENU_Djezzy", Name: "GET MENU", Operator: topup.Djezzy, Kind: topup.Lookup, Enabled: true})
}

// twoOffers are one of the price list and one that it does not have.
var twoOffers = []topup.Offer{
	{Name: "Pixx 500", Plan: "PIX_500", Face: topup.Dinars(500)}, {Name: "HAYLA", Plan: "HAYLA_1200", Face: topup.Dinars(1200)},
}

var manyOffers = func() (list []topup.Offer) {
	for n := range 9 {
		list = append(list, topup.Offer{Name: fmt.Sprint("Own ", n), Plan: fmt.Sprint("OWN_", n), Face: topup.Dinars(int64(100 + n))})
	}
	return list
}()

// inquiring asks for the offers of 0778037340 and gives the answer that comes
// next.
func (k *talk) inquiring(offers ...topup.Offer) OffersAnswer {
	k.t.Helper()
	k.asksForOffers()
	djezzy(k)
	k.tap("of")
	k.at(StepInquiring, "offers.asking", "offers.meanwhile")
	return k.answerOf(offers...)
}

// answerOf is the answer to the inquiry that was just made.
func (k *talk) answerOf(offers ...topup.Offer) OffersAnswer {
	k.t.Helper()
	r := k.run()
	q := r.Ask.Inquiry
	if r.Job != JobOffers || q.ID == "" || q.Plan != "GETMENU_Djezzy" || q.Number != "0778037340" || q.Shop != 1 || !q.Asked.Equal(k.now) {
		k.t.Fatalf("asked is %+v", r)
	}
	if offers == nil {
		offers = twoOffers
	}
	return OffersAnswer{Inquiry: q.ID, Panel: r.Panel, Suggested: topup.Suggested{Number: q.Number, Operator: q.Operator, At: k.now, Offers: offers}}
}

func (k *talk) offers(a OffersAnswer) {
	k.s, k.out = OffersFound(k.v.view(), k.env(), k.s, k.input(), a)
}

// offerGone repeats a sale of an offer that is not made any more.
func offerGone(k *talk) {
	k.asksForOffers()
	k.v.sold = []topup.Order{ownSale(topup.Delivered)}
	k.press(encodeTap("o", "own", "again"))
	k.at(StepInquiring)
	k.offers(k.answerOf(twoOffers[0]))
	k.at(StepOffers, "offers.gone")
}

// ownSale is a sale of the offer that no price list has, a while ago.
func ownSale(state topup.State) topup.Order {
	return topup.Order{ID: "own", No: 5, Shop: 1, Chat: deskChat, By: deskChat, Panel: "own", Good: topup.MobileTopUp, Operator: topup.Djezzy,
		Plan: "HAYLA_1200", PlanName: "HAYLA", PlanKind: topup.Fixed, To: "0778037340", Quantity: 1, Face: topup.Dinars(1200), Price: topup.Dinars(1200),
		Unlisted: true, State: state, Placed: noon.Add(-time.Hour), Settled: noon.Add(-time.Hour)}
}

// TestOfferIsSold: from the question to ✅, an offer of the price list and one
// that it does not have.
func TestOfferIsSold(t *testing.T) {
	for n, want := range []topup.Order{
		{Plan: "PIX_500", PlanName: "Pixx 500", Face: topup.Dinars(500), Price: topup.Dinars(495), Expected: topup.Dinars(490)},
		{Plan: "HAYLA_1200", PlanName: "HAYLA", Face: topup.Dinars(1200), Price: topup.Dinars(1200), Expected: topup.Dinars(1200), Unlisted: true},
	} {
		k := newTalk(t)
		k.offers(k.inquiring())
		k.at(StepOffers, "order.offers")
		k.tap("f", fmt.Sprint(n))
		k.at(StepConfirm)
		if only := slices.Contains(k.says(), "offers.only"); only != want.Unlisted {
			t.Errorf("%s is said to be this number's alone: %t", want.Plan, only)
		}
		k.tap("ok")
		p, ok := effect[Place](k)
		o := p.Order
		if !ok || o.To != "0778037340" || o.Operator != topup.Djezzy || o.Plan != want.Plan || o.PlanName != want.PlanName || o.Face != want.Face ||
			o.Price != want.Price || o.Expected != want.Expected || o.Unlisted != want.Unlisted || o.Valid() != nil {
			t.Errorf("placed %t: %+v, %v", ok, o, o.Valid())
		}
	}
}

// TestOffersAreAskedForOnce: whatever a person does while they wait, one
// question leaves.
func TestOffersAreAskedForOnce(t *testing.T) {
	k := newTalk(t)
	a := k.inquiring()
	for name, do := range map[string]func(*talk){
		"again at the panel":    func(k *talk) { k.tap("back"); k.tap("of"); k.at(StepInquiring) },
		"an old button":         func(k *talk) { k.press(encodeTap("s", k.s.Panel, "1", "of")) },
		"after a restart":       func(k *talk) { k.s, k.out = Restarted(k.v.view(), k.env(), DecodeSession(k.s.Encode()), k.input()) },
		"a restart, then again": func(k *talk) { k.s, k.out = Restarted(k.v.view(), k.env(), k.s, k.input()); k.tap("of") },
	} {
		other := k.again()
		other.out = nil
		do(other)
		if _, again := effect[Run](other); again {
			t.Errorf("%s: asked twice", name)
		}
		if other.s.Step == StepInquiring {
			other.offers(a)
			other.at(StepOffers)
		}
	}
	// When no answer can come any more, a tap may ask anew.
	k.now = k.now.Add(offersWithin)
	k.press(encodeTap("s", k.s.Panel, "1", "x"))
	k.at(StepPlan, "offers.lost")
	k.tap("of")
	k.at(StepInquiring)
	if b := k.answerOf(); b.Inquiry == a.Inquiry {
		t.Error("a second question has the reference of the first")
	}
}

// TestLateAnswerChangesNothing: who has gone on hears nothing of an answer.
func TestLateAnswerChangesNothing(t *testing.T) {
	for name, leave := range map[string]func(*talk){
		"an amount":      func(k *talk) { k.tap("q", "500"); k.at(StepConfirm) },
		"a typed amount": func(k *talk) { k.say("300"); k.at(StepConfirm) },
		"back":           func(k *talk) { k.tap("back") },
		"cancel":         func(k *talk) { k.tap("no") },
		"another number": func(k *talk) { k.say("0778037341") },
		"/balance":       func(k *talk) { k.say("/cancel") },
		"a restart":      func(k *talk) { k.s, k.out = Restarted(k.v.view(), k.env(), k.s, k.input()) },
		"no right":       func(k *talk) { k.v.people = map[int64]topup.Actor{k.who: {Person: k.who}} },
	} {
		k := newTalk(t)
		a := k.inquiring()
		leave(k)
		before := k.s.Encode()
		k.offers(a)
		k.untouched(name)
		if string(k.s.Encode()) != string(before) {
			t.Errorf("%s: the session is another", name)
		}
	}
	for name, change := range map[string]func(*OffersAnswer){
		"of another question": func(a *OffersAnswer) { a.Inquiry = "x" },
		"of another panel":    func(a *OffersAnswer) { a.Panel = "x" },
		"of another number":   func(a *OffersAnswer) { a.Suggested.Number = "0778037341" },
	} {
		k := newTalk(t)
		a := k.inquiring()
		change(&a)
		k.offers(a)
		k.untouched(name)
	}
	k := newTalk(t)
	a := k.inquiring()
	k.offers(a)
	k.offers(a)
	k.untouched("twice")
}

// TestOffersGiveUp: without an answer the amounts are there, and one tap sells.
func TestOffersGiveUp(t *testing.T) {
	for want, change := range map[string]func(*talk, *OffersAnswer){
		"offers.failed": func(_ *talk, a *OffersAnswer) { a.Fault = topup.FaultUnavailable },
		"sale.closed":   func(k *talk, a *OffersAnswer) { a.Fault = topup.FaultUnavailable; k.v.closed = true },
		"offers.none":   func(_ *talk, a *OffersAnswer) { a.Suggested.Offers = []topup.Offer{} },
	} {
		k := newTalk(t)
		a := k.inquiring()
		change(k, &a)
		k.offers(a)
		k.at(StepPlan, want, "plan.ask.quick")
		k.tap("q", "500")
		k.at(StepConfirm)
	}
}

// TestOffersAreHidden: where an operator can't be asked, no button says so, and
// a forged one leads nowhere.
func TestOffersAreHidden(t *testing.T) {
	for name, change := range map[string]func(*talk){
		"no plan":        func(k *talk) { k.v.plans = k.v.plans[:3] },
		"switched off":   func(k *talk) { k.v.plans[3].Enabled = false },
		"another's plan": func(k *talk) { k.v.plans[3].Operator = topup.Mobilis },
		"stopped":        func(k *talk) { k.v.inquiries.Stopped = noon },
		"refused": func(k *talk) {
			k.v.inquiries.Refused = map[string]topup.Refusal{"GETMENU_Djezzy": {Count: 3, Last: noon}}
		},
		"too many": func(k *talk) { k.v.inquiries.Open = make([]topup.Inquiry, 100) },
	} {
		k := newTalk(t)
		k.asksForOffers()
		djezzy(k)
		if !slices.Contains(k.buttons(), k.s.tap("of")) {
			t.Fatal("no button asks for offers")
		}
		change(k)
		k.redrawn()
		if slices.Contains(k.buttons(), k.s.tap("of")) {
			t.Errorf("%s: there is a button", name)
		}
		k.tap("of")
		k.at(StepPlan, "offers.unavailable")
		if _, asked := effect[Run](k); asked {
			t.Errorf("%s: asked", name)
		}
	}
	for name, change := range map[string]func(*talk) string{
		"closed":   func(k *talk) string { k.v.closed = true; return "sale.closed" },
		"restored": func(k *talk) string { k.v.mark.Found = noon; return "sale.restored" },
	} {
		k := newTalk(t)
		k.asksForOffers()
		djezzy(k)
		want := change(k)
		k.tap("of")
		k.at(StepPlan, want)
		if _, asked := effect[Run](k); asked {
			t.Errorf("%s: asked", name)
		}
	}
	k := newTalk(t)
	k.asksForOffers()
	djezzy(k)
	in := k.input()
	in.Data, in.Late = k.s.tap("of"), true
	k.handle(in)
	if _, asked := effect[Run](k); asked {
		t.Error("a tap that came late asks")
	}
}

// TestOffersBelongToTheirNumber: what was offered to one number is sold to no
// other, nor later, nor when it was refused.
func TestOffersBelongToTheirNumber(t *testing.T) {
	k := newTalk(t)
	k.offers(k.inquiring())
	former := k.s.tap("f", "1")
	k.say("0778037341")
	k.at(StepPlan)
	k.press(former)
	if k.answered("another number's offer"); k.s.Step == StepConfirm {
		t.Error("another number's offer is sold")
	}
	k.tap("f", "1")
	if toast := k.answered("a forged tap"); toast.Msg.ID != "tap.unknown" {
		t.Errorf("a forged tap: %v", toast)
	}

	k = newTalk(t)
	k.offers(k.inquiring())
	k.tap("f", "1")
	d := k.s.Sale.(*mobile)
	d.Number = "0778037341" // as no tap can
	k.tap("ok")
	if _, placed := effect[Place](k); placed {
		t.Error("an offer is sold to another number")
	}

	k = newTalk(t)
	k.offers(k.inquiring())
	k.tap("f", "1")
	k.now = k.now.Add(10 * time.Minute)
	k.tap("ok")
	if _, placed := effect[Place](k); placed {
		t.Error("an offer is sold too late")
	}
	k.at(StepPlan, "offers.old")

	k = newTalk(t)
	k.offers(k.inquiring())
	k.now = k.now.Add(10 * time.Minute)
	k.tap("f", "1")
	if k.s.Step != StepInquiring {
		t.Errorf("a tap on an old offer leads to %q: the number is asked about anew", k.s.Step)
	}
	k.offers(k.answerOf())
	k.at(StepConfirm)

	// Known offers are shown without a question, for the number they are of.
	k = newTalk(t)
	k.asksForOffers()
	k.v.suggested = topup.Suggested{Number: "0778037340", Operator: topup.Djezzy, At: noon, Offers: twoOffers}
	djezzy(k)
	k.tap("of")
	k.at(StepOffers)
	if _, asked := effect[Run](k); asked {
		t.Error("what is known is asked for")
	}
	k.v.suggested.Operator = topup.Mobilis
	k.tap("back")
	k.tap("of")
	k.at(StepInquiring)
}

// TestRefundsOffersAreSoldLikewise: the offers of a refund go the same way.
func TestRefundsOffersAreSoldLikewise(t *testing.T) {
	refund := func(k *talk, ago time.Duration) {
		o := ownSale(topup.Refunded)
		o.Plan, o.PlanName, o.Face, o.Price, o.Unlisted = "PREPAID_DJEZZY", "Djezzy", topup.Dinars(1200), topup.Dinars(1188), false
		o.Offers, o.Settled = twoOffers, noon.Add(-ago)
		k.v.sold = []topup.Order{o}
	}
	for n := range twoOffers {
		k := newTalk(t)
		refund(k, time.Minute)
		k.press(encodeTap("o", "own", "offer", fmt.Sprint(n)))
		k.at(StepConfirm)
		k.tap("ok")
		p, placed := effect[Place](k)
		if !placed || p.Order.Plan != twoOffers[n].Plan || p.Order.Face != twoOffers[n].Face || len(p.Order.Tried) != 1 || p.Order.Unlisted != (n == 1) {
			t.Errorf("placed %t: %+v", placed, p.Order)
		}
	}
	// When it is too old, what the price list has is sold, and else is asked for.
	k := newTalk(t)
	k.asksForOffers()
	refund(k, time.Hour)
	k.press(encodeTap("o", "own", "offer", "0"))
	k.at(StepConfirm)
	k.press(encodeTap("o", "own", "offer", "1"))
	k.at(StepInquiring)
	k.offers(k.answerOf())
	k.at(StepConfirm, "offers.only")
	// Where nobody can be asked, that is said.
	k = newTalk(t)
	refund(k, time.Hour)
	k.press(encodeTap("o", "own", "offer", "1"))
	k.at(StepPlan, "offers.unavailable")
	// Back from the panel are the other offers, without those that were refused.
	k = newTalk(t)
	refund(k, time.Minute)
	k.v.sold[0].Offers = append(slices.Clone(twoOffers), topup.Offer{Name: "Djezzy", Plan: "PREPAID_DJEZZY", Face: topup.Dinars(1200)})
	k.press(encodeTap("o", "own", "offer", "1"))
	k.tap("back")
	k.at(StepOffers)
	if n := len(k.s.Sale.common().Choices); n != 2 {
		t.Errorf("%d offers are left, want 2", n)
	}
}

// TestSaleOfAnOfferAgain: what is on no price list is asked for anew.
func TestSaleOfAnOfferAgain(t *testing.T) {
	k := newTalk(t)
	k.asksForOffers()
	k.v.sold = []topup.Order{ownSale(topup.Delivered)}
	k.press(encodeTap("o", "own", "again"))
	k.at(StepInquiring)
	k.offers(k.answerOf())
	k.at(StepConfirm, "offers.only")
	k.tap("ok")
	if p, placed := effect[Place](k); !placed || p.Order.Plan != "HAYLA_1200" || !p.Order.Unlisted {
		t.Errorf("placed %t: %+v", placed, p.Order)
	}
}

// TestOffersThatCannotBeSold are not shown: switched off, of another amount,
// at a loss.
func TestOffersThatCannotBeSold(t *testing.T) {
	k := newTalk(t)
	k.v.plans[1].Enabled = false
	k.offers(k.inquiring(twoOffers[0], topup.Offer{Name: "Djezzy", Plan: "PREPAID_DJEZZY", Face: topup.Dinars(50_000)}, twoOffers[1]))
	k.at(StepOffers)
	if c := k.s.Sale.common().Choices; !slices.Equal(c, []string{"2"}) {
		t.Errorf("shown are %v", c)
	}
	k.v.plans[1].Enabled = true
	k.tap("f", "0")
	if d := k.s.Sale.(*mobile); d.Plan != "HAYLA_1200" {
		t.Errorf("the button of one offer sells %s", d.Plan)
	}
}

func TestReinquire(t *testing.T) {
	k := newTalk(t)
	owner(k)
	k.press("a:offers:0:on")
	if _, done := effect[Reinquire](k); done || k.toast() != "offers.on.already" {
		t.Error("nothing was stopped")
	}
	k.v.inquiries.Stopped = noon
	late := k.input()
	late.Data, late.Late = "a:offers:0:on", true
	k.handle(late)
	if _, done := effect[Reinquire](k); done {
		t.Error("a late tap lets it go on")
	}
	k.press("a:offers:0:on")
	if _, done := effect[Reinquire](k); !done || k.toast() != "offers.on" {
		t.Error("an owner can't let it go on")
	}
}
