package oneclick

import (
	"bytes"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"hanout/topup"
)

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

func TestProducts(t *testing.T) {
	const lines = `[{"value":500,"cost":490,"available":true},{"value":"1000","cost":"980.5","available":true},{"value":5000,"cost":4900,"available":false},` +
		`{"value":2000,"available":true},{"value":0,"cost":1},{"value":99.5,"cost":1},"x"]`
	want := []topup.InternetProduct{
		{Type: "ADSL", Value: topup.Dinars(500), Cost: topup.Dinars(490), CostKnown: true, Available: true},
		{Type: "ADSL", Value: topup.Dinars(1000), Cost: 98050, CostKnown: true, Available: true},
		{Type: "ADSL", Value: topup.Dinars(5000), Cost: topup.Dinars(4900), CostKnown: true},
		{Type: "ADSL", Value: topup.Dinars(2000), Available: true},
	}
	for name, body := range map[string]string{
		"type in data": `{"success":true,"data":{"products":` + lines + `,"type":"ADSL"}}`,
		"type in meta": `{"success":true,"data":{"products":` + lines + `},"meta":{"type":"adsl"}}`,
		"bare list":    `{"success":true,"data":` + lines + `}`,
		"no type":      `{"success":true,"data":{"products":` + lines + `}}`,
	} {
		c, d := serve(t, reply(200, body))
		got, err := c.Products(t.Context(), topup.ADSL)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if r := d.only(t); r.URI != "/v3/internet/products?type=ADSL" {
			t.Errorf("asked %s", r.URI)
		}
	}
	for _, data := range []string{`{"products":[]}`, `[]`, `{"products":[],"type":"ADSL"}`} {
		c, _ := serve(t, success(data))
		if got, err := c.Products(t.Context(), topup.ADSL); err != nil || len(got) != 0 {
			t.Errorf("%s: %v, %v: an empty shelf is an answer", data, got, err)
		}
	}
	for _, data := range []string{`{"products":[{"value":500,"cost":490}],"type":"4G"}`, `{}`, `null`, `{"products":[{}]}`, `{"products":{}}`} {
		c, _ := serve(t, success(data))
		if got, err := c.Products(t.Context(), topup.ADSL); err == nil {
			t.Errorf("%s: %v", data, got)
		}
	}
	c, _ := serve(t, success(`{"products":[{"value":500,"cost":490}],"type":"4GLTE"}`))
	if got, err := c.Products(t.Context(), topup.LTE4G); err != nil || len(got) != 1 || got[0].Type != topup.LTE4G {
		t.Errorf("4G: %+v, %v", got, err)
	}
}

func TestCheckLine(t *testing.T) {
	c, d := serve(t, success(`{"ncli":"11022*****","offre":"FTTc-b_10M'","type":"ADSL"}`))
	got, err := c.CheckLine(t.Context(), topup.ADSL, "036362608")
	if err != nil || got != (topup.LineInfo{Client: "11022*****", Offer: "FTTc-b_10M'", Type: "ADSL"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if r := d.only(t); r.Method != "GET" || r.URI != "/v3/internet/check-number?number=036362608&type=ADSL" {
		t.Errorf("asked %s %s", r.Method, r.URI)
	}
	c, _ = serve(t, success(`{"ncli":"11034*****","type":"4GLTE"}`))
	if got, err := c.CheckLine(t.Context(), topup.LTE4G, "213472731602"); err != nil || got.Type != topup.LTE4G {
		t.Errorf("%+v, %v", got, err)
	}
	c, _ = serve(t, success(`{}`))
	if got, err := c.CheckLine(t.Context(), topup.LTE4G, "213472731602"); err == nil {
		t.Errorf("nothing said, yet %+v", got)
	}
	c, _ = serve(t, refuse(400, "ERR_PHONE"))
	var f *topup.Fault
	if _, err := c.CheckLine(t.Context(), topup.ADSL, "036000001"); !errors.As(err, &f) || f.Kind != topup.FaultInvalid || f.Code != "ERR_PHONE" {
		t.Errorf("%v", err)
	}
}

func TestCatalogue(t *testing.T) {
	c, d := serve(t, reply(200, `{"success":true,"totalCategories":2,"data":{"categories":[
		{"title":"PSN","products":[
			{"id":"6126393c6f57860f925a1983","title":"PSN <Germany>","enabled":true,"region":"germany"},
			{"id":"612619816f57860f9259eee3","title":"PSN UK","enabled":false},
			{"id":"a/b","title":"id that is a path","enabled":true},
			{"id":"1"}, 7]},
		{"name":"Gaming Cards","products":[{"id":"x1","title":"Steam","enabled":true}]},
		{"title":" mobile & internet","products":[{"id":"x3","title":"Mobilis","enabled":true}]},
		{"title":"Empty","products":[]},
		{"products":[{"id":"x2","title":"no shelf","enabled":true}]},
		"x"]}}`))
	got, err := c.Catalogue(t.Context())
	want := []topup.Category{
		{Title: "PSN", Products: []topup.GiftProduct{
			{ID: "6126393c6f57860f925a1983", Title: "PSN <Germany>", Region: "germany", Enabled: true},
			{ID: "612619816f57860f9259eee3", Title: "PSN UK"},
		}},
		{Title: "Gaming Cards", Products: []topup.GiftProduct{{ID: "x1", Title: "Steam", Enabled: true}}},
		{Title: "mobile & internet", Products: []topup.GiftProduct{{ID: "x3", Title: "Mobilis", Enabled: true}}, Elsewhere: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if r := d.only(t); r.URI != "/v3/gift-cards/catalog" {
		t.Errorf("asked %s", r.URI)
	}
}

func TestStock(t *testing.T) {
	c, d := serve(t, success(`{"productId":"6126393c6f57860f925a1983","productTitle":"PSN Germany","types":[
		{"id":"6126393c6f57860f925a1984","name":"20 EUR","price":4950,"quantity":37},
		{"id":"TEST_PARTIAL","name":"50 EUR","price":"12345.675","quantity":"4"},
		{"id":"gone","name":"10 EUR","price":2475,"quantity":0},
		{"id":"odd","name":"odd stock","price":2475,"quantity":-2},
		{"id":"unpriced","name":"5 EUR","quantity":3},
		{"id":"","name":"no id","price":1}]}`))
	got, err := c.Stock(t.Context(), "6126393c6f57860f925a1983")
	want := topup.GiftStock{ProductID: "6126393c6f57860f925a1983", Title: "PSN Germany", Types: []topup.GiftType{
		{ID: "6126393c6f57860f925a1984", Name: "20 EUR", Cost: topup.Dinars(4950), Quantity: 37},
		{ID: "TEST_PARTIAL", Name: "50 EUR", Cost: 1234568, Quantity: 4},
		{ID: "gone", Name: "10 EUR", Cost: topup.Dinars(2475)},
		{ID: "odd", Name: "odd stock", Cost: topup.Dinars(2475)},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if r := d.only(t); r.URI != "/v3/gift-cards/checkProduct/6126393c6f57860f925a1983" {
		t.Errorf("asked %s", r.URI)
	}
	if _, err := c.Stock(t.Context(), "another"); err == nil {
		t.Error("took the stock of another product")
	}
	if got, err := readStockOf(`{"types":[]}`); err != nil || got.ProductID != "p" || len(got.Types) != 0 {
		t.Errorf("sold out: %+v, %v", got, err)
	}
	for _, data := range []string{`{}`, `{"types":null}`, `{"types":[{}]}`, `[]`} {
		if got, err := readStockOf(data); err == nil {
			t.Errorf("%s: %+v", data, got)
		}
	}
}

func readStockOf(data string) (topup.GiftStock, error) {
	s, _, err := readStock([]byte(data), "p")
	return s, err
}

// A list of which nothing can be read is no list.
func TestNothingReadableIsAFault(t *testing.T) {
	for _, data := range []string{
		`{}`, `null`, `[]`, `{"dynamicPlans":[],"fixedPlans":[]}`, `{"dynamicPlans":[{}],"fixedPlans":[7]}`,
		`{"categories":[]}`, `{"categories":[{"title":"x","products":[{}]}]}`,
	} {
		c, _ := serve(t, success(data))
		if got, err := c.Plans(t.Context()); err == nil {
			t.Errorf("plans of %s: %v", data, got)
		}
		if got, err := c.Catalogue(t.Context()); err == nil {
			t.Errorf("catalogue of %s: %v", data, got)
		}
	}
}

// A long list is read to four megabytes, a short answer to one.
func TestBodyLimits(t *testing.T) {
	pad := strings.Repeat(" ", 3<<20)
	c, _ := serve(t, success(`{"fixedPlans":[{"code":"A","operator":"Mobilis","amount":5}]}`+pad))
	if _, err := c.Plans(t.Context()); err != nil {
		t.Errorf("a list of three megabytes: %v", err)
	}
	c, _ = serve(t, success(`{"balance":5}`+pad))
	if _, err := c.Float(t.Context()); !errors.Is(err, errTooLong) {
		t.Errorf("a balance of three megabytes: %v", err)
	}
}

// What is too long is not even read to its end.
func TestEndlessBody(t *testing.T) {
	const most = 256 << 20
	written := make(chan int, 1)
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		block := bytes.Repeat([]byte(" "), 1<<20)
		n := 0
		for n < most {
			if _, err := w.Write(block); err != nil {
				break
			}
			n += len(block)
		}
		written <- n
	})
	if _, err := c.Float(t.Context()); !errors.Is(err, errTooLong) {
		t.Errorf("%v", err)
	}
	if n := <-written; n >= most {
		t.Errorf("read %d bytes", n)
	}
}

// Questions that would become another path are not asked.
func TestImpossibleQuestions(t *testing.T) {
	c, d := serve(t, success(`{}`))
	o := mobileOrder()
	gift := giftOrder()
	gift.ProviderID = "x"
	for name, ask := range map[string]func() error{
		"stock of nothing":     func() error { _, err := c.Stock(t.Context(), ""); return err },
		"stock of the parent":  func() error { _, err := c.Stock(t.Context(), ".."); return err },
		"stock of a path":      func() error { _, err := c.Stock(t.Context(), "a/b?c"); return err },
		"check without an ID":  func() error { _, err := c.Check(t.Context(), o); return err },
		"check of no good":     func() error { _, err := c.Check(t.Context(), topup.Order{ProviderID: "x"}); return err },
		"find nothing":         func() error { _, err := c.Find(t.Context(), o, ""); return err },
		"find the parent":      func() error { _, err := c.Find(t.Context(), o, ".."); return err },
		"find a gift card":     func() error { _, err := c.Find(t.Context(), gift, "x"); return err },
		"recent of no good":    func() error { _, _, err := c.Recent(t.Context(), "shoes", gift.Placed, 1); return err },
		"the page before one":  func() error { _, _, err := c.Recent(t.Context(), topup.GiftCard, gift.Placed, 0); return err },
		"find beyond any size": func() error { _, err := c.Find(t.Context(), o, strings.Repeat("a", 201)); return err },
	} {
		var f *topup.Fault
		if err := ask(); !errors.As(err, &f) || f.Kind != topup.FaultInvalid || f.HTTP != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(d.asked()); n != 0 {
		t.Errorf("%d of them were asked", n)
	}
}
