package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

var copyTime = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// waiting is an order that had not left when the copy was made.
func waiting(good topup.Good) topup.Order {
	o := topup.Order{ID: topup.OrderID(topup.NewID()), Shop: 1, By: 5, Chat: 5, Panel: "p", Good: good, State: topup.Placed,
		Quantity: 1, Price: 500_00, Expected: 490_00, Placed: copyTime, Changed: copyTime, Due: copyTime}
	switch good {
	case topup.MobileTopUp:
		o.Plan, o.To, o.Face = "PREPAID_DJEZZY", "0778037340", 500_00
	case topup.InternetCard:
		o.LineType, o.To, o.Face = topup.ADSL, "036362608", 500_00
	default:
		o.Product, o.TypeID = "psn", "20"
	}
	return o
}

// as is the provider's order that could be o.
func as(o topup.Order, at time.Time) topup.Stray {
	s := topup.Stray{Good: o.Good, Status: topup.Status{ProviderID: "p1", Phase: topup.PhaseDone, Plan: o.Plan + o.Product, TypeID: o.TypeID,
		To: o.To, LineType: o.LineType, Face: o.Face, Quantity: o.Quantity, Created: at, Charged: 490_00, ChargedKnown: true}}
	if o.Good != topup.GiftCard {
		s.Reference = o.ID
	}
	return s
}

// TestUnsent: an order of a copy that had not left then is never sent. What
// the provider's whole list does not have is given back, what it has by our
// reference is taken over, and what only looks like it is a person's.
func TestUnsent(t *testing.T) {
	now := copyTime.Add(time.Hour)
	soon := copyTime.Add(20 * time.Second)
	for _, good := range topup.Goods() {
		o := waiting(good)
		other := as(waiting(good), soon)
		unreferenced := as(o, soon)
		unreferenced.Reference = ""
		certain := topup.Pending
		if good == topup.GiftCard {
			certain = topup.Review
		}
		for name, c := range map[string]struct {
			list  []topup.Stray
			taken bool
			want  topup.State
		}{
			"nothing there":            {nil, false, topup.Refunded},
			"it is there":              {[]topup.Stray{as(o, soon)}, false, certain},
			"it is another's":          {[]topup.Stray{as(o, soon)}, true, topup.Refunded},
			"one without a reference":  {[]topup.Stray{unreferenced}, false, topup.Review},
			"made before":              {[]topup.Stray{unreferencedAt(unreferenced, copyTime.Add(-time.Hour))}, false, topup.Refunded},
			"of another good, or ours": {[]topup.Stray{{Good: "x", Status: other.Status}}, false, topup.Refunded},
		} {
			changes, err := topup.Unsent(o, c.list, func(topup.Stray) bool { return c.taken }, now, 1)
			if err != nil || len(changes) == 0 {
				t.Fatalf("%s, %s: %v", good, name, err)
			}
			was := o
			for _, change := range changes {
				if !was.State.May(change.Order.State) {
					t.Errorf("%s, %s: from %s to %s", good, name, was.State, change.Order.State)
				}
				was = change.Order
			}
			if was.State != c.want {
				t.Errorf("%s, %s: %s, want %s", good, name, was.State, c.want)
			}
			if was.Resend(now) || was.Next() == topup.CallSend {
				t.Errorf("%s, %s: it may be sent", good, name)
			}
		}
	}
}

func unreferencedAt(s topup.Stray, at time.Time) topup.Stray {
	s.Created = at
	return s
}

// TestNeverAgain: an order of a copy whose answer is unknown is looked up,
// however often that finds nothing, and never sent once more.
func TestNeverAgain(t *testing.T) {
	o := waiting(topup.MobileTopUp)
	sent, err := topup.Submit(o, copyTime, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	o = sent.Order
	if _, ok := topup.NeverAgain(waiting(topup.MobileTopUp)); ok {
		t.Error("an order that was not sent is kept from being sent again")
	}
	kept, ok := topup.NeverAgain(o)
	if !ok {
		t.Fatal("it may be sent again")
	}
	o = kept.Order
	for range 60 {
		if o = topup.Lost(o, true, o.Due, 1).Order; o.Resend(o.Due) {
			t.Fatalf("after %d look-ups it may be sent again", o.Lookups)
		}
	}
	if o.State != topup.Review {
		t.Errorf("in the end it is %s", o.State)
	}
}

// TestStraysAreOurs: only what can be of this till by its form is one.
func TestStraysAreOurs(t *testing.T) {
	for ref, want := range map[topup.OrderID]bool{"": true, topup.OrderID(topup.NewID()): true, "ref-124": false, "0123456789ABCDEFGHJK": false} {
		if got := (topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{Reference: ref}}).Ours(); got != want {
			t.Errorf("%q is ours: %t", ref, got)
		}
	}
	if (topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{Reference: topup.OrderID(topup.NewID()), Inquiry: true}}).Ours() {
		t.Error("an inquiry is taken for a sale")
	}
	if !(topup.Stray{Good: topup.GiftCard}).Ours() {
		t.Error("a gift card, which has no reference, is not ours")
	}
}

// TestRecovered: the order made of a stray is one that may be placed, under
// the stray's own name, at what the price list asks for what the provider
// took.
func TestRecovered(t *testing.T) {
	for _, good := range topup.Goods() {
		s := as(waiting(good), copyTime)
		o, ok := topup.DefaultPricing.Recovered(s, topup.Plan{Operator: topup.Djezzy, Kind: topup.Dynamic}, "", "a name")
		if !ok || o.Price < 490_00 || (o.Face > 0 && o.Price > o.Face) || o.Expected != 490_00 {
			t.Errorf("%s: %t, %v for %v", good, ok, o.Price, o.Expected)
		}
		if good != topup.GiftCard && o.ID != s.Reference {
			t.Errorf("%s goes under %q, not its reference", good, o.ID)
		}
		o.ID, o.Shop, o.Chat, o.Panel = topup.OrderID(topup.NewID()), 1, 5, "p"
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", good, err)
		}
		s.ChargedKnown = false
		if _, ok := topup.DefaultPricing.Recovered(s, topup.Plan{}, "", ""); ok {
			t.Errorf("%s: priced without a cost", good)
		}
	}
	gifts := as(waiting(topup.GiftCard), copyTime)
	gifts.Quantity, gifts.DoneQty, gifts.Charged = 4, 2, 200_00
	if o, ok := topup.DefaultPricing.Recovered(gifts, topup.Plan{}, "", ""); !ok || o.Price != 4*105_00 || o.Quantity != 4 {
		t.Errorf("half of four cards at 100: %v for %d", o.Price, o.Quantity)
	}
}

// TestRecoveredByRule: a stray costs its shop what the rules say, and one whose
// cost nobody knew when it was quoted what its plan's own rule says.
func TestRecoveredByRule(t *testing.T) {
	gros := topup.Plan{Code: "GROS", Operator: topup.GMobilis, Kind: topup.Dynamic, Family: topup.FamilyWholesale}
	s := topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{Plan: "GROS", To: "0661234567", Face: 5000_00, Charged: 5000_00, ChargedKnown: true}}
	if o, ok := topup.DefaultPricing.Recovered(s, gros, "", "gros"); ok {
		t.Errorf("priced without its rule: %+v", o)
	}
	p, _ := topup.DefaultPricing.With(topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp, Item: "GROS"}, Terms: topup.Terms{How: topup.ByFace, Rate: 980_000}})
	p, _ = p.With(topup.PriceRule{Scope: topup.Scope{Good: topup.GiftCard, Part: "PSN"}, Terms: topup.Terms{How: topup.BySum, Sum: 200_00}})
	p, _ = p.With(topup.PriceRule{Scope: topup.Scope{Good: topup.InternetCard, Part: topup.LTE4G}, Terms: topup.Terms{How: topup.ByRate}})
	if o, ok := p.Recovered(s, gros, "", "gros"); !ok || o.Price != 4900_00 || o.Expected != 0 || o.Operator != topup.Mobilis {
		t.Errorf("%t, %+v", ok, o)
	}
	card := topup.Stray{Good: topup.GiftCard, Status: topup.Status{Plan: "uk", TypeID: "t", Quantity: 2, Charged: 2000_00, ChargedKnown: true}}
	if o, ok := p.Recovered(card, topup.Plan{}, "psn", "PSN UK"); !ok || o.Price != 2400_00 {
		t.Errorf("%t, %+v", ok, o)
	}
	line := topup.Stray{Good: topup.InternetCard, Status: topup.Status{LineType: topup.LTE4G, To: "213472731602", Face: 1000_00, Charged: 980_00, ChargedKnown: true}}
	if o, ok := p.Recovered(line, topup.Plan{}, "", ""); !ok || o.Price != 980_00 {
		t.Errorf("%t, %+v", ok, o)
	}
}

// TestRestoredWaits: a mark waits until the owner's word, and is over two
// weeks after.
func TestRestoredWaits(t *testing.T) {
	var none topup.Restored
	mark := topup.Restored{Copied: copyTime, Found: copyTime.Add(time.Hour)}
	opened := mark
	opened.Opened = copyTime.Add(2 * time.Hour)
	if none.Waits() || !mark.Waits() || opened.Waits() {
		t.Error("who waits is wrong")
	}
	if mark.Over(copyTime.AddDate(1, 0, 0)) || opened.Over(copyTime.AddDate(0, 0, 13)) || !opened.Over(copyTime.AddDate(0, 0, 15)) {
		t.Error("when it is over is wrong")
	}
	if !mark.ListFrom().Before(copyTime) || topup.NumbersSpared(0) < 1000 || topup.NumbersSpared(5000) <= 5000 {
		t.Error("the margins are too small")
	}
}

// TestNeverAgainAfterSlowDown: nor is an order of the copy sent again that was
// told to wait.
func TestNeverAgainAfterSlowDown(t *testing.T) {
	o := waiting(topup.MobileTopUp)
	sent, err := topup.Submit(o, o.Placed, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	now := o.Placed.Add(time.Second)
	o = topup.Sent(sent.Order, topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: time.Second}, now, 1).Order
	o = topup.Lost(o, true, now, 1).Order
	if !o.Resend(now) {
		t.Fatal("an order that was told to wait is not sent again at all")
	}
	kept, ok := topup.NeverAgain(o)
	if !ok || kept.Order.Resend(now) {
		t.Error("after a restore it is sent again")
	}
}
