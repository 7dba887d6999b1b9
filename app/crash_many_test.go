//go:build rigs

package app

import (
	"testing"
)

// mixed is the scenario of a list of all goods with a line that says only half:
// it is asked about, then one ✅ sells the four.
var mixed = plot{play: (*life).sellsAList, verdict: (*life).listVerdict}

const (
	mixedList = "0778037340 500\n036362608 1000\npsn uk 10\n0661234567\ntotal 1800"
	batchAt   = "sur 4 terminées|Toutes terminées : 4"
)

func (l *life) sellsAList() {
	l.opens()
	listed := "Opérations à confirmer : 4|" + batchAt
	// What a death takes away of the reading is typed again; nothing is sold yet.
	l.types(shopID, mixedList, "Ligne 4 sur 4|"+listed)
	l.until(func() error {
		if !l.shows(shopID, "Ligne 4 sur 4") {
			l.telegram.People.Type(shopID, mixedList)
			return nil
		}
		l.telegram.People.Type(shopID, "300")
		return nil
	}, func() bool { return l.shows(shopID, listed) })
	if !l.shows(shopID, "pas comparé|"+batchAt) {
		l.problem("the total that was written is not told of")
	}
	l.until(func() error { return l.telegram.People.PressButton(shopID, "✅ Tout") }, func() bool { return l.shows(shopID, batchAt) })
	l.await(func() bool {
		return l.shows(shopID, "Toutes terminées : 4") || l.shows(ownerID, "attend votre décision")
	})
}

// listVerdict says what is wrong in the end: every line of the list is one order
// and one order at the provider, whatever was tapped how often; a gift card whose
// request may have left waits for a person instead.
func (l *life) listVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 4 {
		l.problem("%d orders for four lines", len(orders))
	}
	lines := map[string]int{}
	for _, o := range orders {
		lines[o.To+"/"+o.Product]++
		if o.Batch == nil || len(o.Batch.Orders) != 4 {
			l.problem("order %d is of the batch %+v", o.No, o.Batch)
		}
	}
	if len(lines) != 4 {
		l.problem("the orders are for %v", lines)
	}
	unsent, made := l.delivered(orders), l.madeForShop()
	if made["mobile"] != 2 || made["internet"] != 1 || made["giftcard"] > 1 || (made["giftcard"] == 0) != unsent {
		l.problem("the provider made %v", made)
	}
	l.manners()
}

// TestRigCrashWithAList kills the bot at points spread over the sale of a list.
func TestRigCrashWithAList(t *testing.T) {
	sweepIn(t, mixed, calmIn(t, mixed), 5)
}
