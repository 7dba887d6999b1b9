package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"hanout/locales"
	"hanout/sandbox/page"
	"hanout/sandbox/telegram"
)

// film is what a script shows, in the order in which people see it, each thing
// in both languages. The two are played side by side.
type film struct {
	mu     sync.Mutex
	scenes map[moment]*page.Scene
	played map[string]bool // languages
	ways   *ways           // of it and the other scripts
}

// moment is when somebody saw something.
type moment struct {
	line int // of the script
	who  int // of the cast, in its order; -1 for whoever has tapped
	nth  int // thing that came of the line
}

func newFilm() *film {
	return &film{scenes: map[moment]*page.Scene{}, played: map[string]bool{}, ways: newWays()}
}

func (f *film) take(lang, line, who string, at moment, seen page.Seen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.scenes[at] != nil && f.scenes[at].In[lang] != nil {
		at.nth++
	}
	if f.scenes[at] == nil {
		f.scenes[at] = &page.Scene{Line: line, Who: who, In: map[string]*page.Seen{}}
	}
	f.scenes[at].In[lang] = &seen
}

func (f *film) ends(lang string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.played[lang] = true
}

// kept compares the film with the golden file, or writes it. Half a film, when
// only one language was played, is compared with nothing, nor one on a server:
// the transcripts say it all.
func (f *film) kept(t *testing.T, name, script string) {
	if len(f.played) < len(locales.Codes) || server != nil {
		return
	}
	got := f.cut(name, script)
	file := filepath.Join("gallery", name+".json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	if diff := firstDifference(string(want), string(got)); diff != "" {
		t.Errorf("the gallery shows something else (go test -run TestConversations -update ./app writes it anew):\n%s", diff)
	}
}

// cut writes the scenes that show something new, one a line so that a change is
// easily seen.
func (f *film) cut(name, script string) []byte {
	var all []moment
	for at := range f.scenes {
		all = append(all, at)
	}
	sortMoments(all)
	known, about := map[string]bool{}, ""
	if first, _, _ := strings.Cut(script, "\n"); strings.HasPrefix(first, "#") {
		about = strings.TrimSpace(strings.TrimPrefix(first, "#"))
	}
	var out bytes.Buffer
	out.WriteString(`{"name":` + compact(name) + `,"about":` + compact(about) + `,"screens":[`)
	comma := "\n"
	for _, at := range all {
		scene, fresh := f.scenes[at], false
		for lang, seen := range scene.In {
			key := lang + likeness(*seen)
			fresh, known[key] = fresh || !known[key], true
		}
		if fresh {
			out.WriteString(comma + compact(scene))
			comma = ",\n"
		}
	}
	out.WriteString("\n]}\n")
	return out.Bytes()
}

func sortMoments(all []moment) {
	slices.SortFunc(all, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.who, b.who), cmp.Compare(a.nth, b.nth))
	})
}

// compact writes JSON in which "<" and "&" stay as they are.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // the types are the page's own
	}
	return strings.TrimSpace(b.String())
}

var digits = regexp.MustCompile(`[0-9][0-9,\x{a0}]*`)

// likeness is what a screen has in common with others that differ in numbers only.
func likeness(s page.Seen) string {
	s.Entities = nil
	return digits.ReplaceAllString(plainText(compact(s)), "0")
}

// seenMessage is a message for the gallery: without what is another at each run, and
// without what a button does.
func seenMessage(m telegram.Message) page.Seen {
	s := page.Seen{
		Protected: m.HasProtectedContent,
		Text:      steady(m.Text + m.Caption),
		Entities:  steadyEntities(append(m.Entities, m.CaptionEntities...)),
	}
	if q := m.ReplyToMessage; q != nil {
		s.Quote, _, _ = strings.Cut(steady(q.Text+q.Caption), "\n")
	}
	for _, p := range m.Photo {
		s.Photo = [2]int{p.Width, p.Height}
	}
	if m.Document != nil {
		s.Document = m.Document.FileName
	}
	if k := m.ReplyMarkup; k != nil && (len(k.InlineKeyboard) > 0 || len(k.Keyboard) > 0) {
		s.Markup = &telegram.Markup{InlineKeyboard: inert(k.InlineKeyboard), Keyboard: k.Keyboard}
	}
	return s
}

// steady puts something that is always the same in place of what chance has
// made, as long as that was.
func steady(text string) string {
	return changing.ReplaceAllStringFunc(text, func(s string) string {
		const model = "k7m2p9x4c6t3h8w5r2n7"
		return (model + model)[:len(s)]
	})
}

func steadyEntities(all []telegram.Entity) (list []telegram.Entity) {
	for _, e := range all {
		if e.URL != "" {
			e.URL = "https://t.me/"
		}
		list = append(list, telegram.Entity{Type: e.Type, Offset: e.Offset, Length: e.Length, URL: e.URL})
	}
	return list
}

func inert(rows [][]telegram.InlineButton) (out [][]telegram.InlineButton) {
	for _, row := range rows {
		var shown []telegram.InlineButton
		for _, b := range row {
			dead := telegram.InlineButton{Text: steady(b.Text), Style: b.Style}
			switch {
			case b.CopyText != nil:
				dead.CopyText = &telegram.CopyText{Text: "-"}
			case b.URL != "":
				dead.URL = "https://t.me/"
			default:
				dead.CallbackData = "-"
			}
			shown = append(shown, dead)
		}
		out = append(out, shown)
	}
	return out
}
