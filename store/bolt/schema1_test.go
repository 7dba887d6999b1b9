package bolt

import (
	"path/filepath"
	"testing"
	"time"

	"hanout/topup"
)

// TestRowsOfSchema1 reads rows as the program before wrote them: plans and
// orders without a family, a catalogue without a mark.
func TestRowsOfSchema1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	families := map[string]topup.PlanFamily{
		"PREPAID_DJEZZY": topup.FamilyPrepaid, "prepaid_x": topup.FamilyPrepaid,
		"FACTURE_DJEZZY": topup.FamilyPostpaid, "POSTPAID_OOREDOO": topup.FamilyPostpaid,
		"INTERNATIONAL_DJEZZY": topup.FamilyInternational, "GROS_MOBILIS": topup.FamilyWholesale,
		"MIX500_MOBILIS": topup.FamilyOther,
	}
	type catalogue struct {
		At   time.Time        `json:"at"`
		List []topup.Category `json:"list"`
	}
	if err := db.Update(func(tx *Tx) error {
		var plans []topup.Plan
		for code := range families {
			plans = append(plans, topup.Plan{Code: code, Operator: topup.Djezzy})
			o := topup.Order{ID: topup.OrderID("of" + code), Plan: code, Operator: topup.Djezzy}
			if err := tx.putOrder(o, nil); err != nil {
				return err
			}
		}
		plans = append(plans, topup.Plan{Code: "PREPAID_X", Operator: topup.GMobilis}, topup.Plan{Code: "GROS_X", Family: topup.FamilyPrepaid})
		if err := tx.PutPlans(plans); err != nil {
			return err
		}
		if err := tx.PutSetting("catalogue", catalogue{List: []topup.Category{{Title: "PSN"}, {Title: "MOBILE & Internet"}}}); err != nil {
			return err
		}
		return completeLists(tx)
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *Tx) error {
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
		var shelves catalogue
		if _, err := tx.Setting("catalogue", &shelves); err != nil || len(shelves.List) != 2 || shelves.List[0].Elsewhere || !shelves.List[1].Elsewhere {
			t.Errorf("catalogue %+v, %v", shelves, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
