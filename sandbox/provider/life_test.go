package provider_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// TestLives follows orders through their statuses, at several speeds.
func TestLives(t *testing.T) {
	const (
		moment = time.Millisecond
		hour   = time.Hour
	)
	type stage struct {
		at     time.Duration // provider time since the order was made
		status string
	}
	mobile := func(to string) string { return topUp("PREPAID_DJEZZY", to, 500, "r") }
	for _, tt := range []struct {
		name, send, check string
		opts              provider.Options
		stages            []stage
	}{
		{"delivered", mobile(anyNumber), "GET /mobile/check-id/", provider.Options{},
			[]stage{{0, "PENDING"}, {5*time.Second - moment, "PENDING"}, {5 * time.Second, "HANDLING"}, {20*time.Second - moment, "HANDLING"}, {20 * time.Second, "FULFILLED"}, {100 * hour, "FULFILLED"}}},
		{"refunded", mobile("0600000001"), "GET /mobile/check-id/", provider.Options{},
			[]stage{{0, "PENDING"}, {5 * time.Second, "HANDLING"}, {20 * time.Second, "REFUNDED"}}},
		{"refunded with offers", mobile("0600000002"), "GET /mobile/check-id/", provider.Options{}, []stage{{19 * time.Second, "HANDLING"}, {20 * time.Second, "REFUNDED"}}},
		{"unclear, then delivered", mobile("0600000003"), "GET /mobile/check-id/", provider.Options{},
			[]stage{{20 * time.Second, "UNKNOWN_ERROR"}, {6 * hour, "UNKNOWN_ERROR"}, {6*hour + 20*time.Second, "FULFILLED"}}},
		{"unclear, then refunded", mobile("0600000003"), "GET /mobile/check-id/", provider.Options{UnknownFor: 24 * hour, UnknownTo: "REFUNDED"},
			[]stage{{24 * hour, "UNKNOWN_ERROR"}, {24*hour + 20*time.Second, "REFUNDED"}}},
		{"the other reading of the times", mobile(anyNumber), "GET /mobile/check-id/", provider.Options{HandlingFor: 10 * time.Second},
			[]stage{{15*time.Second - moment, "HANDLING"}, {15 * time.Second, "FULFILLED"}}},
		{"look-up", topUp("GETMENU_Ooredoo", "0561234567", 0, "r"), "GET /mobile/check-id/", provider.Options{MenuTo: "FULFILLED"}, []stage{{0, "PENDING"}, {20 * time.Second, "FULFILLED"}}},
		{"card", card("ADSL", "036362608", 500, "r"), "GET /internet/check-id/", provider.Options{},
			[]stage{{0, "HANDLING"}, {10*time.Second - moment, "HANDLING"}, {10 * time.Second, "FULFILLED"}}},
		{"card refunded", card("4G", "213470000002", 500, "r"), "GET /internet/check-id/", provider.Options{}, []stage{{9 * time.Second, "HANDLING"}, {10 * time.Second, "REFUNDED"}}},
		{"card queued", card("ADSL", "036000003", 500, "r"), "GET /internet/check-id/", provider.Options{},
			[]stage{{10 * time.Second, "QUEUED"}, {20 * hour, "QUEUED"}, {20*hour + 10*time.Second, "FULFILLED"}}},
		{"card queued in vain", card("4G", "213470000003", 500, "r"), "GET /internet/check-id/", provider.Options{QueuedFor: 48 * hour, QueuedTo: "REFUNDED"},
			[]stage{{48 * hour, "QUEUED"}, {48*hour + 10*time.Second, "REFUNDED"}}},
		{"gift cards", gift("p", "t", 2), "GET /gift-cards/checkOrder/", provider.Options{}, []stage{{0, "HANDLING"}, {3*time.Second - moment, "HANDLING"}, {3 * time.Second, "FULFILLED"}}},
		{"part of them", gift("p", "TEST_PARTIAL", 2), "GET /gift-cards/checkOrder/", provider.Options{GiftAfter: hour}, []stage{{3 * time.Second, "HANDLING"}, {hour, "PARTIALLY_FILLED"}}},
		{"one has no part", gift("p", "TEST_PARTIAL", 1), "GET /gift-cards/checkOrder/", provider.Options{}, []stage{{3 * time.Second, "FULFILLED"}}},
		{"none of them", gift("p", "TEST_REFUND", 2), "GET /gift-cards/checkOrder/", provider.Options{}, []stage{{2 * time.Second, "HANDLING"}, {3 * time.Second, "REFUNDED"}}},
	} {
		for name, speed := range map[string]float64{"": 0, " at ten": 10, " at half": 0.5} {
			t.Run(tt.name+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					tt.opts.Speed = speed
					r := newRig(t, tt.opts)
					id, start := r.id(tt.send), time.Now()
					if speed == 0 {
						speed = 1
					}
					for _, st := range tt.stages {
						time.Sleep(time.Until(start.Add(time.Duration(float64(st.at) / speed))))
						if got := r.data(tt.check + id)["status"]; got != st.status {
							t.Errorf("after %s: %s, want %s", st.at, got, st.status)
						}
						if got := r.Book().Orders[0].Status; got != st.status {
							t.Errorf("after %s the book says %s, want %s", st.at, got, st.status)
						}
					}
				})
			})
		}
	}
}

// TestSpeed: provider time goes on at the new speed from where it was, and
// never back.
func TestSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{Speed: 60})
		id := r.id(topUp("PREPAID_DJEZZY", "0600000003", 500, "r"))
		status := func(want string) {
			t.Helper()
			if got := r.data("GET /mobile/check-id/" + id)["status"]; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		time.Sleep(333 * time.Millisecond) // 19.98 s of provider time
		status("HANDLING")
		r.SetSpeed(1)
		status("HANDLING")
		time.Sleep(20 * time.Millisecond)
		status("UNKNOWN_ERROR")
		r.SetSpeed(600)
		time.Sleep(36*time.Second - 20*time.Millisecond) // 6 h less 12 s
		status("UNKNOWN_ERROR")
		r.SetSpeed(1)
		time.Sleep(13 * time.Second)
		status("FULFILLED")

		said := func() time.Time {
			t.Helper()
			var a struct{ Meta struct{ Timestamp time.Time } }
			if err := json.Unmarshal([]byte(r.call("GET /ping").body), &a); err != nil || a.Meta.Timestamp.IsZero() {
				t.Fatal(err)
			}
			return a.Meta.Timestamp
		}
		last := said()
		for _, f := range []float64{1000, 0.001, 60, -1, 0, 1e300, 3, 1} {
			r.SetSpeed(f)
			for range 3 {
				if now := said(); now.Before(last) {
					t.Errorf("at %g the time went back from %s to %s", f, last, now)
				} else {
					last = now
				}
				time.Sleep(7 * time.Millisecond)
			}
		}
	})
}

// TestProcessed: a card's time of processing is when it came, not when it was
// asked for.
func TestProcessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		queued, forced := r.id(card("ADSL", "036000003", 500, "a")), r.id(card("ADSL", "036000003", 500, "b"))
		time.Sleep(time.Hour)
		r.Resolve(forced, "FULFILLED")
		time.Sleep(47 * time.Hour)
		for id, want := range map[string]string{queued: "2000-01-01T20:00:10.000Z", forced: "2000-01-01T01:00:00.000Z"} {
			if got := r.data("GET /internet/check-id/" + id); got["date_traitement"] != want || len(got["card_code"].(string)) != 12 {
				t.Errorf("want %s, got %v", want, got)
			}
		}
		b := r.Book().Orders
		if b[0].Cards[0] == b[1].Cards[0] {
			t.Error("two orders, one code")
		}
	})
}

// TestResolve forces ends on orders, before and after they have one.
func TestResolve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{}).as(provider.ProductionKey)
		id := r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "a"))
		check := func(status string, charged, balance int64) {
			t.Helper()
			b := r.Book()
			if o := b.Orders[0]; o.Status != status || o.Charged != charged || b.Balance != balance {
				t.Errorf("want %s %d %d, got %s %d %d", status, charged, balance, o.Status, o.Charged, b.Balance)
			}
			if got := r.data("GET /mobile/check-id/" + id)["status"]; got != status {
				t.Errorf("the API says %s", got)
			}
		}
		const all, cost = 50_000_00, 496_25
		check("PENDING", cost, all-cost)
		r.Resolve(id, "UNKNOWN_ERROR")
		time.Sleep(time.Minute)
		check("UNKNOWN_ERROR", cost, all-cost)
		r.Resolve(id, "REFUNDED")
		check("REFUNDED", 0, all)
		r.Resolve(id, "REFUNDED") // once is enough
		check("REFUNDED", 0, all)
		r.Resolve(id, "FULFILLED") // against all expectation
		check("FULFILLED", cost, all-cost)
		r.Resolve("nix", "REFUNDED")
		check("FULFILLED", cost, all-cost)
		if got := r.data("GET /account/transactions")["pagination"].(map[string]any)["totalResults"]; got != 3.0 {
			t.Errorf("%v lines for a charge, a refund and a charge", got)
		}
		gifts := r.id(gift(provider.PSNGermany, "6126393c6f57860f925a1984", 5))
		r.Resolve(gifts, "PARTIALLY_FILLED")
		if o := r.Book().Orders[1]; len(o.Cards) != 2 || o.Charged != 2*4950_00 {
			t.Errorf("part of five: %+v", o)
		}
	})
}
