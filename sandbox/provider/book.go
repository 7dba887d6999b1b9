package provider

import (
	"encoding/json"
	"maps"
	"time"
)

// Order is what the provider knows of one order.
type Order struct {
	ID, Ref, SentRef      string
	Kind                  string // "mobile", "internet" or "giftcard"
	Plan, Product, TypeID string
	Number                string
	Amount, Charged       int64 // centimes
	Quantity              int
	Status                string
	Cards                 []Card // the codes delivered, if any
	Created               time.Time
}

// Book is what the provider knows, for the invariants of tests.
type Book struct {
	Orders   []Order // of all accounts, oldest first within each
	Balance  int64   // of the production account, centimes
	Requests map[string]int
}

// Book gives a copy of the provider's books.
func (s *Server) Book() Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := Book{Balance: s.accounts[ProductionKey].balance, Requests: maps.Clone(s.requests)}
	for _, key := range []string{SandboxKey, ProductionKey} {
		a := s.accounts[key]
		for _, o := range a.orders {
			e := Order{ID: o.id, Ref: o.ref, SentRef: o.sent, Kind: string(o.kind), Plan: o.plan, Product: o.product, TypeID: o.typeID,
				Number: o.number, Amount: o.amount, Charged: o.charged, Quantity: o.quantity, Status: s.settle(a, o), Created: o.created}
			if e.Status == "FULFILLED" || e.Status == "PARTIALLY_FILLED" {
				e.Cards = append(e.Cards, o.cards...)
			}
			b.Orders = append(b.Orders, e)
		}
	}
	return b
}

// PlanChange is a change of a plan; nil and "" leave a thing as it is.
type PlanChange struct {
	Enabled *bool
	Cost    string // decimal multiplier
	Remove  bool
}

// SetPlan changes a plan of the price list.
func (s *Server) SetPlan(code string, ch PlanChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.plans {
		if s.plans[i].code != code {
			continue
		}
		if ch.Enabled != nil {
			s.plans[i].enabled = *ch.Enabled
		}
		if ch.Cost != "" {
			s.plans[i].cost = ch.Cost
		}
		if ch.Remove {
			s.plans = append(s.plans[:i], s.plans[i+1:]...)
			return
		}
	}
}

// SetStock changes stock and price (centimes; 0 leaves it) of a gift-card type.
func (s *Server) SetStock(product, typeID string, stock int, price int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.types[product] {
		if t := &s.types[product][i]; t.id == typeID {
			t.stock = stock
			if price > 0 {
				t.price = price
			}
		}
	}
}

// SetBalance changes the balance of the production account, in centimes.
func (s *Server) SetBalance(centimes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[ProductionKey].balance = centimes
}

func number(s string) json.Number { return json.Number(s) }
