package flows

import (
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// TestWhatIsLookedFor reads what people type after /find, the business and a
// shop.
func TestWhatIsLookedFor(t *testing.T) {
	sold := []topup.Order{
		{ID: "0vhnczqp8mmfqjdnm8kz", No: 12345, Shop: 1, Good: topup.MobileTopUp, To: "0778037340", Quantity: 1, State: topup.Delivered, ProviderID: "p77", Placed: noon},
		{ID: "other", No: 7, Shop: 3, Good: topup.MobileTopUp, To: "0550123456", Quantity: 1, State: topup.Delivered, Placed: noon},
	}
	day := func(d string) Question { return Question{Period: topup.Period(d + "-" + d)} }
	for text, want := range map[string]struct {
		owner, shop Question // zero: no search
		opens, own  bool     // a sale is shown at once
	}{
		"21/11":                {owner: day("20261121"), shop: day("20261121")},
		"٢١-١١-٢٠٢٥":           {owner: day("20251121"), shop: day("20251121")},
		"22/11":                {owner: day("20251122"), shop: day("20251122")}, // it has not begun this year
		"hier":                 {owner: Question{Period: topup.Yesterday}, shop: Question{Period: topup.Yesterday}},
		"أمس":                  {owner: Question{Period: topup.Yesterday}, shop: Question{Period: topup.Yesterday}},
		"aujourd'hui":          {owner: Question{Period: topup.Today}, shop: Question{Period: topup.Today}},
		"اليوم":                {owner: Question{Period: topup.Today}, shop: Question{Period: topup.Today}},
		"31/02":                {},
		"1/11 21/11":           {},
		"12345":                {opens: true, own: true},
		"#7":                   {opens: true},
		"p77":                  {opens: true},
		"0vhnczqp8mmfqjdnm8kz": {opens: true, shop: Question{}},
		"4711":                 {owner: Question{Serial: "4711"}, shop: Question{Serial: "4711"}},
		"900 0123-4711":        {owner: Question{Serial: "01234711"}, shop: Question{Serial: "01234711"}},
		"série 12345":          {owner: Question{Serial: "12345"}, shop: Question{Serial: "12345"}},
		"الرقم التسلسلي 12345": {owner: Question{Serial: "12345"}, shop: Question{Serial: "12345"}},
		"471":                  {},
		"99999999999999999999": {owner: Question{Serial: "99999999"}, shop: Question{Serial: "99999999"}},
		"0661000000":           {owner: Question{Serial: "61000000", Numbers: []string{"0661000000", "213661000000"}}},
		"<b>x</b>":             {}, strings.Repeat("ن", 4000): {}, "\u202e": {},
	} {
		for who, q := range map[bool]Question{true: want.owner, false: want.shop} {
			k := newTalk(t)
			k.v.sold = sold
			if who {
				owner(k)
			} else if q.Period != "" || q.Serial != "" {
				q.Shop = 1
			}
			k.say("/find " + text)
			run, _ := effect[Run](k)
			if a := run.Ask; a.Period != q.Period || a.Serial != q.Serial || a.Shop != q.Shop || !slices.Equal(a.Numbers, q.Numbers) {
				if text == "0vhnczqp8mmfqjdnm8kz" && !who {
					continue // a shop has no references
				}
				t.Errorf("%.30q, owner %t: %+v, want %+v", text, who, a, q)
			}
			shown := slices.Contains(k.says(), "moment.title") || len(k.buttonsOf("v")) > 0
			if want := who && want.opens || !who && want.own; shown != want {
				t.Errorf("%.30q, owner %t: a sale is shown: %t", text, who, shown)
			}
		}
	}
}

// buttonsOf are the buttons of a kind on the last screen.
func (k *talk) buttonsOf(kind string) []string {
	return slices.DeleteFunc(k.buttons(), func(data string) bool { return !strings.HasPrefix(data, kind+":") })
}

// TestSearchesForged: a button of a search that nobody was shown finds nothing,
// and a shop's never leaves its shop.
func TestSearchesForged(t *testing.T) {
	for _, data := range []string{
		"m:serial", "m:serial:4711", "m:serial:471.0.p", "m:serial:123456789.0.p", "m:serial:47a1.0.p", "m:serial:4711.-1.p", "m:serial:4711.99999999999999999999.p", "m:serial:4711.0.",
		"m:day:20261122.0.p", "m:day:20260231.0.p", "m:day:w.0.p", "m:day:.0.p", "m:day:20261101-20261121.0.p", "m:day:20261121.0", "m:shopday:20261121.0.p", "m:shopserial:4711.0.p", "m:lookup",
	} {
		k := newTalk(t)
		if k.press(data); !k.refused() {
			t.Errorf("%s is taken: %+v", data, k.out)
		}
	}
	k := newTalk(t)
	k.press("m:day:20261121.44.p")
	if run, ok := effect[Run](k); !ok || run.Ask.Shop != 1 || run.Ask.Before != 44 || run.Panel != historyPanel+"p" {
		t.Errorf("a shop's own: %+v", k.out)
	}
	owner(k)
	k.press("m:shopserial:4711.44.p")
	if run, ok := effect[Run](k); !ok || run.Ask.Shop != 0 || run.Ask.Serial != "4711" || run.Panel != lookupPanel+"p" {
		t.Errorf("the business's: %+v", k.out)
	}
}

// TestHowFarASearchCame: who looks is told, and can go on from there.
func TestHowFarASearchCame(t *testing.T) {
	for name, c := range map[string]struct {
		shop topup.ShopID
		over bool
		says string
		on   string
	}{
		"all shops":     {0, false, "search.back", "m:shopserial:4711.44.p"},
		"a shop":        {1, false, "search.back.no", "m:serial:4711.44.p"},
		"nothing older": {0, true, "search.over", ""},
	} {
		f := Found{Panel: lookupPanel + "p", Ask: Question{Serial: "4711", Shop: c.shop}, Last: 44, Back: noon, Over: c.over, Now: noon}
		sc, on := f.Screen(), ""
		for _, row := range sc.Rows {
			for _, b := range row {
				if b.Label.ID == "search.on" {
					on = b.Data
				}
			}
		}
		if said := sc.Lines[len(sc.Lines)-1].ID; said != c.says || on != c.on {
			t.Errorf("%s: %s, on with %q", name, said, on)
		}
	}
}
