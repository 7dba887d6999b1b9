package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"hanout/topup"
)

// ErrSealed is a secret that none of the keys at hand opens.
var ErrSealed = errors.New("store: the codes key does not open this")

// Vault encrypts what must not lie readable on disk: card codes, and messages
// that carry them. It is AES-256-GCM with a random nonce; each secret is bound
// to a context (its order, its card), so that it opens nowhere else.
type Vault struct {
	seal  vaultKey
	opens []vaultKey // the sealing key first, then older ones
}

type vaultKey struct {
	print string // names the key without telling it
	aead  cipher.AEAD
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
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte("hanout codes key"))
		v.opens = append(v.opens, vaultKey{string(mac.Sum(nil)[:printBytes]), aead})
	}
	v.seal = v.opens[0]
	return v, nil
}

// Seal encrypts a secret for a context.
func (v *Vault) Seal(secret []byte, context string) []byte {
	out := append([]byte{vaultFormat}, v.seal.print...)
	nonce := make([]byte, v.seal.aead.NonceSize())
	rand.Read(nonce)
	out = append(out, nonce...)
	return v.seal.aead.Seal(out, nonce, secret, []byte(context))
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

func cardsContext(id topup.OrderID) string { return "cards of " + string(id) }

// SealCards encrypts an order's cards.
func (v *Vault) SealCards(id topup.OrderID, cards []topup.Card) []byte {
	b, err := json.Marshal(cards)
	if err != nil {
		panic("store: cards do not encode: " + err.Error()) // no field can fail
	}
	return v.Seal(b, cardsContext(id))
}

// OpenCards decrypts an order's cards.
func (v *Vault) OpenCards(o topup.Order) ([]topup.Card, error) {
	b, err := v.Open(o.Sealed, cardsContext(o.ID))
	if err != nil {
		return nil, err
	}
	var cards []topup.Card
	if err := json.Unmarshal(b, &cards); err != nil {
		return nil, ErrSealed
	}
	return cards, nil
}

const settingKey = "codes_key"

// Admit compares the vault's keys with the one that the database was used
// with: a wrong key is found before anything is sold (ErrSealed). The first
// key ever, and a new key whose forerunner is at hand, are taken.
func (t *Tx) Admit(v *Vault) error {
	var print string
	known, err := t.Setting(settingKey, &print)
	if err != nil {
		return err
	}
	mine := hex.EncodeToString([]byte(v.seal.print))
	if known && print != mine {
		fits := false
		for _, k := range v.opens {
			fits = fits || hex.EncodeToString([]byte(k.print)) == print
		}
		if !fits {
			return ErrSealed
		}
	}
	if known && print == mine {
		return nil
	}
	return t.PutSetting(settingKey, mine)
}

// Rekey seals every order's cards, and every secret message still owed, anew
// under the vault's sealing key, and tells how many orders it changed.
func (t *Tx) Rekey(v *Vault) (int, error) {
	var stale []topup.Order
	c := t.bucket(bOrders).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		o, _, err := t.Order(topup.OrderID(k))
		if err != nil {
			return 0, err
		}
		if len(o.Sealed) > printBytes && string(o.Sealed[1:1+printBytes]) != v.seal.print {
			stale = append(stale, o)
		}
	}
	for _, o := range stale {
		cards, err := v.OpenCards(o)
		if err != nil {
			return 0, fmt.Errorf("order %d: %w", o.No, err)
		}
		o.Sealed = v.SealCards(o.ID, cards)
		if err := t.putJSON(bOrders, orderKey(o.ID), o); err != nil {
			return 0, err
		}
	}
	var owed []Owed
	if err := t.Outbox(func(o Owed) bool {
		if o.Sealed {
			owed = append(owed, o)
		}
		return true
	}); err != nil {
		return 0, err
	}
	for _, o := range owed {
		secret, err := v.Open(o.Body, o.Card)
		if err != nil {
			return 0, fmt.Errorf("a message owed to %d: %w", o.Chat, err)
		}
		o.Body = v.Seal(secret, o.Card)
		if err := t.putJSON(bOutbox, []byte(o.Card), o); err != nil {
			return 0, err
		}
	}
	return len(stale), nil
}
