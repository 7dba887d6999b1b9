package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// TestAnswers compares whole answers with the documented shapes. A bubble's
// clock starts with the year 2000.
func TestAnswers(t *testing.T) {
	const meta = `"meta":{"timestamp":"2000-01-01T00:01:00.000Z"},"requestId":"REQ"`
	for _, tt := range []struct {
		name, before, line, want string // before is sent a minute earlier; ID in line is its order
	}{
		{"ping", "", "GET /ping", `{"success":true,"data":{"api":"ok","operators":{"mobilis":"up","ooredoo":"up","djezzy":"up","mobilisFixedPlans":"up"}},` + meta + `}`},
		{"validate", "", "GET /validate", `{"success":true,"data":{"username":"+213660000000","apiKey":{"key":"5a9d0b0e-0000-4000-8000-000000000001","isEnabled":true,
			"type":"SANDBOX","allowedips":[],"scope":"READ-WRITE"}}}`},
		{"balance", "", "GET /account/balance", `{"success":true,"data":{"balance":1000000},` + meta + `}`},
		{"no transactions", topUp("PREPAID_DJEZZY", anyNumber, 500, "a"), "GET /account/transactions",
			`{"success":true,"data":{"items":[],"pagination":{"page":1,"pageSize":20,"totalPages":0,"totalResults":0}},` + meta + `}`},

		{"send", "", topUp("PREPAID_DJEZZY", anyNumber, 500, "ocb-1"), `{"success":true,"data":{"topupId":"ID","topupRef":"API-+213660000000-ocb-1"},` + meta + `}`},
		{"delivered", topUp("PREPAID_DJEZZY", anyNumber, 500, "ocb-1"), "GET /mobile/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"FULFILLED","plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","topup_amount":500,"balance_amount":496.25,"created_at":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"fixed plan, by own reference", topUp("MIX500_MOBILIS", "0661234567", 1, "ocb-1"), "GET /mobile/check-ref/ocb-1", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"FULFILLED","plan_code":"MIX500_MOBILIS","MSSIDN":"0661234567","topup_amount":500,"balance_amount":480,"created_at":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"by prefixed reference", topUp("GROS_MOBILIS", "0661234567", 5000, "ocb-1"), "GET /mobile/check-ref/API-+213660000000-ocb-1", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"FULFILLED","plan_code":"GROS_MOBILIS","MSSIDN":"0661234567","topup_amount":5000,"balance_amount":5000,"created_at":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"refunded", topUp("PREPAID_MOBILIS", "0600000001", 333, "ocb-1"), "GET /mobile/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"REFUNDED","plan_code":"PREPAID_MOBILIS","MSSIDN":"0600000001","topup_amount":333,"balance_amount":0,"created_at":"2000-01-01T00:00:00.000Z",
			"refund_message":"الرقم غير صالح، تم إرجاع المبلغ"},` + meta + `}`},
		{"refunded with an offer", topUp("PREPAID_DJEZZY", "0600000002", 500, "ocb-1"), "GET /mobile/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"REFUNDED","plan_code":"PREPAID_DJEZZY","MSSIDN":"0600000002","topup_amount":500,"balance_amount":0,"created_at":"2000-01-01T00:00:00.000Z",
			"refund_message":"هذا الرقم بنظام الفاتورة، اختر العرض المناسب",
			"suggested_offers":[{"typename":"🧾 FACTURE | الفاتورة","plan_code":"FACTURE_DJEZZY","amount":500}]},` + meta + `}`},
		{"unclear", topUp("PREPAID_DJEZZY", "0600000003", 333, "ocb-1"), "GET /mobile/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"UNKNOWN_ERROR","plan_code":"PREPAID_DJEZZY","MSSIDN":"0600000003","topup_amount":333,"balance_amount":330.5,"created_at":"2000-01-01T00:00:00.000Z",
			"refund_message":"لم يصل تأكيد من المتعامل، العملية قيد التحقق"},` + meta + `}`},
		{"look-up", topUp("GETMENU_Djezzy", anyNumber, 0, "ocb-1"), "GET /mobile/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"REFUNDED","plan_code":"GETMENU_Djezzy","MSSIDN":"0778037340","topup_amount":0,"balance_amount":0,"created_at":"2000-01-01T00:00:00.000Z",
			"refund_message":"هذه هي العروض المتاحة لهذا الرقم","suggested_offers":[
			{"typename":"⭐ AUTO | Special 2000","plan_code":"SPECIAL2000_DJEZZY","amount":2000},{"typename":"🌐 Data Pack 1GB | باقة 1 جيغا","plan_code":"DATA1GB_DJEZZY","amount":250},
			{"typename":"📱 PREPAID | الدفع المسبق","plan_code":"PREPAID_DJEZZY","amount":100},{"typename":"🧾 FACTURE | الفاتورة","plan_code":"FACTURE_DJEZZY","amount":100}]},` + meta + `}`},
		{"mobile list", topUp("PREPAID_DJEZZY", anyNumber, 500, "ocb-1"), "GET /mobile/list", `{"success":true,"data":{"items":[{"_id":"ID","ref":"API-+213660000000-ocb-1",
			"status":"FULFILLED","plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","topup_amount":500,"balance_amount":496.25,"created_at":"2000-01-01T00:00:00.000Z"}],
			"pagination":{"page":1,"pageSize":20,"totalPages":1,"totalResults":1}},` + meta + `}`},

		{"internet products", "", "GET /internet/products?type=ADSL", `{"success":true,"data":{"type":"ADSL","products":[{"value":500,"cost":490,"available":true},
			{"value":1000,"cost":980,"available":true},{"value":2000,"cost":1960,"available":true},{"value":5000,"cost":4900,"available":false}]},` + meta + `}`},
		{"line", "", "GET /internet/check-number?type=ADSL&number=036362608", `{"success":true,"data":{"ncli":"11022*****","offre":"FTTc-b_10M'","type":"ADSL"},` + meta + `}`},
		{"4G line", "", "GET /internet/check-number?type=4G&number=213472731602", `{"success":true,"data":{"ncli":"11034*****","type":"4GLTE"},` + meta + `}`},
		{"card sent", "", card("4G", "213472731602", 1000, "ocb-2"), `{"success":true,"data":{"topupId":"ID","topupRef":"API-+213660000000-ocb-2"},` + meta + `}`},
		{"card", card("ADSL", "036362608", 1000, "ocb-2"), "GET /internet/check-id/ID", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-2","status":"FULFILLED",
			"type":"ADSL","number":"036362608","topup_amount":1000,"card_code":"770000007919","num_trans":"AT-2000-00001","date_traitement":"2000-01-01T00:00:10.000Z",
			"created_at":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"card refunded", card("ADSL", "036000002", 1000, "ocb-2"), "GET /internet/check-ref/ocb-2", `{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-ocb-2","status":"REFUNDED",
			"type":"ADSL","number":"036000002","topup_amount":1000,"created_at":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"card queued", card("4G", "213470000003", 1000, "ocb-2"), "GET /internet/list", `{"success":true,"data":{"items":[{"_id":"ID","ref":"API-+213660000000-ocb-2","status":"QUEUED",
			"type":"4G","number":"213470000003","topup_amount":1000,"created_at":"2000-01-01T00:00:00.000Z"}],
			"pagination":{"page":1,"pageSize":20,"totalPages":1,"totalResults":1}},` + meta + `}`},

		{"stock", "", "GET /gift-cards/checkProduct/" + provider.PSNGermany, `{"success":true,"data":{"productId":"6126393c6f57860f925a1983","productTitle":"PSN Germany","types":[
			{"id":"6126393c6f57860f925a1984","name":"20 EUR","price":4950,"quantity":37},{"id":"6126393c6f57860f925a1985","name":"50 EUR","price":12312.5,"quantity":5},
			{"id":"6126393c6f57860f925a1986","name":"100 EUR","price":24500,"quantity":0}]},` + meta + `}`},
		{"gift cards ordered", "", gift(provider.PSNGermany, "6126393c6f57860f925a1984", 2), `{"success":true,"data":{"orderId":"ID"},` + meta + `}`},
		{"gift cards", gift("string", "string", 2), "GET /gift-cards/checkOrder/ID", `{"success":true,"data":{"_id":"ID","status":"FULFILLED","quantity":2,"fulfilled_quantity":2,
			"fulfilled_amount":0,"price_per_card":0,"cards":[{"value":"SANDBOX-CARD-1","serial":"SANDBOX-1"},{"value":"SANDBOX-CARD-2","serial":"SANDBOX-2"}],
			"product":"string","type":"string","time":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
		{"part of them", gift(provider.TestCards, "TEST_PARTIAL", 5), "GET /gift-cards/list", `{"success":true,"data":{"items":[{"_id":"ID","status":"PARTIALLY_FILLED","quantity":5,"fulfilled_quantity":2,
			"fulfilled_amount":0,"price_per_card":0,"cards":[{"value":"SANDBOX-CARD-1","serial":"SANDBOX-1"},{"value":"SANDBOX-CARD-2","serial":"SANDBOX-2"}],
			"product":"6126393c6f57860f925a7e57","type":"TEST_PARTIAL","time":"2000-01-01T00:00:00.000Z"}],"pagination":{"page":1,"pageSize":20,"totalPages":1,"totalResults":1}},` + meta + `}`},
		{"none of them", gift("string", "TEST_REFUND", 1), "GET /gift-cards/checkOrder/ID", `{"success":true,"data":{"_id":"ID","status":"REFUNDED","quantity":1,"fulfilled_quantity":0,
			"fulfilled_amount":0,"price_per_card":0,"product":"string","type":"TEST_REFUND","time":"2000-01-01T00:00:00.000Z"},` + meta + `}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, provider.Options{})
				if tt.before != "" {
					tt.line = strings.Replace(tt.line, "ID", r.id(tt.before), 1)
				}
				time.Sleep(time.Minute)
				got := r.call(tt.line)
				if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/json; charset=utf-8" {
					t.Errorf("status %d, %v", got.status, got.header)
				}
				same(t, tt.line, got.body, tt.want)
			})
		})
	}
}

// TestOpenOrders shows what an order holds before its end.
func TestOpenOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const meta = `"meta":{"timestamp":"2000-01-01T00:00:00.000Z"},"requestId":"REQ"}`
		r := newRig(t, provider.Options{})
		same(t, "a gift card", r.call("GET /gift-cards/checkOrder/"+r.id(gift("p", "t", 2))).body,
			`{"success":true,"data":{"_id":"ID","status":"HANDLING","quantity":2,"product":"p","type":"t","time":"2000-01-01T00:00:00.000Z"},`+meta)
		same(t, "a card", r.call("GET /internet/check-id/"+r.id(card("ADSL", "036362608", 500, "c"))).body,
			`{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-c","status":"HANDLING","type":"ADSL","number":"036362608","topup_amount":500,"created_at":"2000-01-01T00:00:00.000Z"},`+meta)
		same(t, "a top-up", r.call("GET /mobile/check-id/"+r.id(topUp("GETMENU_Mobilis", "0661234567", 50, "m"))).body,
			`{"success":true,"data":{"_id":"ID","ref":"API-+213660000000-m","status":"PENDING","plan_code":"GETMENU_Mobilis","MSSIDN":"0661234567","topup_amount":50,"balance_amount":0,
			"created_at":"2000-01-01T00:00:00.000Z"},`+meta)
	})
}

// TestRefusals compares whole refusals.
func TestRefusals(t *testing.T) {
	invalid := func(field, value string) string {
		return `{"code":"ERR_VALIDATION","message":"body/` + field + ` is invalid","details":{"field":"` + field + `","value":"` + value + `"}}`
	}
	query := func(field, value string) string {
		return strings.Replace(invalid(field, value), "body/", "querystring/", 1)
	}
	phone := func(kind, n string) string {
		return `{"code":"ERR_PHONE","message":"Invalid phone number","details":{"number":"` + n + `","type":"` + kind + `","reason":"not a line of this service"}}`
	}
	const (
		body    = `{"code":"ERR_VALIDATION","message":"body must be object"}`
		stock   = `{"code":"ERR_STOCK","message":"Out of stock"}`
		noOrder = `{"code":"NOT_FOUND","message":"Order nix not found"}`
		noRef   = `{"code":"NOT_FOUND","message":"Top-up with reference not found"}`
		germany = provider.PSNGermany
		eur20   = "6126393c6f57860f925a1984"
	)
	long := strings.Repeat("r", 101)
	for _, tt := range []struct {
		line   string
		status int
		want   string
	}{
		{"POST /mobile/send", 400, body},
		{"POST /mobile/send []", 400, body},
		{"POST /mobile/send null", 400, body},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY"}{}`, 400, body},
		{`POST /mobile/send {}`, 400, invalid("plan_code", "")},
		{`POST /mobile/send {"plan_code":7,"MSSIDN":"0778037340","amount":500}`, 400, invalid("plan_code", "7")},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","amount":500}`, 400, invalid("MSSIDN", "")},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":778037340,"amount":500}`, 400, invalid("MSSIDN", "778037340")},
		{topUp("PREPAID_DJEZZY", "778037340", 500, ""), 400, invalid("MSSIDN", "778037340")},
		{topUp("PREPAID_DJEZZY", "+213778037340", 500, ""), 400, invalid("MSSIDN", "+213778037340")},
		{topUp("NO_SUCH_PLAN", "12", 500, ""), 400, invalid("MSSIDN", "12")}, // the schema comes first
		{topUp("NO_SUCH_PLAN", anyNumber, 500, ""), 400, invalid("plan_code", "NO_SUCH_PLAN")},
		{topUp("prepaid_djezzy", anyNumber, 500, ""), 400, invalid("plan_code", "prepaid_djezzy")},
		{topUp("HAYLA_OOREDOO", "0551234567", 500, ""), 400, invalid("plan_code", "HAYLA_OOREDOO")},
		{topUp("PREPAID_DJEZZY", "0551234567", 99, ""), 400, invalid("amount", "99")},
		{topUp("PREPAID_DJEZZY", "0561234567", 99, ""), 400, invalid("amount", "99")}, // before the operator
		{topUp("PREPAID_DJEZZY", anyNumber, 10_001, ""), 400, invalid("amount", "10001")},
		{topUp("PREPAID_DJEZZY", anyNumber, 0, ""), 400, invalid("amount", "0")},
		{topUp("PREPAID_DJEZZY", anyNumber, -500, ""), 400, invalid("amount", "-500")},
		{topUp("PREPAID_DJEZZY", anyNumber, 500+1<<62, ""), 400, invalid("amount", "4611686018427388404")}, // 500.00 in wrapped centimes
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":"500"}`, 400, invalid("amount", "500")},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":500.5}`, 400, invalid("amount", "500.5")},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340"}`, 400, invalid("amount", "")},
		{`POST /mobile/send {"plan_code":"MIX500_MOBILIS","MSSIDN":"0661234567"}`, 400, invalid("amount", "")},
		{`POST /mobile/send {"plan_code":"GETMENU_Djezzy","MSSIDN":"0778037340"}`, 400, invalid("amount", "")},
		{topUp("GETMENU_Djezzy", anyNumber, 49, ""), 400, invalid("amount", "49")},
		{topUp("PREPAID_DJEZZY", "0561234567", 500, ""), 400, invalid("MSSIDN", "0561234567")},
		{topUp("PREPAID_DJEZZY", "0600000004", 500, ""), 400, invalid("MSSIDN", "0600000004")},
		{topUp("PIXX_500", "0781234567", 500, ""), 400, invalid("MSSIDN", "0781234567")},
		{`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":500,"ref":7}`, 400, invalid("ref", "7")},
		{topUp("PREPAID_DJEZZY", anyNumber, 500, long), 400, invalid("ref", long)},
		{topUp("PREPAID_DJEZZY", anyNumber, 500, "taken"), 403, `{"code":"DUPLICATED_REF","message":"This reference was used before","details":{"existingTopupId":"ID"}}`},
		{topUp("PREPAID_MOBILIS", "0661234567", 40, "taken"), 403, `{"code":"DUPLICATED_REF","message":"This reference was used before","details":{"existingTopupId":"ID"}}`},
		{"GET /mobile/check-id/nix", 404, noOrder},
		{"GET /mobile/check-ref/nix", 404, noRef},

		{"GET /internet/products", 400, query("type", "")},
		{"GET /internet/products?type=4g", 400, query("type", "4g")},
		{"GET /internet/check-number?number=036362608", 400, query("type", "")},
		{"GET /internet/check-number?type=ADSL&number=0363626", 400, phone("ADSL", "0363626")},
		{"GET /internet/check-number?type=4G&number=036362608", 400, phone("4G", "036362608")},
		{"GET /internet/check-number?type=ADSL&number=036000001", 400, phone("ADSL", "036000001")},
		{`POST /internet/send {"number":"036362608","value":500}`, 400, invalid("type", "")},
		{`POST /internet/send {"type":"ADSL","value":500}`, 400, invalid("number", "")},
		{`POST /internet/send {"type":"ADSL","number":36362608,"value":500}`, 400, invalid("number", "36362608")},
		{`POST /internet/send {"type":"ADSL","number":"036362608"}`, 400, invalid("value", "")},
		{`POST /internet/send {"type":"ADSL","number":"036362608","value":"500"}`, 400, invalid("value", "500")},
		{card("ADSL", "213472731602", 500, ""), 400, phone("ADSL", "213472731602")},
		{card("4G", "213470000001", 500, ""), 400, phone("4G", "213470000001")},
		{card("ADSL", "036362608", 700, ""), 400, invalid("value", "700")},
		{card("ADSL", "036362608", 5000, ""), 400, stock},
		{card("ADSL", "036362608", 500, "card"), 403, `{"code":"DUPLICATED_REF","message":"This reference was used before","details":{"existingTopupId":"ID"}}`},
		{"GET /internet/check-id/nix", 404, noOrder},
		{"GET /internet/check-ref/nix", 404, noRef},

		{"GET /gift-cards/checkProduct/nix", 404, `{"code":"NOT_FOUND","message":"Product not found"}`},
		{"GET /gift-cards/checkProduct/612619816f57860f9259ef00", 404, `{"code":"NOT_FOUND","message":"Product not found"}`},
		{`POST /gift-cards/placeOrder {"typeId":"t","quantity":1}`, 400, invalid("productId", "")},
		{`POST /gift-cards/placeOrder {"productId":"p","quantity":1}`, 400, invalid("typeId", "")},
		{`POST /gift-cards/placeOrder {"productId":"p","typeId":"t"}`, 400, invalid("quantity", "")},
		{gift("p", "t", 0), 400, invalid("quantity", "0")},
		{gift("p", "t", -1), 400, invalid("quantity", "-1")},
		{gift("p", "t", 1_000_000), 400, invalid("quantity", "1000000")},
		{`POST /gift-cards/placeOrder {"productId":"p","typeId":"t","quantity":"2"}`, 400, invalid("quantity", "2")},
		{gift(germany, eur20, 38), 400, stock},
		{"GET /gift-cards/checkOrder/nix", 404, noOrder},

		{"GET /mobile/list?page=0", 400, query("page", "0")},
		{"GET /mobile/list?page=x", 400, query("page", "x")},
		{"GET /internet/list?pageSize=101", 400, query("pageSize", "101")},
		{"GET /gift-cards/list?from=2026-11-21T09:30:00.000Z", 400, query("to", "")},
		{"GET /gift-cards/list?to=2026-11-21T09:30:00.000Z", 400, query("from", "")},
		{"GET /account/transactions?from=yesterday&to=today", 400, query("from", "yesterday")},
	} {
		r := newRig(t, provider.Options{})
		r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "taken"))
		r.id(card("ADSL", "036362608", 500, "card"))
		before := len(r.Book().Orders)
		got := r.call(tt.line)
		if got.status != tt.status {
			t.Errorf("%s: status %d", tt.line, got.status)
		}
		same(t, tt.line, got.body, `{"success":false,"error":`+tt.want+`,"requestId":"REQ"}`)
		if n := len(r.Book().Orders); n != before {
			t.Errorf("%s: refused, and yet an order", tt.line)
		}
	}
}

// TestUnknownPaths get the framework's bare body, whatever the key.
func TestUnknownPaths(t *testing.T) {
	r := newRig(t, provider.Options{}).as("")
	for _, line := range []string{"GET /nowhere", "POST /ping", "GET /mobile/send", "GET /mobile/topup/1", "POST /internet/check-number", "GET /bills/partners"} {
		method, path, _ := strings.Cut(line, " ")
		got := r.call(line)
		if got.status != http.StatusNotFound {
			t.Errorf("%s: status %d", line, got.status)
		}
		same(t, line, got.body, `{"message":"Route `+method+`:/v3`+path+` not found","error":"Not Found","statusCode":404}`)
	}
}

// TestReferences: a top-up without a reference gets one of its own, so two of
// them are two orders; the same reference is free in the other service and
// for the other key.
func TestReferences(t *testing.T) {
	r := newRig(t, provider.Options{})
	for range 2 {
		r.id(`POST /mobile/send {"plan_code":"PREPAID_DJEZZY","MSSIDN":"0778037340","amount":500}`)
	}
	r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "x"))
	r.id(card("ADSL", "036362608", 500, "x"))
	id := r.as(provider.ProductionKey).id(topUp("PREPAID_DJEZZY", anyNumber, 500, "x"))
	seen := map[string]bool{}
	for _, o := range r.Book().Orders {
		if seen[o.ID] || o.Ref == "" {
			t.Errorf("an order's names: %+v", o)
		}
		seen[o.ID] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d orders", len(seen))
	}
	r.refused("GET /mobile/check-id/"+id, 404, "NOT_FOUND") // of the other environment
	r.refused("GET /internet/check-id/"+r.Book().Orders[0].ID, 404, "NOT_FOUND")
	if got := r.as(provider.ReadOnlyKey).data("GET /mobile/check-id/" + id); got["_id"] != id {
		t.Errorf("the read-only key of the same account sees %v", got)
	}
}

// FuzzBodies: whatever is posted, the answer is one of the two envelopes.
func FuzzBodies(f *testing.F) {
	for _, line := range []string{topUp("PREPAID_DJEZZY", "0600000002", 500, "a"), card("4G", "213470000003", 1000, "b"), gift("p", "TEST_PARTIAL", 3)} {
		_, rest, _ := strings.Cut(line, " ")
		_, body, _ := strings.Cut(rest, " ")
		f.Add(body)
	}
	f.Add(`{"amount":1e999,"MSSIDN":null}`)
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, body string) {
		r := newRig(t, provider.Options{})
		for _, path := range []string{"/mobile/send", "/internet/send", "/gift-cards/placeOrder"} {
			before := len(r.Book().Orders)
			got := r.call("POST " + path + " " + body)
			accepted := strings.Contains(got.body, `"success":true`)
			if accepted != (got.status == 200) || !accepted && !strings.Contains(got.body, `"success":false`) {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
			if made := len(r.Book().Orders) - before; made != map[bool]int{true: 1}[accepted] {
				t.Errorf("%s: %d orders of %s", path, made, got.body)
			}
		}
	})
}
