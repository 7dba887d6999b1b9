package topup

import (
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// Operator is a mobile operator as the provider's plan list names it.
type Operator string

// The operators of GET /mobile/plans. GMobilis is Mobilis wholesale.
const (
	Mobilis  Operator = "Mobilis"
	Djezzy   Operator = "Djezzy"
	Ooredoo  Operator = "Ooredoo"
	Pixx     Operator = "Pixx"
	GMobilis Operator = "GMobilis"
)

// RetailOperators are the operators a shop may choose, in the order shown.
var RetailOperators = []Operator{Mobilis, Djezzy, Ooredoo, Pixx}

// Known reports whether the operator is one a shop may choose.
func (o Operator) Known() bool { return slices.Contains(RetailOperators, o) }

// prefixes is the provider's own table (guide "loading mobile plans"): the
// operators whose plans a prefix may take, best guess first.
var prefixes = map[string][]Operator{
	"055": {Ooredoo, Djezzy, Mobilis},
	"056": {Ooredoo},
	"065": {Mobilis},
	"066": {Mobilis, Ooredoo},
	"067": {Mobilis},
	"068": {Pixx, Mobilis},
	"077": {Djezzy, Mobilis},
	"078": {Djezzy},
}

// sandboxNumbers are the quickstart's numbers with a fixed outcome; on a
// SANDBOX key they go with every operator's plans.
var testNumbers = []MSISDN{"0600000001", "0600000002", "0600000003"}

// Operators gives the operators a number may belong to, best guess first:
// by the provider's table, else by the carrier of public numbering data, which
// knows nothing of portability. More than one means: ask. On a sandbox key the
// sandbox numbers go with all.
func (n MSISDN) Operators(sandbox bool) []Operator {
	if sandbox && slices.Contains(testNumbers, n) {
		return slices.Clone(RetailOperators)
	}
	if len(n) != 10 {
		return slices.Clone(RetailOperators)
	}
	if ops, ok := prefixes[string(n[:3])]; ok {
		return slices.Clone(ops)
	}
	p, err := phonenumbers.Parse(string(n), "DZ")
	if err != nil {
		return slices.Clone(RetailOperators)
	}
	carrier, err := phonenumbers.GetCarrierForNumber(p, "en")
	if op := Operator(carrier); err == nil && op.Known() {
		return []Operator{op}
	}
	return slices.Clone(RetailOperators)
}
