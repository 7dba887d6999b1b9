package oneclick

import (
	"cmp"
	"encoding/json"
	"slices"

	"hanout/topup"
)

// order is what orders of every good say on the wire; the rest is read by the
// good's own reader.
type order struct {
	ID          text            `json:"_id"`
	Ref         text            `json:"ref"`
	OrderRef    text            `json:"orderRef"`
	Status      text            `json:"status"`
	OrderStatus text            `json:"orderStatus"`
	Created     text            `json:"created_at"`
	Time        text            `json:"time"` // gift cards: created
	Face        number          `json:"topup_amount"`
	Kept        number          `json:"balance_amount"`
	Message     text            `json:"refund_message"`
	Offers      json.RawMessage `json:"suggested_offers"`
	Retry       text            `json:"retry_orderid"`
	Follow      text            `json:"follow_orderid"`
}

// readOrder reads an order of a good from an answer. It fails when the order
// has no readable status.
func readOrder(of topup.Good, raw []byte, a *answer) (topup.Status, error) {
	g, known := goods[of]
	var w order
	if err := into(raw, &w); err != nil {
		return topup.Status{}, err
	}
	word := cmp.Or(w.Status, w.OrderStatus)
	if !known || word.trimmed() == "" {
		return topup.Status{}, errForm
	}
	s := topup.Status{
		ProviderID:  w.ID.id(),
		ProviderRef: cmp.Or(w.Ref, w.OrderRef).ref(),
		Phase:       w.phase(g, word.upper()),
		Created:     cmp.Or(w.Created, w.Time).time(),
		Message:     w.Message.trimmed(),
		Linked:      cmp.Or(w.Retry.id(), w.Follow.id()),
		Offers:      readOffers(w.Offers),
		Evidence:    a.evidence(word),
	}
	s.Strange = s.Phase == topup.PhaseOpen && !slices.Contains(inProgress, word.upper())
	if g.byRef != "" {
		s.Reference = ownID(s.ProviderRef)
	}
	s.Face, _ = w.Face.money()
	if err := g.read(raw, &s); err != nil {
		return topup.Status{}, err
	}
	return s, nil
}

// inProgress are the words of an order that is not over.
var inProgress = []string{"PENDING", "HANDLING", "PROCESSING"}

// phase reads a status word. One never seen is an order in progress. FAILED
// is a refund only where the order shows that nothing was kept for it.
func (w *order) phase(g good, word string) topup.Phase {
	switch word {
	case "FULFILLED", "SUCCESS", "SUCCESSFUL", "COMPLETED":
		return topup.PhaseDone
	case "REFUNDED":
		return topup.PhaseRefunded
	case "FAILED":
		if kept, ok := w.Kept.money(); ok && kept == 0 {
			return topup.PhaseRefunded
		}
		return topup.PhaseUncertain
	case "UNKNOWN_ERROR", "UNKNOWN":
		return topup.PhaseUncertain
	case "QUEUED":
		return topup.PhaseQueued
	case "PARTIALLY_FILLED":
		if g.parts {
			return topup.PhasePart
		}
	}
	return topup.PhaseOpen
}

const offersMost = 50

// readOffers keeps the offers that can be bought as they stand, each once:
// those of a plan that sells something, to shops, and for an amount. More than
// a person reads are not kept.
func readOffers(raw []byte) []topup.Offer {
	var lines []struct {
		Name   text   `json:"typename"`
		Plan   text   `json:"plan_code"`
		Amount number `json:"amount"`
	}
	if into(raw, &lines) != nil {
		return nil
	}
	var offers []topup.Offer
	for _, l := range lines {
		face, ok := l.Amount.whole()
		code := string(l.Plan)
		kin := family(code, "")
		if len(offers) == offersMost {
			break
		}
		if !ok || len(code) > 100 || !isToken(code) || isLookup(code) || kin == topup.FamilyWholesale {
			continue
		}
		if !slices.ContainsFunc(offers, func(of topup.Offer) bool { return of.Plan == code && of.Face == face }) {
			offers = append(offers, topup.Offer{Name: cmp.Or(l.Name.trimmed(), code), Plan: code, Face: face, Family: kin})
		}
	}
	return offers
}
