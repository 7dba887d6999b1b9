package topup_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"hanout/topup"
)

func TestParseMSISDN(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0778037340", "0778037340"},
		{"0665983439", "0665983439"},
		{"0556121212", "0556121212"},
		{"0600000001", "0600000001"},
		{"0689123456", "0689123456"},
		{"+213 778 03 73 40", "0778037340"},
		{"00213778037340", "0778037340"},
		{"00213 0778037340", "0778037340"},
		{"213778037340", "0778037340"},
		{"778037340", "0778037340"},
		{"+2130778037340", "0778037340"},
		{"+213(0)778037340", "0778037340"},
		{"(+213) 778-03-73-40", "0778037340"},
		{"0778-037-340", "0778037340"},
		{"0778.03.73.40", "0778037340"},
		{"0778/03/73/40", "0778037340"},
		{"0778\u201103\u201373 40", "0778037340"},
		{"0778\u00a003\u202f73\u200940", "0778037340"},
		{"٠٧٧٨٠٣٧٣٤٠", "0778037340"},
		{"۰۷۷۸۰۳۷۳۴۰", "0778037340"},
		{"０７７８０３７３４０", "0778037340"},
		{"＋213778037340", "0778037340"},
		{"\u200e0778037340\u200e", "0778037340"},
		{"\u200f0778037340", "0778037340"},
		{"\u202a0778037340\u202c", "0778037340"},
		{"\u20660778037340\u2069", "0778037340"},
		{"07780\u200b37340", "0778037340"},
		{"\ufeff0778037340", "0778037340"},
		// Refused: letters, which the library drops or translates.
		{"0778037340O", ""},
		{"O0778037340", ""},
		{"077803734OO0", ""},
		{"0778037340a", ""},
		{"الرقم 0778037340", ""},
		// Refused: what the library takes for an extension.
		{"0778037340,200", ""},
		{"0778037340#200", ""},
		{"0778037340x5", ""},
		{"0778037340 ext 5", ""},
		{"0778037340;5", ""},
		// Refused: a missing or an extra digit.
		{"077803734", ""},
		{"77803734", ""},
		{"07780373400", ""},
		{"00778037340", ""},
		{"+21377803734", ""},
		{"0778037340 200", ""},
		{"0778037340.200", ""},
		// Refused: other kinds and countries.
		{"036362608", ""},
		{"213472731602", ""},
		{"0478037340", ""},
		{"0878037340", ""},
		{"+33612345678", ""},
		{"0033612345678", ""},
		{"+0778037340", ""},
		{"++213778037340", ""},
		{"0778+037340", ""},
		{"0778037340\n0661234567", ""},
		{"", ""},
		{"+213", ""},
	} {
		got, err := topup.ParseMSISDN(c.in)
		if string(got) != c.want || (err == nil) != (c.want != "") || (err != nil && !errors.Is(err, topup.ErrNumber)) {
			t.Errorf("ParseMSISDN(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
}

// The library is a second opinion on what our grammar accepts.
func TestMSISDNAgreesWithTheLibrary(t *testing.T) {
	for _, in := range []string{
		"0778037340", "+213 778 03 73 40", "00213778037340", "213778037340", "778037340",
		"+2130778037340", "+213(0)778037340", "٠٧٧٨٠٣٧٣٤٠", "۰۷۷۸۰۳۷۳۴۰", "０７７８０３７３４０", "0665983439", "0556121212",
	} {
		ours, err := topup.ParseMSISDN(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		p, err := phonenumbers.Parse(in, "DZ")
		if err != nil {
			t.Errorf("%q: the library refuses it: %v", in, err)
			continue
		}
		theirs := strings.ReplaceAll(phonenumbers.Format(p, phonenumbers.NATIONAL), " ", "")
		if theirs != string(ours) {
			t.Errorf("%q: ours %s, the library's %s", in, ours, theirs)
		}
	}
}

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

func TestLogsHideNumbersAndCards(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("sold",
		"to", topup.MSISDN("0778037340"), "line", topup.Line("213472731602"),
		"card", topup.Voucher{Code: "SECRET-CODE", Serial: "SECRET-SERIAL"})
	for _, secret := range []string{"0778037340", "8037", "472731602", "SECRET"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log shows %q: %s", secret, out.String())
		}
	}
	if got := topup.MaskNumber("0778037340"); got != "077•••••40" {
		t.Errorf("masked: %s", got)
	}
	if got := topup.MaskNumber("0778"); got != "••••" {
		t.Errorf("a short one masked: %s", got)
	}
}

func FuzzParseMSISDN(f *testing.F) {
	for _, s := range []string{"0778037340", "+213(0)778037340", "٠٧٧٨٠٣٧٣٤٠", "0778037340O", "00778037340", "\u200f0661 23 45 67"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := topup.ParseMSISDN(s)
		if err != nil {
			if n != "" {
				t.Fatalf("%q: an error and %q", s, n)
			}
			return
		}
		if len(n) != 10 || n[0] != '0' || n[1] < '5' || n[1] > '7' {
			t.Fatalf("%q gives %q", s, n)
		}
		if again, err := topup.ParseMSISDN(string(n)); err != nil || again != n {
			t.Fatalf("%q reads back as %q, %v", n, again, err)
		}
		var digits strings.Builder
		for _, r := range topup.PlainDigits(s) {
			if r >= '0' && r <= '9' {
				digits.WriteRune(r)
			}
		}
		if !strings.HasSuffix(digits.String(), string(n[1:])) {
			t.Fatalf("%q gives %q, which its digits do not end with", s, n)
		}
	})
}
