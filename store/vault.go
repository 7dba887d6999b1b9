package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sync"
)

// Vault encrypts what must not lie readable on disk: vouchers, the numbers of
// customers and shops, sessions, and messages. It is AES-256-GCM with a random
// nonce; each secret is bound to a context (its order, its panel), so that it
// opens nowhere else. What must be found again is indexed by a keyed hash.
type Vault struct {
	seal  vaultKey
	opens []vaultKey // the sealing key first, then older ones
}

type vaultKey struct {
	print string // names the key without telling it
	aead  cipher.AEAD
	index *marker
}

// marker makes keyed hashes. It keeps the hashes that were used, for to make
// one costs more than what it does.
type marker struct{ pool sync.Pool }

func newMarker(key []byte) *marker {
	return &marker{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// mark is the keyed hash of a text, in 32 hex digits.
func (m *marker) mark(text string) string {
	h := m.pool.Get().(hash.Hash)
	h.Reset()
	io.WriteString(h, text)
	var sum [sha256.Size]byte
	mark := hex.EncodeToString(h.Sum(sum[:0])[:16])
	m.pool.Put(h)
	return mark
}

const (
	vaultFormat = 1
	printBytes  = 8
)

// NewVault makes a vault that seals with one 32-byte key and also opens what
// older ones sealed.
func NewVault(key []byte, older ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, k := range append([][]byte{key}, older...) {
		if len(k) != 32 {
			return nil, errors.New("store: a codes key must have 32 bytes")
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		v.opens = append(v.opens, vaultKey{string(derive(k, "hanout codes key")[:printBytes]), aead, newMarker(derive(k, "hanout index"))})
	}
	v.seal = v.opens[0]
	return v, nil
}

func derive(key []byte, what string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

// Mark stands for a number in an index: the same for the same number, and
// telling nothing without the key.
func (v *Vault) Mark(number string) string {
	return v.seal.index.mark(number)
}

// Marks are all that may stand for a number in an index that was written under
// any of the keys, or under none.
func (v *Vault) Marks(number string) []string {
	list := []string{number}
	if number == "" {
		return list
	}
	for _, k := range v.opens {
		list = append(list, k.index.mark(number))
	}
	return list
}

// Seal encrypts a secret for a context.
func (v *Vault) Seal(secret []byte, context string) []byte {
	aead := v.seal.aead
	head := 1 + printBytes + aead.NonceSize()
	out := make([]byte, head, head+len(secret)+aead.Overhead())
	out[0] = vaultFormat
	copy(out[1:], v.seal.print)
	nonce := out[1+printBytes : head]
	rand.Read(nonce)
	return aead.Seal(out, nonce, secret, []byte(context))
}

// Open decrypts what Seal made for the same context; ErrSealed when no key
// fits or the bytes were changed.
func (v *Vault) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) < 1+printBytes || sealed[0] != vaultFormat {
		return nil, ErrSealed
	}
	for _, k := range v.opens {
		if k.print != string(sealed[1:1+printBytes]) {
			continue
		}
		rest := sealed[1+printBytes:]
		if n := k.aead.NonceSize(); len(rest) > n {
			if secret, err := k.aead.Open(nil, rest[:n], rest[n:], []byte(context)); err == nil {
				return secret, nil
			}
		}
	}
	return nil, ErrSealed
}

// Print names the sealing key without telling it.
func (v *Vault) Print() string { return hex.EncodeToString([]byte(v.seal.print)) }

// LooksSealed tells what Seal made from a text.
func LooksSealed(b []byte) bool { return len(b) > 0 && b[0] == vaultFormat }
