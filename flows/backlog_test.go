package flows

import (
	"fmt"
	"slices"
	"testing"

	"hanout/topup"
)

// picks are the buttons of lines on the last screen.
func (k *talk) picks() (n int) {
	for _, data := range k.buttons() {
		if c, ok := decodeTap(data); ok && c.part(2) == "pick" {
			n++
		}
	}
	return n
}

// One line that comes late opens its sale as ever; it is not remembered once
// something is done in time.
func TestOneLateLine(t *testing.T) {
	k := newTalk(t)
	k.late("0778037340 500")
	k.at(StepConfirm)
	k.late("0778037340 500") // again, for nobody answered
	k.at(StepConfirm)
	k.tap("x", "ops")
	if k.s.Backlog != nil {
		t.Errorf("%+v is remembered", k.s.Backlog)
	}
}

// TestManyLateLines: the question is one panel, holds so many lines and counts
// the others; it survives a restart in the middle.
func TestManyLateLines(t *testing.T) {
	k := newTalk(t)
	panels := map[string]bool{}
	for i := range 50 {
		k.s = DecodeSession(k.s.Encode())
		k.late(fmt.Sprintf("07780373%02d 500", i))
		if i > 0 {
			k.at(StepBacklog, "backlog.ask")
			if show, _ := effect[Show](k); show.Fresh && i > 1 {
				t.Fatal("a line more sends the question anew")
			}
			panels[k.s.Panel] = true
		}
	}
	if n := k.picks(); n != backlogLines || k.s.Backlog.More != 50-backlogLines || !slices.Contains(k.says(), "backlog.more") {
		t.Errorf("%d buttons, %+v", n, k.s.Backlog)
	}
	if len(panels) != 1 {
		t.Errorf("%d panels", len(panels))
	}
	if n := len(k.s.Encode()); n > 4096 {
		t.Errorf("the session has %d bytes", n)
	}
}

// Several lines in one late text are one card; when the question is asked
// already, they are lines of it. In time they take its place.
func TestLateTextOfSeveralLines(t *testing.T) {
	k := newTalk(t)
	k.late("0778037340 500\n0661234567 200")
	if k.at(StepMany, "many.title"); k.s.Backlog != nil && k.s.Backlog.Asked {
		t.Errorf("%+v", k.s.Backlog)
	}
	k = newTalk(t)
	backlog(k)
	k.late("0778037341 500\nmerci\n0661234569 200")
	if k.at(StepBacklog); k.picks() != 5 {
		t.Errorf("%d lines are asked about", k.picks())
	}
	k.say("0778037341 500\n0661234569 200")
	if k.at(StepMany); k.s.Backlog != nil {
		t.Errorf("%+v", k.s.Backlog)
	}
}

// A line that was chosen, in time or late, is only asked about; ✅ that comes
// late sells nothing, and the others are asked about after the sale.
func TestLateLinesSellNothing(t *testing.T) {
	for _, late := range []bool{false, true} {
		k := newTalk(t)
		backlog(k)
		in := k.input()
		in.Data, in.Late = k.s.tap("pick", "0"), late
		k.handle(in)
		k.at(StepConfirm)
		in.Data, in.Late = k.s.tap("ok"), true
		k.handle(in)
		k.at(StepConfirm, "confirm.late")
		if _, placed := effect[Place](k); placed {
			t.Fatal("a late tap sold")
		}
		k.tap("ok")
		if _, placed := effect[Place](k); !placed {
			t.Fatal("the tap in time did not sell")
		}
		k.at(StepBacklog, "backlog.ask")
		if n := k.picks(); n != 2 {
			t.Errorf("%d others are asked about", n)
		}
	}
}

// While nothing can be sold a line stays where it is.
func TestClosedKeepsTheLines(t *testing.T) {
	k := newTalk(t)
	backlog(k)
	k.v.closed = true
	k.tap("pick", "0")
	if toast := k.answered("a line"); toast.Msg.ID != "sale.closed" || len(k.s.Backlog.Lines) != 3 {
		t.Errorf("%+v, %+v", toast, k.s.Backlog)
	}
}

// A late number where one is asked for is the answer, no line of a backlog.
func TestLateAnswerIsNoLine(t *testing.T) {
	k := newTalk(t)
	k.say("/find")
	k.late("0778037340")
	k.late("0778037341")
	if k.s.Step == StepBacklog {
		t.Error("an answer became a line")
	}
}

func TestLateCommandsAreAnsweredOnce(t *testing.T) {
	k := newTalk(t)
	shown := 0
	for range 5 {
		k.late("/balance")
		shown += len(k.out)
	}
	if shown != 1 {
		t.Errorf("%d effects of five late commands", shown)
	}
	for range 2 {
		k.say("/balance")
		if len(k.out) != 1 {
			t.Errorf("a command in time: %+v", k.out)
		}
	}
}

// TestLateTapsMoveNoMoney: a ✅ that comes late settles, credits and debits
// nothing; the same tap in time does.
func TestLateTapsMoveNoMoney(t *testing.T) {
	for name, c := range map[string]struct {
		lead func(*talk)
		data func(*talk) string
	}{
		"a credit":       {func(k *talk) { k.say("/credit 1 500 cash") }, func(k *talk) string { return k.s.tap("ok") }},
		"a debit":        {func(k *talk) { k.say("/debit 1 500 back") }, func(k *talk) string { return k.s.tap("ok") }},
		"a large credit": {func(k *talk) { k.say("/credit 1 300000 cash"); k.tap("ok") }, func(k *talk) string { return k.s.tap("ok") }},
		"a delivery":     {func(k *talk) { k.press("a:order:4:done"); k.tap("why", "customer"); k.tap("none") }, func(k *talk) string { return k.s.tap("ok") }},
		"a refund":       {func(k *talk) { k.press("a:order:4:undo"); k.say("gone") }, func(k *talk) string { return k.s.tap("ok") }},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			owner(k)
			k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, Chat: deskChat, Panel: "x", Good: topup.MobileTopUp, To: "0778037340",
				Face: topup.Dinars(500), Price: topup.Dinars(500), Quantity: 1, Placed: noon, State: topup.Review}}
			c.lead(k)
			moved := func() bool {
				_, booked := effect[Book](k)
				_, settled := effect[MoveOrder](k)
				return booked || settled
			}
			in := k.input()
			in.Data, in.Late = c.data(k), true
			k.handle(in)
			if toast := k.answered("late"); moved() || toast.Msg.ID != "confirm.late" {
				t.Fatalf("late: %+v", k.out)
			}
			k.press(c.data(k))
			if !moved() {
				t.Errorf("in time: %+v", k.out)
			}
		})
	}
}

// TestLateRecheckSellsNothing: a gift card whose stock was being looked at when
// we went away is asked about anew; the answer of before sells nothing, and
// neither does a ✅ that waited.
func TestLateRecheckSellsNothing(t *testing.T) {
	k := newTalk(t)
	giftQuote(k)
	k.tap("ok")
	k.at(StepRecheck)
	r := k.run()
	stock := StockAnswer{Panel: r.Panel, Product: r.Ask.Product, Stock: topup.GiftStock{ProductID: "a", Title: "PSN UK", Types: []topup.GiftType{tenPounds(5)}}}
	k.s, k.out = Restarted(k.v.view(), k.env(), DecodeSession(k.s.Encode()), k.input())
	k.at(StepConfirm, "stock.unreachable")
	k.stock(stock)
	if _, placed := effect[Place](k); placed {
		t.Fatal("the answer of before sold")
	}
	in := k.input()
	in.Data, in.Late = k.s.tap("ok"), true
	k.handle(in)
	k.at(StepConfirm, "confirm.late")
	if _, asked := effect[Run](k); asked {
		t.Error("a late ✅ asks for the stock to sell")
	}
	k.stock(stock)
	if _, placed := effect[Place](k); placed {
		t.Error("a late ✅ sold")
	}
}
