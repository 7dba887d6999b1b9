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

const settingKey = "codes_key"

// Admit compares a vault's sealing key with the one that the database was
// used with, so that a wrong key is found before anything is sold
// (store.ErrSealed). The first key ever is taken; another one only
// [DB.Rekey] brings in.
func (db *DB) Admit(v *store.Vault) error {
	return db.Update(func(t *Tx) error {
		var print string
		known, err := t.Setting(settingKey, &print)
		switch {
		case err != nil:
			return err
		case !known:
			return t.PutSetting(settingKey, v.Print())
		case print != v.Print():
			return store.ErrSealed
		}
		return nil
	})
}

// Rekey seals all secrets anew under the vault's sealing key, which is the
// database's from then on; what an older key sealed must open with the
// vault's older keys. It gives the number of orders.
func (db *DB) Rekey(v *store.Vault) (orders int, err error) {
	err = db.Update(func(t *Tx) error {
		t.vault = v
		for _, part := range []func() error{
			func() (err error) { orders, err = t.rekeyOrders(); return err },
			t.rekeyShops, t.rekeySessions, t.rekeyDeadLetters, t.rekeyOutbox,
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return t.PutSetting(settingKey, v.Print())
	})
	if err != nil {
		return 0, err
	}
	return orders, nil
}

func (t *Tx) rekeyOrders() (int, error) {
	for _, k := range t.keys(bOrderTo) {
		if err := t.delete(bOrderTo, k); err != nil {
			return 0, err
		}
	}
	list := t.keys(bOrders)
	for _, k := range list {
		o, sealed, _, err := t.stored(topup.OrderID(k))
		if err != nil {
			return 0, err
		}
		if len(sealed) > 0 {
			vouchers, err := t.openVouchers(o.ID, sealed)
			if err != nil {
				return 0, fmt.Errorf("order %d: %w", o.No, err)
			}
			if sealed, err = t.sealVouchers(o.ID, vouchers); err != nil {
				return 0, err
			}
		}
		if err := t.putOrder(o, sealed); err != nil {
			return 0, err
		}
		if err := t.put(bOrderTo, t.toKey(o.Shop, o.To, o.No), orderKey(o.ID)); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (t *Tx) rekeyShops() error {
	var list []topup.Shop
	for s, err := range t.Shops() {
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	for _, s := range list {
		if err := t.PutShop(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeySessions() error {
	chats, err := t.Sessions()
	if err != nil {
		return err
	}
	for _, chat := range chats {
		b, err := t.Session(chat)
		if err != nil {
			return err
		}
		if err := t.PutSession(chat, b); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeyDeadLetters() error {
	var list []store.DeadLetter
	for d, err := range t.DeadLetters() {
		if err != nil {
			return err
		}
		list = append(list, d)
	}
	for _, d := range list {
		if err := t.SetAside(d.UpdateID, d.Raw, d.Why, d.At); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) rekeyOutbox() error {
	reseal := func(o storedOwed) (storedOwed, error) {
		open, err := t.openedOwed(o)
		if err != nil {
			return o, fmt.Errorf("a message owed to %d: %w", o.Chat, err)
		}
		return t.sealedOwed(open), nil
	}
	for _, k := range t.keys(bOutbox) {
		o, err := getRow[storedOwed](t, bOutbox, k)
		if err != nil {
			return err
		}
		if o, err = reseal(o); err != nil {
			return err
		}
		if err := t.putJSON(bOutbox, k, o); err != nil {
			return err
		}
	}
	for _, k := range t.keys(bUndelivered) {
		u, err := getRow[storedUndelivered](t, bUndelivered, k)
		if err != nil {
			return err
		}
		if u.storedOwed, err = reseal(u.storedOwed); err != nil {
			return err
		}
		if err := t.putJSON(bUndelivered, k, u); err != nil {
			return err
		}
	}
	return nil
}
