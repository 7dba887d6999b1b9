package oneclick

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"reflect"
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

func TestGiftCardAnswer(t *testing.T) {
	c, _ := serve(t, reply(200, `{"success":true,"data":{"orderId":"`+anID+`","orderRef":"r-1"},"meta":{"requestId":"in-meta"}}`))
	a := c.Send(t.Context(), giftOrder())
	if a.Verdict != topup.Accepted || a.ProviderID != anID || a.ProviderRef != "r-1" || a.Evidence.RequestID != "in-meta" {
		t.Errorf("%+v", a)
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

func TestCheckMobile(t *testing.T) {
	c, d := serve(t, success(`{"_id":"`+anID+`","ref":"API-+213660000000-ocb-01JD3F7Q8Z","status":"REFUNDED",
		"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","topup_amount":500,"balance_amount":0,
		"created_at":"2026-11-21T09:29:41.120Z","refund_message":" رقم غير صالح ","retry_orderid":"6911aa00e9e88196b4eb7009",
		"suggested_offers":[{"typename":"FACTURE | x","plan_code":"FACTURE_DJEZZY","amount":500},
			{"typename":"free","plan_code":"X","amount":0},{"typename":"nameless","amount":5},{"plan_code":"BARE","amount":"100"}]}`))
	o := mobileOrder()
	o.ProviderID = anID
	got, err := c.Check(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ev := got.Evidence
	if ev.HTTP != 200 || ev.Word != "REFUNDED" || ev.RequestID != "req_1_a" || len(ev.Digest) != 64 || ev.At.IsZero() {
		t.Errorf("evidence %+v", ev)
	}
	got.Evidence = topup.Evidence{}
	want := topup.Status{
		ProviderID: anID, ProviderRef: "API-+213660000000-ocb-01JD3F7Q8Z", Reference: "01JD3F7Q8Z", Phase: topup.PhaseRefunded,
		Plan: "PREPAID_DJEZZY", To: "0778037340", Face: topup.Dinars(500), ChargedKnown: true,
		Message: "رقم غير صالح", Created: time.Date(2026, 11, 21, 9, 29, 41, 120e6, time.UTC),
		Offers: []topup.Offer{
			{Name: "FACTURE | x", Plan: "FACTURE_DJEZZY", Face: topup.Dinars(500)},
			{Name: "BARE", Plan: "BARE", Face: topup.Dinars(100)},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if r := d.only(t); r.URI != "/v3/mobile/check-id/"+anID {
		t.Errorf("asked %s", r.URI)
	}
}

func TestCheckInternet(t *testing.T) {
	c, d := serve(t, success(`{"_id":"`+anID+`","ref":"r","status":"FULFILLED","type":"4GLTE","number":"0472731602","topup_amount":"1000",
		"card_code":"`+canaryCode+`","num_trans":"AT-2026-00001","date_traitement":"2026-11-21T09:31:40.000Z","created_at":"2026-11-21T10:31:00+01:00"}`))
	o := internetOrder()
	o.ProviderID, o.LineType, o.To = anID, topup.LTE4G, "213472731602"
	got, err := c.Check(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	got.Evidence = topup.Evidence{}
	want := topup.Status{
		ProviderID: anID, ProviderRef: "r", Reference: "r", Phase: topup.PhaseDone, LineType: topup.LTE4G, To: "213472731602",
		Face: topup.Dinars(1000), Vouchers: []topup.Voucher{{Code: canaryCode}}, Transaction: "AT-2026-00001",
		Processed: "2026-11-21T09:31:40.000Z", Created: time.Date(2026, 11, 21, 9, 31, 0, 0, time.UTC),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !o.Fits(got) {
		t.Error("a 4G order does not fit its own status")
	}
	if r := d.only(t); r.URI != "/v3/internet/check-id/"+anID {
		t.Errorf("asked %s", r.URI)
	}
}

func TestCheckGiftCard(t *testing.T) {
	c, d := serve(t, success(`{"_id":"`+anID+`","status":"PARTIALLY_FILLED","quantity":4,"fulfilled_quantity":2,
		"fulfilled_amount":9900,"price_per_card":4950,
		"cards":[{"value":"AAAA-0001","serial":"900000001"},{"value":"AAAA-0002"},{"value":"","serial":"alone"}],
		"product":"6126393c6f57860f925a1983","type":"6126393c6f57860f925a1984","time":"2026-11-21T09:32:00.000Z"}`))
	o := giftOrder()
	o.ProviderID = anID
	got, err := c.Check(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	got.Evidence = topup.Evidence{}
	want := topup.Status{
		ProviderID: anID, Phase: topup.PhasePart, Plan: "6126393c6f57860f925a1983", TypeID: "6126393c6f57860f925a1984",
		Charged: topup.Dinars(9900), ChargedKnown: true, Quantity: 4, DoneQty: 2,
		Vouchers: []topup.Voucher{{Code: "AAAA-0001", Serial: "900000001"}, {Code: "AAAA-0002"}},
		Created:  time.Date(2026, 11, 21, 9, 32, 0, 0, time.UTC),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if r := d.only(t); r.URI != "/v3/gift-cards/checkOrder/"+anID {
		t.Errorf("asked %s", r.URI)
	}
}

func TestPhases(t *testing.T) {
	for _, tt := range []struct {
		good  topup.Good
		data  string
		phase topup.Phase
	}{
		{topup.MobileTopUp, `"status":"PENDING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"HANDLING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"PROCESSING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"never seen"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"FULFILLED"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"fulfilled "`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"SUCCESS"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"SUCCESSFUL"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"COMPLETED"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"REFUNDED"`, topup.PhaseRefunded},
		{topup.MobileTopUp, `"status":"UNKNOWN_ERROR"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"UNKNOWN"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":null`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":"none"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":496.25`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":0.001`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":0`, topup.PhaseRefunded},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":"0.00"`, topup.PhaseRefunded},
		{topup.InternetCard, `"status":"FAILED"`, topup.PhaseUncertain},
		{topup.InternetCard, `"status":"QUEUED"`, topup.PhaseQueued},
		{topup.MobileTopUp, `"status":"PARTIALLY_FILLED"`, topup.PhaseOpen},
		{topup.GiftCard, `"status":"PARTIALLY_FILLED"`, topup.PhasePart},
		{topup.GiftCard, `"orderStatus":"FULFILLED"`, topup.PhaseDone},
		{topup.GiftCard, `"status":"","orderStatus":"REFUNDED"`, topup.PhaseRefunded},
	} {
		s, err := readOrder(tt.good, []byte("{"+tt.data+"}"), &answer{})
		if err != nil || s.Phase != tt.phase {
			t.Errorf("%s %s: %s, %v; want %s", tt.good, tt.data, s.Phase, err, tt.phase)
		}
	}
}

// Evidence quotes the provider only within bounds.
func TestEvidenceIsBounded(t *testing.T) {
	long := strings.Repeat("W", 65)
	for word, want := range map[string]string{long[1:]: long[1:], long: "", "fine word": "fine word", "ممنوع": "", `a\nb`: ""} {
		a := &answer{envelope: envelope{RequestID: text(long)}}
		s, err := readOrder(topup.MobileTopUp, []byte(`{"status":"`+word+`"}`), a)
		if err != nil || s.Evidence.Word != want || s.Evidence.RequestID != "" {
			t.Errorf("%q: %+v, %v", word, s.Evidence, err)
		}
	}
}

// An order without a word, or about which nothing can be read, is no answer.
func TestCheckUnreadable(t *testing.T) {
	o, gift := mobileOrder(), giftOrder()
	o.ProviderID, gift.ProviderID = anID, anID
	const oddCards = `{"_id":"` + anID + `","status":"FULFILLED","cards":"` + canaryCode + `"}`
	for _, data := range []string{
		oddCards,
		`{}`, `null`, `[]`, `{"_id":"` + anID + `"}`, `{"_id":"` + anID + `","status":7e}`, `{"_id":"` + anID + `","status":{}}`,
		`{"_id":"6911aa00e9e88196b4eb7fff","status":"FULFILLED"}`,
	} {
		c, _ := serve(t, success(data))
		asked := o
		if data == oddCards {
			asked = gift
		}
		_, err := c.Check(t.Context(), asked)
		var f *topup.Fault
		if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if !errors.Is(err, errForm) && !errors.Is(err, errOther) {
			t.Errorf("%s: the cause is not in our own words: %v", data, err)
		}
		noSecret(t, err.Error())
	}
	c, _ := serve(t, success(`{"status":"PENDING"}`))
	if s, err := c.Check(t.Context(), o); err != nil || s.ProviderID != anID {
		t.Errorf("an order that doesn't repeat its ID: %+v, %v", s, err)
	}
	if _, err := c.Find(t.Context(), o, "x"); err == nil {
		t.Error("found an order without an ID")
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
			got, more, err := c.Recent(t.Context(), topup.MobileTopUp, since, tt.page)
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
	if got, more, err := c.Recent(t.Context(), topup.InternetCard, since, 1); err != nil || !more || len(got) != 100 {
		t.Errorf("a full page without pagination: %d, more %t, %v", len(got), more, err)
	}
	// An order that can't be read could be the one that is looked for.
	for _, data := range []string{
		`{}`, `{"items":null}`, `[]`, `{"items":[{}]}`, `{"items":[` + item("a", "") + `,7]}`, `{"items":[{"status":"HANDLING"}]}`, `{"items":[{"_id":"a"}]}`,
	} {
		c, _ := serve(t, success(data))
		if got, _, err := c.Recent(t.Context(), topup.GiftCard, since, 1); err == nil {
			t.Errorf("%s: %+v", data, got)
		}
	}
	for good, want := range map[topup.Good]string{topup.InternetCard: "/v3/internet/list", topup.GiftCard: "/v3/gift-cards/list"} {
		c, d := serve(t, success(`{"items":[]}`))
		if got, more, err := c.Recent(t.Context(), good, since, 1); err != nil || more || len(got) != 0 {
			t.Errorf("empty list: %v, %t, %v", got, more, err)
		}
		if uri := d.only(t).URI; !strings.HasPrefix(uri, want+"?") {
			t.Errorf("asked %s", uri)
		}
	}
}
