package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"hanout/topup"
)

// ErrSealed is a secret that none of the keys at hand opens.
var ErrSealed = errors.New("store: the codes key does not open this")

// Vault encrypts what must not lie readable on disk: card codes, the numbers
// of customers and shops, talks, and messages. It is AES-256-GCM with a random
// nonce; each secret is bound to a context (its order, its card), so that it
// opens nowhere else. What must be found again is indexed by a keyed hash.
type Vault struct {
	seal  vaultKey
	opens []vaultKey // the sealing key first, then older ones
}

type vaultKey struct {
	print string // names the key without telling it
	aead  cipher.AEAD
	index []byte // key of the hashes of indexes
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
		v.opens = append(v.opens, vaultKey{string(derive(k, "hanout codes key")[:printBytes]), aead, derive(k, "hanout index")})
	}
	v.seal = v.opens[0]
	return v, nil
}

func derive(key []byte, what string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

// mark stands for a number in an index: the same for the same number, and
// telling nothing without the key.
func (v *Vault) mark(number string) string {
	return hex.EncodeToString(derive(v.seal.index, number)[:16])
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

func vouchersContext(id topup.OrderID) string { return "cards of " + string(id) }

// SealCards encrypts an order's cards.
func (v *Vault) SealVouchers(id topup.OrderID, cards []topup.Voucher) []byte {
	b, err := json.Marshal(cards)
	if err != nil {
		panic("store: cards do not encode: " + err.Error()) // no field can fail
	}
	return v.Seal(b, vouchersContext(id))
}

// OpenCards decrypts an order's cards.
func (v *Vault) OpenVouchers(o topup.Order) ([]topup.Voucher, error) {
	b, err := v.Open(o.Sealed, vouchersContext(o.ID))
	if err != nil {
		return nil, err
	}
	var cards []topup.Voucher
	if err := json.Unmarshal(b, &cards); err != nil {
		return nil, ErrSealed
	}
	return cards, nil
}

const settingKey = "codes_key"

// Admit compares the vault's sealing key with the one that the database was
// used with, so that a wrong key is found before anything is sold (ErrSealed).
// The first key ever is taken; another one only [Tx.Rekey] brings in.
func (t *Tx) Admit(v *Vault) error {
	var print string
	known, err := t.Setting(settingKey, &print)
	switch {
	case err != nil:
		return err
	case !known:
		return t.PutSetting(settingKey, v.print())
	case print != v.print():
		return ErrSealed
	}
	return nil
}

func (v *Vault) print() string { return hex.EncodeToString([]byte(v.seal.print)) }

// Rekey seals all secrets anew under the vault's sealing key, which is the
// database's from then on; what an older key sealed must open with the
// vault's older keys. It gives the number of orders.
func (t *Tx) Rekey(v *Vault) (orders int, err error) {
	t.vault = v
	for _, part := range []func() error{
		func() (err error) { orders, err = t.rekeyOrders(); return err },
		t.rekeyShops, t.rekeySessions, t.rekeyDeadLetters, t.rekeyOutbox,
	} {
		if err := part(); err != nil {
			return 0, err
		}
	}
	return orders, t.PutSetting(settingKey, v.print())
}

// keys copies a bucket's keys, so that the bucket may change while they are
// walked.
func (t *Tx) keys(bucket string) (list [][]byte) {
	c := t.bucket(bucket).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		list = append(list, append([]byte(nil), k...))
	}
	return list
}

func (t *Tx) rekeyOrders() (int, error) {
	for _, k := range t.keys(bOrderTo) {
		if err := t.delete(bOrderTo, k); err != nil {
			return 0, err
		}
	}
	list := t.keys(bOrders)
	for _, k := range list {
		o, _, err := t.Order(topup.OrderID(k))
		if err != nil {
			return 0, err
		}
		if len(o.Sealed) > 0 {
			cards, err := t.vault.OpenVouchers(o)
			if err != nil {
				return 0, fmt.Errorf("order %d: %w", o.No, err)
			}
			o.Sealed = t.vault.SealVouchers(o.ID, cards)
		}
		if err := t.putOrder(o); err != nil {
			return 0, err
		}
		if err := t.put(bOrderTo, t.toKey(o.Shop, o.To, o.No), orderKey(o.ID)); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (t *Tx) rekeyShops() error {
	for _, k := range t.keys(bShops) {
		s, ok, err := t.Shop(topup.ShopID(binary.BigEndian.Uint64(k)))
		if err != nil || !ok {
			return err
		}
		if err := t.PutShop(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeySessions() error {
	for _, k := range t.keys(bSessions) {
		b, err := t.Session(fromI64(k))
		if err != nil {
			return err
		}
		if err := t.PutSession(fromI64(k), b); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeyDeadLetters() error {
	var list []DeadLetter
	if err := t.DeadLetters(func(p DeadLetter) bool { list = append(list, p); return true }); err != nil {
		return err
	}
	for _, p := range list {
		if err := t.SetAside(p.UpdateID, p.Raw, p.Why, p.At); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeyOutbox() error {
	reseal := func(o *Owed) error {
		if !o.Sealed {
			return nil
		}
		secret, err := t.vault.Open(o.Body, o.Panel)
		if err != nil {
			return fmt.Errorf("a message owed to %d: %w", o.Chat, err)
		}
		o.Body = t.vault.Seal(secret, o.Panel)
		return nil
	}
	for _, k := range t.keys(bOutbox) {
		o, _, err := t.OwedOf(string(k))
		if err != nil {
			return err
		}
		if err := reseal(&o); err != nil {
			return err
		}
		if err := t.putJSON(bOutbox, k, o); err != nil {
			return err
		}
	}
	for _, k := range t.keys(bUndelivered) {
		var u Undelivered
		if _, err := t.getJSON(bUndelivered, k, &u); err != nil {
			return err
		}
		if err := reseal(&u.Owed); err != nil {
			return err
		}
		if err := t.putJSON(bUndelivered, k, u); err != nil {
			return err
		}
	}
	return nil
}

// hide seals a short text that must not lie readable; without a vault (tools
// and tests) it stays as it is.
func (t *Tx) hide(text, context string) (clear string, sealed []byte) {
	if t.vault == nil || text == "" {
		return text, nil
	}
	return "", t.vault.Seal([]byte(text), context)
}

// reveal is the reverse of hide. Without a vault a sealed text stays empty.
func (t *Tx) reveal(clear string, sealed []byte, context string) (string, error) {
	if len(sealed) == 0 || t.vault == nil {
		return clear, nil
	}
	b, err := t.vault.Open(sealed, context)
	return string(b), err
}
