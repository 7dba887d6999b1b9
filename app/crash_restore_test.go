package app

import (
	"os"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/topup"
)

// puttingBack is the scenario of a restore: the file is copied while a link is
// open and a gift card waits for one whose answer is lost; then the link is
// used, both cards come and two top-ups are sold; then the copy is put back.
// The deaths fall on what follows: the owner gives one of the top-ups to its
// shop, lets the till sell, and it sells.
var puttingBack = plot{before: (*life).isPutBack, play: (*life).goesOn, verdict: (*life).restoreVerdict}

func (l *life) isPutBack() {
	l.cfg.apiKey = provider.ProductionKey
	l.start()
	l.settle(2 * time.Second)
	l.openShop("fr", 60000)
	l.provider.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultResetAfter, Times: 1})
	l.provider.SetFault(provider.Fault{Route: "GET /gift-cards/list", Kind: provider.Fault500Before, Times: 3})
	l.buysCards("1")
	l.buysCards("2")
	l.settle(2 * time.Second)
	copied := l.copied()
	l.settle(2 * time.Minute)
	l.sells("0790123456")
	l.sells("0791234567")
	if err := l.halt(); err != nil {
		l.t.Fatal(err)
	}
	l.settle(3 * time.Second)
	if err := os.WriteFile(l.cfg.db, copied, 0o600); err != nil {
		l.t.Fatal(err)
	}
	l.before = l.sent()
}

func (l *life) goesOn() {
	found := "Opération n° 1007\n"
	l.await(func() bool { return l.shows(ownerID, "inconnues de la caisse : 2") })
	if n := l.sent(); n != l.before {
		l.problem("%d requests left before the owner's word", n-l.before)
	}
	l.walks("/restored", func() bool { return l.shows(shopID, found) }, "✅ Oui", "Taxiphone Nour", "0791", "Ventes depuis la copie")
	l.await(func() bool { return l.shows(shopID, "Opération réussie\n🧾 "+found) })
	l.walks("/restored", func() bool { return l.shows(ownerID, "La vente reprend|La vente a repris") }, "✅ Oui", "Reprendre la vente")
	if n := l.sent(); n != l.before {
		l.problem("%d requests left with the owner's word", n-l.before)
	}
	last := "Opération n° 1008\n"
	l.types(shopID, "0793456789 500", "Confirmer la vente|"+last)
	l.taps(shopID, "✅ Confirmer", last)
	l.await(func() bool { return l.shows(shopID, "Opération réussie\n🧾 "+last) })
}

// walks is what the owner does on a panel: tap the deepest of the buttons
// that is there, and ask for the panel when none is. A new process shows the
// panel from its beginning.
func (l *life) walks(command string, done func() bool, labels ...string) {
	for range 40 {
		tapped := false
		for _, label := range labels {
			if tapped = l.telegram.People.PressButton(ownerID, label) == nil; tapped {
				break
			}
		}
		if !tapped {
			l.telegram.People.Type(ownerID, command)
		}
		if l.settle(5 * time.Second); done() {
			return
		}
	}
	l.problem("nothing came of %v; the owner's chat:\n%s", labels, l.texts(ownerID))
}

func (l *life) restoreVerdict() {
	if !l.sound() {
		return
	}
	if n := l.sent() - l.before; n != 1 {
		l.problem("%d requests after the copy was put back, for one sale", n)
	}
	made := map[string]int{}
	for _, o := range l.provider.Book().Orders {
		made[o.Kind]++
	}
	if made["giftcard"] != 2 || made["mobile"] != 3 {
		l.problem("the provider made %v", made)
	}
	paid, held := topup.Money(0), topup.Money(0)
	for _, o := range l.orders() {
		switch {
		case o.State == topup.Delivered:
			paid += o.Captured
		case o.State == topup.Review && o.Good == topup.GiftCard && o.Quantity == 2:
			held += o.Price
		default:
			l.problem("order %d is %s", o.No, o.State)
		}
		if o.No > 2 && o.No < 1007 {
			l.problem("number %d is given out again", o.No)
		}
	}
	if w := l.wallet(); w.Held != held || w.Available != topup.Dinars(60000)-paid-held {
		l.problem("the wallet is %v after %v paid and %v held", w, paid, held)
	}
	l.manners()
}

// TestRigCrashWhileRestored kills the bot at points spread over what follows a
// restore.
func TestRigCrashWhileRestored(t *testing.T) {
	needsFile(t)
	sweepIn(t, puttingBack, calmIn(t, puttingBack), restoreStride)
}

// restoreStride is the distance of the points in a plain test run.
const restoreStride = 29
