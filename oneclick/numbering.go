package oneclick

import (
	"slices"

	"github.com/nyaruka/phonenumbers"

	"hanout/topup"
)

// Numbering is what is known of mobile numbers without asking: the provider's
// table of prefixes, and public numbering data behind it. It asks nobody.
type Numbering struct{}

var _ topup.Numbering = Numbering{}

// prefixes is the provider's own table (guide "loading mobile plans"): the
// operators whose plans a prefix may take, best guess first.
var prefixes = map[string][]topup.Operator{
	"055": {topup.Ooredoo, topup.Djezzy, topup.Mobilis},
	"056": {topup.Ooredoo},
	"065": {topup.Mobilis},
	"066": {topup.Mobilis, topup.Ooredoo},
	"067": {topup.Mobilis},
	"068": {topup.Pixx, topup.Mobilis},
	"077": {topup.Djezzy, topup.Mobilis},
	"078": {topup.Djezzy},
}

// testNumbers are the quickstart's numbers with a fixed outcome; under a test
// key they go with every operator's plans.
var testNumbers = []topup.MSISDN{"0600000001", "0600000002", "0600000003"}

// Operators gives the operators a number may belong to, best guess first: by
// the provider's table, else by the carrier of public numbering data, which
// knows nothing of portability.
func (Numbering) Operators(n topup.MSISDN, test bool) []topup.Operator {
	if test && slices.Contains(testNumbers, n) {
		return slices.Clone(topup.RetailOperators)
	}
	if len(n) != 10 {
		return slices.Clone(topup.RetailOperators)
	}
	if ops, ok := prefixes[string(n[:3])]; ok {
		return slices.Clone(ops)
	}
	p, err := phonenumbers.Parse(string(n), "DZ")
	if err != nil {
		return slices.Clone(topup.RetailOperators)
	}
	carrier, err := phonenumbers.GetCarrierForNumber(p, "en")
	if op := topup.Operator(carrier); err == nil && op.Known() {
		return []topup.Operator{op}
	}
	return slices.Clone(topup.RetailOperators)
}

// Unusual reports that public numbering data does not know the number as a
// mobile one in use. It lags behind the operators.
func (Numbering) Unusual(n topup.MSISDN) bool {
	p, err := phonenumbers.Parse(string(n), "DZ")
	return err != nil || !phonenumbers.IsValidNumberForRegion(p, "DZ")
}
