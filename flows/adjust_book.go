package flows

import (
	"math"

	"hanout/topup"
)

// The end of an entry: the panel that confirms it, and its booking.

// words are what is said of an entry: to the owner and to the shop once it is
// booked, and to the shop when it is undone.
type words struct{ done, told, undone string }

func wordsOf(e topup.Entry) words {
	switch {
	case e.Kind == topup.EntryRepay:
		return words{"repay.done", "repay.told", "undo.told.repay"}
	case e.Kind == topup.EntryDebit && e.Method == topup.OnAccount:
		return words{"settle.done", "settle.told", "undo.told.settle"}
	case e.Kind == topup.EntryDebit:
		return words{"debit.done", "debit.told", "undo.told.debit"}
	}
	return words{"credit.done", "credit.told", "undo.told.credit"}
}

// hindered says why an entry can't be booked as things stand now; key is the
// one that it would be booked under.
func (t *turn) hindered(e topup.Entry) (key string, why []Msg) {
	sh, ok := t.v.People.Shop(e.Shop)
	if !ok {
		return "", []Msg{M("shop.unknown")}
	}
	key, first := e.Key(t.v.Wallets.Line)
	if first != nil {
		return "", []Msg{t.slipUsed(*first, e.Amount)}
	}
	w := t.v.Wallets.Wallet(sh.ID)
	after := afterwards(w, e.Transaction(key, 0, 0, "", t.env.Now))
	switch {
	case e.Kind != topup.EntryRepay && !sh.Admitted():
		return key, []Msg{M("credit.notapproved", "Shop", Name(sh.Name))}
	case e.Kind == topup.EntryDebit && w.Available < e.Amount:
		return key, []Msg{M("debit.short", "Amount", w.Available)}
	case after.Owed < 0:
		return key, []Msg{M("repay.toomuch", "Amount", w.Owed)}
	case e.Kind == topup.EntryCredit && w.Available > math.MaxInt64-e.Amount:
		return key, []Msg{M("credit.amount")}
	case overCeiling(sh, w, e):
		return key, []Msg{M("debt.now", "Amount", w.Owed), M("ceiling.over", "Amount", sh.Ceiling)}
	}
	return key, nil
}

// beyond says that an amount is more than the person may move at once.
func (t *turn) beyond(amount topup.Money) []Msg {
	if t.who.MayMove(amount) {
		return nil
	}
	return []Msg{M("credit.limit", "Amount", t.who.Most)}
}

// overCeiling reports that the shop would owe more by it than it may.
func overCeiling(sh topup.Shop, w topup.Wallet, e topup.Entry) bool {
	return e.Kind == topup.EntryCredit && e.Method == topup.OnAccount && w.Owed+e.Amount > sh.Ceiling
}

func (t *turn) askMoney() {
	m := t.s.Money
	e := m.entry()
	sh, ok := t.v.People.Shop(m.Shop)
	if !ok {
		t.cancel()
		return
	}
	key, why := t.hindered(e)
	if why == nil {
		why = t.beyond(e.Amount)
	}
	w := t.v.Wallets.Wallet(sh.ID)
	t.draw(func(sc *Screen) {
		t.heading(sc)
		sc.line(entryLines(e)...)
		if why != nil {
			sc.line(why...)
			if overCeiling(sh, w, e) {
				sc.row(button(M("button.ceiling"), t.s.tap("ceil")))
			}
			t.leaveRow(sc)
			return
		}
		after := afterwards(w, e.Transaction(key, 0, 0, "", t.env.Now))
		sc.line(M("credit.after", "Amount", after.Available))
		if w.Owed > 0 || after.Owed > 0 {
			sc.line(M("debt.after", "Amount", after.Owed))
		}
		label := M("button.confirm")
		if t.s.Step == StepSure {
			sc.line(M("credit.sure"))
			label = M("button.sure")
		}
		ok := Button{Label: label, Data: t.s.tap("ok"), Style: Go}
		if m.Typed || t.s.Step == StepSure {
			sc.row(ok, t.cancelButton())
			return
		}
		sc.row(ok)
		t.leaveRow(sc)
	})
}

func (t *turn) leaveRow(sc *Screen) {
	if t.s.Money.Typed || t.s.Step == StepSure {
		sc.row(t.cancelButton())
		return
	}
	sc.row(t.backButton(), t.cancelButton())
}

// adjust takes its confirmation.
func (t *turn) adjust() {
	m := t.s.Money
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askMoney()
		return
	}
	key, why := t.hindered(m.entry())
	if why != nil || t.beyond(m.Amount) != nil {
		t.askMoney()
		return
	}
	if m.Amount >= sureAbove && t.s.Step != StepSure {
		t.s.Step = StepSure
		t.askMoney()
		return
	}
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
	t.book(m.entry(), key, panel)
}

// book books an entry, and tells the owner, on a panel, and the shop.
func (t *turn) book(e topup.Entry, key, panel string) {
	sh, _ := t.v.People.Shop(e.Shop)
	line := e.Transaction(key, t.in.Person.ID, t.in.Chat, panel, t.env.Now)
	w := afterwards(t.v.Wallets.Wallet(sh.ID), line)
	t.toast(M("credit.toast"))
	t.do(Book{Transaction: line})
	t.do(Show{Chat: t.in.Chat, Panel: panel, Class: ClassMoney, Screen: receiptScreen(line, sh, w)})
	note := Screen{Lines: []Msg{M(wordsOf(e).told, "Amount", e.Amount)}}
	note.line(entryLines(e)...)
	standLines(&note, w, line)
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Screen: note, Class: ClassMoney})
	if line.On(sh.ID.Available()) > 0 {
		t.do(Wake{Shop: sh.ID})
	}
}

// standLines tell what a shop has once a line is booked, and what it owes where
// there is or was a debt.
func standLines(sc *Screen, w topup.Wallet, line topup.Transaction) {
	sc.line(M("credit.now", "Amount", w.Available))
	if w.Owed > 0 || line.On(line.Shop.Owed()) != 0 {
		sc.line(M("debt.now", "Amount", w.Owed))
	}
}
