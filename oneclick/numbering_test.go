package oneclick

import (
	"slices"
	"testing"

	"hanout/topup"
)

func TestUnusual(t *testing.T) {
	for n, want := range map[topup.MSISDN]bool{
		"0778037340": false, "0600000001": false, "0689123456": false, "0540123456": false, "0791234567": false,
		"0501234567": true, "0543123456": true, "0571234567": true, "0701234567": true,
	} {
		if got := (Numbering{}).Unusual(n); got != want {
			t.Errorf("%s unusual: %v, want %v", n, got, want)
		}
	}
}

func TestOperators(t *testing.T) {
	one := func(o topup.Operator) []topup.Operator { return []topup.Operator{o} }
	table := map[string][]topup.Operator{
		// The provider's table.
		"055": {topup.Ooredoo, topup.Djezzy, topup.Mobilis},
		"056": one(topup.Ooredoo),
		"065": one(topup.Mobilis),
		"066": {topup.Mobilis, topup.Ooredoo},
		"067": one(topup.Mobilis),
		"068": {topup.Pixx, topup.Mobilis},
		"077": {topup.Djezzy, topup.Mobilis},
		"078": one(topup.Djezzy),
	}
	for _, p := range []string{"050", "051", "052", "053", "054", "057", "058", "059"} {
		table[p] = one(topup.Ooredoo)
	}
	for _, p := range []string{"060", "061", "062", "063", "064", "069"} {
		table[p] = one(topup.Mobilis)
	}
	for _, p := range []string{"070", "071", "072", "073", "074", "075", "076", "079"} {
		table[p] = one(topup.Djezzy)
	}
	if len(table) != 30 {
		t.Fatalf("%d prefixes, want all 30", len(table))
	}
	for prefix, want := range table {
		for _, test := range []bool{false, true} {
			if got := (Numbering{}).Operators(topup.MSISDN(prefix+"1234567"), test); !slices.Equal(got, want) {
				t.Errorf("%s (test %v): %v, want %v", prefix, test, got, want)
			}
		}
	}
	for _, n := range []topup.MSISDN{"0600000001", "0600000002", "0600000003"} {
		if got := (Numbering{}).Operators(n, true); !slices.Equal(got, topup.RetailOperators) {
			t.Errorf("test number %s: %v, want all", n, got)
		}
		if got := (Numbering{}).Operators(n, false); !slices.Equal(got, one(topup.Mobilis)) {
			t.Errorf("%s on a production key: %v", n, got)
		}
	}
	if got := (Numbering{}).Operators("", false); !slices.Equal(got, topup.RetailOperators) {
		t.Errorf("no number: %v, want all", got)
	}
	(Numbering{}).Operators("0551234567", false)[0] = "changed"
	if got := (Numbering{}).Operators("0551234567", false)[0]; got != topup.Ooredoo {
		t.Errorf("a caller changed the table: %v", got)
	}
}
