package oneclick

import (
	"net/http"
	"strings"
	"testing"

	"hanout/topup"
)

// Strangers' bytes: no reader may panic, and what it gives must keep to its
// bounds.

func FuzzOutcome(f *testing.F) {
	f.Add(400, "application/json", `{"success":false,"error":{"code":"ERR_STOCK"}}`)
	f.Add(403, "application/json", `{"success":false,"error":{"code":"DUPLICATED-REF","details":{"existingTopupId":"`+anID+`"}}}`)
	f.Add(200, "application/json", `{"success":true,"data":{"topupId":"`+anID+`","topupRef":"API-+213-x"},"meta":{"requestId":"r"}}`)
	f.Add(404, "text/html", `<html>`)
	f.Add(500, "", `{"success":false,"error":{"code":"INSUFFICIENT_BALANCE"}}`)
	f.Add(429, "application/json", `{}`)
	f.Add(400, "application/json", `{"success":false,"error":"x","data":{"topupId":1}}`)
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		a := answer{status: status}
		a.cause = a.read(contentType, []byte(body))
		s, fault := a.sent(), a.fault()
		switch s.Verdict {
		case topup.Accepted:
			if status/100 != 2 || text(s.ProviderID).id() != s.ProviderID || s.ProviderID == "" {
				t.Errorf("accepted: %+v", s)
			}
		case topup.Refused, topup.KeyFault, topup.Duplicate:
			if status/100 != 4 || a.cause != nil || !strings.Contains(body, "false") {
				t.Errorf("%s on %d %s", s.Verdict, status, body)
			}
		case topup.NotSent:
			t.Error("an answer came, so something left")
		case topup.Throttled, topup.Unknown:
			if s.Reason != "" {
				t.Errorf("%s with a reason to release: %s", s.Verdict, s.Reason)
			}
		default:
			t.Errorf("verdict %q", s.Verdict)
		}
		if fault.Kind == topup.FaultNotFound && (status != http.StatusNotFound || a.cause != nil) {
			t.Errorf("not found on %d %s", status, body)
		}
		if len(s.Evidence.Word) > 64 || len(s.Evidence.RequestID) > 64 || len(fault.Error()) > 200 {
			t.Errorf("unbounded: %+v, %s", s, fault)
		}
	})
}

func FuzzReadOrder(f *testing.F) {
	f.Add(`{"_id":"`+anID+`","status":"REFUNDED","balance_amount":0,"suggested_offers":[{"plan_code":"A","amount":500}]}`, 0)
	f.Add(`{"_id":"`+anID+`","status":"FULFILLED","type":"4GLTE","number":"213472731602","card_code":"1"}`, 1)
	f.Add(`{"_id":"`+anID+`","status":"PARTIALLY_FILLED","quantity":4,"fulfilled_quantity":"2","cards":[{"value":"A","serial":1}]}`, 2)
	f.Add(`{"status":"FAILED","balance_amount":"0"}`, 0)
	f.Add(`{"status":"FAILED","balance_amount":-0.0}`, 0)
	goods := []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}
	f.Fuzz(func(t *testing.T, raw string, which int) {
		good := goods[uint(which)%3]
		s, err := readOrder(good, []byte(raw), &answer{})
		if err != nil {
			return
		}
		if s.Phase == "" || s.Face < 0 || s.Charged < 0 || s.Quantity < 0 || s.DoneQty < 0 || (s.Charged != 0 && !s.ChargedKnown) {
			t.Errorf("%+v", s)
		}
		if s.ProviderID != "" && text(s.ProviderID).id() == "" {
			t.Errorf("ID %q", s.ProviderID)
		}
		if s.Phase == topup.PhasePart && good != topup.GiftCard {
			t.Errorf("a part of a %s", good)
		}
		for _, c := range s.Vouchers {
			if c.Code == "" {
				t.Error("a card without its code")
			}
		}
		for _, o := range s.Offers {
			if o.Plan == "" || o.Name == "" || o.Face <= 0 || o.Face%100 != 0 {
				t.Errorf("offer %+v", o)
			}
		}
	})
}

func FuzzReadList(f *testing.F) {
	f.Add(`{"items":[{"_id":"a","status":"HANDLING"}],"pagination":{"totalPages":3}}`)
	f.Add(`{"topups":[],"pagination":7}`)
	f.Fuzz(func(t *testing.T, data string) {
		a := &answer{envelope: envelope{Data: []byte(data)}}
		orders, _, err := readList(topup.InternetCard, a, 1)
		if err != nil && orders != nil {
			t.Error("half a page")
		}
		for _, s := range orders {
			if s.ProviderID == "" || s.Phase == "" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzReadPlans(f *testing.F) {
	f.Add(`{"dynamicPlans":[{"code":"A","operator":"Mobilis","cost":0.98,"min_amount":50,"max_amount":"5000"}],"fixedPlans":[{"code":"B","operator":"Pixx","amount":500}]}`)
	f.Add(`{"fixedPlans":[{"code":"GETMENU_Djezzy","operator":"Djezzy"}]}`)
	f.Add(`{"dynamicPlans":[null,{},7]}`)
	f.Fuzz(func(t *testing.T, data string) {
		plans, skipped, err := readPlans([]byte(data))
		if (err == nil) != (len(plans) > 0) || skipped < 0 {
			t.Fatalf("%d plans, %d skipped, %v", len(plans), skipped, err)
		}
		for _, p := range plans {
			if p.Code == "" || p.Name == "" || p.Operator == "" || p.CostKnown != (p.Cost > 0) {
				t.Errorf("%+v", p)
			}
			if p.Kind == topup.Fixed && !p.Accepts(p.Amount) {
				t.Errorf("fixed plan that can't be sold: %+v", p)
			}
			if p.Kind == topup.Dynamic && (p.Min < 0 || p.Max < p.Min || p.Max == 0) {
				t.Errorf("limits %+v", p)
			}
		}
	})
}

func FuzzReadProducts(f *testing.F) {
	f.Add(`{"products":[{"value":500,"cost":490,"available":true}],"type":"ADSL"}`, `{}`)
	f.Add(`[{"value":"500"}]`, `{"type":"4GLTE"}`)
	f.Fuzz(func(t *testing.T, data, meta string) {
		products, _, err := readProducts([]byte(data), []byte(meta), topup.LTE4G)
		if err != nil && products != nil {
			t.Error("half a list")
		}
		for _, p := range products {
			if p.Type != topup.LTE4G || p.Value <= 0 || p.Value%100 != 0 || p.CostKnown != (p.Cost > 0) {
				t.Errorf("%+v", p)
			}
		}
	})
}

func FuzzReadGiftCards(f *testing.F) {
	f.Add(`{"categories":[{"title":"PSN","products":[{"id":"a","title":"b","enabled":true}]}],"productId":"p","types":[{"id":"a","name":"b","price":1.5,"quantity":3}]}`)
	f.Add(`{"categories":[{"name":"PSN","products":[7]}],"types":[]}`)
	f.Fuzz(func(t *testing.T, data string) {
		shelves, _, err := readCatalogue([]byte(data))
		if (err == nil) != (len(shelves) > 0) {
			t.Fatalf("%d shelves, %v", len(shelves), err)
		}
		for _, s := range shelves {
			if s.Title == "" || len(s.Products) == 0 {
				t.Errorf("%+v", s)
			}
			for _, p := range s.Products {
				if text(p.ID).id() == "" || p.Title == "" {
					t.Errorf("%+v", p)
				}
			}
		}
		stock, _, err := readStock([]byte(data), "p")
		if err == nil && stock.ProductID != "p" {
			t.Errorf("%+v", stock)
		}
		for _, s := range stock.Types {
			if text(s.ID).id() == "" || s.Cost < 0 || s.Quantity < 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzReadAccount(f *testing.F) {
	f.Add(`{"username":"u","apiKey":{"type":"SANDBOX","scope":"READ-ONLY","isEnabled":false}}`)
	f.Add(`{"balance":-1.5,"api":"ok","operators":{"mobilis":"down"},"ncli":"1","offre":"o","type":"4GLTE"}`)
	f.Fuzz(func(t *testing.T, data string) {
		if a, err := readAccount([]byte(data)); err != nil && a != (topup.Account{}) {
			t.Errorf("half an account: %+v", a)
		}
		if down, err := readDown([]byte(data)); err == nil && (down == nil || len(down) > len(pinged)) {
			t.Errorf("%v", down)
		}
		if m, err := readFloat([]byte(data)); err == nil && (m > topup.MaxMoney || m < -topup.MaxMoney) {
			t.Errorf("%d", m)
		}
		if l, err := readLine([]byte(data)); err == nil && l == (topup.LineInfo{}) {
			t.Error("a line of which nothing is known")
		}
	})
}
