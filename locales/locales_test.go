package locales_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"hanout/locales"
)

// message is a text or its plural forms.
type message map[string]string

func (m *message) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*m = message{"other": s}
		return nil
	}
	return json.Unmarshal(b, (*map[string]string)(m))
}

func read(t *testing.T, lang string) map[string]message {
	t.Helper()
	b, err := os.ReadFile("active." + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	out := map[string]message{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var m message
		if err := dec.Decode(&m); err != nil {
			t.Fatalf("%s: %v: %v", lang, key, err)
		}
		if _, twice := out[key.(string)]; twice {
			t.Errorf("%s: message %q stands twice", lang, key)
		}
		out[key.(string)] = m
	}
	return out
}

// TestWords holds the texts to the table of words.md.
func TestWords(t *testing.T) {
	table, err := os.ReadFile("words.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, lang := range locales.Codes {
		for _, m := range read(t, lang) {
			for _, text := range m {
				all[lang] += strings.ToLower(text) + "\n"
			}
		}
	}
	rows := 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(line, " |")
		if len(cells) != 5 || strings.HasPrefix(line, "| notion") || strings.HasPrefix(line, "| ---") {
			continue
		}
		rows++
		ar, fr := strings.TrimSpace(cells[1]), strings.ToLower(strings.TrimSpace(cells[2]))
		if !strings.Contains(all[locales.Arabic], ar) {
			t.Errorf("no Arabic text says %q", ar)
		}
		if !strings.Contains(all[locales.French], fr) {
			t.Errorf("no French text says %q", fr)
		}
		for _, never := range strings.Split(strings.TrimSpace(cells[3]), ", ") {
			if never == "" {
				continue
			}
			for lang, texts := range all {
				if i := strings.Index(texts, never); i >= 0 {
					t.Errorf("a text in %s says %q: %q", lang, never, strings.TrimSpace(texts[max(0, i-60):min(len(texts), i+60)]))
				}
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d words were read", rows)
	}
}

// TestArrowsPointTheWayOfReading: what points left in French points right in
// Arabic.
func TestArrowsPointTheWayOfReading(t *testing.T) {
	ar, fr := read(t, locales.Arabic), read(t, locales.French)
	arrows := regexp.MustCompile(`[⬅➡⏮⏭]`)
	mirrored := strings.NewReplacer("⬅", "➡", "➡", "⬅", "⏮", "⏭", "⏭", "⏮")
	found := 0
	for id, m := range fr {
		want := mirrored.Replace(strings.Join(arrows.FindAllString(m["other"], -1), ""))
		if got := strings.Join(arrows.FindAllString(ar[id]["other"], -1), ""); got != want {
			t.Errorf("message %q: the arrows are %q in Arabic, want %q", id, got, want)
		}
		found += len(want)
	}
	if found == 0 {
		t.Error("no arrow was found")
	}
}

var forms = map[string][]string{
	locales.Arabic: {"few", "many", "one", "other", "two", "zero"},
	locales.French: {"many", "one", "other"},
}

var datum = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func TestLanguagesAgree(t *testing.T) {
	ar, fr := read(t, locales.Arabic), read(t, locales.French)
	if len(ar) < 200 {
		t.Fatalf("only %d messages: the files were not read", len(ar))
	}
	for lang, all := range map[string]map[string]message{locales.Arabic: ar, locales.French: fr} {
		for id, m := range all {
			if _, ok := ar[id]; !ok {
				t.Errorf("message %q is missing in Arabic", id)
			}
			if _, ok := fr[id]; !ok {
				t.Errorf("message %q is missing in French", id)
			}
			if len(m) > 1 || (len(ar[id]) > 1) != (len(fr[id]) > 1) {
				var have []string
				for f := range m {
					have = append(have, f)
				}
				slices.Sort(have)
				if !slices.Equal(have, forms[lang]) {
					t.Errorf("%s: message %q has forms %v, want %v", lang, id, have, forms[lang])
				}
			}
			for form, text := range m {
				checkText(t, lang, id, form, text)
			}
		}
	}
	for id := range ar {
		if a, f := data(ar[id]), data(fr[id]); !slices.Equal(a, f) {
			t.Errorf("message %q wants data %v in Arabic and %v in French", id, a, f)
		}
	}
}

// countedAmount is a count and an amount with nothing but a comma between them.
var countedAmount = regexp.MustCompile(`\{\{\.(Sales|No|Count)\}\}[,،] (<b>)?\{\{\.Amount`)

// data lists the data of a message's general form.
func data(m message) []string {
	var out []string
	for _, d := range datum.FindAllStringSubmatch(m["other"], -1) {
		if !slices.Contains(out, d[1]) {
			out = append(out, d[1])
		}
	}
	slices.Sort(out)
	return out
}

func checkText(t *testing.T, lang, id, form, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		t.Errorf("%s: message %q (%s) is empty", lang, id, form)
	}
	bare := datum.ReplaceAllString(text, "")
	letters := func(r *unicode.RangeTable) bool {
		return strings.IndexFunc(bare, func(c rune) bool { return unicode.Is(r, c) && !unicode.Is(unicode.Cf, c) }) >= 0
	}
	hasWords := strings.IndexFunc(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(bare, ""), unicode.IsLetter) >= 0
	if !hasWords {
		return // only data and signs
	}
	if lang == locales.Arabic {
		if !letters(unicode.Arabic) {
			t.Errorf("Arabic message %q (%s) has no Arabic letter: %q", id, form, text)
		}
		if open, end := strings.Count(text, "\u2066")+strings.Count(text, "\u2068"), strings.Count(text, "\u2069"); open != end {
			t.Errorf("Arabic message %q (%s) opens %d isolates and closes %d", id, form, open, end)
		}
		for _, run := range regexp.MustCompile(`[0-9][0-9 ]{3,}`).FindAllString(outsideIsolates(bare), -1) {
			t.Errorf("Arabic message %q (%s) has %q outside an isolate", id, form, run)
		}
	} else if letters(unicode.Arabic) && id != "language.ask" {
		t.Errorf("French message %q (%s) has Arabic letters: %q", id, form, text)
	}
	if n := countedAmount.FindString(text); n != "" {
		t.Errorf("%s: message %q (%s) shows %s, which reads as one number: 3, 445 DA", lang, id, form, n)
	}
	if strings.ContainsAny(bare, "٠١٢٣٤٥٦٧٨٩") {
		t.Errorf("%s: message %q (%s) has Eastern digits", lang, id, form)
	}
}

func outsideIsolates(s string) string {
	return regexp.MustCompile("[\u2066\u2068][^\u2069]*\u2069").ReplaceAllString(s, "")
}

// TestMessagesAreUsed reads the sources: every literal that looks like a
// message ID must exist, and every message must be named by a literal or by
// one of the families whose last word is computed.
func TestMessagesAreUsed(t *testing.T) {
	known := read(t, locales.Arabic)
	families := []string{"command.", "state.", "sign.", "reason.", "family.", "shop.", "alert.", "trouble.over.", "plan.", "codes.use.", "complaint.state.", "reconcile.diff.", "restore.sign.", "restore.state.", "period.", "statement.button.", "role.", "team.role.", "moment.", "orders.kind.", "settle.came.", "settle.back.", "sharing.", "button.sharing.", "button.role."}
	used := map[string]bool{}
	root := ".."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir := filepath.Base(filepath.Dir(path))
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || (dir != "flows" && dir != "till") {
			return nil
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					used[s] = true
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "M" {
				if lit, ok := call.Args[0].(*ast.BasicLit); ok {
					if s, err := strconv.Unquote(lit.Value); err == nil && known[s] == nil {
						t.Errorf("%s uses message %q, which is in no file", path, s)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 8 {
		t.Fatalf("read %d files: %v", files, err)
	}
	for id := range known {
		if !used[id] && !slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(id, f) }) {
			t.Errorf("message %q is used nowhere", id)
		}
	}
}

func TestSayIsStrict(t *testing.T) {
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := texts.Say(locales.Arabic, "no.such", nil, nil); err == nil {
		t.Error("an unknown message was said")
	}
	if _, err := texts.Say("en", "find.ask", nil, nil); err == nil {
		t.Error("an unknown language was spoken")
	}
	if s, err := texts.Say(locales.French, "sale.number", nil, map[string]string{"Nmber": "1"}); err == nil {
		t.Errorf("a missing datum went unnoticed: %q", s)
	}
}

func TestEveryFormIsSaid(t *testing.T) {
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locales.Codes {
		for id, m := range read(t, lang) {
			d := map[string]string{}
			for _, text := range m {
				for _, k := range datum.FindAllStringSubmatch(text, -1) {
					d[k[1]] = "x"
				}
			}
			counts := []int{0, 1, 2, 3, 11, 100, 1_000_000}
			if len(m) == 1 {
				counts = counts[:1]
			}
			for _, n := range counts {
				var count *int
				if len(m) > 1 {
					count = &n
				}
				if s, err := texts.Say(lang, id, count, d); err != nil || s == "" || strings.Contains(s, "no value") {
					t.Errorf("%s %q for %d: %q, %v", lang, id, n, s, err)
				}
			}
		}
	}
}

func TestFormats(t *testing.T) {
	tests := []struct{ got, want string }{
		{locales.Money("fr", 1250000, false), "12\u00a0500\u00a0DA"},
		{locales.Money("fr", 49490, false), "494,90\u00a0DA"},
		{locales.Money("fr", -5, false), "-0,05\u00a0DA"},
		{locales.Money("fr", 50000, true), "+500\u00a0DA"},
		{locales.Money("ar", 50000, false), "\u2066500\u2069\u00a0دج"},
		{locales.Money("ar", -123456789, true), "\u2066-1\u00a0234\u00a0567,89\u2069\u00a0دج"},
		{locales.Percent("fr", 500), "5\u00a0%"}, {locales.Percent("ar", 105), "\u20661,05\u00a0%\u2069"}, {locales.Percent("fr", 150), "1,5\u00a0%"},
		{locales.Phone("ar", "0778037340"), "\u20660778\u00a003\u00a073\u00a040\u2069"},
		{locales.Phone("fr", "036362608"), "036\u00a036\u00a026\u00a008"},
		{locales.Phone("fr", "213472731602"), "213472731602"},
		{locales.Group(999), "999"}, {locales.Group(-1000), "-1\u00a0000"}, {locales.Group(0), "0"},
		{locales.Latin("ar", "Djezzy"), "\u2066Djezzy\u2069"}, {locales.Latin("fr", "Djezzy"), "Djezzy"},
		{locales.Own("نور"), "\u2068نور\u2069"},
		{locales.Time("fr", time.Date(2026, 11, 21, 23, 5, 0, 0, time.UTC)), "22/11/2026\u00a000:05"},
		{locales.Guess("fr-FR"), "fr"}, {locales.Guess("ar"), "ar"}, {locales.Guess("en"), ""}, {locales.Guess(""), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestTypeset(t *testing.T) {
	for _, tt := range []struct{ lang, in, want string }{
		{locales.French, "Solde : 5 ! « oui » ; non ?", "Solde\u00a0: 5\u00a0! «\u00a0oui\u00a0»\u00a0; non\u00a0?"},
		{locales.French, "à 12:30, voir /help", "à 12:30, voir /help"},
		{locales.French, "n° {{.No}} × {{.Quantity}} · {{.When}}, {{.Ago}} min", "n°\u00a0{{.No}} ×\u00a0{{.Quantity}} ·\u00a0{{.When}}, {{.Ago}}\u00a0min"},
		{locales.French, "par exemple 0661 23 45 67 ou 036 36 26 08, de 100 à 2 000", "par exemple 0661\u00a023\u00a045\u00a067 ou 036\u00a036\u00a026\u00a008, de 100 à 2 000"},
		{locales.Arabic, "رقم {{.No}}، بـ {{.Amount}}، قبل {{.Ago}} د، 036 36 26 08", "رقم\u00a0{{.No}}، بـ\u00a0{{.Amount}}، قبل {{.Ago}}\u00a0د، 036\u00a036\u00a026\u00a008"},
		{locales.Arabic, "أرسل /start ثم (/help)", "أرسل \u2066/start\u2069 ثم (\u2066/help\u2069)"},
		{locales.Arabic, "/today\n/balance: 1/2 km/h", "\u2066/today\u2069\n\u2066/balance\u2069: 1/2 km/h"},
	} {
		if got := locales.Typeset(tt.lang, tt.in); got != tt.want {
			t.Errorf("%q is set as %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestDirect: an Arabic line runs from the right whatever it begins with.
func TestDirect(t *testing.T) {
	for _, tt := range []struct {
		line   string
		marked bool
	}{
		{"الرصيد: \u2066500\u2069 دج", false},
		{"\u2066/today\u2069 مبيعات اليوم", false},
		{"🏠 \u2068Taxiphone\u2069", true},
		{"\u2066Djezzy\u2069: \u20663\u2069 عمليات", false},
		{"ADSL على \u2066036\u2069", true},
		{"(Hanout) للمحلات", true},
		{"\u200e0661234567 500", false},
		{"", false},
	} {
		got := locales.Direct(locales.Arabic, tt.line, "<b>"+tt.line)
		if marked := strings.HasPrefix(got, "\u200f"); marked != tt.marked || !strings.HasSuffix(got, "<b>"+tt.line) {
			t.Errorf("%q becomes %q", tt.line, got)
		}
		if got := locales.Direct(locales.French, tt.line, tt.line); got != tt.line {
			t.Errorf("in French %q becomes %q", tt.line, got)
		}
	}
}

// TestNoLineBreaksBeforeASign proves that no French sentence is left with a space
// that may break a line, or without one, and no Arabic one with a bare command.
func TestNoLineBreaksBeforeASign(t *testing.T) {
	bare := regexp.MustCompile(`(^|[^\x{2066}/\w.])/[a-z]{3,}`)
	sign := regexp.MustCompile(` [:;!?»]|« |[\pL\d}>][:;!?](\s|$)`)
	for lang, wrong := range map[string]*regexp.Regexp{locales.French: sign, locales.Arabic: bare} {
		sentences := 0
		for id, forms := range read(t, lang) {
			for _, s := range forms {
				sentences++
				if got := locales.Typeset(lang, s); wrong.MatchString(strings.ReplaceAll(got, "</", "")) {
					t.Errorf("%s %s: %q", lang, id, got)
				}
			}
		}
		if sentences < 100 {
			t.Errorf("%d sentences in %s", sentences, lang)
		}
	}
}

// TestTyped: a line keeps its own direction wherever it is shown.
func TestTyped(t *testing.T) {
	for line, want := range map[string]string{
		"Fermé.": "\u200eFermé.", "0661234567 500": "\u200e0661234567 500", "مغلق.": "مغلق.", "- مغلق (24/24)": "- مغلق (24/24)", "": "",
	} {
		if got := locales.Typed(locales.Arabic, line, line); got != want || locales.Direct(locales.Arabic, got, got) != want {
			t.Errorf("%q becomes %q, then %q", line, got, locales.Direct(locales.Arabic, got, got))
		}
		if got := locales.Typed(locales.French, line, line); got != line {
			t.Errorf("in French %q becomes %q", line, got)
		}
	}
}
