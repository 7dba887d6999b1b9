package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

// referenced and unreferenced are the goods whose orders the provider knows by
// our reference, and those that it does not.
var (
	referenced   = []topup.Good{topup.MobileTopUp, topup.InternetCard}
	unreferenced = []topup.Good{topup.GiftCard}
)

func TestOwns(t *testing.T) {
	for _, g := range referenced {
		o := submitted(t, g)
		for ref, want := range map[topup.OrderID]bool{o.ID: true, "": false, o.ID + "x": false} {
			if got := o.Owns(topup.Status{Reference: ref}); got != want {
				t.Errorf("%s %q: %v", g, ref, got)
			}
		}
		if o.MayOwn(topup.Status{Created: start}) {
			t.Errorf("%s: taken without its reference", g)
		}
	}
	for _, g := range unreferenced {
		if o := submitted(t, g); o.Owns(topup.Status{Reference: o.ID}) {
			t.Errorf("%s: known by a reference that the provider does not keep", g)
		}
	}
}

func TestMayOwn(t *testing.T) {
	o := submitted(t, topup.GiftCard)
	o.Submitted = start.Add(time.Hour) // the confirm was earlier
	row := topup.Status{Plan: o.Product, TypeID: o.TypeID, Quantity: o.Quantity, Created: o.Submitted}
	for name, c := range map[string]struct {
		change func(*topup.Status)
		want   bool
	}{
		"as asked for":        {func(*topup.Status) {}, true},
		"the clock is behind": {func(s *topup.Status) { s.Created = s.Created.Add(-2 * time.Minute) }, true},
		"older":               {func(s *topup.Status) { s.Created = s.Created.Add(-2*time.Minute - 1) }, false},
		"of no known time":    {func(s *topup.Status) { s.Created = time.Time{} }, false},
		"other denomination":  {func(s *topup.Status) { s.TypeID = "x" }, false},
	} {
		s := row
		c.change(&s)
		if got := o.MayOwn(s); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	o.Submitted = time.Time{}
	if got := o.ListedFrom(); !got.Equal(start.Add(-2 * time.Minute)) {
		t.Errorf("never submitted, listed from %v", got)
	}
}

func TestFound(t *testing.T) {
	const slack = 5 * time.Minute
	row := func(o topup.Order, id string, after time.Duration) topup.Status {
		return topup.Status{ProviderID: id, Phase: topup.PhaseOpen, Plan: o.Product, TypeID: o.TypeID, Created: start.Add(after), Evidence: topup.Evidence{Word: "HANDLING"}}
	}
	for _, c := range []struct {
		name  string
		found []string // provider IDs
		after []time.Duration
		state topup.State
		id    string
	}{
		{"nothing", nil, nil, topup.Submitting, ""},
		{"the only one", []string{"p1"}, []time.Duration{0}, topup.Pending, "p1"},
		{"at the last moment", []string{"p1"}, []time.Duration{slack}, topup.Pending, "p1"},
		{"too late", []string{"p1"}, []time.Duration{slack + 1}, topup.Submitting, ""},
		{"two could be it", []string{"p1", "p2"}, []time.Duration{0, 0}, topup.Review, ""},
		{"one is another's", []string{"theirs", "p2"}, []time.Duration{0, 0}, topup.Pending, "p2"},
		{"only another's", []string{"theirs"}, []time.Duration{0}, topup.Submitting, ""},
		{"its own already", []string{"own"}, []time.Duration{0}, topup.Pending, "own"},
	} {
		o := submitted(t, topup.GiftCard)
		owners := map[string]topup.OrderID{"theirs": "another", "own": o.ID}
		var found []topup.Status
		for i, id := range c.found {
			found = append(found, row(o, id, c.after[i]))
		}
		got := topup.Found(o, found, owners, start.Add(time.Minute), scale).Order
		if got.State != c.state || got.ProviderID != c.id {
			t.Errorf("%s: %s as %q, want %s as %q", c.name, got.State, got.ProviderID, c.state, c.id)
		}
	}
	// What is known by its reference, or by its ID, is not judged by dates.
	for _, o := range []topup.Order{submitted(t, topup.MobileTopUp), pending(t, topup.GiftCard)} {
		s := word(topup.PhaseOpen, "HANDLING")
		s.Created = start.Add(24 * time.Hour)
		if got := topup.Found(o, []topup.Status{s}, nil, start.Add(time.Minute), scale).Order; got.State != topup.Pending || got.ProviderID != "p1" {
			t.Errorf("%s by the wrong date: %s as %q", o.Good, got.State, got.ProviderID)
		}
	}
}

func TestWaitsFor(t *testing.T) {
	other := submitted(t, topup.GiftCard)
	other.ID = "another"
	for name, c := range map[string]struct {
		change func(*topup.Order)
		after  time.Duration
		want   bool
	}{
		"unknown":            {func(*topup.Order) {}, 0, true},
		"almost too long":    {func(*topup.Order) {}, 15*time.Minute - 1, true},
		"unknown too long":   {func(*topup.Order) {}, 15 * time.Minute, false},
		"known":              {func(o *topup.Order) { o.ProviderID = "p1" }, 0, false},
		"not yet sent":       {func(o *topup.Order) { o.Submits = 0 }, 0, false},
		"other denomination": {func(o *topup.Order) { o.TypeID = "x" }, 0, false},
		"other product":      {func(o *topup.Order) { o.Product = "x" }, 0, false},
		"other quantity":     {func(o *topup.Order) { o.Quantity++ }, 0, true},
		"other good":         {func(o *topup.Order) { o.Good = topup.MobileTopUp }, 0, false},
		"itself":             {func(o *topup.Order) { o.ID = newOrder(topup.GiftCard).ID }, 0, false},
	} {
		o := other
		c.change(&o)
		if got := newOrder(topup.GiftCard).WaitsFor(o, start.Add(c.after)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, g := range referenced {
		sent := submitted(t, g)
		sent.ID = "another"
		if o := newOrder(g); o.TakesTurns() || o.WaitsFor(sent, start) {
			t.Errorf("%s waits for its turn", g)
		}
	}
	if c := topup.Wait(newOrder(topup.GiftCard), start); !c.Order.Due.Equal(start.Add(5*time.Second)) || c.Order.State != topup.Placed || c.Journal != nil {
		t.Errorf("after waiting: %+v", c)
	}
}

// A look-up that the key forbade tells of the key, once a change tells nothing
// of its own.
func TestAnsweredLookup(t *testing.T) {
	o := submitted(t, topup.MobileTopUp)
	key := &topup.Fault{Kind: topup.FaultKey}
	if c := topup.Answered(o, topup.Answer{Call: topup.CallLookup, Fault: key}, nil, start, scale); c.Alert != topup.AlertNone || c.Order.Lookups != 0 {
		t.Errorf("%s after %d look-ups", c.Alert, c.Order.Lookups)
	}
	if c := topup.Answered(o, topup.Answer{Call: topup.CallLookup, Absent: true}, nil, start, scale); c.Alert != topup.AlertNone || c.Order.Lookups != 1 {
		t.Errorf("%s after %d look-ups", c.Alert, c.Order.Lookups)
	}
	late := start.Add(25 * time.Hour)
	if c := topup.Answered(o, topup.Answer{Call: topup.CallLookup, Fault: key}, nil, late, scale); c.Alert != topup.AlertReview || c.Order.State != topup.Review {
		t.Errorf("%s in %s", c.Alert, c.Order.State)
	}
	if c := topup.Answered(o, topup.Answer{Call: topup.CallCheck}, nil, start, scale); c.Journal != nil || c.Order.State != o.State || !c.Order.Due.Equal(o.Due) {
		t.Errorf("an empty answer: %+v", c)
	}
}

// follow loses every look-up from now on and gives the pauses between them,
// until the order is to be sent again or a person is told.
func follow(t *testing.T, o topup.Order, now time.Time) (waits []int, last topup.Order) {
	t.Helper()
	for range 100 {
		if o.Resend() || o.State == topup.Review {
			return waits, o
		}
		waits = append(waits, int(o.Due.Sub(now)/time.Second))
		now = o.Due
		if o.Next() != topup.CallLookup {
			t.Fatalf("a lost order is to be asked by %s", o.Next())
		}
		o = topup.Lost(o, true, now, scale).Order
	}
	t.Fatal("no end of look-ups")
	return nil, o
}

func TestLostAnswer(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Unknown}, start, scale).Order
	waits, o := follow(t, o, start)
	want := []int{2, 3, 5, 10, 20, 40, 60}
	if len(waits) != len(want) {
		t.Fatalf("waits %v, want %v", waits, want)
	}
	for i := range want {
		if waits[i] != want[i] {
			t.Fatalf("waits %v, want %v", waits, want)
		}
	}
	if !o.Resend() || o.Due.After(start.Add(140*time.Second)) {
		t.Fatalf("to be sent again: %v, due %v", o.Resend(), o.Due)
	}
	again, err := topup.Submit(o, start.Add(140*time.Second), time.Minute)
	if err != nil || again.Order.ID != o.ID || again.Order.Submits != 2 || !again.Order.Submitted.Equal(start) {
		t.Fatalf("second submit: %+v, %v", again.Order, err)
	}
	if again.Journal != nil {
		t.Error("a second submit moves money")
	}
	o = topup.Sent(again.Order, topup.SendAnswer{Verdict: topup.Unknown}, start.Add(141*time.Second), scale).Order
	waits, o = follow(t, o, start.Add(141*time.Second))
	if o.State != topup.Review || o.Reason != topup.ReasonLost || len(waits) != 24 {
		t.Errorf("after the second loss: %s, %s, %d look-ups", o.State, o.Reason, len(waits))
	}
	if _, err := topup.Submit(o, start, time.Minute); err == nil {
		t.Error("an order in review was submitted")
	}
}

func TestNoBlindRepeat(t *testing.T) {
	o := submitted(t, topup.MobileTopUp)
	if _, err := topup.Submit(o, start, time.Minute); err == nil {
		t.Error("sent again without a look-up")
	}
	now := start
	for range 50 { // the books can't be read
		now = now.Add(time.Minute)
		s := topup.Lost(o, false, now, scale)
		if o = s.Order; o.Resend() || o.State != topup.Submitting || s.Journal != nil {
			t.Fatalf("after failed look-ups: resend %v, %s", o.Resend(), o.State)
		}
	}
	if got := o.Due.Sub(now); got != time.Minute {
		t.Errorf("next look-up in %v", got)
	}
	o = topup.Lost(o, false, start.Add(24*time.Hour+time.Second), scale).Order
	if o.State != topup.Review || o.Reason != topup.ReasonLost {
		t.Errorf("unreadable for a day: %s, %s", o.State, o.Reason)
	}
	o = submitted(t, topup.MobileTopUp)
	for i := range 6 {
		if o = topup.Lost(o, true, start, scale).Order; o.Resend() {
			t.Fatalf("sent again after %d look-ups", i+1)
		}
	}
}

func TestThrottledSendIsRepeatedAfterOneLook(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	if o.Resend() {
		t.Fatal("repeated without a look")
	}
	if o = topup.Lost(o, true, start, scale).Order; !o.Resend() {
		t.Fatal("not repeated")
	}
	again, err := topup.Submit(o, start, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	o = topup.Sent(again.Order, topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	if o = topup.Lost(o, true, start, scale).Order; o.Resend() {
		t.Error("repeated twice")
	}
}

// An ID that turns out to be another order's must not be asked in a loop.
func TestForeignIDIsAskedLater(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p9"}, start, scale).Order
	for name, s := range map[string]topup.Change{
		"lost": topup.Lost(o, true, o.Due, scale), "ambiguous": topup.Ambiguous(o, o.Due, scale),
	} {
		if !s.Order.Due.After(o.Due) || s.Order.State.Final() || s.Order.Resend() {
			t.Errorf("%s: due %v, %s", name, s.Order.Due, s.Order.State)
		}
	}
}
