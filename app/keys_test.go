package app

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/store"
	"hanout/store/bolt"
)

// TestWrongKeyStartsNothing gives the bot another codes key than the one its
// database was used with.
func TestWrongKeyStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		if err := r.halt(); err != nil {
			t.Fatal(err)
		}
		calls := len(r.telegram.Journal.Calls("getUpdates"))
		right := r.cfg.codesKey
		r.cfg.codesKey = bytes.Repeat([]byte{8}, 32)
		r.start()
		err := <-r.done
		if err == nil || !strings.Contains(err.Error(), "HANOUT_CODES_KEY is not the key") || !strings.Contains(err.Error(), "rekey") {
			t.Errorf("a wrong key: %v", err)
		}
		if len(r.telegram.Journal.Calls("getUpdates")) != calls {
			t.Error("updates were taken with a wrong key")
		}
		// The former key named beside it is not enough either: only rekey changes
		// the database's key.
		r.cfg.oldKeys = [][]byte{right}
		r.start()
		if err := <-r.done; err == nil {
			t.Error("the bot runs on a database that was not rekeyed")
		}
		db, err := bolt.Open(r.cfg.db, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		vault, err := store.NewVault(r.cfg.codesKey, right)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Rekey(vault); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		r.cfg.oldKeys = nil
		r.start()
		r.settle(2 * time.Second)
		r.say(shopID, "/balance")
		r.sees(shopID, "5 000")
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()
	})
}
