package storetest_test

import (
	"cmp"
	"encoding/json"
	"iter"
	"slices"

	"hanout/store"
	"hanout/topup"
)

func (t *tx) PutComplaint(c topup.Complaint) error {
	if err := c.Valid(); err != nil {
		return err
	}
	thread, err := json.Marshal(c.Thread)
	c.Thread = nil
	t.state.Complaints[c.Order] = row[topup.Complaint]{c, t.seal(thread, "complaint "+string(c.Order))}
	return err
}

func (t *tx) complaint(id topup.OrderID, r row[topup.Complaint]) (topup.Complaint, error) {
	c := r.Value
	b, err := t.open(r.Secret, "complaint "+string(id))
	if err != nil || b == nil {
		return c, err
	}
	return c, json.Unmarshal(b, &c.Thread)
}

func (t *tx) Complaint(id topup.OrderID) (topup.Complaint, bool, error) {
	r, ok := t.state.Complaints[id]
	if !ok {
		return topup.Complaint{}, false, nil
	}
	c, err := t.complaint(id, r)
	return c, true, err
}

// inOrder lists the complaints that are wanted, as compare has them, from
// behind one on.
func (t *tx) inOrder(wanted func(topup.Complaint) bool, from topup.OrderID, limit int, compare func(a, b topup.Complaint) int) (list []topup.Complaint, err error) {
	behind, known := t.state.Complaints[from]
	for id, r := range t.state.Complaints {
		if !wanted(r.Value) || (known && compare(r.Value, behind.Value) <= 0) {
			continue
		}
		c, err := t.complaint(id, r)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortFunc(list, compare)
	return list[:min(limit, len(list))], nil
}

func (t *tx) OpenComplaints(after topup.OrderID, limit int) ([]topup.Complaint, error) {
	return t.inOrder(topup.Complaint.Open, after, limit, func(a, b topup.Complaint) int {
		return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Order, b.Order))
	})
}

func (t *tx) ComplaintsOf(s topup.ShopID, below topup.OrderID, limit int) ([]topup.Complaint, error) {
	if t.state.Complaints[below].Value.Shop != s {
		below = ""
	}
	rank := func(c topup.Complaint) int {
		if c.Open() {
			return 1
		}
		return 0
	}
	return t.inOrder(func(c topup.Complaint) bool { return c.Shop == s }, below, limit, func(a, b topup.Complaint) int {
		return cmp.Or(rank(b)-rank(a), b.Opened.Compare(a.Opened), cmp.Compare(b.Order, a.Order))
	})
}

func (t *tx) Complaints() iter.Seq2[topup.Complaint, error] {
	return each(t.state.Complaints, t.complaint)
}

var _ store.Source = (*tx)(nil)
