package bolt

import (
	"bytes"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// PutComplaint stores a sale's complaint, in place of the one that it had.
func (t *Tx) PutComplaint(c topup.Complaint) error {
	if err := c.Valid(); err != nil {
		return err
	}
	old, had, err := t.bareComplaint(c.Order)
	if err != nil {
		return err
	}
	if had {
		if err := t.delete(bComplaintsOpen, timeKey(old.Opened, orderKey(old.Order))); err != nil {
			return err
		}
		if err := t.delete(bComplaintShop, complaintShopKey(old.Complaint)); err != nil {
			return err
		}
	}
	f, err := store.SealComplaint(t.vault, c)
	if err != nil {
		return err
	}
	return t.writeComplaint(f)
}

// writeComplaint writes the row itself, and what leads to it.
func (t *Tx) writeComplaint(f store.ComplaintForm) error {
	c := f.Complaint
	if c.Open() {
		if err := t.put(bComplaintsOpen, timeKey(c.Opened, orderKey(c.Order)), nil); err != nil {
			return err
		}
	}
	if err := t.put(bComplaintShop, complaintShopKey(c), nil); err != nil {
		return err
	}
	return t.putJSON(bComplaints, orderKey(c.Order), f)
}

// complaintShopKey is where a complaint stands in its shop's list: backwards
// the open ones come first, of each kind the newest.
func complaintShopKey(c topup.Complaint) []byte {
	open := byte(0)
	if c.Open() {
		open = 1
	}
	return append(append(u64(uint64(c.Shop)), open), timeKey(c.Opened, orderKey(c.Order))...)
}

// bareComplaint reads a complaint without what was said.
func (t *Tx) bareComplaint(id topup.OrderID) (c store.ComplaintForm, ok bool, err error) {
	ok, err = t.getJSON(bComplaints, orderKey(id), &c)
	return c, ok, err
}

// Complaint reads a sale's complaint. One whose thread the key does not open
// comes with store.ErrSealed and the rest.
func (t *Tx) Complaint(id topup.OrderID) (topup.Complaint, bool, error) {
	if id == "" {
		return topup.Complaint{}, false, nil
	}
	stored, ok, err := t.bareComplaint(id)
	if err != nil || !ok {
		return topup.Complaint{}, false, err
	}
	c, err := stored.Reveal(t.vault, id)
	return c, true, err
}

// OpenComplaints lists those that wait, the oldest first, from after one ("":
// from the oldest).
func (t *Tx) OpenComplaints(after topup.OrderID, limit int) (list []topup.Complaint, err error) {
	var from []byte
	if last, ok, err := t.bareComplaint(after); err != nil {
		return nil, err
	} else if ok {
		from = timeKey(last.Opened, orderKey(after))
	}
	for _, k := range t.keysAfter(bComplaintsOpen, from, limit) {
		_, id, ok := fromTimeKey(k)
		if !ok {
			return nil, store.Corrupt(bComplaintsOpen, k, "a key does not decode")
		}
		if list, err = t.listed(list, bComplaintsOpen, k, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ComplaintsOf lists a shop's, the open ones first, the newest of each first,
// from below one ("": from the top).
func (t *Tx) ComplaintsOf(shop topup.ShopID, below topup.OrderID, limit int) (list []topup.Complaint, err error) {
	var from []byte
	if last, ok, err := t.bareComplaint(below); err != nil {
		return nil, err
	} else if ok && last.Shop == shop {
		from = complaintShopKey(last.Complaint)
	}
	for k := range newestFirst(t.bucket(bComplaintShop), u64(uint64(shop)), from) {
		if len(list) == limit {
			break
		}
		if len(k) < 9+8 {
			return nil, store.Corrupt(bComplaintShop, k, "a key does not decode")
		}
		if list, err = t.listed(list, bComplaintShop, k, k[9+8:]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// listed adds the complaint that a row of an index leads to.
func (t *Tx) listed(list []topup.Complaint, index string, k, id []byte) ([]topup.Complaint, error) {
	c, ok, err := t.Complaint(topup.OrderID(bytes.Clone(id)))
	if err == nil && !ok {
		err = store.Corrupt(index, k, "a complaint is missing")
	}
	return append(list, c), err
}

// Complaints walks all complaints.
func (s source) Complaints() iter.Seq2[topup.Complaint, error] {
	return walk(s.Tx, bComplaints, func(k []byte) (topup.Complaint, error) {
		c, _, err := s.Complaint(topup.OrderID(k))
		return c, err
	})
}
