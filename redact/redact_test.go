package redact

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	canaryToken = "987654321:AAcanary_Half-of-the_token-0123456789"
	canaryHalf  = "AAcanary_Half-of-the_token-0123456789"
	canaryKey   = "canary/key+with=signs and space"
	canaryBytes = "\x01\xfecanary\x00\x9fbytes\xff"
)

// canaries are all the forms in which a secret must not turn up.
func canaries() []string {
	return []string{
		canaryToken, canaryHalf, url.QueryEscape(canaryToken), canaryKey, url.QueryEscape(canaryKey),
		url.PathEscape(canaryKey), canaryBytes, base64.StdEncoding.EncodeToString([]byte(canaryBytes)),
		fmt.Sprintf("%x", canaryBytes), "0661234567", "661 23 45 67",
	}
}

func wantNoCanary(t *testing.T, what, text string) {
	t.Helper()
	for _, c := range canaries() {
		if strings.Contains(text, c) {
			t.Errorf("%s holds %q:\n%s", what, c, text)
		}
	}
}

func TestRedactorClean(t *testing.T) {
	r := New(canaryToken, canaryKey, canaryBytes, "abc", "", canaryToken)
	for _, tc := range []struct{ in, want string }{
		{"nothing to hide", "nothing to hide"},
		{"abc is too short for a secret", "abc is too short for a secret"},
		{"https://x/bot" + canaryToken + "/getMe", "https://x/bot[secret]/getMe"},
		{"only " + canaryHalf + "!", "only [secret]!"},
		{"q=" + url.QueryEscape(canaryToken), "q=[secret]"},
		{"q=" + url.QueryEscape(canaryKey) + "&p", "q=[secret]&p"},
		{"p/" + url.PathEscape(canaryKey), "p/[secret]"},
		{"raw " + canaryBytes + ".", "raw [secret]."},
		{fmt.Sprintf("quoted %q.", canaryBytes), `quoted "[secret]".`},
		{"b64 " + base64.StdEncoding.EncodeToString([]byte(canaryBytes)) + ".", "b64 [secret]."},
		{"hex " + fmt.Sprintf("%x", canaryBytes), "hex [secret]"},
		{"another bot's 11223344:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc!", "another bot's [token]!"},

		{"0661234567", "•••67"},
		{"to 0661234567, 200", "to •••67, 200"},
		{"0661 23 45 67", "•••67"},
		{"0661\u00a023\u00a045\u00a067", "•••67"},
		{"+213661234567", "•••67"},
		{"+213 (0) 661-23-45-67", "•••67"},
		{"00213661234567", "•••67"},
		{"213661234567", "•••67"},
		{"\u2066+213 661 23 45 67\u2069", "\u2066•••67\u2069"},
		{"phone=0550000001.", "phone=•••01."},

		{"0461234567", "0461234567"},           // no mobile number
		{"036362608", "036362608"},             // a fixed line
		{"066123456", "066123456"},             // a digit short
		{"06612345678", "06612345678"},         // a digit long
		{"10661234567", "10661234567"},         // inside a number
		{"a0661234567b", "a0661234567b"},       // inside an ID
		{"chat 1213661234", "chat 1213661234"}, // a Telegram ID
		{"2026-11-21T05:28:34.056123456Z", "2026-11-21T05:28:34.056123456Z"},
	} {
		if got := r.Clean(tc.in); got != tc.want {
			t.Errorf("Clean(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

// hiding is a value whose printed form is not what it seems.
type hiding struct{ text string }

func (h hiding) String() string { return "told " + h.text }

// resolving is a value that the log resolves first.
type resolving struct{ text string }

func (r resolving) LogValue() slog.Value {
	return slog.GroupValue(slog.String("inner", r.text), slog.Any("error", errors.New(r.text)))
}

// panicking is a value that can't be printed.
type panicking struct{}

func (panicking) String() string { panic("no") }

func TestRedactorHandler(t *testing.T) {
	secret := "A " + canaryToken + " B " + canaryKey + " C 0661234567 D"
	type pointed struct{ Secret *string }
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			redactor := New(canaryToken, canaryKey, canaryBytes)
			logger := slog.New(redactor.Handler(handler(&out))).
				With("with", secret).WithGroup("outer").With(slog.Group("g", "deep", secret))
			logger.Info("said "+secret,
				"string", secret,
				"error", fmt.Errorf("wrapped: %w", errors.New(secret)),
				"stringer", hiding{secret},
				"valuer", resolving{secret},
				"bytes", []byte(secret),
				"raw", []byte(canaryBytes),
				"list", []string{"x", secret},
				"map", map[string]any{"k": secret},
				"pointer", pointed{&secret},
				"json", json.RawMessage(`"`+canaryToken+`"`),
				"url", &url.Error{Op: "Post", URL: "https://x/bot" + canaryToken, Err: errors.New("reset")},
				"panics", panicking{},
				"nil", nil,
				slog.Group("group", slog.Group("in", "s", secret, "v", resolving{secret})),
				secret, "as a key",
				"phone", 213661234567,
				"count", 42, "took", 3*time.Second, "yes", true,
			)
			text := out.String()
			wantNoCanary(t, "the log", text)
			for _, keep := range []string{"count", "42", "yes", "[secret]", "•••67", "told A", "inner"} {
				if !strings.Contains(text, keep) {
					t.Errorf("%q is missing:\n%s", keep, text)
				}
			}
			if name == "json" && !json.Valid(out.Bytes()) {
				t.Errorf("no JSON any more: %s", text)
			}
		})
	}
}

func TestRedactorHandlerKeepsLevelAndTime(t *testing.T) {
	var out bytes.Buffer
	h := New(canaryToken).Handler(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if h.Enabled(context.Background(), slog.LevelInfo) {
		t.Error("the level of the handler inside is lost")
	}
	at := time.Date(2026, 11, 21, 5, 6, 7, 0, time.UTC)
	if err := h.Handle(context.Background(), slog.NewRecord(at, slog.LevelError, "m", 0)); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "2026-11-21T05:06:07Z") || !strings.Contains(got, "ERROR") {
		t.Errorf("got %s", got)
	}
}

func FuzzRedactor(f *testing.F) {
	r := New(canaryToken)
	f.Add("before", "after")
	f.Add("987654321:", "0661234567")
	f.Fuzz(func(t *testing.T, before, after string) {
		if got := r.Clean(before + canaryToken + after); strings.Contains(got, canaryHalf) {
			t.Errorf("%q", got)
		}
	})
}
