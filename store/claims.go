package store

import (
	"bytes"
	"time"

	"hanout/topup"
)

// ClaimState is where a customer's link stands.
type ClaimState string

// The states of a claim.
const (
	ClaimOpen     ClaimState = "open"
	ClaimRedeemed ClaimState = "taken"
	ClaimRevoked  ClaimState = "revoked"
	ClaimExpired  ClaimState = "expired"
)

// Claim is a one-use link by which a customer gets an order's codes. It is
// kept under the SHA-256 of its token; the token itself is nowhere.
type Claim struct {
	Hash     []byte        `json:"hash"`
	Order    topup.OrderID `json:"order"`
	Shop     topup.ShopID  `json:"shop"`
	Panel    string        `json:"card"` // the shop's message about it
	State    ClaimState    `json:"state"`
	Made     time.Time     `json:"made"`
	Expires  time.Time     `json:"expires"`
	By       int64         `json:"by,omitempty"` // the chat that took it
	Redeemed time.Time     `json:"taken,omitzero"`
}

// PutClaim stores a claim. The one that was open last is found by its order.
func (t *Tx) PutClaim(c Claim) error {
	open := timeKey(c.Expires, c.Hash)
	if c.State == ClaimOpen {
		if err := t.put(bClaimsOpen, open, nil); err != nil {
			return err
		}
		if err := t.put(bClaimOrder, orderKey(c.Order), c.Hash); err != nil {
			return err
		}
	} else if err := t.delete(bClaimsOpen, open); err != nil {
		return err
	}
	return t.putJSON(bClaims, c.Hash, c)
}

// Claim reads a claim by the SHA-256 of its token.
func (t *Tx) Claim(hash []byte) (Claim, bool, error) {
	var c Claim
	if len(hash) == 0 {
		return c, false, nil
	}
	ok, err := t.getJSON(bClaims, hash, &c)
	return c, ok, err
}

// ClaimOf reads the newest claim of an order.
func (t *Tx) ClaimOf(id topup.OrderID) (Claim, bool, error) {
	hash, err := t.get(bClaimOrder, orderKey(id))
	if err != nil || hash == nil {
		return Claim{}, false, err
	}
	return t.Claim(bytes.Clone(hash))
}

// OpenClaims walks the claims nobody took, the first to expire first, until
// fn says stop.
func (t *Tx) OpenClaims(fn func(Claim) (more bool)) error {
	cur := t.bucket(bClaimsOpen).Cursor()
	for k, _ := cur.First(); k != nil; k, _ = cur.Next() {
		_, hash, ok := fromTimeKey(k)
		if !ok {
			return corrupt(bClaimsOpen, k, "a key does not decode")
		}
		c, ok, err := t.Claim(hash)
		if err != nil {
			return err
		}
		if !ok {
			return corrupt(bClaimsOpen, k, "a claim is missing")
		}
		if !fn(c) {
			return nil
		}
	}
	return nil
}

// Showing is one time that an order's codes were shown.
type Showing struct {
	At   time.Time `json:"at"`
	Chat int64     `json:"chat"`
	By   int64     `json:"by"`  // who asked; the shop itself for the first delivery
	Why  string    `json:"why"` // "delivery", "again" or "claim"
}

// RecordShowing writes down that an order's codes are shown.
func (t *Tx) RecordShowing(id topup.OrderID, s Showing) error {
	n, err := t.NextID("showing")
	if err != nil {
		return err
	}
	return t.putJSON(bShowings, textKey(string(id), n), s)
}

// Showings lists when an order's codes were shown, newest first.
func (t *Tx) Showings(id topup.OrderID, limit int) ([]Showing, error) {
	var out []Showing
	var failed error
	newestFirst(t.bucket(bShowings), append([]byte(id), 0), nil, func(k []byte) bool {
		if len(out) == limit {
			return false
		}
		var s Showing
		if _, failed = t.getJSON(bShowings, k, &s); failed != nil {
			return false
		}
		out = append(out, s)
		return true
	})
	return out, failed
}
