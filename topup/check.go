package topup

import "time"

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
	o.learn(s)
	next := Pending
	switch s.Phase {
	case PhaseDone:
		return fulfil(o, s, news, now, scale)
	case PhasePart:
		if goods[o.Good].several { // of other goods there are no parts
			return fulfil(o, s, news, now, scale)
		}
	case PhaseRefunded:
		if s.retried() != PhaseOpen {
			return takenBack(o, s, now, scale)
		}
		next = Uncertain
	case PhaseUncertain:
		next = Uncertain
	case PhaseQueued:
		next = Queued
	}
	return goesOn(o, next, s.Strange, news, now, scale)
}

// takenBack is what it makes of an order that the provider gave its money back.
func takenBack(o Order, s Status, now time.Time, scale float64) Change {
	switch {
	case o.DeliveredQty > 0:
		// Codes were handed over already: nobody gives that money back but a
		// person.
		return review(o, ReasonPart, now, scale)
	case s.retried() != PhaseRefunded:
		return review(o, ReasonRetried, now, scale)
	}
	o.Offers = s.Offers
	return refund(o, ReasonProvider, &s.Evidence, now)
}

// goesOn is what a word that ends nothing makes of an order. strange marks one
// that nobody knows, news one that was not said at the last check.
func goesOn(o Order, next State, strange, news bool, now time.Time, scale float64) Change {
	if strange && news {
		o.Polls = 1
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
	c := Change{Order: o}
	if strange && o.Polls == pollsStrange {
		c.Alert = AlertWord
	}
	return c
}

// pollsStrange is the number of checks, over some two minutes, after which the
// admins are told that the provider goes on saying a word that nobody knows.
const pollsStrange = 12

// linksMost bounds a chain of retried orders.
const linksMost = 3

// retried is how the last of the orders ended by which the provider retried
// one that it gave back; open as long as it has not, or could not be read.
func (s Status) retried() Phase {
	for range linksMost + 1 {
		switch {
		case s.Phase == PhaseDone || s.Phase == PhasePart || (s.Phase == PhaseRefunded && s.Linked == ""):
			return s.Phase
		case s.Phase != PhaseRefunded || s.Follow == nil:
			return PhaseOpen
		}
		s = *s.Follow
	}
	return PhaseOpen
}

// Follow reads, of an order that the provider gave back, those by which it was
// retried, each with read. What can't be read is left out.
func Follow(s *Status, read func(id string) (Status, error)) {
	seen := map[string]bool{"": true, s.ProviderID: true}
	for range linksMost {
		if s.Phase != PhaseRefunded || seen[s.Linked] {
			s.Linked = "" // none, or back to one that was read
			return
		}
		seen[s.Linked] = true
		next, err := read(s.Linked)
		if err != nil {
			return
		}
		s.Follow = &next
		s = s.Follow
	}
}

// learn takes over what a status of the order tells beside its phase.
func (o *Order) learn(s Status) {
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
}

// fulfil settles a delivered order, once what was paid for is really here.
// news marks a word that the provider did not say at the last check.
func fulfil(o Order, s Status, news bool, now time.Time, scale float64) Change {
	qty, alert := o.Quantity, AlertNone
	came := coded(s.Vouchers)
	// A code that is missing may still come: only what the provider says it
	// did not deliver is given back.
	said := o.Quantity
	if s.Phase == PhasePart {
		said = s.DoneQty
	}
	if o.Good.Vouchered() && (len(came) == 0 || len(came) < said) {
		return uncoded(o, came, news, now, scale)
	}
	if goods[o.Good].several {
		qty = len(came)
		if qty > o.Quantity || (s.DoneQty != 0 && s.DoneQty != qty) {
			alert = AlertQuantity
		}
	}
	o.State, o.Reason, o.Due = Delivered, ReasonNone, time.Time{}
	o.capture(min(qty, o.Quantity))
	o.Transaction, o.Processed = s.Transaction, s.Processed
	o.Changed, o.Settled = now, now
	ev := s.Evidence
	o.Evidence = &ev
	if alert == AlertNone {
		alert = o.lossAlert()
	}
	t := Capture(o)
	return Change{Order: o, Journal: &t, Alert: alert, Vouchers: came}
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
	age := now.Sub(o.Placed)
	if age > stretch(goods[o.Good].codesWithin, scale) {
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
	return s
}
