package postgres

import (
	"fmt"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// Admit compares a vault's sealing key with the one that the database was
// used with, so that a wrong key is found before anything is sold
// (store.ErrSealed). The first key ever is taken; another one only
// [DB.Rekey] brings in.
func (db *DB) Admit(v *store.Vault) error {
	return db.Update(func(t *Tx) error { return store.Admit(t, v) })
}

// Rekey seals all secrets anew under the vault's sealing key, which is the
// database's from then on; what an older key sealed must open with the
// vault's older keys. It is one transaction: cut short, it leaves nothing. It
// gives the number of orders.
func (db *DB) Rekey(v *store.Vault) (orders int, err error) {
	err = db.Update(func(t *Tx) error {
		t.vault = v
		t.forgo()
		if orders, err = t.resealOrders(); err != nil {
			return err
		}
		for _, reseal := range []func() error{t.resealShops, t.resealSessions, t.resealLetters, t.resealOutbox, t.resealUndelivered, t.resealComplaints} {
			if err := reseal(); err != nil {
				return err
			}
		}
		return t.PutSetting(store.SettingKey, v.Print())
	})
	if err != nil {
		return 0, err
	}
	return orders, nil
}

// reseal opens each row of a walk, and writes it again.
func reseal[T any](rows iter.Seq2[T, error], what func(T) string, write func(T) error) (n int, err error) {
	for v, err := range rows {
		if err != nil {
			return n, fmt.Errorf("%s: %w", what(v), err)
		}
		if err := write(v); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (t *Tx) resealOrders() (int, error) {
	type opened struct {
		topup.Order
		vouchers []topup.Voucher
		coded    bool
	}
	rows := each(orders.name, walk(t, by[string], `SELECT id, doc FROM orders WHERE id > $1 ORDER BY id LIMIT $2`, ""), func(f store.OrderForm) (r opened, err error) {
		r.coded = len(f.Vouchers) > 0
		if r.Order, err = t.openOrder(f); err == nil {
			r.vouchers, err = store.OpenVouchers(t.vault, f.ID, f.Vouchers)
		}
		return r, err
	})
	return reseal(rows, func(r opened) string { return fmt.Sprintf("order %d", r.No) }, func(r opened) (err error) {
		var sealed []byte
		if r.coded {
			if sealed, err = store.SealVouchers(t.vault, r.ID, r.vouchers); err != nil {
				return err
			}
		}
		return t.putOrder(r.Order, sealed)
	})
}

func (t *Tx) resealShops() error {
	_, err := reseal(t.Shops(), func(s topup.Shop) string { return fmt.Sprintf("shop %d", s.ID) }, t.PutShop)
	return err
}

func (t *Tx) resealSessions() error {
	type session struct {
		chat int64
		body []byte
	}
	chats, err := t.Sessions()
	if err != nil {
		return err
	}
	_, err = reseal(func(yield func(session, error) bool) {
		for _, chat := range chats {
			if b, err := t.Session(chat); !yield(session{chat, b}, err) {
				return
			}
		}
	}, func(s session) string { return fmt.Sprintf("the session of %d", s.chat) }, func(s session) error { return t.PutSession(s.chat, s.body) })
	return err
}

func (t *Tx) resealLetters() error {
	_, err := reseal(t.DeadLetters(), func(d store.DeadLetter) string { return fmt.Sprintf("update %d", d.UpdateID) },
		func(d store.DeadLetter) error { return t.SetAside(d.UpdateID, d.Raw, d.Why, d.At) })
	return err
}

func (t *Tx) resealOutbox() error {
	_, err := reseal(t.Outbox(), func(o store.Owed) string { return fmt.Sprintf("a message owed to %d", o.Chat) },
		func(o store.Owed) error { return outbox.write(t, store.SealOwed(t.vault, o)) })
	return err
}

func (t *Tx) resealUndelivered() error {
	_, err := reseal(t.Undelivered(), func(u store.Undelivered) string { return fmt.Sprintf("a message owed to %d", u.Chat) }, func(u store.Undelivered) error {
		return undelivered.write(t, store.UndeliveredForm{OwedForm: store.SealOwed(t.vault, u.Owed), Why: u.Why, At: u.At})
	})
	return err
}

func (t *Tx) resealComplaints() error {
	_, err := reseal(source{t}.Complaints(), func(c topup.Complaint) string { return fmt.Sprintf("a complaint of sale %d", c.No) }, t.writeComplaint)
	return err
}
