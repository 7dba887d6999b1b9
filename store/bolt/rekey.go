package bolt

import (
	"bytes"
	"fmt"

	"hanout/store"
	"hanout/topup"
)

// settingRekey is how far a change of the key has come.
const settingRekey = "rekey"

// Admit compares a vault's sealing key with the one that the database was
// used with, so that a wrong key is found before anything is sold
// (store.ErrSealed). The first key ever is taken; another one only
// [DB.Rekey] brings in, and until that is done none is (store.ErrRekeying).
func (db *DB) Admit(v *store.Vault) error {
	return db.Update(func(t *Tx) error {
		if _, half, err := t.rekeyed(); err != nil {
			return err
		} else if half {
			return store.ErrRekeying
		}
		return store.Admit(t, v)
	})
}

// rekeyMark is how far a change of the key has come.
type rekeyMark struct {
	Print string `json:"print"`         // of the new key
	Table int    `json:"table"`         // in sealedTables
	Key   []byte `json:"key,omitempty"` // the last row of it that is done
}

func (t *Tx) rekeyed() (m rekeyMark, half bool, err error) {
	half, err = t.Setting(settingRekey, &m)
	return m, half, err
}

// sealedTables are the buckets that hold secrets. Each opens a row and gives
// how it is written again, under the vault's own key.
var sealedTables = []struct {
	bucket string
	open   func(t *Tx, key []byte) (write func() error, err error)
}{
	{bOrders, resealOrder}, {bShops, resealShop}, {bSessions, resealSession},
	{bDeadLetters, resealDeadLetter}, {bOutbox, resealOwed}, {bUndelivered, resealUndelivered}, {bComplaints, resealComplaint},
}

// rekeyedAtOnce bounds the rows of one commit. One commit for all would free
// nearly all pages of the file at once, and bbolt writes the list of free
// pages with every later commit.
var rekeyedAtOnce = 500

// Rekey seals all secrets anew under the vault's sealing key, which is the
// database's from then on; what an older key sealed must open with the
// vault's older keys, and nothing is changed before all of it does. It works
// in parts: one that was cut short goes on where it was. It gives the number
// of orders.
func (db *DB) Rekey(v *store.Vault) (orders int, err error) {
	if err := db.opensWith(v); err != nil {
		return 0, err
	}
	for done := false; !done; {
		if err := db.Update(func(t *Tx) error {
			t.vault = v
			done, err = t.rekeyPart(v.Print())
			return err
		}); err != nil {
			return 0, err
		}
	}
	err = db.View(func(t *Tx) error { orders = t.count(bOrders); return nil })
	return orders, err
}

// opensWith proves that all secrets open.
func (db *DB) opensWith(v *store.Vault) error {
	return db.View(func(t *Tx) error {
		t.vault = v
		for _, table := range sealedTables {
			c := t.bucket(table.bucket).Cursor()
			for k, _ := c.First(); k != nil; k, _ = c.Next() {
				if _, err := table.open(t, k); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// rekeyPart writes some rows under the vault's own key, and how far that is.
func (t *Tx) rekeyPart(print string) (done bool, err error) {
	m, half, err := t.rekeyed()
	if err != nil {
		return false, err
	}
	if !half || m.Print != print {
		m = rekeyMark{Print: print}
	}
	for left := rekeyedAtOnce; left > 0; {
		if m.Table == len(sealedTables) {
			if err := t.delete(bSettings, []byte(settingRekey)); err != nil {
				return false, err
			}
			return true, t.PutSetting(store.SettingKey, print)
		}
		table := sealedTables[m.Table]
		keys := t.keysAfter(table.bucket, m.Key, left)
		for _, k := range keys {
			write, err := table.open(t, k)
			if err != nil {
				return false, err
			}
			if err := write(); err != nil {
				return false, err
			}
			m.Key = k
		}
		if left -= len(keys); left > 0 {
			m.Table, m.Key = m.Table+1, nil
			left--
		}
	}
	return false, t.PutSetting(settingRekey, m)
}

// keysAfter copies the keys of a bucket that follow one (nil: from the first),
// at most limit of them.
func (t *Tx) keysAfter(bucket string, last []byte, limit int) (list [][]byte) {
	c := t.bucket(bucket).Cursor()
	k, _ := c.Seek(last)
	if last != nil && bytes.Equal(k, last) {
		k, _ = c.Next()
	}
	for ; k != nil && len(list) < limit; k, _ = c.Next() {
		list = append(list, bytes.Clone(k))
	}
	return list
}

func resealOrder(t *Tx, k []byte) (func() error, error) {
	o, sealed, _, err := t.stored(topup.OrderID(k))
	if err != nil {
		return nil, fmt.Errorf("order %d: %w", o.No, err)
	}
	var vouchers []topup.Voucher
	if len(sealed) > 0 {
		if vouchers, err = store.OpenVouchers(t.vault, o.ID, sealed); err != nil {
			return nil, fmt.Errorf("order %d: %w", o.No, err)
		}
	}
	return func() error {
		if len(sealed) > 0 {
			if sealed, err = store.SealVouchers(t.vault, o.ID, vouchers); err != nil {
				return err
			}
		}
		for _, to := range t.vault.Marks(o.To) { // whichever key it stands there under
			if err := t.delete(bOrderTo, toKey(o.Shop, to, o.No)); err != nil {
				return err
			}
		}
		if err := t.put(bOrderTo, t.toKey(o.Shop, o.To, o.No), orderKey(o.ID)); err != nil {
			return err
		}
		return t.putOrder(o, sealed)
	}, nil
}

func resealShop(t *Tx, k []byte) (func() error, error) {
	n, err := key(bShops, k)
	if err != nil {
		return nil, err
	}
	s, _, err := t.Shop(topup.ShopID(n))
	return func() error { return t.PutShop(s) }, err
}

func resealSession(t *Tx, k []byte) (func() error, error) {
	if len(k) != 8 {
		return nil, store.Corrupt(bSessions, k, "a key has the wrong length")
	}
	b, err := t.Session(fromI64(k))
	return func() error { return t.PutSession(fromI64(k), b) }, err
}

func resealDeadLetter(t *Tx, k []byte) (func() error, error) {
	d, err := t.deadLetter(k)
	return func() error { return t.SetAside(d.UpdateID, d.Raw, d.Why, d.At) }, err
}

func resealOwed(t *Tx, k []byte) (func() error, error) {
	o, err := getRow[store.OwedForm](t, bOutbox, k)
	if err != nil {
		return nil, err
	}
	open, err := o.Reveal(t.vault)
	if err != nil {
		return nil, fmt.Errorf("a message owed to %d: %w", o.Chat, err)
	}
	return func() error { return t.putJSON(bOutbox, k, store.SealOwed(t.vault, open)) }, nil
}

func resealUndelivered(t *Tx, k []byte) (func() error, error) {
	u, err := getRow[store.UndeliveredForm](t, bUndelivered, k)
	if err != nil {
		return nil, err
	}
	open, err := u.Reveal(t.vault)
	if err != nil {
		return nil, fmt.Errorf("a message owed to %d: %w", u.Chat, err)
	}
	return func() error {
		u.OwedForm = store.SealOwed(t.vault, open.Owed)
		return t.putJSON(bUndelivered, k, u)
	}, nil
}

func resealComplaint(t *Tx, k []byte) (func() error, error) {
	c, _, err := t.Complaint(topup.OrderID(k))
	if err != nil {
		err = fmt.Errorf("a complaint of sale %d: %w", c.No, err)
	}
	return func() error {
		f, err := store.SealComplaint(t.vault, c)
		if err != nil {
			return err
		}
		return t.writeComplaint(f)
	}, err
}
