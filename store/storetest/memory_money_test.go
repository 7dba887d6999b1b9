package storetest_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"hanout/store"
	"hanout/topup"
)

// The money.

func (s *state) head() store.Head {
	if len(s.Journal) == 0 {
		return store.Head{}
	}
	last := s.Journal[len(s.Journal)-1]
	return store.Head{Seq: last.Seq, Hash: last.Hash}
}

func (t *tx) Post(j topup.Transaction) (posted bool, err error) {
	if old, ok, _ := t.Posted(j.Key); ok {
		if slices.Equal(old.Postings, j.Postings) {
			return false, nil
		}
		return false, store.ErrConflict
	}
	after, err := store.After(j, func(a topup.AccountID) (topup.Money, error) { return t.state.Balances[a], nil })
	if err != nil {
		return false, err
	}
	head := t.head()
	j.Seq, j.Prev = head.Seq+1, head.Hash
	j.Hash = store.Hash(j)
	t.state.Journal = append(t.state.Journal, j)
	maps.Copy(t.state.Balances, after)
	return true, nil
}

func (t *tx) Posted(key string) (topup.Transaction, bool, error) {
	for _, j := range t.state.Journal {
		if j.Key == key {
			return j, true, nil
		}
	}
	return topup.Transaction{}, false, nil
}

func (t *tx) Lines(after uint64, limit int) (list []topup.Transaction, err error) {
	for _, j := range t.state.Journal {
		if j.Seq > after && len(list) < limit {
			list = append(list, j)
		}
	}
	return list, nil
}

func (t *tx) Wallet(s topup.ShopID) (topup.Wallet, error) {
	return topup.Wallet{Available: t.state.Balances[s.Available()], Held: t.state.Balances[s.Held()], Owed: -t.state.Balances[s.Owed()]}, nil
}

func (t *tx) Totals() (sum topup.Wallet, err error) {
	for id := range t.state.Shops {
		w, _ := t.Wallet(id)
		sum.Available += w.Available
		sum.Held += w.Held
		sum.Owed += w.Owed
	}
	return sum, nil
}

func (t *tx) Entries(a topup.AccountID, before uint64, limit int) (list []topup.Transaction, err error) {
	for _, j := range slices.Backward(t.state.Journal) {
		touches := slices.ContainsFunc(j.Postings, func(p topup.Posting) bool { return p.Account == a })
		if touches && (before == 0 || j.Seq < before) && len(list) < limit {
			list = append(list, j)
		}
	}
	return list, nil
}

// The orders.

func (t *tx) put(o topup.Order) {
	var hidden []byte
	note := ""
	if o.Decision != nil {
		d := *o.Decision
		note, d.Note = d.Note, ""
		o.Decision = &d
	}
	if o.To != "" || o.Message != "" || note != "" {
		hidden = []byte(o.To + "\x00" + o.Message + "\x00" + note)
	}
	s := t.seal(hidden, "to "+string(o.ID))
	o.To, o.Message = "", ""
	t.state.Orders[o.ID] = row[topup.Order]{o, s}
}

func (t *tx) get(id topup.OrderID, r row[topup.Order]) (topup.Order, error) {
	hidden, err := t.open(r.Secret, "to "+string(id))
	if part := strings.Split(string(hidden), "\x00"); len(part) == 3 {
		r.Value.To, r.Value.Message = part[0], part[1]
		if r.Value.Decision != nil {
			d := *r.Value.Decision
			d.Note = part[2]
			r.Value.Decision = &d
		}
	}
	_, r.Value.Coded = t.state.Vouchers[id]
	return r.Value, err
}

// find gives the orders that are as wanted, the newest first.
func (t *tx) find(wanted func(topup.Order) bool) (list []topup.Order, err error) {
	for id, r := range t.state.Orders {
		o, err := t.get(id, r)
		if err != nil {
			return nil, err
		}
		if wanted(o) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b topup.Order) int { return cmp.Compare(b.No, a.No) })
	return list, nil
}

func (t *tx) one(wanted func(topup.Order) bool) (topup.Order, bool, error) {
	list, err := t.find(wanted)
	if err != nil || len(list) == 0 {
		return topup.Order{}, false, err
	}
	return list[0], true, nil
}

func (t *tx) Place(o topup.Order) (topup.Order, error) {
	if err := store.MayPlace(o); err != nil {
		return o, err
	}
	if old, ok, err := t.Order(o.ID); err != nil || ok {
		return old, errors.Join(err, store.ErrExists)
	}
	if _, taken, err := t.OrderByPanel(o.Panel); err != nil || taken {
		return o, errors.Join(err, store.ErrMove)
	}
	if _, err := t.Post(topup.Hold(o)); err != nil {
		return o, err
	}
	o.No, _ = t.NextID("order")
	t.put(o)
	return o, nil
}

func (t *tx) Apply(s topup.Change) (topup.Order, error) {
	was, ok, err := t.Order(s.Order.ID)
	if err != nil || !ok {
		return s.Order, errors.Join(err, store.ErrMove)
	}
	if err := store.MayApply(was, s); err != nil {
		return s.Order, err
	}
	if s.Order.ProviderID != was.ProviderID {
		if _, taken, err := t.OrderByProvider(s.Order.ProviderID); err != nil || taken {
			return s.Order, errors.Join(err, store.ErrMove)
		}
	}
	if len(s.Vouchers) > 0 && t.vault == nil {
		return s.Order, store.ErrSealed
	}
	if s.Journal != nil {
		if posted, err := t.Post(*s.Journal); err != nil || !posted {
			return s.Order, errors.Join(err, store.ErrConflict)
		}
	}
	if len(s.Vouchers) > 0 {
		b, err := json.Marshal(s.Vouchers)
		if err != nil {
			return s.Order, err
		}
		t.state.Vouchers[s.Order.ID] = t.seal(b, "vouchers "+string(s.Order.ID))
	}
	t.put(s.Order)
	o, _, err := t.Order(s.Order.ID)
	return o, err
}

func (t *tx) Order(id topup.OrderID) (topup.Order, bool, error) {
	r, ok := t.state.Orders[id]
	if !ok {
		return topup.Order{}, false, nil
	}
	o, err := t.get(id, r)
	return o, true, err
}

func (t *tx) OrderByNo(no uint64) (topup.Order, bool, error) {
	return t.one(func(o topup.Order) bool { return o.No == no })
}

func (t *tx) OrderByProvider(id string) (topup.Order, bool, error) {
	return t.one(func(o topup.Order) bool { return id != "" && o.ProviderID == id })
}

func (t *tx) OrderByPanel(panel string) (topup.Order, bool, error) {
	return t.one(func(o topup.Order) bool { return o.Panel == panel })
}

func (t *tx) OrdersOf(s topup.ShopID, before uint64, limit int) ([]topup.Order, error) {
	list, err := t.find(func(o topup.Order) bool { return o.Shop == s && (before == 0 || o.No < before) })
	return list[:min(limit, len(list))], err
}

func (t *tx) OrdersTo(s topup.ShopID, to string, limit int) ([]topup.Order, error) {
	list, err := t.find(func(o topup.Order) bool { return o.Shop == s && o.To == to })
	return list[:min(limit, len(list))], err
}

func (t *tx) OrdersMade(before topup.OrderID, limit int) ([]topup.Order, error) {
	list, err := t.find(func(o topup.Order) bool { return before == "" || o.ID < before })
	slices.SortFunc(list, func(a, b topup.Order) int { return cmp.Compare(b.ID, a.ID) })
	return list[:min(limit, len(list))], err
}

func (t *tx) OpenOrders() iter.Seq2[topup.Order, error] {
	open := map[topup.OrderID]row[topup.Order]{}
	for id, r := range t.state.Orders {
		if !r.Value.State.Final() {
			open[id] = r
		}
	}
	return each(open, t.get)
}

func (t *tx) Due(now time.Time, limit int, skip func(topup.OrderID) bool) ([]topup.Order, error) {
	list, err := t.find(func(o topup.Order) bool {
		return !o.Due.IsZero() && !o.Due.After(now) && (skip == nil || !skip(o.ID))
	})
	slices.SortFunc(list, func(a, b topup.Order) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return list[:min(limit, len(list))], err
}

func (t *tx) NextDue() (next time.Time, some bool, err error) {
	for _, r := range t.state.Orders {
		if due := r.Value.Due; !due.IsZero() && (!some || due.Before(next)) {
			next, some = due, true
		}
	}
	return next, some, nil
}

func (t *tx) DueAfter(at time.Time) iter.Seq2[topup.Order, error] {
	list, err := t.find(func(o topup.Order) bool { return o.Due.After(at) })
	slices.SortFunc(list, func(a, b topup.Order) int { return cmp.Or(b.Due.Compare(a.Due), cmp.Compare(b.ID, a.ID)) })
	return func(yield func(topup.Order, error) bool) {
		if err != nil {
			yield(topup.Order{}, err)
			return
		}
		for _, o := range list {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// The codes, and the links to them.

func (t *tx) Vouchers(id topup.OrderID) (list []topup.Voucher, err error) {
	s, ok := t.state.Vouchers[id]
	if !ok {
		return nil, nil
	}
	if t.vault == nil {
		return nil, store.ErrSealed
	}
	b, err := t.open(s, "vouchers "+string(id))
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(b, &list)
}

func (t *tx) PutClaim(c topup.Claim) error {
	t.state.Claims[string(c.Hash)] = c
	if c.State == topup.ClaimOpen {
		t.Newest[c.Order] = string(c.Hash)
	}
	return nil
}

func (t *tx) Claim(hash []byte) (topup.Claim, bool, error) {
	c, ok := t.state.Claims[string(hash)]
	return c, ok, nil
}

func (t *tx) ClaimOf(id topup.OrderID) (topup.Claim, bool, error) {
	return t.Claim([]byte(t.Newest[id]))
}

func (t *tx) OpenClaims() iter.Seq2[topup.Claim, error] {
	open := map[string]topup.Claim{}
	for hash, c := range t.state.Claims {
		if c.State == topup.ClaimOpen {
			open[c.Expires.Format(time.RFC3339Nano)+hash] = c
		}
	}
	return each(open, plain[string, topup.Claim])
}

func (t *tx) RecordShowing(id topup.OrderID, s topup.Showing) error {
	t.state.Showings[id] = append(slices.Clip(t.state.Showings[id]), s)
	return nil
}

func (t *tx) Showings(id topup.OrderID, limit int) ([]topup.Showing, error) {
	list := slices.Clone(t.state.Showings[id])
	slices.Reverse(list)
	return list[:min(limit, len(list))], nil
}
