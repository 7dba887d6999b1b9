package oneclick

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"hanout/topup"
)

// The canaries: what no error and no log may show.
const (
	canaryKey    = "5ec2e7aa-1111-4222-8333-c0ffee5ec2e7"
	canaryCode   = "918273645500"
	canaryNumber = "0778037340"
)

const anID = "6911aa00e9e88196b4eb7000"

// seen is what a hand-made server was asked.
type seen struct {
	Method, URI, Body string
	Header            http.Header
}

// desk is a hand-made server that keeps what it was asked.
type desk struct {
	*httptest.Server
	mu   sync.Mutex
	asks []seen
}

func (d *desk) asked() []seen {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]seen(nil), d.asks...)
}

// only is the one request made so far; any other number fails the test.
func (d *desk) only(t *testing.T) seen {
	t.Helper()
	asks := d.asked()
	if len(asks) != 1 {
		t.Fatalf("the server was asked %d times, want once", len(asks))
	}
	return asks[0]
}

// serve starts a server with the handler and a client of it.
func serve(t *testing.T, h http.HandlerFunc) (*Client, *desk) {
	t.Helper()
	d := &desk{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d.mu.Lock()
		d.asks = append(d.asks, seen{r.Method, r.RequestURI, string(body), r.Header.Clone()})
		d.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(d.Close)
	return dial(t, Options{BaseURL: d.URL + "/v3"}), d
}

func dial(t *testing.T, o Options) *Client {
	t.Helper()
	o.Key = canaryKey
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// reply answers everything alike, as JSON.
func reply(status int, body string) http.HandlerFunc {
	return replyAs("application/json; charset=utf-8", status, body)
}

func replyAs(contentType string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// refuse is an error in the documented form.
func refuse(status int, code string) http.HandlerFunc {
	return reply(status, `{"success":false,"error":{"code":"`+code+`","message":"`+canaryCode+` `+canaryKey+`"},"requestId":"req-fpg"}`)
}

// success is data in the documented form.
func success(data string) http.HandlerFunc {
	return reply(200, `{"success":true,"data":`+data+`,"meta":{"timestamp":"2026-11-21T09:30:00.000Z"},"requestId":"req_1_a"}`)
}

func mobileOrder() topup.Order {
	return topup.Order{
		ID: "ocb01jd3f7q8z", Good: topup.MobileTopUp, Plan: "PREPAID_DJEZZY", To: canaryNumber,
		Quantity: 1, Face: topup.Dinars(500),
	}
}

func internetOrder() topup.Order {
	return topup.Order{
		ID: "ocb01jd3g2b7k", Good: topup.InternetCard, LineType: topup.ADSL, To: "036362608",
		Quantity: 1, Face: topup.Dinars(1000),
	}
}

func giftOrder() topup.Order {
	return topup.Order{
		ID: "ocb01jd3h0000", Good: topup.GiftCard, Product: "6126393c6f57860f925a1983", TypeID: "6126393c6f57860f925a1984",
		Quantity: 2,
	}
}
