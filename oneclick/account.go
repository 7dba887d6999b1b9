package oneclick

import (
	"context"
	"strings"

	"hanout/topup"
)

// Weather asks GET /ping, without the key.
func (c *Client) Weather(ctx context.Context) (topup.Weather, error) {
	q := get("/ping", nil)
	q.anonymous = true
	a := c.do(ctx, q)
	if !a.ok() {
		return topup.Weather{}, a.fault()
	}
	down, err := readDown(a.Data)
	if err != nil {
		return topup.Weather{}, a.unreadable(err)
	}
	return topup.Weather{At: a.at, Down: down}, nil
}

// pinged are the operators by their keys in the answer of GET /ping.
var pinged = map[string]topup.Operator{
	"mobilis":           topup.Mobilis,
	"ooredoo":           topup.Ooredoo,
	"djezzy":            topup.Djezzy,
	"mobilisFixedPlans": topup.Pixx,
}

// readDown gives the operators that are said to be down: all of them when the
// provider says so of itself.
func readDown(data []byte) (map[topup.Operator]bool, error) {
	var d struct {
		API       text            `json:"api"`
		Operators map[string]text `json:"operators"`
	}
	if err := into(data, &d); err != nil {
		return nil, err
	}
	if d.API == "" && d.Operators == nil {
		return nil, errForm
	}
	down := map[topup.Operator]bool{}
	for key, op := range pinged {
		if d.API.upper() == "ERROR" || d.Operators[key].upper() == "DOWN" {
			down[op] = true
		}
	}
	return down, nil
}

// Account asks GET /validate.
func (c *Client) Account(ctx context.Context) (topup.Account, error) {
	a := c.do(ctx, get("/validate", nil))
	if !a.ok() {
		return topup.Account{}, a.fault()
	}
	account, err := readAccount(a.Data)
	if err != nil {
		return topup.Account{}, a.unreadable(err)
	}
	account.At = a.at
	return account, nil
}

// readAccount takes a key for switched on and writing unless it is said to be
// otherwise, and for a production key unless it is said to be SANDBOX.
func readAccount(data []byte) (topup.Account, error) {
	var d struct {
		Username text `json:"username"`
		APIKey   *struct {
			Type    text `json:"type"`
			Scope   text `json:"scope"`
			Enabled flag `json:"isEnabled"`
		} `json:"apiKey"`
	}
	if err := into(data, &d); err != nil {
		return topup.Account{}, err
	}
	if d.APIKey == nil {
		return topup.Account{}, errForm
	}
	return topup.Account{
		Username: d.Username.trimmed(),
		Enabled:  d.APIKey.Enabled.value || !d.APIKey.Enabled.set,
		Test:     d.APIKey.Type.upper() == "SANDBOX",
		ReadOnly: strings.ReplaceAll(d.APIKey.Scope.upper(), "_", "-") == "READ-ONLY",
	}, nil
}

// Float asks GET /account/balance.
func (c *Client) Float(ctx context.Context) (topup.Money, error) {
	a := c.do(ctx, get("/account/balance", nil))
	if !a.ok() {
		return 0, a.fault()
	}
	m, err := readFloat(a.Data)
	if err != nil {
		return 0, a.unreadable(err)
	}
	return m, nil
}

func readFloat(data []byte) (topup.Money, error) {
	var d struct {
		Balance balance `json:"balance"`
	}
	if err := into(data, &d); err != nil {
		return 0, err
	}
	if !d.Balance.read {
		return 0, errForm
	}
	return d.Balance.Money, nil
}

// balance is what the account holds, below zero too: the owner may be in debt.
type balance struct {
	topup.Money
	read bool
}

// UnmarshalJSON never fails.
func (b *balance) UnmarshalJSON(raw []byte) error {
	var n number
	_ = n.UnmarshalJSON(raw)
	digits, owed := strings.CutPrefix(string(n), "-")
	b.Money, b.read = number(digits).money()
	if owed {
		b.Money = -b.Money
	}
	return nil
}
