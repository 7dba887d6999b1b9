package topup

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
)

// MobileTopUp is credit or an offer on a mobile line. It lands on the line
// itself.
const MobileTopUp Good = "mobile"

var mobileTopUp = rules{
	numbered:   true,
	referenced: true,
	margin:     func(p Pricing) Rate { return p.TopUp },
	valid: func(o Order) error {
		if o.Plan == "" || o.To == "" || o.Face <= 0 {
			return fmt.Errorf("topup: mobile order without plan, number or amount")
		}
		return nil
	},
	fits: func(o Order, s Status) bool {
		return !differs(o.Plan, s.Plan) && !differs(o.To, s.To) && (s.Face == 0 || s.Face == o.Face)
	},
	same: func(a, b Order) bool { return a.To == b.To },
}

// MSISDN is a mobile number in the national form that providers want: ten
// digits, 05, 06 or 07 first.
type MSISDN string

// LogValue hides all but the first and last two digits, so that no log holds
// a full number.
func (n MSISDN) LogValue() slog.Value { return slog.StringValue(MaskNumber(string(n))) }

var msisdnRule = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([567][0-9]{8})$`)

// ParseMSISDN reads a mobile number as a person types it: 0778 03 73 40,
// +213 778-03-73-40, 00213…, 778037340, in any digits. A letter, a missing or
// an extra digit gives ErrNumber: nothing is dropped, nothing is guessed.
func ParseMSISDN(text string) (MSISDN, error) {
	m := msisdnRule.FindStringSubmatch(separators.Replace(PlainDigits(text)))
	if m == nil {
		return "", ErrNumber
	}
	return MSISDN("0" + m[1]), nil
}

// Numbering tells what is known of mobile numbers without asking anybody. It
// knows nothing of portability.
type Numbering interface {
	// Operators gives the operators a number may belong to, best guess first;
	// more than one means: ask. test says that the provider is in its test
	// mode, where its test numbers go with all. The list is the caller's own.
	Operators(n MSISDN, test bool) []Operator
	// Unusual reports that the number is not known as a mobile one in use. It
	// is a warning for the confirm panel, never a refusal.
	Unusual(n MSISDN) bool
}

// Operator is a mobile operator as the provider's plan list names it.
type Operator string

// The operators. GMobilis is Mobilis wholesale.
const (
	Mobilis  Operator = "Mobilis"
	Djezzy   Operator = "Djezzy"
	Ooredoo  Operator = "Ooredoo"
	Pixx     Operator = "Pixx"
	GMobilis Operator = "GMobilis"
)

// RetailOperators are the operators a shop may choose, in the order shown.
var RetailOperators = []Operator{Mobilis, Djezzy, Ooredoo, Pixx}

// Retail is the operator that a shop chooses for the plans of this one: those
// of wholesale go where the retail ones go.
func (o Operator) Retail() Operator {
	if o == GMobilis {
		return Mobilis
	}
	return o
}

// Known reports whether the operator is one a shop may choose.
func (o Operator) Known() bool { return slices.Contains(RetailOperators, o) }

// PlanKind says how a plan gets its amount.
type PlanKind string

// The kinds of plan.
const (
	Dynamic PlanKind = "dynamic" // any whole amount between the plan's limits
	Fixed   PlanKind = "fixed"   // the plan's own amount
	Lookup  PlanKind = "lookup"  // sells nothing: asks which offers a number may take
)

// PlanFamily groups dynamic plans as shopkeepers speak of them.
type PlanFamily string

// The families. What the provider does not mark is FamilyOther.
const (
	FamilyPrepaid       PlanFamily = "prepaid"
	FamilyPostpaid      PlanFamily = "postpaid"
	FamilyInternational PlanFamily = "international"
	FamilyWholesale     PlanFamily = "wholesale"
	FamilyOther         PlanFamily = "other"
)

// Plan is one line of the provider's mobile price list, as cached.
type Plan struct {
	Code     string   `json:"code"` // opaque and case-sensitive
	Name     string   `json:"name"` // the provider's text, often "FR | AR"
	Operator Operator `json:"operator"`
	Kind     PlanKind `json:"kind"`
	// Family is told by whoever reads the provider's list.
	Family PlanFamily `json:"family,omitempty"`
	// Cost is the part of the face value that the provider charges. Wholesale
	// plans come without one: CostKnown is false, and the cost is unknown, not
	// zero.
	Cost      Rate  `json:"cost,omitempty"`
	CostKnown bool  `json:"cost_known,omitempty"`
	Enabled   bool  `json:"enabled"`
	Min       Money `json:"min,omitempty"` // dynamic: inclusive limits of the face value
	Max       Money `json:"max,omitempty"`
	Amount    Money `json:"amount,omitempty"` // fixed: the face value
	// Gone marks a plan that the provider no longer lists. It stays, hidden,
	// because old orders point to it.
	Gone bool `json:"gone,omitempty"`
}

// Accepts reports whether the plan may be sold with this face value.
func (p Plan) Accepts(face Money) bool {
	if p.Kind == Fixed {
		return face == p.Amount && face > 0
	}
	return p.Kind == Dynamic && face >= p.Min && face <= p.Max && face > 0 && face%100 == 0
}

// Same reports whether two readings of a plan are equal in all that a quote
// depends on. The family is not: it follows from the code.
func (p Plan) Same(q Plan) bool {
	q.Family = p.Family
	return p == q
}

// Scope is the plan as the rules of prices know it.
func (p Plan) Scope() Scope {
	return Scope{Good: MobileTopUp, Part: string(p.Operator.Retail()), Item: p.Code}
}

// Quote prices a plan for a face value: what the shop pays and what the
// provider is expected to charge, 0 where it does not tell. It reports false
// when the plan can't be sold: not accepted, switched off, without the rule that
// it needs, or at a loss.
func (p Pricing) Quote(plan Plan, face Money) (price, cost Money, ok bool) {
	if !plan.Sellable() || !plan.Accepts(face) {
		return 0, 0, false
	}
	if plan.CostKnown {
		if cost, ok = plan.Cost.Of(face); !ok {
			return 0, 0, false
		}
	}
	if r, _ := p.Rule(plan.Scope()); plan.NeedsRule() && r.Item == "" {
		return 0, 0, false
	}
	price, ok = p.Price(plan.Scope(), cost, face)
	return price, cost, ok
}

// Sellable reports whether a shop may be offered the plan at all.
func (p Plan) Sellable() bool {
	return p.Enabled && !p.Gone && p.Kind != Lookup && (!p.CostKnown || p.Cost > 0)
}

// NeedsRule reports whether the plan is sold only once an owner gave it a price
// by a rule of its own: a wholesale one, and one whose cost is not known.
func (p Plan) NeedsRule() bool { return !p.CostKnown || p.Family == FamilyWholesale }

// PlanDiff says what a refresh of the plans changed, by plan code.
type PlanDiff struct {
	Added, Changed, Gone []string
	Total                int // plans now listed by the provider
}

// MergePlans lays a fresh list over the cached one. Plans that vanished stay,
// marked Gone. An empty fresh list is no price list: the old one is kept.
func MergePlans(cached, fresh []Plan) ([]Plan, PlanDiff) {
	if len(fresh) == 0 {
		return cached, PlanDiff{}
	}
	known := make(map[string]Plan, len(cached))
	for _, p := range cached {
		known[p.Code] = p
	}
	diff := PlanDiff{}
	merged := make([]Plan, 0, len(fresh))
	listed := make(map[string]bool, len(fresh))
	for _, p := range fresh {
		if listed[p.Code] {
			continue
		}
		listed[p.Code] = true
		old, had := known[p.Code]
		switch {
		case !had || old.Gone:
			diff.Added = append(diff.Added, p.Code)
		case !old.Same(p):
			diff.Changed = append(diff.Changed, p.Code)
		}
		merged = append(merged, p)
	}
	diff.Total = len(merged)
	for _, p := range cached {
		if listed[p.Code] {
			continue
		}
		if !p.Gone {
			diff.Gone = append(diff.Gone, p.Code)
		}
		p.Gone = true
		merged = append(merged, p)
	}
	return merged, diff
}
