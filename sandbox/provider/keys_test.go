package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// everyRoute is a request to each route that wants a key.
var everyRoute = []string{
	"GET /validate", "GET /account/balance", "GET /account/transactions",
	"GET /mobile/plans", topUp("PREPAID_DJEZZY", anyNumber, 500, "k"), "GET /mobile/check-id/1", "GET /mobile/check-ref/1", "GET /mobile/list",
	"GET /internet/products?type=4G", "GET /internet/check-number?type=ADSL&number=036362608", card("ADSL", "036362608", 500, "k"),
	"GET /internet/check-id/1", "GET /internet/check-ref/1", "GET /internet/list",
	"GET /gift-cards/catalog", "GET /gift-cards/checkProduct/" + provider.PSNUK, gift("p", "t", 1), "GET /gift-cards/checkOrder/1", "GET /gift-cards/list",
}

func TestKeys(t *testing.T) {
	for _, line := range everyRoute {
		post := strings.HasPrefix(line, "POST")
		r := newRig(t, provider.Options{})
		r.as("").refused(line, 401, "MISSING_ACCESS_TOKEN")
		r.as("wrong").refused(line, 401, "INVALID_ACCESS_TOKEN")
		if line != "GET /validate" {
			r.as(provider.DisabledKey).refused(line, 403, "API_DISABLED")
		}
		if post {
			r.as(provider.ReadOnlyKey).refused(line, 403, "ERR_AUTH")
		} else if got := r.as(provider.ReadOnlyKey).call(line); got.status != 200 && got.status != 404 {
			t.Errorf("read-only %s: %d %s", line, got.status, got.body)
		}
		if n := len(r.Book().Orders); n != 0 {
			t.Errorf("%s: %d orders", line, n)
		}
	}
	r := newRig(t, provider.Options{})
	if got := r.as("").call("GET /ping"); got.status != 200 {
		t.Errorf("ping wants a key: %s", got.body)
	}
	for key, want := range map[string]string{
		provider.SandboxKey:    "+213660000000 SANDBOX READ-WRITE true",
		provider.ProductionKey: "+213550000000 PRODUCTION READ-WRITE true",
		provider.ReadOnlyKey:   "+213550000000 PRODUCTION READ-ONLY true",
		provider.DisabledKey:   "+213550000000 PRODUCTION READ-WRITE false",
	} {
		data := r.as(key).data("GET /validate")
		k := data["apiKey"].(map[string]any)
		if got := fmt.Sprintf("%s %s %s %t", data["username"], k["type"], k["scope"], k["isEnabled"]); got != want || k["key"] != key {
			t.Errorf("%s: %s", key, got)
		}
	}
}

// TestLockOut: five wrong keys in a row close the door for fifteen minutes.
func TestLockOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		wrong := r.as("wrong")
		try := func(left int) {
			t.Helper()
			got := wrong.call("GET /account/balance")
			if got.status != 401 {
				t.Errorf("status %d", got.status)
			}
			same(t, "a wrong key", got.body, fmt.Sprintf(`{"success":false,"requestId":"REQ",
				"error":{"code":"INVALID_ACCESS_TOKEN","message":"Access token is invalid","details":{"attemptsLeft":%d}}}`, left))
		}
		for left := 4; left >= 1; left-- {
			try(left)
		}
		r.data("GET /account/balance") // a good key makes up for it
		r.as("").refused("GET /account/balance", 401, "MISSING_ACCESS_TOKEN")
		for left := 4; left >= 0; left-- {
			try(left)
		}
		for _, key := range []string{"wrong", "", provider.SandboxKey} {
			r.as(key).refused("GET /account/balance", 403, "IP_BLOCKED")
		}
		if got := r.call("GET /ping"); got.status != 200 {
			t.Errorf("ping: %s", got.body)
		}
		time.Sleep(15*time.Minute - time.Second)
		r.refused("GET /account/balance", 403, "IP_BLOCKED")
		time.Sleep(time.Second)
		r.data("GET /account/balance")
		try(4)
	})
}
