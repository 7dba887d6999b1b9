package app

import (
	"strings"
	"testing"
	"time"
)

// hire makes the customer a cashier of the shop.
func (r *rig) hire(lang string) {
	r.t.Helper()
	r.hires(lang, customerID, "Amine")
}

// hires has somebody work for the shop under a name.
func (r *rig) hires(lang string, person int64, name string) {
	r.t.Helper()
	r.say(shopID, "/cashiers")
	r.tap(shopID, "➕")
	r.say(shopID, name)
	calls := r.telegram.Journal.Calls("sendPhoto")
	_, token, _ := strings.Cut(calls[len(calls)-1].Params["reply_markup"], "?start=")
	token, _, _ = strings.Cut(token, "\"")
	r.telegram.People.Start(person, token)
	r.settle(time.Second)
	r.tap(person, map[string]string{"ar": "العربية", "fr": "Français"}[lang])
	r.tap(person, "✅")
}

// TestCashierRemovedWhileSelling: the sale finishes and pays as ever, and its
// codes reach the shop, not who works there no more. A forged ✅ sells nothing.
func TestCashierRemovedWhileSelling(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.hire("fr")
		r.say(customerID, "/internet")
		r.tap(customerID, "ADSL")
		r.say(customerID, "036362608")
		r.settle(2 * time.Second)
		r.tap(customerID, "500")
		r.tap(customerID, "✅")
		r.say(customerID, "0778037340 500")
		r.settle(time.Second)
		open := r.newest(customerID)
		r.say(shopID, "/cashiers")
		r.tap(shopID, "Amine")
		r.tap(shopID, "🗑")
		r.tap(shopID, "🗑")
		for range 3 {
			r.telegram.People.PressForged(customerID, customerID, open.message, open.ok)
		}
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(4505, 0, 1)
		r.sees(customerID, "Opération réussie")
		r.sees(shopID, "[📋 Code]")
		if seen := r.texts(customerID); strings.Contains(seen, "📋 Code") || !strings.Contains(seen, "Vous ne vendez plus pour") {
			t.Errorf("the removed cashier sees:\n%s", seen)
		}
		o := r.orders()[0]
		for _, verb := range []string{"codes", "codes2:x", "claim", "again", "show", "cancel"} {
			r.telegram.People.PressForged(customerID, customerID, 1, "o:"+string(o.ID)+":"+verb)
		}
		r.say(customerID, "0778037340 500")
		r.allAnswered()
		if strings.Contains(r.texts(customerID), "📋 Code") {
			t.Error("the removed cashier was shown the codes")
		}
		r.expect(4505, 0, 1)
	})
}

// TestDayOfAShopIsSharedByAll: two of a shop confirm in the same moment, on
// panels from before the limit that has room for one of them.
func TestDayOfAShopIsSharedByAll(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.hire("fr")
		r.say(shopID, "0778037340 500")
		r.say(customerID, "0778037341 500")
		r.settle(2 * time.Second)
		keeper, cashier := r.newest(shopID), r.newest(customerID)
		r.say(ownerID, "/shops 1")
		r.tap(ownerID, "🚧")
		r.tap(ownerID, "📅")
		r.say(ownerID, "600")
		r.settle(time.Second)
		for range 3 {
			r.telegram.People.PressForged(shopID, shopID, keeper.message, keeper.ok)
			r.telegram.People.PressForged(customerID, customerID, cashier.message, cashier.ok)
		}
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(4500, 0, 1)
		if seen := r.texts(shopID) + r.texts(customerID); !strings.Contains(seen, "ce qu'il reste à votre magasin aujourd'hui : 100 DA") {
			t.Errorf("nobody is told what is left:\n%s", seen)
		}
	})
}
