package app

import (
	"fmt"
	"strings"
	"testing"

	"hanout/sandbox/provider"
	"hanout/topup"
)

// goods is the scenario of codes: an internet card, gift cards whose answer is
// lost, and a link by which a customer takes the latter.
var goods = plot{play: (*life).sellsCodes, verdict: (*life).codesVerdict}

func (l *life) sellsCodes() {
	l.opens()
	first, second := "Opération n° 1\n", "Opération n° 2\n"
	l.types(shopID, "/internet", "[ADSL]")
	l.taps(shopID, "ADSL", "Ligne : ADSL")
	l.types(shopID, "036362608", "[1 000 DA]|"+first)
	l.taps(shopID, "1\u00a0000", "Confirmer la vente|"+first)
	l.taps(shopID, "✅ Confirmer", first)
	l.await(func() bool { return l.shows(shopID, "Opération réussie\n🧾 "+first) })

	l.provider.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultResetAfter, Times: 1})
	l.types(shopID, "/cards", "[Sandbox]|Sandbox cards")
	l.taps(shopID, "Sandbox", "[A delivery|Confirmer la vente")
	l.taps(shopID, "A delivery", "Confirmer la vente|"+second)
	l.taps(shopID, "➕", "Quantité : 2|"+second)
	l.taps(shopID, "✅ Confirmer", second)
	l.await(func() bool { return l.shows(shopID, "Opération réussie\n🧾 "+second+"|"+inReview+second) })
	if l.shows(shopID, inReview+second) {
		return // died between the commit and the request; see codesVerdict
	}
	l.await(func() bool { return l.shows(shopID, "Codes de l'opération n° 2") })

	link := &stage{rig: l.rig}
	l.until(func() error { return l.telegram.People.PressButton(shopID, "🎁 Lien client") }, func() bool { return len(link.links()) > 0 })
	l.until(func() error {
		links := link.links()
		l.telegram.People.Start(customerID, links[len(links)-1])
		return nil
	}, func() bool { return l.shows(customerID, "Choisissez votre langue|codes, de la part de") })
	l.taps(customerID, "Français", "codes, de la part de")
	l.await(func() bool { return l.shows(shopID, "Reçu par le client") })
}

// inReview is how the panel of a sale begins that waits for its owner.
const inReview = "En vérification par l'administrateur\n🧾 "

// codesVerdict says what is wrong in the end. One end besides delivery is
// right: a gift card whose request may have left is never sent again, so when
// the death came just before it left, the money stays held and a person decides.
func (l *life) codesVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 2 {
		l.problem("%d orders for two wishes", len(orders))
	}
	unsent := l.delivered(orders)
	made := l.madeForShop()
	for _, o := range l.provider.Book().Orders {
		for _, c := range o.Cards {
			n := 0
			for _, m := range l.telegram.Chats.Messages(customerID) {
				n += strings.Count(m.Text, c.Value)
			}
			if o.Kind == "giftcard" && (n < 1 || n > 2) || o.Kind != "giftcard" && n > 0 {
				l.problem("the customer has a %s code %d times", o.Kind, n)
			}
		}
	}
	if made["internet"] != 1 || (made["giftcard"] != 1) != unsent || made["giftcard"] > 1 {
		l.problem("the provider made %v", made)
	}
	l.manners()
}

// delivered asks that each order is, and paid for; a gift card whose request may
// have left waits for a person instead, with its money (unsent).
func (l *life) delivered(orders []topup.Order) (unsent bool) {
	paid, held := topup.Money(0), topup.Money(0)
	for _, o := range orders {
		switch {
		case o.State == topup.Delivered:
		case o.Good == topup.GiftCard && o.State == topup.Review && l.shows(ownerID, "attend votre décision"):
			held, unsent = o.Price, true
		default:
			l.problem("order %d is %s", o.No, o.State)
		}
		paid += o.Price
	}
	if w := l.wallet(); w.Held != held || w.Available != topup.Dinars(5000)-paid {
		l.problem("the wallet is %v after %v, of which %v held", w, paid, held)
	}
	return unsent
}

// madeForShop counts what the provider made, by kind, and asks that its codes
// are read by the shop, and by no stranger to the sale.
func (l *life) madeForShop() map[string]int {
	made := map[string]int{}
	for _, o := range l.provider.Book().Orders {
		made[o.Kind]++
		for _, c := range o.Cards {
			if !l.shows(shopID, c.Value) {
				l.problem("a %s code never reached the shop", o.Kind)
			}
			for _, stranger := range []int64{ownerID, strangerID} {
				if l.shows(stranger, c.Value) {
					l.problem("%d reads a %s code", stranger, o.Kind)
				}
			}
		}
	}
	return made
}

// TestRigCrashWithCodes kills the bot at points spread over the scenario of
// codes. A check of a line or of the stock that was under way at the death has
// to be asked for again; nothing else is asked of people.
func TestRigCrashWithCodes(t *testing.T) {
	sweepIn(t, goods, calmIn(t, goods), goodsStride)
}

// goodsStride is the distance of the points in a plain test run.
const goodsStride = 29

// calmIn plays a plot without a death: nothing may be wrong then.
func calmIn(t *testing.T, p plot) *life {
	t.Helper()
	calm := liveIn(t, p, 0)
	if len(calm.problems) > 0 {
		t.Fatalf("without a death, after %d repeats: %q", calm.repeats, calm.problems)
	}
	return calm
}

// sweepIn plays a plot with a death at every stride-th point that it passed
// when it was calm.
func sweepIn(t *testing.T, p plot, calm *life, stride int) {
	points := len(calm.doom.passed)
	if points < 100 {
		t.Fatalf("only %d points: the process was hardly looked at", points)
	}
	for at := 1; at <= points; at += stride {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			l := liveIn(t, p, at)
			if l.doom.died && len(l.problems) > 0 {
				t.Errorf("killed at point %d (%s):\n%s", at, l.doom.passed[at-1], strings.Join(l.problems, "\n"))
			}
		})
	}
}
