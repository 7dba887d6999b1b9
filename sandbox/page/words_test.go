package page_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"hanout/sandbox/page"
)

func loadWords(t *testing.T) map[string]map[string]string {
	t.Helper()
	data, err := os.ReadFile("assets/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	return words
}

// loose is a sign of French that an ordinary space parts from its word.
var loose = regexp.MustCompile(` [:;!?»]|« `)

func TestWordsInEveryLanguage(t *testing.T) {
	for key, texts := range loadWords(t) {
		for _, language := range []string{"ar", "fr", "en"} {
			if strings.TrimSpace(texts[language]) == "" {
				t.Errorf("%s has no words in %q", key, language)
			}
		}
		if !strings.ContainsFunc(texts["ar"], func(c rune) bool { return unicode.Is(unicode.Arabic, c) }) {
			t.Errorf("%s is not Arabic: %q", key, texts["ar"])
		}
		if loose.MatchString(texts["fr"]) {
			t.Errorf("%s could break before or within its signs: %q", key, texts["fr"])
		}
	}
}

func TestWordsOfThePanel(t *testing.T) {
	words := loadWords(t)
	r := newRig(t)
	var panel struct{ Faults []struct{ Name, Side string } }
	r.get(t, "/api/faults", &panel)
	for _, f := range panel.Faults {
		for _, key := range []string{"fault." + f.Name, "fault." + f.Name + ".why", "panel." + f.Side} {
			if words[key] == nil {
				t.Errorf("no words for %s", key)
			}
		}
	}
}

// TestOneWordForOneThing: the page calls a shop and the provider as the bot does.
func TestOneWordForOneThing(t *testing.T) {
	said := loadWords(t)
	for _, h := range page.DefaultHints() {
		said["the hint "+h.Send] = h.Text
	}
	for key, texts := range said {
		for _, never := range []string{"boutique", "المزوّد"} {
			if strings.Contains(texts["ar"]+texts["fr"], never) {
				t.Errorf("%s says %q", key, never)
			}
		}
	}
}

// Every word that a script or the page names exists, and every word is named somewhere.
func TestWordsAreUsed(t *testing.T) {
	words := loadWords(t)
	files, err := filepath.Glob("assets/*.[jh]*")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	key := regexp.MustCompile(`['"]((?:page|chat|message|photo|file|composer|contact|link|alert|panel|steps|gallery|group)\.[a-z.]+)['"]`)
	for _, name := range files {
		if name == "assets/words.json" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(data), -1) {
			named[m[1]] = true
			if words[m[1]] == nil {
				t.Errorf("%s names %q, which has no words", name, m[1])
			}
		}
	}
	for k := range words {
		if !named[k] && !strings.HasPrefix(k, "fault.") && !strings.HasPrefix(k, "role.") {
			t.Errorf("nothing uses the words %q", k)
		}
	}
}

// The page must work without a network, and under a policy that allows no inline script or style.
func TestNothingFromOutside(t *testing.T) {
	files, err := filepath.Glob("assets/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	outside := regexp.MustCompile(`(?:src|href|url|import|from|fetch)\W{1,3}(?:https?:)?//`)
	inline := regexp.MustCompile(`<script>|<style|\sstyle=|\son[a-z]+=|innerHTML|insertAdjacentHTML`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []*regexp.Regexp{outside, inline} {
			if m := bad.Find(data); m != nil {
				t.Errorf("%s has %q", name, m)
			}
		}
	}
}
