package flows

import (
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// TestWhatIsTypedAtTheCounter types at no step, where a number is asked for, and
// where an amount is.
func TestWhatIsTypedAtTheCounter(t *testing.T) {
	nowhere := func(*talk) {}
	number := func(k *talk) { k.say("/mobile") }
	type row struct {
		text string
		step Step
		says string
	}
	for _, c := range []struct {
		at   func(*talk)
		rows []row
	}{
		{nowhere, []row{
			{"0661234567 -5", StepPlan, "amount.zero"}, {"0661234567 mille", StepPlan, "amount.words"}, {"0661234567 500,50", StepPlan, "amount.fraction"},
			{"0661234567 x2", StepPlan, "amount.unread"}, {"0510000000 1e9", StepOperator, "amount.unread"},
			{"0778037340 500 x2", StepConfirm, "counter.once"}, {"0778037340 500 facture", StepPlan, "sale.wanted"},
			{"0510000000 500", StepOperator, "operator.ask"}, {"mobilis 0510000000 500", StepConfirm, "confirm.face"},
			{"0778037340 9000", StepPlan, "amount.nofit"}, {"066123456", StepNumber, "number.short"}, {"06612345678", StepNumber, "number.long"},
			{"0661234567 0770112233", StepIdle, "counter.two"}, {"213 661 23 45 67", StepIdle, "counter.ambiguous"},
			{"036362608 1000", StepChecking, "line.checking"}, {"213472731602", StepChecking, "line.checking"},
			{"psn", StepProduct, "gift.found"}, {"بلايستيشن 20", StepProduct, "gift.found"}, {"carte psn france svp", StepStock, "stock.checking"},
			{"merci", StepIdle, "help.unknown"}, {"500", StepIdle, "help.unknown"}, {"رصيد", StepIdle, "wallet.title"}, {"Historique !", StepIdle, "history.empty"},
		}},
		{number, []row{
			{"merci", StepIdle, "help.unknown"}, {"solde", StepNumber, "wallet.title"}, {"psn", StepProduct, "gift.found"},
			{"036362608", StepChecking, "line.checking"}, {"12", StepNumber, "number.bad"}, {"0778037340 -5", StepPlan, "amount.zero"},
		}},
		{djezzy, []row{
			{"066123456", StepPlan, "amount.short"}, {"06612345678", StepPlan, "amount.long"}, {"mille", StepPlan, "amount.words"}, {"500 da svp", StepConfirm, "confirm.face"},
			{"psn", StepProduct, "gift.found"}, {"036362608", StepChecking, "line.checking"}, {"0661234567 200", StepConfirm, "confirm.face"}, {"abc", StepPlan, "amount.bad"},
		}},
	} {
		for _, r := range c.rows {
			k := newTalk(t)
			c.at(k)
			k.say(r.text)
			if k.s.Step != r.step || k.shown(r.says) == 0 {
				t.Errorf("%q leads to %q and says %v, want %q and %q", r.text, k.s.Step, k.says(), r.step, r.says)
			}
		}
	}
}

// TestOperatorIsGuessed: what is said goes before what worked, and that before
// the number's first digits; another is a tap away, and the amount stays.
func TestOperatorIsGuessed(t *testing.T) {
	k := newTalk(t)
	operator := func() topup.Operator { return k.s.Sale.(*mobile).Operator }
	k.say("0778037340 500")
	if k.at(StepConfirm); operator() != topup.Djezzy {
		t.Errorf("by its digits %s", operator())
	}
	k.v.sold = []topup.Order{{ID: "x", Shop: 1, Good: topup.MobileTopUp, To: "0778037340", Operator: topup.Mobilis, Face: topup.Dinars(100), State: topup.Delivered}}
	k.say("0778037340 500")
	if k.at(StepConfirm); operator() != topup.Mobilis {
		t.Errorf("by what worked %s", operator())
	}
	k.say("djezzy 0778037340 500")
	if k.at(StepConfirm); operator() != topup.Djezzy {
		t.Errorf("said %s", operator())
	}
	k.tap("x", string(topup.Mobilis))
	if k.at(StepConfirm); operator() != topup.Mobilis || k.s.Sale.(*mobile).Face != topup.Dinars(500) {
		t.Errorf("changed to %+v", k.s.Sale)
	}
	k.tap("x", "ops")
	k.at(StepOperator, "sale.wanted")
	k.tap("op", string(topup.Djezzy))
	k.at(StepConfirm)
}

// TestSaidQuantityAndValue: what is said of a card is taken when it names one
// denomination that there is, and asked back otherwise.
func TestSaidQuantityAndValue(t *testing.T) {
	ten, twenty := tenPounds(5), topup.GiftType{ID: "u", Name: "20 GBP", Cost: topup.Dinars(2000), Quantity: 2}
	for text, want := range map[string]struct {
		step  Step
		says  string
		count int
	}{
		"psn france 20":    {StepConfirm, "gift.item", 1},
		"psn france 20 x2": {StepConfirm, "gift.item", 2},
		"psn france 20 x3": {StepQuantity, "quantity.range", 0},
		"psn france 30":    {StepType, "type.novalue", 0},
		"psn france 2":     {StepType, "type.novalue", 0},
		"psn france":       {StepType, "type.ask", 0},
		"psn france 10 20": {StepType, "type.ask", 0},
	} {
		k := newTalk(t)
		k.say(text)
		k.at(StepStock)
		k.s = DecodeSession(k.s.Encode())
		k.stock(StockAnswer{Panel: k.s.Panel, Product: "b", Stock: topup.GiftStock{Title: "PSN France", Types: []topup.GiftType{ten, twenty}}})
		d := k.s.Sale.(*giftCard)
		if k.s.Step != want.step || k.shown(want.says) == 0 || d.Quantity != want.count {
			t.Errorf("%q leads to %q with %d cards: %v", text, k.s.Step, d.Quantity, k.says())
		}
		if want.step == StepConfirm && d.TypeID != "u" {
			t.Errorf("%q is %s", text, d.TypeID)
		}
	}
}

// TestRoughOperator: a seller is told of an operator whose sales go badly, where
// it is chosen and where the sale is confirmed, and of no other.
func TestRoughOperator(t *testing.T) {
	rough := func(op topup.Operator, bad int) map[topup.Operator]topup.Pulse {
		var p topup.Pulse
		for i := range 10 {
			p = p.Add(topup.Beat{At: noon.Add(-time.Minute), No: uint64(i + 1), Failed: i < bad})
		}
		return map[topup.Operator]topup.Pulse{op: p}
	}
	for name, lead := range map[string]func(*talk){"the confirm panel": mobileQuote, "the operators": func(k *talk) { mobileQuote(k); k.tap("x", "ops") }, "the plans": djezzy} {
		for _, c := range []struct {
			op   topup.Operator
			bad  int
			told bool
		}{{topup.Djezzy, 4, true}, {topup.Djezzy, 2, false}, {topup.Ooredoo, 10, false}} {
			k := newTalk(t)
			k.v.pulses = rough(c.op, c.bad)
			lead(k)
			if told := slices.Contains(k.says(), "operator.rough"); told != c.told {
				t.Errorf("%s, %d of ten of %s: told %t", name, c.bad, c.op, told)
			}
		}
	}
}
