package topup

import (
	"strings"
	"time"
)

// ClaimState is where a customer's link stands.
type ClaimState string

// The states of a claim. Once it was opened it belongs to the chat that did:
// it is Sending until Telegram has the codes and Redeemed from then on, again
// Sending when more codes come, and Kept when Telegram refuses them.
const (
	ClaimOpen     ClaimState = "open"
	ClaimSending  ClaimState = "sending" // the codes are owed to who opened it
	ClaimKept     ClaimState = "kept"    // refused: kept until that chat shows a sign of life
	ClaimRedeemed ClaimState = "taken"   // Telegram has all codes that came
	ClaimRevoked  ClaimState = "revoked"
	ClaimExpired  ClaimState = "expired"
)

// ClaimLife is how long a customer's link lives.
const ClaimLife = 48 * time.Hour

// Claim is a one-use link by which a customer gets an order's codes. It is
// known by the SHA-256 of its token; the token itself is nowhere.
type Claim struct {
	Hash     []byte     `json:"hash"`
	Order    OrderID    `json:"order"`
	Shop     ShopID     `json:"shop"`
	Panel    string     `json:"card"`           // the shop's message about it
	Chat     int64      `json:"chat,omitempty"` // where that is; 0 for the order's
	State    ClaimState `json:"state"`
	Made     time.Time  `json:"made"`
	Expires  time.Time  `json:"expires"`
	By       int64      `json:"by,omitempty"`   // the chat that opened it
	Redeemed time.Time  `json:"taken,omitzero"` // when Telegram last had codes for that chat
}

// Live reports whether the claim still gives its codes at a time.
func (c Claim) Live(now time.Time) bool { return c.State == ClaimOpen && now.Before(c.Expires) }

// Opened reports whether the codes belong to the chat that opened the link.
func (c Claim) Opened() bool {
	return c.State == ClaimSending || c.State == ClaimKept || c.State == ClaimRedeemed
}

// Revocable reports whether the shop may still end the claim: nobody opened
// it, or nothing of it ever reached who did. Two people never have the codes
// because of it.
func (c Claim) Revocable() bool {
	return c.State == ClaimOpen || c.State == ClaimKept && c.Redeemed.IsZero()
}

// delivery is how the panels are named by which codes reach a customer.
const delivery = "claimed/"

// Delivery names the panel by which the codes reach who opened the link.
func (c Claim) Delivery() string { return delivery + string(c.Order) }

// DeliveryOf is the order whose codes a panel brings to a customer, if it is
// such a panel.
func DeliveryOf(panel string) (OrderID, bool) {
	id, ok := strings.CutPrefix(panel, delivery)
	return OrderID(id), ok
}

// Showing is one time that an order's codes were shown.
type Showing struct {
	At   time.Time `json:"at"`
	Chat int64     `json:"chat"`
	By   int64     `json:"by"` // who asked; the shop itself for the first delivery
	Why  Why       `json:"why"`
}

// Why says for what reason codes were shown.
type Why string

// The reasons of a showing.
const (
	WhyDelivery Why = "delivery" // they came
	WhyAgain    Why = "again"    // the shop asked for them once more
	WhyTicket   Why = "ticket"   // they stand on a customer's ticket
	WhyClaim    Why = "claim"    // a customer opened their link
)
