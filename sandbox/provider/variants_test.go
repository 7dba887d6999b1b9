package provider_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// TestVariants: each spelling shows where it should, and without it the usual
// one does.
func TestVariants(t *testing.T) {
	for _, tt := range []struct {
		name         string
		v            provider.Variants
		before, line string
		usual, odd   string
	}{
		{"DuplicateDash", provider.Variants{DuplicateDash: true}, sends[0], sends[0], `"code":"DUPLICATED_REF"`, `"code":"DUPLICATED-REF"`},
		{"DuplicateSilent", provider.Variants{DuplicateSilent: true}, sends[1], sends[1], `"details":{"existingTopupId":"6911aa`, `"error":{"code":"DUPLICATED_REF","message":"This reference was used before"}`},
		{"PlainRef", provider.Variants{PlainRef: true}, "", sends[0], `"topupRef":"API-+213660000000-f"`, `"topupRef":"f"`},
		{"CheckRef own", provider.Variants{CheckRef: "own"}, sends[0], "GET /mobile/check-ref/API-+213660000000-f", `"_id":"6911`, `NOT_FOUND`},
		{"CheckRef own, by own", provider.Variants{CheckRef: "own"}, sends[1], "GET /internet/check-ref/f", `"_id":"6911`, `"_id":"6911`},
		{"CheckRef prefixed", provider.Variants{CheckRef: "prefixed"}, sends[0], "GET /mobile/check-ref/f", `"_id":"6911`, `NOT_FOUND`},
		{"CheckRef prefixed, by prefixed", provider.Variants{CheckRef: "prefixed"}, sends[1], "GET /internet/check-ref/API-%2B213660000000-f", `"_id":"6911`, `"_id":"6911`},
		{"CategoryName", provider.Variants{CategoryName: true}, "", "GET /gift-cards/catalog", `"title":"iTunes"`, `"name":"iTunes"`},
		{"CategoryName totals", provider.Variants{CategoryName: true}, "", "GET /gift-cards/catalog", `"totalCategories":6,"totalProducts":20}`, `"totalCategories":6,"totalProducts":20}`},
		{"ProductsArray", provider.Variants{ProductsArray: true}, "", "GET /internet/products?type=4G", `"data":{"products":[{`, `"data":[{`},
		{"TypeInMeta", provider.Variants{TypeInMeta: true}, "", "GET /internet/products?type=4G", `],"type":"4G"}`, `,"type":"4G"},"requestId"`},
		{"ListTopups", provider.Variants{ListTopups: true}, "", "GET /internet/list", `"items":[`, `"topups":[`},
		{"ListTopups elsewhere", provider.Variants{ListTopups: true}, "", "GET /mobile/list", `"items":[`, `"items":[`},
		{"NoCost", provider.Variants{NoCost: true}, "", "GET /mobile/plans", `"cost":0.9925`, `"code":"PREPAID_DJEZZY","isEnabled"`},
		{"NoRequestID", provider.Variants{NoRequestID: true}, "", "GET /ping", `"requestId":"req_`, `Z"},"success":true}`},
		{"StringNumbers", provider.Variants{StringNumbers: true}, "", "GET /account/balance", `"balance":1000000`, `"balance":"1000000"`},
		{"StringNumbers of pages", provider.Variants{StringNumbers: true}, sends[2], "GET /gift-cards/list", `"quantity":1`, `"quantity":"1"`},
		{"ArabicWords", provider.Variants{ArabicWords: true}, sends[0], "GET /mobile/list", `"status":"FULFILLED"`, `"status":"SUCCESS"`},
		{"ArabicWords refused", provider.Variants{ArabicWords: true}, topUp("PREPAID_DJEZZY", "0600000001", 500, "f"), "GET /mobile/list", `"status":"REFUNDED"`, `"status":"FAILED"`},
		{"ArabicWords unclear", provider.Variants{ArabicWords: true}, topUp("PREPAID_DJEZZY", "0600000003", 500, "f"), "GET /mobile/list", `"status":"UNKNOWN_ERROR"`, `"status":"UNKNOWN_ERROR"`},
		{"ArabicWords elsewhere", provider.Variants{ArabicWords: true}, sends[2], "GET /gift-cards/list", `"status":"FULFILLED"`, `"status":"FULFILLED"`},
		{"NewBalance", provider.Variants{NewBalance: true}, "", sends[1], `"data":{"topupId"`, `"newBalance":1000000`},
		{"MetaRequestID", provider.Variants{MetaRequestID: true}, "", "GET /ping", `},"requestId":"req_`, `"meta":{"requestId":"req_`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, half := range []struct {
					v          provider.Variants
					want, lack string
				}{{provider.Variants{}, tt.usual, tt.odd}, {tt.v, tt.odd, tt.usual}} {
					r := newRig(t, provider.Options{Variants: half.v})
					if tt.before != "" {
						r.call(tt.before)
					}
					time.Sleep(time.Minute)
					got := r.call(tt.line).body
					if !strings.Contains(got, half.want) || half.want != half.lack && strings.Contains(got, half.lack) || !json.Valid([]byte(got)) {
						t.Errorf("%+v: %s", half.v, got)
					}
				}
			})
		})
	}
}

// TestShortCodes: the other names of two refusals.
func TestShortCodes(t *testing.T) {
	r := newRig(t, provider.Options{Variants: provider.Variants{ShortCodes: true}, Balance: 1})
	r.as("wrong").refused("GET /account/balance", 401, "ERR_AUTH")
	r.as(provider.ProductionKey).refused(sends[0], 403, "NO_BALANCE")
}
