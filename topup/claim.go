package topup

import "time"

// ClaimState is where a customer's link stands.
type ClaimState string

// The states of a claim.
const (
	ClaimOpen     ClaimState = "open"
	ClaimRedeemed ClaimState = "taken"
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
	Panel    string     `json:"card"` // the shop's message about it
	State    ClaimState `json:"state"`
	Made     time.Time  `json:"made"`
	Expires  time.Time  `json:"expires"`
	By       int64      `json:"by,omitempty"` // the chat that took it
	Redeemed time.Time  `json:"taken,omitzero"`
}

// Live reports whether the claim still gives its codes at a time.
func (c Claim) Live(now time.Time) bool { return c.State == ClaimOpen && now.Before(c.Expires) }

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
	WhyClaim    Why = "claim"    // a customer opened their link
)
