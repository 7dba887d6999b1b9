package flows

import (
	"strings"

	"hanout/topup"
)

// A credit or a debit of a shop's wallet. The rules: it is confirmed on a panel
// that shows what the wallet holds afterwards, a large one twice; it happens
// once, by the request that was minted when it was asked for; a late tap moves
// nothing.

// The steps.
const (
	StepMoney Step = "money" // it is shown
	StepSure  Step = "sure"  // a large one is asked twice
)

// sureAbove is the amount from which it is asked twice.
const sureAbove = topup.Money(200_000_00)

// Adjustment is a credit or debit that an owner has asked for.
type Adjustment struct {
	Debit   bool         `json:"debit,omitempty"`
	Shop    topup.ShopID `json:"shop"`
	Amount  topup.Money  `json:"amount"`
	Reason  string       `json:"reason"`
	Request string       `json:"request"`
}

func adjusting() conversation {
	ok := map[string]func(*turn, string){"ok": simple((*turn).adjust)}
	return conversation{
		needs: topup.ActMoney, holds: func(s Session) bool { return s.Money != nil },
		steps: map[Step]step{
			StepMoney: {show: (*turn).askMoney, taps: ok},
			StepSure:  {show: (*turn).askMoney, taps: ok},
		},
	}
}

func (t *turn) credit(args string) { t.moveMoney(false, args) }

func (t *turn) debit(args string) { t.moveMoney(true, args) }

// moveMoney reads /credit and /debit SHOP AMOUNT REASON… and shows the
// confirm panel.
func (t *turn) moveMoney(debit bool, args string) {
	t.dropQuietly()
	usage := M("credit.usage", "Command", Latin("/credit"))
	if debit {
		usage = M("credit.usage", "Command", Latin("/debit"))
	}
	shop, sum, _ := strings.Cut(strings.TrimSpace(args), " ")
	if sum = strings.TrimSpace(sum); sum == "" {
		t.sayLines(usage)
		return
	}
	sh, ok := t.findShop(shop)
	if !ok {
		t.sayLines(M("shop.unknown"), usage)
		return
	}
	amount, reason, err := topup.CutAmount(sum)
	if err != nil {
		t.sayLines(M("credit.amount"), usage)
		return
	}
	if reason = CleanName(reason, 100); reason == "" {
		t.sayLines(M("credit.reason"), usage)
		return
	}
	if sh.State != topup.ShopApproved && sh.State != topup.ShopSuspended {
		t.sayLines(M("credit.notapproved", "Shop", Name(sh.Name)))
		return
	}
	t.begin(StepMoney)
	t.s.Money = &Adjustment{Debit: debit, Shop: sh.ID, Amount: amount, Reason: reason, Request: t.env.NewID()}
	t.askMoney()
}

func (t *turn) askMoney() {
	m := t.s.Money
	sh, ok := t.v.People.Shop(m.Shop)
	if !ok {
		t.cancel()
		return
	}
	w := t.v.Wallets.Wallet(sh.ID)
	after := w.Available + m.Amount
	title := M("credit.title")
	if m.Debit {
		after, title = w.Available-m.Amount, M("debit.title")
	}
	t.draw(func(sc *Screen) {
		sc.line(title, M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
			M("credit.sum", "Amount", m.Amount), M("credit.why", "Reason", Name(m.Reason)))
		if after < 0 {
			sc.line(M("debit.short", "Amount", w.Available))
			sc.row(t.cancelButton())
			return
		}
		sc.line(M("credit.after", "Amount", after))
		label := M("button.confirm")
		if t.s.Step == StepSure {
			sc.line(M("credit.sure"))
			label = M("button.sure")
		}
		sc.row(Button{Label: label, Data: t.s.tap("ok"), Style: Go}, t.cancelButton())
	})
}

// adjust takes its confirmation.
func (t *turn) adjust() {
	m := t.s.Money
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askMoney()
		return
	}
	if m.Amount >= sureAbove && t.s.Step != StepSure {
		t.s.Step = StepSure
		t.askMoney()
		return
	}
	sh, ok := t.v.People.Shop(m.Shop)
	w := t.v.Wallets.Wallet(m.Shop)
	if !ok || (m.Debit && w.Available < m.Amount) {
		t.askMoney()
		return
	}
	after := w.Available + m.Amount
	entry := topup.Credit(m.Shop, m.Amount, m.Request, t.in.Person.ID, t.in.Chat, m.Reason, t.env.Now)
	done, told := "credit.done", "credit.told"
	if m.Debit {
		after = w.Available - m.Amount
		entry = topup.Debit(m.Shop, m.Amount, m.Request, t.in.Person.ID, t.in.Chat, m.Reason, t.env.Now)
		done, told = "debit.done", "debit.told"
	}
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
	t.toast(M("credit.toast"))
	t.do(Book{Transaction: entry})
	t.do(Show{Chat: t.in.Chat, Panel: panel, Class: ClassMoney, Screen: Screen{Lines: []Msg{
		M(done, "Amount", m.Amount, "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
		M("credit.why", "Reason", Name(m.Reason)), M("credit.now", "Amount", after)}}})
	note := Screen{Lines: []Msg{M(told, "Amount", m.Amount), M("credit.why", "Reason", Name(m.Reason)), M("credit.now", "Amount", after)}}
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Screen: note, Class: ClassMoney})
	if !m.Debit {
		t.do(Wake{Chat: sh.Chat})
	}
}
