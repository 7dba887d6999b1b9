package bolt

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	"hanout/store"
	"hanout/topup"
)

func orderKey(id topup.OrderID) []byte { return []byte(id) }

// toKey finds the orders of a shop to one number, which stands there as its
// keyed hash.
func (t *Tx) toKey(s topup.ShopID, to string, no uint64) []byte {
	return toKey(s, store.NumberMark(t.vault, to), no)
}

func toKey(s topup.ShopID, mark string, no uint64) []byte {
	return textKey(strconv.FormatUint(uint64(s), 10)+"/"+mark, no)
}

// Place makes an order: it gets its number, its price is held, and it is due.
// An ID used before gives store.ErrExists and the order that has it; too
// little money gives store.ErrInsufficient. Nothing is written then.
func (t *Tx) Place(o topup.Order) (topup.Order, error) {
	o, err := store.Begin(t, o)
	if err != nil {
		return o, err
	}
	return o, t.addOrder(store.SealOrder(t.vault, o, nil), store.NumberMark(t.vault, o.To))
}

// addOrder writes a new order, and the indexes by which it is found; mark
// stands for the customer's number.
func (t *Tx) addOrder(f store.OrderForm, mark string) error {
	o, id := f.Order, orderKey(f.ID)
	type index struct {
		bucket     string
		key, value []byte
	}
	indexes := []index{
		{bOrderNo, u64(o.No), id},
		{bOrderShop, append(u64(uint64(o.Shop)), u64(o.No)...), id},
		{bOrderTo, toKey(o.Shop, mark, o.No), id},
		{bOrderPanel, []byte(o.Panel), id},
	}
	if o.ProviderID != "" {
		indexes = append(indexes, index{bOrderProvider, []byte(o.ProviderID), id})
	}
	if !o.State.Final() {
		indexes = append(indexes, index{bOrderOpen, id, nil}, index{bDue, timeKey(o.Due, id), nil})
	}
	for _, ix := range indexes {
		if err := t.put(ix.bucket, ix.key, ix.value); err != nil {
			return err
		}
	}
	return t.putJSON(bOrders, id, f)
}

// Apply writes a change of an order and gives the order as it is then: its
// new version, the journal line that goes with it, the vouchers that came,
// sealed, in place of former ones, and the indexes. Nothing is written when
// store.ErrMove, store.ErrConflict or store.ErrSealed comes back.
func (t *Tx) Apply(s topup.Change) (topup.Order, error) {
	o := s.Order
	was, vouchers, ok, err := t.stored(o.ID)
	if err != nil {
		return o, err
	}
	if !ok {
		return o, fmt.Errorf("%w: no order %s", store.ErrMove, o.ID)
	}
	if o, vouchers, err = store.Advance(t, t.vault, was, vouchers, s); err != nil {
		return o, err
	}
	if err := t.reindex(was, o); err != nil {
		return o, err
	}
	return o, t.putOrder(o, vouchers)
}

// reindex brings the indexes of an order from one version to the next.
func (t *Tx) reindex(was, o topup.Order) error {
	if o.ProviderID != was.ProviderID {
		if err := t.put(bOrderProvider, []byte(o.ProviderID), orderKey(o.ID)); err != nil {
			return err
		}
	}
	if !was.Due.Equal(o.Due) {
		if !was.Due.IsZero() {
			if err := t.delete(bDue, timeKey(was.Due, orderKey(o.ID))); err != nil {
				return err
			}
		}
		if !o.Due.IsZero() {
			if err := t.put(bDue, timeKey(o.Due, orderKey(o.ID)), nil); err != nil {
				return err
			}
		}
	}
	if o.State.Final() && !was.State.Final() {
		return t.delete(bOrderOpen, orderKey(o.ID))
	}
	return nil
}

// stored reads an order, and its vouchers as they lie on disk. What the
// key does not open gives store.ErrSealed, with the rest of the order.
func (t *Tx) stored(id topup.OrderID) (o topup.Order, vouchers []byte, ok bool, err error) {
	if id == "" {
		return o, nil, false, nil
	}
	var f store.OrderForm
	if ok, err = t.getJSON(bOrders, orderKey(id), &f); err != nil || !ok {
		return o, nil, false, err
	}
	completeOrder(&f.Order)
	o, err = f.Reveal(t.vault, id)
	return o, f.Vouchers, true, err
}

func (t *Tx) putOrder(o topup.Order, vouchers []byte) error {
	return t.putJSON(bOrders, orderKey(o.ID), store.SealOrder(t.vault, o, vouchers))
}

// Order reads an order by its ID.
func (t *Tx) Order(id topup.OrderID) (topup.Order, bool, error) {
	o, _, ok, err := t.stored(id)
	return o, ok, err
}

// Vouchers reads the codes of an order; none when none came. What the key
// does not open, or no key, gives store.ErrSealed.
func (t *Tx) Vouchers(id topup.OrderID) ([]topup.Voucher, error) {
	_, sealed, _, err := t.stored(id)
	if err != nil {
		return nil, err
	}
	return store.OpenVouchers(t.vault, id, sealed)
}

func (t *Tx) indexed(bucket string, key []byte) (topup.Order, bool, error) {
	if len(key) == 0 {
		return topup.Order{}, false, nil
	}
	id, err := t.get(bucket, key)
	if err != nil || id == nil {
		return topup.Order{}, false, err
	}
	o, ok, err := t.Order(topup.OrderID(id))
	if err == nil && !ok {
		err = store.Corrupt(bucket, key, "an order is missing")
	}
	return o, ok, err
}

// OrderByNo reads an order by the number people use.
func (t *Tx) OrderByNo(no uint64) (topup.Order, bool, error) { return t.indexed(bOrderNo, u64(no)) }

// OrderByProvider reads an order by the provider's ID.
func (t *Tx) OrderByProvider(id string) (topup.Order, bool, error) {
	return t.indexed(bOrderProvider, []byte(id))
}

// OrderByPanel reads an order by the panel that shows it.
func (t *Tx) OrderByPanel(panel string) (topup.Order, bool, error) {
	return t.indexed(bOrderPanel, []byte(panel))
}

// OrdersOf lists a shop's newest orders, from below the number before (0:
// from the newest).
func (t *Tx) OrdersOf(s topup.ShopID, before uint64, limit int) ([]topup.Order, error) {
	prefix := u64(uint64(s))
	var from []byte
	if before > 0 {
		from = append(u64(uint64(s)), u64(before)...)
	}
	return t.newest(bOrderShop, prefix, from, limit)
}

// OrdersTo lists a shop's newest orders to one number.
func (t *Tx) OrdersTo(s topup.ShopID, to string, limit int) ([]topup.Order, error) {
	k := t.toKey(s, to, 0)
	return t.newest(bOrderTo, k[:len(k)-8], nil, limit)
}

func (t *Tx) newest(bucket string, prefix, from []byte, limit int) ([]topup.Order, error) {
	var out []topup.Order
	for k := range newestFirst(t.bucket(bucket), prefix, from) {
		if len(out) == limit {
			break
		}
		o, _, err := t.indexed(bucket, k)
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, nil
}

// OrdersMade lists the newest orders of all shops by their IDs, from below one.
func (t *Tx) OrdersMade(before topup.OrderID, limit int) ([]topup.Order, error) {
	var from []byte
	if before != "" {
		from = orderKey(before)
	}
	var out []topup.Order
	for k := range newestFirst(t.bucket(bOrders), nil, from) {
		if len(out) == limit {
			break
		}
		o, _, err := t.Order(topup.OrderID(k))
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, nil
}

// OpenOrders walks the orders that are not final, in the order of their IDs.
func (t *Tx) OpenOrders() iter.Seq2[topup.Order, error] {
	return walk(t, bOrderOpen, func(k []byte) (topup.Order, error) {
		o, ok, err := t.Order(topup.OrderID(k))
		if err == nil && !ok {
			err = store.Corrupt(bOrderOpen, k, "an order is missing")
		}
		return o, err
	})
}

// Due lists the orders whose time has come, the longest waiting first, without
// those that skip names (nil skips none); these are passed over unread.
func (t *Tx) Due(now time.Time, limit int, skip func(topup.OrderID) bool) ([]topup.Order, error) {
	var out []topup.Order
	c := t.bucket(bDue).Cursor()
	for k, _ := c.First(); k != nil && len(out) < limit; k, _ = c.Next() {
		at, id, ok := fromTimeKey(k)
		if !ok {
			return nil, store.Corrupt(bDue, k, "a key does not decode")
		}
		if at.After(now) {
			break
		}
		if skip != nil && skip(topup.OrderID(id)) {
			continue
		}
		o, ok, err := t.Order(topup.OrderID(id))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, store.Corrupt(bDue, k, "an order is missing")
		}
		out = append(out, o)
	}
	return out, nil
}

// NextDue is the earliest time at which an order is due.
func (t *Tx) NextDue() (time.Time, bool, error) {
	k, _ := t.bucket(bDue).Cursor().First()
	if k == nil {
		return time.Time{}, false, nil
	}
	at, _, ok := fromTimeKey(k)
	if !ok {
		return time.Time{}, false, store.Corrupt(bDue, k, "a key does not decode")
	}
	return at, true, nil
}

// DueAfter walks the orders that are due after a time, the latest first.
func (t *Tx) DueAfter(at time.Time) iter.Seq2[topup.Order, error] {
	return func(yield func(topup.Order, error) bool) {
		c := t.bucket(bDue).Cursor()
		for k, _ := c.Last(); k != nil; k, _ = c.Prev() {
			due, id, ok := fromTimeKey(k)
			if !ok {
				yield(topup.Order{}, store.Corrupt(bDue, k, "a key does not decode"))
				return
			}
			if !due.After(at) {
				return
			}
			o, ok, err := t.Order(topup.OrderID(id))
			if err == nil && !ok {
				err = store.Corrupt(bDue, k, "an order is missing")
			}
			if !yield(o, err) {
				return
			}
		}
	}
}
