package app

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/topup"
)

// fires are the floods under which a shop sells. Each runs beside the sale,
// until it is out or the sale is over.
var fires = []struct {
	name  string
	flood func(r *rig, over func() bool)
}{
	{"nothing", func(*rig, func() bool) {}},
	{"one stranger, 400 lines and a block", func(r *rig, _ func() bool) {
		for i := range 400 {
			r.telegram.People.Type(customerID, fmt.Sprint("hello ", i))
			time.Sleep(5 * time.Millisecond)
		}
		r.telegram.People.Block(customerID, true)
	}},
	{"40 strangers, 10 lines each", func(r *rig, _ func() bool) {
		for i := range 400 {
			r.telegram.People.Type(crowdID+int64(i%40), fmt.Sprint("hello ", i))
			time.Sleep(5 * time.Millisecond)
		}
	}},
	{"200 strangers at once", func(r *rig, _ func() bool) {
		for i := range 200 {
			r.telegram.People.Type(crowdID+int64(i), "/start")
		}
	}},
	{"a shop, 300 line checks", func(r *rig, over func() bool) {
		for i := 0; i < 300 && !over(); i++ {
			r.telegram.People.Type(shopID, "/internet")
			r.telegram.People.Type(shopID, "036362608")
			time.Sleep(50 * time.Millisecond)
		}
	}},
	{"a shop, 30 sales on an empty float", func(r *rig, _ func() bool) {
		for range 30 {
			r.telegram.People.Type(shopID, "0778037340 5000")
			time.Sleep(1500 * time.Millisecond)
			_ = r.telegram.People.PressButton(shopID, "✅")
			time.Sleep(500 * time.Millisecond)
		}
	}},
	{"a group, 100 commands", func(r *rig, _ func() bool) {
		for range 100 {
			r.telegram.Groups.Type(groupID, shopID, "/mobile")
			time.Sleep(20 * time.Millisecond)
		}
	}},
}

const crowdID = 90_000

// telegramTakes is how long Telegram needs for a call.
const telegramTakes = 200 * time.Millisecond

// fire is what a shop waited for, and what the owner heard, under a flood.
type fire struct {
	panel, result time.Duration
	told          int // messages to the owner meanwhile
}

// TestUnderFire measures, for each flood, how long a shop waits for its
// confirm panel and for its result, and what the owner is told meanwhile. The
// table of the README is what it prints (go test -v -run UnderFire ./app).
func TestUnderFire(t *testing.T) {
	var calm fire
	table := fmt.Sprintf("%-36s %14s %9s %14s\n", "flood", "confirm panel", "result", "owner is told")
	for i, f := range fires {
		got := underFire(t, f.flood)
		if i == 0 {
			calm = got
		}
		table += fmt.Sprintf("%-36s %12.2f s %7.2f s %14d\n", f.name, got.panel.Seconds(), got.result.Seconds(), got.told)
		if got.panel >= 2*time.Second {
			t.Errorf("%s: the panel came after %v", f.name, got.panel)
		}
		if got.result > calm.result+time.Second {
			t.Errorf("%s: the result came after %v, without a flood after %v", f.name, got.result, calm.result)
		}
		if got.told > 2 {
			t.Errorf("%s: the owner was sent %d messages", f.name, got.told)
		}
	}
	t.Log("\n" + table)
}

func underFire(t *testing.T, flood func(*rig, func() bool)) (got fire) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.cfg.apiKey = provider.ProductionKey
		to := r.via.telegram
		r.via.telegram = roundTrip(func(q *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(q.URL.Path, "/getUpdates") {
				time.Sleep(telegramTakes)
			}
			return to.RoundTrip(q)
		})
		for i := range int64(200) {
			r.telegram.People.Add(telegram.Person{ID: crowdID + i, FirstName: "Ali", LanguageCode: "fr"})
		}
		r.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Taxiphones", Members: []int64{shopID}})
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 150_000)
		r.secondShop()
		// Both have sold to these numbers: a line goes straight to its panel.
		for person, line := range map[int64]string{shopID: "0778037340 100", strangerID: "0661234567 100"} {
			r.say(person, line)
			r.tap(person, "✅ Confirmer")
		}
		r.settle(10 * time.Minute)
		r.provider.SetBalance(int64(topup.Dinars(1000)))
		heard := len(r.telegram.Journal.All())

		var beside sync.WaitGroup
		over := make(chan struct{})
		beside.Go(func() {
			flood(r, func() bool {
				select {
				case <-over:
					return true
				default:
					return false
				}
			})
		})
		time.Sleep(time.Second) // it burns
		got.panel = r.until("Confirmer la vente", func() { r.telegram.People.Type(strangerID, "0661234567 200") })
		time.Sleep(time.Second) // it is read
		got.result = r.until("Le client paie : 200 DA\nDébité : ", func() { _ = r.telegram.People.PressButton(strangerID, "✅ Confirmer") })
		close(over)
		beside.Wait()
		r.settle(5 * time.Minute)
		for _, c := range r.telegram.Journal.All()[heard:] {
			if strings.HasPrefix(c.Method, "send") && c.Params["chat_id"] == fmt.Sprint(ownerID) {
				got.told++
			}
		}
		r.allAnswered()
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()
	})
	return got
}

// until does something as the second shop and tells how long it takes until
// that shop sees a text.
func (r *rig) until(text string, do func()) time.Duration {
	r.t.Helper()
	from := time.Now()
	do()
	for !strings.Contains(r.texts(strangerID), text) {
		if r.settle(20 * time.Millisecond); time.Since(from) > 10*time.Minute {
			r.t.Fatalf("it never saw %q; the chat:\n%s", text, r.texts(strangerID))
		}
	}
	return time.Since(from)
}

// secondShop makes the stranger a shop with money.
func (r *rig) secondShop() {
	r.t.Helper()
	r.say(strangerID, "/start")
	r.tap(strangerID, "Français")
	r.say(strangerID, "Taxiphone Ali")
	r.telegram.People.ShareContact(strangerID)
	r.settle(time.Second)
	r.tap(ownerID, "✅")
	r.say(ownerID, "/credit 2 5000 test")
	r.tap(ownerID, "✅")
}
