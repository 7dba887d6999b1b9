package app

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/render"
	"hanout/sandbox/page"
	"hanout/sandbox/telegram"
	"hanout/topup"
)

// alone is the chapter of the sentences that no script reaches.
const alone = "sentences"

// TestEverySentenceIsShown: whatever the bot can say is seen in a script, or stands
// in testdata/unscripted.txt under the reason why not; the gallery has those one
// by one. With -update it takes off the list what a script shows by now; what is new
// must be put there by hand.
func TestEverySentenceIsShown(t *testing.T) {
	chapters, err := gallery(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	missing, all := map[string]bool{}, map[string]map[string][]string{}
	for _, lang := range locales.Codes {
		shown := allShown(chapters, lang)
		all[lang] = sentences(t, lang)
		for id, forms := range all[lang] {
			in := func(said string, forms []string) bool {
				return slices.ContainsFunc(forms, func(f string) bool { return fits(plainText(locales.Typeset(said, f)), shown) })
			}
			// The provider's support reads French, whatever the language of who writes to it.
			if !in(lang, forms) && !(strings.HasPrefix(id, "dispute.") && in("fr", sentences(t, "fr")[id])) {
				missing[id] = true
			}
		}
	}
	list, listed := unscripted(t)
	for id := range missing {
		if !listed[id] {
			t.Errorf("no script shows %q in both languages: write one, or give testdata/unscripted.txt a reason", id)
		}
	}
	for id := range listed {
		if !missing[id] && !*update {
			t.Errorf("%q is shown, or is no more; take it off testdata/unscripted.txt", id)
		}
	}
	if *update {
		keep(t, list, missing)
	}
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	f, r := newFilm(), render.New(texts, slog.New(slog.DiscardHandler))
	for i, id := range slices.Sorted(maps.Keys(missing)) {
		for _, lang := range locales.Codes {
			f.take(lang, id, "", moment{line: i}, sample(t, r, lang, id, all[lang][id]))
			f.ends(lang)
		}
	}
	f.kept(t, alone, "# Sentences that no script reaches, each alone, with any data.")
}

// sentences are the forms of each message of a language.
func sentences(t *testing.T, lang string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "locales", "active."+lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for id, m := range raw {
		var one string
		var forms map[string]string
		if json.Unmarshal(m, &one) == nil {
			forms = map[string]string{"other": one}
		} else if err := json.Unmarshal(m, &forms); err != nil {
			t.Fatal(id, err)
		}
		all[id] = slices.Sorted(maps.Values(forms))
	}
	return all
}

// allShown is all that the scripts show in a language, without signs of direction.
func allShown(chapters []page.Chapter, lang string) string {
	var b strings.Builder
	for _, c := range chapters {
		if c.Name == alone {
			continue
		}
		for _, scene := range c.Screens {
			if s := scene.In[lang]; s != nil {
				b.WriteString(plainText(s.Text) + "\n")
				for _, row := range rowsOf(*s) {
					b.WriteString(plainText(strings.Join(row, "\n")) + "\n")
				}
			}
		}
	}
	return b.String()
}

var datumOrTag = regexp.MustCompile(`\{\{[^}]*\}\}|</?[a-z-]+>`)

// fits finds a sentence's own words in their order.
func fits(sentence, shown string) bool {
	var pattern strings.Builder
	at := 0
	for _, m := range datumOrTag.FindAllStringIndex(sentence, -1) {
		pattern.WriteString(regexp.QuoteMeta(sentence[at:m[0]]))
		if strings.HasPrefix(sentence[m[0]:], "{{") {
			pattern.WriteString(`[^\n]*`)
		}
		at = m[1]
	}
	pattern.WriteString(regexp.QuoteMeta(sentence[at:]))
	return regexp.MustCompile(pattern.String()).MatchString(shown)
}

const unscriptedFile = "testdata/unscripted.txt"

// unscripted reads the list: a line that begins with # is the reason of the IDs
// below it.
func unscripted(t *testing.T) (lines []string, listed map[string]bool) {
	t.Helper()
	b, err := os.ReadFile(unscriptedFile)
	if err != nil {
		t.Fatal(err)
	}
	lines, listed = strings.Split(string(b), "\n"), map[string]bool{}
	for _, l := range lines {
		if l != "" && !strings.HasPrefix(l, "#") {
			listed[l] = true
		}
	}
	return lines, listed
}

// keep writes the list without what a script shows.
func keep(t *testing.T, lines []string, missing map[string]bool) {
	t.Helper()
	lines = slices.DeleteFunc(lines, func(l string) bool { return l != "" && !strings.HasPrefix(l, "#") && !missing[l] })
	if err := os.WriteFile(unscriptedFile, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sample is a sentence with any data, as Telegram shows it.
func sample(t *testing.T, r *render.Renderer, lang, id string, forms []string) page.Seen {
	t.Helper()
	m := flows.Msg{ID: id, Data: map[string]any{}}
	for _, f := range forms {
		for _, d := range regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`).FindAllStringSubmatch(f, -1) {
			m.Data[d[1]] = anyDatum(d[1])
		}
	}
	if len(forms) > 1 {
		m.Data["Count"] = 3
	}
	return seenMessage(sent(t, r.Screen(lang, flows.Screen{Lines: []flows.Msg{m}}).Text))
}

// anyDatum is something of the kind that usually stands under a name.
func anyDatum(name string) any {
	for kind, names := range map[any]string{
		topup.Dinars(1500):         "Amount Taken Booked Missing Min Max Price Face Balance Back Opening Held Closing Available Sale",
		4:                          "No Sales Shops Minutes Codes Quantity Done Left Parts Most Days Seq Stock Length Sent Part Page Pages Kept Gone Changed Added",
		flows.Name("Nour"):         "Shop Person Name Plan Account By To",
		topup.MSISDN("0661234567"): "Number Phone",
		flows.Latin("Mobilis"):     "Operator Ref Code Serial Command File",
	} {
		if slices.Contains(strings.Fields(names), name) {
			return kind
		}
	}
	if slices.Contains([]string{"Time", "Day", "From"}, name) {
		return time.Date(2026, 11, 27, 9, 5, 0, 0, time.UTC)
	}
	return flows.Name("…")
}

// sent gives a text in Telegram's HTML as the message that it becomes.
func sent(t *testing.T, html string) telegram.Message {
	t.Helper()
	s := telegram.New(telegram.Options{})
	s.People.Add(telegram.Person{ID: shopID, FirstName: "Karim"})
	s.People.Start(shopID, "")
	client := http.Client{Transport: s.Transport()}
	answer, err := client.PostForm("http://telegram/bot"+s.Token()+"/sendMessage", url.Values{
		"chat_id": {"501"}, "parse_mode": {"HTML"}, "text": {html}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		OK     bool             `json:"ok"`
		Result telegram.Message `json:"result"`
	}
	b, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(b, &got)
	}
	if err != nil || !got.OK {
		t.Fatalf("%q is not sent: %v %s", html, err, b)
	}
	return got.Result
}
