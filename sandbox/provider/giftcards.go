package provider

import (
	"fmt"
	"net/http"
	"slices"
)

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
		meta := c.answer["meta"].(map[string]any)
		meta["totalCategories"], meta["totalProducts"] = count(len(s.shelves)), count(total)
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

// SetCards chooses the codes of the gift cards that are ordered next.
func (s *Server) SetCards(cards ...Card) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cards = append(s.cards, cards...)
}

// quantityMost is the most cards of an order; the provider tells no limit.
const quantityMost = 1000

func (s *Server) placeOrder(c *call) {
	product, ok := c.text("productId")
	if !ok || product == "" {
		c.invalid("body", "productId", c.given("productId"))
		return
	}
	typeID, ok := c.text("typeId")
	if !ok || typeID == "" {
		c.invalid("body", "typeId", c.given("typeId"))
		return
	}
	quantity, ok := c.whole("quantity")
	if !ok || quantity < 1 || quantity > quantityMost {
		c.invalid("body", "quantity", c.given("quantity"))
		return
	}
	o := &order{kind: giftcard, product: product, typeID: typeID, quantity: int(quantity), end: "FULFILLED"}
	list := s.types[product]
	i := slices.IndexFunc(list, func(t giftType) bool { return t.id == typeID })
	p, _ := s.product(product)
	switch {
	case i < 0 && !c.acc.sandbox: // the sandbox takes any ID
		c.invalid("body", "typeId", typeID)
		return
	case i >= 0 && (o.quantity > list[i].stock || !p.enabled):
		c.fail(http.StatusBadRequest, "ERR_STOCK", "Out of stock", nil)
		return
	case i >= 0 && !c.acc.sandbox: // the sandbox's price is 0
		o.each = list[i].price
	}
	o.price = o.each * quantity
	switch {
	case typeID == "TEST_REFUND":
		o.end = "REFUNDED"
	case typeID == "TEST_PARTIAL" && quantity > 1:
		o.end = "PARTIALLY_FILLED"
	}
	if !c.accept(o) {
		return
	}
	for n := range o.quantity {
		if len(s.cards) > 0 {
			o.cards, s.cards = append(o.cards, s.cards[0]), s.cards[1:]
			continue
		}
		if c.acc.sandbox {
			o.cards = append(o.cards, Card{fmt.Sprintf("SANDBOX-CARD-%d", n+1), fmt.Sprintf("SANDBOX-%d", n+1)})
			continue
		}
		s.card++
		o.cards = append(o.cards, Card{fmt.Sprintf("HNT%d-%04d-%04d", n+1, s.card, (s.card*7919)%10000), fmt.Sprintf("90%07d", s.card)})
	}
	if i >= 0 {
		list[i].stock -= len(o.delivered(o.end))
	}
	c.ok(map[string]any{"orderId": o.id})
}
