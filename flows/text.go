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

// CleanText makes a text of several lines fit to be shown as it was typed:
// without controls of direction or any other, and without a run of empty lines.
func CleanText(s string) string {
	var lines []string
	empty := 0
	for line := range strings.Lines(strings.ReplaceAll(s, "\r", "\n")) {
		line = strings.TrimSpace(strings.Map(func(r rune) rune {
			switch {
			case r == '\u200d': // joins emoji
				return r
			case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
				return -1
			case unicode.IsSpace(r), unicode.IsControl(r):
				return ' '
			}
			return r
		}, line))
		if empty++; line != "" {
			empty = 0
		}
		if empty < 2 {
			lines = append(lines, line)
		}
	}
	s = strings.TrimSpace(strings.Join(lines, "\n"))
	if CleanName(s, len(s)+1) == "" {
		return ""
	}
	return s
}

// shopName is a name that a shop can have: it has a letter; "" for another.
func shopName(s string) string {
	if name := CleanName(s, 40); strings.ContainsFunc(name, unicode.IsLetter) {
		return name
	}
	return ""
}
