package app

import (
	"strings"
	"testing"
	"time"

	"hanout/sandbox/telegram"
)

// Whatever Telegram does to our messages, the sale is one, and the shop sees
// in the end how it ended.
func TestTelegramFails(t *testing.T) {
	for name, fault := range map[string]telegram.Fault{
		"429":                       {Kind: telegram.FaultFlood, For: 40 * time.Second},
		"429 on one method":         {Kind: telegram.FaultFlood, Method: "editMessageText", Times: 3, RetryAfter: 7 * time.Second},
		"outage":                    {Kind: telegram.FaultOutage, For: 50 * time.Second},
		"answers lost":              {Kind: telegram.FaultLostAnswer, For: 30 * time.Second},
		"answers of sends lost":     {Kind: telegram.FaultLostAnswer, Method: "sendMessage", Times: 3},
		"bad gateway":               {Kind: telegram.FaultBadGateway, For: 30 * time.Second},
		"broken answers":            {Kind: telegram.FaultBrokenAnswer, For: 30 * time.Second},
		"answers of a later shape":  {Kind: telegram.FaultStrangeAnswer, For: 30 * time.Second},
		"slow":                      {Kind: telegram.FaultSlow, Delay: 8 * time.Second, For: 30 * time.Second},
		"polls broken off":          {Kind: telegram.FaultOutage, Method: "getUpdates", For: 50 * time.Second},
		"no answer to taps":         {Kind: telegram.FaultOutage, Method: "answerCallbackQuery", Times: 2},
		"edits impossible":          {Kind: telegram.FaultBadGateway, Method: "editMessageText", For: 60 * time.Second},
		"answers of edits get lost": {Kind: telegram.FaultLostAnswer, Method: "editMessageText", For: 60 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				c := r.confirmPanel()
				r.press(shopID, c)
				r.settle(10 * time.Millisecond) // the tap is taken, its answer not yet given
				r.telegram.Faults.Set(fault)
				r.settle(3 * time.Minute)
				r.telegram.Faults.Clear()
				r.settle(time.Minute)
				r.expect(4500, 0, 1)
				done := 0
				for _, m := range r.telegram.Chats.Messages(shopID) {
					if strings.Contains(m.Text, "Débité") {
						done++
					}
				}
				if done != 1 {
					r.t.Errorf("the shop sees %d receipts:\n%s", done, r.texts(shopID))
				}
				r.say(shopID, "/balance")
				r.sees(shopID, "Solde : 4 500 DA")
			})
		})
	}
}

// A shop that blocks the bot after it has confirmed loses nothing: the sale
// goes on, the owner is told, and it is all there when the shop comes back.
func TestBlockedShop(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.press(shopID, r.confirmPanel())
		r.settle(time.Second)
		r.telegram.People.Block(shopID, true)
		r.settle(time.Minute)
		r.expect(4500, 0, 1)
		r.sees(ownerID, "ne reçoit plus nos messages")
		r.telegram.People.Start(shopID, "")
		r.settle(time.Second)
		r.say(shopID, "/history")
		r.sees(shopID, "✅ 01:00 0778 03 73 40 · 500 DA")
		r.tap(shopID, "✅ 01:00")
		r.sees(shopID, "Débité : 500 DA")
	})
}
