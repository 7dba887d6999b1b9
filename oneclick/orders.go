package oneclick

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"hanout/topup"
)

// Send submits the order by one POST. An order that can't be put in the wire's
// words (centimes, a reference with signs in it) is NotSent as invalid.
func (c *Client) Send(ctx context.Context, o topup.Order) topup.SendAnswer {
	body, ok := sendBody(o)
	if !ok {
		return topup.SendAnswer{
			Verdict:  topup.NotSent,
			Reason:   topup.ReasonInvalid,
			Evidence: topup.Evidence{At: time.Now().UTC(), Word: errArgument.Error()},
		}
	}
	a := c.do(ctx, post(goods[o.Good].send, body))
	s := a.sent()
	if s.Verdict == topup.Unknown {
		c.log.WarnContext(ctx, "oneclick: send without a verdict",
			"order", o.ID, "http", a.status, "code", a.shownCode(), "request", s.Evidence.RequestID, "cause", a.cause)
	}
	return s
}

// sendBody is what to POST for the order.
func sendBody(o topup.Order) (body any, ok bool) {
	g, known := goods[o.Good]
	ref := text(o.ID).id()
	if !known || ref == "" || o.Face < 0 || o.Face%100 != 0 {
		return nil, false
	}
	return g.body(o, ref)
}

// Check reads the order by o.ProviderID. An answer about another order is a
// fault.
func (c *Client) Check(ctx context.Context, o topup.Order) (topup.Status, error) {
	id, at := text(o.ProviderID).id(), goods[o.Good].byID
	if id == "" || at == "" {
		return topup.Status{}, refusedHere()
	}
	a := c.do(ctx, get(at+id, nil))
	if !a.ok() {
		return topup.Status{}, a.fault()
	}
	s, err := readOrder(o.Good, a.Data, &a)
	if err != nil {
		return topup.Status{}, a.unreadable(err)
	}
	if s.ProviderID != "" && s.ProviderID != id {
		return topup.Status{}, a.unreadable(errOther)
	}
	s.ProviderID = id
	return s, nil
}

// Find reads the order by one spelling of its reference. For goods that have
// none it is a fault of kind [topup.FaultInvalid].
func (c *Client) Find(ctx context.Context, o topup.Order, ref string) (topup.Status, error) {
	at := goods[o.Good].byRef
	if at == "" || text(ref).ref() == "" {
		return topup.Status{}, refusedHere()
	}
	// PathEscape leaves '+' as it is, which in a path stands for itself.
	a := c.do(ctx, get(at+url.PathEscape(ref), nil))
	if !a.ok() {
		return topup.Status{}, a.fault()
	}
	s, err := readOrder(o.Good, a.Data, &a)
	if err != nil {
		return topup.Status{}, a.unreadable(err)
	}
	if s.ProviderID == "" {
		return topup.Status{}, a.unreadable(errForm)
	}
	return s, nil
}

const pageSize = 100 // the most the provider gives

// Recent lists one page of the orders of a good made between two times; until
// zero is until now. A page with an order on it that can't be read is a fault:
// it could be the one looked for.
func (c *Client) Recent(ctx context.Context, good topup.Good, since, until time.Time, page int) ([]topup.Status, bool, error) {
	at := goods[good].list
	if at == "" || page < 1 {
		return nil, false, refusedHere()
	}
	if until.IsZero() {
		until = time.Now().Add(time.Hour) // its clock may run ahead of ours
	}
	a := c.do(ctx, span(at, since, until, page))
	if !a.ok() {
		return nil, false, a.fault()
	}
	orders, more, err := readList(good, &a, page)
	if err != nil {
		return nil, false, a.unreadable(err)
	}
	recent := orders[:0]
	for _, s := range orders {
		if s.Created.IsZero() || !s.Created.Before(since) {
			recent = append(recent, s)
		}
	}
	return recent, more, nil
}

// wireTime writes an instant as the provider does.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// readList reads a page under any of the keys seen for it.
func readList(good topup.Good, a *answer, page int) (orders []topup.Status, more bool, err error) {
	var d struct {
		Items      []json.RawMessage `json:"items"`
		Topups     []json.RawMessage `json:"topups"`
		Pagination json.RawMessage   `json:"pagination"`
	}
	if err := into(a.Data, &d); err != nil {
		return nil, false, err
	}
	lines := d.Items
	if lines == nil {
		lines = d.Topups
	}
	if lines == nil {
		return nil, false, errForm
	}
	for _, raw := range lines {
		s, err := readOrder(good, raw, a)
		if err != nil {
			return nil, false, err
		}
		if s.ProviderID == "" {
			return nil, false, errForm
		}
		orders = append(orders, s)
	}
	return orders, another(d.Pagination, page, len(lines)), nil
}

// another reports whether a list has more pages after one of so many lines.
func another(pagination json.RawMessage, page, lines int) bool {
	var p struct {
		TotalPages number `json:"totalPages"`
	}
	_ = into(pagination, &p)
	if pages, err := strconv.Atoi(string(p.TotalPages)); err == nil {
		return page < pages
	}
	return lines >= pageSize
}

// span asks for a page of a list, from one time to another.
func span(path string, since, until time.Time, page int) call {
	return list(path, url.Values{
		"page":     {strconv.Itoa(page)},
		"pageSize": {strconv.Itoa(pageSize)},
		"from":     {wireTime(since)},
		"to":       {wireTime(until)}, // it wants both ends
	})
}

// refusedHere is the fault of a question that can't be asked; nothing was sent.
func refusedHere() *topup.Fault {
	return &topup.Fault{Kind: topup.FaultInvalid, Err: errArgument}
}
