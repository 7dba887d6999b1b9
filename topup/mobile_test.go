package topup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"hanout/topup"
)

func TestKnownOperators(t *testing.T) {
	if topup.GMobilis.Known() || !topup.Pixx.Known() {
		t.Error("a shop may choose Pixx and not GMobilis")
	}
}

// prepaid is a plan that may be sold.
func prepaid() topup.Plan {
	return topup.Plan{
		Code: "PREPAID_DJEZZY", Operator: topup.Djezzy, Kind: topup.Dynamic, Family: topup.FamilyPrepaid, Enabled: true,
		Cost: 980_000, CostKnown: true, Min: topup.Dinars(100), Max: topup.Dinars(10_000),
	}
}

func TestQuote(t *testing.T) {
	p := topup.DefaultPricing
	if price, cost, ok := p.Quote(prepaid(), topup.Dinars(500)); !ok || price != topup.Dinars(495) || cost != topup.Dinars(490) {
		t.Errorf("500 DA: price %v, cost %v, %v", price, cost, ok)
	}
	for name, change := range map[string]func(*topup.Plan){
		"disabled":     func(p *topup.Plan) { p.Enabled = false },
		"gone":         func(p *topup.Plan) { p.Gone = true },
		"unknown cost": func(p *topup.Plan) { p.Cost, p.CostKnown = 0, false },
		"zero cost":    func(p *topup.Plan) { p.Cost = 0 },
		"look-up":      func(p *topup.Plan) { p.Kind = topup.Lookup },
		"wholesale":    func(p *topup.Plan) { p.Family = topup.FamilyWholesale },
		"loss":         func(p *topup.Plan) { p.Cost = 1_000_001 },
		"below limit":  func(p *topup.Plan) { p.Min = topup.Dinars(501) },
		"above limit":  func(p *topup.Plan) { p.Max = topup.Dinars(499) },
		"other amount": func(p *topup.Plan) { p.Kind, p.Amount = topup.Fixed, topup.Dinars(1000) },
	} {
		plan := prepaid()
		change(&plan)
		if _, _, ok := p.Quote(plan, topup.Dinars(500)); ok {
			t.Errorf("%s: sold", name)
		}
	}
	for face, want := range map[topup.Money]bool{
		topup.Dinars(100): true, topup.Dinars(10_000): true, topup.Dinars(99): false, topup.Dinars(10_001): false,
		topup.Dinars(500) + 50: false, 0: false, -topup.Dinars(500): false,
	} {
		if got := prepaid().Accepts(face); got != want {
			t.Errorf("dynamic plan accepts %v: %v", face, got)
		}
	}
	fixed := prepaid()
	fixed.Kind, fixed.Amount = topup.Fixed, topup.Dinars(500)
	if !fixed.Accepts(topup.Dinars(500)) || fixed.Accepts(topup.Dinars(501)) {
		t.Error("a fixed plan takes its amount alone")
	}
}

func TestMergePlans(t *testing.T) {
	plan := func(code string, cost topup.Rate) topup.Plan {
		return topup.Plan{Code: code, Cost: cost, CostKnown: true, Enabled: true}
	}
	gone := func(p topup.Plan) topup.Plan { p.Gone = true; return p }
	cached := []topup.Plan{plan("same", 1), plan("dearer", 1), plan("lost", 1), gone(plan("back", 1)), gone(plan("old", 1))}
	fresh := []topup.Plan{plan("dearer", 2), plan("same", 1), plan("new", 1), plan("back", 1), plan("new", 9)}
	merged, diff := topup.MergePlans(cached, fresh)
	want := []topup.Plan{
		plan("dearer", 2), plan("same", 1), plan("new", 1), plan("back", 1),
		gone(plan("lost", 1)), gone(plan("old", 1)),
	}
	if !slices.EqualFunc(merged, want, topup.Plan.Same) {
		t.Errorf("merged %v, want %v", merged, want)
	}
	if !slices.Equal(diff.Added, []string{"new", "back"}) || !slices.Equal(diff.Changed, []string{"dearer"}) ||
		!slices.Equal(diff.Gone, []string{"lost"}) || diff.Total != 4 {
		t.Errorf("diff %+v", diff)
	}
	again, diff := topup.MergePlans(merged, fresh[:4])
	if !slices.EqualFunc(again, merged, topup.Plan.Same) || len(diff.Added)+len(diff.Changed)+len(diff.Gone) != 0 {
		t.Errorf("the same list again: %v, %+v", again, diff)
	}
	named := plan("same", 1)
	named.Family = topup.FamilyPrepaid
	if now, diff := topup.MergePlans(cached[:1], []topup.Plan{named}); len(diff.Changed) != 0 || now[0].Family != named.Family {
		t.Errorf("a family alone is no news, but kept: %v, %+v", now, diff)
	}
	if kept, diff := topup.MergePlans(cached, nil); !slices.EqualFunc(kept, cached, topup.Plan.Same) || diff.Total != 0 {
		t.Errorf("an empty list: %v, %+v", kept, diff)
	}
}

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
