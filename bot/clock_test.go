package bot

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/till"
)

func TestAheadOf(t *testing.T) {
	asked := time.Date(2026, 11, 27, 12, 0, 0, 500_000_000, time.UTC)
	answered := asked.Add(50 * time.Second)
	for stamp, want := range map[string]time.Duration{
		"Fri, 27 Nov 2026 12:00:00 GMT": 0, // half a second before by its missing parts
		"Fri, 27 Nov 2026 12:00:50 GMT": 0,
		"Fri, 27 Nov 2026 11:55:00 GMT": 5*time.Minute + 50*time.Second + 500*time.Millisecond,
		"Fri, 27 Nov 2026 12:10:50 GMT": -10*time.Minute + 500*time.Millisecond,
	} {
		if got, told := aheadOf(stamp, asked, answered); !told || got != want {
			t.Errorf("%s: ahead by %v (%t), want %v", stamp, got, told, want)
		}
	}
	for _, none := range []string{"", "yesterday"} {
		if _, told := aheadOf(none, asked, answered); told {
			t.Errorf("%q tells a time", none)
		}
	}
}

type stamping func(*http.Request) (*http.Response, error)

func (a stamping) RoundTrip(q *http.Request) (*http.Response, error) { return a(q) }

// TestPollerTellsTheClock with every answer that is stamped, a refusal's, too.
func TestPollerTellsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		in := NewPoller("1:abcdefgh", "http://telegram.test", stamping(func(q *http.Request) (*http.Response, error) {
			n++
			time.Sleep(time.Second)
			h := http.Header{}
			if n != 2 {
				h.Set("Date", time.Now().Add(-3*time.Minute).UTC().Format(http.TimeFormat))
			}
			if n == 4 {
				return nil, errors.New("no answer")
			}
			return &http.Response{StatusCode: 200, Header: h, Body: io.NopCloser(strings.NewReader(`{"ok":true,"result":[]}`))}, nil
		}), slog.New(slog.DiscardHandler))
		var told []time.Duration
		in.TellClock(func(ahead time.Duration) { told = append(told, ahead) })
		ctx, stop := context.WithTimeout(t.Context(), 4*time.Second+500*time.Millisecond)
		defer stop()
		if err := in.Run(ctx, func(context.Context, []till.Update, bool) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if len(told) != 2 || told[0].Round(time.Minute) != 3*time.Minute {
			t.Errorf("told %v", told)
		}
	})
}
