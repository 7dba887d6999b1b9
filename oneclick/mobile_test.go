package oneclick

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

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
		Linked: "6911aa00e9e88196b4eb7009", Message: "رقم غير صالح", Created: time.Date(2026, 11, 21, 9, 29, 41, 120e6, time.UTC),
		Offers: []topup.Offer{
			{Name: "FACTURE | x", Plan: "FACTURE_DJEZZY", Face: topup.Dinars(500), Family: topup.FamilyPostpaid},
			{Name: "BARE", Plan: "BARE", Face: topup.Dinars(100), Family: topup.FamilyOther},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if r := d.only(t); r.URI != "/v3/mobile/check-id/"+anID {
		t.Errorf("asked %s", r.URI)
	}
}

func TestPlans(t *testing.T) {
	var logged bytes.Buffer
	_, d := serve(t, success(`{
	"dynamicPlans":[
		{"code":"PREPAID_DJEZZY","name":"📱 PREPAID | الدفع المسبق","operator":"Djezzy","cost":0.9925,"isEnabled":true,"min_amount":100,"max_amount":10000},
		{"code":"GROS_MOBILIS","name":"GROS","operator":"GMobilis","isEnabled":true,"min_amount":5000,"max_amount":300000},
		{"code":"STRINGS","name":"","operator":" Ooredoo ","cost":"0.98","isEnabled":"true","min_amount":"50","max_amount":"5000"},
		{"code":"OFF","name":"n","operator":"Mobilis","cost":0,"isEnabled":false,"min_amount":40,"max_amount":3999},
		{"code":"GETMENU_Mobilis","name":"Menu","operator":"Mobilis","cost":0.98,"isEnabled":true,"min_amount":50,"max_amount":5000},
		{"code":"GETMENU_Djezzy","name":"Menu","operator":"Djezzy","isEnabled":true},
		{"code":"","name":"no code","operator":"Mobilis","min_amount":1,"max_amount":2},
		{"code":"no operator","min_amount":1,"max_amount":2},
		{"code":"NO_LIMITS","operator":"Mobilis"},
		{"code":"UPSIDE_DOWN","operator":"Mobilis","min_amount":10,"max_amount":5},
		{"code":"NEGATIVE","operator":"Mobilis","min_amount":-10,"max_amount":5},
		"not a plan", 7, null, []],
	"fixedPlans":[
		{"code":"MIX500_MOBILIS","name":"AUTO | MIX 500","operator":"Mobilis","cost":0.96,"isEnabled":true,"amount":500},
		{"code":"NO_AMOUNT","operator":"Mobilis","cost":0.96,"isEnabled":true},
		{"code":"ZERO","operator":"Mobilis","cost":0.96,"isEnabled":true,"amount":0},
		{"code":"CENTIMES","operator":"Mobilis","cost":0.96,"isEnabled":true,"amount":500.5}]}`))
	c := dial(t, Options{BaseURL: d.URL + "/v3", Log: debugLog(&logged)})
	got, err := c.Plans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []topup.Plan{
		{Code: "PREPAID_DJEZZY", Name: "📱 PREPAID | الدفع المسبق", Operator: "Djezzy", Kind: topup.Dynamic, Family: topup.FamilyPrepaid, Cost: 992500, CostKnown: true, Enabled: true, Min: topup.Dinars(100), Max: topup.Dinars(10000)},
		{Code: "GROS_MOBILIS", Name: "GROS", Operator: "GMobilis", Kind: topup.Dynamic, Family: topup.FamilyWholesale, Enabled: true, Min: topup.Dinars(5000), Max: topup.Dinars(300000)},
		{Code: "STRINGS", Name: "STRINGS", Operator: "Ooredoo", Kind: topup.Dynamic, Family: topup.FamilyOther, Cost: 980000, CostKnown: true, Enabled: true, Min: topup.Dinars(50), Max: topup.Dinars(5000)},
		{Code: "OFF", Name: "n", Operator: "Mobilis", Kind: topup.Dynamic, Family: topup.FamilyOther, Min: topup.Dinars(40), Max: topup.Dinars(3999)},
		{Code: "GETMENU_Mobilis", Name: "Menu", Operator: "Mobilis", Kind: topup.Lookup, Family: topup.FamilyOther, Cost: 980000, CostKnown: true, Enabled: true},
		{Code: "GETMENU_Djezzy", Name: "Menu", Operator: "Djezzy", Kind: topup.Lookup, Family: topup.FamilyOther, Enabled: true},
		{Code: "MIX500_MOBILIS", Name: "AUTO | MIX 500", Operator: "Mobilis", Kind: topup.Fixed, Family: topup.FamilyOther, Cost: 960000, CostKnown: true, Enabled: true, Amount: topup.Dinars(500)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !strings.Contains(logged.String(), "list=plans count=12") {
		t.Errorf("log: %s", logged.String())
	}
	if r := d.only(t); r.URI != "/v3/mobile/plans" {
		t.Errorf("asked %s", r.URI)
	}
}

func TestFamily(t *testing.T) {
	for code, want := range map[string]topup.PlanFamily{
		"PREPAID_DJEZZY": topup.FamilyPrepaid, "prepaid_x": topup.FamilyPrepaid,
		"FACTURE_DJEZZY": topup.FamilyPostpaid, "POSTPAID_OOREDOO": topup.FamilyPostpaid,
		"INTERNATIONAL_DJEZZY": topup.FamilyInternational, "GROS_MOBILIS": topup.FamilyWholesale,
		"MIX500_MOBILIS": topup.FamilyOther, "": topup.FamilyOther,
	} {
		if got := family(code, topup.Djezzy); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	if got := family("PREPAID_X", topup.GMobilis); got != topup.FamilyWholesale {
		t.Errorf("wholesale Mobilis: %s", got)
	}
}

// TestOffersAreFew: a list without end of what a number may take is cut.
func TestOffersAreFew(t *testing.T) {
	var all []string
	for n := range 500 {
		all = append(all, fmt.Sprintf(`{"typename":"MIX %d","plan_code":"MIX_%d","amount":500}`, n, n))
	}
	c, _ := serve(t, success(`{"_id":"`+anID+`","status":"REFUNDED","suggested_offers":[`+strings.Join(all, ",")+`]}`))
	s, err := c.Check(t.Context(), topup.Order{Good: topup.MobileTopUp, ProviderID: anID})
	if err != nil || len(s.Offers) != 50 || s.Offers[49].Plan != "MIX_49" {
		t.Errorf("%d offers, %v", len(s.Offers), err)
	}
}
