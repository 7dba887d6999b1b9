package oneclick

import (
	"context"
	"encoding/json"
	"time"

	"hanout/topup"
)

// sold are the kinds of the statement's lines that belong to an order; all
// others (deposits, withdrawals, …) are moves of the owner's own.
var sold = map[string]topup.Good{
	"FLEXY": topup.MobileTopUp, "REFUND-FLEXY": topup.MobileTopUp,
	"ADSL": topup.InternetCard, "REFUND-ADSL": topup.InternetCard,
	"ORDER": topup.GiftCard, "REFUND-ORDER": topup.GiftCard,
}

// Statement asks GET /account/transactions for a page. A page with a line on it
// that can't be read is a fault: the line could be any order's.
func (c *Client) Statement(ctx context.Context, since time.Time, page int) ([]topup.StatementLine, bool, error) {
	if page < 1 {
		return nil, false, refusedHere()
	}
	a := c.do(ctx, span("/account/transactions", since, time.Now().Add(time.Hour), page))
	if !a.ok() {
		return nil, false, a.fault()
	}
	lines, more, err := readStatement(a.Data, page)
	if err != nil {
		return nil, false, a.unreadable(err)
	}
	return lines, more, nil
}

func readStatement(data []byte, page int) (lines []topup.StatementLine, more bool, err error) {
	var d struct {
		Items      []json.RawMessage `json:"items"`
		Pagination json.RawMessage   `json:"pagination"`
	}
	if err := into(data, &d); err != nil {
		return nil, false, err
	}
	if d.Items == nil {
		return nil, false, errForm
	}
	for _, raw := range d.Items {
		l, err := readStatementLine(raw)
		if err != nil {
			return nil, false, err
		}
		lines = append(lines, l)
	}
	return lines, another(d.Pagination, page, len(d.Items)), nil
}

// readStatementLine reads a line. Which way the money went is not said by a
// word that is documented, so it is what the balance became less what it was;
// that must be the amount.
func readStatementLine(raw []byte) (topup.StatementLine, error) {
	var d struct {
		ID     text    `json:"_id"`
		Type   text    `json:"type"`
		Amount number  `json:"amount"`
		Old    balance `json:"oldBalance"`
		New    balance `json:"newBalance"`
		Object text    `json:"objid"`
		Time   text    `json:"time"`
	}
	if err := into(raw, &d); err != nil {
		return topup.StatementLine{}, err
	}
	amount, ok := d.Amount.money()
	l := topup.StatementLine{ID: d.ID.id(), Kind: d.Type.short(), Good: sold[d.Type.upper()], Provider: d.Object.id(), At: d.Time.time(), Amount: d.New.Money - d.Old.Money}
	if !ok || l.ID == "" || l.At.IsZero() || !d.Old.read || !d.New.read || (l.Amount != amount && l.Amount != -amount) {
		return topup.StatementLine{}, errForm
	}
	return l, nil
}
