package flows

import "hanout/topup"

// The price list: what everything costs a shop, as it would be asked now. No
// cost and no margin of the owner's is on it.

// tariffScreen is a shop's list.
func (t *turn) tariffScreen(sh topup.Shop) Screen {
	var sc Screen
	sc.line(M("tariff.title", "Shop", Name(sh.Name)), M("tariff.hint"))
	of := t.v.Shelf.Pricing(sh.ID)
	for _, g := range goods {
		if g.tariff != nil {
			sc.line(g.tariff(t, of)...)
		}
	}
	if len(sc.Lines) == 2 {
		sc.line(M("tariff.none"))
	}
	return sc
}

// tariff is /prices of a shop.
func (t *turn) tariff() {
	sc := t.tariffScreen(t.shop())
	sc.row(homeButton())
	t.say(sc)
}

// pricesRow leads to a shop's price list, and to its group.
func (t *turn) pricesRow(sc *Screen, sh topup.Shop) {
	if !sh.Admitted() {
		return
	}
	id := number(uint64(sh.ID))
	var row []Button
	if t.who.May(topup.ActRules) {
		row = append(row, button(M("button.tariff"), encodeTap("a", "tariff", id, "show")))
	}
	if t.who.May(topup.ActPrices) {
		row = append(row, button(M("button.group"), encodeTap("a", "group", id, "ask")))
	}
	if len(row) > 0 {
		sc.row(row...)
	}
}

// shopTariff shows an owner a shop's list, in place of its card.
func (t *turn) shopTariff(id topup.ShopID) {
	sh, ok := t.v.People.Shop(id)
	if !ok || !sh.Admitted() {
		t.toast(M("shop.unknown"))
		return
	}
	sc := t.tariffScreen(sh)
	sc.line(groupMsg(sh.Group))
	sc.row(button(M("card.open"), cardTap(sh, "open", "0")), homeButton())
	t.showShops(sc, false)
}
