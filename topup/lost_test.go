package topup_test

import (
	"slices"
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
		"without a product":   {func(s *topup.Status) { s.Plan = "" }, false},
		"without a type":      {func(s *topup.Status) { s.TypeID = "" }, false},
		"without a quantity":  {func(s *topup.Status) { s.Quantity = 0 }, false},
		"that says nothing":   {func(s *topup.Status) { *s = topup.Status{} }, false},
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

// A row that says too little is never taken, keeps the order from being proven
// absent, and beside one that fits makes two.
func TestDoubtfulRows(t *testing.T) {
	o := submitted(t, topup.GiftCard)
	row := topup.Status{
		ProviderID: "p1", Plan: o.Product, TypeID: o.TypeID, Quantity: o.Quantity, Created: start,
		Phase: topup.PhaseOpen, Evidence: topup.Evidence{Word: "HANDLING"},
	}
	for name, c := range map[string]struct {
		change func(*topup.Status)
		want   bool
	}{
		"all is said":         {func(*topup.Status) {}, false},
		"no time":             {func(s *topup.Status) { s.Created = time.Time{} }, true},
		"no product":          {func(s *topup.Status) { s.Plan = "" }, true},
		"nothing":             {func(s *topup.Status) { *s = topup.Status{ProviderID: "p1"} }, true},
		"no type, but old":    {func(s *topup.Status) { s.TypeID, s.Created = "", start.Add(-3*time.Minute) }, false},
		"no type, but late":   {func(s *topup.Status) { s.TypeID, s.Created = "", start.Add(6*time.Minute) }, false},
		"no time, other type": {func(s *topup.Status) { s.Created, s.TypeID = time.Time{}, "x" }, false},
	} {
		s := row
		c.change(&s)
		if got := topup.Doubtful(o, s); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if topup.Doubtful(submitted(t, topup.MobileTopUp), s) {
			t.Errorf("%s: doubtful for an order that is known by its reference", name)
		}
	}
	doubt := row
	doubt.ProviderID, doubt.Plan = "p2", ""
	lookup := topup.Answer{Call: topup.CallLookup, Doubtful: []topup.Status{doubt}}
	c := topup.Answered(o, lookup, nil, start, scale)
	if c.Order.State != topup.Submitting || c.Order.ProviderID != "" || c.Order.Lookups != 0 {
		t.Errorf("a row that says too little: %s as %q after %d look-ups", c.Order.State, c.Order.ProviderID, c.Order.Lookups)
	}
	for range 23 {
		c = topup.Answered(c.Order, lookup, nil, c.Order.Due, scale)
	}
	if c.Order.State != topup.Review || c.Order.Reason != topup.ReasonAmbiguous {
		t.Errorf("in the end: %s, %s", c.Order.State, c.Order.Reason)
	}
	if c := topup.Answered(o, lookup, map[string]topup.OrderID{"p2": "another"}, start, scale); c.Order.Lookups != 1 {
		t.Errorf("a row of another order of ours is in doubt: %d look-ups", c.Order.Lookups)
	}
	lookup.Candidates = []topup.Status{row}
	if c := topup.Answered(o, lookup, nil, start, scale); c.Order.State != topup.Review || c.Order.ProviderID != "" {
		t.Errorf("beside one that fits: %s as %q", c.Order.State, c.Order.ProviderID)
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
		if o.Resend(now) || o.State == topup.Review {
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
	if !o.Resend(start) || o.Due.After(start.Add(140*time.Second)) {
		t.Fatalf("to be sent again: %v, due %v", o.Resend(start), o.Due)
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
		if o = s.Order; o.Resend(start) || o.State != topup.Submitting || s.Journal != nil {
			t.Fatalf("after failed look-ups: resend %v, %s", o.Resend(start), o.State)
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
		if o = topup.Lost(o, true, start, scale).Order; o.Resend(start) {
			t.Fatalf("sent again after %d look-ups", i+1)
		}
	}
}

// throttled plays an order that is told to wait at each request, whose
// look-ups find nothing, until no more requests leave.
func throttled(t *testing.T, o topup.Order, retryAfter time.Duration) (requests []time.Duration, last topup.Order, now time.Time) {
	t.Helper()
	now = start
	for range 100 {
		requests = append(requests, now.Sub(start))
		o = topup.Sent(o, topup.SendAnswer{Verdict: topup.Throttled, RetryAfter: retryAfter}, now, scale).Order
		if o.Resend(now) {
			t.Fatal("repeated without a look")
		}
		now = o.Due
		o = topup.Lost(o, true, now, scale).Order
		if !o.Resend(now) {
			return requests, o, now
		}
		again, err := topup.Submit(o, now, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		o = again.Order
	}
	t.Fatal("no end of requests")
	return nil, o, now
}

// A request that was told to wait goes again, with growing pauses and for as
// long as a customer waits, and uses up nothing; then it is a lost one.
func TestThrottledSendIsPatient(t *testing.T) {
	requests, o, now := throttled(t, submitted(t, topup.MobileTopUp), 0)
	var pauses []int
	for i := range requests[1:] {
		pauses = append(pauses, int((requests[i+1]-requests[i])/time.Second))
	}
	if want := []int{2, 3, 5, 10, 20, 40, 60, 60, 60}; !slices.Equal(pauses, want) {
		t.Errorf("pauses %v, want %v", pauses, want)
	}
	if o.State != topup.Submitting || o.Submits != len(requests) || o.Throttles != o.Submits {
		t.Fatalf("%s after %d requests, %d told to wait", o.State, o.Submits, o.Throttles)
	}
	waits, o := follow(t, o, now)
	if !o.Resend(now.Add(10 * time.Minute)) {
		t.Errorf("it never had the repeat of a lost one: %s after %d look-ups", o.State, len(waits))
	}
	o.Lookups = 46
	if o = topup.Lost(o, true, now.Add(40*time.Minute), scale).Order; o.State != topup.Submitting {
		t.Errorf("%s before the books were read longer", o.State)
	}
	if o = topup.Lost(o, true, now.Add(41*time.Minute), scale).Order; o.State != topup.Review || o.Reason != topup.ReasonLost {
		t.Errorf("%s, %s in the end", o.State, o.Reason)
	}
	// The provider's own time counts, up to its bound.
	if requests, _, _ := throttled(t, submitted(t, topup.InternetCard), time.Hour); requests[1] != 30*time.Second {
		t.Errorf("requests at %v", requests)
	}
}

// Being told to wait proves no refusal, not even of the next request.
func TestThrottledThenRefusedStaysHeld(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	o = topup.Lost(o, true, start, scale).Order
	again, err := topup.Submit(o, start, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c := topup.Sent(again.Order, topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonFloat}, start, scale)
	if c.Journal != nil || c.Order.State != topup.Submitting {
		t.Errorf("%s, journal %v", c.Order.State, c.Journal)
	}
}

// A gift card that was told to wait is never sent again, and holds up the
// others for minutes only. What is found for it after they left may be theirs.
func TestThrottledGiftCard(t *testing.T) {
	o := topup.Sent(submitted(t, topup.GiftCard), topup.SendAnswer{Verdict: topup.Throttled}, start, scale).Order
	next := newOrder(topup.GiftCard)
	next.ID = "next"
	row := topup.Status{
		ProviderID: "p9", Plan: o.Product, TypeID: o.TypeID, Quantity: o.Quantity,
		Created: start, Phase: topup.PhaseOpen, Evidence: topup.Evidence{Word: "HANDLING"},
	}
	now := start
	for range 7 {
		if !next.WaitsFor(o, now) {
			t.Fatalf("passed after %v", now.Sub(start))
		}
		if c := topup.Found(o, []topup.Status{row}, nil, now, scale); c.Order.ProviderID != "p9" {
			t.Fatalf("its order is not taken after %v: %s", now.Sub(start), c.Order.State)
		}
		now = o.Due
		o = topup.Lost(o, true, now, scale).Order
	}
	if next.WaitsFor(o, now) || now.Sub(start) > 3*time.Minute {
		t.Fatalf("still holds up the others after %v", now.Sub(start))
	}
	if c := topup.Found(o, []topup.Status{row}, nil, now, scale); c.Order.State != topup.Review || c.Order.Reason != topup.ReasonAmbiguous || c.Order.ProviderID != "" {
		t.Errorf("taken although others left: %s, %s", c.Order.State, c.Order.Reason)
	}
	waits, o := follow(t, o, now)
	if o.State != topup.Review || o.Reason != topup.ReasonLost || 7+len(waits) != 48 || o.Submits != 1 {
		t.Errorf("%s, %s after %d look-ups, %d requests", o.State, o.Reason, 7+len(waits), o.Submits)
	}
}

// What never left within minutes never leaves, and a lost order is not
// repeated long after it was sent; a clock set back counts as long ago.
func TestNothingLeavesLate(t *testing.T) {
	for _, g := range append(referenced, unreferenced...) {
		for after, stale := range map[time.Duration]bool{
			0: false, 5 * time.Minute: false, 5*time.Minute + 1: true, 60 * time.Hour: true, -5 * time.Second: false, -6 * time.Second: true,
		} {
			o, now := newOrder(g), start.Add(after)
			if got := o.Stale(now); got != stale {
				t.Errorf("%s after %v: %v", g, after, got)
			}
			if _, err := topup.Submit(o, now, time.Minute); (err != nil) != stale {
				t.Errorf("%s after %v is submitted: %v", g, after, err)
			}
		}
		if submitted(t, g).Stale(start.Add(time.Hour)) {
			t.Errorf("%s: one that may have left is taken for one that has not", g)
		}
	}
	for _, g := range referenced {
		o := submitted(t, g)
		o.Lookups = 7
		for after, again := range map[time.Duration]bool{
			30 * time.Minute: true, 30*time.Minute + 1: false, 60 * time.Hour: false, -time.Hour: false,
		} {
			if got := o.Resend(start.Add(after)); got != again {
				t.Errorf("%s is repeated after %v: %v", g, after, got)
			}
		}
		o.Lookups = 23
		if c := topup.Lost(o, true, start.Add(time.Hour), scale); c.Order.State != topup.Review {
			t.Errorf("%s too old to be repeated: %s", g, c.Order.State)
		}
	}
}

// An ID that turns out to be another order's must not be asked in a loop.
func TestForeignIDIsAskedLater(t *testing.T) {
	o := topup.Sent(submitted(t, topup.MobileTopUp), topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p9"}, start, scale).Order
	for name, s := range map[string]topup.Change{
		"lost": topup.Lost(o, true, o.Due, scale), "ambiguous": topup.Ambiguous(o, o.Due, scale),
	} {
		if !s.Order.Due.After(o.Due) || s.Order.State.Final() || s.Order.Resend(start) {
			t.Errorf("%s: due %v, %s", name, s.Order.Due, s.Order.State)
		}
	}
}
