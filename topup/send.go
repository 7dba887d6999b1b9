package topup

import "time"

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
		if a.Reason == ReasonFloat {
			alert = AlertFloat
		}
		// A refusal of a repeated send says nothing about an earlier one, not
		// even about one that was told to wait; see lost.go.
		if first {
			s := refund(o, a.Reason, &a.Evidence, now)
			s.Alert = alert
			return s
		}
	case Throttled:
		wait = max(ThrottleWait(a.RetryAfter, scale), stretch(lookupWait(o.Throttles), scale))
		if !o.Throttled {
			o.Throttled = true
			o.Throttles++
		}
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
// with the same reference: never without one, never twice, never late, and only
// after the provider's own list was read and did not have it. Requests that
// were told to wait do not count: they go on, with a look before each, as long
// as a customer waits.
func (o Order) Resend(now time.Time) bool {
	switch {
	case o.State != Submitting || o.ProviderID != "" || !goods[o.Good].referenced:
		return false
	case o.Throttled && o.Lookups >= 1 && within(sendWithin, o.Submitted, now):
		return true
	}
	return o.Submits-o.Throttles < maxSubmits && o.Lookups >= lookupsToSend && within(resendWithin, o.Submitted, now)
}
