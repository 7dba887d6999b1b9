package oneclick

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"hanout/topup"
)

// internet is how internet cards are traded.
var internet = good{
	send: "/internet/send", byID: "/internet/check-id/", byRef: "/internet/check-ref/", list: "/internet/list",
	body: func(o topup.Order, ref string) (any, bool) {
		return internetSend{Type: o.LineType, Number: o.To, Value: o.Face.WholeDinars(), Ref: ref}, true
	},
	read: readInternetOrder,
}

// Products asks GET /internet/products for a card type ([topup.ADSL] or
// [topup.LTE4G]). An empty list is an answer.
func (c *Client) Products(ctx context.Context, lineType string) ([]topup.InternetProduct, error) {
	a := c.do(ctx, list("/internet/products", url.Values{"type": {lineType}}))
	if !a.ok() {
		return nil, a.fault()
	}
	products, skipped, err := readProducts(a.Data, a.Meta, lineType)
	if err != nil {
		return nil, a.unreadable(err)
	}
	c.skipped(ctx, "internet products", skipped)
	return products, nil
}

// readProducts takes the list bare or in an object, and the type from there,
// from meta or from the question. An answer about another type is none.
func readProducts(data, meta []byte, asked string) (products []topup.InternetProduct, skipped int, err error) {
	var lines []json.RawMessage
	var d struct {
		Products []json.RawMessage `json:"products"`
		Type     text              `json:"type"`
	}
	var m struct {
		Type text `json:"type"`
	}
	if into(data, &lines) != nil {
		if err := into(data, &d); err != nil {
			return nil, 0, err
		}
		lines = d.Products
	}
	if lines == nil {
		return nil, 0, errForm
	}
	_ = into(meta, &m)
	for _, said := range []text{d.Type, m.Type} {
		if said != "" && said.lineType() != text(asked).lineType() {
			return nil, 0, errOther
		}
	}
	for _, raw := range lines {
		if p, ok := readProduct(raw, asked); ok {
			products = append(products, p)
		} else {
			skipped++
		}
	}
	if len(products) == 0 && skipped > 0 {
		return nil, skipped, errForm
	}
	return products, skipped, nil
}

func readProduct(raw []byte, lineType string) (topup.InternetProduct, bool) {
	var d struct {
		Value     number `json:"value"`
		Cost      number `json:"cost"`
		Available flag   `json:"available"`
	}
	if into(raw, &d) != nil {
		return topup.InternetProduct{}, false
	}
	p := topup.InternetProduct{Type: lineType, Available: d.Available.value}
	var ok bool
	if p.Value, ok = d.Value.whole(); !ok {
		return p, false
	}
	// As with plans, a cost of 0 is an unknown one.
	if cost, ok := d.Cost.money(); ok && cost > 0 {
		p.Cost, p.CostKnown = cost, true
	}
	return p, true
}

// CheckLine asks GET /internet/check-number. A line that the provider does not
// take is a fault of kind [topup.FaultInvalid].
func (c *Client) CheckLine(ctx context.Context, lineType string, line topup.Line) (topup.LineInfo, error) {
	a := c.do(ctx, get("/internet/check-number", url.Values{"type": {lineType}, "number": {string(line)}}))
	if !a.ok() {
		return topup.LineInfo{}, a.fault()
	}
	info, err := readLine(a.Data)
	if err != nil {
		return topup.LineInfo{}, a.unreadable(err)
	}
	return info, nil
}

func readLine(data []byte) (topup.LineInfo, error) {
	var d struct {
		Client text `json:"ncli"`
		Offer  text `json:"offre"`
		Type   text `json:"type"`
	}
	if err := into(data, &d); err != nil {
		return topup.LineInfo{}, err
	}
	info := topup.LineInfo{Client: d.Client.trimmed(), Offer: d.Offer.trimmed(), Type: d.Type.lineType()}
	if info == (topup.LineInfo{}) {
		return info, errForm
	}
	return info, nil
}

// internetSend is the body of POST /internet/send.
type internetSend struct {
	Type   string `json:"type"`
	Number string `json:"number"`
	Value  int64  `json:"value"` // dinars
	Ref    string `json:"ref"`
}

// readInternetOrder reads what only an order of an internet card says.
func readInternetOrder(raw []byte, s *topup.Status) error {
	var w struct {
		Type        text   `json:"type"`
		Number      text   `json:"number"`
		Charged     number `json:"balance_amount"`
		Code        text   `json:"card_code"`
		Transaction text   `json:"num_trans"`
		Processed   text   `json:"date_traitement"`
	}
	if err := into(raw, &w); err != nil {
		return err
	}
	s.LineType = w.Type.lineType()
	s.To = lineNumber(s.LineType, w.Number)
	s.Charged, s.ChargedKnown = w.Charged.money()
	s.Transaction, s.Processed = w.Transaction.trimmed(), w.Processed.trimmed()
	if code := w.Code.trimmed(); code != "" {
		s.Vouchers = []topup.Voucher{{Code: code}}
	}
	return nil
}

// lineNumber gives a line in the form of our orders, as [mobileNumber] does.
func lineNumber(lineType string, t text) string {
	parse := topup.ParseADSL
	if lineType == topup.LTE4G {
		parse = topup.Parse4G
	}
	if n, err := parse(string(t)); err == nil {
		return string(n)
	}
	return t.trimmed()
}

// lineType makes the spellings of an internet card type one: the provider
// says 4G where it is asked and 4GLTE where it answers.
func (t text) lineType() string {
	s := t.upper()
	if strings.HasPrefix(s, topup.LTE4G) {
		return topup.LTE4G
	}
	return s
}
