package flows

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// TestUnclearLinesAreAskedOneByOne: nothing is guessed, and the order of the text
// stays; between two questions the process may end.
func TestUnclearLinesAreAskedOneByOne(t *testing.T) {
	k := newTalk(t)
	k.say("0778037340 500\n0661234568\n0510000000 300\n213 661 23 45 67\n0661234569 500 x2\n0661234560 0778037341\nabc 12 077\n066123456 100\n0778037342 200")
	again := func(step Step, ids ...string) {
		t.Helper()
		if k.at(step, append(ids, "many.asked", "many.ready")...); k.s.Many.Todo[0] == "" {
			t.Error("no line is asked about")
		}
		k.s = DecodeSession(k.s.Encode())
		k.redrawn()
		if _, placed := effect[PlaceMany](k); placed || len(k.s.Many.Sales) == 0 {
			t.Fatal("sold, or lost, before all was asked")
		}
	}
	panel := k.s.Panel
	again(StepPlan)
	k.say("much")
	again(StepPlan, "amount.bad")
	k.say("300")
	again(StepOperator)
	k.tap("op", string(topup.Djezzy))
	again(StepUnclear, "unclear.ways")
	if len(k.s.Many.Ways) != 2 {
		t.Errorf("%+v", k.s.Many.Ways)
	}
	k.tap("w", "1") // 0661234567 with 213 dinars
	again(StepUnclear, "unclear.once")
	k.tap("w", "0")
	again(StepUnclear, "unclear.two")
	k.say("0661234560 150")
	again(StepUnclear, "unclear.nothing")
	k.say("213 661 23 45 68") // an answer can be unclear, too
	again(StepUnclear, "unclear.ways")
	k.tap("skip")
	again(StepNumber, "number.short")
	k.say("merci")
	again(StepNumber, "number.bad")
	k.say("0661234561 100 x3")
	again(StepUnclear, "unclear.once")
	k.tap("w", "0")
	if k.at(StepMany, "many.left"); k.s.Panel != panel {
		t.Error("the list is on another panel")
	}
	var got []string
	for _, s := range k.s.Many.Sales {
		o, _ := s.offered(k.turn())
		got = append(got, lineOf(o))
	}
	want := []string{"0778037340 500", "0661234568 300", "0510000000 300", "0661234567 213", "0661234569 500", "0661234560 150", "0661234561 100", "0778037342 200"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	k.tap("ok")
	if p, _ := effect[PlaceMany](k); len(p.Orders) != len(want) || k.answered("✅").Msg.ID != "confirm.sent" {
		t.Errorf("placed %+v", p.Orders)
	}
}

// turn is a turn of the talk as it stands.
func (k *talk) turn() *turn { return newTurn(k.v.view(), k.env(), k.s, k.input()) }

// TestAnAnswerStaysInTheList: what is typed stands for the line that is asked
// about, whatever it sells; a command and several lines leave the list.
func TestAnAnswerStaysInTheList(t *testing.T) {
	for text, step := range map[string]Step{
		"psn uk 10": StepStock, "psn": StepProduct, "036362608 1000": StepChecking, "0510000000 100": StepOperator, "213 661 23 45 67": StepUnclear,
		"0661234567 x 0661": StepUnclear, "merci": StepPlan,
	} {
		k := newTalk(t)
		inList("0661234568")(k)
		k.say(text)
		if k.at(step, "many.asked"); !k.turn().lining() || len(k.s.Many.Todo) != 2 || len(k.s.Many.Sales) != 1 {
			t.Errorf("%q: %+v", text, k.s.Many)
		}
	}
	for _, text := range []string{"/mobile", "/cards", "flexy", "annuler", "/cancel", "0778037340 500\n0778037341 500"} {
		k := newTalk(t)
		inList("0661234568")(k)
		k.say(text)
		if k.turn().lining() {
			t.Errorf("%q does not leave the list: at %q", text, k.s.Step)
		}
	}
	k := newTalk(t)
	inList("0661234568")(k)
	k.tap("skip")
	if k.at(StepMany); k.shown("many.left") != 1 || k.s.Many.Left[0].Why != "many.why.you" || k.shown("many.line") != 2 {
		t.Errorf("%+v", k.s.Many)
	}
	k.press(k.s.tap("skip"))
	if k.answered("a forged tap").Msg.ID != "tap.unknown" {
		t.Error("nothing is asked, and yet left out")
	}
	k = newTalk(t)
	djezzy(k)
	k.press(k.s.tap("skip"))
	if k.answered("a forged tap").Msg.ID != "tap.unknown" {
		t.Error("a sale alone has no line")
	}
}

// TestNameOrCard: a favourite that is called like a card is asked about.
func TestNameOrCard(t *testing.T) {
	lead := func() *talk {
		k := newTalk(t)
		k.v.favourites = topup.Favourites{{Name: "PSN", Good: topup.MobileTopUp, To: "0778037341"}}
		inList("psn 500")(k)
		k.at(StepUnclear, "unclear.whom")
		return k
	}
	k := lead()
	k.tap("w", "0")
	if k.at(StepMany); k.s.Many.Sales[1].(*mobile).Number != "0778037341" || k.s.Many.Sales[1].(*mobile).Face != topup.Dinars(500) {
		t.Errorf("%+v", k.s.Many.Sales[1])
	}
	k = lead()
	k.tap("g")
	k.at(StepProduct, "many.asked")
	k = newTalk(t)
	inList("abc 12 077")(k)
	k.tap("g")
	if k.answered("a forged tap").Msg.ID != "tap.unknown" || k.s.Step != StepUnclear {
		t.Error("a card where none is meant")
	}
}

// TestSeveralOfAllGoods: the stock of each product is asked for once more after
// ✅, and only then all are sold, each as its own order, by who confirmed.
func TestSeveralOfAllGoods(t *testing.T) {
	k := newTalk(t)
	listedCards(k)
	if k.shown("many.card") != 2 || k.shown("many.line") != 2 || k.shown("many.sum") != 0 {
		t.Errorf("%v", k.says())
	}
	if n := len(k.s.Encode()); n > 6000 {
		t.Errorf("the session has %d bytes", n)
	}
	k.tap("ok")
	if run := k.run(); run.Job != JobStock || run.Ask.Product != "a" || run.Panel != k.s.Panel {
		t.Errorf("%+v", run)
	}
	k.at(StepManyStock, "stock.rechecking")
	if _, placed := effect[PlaceMany](k); placed {
		t.Fatal("sold without the stock")
	}
	k.s = DecodeSession(k.s.Encode())
	other := cards(k, tenPounds(5))
	other.Product = "b"
	k.stock(other)
	k.untouched("the answer of another question")
	k.stock(cards(k, tenPounds(5)))
	p, _ := effect[PlaceMany](k)
	if _, more := effect[Run](k); more || len(p.Orders) != 4 || k.s.Step != StepIdle {
		t.Fatalf("asked again: %t, placed %+v", more, p.Orders)
	}
	var goods []topup.Good
	for _, o := range p.Orders {
		if err := o.Valid(); err != nil || o.By != deskChat {
			t.Errorf("%v %+v", err, o)
		}
		goods = append(goods, o.Good)
	}
	if !slices.Equal(goods, []topup.Good{topup.GiftCard, topup.InternetCard, topup.MobileTopUp, topup.GiftCard}) || p.Orders[3].Quantity != 2 {
		t.Errorf("%v", goods)
	}
}

// TestSeveralCardsAreAskedAgain: whatever the stock says that was not shown sells
// nothing.
func TestSeveralCardsAreAskedAgain(t *testing.T) {
	dearer := tenPounds(5)
	dearer.Cost += topup.Dinars(100)
	for name, c := range map[string]struct {
		change func(*talk, *StockAnswer)
		says   string
		cards  int
	}{
		"dearer":      {func(_ *talk, a *StockAnswer) { a.Stock.Types = []topup.GiftType{dearer} }, "confirm.changed", 2},
		"sold out":    {func(_ *talk, a *StockAnswer) { a.Stock.Types = []topup.GiftType{tenPounds(0)} }, "confirm.changed", 0},
		"one is left": {func(_ *talk, a *StockAnswer) { a.Stock.Types = []topup.GiftType{tenPounds(1)} }, "confirm.changed", 1},
		"gone": {func(_ *talk, a *StockAnswer) {
			*a = StockAnswer{Panel: a.Panel, Product: "a", Fault: topup.FaultNotFound}
		}, "confirm.changed", 0},
		"no answer":     {func(_ *talk, a *StockAnswer) { a.Fault = topup.FaultUnavailable }, "stock.unreachable", 2},
		"money is gone": {func(k *talk, _ *StockAnswer) { k.v.money = topup.Dinars(600) }, "confirm.short", 2},
		"closed":        {func(k *talk, _ *StockAnswer) { k.v.closed = true }, "sale.closed", 2},
		"a limit":       {func(k *talk, _ *StockAnswer) { k.v.mostDay = topup.Dinars(700) }, "limits.day.over", 2},
		"too old":       {func(k *talk, _ *StockAnswer) { k.now = k.now.Add(time.Hour) }, "confirm.expired", 2},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			listedCards(k)
			k.tap("ok")
			a := cards(k, tenPounds(5))
			c.change(k, &a)
			k.stock(a)
			if _, placed := effect[PlaceMany](k); placed {
				t.Fatal("sold")
			}
			if k.at(StepMany, c.says); k.shown("many.card") != c.cards {
				t.Errorf("%d cards are left: %v", k.shown("many.card"), k.says())
			}
			if _, toast := effect[Toast](k); toast {
				t.Error("a tap is answered that nobody made")
			}
		})
	}
	k := newTalk(t)
	listedCards(k)
	k.tap("ok")
	a := cards(k, tenPounds(5))
	k.v.suspended = true
	k.stock(a)
	if _, placed := effect[PlaceMany](k); placed {
		t.Error("a suspended shop sells")
	}
	// A cashier who was removed sells nothing with an answer that comes after.
	k = newTalk(t)
	k.who = 21
	staffed(k)
	listedCards(k)
	k.tap("ok")
	a = cards(k, tenPounds(5))
	k.v.members = nil
	k.stock(a)
	if _, placed := effect[PlaceMany](k); placed {
		t.Error("who was removed sells")
	}
}

// TestSeveralTellTheWeather: of an operator that is down or rough, once.
func TestSeveralTellTheWeather(t *testing.T) {
	k := newTalk(t)
	var p topup.Pulse
	for i := range 10 {
		p = p.Add(topup.Beat{At: noon.Add(-time.Minute), No: uint64(i + 1), Failed: true})
	}
	k.v.pulses = map[topup.Operator]topup.Pulse{topup.Djezzy: p, topup.Ooredoo: p}
	k.say("0778037340 500\n0778037341 200\n0661234567 200")
	if k.at(StepMany); k.shown("operator.rough") != 1 {
		t.Errorf("%v", k.says())
	}
}

// TestAListThatCantBeRead starts over, wherever it stood.
func TestAListThatCantBeRead(t *testing.T) {
	for _, lead := range []func(*talk){several, inList("0661234568")} {
		k := newTalk(t)
		lead(k)
		for _, bad := range []any{nil, map[string]any{"good": "none"}, 7} {
			var fields map[string]any
			if err := json.Unmarshal(k.s.Encode(), &fields); err != nil {
				t.Fatal(err)
			}
			sales := fields["many"].(map[string]any)["sales"].([]any)
			sales[0] = bad
			stored, _ := json.Marshal(fields)
			if s := DecodeSession(stored); s.Step != StepIdle || s.Many != nil || s.Panel != k.s.Panel {
				t.Errorf("%s is read as %+v", stored, s.Many)
			}
		}
	}
}
