package topup_test

import (
	"testing"

	"hanout/topup"
)

func TestParseLines(t *testing.T) {
	type parser func(string) (topup.Line, error)
	for _, c := range []struct {
		name  string
		parse parser
		in    string
		want  topup.Line
	}{
		{"ADSL", topup.ParseADSL, "036362608", "036362608"},
		{"ADSL", topup.ParseADSL, "021 12 34 56", "021123456"},
		{"ADSL", topup.ParseADSL, "36362608", "036362608"},
		{"ADSL", topup.ParseADSL, "+213 36 36 26 08", "036362608"},
		{"ADSL", topup.ParseADSL, "٠٣٦٣٦٢٦٠٨", "036362608"},
		{"ADSL", topup.ParseADSL, "0363626081", ""},
		{"ADSL", topup.ParseADSL, "03636260", ""},
		{"ADSL", topup.ParseADSL, "0021123456", ""}, // another country's prefix
		{"ADSL", topup.ParseADSL, "056362608", ""},
		{"ADSL", topup.ParseADSL, "03636260O", ""},
		{"4G", topup.Parse4G, "213472731602", "213472731602"},
		{"4G", topup.Parse4G, "0472731602", "213472731602"},
		{"4G", topup.Parse4G, "047 27 31 602", "213472731602"},
		{"4G", topup.Parse4G, "472731602", "213472731602"},
		{"4G", topup.Parse4G, "+213(0)472731602", "213472731602"},
		{"4G", topup.Parse4G, "213665983439", "213665983439"},
		{"4G", topup.Parse4G, "00472731602", ""},
		{"4G", topup.Parse4G, "47273160", ""},
		{"4G", topup.Parse4G, "04727316021", ""},
		{"4G", topup.Parse4G, "0472731602x", ""},
	} {
		got, err := c.parse(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %q = %q, %v; want %q", c.name, c.in, got, err, c.want)
		}
	}
}

func TestDiffProducts(t *testing.T) {
	card := func(value int64, cost int64, there bool) topup.InternetProduct {
		return topup.InternetProduct{Type: topup.ADSL, Value: topup.Dinars(value), Cost: topup.Dinars(cost), CostKnown: true, Available: there}
	}
	other := card(500, 490, true)
	other.Type = topup.LTE4G
	cached := []topup.InternetProduct{card(500, 490, true), card(1000, 980, true), card(2000, 1960, true)}
	fresh := []topup.InternetProduct{card(500, 490, true), card(1000, 985, true), card(5000, 4900, false), other, other}
	if d, want := topup.DiffProducts(cached, fresh), (topup.ListDiff{Total: 4, Added: 2, Changed: 1, Gone: 1}); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
	if d := topup.DiffProducts(fresh, fresh); !d.Same() || d.Total != 4 {
		t.Errorf("the same list differs: %+v", d)
	}
	if d := topup.DiffProducts(nil, cached); d.Same() || d.Added != 3 {
		t.Errorf("a first list: %+v", d)
	}
}

// TestParseLine reads a line only where it is written in full: its type is then
// what its length says.
func TestParseLine(t *testing.T) {
	for text, want := range map[string][2]string{
		"036362608": {"036362608", topup.ADSL}, "036 36 26 08": {"036362608", topup.ADSL}, "+213 36 36 26 08": {"036362608", topup.ADSL},
		"٠٣٦٣٦٢٦٠٨": {"036362608", topup.ADSL}, "213472731602": {"213472731602", topup.LTE4G}, "0472731602": {"213472731602", topup.LTE4G},
		"00213 472 73 16 02": {"213472731602", topup.LTE4G},
		"36362608":           {}, "472731602": {}, "0661234567": {}, "0961234567": {}, "03636260": {}, "1000": {}, "": {}, "03636260x": {},
	} {
		line, kind, err := topup.ParseLine(text)
		if string(line) != want[0] || kind != want[1] || (err == nil) != (want[0] != "") {
			t.Errorf("%q is %s %s, %v", text, kind, line, err)
		}
	}
}
