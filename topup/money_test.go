package topup_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hanout/topup"
)

func TestCutAmount(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int64 // dinars; 0 for an error
		rest string
	}{
		{"500 cash", 500, "cash"},
		{"5000 cash", 5000, "cash"},
		{"5 000 cash", 5000, "cash"},
		{"5\u00a0000 cash", 5000, "cash"},
		{"5\u202f000 DA cash", 5000, "cash"},
		{"٥ ٠٠٠ دج نقدا", 5000, "نقدا"},
		{"5 000 DA", 5000, ""},
		{"5 000", 5000, ""},
		{"5000 DA cash in hand", 5000, "cash in hand"},
		{"5000da cash", 5000, "cash"},
		{"12 500 cash", 12_500, "cash"},
		{"1 250 000 cash", 1_250_000, "cash"},
		{"5000 12 bills", 5000, "12 bills"},       // no group belongs to a long number
		{"5000 123 bills", 5000, "123 bills"},     // likewise
		{"5 000 DA 123 bills", 5000, "123 bills"}, // the unit ends it
		{"500 da 2 bills", 500, "2 bills"},        // likewise
		{"5 000 n° 123", 5000, "n° 123"},
		{"5 00 cash", 0, ""},
		{"5 0000 cash", 0, ""},
		{"5 000 12 bills", 0, ""},
		{"500 12", 0, ""},
		{"5,000 cash", 0, ""},
		{"5.000 cash", 0, ""},
		{"-5 000 cash", 0, ""},
		{"0 cash", 0, ""},
		{"cash 500", 0, ""},
		{"", 0, ""},
		{"99 999 999 999 999 cash", 0, ""},
	} {
		got, rest, err := topup.CutAmount(c.in)
		if got != topup.Dinars(c.want) || rest != c.rest || (err == nil) != (c.want > 0) {
			t.Errorf("CutAmount(%q) = %v, %q, %v; want %d and %q", c.in, got, rest, err, c.want, c.rest)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		in   string
		want topup.Money
		err  error
	}{
		{"0", 0, nil},
		{"-0", 0, nil},
		{"0.00", 0, nil},
		{"490", 49000, nil},
		{"1326.13", 132613, nil},
		{"330.5025", 33051, nil}, // a cost rounds up
		{"0.001", 1, nil},
		{"0.1000000000", 10, nil},
		{"9.2e1", 9200, nil},
		{"5E+2", 50000, nil},
		{"25e-1", 250, nil},
		{"1e-9", 1, nil},
		{"0e30", 0, nil},
		{"10000000000", topup.MaxMoney, nil},
		{"10000000000.01", 0, topup.ErrRange},
		{"99999999999999999999", 0, topup.ErrRange},
		{"1e30", 0, topup.ErrRange},
		{"-5", 0, topup.ErrRange},
		{"-0.01", 0, topup.ErrRange},
		{"--5", 0, topup.ErrAmount},
		{"--0", 0, topup.ErrAmount},
		{"-", 0, topup.ErrAmount},
		{"", 0, topup.ErrAmount},
		{".5", 0, topup.ErrAmount},
		{"5.", 0, topup.ErrAmount},
		{"1e", 0, topup.ErrAmount},
		{"e5", 0, topup.ErrAmount},
		{"1e31", 0, topup.ErrAmount},
		{"+5", 0, topup.ErrAmount},
		{"1,5", 0, topup.ErrAmount},
		{"1.2.3", 0, topup.ErrAmount},
		{"NaN", 0, topup.ErrAmount},
		{"0x10", 0, topup.ErrAmount},
		{" 5", 0, topup.ErrAmount},
		{"٥", 0, topup.ErrAmount},
		{strings.Repeat("0", 41), 0, topup.ErrAmount},
	} {
		got, err := topup.ParseDecimal(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %v, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestParseRate(t *testing.T) {
	for in, want := range map[string]topup.Rate{
		"1": topup.RateOne, "0.9925": 992_500, "0.98": 980_000, "0.9925001": 992_501, "0": 0,
	} {
		if got, err := topup.ParseRate(in); got != want || err != nil {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	if got := topup.Percent(150); got != 15_000 {
		t.Errorf("1.5 %% is %d millionths, want 15000", got)
	}
}

func TestParseAmount(t *testing.T) {
	for _, c := range []struct {
		in   string
		want topup.Money
		err  error
	}{
		{"500", 50000, nil},
		{" 500 ", 50000, nil},
		{"500 DA", 50000, nil},
		{"500da", 50000, nil},
		{"500 dzd", 50000, nil},
		{"500 دج", 50000, nil},
		{"500 د.ج", 50000, nil},
		{"1 000", 100000, nil},
		{"1\u00a0000", 100000, nil},
		{"1\u202f000 DA", 100000, nil},
		{"12 500 000", 1_250_000_000, nil},
		{"٥٠٠", 50000, nil},
		{"۵۰۰", 50000, nil},
		{"５００", 50000, nil},
		{"١ ٠٠٠ دج", 100000, nil},
		{"\u200f500\u200e", 50000, nil},
		{"\ufeff500", 50000, nil},
		{"0500", 50000, nil},
		{"10000000000", topup.MaxMoney, nil},
		{"10000000001", 0, topup.ErrRange},
		{"99999999999", 0, topup.ErrRange},
		{"1000000000000", 0, topup.ErrRange},
		{strings.Repeat("9", 100), 0, topup.ErrRange},
		{"0", 0, topup.ErrRange},
		{"000", 0, topup.ErrRange},
		{"-5", 0, topup.ErrRange},
		{"-٥", 0, topup.ErrRange},
		{"500,5", 0, topup.ErrFraction},
		{"500.50", 0, topup.ErrFraction},
		{"٥٠٠٫٥", 0, topup.ErrFraction},
		{"1 000,50 DA", 0, topup.ErrFraction},
		{"1,000", 0, topup.ErrFraction}, // a thousand or one: not for us to say
		{"", 0, topup.ErrAmount},
		{"DA", 0, topup.ErrAmount},
		{"1e9", 0, topup.ErrAmount},
		{"5OO", 0, topup.ErrAmount},
		{"500 200", 50_020_000, nil},
		{"500\n200", 0, topup.ErrAmount},
		{"1 00", 0, topup.ErrAmount},
		{"1000 000", 0, topup.ErrAmount},
		{"1 0000", 0, topup.ErrAmount},
		{"500 DA DA", 0, topup.ErrAmount},
		{"500 €", 0, topup.ErrAmount},
		{"+500", 0, topup.ErrAmount},
		{"1.000,50", 0, topup.ErrAmount},
	} {
		got, err := topup.ParseAmount(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ParseAmount(%q) = %v, %v; want %v, %v", c.in, got, err, c.want, c.err)
		}
	}
}

func TestMoneyString(t *testing.T) {
	for m, want := range map[topup.Money]string{
		0: "0.00", 5: "0.05", 49490: "494.90", -150: "-1.50",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := m.String(); got != want {
			t.Errorf("%d centimes: %q, want %q", int64(m), got, want)
		}
	}
	if got := topup.Money(-199).WholeDinars(); got != -1 {
		t.Errorf("-1.99 in whole dinars is %d, want -1", got)
	}
}

// fits gives the exact result as Money, or false.
func fits(b *big.Int) (topup.Money, bool) {
	return topup.Money(b.Int64()), b.IsInt64()
}

func TestArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		want, ok := fits(new(big.Int).Add(big.NewInt(a), big.NewInt(b)))
		if got, gotOK := topup.Money(a).Add(topup.Money(b)); gotOK != ok || (ok && got != want) {
			t.Fatalf("%d + %d = %d, %v", a, b, got, gotOK)
		}
		n := rapid.Int().Draw(t, "n")
		want, ok = fits(new(big.Int).Mul(big.NewInt(a), big.NewInt(int64(n))))
		ok = ok && a >= 0 && n >= 0
		if got, gotOK := topup.Money(a).Times(n); gotOK != ok || (ok && got != want) {
			t.Fatalf("%d × %d = %d, %v", a, n, got, gotOK)
		}
		up := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		up.Add(up, big.NewInt(int64(topup.RateOne)-1)).Div(up, big.NewInt(int64(topup.RateOne)))
		want, ok = fits(up)
		ok = ok && a >= 0 && b >= 0
		if got, gotOK := topup.Rate(b).Of(topup.Money(a)); gotOK != ok || (ok && got != want) {
			t.Fatalf("%d millionths of %d = %d, %v; want %d, %v", b, a, got, gotOK, want, ok)
		}
	})
}

func TestRateRoundsUp(t *testing.T) {
	for _, c := range []struct {
		rate       topup.Rate
		face, want topup.Money
	}{
		{992_500, 33300, 33051}, // 330.5025 DZD
		{992_500, 50000, 49625},
		{1, 1, 1},
		{0, 50000, 0},
		{topup.RateOne, topup.MaxMoney, topup.MaxMoney},
	} {
		if got, ok := c.rate.Of(c.face); !ok || got != c.want {
			t.Errorf("%d of %v = %v, %v; want %v", c.rate, c.face, got, ok, c.want)
		}
	}
	if _, ok := topup.Rate(math.MaxInt64).Of(math.MaxInt64); ok {
		t.Error("an overflow was not reported")
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0", "490", "1326.13", "9.2e1", "1e-9", "--0", "10000000000", "1e30", "5."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := topup.ParseDecimal(s)
		if err != nil {
			if m != 0 {
				t.Fatalf("%q: an error and %v", s, m)
			}
			return
		}
		if m < 0 || m > topup.MaxMoney {
			t.Fatalf("%q gives %v, out of range", s, m)
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q was taken, but is no number", s)
		}
		diff := new(big.Rat).Sub(big.NewRat(int64(m), 100), exact)
		if diff.Sign() < 0 || diff.Cmp(big.NewRat(1, 100)) >= 0 {
			t.Fatalf("%q gives %v: not rounded up to the centime", s, m)
		}
		if again, err := topup.ParseDecimal(m.String()); err != nil || again != m {
			t.Fatalf("%q gives %v, which reads back as %v, %v", s, m, again, err)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"500", "1 000 DA", "٥٠٠", "500,5", "-5", "1e9", "500\n200", "10000000000", "د.ج"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := topup.ParseAmount(s)
		if err != nil {
			if m != 0 {
				t.Fatalf("%q: an error and %v", s, m)
			}
			return
		}
		if m < topup.Dinars(1) || m > topup.MaxMoney || m%100 != 0 {
			t.Fatalf("%q gives %v", s, m)
		}
		// Every digit that was typed counts, and no other.
		var digits strings.Builder
		for _, r := range topup.PlainDigits(s) {
			if r >= '0' && r <= '9' {
				digits.WriteRune(r)
			}
		}
		want, ok := new(big.Int).SetString(digits.String(), 10)
		if !ok || want.Int64() != m.WholeDinars() {
			t.Fatalf("%q gives %v, its digits are %s", s, m, digits.String())
		}
	})
}
