package topup_test

import (
	"testing"

	"hanout/topup"
)

func TestDiffProducts(t *testing.T) {
	card := func(value int64, cost int64, there bool) topup.InternetProduct {
		return topup.InternetProduct{Type: topup.ADSL, Value: topup.Dinars(value), Cost: topup.Dinars(cost), CostKnown: true, Available: there}
	}
	other := card(500, 490, true)
	other.Type = topup.LTE4G
	cached := []topup.InternetProduct{card(500, 490, true), card(1000, 980, true), card(2000, 1960, true)}
	fresh := []topup.InternetProduct{card(500, 490, true), card(1000, 985, true), card(5000, 4900, false), other, other}
	if d, want := topup.DiffProducts(cached, fresh), (topup.ListDiff{Total: 4, Added: 2, Changed: 1, Gone: 1}); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
	if d := topup.DiffProducts(fresh, fresh); !d.Same() || d.Total != 4 {
		t.Errorf("the same list differs: %+v", d)
	}
	if d := topup.DiffProducts(nil, cached); d.Same() || d.Added != 3 {
		t.Errorf("a first list: %+v", d)
	}
}

func TestDiffCatalogue(t *testing.T) {
	psn := topup.GiftProduct{ID: "a", Title: "PSN", Region: "germany", Enabled: true}
	off := psn
	off.Enabled = false
	steam := topup.GiftProduct{ID: "b", Title: "Steam", Enabled: true}
	xbox := topup.GiftProduct{ID: "c", Title: "Xbox", Enabled: true}
	cached := []topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, steam, xbox}}}
	for name, c := range map[string]struct {
		fresh []topup.Category
		want  topup.ListDiff
	}{
		"the same":            {cached, topup.ListDiff{Total: 3}},
		"switched off":        {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{off, steam, xbox}}}, topup.ListDiff{Total: 3, Changed: 1}},
		"on another shelf":    {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, steam}}, {Title: "Xbox", Products: []topup.GiftProduct{xbox}}}, topup.ListDiff{Total: 3, Changed: 1}},
		"one came, two went":  {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, {ID: "d", Title: "Roblox", Enabled: true}}}}, topup.ListDiff{Total: 2, Added: 1, Gone: 2}},
		"on two shelves once": {[]topup.Category{cached[0], {Title: "All", Products: []topup.GiftProduct{psn}}}, topup.ListDiff{Total: 3}},
	} {
		if d := topup.DiffCatalogue(cached, c.fresh); d != c.want {
			t.Errorf("%s: %+v, want %+v", name, d, c.want)
		}
	}
}
