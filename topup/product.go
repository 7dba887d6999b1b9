package topup

import (
	"log/slog"
	"time"
)

// Internet card types (GET /internet/products?type=).
const (
	ADSL  = "ADSL"
	LTE4G = "4G"
)

// InternetProduct is one denomination of internet cards.
type InternetProduct struct {
	Type      string `json:"type"`
	Value     Money  `json:"value"`
	Cost      Money  `json:"cost"` // absolute, unlike a plan's rate
	CostKnown bool   `json:"cost_known,omitempty"`
	Available bool   `json:"available"`
}

// LineInfo is what the provider says of a line before a card is bought for it.
type LineInfo struct {
	Client string `json:"client,omitempty"` // masked client number
	Offer  string `json:"offer,omitempty"`
	Type   string `json:"type,omitempty"`
}

// Category is a shelf of the gift-card catalogue.
type Category struct {
	Title    string        `json:"title"`
	Products []GiftProduct `json:"products"`
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

// GiftStock is the answer of GET /gift-cards/checkProduct.
type GiftStock struct {
	ProductID string     `json:"product_id"`
	Title     string     `json:"title"`
	Types     []GiftType `json:"types"`
}

// Card is what a customer paid for: a code and, for gift cards, its serial.
// Both are secrets; see [Card.LogValue].
type Voucher struct {
	Code   string `json:"code"`
	Serial string `json:"serial,omitempty"`
}

// LogValue shows nothing of the card.
func (Voucher) LogValue() slog.Value { return slog.StringValue("•••") }

// String hides the card from careless printing, too.
func (Voucher) String() string { return "•••" }

// Account is what GET /validate says of the provider key, without the key.
type Account struct {
	Username string    `json:"username"`
	Enabled  bool      `json:"enabled"`
	Test     bool      `json:"sandbox"`
	ReadOnly bool      `json:"read_only"`
	At       time.Time `json:"at"`
}
