package redact

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	hiddenSecret = "[secret]"
	hiddenToken  = "[token]"

	// shortestSecret guards against a secret so short that hiding it would
	// blank ordinary words.
	shortestSecret = 6
)

// TokenForm is what BotFather gives out.
var TokenForm = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)

var (
	// tokenLike finds bot tokens, ours or not: a number, a colon, 35 letters.
	tokenLike = regexp.MustCompile(`\b\d{6,}:[A-Za-z0-9_-]{30,}`)

	// phoneLike finds whole Algerian mobile numbers, as they are dialled and as
	// they are printed in groups. The last two digits are kept, so that a log
	// can still be matched with what a shop tells.
	phoneLike = regexp.MustCompile(`(?:\b0|\b00213|\b213|\+213)` + phoneGap + `(?:\(0\)` + phoneGap + `)?` +
		`[567](?:` + phoneGap + `\d){6}` + phoneGap + `(\d` + phoneGap + `\d)\b`)
)

// phoneGap is what may stand between two digits of a printed number.
const phoneGap = `[ .\-\x{a0}\x{202f}]?`

// Redactor takes secrets and phone numbers out of texts. It is used at the log
// sink, for every record, so that no call site can forget it.
type Redactor struct {
	secrets *strings.Replacer
}

// New makes a Redactor that hides these secrets wherever they occur, as
// they are, URL-escaped, in base64 and in hex. Of a bot token the part after
// the colon is hidden as well. Secrets of less than 6 bytes are ignored.
func New(secrets ...string) *Redactor {
	var forms []string
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		forms = append(forms, written(s)...)
		if TokenForm.MatchString(s) {
			_, half, _ := strings.Cut(s, ":")
			forms = append(forms, written(half)...)
		}
	}
	// The replacer tries its pairs in order: the longest form goes first, so
	// that no tail of it is left over.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, hiddenSecret)
	}
	return &Redactor{secrets: strings.NewReplacer(pairs...)}
}

// written lists the ways in which a secret turns up in texts.
func written(secret string) []string {
	if len(secret) < shortestSecret {
		return nil
	}
	b := []byte(secret)
	quoted := strconv.Quote(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1],
		base64.RawStdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
		base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b),
		hex.EncodeToString(b),
	}
}

// Clean gives the text without secrets and with phone numbers masked.
func (r *Redactor) Clean(text string) string {
	text = r.secrets.Replace(text)
	text = tokenLike.ReplaceAllString(text, hiddenToken)
	return phoneLike.ReplaceAllString(text, "•••$1")
}

// Handler wraps a log handler: messages and the values of all attributes are
// cleaned before h sees them. A value that is no plain string or number is
// handed on in its printed form.
func (r *Redactor) Handler(h slog.Handler) slog.Handler { return &redacting{r, h} }

type redacting struct {
	redactor *Redactor
	next     slog.Handler
}

func (h *redacting) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *redacting) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, h.redactor.Clean(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.redactor.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h *redacting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &redacting{h.redactor, h.next.WithAttrs(h.redactor.attrs(attrs))}
}

func (h *redacting) WithGroup(name string) slog.Handler {
	return &redacting{h.redactor, h.next.WithGroup(name)}
}

func (r *Redactor) attrs(list []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(list))
	for i, a := range list {
		clean[i] = r.attr(a)
	}
	return clean
}

func (r *Redactor) attr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: r.Clean(a.Key), Value: r.value(a.Value)}
}

func (r *Redactor) value(v slog.Value) slog.Value {
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		return slog.GroupValue(r.attrs(v.Group())...)
	case slog.KindAny:
		// Never the value itself: a handler might print more of it than is
		// seen here, such as what a pointer leads to.
		return slog.StringValue(r.Clean(printed(v.Any())))
	case slog.KindTime, slog.KindBool, slog.KindDuration:
		return v
	}
	text := v.String()
	if clean := r.Clean(text); clean != text {
		return slog.StringValue(clean)
	}
	return v
}

func printed(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprintf("%+v", v) // survives a panic in Error or String
}
