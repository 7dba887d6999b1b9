package till

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// gift sells two gift cards, of which the provider delivers some; more are
// brought by gives.
func (c *counter) gift(id string, came ...topup.Voucher) {
	c.t.Helper()
	now := time.Now()
	o := topup.Order{ID: topup.OrderID(id), Shop: 1, By: shopChat, Chat: shopChat, Panel: "card" + id, Good: topup.GiftCard,
		State: topup.Placed, PlanName: "PSN", Product: "psn", TypeID: "10", Quantity: 2, Price: topup.Dinars(990),
		Expected: topup.Dinars(980), Placed: now, Changed: now, Due: now}
	c.changes(o.ID, func(tx Tx, _ topup.Order) (topup.Change, error) {
		placed, err := tx.Place(o)
		if err != nil {
			return topup.Change{}, err
		}
		return topup.Submit(placed, now, time.Minute)
	})
	c.gives(o.ID, topup.PhaseDone, came...)
}

// gives has the provider say where an order stands, with all codes that came.
func (c *counter) gives(id topup.OrderID, phase topup.Phase, came ...topup.Voucher) {
	c.t.Helper()
	c.changes(id, func(_ Tx, o topup.Order) (topup.Change, error) {
		return topup.Checked(o, topup.Status{ProviderID: "p" + string(id), Phase: phase, Vouchers: came,
			Evidence: topup.Evidence{Word: string(phase), At: time.Now()}}, time.Now(), 1), nil
	})
}

func (c *counter) changes(id topup.OrderID, change func(Tx, topup.Order) (topup.Change, error)) {
	c.t.Helper()
	if err := c.db.Update(func(tx Tx) error {
		a := &after{now: time.Now()}
		o, _, err := tx.Order(id)
		if err != nil {
			return err
		}
		s, err := change(tx, o)
		if err != nil {
			return err
		}
		if err := c.engine.change(tx, a, o, s); err != nil {
			return err
		}
		c.engine.release(a)
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
}

// telegram reports what became of the newest message with codes to a chat.
func (c *counter) telegram(chat int64, lost Lost) {
	c.t.Helper()
	for i := len(c.sent.out) - 1; i >= 0; i-- {
		if o := c.sent.out[i]; o.Chat == chat && o.Class == 0 {
			s := Sent{Panel: o.Panel, Seq: o.Seq, Chat: chat, Lost: lost}
			if lost == "" {
				c.next++
				s.MessageID = int(c.next)
			}
			if err := c.engine.commit([]event{delivered{s}}); err != nil {
				c.t.Fatal(err)
			}
			return
		}
	}
	c.t.Fatalf("no codes were sent to %d", chat)
}

// reads gives what a chat was sent since the last time anybody read.
func (c *counter) reads(chat int64) string {
	text := text(c.sent.to(chat))
	c.sent.out = nil
	return text
}

// alert taps a button and gives the answer.
func (c *counter) alert(data string) string {
	c.sent.answers = nil
	c.take(tapped(shopChat, data))
	return strings.Join(c.sent.answers, " ")
}

func (c *counter) claim(id topup.OrderID) (claim topup.Claim) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { claim, _, err = tx.ClaimOf(id); return err }); err != nil {
		c.t.Fatal(err)
	}
	return claim
}

func wantIn(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in %q", w, got)
		}
	}
}

func wantNotIn(t *testing.T, got string, not ...string) {
	t.Helper()
	for _, w := range not {
		if strings.Contains(got, w) {
			t.Errorf("%q in %q", w, got)
		}
	}
}

// The shop reads that the customer has the codes when Telegram has them.
func TestReceivedIsSaidWhenItIs(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary})
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	c.take(typed(buyer, "/start "+token))
	got := text(c.sent.to(shopChat))
	wantIn(t, got, "Lien ouvert")
	wantNotIn(t, got, "Reçu par le client")
	wantIn(t, c.alert("o:a:claim"), "part vers son téléphone")
	wantIn(t, c.alert("o:a:revoke"), "n'est plus ouvert")
	c.take(typed(buyer, "/start "+token))
	wantIn(t, text(c.sent.to(buyer)), "arrive ici")
	c.telegram(buyer, "")
	wantIn(t, c.reads(shopChat), "Reçu par le client")
	wantIn(t, c.alert("o:a:claim"), "a déjà reçu")
	c.take(typed(buyer, "/start "+token))
	wantIn(t, c.reads(buyer), "Vous avez déjà reçu")
	c.close(token)
}

// Codes that Telegram refuses stay the customer's: they come again at any
// sign of life, and to nobody else.
func TestRefusedCodesAreKept(t *testing.T) {
	back := false
	for name, sign := range map[string]func(token string) Update{
		"writes":   func(string) Update { return typed(buyer, "bonjour") },
		"taps":     func(string) Update { return tapped(buyer, "m:home") },
		"unblocks": func(string) Update { return Update{Blocked: &back, Chat: Chat{buyer, "private"}} },
		"the link": func(token string) Update { return typed(buyer, "/start "+token) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			c.deliver("a", topup.Voucher{Code: canary})
			c.take(tapped(shopChat, "o:a:claim"))
			token := c.link()
			c.take(typed(buyer, "/start "+token))
			c.sent.out = append(c.sent.out, c.sent.to(buyer)...)
			c.telegram(buyer, LostBlocked)
			got := c.reads(shopChat)
			wantIn(t, got, "Pas encore reçu", "gardé pour lui")
			wantNotIn(t, got, "Reçu par le client")

			c.take(typed(other, "/start "+token), typed(other, "bonjour"))
			wantNotIn(t, text(c.sent.to(other)), canary)
			wantIn(t, c.reads(other), "déjà servi")
			wantIn(t, c.alert("o:a:claim"), "annulez d'abord") // and the panel says it already

			c.take(sign(token))
			wantIn(t, text(c.sent.to(buyer)), canary)
			wantIn(t, text(c.sent.to(shopChat)), "Lien ouvert")
			c.telegram(buyer, "")
			wantIn(t, c.reads(shopChat), "Reçu par le client")
			c.take(typed(buyer, "bonjour"))
			wantNotIn(t, c.reads(buyer), canary)
			c.close(token)
		})
	}
}

// What is kept the shop may take back and give to somebody else. Then the
// first customer has nothing, whatever they do.
func TestKeptCodesCanBeTakenBack(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary})
	c.take(tapped(shopChat, "o:a:claim"))
	first := c.link()
	c.take(typed(buyer, "/start "+first))
	c.telegram(buyer, LostBlocked)
	c.sent.out = nil
	c.take(tapped(shopChat, "o:a:revoke"))
	wantIn(t, c.reads(shopChat), "est annulé")
	c.take(typed(buyer, "bonjour"))
	wantNotIn(t, text(c.sent.to(buyer)), canary)
	c.take(tapped(shopChat, "o:a:claim"))
	second := c.link()
	c.take(typed(buyer, "bonjour"), typed(buyer, "/start "+first), typed(other, "/start "+second))
	wantNotIn(t, text(c.sent.to(buyer)), canary)
	wantIn(t, text(c.sent.to(other)), canary)
	c.telegram(other, "")
	wantIn(t, c.reads(shopChat), "Reçu par le client")
	late := Sent{Panel: topup.Claim{Order: "a"}.Delivery(), Chat: buyer, Lost: LostBlocked}
	if err := c.engine.commit([]event{delivered{late}}); err != nil {
		t.Fatal(err)
	}
	if claim := c.claim("a"); claim.State != topup.ClaimRedeemed || claim.By != other {
		t.Errorf("after news of the first customer the link is %+v", claim)
	}
	c.close(first, second)
}

// Kept for the second customer, too, it is not the first one's again.
func TestKeptForTheLastOnly(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary})
	for _, chat := range []int64{buyer, other} {
		c.take(tapped(shopChat, "o:a:revoke"))
		c.take(tapped(shopChat, "o:a:claim"))
		c.take(typed(chat, "/start "+c.link()))
		c.telegram(chat, LostBlocked)
	}
	c.sent.out = nil
	c.take(typed(buyer, "bonjour"))
	if got := text(c.sent.to(shopChat)) + text(c.sent.to(other)); got != "" {
		t.Errorf("the first customer's word brings %q", got)
	}
	c.take(typed(other, "bonjour"))
	wantNotIn(t, text(c.sent.to(buyer)), canary)
	wantIn(t, text(c.sent.to(other)), canary)
	c.close()
}

// A link of a part gives what came and, by itself, what comes.
func TestLinkOfAPart(t *testing.T) {
	c := newCounter(t)
	one, two := topup.Voucher{Code: canary + "1"}, topup.Voucher{Code: canary + "2"}
	c.gift("a", one)
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	c.take(typed(buyer, "/start "+token))
	wantIn(t, text(c.sent.to(buyer)), one.Code, "la suite arrivera ici")
	c.telegram(buyer, "")
	wantIn(t, c.reads(shopChat), "Reçu par le client", "La suite lui parviendra")
	wantIn(t, c.alert("o:a:claim"), "a reçu ce qui est arrivé", "sans autre lien")
	wantIn(t, c.alert("o:a:revoke"), "n'est plus ouvert")
	c.reads(shopChat)

	c.gives("a", topup.PhaseDone, one, two)
	for _, chat := range []int64{shopChat, buyer} {
		wantIn(t, text(c.sent.to(chat)), one.Code, two.Code)
	}
	wantNotIn(t, text(c.sent.to(buyer)), "la suite")
	c.sent.out = append(c.sent.out, c.sent.to(buyer)...)
	c.telegram(buyer, "")
	got := c.reads(shopChat)
	wantIn(t, got, "Reçu par le client")
	wantNotIn(t, got, "La suite lui parviendra")
	if claim := c.claim("a"); claim.State != topup.ClaimRedeemed || claim.By != buyer {
		t.Errorf("the link ends as %+v", claim)
	}
	if err := c.db.View(func(tx Tx) error {
		list, err := tx.Showings("a", 10)
		customer := 0
		for _, s := range list {
			if s.Why == topup.WhyClaim && s.Chat == buyer {
				customer++
			}
		}
		if len(list) != 4 || customer != 2 {
			t.Errorf("showings: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	c.close(token)
}

// The rest that comes while the customer can't be reached is kept with the
// part, and the shop can't give either to another: a part is out.
func TestRestIsKept(t *testing.T) {
	for name, refused := range map[string]func(*counter){
		"blocked before it comes": func(c *counter) {
			gone := true
			c.take(Update{Blocked: &gone, Chat: Chat{buyer, "private"}})
			c.gives("a", topup.PhaseDone, topup.Voucher{Code: canary + "1"}, topup.Voucher{Code: canary + "2"})
			wantNotIn(c.t, text(c.sent.to(buyer)), canary)
		},
		"refused when it comes": func(c *counter) {
			c.gives("a", topup.PhaseDone, topup.Voucher{Code: canary + "1"}, topup.Voucher{Code: canary + "2"})
			c.telegram(buyer, LostBlocked)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			c.gift("a", topup.Voucher{Code: canary + "1"})
			c.take(tapped(shopChat, "o:a:claim"))
			token := c.link()
			c.take(typed(buyer, "/start "+token))
			c.telegram(buyer, "")
			c.sent.out = nil
			refused(c)
			got := c.reads(shopChat)
			wantIn(t, got, "Pas encore reçu")
			wantNotIn(t, got, "annulez d'abord")
			wantIn(t, c.alert("o:a:revoke"), "n'est plus ouvert")
			c.take(typed(buyer, "bonjour"))
			wantIn(t, text(c.sent.to(buyer)), canary+"1", canary+"2")
			c.telegram(buyer, "")
			wantIn(t, c.reads(shopChat), "Reçu par le client")
			c.close(token)
		})
	}
}

// A part that is on its way when the rest comes does not count as the rest.
func TestPartIsNotTheRest(t *testing.T) {
	c := newCounter(t)
	c.gift("a", topup.Voucher{Code: canary + "1"})
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	c.take(typed(buyer, "/start "+token))
	part := c.sent.to(buyer)[len(c.sent.to(buyer))-1]
	c.gives("a", topup.PhaseDone, topup.Voucher{Code: canary + "1"}, topup.Voucher{Code: canary + "2"})
	c.sent.out = append(c.sent.out, part)
	c.telegram(buyer, "")
	if got := c.claim("a").State; got != topup.ClaimSending {
		t.Errorf("the link is %s while the rest is on its way", got)
	}
	c.sent.out = c.sent.out[:len(c.sent.out)-2]
	c.close(token)
}

// What is on its way when the customer blocks the bot may have arrived: it is
// not kept, and can't be taken back, before Telegram has said no.
func TestOnItsWayIsNotKept(t *testing.T) {
	c := newCounter(t)
	c.gift("a", topup.Voucher{Code: canary + "1"})
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	gone := true
	c.take(typed(buyer, "/start "+token), Update{Blocked: &gone, Chat: Chat{buyer, "private"}})
	c.gives("a", topup.PhaseDone, topup.Voucher{Code: canary + "1"}, topup.Voucher{Code: canary + "2"})
	if got := c.claim("a").State; got != topup.ClaimSending {
		t.Errorf("the link is %s before Telegram has said anything", got)
	}
	c.telegram(buyer, LostBlocked)
	if got := c.claim("a").State; got != topup.ClaimKept {
		t.Errorf("the link is %s after Telegram has said no", got)
	}
	c.close(token)
}

// When no rest comes, nothing more is promised to anybody.
func TestNoRestComes(t *testing.T) {
	for name, ends := range map[string]func(*counter){
		"the provider gives it back": func(c *counter) {
			c.gives("a", topup.PhasePart, topup.Voucher{Code: canary + "1"})
			got := text(c.sent.to(buyer))
			wantIn(c.t, got, canary+"1")
			wantNotIn(c.t, got, "la suite")
			c.telegram(buyer, "")
		},
		"a person settles": func(c *counter) {
			c.gives("a", topup.PhaseRefunded)
			c.changes("a", func(_ Tx, o topup.Order) (topup.Change, error) {
				s, _ := topup.Settle(o, o.Quantity, topup.Decision{By: 1}, 1, time.Now())
				return s, nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter(t)
			c.gift("a", topup.Voucher{Code: canary + "1"})
			c.take(tapped(shopChat, "o:a:claim"))
			token := c.link()
			c.take(typed(buyer, "/start "+token))
			c.telegram(buyer, "")
			wantIn(t, c.reads(shopChat), "La suite lui parviendra")
			ends(c)
			got := c.reads(shopChat)
			wantIn(t, got, "Reçu par le client")
			wantNotIn(t, got, "La suite lui parviendra")
			c.close(token)
		})
	}
}
