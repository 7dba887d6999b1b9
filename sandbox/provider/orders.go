package provider

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

type kind string

const (
	mobile   kind = "mobile"
	internet kind = "internet"
	giftcard kind = "giftcard"
)

// order is one order of an account.
type order struct {
	kind                  kind
	id, ref, sent         string // ref as told, sent as it came
	plan, number, product string // product: internet type or gift-card product
	typeID                string
	amount, charged       int64 // centimes
	quantity, done        int
	each                  int64
	created               time.Time
	end                   string        // the final status it will have
	via                   string        // UNKNOWN_ERROR or QUEUED on the way
	viaFor                time.Duration // how long
	uncoded               int           // reads that show FULFILLED without its code
	hidden                int           // reads that do not find it yet
	message               string
	offers                []map[string]any
	cards                 []Card
	transaction           string
	settled               bool // statement lines of its end are written
	forced                string
}

// Card is a code and its serial as the provider delivers them.
type Card struct{ Value, Serial string }

// status is where the order stands at a moment of provider time.
func (s *Server) statusAt(o *order, now time.Time) string {
	if o.forced != "" {
		return o.forced
	}
	age := now.Sub(o.created)
	var first time.Duration
	switch o.kind {
	case mobile:
		first = s.opts.PendingFor + s.opts.HandlingFor
		if age < s.opts.PendingFor {
			return "PENDING"
		}
	case internet:
		first = s.opts.CardAfter
	default:
		first = s.opts.GiftAfter
	}
	switch {
	case age < first:
		return "HANDLING"
	case o.via != "" && age < first+o.viaFor:
		return o.via
	}
	return o.end
}

// settle writes the statement line of a refund once it is due.
func (s *Server) settle(a *account, o *order) string {
	status := s.statusAt(o, s.now())
	if o.settled {
		return status
	}
	switch status {
	case "REFUNDED":
		o.settled = true
		s.giveBack(a, o, o.charged)
		o.charged = 0
	case "PARTIALLY_FILLED":
		o.settled = true
		back := o.each * int64(o.quantity-o.done)
		s.giveBack(a, o, back)
		o.charged -= back
	case "FULFILLED":
		o.settled = true
	}
	return status
}

func (s *Server) settleAll(a *account) {
	for _, o := range a.orders {
		s.settle(a, o)
	}
}

func (s *Server) giveBack(a *account, o *order, amount int64) {
	if !a.sandbox && amount > 0 {
		s.book(a, map[kind]string{mobile: "REFUND-FLEXY", internet: "REFUND-ADSL", giftcard: "REFUND-ORDER"}[o.kind], amount, o.id)
	}
}

// accept takes an order: the balance is charged (never a sandbox's) and the
// order is on the books.
func (c *call) accept(o *order) bool {
	s := c.s
	if !c.acc.sandbox && c.acc.balance < o.charged {
		c.fail(http.StatusForbidden, "INSUFFICIENT_BALANCE", "Insufficient balance",
			map[string]any{"required": dinars(o.charged), "available": dinars(c.acc.balance)})
		return false
	}
	o.id, o.created = s.id(), s.now()
	if o.kind != giftcard {
		if o.sent == "" {
			o.sent = "auto-" + o.id
		}
		o.ref = "API-" + c.acc.user + "-" + o.sent
		if s.opts.Variants.PlainRef {
			o.ref = o.sent
		}
	}
	if !c.acc.sandbox {
		s.book(c.acc, map[kind]string{mobile: "FLEXY", internet: "ADSL", giftcard: "ORDER"}[o.kind], -o.charged, o.id)
	}
	c.acc.orders = append(c.acc.orders, o)
	c.created = o
	return true
}

// taken refuses a reference that has an order already.
func (c *call) taken(k kind, ref string) bool {
	for _, o := range c.acc.orders {
		if o.kind != k || ref == "" || o.sent != ref {
			continue
		}
		code := "DUPLICATED_REF"
		if c.s.opts.Variants.DuplicateDash {
			code = "DUPLICATED-REF"
		}
		var details map[string]any
		if !c.s.opts.Variants.DuplicateSilent {
			details = map[string]any{"existingTopupId": o.id}
		}
		c.fail(http.StatusForbidden, code, "This reference was used before", details)
		return true
	}
	return false
}

func (s *Server) mobilePlans(c *call) {
	dynamic, fixed := []map[string]any{}, []map[string]any{}
	for _, p := range s.plans {
		m := map[string]any{"code": p.code, "name": p.name, "operator": p.operator, "isEnabled": p.enabled}
		if p.cost != "" && !s.opts.Variants.NoCost {
			m["cost"] = number(p.cost)
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

func (s *Server) mobileSend(c *call) {
	code, ok := c.text("plan_code")
	if !ok || code == "" {
		c.invalid("plan_code", code)
		return
	}
	to, ok := c.text("MSSIDN")
	if !ok || !msisdn.MatchString(to) {
		c.invalid("MSSIDN", to)
		return
	}
	i := slices.IndexFunc(s.plans, func(p plan) bool { return p.code == code })
	if i < 0 || !s.plans[i].enabled {
		c.invalid("plan_code", code)
		return
	}
	p := s.plans[i]
	amount, given := c.whole("amount")
	amount *= 100
	switch {
	case p.lookup() && (!given || amount != 0):
		c.invalid("amount", "")
		return
	case p.amount > 0:
		if !given {
			c.invalid("amount", "") // as a real client reports, although the guide calls it ignored
			return
		}
		amount = p.amount
	case !p.lookup() && (!given || amount < p.min || amount > p.max):
		c.invalid("amount", "")
		return
	}
	special := strings.HasPrefix(to, "060000000")
	if !special && !p.takes(to) {
		c.invalid("MSSIDN", to)
		return
	}
	ref, _ := c.text("ref")
	if len(ref) > 100 {
		c.invalid("ref", "")
		return
	}
	if c.taken(mobile, ref) {
		return
	}
	o := &order{kind: mobile, plan: code, number: to, amount: amount, charged: p.costOf(amount), sent: ref, quantity: 1, end: "FULFILLED"}
	switch {
	case p.lookup():
		o.end, o.charged = "REFUNDED", 0
		o.message = "هذه هي العروض المتاحة لهذا الرقم"
		o.offers = s.offersOf(p.operator)
	case to == "0600000001":
		o.end, o.message = "REFUNDED", "الرقم غير صالح، تم إرجاع المبلغ"
	case to == "0600000002":
		o.end, o.message = "REFUNDED", "هذا الرقم بنظام الفاتورة، اختر العرض المناسب"
		o.offers = []map[string]any{{"typename": "🧾 FACTURE | الفاتورة", "plan_code": "FACTURE_DJEZZY", "amount": dinars(amount)}}
	case to == "0600000003":
		o.via, o.viaFor, o.end = "UNKNOWN_ERROR", s.opts.UnknownFor, s.opts.UnknownTo
		o.message = "لم يصل تأكيد من المتعامل، العملية قيد التحقق"
	}
	if c.accept(o) {
		c.ok(map[string]any{"topupId": o.id, "topupRef": o.ref})
	}
}

// offersOf are the offers that a look-up brings back.
func (s *Server) offersOf(operator string) []map[string]any {
	var out []map[string]any
	for _, p := range s.plans {
		if p.operator == operator && p.amount > 0 && p.enabled && len(out) < 4 {
			out = append(out, map[string]any{"typename": p.name, "plan_code": p.code, "amount": dinars(p.amount)})
		}
	}
	return out
}

func (s *Server) checkID(k kind) func(*call) {
	return func(c *call) {
		id := c.r.PathValue("id")
		for _, o := range c.acc.orders {
			if o.kind == k && o.id == id && !hides(o) {
				c.ok(s.view(c.acc, o, true))
				return
			}
		}
		c.notFound("Order " + id)
	}
}

// hides tells whether a read comes too early to find the order.
func hides(o *order) bool {
	if o.hidden > 0 {
		o.hidden--
		return true
	}
	return false
}

func (s *Server) checkRef(k kind) func(*call) {
	return func(c *call) {
		ref := c.r.PathValue("ref")
		takes := s.opts.Variants.CheckRef
		for _, o := range c.acc.orders {
			own := ref == o.sent && takes != "prefixed"
			prefixed := ref == "API-"+c.acc.user+"-"+o.sent && takes != "own"
			if o.kind == k && (own || prefixed) && !hides(o) {
				c.ok(s.view(c.acc, o, true))
				return
			}
		}
		c.notFound("Top-up with reference")
	}
}

func (s *Server) list(k kind) func(*call) {
	return func(c *call) {
		var items []map[string]any
		for i := len(c.acc.orders) - 1; i >= 0; i-- {
			o := c.acc.orders[i]
			in, ok := c.within(o.created)
			if !ok {
				c.invalid("from", c.r.URL.Query().Get("from"))
				return
			}
			if o.kind == k && in {
				items = append(items, s.view(c.acc, o, false))
			}
		}
		name := "items"
		if k == internet && s.opts.Variants.ListTopups {
			name = "topups"
		}
		c.page(name, items)
	}
}

// view writes an order as the provider shows it now.
func (s *Server) view(a *account, o *order, read bool) map[string]any {
	status := s.settle(a, o)
	m := map[string]any{"_id": o.id, "status": status}
	final := status == "FULFILLED" || status == "PARTIALLY_FILLED"
	switch o.kind {
	case mobile:
		m["ref"], m["plan_code"], m["MSSIDN"] = o.ref, o.plan, o.number
		m["topup_amount"], m["balance_amount"], m["created_at"] = dinars(o.amount), dinars(o.charged), stamp(o.created)
		if s.opts.Variants.ArabicWords {
			m["status"] = map[string]string{"FULFILLED": "SUCCESS", "REFUNDED": "FAILED"}[status]
			if m["status"] == "" {
				m["status"] = status
			}
		}
		if o.message != "" && (status == "REFUNDED" || status == "UNKNOWN_ERROR") {
			m["refund_message"] = o.message
		}
		if len(o.offers) > 0 && status == "REFUNDED" {
			m["suggested_offers"] = o.offers
		}
	case internet:
		m["ref"], m["type"], m["number"] = o.ref, o.product, o.number
		m["topup_amount"], m["created_at"] = dinars(o.amount), stamp(o.created)
		if final && !(read && uncoded(o)) {
			m["card_code"], m["num_trans"], m["date_traitement"] = o.cards[0].Value, o.transaction, stamp(o.created.Add(s.opts.CardAfter))
		}
	default:
		m["quantity"], m["product"], m["type"], m["time"] = count(o.quantity), o.product, o.typeID, stamp(o.created)
		if final || status == "REFUNDED" {
			done, cards := 0, []map[string]any{}
			if final {
				done = o.done
				if !(read && uncoded(o)) {
					for _, card := range o.cards {
						cards = append(cards, map[string]any{"value": card.Value, "serial": card.Serial})
					}
				}
			}
			m["fulfilled_quantity"], m["fulfilled_amount"], m["price_per_card"] = count(done), dinars(o.each*int64(done)), dinars(o.each)
			if final {
				m["cards"] = cards
			}
		}
	}
	return m
}

func uncoded(o *order) bool {
	if o.uncoded > 0 {
		o.uncoded--
		return true
	}
	return false
}

// Resolve forces an order to a status, by its ID.
func (s *Server) Resolve(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		for _, o := range a.orders {
			if o.id == id {
				o.forced = status
			}
		}
	}
	s.touch()
}

func (s *Server) internetProducts(c *call) {
	kind := c.r.URL.Query().Get("type")
	list, ok := s.products[kind]
	if !ok {
		c.invalid("type", kind)
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

// line checks a line's number; ours (S): 036000001 and 213470000001 are well
// formed but wrong.
func (c *call) line(kind, n string) bool {
	formed := (kind == "ADSL" && adslNumber.MatchString(n)) || (kind == "4G" && lteNumber.MatchString(n))
	if !formed || n == "036000001" || n == "213470000001" {
		c.fail(http.StatusBadRequest, "ERR_PHONE", "Invalid phone number", map[string]any{"number": n, "type": kind, "reason": "not a line of this service"})
		return false
	}
	return true
}

func (s *Server) checkNumber(c *call) {
	q := c.r.URL.Query()
	kind := q.Get("type")
	if _, ok := s.products[kind]; !ok {
		c.invalid("type", kind)
		return
	}
	if !c.line(kind, q.Get("number")) {
		return
	}
	if kind == "ADSL" {
		c.ok(map[string]any{"ncli": "11022*****", "offre": "FTTc-b_10M'", "type": "ADSL"})
		return
	}
	c.ok(map[string]any{"ncli": "11034*****", "type": "4GLTE"})
}

func (s *Server) internetSend(c *call) {
	kind, _ := c.text("type")
	n, _ := c.text("number")
	value, given := c.whole("value")
	list, ok := s.products[kind]
	switch {
	case !ok:
		c.invalid("type", kind)
		return
	case !given:
		c.invalid("value", "")
		return
	case !c.line(kind, n):
		return
	}
	i := slices.IndexFunc(list, func(p internetProduct) bool { return p.value == value*100 })
	if i < 0 {
		c.invalid("value", fmt.Sprint(value))
		return
	}
	if !list[i].available {
		c.fail(http.StatusBadRequest, "ERR_STOCK", "Out of stock", nil)
		return
	}
	ref, _ := c.text("ref")
	if c.taken(internet, ref) {
		return
	}
	o := &order{kind: internet, product: kind, number: n, amount: value * 100, charged: list[i].cost, sent: ref, quantity: 1, end: "FULFILLED"}
	switch {
	case strings.HasSuffix(n, "000002"):
		o.end = "REFUNDED"
	case strings.HasSuffix(n, "000003"):
		o.via, o.viaFor = "QUEUED", s.opts.QueuedFor
	}
	if c.accept(o) {
		o.cards = []Card{{Value: fmt.Sprintf("77%010d", s.serial*7919)}}
		o.transaction = fmt.Sprintf("AT-%d-%05d", s.now().Year(), s.serial)
		c.ok(map[string]any{"topupId": o.id, "topupRef": o.ref})
	}
}

func (s *Server) catalog(c *call) {
	label := "title"
	if s.opts.Variants.CategoryName {
		label = "name"
	}
	categories, total := []map[string]any{}, 0
	for _, sh := range s.shelves {
		products := []map[string]any{}
		for _, p := range sh.products {
			total++
			m := map[string]any{"id": p.id, "title": p.title, "enabled": p.enabled}
			if p.region != "" {
				m["region"] = p.region
			}
			products = append(products, m)
		}
		categories = append(categories, map[string]any{label: sh.title, "products": products})
	}
	c.ok(map[string]any{"categories": categories})
	if s.opts.Variants.CategoryName {
		c.answer["meta"].(map[string]any)["totalProducts"] = count(total)
		return
	}
	c.answer["totalCategories"], c.answer["totalProducts"] = count(len(s.shelves)), count(total)
}

func (s *Server) product(id string) (giftProduct, bool) {
	for _, sh := range s.shelves {
		for _, p := range sh.products {
			if p.id == id {
				return p, true
			}
		}
	}
	return giftProduct{}, false
}

func (s *Server) checkProduct(c *call) {
	id := c.r.PathValue("id")
	p, ok := s.product(id)
	if !ok || !p.enabled {
		c.notFound("Product")
		return
	}
	types := []map[string]any{}
	for _, t := range s.types[id] {
		types = append(types, map[string]any{"id": t.id, "name": t.name, "price": dinars(t.price), "quantity": count(t.stock)})
	}
	c.ok(map[string]any{"productId": id, "productTitle": p.title, "types": types})
}

func (s *Server) placeOrder(c *call) {
	product, ok1 := c.text("productId")
	typeID, ok2 := c.text("typeId")
	quantity, ok3 := c.whole("quantity")
	if !ok1 || !ok2 || !ok3 || product == "" || typeID == "" || quantity < 1 || quantity > math.MaxInt32 {
		c.invalid("quantity", "")
		return
	}
	list := s.types[product]
	i := slices.IndexFunc(list, func(t giftType) bool { return t.id == typeID })
	o := &order{kind: giftcard, product: product, typeID: typeID, quantity: int(quantity), done: int(quantity), end: "FULFILLED"}
	switch {
	case i < 0 && !c.acc.sandbox:
		c.notFound("Product type")
		return
	case i >= 0 && int(quantity) > list[i].stock:
		c.fail(http.StatusBadRequest, "ERR_STOCK", "Out of stock", nil)
		return
	case i >= 0:
		o.each = list[i].price
	}
	o.charged = o.each * quantity
	switch typeID {
	case "TEST_REFUND":
		o.end, o.done = "REFUNDED", 0
	case "TEST_PARTIAL":
		o.done = max(1, int(quantity)/2)
		if o.done < o.quantity {
			o.end = "PARTIALLY_FILLED"
		}
	}
	if !c.accept(o) {
		return
	}
	if i >= 0 {
		list[i].stock -= o.done
	}
	if c.acc.sandbox {
		o.each, o.charged = 0, 0
	}
	for n := range o.done {
		if c.acc.sandbox {
			o.cards = append(o.cards, Card{fmt.Sprintf("SANDBOX-CARD-%d", n+1), fmt.Sprintf("SANDBOX-%d", n+1)})
			continue
		}
		s.serial++
		o.cards = append(o.cards, Card{fmt.Sprintf("HNT%d-%04d-%04d", n+1, s.serial, (s.serial*7919)%10000), fmt.Sprintf("90%07d", s.serial)})
	}
	c.ok(map[string]any{"orderId": o.id})
}
