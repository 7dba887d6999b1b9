package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// checked brings a talk to a line whose check runs.
func (k *talk) checking() LineAnswer {
	k.t.Helper()
	k.say("/internet")
	k.tap("lt", topup.ADSL)
	k.say("036 36 26 08")
	k.at(StepChecking, "line.checking")
	r := k.run()
	return LineAnswer{Panel: r.Panel, LineType: r.Ask.LineType, Line: r.Ask.Line, Info: topup.LineInfo{Offer: "10M", Type: topup.ADSL}}
}

func TestLineAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*LineAnswer)
		step   Step
		says   string
	}{
		"taken":             {func(*LineAnswer) {}, StepValue, "line.offer"},
		"type not told":     {func(a *LineAnswer) { a.Info.Type = "" }, StepValue, "value.ask"},
		"of the other type": {func(a *LineAnswer) { a.Info.Type = topup.LTE4G }, StepLine, "line.othertype"},
		"not a line":        {func(a *LineAnswer) { a.Fault = topup.FaultInvalid }, StepLine, "line.refused"},
		"no answer":         {func(a *LineAnswer) { a.Fault = topup.FaultUnavailable }, StepLine, "line.unreachable"},
		"told to wait":      {func(a *LineAnswer) { a.Fault = topup.FaultThrottled }, StepLine, "line.unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			a := k.checking()
			c.change(&a)
			k.line(a)
			k.at(c.step, c.says)
			retry := k.s.Sale.(*internet).Line != ""
			if want := a.Fault == "" && c.step == StepValue || c.says == "line.unreachable"; retry != want {
				t.Errorf("the line is kept: %t, want %t", retry, want)
			}
			k.line(a)
			k.untouched("the same answer twice")
		})
	}
	t.Run("the key is not taken", func(t *testing.T) {
		k := newTalk(t)
		a := k.checking()
		k.v.closed, a.Fault = true, topup.FaultKey
		k.line(a)
		k.at(StepLine, "sale.closed")
	})
}

func TestStaleLineAnswersAreDropped(t *testing.T) {
	for name, change := range map[string]func(*talk, *LineAnswer){
		"another card":    func(_ *talk, a *LineAnswer) { a.Panel = "other" },
		"another number":  func(_ *talk, a *LineAnswer) { a.Line = "036362609" },
		"another type":    func(_ *talk, a *LineAnswer) { a.LineType = topup.LTE4G },
		"cancelled":       func(k *talk, _ *LineAnswer) { k.tap("no") },
		"left":            func(k *talk, _ *LineAnswer) { k.tap("back") },
		"something else":  func(k *talk, _ *LineAnswer) { k.say("/cards") },
		"no longer shop":  func(k *talk, _ *LineAnswer) { k.v.refused = true },
		"corrected since": func(k *talk, _ *LineAnswer) { k.say("036 36 26 09") },
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			a := k.checking()
			change(k, &a)
			before := k.s.Encode()
			k.line(a)
			k.untouched("a stale answer says something")
			if string(k.s.Encode()) != string(before) {
				t.Error("a stale answer changes the talk")
			}
		})
	}
}

func TestLineCheckBringsProductsWhenOld(t *testing.T) {
	for age, want := range map[time.Duration]bool{time.Minute: false, 4 * time.Minute: false, 6 * time.Minute: true} {
		k := newTalk(t)
		k.v.read = noon.Add(-age)
		k.checking()
		if got := k.run().Ask.Products; got != want {
			t.Errorf("a list of %v is asked for: %t", age, got)
		}
	}
}

func TestLostLineAnswer(t *testing.T) {
	k := newTalk(t)
	k.checking()
	k.now = noon.Add(10 * time.Second)
	k.say("/language")
	k.tap("stale") // of the card: it is shown again
	if _, asked := effect[Run](k); asked {
		t.Error("asked again while the answer is on its way")
	}
	k.now = noon.Add(30 * time.Second)
	in := k.input()
	in.Data = encodeTap("s", k.s.Panel, "1", "back") // a button of an older state
	k.handle(in)
	k.at(StepChecking, "line.checking")
	if r := k.run(); r.Ask.Line != "036362608" {
		t.Errorf("asked about %+v", r.Ask)
	}
}

func TestInternetCardIsPlaced(t *testing.T) {
	k := newTalk(t)
	k.line(k.checking())
	k.tap("v", "5000")
	if toast, ok := effect[Toast](k); !ok || !toast.Alert || toast.Msg.ID != "soldout" {
		t.Errorf("what is sold out: %+v", k.out)
	}
	k.at(StepValue)
	k.tap("v", "999")
	k.at(StepValue, "value.bad")
	k.tap("v", "1000")
	k.at(StepConfirm, "line.type", "sale.number", "line.offer", "confirm.face", "confirm.price", "confirm.commission", "confirm.after")
	k.tap("ok")
	p, ok := effect[Place](k)
	if !ok {
		t.Fatalf("no order: %v", k.says())
	}
	o := p.Order
	if err := o.Valid(); err != nil {
		t.Error(err)
	}
	if o.Good != topup.InternetCard || o.LineType != topup.ADSL || o.To != "036362608" || o.Face != topup.Dinars(1000) ||
		o.Price != topup.Dinars(990) || o.Expected != topup.Dinars(980) || o.Quantity != 1 || o.By != deskChat {
		t.Errorf("order %+v", o)
	}
}

func TestWhatIsGoneIsCalledByItsName(t *testing.T) {
	k := newTalk(t)
	k.line(k.checking())
	k.tap("v", "500")
	k.v.products[0].Available = false
	k.tap("ok")
	if said := k.answered("✅").Msg.ID; said != "value.gone" {
		t.Errorf("a card is gone, and the alert says %q", said)
	}
	k.v.products = nil
	k.say("500")
	if k.at(StepValue, "value.none"); slices.Contains(k.says(), "value.bad") {
		t.Errorf("where nothing is left, the panel says %q", k.says())
	}
}

func TestInternetCardChangesBeforeItIsConfirmed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*talk)
		step   Step
		says   string
	}{
		"dearer":        {func(k *talk) { k.v.products[0].Cost += 100 }, StepConfirm, "confirm.changed"},
		"sold out":      {func(k *talk) { k.v.products[0].Available = false }, StepValue, "value.gone"},
		"gone":          {func(k *talk) { k.v.products = nil }, StepValue, "value.none"},
		"cost unknown":  {func(k *talk) { k.v.products[0].CostKnown = false }, StepValue, "value.gone"},
		"at a loss":     {func(k *talk) { k.v.products[0].Cost = topup.Dinars(501) }, StepValue, "value.gone"},
		"too late":      {func(k *talk) { k.now = noon.Add(quoteLife + time.Second) }, StepConfirm, "confirm.expired"},
		"money is gone": {func(k *talk) { k.v.money = topup.Dinars(10) }, StepConfirm, "confirm.short"},
		"just sold": {func(k *talk) {
			k.v.sold = []topup.Order{{ID: "x", Good: topup.InternetCard, To: "036362608", Face: topup.Dinars(500), Quantity: 1, Placed: noon, State: topup.Pending}}
		}, StepConfirm, "confirm.repeat"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			k.line(k.checking())
			k.tap("v", "500")
			k.at(StepConfirm, "confirm.after")
			c.change(k)
			k.tap("ok")
			k.at(c.step, c.says)
			if _, placed := effect[Place](k); placed {
				t.Error("sold although it had changed")
			}
		})
	}
	t.Run("the tap comes late", func(t *testing.T) {
		k := newTalk(t)
		k.line(k.checking())
		k.tap("v", "500")
		in := k.input()
		in.Data, in.Late = k.s.tap("ok"), true
		k.handle(in)
		k.at(StepConfirm, "confirm.late")
	})
}

func TestShelves(t *testing.T) {
	k := newTalk(t)
	k.say("/cards")
	k.at(StepShelf, "shelf.ask")
	if !slices.Equal(k.s.Sale.common().Choices, []string{"PSN"}) {
		t.Fatalf("categories %q", k.s.Sale.common().Choices)
	}
	k.tap("c", "0")
	k.at(StepProduct, "product.ask")
	if !slices.Equal(k.s.Sale.common().Choices, []string{"a", "b"}) {
		t.Errorf("products %q", k.s.Sale.common().Choices)
	}
	k.say("pS")
	if k.at(StepProduct, "gift.found"); !slices.Equal(k.s.Sale.common().Choices, []string{"a", "b"}) {
		t.Errorf("found %q", k.s.Sale.common().Choices)
	}
	k.say("fRaNc")
	if k.at(StepStock); k.s.Sale.(*giftCard).Product != "b" {
		t.Errorf("what is found alone is not taken: %+v", k.s.Sale)
	}
	k.tap("back")
	for _, none := range []string{"gone", "off", "mobilis", "\u202e", "🎮", strings.Repeat("x", 4096)} {
		k.say(none)
		k.at(StepShelf, "gift.notfound")
	}
	k.v.catalogue = nil
	k.say("psn")
	k.at(StepShelf, "gift.none")
}

// stocked brings a talk to the denominations of product "a".
func (k *talk) stocked(types ...topup.GiftType) StockAnswer {
	k.t.Helper()
	k.say("/cards")
	k.tap("c", "0")
	k.tap("p", "0")
	k.at(StepStock, "stock.checking")
	r := k.run()
	types = append(types, topup.GiftType{ID: "none", Name: "99 GBP", Cost: topup.Dinars(9900)}) // so that there is a choice
	a := StockAnswer{Panel: r.Panel, Product: r.Ask.Product, Stock: topup.GiftStock{ProductID: "a", Title: "PSN UK", Types: types}}
	k.stock(a)
	k.at(StepType, "type.ask")
	return a
}

func tenPounds(stock int) topup.GiftType {
	return topup.GiftType{ID: "t", Name: "10 <GBP>\u202e", Cost: topup.Dinars(1000) + 50, Quantity: stock}
}

func TestGiftCardIsPlacedOnceTheStockIsKnown(t *testing.T) {
	k := newTalk(t)
	a := k.stocked(tenPounds(37))
	k.tap("t", "0")
	k.at(StepConfirm, "gift.each")
	k.tap("x", "0")
	k.at(StepQuantity, "quantity.ask", "gift.each")
	k.say("٣")
	k.at(StepConfirm, "gift.item", "gift.quantity", "gift.region", "gift.each", "confirm.price", "confirm.after")
	k.tap("ok")
	k.at(StepRecheck, "stock.rechecking")
	k.run()
	ok := k.s.tap("ok")
	for range 9 {
		in := k.input()
		in.Data = ok
		k.handle(in)
		if _, asked := effect[Run](k); asked {
			t.Fatal("a second tap asks again")
		}
	}
	k.stock(a)
	p, placed := effect[Place](k)
	if !placed {
		t.Fatalf("no order: %v", k.says())
	}
	o := p.Order
	if err := o.Valid(); err != nil {
		t.Error(err)
	}
	if o.Good != topup.GiftCard || o.Product != "a" || o.TypeID != "t" || o.PlanName != "PSN UK, 10 <GBP>" || o.Quantity != 3 ||
		o.Price != 3*topup.Dinars(1051) || o.Expected != 3*(topup.Dinars(1000)+50) || o.Face != 0 || o.To != "" || o.By != deskChat {
		t.Errorf("order %+v", o)
	}
	k.stock(a)
	k.untouched("the answer twice")
}

func TestGiftCardChangesBeforeItIsConfirmed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*talk, *StockAnswer)
		step   Step
		says   string
	}{
		"dearer":          {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].Cost += 100 }, StepConfirm, "confirm.changed"},
		"cheaper":         {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].Cost -= 300 }, StepConfirm, "confirm.changed"},
		"renamed":         {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].Name = "10 EUR" }, StepConfirm, "confirm.changed"},
		"product renamed": {func(_ *talk, a *StockAnswer) { a.Stock.Title = "PSN France" }, StepConfirm, "confirm.changed"},
		"one left":        {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].Quantity = 1 }, StepQuantity, "quantity.left"},
		"none left":       {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].Quantity = 0 }, StepType, "type.soldout"},
		"type removed":    {func(_ *talk, a *StockAnswer) { a.Stock.Types[0].ID = "u" }, StepType, "type.gone"},
		"all removed":     {func(_ *talk, a *StockAnswer) { a.Stock.Types = nil }, StepType, "type.none"},
		"product removed": {func(_ *talk, a *StockAnswer) { a.Fault = topup.FaultNotFound }, StepProduct, "product.gone"},
		"no answer":       {func(_ *talk, a *StockAnswer) { a.Fault = topup.FaultUnavailable }, StepConfirm, "stock.unreachable"},
		"key not taken": {func(k *talk, a *StockAnswer) {
			k.v.closed, a.Fault = true, topup.FaultKey
		}, StepConfirm, "sale.closed"},
		"money is gone": {func(k *talk, _ *StockAnswer) { k.v.money = topup.Dinars(1) }, StepConfirm, "confirm.short"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			a := k.stocked(tenPounds(5))
			a.Stock.Types = slices.Clone(a.Stock.Types)
			k.tap("t", "0")
			k.tap("x", "2")
			k.tap("ok")
			c.change(k, &a)
			k.stock(a)
			k.at(c.step, c.says)
			if c.says == "type.none" && slices.Contains(k.says(), "type.gone") {
				t.Error("another is to be chosen, and there is none")
			}
			if _, placed := effect[Place](k); placed {
				t.Error("sold although it had changed")
			}
			k.stock(a)
			k.untouched("the answer twice")
		})
	}
	t.Run("another card, product or step", func(t *testing.T) {
		k := newTalk(t)
		a := k.stocked(tenPounds(5))
		k.stock(a)
		k.untouched("at another step")
		k.tap("t", "0")
		k.tap("x", "2")
		k.tap("ok")
		for _, stale := range []StockAnswer{{Panel: "other", Product: "a", Stock: a.Stock}, {Panel: a.Panel, Product: "b", Stock: a.Stock}} {
			k.stock(stale)
			k.untouched("of another question")
		}
		k.tap("back")
		k.at(StepConfirm)
		k.stock(a)
		k.untouched("after the confirmation was taken back")
	})
	t.Run("the answer was lost", func(t *testing.T) {
		k := newTalk(t)
		k.stocked(tenPounds(5))
		k.tap("t", "0")
		k.tap("x", "2")
		ok := k.s.tap("ok")
		k.tap("ok")
		k.now = k.now.Add(answerWithin + time.Second)
		in := k.input()
		in.Data = ok
		k.handle(in)
		k.at(StepConfirm, "stock.unreachable")
		if _, asked := effect[Run](k); asked {
			t.Error("an old tap confirms")
		}
	})
}

func TestGiftCardAgain(t *testing.T) {
	k := newTalk(t)
	again := func() StockAnswer {
		t := newTurn(k.v.view(), k.env(), k.s, k.input())
		t.sellAgain(topup.Order{Good: topup.GiftCard, Product: "a", TypeID: "t", Quantity: 2}, "")
		k.s, k.out = t.s, t.out
		k.at(StepStock)
		r := k.run()
		return StockAnswer{Panel: r.Panel, Product: "a", Stock: topup.GiftStock{Types: []topup.GiftType{tenPounds(5)}}}
	}
	k.stock(again())
	k.at(StepConfirm, "gift.quantity")

	// Another product chosen on the way has nothing of the old order.
	again()
	k.tap("back")
	k.tap("c", "0")
	k.tap("p", "1")
	r := k.run()
	k.stock(StockAnswer{Panel: r.Panel, Product: "b", Stock: topup.GiftStock{Types: []topup.GiftType{{ID: "u", Name: "5 EUR", Cost: 100, Quantity: 1}, {ID: "v", Name: "9 EUR", Cost: 100, Quantity: 1}}}})
	if k.at(StepType, "type.ask"); slices.Contains(k.says(), "type.gone") {
		t.Errorf("a choice of another product is missed: %v", k.says())
	}

	few := again()
	few.Stock.Types[0].Quantity = 1
	k.stock(few)
	k.at(StepQuantity, "quantity.left")
	k.v.catalogue = nil
	k.tap("no")
	turn := newTurn(k.v.view(), k.env(), k.s, k.input())
	turn.sellAgain(topup.Order{Good: topup.GiftCard, Product: "a", TypeID: "t", Quantity: 2}, "")
	k.s, k.out = turn.s, turn.out
	k.at(StepShelf, "product.gone")
}

func TestQuantities(t *testing.T) {
	k := newTalk(t)
	k.v.money = topup.Dinars(1_000_000)
	k.stocked(tenPounds(500))
	k.tap("t", "0")
	k.tap("x", "0")
	for text, says := range map[string]string{
		"0": "quantity.range", "-1": "quantity.range", "101": "quantity.range", "1000000": "quantity.range",
		"99999999999999999999": "quantity.range", "3x": "quantity.bad", "trois": "quantity.bad", "1,5": "quantity.bad",
		"1e2": "quantity.bad", "½": "quantity.bad", "<b>2</b>": "quantity.bad", strings.Repeat("9", 4096): "quantity.range",
	} {
		k.say(text)
		k.at(StepQuantity, says)
	}
	for text, want := range map[string]int{"1": 1, "100": 100, " ٣ ": 3, "۴": 4, "007": 7} {
		k.say(text)
		k.at(StepConfirm)
		if k.s.Sale.(*giftCard).Quantity != want {
			t.Errorf("%q is %d", text, k.s.Sale.(*giftCard).Quantity)
		}
	}
	k.say("0")
	k.at(StepQuantity, "quantity.range")
	if sc, ok := effect[Show](k); !ok || len(sc.Screen.Rows[0]) != len(usualQuantities) {
		t.Errorf("buttons %+v", sc.Screen.Rows)
	}
}

func TestGiftCardsOfferNoMoreThanTheWalletPays(t *testing.T) {
	k := newTalk(t)
	k.v.money = topup.Dinars(2500)
	k.stocked(tenPounds(50))
	k.tap("t", "0")
	k.tap("x", "0")
	if sc, ok := effect[Show](k); !ok || len(sc.Screen.Rows[0]) != 2 {
		t.Errorf("buttons %+v", sc.Screen.Rows)
	}
	k.say("4")
	k.at(StepConfirm, "confirm.short")
	k.v.money = topup.Dinars(9000)
	k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input())
	k.at(StepConfirm, "confirm.goon", "confirm.after")
}

func TestMobileNumbersLeaveTheCards(t *testing.T) {
	for _, text := range []string{"0661234567", "0661234567 500"} {
		k := newTalk(t)
		k.say("/cards")
		if steps[StepShelf].told(newTurn(k.v.view(), k.env(), k.s, k.input()), text) {
			t.Errorf("%q is looked for in the catalogue", text)
		}
	}
}

func TestRegionName(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "germany": "Germany", "united-kingdom": "United Kingdom", "\u202eusa\u200f": "Usa", "<b>": "<b>", "أوروبا": "أوروبا", "é-tat": "É Tat",
	} {
		if got := regionName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
