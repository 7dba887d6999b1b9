package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// TestLookUps: each way in which a look-up of offers may go shows where it
// should, and a sale beside it goes as ever.
func TestLookUps(t *testing.T) {
	// Of Djezzy's offers, the first.
	const offers = `"suggested_offers":[{"amount":2000,"plan_code":"SPECIAL2000_DJEZZY"`
	for _, tt := range []struct {
		kind         provider.FaultKind
		after        time.Duration
		shown, lacks string // where it is read alone
		listed       string // where it is listed
		cost         int    // of the look-up
	}{
		{"", 20 * time.Second, `"balance_amount":0`, "FULFILLED", offers, 0},
		{"", 20 * time.Second, offers, "", offers, 0},
		{"", 19 * time.Second, `"status":"HANDLING"`, "suggested_offers", "HANDLING", 0},
		{provider.FaultMenuCharged, 20 * time.Second, `"balance_amount":10`, "REFUNDED", offers, 10},
		{provider.FaultMenuEmpty, 20 * time.Second, `"status":"REFUNDED"`, "suggested_offers", "REFUNDED", 0},
		{provider.FaultMenuListed, 20 * time.Second, `"status":"REFUNDED"`, "suggested_offers", offers, 0},
		{provider.FaultMenuEarly, 6 * time.Second, `"status":"HANDLING"`, "REFUNDED", offers, 0},
		{provider.FaultMenuEarly, 6 * time.Second, offers, "REFUNDED", offers, 0},
		{provider.FaultMenuUnclear, time.Hour, offers, "REFUNDED", `"status":"UNKNOWN_ERROR"`, 0},
		{provider.FaultMenuUnclear, 7 * time.Hour, offers, "UNKNOWN_ERROR", `"status":"REFUNDED"`, 0},
		{provider.FaultMenuEndless, 20 * time.Hour, `"status":"HANDLING"`, "suggested_offers", "HANDLING", 0},
		{provider.FaultMenuEndless, 25 * time.Hour, offers, "HANDLING", offers, 0},
		{provider.FaultMenuOdd, 20 * time.Second, `"amount":100,"plan_code":"GETMENU_Djezzy"`, "FULFILLED", `"amount":0`, 0},
		{provider.FaultMenuOwn, 20 * time.Second, `"plan_code":"OWN_DATA_7340"`, "DATA1GB", `"OWN_WIN_7340"`, 0},
	} {
		t.Run(fmt.Sprint(tt.kind, tt.after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, provider.Options{Balance: 1000_00}).as(provider.ProductionKey)
				if tt.kind != "" {
					r.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: tt.kind})
				}
				id := r.id(topUp("GETMENU_Djezzy", anyNumber, 0, "menu"))
				sale := r.id(topUp("DATA1GB_DJEZZY", anyNumber, 250, "sale"))
				time.Sleep(tt.after)
				got := r.call("GET /mobile/check-id/" + id).body
				if !strings.Contains(got, tt.shown) || tt.lacks != "" && strings.Contains(got, tt.lacks) {
					t.Errorf("read alone: %s", got)
				}
				if all := r.call("GET /mobile/list").body; !strings.Contains(all, tt.listed) {
					t.Errorf("listed: %s", all)
				}
				if beside := r.call("GET /mobile/check-id/" + sale).body; strings.Contains(beside, "suggested_offers") || !strings.Contains(beside, `"balance_amount":242.5`) {
					t.Errorf("a sale beside it: %s", beside)
				}
				if left := r.call("GET /account/balance").body; !strings.Contains(left, fmt.Sprintf(`"balance":%s`, []string{"757.5", "747.5"}[tt.cost/10])) {
					t.Errorf("a look-up for %d: %s", tt.cost, left)
				}
			})
		})
	}
}

// TestRefusedLookUps: the amount 0 is refused, and an amount for a sale is not.
func TestRefusedLookUps(t *testing.T) {
	r := newRig(t, provider.Options{})
	r.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultMenuRefused})
	r.refused(topUp("GETMENU_Djezzy", anyNumber, 0, "menu"), http.StatusBadRequest, "ERR_VALIDATION")
	r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "sale"))
	if n := len(r.Book().Orders); n != 1 {
		t.Errorf("%d orders, want the sale", n)
	}
}

// TestOwnOffers: what one number was offered is sold to it, for its amount, and
// for half an hour.
func TestOwnOffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		r.refused(topUp("OWN_WIN_7340", anyNumber, 1200, "early"), http.StatusBadRequest, "ERR_VALIDATION")
		r.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultMenuOwn, Times: 1})
		r.id(topUp("GETMENU_Djezzy", anyNumber, 0, "menu"))
		time.Sleep(20 * time.Second)
		r.refused(topUp("OWN_WIN_7340", "0778037341", 1200, "other"), http.StatusBadRequest, "ERR_VALIDATION")
		id := r.id(topUp("OWN_WIN_7340", anyNumber, 1200, "own"))
		time.Sleep(20 * time.Second)
		if got := r.call("GET /mobile/check-id/" + id).body; !strings.Contains(got, `"status":"FULFILLED"`) || !strings.Contains(got, `"balance_amount":1164`) {
			t.Errorf("it was sold as %s", got)
		}
		time.Sleep(30 * time.Minute)
		r.refused(topUp("OWN_WIN_7340", anyNumber, 1200, "late"), http.StatusBadRequest, "ERR_VALIDATION")
	})
}
