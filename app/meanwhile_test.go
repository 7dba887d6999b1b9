package app

import (
	"fmt"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/topup"
)

// The wallet is emptied between the question and the ✅: nothing is sold, nothing
// goes below zero, and the sale goes on after a credit.
func TestWalletEmptiedMeanwhile(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 600)
		c := r.confirmPanel()
		r.say(ownerID, "/debit 1 200 back")
		r.tap(ownerID, "✅")
		// The debit has drawn the panel anew: the older ✅ sells nothing.
		r.telegram.People.PressForged(shopID, shopID, c.message, c.ok)
		r.settle(time.Second)
		r.sees(shopID, "il manque 100 DA")
		r.expect(400, 0, 0)
		r.say(ownerID, "/credit 1 100 again")
		r.tap(ownerID, "✅")
		r.tap(shopID, "✅")
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(0, 0, 1)
	})
}

// What was shown is what is paid, or nothing is.
func TestPriceChangedMeanwhile(t *testing.T) {
	for name, change := range map[string]provider.PlanChange{
		"dearer":   {Cost: "0.999"},
		"cheaper":  {Cost: "0.95"},
		"off":      {Enabled: ptr(false)},
		"unlisted": {Remove: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				c := r.confirmPanel()
				r.provider.SetPlan("PREPAID_DJEZZY", change)
				r.say(ownerID, "/sync")
				r.press(shopID, c)
				r.settle(time.Second)
				r.expect(5000, 0, 0)
				if change.Cost == "" {
					r.sees(shopID, "Cette offre n'est plus disponible")
					return
				}
				r.sees(shopID, "Le prix ou l'offre a changé")
				price := map[string]topup.Money{"dearer": 500, "cheaper": 480}[name]
				r.sees(shopID, fmt.Sprintf("Débité de votre portefeuille : %d DA", price))
				r.tap(shopID, "✅")
				r.settle(30 * time.Second)
				r.expect(5000-price, 0, 1)
			})
		})
	}
}

func ptr[T any](v T) *T { return &v }
