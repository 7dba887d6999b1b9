//go:build rigs

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/cluster"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/topup"
)

// served is the whole program over HTTP, in this process, on a server's
// database.
type served struct {
	t         *testing.T
	e         environment
	log       *lockedBuffer
	messenger *telegram.Server
	sales     *provider.Server
	done      chan error
	stop      context.CancelFunc
}

// serveOn makes a database and starts the program on it, with more settings.
func serveOn(t *testing.T, c *cluster.Cluster, schema string, more ...string) *served {
	t.Helper()
	address := c.Address("postgres", schema)
	if _, err := command(t, environment{"HANOUT_DB": address}, "init"); err != nil {
		t.Fatal(err)
	}
	return serveAt(t, address, more...)
}

// serveAt starts the program, with a shop that has money.
func serveAt(t *testing.T, address string, more ...string) *served {
	t.Helper()
	s := &served{t: t, log: &lockedBuffer{}}
	s.messenger = telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	s.messenger.People.Add(telegram.Person{ID: shopID, FirstName: "Karim", LanguageCode: "fr", Phone: "213661000501"})
	s.sales = provider.New(provider.Options{PendingFor: 50 * time.Millisecond, HandlingFor: 100 * time.Millisecond})
	atTelegram, atProvider := httptest.NewServer(s.messenger), httptest.NewServer(s.sales)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	s.e = settings(address, atTelegram.URL, atProvider.URL)
	s.e["HANOUT_BACKUP_DIR"], s.e["HANOUT_LISTEN"] = t.TempDir(), free.Addr().String()
	for i := 0; i < len(more); i += 2 {
		s.e[more[i]] = more[i+1]
	}
	approve(t, address)
	credit(t, address, "1")
	s.again()
	t.Cleanup(func() {
		s.stop()
		atTelegram.CloseClientConnections()
		atTelegram.Close()
		atProvider.Close()
		if t.Failed() {
			t.Logf("the log:\n%s", s.log.String())
		}
	})
	return s
}

// again starts the program.
func (s *served) again() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s.stop, s.done = stop, done
	go func() { done <- run(ctx, nil, s.e.get, s.log, s.log) }()
}

// says waits until the log has words so often.
func (s *served) says(words string, times int) {
	s.t.Helper()
	eventually(s.t, words, func() bool { return strings.Count(s.log.String(), words) >= times })
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(60 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("never: %s", what)
		}
	}
}

// card has the shop ask for a sale, and waits for its card.
func (s *served) card(number string) {
	s.t.Helper()
	before, asked := len(s.messenger.Chats.Messages(shopID)), time.Time{}
	eventually(s.t, "the card of "+number, func() bool {
		if time.Since(asked) > 5*time.Second { // the price list may not have come yet
			asked = time.Now()
			s.messenger.People.Type(shopID, number+" 100")
		}
		all := s.messenger.Chats.Messages(shopID)
		for _, m := range all[min(before, len(all)):] {
			if strings.Contains(plainText(m.Text), "Confirmer la vente") {
				return true
			}
		}
		return false
	})
	time.Sleep(time.Second) // the card is read
}

func (s *served) tap(label string) {
	s.t.Helper()
	eventually(s.t, "a button "+label, func() bool { return s.messenger.People.PressButton(shopID, label) == nil })
}

// sells makes the nth sale.
func (s *served) sells(n int) {
	s.t.Helper()
	s.card(fmt.Sprintf("07901234%02d", n))
	s.tap("✅")
	eventually(s.t, fmt.Sprint("sale ", n), func() bool { return len(s.sales.Book().Orders) == n })
}

// asks reads a page of the program's own port.
func (s *served) asks(path string) string {
	resp, err := http.Get("http://" + s.e["HANOUT_LISTEN"] + path)
	if err != nil {
		s.t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Error(err)
	}
	return string(b)
}

// ends stops the program, and proves that so many sales are there, each once.
func (s *served) ends(sales int) {
	s.t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		s.t.Errorf("it ended with %v", err)
	}
	if n := len(s.sales.Book().Orders); n != sales {
		s.t.Errorf("%d orders at the provider for %d sales", n, sales)
	}
	if out, err := command(s.t, s.e, "check"); err != nil || !strings.Contains(out, "sound") {
		s.t.Errorf("check: %q, %v", out, err)
	}
	if w := money(s.t, s.e["HANOUT_DB"]); w.Available+w.Held != topup.Dinars(int64(1000-100*(sales)))+w.Held {
		s.t.Errorf("the wallet is %v after %d sales", w, sales)
	}
}

// TestRigServerComesAndGoes: when the server dies the process waits, says so on the
// port that it keeps, and goes on by itself with nothing left of its former
// lives; a short outage it does not even need a new life for.
func TestRigServerComesAndGoes(t *testing.T) {
	c := onServer(t)
	s := serveOn(t, c, "comes")
	s.says("hanout is running", 1)
	s.sells(1)
	before := settled()
	for life := 2; life <= 4; life++ {
		c.Kill()
		eventually(t, "it waits", func() bool { return strings.Contains(s.asks("/healthz"), `"leads":false`) })
		s.says("nothing is sold: the till waits", life-1)
		var page struct {
			Leads bool
			Since time.Time
		}
		if err := json.Unmarshal([]byte(s.asks("/healthz")), &page); err != nil || page.Leads || time.Since(page.Since) > time.Minute {
			t.Errorf("health while it waits: %+v, %v", page, err)
		}
		if m := s.asks("/metrics"); !strings.Contains(m, "hanout_leads 0") {
			t.Errorf("metrics while it waits: %s", m)
		}
		if err := c.Again(); err != nil {
			t.Fatal(err)
		}
		s.says("hanout is running", life)
		s.sells(life)
	}
	if after := settled(); after > before+10 {
		b := make([]byte, 1<<20)
		t.Errorf("%d goroutines after four lives, %d in the first:\n%s", after, before, b[:runtime.Stack(b, true)])
	}
	if m := s.asks("/metrics"); !strings.Contains(m, "hanout_leads 1") || !strings.Contains(m, "hanout_leads_since_seconds") {
		t.Errorf("metrics at work: %s", m)
	}
	c.Immediate()
	if err := c.Again(); err != nil {
		t.Fatal(err)
	}
	s.sells(5)
	if strings.Count(s.log.String(), "hanout is running") > 4 {
		t.Log("the short outage took longer than the lead lasts")
	}
	s.ends(5)
}

// settled is how many goroutines there are when no more end.
func settled() (n int) {
	for n = 1 << 30; ; time.Sleep(time.Second) {
		now := runtime.NumGoroutine()
		if now >= n {
			return n
		}
		n = now
	}
}
