package topup_test

import (
	"slices"
	"testing"

	"hanout/topup"
)

func TestKnownOperators(t *testing.T) {
	if topup.GMobilis.Known() || !topup.Pixx.Known() {
		t.Error("a shop may choose Pixx and not GMobilis")
	}
}

// prepaid is a plan that may be sold.
func prepaid() topup.Plan {
	return topup.Plan{
		Code: "PREPAID_DJEZZY", Operator: topup.Djezzy, Kind: topup.Dynamic, Family: topup.FamilyPrepaid, Enabled: true,
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
		"wholesale":    func(p *topup.Plan) { p.Family = topup.FamilyWholesale },
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
