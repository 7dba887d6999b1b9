package topup

import (
	"fmt"
	"log/slog"
	"regexp"
)

// InternetCard is a recharge code of the fixed or 4G internet.
const InternetCard Good = "internet"

var internetCard = rules{
	numbered:    true,
	vouchered:   true,
	referenced:  true,
	codesWithin: queuedLimit, // it may have been in the queue for days
	margin:      func(p Pricing) Rate { return p.TopUp },
	valid: func(o Order) error {
		if o.LineType == "" || o.To == "" || o.Face <= 0 {
			return fmt.Errorf("topup: internet order without line or value")
		}
		return nil
	},
	fits: func(o Order, s Status) bool {
		return !differs(o.To, s.To) && !differs(o.LineType, s.LineType) && (s.Face == 0 || s.Face == o.Face)
	},
	same: func(a, b Order) bool { return a.To == b.To },
}

// Internet card types, in the words of the trade.
const (
	ADSL  = "ADSL"
	LTE4G = "4G"
)

// InternetProduct is one denomination of internet cards.
type InternetProduct struct {
	Type      string `json:"type"`
	Value     Money  `json:"value"`
	Cost      Money  `json:"cost"` // absolute, unlike a plan's rate
	CostKnown bool   `json:"cost_known,omitempty"`
	Available bool   `json:"available"`
}

// Scope is the card as the rules of prices know it.
func (p InternetProduct) Scope() Scope { return Scope{Good: InternetCard, Part: p.Type} }

// LineInfo is what the provider says of a line before a card is bought for it.
type LineInfo struct {
	Client string `json:"client,omitempty"` // masked client number
	Offer  string `json:"offer,omitempty"`
	Type   string `json:"type,omitempty"`
}

// Line is a fixed or 4G line as the provider spells it: ADSL "0" and eight
// digits, 4G "213" and nine digits.
type Line string

// LogValue hides all but the first and last two digits.
func (n Line) LogValue() slog.Value { return slog.StringValue(MaskNumber(string(n))) }

var (
	adslRule = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([1-4][0-9]{7})$`)
	lteRule  = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([1-9][0-9]{8})$`)
)

// ParseADSL reads a landline as a person types it and gives the provider's
// nine digits (036362608), or ErrNumber.
func ParseADSL(text string) (Line, error) {
	m := adslRule.FindStringSubmatch(separators.Replace(PlainDigits(text)))
	if m == nil {
		return "", ErrNumber
	}
	return Line("0" + m[1]), nil
}

// Parse4G reads a 4G home line, typed as 213… or 0 and nine digits, and gives
// the provider's twelve digits (213472731602), or ErrNumber. Which numbers
// are 4G lines the provider decides: no public numbering list knows them.
func Parse4G(text string) (Line, error) {
	m := lteRule.FindStringSubmatch(separators.Replace(PlainDigits(text)))
	if m == nil {
		return "", ErrNumber
	}
	return Line("213" + m[1]), nil
}

var wholeLine = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)(?:([1-4][0-9]{7})|([1-4][0-9]{8}))$`)

// ParseLine reads a line that is written in full, with 0 or 213 before it, and
// tells its type, which its length decides; or ErrNumber. Few digits alone may
// be anything.
func ParseLine(text string) (Line, string, error) {
	m := wholeLine.FindStringSubmatch(separators.Replace(PlainDigits(text)))
	switch {
	case m == nil:
		return "", "", ErrNumber
	case m[1] != "":
		return Line("0" + m[1]), ADSL, nil
	}
	return Line("213" + m[2]), LTE4G, nil
}

// DiffProducts compares two readings of internet cards, by type and value.
func DiffProducts(cached, fresh []InternetProduct) ListDiff {
	type key struct {
		lineType string
		value    Money
	}
	return diff(cached, fresh, func(p InternetProduct) key { return key{p.Type, p.Value} })
}
