package topup

import (
	"slices"
	"strings"
	"time"
)

// What a shop pays. The rules:
//
//   - a price is what the owner pays, the cost, with a margin on top: a part of
//     the cost, or a sum. Where the provider tells no cost it is a part of the
//     face value, which an owner names;
//   - it is rounded up to the dinar, never above the face value, and nothing is
//     sold below a known cost;
//   - of the owner's rules the most specific one counts, see [Pricing.Rule];
//     without any, the margins of [Pricing];
//   - a rule counts for new quotes. What was confirmed keeps its price;
//   - a rule that is replaced or ended stays known, with who did it when.

// Pricing is what the owner wants of what is sold, as a shop of a group is
// asked for it.
type Pricing struct {
	TopUp    Rate        `json:"topup"`           // margin on mobile top-ups and internet cards, where no rule says another
	GiftCard Rate        `json:"giftcard"`        // the same on gift cards
	Rules    []PriceRule `json:"rules,omitempty"` // those that count
	Last     int         `json:"last,omitempty"`  // the number of the newest rule there ever was
	Group    string      `json:"-"`               // of the shop that is asked; "" for none
}

// DefaultPricing is 1 % on what has a face value and 5 % on gift cards.
var DefaultPricing = Pricing{TopUp: Percent(100), GiftCard: Percent(500)}

// Scope is what a rule is for: a good, a part of it, which of top-ups is an
// operator and of gift cards a category, or an item, a plan or a product. What
// is sold has all of them that its good has.
type Scope struct {
	Good Good   `json:"good"`
	Part string `json:"part,omitempty"`
	Item string `json:"item,omitempty"`
}

// Terms are how a price is made.
type Terms struct {
	How  TermsKind `json:"how"`
	Rate Rate      `json:"rate,omitempty"`
	Sum  Money     `json:"sum,omitempty"`
}

// TermsKind says what the terms' figure is.
type TermsKind string

// The kinds of terms.
const (
	ByRate TermsKind = "rate" // the cost, and a part of it on top
	BySum  TermsKind = "sum"  // the cost, and a sum on top: once a sale, of gift cards once a card
	ByFace TermsKind = "face" // a part of the face value, whatever the cost
)

// The most that a rule may ask.
const (
	MaxMargin    = RateOne
	MaxMarginSum = Money(100_000_00)
	// RulesMost is how many rules count at once: every quote looks through them.
	RulesMost = 100
)

// Valid reports whether terms ask something that an owner may ask.
func (t Terms) Valid() bool {
	switch t.How {
	case ByRate:
		return t.Sum == 0 && t.Rate >= 0 && t.Rate <= MaxMargin
	case BySum:
		return t.Rate == 0 && t.Sum >= 0 && t.Sum <= MaxMarginSum && t.Sum%100 == 0
	case ByFace:
		return t.Sum == 0 && t.Rate > 0 && t.Rate <= RateOne
	}
	return false
}

// PriceRule is an owner's rule for what shops pay.
type PriceRule struct {
	No int `json:"no"` // from 1, in the order they were made
	Scope
	Group string `json:"group,omitempty"` // of shops; "" for all
	Terms
	By    int64     `json:"by"`
	Since time.Time `json:"since"`
	Ended time.Time `json:"ended,omitzero"` // zero while it counts
	Ender int64     `json:"ender,omitempty"`
}

// rank is how specific a rule is for what is sold to a shop of a group; 0 for
// one that is not for it. It is the one order of precedence: an item before
// its part, a part before its good; and for the same thing the shop's group
// before all shops.
func (r PriceRule) rank(sold Scope, group string) int {
	rank := 0
	switch {
	case r.Good != sold.Good, r.Group != "" && r.Group != group:
		return 0
	case r.Item != "":
		if r.Item != sold.Item {
			return 0
		}
		rank = 6
	case r.Part != "":
		if !strings.EqualFold(r.Part, sold.Part) {
			return 0
		}
		rank = 4
	default:
		rank = 2
	}
	if r.Group != "" {
		rank++
	}
	return rank
}

// same reports whether two rules are for the same thing and the same shops: of
// those one counts at a time.
func (r PriceRule) same(s PriceRule) bool { return r.Scope == s.Scope && r.Group == s.Group }

// For is the pricing as a shop of a group is asked for it.
func (p Pricing) For(group string) Pricing {
	p.Group = group
	return p
}

// Rule is the most specific rule for what is sold; false where none is for it.
func (p Pricing) Rule(sold Scope) (best PriceRule, ok bool) {
	top := 0
	for _, r := range p.Rules {
		if rank := r.rank(sold, p.Group); rank > top || rank == top && rank > 0 && r.No > best.No {
			best, top = r, rank
		}
	}
	return best, top > 0
}

// Terms are those of the rule for what is sold, or the margin of its good.
func (p Pricing) Terms(sold Scope) Terms {
	if r, ok := p.Rule(sold); ok {
		return r.Terms
	}
	t := Terms{How: ByRate}
	if margin := goods[sold.Good].margin; margin != nil {
		t.Rate = margin(p)
	}
	return t
}

// Price is what a shop pays for what is sold: cost is what the owner pays for
// it, 0 where that is not known, face its value, 0 where it has none. It reports
// false when it can't be sold.
func (p Pricing) Price(sold Scope, cost, face Money) (Money, bool) {
	return Price(cost, p.Terms(sold), face)
}

// Price is what a shop pays for something that costs the owner cost, 0 where
// that is not known, by the terms given. A face above zero caps the price:
// credit must not be sold above its face value. It reports false when the
// price would be below cost, so that nothing is ever sold at a known loss, and
// when a margin is asked on a cost that is not known.
func Price(cost Money, t Terms, face Money) (Money, bool) {
	var raw Money
	ok := cost > 0
	switch t.How {
	case ByFace:
		raw, ok = t.Rate.Of(face)
	case BySum:
		sum, fits := cost.Add(t.Sum)
		raw, ok = sum, ok && fits
	default:
		sum, fits := (RateOne + t.Rate).Of(cost)
		raw, ok = sum, ok && fits
	}
	if !ok || cost < 0 {
		return 0, false
	}
	price := (raw + 99) / 100 * 100
	if face > 0 && price > face {
		price = face
	}
	if price < cost || price <= 0 {
		return 0, false
	}
	return price, true
}

// With is the pricing with a new rule, which gets its number, and the rules
// that it takes the place of.
func (p Pricing) With(r PriceRule) (next Pricing, former []PriceRule) {
	p.Last++
	r.No = p.Last
	var rules []PriceRule
	for _, old := range p.Rules {
		if old.same(r) {
			former = append(former, old.end(r.By, r.Since))
			continue
		}
		rules = append(rules, old)
	}
	p.Rules = append(rules, r)
	return p, former
}

// Without is the pricing when a rule was ended, and that rule; false when no
// such rule counts.
func (p Pricing) Without(no int, by int64, at time.Time) (next Pricing, former PriceRule, ok bool) {
	i := slices.IndexFunc(p.Rules, func(r PriceRule) bool { return r.No == no })
	if i < 0 {
		return p, PriceRule{}, false
	}
	former = p.Rules[i].end(by, at)
	p.Rules = slices.Delete(slices.Clone(p.Rules), i, i+1)
	return p, former, true
}

// In is the rule that counts for exactly this and these shops; false for none.
func (p Pricing) In(of Scope, group string) (PriceRule, bool) {
	i := slices.IndexFunc(p.Rules, PriceRule{Scope: of, Group: group}.same)
	if i < 0 {
		return PriceRule{}, false
	}
	return p.Rules[i], true
}

func (r PriceRule) end(by int64, at time.Time) PriceRule {
	r.Ended, r.Ender = at, by
	return r
}

// ParsePercent reads a part in hundredths as a person types it: "1,5", "2 %".
// It has two decimals at most and is at most 100; else the errors are those of
// [ParseAmount].
func ParsePercent(text string) (Rate, error) {
	s := strings.TrimSpace(strings.NewReplacer("%", "", "٪", "").Replace(PlainDigits(text)))
	if whole, frac, ok := cutFraction(s); ok {
		if !isNumber(whole) || !isNumber(frac) {
			return 0, ErrAmount
		}
		if len(frac) > 2 {
			return 0, ErrFraction
		}
		s = whole + "." + frac
	} else if !isNumber(s) {
		return 0, ErrAmount
	}
	m, err := ParseDecimal(s) // hundredths
	switch r := Percent(int64(m)); {
	case err != nil:
		return 0, err
	case r > MaxMargin:
		return 0, ErrRange
	default:
		return r, nil
	}
}

// SuggestedPrice is what a shop may ask of its customer for what it pays a price
// for, by a markup of its own: rounded up to ten dinars; 0 without a markup.
func SuggestedPrice(price Money, markup Rate) Money {
	raw, ok := (RateOne + markup).Of(price)
	if markup <= 0 || !ok || raw > MaxMoney {
		return 0
	}
	return (raw + 999) / 1000 * 1000
}
