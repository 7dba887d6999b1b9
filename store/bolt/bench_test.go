package bolt_test

import (
	"fmt"
	"testing"

	"hanout/store/bolt"
	"hanout/topup"
)

// BenchmarkReserve places orders, so many to a commit: what one sale costs
// alone, and when sales wait for each other.
func BenchmarkReserve(b *testing.B) {
	for _, batch := range []int{1, 32, 256} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			db, _ := open(b, bolt.Options{})
			s := stock(b, db, topup.MaxMoney/2)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if err := db.Update(func(tx *bolt.Tx) error {
					for i := range batch {
						if _, err := tx.Place(order(s, fmt.Sprintf("%09d-%03d", n, i), 10_00)); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/order")
		})
	}
}

// TestPagesCostTheSame counts what a page of history allocates: every row that
// is looked at costs some, so a walk that grew with the history would show.
func TestPagesCostTheSame(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	s, other := stock(t, db, topup.MaxMoney/2), stock(t, db, topup.MaxMoney/2)
	placed := 0
	grow := func(to int) {
		for placed < to {
			update(t, db, func(tx *bolt.Tx) error {
				for range 100 {
					who := s
					if placed++; placed%2 == 0 {
						who = other
					}
					if _, err := tx.Place(order(who, fmt.Sprintf("o%06d", placed), 10_00)); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	const limit = 10
	lists := map[string]func(*bolt.Tx) (int, error){
		"orders of a shop":  func(tx *bolt.Tx) (int, error) { l, err := tx.OrdersOf(s.ID, 0, limit); return len(l), err },
		"an older page":     func(tx *bolt.Tx) (int, error) { l, err := tx.OrdersOf(s.ID, 60, limit); return len(l), err },
		"orders to a line":  func(tx *bolt.Tx) (int, error) { l, err := tx.OrdersTo(s.ID, "0778037340", limit); return len(l), err },
		"wallet statement":  func(tx *bolt.Tx) (int, error) { l, err := tx.Entries(s.ID.Available(), 0, limit); return len(l), err },
		"what is due":       func(tx *bolt.Tx) (int, error) { l, err := tx.Due(t0, limit, nil); return len(l), err },
		"the journal's end": func(tx *bolt.Tx) (int, error) { _, _, err := tx.Head(); return limit, err },
		"all the wallets":   func(tx *bolt.Tx) (int, error) { _, err := tx.Totals(); return limit, err },
	}
	cost := func(list func(*bolt.Tx) (int, error)) float64 {
		var allocs float64
		if err := db.View(func(tx *bolt.Tx) error {
			allocs = testing.AllocsPerRun(20, func() {
				if n, err := list(tx); err != nil || n != limit {
					t.Fatalf("%d rows, %v", n, err)
				}
			})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return allocs
	}
	grow(200)
	short := map[string]float64{}
	for name, list := range lists {
		short[name] = cost(list)
	}
	grow(4000)
	for name, list := range lists {
		// Trees a level deeper cost a little.
		if long := cost(list); long > 1.1*short[name]+10 {
			t.Errorf("%s: %.0f allocations after 4000 orders, %.0f after 200", name, long, short[name])
		}
	}
}
