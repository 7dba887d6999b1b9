package app

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/till"
	"hanout/topup"
)

// What the file of the version before tells; see its facts beside it.
const (
	formerConfirm = "0vhty7ax0sc56brq3a9x" // the panel at which a sale of 700 DA waits for ✅
	formerOrders  = 18
	formerUpdates = 910_000_001 // above all updates that they have handled
)

// formerStopped is when the versions before were stopped, by the file.
var formerStopped = map[string]time.Time{
	"v1": time.Date(2000, 1, 3, 3, 38, 4, 0, time.UTC),
	"v2": time.Date(2000, 1, 3, 3, 59, 43, 0, time.UTC),
}

// onFormerFile starts a bot on a file that a version before wrote, at the time
// at which that one was stopped. The chats of its people are open, but Telegram
// has none of the messages of before.
func onFormerFile(t *testing.T, version string, fn func(*rig)) {
	t.Helper()
	packed, err := os.Open(filepath.Join("..", "store", "bolt", "testdata", version+".db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.cfg.db = filepath.Join(t.TempDir(), version+".db")
		if err := os.WriteFile(r.cfg.db, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if version != "v1" { // it knows its place, and was put here from elsewhere
			r.atHome()
		}
		time.Sleep(time.Until(formerStopped[version]))
		r.telegram.Updates.SetNextID(formerUpdates)
		// The provider's IDs of before are given out already, to others' orders.
		for i := range formerOrders + 2 {
			body := fmt.Sprintf(`{"plan_code":"PREPAID_DJEZZY","MSSIDN":"0770000000","amount":100,"ref":"other-%d"}`, i)
			q := httptest.NewRequest(http.MethodPost, "/v3/mobile/send", strings.NewReader(body))
			q.Header.Set("X-Access-Token", r.cfg.apiKey)
			q.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			if r.provider.ServeHTTP(w, q); w.Code != http.StatusOK {
				t.Fatalf("the order was refused: %d %s", w.Code, w.Body)
			}
		}
		for _, id := range []int64{shopID, ownerID, strangerID} {
			r.telegram.People.Type(id, "/help")
		}
		r.start()
		r.settle(5 * time.Second)
		fn(r)
		if err := r.halt(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		r.check()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", r.log.String())
		}
	})
}

// atHome makes the file one of this place: nobody has to look at it first.
func (r *rig) atHome() {
	r.t.Helper()
	db, err := bolt.Open(r.cfg.db, bolt.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := errors.Join(db.Update(func(tx *bolt.Tx) error { return tx.DropSetting(store.SettingRestored) }), db.Close()); err != nil {
		r.t.Fatal(err)
	}
}

// TestFormerFileGoesOn: this version takes up what the one before left: it
// sends what is owed, and sells at the button that stood there.
func TestFormerFileGoesOn(t *testing.T) {
	onFormerFile(t, "v1", func(r *rig) {
		if _, err := os.Stat(r.cfg.db + ".v1"); err != nil {
			r.t.Errorf("the file is not copied aside: %v", err)
		}
		// The receipt and the codes of the last sale, and an answer to the one
		// who waits, were owed.
		r.sees(shopID, "Opération n° 18")
		r.sees(shopID, "036 36 26 08")
		var codes []topup.Voucher
		r.inside(func(tx till.Tx) error {
			o, _, err := tx.OrderByNo(18)
			if err != nil {
				return err
			}
			codes, err = tx.Vouchers(o.ID)
			return err
		})
		if len(codes) != 1 || !strings.Contains(strings.ReplaceAll(r.texts(shopID), " ", ""), codes[0].Code) {
			r.t.Errorf("the %d codes of the last sale did not come:\n%s", len(codes), r.texts(shopID))
		}
		r.inside(func(tx till.Tx) error {
			for o, err := range tx.Outbox() {
				r.t.Errorf("still owed: %s to %d (%v)", o.Panel, o.Chat, err)
			}
			m, ok, err := tx.Member(shopID)
			if !ok || m.Shop != 1 || m.Role != topup.Keeper {
				r.t.Errorf("the shop's keeper is %+v", m)
			}
			return err
		})
		before, posts := r.wallet(), r.posts()
		r.telegram.People.PressForged(shopID, shopID, 1, "s:"+formerConfirm+":1:ok")
		r.settle(30 * time.Second)
		list := r.orders()
		if len(list) != formerOrders+1 || list[0].No != formerOrders+1 || list[0].To != "0778037340" || list[0].State != topup.Delivered {
			r.t.Fatalf("%d orders, the newest %+v", len(list), list[0])
		}
		if after := r.wallet(); before.Available+before.Held-after.Available-after.Held < topup.Dinars(700) {
			r.t.Errorf("the wallet went from %v to %v", before, after)
		}
		if n := r.posts() - posts; n != 1 {
			r.t.Errorf("%d requests for one sale", n)
		}
		r.inside(func(tx till.Tx) error {
			lines, err := tx.Entries(topup.ShopID(1).Held(), 0, 50)
			for _, j := range lines {
				if j.Key == list[0].ID.HoldKey() && (j.Shop != 1 || j.Chat != shopID || j.Actor != shopID) {
					r.t.Errorf("the hold says shop %d, chat %d, person %d", j.Shop, j.Chat, j.Actor)
				}
			}
			return err
		})
		// A second tap finds the same order.
		r.telegram.People.PressForged(shopID, shopID, 1, "s:"+formerConfirm+":1:ok")
		r.settle(telegram.DefaultCallbackWindow + time.Second)
		if n := len(r.orders()); n != formerOrders+1 {
			r.t.Errorf("%d orders after a second tap", n)
		}
	})
}

// TestFormerFileComplains: on a file of schema 2 its cashier sells on, and
// complains of a sale that was made before there were complaints.
func TestFormerFileComplains(t *testing.T) {
	onFormerFile(t, "v2", func(r *rig) {
		if _, err := os.Stat(r.cfg.db + ".v2"); err != nil {
			r.t.Errorf("the file is not copied aside: %v", err)
		}
		r.say(customerID, "0661234567 500")
		r.tap(customerID, "✅")
		r.settle(30 * time.Second)
		if list := r.orders(); list[0].By != customerID || list[0].Seller != "Amine" || list[0].State != topup.Delivered {
			r.t.Errorf("the newest order is %+v", list[0])
		}
		r.say(customerID, "/find 18")
		r.tap(customerID, "036\u00a036\u00a026\u00a008")
		r.tap(customerID, "🙋")
		r.say(customerID, "Le code ne marche pas.")
		r.sees(ownerID, "Le code ne marche pas.")
		r.inside(func(tx till.Tx) error {
			list, err := tx.OpenComplaints("", 5)
			if len(list) != 1 || list[0].No != 18 || list[0].Thread[0].Name != "Amine" {
				r.t.Errorf("the complaints are %+v", list)
			}
			return err
		})
	})
}
