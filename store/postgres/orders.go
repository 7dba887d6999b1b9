package postgres

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// orderRow is an order's form, and what stands for the customer's number in
// the index.
type orderRow struct {
	store.OrderForm
	mark string
}

var orders = newTable("orders", 1, `id no shop seller panel provider_id good operator plan state quantity face price captured charged placed settled due to_mark`,
	func(r orderRow) []any {
		o := r.Order
		var charged any
		if o.ChargedKnown {
			charged = int64(o.Charged)
		}
		return []any{text(o.ID), number(o.No), number(o.Shop), o.By, text(o.Panel), optional(text(o.ProviderID)), text(o.Good), text(o.Operator), text(o.Plan),
			text(o.State), o.Quantity, int64(o.Face), int64(o.Price), int64(o.Captured), charged, o.Placed, when(o.Settled), instant(o.Due), text(r.mark)}
	})

var (
	ordersByNo       = byKey("orders", "no", "bigint", "id")
	ordersByPanel    = byKey("orders", "panel", "text", "id")
	ordersByProvider = func() *finder {
		f := byKey("orders", "provider_id", "text", "id")
		f.new = coming // the first time that it is asked for
		return f
	}()
	// ordersTo finds a shop's newest orders to a number: a key is the shop, and
	// what stands for the number.
	ordersTo = &finder{"orders by number", fmt.Sprintf(`SELECT k, json_agg(o.doc ORDER BY o.no DESC) FROM unnest($1::text[]) k, LATERAL
		(SELECT no, doc FROM orders WHERE shop = split_part(k, ' ', 1)::bigint AND to_mark = substr(k, strpos(k, ' ') + 1) ORDER BY no DESC LIMIT %d) o GROUP BY k`, toRemembered), coming}
)

// toRemembered is how many of the orders to one number are remembered.
const toRemembered = 10

// Place makes an order: it gets its number, its price is held, and it is due.
// An ID used before gives store.ErrExists and the order that has it; too
// little money gives store.ErrInsufficient. Nothing is written then.
func (t *Tx) Place(o topup.Order) (topup.Order, error) {
	o, err := store.Begin(t, o)
	if err != nil {
		return o, err
	}
	return o, t.putOrder(o, nil)
}

// Apply writes a change of an order and gives the order as it is then: its
// new version, the journal line that goes with it, and the vouchers that came,
// sealed, in place of former ones. Nothing is written when store.ErrMove,
// store.ErrConflict or store.ErrSealed comes back.
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
	return o, t.putOrder(o, vouchers)
}

func (t *Tx) putOrder(o topup.Order, vouchers []byte) error {
	mark := store.NumberMark(t.vault, o.To)
	id := []byte(text(o.ID))
	ordersByNo.put(t, keyText(number(o.No)), id)
	ordersByPanel.put(t, text(o.Panel), id)
	if o.ProviderID != "" {
		ordersByProvider.put(t, text(o.ProviderID), id)
	}
	ordersTo.lose(t, toKey(o.Shop, mark))
	return orders.write(t, orderRow{store.SealOrder(t.vault, o, vouchers), mark})
}

func toKey(s topup.ShopID, mark string) string { return keyText(number(s)) + " " + text(mark) }

// stored reads an order, and its vouchers as they lie there. What the key does
// not open gives store.ErrSealed, with the rest of the order.
func (t *Tx) stored(id topup.OrderID) (o topup.Order, vouchers []byte, ok bool, err error) {
	f, ok, err := orders.read(t, text(id))
	if err != nil || !ok || f.ID != id {
		return o, nil, false, err
	}
	o, err = f.Reveal(t.vault, id)
	return o, f.Vouchers, true, err
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

// openOrder opens what was found by something else than an ID.
func (t *Tx) openOrder(f store.OrderForm) (topup.Order, error) { return f.Reveal(t.vault, f.ID) }

// foundBy reads the order to which something else than its ID leads.
func (t *Tx) foundBy(f *finder, key string) (topup.Order, bool, error) {
	id, ok, err := f.row(t, key)
	if err != nil || !ok {
		return topup.Order{}, false, err
	}
	row, ok, err := orders.read(t, string(id))
	if err != nil || !ok {
		return topup.Order{}, false, err
	}
	o, err := t.openOrder(row.OrderForm)
	return o, true, err
}

func (t *Tx) someOrders(sql string, args ...any) (out []topup.Order, err error) {
	forms, err := list[store.OrderForm](t, orders.name, sql, args...)
	for _, f := range forms {
		o, err := t.openOrder(f)
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, err
}

// OrderByNo reads an order by the number people use.
func (t *Tx) OrderByNo(no uint64) (topup.Order, bool, error) {
	return t.foundBy(ordersByNo, keyText(number(no)))
}

// OrderByProvider reads an order by the provider's ID.
func (t *Tx) OrderByProvider(id string) (topup.Order, bool, error) {
	return t.foundBy(ordersByProvider, text(id))
}

// OrderByPanel reads an order by the panel that shows it.
func (t *Tx) OrderByPanel(panel string) (topup.Order, bool, error) {
	return t.foundBy(ordersByPanel, text(panel))
}

// OrdersOf lists a shop's newest orders, from below the number before (0:
// from the newest).
func (t *Tx) OrdersOf(s topup.ShopID, before uint64, limit int) ([]topup.Order, error) {
	return t.someOrders(`SELECT doc FROM orders WHERE shop = $1 AND no < $2 ORDER BY no DESC LIMIT $3`, number(s), below(before), limit)
}

// OrdersTo lists a shop's newest orders to one number.
func (t *Tx) OrdersTo(s topup.ShopID, to string, limit int) (out []topup.Order, err error) {
	mark := text(store.NumberMark(t.vault, to))
	if limit > toRemembered || limit < 0 {
		return t.someOrders(`SELECT doc FROM orders WHERE shop = $1 AND to_mark = $2 ORDER BY no DESC LIMIT $3`, number(s), mark, limit)
	}
	docs, ok, err := ordersTo.row(t, toKey(s, mark))
	if err != nil || !ok {
		return nil, err
	}
	forms, err := decode[[]store.OrderForm](orders.name, docs)
	for _, f := range forms[:min(len(forms), limit)] {
		o, err := t.openOrder(f)
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, err
}

// OrdersMade lists the newest orders of all shops by their IDs, from below one.
func (t *Tx) OrdersMade(before topup.OrderID, limit int) ([]topup.Order, error) {
	if before == "" {
		return t.someOrders(`SELECT doc FROM orders ORDER BY id DESC LIMIT $1`, limit)
	}
	return t.someOrders(`SELECT doc FROM orders WHERE id < $1 ORDER BY id DESC LIMIT $2`, text(before), limit)
}

// OpenOrders walks the orders that are not final, in the order of their IDs.
func (t *Tx) OpenOrders() iter.Seq2[topup.Order, error] {
	return each(orders.name, walk(t, by[string], `SELECT id, doc FROM orders WHERE due IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`, ""), t.openOrder)
}

// dueFrom walks what is due by its time, the longest waiting first.
const dueFrom = `SELECT due, id, doc FROM orders WHERE due IS NOT NULL AND (due, id) > ($1, $2) ORDER BY due, id LIMIT $3`

// Due lists the orders whose time has come, the longest waiting first, without
// those that skip names (nil skips none).
func (t *Tx) Due(now time.Time, limit int, skip func(topup.OrderID) bool) (out []topup.Order, err error) {
	if limit <= 0 {
		return nil, nil
	}
	for r, err := range walk(t, byBoth[int64, string], dueFrom, int64(0), "") {
		if err != nil {
			return nil, err
		}
		f, err := decode[store.OrderForm](orders.name, r.doc)
		switch {
		case err != nil:
			return nil, err
		case f.Due.After(now):
			return out, nil
		case skip != nil && skip(f.ID):
			continue
		}
		o, err := t.openOrder(f)
		if err != nil {
			return nil, err
		}
		if out = append(out, o); len(out) == limit {
			break
		}
	}
	return out, nil
}

// NextDue is the earliest time at which an order is due.
func (t *Tx) NextDue() (time.Time, bool, error) {
	at, ok, err := value[int64](t, `SELECT due FROM orders WHERE due IS NOT NULL ORDER BY due, id LIMIT 1`)
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	return time.Unix(0, at), true, nil
}

// DueAfter walks the orders that are due after a time, the latest first.
func (t *Tx) DueAfter(at time.Time) iter.Seq2[topup.Order, error] {
	later := `SELECT due, id, doc FROM orders WHERE due > $1 AND (due, id) < ($2, $3) ORDER BY due DESC, id DESC LIMIT $4`
	scan := func(rows pgx.Rows) (row, error) {
		r, err := byBoth[int64, string](rows)
		r.at = slices.Insert(r.at, 0, any(at.UnixNano()))
		return r, err
	}
	return each(orders.name, walk(t, scan, later, at.UnixNano(), int64(1)<<62, ""), t.openOrder)
}
