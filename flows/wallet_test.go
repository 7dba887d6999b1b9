package flows

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// post adds a line to the desk's journal and keeps its money.
func (d *desk) post(t topup.Transaction) {
	t.Seq = uint64(len(d.journal)) + 1
	d.journal = append(d.journal, t)
	d.money += t.On(topup.ShopID(1).Available())
	d.owed -= t.On(topup.ShopID(1).Owed())
}

// sells places an order and holds its price.
func (d *desk) sells(price topup.Money, at time.Time) {
	no := uint64(len(d.sold)) + 1
	o := topup.Order{ID: topup.OrderID(fmt.Sprint("o", no)), No: no, Shop: 1, Good: topup.MobileTopUp, Operator: topup.Mobilis, To: "0661234567",
		Quantity: 4, Face: price + 8, Price: price, State: topup.Pending, Placed: at}
	d.sold = append(d.sold, o)
	d.post(topup.Hold(o))
}

// ends settles an open order: some parts of four of it are delivered.
func (d *desk) ends(i, parts int, at time.Time) {
	o := &d.sold[i]
	if o.State.Final() {
		return
	}
	o.State, o.DeliveredQty, o.Captured, o.Settled = topup.Delivered, parts, o.Price/4*topup.Money(parts), at
	if parts == 0 {
		o.State = topup.Refunded
		d.post(topup.Release(*o))
		return
	}
	d.post(topup.Capture(*o))
}

// filled makes a wallet with a random past.
func filled(t *rapid.T) *desk {
	d := &desk{}
	for n := range rapid.IntRange(0, 120).Draw(t, "steps") {
		at, key := noon.Add(time.Duration(n)*time.Hour), fmt.Sprint(n)
		amount := topup.Money(4 * rapid.Int64Range(1, 1000).Draw(t, "amount"))
		switch rapid.SampledFrom([]string{"credit", "debit", "sell", "sell", "end", "end", "account", "repay"}).Draw(t, "step") {
		case "credit":
			d.post(topup.Credit(1, amount, key, 501, 501, "cash", at))
		case "debit":
			d.post(topup.Debit(1, amount, key, 501, 501, "back", at))
		case "sell":
			d.sells(amount, at)
		case "end":
			if len(d.sold) > 0 {
				d.ends(rapid.IntRange(0, len(d.sold)-1).Draw(t, "which"), rapid.IntRange(0, 4).Draw(t, "parts"), at)
			}
		case "account":
			d.post(topup.Transaction{Key: "credit/" + key, At: at, Shop: 1, Method: topup.OnAccount,
				Postings: []topup.Posting{{Account: topup.ShopID(1).Owed(), Amount: -amount}, {Account: topup.ShopID(1).Available(), Amount: amount}}})
		case "repay":
			d.post(topup.Transaction{Key: "repay/" + key, At: at, Shop: 1, Method: topup.Cash,
				Postings: []topup.Posting{{Account: topup.Funding, Amount: -amount}, {Account: topup.ShopID(1).Owed(), Amount: amount}}})
		}
	}
	return d
}

// TestWalletTiesToTheJournal walks wallets to their ends: the amounts of all
// lines are what the shop may spend, each sale and each other line is there
// once, and the sieves part them without losing one.
func TestWalletTiesToTheJournal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := filled(rt)
		k := newTurn(d.view(), Env{Now: noon, Zone: time.UTC}, Session{}, Input{Chat: deskChat, Person: Person{ID: deskChat}})
		walk := func(s sieve[walletLine]) (keys []string, sum topup.Money) {
			for before := uint64(0); ; {
				page, next, _ := k.walletLines(1, s.fits, before)
				if len(page) > walletPage || (len(page) < walletPage && next != 0) {
					rt.Fatalf("a page of %d lines, and more from %d", len(page), next)
				}
				for _, l := range page {
					keys, sum = append(keys, l.Key), sum+l.amount()
				}
				if before = next; next == 0 {
					return keys, sum
				}
			}
		}
		all, sum := walk(walletSieves[0])
		if sum != d.money {
			rt.Errorf("the lines sum to %s, the wallet has %s", sum, d.money)
		}
		lines := 0
		for _, line := range d.journal {
			if kind, _ := topup.SplitKey(line.Key); kind != topup.EntryRelease && kind != topup.EntryCapture {
				lines++
			}
		}
		if slices.Sort(all); len(all) != lines || len(slices.Compact(slices.Clone(all))) != lines {
			rt.Errorf("%d lines are shown of %d", len(all), lines)
		}
		sales, some := walk(walletSieves[1])
		money, rest := walk(walletSieves[3])
		back, _ := walk(walletSieves[2])
		wholly := slices.DeleteFunc(back, func(key string) bool { return slices.Contains(sales, key) })
		parts := slices.Concat(sales, money, wholly)
		if slices.Sort(parts); !slices.Equal(parts, all) || some+rest != d.money {
			rt.Errorf("the sieves give %d lines and %s of %d and %s", len(parts), some+rest, len(all), d.money)
		}
	})
}

// TestWalletPageIsBounded: a page reads so many lines at the most, and says how
// far it has looked.
func TestWalletPageIsBounded(t *testing.T) {
	k := newTalk(t)
	k.v.post(topup.Credit(1, topup.Dinars(100_000), "first", 501, 501, "cash", noon.Add(-99*time.Hour)))
	for range 3 * walletMost {
		k.v.sells(400, noon.Add(-time.Hour))
	}
	k.press("w:1:money:0:p")
	if !slices.Contains(k.says(), "wallet.nonesince") {
		t.Fatalf("it says %q", k.says())
	}
	pages := 1
	for ; !slices.Contains(k.says(), "entry.credit"); pages++ {
		older := slices.IndexFunc(k.buttons(), func(data string) bool { return data[:10] == "w:1:money:" && data[10:12] != "0:" })
		if older < 0 || pages > 9 {
			t.Fatalf("no way further after %d pages: %q", pages, k.buttons())
		}
		k.press(k.buttons()[older])
	}
	if pages != 4 {
		t.Errorf("the first line is on page %d", pages)
	}
}

// TestWalletOfOthers: nobody turns the pages of a wallet that is not theirs.
func TestWalletOfOthers(t *testing.T) {
	k := newTalk(t)
	k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "Other", State: topup.ShopApproved}}
	for _, data := range []string{"w:2:all:0:p", "w:99:all:0:p", "w:x:all:0:p", "w:1:all:x:p"} {
		if k.press(data); len(k.buttons()) > 0 {
			t.Errorf("%s shows %q", data, k.says())
		}
	}
	if k.press("w:1:some:0:p"); k.answered("an unknown sieve").Msg.ID != "tap.unknown" {
		t.Error("an unknown sieve is known")
	}
	owner(k)
	if k.press("w:2:all:0:p"); !slices.Contains(k.says(), "shop.title") {
		t.Errorf("an owner sees %q", k.says())
	}
}

// TestHistorySieves: what is open and what was given back are found behind many
// sales that are neither.
func TestHistorySieves(t *testing.T) {
	k := newTalk(t)
	for i := range 4 {
		k.v.sells(topup.Dinars(100), noon)
		k.v.ends(i, 4, noon)
	}
	k.v.sells(topup.Dinars(100), noon)
	k.v.sells(topup.Dinars(100), noon)
	k.v.ends(5, 0, noon)
	k.say("/history")
	for verb, no := range map[string]string{"open": "5", "back": "6"} {
		k.press("h:0:p:" + verb)
		if !slices.Contains(k.buttons(), "v:"+no+":0:p:"+verb) || slices.Contains(k.buttons(), "v:1:0:p:"+verb) {
			t.Errorf("%s: %q", verb, k.buttons())
		}
		k.press("v:" + no + ":0:p:" + verb)
		if !slices.Contains(k.buttons(), "h:0:p:"+verb) {
			t.Errorf("%s: back leads elsewhere: %q", verb, k.buttons())
		}
	}
	k.v.sold = k.v.sold[:4]
	if k.press("h:0:p:open"); !slices.Contains(k.says(), "history.none") {
		t.Errorf("nothing is open, but it says %q", k.says())
	}
	if k.press("h:0:p"); !slices.Contains(k.says(), "history.title") {
		t.Errorf("a button from before is not known: %q", k.says())
	}
}
