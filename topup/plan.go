package topup

import (
	"strings"
	"time"
)

// PlanKind says how a plan gets its amount.
type PlanKind string

// The kinds of plan of GET /mobile/plans.
const (
	Dynamic PlanKind = "dynamic" // any whole amount between the plan's limits
	Fixed   PlanKind = "fixed"   // the plan's own amount
	Lookup  PlanKind = "lookup"  // sells nothing: asks which offers a number may take
)

// PlanFamily groups dynamic plans as shopkeepers speak of them.
type PlanFamily string

// The families, read from the code's first word: the provider marks them in
// no other way. What it does not mark is FamilyOther.
const (
	FamilyPrepaid       PlanFamily = "prepaid"
	FamilyPostpaid      PlanFamily = "postpaid"
	FamilyInternational PlanFamily = "international"
	FamilyWholesale     PlanFamily = "wholesale"
	FamilyOther         PlanFamily = "other"
)

// Plan is one line of the provider's mobile price list, as cached.
type Plan struct {
	Code     string   `json:"code"` // opaque and case-sensitive; goes back as plan_code
	Name     string   `json:"name"` // the provider's text, often "FR | AR"
	Operator Operator `json:"operator"`
	Kind     PlanKind `json:"kind"`
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

// Family tells the family of the plan by the first word of its code.
func (p Plan) Family() PlanFamily {
	head, _, _ := strings.Cut(strings.ToUpper(p.Code), "_")
	switch {
	case p.Operator == GMobilis || head == "GROS":
		return FamilyWholesale
	case head == "PREPAID":
		return FamilyPrepaid
	case head == "FACTURE" || head == "POSTPAID":
		return FamilyPostpaid
	case strings.HasPrefix(head, "INTER"):
		return FamilyInternational
	}
	return FamilyOther
}

// Accepts reports whether the plan may be sold with this face value.
func (p Plan) Accepts(face Money) bool {
	if p.Kind == Fixed {
		return face == p.Amount && face > 0
	}
	return p.Kind == Dynamic && face >= p.Min && face <= p.Max && face > 0 && face%100 == 0
}

// Same reports whether two readings of a plan are equal in all that a quote
// depends on.
func (p Plan) Same(q Plan) bool { return p == q }

// Pricing is the owner's rule for what a shop pays: cost × (1 + margin),
// rounded up to the dinar.
type Pricing struct {
	TopUp    Rate `json:"topup"`    // margin on mobile top-ups and internet cards
	GiftCard Rate `json:"giftcard"` // margin on gift cards
}

// DefaultPricing is 1 % on what has a face value and 5 % on gift cards.
var DefaultPricing = Pricing{TopUp: Percent(100), GiftCard: Percent(500)}

// Price is what a shop pays for something that costs the owner cost, with
// the margin given. A face above zero caps the price: credit must not be sold
// above its face value. It reports false when the price would be below cost,
// so that nothing is ever sold at a loss.
func Price(cost Money, margin Rate, face Money) (Money, bool) {
	raw, ok := (RateOne + margin).Of(cost)
	if !ok || cost <= 0 {
		return 0, false
	}
	price := (raw + 99) / 100 * 100
	if face > 0 && price > face {
		price = face
	}
	if price < cost {
		return 0, false
	}
	return price, true
}

// Quote prices a plan for a face value: what the shop pays and what the
// provider is expected to charge. It reports false when the plan can't be
// sold: not accepted, switched off, of unknown cost, or at a loss.
func (p Pricing) Quote(plan Plan, face Money) (price, cost Money, ok bool) {
	if !plan.Sellable() || !plan.Accepts(face) {
		return 0, 0, false
	}
	cost, ok = plan.Cost.Of(face)
	if !ok {
		return 0, 0, false
	}
	price, ok = Price(cost, p.TopUp, face)
	return price, cost, ok
}

// Sellable reports whether a shop may be offered the plan at all.
func (p Plan) Sellable() bool {
	return p.Enabled && !p.Gone && p.CostKnown && p.Cost > 0 && p.Kind != Lookup && p.Family() != FamilyWholesale
}

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

// Weather is the state of the operators as GET /ping reports it. An operator
// that is not named is up as far as anyone knows.
type Weather struct {
	At   time.Time         `json:"at"`
	Down map[Operator]bool `json:"down,omitempty"`
}
