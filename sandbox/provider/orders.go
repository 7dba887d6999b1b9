package provider

import (
	"net/http"
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
	amount                int64 // face value, centimes
	price, each           int64 // what all of it and one card of it cost, centimes
	charged               int64 // what is charged as things stand, centimes
	quantity              int
	created               time.Time
	end                   string        // the final status it will have
	via                   string        // UNKNOWN_ERROR or QUEUED on the way
	viaFor                time.Duration // how long
	uncoded               int           // reads that show FULFILLED without its code
	halfFor               time.Duration // how long FULFILLED shows half of the codes
	takenBack             bool          // it ends as REFUNDED after half of its cards were shown
	hidden                int           // reads that do not find it yet
	message               string        // to the customer, why it was refunded
	offers                []map[string]any
	lookup                bool   // it sells nothing
	offersEarly           bool   // they are told before its end
	offersListed          bool   // they are told by the list alone
	cards                 []Card // one for each that was ordered
	transaction           string
	settled               bool // what its end gave back is booked
	forced                string
	forcedAt              time.Time
}

// Card is a code and its serial as the provider delivers them.
type Card struct{ Value, Serial string }

// statusAt is where the order stands at a moment of provider time, and since
// when.
func (s *Server) statusAt(o *order, now time.Time) (string, time.Time) {
	if o.forced != "" {
		return o.forced, o.forcedAt
	}
	pending, first := time.Duration(0), s.opts.GiftAfter
	switch o.kind {
	case mobile:
		pending, first = s.opts.PendingFor, s.opts.PendingFor+s.opts.HandlingFor
	case internet:
		first = s.opts.CardAfter
	}
	switch age := now.Sub(o.created); {
	case age < pending:
		return "PENDING", o.created
	case age < first:
		return "HANDLING", o.created.Add(pending)
	case age < first+o.viaFor:
		return o.via, o.created.Add(first)
	}
	return o.end, o.created.Add(first + o.viaFor)
}

// ended tells the statuses that the provider calls final.
func ended(status string) bool {
	return status == "FULFILLED" || status == "PARTIALLY_FILLED" || status == "REFUNDED"
}

// half is how many cards a partial delivery holds: rounded down, but one at
// least.
func half(quantity int) int { return max(1, quantity/2) }

// delivered are the cards that the customer has with a status.
func (o *order) delivered(status string) []Card {
	switch status {
	case "FULFILLED":
		if o.takenBack {
			return o.cards[:half(o.quantity)]
		}
		return o.cards
	case "PARTIALLY_FILLED":
		return o.cards[:min(half(o.quantity), len(o.cards))]
	}
	return nil
}

// costs is what is charged for the order with a status.
func (o *order) costs(status string) int64 {
	switch status {
	case "REFUNDED":
		return 0
	case "PARTIALLY_FILLED":
		return o.each * int64(half(o.quantity))
	}
	return o.price
}

// accept takes an order: the balance is charged (never a sandbox's) and the
// order is on the books.
func (c *call) accept(o *order) bool {
	s := c.s
	if !c.acc.sandbox && c.acc.balance < o.price {
		code := "INSUFFICIENT_BALANCE"
		if s.opts.Variants.ShortCodes {
			code = "NO_BALANCE"
		}
		c.fail(http.StatusForbidden, code, "Insufficient balance",
			map[string]any{"required": dinars(o.price), "available": dinars(c.acc.balance)})
		return false
	}
	o.id, o.created, o.charged = s.id(), s.now(), o.price
	if o.kind != giftcard {
		if o.sent == "" {
			o.sent = "auto-" + o.id
		}
		o.ref = "API-" + c.acc.user + "-" + o.sent
		if s.opts.Variants.PlainRef {
			o.ref = o.sent
		}
	}
	if !c.acc.sandbox && o.price > 0 {
		s.book(c.acc, chargeLine[o.kind], -o.price, o.id, o.created)
	}
	c.acc.orders = append(c.acc.orders, o)
	c.created = o
	return true
}

// sent answers an accepted top-up.
func (c *call) sent(o *order) {
	data := map[string]any{"topupId": o.id, "topupRef": o.ref}
	if c.s.opts.Variants.NewBalance {
		data["newBalance"] = dinars(c.acc.balance)
	}
	c.ok(data)
}

// ref reads the caller's reference; false once it refused.
func (c *call) ref() (string, bool) {
	ref, ok := c.text("ref")
	if _, given := c.body["ref"]; given && !ok || len(ref) > 100 {
		c.invalid("body", "ref", c.given("ref"))
		return "", false
	}
	return ref, true
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

func (s *Server) checkID(k kind) func(*call) {
	return func(c *call) {
		id := c.r.PathValue("id")
		for _, o := range c.acc.orders {
			if o.kind == k && o.id == id && !hides(o) {
				c.ok(s.view(o))
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
				c.ok(s.view(o))
				return
			}
		}
		c.notFound("Top-up with reference")
	}
}

func (s *Server) list(k kind) func(*call) {
	return func(c *call) {
		var shown []*order
		for _, o := range c.acc.orders {
			if o.kind == k && !hides(o) {
				shown = append(shown, o)
			}
		}
		name := "items"
		if k == internet && s.opts.Variants.ListTopups {
			name = "topups"
		}
		list(c, name, shown, func(o *order) time.Time { return o.created }, func(o *order) map[string]any {
			m := s.view(o)
			if o.offersListed {
				m["suggested_offers"] = o.offers
			}
			return m
		})
	}
}

// view writes an order as the provider shows it now.
func (s *Server) view(o *order) map[string]any {
	status, since := s.statusAt(o, s.now())
	m := map[string]any{"_id": o.id, "status": status}
	switch o.kind {
	case mobile:
		s.viewMobile(m, o, status)
	case internet:
		m["ref"], m["type"], m["number"] = o.ref, o.product, o.number
		m["topup_amount"], m["created_at"] = dinars(o.amount), stamp(o.created)
		if cards := o.delivered(status); len(cards) > 0 && !uncoded(o) {
			m["card_code"], m["num_trans"], m["date_traitement"] = cards[0].Value, o.transaction, stamp(since)
		}
	default:
		m["quantity"], m["product"], m["type"], m["time"] = count(o.quantity), o.product, o.typeID, stamp(o.created)
		if !ended(status) {
			break
		}
		got := o.delivered(status)
		m["fulfilled_quantity"], m["fulfilled_amount"], m["price_per_card"] = count(len(got)), dinars(o.each*int64(len(got))), dinars(o.each)
		if status == "REFUNDED" {
			break
		}
		cards := []map[string]any{}
		if !uncoded(o) {
			if s.now().Sub(o.created) < o.halfFor {
				got = got[:half(len(got))]
			}
			for _, card := range got {
				cards = append(cards, map[string]any{"value": card.Value, "serial": card.Serial})
			}
		}
		m["cards"] = cards
	}
	return m
}

// uncoded tells whether a read comes too early to hold the code.
func uncoded(o *order) bool {
	if o.uncoded > 0 {
		o.uncoded--
		return true
	}
	return false
}

// Resolve forces an order to a status from now on, by its ID, and moves the
// money that goes with it, also when the order has ended otherwise before. An
// unknown ID changes nothing.
func (s *Server) Resolve(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range []*account{s.trial, s.trade} {
		s.settle(a)
		for _, o := range a.orders {
			if o.id == id {
				o.forced, o.forcedAt, o.settled = status, s.now(), false
			}
		}
		s.settle(a)
	}
	s.touch()
}
