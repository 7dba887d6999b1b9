package provider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

var sends = []string{topUp("PREPAID_DJEZZY", anyNumber, 500, "f"), card("ADSL", "036362608", 500, "f"), gift("p", "t", 1)}

// route is the route of a request without its own ID.
func route(line string) string {
	return strings.Join(strings.SplitN(line, " ", 3)[:2], " ")
}

// TestSpoiltAnswers: each fault spoils one send as it says, with or without an
// order behind it, and the next is well.
func TestSpoiltAnswers(t *testing.T) {
	refusal := func(code string) string {
		return `{"success":false,"error":{"code":"` + code + `","message":"fault on demand"},"requestId":"req_fault"}`
	}
	for _, tt := range []struct {
		fault  provider.Fault
		status int // 0: the connection breaks
		body   string
		retry  string
		took   time.Duration
		made   int
	}{
		{provider.Fault{Kind: provider.FaultLatency}, 200, `"success":true`, "", 5 * time.Second, 1},
		{provider.Fault{Kind: provider.FaultLatency, Delay: time.Minute}, 200, `"success":true`, "", time.Minute, 1},
		{provider.Fault{Kind: provider.FaultResetBefore}, 0, "", "", 0, 0},
		{provider.Fault{Kind: provider.FaultResetAfter}, 0, "", "", 0, 1},
		{provider.Fault{Kind: provider.FaultTooMany}, 429, refusal("RATE_LIMIT_EXCEEDED"), "", 0, 0},
		{provider.Fault{Kind: provider.FaultTooMany, RetryAfter: 1500 * time.Millisecond}, 429, refusal("RATE_LIMIT_EXCEEDED"), "2", 0, 0},
		{provider.Fault{Kind: provider.Fault500Before}, 500, refusal("INTERNAL_ERROR"), "", 0, 0},
		{provider.Fault{Kind: provider.Fault500After}, 500, refusal("INTERNAL_ERROR"), "", 0, 1},
		{provider.Fault{Kind: provider.FaultUnavailable}, 503, refusal("SERVICE_UNAVAILABLE"), "", 0, 0},
		{provider.Fault{Kind: provider.FaultUnavailable, RetryAfter: 5 * time.Second}, 503, refusal("SERVICE_UNAVAILABLE"), "5", 0, 0},
		{provider.Fault{Kind: provider.FaultAuthBusy, RetryAfter: 5 * time.Second}, 503, refusal("AUTH_UNAVAILABLE"), "5", 0, 0},
		{provider.Fault{Kind: provider.FaultHTML}, 502, "<html>", "", 0, 0},
		{provider.Fault{Kind: provider.FaultHTMLAfter}, 502, "<html>", "", 0, 1},
		{provider.Fault{Kind: provider.FaultBroken}, 200, `{"success":true,"data":{"topupId":"69`, "", 0, 1},
		{provider.Fault{Kind: provider.FaultEmpty}, 200, "", "", 0, 1},
		{provider.Fault{Kind: provider.FaultHuge}, 200, `{"success":true,"data":"xxx`, "", 0, 0},
		{provider.Fault{Kind: provider.FaultNoID}, 200, `"data":{}`, "", 0, 1},
		{provider.Fault{Kind: provider.FaultRefused}, 400, refusal("ERR_VALIDATION"), "", 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "ERR_STOCK"}, 400, refusal("ERR_STOCK"), "", 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "IP_NOT_ALLOWED", Status: 403}, 403, refusal("IP_NOT_ALLOWED"), "", 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "ERR_AUTH", Status: 401}, 401, refusal("ERR_AUTH"), "", 0, 0},
	} {
		for _, line := range sends {
			t.Run(string(tt.fault.Kind)+tt.fault.Code+" "+route(line), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t, provider.Options{})
					tt.fault.Route, tt.fault.Times = route(line), 1
					r.SetFault(tt.fault)
					if got := r.call("GET /ping"); got.status != 200 {
						t.Errorf("another route was struck: %s", got.body)
					}
					start := time.Now()
					got := r.call(line)
					if got.broken != (tt.status == 0) || got.status != tt.status || time.Since(start) != tt.took {
						t.Errorf("after %s: %+.200v", time.Since(start), got)
					}
					if strings.HasPrefix(tt.body, `{"success":false`) {
						same(t, line, got.body, tt.body)
					} else if !strings.Contains(got.body, tt.body) || tt.body == "" && got.body != "" {
						t.Errorf("%.200s", got.body)
					}
					if tt.fault.Kind == provider.FaultHuge && len(got.body) < 10<<20 {
						t.Errorf("%d bytes are not huge", len(got.body))
					}
					if got.header.Get("Retry-After") != tt.retry {
						t.Errorf("retry after %q", got.header.Get("Retry-After"))
					}
					if b := r.Book(); len(b.Orders) != tt.made || b.Requests[route(line)] != 1 {
						t.Errorf("%d orders, %v", len(b.Orders), b.Requests)
					}
					r.id(strings.Replace(line, `"f"`, `"g"`, 1))
				})
			})
		}
	}
}

// TestFaultRoutes: which requests a fault strikes, and how often.
func TestFaultRoutes(t *testing.T) {
	r := newRig(t, provider.Options{})
	id := r.id(sends[0])
	status := func(line string, want int) {
		t.Helper()
		if got := r.call(line); got.status != want {
			t.Errorf("%s: %d", line, got.status)
		}
	}
	r.SetFault(provider.Fault{Route: "GET /mobile/check-id", Kind: provider.Fault500Before, Times: 2})
	status("GET /mobile/check-ref/f", 200)
	status("GET /mobile/check-id/"+id, 500)
	status("GET /mobile/check-id/"+id, 500)
	status("GET /mobile/check-id/"+id, 200)
	r.SetFault(provider.Fault{Route: "*", Kind: provider.FaultUnavailable})
	for range 5 {
		status("GET /ping", 503)
		status("GET /mobile/list", 503)
	}
	r.ClearFaults()
	status("GET /ping", 200)

	r.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultNoID, Times: 1})
	if got := r.call(sends[0]); got.status != 403 || strings.Contains(got.body, `"data"`) {
		t.Errorf("a refusal has no ID to lose: %s", got.body)
	}
}

// TestSlowAndGone: who gives up while the provider is slow has sent nothing.
func TestSlowAndGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		r.SetFault(provider.Fault{Route: "*", Kind: provider.FaultLatency, Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		q := httptest.NewRequestWithContext(ctx, "POST", "/v3/gift-cards/placeOrder", strings.NewReader(`{"productId":"p","typeId":"t","quantity":1}`))
		q.Header.Set("X-Access-Token", provider.SandboxKey)
		func() {
			defer func() {
				if recover() != http.ErrAbortHandler {
					t.Error("the connection did not break")
				}
			}()
			r.ServeHTTP(httptest.NewRecorder(), q)
		}()
		if n := len(r.Book().Orders); n != 0 {
			t.Errorf("%d orders", n)
		}
	})
}

// TestResetsOverTCP: behind a real port a break is a break.
func TestResetsOverTCP(t *testing.T) {
	fake := provider.New(provider.Options{})
	web := httptest.NewServer(fake)
	defer web.Close()
	for i, kind := range []provider.FaultKind{provider.FaultResetBefore, provider.FaultResetAfter} {
		fake.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: kind, Times: 1})
		q, err := http.NewRequestWithContext(t.Context(), "POST", web.URL+"/v3/gift-cards/placeOrder", strings.NewReader(`{"productId":"p","typeId":"t","quantity":1}`))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("X-Access-Token", provider.SandboxKey)
		q.Header.Set("Content-Type", "application/json")
		answer, err := web.Client().Do(q)
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", kind, err)
		}
		if err == nil {
			answer.Body.Close()
		}
		if n := len(fake.Book().Orders); n != i {
			t.Errorf("%s: %d orders", kind, n)
		}
	}
}

// TestMarkedOrders: faults that strike the later reads of an order.
func TestMarkedOrders(t *testing.T) {
	for _, tt := range []struct{ send, check, list, unclear, code string }{
		{sends[0], "GET /mobile/check-id/", "GET /mobile/list", "UNKNOWN_ERROR", ""},
		{sends[1], "GET /internet/check-id/", "GET /internet/list", "QUEUED", "card_code"},
		{sends[2], "GET /gift-cards/checkOrder/", "GET /gift-cards/list", "UNKNOWN_ERROR", "SANDBOX-CARD"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, provider.Options{})
			once := func(kind provider.FaultKind) {
				r.SetFault(provider.Fault{Route: route(tt.send), Kind: kind, Times: 1})
			}
			once(provider.FaultFlapping)
			id := r.id(tt.send)
			time.Sleep(30 * time.Second)
			if got := r.data(tt.check + id)["status"]; got != tt.unclear {
				t.Errorf("%s: %s", tt.send, got)
			}
			time.Sleep(time.Minute)
			if got := r.data(tt.check + id)["status"]; got != "FULFILLED" {
				t.Errorf("%s: %s", tt.send, got)
			}

			once(provider.FaultHidden)
			once(provider.FaultUncoded)
			id = r.id(strings.Replace(tt.send, `"f"`, `"g"`, 1))
			r.refused(tt.check+id, 404, "NOT_FOUND")
			if got := r.call(tt.list); strings.Contains(got.body, id) {
				t.Errorf("hidden, and yet in the list: %s", got.body)
			}
			r.refused(tt.check+id, 404, "NOT_FOUND")
			if got := r.data(tt.check + id)["status"]; got == "FULFILLED" {
				t.Errorf("too early: %s", got)
			}
			time.Sleep(time.Minute)
			for read := 1; read <= 4 && tt.code != ""; read++ {
				got := r.call(tt.check + id)
				if !strings.Contains(got.body, "FULFILLED") || strings.Contains(got.body, tt.code) != (read == 4) {
					t.Errorf("read %d: %s", read, got.body)
				}
			}
		})
	}
}
