package app

import (
	"slices"
	"testing"
	"time"
)

// TestCallsOfASale counts what a sale by one line costs at Telegram: its panel,
// its progress, the answer to the tap, and its receipt.
func TestCallsOfASale(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.provider.SetSpeed(2)
		r.openShop("fr", 5000)
		r.confirmPanel()
		r.tap(shopID, "✅")
		r.settle(time.Minute)
		before := len(r.telegram.Journal.All())
		r.say(shopID, "0778037340 300")
		r.tap(shopID, "✅")
		r.settle(time.Minute)
		r.sees(shopID, "Opération réussie")
		var made []string
		for _, c := range r.telegram.Journal.All()[before:] {
			if c.Method != "getUpdates" {
				made = append(made, c.Method)
			}
		}
		slices.Sort(made)
		if want := []string{"answerCallbackQuery", "editMessageText", "editMessageText", "sendMessage"}; !slices.Equal(made, want) {
			t.Errorf("a sale made the calls %q, want %q", made, want)
		}
	})
}
