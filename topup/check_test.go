package topup_test

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

func TestChecked(t *testing.T) {
	for _, c := range []struct {
		phase topup.Phase
		age   time.Duration
		state topup.State
		due   time.Duration
		key   string
	}{
		{topup.PhaseOpen, time.Second, topup.Pending, 5 * time.Second, ""},
		{"a phase never seen", time.Second, topup.Pending, 5 * time.Second, ""},
		{topup.PhasePart, time.Second, topup.Pending, 5 * time.Second, ""}, // no such thing as part of a top-up
		{topup.PhaseUncertain, time.Second, topup.Uncertain, 15 * time.Minute, ""},
		{topup.PhaseUncertain, 24 * time.Hour, topup.Uncertain, time.Hour, ""},
		{topup.PhaseQueued, 48 * time.Hour, topup.Queued, time.Hour, ""},
		{topup.PhaseOpen, 24*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseUncertain, 24*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseQueued, 48*time.Hour + 1, topup.Review, time.Hour, ""},
		{topup.PhaseDone, 100 * time.Hour, topup.Delivered, 0, "capture"},
		{topup.PhaseRefunded, 100 * time.Hour, topup.Refunded, 0, "release"},
	} {
		now := start.Add(c.age)
		s := topup.Checked(pending(t, topup.MobileTopUp), word(c.phase, "W"), now, scale)
		key := ""
		if s.Journal != nil {
			key = string(kind(s.Journal.Key))
		}
		var due time.Time
		if c.due != 0 {
			due = now.Add(c.due)
		}
		if s.Order.State != c.state || key != c.key || !s.Order.Due.Equal(due) {
			t.Errorf("%s after %v: %s, journal %q, due in %v", c.phase, c.age, s.Order.State, key, s.Order.Due.Sub(now))
		}
		if (s.Alert == topup.AlertReview) != (c.state == topup.Review) {
			t.Errorf("%s after %v: alert %q", c.phase, c.age, s.Alert)
		}
	}
}

func TestFoundOrderIsAdopted(t *testing.T) {
	o := topup.Lost(submitted(t, topup.MobileTopUp), true, start, scale).Order
	s := word(topup.PhaseOpen, "HANDLING")
	s.ProviderRef, s.Evidence.RequestID = "their-"+string(o.ID), "req"
	got := topup.Checked(o, s, start, scale).Order
	if got.State != topup.Pending || got.ProviderID != "p1" || got.ProviderRef != s.ProviderRef || got.RequestID != "req" ||
		got.Word != "HANDLING" || got.Next() != topup.CallCheck || got.Resend(start) {
		t.Errorf("%+v", got)
	}
}

func kind(key string) topup.EntryKind {
	k, _ := topup.SplitKey(key)
	return k
}

func TestRefundedKeepsWhatPeopleNeed(t *testing.T) {
	s := word(topup.PhaseRefunded, "REFUNDED")
	s.Message, s.Offers = "message", []topup.Offer{{Plan: "P", Face: topup.Dinars(500)}}
	s.Charged, s.ChargedKnown = topup.Dinars(490), true
	s.Evidence.Digest = "digest"
	o := topup.Checked(pending(t, topup.MobileTopUp), s, start, scale).Order
	if o.Message != "message" || len(o.Offers) != 1 || o.Reason != topup.ReasonProvider || o.ChargedKnown || o.Charged != 0 ||
		o.Evidence == nil || o.Evidence.Digest != "digest" || o.Captured != 0 {
		t.Errorf("%+v", o)
	}
}

func TestDelivery(t *testing.T) {
	part := topup.PhasePart
	for _, c := range []struct {
		name     string
		good     topup.Good
		phase    topup.Phase
		cards    int
		said     int // delivered, by the provider's word
		charged  topup.Money
		state    topup.State
		captured topup.Money
		cost     topup.Money
		alert    topup.Alert
	}{
		{"mobile", topup.MobileTopUp, topup.PhaseDone, 0, 0, 0, topup.Delivered, topup.Dinars(495), topup.Dinars(490), ""},
		{"mobile, charge told", topup.MobileTopUp, topup.PhaseDone, 0, 0, 48900, topup.Delivered, topup.Dinars(495), 48900, ""},
		{"internet", topup.InternetCard, topup.PhaseDone, 1, 0, 0, topup.Delivered, topup.Dinars(495), topup.Dinars(490), ""},
		{"internet without its code", topup.InternetCard, topup.PhaseDone, 0, 0, 0, topup.Pending, 0, 0, ""},
		{"cards", topup.GiftCard, topup.PhaseDone, 4, 4, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), ""},
		{"cards, count not told", topup.GiftCard, topup.PhaseDone, 4, 0, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), ""},
		{"cards without codes", topup.GiftCard, topup.PhaseDone, 0, 4, 0, topup.Pending, 0, 0, ""},
		{"one code missing", topup.GiftCard, topup.PhaseDone, 3, 4, 0, topup.Pending, 0, 0, ""},
		{"one code missing, says three", topup.GiftCard, topup.PhaseDone, 3, 3, 0, topup.Pending, 0, 0, ""},
		{"a code too many", topup.GiftCard, topup.PhaseDone, 5, 4, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), topup.AlertQuantity},
		{"count does not agree", topup.GiftCard, topup.PhaseDone, 4, 3, 0, topup.Delivered, topup.Dinars(2000), topup.Dinars(1960), topup.AlertQuantity},
		{"half", topup.GiftCard, part, 2, 2, 0, topup.Delivered, topup.Dinars(1000), topup.Dinars(980), ""},
		{"half, charge told", topup.GiftCard, part, 2, 2, 97000, topup.Delivered, topup.Dinars(1000), 97000, ""},
		{"half, count not told", topup.GiftCard, part, 2, 0, 0, topup.Delivered, topup.Dinars(1000), topup.Dinars(980), ""},
		{"half, a code missing", topup.GiftCard, part, 1, 2, 0, topup.Pending, 0, 0, ""},
		{"half, a code more", topup.GiftCard, part, 3, 2, 0, topup.Delivered, topup.Dinars(1500), topup.Dinars(1470), topup.AlertQuantity},
		{"half without codes", topup.GiftCard, part, 0, 2, 0, topup.Pending, 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := word(c.phase, "W")
			s.Vouchers, s.DoneQty, s.Charged, s.ChargedKnown = cards(c.cards), c.said, c.charged, c.charged != 0
			s.Transaction, s.Processed = "AT-1", "today"
			o := pending(t, c.good)
			got := topup.Checked(o, s, start.Add(time.Minute), scale)
			if got.Order.State != c.state || got.Order.Captured != c.captured || got.Alert != c.alert {
				t.Fatalf("%s, captured %v, alert %q", got.Order.State, got.Order.Captured, got.Alert)
			}
			if c.state != topup.Delivered {
				if got.Journal != nil || len(got.Vouchers) != c.cards || got.Order.DeliveredQty != c.cards {
					t.Errorf("an open order moves money, or keeps back codes that came: %d of %d", len(got.Vouchers), c.cards)
				}
				again := topup.Checked(got.Order, s, start.Add(2*time.Minute), scale)
				if len(again.Vouchers) != 0 {
					t.Error("the same codes are handed over again")
				}
				return
			}
			if len(got.Vouchers) != c.cards || got.Order.Charged != c.cost || got.Order.Transaction != "AT-1" || got.Order.Processed != "today" {
				t.Errorf("%d codes, cost %v, %+v", len(got.Vouchers), got.Order.Charged, got.Order)
			}
			if want := min(max(c.cards, 1), o.Quantity); got.Order.DeliveredQty != want || got.Order.Captured > o.Price {
				t.Errorf("delivered %d of %d for %v, want %d", got.Order.DeliveredQty, o.Quantity, got.Order.Captured, want)
			}
			accounts := sums(t, topup.Hold(o), *got.Journal)
			if accounts[o.Shop.Held()] != 0 || accounts[o.Shop.Available()] != -c.captured {
				t.Errorf("accounts %v", accounts)
			}
		})
	}
}

func TestUnevenPriceIsSharedDownwards(t *testing.T) {
	o := pending(t, topup.GiftCard)
	o.Price, o.Quantity = 1000, 3
	s := word(topup.PhasePart, "PARTIALLY_FILLED")
	s.Vouchers = cards(2)
	got := topup.Checked(o, s, start, scale)
	if got.Order.Captured != 666 {
		t.Errorf("captured %v of 10.00 for 2 of 3", got.Order.Captured)
	}
	sums(t, *got.Journal)
}

func TestMissingCodeIsToldOnceAndWaitedFor(t *testing.T) {
	o, now := pending(t, topup.InternetCard), start
	for range 30 { // the fast polls are long over
		now = now.Add(20 * time.Second)
		o = topup.Checked(o, word(topup.PhaseOpen, "HANDLING"), now, scale).Order
	}
	told := 0
	var waited time.Duration
	for range 40 {
		s := topup.Checked(o, word(topup.PhaseDone, "FULFILLED"), now, scale)
		if o = s.Order; o.State != topup.Pending {
			t.Fatalf("%s", o.State)
		}
		if s.Alert == topup.AlertNoCode {
			told++
			if waited < time.Minute || waited > 5*time.Minute {
				t.Errorf("told after %v", waited)
			}
		}
		waited += o.Due.Sub(now)
		now = o.Due
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	late := word(topup.PhaseDone, "FULFILLED")
	if s := topup.Checked(o, late, start.Add(47*time.Hour), scale); s.Order.State != topup.Pending {
		t.Errorf("after 47 h: %s", s.Order.State)
	}
	s := topup.Checked(o, late, start.Add(73*time.Hour), scale)
	if s.Order.State != topup.Review || s.Alert != topup.AlertReview || s.Journal != nil {
		t.Errorf("after 73 h: %s", s.Order.State)
	}
	late.Vouchers = cards(1)
	if s := topup.Checked(s.Order, late, start.Add(74*time.Hour), scale); s.Order.State != topup.Delivered || len(s.Vouchers) != 1 {
		t.Errorf("the code came at last: %s", s.Order.State)
	}
	empty := word(topup.PhaseDone, "FULFILLED")
	empty.Vouchers = []topup.Voucher{{}}
	if s := topup.Checked(pending(t, topup.InternetCard), empty, start, scale); s.Order.State != topup.Pending {
		t.Errorf("a card without a code: %s", s.Order.State)
	}
}

func TestMismatch(t *testing.T) {
	for name, change := range map[string]func(*topup.Status){
		"plan":     func(s *topup.Status) { s.Plan = "OTHER" },
		"number":   func(s *topup.Status) { s.To = "0661234567" },
		"amount":   func(s *topup.Status) { s.Face = topup.Dinars(501) },
		"order ID": func(s *topup.Status) { s.ProviderID = "p2" },
	} {
		for _, phase := range []topup.Phase{topup.PhaseDone, topup.PhaseRefunded, topup.PhaseOpen} {
			s := word(phase, "W")
			change(&s)
			got := topup.Checked(pending(t, topup.MobileTopUp), s, start, scale)
			if got.Order.State != topup.Review || got.Order.Reason != topup.ReasonMismatch || got.Journal != nil || got.Alert != topup.AlertReview {
				t.Errorf("%s, %s: %s, %s", name, phase, got.Order.State, got.Order.Reason)
			}
			if got.Order.ProviderID != "p1" {
				t.Errorf("%s: took the ID %s", name, got.Order.ProviderID)
			}
		}
	}
	// Found by its reference, but not ours: its ID stays free for whom it belongs to.
	s := word(topup.PhaseDone, "FULFILLED")
	s.To = "0661234567"
	got := topup.Checked(submitted(t, topup.MobileTopUp), s, start, scale)
	if got.Order.State != topup.Review || got.Order.ProviderID != "" {
		t.Errorf("%s with ID %q", got.Order.State, got.Order.ProviderID)
	}
	if again := topup.Checked(got.Order, s, start.Add(time.Hour), scale); again.Alert != topup.AlertNone {
		t.Errorf("told again: %q", again.Alert)
	}
}

func TestContradiction(t *testing.T) {
	end := func(p topup.Phase) topup.Order {
		return topup.Checked(pending(t, topup.MobileTopUp), word(p, string(p)), start, scale).Order
	}
	for _, c := range []struct {
		first, then topup.Phase
		dispute     bool
	}{
		{topup.PhaseDone, topup.PhaseRefunded, true},
		{topup.PhaseRefunded, topup.PhaseDone, true},
		{topup.PhaseRefunded, topup.PhasePart, true},
		{topup.PhaseDone, topup.PhaseDone, false},
		{topup.PhaseRefunded, topup.PhaseRefunded, false},
		{topup.PhaseDone, topup.PhaseOpen, false},
		{topup.PhaseRefunded, topup.PhaseUncertain, false},
	} {
		o := end(c.first)
		for _, w := range []string{"WORD", ""} {
			s := topup.Checked(o, word(c.then, w), start, scale)
			if (s.Alert == topup.AlertDispute) != c.dispute || (s.Order.Dispute != "") != c.dispute || s.Journal != nil || s.Order.State != o.State {
				t.Errorf("%s then %s: alert %q, journal %v, %s", c.first, c.then, s.Alert, s.Journal, s.Order.State)
			}
			if again := topup.Checked(s.Order, word(c.then, w), start, scale); again.Alert != topup.AlertNone {
				t.Errorf("%s then %s: told twice", c.first, c.then)
			}
		}
	}
}

func TestFaulted(t *testing.T) {
	o := pending(t, topup.MobileTopUp)
	var waits []time.Duration
	for range 9 {
		s := topup.Faulted(o, &topup.Fault{Kind: topup.FaultUnavailable}, start, scale)
		if s.Journal != nil || s.Order.State != topup.Pending {
			t.Fatalf("a failed read made it %s", s.Order.State)
		}
		o = s.Order
		waits = append(waits, o.Due.Sub(start)/time.Second)
	}
	want := []time.Duration{5, 10, 20, 40, 80, 160, 300, 300, 300}
	for i := range want {
		if waits[i] != want[i] {
			t.Fatalf("waits %d, want %d", waits, want)
		}
	}
	if o = topup.Checked(o, word(topup.PhaseOpen, "PENDING"), start, scale).Order; o.Faults != 0 {
		t.Error("a good answer does not end the faults")
	}
	throttled := &topup.Fault{Kind: topup.FaultThrottled, RetryAfter: 20 * time.Second}
	for _, scale := range []float64{0.001, 1} {
		if got := topup.Faulted(o, throttled, start, scale).Order.Due.Sub(start); got != 20*time.Second {
			t.Errorf("told to wait 20 s at scale %v: %v", scale, got)
		}
	}
	throttled.RetryAfter = 1<<63 - 1
	if got := topup.Faulted(o, throttled, start, scale).Order.Due.Sub(start); got != 30*time.Second {
		t.Errorf("told to wait for ever: %v", got)
	}
	if s := topup.Faulted(o, &topup.Fault{Kind: topup.FaultKey}, start, scale); s.Alert != topup.AlertNone || s.Order.State != topup.Pending {
		t.Errorf("key fault: alert %q, %s", s.Alert, s.Order.State)
	}
}

func TestUnreadableForTooLong(t *testing.T) {
	for phase, longest := range map[topup.Phase]time.Duration{
		topup.PhaseOpen: 24 * time.Hour, topup.PhaseUncertain: 24 * time.Hour, topup.PhaseQueued: 48 * time.Hour,
	} {
		o := topup.Checked(pending(t, topup.InternetCard), word(phase, "W"), start, scale).Order
		f := &topup.Fault{Kind: topup.FaultNotFound}
		if s := topup.Faulted(o, f, start.Add(longest), scale); s.Order.State != o.State {
			t.Errorf("%s: %s after %v", phase, s.Order.State, longest)
		}
		s := topup.Faulted(o, f, start.Add(longest+1), scale)
		if s.Order.State != topup.Review || s.Alert != topup.AlertReview || s.Journal != nil {
			t.Errorf("%s: %s, alert %q", phase, s.Order.State, s.Alert)
		}
		if again := topup.Faulted(s.Order, f, start.Add(longest+time.Hour), scale); again.Alert != topup.AlertNone || again.Order.Due.Sub(start) != longest+2*time.Hour {
			t.Errorf("%s: alert %q, due %v", phase, again.Alert, again.Order.Due)
		}
	}
}

func TestReviewTellsEachReasonOnce(t *testing.T) {
	o := submitted(t, topup.GiftCard)
	s := topup.Ambiguous(o, start, scale)
	if s.Alert != topup.AlertReview || s.Order.Reason != topup.ReasonAmbiguous {
		t.Fatalf("alert %q, %s", s.Alert, s.Order.Reason)
	}
	if s = topup.Ambiguous(s.Order, start, scale); s.Alert != topup.AlertNone {
		t.Errorf("the same reason again: %q", s.Alert)
	}
	if s = topup.Lost(s.Order, true, start, scale); s.Order.State != topup.Review || s.Order.Due.Sub(start) != time.Hour {
		t.Errorf("%s, due in %v", s.Order.State, s.Order.Due.Sub(start))
	}
	found := word(topup.PhaseOpen, "HANDLING")
	if s = topup.Checked(s.Order, found, start.Add(25*time.Hour), scale); s.Alert != topup.AlertReview || s.Order.Reason != topup.ReasonTooLong {
		t.Errorf("another reason: alert %q, %s", s.Alert, s.Order.Reason)
	}
}

// What the provider gave back and sold again under another ID is not given
// back before that one is.
func TestRetriedOrders(t *testing.T) {
	link := func(s topup.Status, to string, follow *topup.Status) topup.Status {
		s.Linked, s.Follow = to, follow
		return s
	}
	back, done, open := word(topup.PhaseRefunded, "REFUNDED"), word(topup.PhaseDone, "FULFILLED"), word(topup.PhaseOpen, "HANDLING")
	unread := link(back, "r2", nil)
	for name, c := range map[string]struct {
		s      topup.Status
		state  topup.State
		reason topup.Reason
	}{
		"not retried":              {back, topup.Refunded, topup.ReasonProvider},
		"not read":                 {unread, topup.Uncertain, topup.ReasonNone},
		"given back, too":          {link(back, "r1", &back), topup.Refunded, topup.ReasonProvider},
		"delivered":                {link(back, "r1", &done), topup.Review, topup.ReasonRetried},
		"in progress":              {link(back, "r1", &open), topup.Uncertain, topup.ReasonNone},
		"retried again, not read":  {link(back, "r1", &unread), topup.Uncertain, topup.ReasonNone},
		"delivered, link or not":   {link(done, "r1", nil), topup.Delivered, topup.ReasonNone},
		"in progress, link or not": {link(open, "r1", nil), topup.Pending, topup.ReasonNone},
	} {
		got := topup.Checked(pending(t, topup.MobileTopUp), c.s, start, scale)
		if got.Order.State != c.state || got.Order.Reason != c.reason || (got.Journal != nil) != c.state.Final() {
			t.Errorf("%s: %s, %s", name, got.Order.State, got.Order.Reason)
		}
	}
}

func TestFollow(t *testing.T) {
	books := map[string]topup.Status{
		"r1":     {ProviderID: "r1", Phase: topup.PhaseRefunded, Linked: "r2"},
		"r2":     {ProviderID: "r2", Phase: topup.PhaseDone, Linked: "r3"},
		"back":   {ProviderID: "back", Phase: topup.PhaseRefunded, Linked: "a"},
		"chain":  {ProviderID: "chain", Phase: topup.PhaseRefunded, Linked: "chain2"},
		"chain2": {ProviderID: "chain2", Phase: topup.PhaseRefunded, Linked: "chain3"},
		"chain3": {ProviderID: "chain3", Phase: topup.PhaseRefunded, Linked: "chain4"},
	}
	for name, c := range map[string]struct {
		s    topup.Status
		asks string
		want topup.State
	}{
		"to its end":             {topup.Status{Phase: topup.PhaseRefunded, Linked: "r1"}, "r1 r2", topup.Review},
		"back to itself":         {topup.Status{Phase: topup.PhaseRefunded, Linked: "a"}, "", topup.Refunded},
		"to one that leads back": {topup.Status{Phase: topup.PhaseRefunded, Linked: "back"}, "back", topup.Refunded},
		"one that can't be read": {topup.Status{Phase: topup.PhaseRefunded, Linked: "none"}, "none", topup.Uncertain},
		"without end":            {topup.Status{Phase: topup.PhaseRefunded, Linked: "chain"}, "chain chain2 chain3", topup.Uncertain},
		"not of a delivered":     {topup.Status{Phase: topup.PhaseDone, Linked: "r1"}, "", topup.Delivered},
	} {
		var asks []string
		c.s.ProviderID, c.s.Evidence = "a", topup.Evidence{Word: "W"}
		topup.Follow(&c.s, func(id string) (topup.Status, error) {
			asks = append(asks, id)
			s, ok := books[id]
			if !ok {
				return s, &topup.Fault{Kind: topup.FaultNotFound}
			}
			return s, nil
		})
		o := pending(t, topup.MobileTopUp)
		o.ProviderID = "a"
		if got := strings.Join(asks, " "); got != c.asks {
			t.Errorf("%s: asked %q", name, got)
		}
		if got := topup.Checked(o, c.s, start, scale); got.Order.State != c.want {
			t.Errorf("%s: %s", name, got.Order.State)
		}
	}
}

// The owner is told once of a word that nobody knows, after some checks.
func TestStrangeWord(t *testing.T) {
	o, now := pending(t, topup.MobileTopUp), start
	s := word(topup.PhaseOpen, "SLEEPING")
	s.Strange = true
	var told []int
	for i := range 60 {
		c := topup.Checked(o, s, now, scale)
		o, now = c.Order, c.Order.Due
		if c.Alert == topup.AlertWord {
			told = append(told, i+1)
		} else if c.Alert != topup.AlertNone {
			t.Fatalf("alert %q", c.Alert)
		}
	}
	// It may come late, after many known words.
	late := pending(t, topup.MobileTopUp)
	late.Polls = 100
	after := 0
	for c := (topup.Change{Order: late}); c.Alert != topup.AlertWord; after++ {
		if after == 50 {
			t.Fatal("a word that came late is never told")
		}
		c = topup.Checked(c.Order, s, now, scale)
	}
	if after != 12 {
		t.Errorf("a word that came late is told after %d checks", after)
	}
	if len(told) != 1 || told[0] != 12 || o.State != topup.Pending {
		t.Errorf("told at checks %v, %s", told, o.State)
	}
	s.Strange = false
	o, now = pending(t, topup.MobileTopUp), start
	for range 60 {
		c := topup.Checked(o, s, now, scale)
		if o, now = c.Order, c.Order.Due; c.Alert != topup.AlertNone {
			t.Fatalf("alert %q of a known word", c.Alert)
		}
	}
}
