package app

import (
	"testing"

	"hanout/sandbox/provider"
	"hanout/till"
	"hanout/topup"
)

// parts is the scenario of a settlement in part: of two gift cards one reaches
// the shop, then the provider takes all back, and the owner charges for the one
// that is out.
var parts = plot{play: (*life).settlesInPart, verdict: (*life).partsVerdict}

const (
	firstOrder  = "Opération n° 1\n"
	firstCodes  = "Code de l'opération n° 1"
	settledPart = "Livraison partielle\n🧾 " + firstOrder
	takenBack   = "Échec de l'opération\n🧾 " + firstOrder
)

func (l *life) settlesInPart() {
	l.opens()
	l.provider.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultTakenBack, Times: 1})
	l.types(shopID, "/cards", "[Sandbox]|Sandbox cards")
	l.taps(shopID, "Sandbox", "[A delivery|Confirmer la vente")
	l.taps(shopID, "A delivery", "Confirmer la vente|"+firstOrder)
	l.taps(shopID, "➕", "Quantité : 2|"+firstOrder)
	l.taps(shopID, "✅ Confirmer", firstOrder)
	l.await(func() bool { return l.shows(shopID, inReview+firstOrder+"|"+takenBack) })
	if !l.shows(shopID, firstCodes) {
		return // see partsVerdict
	}
	l.walks("/orders", func() bool { return l.shows(shopID, settledPart) }, "✅ Oui", "🤷", "👤", "➗", "🔎")
}

// partsVerdict says what is wrong in the end. Two other ends are right: a
// request that may not have left waits for a person; and what the provider took
// back before a code was seen is given back.
func (l *life) partsVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 1 {
		l.problem("%d orders for one wish", len(orders))
		return
	}
	book := l.provider.Book().Orders
	if len(book) > 1 {
		l.problem("the provider made %d orders for one wish", len(book))
	}
	o, out := orders[0], l.shows(shopID, firstCodes)
	paid, held := topup.Money(0), topup.Money(0)
	switch {
	case o.State == topup.Delivered && out && o.DeliveredQty == 1:
		paid = o.Price / 2
		if o.Captured != paid {
			l.problem("one of two is charged with %v of %v", o.Captured, o.Price)
		}
	case o.State == topup.Refunded && !out:
	case o.State == topup.Review && !out && len(book) == 0:
		held = o.Price
	default:
		l.problem("the order is %s with %d of %d handed over; the shop has a code: %v", o.State, o.DeliveredQty, o.Quantity, out)
	}
	if w := l.wallet(); w.Held != held || w.Available != topup.Dinars(5000)-paid-held {
		l.problem("the wallet is %v after %v paid and %v held", w, paid, held)
	}
	l.inside(func(tx till.Tx) error {
		kept, err := tx.Vouchers(o.ID)
		if len(kept) != o.DeliveredQty {
			l.problem("%d codes are kept, %d count as handed over", len(kept), o.DeliveredQty)
		}
		for _, v := range kept {
			if !l.shows(shopID, v.Code) {
				l.problem("a code never reached the shop")
			}
			if l.shows(ownerID, v.Code) {
				l.problem("the owner reads a code")
			}
		}
		return err
	})
	l.manners()
}

// TestRigCrashInPart kills the bot at points spread over the scenario of a
// settlement in part.
func TestRigCrashInPart(t *testing.T) {
	calm := calmIn(t, parts)
	if !calm.shows(shopID, settledPart) {
		t.Fatal("without a death the order is not settled in part")
	}
	sweepIn(t, parts, calm, goodsStride)
}
