package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/locales"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

var update = flag.Bool("update", false, "write the transcripts of testdata/talks anew")

// TestTalks plays every script of testdata/talks in both languages and
// compares what each person saw with the transcript kept beside it. A script
// has a line an action:
//
//	shop: 0778037340 500          types a text
//	shop taps ✅                   presses the newest button with that label
//	shop shares its phone
//	wait 20s
//	provider: answer-lost POST /mobile/send      a fault, once
//	provider: PREPAID_DJEZZY off                 a plan is switched off
//	restart                                      the process stops and starts
//
// A line that begins with # is kept as the transcript's prose. To see what a
// change does to every screen: go test -run TestTalks -update . and git diff.
func TestTalks(t *testing.T) {
	scripts, err := filepath.Glob("testdata/talks/*.script")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".script")
		for _, lang := range locales.Codes {
			t.Run(name+"/"+lang, func(t *testing.T) {
				b, err := os.ReadFile(script)
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, lang, string(b))
				kept := filepath.Join("testdata", "talks", name+"."+lang+".txt")
				if *update {
					if err := os.WriteFile(kept, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(kept)
				if err != nil {
					t.Fatal(err)
				}
				if diff := firstDifference(string(want), got); diff != "" {
					t.Errorf("the talk went another way (go test -run TestTalks -update . shows how):\n%s", diff)
				}
			})
		}
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b || (i < len(w)) != (i < len(g)) {
			return fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, a, b)
		}
	}
	return ""
}

// stage is a script being played.
type stage struct {
	*rig
	out  strings.Builder
	seen map[int64]map[int]string // what each message showed last
	said int                      // answers to taps told so far
}

var cast = []struct {
	id   int64
	name string
}{{shopID, "shop"}, {ownerID, "owner"}, {customerID, "customer"}}

func play(t *testing.T, lang, script string) string {
	var s *stage
	synctest.Test(t, func(t *testing.T) {
		s = &stage{rig: newRig(t, lang), seen: map[int64]map[int]string{}}
		s.start()
		s.settle(2 * time.Second)
		for n, line := range strings.Split(strings.TrimSpace(script), "\n") {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			if strings.HasPrefix(line, "#") {
				fmt.Fprintf(&s.out, "%s\n\n", line)
				continue
			}
			fmt.Fprintf(&s.out, "» %s\n", line)
			if err := s.act(lang, line); err != nil {
				t.Fatalf("line %d, %q: %v\n%s", n+1, line, err, s.out.String())
			}
			s.tell()
			s.out.WriteString("\n")
		}
		if err := s.halt(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		s.check()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", s.log.String())
		}
	})
	return s.out.String()
}

// act carries out one line of a script.
func (s *stage) act(lang, line string) error {
	who, what, spoken := strings.Cut(line, ": ")
	if spoken && who == "provider" {
		defer s.settle(0)
		return s.disturb(what)
	}
	if spoken {
		s.telegram.Type(s.member(who), strings.ReplaceAll(what, `\n`, "\n"))
		s.settle(time.Second)
		return nil
	}
	f := strings.Fields(line)
	switch {
	case len(f) >= 3 && f[1] == "taps":
		label := strings.Join(f[2:], " ")
		if label == "language" {
			label = map[string]string{"ar": "العربية", "fr": "Français"}[lang]
		}
		if err := s.telegram.PressButton(s.member(f[0]), label); err != nil {
			return err
		}
		s.settle(time.Second)
	case strings.HasSuffix(line, "shares its phone"):
		s.telegram.ShareContact(s.member(f[0]))
		s.settle(time.Second)
	case f[0] == "wait" && len(f) == 2:
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err
		}
		s.settle(d)
	case line == "restart":
		if err := s.halt(); err != nil {
			return err
		}
		s.start()
		s.settle(2 * time.Second)
	default:
		return fmt.Errorf("no such action")
	}
	return nil
}

func (s *stage) member(name string) int64 {
	for _, c := range cast {
		if c.name == name {
			return c.id
		}
	}
	s.t.Fatalf("nobody is called %q", name)
	return 0
}

// disturb does something to the provider.
func (s *stage) disturb(what string) error {
	f := strings.Fields(what)
	switch {
	case len(f) == 2 && f[1] == "off":
		s.provider.SetPlan(f[0], provider.PlanChange{Enabled: ptr(false)})
	case len(f) == 2 && f[1] == "on":
		s.provider.SetPlan(f[0], provider.PlanChange{Enabled: ptr(true)})
	case len(f) == 2 && f[1] == "down":
		s.provider.SetOperator(f[0], false)
	case len(f) == 3 && f[1] == "costs":
		s.provider.SetPlan(f[0], provider.PlanChange{Cost: f[2]})
	case len(f) == 3:
		s.provider.SetFault(provider.Fault{Route: f[1] + " " + f[2], Kind: provider.FaultKind(f[0]), Times: 1})
	case len(f) == 4:
		n, err := strconv.Atoi(f[3])
		if err != nil {
			return err
		}
		s.provider.SetFault(provider.Fault{Route: f[1] + " " + f[2], Kind: provider.FaultKind(f[0]), Times: n})
	default:
		return fmt.Errorf("no such disturbance")
	}
	return nil
}

func ptr[T any](v T) *T { return &v }

// tell writes down what changed for everybody since it last did.
func (s *stage) tell() {
	s.answers()
	for _, c := range cast {
		if s.seen[c.id] == nil {
			s.seen[c.id] = map[int]string{}
		}
		seen := s.seen[c.id]
		now := map[int]bool{}
		for _, m := range s.telegram.Messages(c.id) {
			now[m.MessageID] = true
			text := shown(m)
			old, known := seen[m.MessageID]
			seen[m.MessageID] = text
			if m.From == nil || !m.From.IsBot || (known && old == text) {
				continue
			}
			head := "sees"
			if known {
				head = "sees the message change"
			} else if m.ReplyToMessage != nil {
				head = "sees, under the sale"
			}
			fmt.Fprintf(&s.out, "  %s %s\n%s", c.name, head, text)
		}
		gone := 0
		for id := range seen {
			if !now[id] {
				gone++
				delete(seen, id)
			}
		}
		if gone > 0 {
			fmt.Fprintf(&s.out, "  %s no longer sees %d older\n", c.name, gone)
		}
	}
}

// answers tells the toasts and alerts.
func (s *stage) answers() {
	calls := s.telegram.Calls("answerCallbackQuery")
	for _, c := range calls[s.said:] {
		if text := c.Params["text"]; text != "" {
			kind := "a note"
			if c.Params["show_alert"] == "true" {
				kind = "an alert"
			}
			fmt.Fprintf(&s.out, "  (%s) %s\n", kind, plainText(text))
		}
	}
	s.said = len(calls)
}

var changing = regexp.MustCompile(`(API-\+?\d*-)?[a-hjkmnp-z0-9]{16}\b|\b[0-9a-f]{24}\b`)

// shown writes a message as a person reads it, with its buttons.
func shown(m telegram.Message) string {
	var b strings.Builder
	for _, l := range strings.Split(m.Text+m.Caption, "\n") {
		fmt.Fprintf(&b, "    | %s\n", changing.ReplaceAllString(plainText(l), "REF"))
	}
	if len(m.Photo) > 0 {
		b.WriteString("    | (a picture)\n")
	}
	if m.Document != nil {
		fmt.Fprintf(&b, "    | (a file: %s)\n", m.Document.FileName)
	}
	if k := m.ReplyMarkup; k != nil {
		for _, row := range k.InlineKeyboard {
			var labels []string
			for _, button := range row {
				labels = append(labels, "["+plainText(button.Text)+"]")
			}
			fmt.Fprintf(&b, "    | %s\n", strings.Join(labels, " "))
		}
		for _, row := range k.Keyboard {
			for _, button := range row {
				fmt.Fprintf(&b, "    | (below the keyboard) [%s]\n", plainText(button.Text))
			}
		}
	}
	return b.String()
}

