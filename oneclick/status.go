package oneclick

import (
	"cmp"
	"encoding/json"

	"hanout/topup"
)

// order is an order on the wire, of any good.
type order struct {
	ID          text   `json:"_id"`
	Ref         text   `json:"ref"`
	OrderRef    text   `json:"orderRef"`
	Status      text   `json:"status"`
	OrderStatus text   `json:"orderStatus"`
	Created     text   `json:"created_at"`
	Time        text   `json:"time"` // gift cards: created
	Face        number `json:"topup_amount"`

	Plan    text            `json:"plan_code"`
	MSISDN  text            `json:"MSSIDN"`
	Charged number          `json:"balance_amount"`
	Message text            `json:"refund_message"`
	Offers  json.RawMessage `json:"suggested_offers"`
	Follow  text            `json:"follow_orderid"`
	Retry   text            `json:"retry_orderid"`

	Type        text `json:"type"` // internet: line type; gift cards: denomination
	Number      text `json:"number"`
	Code        text `json:"card_code"`
	Transaction text `json:"num_trans"`
	Processed   text `json:"date_traitement"`

	Product  text   `json:"product"`
	Quantity number `json:"quantity"`
	Done     number `json:"fulfilled_quantity"`
	Paid     number `json:"fulfilled_amount"`
	Cards    []struct {
		Value  text `json:"value"`
		Serial text `json:"serial"`
	} `json:"cards"`
}

// readOrder reads an order of a good from an answer. It fails when the order
// has no readable status.
func readOrder(good topup.Good, raw []byte, a *answer) (topup.Status, error) {
	var w order
	if err := into(raw, &w); err != nil {
		return topup.Status{}, err
	}
	word := cmp.Or(w.Status, w.OrderStatus)
	if word.trimmed() == "" {
		return topup.Status{}, errForm
	}
	s := topup.Status{
		ProviderID:  w.ID.id(),
		ProviderRef: cmp.Or(w.Ref, w.OrderRef).ref(),
		Phase:       w.phase(good, word.upper()),
		Created:     cmp.Or(w.Created, w.Time).time(),
		Message:     w.Message.trimmed(),
		Offers:      readOffers(w.Offers),
		Retried:     w.Follow != "" || w.Retry != "",
		Evidence:    a.evidence(word),
	}
	s.Face, _ = w.Face.money()
	switch good {
	case topup.MobileTopUp:
		s.Plan, s.To = string(w.Plan), mobileNumber(w.MSISDN)
		s.Charged, s.ChargedKnown = w.Charged.money()
	case topup.InternetCard:
		s.LineType = w.Type.lineType()
		s.To = lineNumber(s.LineType, w.Number)
		s.Charged, s.ChargedKnown = w.Charged.money()
		s.Transaction, s.Processed = w.Transaction.trimmed(), w.Processed.trimmed()
		if code := w.Code.trimmed(); code != "" {
			s.Vouchers = []topup.Voucher{{Code: code}}
		}
	case topup.GiftCard:
		s.Plan, s.TypeID = string(w.Product), string(w.Type)
		s.Charged, s.ChargedKnown = w.Paid.money()
		s.Quantity, s.DoneQty = w.Quantity.count(), w.Done.count()
		for _, card := range w.Cards {
			if code := card.Value.trimmed(); code != "" {
				s.Vouchers = append(s.Vouchers, topup.Voucher{Code: code, Serial: card.Serial.trimmed()})
			}
		}
	}
	return s, nil
}

// phase reads a status word. One never seen is an order in progress. FAILED
// is a refund only where the order shows that nothing was kept for it.
func (w *order) phase(good topup.Good, word string) topup.Phase {
	switch word {
	case "FULFILLED", "SUCCESS", "SUCCESSFUL", "COMPLETED":
		return topup.PhaseDone
	case "REFUNDED":
		return topup.PhaseRefunded
	case "FAILED":
		if kept, ok := w.Charged.money(); ok && kept == 0 {
			return topup.PhaseRefunded
		}
		return topup.PhaseUncertain
	case "UNKNOWN_ERROR", "UNKNOWN":
		return topup.PhaseUncertain
	case "QUEUED":
		return topup.PhaseQueued
	case "PARTIALLY_FILLED":
		if good == topup.GiftCard {
			return topup.PhasePart
		}
	}
	return topup.PhaseOpen
}

// readOffers keeps the offers that can be bought as they stand.
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
		if !ok || len(l.Plan) > 100 || !isToken(string(l.Plan)) {
			continue
		}
		offers = append(offers, topup.Offer{Name: cmp.Or(l.Name.trimmed(), string(l.Plan)), Plan: string(l.Plan), Face: face})
	}
	return offers
}

// mobileNumber gives the national form where the wire has a mobile number in
// another, so that it compares equal to the order's.
func mobileNumber(t text) string {
	if n, err := topup.ParseMSISDN(string(t)); err == nil {
		return string(n)
	}
	return t.trimmed()
}

// lineNumber does the same for lines.
func lineNumber(lineType string, t text) string {
	parse := topup.ParseADSL
	if lineType == topup.LTE4G {
		parse = topup.Parse4G
	}
	if n, err := parse(string(t)); err == nil {
		return string(n)
	}
	return t.trimmed()
}
