package oneclick

import (
	"cmp"
	"slices"

	"hanout/topup"
)

// This file alone decides what an answer proves. The table is read from the
// top; the first row that fits decides. A row that proves a refusal wants all
// three: the documented form, a status of 4xx and a known code; a message is
// never read. What no row names proves nothing: a send is Unknown and its
// money stays held, a read has failed and says nothing of the order.

// outcome is what one kind of answer means for a send and for a read.
type outcome struct {
	name    string
	fits    func(*answer) bool
	verdict topup.Verdict   // of a send
	reason  topup.Reason    // of a verdict that releases
	fault   topup.FaultKind // of a read
}

var outcomes = []outcome{
	{"accepted", func(a *answer) bool { id, _ := a.order(); return a.ok() && id != "" },
		topup.Accepted, topup.ReasonNone, topup.FaultUnavailable},
	{"stopped by us", func(a *answer) bool { return a.stopped },
		topup.Unknown, topup.ReasonNone, topup.FaultUnavailable},
	{"never left", func(a *answer) bool { return a.neverLeft },
		topup.NotSent, topup.ReasonUnreachable, topup.FaultUnavailable},
	{"success without an order", func(a *answer) bool { return a.ok() },
		topup.Unknown, topup.ReasonNone, topup.FaultUnavailable},
	{"input refused", refusal("ERR_VALIDATION", "ERR_PHONE", "INVALID_PHONE"),
		topup.Refused, topup.ReasonInvalid, topup.FaultInvalid},
	{"out of stock", refusal("ERR_STOCK"),
		topup.Refused, topup.ReasonStock, topup.FaultInvalid},
	{"float too low", refusal("INSUFFICIENT_BALANCE", "NO_BALANCE"),
		topup.Refused, topup.ReasonFloat, topup.FaultInvalid},
	{"reference taken", refusal("DUPLICATED_REF"),
		topup.Duplicate, topup.ReasonNone, topup.FaultUnavailable},
	{"address locked out", refusal("IP_BLOCKED"),
		topup.KeyFault, topup.ReasonClosed, topup.FaultBlocked},
	{"key not taken", refusal("MISSING_ACCESS_TOKEN", "INVALID_ACCESS_TOKEN", "ERR_AUTH", "IP_NOT_ALLOWED", "API_DISABLED"),
		topup.KeyFault, topup.ReasonClosed, topup.FaultKey},
	{"told to wait", failure("RATE_LIMIT_EXCEEDED", "AUTH_UNAVAILABLE", "PARTNER_UNAVAILABLE"),
		topup.Throttled, topup.ReasonNone, topup.FaultThrottled},
	{"no such order", func(a *answer) bool { return a.status == 404 && refusal("NOT_FOUND")(a) },
		topup.Unknown, topup.ReasonNone, topup.FaultNotFound},
	{"429 of any form", func(a *answer) bool { return a.status == 429 },
		topup.Throttled, topup.ReasonNone, topup.FaultThrottled},
	// A 401 that is not documented refuses no order. In the provider's form it
	// refuses a read; in another it may come from a portal or a proxy and says
	// nothing. See suspect.
	{"401 of an unknown code", func(a *answer) bool { return a.status == 401 && a.cause == nil && !*a.Success },
		topup.Unknown, topup.ReasonNone, topup.FaultKey},
	{"401 of any form", func(a *answer) bool { return a.status == 401 },
		topup.Unknown, topup.ReasonNone, topup.FaultUnavailable},
	{"anything else", func(*answer) bool { return true },
		topup.Unknown, topup.ReasonNone, topup.FaultUnavailable},
}

// refusal fits a documented error of status 4xx with one of the codes.
func refusal(codes ...string) func(*answer) bool {
	return func(a *answer) bool {
		return a.status/100 == 4 && a.cause == nil && !*a.Success && slices.Contains(codes, a.code())
	}
}

// failure fits a documented error of status 4xx or 5xx with one of the codes.
func failure(codes ...string) func(*answer) bool {
	return func(a *answer) bool {
		return a.status >= 400 && a.cause == nil && !*a.Success && slices.Contains(codes, a.code())
	}
}

// outcome is the row of the table that decides.
func (a *answer) outcome() outcome {
	return outcomes[slices.IndexFunc(outcomes, func(o outcome) bool { return o.fits(a) })]
}

// suspect reports whether the key should be tried before further calls: five
// refused ones lock the address out, and this 401 could be one of them.
func (a *answer) suspect(o outcome) bool {
	return a.status == 401 && o.verdict == topup.Unknown
}

// sent is what the answer to a send proves.
func (a *answer) sent() topup.SendAnswer {
	o := a.outcome()
	s := topup.SendAnswer{Verdict: o.verdict, Reason: o.reason, Suspect: a.suspect(o), Evidence: a.evidence(a.Error.Code)}
	switch o.verdict {
	case topup.Accepted:
		s.ProviderID, s.ProviderRef = a.order()
	case topup.NotSent:
		s.Evidence.Word = a.cause.Error()
	case topup.Throttled:
		s.RetryAfter = a.retryAfter
	case topup.Duplicate:
		s.ProviderID = a.existing()
	case topup.KeyFault:
		s.Blocked = o.fault == topup.FaultBlocked
	}
	return s
}

// fault is the error of a read that was not answered.
func (a *answer) fault() *topup.Fault {
	o := a.outcome()
	return &topup.Fault{
		Kind:       o.fault,
		Code:       a.shownCode(),
		HTTP:       a.status,
		RetryAfter: a.retryAfter,
		Suspect:    a.suspect(o),
		Err:        a.cause,
	}
}

// unreadable is the error of a read whose success does not say what was asked.
func (a *answer) unreadable(why error) *topup.Fault {
	return &topup.Fault{Kind: topup.FaultUnavailable, HTTP: a.status, Err: why}
}

// order is the order that an accepted send names, with its reference.
func (a *answer) order() (id, ref string) {
	var d struct {
		TopupID  text `json:"topupId"`
		OrderID  text `json:"orderId"`
		TopupRef text `json:"topupRef"`
		OrderRef text `json:"orderRef"`
	}
	if into(a.Data, &d) != nil {
		return "", ""
	}
	return cmp.Or(d.TopupID, d.OrderID).id(), cmp.Or(d.TopupRef, d.OrderRef).ref()
}

// existing is the order that holds a duplicate reference, when it is told.
func (a *answer) existing() string {
	var d struct {
		ID text `json:"existingTopupId"`
	}
	_ = into(a.Error.Details, &d)
	return d.ID.id()
}
