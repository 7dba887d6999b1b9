package provider

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
)

func (s *Server) internetProducts(c *call) {
	kind := c.query("type")
	list, ok := s.products[kind]
	if !ok {
		c.invalid("querystring", "type", kind)
		return
	}
	items := []map[string]any{}
	for _, p := range list {
		items = append(items, map[string]any{"value": dinars(p.value), "cost": dinars(p.cost), "available": p.available})
	}
	v := s.opts.Variants
	switch {
	case v.ProductsArray:
		c.ok(items)
	case v.TypeInMeta:
		c.ok(map[string]any{"products": items})
		c.answer["meta"].(map[string]any)["type"] = kind
	default:
		c.ok(map[string]any{"products": items, "type": kind})
	}
}

var (
	adslNumber = regexp.MustCompile(`^0[0-9]{8}$`)
	lteNumber  = regexp.MustCompile(`^213[0-9]{9}$`)
)

// The lines that behave oddly, for want of documented ones: well formed but
// no line of anybody, refunded, queued, and checked as one of the other type.
var (
	lineNone     = []string{"036000001", "213470000001"}
	lineRefunded = []string{"036000002", "213470000002"}
	lineQueued   = []string{"036000003", "213470000003"}
	lineOther    = []string{"036000004", "213470000004"}
)

// line checks a line's number; false once it refused.
func (c *call) line(kind, n string) bool {
	formed := (kind == "ADSL" && adslNumber.MatchString(n)) || (kind == "4G" && lteNumber.MatchString(n))
	if !formed || slices.Contains(lineNone, n) {
		c.fail(http.StatusBadRequest, "ERR_PHONE", "Invalid phone number", map[string]any{"number": n, "type": kind, "reason": "not a line of this service"})
		return false
	}
	return true
}

func (s *Server) checkNumber(c *call) {
	kind := c.query("type")
	if _, ok := s.products[kind]; !ok {
		c.invalid("querystring", "type", kind)
		return
	}
	if !c.line(kind, c.query("number")) {
		return
	}
	if (kind == "ADSL") != slices.Contains(lineOther, c.query("number")) {
		c.ok(map[string]any{"ncli": "11022*****", "offre": "FTTc-b_10M'", "type": "ADSL"})
		return
	}
	c.ok(map[string]any{"ncli": "11034*****", "type": "4GLTE"})
}

func (s *Server) internetSend(c *call) {
	kind, _ := c.text("type")
	list, ok := s.products[kind]
	if !ok {
		c.invalid("body", "type", c.given("type"))
		return
	}
	n, ok := c.text("number")
	if !ok {
		c.invalid("body", "number", c.given("number"))
		return
	}
	value, given := c.whole("value")
	i := slices.IndexFunc(list, func(p internetProduct) bool { return p.value == value*100 })
	switch {
	case !given:
		c.invalid("body", "value", c.given("value"))
		return
	case !c.line(kind, n):
		return
	case i < 0:
		c.invalid("body", "value", c.given("value"))
		return
	case !list[i].available:
		c.fail(http.StatusBadRequest, "ERR_STOCK", "Out of stock", nil)
		return
	}
	ref, ok := c.ref()
	if !ok || c.taken(internet, ref) {
		return
	}
	o := &order{kind: internet, product: kind, number: n, amount: value * 100, price: list[i].cost, sent: ref, quantity: 1, end: "FULFILLED"}
	switch {
	case slices.Contains(lineRefunded, n):
		o.end = "REFUNDED"
	case slices.Contains(lineQueued, n):
		o.via, o.viaFor, o.end = "QUEUED", s.opts.QueuedFor, s.opts.QueuedTo
	}
	if c.accept(o) {
		s.card++
		o.cards = []Card{{Value: fmt.Sprintf("77%010d", s.card*7919)}}
		o.transaction = fmt.Sprintf("AT-%d-%05d", s.now().Year(), s.card)
		c.sent(o)
	}
}
