package topup_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

func TestPrice(t *testing.T) {
	for _, c := range []struct {
		name       string
		cost       topup.Money
		margin     topup.Rate
		face, want topup.Money
		ok         bool
	}{
		{"one per cent", 48000, topup.Percent(100), 50000, 48500, true}, // 484.80 up to the dinar
		{"whole already", 10000, topup.Percent(100), 0, 10100, true},
		{"capped at face", 49625, topup.Percent(100), 50000, 50000, true},
		{"cost is face", 50000, topup.Percent(100), 50000, 50000, true},
		{"cost above face", 50001, topup.Percent(100), 50000, 0, false},
		{"no face, no cap", 495000, topup.Percent(500), 0, 519800, true}, // 5197.50
		{"no margin", 49625, 0, 50000, 49700, true},
		{"below cost", 49625, topup.Percent(-100), 50000, 0, false},
		{"free", 0, topup.Percent(100), 50000, 0, false},
		{"negative", -1, topup.Percent(100), 50000, 0, false},
		{"overflow", 1 << 62, topup.Percent(100_000), 0, 0, false},
	} {
		got, ok := topup.Price(c.cost, topup.Terms{How: topup.ByRate, Rate: c.margin}, c.face)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestPriceIsNeverALossNorAboveFace(t *testing.T) {
	sold := 0
	rapid.Check(t, func(t *rapid.T) {
		cost := topup.Money(rapid.Int64Range(-10, int64(topup.MaxMoney)).Draw(t, "cost"))
		margin := topup.Rate(rapid.Int64Range(-int64(topup.RateOne), int64(topup.RateOne)).Draw(t, "margin"))
		var face topup.Money
		if rapid.Bool().Draw(t, "has face") {
			face = topup.Dinars(max(0, cost.WholeDinars()+rapid.Int64Range(-100, 100).Draw(t, "over")))
		}
		price, ok := topup.Price(cost, topup.Terms{How: topup.ByRate, Rate: margin}, face)
		if !ok {
			return
		}
		sold++
		exact, _ := (topup.RateOne + margin).Of(cost)
		switch {
		case price < cost:
			t.Fatalf("sold at %v, costs %v", price, cost)
		case face > 0 && price > face:
			t.Fatalf("sold at %v, face is %v", price, face)
		case price%100 != 0:
			t.Fatalf("%v is not whole dinars", price)
		case price != face && (price < exact || price-exact >= 100):
			t.Fatalf("%v is not %v rounded up to the dinar", price, exact)
		}
	})
	if sold == 0 {
		t.Fatal("nothing was sold: the property proves nothing")
	}
}

func TestPriceByTerms(t *testing.T) {
	sum := func(dinars int64) topup.Terms { return topup.Terms{How: topup.BySum, Sum: topup.Dinars(dinars)} }
	face := func(perThousand int64) topup.Terms {
		return topup.Terms{How: topup.ByFace, Rate: topup.Rate(perThousand) * 1000}
	}
	for _, c := range []struct {
		name       string
		cost       topup.Money
		terms      topup.Terms
		face, want topup.Money
		ok         bool
	}{
		{"a sum on the cost", 96000, sum(10), 100000, 97000, true},
		{"a sum on a cost with centimes", 96050, sum(10), 100000, 97100, true},
		{"a sum, capped at face", 99250, sum(20), 100000, 100000, true},
		{"a sum on a card", 495000, sum(300), 0, 525000, true},
		{"a sum on no cost", 0, sum(10), 100000, 0, false},
		{"a part of the face, no cost", 0, face(980), 500000, 490000, true},
		{"a part of the face, up to the dinar", 0, face(985), 5000_00, 4925_00, true},
		{"a part of the face above the cost", 480000, face(980), 500000, 490000, true},
		{"a part of the face below the cost", 495000, face(980), 500000, 0, false},
		{"a part of no face", 0, face(980), 0, 0, false},
		{"no terms that are known", 48000, topup.Terms{How: "x", Rate: topup.Percent(100)}, 50000, 48500, true},
	} {
		if got, ok := topup.Price(c.cost, c.terms, c.face); got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// TestPrecedence: what is narrower counts before what is wider, and for the
// same thing the shop's group before all.
func TestPrecedence(t *testing.T) {
	rule := func(part, item, group string, rate int64) topup.PriceRule {
		return topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp, Part: part, Item: item}, Group: group,
			Terms: topup.Terms{How: topup.ByRate, Rate: topup.Percent(rate)}, By: 1, Since: time.Unix(1, 0)}
	}
	sold := topup.Scope{Good: topup.MobileTopUp, Part: "Djezzy", Item: "PREPAID_DJEZZY"}
	p := topup.DefaultPricing
	// Each is more specific than the one before.
	for i, r := range []topup.PriceRule{
		rule("", "", "", 200), rule("", "", "VIP", 201), rule("Djezzy", "", "", 202), rule("djezzy", "", "VIP", 203),
		rule("", "PREPAID_DJEZZY", "", 204), rule("", "PREPAID_DJEZZY", "VIP", 205),
	} {
		before := p
		p, _ = p.With(r)
		if got := p.For("VIP").Terms(sold); got != r.Terms {
			t.Errorf("rule %d: %+v", i, got)
		}
		// It is for nobody else, and for nothing else.
		if r.Group != "" && (p.For("").Terms(sold) != before.For("").Terms(sold) || p.For("vip").Terms(sold) != before.For("").Terms(sold)) {
			t.Errorf("rule %d counts for others", i)
		}
		if other := (topup.Scope{Good: topup.GiftCard, Part: "Djezzy", Item: "PREPAID_DJEZZY"}); p.For("VIP").Terms(other) != topup.DefaultPricing.Terms(other) {
			t.Errorf("rule %d counts for another good", i)
		}
	}
	if got := topup.DefaultPricing.Terms(topup.Scope{Good: topup.GiftCard}); got.Rate != topup.Percent(500) {
		t.Errorf("without a rule: %+v", got)
	}
}

// drawRules draws a pricing of many rules, over few things and groups so that
// they meet.
func drawRules(t *rapid.T) topup.Pricing {
	p := topup.DefaultPricing
	for i := range rapid.IntRange(0, 12).Draw(t, "rules") {
		p, _ = p.With(topup.PriceRule{
			Scope: topup.Scope{Good: rapid.SampledFrom(topup.Goods()).Draw(t, "good"), Part: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "part"), Item: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "item")},
			Group: rapid.SampledFrom([]string{"", "g", "h"}).Draw(t, "group"),
			Terms: rapid.SampledFrom([]topup.Terms{
				{How: topup.ByRate, Rate: topup.Rate(rapid.Int64Range(0, int64(topup.MaxMargin)).Draw(t, "rate"))},
				{How: topup.BySum, Sum: topup.Dinars(rapid.Int64Range(0, topup.MaxMarginSum.WholeDinars()).Draw(t, "sum"))},
				{How: topup.ByFace, Rate: topup.Rate(rapid.Int64Range(1, int64(topup.RateOne)).Draw(t, "part of face"))},
			}).Draw(t, "terms"),
			By: 1, Since: time.Unix(int64(i), 0),
		})
	}
	return p
}

// TestNoRuleSellsAtALossNorAboveFace: whatever rules there are.
func TestNoRuleSellsAtALossNorAboveFace(t *testing.T) {
	sold := map[topup.TermsKind]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := drawRules(t).For(rapid.SampledFrom([]string{"", "g"}).Draw(t, "shop"))
		plan := topup.Plan{Code: "x", Operator: "a", Kind: topup.Dynamic, Enabled: true, Min: 100, Max: topup.MaxMoney,
			CostKnown: rapid.Bool().Draw(t, "cost known"), Family: rapid.SampledFrom([]topup.PlanFamily{topup.FamilyPrepaid, topup.FamilyWholesale}).Draw(t, "family")}
		if plan.CostKnown {
			plan.Cost = topup.Rate(rapid.Int64Range(0, int64(topup.RateOne)*11/10).Draw(t, "cost"))
		}
		face := topup.Dinars(rapid.Int64Range(1, 1_000_000).Draw(t, "face"))
		price, cost, ok := p.Quote(plan, face)
		if !ok {
			return
		}
		rule, ruled := p.Rule(plan.Scope())
		sold[p.Terms(plan.Scope()).How]++
		switch {
		case price < cost || price <= 0 || price > face || price%100 != 0:
			t.Fatalf("%v for %v that cost %v", price, face, cost)
		case plan.NeedsRule() && (!ruled || rule.Item != plan.Code):
			t.Fatalf("a plan that needs a rule of its own is sold by %+v", rule)
		case !plan.CostKnown && rule.How != topup.ByFace:
			t.Fatalf("a margin on a cost that nobody knows: %+v", rule)
		case plan.CostKnown && cost == 0:
			t.Fatal("a known cost is left out")
		}
	})
	if len(sold) != 3 {
		t.Errorf("sold by %v: the property proves too little", sold)
	}
}

// TestPrecedenceIsTotal: one rule counts for what is sold, whatever order they
// lie in.
func TestPrecedenceIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawRules(t).For("g")
		sold := topup.Scope{Good: rapid.SampledFrom(topup.Goods()).Draw(t, "good"), Part: "a", Item: "x"}
		r, ok := p.Rule(sold)
		shuffled := p
		shuffled.Rules = rapid.Permutation(p.Rules).Draw(t, "order")
		if got, same := shuffled.Rule(sold); got != r || same != ok {
			t.Fatalf("%+v or %+v", r, got)
		}
		fits := 0
		for _, q := range p.Rules {
			one := topup.Pricing{Rules: []topup.PriceRule{q}, Group: "g"}
			if _, is := one.Rule(sold); is {
				fits++
			}
		}
		if ok != (fits > 0) || ok && !slices.Contains(p.Rules, r) {
			t.Fatalf("%d rules fit, one counts: %t, %+v", fits, ok, r)
		}
	})
}

// TestRulesAreKept: what takes whose place, and what ends.
func TestRulesAreKept(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	r := topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp}, Terms: topup.Terms{How: topup.ByRate, Rate: topup.Percent(200)}, By: 1, Since: at(1)}
	p, former := topup.DefaultPricing.With(r)
	if len(former) != 0 || len(p.Rules) != 1 || p.Rules[0].No != 1 {
		t.Fatalf("%+v, %+v", p, former)
	}
	other := r
	other.Group, other.Since = "VIP", at(2)
	p, former = p.With(other)
	if len(former) != 0 || len(p.Rules) != 2 {
		t.Fatalf("%+v, %+v", p, former)
	}
	r.By, r.Since, r.Rate = 2, at(3), topup.Percent(300)
	p, former = p.With(r)
	if len(former) != 1 || former[0].No != 1 || !former[0].Ended.Equal(at(3)) || former[0].Ender != 2 || former[0].By != 1 || p.Last != 3 {
		t.Fatalf("%+v, %+v", p, former)
	}
	if got, ok := p.In(r.Scope, ""); !ok || got.No != 3 {
		t.Errorf("%+v", got)
	}
	before := p
	p, ended, ok := p.Without(2, 7, at(4))
	if !ok || ended.Group != "VIP" || ended.Ender != 7 || len(p.Rules) != 1 || len(before.Rules) != 2 || before.Rules[0].No != 2 {
		t.Errorf("%+v, %+v; before %+v", p, ended, before)
	}
	if _, _, ok := p.Without(2, 7, at(5)); ok {
		t.Error("ended twice")
	}
}

// TestOldPricing: the setting of a former version is what counts without rules.
func TestOldPricing(t *testing.T) {
	p := topup.DefaultPricing
	if err := json.Unmarshal([]byte(`{"topup":20000,"giftcard":70000}`), &p); err != nil {
		t.Fatal(err)
	}
	if got := p.Terms(topup.Scope{Good: topup.InternetCard}); got != (topup.Terms{How: topup.ByRate, Rate: topup.Percent(200)}) {
		t.Errorf("%+v", got)
	}
	if price, ok := p.Price(topup.Scope{Good: topup.GiftCard, Item: "x"}, 1000_00, 0); !ok || price != 1070_00 {
		t.Errorf("%v", price)
	}
}

func TestTermsValid(t *testing.T) {
	for terms, want := range map[topup.Terms]bool{
		{How: topup.ByRate}: true, {How: topup.ByRate, Rate: topup.MaxMargin}: true, {How: topup.ByRate, Rate: topup.MaxMargin + 1}: false, {How: topup.ByRate, Rate: -1}: false,
		{How: topup.BySum, Sum: topup.MaxMarginSum}: true, {How: topup.BySum, Sum: topup.MaxMarginSum + 100}: false, {How: topup.BySum, Sum: 50}: false, {How: topup.BySum, Sum: -100}: false,
		{How: topup.ByFace, Rate: topup.RateOne}: true, {How: topup.ByFace, Rate: topup.RateOne + 1}: false, {How: topup.ByFace}: false,
		{How: topup.ByRate, Sum: 100}: false, {How: topup.BySum, Rate: 1}: false, {}: false,
	} {
		if terms.Valid() != want {
			t.Errorf("%+v is valid: %t", terms, !want)
		}
	}
}

func TestParsePercent(t *testing.T) {
	for text, want := range map[string]int64{"1": 100, "1,5": 150, " 2.25 % ": 225, "٣٪": 300, "0": 0, "100": 10000, "0,05": 5, "٠٫٥": 50} {
		if got, err := topup.ParsePercent(text); err != nil || got != topup.Percent(want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "101", "100,01", "1,555", "x", "1 000", "1,,5", ",5", "5,", "%", "99999999999999999999", "1e2", "+1"} {
		if got, err := topup.ParsePercent(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestSuggested(t *testing.T) {
	for _, c := range []struct {
		price  topup.Money
		markup topup.Rate
		want   topup.Money
	}{
		{5198_00, topup.Percent(1000), 5720_00}, {5000_00, topup.Percent(500), 5250_00}, {5000_00, 0, 0}, {5000_00, -1, 0}, {0, topup.Percent(500), 0},
		{topup.MaxMoney, topup.Percent(10000), 0},
	} {
		if got := topup.SuggestedPrice(c.price, c.markup); got != c.want {
			t.Errorf("%v and %v: %v, want %v", c.price, c.markup, got, c.want)
		}
	}
}

// TestLossIsTold: a delivery that cost more than its shop paid is told to the
// owners, and booked as it is.
func TestLossIsTold(t *testing.T) {
	for charged, want := range map[topup.Money]topup.Alert{4900_00: topup.AlertNone, 4899_00: topup.AlertNone, 5000_00: topup.AlertLoss} {
		o := waiting(topup.MobileTopUp)
		o.State, o.Submits, o.Submitted, o.ProviderID = topup.Pending, 1, o.Placed, "p"
		o.Face, o.Price, o.Expected = 5000_00, 4900_00, 0
		c := topup.Checked(o, topup.Status{ProviderID: "p", Phase: topup.PhaseDone, Charged: charged, ChargedKnown: true}, o.Placed.Add(time.Minute), 1)
		if c.Alert != want || c.Order.State != topup.Delivered || c.Journal.On(topup.Cost) != charged || c.Journal.On(topup.Margin) != 4900_00-charged {
			t.Errorf("%v: %q, %+v", charged, c.Alert, c.Journal)
		}
	}
}
