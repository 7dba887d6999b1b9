package flows

import (
	"testing"

	"hanout/topup"
)

// TestTotalOfAList: a sum that is written around a list is compared with it and
// asked about nowhere; where it could be something else, it is that.
func TestTotalOfAList(t *testing.T) {
	const list = "0778037340 500\n0661234567 3000\n"
	for text, want := range map[string]string{
		list + "total 3500":                                    "many.total.same",
		list + "TOTAL : 3 500 DA":                              "many.total.same",
		list + "= total 3500":                                  "many.total.same",
		"somme: 3500\n" + list:                                 "many.total.same",
		list + "المجموع 3500":                                  "many.total.same",
		list + "المجموع: ٣٥٠٠ دج":                              "many.total.same",
		list + "الإجمالي = 3500 دج":                            "many.total.same",
		list + "total 3050":                                    "many.total.other",
		list + "المجموع 350":                                   "many.total.other",
		list + "total 9223372036854775807":                     "",
		list + "merci":                                         "",
		"0778037340 500\ntotal 3500\n0661234567 3000":          "many.total.same",
		list + "total 3500\ntotal 3500":                        "asked",
		list + "total 3500 maison":                             "asked",
		list + "total":                                         "",
		"1) 0778037340 500\n2) 0661234567 3000\n3) total 3500": "",
	} {
		k := newTalk(t)
		k.say(text)
		if want == "asked" {
			if k.s.Step == StepMany {
				t.Errorf("%q asks nothing", text)
			}
			continue
		}
		if k.s.Step != StepMany { // what is no sum is asked about
			k.tap("skip")
			if want != "" {
				t.Errorf("%q asks", text)
			}
		}
		k.at(StepMany, "many.title", "many.sum")
		if n := k.shown("many.line"); n != 2 {
			t.Errorf("%q lists %d", text, n)
		}
		for _, id := range []string{"many.total.same", "many.total.other"} {
			if shown := k.shown(id) > 0; shown != (id == want) {
				t.Errorf("%q shows %s: %t", text, id, shown)
			}
		}
	}
	// With fewer of them the sum is another, and a restart keeps what was written.
	k := newTalk(t)
	k.say(list + "total 3500")
	k.s = DecodeSession(k.s.Encode())
	k.tap("rm", "1")
	k.at(StepMany, "many.total.other")
	k.tap("ok")
	if p, ok := effect[PlaceMany](k); !ok || len(p.Orders) != 1 {
		t.Errorf("sold %+v", p.Orders)
	}
	// A favourite of that name is sold to.
	k = newTalk(t)
	k.v.favourites = topup.Favourites{{Name: "Total", Good: topup.MobileTopUp, To: "0778037341"}}
	k.say(list + "total 200")
	if k.at(StepMany); k.shown("many.line") != 3 || k.s.Many.Total != 0 {
		t.Errorf("%v", k.says())
	}
	// What has no value in dinars can't be compared.
	k = newTalk(t)
	k.say("psn uk 10\n0778037340 500\ntotal 3500")
	k.stock(cards(k, tenPounds(5)))
	k.at(StepMany, "many.total.cards")
}

// TestListOverdrawsNoStock: of two lines that draw from one stock the second is
// left out, and that is told, when there is too little for both: on the panel, and
// when it is found out only after ✅.
func TestListOverdrawsNoStock(t *testing.T) {
	const list = "psn uk 10\n0778037340 500\npsn uk 10 x2"
	start := func(stock int) *talk {
		k := newTalk(t)
		k.say(list)
		for k.s.Step == StepStock {
			k.stock(cards(k, tenPounds(stock)))
		}
		k.at(StepMany)
		return k
	}
	left := func(k *talk) bool {
		return len(k.s.Many.Left) == 1 && k.s.Many.Left[0].Why == "many.why.stock" && len(k.s.Many.Sales) == 2
	}
	if k := start(2); !left(k) || k.shown("many.left") != 1 {
		t.Errorf("two in stock: %+v", k.s.Many)
	}
	if k := start(3); len(k.s.Many.Left) != 0 || len(k.s.Many.Sales) != 3 {
		t.Errorf("three in stock: %+v", k.s.Many)
	}
	k := start(3)
	k.tap("ok")
	k.at(StepManyStock)
	k.stock(cards(k, tenPounds(2)))
	if k.at(StepMany, "confirm.changed"); !left(k) {
		t.Errorf("sold out meanwhile: %+v", k.s.Many)
	}
	if _, sold := effect[PlaceMany](k); sold {
		t.Error("sold what is not there")
	}
}
