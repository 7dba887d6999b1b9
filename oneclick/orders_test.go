package oneclick

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

func TestSendBodies(t *testing.T) {
	fixed := mobileOrder()
	fixed.Plan, fixed.PlanKind = "MIX500_MOBILIS", topup.Fixed
	menu := mobileOrder()
	menu.Plan, menu.PlanKind, menu.Face = "GETMENU_Djezzy", topup.Lookup, 0
	for _, tt := range []struct {
		name      string
		o         topup.Order
		uri, body string
	}{
		{"dynamic", mobileOrder(), "/v3/mobile/send", `{"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":500,"ref":"ocb01jd3f7q8z"}`},
		{"fixed, with its amount", fixed, "/v3/mobile/send", `{"plan_code":"MIX500_MOBILIS","MSSIDN":"0778037340","amount":500,"ref":"ocb01jd3f7q8z"}`},
		{"look-up, amount 0", menu, "/v3/mobile/send", `{"plan_code":"GETMENU_Djezzy","MSSIDN":"0778037340","amount":0,"ref":"ocb01jd3f7q8z"}`},
		{"internet", internetOrder(), "/v3/internet/send", `{"type":"ADSL","number":"036362608","value":1000,"ref":"ocb01jd3g2b7k"}`},
		{"gift card", giftOrder(), "/v3/gift-cards/placeOrder", `{"productId":"6126393c6f57860f925a1983","typeId":"6126393c6f57860f925a1984","quantity":2,"ref":"ocb01jd3h0000"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const body = `{"success":true,"data":{"topupId":"` + anID + `","topupRef":"API-+213660000000-x"},"requestId":"req_1"}`
			c, d := serve(t, reply(200, body))
			a := c.Send(t.Context(), tt.o)
			r := d.only(t)
			if r.Method != "POST" || r.URI != tt.uri || r.Body != tt.body || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("asked %s %s %s", r.Method, r.URI, r.Body)
			}
			sum := sha256.Sum256([]byte(body))
			if time.Since(a.Evidence.At) > time.Minute {
				t.Errorf("at %s", a.Evidence.At)
			}
			a.Evidence.At = time.Time{}
			want := topup.SendAnswer{Verdict: topup.Accepted, ProviderID: anID, ProviderRef: "API-+213660000000-x",
				Evidence: topup.Evidence{HTTP: 200, RequestID: "req_1", Digest: hex.EncodeToString(sum[:])}}
			if a != want {
				t.Errorf("got  %+v\nwant %+v", a, want)
			}
		})
	}
}

// What the wire can't say is not sent at all.
func TestUnspeakableOrdersAreNotSent(t *testing.T) {
	c, d := serve(t, success(`{"topupId":"`+anID+`"}`))
	for name, spoil := range map[string]func(o *topup.Order){
		"centimes":        func(o *topup.Order) { o.Face = 50050 },
		"negative":        func(o *topup.Order) { o.Face = -50000 },
		"no reference":    func(o *topup.Order) { o.ID = "" },
		"reference of UI": func(o *topup.Order) { o.ID = "a/b" },
		"no good":         func(o *topup.Order) { o.Good = "shoes" },
		"no cards":        func(o *topup.Order) { o.Good, o.Quantity = topup.GiftCard, 0 },
	} {
		o := mobileOrder()
		spoil(&o)
		if a := c.Send(t.Context(), o); a.Verdict != topup.NotSent || a.Reason != topup.ReasonInvalid || a.Evidence.At.IsZero() {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if n := len(d.asked()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// The '+' of a rewritten reference is itself in a path.
func TestFindPaths(t *testing.T) {
	for ref, want := range map[string]string{
		"ocb01jd3f7q8z":                     "/v3/mobile/check-ref/ocb01jd3f7q8z",
		"API-+213660000000-ocb-01JD3F7Q8Z":  "/v3/mobile/check-ref/API-+213660000000-ocb-01JD3F7Q8Z",
		"a/b?c#d%2F":                        "/v3/mobile/check-ref/a%2Fb%3Fc%23d%252F",
		"API-" + strings.Repeat("x", 90):    "/v3/mobile/check-ref/API-" + strings.Repeat("x", 90),
		"API-user@example.com:1-ocb01jd3f7": "/v3/mobile/check-ref/API-user@example.com:1-ocb01jd3f7",
	} {
		c, d := serve(t, success(`{"_id":"`+anID+`","status":"PENDING","ref":"r"}`))
		s, err := c.Find(t.Context(), mobileOrder(), ref)
		if err != nil || s.ProviderID != anID {
			t.Errorf("%+v, %v", s, err)
		}
		r := d.only(t)
		if r.URI != want {
			t.Errorf("asked %s, want %s", r.URI, want)
		}
		if u, err := url.Parse(r.URI); err != nil || strings.TrimPrefix(u.Path, "/v3/mobile/check-ref/") != ref {
			t.Errorf("the server reads %s", u.Path)
		}
	}
	c, d := serve(t, refuse(404, "NOT_FOUND"))
	var f *topup.Fault
	if _, err := c.Find(t.Context(), internetOrder(), "x"); !errors.As(err, &f) || f.Kind != topup.FaultNotFound {
		t.Errorf("%v", err)
	}
	if r := d.only(t); r.URI != "/v3/internet/check-ref/x" {
		t.Errorf("asked %s", r.URI)
	}
}

func TestRecent(t *testing.T) {
	since := time.Date(2026, 11, 21, 9, 30, 0, 5e6, time.UTC)
	item := func(id, created string) string {
		return `{"_id":"` + id + `","status":"HANDLING","MSSIDN":"0778037340","created_at":"` + created + `"}`
	}
	items := "[" + item("a", "2026-11-21T09:31:00.000Z") + "," + item("b", "2026-11-21T09:29:59.000Z") + "," + item("c", "") + "]"
	for _, tt := range []struct {
		name, data string
		page       int
		more       bool
	}{
		{"items", `{"items":` + items + `,"pagination":{"page":1,"pageSize":100,"totalPages":2,"totalResults":150}}`, 1, true},
		{"topups", `{"topups":` + items + `,"pagination":{"totalPages":"2"}}`, 2, false},
		{"no pagination", `{"items":` + items + `}`, 1, false},
		{"odd pagination", `{"items":` + items + `,"pagination":"x"}`, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, d := serve(t, success(tt.data))
			got, more, err := c.Recent(t.Context(), topup.MobileTopUp, since, time.Time{}, tt.page)
			if err != nil || more != tt.more {
				t.Fatalf("%v, more %t", err, more)
			}
			// b was made before.
			if len(got) != 2 || got[0].ProviderID != "a" || got[1].ProviderID != "c" || got[0].Evidence.Word != "HANDLING" || got[0].Evidence.HTTP != 200 {
				t.Errorf("%+v", got)
			}
			u, err := url.Parse(d.only(t).URI)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			if u.Path != "/v3/mobile/list" || q.Get("page") != fmt.Sprint(tt.page) || q.Get("pageSize") != "100" || q.Get("from") != "2026-11-21T09:30:00.005Z" {
				t.Errorf("asked %s", u)
			}
			if to, err := time.Parse(time.RFC3339, q.Get("to")); err != nil || time.Until(to) < 50*time.Minute {
				t.Errorf("to %s: orders of a clock that runs ahead would be missed", q.Get("to"))
			}
		})
	}
	full := `{"items":[` + strings.TrimSuffix(strings.Repeat(item("a", "")+",", 100), ",") + `]}`
	c, _ := serve(t, success(full))
	if got, more, err := c.Recent(t.Context(), topup.InternetCard, since, time.Time{}, 1); err != nil || !more || len(got) != 100 {
		t.Errorf("a full page without pagination: %d, more %t, %v", len(got), more, err)
	}
	// An order that can't be read could be the one that is looked for.
	for _, data := range []string{
		`{}`, `{"items":null}`, `[]`, `{"items":[{}]}`, `{"items":[` + item("a", "") + `,7]}`, `{"items":[{"status":"HANDLING"}]}`, `{"items":[{"_id":"a"}]}`,
	} {
		c, _ := serve(t, success(data))
		if got, _, err := c.Recent(t.Context(), topup.GiftCard, since, time.Time{}, 1); err == nil {
			t.Errorf("%s: %+v", data, got)
		}
	}
	for good, want := range map[topup.Good]string{topup.InternetCard: "/v3/internet/list", topup.GiftCard: "/v3/gift-cards/list"} {
		c, d := serve(t, success(`{"items":[]}`))
		if got, more, err := c.Recent(t.Context(), good, since, time.Time{}, 1); err != nil || more || len(got) != 0 {
			t.Errorf("empty list: %v, %t, %v", got, more, err)
		}
		if uri := d.only(t).URI; !strings.HasPrefix(uri, want+"?") {
			t.Errorf("asked %s", uri)
		}
	}
}
