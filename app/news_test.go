package app

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

const (
	newsroom  = 60   // shops besides the one of the tests
	newsChat  = 9000 // the first of their chats
	newsText  = "Fermé vendredi"
	newsTitle = "Message de l'administrateur"
)

// manyShops makes the shops before the bot runs, and has their keepers write
// to it once.
func (r *rig) manyShops() {
	r.t.Helper()
	db, err := bolt.Open(r.cfg.db, bolt.Options{Vault: vaultOf(r.t, r.cfg.codesKey)})
	if err != nil {
		r.t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for i := range newsroom {
			id, err := tx.NextID("shop")
			if err != nil {
				return err
			}
			s := topup.Shop{ID: topup.ShopID(id), Chat: newsChat + int64(i), Name: fmt.Sprintf("Shop %d", id), State: topup.ShopApproved}
			if err := tx.PutShop(s); err != nil {
				return err
			}
			if err := tx.PutMember(s.Keeper()); err != nil {
				return err
			}
			if err := tx.PutChat(store.Chat{ID: s.Chat, Language: "fr"}); err != nil {
				return err
			}
		}
		return nil
	})
	if cerr := db.Close(); err != nil || cerr != nil {
		r.t.Fatal(err, cerr)
	}
	for i := range newsroom {
		r.telegram.People.Add(telegram.Person{ID: newsChat + int64(i), FirstName: "K", LanguageCode: "fr"})
		r.telegram.People.Type(newsChat+int64(i), "/cancel")
	}
}

// told counts the messages of the news that a chat got.
func (r *rig) told(chat int64) (n int) {
	for _, m := range r.telegram.Chats.Messages(chat) {
		if strings.Contains(m.Text, newsTitle) {
			n++
		}
	}
	return n
}

// toldAll counts the shops that have it, and fails on one that has it twice.
func (r *rig) toldAll() (n int) {
	r.t.Helper()
	for i := range newsroom {
		k := r.told(newsChat + int64(i))
		if n += k; k > 1 {
			r.t.Errorf("shop %d was told %d times", i, k)
		}
	}
	return n
}

// presses taps the newest button with a label, and waits for nothing.
func (r *rig) presses(person int64, label string) {
	r.t.Helper()
	if err := r.telegram.People.PressButton(person, label); err != nil {
		r.t.Fatal(err)
	}
}

// comes lets time pass, in small parts, until something is true.
func (r *rig) comes(is func() bool) {
	r.t.Helper()
	for begun := time.Now(); !is(); r.settle(20 * time.Millisecond) {
		if time.Since(begun) > 5*time.Minute {
			r.t.Fatalf("it does not come; the owner's chat:\n%s", r.texts(ownerID))
		}
	}
}

// TestNewsReachManyShops: with refusals of Telegram's, chats that are gone, a
// stop by the owner, a restart and a sale in the middle, every shop that can be
// reached is told once, and the sale goes before them.
func TestNewsReachManyShops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.manyShops()
		r.start()
		r.settle(time.Minute)
		r.say(strangerID, "/start") // the shop of the sale is one more
		for _, p := range []int64{ownerID, shopID} {
			r.say(p, "/start")
			r.tap(p, "Français")
		}
		r.say(shopID, "Taxiphone Nour")
		r.telegram.People.ShareContact(shopID)
		r.settle(time.Second)
		r.tap(ownerID, "✅")
		r.say(ownerID, fmt.Sprintf("/credit %d 5000 test", newsroom+1))
		r.tap(ownerID, "✅")
		r.say(shopID, "0778037340 500")
		r.settle(time.Second)
		const blocked, gone = newsChat + 5, newsChat + 40
		r.telegram.People.Block(blocked, true)
		r.settle(time.Second)
		r.telegram.People.Deactivate(gone)

		r.say(ownerID, "/broadcast")
		r.say(ownerID, newsText)
		r.tap(ownerID, "👥")
		r.sees(ownerID, fmt.Sprintf("Magasins qui le recevront : %d", newsroom)) // one of them has just gone, which nobody knows
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultFlood, Method: "sendMessage", Times: 3, RetryAfter: 2 * time.Second})
		r.presses(ownerID, "✅")
		r.comes(func() bool { return r.toldAll() >= 10 })
		r.presses(shopID, "✅")
		r.comes(func() bool { return strings.Contains(r.texts(shopID), "En cours") })
		if n := r.toldAll(); n > 30 {
			t.Errorf("the sale waited until %d shops were told", n)
		}
		r.presses(ownerID, "⏹")
		r.comes(func() bool { return strings.Contains(r.texts(ownerID), "Envoi arrêté") })
		r.settle(time.Minute)
		stopped := r.toldAll()
		if stopped >= newsroom-2 {
			t.Fatalf("%d are told after the stop", stopped)
		}
		r.presses(ownerID, "▶️")
		r.comes(func() bool { return r.toldAll() > stopped })
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		if n := r.toldAll(); n >= newsroom-2 {
			t.Fatalf("%d are told before the restart", n)
		}
		r.cut = true
		r.start()
		r.settle(5 * time.Minute)
		if n := r.toldAll(); n != newsroom-2 || r.told(shopID) != 1 {
			t.Errorf("%d shops are told, want %d", n, newsroom-2)
		}
		r.sees(ownerID, "Envoi terminé")
		r.sees(ownerID, "Injoignables : 2")
		r.sees(ownerID, "Shop 6 (n° 6)")
		r.sees(ownerID, "Shop 41 (n° 41)")
		r.sees(shopID, "réussie")
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()
		if t.Failed() {
			t.Logf("%s\n%s", r.texts(ownerID), r.log.String())
		}
	})
}
