package topup

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An order's life, as plain functions: what to do for it when it is due, and
// what an answer makes of it. Nothing here sends, writes or reads a clock.

// Call is what to ask the provider for an order.
type Call string

// The calls.
const (
	CallSend   Call = "send"   // submit it
	CallLookup Call = "lookup" // the answer to a send was lost: find it
	CallCheck  Call = "check"  // read it by its provider ID
)

// Next is the call for an order that is due. An order in Submitting without
// a call of this process in flight has lost its answer: it is looked up, never
// sent blindly again.
func (o Order) Next() Call {
	switch {
	case o.State == Placed:
		return CallSend
	case o.ProviderID != "":
		return CallCheck
	default:
		return CallLookup
	}
}

// Timing of the life of an order. Each is stretched by the poll scale.
const (
	uncertainLimit = 24 * time.Hour // section "polling": after it a person is told
	queuedLimit    = 72 * time.Hour
	openLimit      = 24 * time.Hour
	recheckReview  = time.Hour
	lookupsToSend  = 7 // absent look-ups, over more than two minutes, before one re-send
	maxSubmits     = 2
	lookupsMost    = 24 // then a person is told
)

// lookupWaits are the pauses before the look-ups after a lost answer; the
// last one goes on.
var lookupWaits = []time.Duration{
	2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second,
	20 * time.Second, 40 * time.Second, time.Minute,
}

// limit is the age from which a person is told of an order that is still
// open: the provider's own longest times.
func limit(s State) time.Duration {
	switch s {
	case Uncertain:
		return uncertainLimit
	case Queued:
		return queuedLimit
	}
	return openLimit
}

// PollWait is the pause before the next check of an order that is open at the
// provider, by the number of checks made and its age.
func PollWait(s State, polls int, age time.Duration) time.Duration {
	switch s {
	case Queued:
		return time.Hour
	case Uncertain:
		if age < uncertainLimit {
			return 15 * time.Minute
		}
		return time.Hour
	case Review:
		return recheckReview
	}
	switch {
	case polls < 6:
		return 5 * time.Second
	case polls < 15:
		return 10 * time.Second
	case polls < 24:
		return 20 * time.Second
	case age < 30*time.Minute:
		return time.Minute
	case age < openLimit:
		return 15 * time.Minute
	}
	return time.Hour
}

func lookupWait(n int) time.Duration {
	return lookupWaits[min(n, len(lookupWaits)-1)]
}

// The pause after being told to wait, when no time or a long one is named.
const (
	throttleLeast = 2 * time.Second
	throttleMost  = 30 * time.Second
)

// ThrottleWait is the pause after being told to wait. What the provider names
// is its own time, so the poll scale does not shorten it.
func ThrottleWait(named time.Duration, scale float64) time.Duration {
	return max(stretch(throttleLeast, scale), min(named, throttleMost))
}

// Alert asks the engine to tell the admins something about an order.
type Alert string

// The alerts.
const (
	AlertNone     Alert = ""
	AlertFloat    Alert = "float"    // refused: the float is too low
	AlertKey      Alert = "key"      // the key is not taken: all calls stop
	AlertReview   Alert = "review"   // a person must decide
	AlertDispute  Alert = "dispute"  // a final state was contradicted
	AlertNoCode   Alert = "nocode"   // delivered at the provider, but without its code
	AlertQuantity Alert = "quantity" // number of codes differs from what the provider said
)

// Change is what an answer makes of an order: its next version, the journal
// line that goes with it (nil for none), and whom to tell.
type Change struct {
	Order    Order
	Journal  *Transaction
	Alert    Alert
	Vouchers []Voucher // all that came so far, when more did; the store seals them with this change
}

// Submit is the step that must be committed before the request leaves. The
// order is due again after lease, in case the process dies.
func Submit(o Order, now time.Time, lease time.Duration) (Change, error) {
	if o.Good == GiftCard && o.Submits > 0 {
		return Change{}, fmt.Errorf("topup: gift-card order %s must never be submitted twice", o.ID)
	}
	if (o.State != Placed || o.Submits > 0) && !o.Resend() {
		return Change{}, fmt.Errorf("topup: order %s can't be submitted from %s after %d requests", o.ID, o.State, o.Submits)
	}
	o.State = Submitting
	o.Submits++
	o.Lookups, o.Faults = 0, 0
	o.Throttled = false
	if o.Submits == 1 {
		o.Submitted = now
	}
	o.Changed = now
	o.Due = now.Add(lease)
	return Change{Order: o}, nil
}

// Cancel takes an order back that was never sent.
func Cancel(o Order, why Reason, now time.Time) (Change, bool) {
	if o.State != Placed {
		return Change{}, false
	}
	return refund(o, why, nil, now), true
}

// Sent is what the answer to a send makes of an order. scale stretches the
// waits.
func Sent(o Order, a SendAnswer, now time.Time, scale float64) Change {
	if o.State != Submitting {
		return late(o, a, now, scale)
	}
	first := o.Submits == 1
	if a.Evidence.RequestID != "" {
		o.RequestID = a.Evidence.RequestID
	}
	alert := AlertNone
	wait := stretch(lookupWait(0), scale)
	switch a.Verdict {
	case Accepted, Duplicate:
		// Whether a duplicate is ours the check decides; see [Checked].
		if a.ProviderID != "" {
			return accept(o, a.ProviderID, a.ProviderRef, now, scale)
		}
	case Refused, NotSent, KeyFault:
		switch {
		case a.Verdict == KeyFault:
			alert = AlertKey
		case a.Reason == ReasonFloat:
			alert = AlertFloat
		}
		// A refusal of a repeated send says nothing about the first one.
		if first {
			s := refund(o, a.Reason, &a.Evidence, now)
			s.Alert = alert
			return s
		}
	case Throttled:
		o.Throttled = first && o.Good != GiftCard
		wait = ThrottleWait(a.RetryAfter, scale)
	}
	o.Due = now.Add(wait)
	o.Changed = now
	return Change{Order: o, Alert: alert}
}

// late is what the answer to a send makes of an order that went on without
// it. Only the provider's ID is news: with it an order in review can be read,
// and a released one is in dispute.
func late(o Order, a SendAnswer, now time.Time, scale float64) Change {
	if a.Verdict != Accepted || a.ProviderID == "" || o.ProviderID != "" {
		return Change{Order: o}
	}
	switch o.State {
	case Review:
		o.Reason = ReasonNone
		return accept(o, a.ProviderID, a.ProviderRef, now, scale)
	case Refunded:
		o.ProviderID = a.ProviderID
		return dispute(o, string(a.Verdict), now)
	}
	return Change{Order: o}
}

func accept(o Order, id, ref string, now time.Time, scale float64) Change {
	o.ProviderID = id
	if ref != "" {
		o.ProviderRef = ref
	}
	o.State, o.Changed, o.Faults, o.Polls = Pending, now, 0, 0
	o.Due = now.Add(stretch(PollWait(Pending, 0, 0), scale))
	return Change{Order: o}
}

// Resend reports whether an order whose answer was lost may be sent once more
// with the same reference: never a gift card, never twice, and only after the
// provider's own list was read and did not have it.
func (o Order) Resend() bool {
	if o.State != Submitting || o.ProviderID != "" || o.Good == GiftCard || o.Submits >= maxSubmits {
		return false
	}
	return o.Lookups >= lookupsToSend || (o.Throttled && o.Lookups >= 1)
}

// Lost is what a look-up that did not find the order makes of it. absent
// means that the provider's list was read and did not have it; otherwise the
// look-up failed and says nothing.
func Lost(o Order, absent bool, now time.Time, scale float64) Change {
	switch {
	case o.closed():
		return Change{Order: o}
	case o.ProviderID != "":
		// It has an ID, but that is another order's: the check has failed.
		return Faulted(o, &Fault{Kind: FaultUnavailable}, now, scale)
	}
	if absent {
		o.Lookups++
		o.Faults = 0
	} else {
		o.Faults++
	}
	o.Changed = now
	if o.State == Review {
		o.Due = now.Add(stretch(recheckReview, scale))
		return Change{Order: o}
	}
	o.Due = now.Add(stretch(lookupWait(max(o.Lookups, o.Faults)), scale))
	if o.Resend() {
		o.Due = now
	} else if o.Lookups >= lookupsMost || now.Sub(o.Submitted) > stretch(openLimit, scale) {
		return review(o, ReasonLost, now, scale)
	}
	return Change{Order: o}
}

// Ambiguous is what a look-up that found several candidates makes of it.
func Ambiguous(o Order, now time.Time, scale float64) Change {
	switch {
	case o.closed():
		return Change{Order: o}
	case o.ProviderID != "":
		return Faulted(o, &Fault{Kind: FaultUnavailable}, now, scale)
	}
	return review(o, ReasonAmbiguous, now, scale)
}

// closed reports that no reading of the provider's books can change the
// order: it never left, or it is settled.
func (o Order) closed() bool { return o.State == Placed || o.State.Final() }

// review hands the order to a person. They are told once for each reason.
func review(o Order, why Reason, now time.Time, scale float64) Change {
	alert := AlertReview
	if o.State == Review && o.Reason == why {
		alert = AlertNone
	}
	o.State, o.Reason, o.Changed = Review, why, now
	o.Due = now.Add(stretch(recheckReview, scale))
	return Change{Order: o, Alert: alert}
}

// SentAt is from when the provider may know the order.
func (o Order) SentAt() time.Time {
	if o.Submitted.IsZero() {
		return o.Placed
	}
	return o.Submitted
}

// VouchersMissing reports that a list shows the order as delivered, but not all
// of what was: only reading it alone shows everything for certain.
func (o Order) VouchersMissing(s Status) bool {
	return o.Good != MobileTopUp && (s.Phase == PhaseDone || s.Phase == PhasePart) && len(coded(s.Vouchers)) < o.Quantity
}

// Fits reports whether a provider order is the one that o asked for. Fields
// that the provider leaves out do not speak against it.
func (o Order) Fits(s Status) bool {
	differs := func(ours, theirs string) bool { return theirs != "" && theirs != ours }
	switch o.Good {
	case MobileTopUp:
		return !differs(o.Plan, s.Plan) && !differs(o.To, s.To) && (s.Face == 0 || s.Face == o.Face)
	case InternetCard:
		return !differs(o.To, s.To) && !differs(o.LineType, s.LineType) && (s.Face == 0 || s.Face == o.Face)
	}
	return !differs(o.Product, s.Plan) && !differs(o.TypeID, s.TypeID) && (s.Quantity == 0 || s.Quantity == o.Quantity)
}

// OwnRef reports whether a provider reference is this order's: as sent, or
// with the "API-<username>-" that the provider puts before it.
func (o Order) OwnRef(ref string) bool {
	return ref == string(o.ID) || (strings.HasPrefix(ref, "API-") && strings.HasSuffix(ref, "-"+string(o.ID)))
}

// Checked is what a status makes of an order, whether read by ID, by
// reference or from a list. scale stretches the waits.
func Checked(o Order, s Status, now time.Time, scale float64) Change {
	switch {
	case o.State == Placed:
		return Change{Order: o}
	case o.State.Final():
		return contradict(o, s, now)
	}
	news := o.Word != s.Evidence.Word
	o.Faults = 0
	o.Polls++
	o.Word = s.Evidence.Word
	if s.Evidence.RequestID != "" {
		o.RequestID = s.Evidence.RequestID
	}
	other := o.ProviderID != "" && s.ProviderID != "" && o.ProviderID != s.ProviderID
	if other || !o.Fits(s) {
		return review(o, ReasonMismatch, now, scale)
	}
	if o.ProviderID == "" && s.ProviderID != "" {
		o.ProviderID, o.Polls = s.ProviderID, 1
	}
	if s.ProviderRef != "" {
		o.ProviderRef = s.ProviderRef
	}
	if s.ChargedKnown {
		o.Charged, o.ChargedKnown = s.Charged, true
	}
	if s.Message != "" {
		o.Message = s.Message
	}
	next := Pending
	switch s.Phase {
	case PhaseDone:
		return fulfil(o, s, news, now, scale)
	case PhasePart:
		if o.Good == GiftCard { // of other goods there are no parts
			return fulfil(o, s, news, now, scale)
		}
	case PhaseRefunded:
		if o.DeliveredQty > 0 {
			// Codes were handed over already: nobody gives that money back but
			// a person.
			return review(o, ReasonMismatch, now, scale)
		}
		o.Offers = s.Offers
		return refund(o, ReasonProvider, &s.Evidence, now)
	case PhaseUncertain:
		next = Uncertain
	case PhaseQueued:
		next = Queued
	}
	age := now.Sub(o.Placed)
	if age > stretch(limit(next), scale) {
		return review(o, ReasonTooLong, now, scale)
	}
	if o.State != next {
		o.Polls = 1
		o.State, o.Reason = next, ReasonNone
	}
	o.Changed = now
	o.Due = now.Add(stretch(PollWait(next, o.Polls, unstretch(age, scale)), scale))
	return Change{Order: o}
}

// fulfil settles a delivered order, once what was paid for is really here.
// news marks a word that the provider did not say at the last check.
func fulfil(o Order, s Status, news bool, now time.Time, scale float64) Change {
	qty, alert := o.Quantity, AlertNone
	cards := coded(s.Vouchers)
	switch o.Good {
	case InternetCard:
		if len(cards) == 0 {
			return uncoded(o, nil, news, now, scale)
		}
	case GiftCard:
		// A code that is missing may still come: only what the provider says
		// it did not deliver is given back.
		said := s.DoneQty
		if s.Phase == PhaseDone {
			said = o.Quantity
		}
		qty = len(cards)
		if qty == 0 || qty < said {
			return uncoded(o, cards, news, now, scale)
		}
		if qty > o.Quantity || (s.DoneQty != 0 && s.DoneQty != qty) {
			alert = AlertQuantity
		}
	}
	o.State, o.Reason, o.Due = Delivered, ReasonNone, time.Time{}
	o.DeliveredQty = min(qty, o.Quantity)
	o.Transaction, o.Processed = s.Transaction, s.Processed
	o.Captured = o.Price
	if qty < o.Quantity {
		o.Captured = o.Price / Money(o.Quantity) * Money(qty)
	}
	o.Changed, o.Settled = now, now
	ev := s.Evidence
	o.Evidence = &ev
	if !o.ChargedKnown && o.Expected > 0 {
		o.Charged, o.ChargedKnown = o.Expected, true
		if qty < o.Quantity {
			o.Charged = o.Expected / Money(o.Quantity) * Money(qty)
		}
	}
	t := Capture(o)
	return Change{Order: o, Journal: &t, Alert: alert, Vouchers: cards}
}

// coded leaves out cards without a code, and cards listed twice: one code is
// one card.
func coded(cards []Voucher) []Voucher {
	var full []Voucher
	for _, c := range cards {
		if c.Code != "" && !slices.Contains(full, c) {
			full = append(full, c)
		}
	}
	return full
}

// pollsUncoded is the number of checks, over some two minutes, after which
// the admins are told that a code is missing.
const pollsUncoded = 12

// uncoded keeps an order open that the provider calls delivered while a code
// is missing. What has come is handed over already: the customer waits for it,
// and the money stays held for the whole.
func uncoded(o Order, came []Voucher, news bool, now time.Time, scale float64) Change {
	if len(came) > o.DeliveredQty {
		o.DeliveredQty = len(came)
	} else {
		came = nil
	}
	longest := openLimit
	if o.Good == InternetCard {
		longest = queuedLimit // it may have been in the queue for days
	}
	age := now.Sub(o.Placed)
	if age > stretch(longest, scale) {
		s := review(o, ReasonTooLong, now, scale)
		s.Vouchers = came
		return s
	}
	if news {
		o.Polls = 1
	}
	o.State, o.Reason, o.Changed = Pending, ReasonNone, now
	o.Due = now.Add(stretch(PollWait(Pending, o.Polls, unstretch(age, scale)), scale))
	s := Change{Order: o, Vouchers: came}
	if o.Polls == pollsUncoded {
		s.Alert = AlertNoCode
	}
	return s
}

func refund(o Order, why Reason, ev *Evidence, now time.Time) Change {
	o.State, o.Reason, o.Due = Refunded, why, time.Time{}
	o.Charged, o.ChargedKnown = 0, false
	o.Changed, o.Settled = now, now
	if ev == nil {
		ev = &Evidence{At: now, Word: string(why)}
	}
	o.Evidence = ev
	t := Release(o)
	return Change{Order: o, Journal: &t}
}

// contradict records that the provider changed its mind after the end. The
// money is not touched twice; a person decides.
func contradict(o Order, s Status, now time.Time) Change {
	flips := (o.State == Delivered && s.Phase == PhaseRefunded) ||
		(o.State == Refunded && (s.Phase == PhaseDone || s.Phase == PhasePart))
	if !flips {
		return Change{Order: o}
	}
	word := s.Evidence.Word
	if word == "" {
		word = string(s.Phase)
	}
	return dispute(o, word, now)
}

// dispute notes another final word, once.
func dispute(o Order, word string, now time.Time) Change {
	if o.Dispute != "" {
		return Change{Order: o}
	}
	o.Dispute, o.Changed = word, now
	return Change{Order: o, Alert: AlertDispute}
}

// faultsMost is the longest pause that failed reads alone lead to.
const faultsMost = 5 * time.Minute

// Faulted is what a failed read makes of an order: nothing but a later try,
// and after the longest time of its state a person.
func Faulted(o Order, f *Fault, now time.Time, scale float64) Change {
	if o.closed() {
		return Change{Order: o}
	}
	o.Faults++
	o.Changed = now
	s := Change{Order: o}
	if age := now.Sub(o.Placed); o.State != Review && age > stretch(limit(o.State), scale) {
		s = review(o, ReasonTooLong, now, scale)
	} else {
		wait := PollWait(o.State, o.Polls, unstretch(age, scale))
		wait = min(wait<<min(o.Faults-1, 6), max(wait, faultsMost))
		s.Order.Due = now.Add(max(stretch(wait, scale), min(f.RetryAfter, throttleMost)))
	}
	if f.Kind == FaultKey && s.Alert == AlertNone {
		s.Alert = AlertKey
	}
	return s
}

// stretch is d in the time of a poll scale.
func stretch(d time.Duration, scale float64) time.Duration {
	return time.Duration(float64(d) * scale)
}

// unstretch is the reverse of stretch, for ages within the limits of a state.
func unstretch(d time.Duration, scale float64) time.Duration {
	return time.Duration(float64(d) / scale)
}

// Settle is a person's decision, in a chat, on an order in Review: delivered captures it
// in full, otherwise it is released. It reports false for an order that is
// not in Review.
func Settle(o Order, delivered bool, actor, chat int64, now time.Time) (Change, bool) {
	if o.State != Review {
		return Change{}, false
	}
	ev := &Evidence{At: now, Word: fmt.Sprintf("admin %d", actor)}
	if !delivered {
		s := refund(o, ReasonPerson, ev, now)
		s.Journal.Actor, s.Journal.Chat = actor, chat
		return s, true
	}
	o.State, o.Reason, o.Due = Delivered, ReasonPerson, time.Time{}
	o.DeliveredQty, o.Captured = o.Quantity, o.Price
	if !o.ChargedKnown && o.Expected > 0 {
		o.Charged, o.ChargedKnown = o.Expected, true
	}
	o.Changed, o.Settled, o.Evidence = now, now, ev
	t := Capture(o)
	t.Actor, t.Chat = actor, chat
	return Change{Order: o, Journal: &t}, true
}
