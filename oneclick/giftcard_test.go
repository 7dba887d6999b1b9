package oneclick

import (
	"reflect"
	"testing"
	"time"

	"hanout/topup"
)

func TestGiftCardAnswer(t *testing.T) {
	c, _ := serve(t, reply(200, `{"success":true,"data":{"orderId":"`+anID+`","orderRef":"r-1"},"meta":{"requestId":"in-meta"}}`))
	a := c.Send(t.Context(), giftOrder())
	if a.Verdict != topup.Accepted || a.ProviderID != anID || a.ProviderRef != "r-1" || a.Evidence.RequestID != "in-meta" {
		t.Errorf("%+v", a)
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
