package topup_test

import (
	"strings"
	"testing"

	"hanout/topup"
)

func TestGoods(t *testing.T) {
	for g, want := range map[topup.Good]struct{ numbered, vouchered bool }{
		topup.MobileTopUp:  {true, false},
		topup.InternetCard: {true, true},
		topup.GiftCard:     {false, true},
		"bread":            {false, false},
	} {
		if g.Numbered() != want.numbered || g.Vouchered() != want.vouchered {
			t.Errorf("%s: to a number %v, by voucher %v", g, g.Numbered(), g.Vouchered())
		}
	}
	bread := newOrder(topup.GiftCard)
	bread.Good = "bread"
	if bread.Fits(topup.Status{}) || bread.Repeats(bread) {
		t.Error("an order of an unknown good fits or repeats something")
	}
}

func TestRepeats(t *testing.T) {
	for _, g := range []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard} {
		o := newOrder(g)
		again := o
		again.ID, again.Plan, again.Price = "another", "ANOTHER", o.Price-1
		if !again.Repeats(o) {
			t.Errorf("%s: the same sale is not known again", g)
		}
		for name, change := range map[string]func(*topup.Order){
			"good":     func(o *topup.Order) { o.Good = "bread" },
			"face":     func(o *topup.Order) { o.Face++ },
			"quantity": func(o *topup.Order) { o.Quantity++ },
			"what or to whom": func(o *topup.Order) {
				if g.Numbered() {
					o.To = "0555555555"
				} else {
					o.TypeID = "other"
				}
			},
		} {
			other := o
			change(&other)
			if again.Repeats(other) {
				t.Errorf("%s: repeats one of another %s", g, name)
			}
		}
	}
}

func TestFits(t *testing.T) {
	mobile, internet, gift := newOrder(topup.MobileTopUp), newOrder(topup.InternetCard), newOrder(topup.GiftCard)
	for _, c := range []struct {
		name string
		o    topup.Order
		s    topup.Status
		want bool
	}{
		{"nothing said", mobile, topup.Status{}, true},
		{"all right", mobile, topup.Status{Plan: mobile.Plan, To: mobile.To, Face: mobile.Face}, true},
		{"case matters", mobile, topup.Status{Plan: strings.ToLower(mobile.Plan)}, false},
		{"line", internet, topup.Status{To: internet.To, LineType: internet.LineType, Face: internet.Face}, true},
		{"other line", internet, topup.Status{To: "021123456"}, false},
		{"other type", internet, topup.Status{LineType: topup.LTE4G}, false},
		{"other value", internet, topup.Status{Face: topup.Dinars(1000)}, false},
		{"cards", gift, topup.Status{Plan: "product", TypeID: "type", Quantity: 4}, true},
		{"other product", gift, topup.Status{Plan: "other"}, false},
		{"other denomination", gift, topup.Status{TypeID: "other"}, false},
		{"other number of cards", gift, topup.Status{Quantity: 3}, false},
	} {
		if got := c.o.Fits(c.s); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
