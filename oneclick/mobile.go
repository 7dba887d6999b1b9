package oneclick

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"hanout/topup"
)

// Plans asks GET /mobile/plans. Lines that can't be read are left out; a list
// without a readable one is a fault.
func (c *Client) Plans(ctx context.Context) ([]topup.Plan, error) {
	a := c.do(ctx, list("/mobile/plans", nil))
	if !a.ok() {
		return nil, a.fault()
	}
	plans, skipped, err := readPlans(a.Data)
	if err != nil {
		return nil, a.unreadable(err)
	}
	c.skipped(ctx, "plans", skipped)
	return plans, nil
}

// skipped tells the log how many lines of a list were left out.
func (c *Client) skipped(ctx context.Context, what string, n int) {
	if n > 0 {
		c.log.DebugContext(ctx, "oneclick: unreadable lines left out", "list", what, "count", n)
	}
}

func readPlans(data []byte) (plans []topup.Plan, skipped int, err error) {
	var d struct {
		Dynamic []json.RawMessage `json:"dynamicPlans"`
		Fixed   []json.RawMessage `json:"fixedPlans"`
	}
	if err := into(data, &d); err != nil {
		return nil, 0, err
	}
	take := func(lines []json.RawMessage, kind topup.PlanKind) {
		for _, raw := range lines {
			if p, ok := readPlan(raw, kind); ok {
				plans = append(plans, p)
			} else {
				skipped++
			}
		}
	}
	take(d.Dynamic, topup.Dynamic)
	take(d.Fixed, topup.Fixed)
	if len(plans) == 0 {
		return nil, skipped, errForm
	}
	return plans, skipped, nil
}

// readPlan reads one line of the list that holds plans of the kind. Codes are
// kept to the letter: their case matters.
func readPlan(raw []byte, kind topup.PlanKind) (topup.Plan, bool) {
	var d struct {
		Code     text   `json:"code"`
		Name     text   `json:"name"`
		Operator text   `json:"operator"`
		Cost     number `json:"cost"`
		Enabled  flag   `json:"isEnabled"`
		Min      number `json:"min_amount"`
		Max      number `json:"max_amount"`
		Amount   number `json:"amount"`
	}
	if into(raw, &d) != nil || len(d.Code) > 100 || !isToken(string(d.Code)) || d.Operator.trimmed() == "" {
		return topup.Plan{}, false
	}
	p := topup.Plan{
		Code:     string(d.Code),
		Name:     cmp.Or(d.Name.trimmed(), string(d.Code)),
		Operator: topup.Operator(d.Operator.trimmed()),
		Kind:     kind,
		Enabled:  d.Enabled.value,
	}
	// Nothing is free: a cost of 0 is as unknown as a missing one.
	if rate, err := topup.ParseRate(string(d.Cost)); err == nil && rate > 0 {
		p.Cost, p.CostKnown = rate, true
	}
	if strings.HasPrefix(strings.ToUpper(p.Code), "GETMENU_") {
		p.Kind = topup.Lookup
		return p, true
	}
	ok := true
	if kind == topup.Fixed {
		p.Amount, ok = d.Amount.whole()
		return p, ok
	}
	var okMin, okMax bool
	p.Min, okMin = d.Min.money()
	p.Max, okMax = d.Max.money()
	return p, okMin && okMax && p.Max > 0 && p.Min <= p.Max
}

// mobileSend is the body of POST /mobile/send. The amount goes along for
// fixed plans too: the documentation ignores it there, the service has
// refused to do without.
type mobileSend struct {
	PlanCode string `json:"plan_code"`
	MSISDN   string `json:"MSSIDN"` // so spelt on the wire
	Amount   int64  `json:"amount"` // dinars; 0 asks a look-up plan for offers
	Ref      string `json:"ref"`
}
