package till

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// shop changes the shop on disk.
func (c *counter) shop(change func(*topup.Shop)) {
	c.t.Helper()
	if err := c.db.Update(func(tx Tx) error {
		s, _, err := tx.Shop(1)
		change(&s)
		if err == nil {
			err = tx.PutShop(s)
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) walletNow() (w topup.Wallet) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { w, err = tx.Wallet(1); return err }); err != nil {
		c.t.Fatal(err)
	}
	return w
}

const ownerChat = 1

// TestManyTapsCreditOnce: ten taps on a request in one batch, and ten on the
// undo of what they booked.
func TestManyTapsCreditOnce(t *testing.T) {
	c := newCounter(t)
	before := c.walletNow().Available
	c.shop(func(s *topup.Shop) {
		s.Request = &topup.CreditRequest{ID: "req", Amount: topup.Dinars(700), Method: topup.CCP, Slip: "12345", By: shopChat, Chat: shopChat,
			Panel: "asked", At: time.Now(), State: topup.RequestOpen}
	})
	tap := func(data string) {
		var taps []Update
		for range 10 {
			taps = append(taps, tapped(ownerChat, data))
		}
		c.take(taps...)
	}
	tap("a:request:1:yes:req")
	if w := c.walletNow(); w.Available != before+topup.Dinars(700) {
		t.Errorf("ten taps on a request make %s of %s", w.Available, before)
	}
	tap("a:undo:2:credit.slip.ccp.12345")
	if w := c.walletNow(); w.Available != before {
		t.Errorf("ten taps on an undo make %s of %s", w.Available, before)
	}
	c.close()
}

// TestSlipInOneBatch: two owners who book the same slip at once are one credit.
func TestSlipInOneBatch(t *testing.T) {
	c := newCounter(t)
	c.engine.cfg.Admins = []int64{ownerChat, 2}
	before := c.walletNow().Available
	newest := func(chat int64, part string) string {
		list := c.sent.to(chat)
		for i := len(list) - 1; i >= 0; i-- {
			for _, row := range list[i].Message.Rows {
				for _, b := range row {
					if strings.Contains(b.Data, part) {
						return b.Data
					}
				}
			}
		}
		t.Fatalf("%d has no button %s", chat, part)
		return ""
	}
	var ok []Update
	for _, owner := range []int64{ownerChat, 2} {
		c.take(tapped(owner, "m:lang:fr"), tapped(owner, "a:money:1:credit"))
		c.take(tapped(owner, newest(owner, ":sum:500000")))
		c.take(tapped(owner, newest(owner, ":by:baridimob")))
		c.take(typed(owner, "BM 0044-1177"))
		c.take(tapped(owner, newest(owner, ":none")))
		ok = append(ok, tapped(owner, newest(owner, ":ok")))
	}
	c.take(ok...)
	if w := c.walletNow(); w.Available != before+topup.Dinars(5_000) {
		t.Errorf("a slip booked by two owners makes %s of %s", w.Available, before)
	}
	if list := c.sent.to(2); !strings.Contains(list[len(list)-1].Message.Text, "déjà enregistré") {
		t.Errorf("the second owner reads %q", list[len(list)-1].Message.Text)
	}
	c.close()
}

// TestLowBalance is told once, in silence, by the sale that takes the wallet
// below the level; again when it was above meanwhile; by no repeated sale.
func TestLowBalance(t *testing.T) {
	c := newCounter(t) // with 10 000
	c.shop(func(s *topup.Shop) { s.Low = topup.Dinars(8_500) })
	place := func(id string) int {
		before := len(c.sent.to(shopChat))
		now := time.Now()
		o := topup.Order{ID: topup.OrderID(id), Shop: 1, By: shopChat, Chat: shopChat, Panel: "card" + id, Good: topup.InternetCard,
			State: topup.Placed, LineType: topup.ADSL, To: "036362608", Quantity: 1, Face: topup.Dinars(1000), Price: topup.Dinars(990),
			Expected: topup.Dinars(980), Placed: now, Changed: now, Due: now}
		if err := c.engine.commit([]event{placing{o}}); err != nil {
			t.Fatal(err)
		}
		low := 0
		for _, m := range c.sent.to(shopChat)[before:] {
			if strings.HasPrefix(m.Panel, "low/") {
				if low++; !m.Message.Silent {
					t.Error("it makes a sound")
				}
			}
		}
		return low
	}
	for _, step := range []struct {
		id   string
		told int
	}{{"a", 0}, {"b", 1}, {"b", 0}, {"c", 0}} { // 9010, 8020, the same again, 7030
		if told := place(step.id); told != step.told {
			t.Errorf("%s: told %d times", step.id, told)
		}
	}
	if err := c.db.Update(func(tx Tx) error {
		_, err := tx.Post(topup.Credit(1, topup.Dinars(2_000), "more", 1, 1, "cash", time.Now()))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if place("d") != 1 { // 9030, 8040
		t.Error("it is not told again after a credit")
	}
	c.close()
}

type placing struct{ order topup.Order }

func (p placing) apply(e *Engine, tx Tx, a *after) error { return e.place(tx, a, p.order) }
