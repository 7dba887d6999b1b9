package flows

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// ready brings an owner to the preview.
func ready(k *talk) { audience(k); k.tap("to", "all") }

func (k *talk) saves(want bool, what string) {
	k.t.Helper()
	if _, saved := effect[SaveNews](k); saved != want {
		k.t.Errorf("%s: it leaves: %t; %v", what, saved, k.says())
	}
}

func TestNewsLeaveOnceAndInTime(t *testing.T) {
	k := newTalk(t)
	ready(k)
	tap := k.s.tap("ok")
	in := k.input()
	in.Data, in.Late = tap, true
	late := k.again()
	late.handle(in)
	late.saves(false, "a late tap")
	late.at(StepNewsReady)
	if toast := late.answered("a late tap"); toast.Msg.ID != "news.late" {
		t.Errorf("a late tap is answered with %s", toast.Msg.ID)
	}

	busy := k.again()
	busy.v.news = topup.News{ID: "other", Next: 1, Last: 5}
	busy.press(tap)
	busy.saves(false, "another is on its way")
	busy.at(StepNewsReady)
	if toast := busy.answered("busy"); toast.Msg.ID != "news.busy" {
		t.Errorf("busy: %s", toast.Msg.ID)
	}

	k.press(tap)
	k.saves(true, "✅")
	n, _ := effect[SaveNews](k)
	if n.News.Text != "Bonjour" || n.News.Next != 1 || n.News.Last != 1 || n.News.Shops != 4 || len(n.News.Panels) != 1 {
		t.Errorf("%+v", n.News)
	}
	k.v.news = n.News
	k.press(tap)
	k.saves(false, "a second ✅")

	// A text typed anew is not what an older ✅ was for.
	other := newTalk(t)
	ready(other)
	tap = other.s.tap("ok")
	other.say("Autre chose")
	other.press(tap)
	other.saves(false, "✅ of a former text")
}

func TestNewsToNobody(t *testing.T) {
	k := newTalk(t)
	ready(k)
	k.s.News.Reach = map[string]Reach{"fr": {Shops: 2, Blocked: 2}}
	k.tap("ok")
	k.saves(false, "to nobody")
	k.tap("back")
	k.tap("to", "ar")
	if toast := k.answered("nobody reads Arabic"); toast.Msg.ID != "tap.unknown" {
		t.Errorf("%s", toast.Msg.ID)
	}
	k.at(StepAudience)
}

func TestNewsAreSteered(t *testing.T) {
	running := topup.News{ID: "n", Text: "x", Next: 2, Last: 9}
	stopped, done := running, running
	stopped.Stopped, done.Next = true, 10
	for _, tc := range []struct {
		name     string
		n        topup.News
		verb, id string
		late     bool
		saves    bool
		stopped  bool
	}{
		{"a stop", running, "stop", "n", false, true, true},
		{"a late stop", running, "stop", "n", true, true, true},
		{"a second stop", stopped, "stop", "n", false, true, true},
		{"on", stopped, "go", "n", false, true, false},
		{"on, late", stopped, "go", "n", true, false, true},
		{"on, though it runs", running, "go", "n", false, true, false},
		{"on, though it is done", done, "go", "n", false, true, false},
		{"another", running, "stop", "m", false, false, false},
		{"a forged verb", running, "zz", "n", false, true, false},
	} {
		k := newTalk(t)
		owner(k)
		k.v.news = tc.n
		in := k.input()
		in.Data, in.Late = encodeTap("a", "news", "0", tc.verb, tc.id), tc.late
		k.handle(in)
		k.answered(tc.name)
		n, saved := effect[SaveNews](k)
		if saved != tc.saves || saved && n.News.Stopped != tc.stopped {
			t.Errorf("%s: saved %t, %+v", tc.name, saved, n.News)
		}
	}
	// While one runs, /broadcast shows it.
	k := newTalk(t)
	owner(k)
	k.v.news = running
	k.say("/broadcast")
	if n, ok := effect[SaveNews](k); !ok || k.s.Step != StepIdle || len(n.News.Panels) != 1 || n.News.Panels[0].Chat != 501 {
		t.Errorf("%+v", k.out)
	}
}

func TestNewsPanelFits(t *testing.T) {
	n := topup.News{ID: topup.NewID(), Text: strings.Repeat("م", newsMost), Next: 9, Last: 9, Losses: 1000, Began: time.Now()}
	for id := range topup.ShopID(topup.LostListed) {
		n.Lost = append(n.Lost, id+1)
	}
	n.Next = 10
	sc := NewsPanelScreen(n, func(topup.ShopID) string { return strings.Repeat("م", 100) })
	length := 0
	for _, l := range sc.Lines {
		length += 30
		if name, ok := l.Data["Shop"].(Name); ok {
			length += len([]rune(name))
		}
	}
	if length > 4000 {
		t.Errorf("about %d signs", length)
	}
	for _, verb := range []string{"stop", "go"} {
		if data := encodeTap("a", "news", "0", verb, n.ID); len(data) > maxCallback {
			t.Errorf("%q is too long", data)
		}
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb":                     "a\nb",
		"  a  b \r\n\r\n\r\n\r\nc": "a  b\n\nc",
		"\u202eabc\u2066 \u200f":   "abc",
		"<b>x</b> & y":             "<b>x</b> & y",
		"\x00\x07a\tb\u2028c":      "a b c",
		"👨\u200d👩 ok":              "👨\u200d👩 ok",
		"\u202e\n\u200b":           "",
		"…":                        "",
		"\n\n\nمرحبا\n\n":          "مرحبا",
	} {
		if got := CleanText(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
