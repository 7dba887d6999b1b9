package topup

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount of Algerian dinars in centimes (1/100 DZD).
type Money int64

// MaxMoney bounds every amount a person or the provider may name: ten
// billion dinars. Sums of such amounts stay far from overflow.
const MaxMoney Money = 1_000_000_000_000

// Errors of amounts that people and the provider name.
var (
	// ErrAmount is a text or number that is not an amount.
	ErrAmount = errors.New("topup: not an amount")
	// ErrFraction is an amount with centimes where whole dinars are wanted.
	ErrFraction = errors.New("topup: amount is not whole dinars")
	// ErrRange is an amount below one dinar or above [MaxMoney].
	ErrRange = errors.New("topup: amount out of range")
)

// Dinars returns n whole dinars as Money.
func Dinars(n int64) Money { return Money(n) * 100 }

// WholeDinars returns the amount in dinars, cut towards zero.
func (m Money) WholeDinars() int64 { return int64(m) / 100 }

// String writes the amount in dinars with a point, for logs and the command
// line: "494.90". People's messages are formatted by their language instead.
func (m Money) String() string {
	sign, n := "", uint64(m)
	if m < 0 {
		sign, n = "-", uint64(-m)
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Add returns the sum; it reports false on overflow.
func (m Money) Add(n Money) (Money, bool) {
	s := m + n
	if (n > 0 && s < m) || (n < 0 && s > m) {
		return 0, false
	}
	return s, true
}

// Times returns m × n for a count n ≥ 0; false on overflow or a negative
// operand.
func (m Money) Times(n int) (Money, bool) {
	if m < 0 || n < 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(m), uint64(n))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return Money(lo), true
}

// ParseDecimal reads a plain decimal number of dinars as JSON spells it
// ("1326.13", "490", "9.2e1"), exactly; digits finer than a centime round up,
// for they are costs. Negative amounts and amounts above MaxMoney give
// ErrRange, all else ErrAmount.
func ParseDecimal(s string) (Money, error) {
	n, err := parseScaled(s, 2)
	return Money(n), err
}

// Rate is a factor in millionths: the provider's cost multiplier (0.9925) or
// a margin (0.01).
type Rate int64

// RateOne is the factor 1.
const RateOne Rate = 1_000_000

// Percent returns p hundredths of one per cent as a rate: Percent(100) is 1 %.
func Percent(hundredths int64) Rate { return Rate(hundredths * 100) }

// ParseRate reads a decimal factor such as "0.9925" exactly to six decimals,
// rounding up.
func ParseRate(s string) (Rate, error) {
	n, err := parseScaled(s, 6)
	return Rate(n), err
}

// Of returns m × r, rounded up to the centime: an estimate of a cost never
// comes out too low. Both must be in range; false otherwise.
func (r Rate) Of(m Money) (Money, bool) {
	if m < 0 || r < 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(m), uint64(r))
	lo, carry := bits.Add64(lo, uint64(RateOne)-1, 0)
	hi += carry
	if hi >= uint64(RateOne) {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, uint64(RateOne))
	if q > math.MaxInt64 {
		return 0, false
	}
	return Money(q), true
}

// parseScaled reads a non-negative JSON number and returns it times 10^scale,
// rounded up.
func parseScaled(s string, scale int) (int64, error) {
	if len(s) == 0 || len(s) > 40 {
		return 0, ErrAmount
	}
	if s[0] == '-' {
		if strings.HasPrefix(s, "--") {
			return 0, ErrAmount
		}
		if n, err := parseScaled(s[1:], scale); err != nil || n == 0 {
			return 0, err
		}
		return 0, ErrRange
	}
	mantissa, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 30 || e < -30 {
			return 0, ErrAmount
		}
		mantissa, exp = s[:i], e
	}
	whole, frac, dotted := strings.Cut(mantissa, ".")
	if whole == "" || (dotted && frac == "") {
		return 0, ErrAmount
	}
	var n int64
	var up bool
	shift := scale + exp - len(frac)
	digits := whole + frac
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, ErrAmount
		}
	}
	for ; shift < 0 && digits != ""; shift++ {
		up = up || digits[len(digits)-1] != '0'
		digits = digits[:len(digits)-1]
	}
	for i := range len(digits) {
		if n > int64(MaxMoney) {
			return 0, ErrRange
		}
		n = n*10 + int64(digits[i]-'0')
	}
	for ; shift > 0 && n != 0; shift-- {
		if n > int64(MaxMoney) {
			return 0, ErrRange
		}
		n *= 10
	}
	if up {
		n++
	}
	if n > int64(MaxMoney) {
		return 0, ErrRange
	}
	return n, nil
}

// ParseAmount reads an amount of whole dinars as a person types it: Western,
// Arabic-Indic or Persian digits, thousands grouped by spaces, and a trailing
// "DA", "DZD", "دج" or "د.ج". Fractions give ErrFraction, zero, negative and
// huge amounts ErrRange, all else ErrAmount.
func ParseAmount(text string) (Money, error) {
	s := strings.TrimSpace(PlainDigits(text))
	for _, unit := range []string{"dzd", "da", "دج", "د.ج"} {
		if n := len(s) - len(unit); n > 0 && strings.EqualFold(s[n:], unit) {
			s = strings.TrimSpace(s[:n])
			break
		}
	}
	if rest, ok := strings.CutPrefix(s, "-"); ok && isNumber(rest) {
		return 0, ErrRange
	}
	if whole, frac, ok := cutFraction(s); ok && isNumber(whole) && isNumber(frac) {
		return 0, ErrFraction
	}
	groups := strings.Fields(s)
	if len(groups) == 0 || strings.Contains(s, "\n") {
		return 0, ErrAmount
	}
	for i, g := range groups {
		if !isNumber(g) || (i > 0 && len(g) != 3) || (len(groups) > 1 && i == 0 && len(g) > 3) {
			return 0, ErrAmount
		}
	}
	joined := strings.TrimLeft(strings.Join(groups, ""), "0")
	if len(joined) > 11 || joined == "" {
		return 0, ErrRange
	}
	n, err := strconv.ParseInt(joined, 10, 64)
	if err != nil || Dinars(n) > MaxMoney {
		return 0, ErrRange
	}
	return Dinars(n), nil
}

// CutAmount reads an amount at the head of a text, as ParseAmount does, and
// gives what follows it: of "5 000 DA cash" five thousand and "cash". Groups
// of three digits belong to the amount. A number behind one that could be
// part of it or not is no amount: money is never moved on a guess.
func CutAmount(text string) (amount Money, rest string, err error) {
	words := strings.Fields(PlainDigits(text))
	if len(words) == 0 {
		return 0, "", ErrAmount
	}
	if amount, err = ParseAmount(words[0]); err != nil {
		return 0, "", err
	}
	took := 1
	for n := 2; n <= min(len(words), amountWords); n++ {
		if longer, err := ParseAmount(strings.Join(words[:n], " ")); err == nil {
			amount, took = longer, n
		}
	}
	groups := took > 1 || len(words[0]) <= 3
	if took < len(words) && groups && isNumber(words[took-1]) && isNumber(words[took]) {
		return 0, "", ErrAmount
	}
	return amount, strings.Join(words[took:], " "), nil
}

// amountWords are the words of the longest amount: four groups and a unit.
const amountWords = 5

func cutFraction(s string) (whole, frac string, ok bool) {
	for _, sep := range []string{",", ".", "٫"} {
		if whole, frac, ok = strings.Cut(s, sep); ok {
			return strings.ReplaceAll(whole, " ", ""), frac, true
		}
	}
	return "", "", false
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
