package store

import (
	"strings"

	"hanout/topup"
)

// Rows of schema 1 leave out what its program read anew from the provider's
// spellings each time. They are completed here, by those spellings as that
// program knew them; rows written since say it themselves.

// completePlans gives plans without a family theirs.
func completePlans(list []topup.Plan) {
	for i, p := range list {
		if p.Family == "" {
			list[i].Family = familyInSchema1(p.Code, p.Operator)
		}
	}
}

// completeOrder gives an order by plan its plan's family.
func completeOrder(o *topup.Order) {
	if o.Plan != "" && o.PlanFamily == "" {
		o.PlanFamily = familyInSchema1(o.Plan, o.Operator)
	}
}

// completeCatalogue marks the shelf whose goods are no gift cards.
func completeCatalogue(list []topup.Category) {
	for i, c := range list {
		if strings.EqualFold(strings.TrimSpace(c.Title), "Mobile & Internet") {
			list[i].Elsewhere = true
		}
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
