package app

import (
	"testing"

	"hanout/sandbox/provider"
	"hanout/till"
	"hanout/topup"
)

// links is the scenario of a customer's link: made from a part delivery,
// opened by somebody who blocks the bot at once, tried by another, and brought
// to its end when the first comes back and the rest arrives.
var links = plot{play: (*life).sharesCodes, verdict: (*life).linksVerdict}

func (l *life) sharesCodes() {
	l.opens()
	l.types(customerID, "/start", "Choisissez votre langue")
	l.taps(customerID, "Français", "Bienvenue")
	l.types(strangerID, "/start", "Choisissez votre langue")
	l.taps(strangerID, "Français", "Bienvenue")
	first := "Opération n° 1\n"
	l.provider.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultHalf, Times: 1})
	l.types(shopID, "/cards", "[Sandbox]|Sandbox cards")
	l.taps(shopID, "Sandbox", "[A delivery|Confirmer la vente")
	l.taps(shopID, "A delivery", "Confirmer la vente|"+first)
	l.taps(shopID, "➕", "Quantité : 2|"+first)
	l.taps(shopID, "✅ Confirmer", first)
	l.await(func() bool { return l.shows(shopID, "Codes de l'opération n° 1|"+inReview+first) })
	if l.shows(shopID, inReview+first) {
		return // died between the commit and the request
	}

	link := &stage{rig: l.rig}
	l.until(func() error { return l.telegram.People.PressButton(shopID, "🎁 Lien client") }, func() bool { return len(link.links()) > 0 })
	l.until(func() error {
		links := link.links()
		l.telegram.People.Start(customerID, links[len(links)-1])
		l.telegram.People.Block(customerID, true)
		return nil
	}, func() bool { return l.shows(shopID, "Pas encore reçu") })
	l.until(func() error {
		links := link.links()
		l.telegram.People.Start(strangerID, links[len(links)-1])
		return nil
	}, func() bool { return l.shows(strangerID, "Ce lien a déjà servi") })
	l.until(func() error { l.telegram.People.Block(customerID, false); return nil }, func() bool { return l.shows(customerID, "de la part de") })
	l.await(func() bool { return l.shows(customerID, "Code 2 : ") && l.shows(shopID, "Reçu par le client") })
}

func (l *life) linksVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 1 {
		l.problem("%d orders for one wish", len(orders))
		return
	}
	if o := orders[0]; o.State == topup.Review && len(l.provider.Book().Orders) == 0 {
		return // never sent, and never to be sent again
	} else if o.State != topup.Delivered {
		l.problem("the order is %s", o.State)
	}
	l.inside(func(tx till.Tx) error {
		c, _, err := tx.ClaimOf(orders[0].ID)
		if c.State != topup.ClaimRedeemed || c.By != customerID {
			l.problem("the link ends as %s, taken by %d", c.State, c.By)
		}
		return err
	})
	for _, o := range l.provider.Book().Orders {
		for _, c := range o.Cards {
			for _, person := range []int64{shopID, customerID} {
				if !l.shows(person, c.Value) {
					l.problem("%d never got a code", person)
				}
			}
			for _, person := range []int64{ownerID, strangerID} {
				if l.shows(person, c.Value) {
					l.problem("%d reads a code", person)
				}
			}
		}
	}
	l.manners()
}

// TestRigCrashWithLinks kills the bot at points spread over the scenario of a
// customer's link.
func TestRigCrashWithLinks(t *testing.T) {
	calm := calmIn(t, links)
	if calm.repeats > 0 {
		t.Fatalf("without a death something had to be done again, %d times", calm.repeats)
	}
	sweepIn(t, links, calm, goodsStride)
}
