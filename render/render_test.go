package render_test

import (
	"html"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/flows"
	"hanout/locales"
	"hanout/render"
	"hanout/topup"
)

func newRenderer(t testing.TB) *render.Renderer {
	t.Helper()
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return render.New(texts, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// text renders one line.
func text(r *render.Renderer, lang string, m flows.Msg) string {
	return r.Screen(lang, flows.Screen{Lines: []flows.Msg{m}}).Text
}

// TestDataIsWrittenAsTheLanguageWantsIt renders each type of datum.
func TestDataIsWrittenAsTheLanguageWantsIt(t *testing.T) {
	r := newRenderer(t)
	for _, tc := range []struct {
		name string
		msg  flows.Msg
		fr   string
		ar   string
	}{
		{"money", flows.M("wallet.available", "Amount", topup.Dinars(12345)), "12\u00a0345", "12\u00a0345"},
		{"a number", flows.M("sale.number", "Number", topup.MSISDN("0778037340")), "0778\u00a003\u00a073\u00a040", "0778\u00a003\u00a073\u00a040"},
		{"a time", flows.M("order.time", "Time", time.Date(2026, 11, 27, 9, 5, 0, 0, time.UTC)), "10:05", "10:05"},
		{"the reader's half", flows.M("plan.name", "Plan", flows.PlanName("Prépayé | دفع مسبق")), "Prépayé", "دفع مسبق"},
		{"what only the provider understands", flows.M("plan.name", "Plan", flows.PlanName("⭐️ AUTO | MIX 500")), "MIX 500", "MIX 500"},
		{"a sign in front", flows.M("plan.name", "Plan", flows.PlanName("🌐 Data Pack 1GB | باقة 1 جيغا")), "Data Pack 1GB", "باقة 1 جيغا"},
		{"what was typed, beside a line of numbers", flows.M("news.text", "Text", flows.Prose("Fermé.\n0778037340 500")),
			"Fermé.\n0778037340 500", "\u200eFermé.\n\u200e0778037340 500"},
		{"no halves", flows.M("plan.name", "Plan", flows.PlanName("A | B")), "A | B", "A | B"},
	} {
		if got := text(r, "fr", tc.msg); !strings.Contains(got, tc.fr) {
			t.Errorf("%s in French: %q", tc.name, got)
		}
		if got := text(r, "ar", tc.msg); !strings.Contains(got, tc.ar) {
			t.Errorf("%s in Arabic: %q", tc.name, got)
		}
	}
}

// TestWhatIsCopiedIsBare: without markup, and without signs that a paste would
// carry along; what was typed stays as it was.
func TestWhatIsCopiedIsBare(t *testing.T) {
	lines := flows.Bare{flows.M("state.refunded"), flows.M("gift.item", "Plan", flows.Name("PSN")), flows.M("complaint.text", "Text", flows.Prose("<b>x</b> & y\nz"))}
	got := text(newRenderer(t), "fr", flows.M("dispute.text", "Text", lines))
	if strings.Count(got, "<") != 2 || strings.ContainsAny(got, "\u2066\u2068\u2069\u200f") || !strings.Contains(got, "&lt;b&gt;x&lt;/b&gt; &amp; y\nz</pre>") {
		t.Errorf("it is %q", got)
	}
}

// TestAMessageWithoutWordsIsShownByItsID: better an odd word than none.
func TestAMessageWithoutWordsIsShownByItsID(t *testing.T) {
	if got := text(newRenderer(t), "fr", flows.M("no.such<b>")); got != "no.such&lt;b&gt;" {
		t.Errorf("%q", got)
	}
}

// TestALabelOfOneRunHasNoIsolate: a button is a line of its own.
func TestALabelOfOneRunHasNoIsolate(t *testing.T) {
	r := newRenderer(t)
	m := r.Screen("ar", flows.Screen{Rows: [][]flows.Button{
		{{Label: flows.M("operator.name", "Operator", flows.Latin("Djezzy")), Data: "x"}}, {},
	}})
	if len(m.Rows) != 1 || m.Rows[0][0].Text != "Djezzy" {
		t.Errorf("%+v", m.Rows)
	}
}

// tags are what the words themselves may mark up.
var tags = regexp.MustCompile(`</?(b|i|u|s|code|tg-spoiler)>`)

// TestNothingOfPeopleMarksUp renders hostile names, words and references: no
// tag, no entity and no direction of theirs gets into the message, and every
// isolate that opens is closed within its line.
func TestNothingOfPeopleMarksUp(t *testing.T) {
	r := newRenderer(t)
	rapid.Check(t, func(t *rapid.T) {
		hostile := rapid.OneOf(
			rapid.String(),
			rapid.SampledFrom([]string{"<b>x", "</b>", "&lt;", "\u202eabc", "\u2066\u2066", "\u2069", "a\nb", "<tg-spoiler>", "\x00", "🇩🇿", "محل"}),
		).Draw(t, "text")
		lang := rapid.SampledFrom(locales.Codes).Draw(t, "language")
		msg := rapid.SampledFrom([]func(string) flows.Msg{
			func(s string) flows.Msg { return flows.M("home.shop", "Shop", flows.Name(s)) },
			func(s string) flows.Msg { return flows.M("order.words", "Words", flows.Words(s)) },
			func(s string) flows.Msg { return flows.M("order.ref", "Ref", flows.Latin(s)) },
			func(s string) flows.Msg { return flows.M("plan.name", "Plan", flows.PlanName(s)) },
		}).Draw(t, "message")
		got := text(r, lang, msg(hostile))
		if strings.Count(got, "\n") != strings.Count(text(r, lang, msg("x")), "\n") {
			t.Fatalf("a line became two: %q", got)
		}
		bare := tags.ReplaceAllString(got, "")
		if strings.ContainsAny(bare, "<>") {
			t.Fatalf("a tag got through: %q", got)
		}
		if again := html.EscapeString(html.UnescapeString(bare)); strings.Count(again, "&") != strings.Count(bare, "&") {
			t.Fatalf("an entity got through: %q", got)
		}
		depth := 0
		for _, c := range strings.ReplaceAll("\n"+got, "\n"+locales.Direct(lang, "a", ""), "\n") { // a line's own direction
			switch c {
			case '\u2066', '\u2067', '\u2068':
				depth++
			case '\u2069':
				depth--
			case '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u200e', '\u200f':
				t.Fatalf("a direction mark got through: %q", got)
			}
			if depth < 0 {
				t.Fatalf("an isolate is closed that was not opened: %q", got)
			}
		}
		if depth != 0 {
			t.Fatalf("%d isolates stay open: %q", depth, got)
		}
	})
}

// TestMessagesSurviveTheOutbox: what is owed is read as it was written.
// TestAPhotoThatIsGone is left out before anything else is.
func TestAPhotoThatIsGone(t *testing.T) {
	m := render.Message{Text: "<b>slip</b>", PhotoID: "AgACgone"}
	if simpler, ok := m.Simpler(); !m.Fixed() || !ok || simpler.PhotoID != "" || simpler.Text != m.Text || simpler.Plain || simpler.Fixed() {
		t.Errorf("%+v, %t", simpler, ok)
	}
}

func TestMessagesSurviveTheOutbox(t *testing.T) {
	m := render.Message{Text: "a", Rows: [][]render.Button{{{Text: "b", Copy: "c"}}}, Photo: []byte{1, 2}, File: []byte("x"), FileName: "f", Protect: true, Fresh: true, ReplyTo: 7}
	got, err := render.Decode(render.Encode(m))
	if err != nil || got.Text != m.Text || got.Rows[0][0] != m.Rows[0][0] || string(got.Photo) != string(m.Photo) ||
		string(got.File) != "x" || !got.Protect || !got.Fresh || got.ReplyTo != 7 || got.FileName != "f" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := render.Decode([]byte("{")); err == nil {
		t.Error("half a message was read")
	}
}
