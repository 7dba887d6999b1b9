package store_test

import (
	"testing"
	"time"

	"hanout/store"
	"hanout/topup"
)

// TestRowsOfSchema1 reads rows as the program before wrote them: plans and
// orders without a family, a catalogue without a mark.
func TestRowsOfSchema1(t *testing.T) {
	db, _ := open(t, store.Options{})
	sh := stock(t, db, topup.Dinars(10_000))
	families := map[string]topup.PlanFamily{
		"PREPAID_DJEZZY": topup.FamilyPrepaid, "prepaid_x": topup.FamilyPrepaid,
		"FACTURE_DJEZZY": topup.FamilyPostpaid, "POSTPAID_OOREDOO": topup.FamilyPostpaid,
		"INTERNATIONAL_DJEZZY": topup.FamilyInternational, "GROS_MOBILIS": topup.FamilyWholesale,
		"MIX500_MOBILIS": topup.FamilyOther,
	}
	update(t, db, func(tx *store.Tx) error {
		var plans []topup.Plan
		for code := range families {
			plans = append(plans, topup.Plan{Code: code, Operator: topup.Djezzy})
			o := order(sh, "of"+code, topup.Dinars(100))
			o.Plan, o.PlanFamily = code, ""
			if _, err := tx.Place(o); err != nil {
				return err
			}
		}
		plans = append(plans, topup.Plan{Code: "PREPAID_X", Operator: topup.GMobilis}, topup.Plan{Code: "GROS_X", Family: topup.FamilyPrepaid})
		if err := tx.PutPlans(plans); err != nil {
			return err
		}
		return tx.PutCatalogue([]topup.Category{{Title: "PSN"}, {Title: "MOBILE & Internet"}}, time.Now())
	})
	update(t, db, func(tx *store.Tx) error {
		plans, err := tx.Plans()
		if err != nil {
			return err
		}
		if len(plans) != len(families)+2 {
			t.Errorf("%d plans", len(plans))
		}
		for _, p := range plans {
			want, listed := families[p.Code]
			switch {
			case p.Operator == topup.GMobilis:
				want = topup.FamilyWholesale
			case !listed:
				want = topup.FamilyPrepaid // it said so itself
			}
			if p.Family != want {
				t.Errorf("plan %s: %q, want %q", p.Code, p.Family, want)
			}
		}
		for code, want := range families {
			if o, ok, err := tx.Order(topup.OrderID("of" + code)); err != nil || !ok || o.PlanFamily != want {
				t.Errorf("order of %s: %q, want %q, %v", code, o.PlanFamily, want, err)
			}
		}
		shelves, err := tx.Catalogue()
		if err != nil || len(shelves) != 2 || shelves[0].Elsewhere || !shelves[1].Elsewhere {
			t.Errorf("catalogue %+v, %v", shelves, err)
		}
		return nil
	})
}
