// Package locales holds every sentence that people read, in Arabic and
// French, and the way numbers, money, phone numbers, times and names are
// written inside them. No other package holds words for people.
//
// Numbers are Western digits grouped by U+00A0 in both languages, the habit
// in Algeria. In Arabic, whatever runs left to right stands in an isolate
// (U+2066…U+2069) and a name in its own direction (U+2068…U+2069), so that no
// digit group changes place.
package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/bidi"
)

// The languages.
const (
	Arabic = "ar"
	French = "fr"
)

// Codes are the languages, the first being the default of HANOUT_LANGUAGE.
var Codes = []string{Arabic, French}

//go:embed active.*.json
var files embed.FS

// Texts are the loaded message files. Safe for concurrent use.
type Texts struct {
	bundle     *i18n.Bundle
	localizers map[string]*i18n.Localizer
}

// parser makes a missing datum an error instead of "<no value>". go-i18n
// caches a template with the parser of its first use, so this one is always
// passed.
var parser = &template.TextParser{Option: "missingkey=error"}

// Load reads the embedded message files. It fails only when a file is broken.
func Load() (*Texts, error) {
	t := &Texts{bundle: i18n.NewBundle(language.Arabic), localizers: map[string]*i18n.Localizer{}}
	for _, code := range Codes {
		t.bundle.RegisterUnmarshalFunc("json", typeset(code))
		if _, err := t.bundle.LoadMessageFileFS(files, "active."+code+".json"); err != nil {
			return nil, fmt.Errorf("locales: %w", err)
		}
		t.localizers[code] = i18n.NewLocalizer(t.bundle, code)
	}
	return t, nil
}

// Say gives the text of a message in a language, with data filled in as it
// is: escaping and isolating are the caller's. count picks the plural form;
// nil for messages without one. An unknown message, language, plural form or
// missing datum is an error.
func (t *Texts) Say(lang, id string, count *int, data map[string]string) (string, error) {
	l, ok := t.localizers[lang]
	if !ok {
		return "", fmt.Errorf("locales: no language %q", lang)
	}
	c := &i18n.LocalizeConfig{MessageID: id, TemplateData: data, TemplateParser: parser}
	if count != nil {
		c.PluralCount = *count
	}
	s, tag, err := l.LocalizeWithTag(c)
	if err != nil {
		return "", fmt.Errorf("locales: message %q in %s: %w", id, lang, err)
	}
	if base, _ := tag.Base(); base.String() != lang {
		return "", fmt.Errorf("locales: message %q is missing in %s", id, lang)
	}
	return s, nil
}

// typeset reads a message file and sets its sentences as the language wants it,
// so that who writes them need not think of signs that can't be seen.
func typeset(lang string) i18n.UnmarshalFunc {
	return func(data []byte, v any) error {
		if err := json.Unmarshal(data, v); err != nil {
			return err
		}
		if all, ok := v.(*any); ok {
			*all = sentences(*all, lang)
		}
		return nil
	}
}

func sentences(v any, lang string) any {
	switch v := v.(type) {
	case string:
		return Typeset(lang, v)
	case map[string]any:
		for k, s := range v {
			v[k] = sentences(s, lang)
		}
	}
	return v
}

// frenchSpaces and arabicSpaces are the spaces that must not break a line: before
// a high sign and within quotes, and where a count or a number is of one piece
// with the word beside it.
var (
	frenchSpaces = glued(" :", " ;", " !", " ?", " »", "« ",
		"n° ", "N° {", "}} min", "prix {", "pour {{.Amount", "× {", "· {{.When")
	arabicSpaces = glued("رقم {", "بـ {", "بقيمة {", "}} د", "× {", "· {{.When")
)

// glued keeps what is written in each of these on one line.
func glued(texts ...string) *strings.Replacer {
	var pairs []string
	for _, s := range texts {
		pairs = append(pairs, s, strings.ReplaceAll(s, " ", nbsp))
	}
	return strings.NewReplacer(pairs...)
}

// example is a telephone number that a sentence shows.
var example = regexp.MustCompile(`\b\d{3,4}( \d\d){3}\b`)

// command finds a command of the bot in a sentence, or one of a terminal: in an
// Arabic line its slash would change sides.
var command = regexp.MustCompile(`(^|[\s(])(/[a-z]+)`)

// Typeset sets a sentence of our own: in French no line begins with ": …", in
// Arabic commands run left to right, and in both a number stays with its word.
func Typeset(lang, s string) string {
	s = example.ReplaceAllStringFunc(s, func(number string) string { return strings.ReplaceAll(number, " ", nbsp) })
	if lang == French {
		return frenchSpaces.Replace(s)
	}
	return command.ReplaceAllString(arabicSpaces.Replace(s), "$1"+lri+"$2"+pdi)
}

// rlm and lrm set the direction of a line that would begin with something else.
const rlm, lrm = "\u200f", "\u200e"

// Direct gives a line of an Arabic text its direction, by a mark in front where its
// first strong letter is not Arabic: what stands in isolates does not count, and
// Telegram goes by the first one that does. line is what is shown, markup what
// is sent.
func Direct(lang, line, markup string) string {
	if lang != Arabic || line == "" || strings.HasPrefix(line, lrm) || beginsArabic(line) {
		return markup
	}
	return rlm + markup
}

// Typed keeps a whole line as it was typed, within an Arabic text too: one that
// does not begin in Arabic runs from the left, or its full stop and its numbers
// would change sides.
func Typed(lang, line, markup string) string {
	if lang != Arabic || line == "" || beginsArabic(line) {
		return markup
	}
	return lrm + markup
}

// beginsArabic reports whether the first strong letter is, of those outside of
// isolates.
func beginsArabic(line string) bool {
	depth := 0
	for _, r := range line {
		switch p, _ := bidi.LookupRune(r); {
		case p.Class() == bidi.LRI, p.Class() == bidi.RLI, p.Class() == bidi.FSI:
			depth++
		case p.Class() == bidi.PDI:
			depth--
		case depth > 0:
		case p.Class() == bidi.AL, p.Class() == bidi.R:
			return true
		case p.Class() == bidi.L:
			return false
		}
	}
	return false
}

// Guess picks a language by Telegram's language_code; "" when it is neither.
func Guess(code string) string {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	for _, c := range Codes {
		if base == c {
			return c
		}
	}
	return ""
}

const (
	lri  = "\u2066"
	fsi  = "\u2068"
	pdi  = "\u2069"
	nbsp = "\u00a0"
)

// Latin keeps a left-to-right run in order: numbers, codes, references,
// operators.
func Latin(lang, s string) string {
	if lang != Arabic || s == "" {
		return s
	}
	return lri + s + pdi
}

// Own lets a name run in its own direction.
func Own(s string) string {
	if s == "" {
		return s
	}
	return fsi + s + pdi
}

// Group writes a whole number with its thousands apart: 12 500.
func Group(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + nbsp + s[i:]
	}
	return sign + s
}

// Money writes centimes as dinars: 12 500 DA, 494,90 DA. signed adds a plus
// to what is positive.
func Money(lang string, centimes int64, signed bool) string {
	sign, n := "", centimes
	if n < 0 {
		sign, n = "-", -n
	} else if signed && n > 0 {
		sign = "+"
	}
	s := sign + Group(n/100)
	if c := n % 100; c != 0 {
		s += fmt.Sprintf(",%02d", c)
	}
	if lang == Arabic {
		return lri + s + pdi + nbsp + "دج"
	}
	return s + nbsp + "DA"
}

// Percent writes hundredths of one per cent: 5 %, 1,5 %.
func Percent(lang string, hundredths int64) string {
	s := Group(hundredths / 100)
	if c := hundredths % 100; c != 0 {
		s += "," + strings.TrimRight(fmt.Sprintf("%02d", c), "0")
	}
	return Latin(lang, s+nbsp+"%")
}

// Phone writes a national number in the groups people read: 0661 23 45 67.
// What has another length stays as it is.
func Phone(lang, number string) string {
	s := number
	switch {
	case len(s) == 10 && s[0] == '0':
		s = s[:4] + nbsp + s[4:6] + nbsp + s[6:8] + nbsp + s[8:]
	case len(s) == 9 && s[0] == '0':
		s = s[:3] + nbsp + s[3:5] + nbsp + s[5:7] + nbsp + s[7:]
	}
	return Latin(lang, s)
}

// Algiers is Algeria's zone: one hour ahead of UTC, all year, since 1981. It
// is fixed here because a small container has no zone files.
var Algiers = time.FixedZone("Africa/Algiers", 3600)

// Date writes a day, of the place that it is in: 21/11/2026.
func Date(lang string, t time.Time) string { return Latin(lang, t.Format("02/01/2006")) }

// Time writes an instant in Algiers: 21/11/2026 14:05.
func Time(lang string, t time.Time) string {
	return Latin(lang, t.In(Algiers).Format("02/01/2006"+nbsp+"15:04"))
}

// Clock writes a time of day in Algiers, to the second: 14:05:09.
func Clock(lang string, t time.Time) string { return Latin(lang, t.In(Algiers).Format("15:04:05")) }

// When writes an instant of a list as short as it can be: 14:05 on the day that
// it is now, 21/11 within the year, else 21/11/2026.
func When(lang string, t, now time.Time) string {
	t, now = t.In(Algiers), now.In(Algiers)
	form := "02/01/2006"
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		form = "15:04"
	case t.Year() == now.Year():
		form = "02/01"
	}
	return Latin(lang, t.Format(form))
}
