package topup

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// OrderID names an order for ever, here and (as its reference) at the
// provider. It is minted when the confirm panel is shown, so that a repeated
// tap finds the same order.
type OrderID string

// idAlphabet sorts as its digits do, so that IDs sort by the time they were
// made and neighbours in time are neighbours on disk.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const (
	idTimeDigits   = 9  // milliseconds, enough for a thousand years
	idRandomDigits = 11 // 55 random bits within a millisecond
)

// NewID returns 20 lower-case letters and digits: the time in milliseconds,
// then 55 random bits. It is URL-safe, has no sign but letters and digits, and
// is short enough for a provider to put a prefix before it. Minting is the one
// thing in this package that reads a clock and draws lots.
func NewID() string {
	var random [8]byte
	rand.Read(random[:])
	return idOf(time.Now(), binary.BigEndian.Uint64(random[:]))
}

// FirstID is the lowest that can be minted at a time: of two orders, one made
// before and one since, it lies between the IDs.
func FirstID(at time.Time) OrderID { return OrderID(idOf(at, 0)) }

func idOf(at time.Time, random uint64) string {
	id := make([]byte, idTimeDigits+idRandomDigits)
	fill := func(part []byte, n uint64) {
		for i := len(part) - 1; i >= 0; i-- {
			part[i] = idAlphabet[n%32]
			n /= 32
		}
	}
	fill(id[:idTimeDigits], uint64(max(0, at.UnixMilli())))
	fill(id[idTimeDigits:], random)
	return string(id)
}
