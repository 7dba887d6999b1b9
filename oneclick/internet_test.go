package oneclick

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"hanout/topup"
)

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
