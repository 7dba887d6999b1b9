package topup

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
)

// ErrNumber is a text that is not a number of the wanted kind.
var ErrNumber = errors.New("topup: not a number of this kind")

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

// separators are what people write between digits.
var separators = strings.NewReplacer(" ", "", ".", "", "-", "", "(", "", ")", "", "‑", "", "–", "", "/", "")

var (
	shortRule = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)[567][0-9]{7}$`)
	longRule  = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)[567][0-9]{9}$`)
)

// Slip recognises a mobile number that is one digit short, or one too long.
func Slip(text string) (short, long bool) {
	s := separators.Replace(PlainDigits(text))
	return shortRule.MatchString(s), longRule.MatchString(s)
}
