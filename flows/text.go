package flows

import (
	"strings"
	"unicode"
)

// CleanName makes a name fit to be shown: printable, one line, no direction
// controls, at most max letters; "" when nothing is left.
func CleanName(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	out := []rune(strings.Join(strings.Fields(s), " "))
	if len(out) > most {
		out = append(out[:most-1], '…')
	}
	letters := false
	for _, r := range out {
		letters = letters || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	if !letters {
		return ""
	}
	return string(out)
}

// shopName is a name that a shop can have: it has a letter; "" for another.
func shopName(s string) string {
	if name := CleanName(s, 40); strings.ContainsFunc(name, unicode.IsLetter) {
		return name
	}
	return ""
}
