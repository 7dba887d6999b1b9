package oneclick

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"hanout/topup"
)

// mobile is how top-ups are traded.
var mobile = good{
	send: "/mobile/send", byID: "/mobile/check-id/", byRef: "/mobile/check-ref/", list: "/mobile/list",
	body: func(o topup.Order, ref string) (any, bool) {
		return mobileSend{PlanCode: o.Plan, MSISDN: o.To, Amount: o.Face.WholeDinars(), Ref: ref}, true
	},
	read: readTopUp,
}

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
	p.Family = family(p.Code, p.Operator)
	// Nothing is free: a cost of 0 is as unknown as a missing one.
	if rate, err := topup.ParseRate(string(d.Cost)); err == nil && rate > 0 {
		p.Cost, p.CostKnown = rate, true
	}
	if isLookup(p.Code) {
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

// isLookup tells the codes of look-up plans: the provider marks them in no
// other way.
func isLookup(code string) bool { return strings.HasPrefix(strings.ToUpper(code), "GETMENU_") }

// family tells the family of a plan by the first word of its code: the
// provider marks it in no other way.
func family(code string, op topup.Operator) topup.PlanFamily {
	head, _, _ := strings.Cut(strings.ToUpper(code), "_")
	switch {
	case op == topup.GMobilis || head == "GROS":
		return topup.FamilyWholesale
	case head == "PREPAID":
		return topup.FamilyPrepaid
	case head == "FACTURE" || head == "POSTPAID":
		return topup.FamilyPostpaid
	case strings.HasPrefix(head, "INTER"):
		return topup.FamilyInternational
	}
	return topup.FamilyOther
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

// readTopUp reads what only a top-up says.
func readTopUp(raw []byte, s *topup.Status) error {
	var w struct {
		Plan    text   `json:"plan_code"`
		MSISDN  text   `json:"MSSIDN"`
		Charged number `json:"balance_amount"`
	}
	if err := into(raw, &w); err != nil {
		return err
	}
	s.Plan, s.To = string(w.Plan), mobileNumber(w.MSISDN)
	s.Inquiry = isLookup(s.Plan)
	s.Charged, s.ChargedKnown = w.Charged.money()
	return nil
}

// mobileNumber gives the national form where the wire has a mobile number in
// another, so that it compares equal to the order's.
func mobileNumber(t text) string {
	if n, err := topup.ParseMSISDN(string(t)); err == nil {
		return string(n)
	}
	return t.trimmed()
}
