package till

import (
	"cmp"
	"slices"

	"hanout/flows"
	"hanout/topup"
)

// lookUpShops is how many shops are asked in one look at the store, lookUpEach
// how many sales of one.
const (
	lookUpShops = 50
	lookUpEach  = 4
)

// lookUp finds the newest sales to some numbers in all shops, beside the writer.
func (e *Engine) lookUp(j job) {
	e.reports.Lock()
	defer e.reports.Unlock()
	var shops []topup.ShopID
	err := e.db.View(func(tx Tx) error {
		for s, err := range tx.Shops() {
			if err != nil {
				return err
			}
			shops = append(shops, s.ID)
		}
		return nil
	})
	var found []topup.Order
	for part := range slices.Chunk(shops, lookUpShops) {
		if err != nil || e.stopping.Err() != nil {
			break
		}
		err = e.db.View(func(tx Tx) error {
			for _, shop := range part {
				for _, to := range j.Ask.Numbers {
					list, err := tx.OrdersTo(shop, to, lookUpEach)
					if err != nil {
						return err
					}
					found = append(found, list...)
				}
			}
			return nil
		})
	}
	if err != nil {
		e.later(fault{err})
		return
	}
	slices.SortFunc(found, func(a, b topup.Order) int { return cmp.Compare(b.No, a.No) })
	e.later(lookedUp{j, found})
}

// lookedUp is what a look-up found.
type lookedUp struct {
	job   job
	found []topup.Order
}

func (l lookedUp) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	sc := flows.LookUpScreen(l.found, a.now, func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name })
	if r.err != nil {
		return r.err
	}
	return e.show(tx, a, flows.Show{Chat: l.job.Chat, Panel: l.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}
