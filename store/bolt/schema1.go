package bolt

import (
	"strings"
	"time"

	"hanout/topup"
)

// Rows of schema 1 leave out what its program read anew from the provider's
// spellings each time. They are completed here, by those spellings as that
// program knew them: the lists by the migration, an order when it is read.
// Rows written since say it themselves.

// completeLists completes the cached lists, once: plans get their family, and
// the shelf whose goods are no gift cards its mark.
func completeLists(t *Tx) error {
	plans, err := t.Plans()
	if err != nil {
		return err
	}
	for i, p := range plans {
		if p.Family == "" {
			plans[i].Family = familyInSchema1(p.Code, p.Operator)
		}
	}
	if err := t.PutPlans(plans); err != nil {
		return err
	}
	const setting = "catalogue"
	var cached struct {
		At   time.Time        `json:"at"`
		List []topup.Category `json:"list"`
	}
	if known, err := t.Setting(setting, &cached); err != nil || !known {
		return err
	}
	for i, c := range cached.List {
		if strings.EqualFold(strings.TrimSpace(c.Title), "Mobile & Internet") {
			cached.List[i].Elsewhere = true
		}
	}
	return t.PutSetting(setting, cached)
}

// completeOrder gives an order by plan its plan's family.
func completeOrder(o *topup.Order) {
	if o.Plan != "" && o.PlanFamily == "" {
		o.PlanFamily = familyInSchema1(o.Plan, o.Operator)
	}
}

// familyInSchema1 is the family of a plan by the first word of its code.
func familyInSchema1(code string, op topup.Operator) topup.PlanFamily {
	head, _, _ := strings.Cut(strings.ToUpper(code), "_")
	switch {
	case op == topup.GMobilis || head == "GROS":
		return topup.FamilyWholesale
	case head == "PREPAID":
		return topup.FamilyPrepaid
	case head == "FACTURE" || head == "POSTPAID":
		return topup.FamilyPostpaid
	case strings.HasPrefix(head, "INTER"):
		return topup.FamilyInternational
	}
	return topup.FamilyOther
}
