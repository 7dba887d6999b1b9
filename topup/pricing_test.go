package topup_test

import (
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
