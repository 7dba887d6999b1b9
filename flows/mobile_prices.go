package flows

import (
	"slices"

	"hanout/topup"
)

// Top-ups in the rules of prices and in the price list.

// example is the amount of an example, where a plan takes it.
const example = topup.Money(1000_00)

func mobileScope(t *turn, s topup.Scope) Msg {
	if s.Item == "" {
		return M("rule.operator", "Operator", Latin(s.Part))
	}
	p, ok := t.v.Shelf.Plan(s.Item)
	if !ok {
		return M("rule.plan", "Operator", Latin(s.Item), "Plan", M("rule.unlisted"))
	}
	return M("rule.plan", "Operator", Latin(p.Operator.Retail()), "Plan", planMsg(p.Family, p.Name, p.Kind))
}

func mobileNarrower(t *turn, s topup.Scope) (list []topup.Scope) {
	if s.Item != "" {
		return nil
	}
	if s.Part != "" {
		for _, p := range t.plansListed(topup.Operator(s.Part)) {
			list = append(list, topup.Scope{Good: topup.MobileTopUp, Item: p.Code})
		}
		return list
	}
	for _, op := range topup.RetailOperators {
		if len(t.plansListed(op)) > 0 {
			list = append(list, topup.Scope{Good: topup.MobileTopUp, Part: string(op)})
		}
	}
	return list
}

// plansListed are the plans of an operator that the provider lists, sold or not, in
// the order of the shops' own list.
func (t *turn) plansListed(op topup.Operator) (list []topup.Plan) {
	for _, p := range t.v.Shelf.Plans() {
		if p.Operator.Retail() == op && !p.Gone && p.Kind != topup.Lookup {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, byPlan)
	return list
}

func mobileSamples(t *turn, s topup.Scope) (list []sample) {
	if s.Item != "" {
		if p, ok := t.v.Shelf.Plan(s.Item); ok {
			list = append(list, planSample(p, mobileScope(t, s)))
		}
		return list
	}
	for _, op := range topup.RetailOperators {
		plans := t.plansListed(op)
		if i := slices.IndexFunc(plans, func(p topup.Plan) bool { return !p.NeedsRule() }); i >= 0 && (s.Part == "" || s.Part == string(op)) {
			list = append(list, planSample(plans[i], mobileScope(t, topup.Scope{Item: plans[i].Code})))
		}
	}
	return list
}

// planFace is the amount of a plan's example: its own where it has one.
func planFace(p topup.Plan) topup.Money {
	if p.Kind == topup.Fixed {
		return p.Amount
	}
	return min(max(example, p.Min), p.Max)
}

func planSample(p topup.Plan, name Msg) sample {
	face := planFace(p)
	return sample{name: name, face: face, price: func(of topup.Pricing) (price, cost topup.Money, ok bool) {
		p.Enabled = true // what a switched off plan costs when it comes back
		return of.Quote(p, face)
	}}
}

// mobileTariff has a line for each plan of any amount, and one for the fixed
// ones of an operator.
func mobileTariff(t *turn, of topup.Pricing) (lines []Msg) {
	for _, op := range topup.RetailOperators {
		var least, most topup.Money // of fixed plans, for the amount of the example
		for _, p := range t.plansListed(op) {
			face := planFace(p)
			price, _, ok := of.Quote(p, face)
			switch {
			case !ok:
			case p.Kind != topup.Fixed:
				lines = append(lines, M("tariff.line", "What", mobileScope(t, p.Scope()), "Face", face, "Price", price))
			default:
				per := (topup.Rate(price) * topup.RateOne / topup.Rate(face))
				each, _ := per.Of(example)
				if least == 0 || each < least {
					least = each
				}
				most = max(most, each)
			}
		}
		if most > 0 {
			data := []any{"Operator", Latin(op), "Face", example, "Price", wholeDinars(least), "Most", wholeDinars(most)}
			if wholeDinars(least) == wholeDinars(most) {
				lines = append(lines, M("tariff.fixed", data...))
			} else {
				lines = append(lines, M("tariff.fixed.range", data...))
			}
		}
	}
	return lines
}

// wholeDinars rounds up to the dinar.
func wholeDinars(m topup.Money) topup.Money { return (m + 99) / 100 * 100 }
