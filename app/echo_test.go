package app

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tgbot "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// BenchmarkBesideAnEcho tells how long a shopkeeper waits for the confirm card
// of a line, beside a bot that keeps nothing and says what was said, and one that
// first commits that it heard it: a line a second, and 30, from 30 chats, over
// loopback, with every commit flushed. The figures are milliseconds, and times
// of those two in the same run.
func BenchmarkBesideAnEcho(b *testing.B) {
	for _, pace := range []int{1, 30} {
		b.Run(fmt.Sprintf("%d/s", pace), func(b *testing.B) {
			echo := waits(b, pace, func(s *telegram.Server, url string) { echoes(b, s, url, nil) })
			kept := waits(b, pace, func(s *telegram.Server, url string) { echoes(b, s, url, emptyTill(b)) })
			hanout := waits(b, pace, func(s *telegram.Server, url string) { sells(b, s, url) })
			b.ReportMetric(0, "ns/op") // the pace of the lines, and nothing else
			for name, share := range map[string]float64{"p50": 0.5, "p99": 0.99} {
				h := at(hanout, share)
				b.ReportMetric(h.Seconds()*1e3, name+"-ms")
				b.ReportMetric(float64(h)/float64(at(echo, share)), name+"-of-echo")
				b.ReportMetric(float64(h)/float64(at(kept, share)), name+"-of-commit")
			}
		})
	}
}

// at is what a share of the sorted waits does not exceed.
func at(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

const echoedShops = 30

// waits runs a bot, types b.N lines in turn into the shops' chats, and gives the
// sorted times until the first message came of each.
func waits(b *testing.B, pace int, start func(s *telegram.Server, url string)) []time.Duration {
	s := telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	for i := range int64(echoedShops) {
		s.People.Add(telegram.Person{ID: shopID + i, FirstName: "Karim", LanguageCode: "fr"})
	}
	web := httptest.NewServer(s)
	b.Cleanup(web.Close)
	start(s, web.URL)
	events, end := s.Subscribe()
	defer end()
	line := func(n int) time.Duration {
		person := shopID + int64(n%echoedShops)
		began := time.Now()
		typed := s.People.Type(person, fmt.Sprintf("0661%06d 500", n))
		limit := time.After(10 * time.Second)
		for {
			select {
			case e := <-events:
				if e.Kind == telegram.EventMessage && e.Chat == person && e.MessageID > typed {
					return time.Since(began)
				}
			case <-limit:
				b.Fatal("no answer came")
			}
		}
	}
	for n := range echoedShops {
		line(n) // connections, caches, the price list
	}
	var list []time.Duration
	tick := time.NewTicker(time.Second / time.Duration(pace))
	defer tick.Stop()
	for n := range b.N {
		<-tick.C
		list = append(list, line(echoedShops+n))
	}
	slices.Sort(list)
	return list
}

// echoes runs a bot that says what was said, after a commit in a till if there
// is one.
func echoes(b *testing.B, s *telegram.Server, url string, db *bolt.DB) {
	api, err := tgbot.New(s.Token(), tgbot.WithServerURL(url), tgbot.WithDefaultHandler(
		func(ctx context.Context, api *tgbot.Bot, u *models.Update) {
			if db != nil && db.Update(func(tx *bolt.Tx) error { return tx.MarkHandled(u.ID, time.Now()) }) != nil {
				return
			}
			_, _ = api.SendMessage(ctx, &tgbot.SendMessageParams{ChatID: u.Message.Chat.ID, Text: u.Message.Text})
		}))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); api.Start(ctx) }()
	b.Cleanup(func() { stop(); <-ended })
}

// emptyTill makes a till that nobody sells with.
func emptyTill(b *testing.B) *bolt.DB {
	path := filepath.Join(b.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// sells runs Hanout over a till of as many shops, each with money.
func sells(b *testing.B, s *telegram.Server, url string) {
	web := httptest.NewServer(provider.New(provider.Options{}))
	b.Cleanup(web.Close)
	e := settings(filepath.Join(b.TempDir(), "till.db"), url, web.URL)
	e["TELEGRAM_BOT_TOKEN"] = s.Token()
	if err := bolt.Create(e["HANOUT_DB"]); err != nil {
		b.Fatal(err)
	}
	db, err := bolt.Open(e["HANOUT_DB"], bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error {
		for i := range int64(echoedShops) {
			shop := topup.Shop{ID: topup.ShopID(i + 1), Chat: shopID + i, Name: "Nour", State: topup.ShopApproved}
			if err := tx.PutChat(store.Chat{ID: shop.Chat, Language: "fr"}); err != nil {
				return err
			}
			if err := tx.PutShop(shop); err != nil {
				return err
			}
			if err := tx.PutMember(shop.Keeper()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	log := &lockedBuffer{}
	go func() { ended <- run(ctx, nil, e.get, log, log) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Errorf("%v\n%s", err, log.String())
		}
	})
}
