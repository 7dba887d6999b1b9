package storetest

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/till"
	"hanout/topup"
)

func newModel() *model {
	return &model{map[topup.ShopID]topup.Wallet{}, map[string]topup.Money{}, map[topup.OrderID]topup.Order{}, nil,
		map[string]string{}, map[string]int{}, map[int64]time.Time{}, map[topup.OrderID]topup.Complaint{}}
}

// begin makes the shops of the model.
func begin(t *rapid.T, db Store) {
	if err := db.Update(func(tx till.Tx) error {
		for id := topup.ShopID(1); id <= 3; id++ {
			if err := tx.PutShop(topup.Shop{ID: id, Chat: 1000 + int64(id)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

var errBack = errors.New("rolled back")

// batch runs a random batch against the store and gives the model of what is
// kept then; within is called before the batch ends.
func (m *model) batch(t *rapid.T, db Store, i int, within func()) *model {
	var next *model
	back := rapid.IntRange(0, 4).Draw(t, "roll back") == 0
	err := db.Update(func(tx till.Tx) error {
		next = m.clone() // it may run more than once
		for n := range rapid.IntRange(1, 10).Draw(t, "steps") {
			next.step(t, tx, t0.Add(time.Duration(20*i+n)*time.Second))
		}
		within()
		if back {
			return errBack
		}
		return nil
	})
	switch {
	case back && err != errBack, !back && err != nil:
		t.Fatal(err)
	case back:
		return m
	}
	return next
}

// againstModel runs random batches, some of them rolled back, with the store
// closed and opened in between, against the model.
func againstModel(t *testing.T, site func(testing.TB) Site) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		here := site(outer)
		defer here.drop()
		db, err := here.Open(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { db.Close() }()
		m := newModel()
		begin(t, db)
		for i := range rapid.IntRange(1, 8).Draw(t, "batches") {
			m = m.batch(t, db, i, func() {})
			if rapid.IntRange(0, 3).Draw(t, "reopen") == 0 {
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				if db, err = here.Open(nil, nil); err != nil {
					t.Fatal(err)
				}
			}
			m.compare(t, db, nil)
		}
	})
}

// crashPoints ends the process, so to speak, in the midst of batches and right
// after their commits: what lies on disk then is all of the batch or nothing
// of it, and sound.
func crashPoints(t *testing.T, site func(testing.TB) Site) {
	outer, v := t, vault(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		here := site(outer)
		defer here.drop()
		var after func()
		db, err := here.Open(v, func() {
			if after != nil {
				after()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m := newModel()
		begin(t, db)
		left := func(when string, left Site, m *model) {
			defer left.drop()
			db, err := left.Open(v, nil)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			defer db.Close()
			m.compare(t, db, v)
		}
		for i := range rapid.IntRange(1, 4).Draw(t, "batches") {
			var within, committed *Site
			crash := rapid.IntRange(0, 2).Draw(t, "crash")
			after = func() {
				if crash == 1 {
					s := here.Crashed()
					committed = &s
				}
			}
			next := m.batch(t, db, i, func() {
				if crash == 2 {
					s := here.Crashed()
					within = &s
				}
			})
			if within != nil {
				left("within a batch", *within, m)
			}
			if committed != nil {
				left("after a commit", *committed, next)
			} else if crash == 1 { // nothing was written: before and after are one
				left("after a batch without a commit", here.Crashed(), m)
				left("after a batch without a commit", here.Crashed(), next)
			}
			m = next
		}
	})
}
