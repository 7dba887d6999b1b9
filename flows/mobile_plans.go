package flows

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hanout/topup"
)

// What mobile top-ups are sold: the plans of the price list, as a shop may be
// offered them.

const plansPerPage = 6

// usualAmounts are the amounts offered where a plan's limits allow them.
var usualAmounts = []int64{100, 200, 300, 500, 1000, 1500, 2000, 3000, 5000, 10000, 20000, 50000}

func (t *turn) anyPlans() bool {
	for _, op := range topup.RetailOperators {
		if len(t.plansOf(op)) > 0 {
			return true
		}
	}
	return false
}

// plansOf lists what may be sold of an operator.
func (t *turn) plansOf(op topup.Operator) []topup.Plan {
	var out []topup.Plan
	pricing := t.v.Shelf.Pricing(t.who.Shop)
	for _, p := range t.v.Shelf.Plans() {
		probe := p.Min
		if p.Kind == topup.Fixed {
			probe = p.Amount
		}
		if _, _, ok := pricing.Quote(p, probe); p.Operator.Retail() == op && ok {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, byPlan)
	return out
}

// byPlan sorts plans: prepaid ones first, then the other dynamic ones, then the
// fixed ones by amount.
func byPlan(a, b topup.Plan) int {
	rank := func(p topup.Plan) int {
		switch {
		case p.Kind == topup.Fixed:
			return 3
		case p.Family == topup.FamilyPrepaid:
			return 0
		case p.Family == topup.FamilyPostpaid:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Amount, b.Amount))
}

func (t *turn) prepaid(op topup.Operator) (topup.Plan, bool) {
	for _, p := range t.plansOf(op) {
		if p.Kind == topup.Dynamic && p.Family == topup.FamilyPrepaid {
			return p, true
		}
	}
	return topup.Plan{}, false
}

// operators are the ones the number may belong to that have plans to sell.
func (d *mobile) operators(t *turn) []topup.Operator {
	acc, _ := t.v.Shelf.Account()
	var out []topup.Operator
	for _, op := range t.v.Shelf.Numbering().Operators(d.Number, acc.Test) {
		if len(t.plansOf(op)) > 0 {
			out = append(out, op)
		}
	}
	return out
}

func planLabel(p topup.Plan) Msg {
	if p.Kind == topup.Fixed {
		return fixedLabel(p.Name, p.Amount)
	}
	switch p.Family {
	case topup.FamilyPrepaid, topup.FamilyPostpaid, topup.FamilyInternational, topup.FamilyWholesale:
		return M("plan."+string(p.Family), "Min", p.Min, "Max", p.Max)
	}
	return M("plan.dynamic", "Plan", PlanName(p.Name), "Min", p.Min, "Max", p.Max)
}

// fixedLabel names what has one amount.
func fixedLabel(name string, amount topup.Money) Msg {
	if slices.Contains(strings.Fields(name), strconv.FormatInt(amount.WholeDinars(), 10)) {
		return M("plan.name", "Plan", PlanName(name)) // MIX 500 says its amount
	}
	return M("plan.fixed", "Plan", PlanName(name), "Amount", amount)
}

// planMsg names a plan in a sentence.
func planMsg(family topup.PlanFamily, name string, kind topup.PlanKind) Msg {
	if kind != topup.Fixed {
		switch family {
		case topup.FamilyPrepaid, topup.FamilyPostpaid, topup.FamilyInternational, topup.FamilyWholesale:
			return M("family." + string(family))
		}
	}
	return M("plan.name", "Plan", PlanName(name))
}

// amountButtons offers amounts within a plan's limits: that of the last sale to the number
// first, the shop's own others among the usual ones.
func (d *mobile) amountButtons(t *turn, p topup.Plan, verb string, most int) []Button {
	var faces []topup.Money
	add := func(m topup.Money) {
		if _, _, ok := t.v.Shelf.Pricing(t.who.Shop).Quote(p, m); ok && !slices.Contains(faces, m) && len(faces) < most {
			faces = append(faces, m)
		}
	}
	if t.who.Shop != 0 {
		for _, o := range t.v.Orders.OrdersTo(t.who.Shop, string(d.Number), 3) {
			if o.Plan == p.Code {
				add(o.Face)
			}
		}
	}
	own := min(len(faces), 1)
	for _, d := range usualAmounts {
		add(topup.Dinars(d))
	}
	slices.Sort(faces[own:])
	var b []Button
	for _, f := range faces {
		b = append(b, button(M("amount.button", "Amount", f), t.s.tap(verb, strconv.FormatInt(f.WholeDinars(), 10))))
	}
	return b
}

// sickLines name the operators that are down.
func sickLines(w topup.Weather) (lines []Msg) {
	for _, op := range topup.RetailOperators {
		if w.Down[op] {
			lines = append(lines, M("operator.sick", "Operator", Latin(op)))
		}
	}
	return lines
}
