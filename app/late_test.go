package app

import (
	"testing"
	"time"

	"hanout/sandbox/telegram"
)

// What was tapped before or during an outage and comes after it may open a
// question, but never confirms a sale or moves money.
func TestLateUpdatesConfirmNothing(t *testing.T) {
	away := map[string]func(*rig, func()){
		"Telegram's outage": func(r *rig, meanwhile func()) {
			r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage})
			r.settle(time.Second)
			meanwhile()
			r.settle(5 * time.Minute)
			r.telegram.Faults.Clear()
			r.settle(time.Minute)
		},
		"our own": func(r *rig, meanwhile func()) {
			if err := r.halt(); err != nil {
				r.t.Error(err)
			}
			meanwhile()
			r.settle(5 * time.Minute)
			r.start()
			r.settle(10 * time.Second)
		},
	}
	for name, interrupt := range away {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				r.say(ownerID, "/credit 1 1000 late")
				credit, sale := r.newest(ownerID), r.confirmPanel()
				interrupt(r, func() {
					r.press(shopID, sale)
					r.press(ownerID, credit)
				})
				r.expect(5000, 0, 0)
				r.sees(shopID, "arrivé en retard après une coupure")
				r.sees(ownerID, "Créditer un portefeuille")
				// A second tap, in time, means it.
				r.tap(shopID, "✅")
				r.tap(ownerID, "✅")
				r.settle(30 * time.Second)
				r.expect(5500, 0, 1)

				interrupt(r, func() { r.telegram.People.Type(shopID, "0778037340 300") })
				r.sees(shopID, "Le client paie : 300 DA") // a question was opened
				r.expect(5500, 0, 1)
			})
		})
	}
}

// A message dated long ago opens a question too, however it came late.
func TestOldMessagesOpenAQuestion(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultOldUpdates, Delay: 20 * time.Hour})
		r.say(shopID, "0778037340 500")
		r.sees(shopID, "Confirmer la vente")
		r.expect(5000, 0, 0)
	})
}
