package page_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox"
	"hanout/sandbox/page"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

// desk is the page's handler and a client of the provider, without a network.
type desk struct {
	t        *testing.T
	page     http.Handler
	provider *provider.Server
	client   http.Client
	sold     int
}

func newDesk(t *testing.T, speed float64) *desk {
	p := provider.New(provider.Options{Speed: speed})
	return &desk{
		t:        t,
		page:     page.New(page.Options{Telegram: telegram.New(telegram.Options{}), Provider: p, Speed: speed}),
		provider: p,
		client:   http.Client{Transport: sandbox.InProcess(p)},
	}
}

// panel posts to the panel and gives the speed that it shows.
func (d *desk) panel(path, body string) float64 {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.page.ServeHTTP(w, r)
	var got struct{ Speed float64 }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		d.t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
	}
	return got.Speed
}

// ask calls the provider as the bot would.
func (d *desk) ask(method, path, body string) (int, string, error) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, "http://provider/v3"+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("X-Access-Token", provider.SandboxKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := d.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	var got struct {
		Data struct{ TopupID, Status string }
	}
	_ = json.NewDecoder(answer.Body).Decode(&got)
	return answer.StatusCode, got.Data.TopupID + got.Data.Status, nil
}

// sell sends a top-up and gives the answer's status and the order's ID.
func (d *desk) sell() (int, string, error) {
	d.t.Helper()
	d.sold++
	return d.ask("POST", "/mobile/send", fmt.Sprintf(
		`{"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":500,"ref":"sale-%d"}`, d.sold))
}

func (d *desk) status(id string) string {
	d.t.Helper()
	code, body, err := d.ask("GET", "/mobile/check-id/"+id, "")
	if err != nil || code != http.StatusOK {
		d.t.Fatalf("check %s: %d %v", id, code, err)
	}
	return strings.TrimPrefix(body, id)
}

func TestBreakingTheProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 1)
		turn := func(name string) {
			t.Helper()
			d.panel("/api/faults", `{"all_well":true}`)
			d.panel("/api/faults", `{"name":"`+name+`","on":true}`)
		}

		turn("provider_slow")
		before := time.Now()
		if code, _, err := d.ask("GET", "/ping", ""); code != 200 || err != nil || time.Since(before) < 5*time.Second {
			t.Errorf("slow: %d %v after %v", code, err, time.Since(before))
		}

		turn("provider_lost")
		orders := len(d.provider.Book().Orders)
		if _, _, err := d.sell(); !errors.Is(err, sandbox.ErrBroken) {
			t.Errorf("answer lost: %v, want a broken connection", err)
		}
		if n := len(d.provider.Book().Orders); n != orders+1 {
			t.Errorf("answer lost: %d new orders, want 1", n-orders)
		}
		if code, _, err := d.ask("GET", "/ping", ""); code != 200 || err != nil {
			t.Errorf("answer lost: reading gives %d %v", code, err)
		}

		turn("provider_refused")
		orders = len(d.provider.Book().Orders)
		if code, _, err := d.sell(); code != 400 || err != nil {
			t.Errorf("refused: %d %v", code, err)
		}
		if n := len(d.provider.Book().Orders); n != orders {
			t.Errorf("refused: %d new orders", n-orders)
		}

		turn("provider_error")
		if code, _, err := d.ask("GET", "/ping", ""); code != 500 || err != nil {
			t.Errorf("error: %d %v", code, err)
		}

		turn("provider_unknown")
		_, id, err := d.sell()
		if err != nil || id == "" {
			t.Fatalf("unknown: sale %q %v", id, err)
		}
		time.Sleep(30 * time.Second)
		if got := d.status(id); got != "UNKNOWN_ERROR" {
			t.Errorf("unknown: %s after 30 s", got)
		}
		time.Sleep(2 * time.Minute)
		if got := d.status(id); got != "FULFILLED" {
			t.Errorf("unknown: %s in the end", got)
		}

		d.panel("/api/faults", `{"all_well":true}`)
		if code, id, err := d.sell(); code/100 != 2 || id == "" || err != nil {
			t.Errorf("all well: %d %q %v", code, id, err)
		}
	})
}

func TestProviderSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 10)
		d.panel("/api/speed", `{"factor":60}`)
		_, id, err := d.sell()
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := d.status(id); got != "FULFILLED" {
			t.Errorf("%s after a minute of the provider's time", got)
		}
		if speed := d.panel("/api/faults", `{"all_well":true}`); speed != 10 {
			t.Errorf("all well leaves the speed at %v, want the 10 of the start", speed)
		}
		_, id, err = d.sell()
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := d.status(id); got == "FULFILLED" {
			t.Error("done after ten seconds of the provider's time: it still runs at 60")
		}
	})
}
