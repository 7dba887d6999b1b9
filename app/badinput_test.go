package app

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store/bolt"
	"hanout/topup"
)

// card is a message of the bot with its green button.
type card struct {
	message int
	ok      string // the callback data of ✅
}

// newest gives the newest message of a chat that has a ✅.
func (r *rig) newest(person int64) card {
	r.t.Helper()
	for _, m := range slices.Backward(r.telegram.Messages(person)) {
		for _, b := range buttons(m) {
			if strings.HasPrefix(plainText(b.Text), "✅") {
				return card{m.MessageID, b.CallbackData}
			}
		}
	}
	r.t.Fatalf("%d has no card to confirm; the chat:\n%s", person, r.texts(person))
	return card{}
}

// confirmCard brings the shop to a confirm card for 500 DA to 0778037340.
func (r *rig) confirmCard() card {
	r.t.Helper()
	r.say(shopID, "0778037340 500")
	if strings.Contains(r.texts(shopID), "Choisissez l'opérateur") {
		r.tap(shopID, "Djezzy")
	}
	r.sees(shopID, "Confirmer la vente")
	return r.newest(shopID)
}

// press taps a button that is there.
func (r *rig) press(person int64, c card) {
	r.t.Helper()
	if _, err := r.telegram.Press(person, c.message, c.ok); err != nil {
		r.t.Fatal(err)
	}
}

// expect fails unless the shop has this money, in dinars, and the provider
// this many orders, each of another reference.
func (r *rig) expect(available, held topup.Money, orders int) {
	r.t.Helper()
	if w := r.wallet(); w.Available != topup.Dinars(int64(available)) || w.Held != topup.Dinars(int64(held)) {
		r.t.Errorf("the wallet is %v, want %d available and %d held", w, available, held)
	}
	book := r.provider.Book().Orders
	refs := map[string]bool{}
	for _, o := range book {
		refs[o.SentRef] = true
	}
	if len(book) != orders || len(refs) != orders {
		r.t.Errorf("the provider has %d orders under %d references, want %d", len(book), len(refs), orders)
	}
}

// posts counts the sends that reached the provider.
func (r *rig) posts() int { return r.provider.Book().Requests["POST /mobile/send"] }

// allAnswered waits until every tap must have been answered; [rig.check] then
// reports those that were not.
func (r *rig) allAnswered() { r.settle(telegram.DefaultCallbackWindow + time.Second) }

func TestForgedTaps(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		c := r.confirmCard()
		long := strings.Repeat("x", 5000)
		forged := []string{
			"x", ":", "::::", "s", "s:", "s:a", "s:a:b:ok", "s:a:-1:ok", "s:a:99999999999999999999:ok", "s::1:ok",
			"o:x:cancel", "o:x:again", "v:1:0:x", "h:0:", "m:home:x:y", "m:lang:de", "a:shop:1:yes", "a:shop:99:yes",
			"a:order:1:done2", "a:order:99:undo2", "a:x:1:y", "q:1:2", "S:a:1:ok", "s:a:1:ok\x00", "s:h/a:1:ok", "\u202es:a:1:ok",
			"✅", strings.Repeat("s", 64), strings.Repeat("s:", 32), long, c.ok[:len(c.ok)-1], strings.ToUpper(c.ok),
		}
		for _, data := range forged {
			for _, person := range []int64{shopID, ownerID, strangerID} {
				r.telegram.PressForged(person, person, c.message, data)
				r.telegram.PressForged(person, shopID, c.message, data)
			}
		}
		r.settle(time.Minute)
		r.allAnswered()
		r.expect(5000, 0, 0)

		// Without a message, without data, and from a group.
		r.telegram.PressForged(shopID, shopID, 99999, c.ok, func(q map[string]any) { delete(q, "message") })
		r.telegram.PressForged(shopID, shopID, c.message, "", func(q map[string]any) { delete(q, "data") })
		r.telegram.PressForged(shopID, -7, 1, "m:balance")
		r.allAnswered()
		if n := len(r.orders()); n > 1 {
			r.t.Errorf("%d orders came of one card", n)
		}
	})
}

// A tap on a shop's card by somebody else does nothing, whoever it is and
// wherever it comes from.
func TestTapOfAnotherPerson(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.say(customerID, "/start")
		r.tap(customerID, "Français")
		r.say(customerID, "Chez Yacine")
		r.telegram.ShareContact(customerID)
		r.settle(time.Second)
		r.tap(ownerID, "✅")
		c := r.confirmCard()
		for _, person := range []int64{customerID, strangerID, ownerID} {
			r.telegram.PressForged(person, shopID, c.message, c.ok) // in the shop's chat
			r.telegram.PressForged(person, person, c.message, c.ok) // in the person's own
		}
		r.allAnswered()
		r.expect(5000, 0, 0)
		if m, ok := r.telegram.Message(shopID, c.message); !ok || !has(m, c.ok) {
			r.t.Error("somebody else has changed the shop's card")
		}
		if err := r.halt(); err != nil { // what is left is what is on disk
			r.t.Fatal(err)
		}
		r.start()
		r.settle(2 * time.Second)

		r.press(shopID, c)
		r.settle(time.Second)
		if m, _ := r.telegram.Message(shopID, c.message); !strings.Contains(m.Text, "En cours") {
			r.t.Errorf("the shop's card has become another message; it shows %q", m.Text)
		}
		o := r.orders()[0]
		before := r.texts(customerID)
		for _, verb := range []string{"cancel", "again", "offer:0", "show"} {
			r.telegram.PressForged(customerID, customerID, 1, fmt.Sprintf("o:%s:%s", o.ID, verb))
		}
		r.telegram.PressForged(customerID, customerID, 1, "v:1:0:x")
		r.settle(30 * time.Second)
		r.allAnswered()
		if after := r.texts(customerID); strings.Contains(strings.TrimPrefix(after, before), "0778 03 73 40") {
			r.t.Errorf("another shop was shown the sale:\n%s", after)
		}
		r.expect(4500, 0, 1)

		// Nor does a shop decide on itself, or on its orders.
		for _, data := range []string{"a:order:1:undo2", "a:shop:1:no", "a:order:1:card"} {
			r.telegram.PressForged(shopID, shopID, c.message, data)
		}
		r.allAnswered()
		r.expect(4500, 0, 1)
	})
}

// Whatever is made of the buttons that were ever shown, no money moves but by
// the ✅ of a confirm card, which these changes never hit.
func TestSpoiltTaps(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.press(shopID, r.confirmCard())
		r.settle(30 * time.Second)
		r.say(shopID, "/history")
		r.say(shopID, "/balance")
		r.say(ownerID, "/shops")
		var shown []string
		for _, chat := range []int64{shopID, ownerID} {
			for _, m := range r.telegram.Messages(chat) {
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
			r.telegram.PressForged(shopID, shopID, 1, string(data))
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
		c := r.confirmCard()
		for range 10 {
			r.press(shopID, c)
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
			r.telegram.PressForged(ownerID, ownerID, c.message, c.ok)
		}
		r.settle(time.Second)
		r.expect(5500, 0, 1)
		r.sees(ownerID, "crédité de 1 000 DA") // the last taps have not wiped it
		r.allAnswered()
	})
}

// Every update comes twice, in one batch and again after a restart.
func TestRepeatedUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.telegram.SetFault(telegram.Fault{Kind: telegram.FaultRepeatUpdates})
		r.openShop("fr", 5000)
		r.press(shopID, r.confirmCard())
		r.settle(30 * time.Second)
		r.expect(4500, 0, 1)
		if n := strings.Count(r.texts(shopID), "crédité votre portefeuille"); n != 1 {
			r.t.Errorf("the shop was told %d times of one credit", n)
		}
		last := r.telegram.LastUpdateID()
		r.telegram.ClearFaults()
		if err := r.halt(); err != nil {
			r.t.Fatal(err)
		}
		r.start()
		r.settle(2 * time.Second)
		before := len(r.telegram.Messages(shopID))
		for id := last - 30; id <= last; id++ {
			r.telegram.RepeatUpdate(id)
		}
		r.settle(30 * time.Second)
		r.expect(4500, 0, 1)
		if after := len(r.telegram.Messages(shopID)); after != before {
			r.t.Errorf("repeated updates brought %d messages", after-before)
		}
		r.allAnswered()
	})
}

func TestReorderedUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.telegram.SetFault(telegram.Fault{Kind: telegram.FaultReorderUpdates})
		r.telegram.Type(shopID, "0778037340")
		r.telegram.Type(shopID, "/mobile")
		r.telegram.Type(shopID, "0661234567 500")
		r.settle(2 * time.Second)
		r.sees(shopID, "0661 23 45 67\nMontant demandé : 500 DA")
	})
}

func TestLongAndStrangeTexts(t *testing.T) {
	texts := map[string]string{
		"letters":   strings.Repeat("a", 4096),
		"digits":    strings.Repeat("7", 4096),
		"numbers":   strings.Repeat("0778037340 ", 372),
		"emoji":     strings.Repeat("👨‍👩‍👧‍👦", 500),
		"markup":    strings.Repeat("<b>&amp;</i>", 300),
		"bidi":      "\u202e\u2066" + strings.Repeat("0778037340\u200f", 20),
		"combining": "a" + strings.Repeat("\u0301", 3000),
		"lines":     strings.Repeat("0778037340 500\n", 200),
		"nul":       "0778037340\x00 500",
		"slash":     "/" + strings.Repeat("/", 4000),
		"command":   "/mobile" + strings.Repeat(" 0778037340 500", 200),
		"credit":    "/credit 1 99999999999999999999999999 " + strings.Repeat("\u202e<b>", 500),
	}
	bubble(t, "fr", func(r *rig) {
		r.say(shopID, texts["bidi"]) // before anything else is known
		r.openShop("fr", 5000)
		for name, text := range texts {
			for _, step := range []string{"/mobile", "0778037340", "0661234567 500", "/find", "/cancel"} {
				r.say(shopID, step)
				r.say(shopID, text)
				r.settle(5 * time.Second)
			}
			r.say(ownerID, text)
			if len(r.orders()) > 0 {
				r.t.Errorf("an order came of %s", name)
			}
		}
		r.allAnswered()
		r.expect(5000, 0, 0)
	})
}

// A name is shown as it was meant, but can't turn or mark up what stands
// around it.
func TestNames(t *testing.T) {
	for name, shown := range map[string]string{
		"<b>Nour</b> & <a href=\"x\">fils</a>": "<b>Nour</b> & <a href=\"x\">fils</a>",
		"\u202eruoN\u2066 \u200f\u200bSARL":    "ruoN SARL",
		"  متجر\n النور\t🌙  ":                  "متجر النور 🌙",
		strings.Repeat("ن", 4096):              strings.Repeat("ن", 39) + "…",
		"📱📱 7":                                 "📱📱 7",
	} {
		t.Run(shown, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				for _, p := range []int64{ownerID, strangerID} {
					r.say(p, "/start")
					r.tap(p, "Français")
				}
				r.say(strangerID, name)
				r.telegram.ShareContact(strangerID)
				r.settle(time.Second)
				r.sees(ownerID, shown+" (n° 1)\nDemandeur : <b>Eve</b>\n")
				for _, m := range r.telegram.Messages(ownerID) {
					if strings.ContainsAny(m.Text, "\u202e\u200f\u200b") {
						r.t.Errorf("a control of a name has come through: %q", m.Text)
					}
				}
				r.tap(ownerID, "✅")
				r.sees(strangerID, "Votre magasin "+shown+" est accepté")
			})
		})
	}
}

// last gives the newest text of the bot in a chat.
func (r *rig) last(person int64) string {
	for _, m := range slices.Backward(r.telegram.Messages(person)) {
		if m.From != nil && m.From.IsBot {
			return plainText(m.Text)
		}
	}
	return ""
}

func TestAmounts(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		for _, c := range []struct{ typed, answer string }{
			{"0", "Montant hors limites"}, {"-5", "Montant hors limites"}, {"1e9", "Ce n'est pas un montant"},
			{"500,5", "dinars entiers"}, {"500.00", "dinars entiers"}, {"٥٠٠", "Montant : 500 DA"}, {"۵۰۰ دج", "Montant : 500 DA"},
			{"５００", "Montant : 500 DA"}, {"1 000 DA", "Montant : 1 000 DA"}, {"10000", "Solde insuffisant"},
			{"10001", "Montant hors limites"}, {"99", "Montant hors limites"}, {"99999999999999999999", "Montant hors limites"},
			{"9223372036854775807", "Montant hors limites"}, {"-٥٠٠", "Montant hors limites"}, {"0x64", "Ce n'est pas un montant"},
			{"+500", "Ce n'est pas un montant"}, {"500 500", "Montant hors limites"}, {"5 00", "Ce n'est pas un montant"},
			{"NaN", "Ce n'est pas un montant"}, {"½", "Ce n'est pas un montant"}, {"500€", "Ce n'est pas un montant"},
		} {
			r.say(shopID, "0778037340")
			r.tap(shopID, "Djezzy")
			r.say(shopID, c.typed)
			r.settle(5 * time.Second)
			if got := r.last(shopID); !strings.Contains(got, c.answer) {
				r.t.Errorf("%q brought, instead of %q:\n%s", c.typed, c.answer, got)
			}
			r.expect(5000, 0, 0)
			r.say(shopID, "/cancel")
			r.settle(5 * time.Second)
		}
	})
}

func TestNumbers(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		for _, typed := range []string{
			"077803734O", "0778o37340", "O778037340", "07780373401", "077803734", "0478037340", "+33778037340", "0778037340,200",
			"0778037340a", "a0778037340", "0778037340 500 DA!", "0778037340 500 0661234567", "0778037340 0", "0778037340 -500", "0778037340 5e2",
			"tel:0778037340", "0778037340;500", "٠٧٧٨٠٣٧٣٤ 500", "00330778037340", "0021307780373400",
		} {
			r.say(shopID, typed)
			r.settle(5 * time.Second)
			if got := r.last(shopID); !strings.Contains(got, "Ce n'est pas un numéro mobile") {
				r.t.Errorf("%q brought:\n%s", typed, got)
			}
			r.say(shopID, "/cancel")
			r.settle(5 * time.Second)
		}
		r.expect(5000, 0, 0)
	})
}

// The wallet is emptied between the card and the ✅: nothing is sold, nothing
// goes below zero, and the sale goes on after a credit.
func TestWalletEmptiedMeanwhile(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 600)
		c := r.confirmCard()
		r.say(ownerID, "/debit 1 200 back")
		r.tap(ownerID, "✅")
		// The debit has drawn the card anew: the older ✅ sells nothing.
		r.telegram.PressForged(shopID, shopID, c.message, c.ok)
		r.settle(time.Second)
		r.sees(shopID, "il manque 100 DA")
		r.expect(400, 0, 0)
		r.say(ownerID, "/credit 1 100 again")
		r.tap(ownerID, "✅")
		r.tap(shopID, "✅")
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(0, 0, 1)
	})
}

// What was shown is what is paid, or nothing is.
func TestPriceChangedMeanwhile(t *testing.T) {
	for name, change := range map[string]provider.PlanChange{
		"dearer":   {Cost: "0.999"},
		"cheaper":  {Cost: "0.95"},
		"off":      {Enabled: ptr(false)},
		"unlisted": {Remove: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				c := r.confirmCard()
				r.provider.SetPlan("PREPAID_DJEZZY", change)
				r.say(ownerID, "/sync")
				r.press(shopID, c)
				r.settle(time.Second)
				r.expect(5000, 0, 0)
				if change.Cost == "" {
					r.sees(shopID, "Cette offre n'est plus disponible")
					return
				}
				r.sees(shopID, "Le prix ou l'offre a changé")
				price := map[string]topup.Money{"dearer": 500, "cheaper": 480}[name]
				r.sees(shopID, fmt.Sprintf("Vous payez : %d DA", price))
				r.tap(shopID, "✅")
				r.settle(30 * time.Second)
				r.expect(5000-price, 0, 1)
			})
		})
	}
}

// However the provider answers a send, there is at most one order at the
// provider, and the money follows what is proven.
func TestProviderAnswers(t *testing.T) {
	refused := func(status int, code string) provider.Fault {
		return provider.Fault{Kind: provider.FaultRefused, Status: status, Code: code}
	}
	const delivered, refunded = topup.Delivered, topup.Refunded
	for name, c := range map[string]struct {
		fault provider.Fault
		state topup.State
		wait  time.Duration
		sends int
	}{
		"page before":         {provider.Fault{Kind: provider.FaultHTML}, delivered, 5 * time.Minute, 2},
		"page after":          {provider.Fault{Kind: provider.FaultHTMLAfter}, delivered, time.Minute, 1},
		"half of the JSON":    {provider.Fault{Kind: provider.FaultBroken}, delivered, time.Minute, 1},
		"empty":               {provider.Fault{Kind: provider.FaultEmpty}, delivered, time.Minute, 1},
		"ten megabytes":       {provider.Fault{Kind: provider.FaultHuge}, delivered, 5 * time.Minute, 2},
		"without ID":          {provider.Fault{Kind: provider.FaultNoID}, delivered, time.Minute, 1},
		"answer lost":         {provider.Fault{Kind: provider.FaultResetAfter}, delivered, time.Minute, 1},
		"broken off before":   {provider.Fault{Kind: provider.FaultResetBefore}, delivered, 5 * time.Minute, 2},
		"500 before":          {provider.Fault{Kind: provider.Fault500Before}, delivered, 5 * time.Minute, 2},
		"500 after":           {provider.Fault{Kind: provider.Fault500After}, delivered, time.Minute, 1},
		"503":                 {provider.Fault{Kind: provider.FaultUnavailable}, delivered, 5 * time.Minute, 2},
		"busy":                {provider.Fault{Kind: provider.FaultAuthBusy}, delivered, time.Minute, 2},
		"slow":                {provider.Fault{Kind: provider.FaultLatency, Delay: 20 * time.Second}, delivered, time.Minute, 1},
		"too slow":            {provider.Fault{Kind: provider.FaultLatency, Delay: 10 * time.Minute}, delivered, 6 * time.Minute, 2},
		"429":                 {provider.Fault{Kind: provider.FaultTooMany}, delivered, time.Minute, 2},
		"429, Retry-After":    {provider.Fault{Kind: provider.FaultTooMany, RetryAfter: 20 * time.Second}, delivered, 2 * time.Minute, 2},
		"404 after the send":  {provider.Fault{Kind: provider.FaultHidden}, delivered, 2 * time.Minute, 1},
		"unknown, then done":  {provider.Fault{Kind: provider.FaultFlapping}, delivered, 20 * time.Minute, 1},
		"400":                 {refused(400, "ERR_VALIDATION"), refunded, 0, 1},
		"400 phone":           {refused(400, "ERR_PHONE"), refunded, 0, 1},
		"400 unknown code":    {refused(400, "ERR_SOMETHING_NEW"), delivered, 5 * time.Minute, 2},
		"401 missing":         {refused(401, "MISSING_ACCESS_TOKEN"), refunded, 0, 1},
		"401 wrong":           {refused(401, "INVALID_ACCESS_TOKEN"), refunded, 0, 1},
		"403 read only":       {refused(403, "ERR_AUTH"), refunded, 0, 1},
		"403 address":         {refused(403, "IP_NOT_ALLOWED"), refunded, 0, 1},
		"403 locked out":      {refused(403, "IP_BLOCKED"), refunded, 0, 1},
		"403 disabled":        {refused(403, "API_DISABLED"), refunded, 0, 1},
		"403 float":           {refused(403, "INSUFFICIENT_BALANCE"), refunded, 0, 1},
		"403 unknown code":    {refused(403, "FORBIDDEN_SOMEHOW"), delivered, 5 * time.Minute, 2},
		"403 taken reference": {refused(403, "DUPLICATED_REF"), delivered, 5 * time.Minute, 2},
		"404":                 {refused(404, "NOT_FOUND"), delivered, 5 * time.Minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				c.fault.Route, c.fault.Times = "POST /mobile/send", 1
				r.provider.SetFault(c.fault)
				r.press(shopID, r.confirmCard())
				r.settle(c.wait + time.Second)
				if c.state == delivered {
					r.expect(4500, 0, 1)
					r.sees(shopID, "Opération réussie")
				} else {
					r.expect(5000, 0, 0)
					r.sees(shopID, "Montant rendu à votre portefeuille : 500 DA")
				}
				if o := r.orders()[0]; o.State != c.state || (o.State == refunded && (o.Evidence == nil || o.Evidence.HTTP != c.fault.Status)) {
					r.t.Errorf("the order is %s with the evidence %+v", o.State, o.Evidence)
				}
				if n := r.posts(); n != c.sends {
					r.t.Errorf("%d sends, want %d", n, c.sends)
				}
			})
		})
	}
}

// An update that can't be read is set aside, and harms no other.
func TestPoisonUpdates(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.telegram.AddPerson(telegram.Person{ID: 1, FirstName: "Far"}) // who sends the poison
		r.telegram.SetFault(telegram.Fault{Kind: telegram.FaultPoisonUpdate})
		r.openShop("fr", 5000)
		r.telegram.ClearFaults()
		c := r.confirmCard()
		for _, raw := range []string{
			`{}`, `{"message":null}`, `{"message":"text"}`, `{"message":[]}`, `{"message":{"message_id":"x"}}`,
			`{"message":{"chat":{"id":501,"type":"private"},"date":"soon","text":7}}`,
			`{"callback_query":{"id":5,"from":{"id":"x"}}}`, `{"callback_query":{}}`, `{"callback_query":null}`,
			`{"my_chat_member":{"chat":7}}`, `{"my_chat_member":{"new_chat_member":{"status":"kicked"}}}`,
			`{"something_new":{"a":1}}`, `{"message":{"chat":{"id":501},"from":{"id":501},"text":{}}}`,
			`{"message":{"message_id":1,"date":1,"chat":{"id":-1001,"type":"channel"},"text":"0778037340 500"}}`,
		} {
			r.telegram.PushUpdate(json.RawMessage(raw))
		}
		r.press(shopID, c)
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(4500, 0, 1)
		parked := 0
		r.inside(func(tx *bolt.Tx) error {
			for _, err := range tx.DeadLetters() {
				if err != nil {
					return err
				}
				parked++
			}
			return nil
		})
		if parked == 0 {
			r.t.Error("nothing was set aside: were the updates read at all?")
		}
		if n := r.telegram.Pending(); n > 0 {
			r.t.Errorf("%d updates are still not taken", n)
		}
	})
}

// What was tapped before or during an outage and comes after it may open a
// question, but never confirms a sale or moves money.
func TestLateUpdatesConfirmNothing(t *testing.T) {
	away := map[string]func(*rig, func()){
		"Telegram's outage": func(r *rig, meanwhile func()) {
			r.telegram.SetFault(telegram.Fault{Kind: telegram.FaultOutage})
			r.settle(time.Second)
			meanwhile()
			r.settle(5 * time.Minute)
			r.telegram.ClearFaults()
			r.settle(time.Minute)
		},
		"our own": func(r *rig, meanwhile func()) {
			if err := r.halt(); err != nil {
				r.t.Error(err)
			}
			meanwhile()
			r.settle(5 * time.Minute)
			r.start()
			r.settle(10 * time.Second)
		},
	}
	for name, interrupt := range away {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				r.say(ownerID, "/credit 1 1000 late")
				credit, sale := r.newest(ownerID), r.confirmCard()
				interrupt(r, func() {
					r.press(shopID, sale)
					r.press(ownerID, credit)
				})
				r.expect(5000, 0, 0)
				r.sees(shopID, "arrivé en retard après une coupure")
				r.sees(ownerID, "Créditer un portefeuille")
				// A second tap, in time, means it.
				r.tap(shopID, "✅")
				r.tap(ownerID, "✅")
				r.settle(30 * time.Second)
				r.expect(5500, 0, 1)

				interrupt(r, func() { r.telegram.Type(shopID, "0778037340 300") })
				r.sees(shopID, "Montant : 300 DA") // a question was opened
				r.expect(5500, 0, 1)
			})
		})
	}
}

// A message dated long ago opens a question too, however it came late.
func TestOldMessagesOpenAQuestion(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		r.telegram.SetFault(telegram.Fault{Kind: telegram.FaultOldUpdates, Delay: 20 * time.Hour})
		r.say(shopID, "0778037340 500")
		r.tap(shopID, "Djezzy")
		r.sees(shopID, "Confirmer la vente")
		r.expect(5000, 0, 0)
	})
}

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
				c := r.confirmCard()
				r.press(shopID, c)
				r.settle(10 * time.Millisecond) // the tap is taken, its answer not yet given
				r.telegram.SetFault(fault)
				r.settle(3 * time.Minute)
				r.telegram.ClearFaults()
				r.settle(time.Minute)
				r.expect(4500, 0, 1)
				done := 0
				for _, m := range r.telegram.Messages(shopID) {
					if strings.Contains(m.Text, "Référence fournisseur") {
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
		r.press(shopID, r.confirmCard())
		r.settle(time.Second)
		r.telegram.Block(shopID, true)
		r.settle(time.Minute)
		r.expect(4500, 0, 1)
		r.sees(ownerID, "n'a pas pu être remis")
		r.telegram.Start(shopID, "")
		r.settle(time.Second)
		r.say(shopID, "/history")
		r.sees(shopID, "✅ 1 : 0778 03 73 40, 500 DA")
		r.tap(shopID, "✅ 1 :")
		r.sees(shopID, "Référence fournisseur")
	})
}
