package bolt

import (
	"bytes"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// PutClaim stores a claim. The one that was open last is found by its order.
func (t *Tx) PutClaim(c topup.Claim) error {
	open := timeKey(c.Expires, c.Hash)
	if c.State == topup.ClaimOpen {
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
func (t *Tx) Claim(hash []byte) (topup.Claim, bool, error) {
	var c topup.Claim
	if len(hash) == 0 {
		return c, false, nil
	}
	ok, err := t.getJSON(bClaims, hash, &c)
	return c, ok, err
}

// ClaimOf reads the newest claim of an order.
func (t *Tx) ClaimOf(id topup.OrderID) (topup.Claim, bool, error) {
	hash, err := t.get(bClaimOrder, orderKey(id))
	if err != nil || hash == nil {
		return topup.Claim{}, false, err
	}
	return t.Claim(bytes.Clone(hash))
}

// OpenClaims walks the claims nobody took, the first to expire first.
func (t *Tx) OpenClaims() iter.Seq2[topup.Claim, error] {
	return walk(t, bClaimsOpen, func(k []byte) (topup.Claim, error) {
		_, hash, ok := fromTimeKey(k)
		if !ok {
			return topup.Claim{}, store.Corrupt(bClaimsOpen, k, "a key does not decode")
		}
		c, ok, err := t.Claim(hash)
		if err == nil && !ok {
			err = store.Corrupt(bClaimsOpen, k, "a claim is missing")
		}
		return c, err
	})
}

// RecordShowing writes down that an order's codes are shown.
func (t *Tx) RecordShowing(id topup.OrderID, s topup.Showing) error {
	n, err := t.NextID("showing")
	if err != nil {
		return err
	}
	return t.putJSON(bShowings, textKey(string(id), n), s)
}

// Showings lists when an order's codes were shown, newest first.
func (t *Tx) Showings(id topup.OrderID, limit int) ([]topup.Showing, error) {
	var out []topup.Showing
	for k := range newestFirst(t.bucket(bShowings), append([]byte(id), 0), nil) {
		if len(out) == limit {
			break
		}
		s, err := getRow[topup.Showing](t, bShowings, k)
		if err != nil {
			return out, err
		}
		out = append(out, s)
	}
	return out, nil
}
