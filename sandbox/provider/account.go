package provider

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// account is a purse with its orders; a key opens it.
type account struct {
	user    string
	sandbox bool
	balance int64 // centimes
	orders  []*order
	lines   []line
}

// access is what a key allows.
type access struct {
	token    string
	account  *account
	readOnly bool
	disabled bool
}

// line is an entry of the account's statement.
type line struct {
	id, kind             string
	amount, before, left int64 // amount is negative on the way out
	object               string
	at                   time.Time
}

// book writes a line of the statement and moves the balance.
func (s *Server) book(a *account, kind string, amount int64, object string, at time.Time) {
	before := a.balance
	a.balance += amount
	a.lines = append(a.lines, line{s.id(), kind, amount, before, a.balance, object, at})
}

// settle books what the ends of orders gave back since it was last called,
// at the moments when they ended.
func (s *Server) settle(a *account) {
	type turn struct {
		o    *order
		back int64
		at   time.Time
	}
	var turns []turn
	now := s.now()
	for _, o := range a.orders {
		if o.settled {
			continue
		}
		status, at := s.statusAt(o, now)
		if back := o.charged - o.costs(status); back != 0 {
			turns = append(turns, turn{o, back, at})
		}
		o.settled = ended(status) && (status == o.end || o.forced != "")
	}
	slices.SortStableFunc(turns, func(x, y turn) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.o.id, y.o.id)) })
	for _, t := range turns {
		t.o.charged -= t.back
		if a.sandbox {
			continue
		}
		kind := refundLine[t.o.kind]
		if t.back < 0 { // an order that Resolve called back
			kind = chargeLine[t.o.kind]
		}
		s.book(a, kind, t.back, t.o.id, t.at)
	}
}

var (
	chargeLine = map[kind]string{mobile: "FLEXY", internet: "ADSL", giftcard: "ORDER"}
	refundLine = map[kind]string{mobile: "REFUND-FLEXY", internet: "REFUND-ADSL", giftcard: "REFUND-ORDER"}
)

func (s *Server) ping(c *call) {
	state := func(name string) string {
		if s.down[name] {
			return "down"
		}
		return "up"
	}
	c.ok(map[string]any{"api": "ok", "operators": map[string]any{
		"mobilis": state("Mobilis"), "ooredoo": state("Ooredoo"), "djezzy": state("Djezzy"), "mobilisFixedPlans": state("Pixx")}})
}

// SetOperator says whether an operator is up, by its name in the plan list.
func (s *Server) SetOperator(name string, up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down[name] = !up
	s.touch()
}

func (s *Server) validate(c *call) {
	kind, scope := "PRODUCTION", "READ-WRITE"
	if c.acc.sandbox {
		kind = "SANDBOX"
	}
	if c.key.readOnly {
		scope = "READ-ONLY"
	}
	c.ok(map[string]any{"username": c.acc.user, "apiKey": map[string]any{
		"key": c.key.token, "isEnabled": !c.key.disabled, "type": kind, "allowedips": []any{}, "scope": scope}})
	delete(c.answer, "meta") // as a live client reports
}

func (s *Server) balance(c *call) {
	c.ok(map[string]any{"balance": dinars(c.acc.balance)})
}

func (s *Server) transactions(c *call) {
	list(c, "items", c.acc.lines, func(l line) time.Time { return l.at }, func(l line) map[string]any {
		operation := "increment"
		if l.amount < 0 {
			operation = "decrement"
		}
		return map[string]any{"_id": l.id, "type": l.kind, "operation": operation, "amount": dinars(max(l.amount, -l.amount)),
			"oldBalance": dinars(l.before), "newBalance": dinars(l.left), "objid": l.object, "note": "", "time": stamp(l.at)}
	})
}

// list answers a page of all, which stands oldest first, with the newest
// first.
func list[T any](c *call, name string, all []T, at func(T) time.Time, view func(T) map[string]any) {
	page, ok := c.ordinal("page", 1, math.MaxInt32)
	if !ok {
		return
	}
	size, ok := c.ordinal("pageSize", 20, 100)
	if !ok {
		return
	}
	from, to, ok := c.span()
	if !ok {
		return
	}
	var kept []T
	for _, e := range slices.Backward(all) {
		if t := at(e).Truncate(time.Millisecond); to.IsZero() || !t.Before(from) && !t.After(to) {
			kept = append(kept, e)
		}
	}
	total := len(kept)
	first := min((page-1)*size, total)
	items := []map[string]any{}
	for _, e := range kept[first:min(first+size, total)] {
		items = append(items, view(e))
	}
	c.ok(map[string]any{name: items, "pagination": map[string]any{"page": count(page), "pageSize": count(size),
		"totalPages": count((total + size - 1) / size), "totalResults": count(total)}})
}

// ordinal reads a number from 1 to most of the query; false once it refused.
func (c *call) ordinal(key string, fallback, most int) (int, bool) {
	v := c.query(key)
	if v == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		c.invalid("querystring", key, v)
		return 0, false
	}
	return n, true
}

// span reads the dates of the query, both or none; false once it refused.
func (c *call) span() (from, to time.Time, ok bool) {
	if c.query("from") == "" && c.query("to") == "" {
		return from, to, true
	}
	var err error
	if from, err = time.Parse(time.RFC3339, c.query("from")); err != nil {
		c.invalid("querystring", "from", c.query("from"))
		return from, to, false
	}
	if to, err = time.Parse(time.RFC3339, c.query("to")); err != nil {
		c.invalid("querystring", "to", c.query("to"))
		return from, to, false
	}
	return from, to, true
}

func (c *call) query(key string) string { return c.r.URL.Query().Get(key) }

func count(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func (c *call) notFound(what string) {
	c.fail(http.StatusNotFound, "NOT_FOUND", what+" not found", nil)
}
