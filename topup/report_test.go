package topup_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// TestReportTiesToTheJournal: what a day says of money is what the lines of the
// journal of the same orders add up to, whatever became of them.
func TestReportTiesToTheJournal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
		day := topup.NewReport(topup.Today, noon)
		lines := map[topup.ShopID][]topup.Transaction{}
		sales := 0
		for range rapid.IntRange(0, 40).Draw(t, "orders") {
			o := topup.Order{
				ID: topup.OrderID(topup.NewID()), Shop: topup.ShopID(rapid.IntRange(1, 3).Draw(t, "shop")), Good: topup.MobileTopUp,
				Operator: rapid.SampledFrom([]topup.Operator{topup.Djezzy, topup.Mobilis}).Draw(t, "operator"),
				Quantity: rapid.IntRange(1, 5).Draw(t, "quantity"), Placed: noon,
			}
			each := topup.Dinars(rapid.Int64Range(1, 5000).Draw(t, "price"))
			o.Price = each * topup.Money(o.Quantity)
			o.Face = o.Price + topup.Money(o.Quantity)*topup.Money(rapid.IntRange(0, 5000).Draw(t, "gain"))
			o.State = rapid.SampledFrom([]topup.State{topup.Placed, topup.Pending, topup.Review, topup.Delivered, topup.Refunded}).Draw(t, "state")
			list := []topup.Transaction{topup.Hold(o)}
			switch o.State {
			case topup.Delivered:
				o.DeliveredQty = rapid.IntRange(1, o.Quantity).Draw(t, "came")
				o.Captured = topup.PriceOf(o, o.DeliveredQty)
				list = append(list, topup.Capture(o))
			case topup.Refunded:
				list = append(list, topup.Release(o))
			}
			if yesterday := rapid.IntRange(0, 9).Draw(t, "yesterday") == 0; yesterday {
				o.Placed = noon.AddDate(0, 0, -1)
				if day.Add(o) {
					t.Fatal("a sale of yesterday counts")
				}
				continue
			}
			if !day.Add(o) {
				t.Fatal("a sale of today does not count")
			}
			sales++
			lines[o.Shop] = append(lines[o.Shop], list...)
		}
		var all topup.Sums
		for _, s := range day.Shops() {
			available, held := topup.Money(0), topup.Money(0)
			for _, j := range lines[s.Of] {
				for _, p := range j.Postings {
					switch p.Account {
					case s.Of.Available():
						available += p.Amount
					case s.Of.Held():
						held += p.Amount
					}
				}
			}
			if held != s.Held || -available != s.Paid+s.Held {
				t.Errorf("shop %d: %v held and %v paid; its journal says %v and %v", s.Of, s.Held, s.Paid, held, -available-held)
			}
			all = plus(all, s.Sums)
		}
		var kinds topup.Sums
		for _, k := range day.Kinds() {
			kinds = plus(kinds, k.Sums)
		}
		var sellers, days topup.Sums
		for _, p := range day.Sellers() {
			sellers = plus(sellers, p.Sums)
		}
		for _, p := range day.ByDay() {
			days = plus(days, p.Sums)
		}
		if day.All != all || day.All != kinds || day.All != sellers || day.All != days || day.All.Sales() != sales {
			t.Errorf("of %d sales all are %+v, the shops %+v, the kinds %+v", sales, day.All, all, kinds)
		}
	})
}

func plus(a, b topup.Sums) topup.Sums {
	return topup.Sums{
		Done: a.Done + b.Done, Face: a.Face + b.Face, Priceless: a.Priceless + b.Priceless, Paid: a.Paid + b.Paid, Gain: a.Gain + b.Gain, Margin: a.Margin + b.Margin,
		Untold: a.Untold + b.Untold, Back: a.Back + b.Back, Given: a.Given + b.Given, Pending: a.Pending + b.Pending, Held: a.Held + b.Held,
	}
}

// TestReportGain: a sale in part earns for what came alone, and the margin waits
// for what the provider says.
func TestReportGain(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	day := topup.NewReport(topup.Today, noon)
	o := topup.Order{Shop: 1, State: topup.Delivered, Quantity: 4, DeliveredQty: 1, Price: 4 * 97_00, Captured: 97_00, Face: 400_00, Placed: day.From}
	day.Add(o)
	o.Charged, o.ChargedKnown = 95_00, true
	day.Add(o)
	if s := day.All; s.Gain != 6_00 || s.Face != 200_00 || s.Given != 2*3*97_00 || s.Margin != 2_00 || s.Untold != 1 {
		t.Errorf("%+v", s)
	}
	o.Placed = day.From.Add(-1)
	if day.Add(o) {
		t.Error("the moment before midnight is of the day")
	}
	o.Placed = day.From.AddDate(0, 0, 1)
	if day.Add(o) {
		t.Error("the next midnight is of the day")
	}
}
