package topup

import "time"

// A lost order is one whose answer to the send was not read. It is looked for
// by our reference where the provider keeps one; otherwise by what and when
// alone, and then orders of the same thing go one by one, so that not two of
// them are lost at once.
//
// A request that was told to wait is no refusal. The provider writes that
// nothing was started, but promises it nowhere, so its money stays held until
// a person decides, and no release rests on it. What it does allow:
//
//   - with a reference, the request goes again after a look at the provider's
//     books, with growing pauses and for as long as a customer waits. It uses
//     up nothing: a second one that is really lost may still be repeated once;
//   - without a reference it never goes again, as ever. The books are looked at
//     for longer than those of a lost one before a person is asked, because a
//     late order is all that can be found. Others of the same thing wait for it
//     only until the books did not have it as often as a repeat would want;
//     what is found later may be theirs, and a person decides.

const (
	clockSlack = 2 * time.Minute  // the provider's clock may be behind ours
	dateSlack  = 5 * time.Minute  // how late the provider may date an order
	turnWait   = 5 * time.Second  // until an order that waits for its turn is looked at again
	turnMost   = 15 * time.Minute // how long an unknown one holds up the others
)

// ListedFrom is the earliest time that the provider may list the order under,
// by its own clock.
func (o Order) ListedFrom() time.Time {
	sent := o.Submitted
	if sent.IsZero() {
		sent = o.Placed
	}
	return sent.Add(-clockSlack)
}

// ListedUntil is the latest time that the provider may list a lost order under.
// Where nothing but the time tells it, that is within minutes of the request;
// else the clock of the provider may be wrong by an hour.
func ListedUntil(o Order) time.Time {
	switch {
	case o.Submitted.IsZero():
		return time.Time{}
	case goods[o.Good].referenced:
		return o.Submitted.Add(resendWithin + time.Hour)
	}
	return o.Submitted.Add(dateSlack + time.Second)
}

// LooksThroughly reports whether the next look-up of a lost order must read it
// by its reference, too, and not only in a list that was read for many: it is
// the last one before something follows from not finding it.
func LooksThroughly(o Order) bool {
	return (o.Throttled && o.Lookups == 0) || o.Lookups == lookupsToSend-1 || o.Lookups >= lookupsMost-1
}

// Owns reports whether a row of the provider's list is the order for certain:
// it carries the order's reference.
func (o Order) Owns(s Status) bool { return goods[o.Good].referenced && s.Reference == o.ID }

// MayOwn reports whether a row of the provider's list can be the order, of
// which the provider keeps no reference: it says all that was asked for, and
// was made no earlier than the request. What it does not say is no evidence.
func (o Order) MayOwn(s Status) bool {
	r := goods[o.Good]
	return !r.referenced && r.states != nil && r.states(o, s) && !s.Created.Before(o.ListedFrom())
}

// Doubtful reports whether a row of the provider's list says too little to be
// taken for the order, and nothing that speaks against it. As long as there is
// one, the order is not proven absent.
func Doubtful(o Order, s Status) bool {
	if goods[o.Good].referenced || !o.Fits(s) || o.MayOwn(s) {
		return false
	}
	return s.Created.IsZero() || (!s.Created.Before(o.ListedFrom()) && o.datedAs(s))
}

// datedAs reports whether a row of the provider's list was made within minutes
// of the request.
func (o Order) datedAs(s Status) bool { return !s.Created.After(o.Submitted.Add(dateSlack)) }

// passed reports whether others of the same thing may have left since the
// order was told to wait. What is found for it then may be theirs.
func (o Order) passed() bool {
	return o.TakesTurns() && o.Throttled && o.Lookups >= lookupsToSend
}

// Found is what provider orders that were found for o make of it: the one that
// can be its own is taken. owners names, by provider ID, the orders of ours
// that have one of them already.
func Found(o Order, found []Status, owners map[string]OrderID, now time.Time, scale float64) Change {
	certain := goods[o.Good].referenced || o.ProviderID != ""
	free := untaken(o, found, owners, func(s Status) bool { return certain || o.datedAs(s) })
	switch len(free) {
	case 0:
		return Lost(o, true, now, scale)
	case 1:
		if o.ProviderID != "" || !o.passed() {
			return Checked(o, free[0], now, scale)
		}
	}
	return Ambiguous(o, now, scale)
}

// untaken gives those of some provider orders that fit and that no other order
// of ours has.
func untaken(o Order, found []Status, owners map[string]OrderID, fits func(Status) bool) (free []Status) {
	for _, s := range found {
		if owner, taken := owners[s.ProviderID]; fits(s) && (!taken || owner == o.ID) {
			free = append(free, s)
		}
	}
	return free
}

// Doubted is what rows that say too little, beside those that can be the
// order, make of it. None is taken: if it can be none of the others, it is
// looked for again, and in the end a person looks.
func Doubted(o Order, found, doubtful []Status, owners map[string]OrderID, now time.Time, scale float64) Change {
	all := func(Status) bool { return true }
	switch {
	case len(untaken(o, doubtful, owners, all)) == 0:
		return Found(o, found, owners, now, scale)
	case len(untaken(o, found, owners, o.datedAs)) > 0:
		return Ambiguous(o, now, scale)
	}
	c := Lost(o, false, now, scale)
	if c.Order.State == Submitting && c.Order.Faults >= lookupsMost {
		return Ambiguous(c.Order, now, scale)
	}
	return c
}

// TakesTurns reports whether the order may be sent only while no other order
// of the same thing is unknown; see [Order.WaitsFor].
func (o Order) TakesTurns() bool { return !goods[o.Good].referenced }

// WaitsFor reports whether the order must not be sent yet, because another
// one of the same thing was, and is not yet known at the provider: if both
// were lost, nobody could tell them apart.
func (o Order) WaitsFor(other Order, now time.Time) bool {
	return o.TakesTurns() && other.ID != o.ID && other.Good == o.Good && goods[o.Good].same(o, other) &&
		other.ProviderID == "" && other.Submits > 0 && !other.passed() && now.Sub(other.Submitted) < turnMost
}

// Wait is the change of an order whose turn has not come.
func Wait(o Order, now time.Time) Change {
	o.Due = now.Add(turnWait)
	return Change{Order: o}
}

// TurnWaits reports whether an order was told to wait for its turn: until then it
// leaves at once, and nobody is quick enough to take it back.
func TurnWaits(o Order) bool { return o.State == Placed && o.Due.After(o.Placed) }

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
	most := lookupsMost
	if o.Throttled {
		most = lookupsPatient
	}
	if o.Resend(now) {
		o.Due = now
	} else if o.Lookups >= most || now.Sub(o.Submitted) > stretch(openLimit, scale) {
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
