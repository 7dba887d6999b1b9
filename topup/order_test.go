package topup_test

import (
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

var start = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// newOrder is an order fit to be placed.
func newOrder(good topup.Good) topup.Order {
	o := topup.Order{
		ID: "abcdefgh01234567", Shop: 12, By: 77, Chat: 77, Panel: "card", Good: good, State: topup.Placed, Quantity: 1,
		Price: topup.Dinars(495), Expected: topup.Dinars(490), Placed: start, Changed: start, Due: start,
	}
	switch good {
	case topup.MobileTopUp:
		o.Plan, o.PlanKind, o.Operator, o.To = "PREPAID_DJEZZY", topup.Dynamic, topup.Djezzy, "0778037340"
		o.Face = topup.Dinars(500)
	case topup.InternetCard:
		o.LineType, o.To, o.Face = topup.ADSL, "036362608", topup.Dinars(500)
	case topup.GiftCard:
		o.Product, o.TypeID, o.Quantity = "product", "type", 4
		o.Price, o.Expected = topup.Dinars(2000), topup.Dinars(1960)
	}
	return o
}

func TestOrderValid(t *testing.T) {
	for _, g := range []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard} {
		if err := newOrder(g).Valid(); err != nil {
			t.Errorf("%s: %v", g, err)
		}
	}
	for _, c := range []struct {
		name   string
		good   topup.Good
		change func(*topup.Order)
	}{
		{"no ID", topup.MobileTopUp, func(o *topup.Order) { o.ID = "" }},
		{"no shop", topup.MobileTopUp, func(o *topup.Order) { o.Shop = 0 }},
		{"no card", topup.MobileTopUp, func(o *topup.Order) { o.Panel = "" }},
		{"no chat", topup.MobileTopUp, func(o *topup.Order) { o.Chat = 0 }},
		{"no price", topup.MobileTopUp, func(o *topup.Order) { o.Price = 0 }},
		{"negative price", topup.GiftCard, func(o *topup.Order) { o.Price = -1 }},
		{"huge price", topup.GiftCard, func(o *topup.Order) { o.Price = topup.MaxMoney + 1 }},
		{"negative cost", topup.MobileTopUp, func(o *topup.Order) { o.Expected = -1 }},
		{"huge cost", topup.MobileTopUp, func(o *topup.Order) { o.Expected = topup.MaxMoney + 1 }},
		{"negative face", topup.GiftCard, func(o *topup.Order) { o.Face = -1 }},
		{"huge face", topup.MobileTopUp, func(o *topup.Order) { o.Face = topup.MaxMoney + 100 }},
		{"nothing", topup.GiftCard, func(o *topup.Order) { o.Quantity = 0 }},
		{"too many", topup.GiftCard, func(o *topup.Order) { o.Quantity = 1001 }},
		{"two top-ups", topup.MobileTopUp, func(o *topup.Order) { o.Quantity = 2 }},
		{"no plan", topup.MobileTopUp, func(o *topup.Order) { o.Plan = "" }},
		{"no number", topup.MobileTopUp, func(o *topup.Order) { o.To = "" }},
		{"no amount", topup.MobileTopUp, func(o *topup.Order) { o.Face = 0 }},
		{"no line type", topup.InternetCard, func(o *topup.Order) { o.LineType = "" }},
		{"no line", topup.InternetCard, func(o *topup.Order) { o.To = "" }},
		{"no value", topup.InternetCard, func(o *topup.Order) { o.Face = 0 }},
		{"no product", topup.GiftCard, func(o *topup.Order) { o.Product = "" }},
		{"no type", topup.GiftCard, func(o *topup.Order) { o.TypeID = "" }},
		{"above face", topup.MobileTopUp, func(o *topup.Order) { o.Price = o.Face + 1 }},
		{"unknown good", topup.GiftCard, func(o *topup.Order) { o.Good = "bread" }},
	} {
		o := newOrder(c.good)
		c.change(&o)
		if o.Valid() == nil {
			t.Errorf("%s: fit to be placed", c.name)
		}
	}
}

func TestCommission(t *testing.T) {
	o := newOrder(topup.MobileTopUp)
	if got := o.Commission(); got != topup.Dinars(5) {
		t.Errorf("commission %v, want 5", got)
	}
	o.State = topup.Refunded
	if got := o.Commission(); got != 0 {
		t.Errorf("of a refunded order: %v", got)
	}
	if got := newOrder(topup.GiftCard).Commission(); got != 0 {
		t.Errorf("without a face value: %v", got)
	}
}

// The table of moves is the drawing of an order's life: all of it is
// reachable, and only the two ends have no way out.
func TestMoves(t *testing.T) {
	all := []topup.State{
		topup.Placed, topup.Submitting, topup.Pending, topup.Uncertain, topup.Queued, topup.Review, topup.Delivered, topup.Refunded,
	}
	if len(topup.Moves) != len(all) {
		t.Errorf("the table has %d states, want %d", len(topup.Moves), len(all))
	}
	reached := map[topup.State]bool{}
	var walk func(topup.State)
	walk = func(s topup.State) {
		if reached[s] {
			return
		}
		reached[s] = true
		for _, next := range topup.Moves[s] {
			walk(next)
		}
	}
	walk(topup.Placed)
	for _, s := range all {
		next, listed := topup.Moves[s]
		if !listed || !reached[s] {
			t.Errorf("%s: listed %v, reached %v", s, listed, reached[s])
		}
		if final := s == topup.Delivered || s == topup.Refunded; s.Final() != final || (len(next) == 0) != final {
			t.Errorf("%s: final %v, ways out %v", s, s.Final(), next)
		}
		for _, to := range all {
			if want := s == to || slices.Contains(next, to); s.May(to) != want {
				t.Errorf("%s to %s: %v, want %v", s, to, s.May(to), want)
			}
		}
	}
	if topup.Placed.May(topup.Delivered) || topup.Submitting.May(topup.Placed) {
		t.Error("an order is delivered unsent, or unsent after it was sent")
	}
}
