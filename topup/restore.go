package topup

import (
	"fmt"
	"strings"
	"time"
)

// A till that was made from a copy of its file knows nothing of what was done
// since the copy. The rules:
//
//   - until the owner lets it sell, it sends nothing, and gives no money back
//     but on the provider's word;
//   - an order of the copy that was under way may have been sent since, or
//     sent again: it is looked up, never sent. One that had not left is given
//     back only when the provider's whole list, since the copy, does not have
//     it;
//   - an order at the provider that is ours by its form and that nobody here
//     knows was sold since: a stray. It carries no shop, so the owner says
//     whose it was, or leaves it;
//   - no number that people use is given out again.

// Restored marks a till that goes on from a copy.
type Restored struct {
	Copied time.Time `json:"copied"`           // up to when the copy knows what was done
	Found  time.Time `json:"found"`            // when it was put in place, or noticed there
	Begun  bool      `json:"begun,omitempty"`  // what the copy must not do is kept from it
	Listed time.Time `json:"listed,omitzero"`  // when the provider's lists were first read whole
	Opened time.Time `json:"opened,omitzero"`  // when an owner let it sell
	Opener int64     `json:"opener,omitempty"` // which owner
}

// Waits reports whether the till waits for the owner's word.
func (r Restored) Waits() bool { return !r.Found.IsZero() && r.Opened.IsZero() }

// straysFor is how long after the till sells again strays can be booked.
const straysFor = 14 * 24 * time.Hour

// Over reports whether nothing more is to be done about the copy.
func (r Restored) Over(now time.Time) bool {
	return !r.Opened.IsZero() && now.Sub(r.Opened) > straysFor
}

// ListFrom is from when on the provider's lists have what the copy lacks.
func (r Restored) ListFrom() time.Time { return ListedSince(r.Copied) }

// ListedSince is from when on the provider's lists have what was done since a
// time of ours.
func ListedSince(from time.Time) time.Time { return from.Add(-clockSlack) }

// numbersSpared is how many numbers are left out beside those of the sales
// that the provider's lists have: a sale that was refused has a number, too.
const numbersSpared = 1000

// NumbersSpared is how many numbers to leave out for so many strays: for each
// one that came to something another that did not, and some more.
func NumbersSpared(strays int) uint64 { return numbersSpared + 2*uint64(strays) }

// Stray is an order at the provider, as its lists have it.
type Stray struct {
	Good Good
	Status
}

// Ours reports whether the order can be a sale of this till's by its form: it
// carries a reference as we mint them, or the provider told none. An inquiry
// is no sale.
func (s Stray) Ours() bool {
	if s.Inquiry {
		return false
	}
	return !goods[s.Good].referenced || s.Reference == "" || s.Reference.minted()
}

// minted reports whether the ID has the form of [NewID].
func (id OrderID) minted() bool {
	return len(id) == idTimeDigits+idRandomDigits && strings.Trim(string(id), idAlphabet) == ""
}

// CanBe reports whether the stray can be an order of the copy, whose answer it
// does not know.
func (s Stray) CanBe(o Order) bool {
	if o.Good != s.Good || o.ProviderID != "" || o.State.Final() {
		return false
	}
	if goods[o.Good].referenced && s.Reference != "" {
		return s.Reference == o.ID
	}
	return o.Fits(s.Status) && !s.Created.Before(o.ListedFrom())
}

// NeverAgain keeps an order whose send is unknown in the copy from being sent
// once more; false when there is nothing to keep it from.
func NeverAgain(o Order) (Change, bool) {
	if o.State != Submitting || o.ProviderID != "" || (o.Submits-o.Throttles >= maxSubmits && !o.Throttled) {
		return Change{}, false
	}
	o.Submits, o.Throttled, o.Throttles = max(o.Submits, maxSubmits), false, 0
	return Change{Order: o}, true
}

// Unsent is what the whole list of the provider, since the copy, makes of an
// order that had not left when the copy was made, as changes one after the
// other. taken names the orders at the provider that others of ours have.
func Unsent(o Order, list []Stray, taken func(Stray) bool, now time.Time, scale float64) ([]Change, error) {
	var found []Stray
	for _, s := range list {
		if s.CanBe(o) && !taken(s) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		c, _ := Cancel(o, ReasonRestored, now)
		return []Change{c}, nil
	}
	sent, err := asSent(o, o.Placed, now)
	if err != nil {
		return nil, err
	}
	if o := sent.Order; len(found) == 1 && o.Owns(found[0].Status) {
		return []Change{sent, accept(o, found[0].ProviderID, found[0].ProviderRef, now, scale)}, nil
	}
	return []Change{sent, review(sent.Order, ReasonAmbiguous, now, scale)}, nil
}

// asSent moves an order on that did not leave here, as far as the copy knows,
// but is at the provider: as if it was sent then, and never to be sent again,
// however old it is.
func asSent(o Order, at, now time.Time) (Change, error) {
	if o.State != Placed {
		return Change{}, fmt.Errorf("topup: order %s is %s, not placed", o.ID, o.State)
	}
	o.State, o.Submits, o.Submitted = Submitting, maxSubmits, at
	o.Changed, o.Due = now, now
	return Change{Order: o}, nil
}

// Recovered is the order of a stray, made after the fact: what was sold, to
// whom, and what the shop pays for it by the prices of now. plan is the
// stray's, category where it stands among gift cards, name what its good is
// called. It reports false when nothing tells the price.
func (p Pricing) Recovered(s Stray, plan Plan, category, name string) (Order, bool) {
	o := Order{ID: s.Reference, Good: s.Good, To: s.To, Face: s.Face, LineType: s.LineType, Quantity: 1, PlanName: name}
	if !goods[s.Good].referenced || !s.Reference.minted() {
		o.ID = ""
	}
	cost, known := s.Charged, s.ChargedKnown && s.Charged > 0
	sold := Scope{Good: s.Good}
	switch {
	case s.LineType != "":
		sold.Part = s.LineType
	case goods[s.Good].several:
		o.Product, o.TypeID, o.Quantity = s.Plan, s.TypeID, max(s.Quantity, 1)
		paid := o.Quantity
		if s.DoneQty > 0 {
			paid = s.DoneQty // what did not come is not charged
		}
		cost = s.Charged / Money(paid)
		sold.Part, sold.Item = category, s.Plan
	case s.Plan != "":
		o.Plan, o.Operator, o.PlanKind, o.PlanFamily = s.Plan, plan.Operator.Retail(), plan.Kind, plan.Family
		if sold = plan.Scope(); plan.Code != "" && !plan.CostKnown {
			// It was quoted without its cost: so it is now.
			if r, _ := p.Rule(sold); r.Item == "" || r.How != ByFace {
				return o, false
			}
			cost, known = 0, true
		}
		if !known && plan.CostKnown {
			cost, known = plan.Cost.Of(s.Face)
		}
	}
	each, ok := p.Price(sold, cost, s.Face)
	o.Price, _ = each.Times(o.Quantity)
	o.Expected, _ = cost.Times(o.Quantity)
	return o, known && ok
}

// Recover takes over a placed order that the provider has already: from now on
// it is read there, and settles by what is read.
func Recover(o Order, s Stray, now time.Time, scale float64) ([]Change, error) {
	sent, err := asSent(o, s.Created, now)
	if err != nil {
		return nil, err
	}
	return []Change{sent, accept(sent.Order, s.ProviderID, s.ProviderRef, now, scale)}, nil
}
