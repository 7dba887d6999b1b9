package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

func TestForgedTaps(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		c := r.confirmPanel()
		long := strings.Repeat("x", 5000)
		forged := []string{
			"x", ":", "::::", "s", "s:", "s:a", "s:a:b:ok", "s:a:-1:ok", "s:a:99999999999999999999:ok", "s::1:ok",
			"o:x:cancel", "o:x:again", "v:1:0:x", "h:0:", "m:home:x:y", "m:lang:de", "a:shop:1:yes", "a:shop:99:yes",
			"a:order:1:done2", "a:order:99:undo2", "a:x:1:y", "q:1:2", "S:a:1:ok", "s:a:1:ok\x00", "s:h/a:1:ok", "\u202es:a:1:ok",
			"✅", strings.Repeat("s", 64), strings.Repeat("s:", 32), long, c.ok[:len(c.ok)-1], strings.ToUpper(c.ok),
		}
		for _, data := range forged {
			for _, person := range []int64{shopID, ownerID, strangerID} {
				r.telegram.People.PressForged(person, person, c.message, data)
				r.telegram.People.PressForged(person, shopID, c.message, data)
			}
		}
		r.settle(time.Minute)
		r.allAnswered()
		r.expect(5000, 0, 0)

		// Without a message, without data, and from a group.
		r.telegram.People.PressForged(shopID, shopID, 99999, c.ok, func(q map[string]any) { delete(q, "message") })
		r.telegram.People.PressForged(shopID, shopID, c.message, "", func(q map[string]any) { delete(q, "data") })
		r.telegram.People.PressForged(shopID, -7, 1, "m:balance")
		r.allAnswered()
		if n := len(r.orders()); n > 1 {
			r.t.Errorf("%d orders came of one panel", n)
		}
	})
}

// A tap on a shop's panel by somebody else does nothing, whoever it is and
// wherever it comes from.
func TestTapOfAnotherPerson(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.say(customerID, "/start")
		r.tap(customerID, "Français")
		r.say(customerID, "Chez Yacine")
		r.telegram.People.ShareContact(customerID)
		r.settle(time.Second)
		r.tap(ownerID, "✅")
		c := r.confirmPanel()
		for _, person := range []int64{customerID, strangerID, ownerID} {
			r.telegram.People.PressForged(person, shopID, c.message, c.ok) // in the shop's chat
			r.telegram.People.PressForged(person, person, c.message, c.ok) // in the person's own
		}
		r.allAnswered()
		r.expect(5000, 0, 0)
		if m, ok := r.telegram.Chats.Message(shopID, c.message); !ok || !has(m, c.ok) {
			r.t.Error("somebody else has changed the shop's panel")
		}
		if err := r.halt(); err != nil { // what is left is what is on disk
			r.t.Fatal(err)
		}
		r.start()
		r.settle(2 * time.Second)

		r.press(shopID, c)
		r.settle(time.Second)
		if m, _ := r.telegram.Chats.Message(shopID, c.message); !strings.Contains(m.Text, "En cours") {
			r.t.Errorf("the shop's panel has become another message; it shows %q", m.Text)
		}
		o := r.orders()[0]
		before := r.texts(customerID)
		for _, verb := range []string{"cancel", "again", "offer:0", "show"} {
			r.telegram.People.PressForged(customerID, customerID, 1, fmt.Sprintf("o:%s:%s", o.ID, verb))
		}
		r.telegram.People.PressForged(customerID, customerID, 1, "v:1:0:x")
		r.settle(30 * time.Second)
		r.allAnswered()
		if after := r.texts(customerID); strings.Contains(strings.TrimPrefix(after, before), "0778 03 73 40") {
			r.t.Errorf("another shop was shown the sale:\n%s", after)
		}
		r.expect(4500, 0, 1)

		// Nor does a shop decide on itself, or on its orders.
		for _, data := range []string{"a:order:1:undo2", "a:shop:1:no", "a:order:1:card"} {
			r.telegram.People.PressForged(shopID, shopID, c.message, data)
		}
		r.allAnswered()
		r.expect(4500, 0, 1)
	})
}

// Whatever is made of the buttons that were ever shown, no money moves but by
// the ✅ of a question, which these changes never hit.
func TestSpoiltTaps(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.press(shopID, r.confirmPanel())
		r.settle(30 * time.Second)
		r.say(shopID, "/history")
		r.say(shopID, "/balance")
		r.say(ownerID, "/shops")
		var shown []string
		for _, chat := range []int64{shopID, ownerID} {
			for _, m := range r.telegram.Chats.Messages(chat) {
				for _, b := range buttons(m) {
					shown = append(shown, b.CallbackData)
				}
			}
		}
		dice := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			data := []byte(shown[dice.IntN(len(shown))])
			switch at := dice.IntN(len(data)); dice.IntN(4) {
			case 0:
				data[at] ^= byte(1 + dice.IntN(127))
			case 1:
				data = append(data[:at:at], data[at+1:]...)
			case 2:
				data = append(data[:at:at], append([]byte(":0"), data[at:]...)...)
			case 3:
				f := strings.Split(string(data), ":")
				dice.Shuffle(len(f), func(i, j int) { f[i], f[j] = f[j], f[i] })
				data = []byte(strings.Join(f, ":"))
			}
			r.telegram.People.PressForged(shopID, shopID, 1, string(data))
			r.settle(100 * time.Millisecond)
		}
		r.settle(time.Minute)
		r.allAnswered()
		r.expect(4500, 0, 1)
	})
}

func TestTenTapsAreOneSale(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		c := r.confirmPanel()
		for range 10 {
			r.telegram.People.PressForged(shopID, shopID, c.message, c.ok) // the button may be gone by now
		}
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(4500, 0, 1)
		if n := r.posts(); n != 1 {
			r.t.Errorf("%d requests for one sale", n)
		}
		r.say(ownerID, "/credit 1 1000 ten taps")
		c = r.newest(ownerID)
		for range 10 {
			r.telegram.People.PressForged(ownerID, ownerID, c.message, c.ok)
		}
		r.settle(time.Second)
		r.expect(5500, 0, 1)
		r.sees(ownerID, "crédité de 1 000 DA") // the last taps have not wiped it
		r.allAnswered()
	})
}

// hand counts what a shopkeeper does.
type hand struct {
	*rig
	messages, taps int
}

func (h *hand) types(text string) {
	h.messages++
	h.say(shopID, text)
}

func (h *hand) presses(labels ...string) {
	for _, label := range labels {
		h.taps++
		h.tap(shopID, label)
	}
}

// TestTapsOfTheCounter plays the commonest jobs and counts: the table of the
// README is what it finds. A job begins with the card before it on the screen.
func TestTapsOfTheCounter(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 90_000)
		for _, job := range []struct {
			name, cost string
			sales      int
			sees       string
			do         func(*hand)
		}{
			{"a number never sold to, in one line", "1 message + 1 tap", 1, "Débité : ", func(h *hand) { h.types("0661234567 500"); h.presses("✅") }},
			{"the balance and the commission", "0: every receipt says them", 0, "Commission : 15 DA · Solde : ", func(*hand) {}},
			{"the same sale again", "2 taps", 1, "n° 2", func(h *hand) { h.presses("🔁 Refaire", "✅") }},
			{"another amount for the same number", "2 taps", 1, "Opération n° 3", func(h *hand) { h.presses("200\u00a0DA", "✅") }},
			{"a number gets a name", "1 message + 1 tap", 0, "Amine : 0661 23 45 67", func(h *hand) { h.presses("⭐ Favori"); h.types("Amine") }},
			{"a favourite, the usual amount", "2 taps", 1, "Opération n° 4", func(h *hand) { h.presses("Amine", "✅") }},
			{"a favourite by its name, in one line", "1 message + 1 tap", 1, "Opération n° 5", func(h *hand) { h.types("amine 300"); h.presses("✅") }},
			{"a number, then an amount", "1 message + 2 taps", 1, "Djezzy", func(h *hand) { h.types("0770123456"); h.presses("300", "✅") }},
			{"an offer of the number, by asking for them", "1 message + 3 taps", 1, "Data Pack 1GB", func(h *hand) {
				h.types("0770123459")
				h.presses("📦")
				h.settle(25 * time.Second)
				h.presses("Data Pack", "✅")
			}},
			{"three sales, a line each", "1 message + 1 tap", 3, "Toutes terminées : 3", func(h *hand) {
				h.types("0661234568 100\n0770123457 200\n0550123456 100")
				h.presses("✅")
			}},
			{"a top-up, an internet card and a gift card, a line each", "1 message + 1 tap", 3, "Toutes terminées : 3", func(h *hand) {
				h.types("0661234567 200\n036362608 500\npsn france 20")
				h.presses("✅")
			}},
			{"two sales, a line each, one without its amount", "1 message + 2 taps", 2, "Toutes terminées : 2", func(h *hand) {
				h.types("0661234560 100\n0770123450")
				h.presses("300", "✅")
			}},
			{"an internet card, in one line", "1 message + 1 tap", 1, "Code de l'opération", func(h *hand) { h.types("036362608 1000"); h.presses("✅") }},
			{"a code again", "2 taps", 0, "Code de l'opération n° 16", func(h *hand) { h.presses("🔑 Voir", "✅") }},
			{"a gift card by its name", "1 message + 1 tap", 1, "PSN France, 20 EUR", func(h *hand) { h.types("psn france 20"); h.presses("✅") }},
			{"a gift card that was sold lately", "3 taps", 1, "PSN France, 20 EUR", func(h *hand) { h.presses("🎁 Carte", "🕓", "✅") }},
			{"a gift card, from its category", "4 taps", 1, "Sandbox cards", func(h *hand) { h.presses("🎁 Carte", "Sandbox", "A delivery", "✅") }},
			{"what was sold today", "1 tap", 0, "Ventes réussies", func(h *hand) { h.presses("📊") }},
		} {
			before := len(r.orders())
			h := &hand{rig: r}
			if fromHome(job.name) {
				r.say(shopID, "/start")
			}
			job.do(h)
			r.settle(45 * time.Second)
			if sold := len(r.orders()) - before; sold != job.sales {
				t.Errorf("%s: %d sales, want %d; the chat:\n%s", job.name, sold, job.sales, r.texts(shopID))
			}
			r.sees(shopID, job.sees)
			if row := fmt.Sprintf("| %s | %s |", job.name, job.cost); !strings.Contains(string(readme), row) {
				t.Errorf("the README lacks %q", row)
			}
			if want := cost(h.messages, h.taps); !strings.HasPrefix(job.cost, want) {
				t.Errorf("%s costs %s, want %s", job.name, want, job.cost)
			}
		}
	})
}

// fromHome tells the jobs that begin at home.
func fromHome(job string) bool {
	return strings.HasPrefix(job, "a gift card, from") || strings.HasPrefix(job, "what") || strings.HasPrefix(job, "a favourite, the usual")
}

// cost says in words what a job takes.
func cost(messages, taps int) string {
	var parts []string
	if messages > 0 {
		parts = append(parts, fmt.Sprintf("%d message", messages))
	}
	switch {
	case taps == 1:
		parts = append(parts, "1 tap")
	case taps > 1:
		parts = append(parts, fmt.Sprintf("%d taps", taps))
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, " + ")
}
