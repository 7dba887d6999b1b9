package app

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestHealthAndMetrics runs the bot in real time and asks its own port.
func TestHealthAndMetrics(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	r := newRig(t, "fr")
	r.cfg.listen = address
	r.start()
	defer func() {
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()
	}()
	get := func(path string) (int, string) {
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			resp, err := http.Get("http://" + address + path)
			if err != nil {
				if time.Now().After(deadline) {
					t.Fatalf("no answer: %v\n%s", err, r.log.String())
				}
				continue
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode, string(b)
		}
	}
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		if _, body := get("/healthz"); strings.Contains(body, `"leads":true`) {
			break
		}
	}
	if status, body := get("/healthz"); status != http.StatusOK || !strings.Contains(body, `"provider_halted":false`) {
		t.Errorf("health: %d %s", status, body)
	}
	_, metrics := get("/metrics")
	for _, name := range []string{"hanout_leads 1", "hanout_commits_total", "hanout_events_total", "hanout_parked_total 0", "hanout_outbox_waiting 0", "hanout_provider_halted 0", "hanout_database_bytes"} {
		if !strings.Contains(metrics, name) {
			t.Errorf("the metrics lack %q", name)
		}
	}
	if strings.Contains(metrics, r.cfg.token) || strings.Contains(metrics, r.cfg.apiKey) {
		t.Error("the metrics hold a secret")
	}
	if status, _ := get("/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("the port shows more than health and metrics: %d", status)
	}
}
