package topup_test

import (
	"slices"
	"testing"

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
		got, ok := topup.Price(c.cost, c.margin, c.face)
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
		price, ok := topup.Price(cost, margin, face)
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

// prepaid is a plan that may be sold.
func prepaid() topup.Plan {
	return topup.Plan{
		Code: "PREPAID_DJEZZY", Operator: topup.Djezzy, Kind: topup.Dynamic, Enabled: true,
		Cost: 980_000, CostKnown: true, Min: topup.Dinars(100), Max: topup.Dinars(10_000),
	}
}

func TestQuote(t *testing.T) {
	p := topup.DefaultPricing
	if price, cost, ok := p.Quote(prepaid(), topup.Dinars(500)); !ok || price != topup.Dinars(495) || cost != topup.Dinars(490) {
		t.Errorf("500 DA: price %v, cost %v, %v", price, cost, ok)
	}
	for name, change := range map[string]func(*topup.Plan){
		"disabled":     func(p *topup.Plan) { p.Enabled = false },
		"gone":         func(p *topup.Plan) { p.Gone = true },
		"unknown cost": func(p *topup.Plan) { p.Cost, p.CostKnown = 0, false },
		"zero cost":    func(p *topup.Plan) { p.Cost = 0 },
		"look-up":      func(p *topup.Plan) { p.Kind = topup.Lookup },
		"wholesale":    func(p *topup.Plan) { p.Operator = topup.GMobilis },
		"gros":         func(p *topup.Plan) { p.Code = "GROS_DJEZZY" },
		"loss":         func(p *topup.Plan) { p.Cost = 1_000_001 },
		"below limit":  func(p *topup.Plan) { p.Min = topup.Dinars(501) },
		"above limit":  func(p *topup.Plan) { p.Max = topup.Dinars(499) },
		"other amount": func(p *topup.Plan) { p.Kind, p.Amount = topup.Fixed, topup.Dinars(1000) },
	} {
		plan := prepaid()
		change(&plan)
		if _, _, ok := p.Quote(plan, topup.Dinars(500)); ok {
			t.Errorf("%s: sold", name)
		}
	}
	for face, want := range map[topup.Money]bool{
		topup.Dinars(100): true, topup.Dinars(10_000): true, topup.Dinars(99): false, topup.Dinars(10_001): false,
		topup.Dinars(500) + 50: false, 0: false, -topup.Dinars(500): false,
	} {
		if got := prepaid().Accepts(face); got != want {
			t.Errorf("dynamic plan accepts %v: %v", face, got)
		}
	}
	fixed := prepaid()
	fixed.Kind, fixed.Amount = topup.Fixed, topup.Dinars(500)
	if !fixed.Accepts(topup.Dinars(500)) || fixed.Accepts(topup.Dinars(501)) {
		t.Error("a fixed plan takes its amount alone")
	}
}

func TestFamily(t *testing.T) {
	for code, want := range map[string]topup.PlanFamily{
		"PREPAID_DJEZZY": topup.FamilyPrepaid, "prepaid_x": topup.FamilyPrepaid,
		"FACTURE_DJEZZY": topup.FamilyPostpaid, "POSTPAID_OOREDOO": topup.FamilyPostpaid,
		"INTERNATIONAL_DJEZZY": topup.FamilyInternational, "GROS_MOBILIS": topup.FamilyWholesale,
		"MIX500_MOBILIS": topup.FamilyOther, "": topup.FamilyOther,
	} {
		if got := (topup.Plan{Code: code}).Family(); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}

func TestMergePlans(t *testing.T) {
	plan := func(code string, cost topup.Rate) topup.Plan {
		return topup.Plan{Code: code, Cost: cost, CostKnown: true, Enabled: true}
	}
	gone := func(p topup.Plan) topup.Plan { p.Gone = true; return p }
	cached := []topup.Plan{plan("same", 1), plan("dearer", 1), plan("lost", 1), gone(plan("back", 1)), gone(plan("old", 1))}
	fresh := []topup.Plan{plan("dearer", 2), plan("same", 1), plan("new", 1), plan("back", 1), plan("new", 9)}
	merged, diff := topup.MergePlans(cached, fresh)
	want := []topup.Plan{
		plan("dearer", 2), plan("same", 1), plan("new", 1), plan("back", 1),
		gone(plan("lost", 1)), gone(plan("old", 1)),
	}
	if !slices.EqualFunc(merged, want, topup.Plan.Same) {
		t.Errorf("merged %v, want %v", merged, want)
	}
	if !slices.Equal(diff.Added, []string{"new", "back"}) || !slices.Equal(diff.Changed, []string{"dearer"}) ||
		!slices.Equal(diff.Gone, []string{"lost"}) || diff.Total != 4 {
		t.Errorf("diff %+v", diff)
	}
	again, diff := topup.MergePlans(merged, fresh[:4])
	if !slices.EqualFunc(again, merged, topup.Plan.Same) || len(diff.Added)+len(diff.Changed)+len(diff.Gone) != 0 {
		t.Errorf("the same list again: %v, %+v", again, diff)
	}
	if kept, diff := topup.MergePlans(cached, nil); !slices.EqualFunc(kept, cached, topup.Plan.Same) || diff.Total != 0 {
		t.Errorf("an empty list: %v, %+v", kept, diff)
	}
}
