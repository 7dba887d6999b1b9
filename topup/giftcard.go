package topup

import "fmt"

// GiftCard is one or more codes of one denomination of a gift card.
const GiftCard Good = "giftcard"

// The provider keeps no reference of a gift-card order: it is known only by
// what and when, so it is never sent twice, and waits while another of the
// same denomination is unknown; see [Order.WaitsFor].
var giftCard = rules{
	vouchered:   true,
	several:     true,
	codesWithin: openLimit,
	margin:      func(p Pricing) Rate { return p.GiftCard },
	valid: func(o Order) error {
		if o.Product == "" || o.TypeID == "" {
			return fmt.Errorf("topup: gift-card order without product")
		}
		return nil
	},
	fits: func(o Order, s Status) bool {
		return !differs(o.Product, s.Plan) && !differs(o.TypeID, s.TypeID) && (s.Quantity == 0 || s.Quantity == o.Quantity)
	},
	states: func(o Order, s Status) bool {
		return s.Plan == o.Product && s.TypeID == o.TypeID && s.Quantity == o.Quantity
	},
	same: func(a, b Order) bool { return a.Product == b.Product && a.TypeID == b.TypeID },
}

// Category is a shelf of the gift-card catalogue.
type Category struct {
	Title    string        `json:"title"`
	Products []GiftProduct `json:"products"`
	// Elsewhere marks a shelf of the provider's whose goods have sales of
	// their own: it is listed, but holds no gift cards.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// GiftProduct is a product of the gift-card catalogue.
type GiftProduct struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Region  string `json:"region,omitempty"`
	Enabled bool   `json:"enabled"`
}

// GiftType is one denomination of a gift card, with live stock.
type GiftType struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Cost     Money  `json:"cost"` // per card
	Quantity int    `json:"quantity"`
}

// GiftStock is what can be had of one gift-card product at a moment.
type GiftStock struct {
	ProductID string     `json:"product_id"`
	Title     string     `json:"title"`
	Types     []GiftType `json:"types"`
}

// DiffCatalogue compares two readings of the gift cards, by product.
func DiffCatalogue(cached, fresh []Category) ListDiff {
	return diff(shelved(cached), shelved(fresh), func(p shelvedProduct) string { return p.ID })
}

// shelvedProduct is a product with the category it stands in.
type shelvedProduct struct {
	GiftProduct
	category string
}

func shelved(list []Category) (out []shelvedProduct) {
	for _, c := range list {
		for _, p := range c.Products {
			out = append(out, shelvedProduct{p, c.Title})
		}
	}
	return out
}
