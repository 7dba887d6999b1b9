package topup

import (
	"slices"
	"time"
)

// An inquiry asks the provider, by a look-up plan, which offers a mobile number
// may take. The rules:
//
//   - it goes out like an order, under a reference of its own, once. Whatever
//     the answer, it is not sent again: a lost one is looked up, and a person
//     who wants to know makes another;
//   - it is no sale: it is no order of ours, no shop's money moves by it, and
//     who finds it in the provider's books knows it by its plan. What the
//     provider takes for it is the owner's loss;
//   - one that cost something is the last, until an owner says otherwise. So
//     is, for a day, a plan whose inquiries are refused as nonsense again and
//     again;
//   - its number is a customer's, and never on disk with it;
//   - offers count for the number that was asked about, and for minutes.

// Inquiry is one question for the offers of a number.
type Inquiry struct {
	ID         OrderID   `json:"id"` // its reference
	Plan       string    `json:"plan"`
	Operator   Operator  `json:"operator"`
	Number     MSISDN    `json:"-"`
	Shop       ShopID    `json:"shop"`
	By         int64     `json:"by"`
	Asked      time.Time `json:"asked"`
	ProviderID string    `json:"provider_id,omitempty"`
	Charged    Money     `json:"charged,omitempty"` // what the provider was seen to keep for it before its end
}

// Order is the inquiry as a call to the provider has it. It is in no store.
func (q Inquiry) Order() Order {
	return Order{ID: q.ID, Good: MobileTopUp, Shop: q.Shop, Operator: q.Operator, Plan: q.Plan, PlanKind: Lookup,
		To: string(q.Number), Quantity: 1, ProviderID: q.ProviderID, Placed: q.Asked, Submitted: q.Asked}
}

// AnsweredBy reports whether a provider order can be the inquiry. Where its
// number is not known any more, the reference and the plan say it.
func (q Inquiry) AnsweredBy(s Status) bool {
	return s.Inquiry && !differs(q.Plan, s.Plan) && (q.Number == "" || !differs(string(q.Number), s.To))
}

const (
	inquiriesMost = 100            // that are not over; then no more are made
	inquiryLost   = time.Hour      // after it, one that the provider does not know never arrived
	inquiryAge    = 48 * time.Hour // after it, nobody asks for it any more: the books are compared every night
	refusalsMost  = 3              // of a plan's inquiries in a row
	refusalsFor   = 24 * time.Hour
)

// Inquiries is what is kept of all inquiries.
type Inquiries struct {
	Open    []Inquiry          `json:"open,omitempty"`    // those that are not over, the oldest first
	Stopped time.Time          `json:"stopped,omitzero"`  // since when there are none, because one cost money
	Refused map[string]Refusal `json:"refused,omitempty"` // by plan
}

// Refusal counts how often in a row a plan's inquiries were refused as such.
type Refusal struct {
	Count int       `json:"count"`
	Last  time.Time `json:"last"`
}

// May reports whether an inquiry may be made by a plan.
func (all Inquiries) May(p Plan, now time.Time) bool {
	r := all.Refused[p.Code]
	rests := r.Count >= refusalsMost && now.Sub(r.Last).Abs() < refusalsFor
	return p.Kind == Lookup && p.Enabled && !p.Gone && all.Stopped.IsZero() && !rests && len(all.Open) < inquiriesMost
}

// With adds an inquiry that is about to leave.
func (all Inquiries) With(q Inquiry) Inquiries {
	q.ProviderID, q.Charged = "", 0
	all.Open = append(slices.Clone(all.Open), q)
	return all
}

// Without takes out an inquiry that is over.
func (all Inquiries) Without(id OrderID) Inquiries {
	all.Open = slices.DeleteFunc(slices.Clone(all.Open), func(q Inquiry) bool { return q.ID == id })
	return all
}

// Sent is what the answer to the request of an inquiry makes of them. Only a
// proof that there is no order at the provider ends it here.
func (all Inquiries) Sent(id OrderID, a SendAnswer, now time.Time) Inquiries {
	i := all.find(id)
	if i < 0 {
		return all
	}
	plan := all.Open[i].Plan
	switch a.Verdict {
	case Accepted, Duplicate:
		all.Open = slices.Clone(all.Open)
		all.Open[i].ProviderID = a.ProviderID
		return all.refused(plan, Refusal{})
	case Refused, NotSent, KeyFault:
		if a.Verdict == Refused && a.Reason == ReasonInvalid {
			all = all.refused(plan, Refusal{Count: all.Refused[plan].Count + 1, Last: now})
		}
		return all.Without(id)
	}
	return all
}

// refused keeps how often a plan was; a count of zero is forgotten.
func (all Inquiries) refused(plan string, r Refusal) Inquiries {
	kept := map[string]Refusal{}
	for code, old := range all.Refused {
		if code != plan {
			kept[code] = old
		}
	}
	if r.Count > 0 {
		kept[plan] = r
	}
	all.Refused = kept
	return all
}

func (all Inquiries) find(id OrderID) int {
	return slices.IndexFunc(all.Open, func(q Inquiry) bool { return q.ID == id })
}

// Heard is what a status of an inquiry makes of them. cost is what it newly
// turns out to have cost; loss is the line of the journal that books it, once
// the provider calls it done. A status of one that is over changes nothing.
func (all Inquiries) Heard(id OrderID, s Status, now time.Time) (next Inquiries, cost Money, loss *Transaction) {
	i := all.find(id)
	if i < 0 || !all.Open[i].AnsweredBy(s) {
		return all, 0, nil
	}
	q := all.Open[i]
	over := s.Phase == PhaseDone || s.Phase == PhasePart || s.Phase == PhaseRefunded
	if (over || s.Phase == PhaseUncertain) && s.ChargedKnown && s.Charged > 0 {
		// What is uncertain, or called given back, may yet be: it is seen, not booked.
		if s.Charged > q.Charged {
			cost, all.Stopped = s.Charged, now
		}
		if over && s.Phase != PhaseRefunded {
			loss = &Transaction{Key: "inquiry/" + string(q.ID), At: now, Actor: 0, Postings: []Posting{{Cost, s.Charged}, {Margin, -s.Charged}}}
		}
	}
	if over {
		return all.Without(id), cost, loss
	}
	all.Open = slices.Clone(all.Open)
	all.Open[i].ProviderID = s.ProviderID
	all.Open[i].Charged = max(q.Charged, cost)
	return all, cost, loss
}

// Absent takes out an inquiry that the provider does not know, when it is old
// enough to be known.
func (all Inquiries) Absent(id OrderID, now time.Time) Inquiries {
	if i := all.find(id); i >= 0 && all.Open[i].ProviderID == "" && now.Sub(all.Open[i].Asked) > inquiryLost {
		return all.Without(id)
	}
	return all
}

// Tidy takes out those that are too old to be asked for, and tells how many.
func (all Inquiries) Tidy(now time.Time) (Inquiries, int) {
	before := len(all.Open)
	all.Open = slices.DeleteFunc(slices.Clone(all.Open), func(q Inquiry) bool { return now.Sub(q.Asked) > inquiryAge })
	return all, before - len(all.Open)
}

// Suggested is what the provider offered to one number: as the answer to an
// inquiry, or with a refund.
type Suggested struct {
	Number   MSISDN    `json:"number,omitempty"`
	Operator Operator  `json:"operator,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Offers   []Offer   `json:"offers,omitempty"`
}

// offersLast is how long what was offered counts.
const offersLast = 10 * time.Minute

// SuggestedWith is what the provider offered instead of an order.
func SuggestedWith(o Order) Suggested {
	return Suggested{Number: MSISDN(o.To), Operator: o.Operator, At: o.Settled, Offers: o.Offers}
}

// For reports whether it still counts, and for this number.
func (s Suggested) For(n MSISDN, now time.Time) bool {
	return s.Number != "" && s.Number == n && !s.At.IsZero() && now.Sub(s.At).Abs() < offersLast
}

// Find gives the offer of a plan for an amount.
func (s Suggested) Find(plan string, face Money) (Offer, bool) {
	i := slices.IndexFunc(s.Offers, func(of Offer) bool { return of.Plan == plan && of.Face == face })
	if i < 0 {
		return Offer{}, false
	}
	return s.Offers[i], true
}

// Unlisted is the plan by which an offer is sold that the price list does not
// have. Nobody knows its cost before it was sold; it is taken for the whole
// face value, and so is the price.
func (of Offer) Unlisted(op Operator) Plan {
	return Plan{Code: of.Plan, Name: of.Name, Operator: op, Kind: Fixed, Family: FamilyOther, Cost: RateOne, CostKnown: true, Enabled: true, Amount: of.Face}
}
