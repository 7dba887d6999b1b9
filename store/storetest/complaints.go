package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/till"
	"hanout/topup"
)

// complain makes a complaint of an order, opened so long after the start.
func complain(o topup.Order, text string, after time.Duration) topup.Complaint {
	c, _ := topup.Complaint{}.Complain(o, topup.Remark{At: t0.Add(after), By: o.By, Name: "Nour", Text: text})
	return c
}

// complaintsAre compares a list with the sales that it must be of.
func complaintsAre(list []topup.Complaint, err error, want ...topup.OrderID) error {
	var got []topup.OrderID
	for _, c := range list {
		got = append(got, c.Order)
	}
	if err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("complaints of %v (%v), want %v", got, err, want)
	}
	return nil
}

func complaints(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), vault(t, 1))
	s, other := stock(t, db, 1000_00), stock(t, db, 1000_00)
	complaintsWait(t, db, s, other)
	complaintsListed(t, db, s, other)
	complaintsRefused(t, db, s)
}

// complaintsWait raises five of them, the last first, and closes two.
func complaintsWait(t *testing.T, db Store, s, other topup.Shop) {
	update(t, db, func(tx till.Tx) error {
		all := map[string]topup.Order{}
		for i, id := range []string{"a", "b", "c", "d", "x"} {
			o := order(s, id, 100_00)
			if id == "x" {
				o = order(other, id, 100_00)
			}
			o, err := tx.Place(o)
			if err != nil {
				return err
			}
			all[id] = o
			if err := tx.PutComplaint(complain(o, "where is "+id, -time.Duration(i)*time.Hour)); err != nil {
				return err
			}
		}
		list, err := tx.OpenComplaints("", 2)
		if err := complaintsAre(list, err, "x", "d"); err != nil {
			t.Error("the first that are open:", err)
		}
		list, err = tx.OpenComplaints("d", 9)
		if err := complaintsAre(list, err, "c", "b", "a"); err != nil {
			t.Error("those behind:", err)
		}
		// One is closed, one closed and open again, later than all others.
		for _, id := range []topup.OrderID{"c", "b"} {
			c, _, err := tx.Complaint(id)
			if err != nil {
				return err
			}
			c, _ = c.Close(topup.ComplaintSettled, topup.Remark{At: t0.Add(time.Hour), By: 9, Text: "done"})
			if err := tx.PutComplaint(c); err != nil {
				return err
			}
		}
		list, err = tx.OpenComplaints("c", 9)
		if err := complaintsAre(list, err, "a"); err != nil {
			t.Error("behind one that is closed:", err)
		}
		c, _, err := tx.Complaint("b")
		if err != nil {
			return err
		}
		c, _ = c.Complain(all["b"], topup.Remark{At: t0.Add(2 * time.Hour), By: 5, Photo: "AgAC"})
		return tx.PutComplaint(c)
	})
}

func complaintsListed(t *testing.T, db Store, s, other topup.Shop) {
	view(t, db, func(tx till.Tx) error {
		list, err := tx.OpenComplaints("", 9)
		if err := complaintsAre(list, err, "x", "d", "a", "b"); err != nil {
			t.Error("open:", err)
		}
		list, err = tx.ComplaintsOf(s.ID, "", 9)
		if err := complaintsAre(list, err, "b", "a", "d", "c"); err != nil {
			t.Error("the shop's:", err)
		}
		list, err = tx.ComplaintsOf(s.ID, "a", 1)
		if err := complaintsAre(list, err, "d"); err != nil {
			t.Error("a page of them:", err)
		}
		list, err = tx.ComplaintsOf(other.ID, "a", 9)
		if err := complaintsAre(list, err, "x"); err != nil {
			t.Error("below one of another shop:", err)
		}
		c, ok, err := tx.Complaint("b")
		if err != nil || !ok || !c.Open() || !c.Opened.Equal(t0.Add(2*time.Hour)) || len(c.Thread) != 3 || c.Thread[0].Text != "where is b" ||
			c.Thread[1].Outcome != topup.ComplaintSettled || c.Thread[2].Photo != "AgAC" || c.No != 2 {
			t.Errorf("read again: %+v %t (%v)", c, ok, err)
		}
		if _, ok, err := tx.Complaint("none"); ok || err != nil {
			t.Errorf("of a sale without: %t %v", ok, err)
		}
		return nil
	})
}

// complaintsRefused: what is no complaint is not kept.
func complaintsRefused(t *testing.T, db Store, s topup.Shop) {
	for name, wreck := range map[string]func(*topup.Complaint){
		"no sale": func(c *topup.Complaint) { c.Order = "" }, "no words": func(c *topup.Complaint) { c.Thread = nil },
		"no state": func(c *topup.Complaint) { c.State = "" }, "closed at no time": func(c *topup.Complaint) { c.State = topup.ComplaintVoid },
		"too long": func(c *topup.Complaint) { c.Thread[0].Text = strings.Repeat("x", topup.RemarkMost+1) },
	} {
		o := order(s, "a", 100_00)
		o.No = 1
		c := complain(o, "what", 0)
		wreck(&c)
		if err := db.Update(func(tx till.Tx) error { return tx.PutComplaint(c) }); !errors.Is(err, topup.ErrComplaint) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// complain raises a complaint, adds to it or closes it.
func (m *model) complain(t *rapid.T, tx till.Tx, now time.Time) {
	if len(m.placed) == 0 {
		return
	}
	o := m.orders[rapid.SampledFrom(m.placed).Draw(t, "of")]
	c := m.complaints[o.ID]
	r := topup.Remark{At: now, By: 5, Text: topup.NewID()}
	done := false
	if rapid.IntRange(0, 2).Draw(t, "close") == 0 {
		c, done = c.Close(rapid.SampledFrom(topup.ComplaintOutcomes()).Draw(t, "outcome"), r)
	} else {
		c, done = c.Complain(o, r)
	}
	if done {
		must(t, tx.PutComplaint(c))
		m.complaints[o.ID] = c
	}
}

func (m *model) compareComplaints(t *rapid.T, tx till.Tx) {
	var open []topup.Complaint
	for id, c := range m.complaints {
		got, ok, err := tx.Complaint(id)
		if err != nil || !ok || got.State != c.State || !got.Opened.Equal(c.Opened) || len(got.Thread) != len(c.Thread) ||
			got.Thread[len(got.Thread)-1].Text != c.Thread[len(c.Thread)-1].Text {
			t.Fatalf("the complaint of %s is %+v (%v), want %+v", id, got, err, c)
		}
		if c.Open() {
			open = append(open, c)
		}
	}
	slices.SortFunc(open, func(a, b topup.Complaint) int { return a.Opened.Compare(b.Opened) })
	var want []topup.OrderID
	for _, c := range open {
		want = append(want, c.Order)
	}
	list, err := tx.OpenComplaints("", 100)
	must(t, complaintsAre(list, err, want...))
	listed := 0
	for shop := topup.ShopID(1); shop <= 3; shop++ {
		list, err := tx.ComplaintsOf(shop, "", 100)
		must(t, err)
		if !slices.IsSortedFunc(list, func(a, b topup.Complaint) int {
			if a.Open() != b.Open() {
				return map[bool]int{true: -1, false: 1}[a.Open()]
			}
			return b.Opened.Compare(a.Opened)
		}) {
			t.Fatalf("shop %d has %+v", shop, list)
		}
		for _, c := range list {
			if listed++; c.Shop != shop || m.complaints[c.Order].State != c.State {
				t.Fatalf("shop %d has %+v", shop, c)
			}
		}
	}
	if listed != len(m.complaints) {
		t.Fatalf("%d complaints are listed, want %d", listed, len(m.complaints))
	}
}
