package topup

import (
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// ErrNumber is a text that is not a number of the wanted kind.
var ErrNumber = errors.New("topup: not a number of this kind")

// MSISDN is a mobile number in the national form that the provider wants:
// ten digits, 05, 06 or 07 first (rule ^0[567][0-9]{8}$ of POST /mobile/send).
type MSISDN string

// LogValue hides all but the first and last two digits, so that no log holds
// a full number.
func (n MSISDN) LogValue() slog.Value { return slog.StringValue(MaskNumber(string(n))) }

// Line is a fixed or 4G line as the provider spells it: ADSL "0" and eight
// digits, 4G "213" and nine digits (GET /internet/check-number).
type Line string

// LogValue hides all but the first and last two digits.
func (n Line) LogValue() slog.Value { return slog.StringValue(MaskNumber(string(n))) }

// MaskNumber keeps the first three and the last two characters of a number.
func MaskNumber(s string) string {
	if len(s) <= 5 {
		return strings.Repeat("•", len(s))
	}
	return s[:3] + strings.Repeat("•", len(s)-5) + s[len(s)-2:]
}

// PlainDigits rewrites what people type into what rules read: Arabic-Indic,
// Persian and full-width digits become 0-9, every kind of space becomes one
// ' ', and invisible format characters (bidi marks, joiners, BOM) vanish.
func PlainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		case r == '＋':
			return '+'
		case unicode.Is(unicode.Cf, r):
			return -1
		case r != '\n' && unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

var (
	msisdnRule = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([567][0-9]{8})$`)
	adslRule   = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([1-4][0-9]{7})$`)
	lteRule    = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)?([1-9][0-9]{8})$`)
	separators = strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "", "‑", "", "–", "", "/", "")
)

// ParseMSISDN reads a mobile number as a person types it: 0778 03 73 40,
// +213 778-03-73-40, 00213…, 778037340, in any digits. A letter, a missing or
// an extra digit gives ErrNumber: nothing is dropped, nothing is guessed.
func ParseMSISDN(text string) (MSISDN, error) {
	m := msisdnRule.FindStringSubmatch(separators.Replace(PlainDigits(text)))
	if m == nil {
		return "", ErrNumber
	}
	return MSISDN("0" + m[1]), nil
}

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

// Unusual reports that public numbering data does not know the number as a
// mobile one in use. It lags behind the operators, so it is a warning for the
// confirm card, never a refusal.
func (n MSISDN) Unusual() bool {
	p, err := phonenumbers.Parse(string(n), "DZ")
	return err != nil || !phonenumbers.IsValidNumberForRegion(p, "DZ")
}
