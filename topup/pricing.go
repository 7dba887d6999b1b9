package topup

// Pricing is the owner's rule for what a shop pays: cost × (1 + margin),
// rounded up to the dinar.
type Pricing struct {
	TopUp    Rate `json:"topup"`    // margin on mobile top-ups and internet cards
	GiftCard Rate `json:"giftcard"` // margin on gift cards
}

// DefaultPricing is 1 % on what has a face value and 5 % on gift cards.
var DefaultPricing = Pricing{TopUp: Percent(100), GiftCard: Percent(500)}

// Price is what a shop pays for something that costs the owner cost, with
// the margin given. A face above zero caps the price: credit must not be sold
// above its face value. It reports false when the price would be below cost,
// so that nothing is ever sold at a loss.
func Price(cost Money, margin Rate, face Money) (Money, bool) {
	raw, ok := (RateOne + margin).Of(cost)
	if !ok || cost <= 0 {
		return 0, false
	}
	price := (raw + 99) / 100 * 100
	if face > 0 && price > face {
		price = face
	}
	if price < cost {
		return 0, false
	}
	return price, true
}
