package app

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/bot"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// The whole program over HTTP: it sells, lets no second process near its
// file, and on a stop ends within five seconds with nothing lost.
func TestRunAndStop(t *testing.T) {
	runAndStop(t, filepath.Join(t.TempDir(), "till.db"))
}

func runAndStop(t *testing.T, db string) {
	t.Helper()
	messenger := telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	messenger.People.Add(telegram.Person{ID: shopID, FirstName: "Karim", LanguageCode: "fr", Phone: "213661000501"})
	sales := provider.New(provider.Options{PendingFor: 100 * time.Millisecond, HandlingFor: time.Hour})
	atTelegram, atProvider := httptest.NewServer(messenger), httptest.NewServer(sales)
	defer atProvider.Close()
	defer atTelegram.Close()
	e := settings(db, atTelegram.URL, atProvider.URL)
	e["HANOUT_BACKUP_DIR"] = t.TempDir()
	if _, err := command(t, e, "init"); err != nil {
		t.Fatal(err)
	}
	approve(t, db)
	credit(t, db, "1")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	log := &lockedBuffer{}
	go func() { done <- run(ctx, nil, e.get, log, log) }()
	await := func(person int64, text string, act func()) {
		t.Helper()
		for try := range 300 {
			if try%20 == 0 {
				act() // again after a while: the price list may not have come yet
			}
			for _, m := range messenger.Chats.Messages(person) {
				if strings.Contains(plainText(m.Text), text) {
					return
				}
			}
			select {
			case <-messenger.Changed():
			case <-time.After(100 * time.Millisecond):
			}
		}
		t.Fatalf("%q never came; the log:\n%s", text, log.String())
	}
	await(shopID, "Solde : 1 000 DA", func() { messenger.People.Type(shopID, "/start") })
	await(shopID, "Confirmer la vente", func() { messenger.People.Type(shopID, "0790123456 500") })
	time.Sleep(time.Second) // the card is read
	await(shopID, "En cours…", func() { _ = messenger.People.PressButton(shopID, "✅") })

	besideTheBot(t, e)

	began := time.Now()
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the stop ended with %v", err)
		}
	case <-time.After(6 * time.Second):
		t.Fatal("the stop does not end")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if _, err := command(t, e, "check"); err != nil {
		t.Errorf("after the stop: %v", err)
	}
	if w := money(t, e["HANOUT_DB"]); w.Available+w.Held != topup.Dinars(1000) || w.Held == 0 {
		t.Errorf("the wallet is %v: the open sale is not held", w)
	}
	if n := len(sales.Book().Orders); n != 1 {
		t.Errorf("the provider has %d orders", n)
	}
}

// besideTheBot tries commands on the database of a bot that runs: a file is
// its alone, while a server lets others read.
func besideTheBot(t *testing.T, e environment) {
	t.Helper()
	remote := where{db: e["HANOUT_DB"]}.remote()
	for _, args := range [][]string{{"restore", "x.db"}, {"init"}} {
		_, err := command(t, e, args...)
		says(t, err)
	}
	if !remote { // there a second bot waits for the lead
		_, err := command(t, e, "run")
		says(t, err, "in use by another process")
	}
	copied := filepath.Join(t.TempDir(), "b.db")
	_, err := command(t, e, "backup", copied)
	if remote {
		if err != nil {
			t.Errorf("backup: %v", err)
		}
		for _, args := range [][]string{{"check"}, {"check", copied}} {
			if out, err := command(t, e, args...); err != nil || !strings.Contains(out, "sound") {
				t.Errorf("%v: %q, %v", args, out, err)
			}
		}
		return
	}
	says(t, err, "in use by a running bot", "/backup")
	_, err = command(t, e, "check")
	says(t, err)
}

// approve makes the shop of a till, as if its owner had.
func approve(t *testing.T, db string) {
	t.Helper()
	in(t, db, func(k kept) error {
		return k.Update(func(tx till.Tx) error {
			id, err := tx.NextID("shop")
			if err != nil {
				return err
			}
			if err := tx.PutChat(store.Chat{ID: shopID, Language: "fr"}); err != nil {
				return err
			}
			shop := topup.Shop{ID: topup.ShopID(id), Chat: shopID, Name: "Taxiphone Nour", State: topup.ShopApproved}
			if err := tx.PutShop(shop); err != nil {
				return err
			}
			return tx.PutMember(shop.Keeper())
		})
	})
}

// What ends the process is told without a secret, and names what to do.
func TestErrorsThatEndTheBot(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*rig)
		words string
	}{
		"wrong token": {func(r *rig) { r.cfg.token = "1:" + strings.Repeat("A", 35) }, "TELEGRAM_BOT_TOKEN is not accepted"},
		"no database": {func(r *rig) { r.cfg.db += ".x" }, "there is no database"},
		"another poller": {func(r *rig) {
			go func() {
				time.Sleep(time.Second)
				other := bot.NewPoller(r.cfg.token, r.cfg.telegramURL, r.via.telegram, slog.New(slog.DiscardHandler))
				_ = other.Run(r.t.Context(), func(context.Context, []till.Update, bool) error { return nil })
			}()
		}, "another process is using this bot's token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, "fr")
				c.spoil(r)
				r.start()
				err := <-r.done
				if err == nil || !strings.Contains(err.Error(), c.words) {
					t.Fatalf("the bot ended with %v", err)
				}
				for _, leak := range r.leaks(err.Error() + r.log.String()) {
					t.Errorf("it tells %s", leak)
				}
			})
		})
	}
}
