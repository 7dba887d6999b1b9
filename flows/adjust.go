package flows

import (
	"strings"

	"hanout/topup"
)

// What an owner books for a shop: a credit or a debit of its wallet, or a
// repayment of what it owes. The rules: it is asked step by step, by buttons;
// it is confirmed on a panel that shows what the shop has and owes afterwards, a
// large one twice; it happens once, by the request that was minted when it was
// asked for, or by its slip; a late tap moves nothing.

// The steps.
const (
	StepSum     Step = "sum"     // how much
	StepPaid    Step = "paid"    // how the money came
	StepSlip    Step = "slip"    // the number of its slip
	StepNote    Step = "note"    // a note, or none
	StepCeiling Step = "ceiling" // how much the shop may owe
	StepMoney   Step = "money"   // it is shown
	StepSure    Step = "sure"    // a large one is asked twice
)

// sureAbove is the amount from which it is asked twice.
const sureAbove = topup.Money(200_000_00)

// sums are the amounts on buttons.
var sums = []topup.Money{topup.Dinars(5_000), topup.Dinars(10_000), topup.Dinars(20_000), topup.Dinars(50_000)}

const noteMost = 100 // letters

// Adjustment is what an owner has asked for, or a shop asks an owner for.
type Adjustment struct {
	Debit   bool         `json:"debit,omitempty"`
	Repay   bool         `json:"repay,omitempty"`
	Shop    topup.ShopID `json:"shop"`
	Amount  topup.Money  `json:"amount"`
	Method  topup.Method `json:"method,omitempty"`
	Slip    string       `json:"slip,omitempty"`
	Photo   string       `json:"photo,omitempty"` // of a slip that a shop sends
	Reason  string       `json:"reason"`
	Request string       `json:"request"`
	Typed   bool         `json:"typed,omitempty"` // whole, as a command
}

// entry is what is to be booked.
func (m Adjustment) entry() topup.Entry {
	kind := topup.EntryCredit
	switch {
	case m.Repay && m.Method == topup.OnAccount, m.Debit:
		kind = topup.EntryDebit // a debt that is paid out of the wallet is a debit for the debt
	case m.Repay:
		kind = topup.EntryRepay
	}
	method := m.Method
	if method == "" {
		method = topup.Cash // a session of a former version
	}
	return topup.Entry{Kind: kind, Shop: m.Shop, Amount: m.Amount, Method: method, Slip: m.Slip, Memo: m.Reason, Request: m.Request}
}

func adjusting() conversation {
	ok := map[string]func(*turn, string){"ok": simple((*turn).adjust), "ceil": simple((*turn).ceilingFirst)}
	return conversation{
		needs: topup.ActMoney, holds: func(s Session) bool { return s.Money != nil },
		steps: map[Step]step{
			StepSum: {
				show: func(t *turn) { t.askSum(Msg{}) },
				taps: map[string]func(*turn, string){"sum": (*turn).sumTapped},
				told: (*turn).sumTold,
			},
			StepPaid: {
				show: (*turn).askPaid, back: func(t *turn) { t.askSum(Msg{}) },
				taps: map[string]func(*turn, string){"by": (*turn).paidBy},
			},
			StepSlip: {
				show: func(t *turn) { t.askSlip(Msg{}) }, back: (*turn).askPaid,
				taps: map[string]func(*turn, string){"none": simple((*turn).noSlip)},
				told: (*turn).slipTold,
			},
			StepNote: {
				show: (*turn).askNote, back: (*turn).beforeNote,
				taps: map[string]func(*turn, string){"none": simple((*turn).noNote)},
				told: (*turn).noteTold,
			},
			StepCeiling: {
				show: func(t *turn) { t.askCeiling(Msg{}) },
				taps: map[string]func(*turn, string){"sum": (*turn).ceilingTapped},
				told: (*turn).ceilingTold,
			},
			StepRefuse: {
				show: (*turn).askRefusal, told: (*turn).refusalTold,
				taps: map[string]func(*turn, string){"why": (*turn).refusedFor},
			},
			StepSlipOf: {show: func(t *turn) { t.askSlipOf(Msg{}) }, told: (*turn).slipOfTold},
			StepMoney:  {show: (*turn).askMoney, taps: ok, back: (*turn).askNote},
			StepSure:   {show: (*turn).askMoney, taps: ok},
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
	if reason = CleanName(reason, noteMost); reason == "" {
		t.sayLines(M("credit.reason"), usage)
		return
	}
	if !sh.Admitted() {
		t.sayLines(M("credit.notapproved", "Shop", Name(sh.Name)))
		return
	}
	t.begin(StepMoney)
	t.s.Money = &Adjustment{Debit: debit, Shop: sh.ID, Amount: amount, Method: topup.Cash, Reason: reason, Request: t.env.NewID(), Typed: true}
	t.askMoney()
}

// moneyRow are the buttons that move a shop's money.
func moneyRow(sc *Screen, sh topup.Shop) {
	id := number(uint64(sh.ID))
	tap := func(verb string) string { return encodeTap("a", "money", id, verb) }
	sc.row(button(M("button.credit"), tap("credit")), button(M("button.debit"), tap("debit")), button(M("button.debt"), tap("debt")))
}

// moneyTapped takes one of them, or one of a debt's panel.
func (t *turn) moneyTapped(id topup.ShopID, verb string) {
	sh, ok := t.v.People.Shop(id)
	if !ok {
		t.toast(M("shop.unknown"))
		return
	}
	m := &Adjustment{Shop: id, Debit: verb == "debit", Repay: verb == "repay", Request: t.env.NewID()}
	switch verb {
	case "debt":
		t.do(t.debtShow(sh, true))
	case "quiet", "loud", "ceiling":
		if !t.who.Is(topup.Owner) { // what a shop may owe is the owners' to say
			t.alert(M("ceiling.owners"))
			return
		}
		if verb == "ceiling" {
			t.dropQuietly()
			t.begin(StepCeiling)
			t.s.Money = m
			t.askCeiling(Msg{})
			return
		}
		sh.Quiet = verb == "quiet"
		t.do(SaveShop{Shop: sh}, t.debtShow(sh, false))
	case "credit", "debit", "repay":
		if why, no := t.notMoved(m.entry().Kind, sh); no {
			t.alert(why)
			return
		}
		t.dropQuietly()
		t.begin(StepSum)
		t.s.Money = m
		t.askSum(Msg{})
	default:
		t.toast(M("tap.unknown"))
	}
}

// notMoved says why no entry of a kind can be booked for the shop.
func (t *turn) notMoved(kind topup.EntryKind, sh topup.Shop) (Msg, bool) {
	w := t.v.Wallets.Wallet(sh.ID)
	switch {
	case kind == topup.EntryRepay:
		return M("debt.nothing", "Shop", Name(sh.Name)), w.Owed <= 0
	case !sh.Admitted():
		return M("credit.notapproved", "Shop", Name(sh.Name)), true
	case kind == topup.EntryDebit:
		return M("debit.empty", "Shop", Name(sh.Name)), w.Available <= 0
	}
	return Msg{}, false
}

// heading are the lines that every step of it begins with.
func (t *turn) heading(sc *Screen) {
	m := t.s.Money
	sh, _ := t.v.People.Shop(m.Shop)
	title := M("credit.title")
	switch {
	case m.Repay:
		title = M("repay.title")
	case m.Debit:
		title = M("debit.title")
	}
	sc.line(title, M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	if m.Amount > 0 && t.s.Step != StepSum {
		sc.line(M("credit.sum", "Amount", m.Amount))
	}
}

// standing are the lines that tell what a shop has, and owes if it does.
func (t *turn) standing(sc *Screen, id topup.ShopID) {
	w := t.v.Wallets.Wallet(id)
	sc.line(M("credit.now", "Amount", w.Available))
	if w.Owed > 0 {
		sc.line(M("debt.now", "Amount", w.Owed))
	}
}

// byMsg tells how the money of an entry comes or goes.
func byMsg(e topup.Entry) Msg {
	switch {
	case e.Slip != "":
		return M("credit.byslip", "Method", methodMsg(e.Method), "Slip", Latin(e.Slip))
	case e.Method == topup.OnAccount && e.Kind == topup.EntryDebit:
		return M("credit.by", "Method", M("method.debt"))
	}
	return M("credit.by", "Method", methodMsg(e.Method))
}

// entryLines tell how the money comes and why; what was typed whole is cash for
// its reason.
func entryLines(e topup.Entry) (lines []Msg) {
	if settles := e.Kind == topup.EntryDebit && e.Method == topup.OnAccount; !settles && (e.Method != topup.Cash || e.Memo == "") {
		lines = append(lines, byMsg(e))
	}
	if e.Memo != "" {
		lines = append(lines, M("credit.why", "Reason", Name(e.Memo)))
	}
	return lines
}

// afterwards is a wallet once a line is booked.
func afterwards(w topup.Wallet, line topup.Transaction) topup.Wallet {
	w.Available += line.On(line.Shop.Available())
	w.Owed -= line.On(line.Shop.Owed())
	return w
}
