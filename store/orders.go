package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hanout/topup"
)

// ErrMove is a change of an order that the transition table, or what is
// frozen in it, does not allow.
var ErrMove = errors.New("store: an order can't change so")

func orderKey(id topup.OrderID) []byte { return []byte(id) }

// toKey finds the orders of a shop to one number, which stands there as its
// keyed hash.
func (t *Tx) toKey(s topup.ShopID, to string, no uint64) []byte {
	if t.vault != nil && to != "" {
		to = t.vault.mark(to)
	}
	return textKey(strconv.FormatUint(uint64(s), 10)+"/"+to, no)
}

// Place makes an order: it gets its number, its price is held, and it is due.
// An ID used before gives ErrExists and the order that has it; too little
// money gives ErrInsufficient. Nothing is written then.
func (t *Tx) Place(o topup.Order) (topup.Order, error) {
	if err := o.Valid(); err != nil {
		return o, err
	}
	if o.State != topup.Placed || o.Due.IsZero() {
		return o, fmt.Errorf("%w: a new order must be placed and due", ErrMove)
	}
	if old, ok, err := t.Order(o.ID); err != nil {
		return o, err
	} else if ok {
		return old, ErrExists
	}
	if other, taken, err := t.OrderByPanel(o.Panel); err != nil {
		return o, err
	} else if taken {
		return o, fmt.Errorf("%w: the card of %s shows %s already", ErrMove, o.ID, other.ID)
	}
	posted, err := t.Post(topup.Hold(o))
	if err != nil {
		return o, err
	}
	if !posted {
		return o, fmt.Errorf("%w: %s has a hold but no order", ErrConflict, o.ID)
	}
	if o.No, err = t.NextID("order"); err != nil {
		return o, err
	}
	for _, ix := range []struct {
		bucket string
		key    []byte
		value  []byte
	}{
		{bOrderNo, u64(o.No), orderKey(o.ID)},
		{bOrderShop, append(u64(uint64(o.Shop)), u64(o.No)...), orderKey(o.ID)},
		{bOrderTo, t.toKey(o.Shop, o.To, o.No), orderKey(o.ID)},
		{bOrderPanel, []byte(o.Panel), orderKey(o.ID)},
		{bOrderOpen, orderKey(o.ID), nil},
		{bDue, timeKey(o.Due, orderKey(o.ID)), nil},
	} {
		if err := t.put(ix.bucket, ix.key, ix.value); err != nil {
			return o, err
		}
	}
	return o, t.putOrder(o)
}

// Apply writes a step of an order's life: its new version, the journal line
// that goes with it, and the indexes. The transition table is enforced here a
// last time; a final state needs its own journal line, and no other step has
// one. Nothing is written when ErrMove or ErrConflict comes back.
func (t *Tx) Apply(s topup.Change) error {
	o := s.Order
	was, ok, err := t.Order(o.ID)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%w: no order %s", ErrMove, o.ID)
	case !was.State.May(o.State):
		return fmt.Errorf("%w: %s from %s to %s", ErrMove, o.ID, was.State, o.State)
	case was.No != o.No || was.Shop != o.Shop || was.Chat != o.Chat || was.Panel != o.Panel || was.Good != o.Good ||
		was.Price != o.Price || was.Face != o.Face || was.Quantity != o.Quantity || was.To != o.To ||
		was.Plan != o.Plan || was.Product != o.Product || was.TypeID != o.TypeID:
		return fmt.Errorf("%w: %s changed what was sold", ErrMove, o.ID)
	case was.ProviderID != "" && was.ProviderID != o.ProviderID:
		return fmt.Errorf("%w: %s changed its provider ID", ErrMove, o.ID)
	case !settles(s, was.State):
		return fmt.Errorf("%w: %s from %s to %s with the wrong journal line", ErrMove, o.ID, was.State, o.State)
	case was.State.Final() && (was.Captured != o.Captured || was.Charged != o.Charged || was.ChargedKnown != o.ChargedKnown):
		return fmt.Errorf("%w: %s changed how it was settled", ErrMove, o.ID)
	case o.State.Final() != o.Due.IsZero():
		return fmt.Errorf("%w: %s in %s with due time %t", ErrMove, o.ID, o.State, !o.Due.IsZero())
	}
	adopts := o.ProviderID != "" && was.ProviderID == ""
	if adopts {
		if other, taken, err := t.OrderByProvider(o.ProviderID); err != nil {
			return err
		} else if taken {
			return fmt.Errorf("%w: %s and %s claim one provider order", ErrMove, o.ID, other.ID)
		}
	}
	if s.Journal != nil {
		posted, err := t.Post(*s.Journal)
		if err != nil {
			return err
		}
		if !posted {
			return fmt.Errorf("%w: %s was settled before", ErrConflict, o.ID)
		}
	}
	if adopts {
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
		if err := t.delete(bOrderOpen, orderKey(o.ID)); err != nil {
			return err
		}
	}
	return t.putOrder(o)
}

// settles reports whether a step has the one journal line that goes with it:
// the capture or release of its order on the way to a final state, else none.
func settles(s topup.Change, was topup.State) bool {
	var want topup.Transaction
	switch o := s.Order; {
	case was == o.State || !o.State.Final():
		return s.Journal == nil
	case o.State == topup.Delivered:
		want = topup.Capture(o)
	default:
		want = topup.Release(o)
	}
	return s.Journal != nil && s.Journal.Key == want.Key && slices.Equal(s.Journal.Postings, want.Postings)
}

// Order reads an order by its ID.
func (t *Tx) Order(id topup.OrderID) (topup.Order, bool, error) {
	var s storedOrder
	if id == "" {
		return s.Order, false, nil
	}
	ok, err := t.getJSON(bOrders, orderKey(id), &s)
	if err != nil || !ok {
		return topup.Order{}, false, err
	}
	completeOrder(&s.Order)
	s.Order.To, err = t.reveal(s.To, s.SealedTo, toContext(id))
	return s.Order, true, err
}

// storedOrder is an order as it lies on disk: the customer's number sealed.
type storedOrder struct {
	topup.Order
	To       string `json:"to,omitempty"`
	SealedTo []byte `json:"sealed_to,omitempty"`
}

func toContext(id topup.OrderID) string { return "number of " + string(id) }

func (t *Tx) putOrder(o topup.Order) error {
	s := storedOrder{Order: o}
	s.To, s.SealedTo = t.hide(o.To, toContext(o.ID))
	return t.putJSON(bOrders, orderKey(o.ID), s)
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
		err = corrupt(bucket, key, "an order is missing")
	}
	return o, ok, err
}

// OrderByNo reads an order by the number people use.
func (t *Tx) OrderByNo(no uint64) (topup.Order, bool, error) { return t.indexed(bOrderNo, u64(no)) }

// OrderByProvider reads an order by the provider's ID.
func (t *Tx) OrderByProvider(id string) (topup.Order, bool, error) {
	return t.indexed(bOrderProvider, []byte(id))
}

// OrderByCard reads an order by the message that shows it.
func (t *Tx) OrderByPanel(card string) (topup.Order, bool, error) {
	return t.indexed(bOrderPanel, []byte(card))
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
	var failed error
	newestFirst(t.bucket(bucket), prefix, from, func(k []byte) bool {
		if len(out) == limit {
			return false
		}
		o, _, err := t.indexed(bucket, k)
		if err != nil {
			failed = err
			return false
		}
		out = append(out, o)
		return true
	})
	return out, failed
}

// OpenOrders walks the orders that are not final until fn says stop.
func (t *Tx) OpenOrders(fn func(topup.Order) (more bool)) error {
	c := t.bucket(bOrderOpen).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		o, ok, err := t.Order(topup.OrderID(k))
		if err != nil {
			return err
		}
		if !ok {
			return corrupt(bOrderOpen, k, "an order is missing")
		}
		if !fn(o) {
			return nil
		}
	}
	return nil
}

// Due lists the orders whose time has come, the longest waiting first, without
// those that skip names (nil skips none); these are passed over unread.
func (t *Tx) Due(now time.Time, limit int, skip func(topup.OrderID) bool) ([]topup.Order, error) {
	var out []topup.Order
	c := t.bucket(bDue).Cursor()
	for k, _ := c.First(); k != nil && len(out) < limit; k, _ = c.Next() {
		at, id, ok := fromTimeKey(k)
		if !ok {
			return nil, corrupt(bDue, k, "a key does not decode")
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
			return nil, corrupt(bDue, k, "an order is missing")
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
		return time.Time{}, false, corrupt(bDue, k, "a key does not decode")
	}
	return at, true, nil
}
