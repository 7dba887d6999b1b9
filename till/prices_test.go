package till

import (
	"testing"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// TestRulesOfPricesAreKept: on disk the margins of a former version stay, one
// rule counts for one thing, and each that was lies in a row of its own.
func TestRulesOfPricesAreKept(t *testing.T) {
	c := newCounter(t)
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	update := func(fn func(Tx) error) {
		t.Helper()
		if err := c.db.Update(fn); err != nil {
			t.Fatal(err)
		}
	}
	look := func(fn func(shelf)) {
		t.Helper()
		if err := c.db.View(func(tx Tx) error {
			r := &reading{tx: tx}
			fn(shelf{r})
			return r.err
		}); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx Tx) error {
		return tx.PutSetting("pricing", map[string]int{"topup": 30_000, "giftcard": 70_000})
	})
	rule := topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp}, Terms: topup.Terms{How: topup.ByRate, Rate: topup.Percent(200)}, By: 1, Since: at}
	vip := rule
	vip.Group, vip.Rate = "VIP", topup.Percent(50)
	for _, r := range []topup.PriceRule{rule, vip, rule} {
		update(func(tx Tx) error { return setPrice(tx, r) })
	}
	update(func(tx Tx) error { return endPrice(tx, at.Add(time.Hour), flows.EndPrice{No: 2, By: 7}) })
	update(func(tx Tx) error { return endPrice(tx, at.Add(time.Hour), flows.EndPrice{No: 2, By: 8}) }) // it is over
	c.shop(func(s *topup.Shop) { s.Group = "VIP" })
	look(func(s shelf) {
		p := s.Pricing(1)
		if p.Group != "VIP" || s.Pricing(0).Group != "" || len(p.Rules) != 1 || p.Rules[0].No != 3 || p.Last != 3 || p.TopUp != topup.Percent(300) || p.GiftCard != topup.Percent(700) {
			t.Errorf("%+v", p)
		}
		first, ok1 := s.FormerRule(1)
		second, ok2 := s.FormerRule(2)
		if _, counts := s.FormerRule(3); !ok1 || !ok2 || counts || first.Ender != 1 || second.Ender != 7 || second.Group != "VIP" || !second.Ended.Equal(at.Add(time.Hour)) {
			t.Errorf("%+v, %+v", first, second)
		}
	})
	bad := rule
	bad.Rate = topup.MaxMargin + 1
	if err := c.db.Update(func(tx Tx) error { return setPrice(tx, bad) }); err == nil {
		t.Error("a rule that no owner may set is kept")
	}
	c.close()
}
