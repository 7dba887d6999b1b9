package bolt

import (
	"encoding/json"
	"fmt"

	"hanout/store"
	"hanout/topup"
)

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

func vouchersContext(id topup.OrderID) string { return "cards of " + string(id) }

// sealVouchers seals an order's codes. They never lie open: without a vault
// it gives store.ErrSealed.
func (t *Tx) sealVouchers(id topup.OrderID, list []topup.Voucher) ([]byte, error) {
	if t.vault == nil {
		return nil, fmt.Errorf("%w: no key to seal the codes of %s with", store.ErrSealed, id)
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return t.vault.Seal(b, vouchersContext(id)), nil
}

func (t *Tx) openVouchers(id topup.OrderID, sealed []byte) (list []topup.Voucher, err error) {
	if t.vault == nil {
		return nil, store.ErrSealed
	}
	b, err := t.vault.Open(sealed, vouchersContext(id))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, store.ErrSealed
	}
	return list, nil
}
