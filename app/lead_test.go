package app

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"hanout/oneclick"
)

// lent is a database whose lead comes and goes.
type lent struct {
	opened
	leads atomic.Bool
}

func (l *lent) Leads() bool           { return l.leads.Load() }
func (l *lent) Lost() <-chan struct{} { return nil }

// TestGate: no request leaves without the lead, nor one whose lead was lost
// after it began, when its connection was there or was being made.
func TestGate(t *testing.T) {
	var came atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if _, err := io.Copy(io.Discard, q.Body); err == nil { // else it is no request: its body was held back
			came.Add(1)
		}
	}))
	defer s.Close()
	for _, warm := range []bool{false, true} {
		g, db := &gate{}, &lent{}
		client := &http.Client{Transport: g.before(oneclick.Transport())}
		ask := func(body io.Reader) error {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, body)
			if err != nil {
				t.Fatal(err)
			}
			q.ContentLength = 1
			resp, err := client.Do(q)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			return err
		}
		is := func(when string, err error, want int32) {
			t.Helper()
			if n := came.Swap(0); n != want || errors.Is(err, errNotLeading) != (want == 0) {
				t.Errorf("%s (warm: %t): %d came, %v", when, warm, n, err)
			}
		}
		is("before the database is open", ask(strings.NewReader("x")), 0)
		var shared leader = db
		g.db.Store(&shared)
		is("without the lead", ask(strings.NewReader("x")), 0)
		db.leads.Store(true)
		if warm {
			is("with it", ask(strings.NewReader("x")), 1)
		}
		is("lost meanwhile", ask(&loses{db}), 0)
		db.leads.Store(true)
		is("with it again", ask(strings.NewReader("x")), 1)
	}
}

// loses is a body while whose reading the lead is lost.
type loses struct{ db *lent }

func (l *loses) Read(b []byte) (int, error) {
	l.db.leads.Store(false)
	return copy(b, "x"), io.EOF
}
