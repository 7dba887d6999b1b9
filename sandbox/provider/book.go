package provider

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// Order is what the provider knows of one order.
type Order struct {
	ID       string
	Ref      string // as the provider tells it; none on gift cards
	SentRef  string // as it came
	Kind     string // "mobile", "internet" or "giftcard"
	Plan     string // mobile
	Product  string // "ADSL" or "4G", or the gift-card product
	TypeID   string // gift cards
	Number   string
	Amount   int64 // face value, centimes; 0 on gift cards
	Charged  int64 // what it costs as things stand, centimes; 0 after a refund
	Quantity int
	Status   string // as an English page spells it
	Cards    []Card // the codes delivered, if any
	Created  time.Time
}

// Book is what the provider knows, for the invariants of tests.
type Book struct {
	Orders   []Order        // of the sandbox account, then of the production account; oldest first in each
	Balance  int64          // of the production account, centimes
	Requests map[string]int // by route, as in "GET /mobile/check-id/{id}"
}

// Book gives a copy of the provider's books as they stand now. Each order in
// it is one accepted POST.
func (s *Server) Book() Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b Book
	for _, a := range []*account{s.trial, s.trade} {
		s.settle(a)
		for _, o := range a.orders {
			status, _ := s.statusAt(o, s.now())
			b.Orders = append(b.Orders, Order{ID: o.id, Ref: o.ref, SentRef: o.sent, Kind: string(o.kind), Plan: o.plan, Product: o.product,
				TypeID: o.typeID, Number: o.number, Amount: o.amount, Charged: o.charged, Quantity: o.quantity, Status: status,
				Cards: append([]Card(nil), o.delivered(status)...), Created: o.created})
		}
	}
	b.Balance, b.Requests = s.trade.balance, maps.Clone(s.requests)
	return b
}

// PlanChange is a change of a plan; nil and "" leave a thing as it is.
type PlanChange struct {
	Enabled *bool
	Cost    string // decimal multiplier
	Remove  bool
}

// SetPlan changes a plan of the price list. An unknown code changes nothing.
func (s *Server) SetPlan(code string, ch PlanChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.plans {
		p := &s.plans[i]
		if p.code != code {
			continue
		}
		if ch.Enabled != nil {
			p.enabled = *ch.Enabled
		}
		if ch.Cost != "" {
			p.cost = ch.Cost
		}
		if ch.Remove {
			s.plans = append(s.plans[:i], s.plans[i+1:]...)
		}
		break
	}
	s.touch()
}

// SetStock changes stock and price (centimes; 0 leaves it) of a gift-card
// type; a stock below zero takes it off the list. Unknown IDs change nothing.
func (s *Server) SetStock(product, typeID string, stock int, price int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stock < 0 {
		s.types[product] = slices.DeleteFunc(s.types[product], func(t giftType) bool { return t.id == typeID })
	}
	for i := range s.types[product] {
		if t := &s.types[product][i]; t.id == typeID {
			t.stock = stock
			if price > 0 {
				t.price = price
			}
		}
	}
	s.touch()
}

// SetProduct shows or withdraws a gift-card product. An unknown ID changes
// nothing.
func (s *Server) SetProduct(id string, enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range s.shelves {
		for i := range sh.products {
			if p := &sh.products[i]; p.id == id {
				p.enabled = enabled
			}
		}
	}
	s.touch()
}

// SetInternet says whether a value (centimes) of "ADSL" or "4G" is in stock.
// An unknown one changes nothing.
func (s *Server) SetInternet(kind string, value int64, available bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.products[kind] {
		if p := &s.products[kind][i]; p.value == value {
			p.available = available
		}
	}
	s.touch()
}

// Adjust books a line of the statement for the newest order of the production
// account, in centimes: negative takes more for it, positive gives some back.
func (s *Server) Adjust(centimes int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.trade)
	if len(s.trade.orders) == 0 {
		return errors.New("there is no order")
	}
	o := s.trade.orders[len(s.trade.orders)-1]
	kind := chargeLine[o.kind]
	if centimes > 0 {
		kind = refundLine[o.kind]
	}
	s.book(s.trade, kind, centimes, o.id, s.now())
	s.touch()
	return nil
}

// SetBalance makes the balance of the production account what is given, in
// centimes, by a deposit or a withdrawal of the difference.
func (s *Server) SetBalance(centimes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.trade)
	switch by := centimes - s.trade.balance; {
	case by > 0:
		s.book(s.trade, "DEPOSIT", by, "", s.now())
	case by < 0:
		s.book(s.trade, "WITHDRAW", by, "", s.now())
	}
	s.touch()
}
