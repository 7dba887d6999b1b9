package app

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store/bolt"
	"hanout/topup"
)

// copied is a copy of the file, made by hand while the bot runs.
func (r *rig) copied() []byte {
	r.t.Helper()
	b, err := pages(r.cfg.db)
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// putBack stops the bot, puts a copy in the place of its file, and starts it.
func (r *rig) putBack(file []byte) {
	r.t.Helper()
	if err := r.halt(); err != nil {
		r.t.Error(err)
	}
	r.settle(3 * time.Second)
	r.foreign += r.gifts()
	if err := os.WriteFile(r.cfg.db, file, 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.foreign -= r.gifts() // what it has lost is nobody's now
	r.start()
	r.settle(5 * time.Second)
}

// sent counts the requests to the provider that are no reads.
func (r *rig) sent() (n int) {
	for route, times := range r.provider.Book().Requests {
		if strings.HasPrefix(route, "POST ") {
			n += times
		}
	}
	return n
}

// tells logs, for the table in README, what the provider was sent and asked
// since the counts of before, and how many orders wait.
func (r *rig) tells(phase string, before map[string]int) map[string]int {
	r.t.Helper()
	now, sent, asked := r.provider.Book().Requests, 0, 0
	for route, times := range now {
		if strings.HasPrefix(route, "POST ") {
			sent += times - before[route]
		} else {
			asked += times - before[route]
		}
	}
	open := 0
	for _, o := range r.orders() {
		if !o.State.Final() {
			open++
		}
	}
	r.t.Logf("%s: %d sent, %d asked, %d open", phase, sent, asked, open)
	return now
}

// sells makes a top-up of 500 DA and waits for its end.
func (r *rig) sells(number string) {
	r.t.Helper()
	r.say(shopID, number+" 500")
	r.tap(shopID, "✅")
	r.settle(30 * time.Second)
}

// buysCards buys gift cards of 20 EUR.
func (r *rig) buysCards(many string) {
	r.t.Helper()
	r.say(shopID, "/cards")
	r.say(shopID, "psn germany 20 x"+many)
	r.tap(shopID, "✅")
}

// numbers are the receipts that a chat was ever shown.
func (r *rig) numbers() (list []uint64) {
	for _, o := range r.orders() {
		list = append(list, o.No)
	}
	slices.Sort(list)
	return list
}

// TestRestoredTill copies the file while the bot runs, goes on selling, puts
// the copy back and starts. The till sends nothing but reads until the owner's
// ✅; a link that was used is dead; no gift card is bought twice; no receipt
// has the number of another; what was sold since is named, and booked once for
// the shop that the owner names.
func TestRestoredTill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.cfg.apiKey = provider.ProductionKey
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 60000)

		r.say(shopID, "/internet")
		r.tap(shopID, "ADSL")
		r.say(shopID, "036362608")
		r.tap(shopID, "1\u00a0000")
		r.tap(shopID, "✅")
		r.settle(30 * time.Second)
		link := &stage{rig: r}
		r.tap(shopID, "🎁 Lien client")

		// Two gift cards: the answer to the first is lost, the second waits.
		r.provider.SetFault(provider.Fault{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultResetAfter, Times: 1})
		r.provider.SetFault(provider.Fault{Route: "GET /gift-cards/list", Kind: provider.Fault500Before, Times: 3})
		r.buysCards("1")
		r.buysCards("2")
		states := func() map[topup.State]int {
			n := map[topup.State]int{}
			for _, o := range r.orders() {
				n[o.State]++
			}
			return n
		}
		if n := states(); n[topup.Placed] != 1 || n[topup.Submitting] != 1 {
			t.Fatalf("the orders at the copy are %v", n)
		}
		file, before := r.copied(), r.wallet()

		r.settle(2 * time.Minute) // both cards come
		links := link.links()
		r.telegram.People.Start(customerID, links[len(links)-1])
		r.settle(time.Second)
		r.tap(customerID, "Français")
		r.sees(customerID, "de la part de")
		r.sells("0790123456")
		r.sells("0791234567")
		since := r.numbers()
		requests := r.sent()
		counts := r.provider.Book().Requests

		r.putBack(file)
		r.settle(5 * time.Minute)
		counts = r.tells("five minutes on the copy", counts)
		if n := r.sent(); n != requests {
			t.Errorf("%d requests that are no reads left before the owner's word", n-requests)
		}
		if w := r.wallet(); w != before && w.Held > before.Held {
			t.Errorf("the wallet is %v, in the copy %v", w, before)
		}
		r.telegram.People.Start(strangerID, links[len(links)-1])
		r.settle(time.Second)
		if code := r.codes()[0]; strings.Contains(r.texts(strangerID), code) {
			t.Error("a used link gave its code to another person")
		}
		r.say(shopID, "0790123456 500")
		r.sees(shopID, "La caisse vient d'être restaurée")
		r.sees(ownerID, "Vendues depuis, inconnues de la caisse : 2")
		r.sees(ownerID, "pas encore envoyées : 1")

		// It dies in the middle, and is where it was.
		r.tap(ownerID, "Ventes depuis la copie")
		r.cut = true
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.start()
		r.settle(10 * time.Second)
		if n := r.sent(); n != requests {
			t.Error("a second start sent something")
		}
		counts = r.tells("a used link, a sale that is refused, a second start", counts)

		r.say(ownerID, "/restored")
		r.tap(ownerID, "Reprendre la vente")
		r.tap(ownerID, "✅ Oui")
		r.settle(3 * time.Minute)
		if n := r.sent(); n != requests {
			t.Errorf("%d requests left when the till was opened", n-requests)
		}
		counts = r.tells("three minutes after Sell again", counts)
		for _, o := range r.orders() {
			if o.State == topup.Placed {
				t.Errorf("order %d is %s", o.No, o.State)
			}
		}

		r.say(ownerID, "/restored")
		r.tap(ownerID, "Ventes depuis la copie")
		r.tap(ownerID, "0790")
		r.tap(ownerID, "Taxiphone Nour")
		held := r.wallet()
		r.tap(ownerID, "✅ Oui")
		r.settle(time.Minute)
		if w := r.wallet(); held.Available-w.Available < topup.Dinars(450) || held.Available-w.Available > topup.Dinars(500) {
			t.Errorf("a sale that was assigned took %v to %v", held, w)
		}
		r.sees(shopID, "Vente retrouvée")
		r.say(ownerID, "/restored")
		r.sees(ownerID, "Vendues depuis, inconnues de la caisse : 1")
		counts = r.tells("a sale since is given to its shop", counts)

		r.sells("0791234568")
		if n := r.sent(); n != requests+1 {
			t.Errorf("%d requests for a sale after it", n-requests)
		}
		r.tells("a new sale", counts)
		now := r.numbers()
		newest := since[len(since)-1]
		for _, no := range now {
			if no > uint64(len(since)-2) && no <= newest {
				t.Errorf("receipt %d is given a second time (then %v, now %v)", no, since, now)
			}
		}
		r.ends()
	})
}

// A till sends nothing before Telegram has answered it: of two processes with
// one token, each on a copy of the file, one is turned away there.
func TestNothingLeavesBeforeTelegramAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		if err := r.halt(); err != nil {
			t.Fatal(err)
		}
		db, err := bolt.Open(r.cfg.db, bolt.Options{Vault: vaultOf(t, r.cfg.codesKey)})
		if err != nil {
			t.Fatal(err)
		}
		o := topup.Order{ID: topup.OrderID(topup.NewID()), Shop: 1, By: shopID, Chat: shopID, Panel: "waiting", Good: topup.MobileTopUp,
			State: topup.Placed, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", PlanKind: topup.Dynamic, To: "0778037341", Quantity: 1,
			Face: topup.Dinars(500), Price: topup.Dinars(500), Expected: topup.Dinars(495), Placed: time.Now(), Changed: time.Now(), Due: time.Now()}
		if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.Place(o); return err }); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(r.provider.Book().Requests)
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage})
		r.start()
		r.settle(30 * time.Second)
		if n := r.posts() - before["POST /mobile/send"]; n != 0 {
			t.Errorf("%d sends left before Telegram answered", n)
		}
		r.telegram.Faults.Clear()
		r.settle(2 * time.Minute)
		if n := r.posts() - before["POST /mobile/send"]; n != 1 {
			t.Errorf("%d sends after it did", n)
		}
		if err := r.halt(); err != nil {
			t.Error(err)
		}
	})
}
