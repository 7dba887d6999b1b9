package provider

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
)

func (s *Server) mobilePlans(c *call) {
	dynamic, fixed := []map[string]any{}, []map[string]any{}
	for _, p := range s.plans {
		m := map[string]any{"code": p.code, "name": p.name, "operator": p.operator, "isEnabled": p.enabled}
		if p.cost != "" && !s.opts.Variants.NoCost {
			m["cost"] = json.Number(p.cost)
		}
		if p.amount > 0 {
			m["amount"] = dinars(p.amount)
			fixed = append(fixed, m)
			continue
		}
		m["min_amount"], m["max_amount"] = dinars(p.min), dinars(p.max)
		dynamic = append(dynamic, m)
	}
	c.ok(map[string]any{"dynamicPlans": dynamic, "fixedPlans": fixed})
}

var msisdn = regexp.MustCompile(`^0[567][0-9]{8}$`)

// What the provider tells the customer.
const (
	wordsRefunded = "لم تتم العملية، تم إرجاع المبلغ"
	wordsNumber   = "الرقم غير صالح، تم إرجاع المبلغ"
	wordsPlan     = "هذا الرقم بنظام الفاتورة، اختر العرض المناسب"
	wordsUnclear  = "لم يصل تأكيد من المتعامل، العملية قيد التحقق"
	wordsMenu     = "هذه هي العروض المتاحة لهذا الرقم"
)

// The numbers of the documented sandbox.
const (
	numberRefunded = "0600000001"
	numberOffers   = "0600000002"
	numberUnclear  = "0600000003"
)

func (s *Server) mobileSend(c *call) {
	code, ok := c.text("plan_code")
	if !ok || code == "" {
		c.invalid("body", "plan_code", c.given("plan_code"))
		return
	}
	to, ok := c.text("MSSIDN")
	if !ok || !msisdn.MatchString(to) {
		c.invalid("body", "MSSIDN", c.given("MSSIDN"))
		return
	}
	i := slices.IndexFunc(s.plans, func(p plan) bool { return p.code == code })
	if i < 0 || !s.plans[i].enabled {
		c.invalid("body", "plan_code", code)
		return
	}
	p := s.plans[i]
	amount, given := c.whole("amount")
	amount *= 100
	// A real client reports that a fixed plan too is refused without an
	// amount, although the guide calls it ignored.
	if !given || p.amount == 0 && (amount < p.min || amount > p.max) && !(p.lookup() && amount == 0) {
		c.invalid("body", "amount", c.given("amount"))
		return
	}
	if p.amount > 0 {
		amount = p.amount
	}
	special := to == numberRefunded || to == numberOffers || to == numberUnclear
	if !special && !p.takes(to) {
		c.invalid("body", "MSSIDN", to)
		return
	}
	ref, ok := c.ref()
	if !ok || c.taken(mobile, ref) {
		return
	}
	o := &order{kind: mobile, plan: code, number: to, amount: amount, price: p.costOf(amount), sent: ref, quantity: 1, end: "FULFILLED"}
	switch {
	case p.lookup():
		o.end, o.price, o.message = s.opts.MenuTo, 0, wordsMenu
		o.offers = s.offersOf(p.operator)
	case to == numberRefunded:
		o.end, o.message = "REFUNDED", wordsNumber
	case to == numberOffers:
		o.end, o.message = "REFUNDED", wordsPlan
		o.offers = []map[string]any{offer("🧾 FACTURE | الفاتورة", "FACTURE_DJEZZY", amount)}
	case to == numberUnclear:
		o.via, o.viaFor, o.end = "UNKNOWN_ERROR", s.opts.UnknownFor, s.opts.UnknownTo
	}
	if c.accept(o) {
		c.sent(o)
	}
}

func offer(name, code string, amount int64) map[string]any {
	return map[string]any{"typename": name, "plan_code": code, "amount": dinars(amount)}
}

// offersOf are the offers that a look-up brings back: up to five, fixed plans
// before open ones at their least amount.
func (s *Server) offersOf(operator string) []map[string]any {
	var fixed, open []map[string]any
	for _, p := range s.plans {
		switch {
		case p.operator != operator || !p.enabled || p.lookup():
		case p.amount > 0:
			fixed = append(fixed, offer(p.name, p.code, p.amount))
		default:
			open = append(open, offer(p.name, p.code, p.min))
		}
	}
	all := append(fixed, open...)
	return all[:min(5, len(all))]
}

func (s *Server) viewMobile(m map[string]any, o *order, status string) {
	m["ref"], m["plan_code"], m["MSSIDN"] = o.ref, o.plan, o.number
	m["topup_amount"], m["balance_amount"], m["created_at"] = dinars(o.amount), dinars(o.charged), stamp(o.created)
	switch status {
	case "REFUNDED":
		m["refund_message"] = cmp.Or(o.message, wordsRefunded)
	case "UNKNOWN_ERROR":
		m["refund_message"] = wordsUnclear
	}
	if len(o.offers) > 0 && (status == "REFUNDED" || status == "FULFILLED" && o.end == "FULFILLED") {
		m["suggested_offers"] = o.offers
	}
	if s.opts.Variants.ArabicWords {
		m["status"] = cmp.Or(map[string]string{"FULFILLED": "SUCCESS", "REFUNDED": "FAILED"}[status], status)
	}
}
