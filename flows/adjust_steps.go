package flows

import (
	"strconv"

	"hanout/topup"
)

// The questions of an entry, one a step.

func (t *turn) askSum(problem Msg) {
	t.s.Step = StepSum
	m := t.s.Money
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.heading(sc)
		t.standing(sc, m.Shop)
		sc.line(M("credit.ask"))
		w := t.v.Wallets.Wallet(m.Shop)
		most := topup.MaxMoney
		switch {
		case m.Repay:
			most = w.Owed
		case m.Debit:
			most = w.Available
		}
		if (m.Repay || m.Debit) && most > 0 && t.who.MayMove(most) {
			sc.row(button(M("button.all", "Amount", most), t.s.tap("sum", strconv.FormatInt(int64(most), 10))))
		}
		t.sumButtons(sc, func(m topup.Money) bool { return m < most && t.who.MayMove(m) })
		sc.row(t.cancelButton())
	})
}

// sumButtons are the amounts that fit.
func (t *turn) sumButtons(sc *Screen, fits func(topup.Money) bool) {
	var list []Button
	for _, m := range sums {
		if fits(m) {
			list = append(list, button(M("button.sum", "Amount", m), t.s.tap("sum", strconv.FormatInt(int64(m), 10))))
		}
	}
	sc.grid(2, list)
}

// tappedSum reads the amount of such a button.
func tappedSum(arg string) (topup.Money, bool) {
	n, err := strconv.ParseInt(arg, 10, 64)
	return topup.Money(n), err == nil && n > 0 && topup.Money(n) <= topup.MaxMoney
}

func (t *turn) sumTapped(arg string) {
	amount, ok := tappedSum(arg)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Money.Amount = amount
	t.askPaid()
}

// isSale reports that what was typed is a sale of the person's own shop, and no
// answer to what an owner or shop is asked about money.
func (t *turn) isSale(text string) bool {
	_, starts := t.saleIn(text)
	return starts && t.who.May(topup.ActSell)
}

func (t *turn) sumTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	amount, err := topup.ParseAmount(text)
	if err != nil {
		t.askSum(M("credit.amount"))
		return true
	}
	t.s.Money.Amount = amount
	t.askPaid()
	return true
}

func (t *turn) askPaid() {
	t.s.Step = StepPaid
	m := t.s.Money
	w := t.v.Wallets.Wallet(m.Shop)
	t.draw(func(sc *Screen) {
		t.heading(sc)
		sc.line(M("credit.how"))
		var list []Button
		for _, by := range topup.Methods() {
			label := methodMsg(by)
			if by == topup.OnAccount {
				switch {
				case m.Repay && w.Available < m.Amount, m.Debit && w.Owed < m.Amount:
					continue
				case m.Repay:
					label = M("method.wallet")
				case m.Debit:
					label = M("method.debt")
				}
			}
			list = append(list, button(label, t.s.tap("by", string(by))))
		}
		sc.grid(2, list)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// methodMsg names a method.
func methodMsg(by topup.Method) Msg {
	switch by {
	case topup.CCP:
		return M("method.ccp")
	case topup.BaridiMob:
		return M("method.baridimob")
	case topup.OnAccount:
		return M("method.account")
	}
	return M("method.cash")
}

func (t *turn) paidBy(arg string) {
	m := t.s.Money
	for _, by := range topup.Methods() {
		if arg == string(by) {
			m.Method, m.Slip = by, ""
			if by.HasSlip() {
				t.askSlip(Msg{})
			} else {
				t.askNote()
			}
			return
		}
	}
	t.toast(M("tap.unknown"))
}

func (t *turn) askSlip(problem Msg) {
	t.s.Step = StepSlip
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.heading(sc)
		sc.line(M("slip.ask", "Method", methodMsg(t.s.Money.Method)))
		sc.row(button(M("button.noslip"), t.s.tap("none")))
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) slipTold(text string) bool {
	slip, ok := topup.CleanSlip(text)
	if !ok {
		t.askSlip(M("slip.bad"))
		return true
	}
	t.s.Money.Slip = slip
	if _, first := t.s.Money.entry().Key(t.v.Wallets.Line); first != nil {
		t.s.Money.Slip = ""
		t.askSlip(t.slipUsed(*first, t.s.Money.Amount))
		return true
	}
	t.askNote()
	return true
}

func (t *turn) noSlip() {
	t.s.Money.Slip = ""
	t.askNote()
}

// slipUsed shows who had the slip booked first, when, for whom and how much.
func (t *turn) slipUsed(first topup.Transaction, amount topup.Money) Msg {
	sh, _ := t.v.People.Shop(first.Shop)
	booked := max(first.On(first.Shop.Available()), first.On(first.Shop.Owed()), -first.On(first.Shop.Available()))
	data := []any{"Method", methodMsg(first.Method), "Slip", Latin(first.Slip), "Amount", booked, "Shop", Name(sh.Name),
		"No", number(uint64(first.Shop)), "Time", first.At, "Person", t.ownerMsg(first.Actor)}
	if booked != amount {
		return M("slip.other", data...)
	}
	return M("slip.used", data...)
}

// ownerMsg tells which owner did something.
func (t *turn) ownerMsg(person int64) Msg {
	if person == t.in.Person.ID {
		return M("owner.you")
	}
	return M("owner.other", "Person", t.personName(person))
}

func (t *turn) askNote() {
	t.s.Step = StepNote
	t.draw(func(sc *Screen) {
		t.heading(sc)
		sc.line(byMsg(t.s.Money.entry()), M("note.ask"))
		sc.row(button(M("button.nonote"), t.s.tap("none")))
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) beforeNote() {
	if t.s.Money.Method.HasSlip() {
		t.askSlip(Msg{})
		return
	}
	t.askPaid()
}

func (t *turn) noteTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	t.s.Money.Reason = CleanName(text, noteMost)
	t.s.Step = StepMoney
	t.askMoney()
	return true
}

func (t *turn) noNote() {
	t.s.Money.Reason = ""
	t.s.Step = StepMoney
	t.askMoney()
}
