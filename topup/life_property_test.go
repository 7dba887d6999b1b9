package topup_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// history drives one order through random answers and holds it to the
// promises about its money after each.
type history struct {
	o       topup.Order
	now     time.Time
	journal []topup.Transaction
	posts   int  // requests that left
	waited  int  // of them those that were told to wait
	told    bool // the last one was
	proof   bool // the last event proves a refusal or a delivery
}

// take applies a step as the store would, and checks it.
func (h *history) take(t *rapid.T, what string, s topup.Change) {
	was := h.o
	h.o = s.Order
	describe := fmt.Sprintf("%s: %s to %s", what, was.State, h.o.State)
	switch {
	case !was.State.May(h.o.State):
		t.Fatalf("%s is not in the table", describe)
	case (s.Journal != nil) != (h.o.State.Final() && !was.State.Final()):
		t.Fatalf("%s: journal %v", describe, s.Journal)
	case s.Journal != nil && !h.proof:
		t.Fatalf("%s: money moved without proof", describe)
	case h.o.ID != was.ID || h.o.Price != was.Price || h.o.To != was.To || h.o.Quantity != was.Quantity || h.o.Shop != was.Shop:
		t.Fatalf("%s: another order", describe)
	case !h.o.State.Final() && h.o.Changed.Equal(h.now) && (h.o.Due.Before(h.now) || h.o.Due.After(h.now.Add(time.Hour))):
		t.Fatalf("%s: due in %v", describe, h.o.Due.Sub(h.now))
	case h.o.State.Final() && (!h.o.Due.IsZero() || h.o.Evidence == nil || h.o.Settled.IsZero()):
		t.Fatalf("%s: due %v, evidence %v", describe, h.o.Due, h.o.Evidence)
	}
	if s.Journal != nil {
		h.journal = append(h.journal, *s.Journal)
	}
	if len(h.journal) > 2 {
		t.Fatalf("%s: settled twice", describe)
	}
	accounts := sums(t, h.journal...)
	held, spent := h.o.Price, h.o.Price
	switch h.o.State {
	case topup.Delivered:
		held, spent = 0, h.o.Captured
		if h.o.Captured <= 0 || h.o.Captured > h.o.Price {
			t.Fatalf("%s: captured %v of %v", describe, h.o.Captured, h.o.Price)
		}
	case topup.Refunded:
		held, spent = 0, 0
	}
	if accounts[h.o.Shop.Held()] != held || accounts[h.o.Shop.Available()] != -spent {
		t.Fatalf("%s: accounts %v", describe, accounts)
	}
	limit := 2 + h.waited
	if h.o.Good == topup.GiftCard {
		limit = 1
	}
	if h.posts > limit {
		t.Fatalf("%s: %d requests", describe, h.posts)
	}
}

// thoroughly checks a property on some thousand cases: the sequences that
// matter are rare.
func thoroughly(t *testing.T, prop func(*rapid.T)) {
	t.Helper()
	for range 30 {
		rapid.Check(t, prop)
	}
}

var (
	verdicts = []topup.Verdict{
		topup.Accepted, topup.Refused, topup.NotSent, topup.Duplicate, topup.Throttled, topup.KeyFault, topup.Unknown, "odd",
	}
	phases = []topup.Phase{
		topup.PhaseOpen, topup.PhaseUncertain, topup.PhaseQueued, topup.PhaseDone, topup.PhasePart, topup.PhaseRefunded, "odd",
	}
	faults = []topup.FaultKind{
		topup.FaultNotFound, topup.FaultKey, topup.FaultBlocked, topup.FaultThrottled, topup.FaultInvalid, topup.FaultUnavailable,
	}
)

func (h *history) send(t *rapid.T) {
	s, err := topup.Submit(h.o, h.now, time.Minute)
	if err != nil {
		return
	}
	h.posts++
	h.proof, h.told = false, false
	h.take(t, "submit", s)
}

func (h *history) sent(t *rapid.T) {
	a := topup.SendAnswer{
		Verdict:    rapid.SampledFrom(verdicts).Draw(t, "verdict"),
		Reason:     rapid.SampledFrom([]topup.Reason{topup.ReasonInvalid, topup.ReasonFloat, topup.ReasonUnreachable}).Draw(t, "reason"),
		ProviderID: rapid.SampledFrom([]string{"", "p1", "p2"}).Draw(t, "id"),
		RetryAfter: rapid.SampledFrom([]time.Duration{0, time.Second, 1<<63 - 1}).Draw(t, "retry after"),
	}
	refused := a.Verdict == topup.Refused || a.Verdict == topup.NotSent || a.Verdict == topup.KeyFault
	h.proof = refused && h.posts == 1
	if a.Verdict == topup.Throttled && !h.told {
		h.waited, h.told = h.waited+1, true
	}
	h.take(t, "sent "+string(a.Verdict), topup.Sent(h.o, a, h.now, scale))
}

func (h *history) checked(t *rapid.T) {
	s := word(rapid.SampledFrom(phases).Draw(t, "phase"), rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "word"))
	s.ProviderID = rapid.SampledFrom([]string{"", "p1", "p2"}).Draw(t, "id")
	s.Vouchers = cards(rapid.IntRange(0, 5).Draw(t, "cards"))
	s.DoneQty = rapid.IntRange(0, 5).Draw(t, "done")
	s.Quantity = rapid.SampledFrom([]int{0, h.o.Quantity, 9}).Draw(t, "quantity")
	s.Face = rapid.SampledFrom([]topup.Money{0, h.o.Face, 1}).Draw(t, "face")
	s.To = rapid.SampledFrom([]string{"", h.o.To, "0555555555"}).Draw(t, "to")
	s.Charged = topup.Money(rapid.Int64Range(0, int64(topup.MaxMoney)).Draw(t, "charged"))
	s.ChargedKnown = rapid.Bool().Draw(t, "charged known")
	ours := (h.o.ProviderID == "" || s.ProviderID == "" || s.ProviderID == h.o.ProviderID) && h.o.Fits(s)
	ended := s.Phase == topup.PhaseDone || s.Phase == topup.PhasePart || s.Phase == topup.PhaseRefunded
	h.proof = ours && ended
	was := h.o
	h.take(t, "checked "+string(s.Phase), topup.Checked(h.o, s, h.now, scale))
	if was.State.Final() || !h.o.State.Final() {
		return
	}
	if (h.o.State == topup.Refunded) != (s.Phase == topup.PhaseRefunded) {
		t.Fatalf("%s made it %s", s.Phase, h.o.State)
	}
	// A part is given back only when the provider says that it is a part.
	if h.o.Captured < h.o.Price && h.o.State == topup.Delivered && (s.Phase != topup.PhasePart || len(s.Vouchers) < s.DoneQty) {
		t.Fatalf("%s with %d of %d codes, %d said, captured %v of %v",
			s.Phase, len(s.Vouchers), h.o.Quantity, s.DoneQty, h.o.Captured, h.o.Price)
	}
}

func (h *history) lost(t *rapid.T) {
	h.proof = false
	h.take(t, "lost", topup.Lost(h.o, rapid.Bool().Draw(t, "absent"), h.now, scale))
}

func (h *history) ambiguous(t *rapid.T) {
	h.proof = false
	h.take(t, "ambiguous", topup.Ambiguous(h.o, h.now, scale))
}

func (h *history) faulted(t *rapid.T) {
	h.proof = false
	f := &topup.Fault{
		Kind:       rapid.SampledFrom(faults).Draw(t, "fault"),
		RetryAfter: rapid.SampledFrom([]time.Duration{0, time.Minute, 1<<63 - 1}).Draw(t, "retry after"),
	}
	h.take(t, "faulted", topup.Faulted(h.o, f, h.now, scale))
}

func (h *history) cancel(t *rapid.T) {
	if s, ok := topup.Cancel(h.o, topup.ReasonCancelled, h.now); ok {
		if h.posts > 0 {
			t.Fatal("cancelled after it was sent")
		}
		h.proof = true
		h.take(t, "cancel", s)
	}
}

func (h *history) person(t *rapid.T) {
	if s, ok := topup.Settle(h.o, rapid.IntRange(-1, h.o.Quantity+1).Draw(t, "delivered"), topup.Decision{By: 1}, 1, h.now); ok {
		h.proof = true
		h.take(t, "person", s)
	}
}

// wait goes to when the order is due; a clock may also jump.
func (h *history) wait(t *rapid.T) {
	if h.o.State.Final() || !h.o.Due.After(h.now) {
		h.now = h.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Minute, 10 * time.Hour}).Draw(t, "wait"))
		return
	}
	h.now = h.o.Due
}

func TestNoSequenceOfAnswersLosesMoney(t *testing.T) {
	ends := map[topup.State]int{}
	thoroughly(t, func(t *rapid.T) {
		good := rapid.SampledFrom([]topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}).Draw(t, "good")
		h := &history{o: newOrder(good), now: start}
		h.journal = append(h.journal, topup.Hold(h.o))
		t.Repeat(map[string]func(*rapid.T){
			"send": h.send, "sent": h.sent, "checked": h.checked, "lost": h.lost, "lost again": h.lost, "lost once more": h.lost,
			"ambiguous": h.ambiguous, "faulted": h.faulted, "cancel": h.cancel, "person": h.person, "wait": h.wait,
		})
		ends[h.o.State]++
	})
	// The property proves something only if all of it happened.
	if ends[topup.Delivered] == 0 || ends[topup.Refunded] == 0 || ends[topup.Review] == 0 {
		t.Errorf("ends %v", ends)
	}
}

// A lost order alone, so that the rare way to a repeat is walked often.
func TestLostOrdersAreRepeatedAtMostOnce(t *testing.T) {
	repeated := 0
	thoroughly(t, func(t *rapid.T) {
		good := rapid.SampledFrom([]topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard}).Draw(t, "good")
		h := &history{o: newOrder(good), now: start}
		h.journal = append(h.journal, topup.Hold(h.o))
		h.send(t)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			h.wait(t)
			h.lost(t)
			h.send(t)
		}
		if h.posts == 2 {
			repeated++
		}
	})
	if repeated == 0 {
		t.Error("no order was ever repeated: the property proves nothing")
	}
}
