// Package render writes screens as messages in a language.
//
// The rules:
//
//   - the words come from the message files, the data is written in the
//     language's way;
//   - everything that comes from people or the provider is escaped, stripped
//     of direction controls and isolated; only a code is never touched.
package render

import (
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// Renderer writes screens in a language: the words from the message files,
// the data in the language's way, everything that comes from people or the
// provider escaped, stripped of direction controls and isolated.
type Renderer struct {
	texts *locales.Texts
	log   *slog.Logger
}

// New makes a renderer over the message files. A message that has no words is
// told to the log.
func New(texts *locales.Texts, log *slog.Logger) *Renderer { return &Renderer{texts, log} }

// textMost is the longest text of a message, after parsing, in units of
// UTF-16 (Bot API, sendMessage), captionMost below a picture or file (sendPhoto).
const (
	textMost    = 4096
	captionMost = 1024
)

// Screen renders a screen as the message it becomes. Only here it is known how
// long a text is.
func (r *Renderer) Screen(lang string, s flows.Screen) Message {
	m := r.message(lang, s)
	most := textMost
	if len(m.Photo)+len(m.File) > 0 {
		most = captionMost
	}
	if s.TooLong != nil && len(utf16.Encode([]rune(plain(m.Text)))) > most {
		return r.message(lang, *s.TooLong)
	}
	return m
}

func (r *Renderer) message(lang string, s flows.Screen) Message {
	m := Message{RemoveKeyboard: s.RemoveKeyboard, Photo: s.Photo, PhotoID: s.PhotoID, File: s.File, FileName: s.FileName, Protect: s.Protect, Silent: s.Silent, Gone: s.Gone}
	lines := make([]string, len(s.Lines))
	for i, l := range s.Lines {
		lines[i] = r.html(lang, l)
	}
	lines = strings.Split(strings.Join(lines, "\n"), "\n") // a text may have several
	for i, l := range lines {
		lines[i] = locales.Direct(lang, plain(l), l)
	}
	m.Text = strings.Join(lines, "\n")
	for _, row := range s.Rows {
		if len(row) == 0 {
			continue
		}
		out := make([]Button, len(row))
		for i, b := range row {
			out[i] = Button{Text: r.Plain(lang, b.Label), Data: b.Data, URL: b.URL, Copy: b.Copy, Style: string(b.Style)}
		}
		m.Rows = append(m.Rows, out)
	}
	if s.AskContact != nil {
		m.AskContact = r.Plain(lang, *s.AskContact)
	}
	return m
}

// Plain renders a text without markup: buttons, toasts, command menus.
func (r *Renderer) Plain(lang string, m flows.Msg) string {
	s := plain(r.html(lang, m))
	if inner := strings.Trim(s, "\u2066\u2068\u2069"); !strings.ContainsAny(inner, "\u2066\u2068\u2069") && len(s)-len(inner) == isolateLen {
		return inner // a label that is nothing but one isolated run needs no isolate
	}
	return s
}

// tag finds the tags of our texts: what people and the provider wrote is
// escaped.
var tag = regexp.MustCompile(`</?[a-z-]+>`)

// plain takes the markup off a text.
func plain(text string) string { return html.UnescapeString(tag.ReplaceAllString(text, "")) }

// isolateLen is the length in bytes of an opening and a closing isolate.
const isolateLen = len("\u2066\u2069")

// html renders a text as Telegram HTML.
func (r *Renderer) html(lang string, m flows.Msg) string {
	if m.ID == "" {
		return ""
	}
	data := make(map[string]string, len(m.Data))
	var count *int
	for k, v := range m.Data {
		s, n := r.datum(lang, v)
		data[k] = s
		if n != nil && (k == "Count" || k == "Minutes") {
			count = n
		}
	}
	s, err := r.texts.Say(lang, m.ID, count, data)
	if err != nil {
		r.log.Error("a message has no words", "id", m.ID, "language", lang, "error", err)
		return html.EscapeString(m.ID)
	}
	return s
}

func (r *Renderer) datum(lang string, v any) (string, *int) {
	number := func(n int) (string, *int) { return locales.Latin(lang, locales.Group(int64(n))), &n }
	latin := func(s string) (string, *int) { return locales.Latin(lang, html.EscapeString(printable(s, 200))), nil }
	own := func(s string, most int) (string, *int) {
		return locales.Own(html.EscapeString(printable(s, most))), nil
	}
	switch v := v.(type) {
	case topup.Money:
		return locales.Money(lang, int64(v), false), nil
	case flows.Percent:
		return locales.Percent(lang, int64(v)/int64(topup.Percent(1))), nil
	case flows.Signed:
		return locales.Money(lang, int64(v), true), nil
	case topup.MSISDN:
		return locales.Phone(lang, html.EscapeString(string(v))), nil
	case topup.Line:
		return locales.Phone(lang, html.EscapeString(string(v))), nil
	case time.Time:
		return locales.Time(lang, v), nil
	case flows.Clock:
		return locales.Clock(lang, time.Time(v)), nil
	case flows.When:
		return locales.When(lang, v.At, v.Now), nil
	case flows.Day:
		return locales.Date(lang, time.Time(v)), nil
	case int:
		return number(v)
	case flows.Minutes:
		return number(int(v))
	case flows.Name:
		return own(string(v), 100)
	case flows.Words:
		return own(string(v), 600)
	case flows.Prose:
		lines := strings.Split(string(v), "\n")
		for i, l := range lines {
			l = printable(l, textMost)
			lines[i] = locales.Typed(lang, l, html.EscapeString(l))
		}
		return strings.Join(lines, "\n"), nil
	case flows.Bare:
		lines := make([]string, len(v))
		for i, m := range v {
			lines[i] = html.EscapeString(r.bare(lang, m))
		}
		return strings.Join(lines, "\n"), nil
	case flows.PlanName:
		return own(planName(string(v), lang), 60)
	case flows.Secret:
		return "<tg-spoiler>" + locales.Latin(lang, html.EscapeString(string(v))) + "</tg-spoiler>", nil
	case flows.Latin:
		return latin(string(v))
	case string:
		return latin(v)
	case flows.Msg:
		return r.html(lang, v), nil
	}
	return latin(fmt.Sprint(v))
}

// planName makes a provider's name of a plan readable: the reader's half of one
// that comes as "FR | AR", without the sign in front of it and without the half
// "AUTO", which only the provider understands. Names with no such halves stay whole.
func planName(s, lang string) string {
	var halves []string
	for half := range strings.SplitSeq(s, "|") {
		half = strings.TrimFunc(half, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.So, unicode.Sk, unicode.Mn, unicode.Cf)
		})
		if half != "" && !strings.EqualFold(half, "auto") {
			halves = append(halves, half)
		}
	}
	if len(halves) == 2 && hasArabic(halves[0]) != hasArabic(halves[1]) {
		if (lang == locales.Arabic) == hasArabic(halves[0]) {
			return halves[0]
		}
		return halves[1]
	}
	return strings.Join(halves, " | ")
}

func hasArabic(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) >= 0
}

// printable strips what could change a line around it: controls, direction
// marks; and cuts to most letters.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r == '\u200d' || r == '\ufe0f': // joiner and variant of emoji
			return r
		case unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if out := []rune(s); len(out) > most {
		return string(out[:most-1]) + "…"
	}
	return s
}

// Encode writes a message for the outbox.
func Encode(m Message) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("render: message can't be encoded: " + err.Error()) // no field can fail
	}
	return b
}

// Decode reads what Encode wrote.
func Decode(b []byte) (Message, error) {
	var m Message
	err := json.Unmarshal(b, &m)
	return m, err
}
