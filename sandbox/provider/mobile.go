package provider

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"time"
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
	p, ok := c.planFor(code, to)
	if !ok {
		c.invalid("body", "plan_code", code)
		return
	}
	amount, given := c.whole("amount")
	amount *= 100
	// A real client reports that a fixed plan too is refused without an
	// amount, although the guide calls it ignored.
	if !given || p.lookup() && c.faults.has(FaultMenuRefused) || p.amount == 0 && (amount < p.min || amount > p.max) && !(p.lookup() && amount == 0) {
		c.invalid("body", "amount", c.given("amount"))
		return
	}
	if p.amount > 0 {
		amount = p.amount
	}
	special := p.own || to == numberRefunded || to == numberOffers || to == numberUnclear
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
		o.end, o.price, o.message, o.lookup = s.opts.MenuTo, 0, wordsMenu, true
		o.offers = s.offersOf(p.operator)
		if c.faults.has(FaultMenuCharged) {
			o.end, o.price = "FULFILLED", 10_00
		}
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

// planFor finds a plan of the price list, or one that was offered to a number
// alone, not long ago.
func (c *call) planFor(code, to string) (plan, bool) {
	for _, p := range c.s.plans {
		if p.code == code {
			return p, p.enabled
		}
	}
	for _, o := range c.acc.orders {
		if o.number != to || c.s.now().Sub(o.created) > ownFor {
			continue
		}
		for _, of := range o.offers {
			face, ok := of["amount"].(json.Number)
			if dinars, err := face.Int64(); ok && err == nil && of["plan_code"] == code && strings.HasPrefix(code, ownPlan) {
				return plan{code: code, cost: "0.97", enabled: true, amount: dinars * 100, own: true}, true
			}
		}
	}
	return plan{}, false
}

const (
	ownPlan = "OWN_"           // begins the codes of offers that no price list has
	ownFor  = 30 * time.Minute // that they are sold
)

// ownOffers are of plans that only the number has which was asked about.
func ownOffers(o *order) []map[string]any {
	end := o.number[len(o.number)-4:]
	return []map[string]any{
		offer("⭐ WIN MAX | وين ماكس", ownPlan+"WIN_"+end, 1200_00),
		offer("🌐 15GB 30J | 15 جيغا", ownPlan+"DATA_"+end, 700_00),
	}
}

// oddOffers are offers that nobody can buy.
func oddOffers() []map[string]any {
	return []map[string]any{
		{"typename": "BONUS", "plan_code": "BONUS", "amount": json.Number("0")},
		{"typename": "NO PLAN", "amount": json.Number("300")},
		{"typename": "NO AMOUNT", "plan_code": "FREE"},
		{"typename": "HALF", "plan_code": "HALF", "amount": json.Number("99.5")},
		offer("GET MENU", "GETMENU_Djezzy", 100_00),
		offer("GROS", "GROS_MOBILIS", 5000_00),
		offer("PREPAID", "PREPAID_DJEZZY", 500_00),
		offer("PREPAID AGAIN", "PREPAID_DJEZZY", 500_00),
		offer("TOO MUCH", "PREPAID_DJEZZY", 90_000_00),
		offer("OFF", "HAYLA_OOREDOO", 500_00),
		{"typename": nil, "plan_code": nil, "amount": nil},
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
	told := status == "REFUNDED" || status == "FULFILLED" && o.end == "FULFILLED" || o.lookup && status == "UNKNOWN_ERROR" || o.offersEarly
	if len(o.offers) > 0 && told && !o.offersListed {
		m["suggested_offers"] = o.offers
	}
	if s.opts.Variants.ArabicWords {
		m["status"] = cmp.Or(map[string]string{"FULFILLED": "SUCCESS", "REFUNDED": "FAILED"}[status], status)
	}
}
