package provider

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// line is an entry of the account's statement.
type line struct {
	id, kind, operation  string
	amount, before, left int64
	object               string
	at                   time.Time
}

// book writes a line of the statement and moves the balance.
func (s *Server) book(a *account, kind string, amount int64, object string) {
	before := a.balance
	operation := "decrement"
	if amount > 0 {
		operation = "increment"
	}
	a.balance += amount
	a.lines = append(a.lines, line{s.id(), kind, operation, max(amount, -amount), before, a.balance, object, s.now()})
}

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
	if c.acc.readOnly {
		scope = "READ-ONLY"
	}
	c.ok(map[string]any{"username": c.acc.user, "apiKey": map[string]any{
		"key": c.acc.key, "isEnabled": !c.acc.disabled, "type": kind, "allowedips": []any{}, "scope": scope}})
	delete(c.answer, "meta") // as a live client reports
}

func (s *Server) balance(c *call) {
	c.ok(map[string]any{"balance": dinars(c.acc.balance)})
}

func (s *Server) transactions(c *call) {
	s.settleAll(c.acc)
	var items []map[string]any
	for i := len(c.acc.lines) - 1; i >= 0; i-- {
		l := c.acc.lines[i]
		items = append(items, map[string]any{"_id": l.id, "type": l.kind, "operation": l.operation, "amount": dinars(l.amount),
			"oldBalance": dinars(l.before), "newBalance": dinars(l.left), "objid": l.object, "note": "", "time": stamp(l.at)})
	}
	c.page("items", items)
}

// page answers a list with pagination; items come newest first.
func (c *call) page(name string, items []map[string]any) {
	q := c.r.URL.Query()
	number := func(key string, fallback, most int) (int, bool) {
		v := q.Get(key)
		if v == "" {
			return fallback, true
		}
		n, err := strconv.Atoi(v)
		return n, err == nil && n >= 1 && n <= most
	}
	page, ok1 := number("page", 1, 1<<30)
	size, ok2 := number("pageSize", 20, 100)
	if !ok1 || !ok2 || (q.Get("from") == "") != (q.Get("to") == "") {
		c.invalid("page", q.Get("page"))
		return
	}
	total := len(items)
	from := min((page-1)*size, total)
	part := items[from:min(from+size, total)]
	if part == nil {
		part = []map[string]any{}
	}
	c.ok(map[string]any{name: part, "pagination": map[string]any{"page": count(page), "pageSize": count(size),
		"totalPages": count((total + size - 1) / size), "totalResults": count(total)}})
}

func count(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// within tells whether an order's time lies in the asked-for range.
func (c *call) within(at time.Time) (bool, bool) {
	q := c.r.URL.Query()
	if q.Get("from") == "" {
		return true, true
	}
	from, err1 := time.Parse(time.RFC3339, q.Get("from"))
	to, err2 := time.Parse(time.RFC3339, q.Get("to"))
	if err1 != nil || err2 != nil {
		return false, false
	}
	return !at.Before(from) && !at.After(to), true
}

func (c *call) notFound(what string) {
	c.fail(http.StatusNotFound, "NOT_FOUND", what+" not found", nil)
}
