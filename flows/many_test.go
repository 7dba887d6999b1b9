package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// shown counts the lines of the last panel that have an ID.
func (k *talk) shown(id string) (n int) {
	for _, l := range k.says() {
		if l == id {
			n++
		}
	}
	return n
}

// TestSeveralAreSoldByOneConfirm: every sale has its own ID and panel, minted
// when the panel was shown; the panel is the first one's, and shows them all.
func TestSeveralAreSoldByOneConfirm(t *testing.T) {
	k := newTalk(t)
	k.say("Salam\n1) 0778037340 500\n2) djezzy 0661234567 200\n3) 0661234568")
	k.at(StepPlan, "many.asked", "many.ready")
	k.tap("skip")
	k.at(StepMany, "many.title", "many.sum", "confirm.price", "confirm.after")
	if n, left := k.shown("many.line"), k.shown("many.left"); n != 2 || left != 1 {
		t.Errorf("%d sales, %d lines left out: %v %+v", n, left, k.says(), k.s.Many.Left)
	}
	var minted []topup.OrderID
	for _, d := range k.s.Many.Sales {
		minted = append(minted, d.common().Order)
	}
	panel := k.s.Panel
	k.s = DecodeSession(k.s.Encode())
	k.tap("ok")
	p, ok := effect[PlaceMany](k)
	if !ok || len(p.Orders) != 2 {
		t.Fatalf("placed %+v", p.Orders)
	}
	for i, o := range p.Orders {
		if err := o.Valid(); err != nil || o.ID != minted[i] || o.Batch.Panel != panel || !slices.Equal(o.Batch.Orders, minted) || o.State != topup.Placed || o.By != deskChat {
			t.Errorf("%v, order %+v", err, o)
		}
	}
	if p.Orders[0].Panel != panel || p.Orders[1].Panel == panel || p.Orders[1].Operator != topup.Djezzy || k.s.Step != StepIdle {
		t.Errorf("orders %+v", p.Orders)
	}

	// A second tap finds them, and shows how far they are.
	k.v.sold = p.Orders
	k.press(encodeTap("s", panel, "1", "ok"))
	if toast := k.answered("a second tap"); toast.Msg.ID != "tap.sold" || k.shown("batch.open") != 1 {
		t.Errorf("a second tap: %+v", k.out)
	}
	if show, _ := effect[Show](k); show.Panel != panel {
		t.Errorf("a second tap writes on %s", show.Panel)
	}
	if _, again := effect[PlaceMany](k); again {
		t.Error("a second tap sells")
	}
	// Each can be opened on a panel of its own.
	for _, o := range p.Orders {
		k.press(encodeTap("o", string(o.ID), "show"))
		if show, ok := effect[Show](k); !ok || show.Panel == panel || show.Panel != DetailPanel(o) {
			t.Errorf("details of %s on %s", o.ID, show.Panel)
		}
	}
}

func TestSeveralSellNothingUnread(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*talk, *Input)
		says   string
		toast  string
	}{
		"at once":       {func(k *talk, _ *Input) { k.now = k.now.Add(500*time.Millisecond - time.Second) }, "", "confirm.unread"},
		"late":          {func(_ *talk, in *Input) { in.Late = true }, "confirm.late", ""},
		"too old":       {func(k *talk, _ *Input) { k.now = k.now.Add(time.Hour) }, "confirm.expired", ""},
		"dearer":        {func(k *talk, _ *Input) { k.v.plans[0].Cost += topup.Percent(50) }, "confirm.changed", "confirm.changed"},
		"switched off":  {func(k *talk, _ *Input) { k.v.plans[0].Enabled = false }, "confirm.changed", "confirm.changed"},
		"money is gone": {func(k *talk, _ *Input) { k.v.money = topup.Dinars(600) }, "confirm.short", ""},
		"closed":        {func(k *talk, _ *Input) { k.v.closed = true }, "", "sale.closed"},
		"sold since": {func(k *talk, _ *Input) {
			k.v.sold = []topup.Order{{ID: "x", Shop: 1, Good: topup.MobileTopUp, To: "0778037340", Face: topup.Dinars(500), Quantity: 1, Placed: k.now, State: topup.Pending}}
		}, "many.again", ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			several(k)
			k.at(StepMany)
			k.now = k.now.Add(time.Second)
			in := k.input()
			in.Data = k.s.tap("ok")
			c.change(k, &in)
			k.handle(in)
			if _, placed := effect[PlaceMany](k); placed {
				t.Fatal("sold")
			}
			toast := k.answered("✅")
			if toast.Msg.ID != c.toast || (c.says != "" && !slices.Contains(k.says(), c.says)) {
				t.Errorf("answered %q, said %v", toast.Msg.ID, k.says())
			}
			k.at(StepMany)
		})
	}
}

// TestSeveralWithTooLittleMoney: none is sold until it is asked for fewer.
func TestSeveralWithTooLittleMoney(t *testing.T) {
	k := newTalk(t)
	k.v.money = topup.Dinars(600)
	k.say("0778037340 500\n0661234567 200\n0778037341 100")
	k.at(StepMany, "confirm.short", "many.fits")
	k.tap("ok")
	if _, placed := effect[PlaceMany](k); placed || k.s.Step != StepMany {
		t.Fatal("sold without the money")
	}
	k.tap("fit")
	if k.at(StepMany, "confirm.after", "many.left"); len(k.s.Many.Sales) != 1 {
		t.Errorf("%d sales are kept", len(k.s.Many.Sales))
	}
	k.tap("ok")
	if p, _ := effect[PlaceMany](k); len(p.Orders) != 1 {
		t.Errorf("placed %+v", p.Orders)
	}

	// With a credit all of them come back by themselves.
	k = newTalk(t)
	k.v.money = topup.Dinars(1)
	several(k)
	if k.at(StepMany, "confirm.short"); slices.Contains(k.says(), "many.fits") {
		t.Error("none of them fits")
	}
	k.v.money = topup.Dinars(5000)
	k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input())
	k.at(StepMany, "confirm.goon", "confirm.after")
	k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input())
	k.untouched("a second credit")
}

// TestSeveralRepeats: what was sold a moment ago, and what stands there twice,
// is told and can be left out; every line can.
func TestSeveralRepeats(t *testing.T) {
	k := newTalk(t)
	k.v.sold = []topup.Order{{ID: "x", Shop: 1, Good: topup.MobileTopUp, To: "0778037340", Face: topup.Dinars(500), Quantity: 1, Placed: noon, State: topup.Pending}}
	k.say("0778037340 500\n0661234567 200\n0661234567 200\n0661234567 300")
	if k.at(StepMany, "many.again", "many.twice"); k.shown("many.line") != 4 {
		t.Errorf("%v", k.says())
	}
	other := k.again()
	other.tap("ok")
	if p, _ := effect[PlaceMany](other); len(p.Orders) != 4 {
		t.Errorf("all are sold when all were shown: %+v", p.Orders)
	}
	k.tap("once")
	if k.at(StepMany); k.shown("many.line") != 2 || slices.Contains(k.says(), "many.again") || slices.Contains(k.says(), "many.twice") {
		t.Errorf("without repeats: %v", k.says())
	}
	k.tap("rm", "0")
	if k.at(StepMany); k.shown("many.line") != 1 || k.s.Many.Sales[0].(*mobile).Face != topup.Dinars(300) {
		t.Errorf("without the first: %v", k.says())
	}
	k.press(k.s.tap("rm", "0"))
	if k.s.Step != StepIdle || k.shown("many.none") != 1 {
		t.Errorf("nothing is left: %v", k.says())
	}
}

func TestSeveralAtMost(t *testing.T) {
	k := newTalk(t)
	k.v.money = topup.Dinars(100_000)
	var b strings.Builder
	for i := range 70 {
		fmt.Fprintf(&b, "07780373%02d 500\n", i)
	}
	k.say(b.String())
	if k.at(StepMany, "many.left.more"); k.shown("many.line") != manyMost || k.shown("many.left") != manyMost || k.s.Many.More != 30 { // of 70
		t.Errorf("%d lines, %d left, %d more", k.shown("many.line"), k.shown("many.left"), k.s.Many.More)
	}
	k.tap("ok")
	if p, _ := effect[PlaceMany](k); len(p.Orders) != manyMost {
		t.Errorf("%d orders", len(p.Orders))
	}
}

// TestOneSaleOverSeveralLines is no list.
func TestOneSaleOverSeveralLines(t *testing.T) {
	k := newTalk(t)
	k.say("Salam\n0778037340\n500 DA\nmerci")
	k.at(StepConfirm, "sale.number", "confirm.face")
}

// TestConfirmUnread: ✅ in the first moment of its panel sells nothing, whatever
// it belongs to, and after a restart as before; a clock that was set back does
// not lock the panel.
func TestConfirmUnread(t *testing.T) {
	for _, wait := range []time.Duration{0, readTime - 1} {
		k := newTalk(t)
		mobileQuote(k)
		k.s, k.now = DecodeSession(k.s.Encode()), k.now.Add(wait)
		k.press(k.s.tap("ok"))
		if _, placed := effect[Place](k); placed || k.answered("✅").Msg.ID != "confirm.unread" || len(k.out) != 1 {
			t.Errorf("after %s: %+v", wait, k.out)
		}
		k.now = k.now.Add(time.Second)
		k.press(k.s.tap("ok"))
		if _, placed := effect[Place](k); !placed {
			t.Error("the same panel does not sell once it was read")
		}
	}
	for _, wait := range []time.Duration{readTime, -time.Hour} {
		k := newTalk(t)
		mobileQuote(k)
		k.now = k.now.Add(wait)
		k.press(k.s.tap("ok"))
		if _, placed := effect[Place](k); !placed {
			t.Errorf("after %s nothing is sold", wait)
		}
	}
}

// TestRefusedOffersAreNotOfferedAgain takes one offer after the other.
func TestRefusedOffersAreNotOfferedAgain(t *testing.T) {
	k := newTalk(t)
	pix := topup.Offer{Name: "Pixx 500", Plan: "PIX_500", Face: topup.Dinars(500)}
	credit := topup.Offer{Name: "Djezzy", Plan: "PREPAID_DJEZZY", Face: topup.Dinars(500)}
	o := topup.Order{ID: "x", No: 4, Shop: 1, Chat: deskChat, Panel: "x", Good: topup.MobileTopUp, To: "0778037340", Plan: "PREPAID_DJEZZY",
		Face: topup.Dinars(500), Price: topup.Dinars(495), Quantity: 1, Placed: noon, State: topup.Refunded, Reason: topup.ReasonProvider, Offers: []topup.Offer{credit, pix}}
	k.v.sold = []topup.Order{o}
	if sc := OrderScreen(o, topup.Complaint{}); len(sc.Rows) != 3 || !strings.HasSuffix(sc.Rows[0][0].Data, ":offer:1") {
		t.Errorf("what was refused is offered: %+v", sc.Rows)
	}
	k.press(encodeTap("o", "x", "offer", "1"))
	k.at(StepConfirm)
	k.s = DecodeSession(k.s.Encode())
	k.tap("ok")
	p, _ := effect[Place](k)
	if p.Order.Plan != "PIX_500" || len(p.Order.Tried) != 1 {
		t.Fatalf("placed %+v", p.Order)
	}
	again := p.Order
	again.State, again.Reason, again.Offers = topup.Refunded, topup.ReasonProvider, []topup.Offer{pix, credit}
	sc := OrderScreen(again, topup.Complaint{})
	if len(sc.Rows) != 2 || !slices.ContainsFunc(sc.Lines, func(m Msg) bool { return m.ID == "order.nooffer" }) {
		t.Errorf("offered in circles: %+v %+v", sc.Lines, sc.Rows)
	}
}
