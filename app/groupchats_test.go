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
	"hanout/till"
	"hanout/topup"
)

// openGroup opens a shop with a cashier that sells in a group, all of whose
// texts the bot gets.
func (r *rig) openGroup(money int) {
	r.t.Helper()
	r.openShop("fr", money)
	r.hire("fr")
	r.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Taxiphones", Members: []int64{shopID, customerID, strangerID, ownerID}, SeesAll: true})
	r.telegram.People.Start(shopID, "g-4001")
	r.settle(time.Second)
	r.tap(shopID, "✅")
	r.sees(groupID, "vend depuis ce groupe")
}

// inGroup has somebody type into a group.
func (r *rig) inGroup(group, person int64, text string) {
	r.telegram.Groups.Type(group, person, text)
	r.settle(time.Second)
}

// card gives the newest panel to confirm in a group that names somebody.
func (r *rig) card(group int64, name string) panel {
	r.t.Helper()
	for _, m := range slices.Backward(r.telegram.Chats.Messages(group)) {
		for _, b := range buttons(m) {
			if strings.HasPrefix(plainText(b.Text), "✅") && strings.Contains(plainText(m.Text), name) {
				return panel{m.MessageID, b.CallbackData}
			}
		}
	}
	r.t.Fatalf("no panel of %s; the group:\n%s", name, r.texts(group))
	return panel{}
}

func (r *rig) pressIn(group, person int64, p panel) {
	r.t.Helper()
	if _, err := r.telegram.Groups.Press(group, person, p.message, p.ok); err != nil {
		r.t.Error(err)
	}
}

// TestTwoSellInAGroup: two people of the shop sell at the same time, each on a
// panel of their own; a tap on the other's does nothing, and one of a stranger
// neither.
func TestTwoSellInAGroup(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.telegram.Groups.Type(groupID, shopID, "0778037340 500")
		r.telegram.Groups.Type(groupID, customerID, "0661234567 200")
		r.settle(2 * time.Second)
		keepers, cashiers := r.card(groupID, "Karim"), r.card(groupID, "Amine")
		for range 3 {
			r.pressIn(groupID, shopID, cashiers)
			r.pressIn(groupID, customerID, keepers)
			r.pressIn(groupID, strangerID, keepers)
			r.pressIn(groupID, ownerID, cashiers)
		}
		r.settle(20 * time.Second)
		if n := len(r.orders()); n != 0 {
			t.Errorf("taps of others sold %d times", n)
		}
		for range 3 {
			r.pressIn(groupID, shopID, keepers)
			r.pressIn(groupID, customerID, cashiers)
		}
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(5000-500-194, 0, 2)
		for _, o := range r.orders() {
			by, seller := int64(shopID), "Karim"
			if o.Face == topup.Dinars(200) {
				by, seller = customerID, "Amine"
			}
			if o.By != by || o.Seller != seller || o.Chat != groupID || o.State != topup.Delivered {
				t.Errorf("sold: by %d, %q, in %d, %s", o.By, o.Seller, o.Chat, o.State)
			}
		}
		for _, quiet := range []string{"Solde :", "Commission"} {
			if strings.Contains(r.texts(groupID), quiet) {
				t.Errorf("the group reads %q", quiet)
			}
		}
	})
}

// TestGroupMovesInTheMiddleOfASale: Telegram's refusals alone say that the group
// is a supergroup now, while no update comes; then the updates say it again.
func TestGroupMovesInTheMiddleOfASale(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.inGroup(groupID, shopID, "0778037340 500")
		r.pressIn(groupID, shopID, r.card(groupID, "Karim"))
		r.inGroup(groupID, customerID, "/internet")
		r.settle(200 * time.Millisecond)
		r.telegram.Faults.Set(telegram.Fault{Method: "getUpdates", Kind: telegram.FaultOutage})
		r.telegram.Groups.Migrate(groupID, superID)
		r.settle(30 * time.Second)
		r.sees(superID, "Opération réussie")
		r.telegram.Faults.Clear()
		r.settle(30 * time.Second)
		var s topup.Shop
		r.inside(func(tx till.Tx) (err error) { s, _, err = tx.Shop(1); return err })
		if s.GroupChat != superID {
			t.Errorf("the shop sells in %d", s.GroupChat)
		}
		if n := strings.Count(r.texts(superID), "✅ 500 DA →"); n != 1 {
			t.Errorf("it rang %d times:\n%s", n, r.texts(superID))
		}
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.start()
		r.settle(2 * time.Second)
		// The cashier's conversation goes on where it stood, in the new chat.
		r.inGroup(superID, customerID, "@hanout_test_bot ADSL")
		r.inGroup(superID, customerID, "0661234567 200")
		r.pressIn(superID, customerID, r.card(superID, "Amine"))
		r.settle(30 * time.Second)
		r.allAnswered()
		r.expect(5000-500-194, 0, 2)
		// An old button of the former group is the same group's.
		o := r.orders()[0]
		r.telegram.People.PressForged(customerID, groupID, 3, "o:"+string(o.ID)+":show")
		r.settle(time.Second)
		r.allAnswered()
	})
}

// TestForgedTapsInAGroup presses whatever a changed app could send, by everybody
// there: nothing is sold, nothing moves, nothing leaks (rig.check).
func TestForgedTapsInAGroup(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.inGroup(groupID, customerID, "/internet")
		r.telegram.Groups.Type(groupID, customerID, "/internet 036362608")
		r.settle(20 * time.Second)
		for _, b := range []string{"500", "✅"} {
			for _, m := range slices.Backward(r.telegram.Chats.Messages(groupID)) {
				if i := slices.IndexFunc(buttons(m), func(k telegram.InlineButton) bool { return strings.Contains(plainText(k.Text), b) }); i >= 0 {
					r.pressIn(groupID, customerID, panel{m.MessageID, buttons(m)[i].CallbackData})
					break
				}
			}
			r.settle(2 * time.Second)
		}
		r.settle(20 * time.Second)
		r.sees(customerID, "Code")
		o := r.orders()[0]
		id := string(o.ID)
		forged := []string{"m:balance", "m:float", "m:shops", "m:home", "m:lang:ar", "m:statement", "m:news", "h:0:p", "v:1:0:p", "a:money:1:credit",
			"a:card:1:below", "a:shop:1:card.no:x", "r:open", "m:sendcopy", "s:" + o.Panel + ":1:ok", "s:x:1:lg", "zz", ""}
		for _, verb := range []string{"codes", "codes2:x", "codes0:x", "claim", "revoke", "show", "cancel", "offer:0"} {
			forged = append(forged, "o:"+id+":"+verb)
		}
		for _, person := range []int64{shopID, customerID, ownerID, strangerID, 999} {
			for _, data := range forged {
				r.telegram.People.PressForged(person, groupID, 3, data)
			}
			r.settle(2 * time.Second)
		}
		for _, text := range []string{"/credit 1 500 cash", "/balance 1", "/shops", "/find 036362608", "/start " + strings.Repeat("x", 22), "/history", "/cashiers", "/statement"} {
			for _, person := range []int64{shopID, ownerID, strangerID} {
				r.inGroup(groupID, person, text)
			}
		}
		for _, as := range []telegram.Sender{telegram.Anonymous, telegram.AsChannel, telegram.Linked} {
			r.telegram.Groups.TypeAs(groupID, as, "0778037340 500")
			r.telegram.Groups.TypeAs(groupID, as, "/mobile 0778037340 500")
		}
		r.settle(5 * time.Second)
		r.allAnswered()
		r.expect(5000-495, 0, 1)
	})
}

// TestGroupUnderRandomHands plays random people in a group that moves and is
// left at random; the money and the gate hold.
func TestGroupUnderRandomHands(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, "fr", func(r *rig) {
				r.openGroup(3000)
				rnd := rand.New(rand.NewPCG(seed, 7))
				group := int64(groupID)
				people := []int64{shopID, customerID, strangerID, ownerID}
				texts := []string{"0778037340 500", "/mobile 0661234567 200", "/internet 036362608", "/cards", "@hanout_test_bot 300", "/cancel", "/start", "hello", "0550123456 100\n0661234567 200"}
				for step := range 60 {
					person := people[rnd.IntN(len(people))]
					switch rnd.IntN(12) {
					case 0, 1, 2:
						r.telegram.Groups.Type(group, person, texts[rnd.IntN(len(texts))])
					case 3:
						r.telegram.People.Type(person, texts[rnd.IntN(2)])
					case 4:
						if step > 20 && group == groupID {
							r.telegram.Groups.Migrate(groupID, superID)
							group = superID
						}
					case 5:
						r.telegram.Groups.RemoveBot(group, shopID)
						r.settle(time.Second)
						r.telegram.Groups.AddBot(group, shopID)
					default:
						var all []panel
						for _, m := range r.telegram.Chats.Messages(group) {
							for _, b := range buttons(m) {
								if b.CallbackData != "" {
									all = append(all, panel{m.MessageID, b.CallbackData})
								}
							}
						}
						if len(all) > 0 {
							p := all[max(0, len(all)-1-rnd.IntN(6))]
							_, _ = r.telegram.Groups.Press(group, person, p.message, p.ok)
						}
					}
					r.settle(time.Duration(rnd.IntN(1500)) * time.Millisecond)
				}
				r.settle(2 * time.Minute)
				r.allAnswered()
				w := r.wallet()
				var paid topup.Money
				for _, o := range r.orders() {
					if o.By != shopID && o.By != customerID {
						t.Errorf("%d sold", o.By)
					}
					paid += o.Captured
				}
				if w.Available+w.Held+paid != topup.Dinars(3000) {
					t.Errorf("the wallet has %v after sales for %v", w, paid)
				}
			})
		})
	}
}

// TestGroupTakenOver: an administrator's newest word counts, and the former shop
// reads so.
func TestGroupTakenOver(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 1000)
		r.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Taxiphones", Members: []int64{shopID, customerID}, Admins: []int64{customerID}, SeesAll: true})
		r.telegram.People.Start(shopID, "g-4001")
		r.settle(time.Second)
		r.tap(shopID, "✅")
		r.inGroup(groupID, shopID, "0778037340 500")
		old := r.card(groupID, "Karim")
		r.telegram.People.Start(customerID, "g-4001")
		r.settle(time.Second)
		r.tap(customerID, "Français")
		r.settle(time.Second)
		r.say(customerID, "Kiosque Amel")
		r.telegram.People.ShareContact(customerID)
		r.settle(time.Second)
		r.tap(ownerID, "✅")
		r.sees(shopID, "Le groupe Taxiphones est maintenant à un autre magasin")
		r.pressIn(groupID, shopID, old)
		r.settle(20 * time.Second)
		r.allAnswered()
		r.expect(1000, 0, 0)
		// Nobody is believed who only names a group.
		r.telegram.People.Start(strangerID, "g-4001")
		r.settle(time.Second)
		r.tap(strangerID, "Français")
		r.settle(2 * time.Second)
		r.sees(strangerID, "Seul un administrateur")
		if calls := r.telegram.Journal.Calls("getChatAdministrators"); len(calls) != 3 || !json.Valid(calls[0].Response) {
			t.Errorf("Telegram was asked %d times", len(calls))
		}
	})
}

// sellsCard has somebody of the shop sell an internet card of 500 in a group.
func (r *rig) sellsCard(group, person int64, name string) {
	r.t.Helper()
	r.inGroup(group, person, "/internet 036362608")
	r.settle(3 * time.Second)
	for _, m := range slices.Backward(r.telegram.Chats.Messages(group)) {
		if i := slices.IndexFunc(buttons(m), func(b telegram.InlineButton) bool { return strings.Contains(plainText(b.Text), "500") }); i >= 0 {
			r.pressIn(group, person, panel{m.MessageID, buttons(m)[i].CallbackData})
			break
		}
	}
	r.settle(2 * time.Second)
	r.pressIn(group, person, r.card(group, name))
}

// TestCodesWaitForWhoNeverWrote: to a new bot in the place of another everybody
// is a stranger, whom Telegram lets it write nothing. The codes of two sales are
// kept, the group reads in one line for each what to do, and at the first word
// they arrive, once.
func TestCodesWaitForWhoNeverWrote(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.telegram.Chats.Forget(customerID)
		for range 2 {
			r.sellsCard(groupID, customerID, "Amine")
			r.settle(20 * time.Second)
		}
		if n := strings.Count(r.texts(groupID), "je n'ai pas pu vous écrire en privé"); n != 2 {
			t.Errorf("the group reads %d times that codes wait:\n%s", n, r.texts(groupID))
		}
		orders := r.orders()
		for _, o := range orders {
			if o.State != topup.Delivered || o.By != customerID {
				t.Errorf("sold: %s by %d", o.State, o.By)
			}
		}
		before := len(r.telegram.Journal.Calls("sendMessage"))
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.start()
		r.settle(2 * time.Second)
		r.telegram.People.Start(customerID, "")
		r.settle(5 * time.Second)
		arrived := map[string]int{}
		for _, c := range r.telegram.Journal.Calls("sendMessage")[before:] {
			for _, code := range r.codes() {
				if c.Params["chat_id"] == fmt.Sprint(customerID) && strings.Contains(strings.Join(strings.Fields(c.Params["text"]), ""), code) {
					arrived[code]++
				}
			}
		}
		if len(arrived) < 2 {
			t.Errorf("arrived: %v\n%s", arrived, r.texts(customerID))
		}
		for _, n := range arrived {
			if n != 1 {
				t.Errorf("arrived: %v", arrived)
			}
		}
		if n := strings.Count(r.texts(groupID), "vous est arrivé"); n != 2 {
			t.Errorf("the group reads %d times that they came:\n%s", n, r.texts(groupID))
		}
		r.expect(5000-2*495, 0, 2)
	})
}

// TestWhoLeavesTheGroup: codes are the seller's wherever they are, and the
// keeper's when they work there no more; a card of theirs ends.
func TestWhoLeavesTheGroup(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.sellsCard(groupID, customerID, "Amine")
		r.telegram.Groups.Leave(groupID, customerID)
		r.settle(20 * time.Second)
		r.sees(customerID, "Code de l'opération n° 1")
		// Who is not in the group sells as ever, in their own chat.
		r.say(customerID, "0778037340 500")
		r.sees(customerID, "Confirmer la vente")
		r.say(customerID, "/cancel")

		r.telegram.Groups.Join(groupID, customerID)
		r.provider.SetFault(provider.Fault{Route: "POST /internet/send", Kind: provider.FaultLatency, Delay: 15 * time.Second, Times: 1})
		r.sellsCard(groupID, customerID, "Amine")
		r.inGroup(groupID, customerID, "/mobile 0661234567 200")
		open := r.card(groupID, "Amine")
		r.say(shopID, "/cashiers")
		r.tap(shopID, "Amine")
		r.tap(shopID, "🗑")
		r.tap(shopID, "🗑")
		r.telegram.People.PressForged(customerID, groupID, open.message, open.ok)
		r.inGroup(groupID, customerID, "0661234567 200")
		r.settle(30 * time.Second)
		r.allAnswered()
		r.sees(shopID, "Code de l'opération n° 2")
		if strings.Contains(r.texts(customerID), "Code de l'opération n° 2") {
			t.Error("who works there no more has codes")
		}
		r.expect(5000-2*495, 0, 2)
	})
}

// TestClosedTopic: where Telegram takes nothing for a group any more, a sale is
// shown to its seller, the keeper is told once a day, and nothing is lost.
func TestClosedTopic(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.telegram.Groups.Migrate(groupID, superID)
		r.settle(time.Second)
		r.inGroup(superID, customerID, "/mobile 0661234567 200")
		r.pressIn(superID, customerID, r.card(superID, "Amine"))
		r.settle(200 * time.Millisecond)
		r.telegram.Groups.CloseTopic(superID, true)
		for range 3 {
			r.inGroup(superID, shopID, "/mobile 0778037340 500")
			r.settle(10 * time.Second)
		}
		if n := strings.Count(r.texts(shopID), "Je ne peux plus écrire dans le groupe"); n != 1 {
			t.Errorf("the keeper is told %d times", n)
		}
		r.telegram.Groups.CloseTopic(superID, false)
		r.inGroup(superID, shopID, "/mobile 0778037340 500")
		r.pressIn(superID, shopID, r.card(superID, "Karim"))
		r.settle(20 * time.Second)
		r.allAnswered()
		r.expect(5000-500-194, 0, 2)
	})
}

// TestCodesOfAGroupsSaleStayPrivate: whatever is done with the codes of a sale
// that was made in a group, again, by a link, on a ticket, quoted in a complaint
// and its answers, the group reads nothing of it.
func TestCodesOfAGroupsSaleStayPrivate(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openGroup(5000)
		r.sellsCard(groupID, customerID, "Amine")
		r.settle(30 * time.Second)
		code := r.codes()[0]
		before := len(r.telegram.Chats.Messages(groupID))
		said := r.texts(groupID)
		open := func() {
			r.say(customerID, "/history")
			r.tap(customerID, "036")
		}
		open()
		r.tap(customerID, "Voir le code")
		r.tap(customerID, "🔑")
		open()
		r.tap(customerID, "Lien client")
		open()
		r.tap(customerID, "🧾 Reçu")
		r.tap(customerID, "🔑")
		r.settle(5 * time.Second)
		open()
		r.tap(customerID, "🙋 Souci")
		r.say(customerID, "Le code "+code+" ne marche pas")
		r.tap(customerID, "✔️")
		r.tap(ownerID, "💬")
		r.say(ownerID, "Le code "+code+" est bon")
		r.settle(5 * time.Second)
		r.sees(customerID, "est bon")
		open()
		r.settle(time.Minute)
		if after := len(r.telegram.Chats.Messages(groupID)); after != before || r.texts(groupID) != said {
			t.Errorf("the group reads %d messages more:\n%s", after-before, r.texts(groupID))
		}
		r.allAnswered()
	})
}
