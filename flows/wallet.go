package flows

import "hanout/topup"

const entriesShown = 8

// balance shows a shop its wallet.
func (t *turn) balance() {
	sh := t.shop()
	var sc Screen
	sc.line(M("wallet.title", "Shop", Name(sh.Name)))
	t.walletLines(&sc, sh)
	if !t.who.May(topup.ActSell) {
		sc.row(button(M("button.history"), menuTap("history")))
		t.say(sc)
		return
	}
	sc.row(sellButton(Plain), button(M("button.history"), menuTap("history")))
	t.say(sc)
}

func (t *turn) walletLines(sc *Screen, sh topup.Shop) {
	w := t.v.Wallets.Wallet(sh.ID)
	sc.line(M("wallet.available", "Amount", w.Available), M("wallet.held", "Amount", w.Held))
	entries := t.v.Wallets.Entries(sh.ID, entriesShown)
	if len(entries) == 0 {
		sc.line(M("wallet.noentries"))
		return
	}
	sc.line(M("wallet.entries"))
	for _, e := range entries {
		sc.line(entryMsg(t.v.Orders, sh, e))
	}
}

// entryMsg tells one journal line as the shop sees it.
func entryMsg(orders Orders, sh topup.Shop, e topup.Transaction) Msg {
	var available, held topup.Money
	for _, p := range e.Postings {
		switch p.Account {
		case sh.ID.Available():
			available += p.Amount
		case sh.ID.Held():
			held += p.Amount
		}
	}
	kind, id := topup.SplitKey(e.Key)
	switch kind {
	case topup.EntryCredit:
		return M("entry.credit", "Time", e.At, "Amount", available, "Reason", Name(e.Memo))
	case topup.EntryDebit:
		return M("entry.debit", "Time", e.At, "Amount", -available, "Reason", Name(e.Memo))
	case topup.EntryHold:
		return M("entry.hold", "Time", e.At, "Amount", Signed(available), "No", orderNo(orders, id))
	case topup.EntryRelease:
		return M("entry.release", "Time", e.At, "Amount", Signed(available), "No", orderNo(orders, id))
	case topup.EntryCapture:
		return M("entry.capture", "Time", e.At, "Amount", -held-available, "No", orderNo(orders, id))
	}
	return M("entry.other", "Time", e.At, "Amount", Signed(available))
}

func orderNo(orders Orders, id string) string {
	o, _ := orders.Order(topup.OrderID(id))
	return number(o.No)
}
