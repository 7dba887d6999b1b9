package app

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"

	"hanout/locales"
	"hanout/sandbox/page"
	"hanout/sandbox/telegram"
)

// TestScreens looks at every screen of the gallery for what a machine can see.
func TestScreens(t *testing.T) {
	chapters, err := gallery(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	looked := map[string]int{}
	for _, c := range chapters {
		for _, scene := range c.Screens {
			for lang, seen := range scene.In {
				looked[lang]++
				for _, fault := range faults(lang, *seen) {
					t.Errorf("%s, %q, in %s: %s", c.Name, scene.Line, lang, fault)
				}
			}
		}
	}
	if looked["ar"] < 1000 || looked["fr"] < 1000 {
		t.Errorf("only %v screens were looked at", looked)
	}
}

// faults tells what is wrong with a screen.
func faults(lang string, s page.Seen) (list []string) {
	if bare := outside(s.Text); !strings.ContainsFunc(bare, arabic) && latin.MatchString(bare) {
		lang = locales.French // somebody of an Arabic script has chosen it
	}
	labels := map[string]bool{}
	for _, row := range rowsOf(s) {
		for _, label := range row {
			if labels[label] {
				list = append(list, fmt.Sprintf("two buttons say %q", label))
			}
			labels[label] = true
			if w, most := labelWidth(lang, label), keyWidth(len(row)); w > most && !strings.Contains(label, "\u2068") { // a name may be cut
				list = append(list, fmt.Sprintf("the button %q is %d pixels wide, at most %d fit beside the others of its row", label, w, most))
			}
			list = append(list, lineFaults(lang, label)...)
			list = append(list, arrowFaults(lang, label)...)
		}
	}
	for l := range strings.SplitSeq(s.Text, "\n") {
		list = append(list, lineFaults(lang, l)...)
		if lang == locales.Arabic && !runsRight(l) && !strings.HasPrefix(l, "\u200e") { // what was typed runs as it was
			list = append(list, fmt.Sprintf("the line %q does not run from the right", l))
		}
	}
	return list
}

func rowsOf(s page.Seen) (rows [][]string) {
	if s.Markup == nil {
		return nil
	}
	for _, row := range s.Markup.InlineKeyboard {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		rows = append(rows, labels)
	}
	for _, row := range s.Markup.Keyboard {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Text)
		}
		rows = append(rows, labels)
	}
	return rows
}

var (
	looseSign  = regexp.MustCompile(`( [:;!?»])|(« )`)
	looseRun   = regexp.MustCompile(`[A-Za-z]|[0-9][0-9\x{a0},.:/]*[0-9][0-9\x{a0}]*[\x{a0}:/][0-9]|[0-9]{4}`)
	latin      = regexp.MustCompile(`[A-Za-z]{2}`)
	inIsolates = regexp.MustCompile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
)

// lineFaults looks at one line: its isolates, and what is written outside them,
// for what is in them is somebody's name, or runs by itself.
func lineFaults(lang, l string) (list []string) {
	bare := outside(l)
	if strings.ContainsAny(bare, "\u2066\u2067\u2068\u2069") {
		list = append(list, fmt.Sprintf("an isolate of %q is not closed, or not opened", l))
	}
	if lang == locales.French && looseSign.MatchString(bare) {
		list = append(list, fmt.Sprintf("a space of %q may break the line before a sign", l))
	}
	if lang == locales.Arabic && strings.ContainsFunc(bare, arabic) {
		if run := looseRun.FindString(bare); run != "" {
			list = append(list, fmt.Sprintf("%q of %q is in no isolate", run, l))
		}
	}
	return list
}

// outside leaves a sign in place of each isolate.
func outside(l string) string {
	for inIsolates.MatchString(l) {
		l = inIsolates.ReplaceAllString(l, "\ufffc")
	}
	return l
}

func arabic(r rune) bool { return unicode.Is(unicode.Arabic, r) }

// runsRight tells whether a line has the direction of Arabic, by its first
// strong sign outside isolates. A line without letters and digits has none.
func runsRight(l string) bool {
	depth := 0
	for _, r := range l {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			depth++
		case bidi.PDI:
			depth--
		case bidi.R, bidi.AL:
			if depth == 0 {
				return true
			}
		case bidi.L:
			if depth == 0 {
				return false
			}
		}
	}
	return !strings.ContainsFunc(l, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// arrowFaults: who goes back in Arabic goes to the right.
func arrowFaults(lang, label string) (list []string) {
	wrong := map[string]map[string]string{
		locales.Arabic: {"رجوع": "⬅", "السابق": "⬅", "المزيد": "➡", "الأقدم": "➡"},
		locales.French: {"Retour": "➡", "Précédent": "➡", "Suite": "⬅", "Plus ancien": "⬅"},
	}
	for word, arrow := range wrong[lang] {
		if strings.Contains(label, word) && strings.Contains(label, arrow) {
			list = append(list, fmt.Sprintf("the arrow of %q points the wrong way", label))
		}
	}
	return list
}

// A window of 360 pixels, as the page draws it: the keyboard takes 88 % of what
// the chat's edges leave, four pixels stand between two buttons and eight on
// each side of a label.
const (
	keyboardWidth = (360 - 20) * 88 / 100
	labelSize     = 14.5
	emojiWidth    = 19 // DejaVu has no coloured ones
	narrower      = 0.93
)

// keyWidth is the room for a label in a row of so many.
func keyWidth(buttons int) int { return (keyboardWidth-4*(buttons-1))/buttons - 16 }

var labelFont = sync.OnceValue(func() *font.Face {
	face, err := font.ParseTTF(bytes.NewReader(dejavusans.TTF))
	if err != nil {
		panic(err) // the font is a constant
	}
	return face
})

// measures is kept: most labels are seen often.
var measures sync.Map

// labelWidth measures a label in the font that the charts have, which is a
// little wider than a phone's.
func labelWidth(lang, label string) int {
	if w, ok := measures.Load(label); ok {
		return w.(int)
	}
	face, emoji := labelFont(), 0
	var letters []rune
	for _, r := range label {
		switch _, has := face.NominalGlyph(r); {
		case r == '\ufe0f' || r == '\u200d' || r >= '\u2066' && r <= '\u2069' || r == '\u200f':
		case r > 0x2190 && r < 0xfb00 || r > 0xffff || !has:
			emoji++
		default:
			letters = append(letters, r)
		}
	}
	in := shaping.Input{Text: letters, RunEnd: len(letters), Face: face, Size: fixed.Int26_6(labelSize * 64), Direction: di.DirectionLTR, Language: language.NewLanguage(lang)}
	var seg shaping.Segmenter
	var shaper shaping.HarfbuzzShaper
	var sum fixed.Int26_6
	for _, part := range seg.Split(in, oneFace{face}) {
		sum += shaper.Shape(part).Advance
	}
	w := int(float64(sum.Ceil())*narrower) + emoji*emojiWidth
	measures.Store(label, w)
	return w
}

type oneFace struct{ face *font.Face }

func (f oneFace) ResolveFace(rune) *font.Face { return f.face }

// TestFaultsAreSeen proves that each look finds what it looks for.
func TestFaultsAreSeen(t *testing.T) {
	for _, tt := range []struct {
		lang, text string
		labels     []string
		want       string
	}{
		{"fr", "Solde : 5", nil, "break"}, {"fr", "« oui »", nil, "break"}, {"fr", "Solde\u00a0: 5", nil, ""},
		{"fr", "Nom\u00a0: \u2068a : b\u2069", nil, ""},
		{"ar", "Djezzy: الرصيد", nil, "from the right"}, {"ar", "\u2066Djezzy\u2069", nil, "from the right"}, {"ar", "\u200f\u2066Djezzy\u2069", nil, ""},
		{"ar", "الرصيد: 12\u00a0500 دج", nil, "in no isolate"}, {"ar", "الرصيد: \u2066500\u2069 دج", nil, ""}, {"ar", "أرسل /start", nil, "in no isolate"},
		{"ar", "الرصيد: \u2066500 دج", nil, "not closed"}, {"fr", "Nom\u00a0: \u2068a\u2069\u2069", nil, "not opened"},
		{"fr", "?", []string{"Oui", "Oui"}, "two buttons"}, {"fr", "?", []string{"Oui", "Non"}, ""},
		{"fr", "?", []string{"Ouvrir le lien du client", "Copier le numéro de série"}, "pixels wide"},
		{"ar", "؟", []string{"⬅️ رجوع"}, "wrong way"}, {"fr", "?", []string{"➡️ Retour"}, "wrong way"}, {"ar", "؟", []string{"➡️ رجوع"}, ""},
	} {
		s := page.Seen{Text: tt.text}
		if tt.labels != nil {
			var row []telegram.InlineButton
			for _, l := range tt.labels {
				row = append(row, telegram.InlineButton{Text: l})
			}
			s.Markup = &telegram.Markup{InlineKeyboard: [][]telegram.InlineButton{row}}
		}
		got := strings.Join(faults(tt.lang, s), "; ")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%q %q in %s: %q, want %q", tt.text, tt.labels, tt.lang, got, tt.want)
		}
	}
}
