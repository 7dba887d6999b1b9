package flows

import (
	"strings"

	"hanout/topup"
)

// Gift cards in the rules of prices and in the price list, and what a shop
// means to ask of its customer for one.

// giftScope is a product as the rules of prices know it.
func (t *turn) giftScope(product string) topup.Scope {
	return topup.Scope{Good: topup.GiftCard, Part: t.categoryOf(product), Item: product}
}

func giftScopeName(t *turn, s topup.Scope) Msg {
	if s.Item == "" {
		return M("rule.shelf", "Name", Name(s.Part))
	}
	p, _ := t.product(s.Item)
	title := CleanName(p.Title, 40)
	if title == "" {
		return M("rule.card", "Name", M("rule.unlisted"))
	}
	return M("rule.card", "Name", Name(title))
}

func giftNarrower(t *turn, s topup.Scope) (list []topup.Scope) {
	if s.Item != "" {
		return nil
	}
	for _, shelf := range t.shelves() {
		if s.Part == "" {
			list = append(list, topup.Scope{Good: topup.GiftCard, Part: shelf.Title})
			continue
		}
		if strings.EqualFold(shelf.Title, s.Part) {
			for _, p := range shelf.Products {
				list = append(list, topup.Scope{Good: topup.GiftCard, Item: p.ID})
			}
		}
	}
	return list
}

// giftSamples has one card of a cost: what the cards cost now only the provider
// knows.
func giftSamples(t *turn, s topup.Scope) []sample {
	sold := s
	if s.Item != "" {
		sold = t.giftScope(s.Item)
	}
	return []sample{{price: func(of topup.Pricing) (price, cost topup.Money, ok bool) {
		price, ok = of.Price(sold, example, 0)
		return price, example, ok
	}}}
}

func giftTariff(t *turn, _ topup.Pricing) []Msg {
	if len(t.shelves()) == 0 {
		return nil
	}
	return []Msg{M("tariff.cards")}
}

// markups are those on buttons; 0 is none.
var markups = []topup.Rate{0, topup.Percent(300), topup.Percent(500), topup.Percent(1000), topup.Percent(1500)}

// StepMarkup asks by how much.
const StepMarkup Step = "markup"

func choosingMarkup() conversation {
	return conversation{
		needs: topup.ActMarkup, holds: func(Session) bool { return true },
		steps: map[Step]step{StepMarkup: {
			show: func(t *turn) { t.askMarkup(Msg{}) },
			taps: map[string]func(*turn, string){"by": (*turn).markupTapped},
			told: (*turn).markupTold,
		}},
	}
}

func (t *turn) markup() {
	t.dropQuietly()
	t.begin(StepMarkup)
	t.askMarkup(Msg{})
}

// markupMsg tells which markup a shop has chosen.
func markupMsg(by topup.Rate) Msg {
	if by == 0 {
		return M("markup.none")
	}
	return M("markup.is", "Part", Percent(by))
}

func (t *turn) askMarkup(problem Msg) {
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("markup.title"), markupMsg(t.shop().Markup), M("markup.ask"))
		var list []Button
		for _, by := range markups {
			label := M("button.percent", "Part", Percent(by))
			if by == 0 {
				label = M("button.nomarkup")
			}
			list = append(list, button(label, t.s.tap("by", number(uint64(by)))))
		}
		sc.grid(2, list)
		sc.row(t.cancelButton())
	})
}

func (t *turn) markupTapped(arg string) {
	by, ok := tappedRate(arg)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	t.setMarkup(by)
}

func (t *turn) markupTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	by, err := topup.ParsePercent(text)
	if err != nil {
		t.askMarkup(M("rule.percent.bad"))
		return true
	}
	t.setMarkup(by)
	return true
}

func (t *turn) setMarkup(by topup.Rate) {
	sh := t.shop()
	sh.Markup = by
	t.do(SaveShop{Shop: sh})
	t.toast(markupMsg(by))
	t.drop(markupMsg(by))
}
