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
	sc.row(askCreditButton(), button(M("button.low"), menuTap("low")))
	t.say(sc)
}

func (t *turn) walletLines(sc *Screen, sh topup.Shop) {
	w := t.v.Wallets.Wallet(sh.ID)
	sc.line(M("wallet.available", "Amount", w.Available), M("wallet.held", "Amount", w.Held))
	if limited(sh) {
		sc.line(t.limitLines(sh)...)
	}
	if w.Owed > 0 {
		sc.line(t.debtLines(sh.ID)...)
	}
	entries := t.v.Wallets.Entries(sh.ID, entriesShown)
	if len(entries) == 0 {
		sc.line(M("wallet.noentries"))
		return
	}
	sc.line(M("wallet.entries"))
	for _, e := range entries {
		sc.line(entryMsg(t.v.Orders, sh, e))
		kind, _ := topup.SplitKey(e.Key)
		if (kind == topup.EntryCredit || kind == topup.EntryDebit) && t.who.OfBusiness() && len(t.v.People.Team()) > 0 {
			sc.line(M("entry.by", "Person", t.personName(e.Actor)))
		}
	}
}

// entryMsg tells one journal line as the shop sees it.
func entryMsg(orders Orders, sh topup.Shop, e topup.Transaction) Msg {
	available, held, owed := e.On(sh.ID.Available()), e.On(sh.ID.Held()), e.On(sh.ID.Owed())
	kind, id := topup.SplitKey(e.Key)
	switch kind {
	case topup.EntryCredit:
		return M("entry.credit", "Time", e.At, "Amount", available, "Reason", whyMsg(e))
	case topup.EntryDebit:
		return M("entry.debit", "Time", e.At, "Amount", -available, "Reason", whyMsg(e))
	case topup.EntryRepay:
		return M("entry.repay", "Time", e.At, "Amount", owed, "Reason", whyMsg(e))
	case topup.EntryUndo:
		return M("entry.undo", "Time", e.At, "What", undoMsg(e))
	case topup.EntryHold:
		return M("entry.hold", "Time", e.At, "Amount", Signed(available), "No", orderNo(orders, id))
	case topup.EntryRelease:
		return M("entry.release", "Time", e.At, "Amount", Signed(available), "No", orderNo(orders, id))
	case topup.EntryCapture:
		return M("entry.capture", "Time", e.At, "Amount", -held-available, "No", orderNo(orders, id))
	}
	return M("entry.other", "Time", e.At, "Amount", Signed(available))
}

// whyMsg is a line's reason in a word: what was noted, else how the money came.
func whyMsg(e topup.Transaction) any {
	switch {
	case e.Method == topup.OnAccount && e.On(e.Shop.Owed()) > 0:
		return M("method.debt")
	case e.Slip != "":
		return M("method.slip", "Method", methodMsg(e.Method), "Slip", Latin(e.Slip))
	case e.Method == "" || e.Method == topup.Cash && e.Memo != "":
		return Name(e.Memo)
	}
	return methodMsg(e.Method)
}

func orderNo(orders Orders, id string) string {
	o, _ := orders.Order(topup.OrderID(id))
	return number(o.No)
}
