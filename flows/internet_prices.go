package flows

import (
	"cmp"
	"slices"

	"hanout/topup"
)

// Internet cards in the rules of prices and in the price list.

func internetScope(_ *turn, s topup.Scope) Msg { return M("rule.line.type", "Type", Latin(s.Part)) }

func internetNarrower(_ *turn, s topup.Scope) (list []topup.Scope) {
	if s.Part != "" {
		return nil
	}
	for _, kind := range lineTypes {
		list = append(list, topup.Scope{Good: topup.InternetCard, Part: kind})
	}
	return list
}

// cardsOf are the internet cards of a type whose cost is told, by their value.
func (t *turn) cardsOf(kind string) (list []topup.InternetProduct) {
	all, _ := t.v.Shelf.Products(kind)
	for _, p := range all {
		if p.CostKnown {
			p.Type = kind
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b topup.InternetProduct) int { return cmp.Compare(a.Value, b.Value) })
	return list
}

func internetSamples(t *turn, s topup.Scope) (list []sample) {
	for _, kind := range lineTypes {
		cards := t.cardsOf(kind)
		if len(cards) == 0 || s.Part != "" && s.Part != kind {
			continue
		}
		p := cards[max(0, slices.IndexFunc(cards, func(p topup.InternetProduct) bool { return p.Value >= example }))]
		list = append(list, sample{name: internetScope(t, p.Scope()), face: p.Value, price: func(of topup.Pricing) (price, cost topup.Money, ok bool) {
			price, ok = of.Price(p.Scope(), p.Cost, p.Value)
			return price, p.Cost, ok
		}})
	}
	return list
}

func internetTariff(t *turn, of topup.Pricing) (lines []Msg) {
	for _, kind := range lineTypes {
		for _, p := range t.cardsOf(kind) {
			if price, ok := of.Price(p.Scope(), p.Cost, p.Value); ok {
				lines = append(lines, M("tariff.line", "What", internetScope(t, p.Scope()), "Face", p.Value, "Price", price))
			}
		}
	}
	return lines
}
