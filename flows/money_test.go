package flows

import (
	"testing"
	"time"

	"hanout/topup"
)

// booked is the line that the last turn books.
func booked(k *talk) (topup.Transaction, bool) {
	b, ok := effect[Book](k)
	return b.Transaction, ok
}

// TestEntryIsBookedOnce: by buttons, to the last one; a tap that is late, or on
// what has ended, books nothing.
func TestEntryIsBookedOnce(t *testing.T) {
	k := newTalk(t)
	paid(k, "credit", "500000", "ccp")
	k.say("CCP 0012345")
	k.say("for the week")
	k.at(StepMoney, "credit.after")
	late := k.again()
	in := late.input()
	in.Data, in.Late = late.s.tap("ok"), true
	late.handle(in)
	if _, ok := booked(late); ok {
		t.Error("a late tap books")
	}
	late.at(StepMoney, "credit.after")

	ok := k.s.tap("ok")
	k.press(ok)
	line, is := booked(k)
	if !is || line.Key != "credit/slip/ccp/12345" || line.On(topup.ShopID(1).Available()) != topup.Dinars(5_000) || line.Memo != "for the week" ||
		line.Actor != 501 || line.Shop != 1 || line.Panel == "" {
		t.Fatalf("booked %t: %+v", is, line)
	}
	if _, wakes := effect[Wake](k); !wakes {
		t.Error("the shop's sale does not come back")
	}
	k.press(ok)
	if _, again := booked(k); again {
		t.Error("a second tap books again")
	}
}

// TestEntryIsHindered by what became true after it was shown.
func TestEntryIsHindered(t *testing.T) {
	for name, c := range map[string]struct {
		lead  func(*talk)
		since func(*desk)
		says  string
	}{
		"the wallet is spent": {func(k *talk) { paid(k, "debit", "500000", "cash"); k.tap("none") },
			func(d *desk) { d.money = topup.Dinars(4_999) }, "debit.short"},
		"the debt is paid": {func(k *talk) { k.v.owed = topup.Dinars(5_000); paid(k, "repay", "500000", "cash"); k.tap("none") },
			func(d *desk) { d.owed = topup.Dinars(4_999) }, "repay.toomuch"},
		"the wallet that pays the debt is spent": {func(k *talk) { k.v.owed = topup.Dinars(5_000); paid(k, "repay", "500000", "account"); k.tap("none") },
			func(d *desk) { d.money = 0 }, "debit.short"},
		"the ceiling is reached": {func(k *talk) {
			k.v.ceiling = topup.Dinars(5_000)
			paid(k, "credit", "500000", "account")
			k.tap("none")
		}, func(d *desk) { d.owed = 1 }, "ceiling.over"},
		"the shop is refused": {func(k *talk) { paid(k, "credit", "500000", "cash"); k.tap("none") },
			func(d *desk) { d.refused = true }, "credit.notapproved"},
		"the slip is booked by another": {func(k *talk) { paid(k, "credit", "500000", "ccp"); k.say("12345"); k.tap("none") },
			func(d *desk) {
				d.lines = map[string]topup.Transaction{"credit/slip/ccp/12345": {Key: "credit/slip/ccp/12345", Shop: 1, Actor: 502, Method: topup.CCP, Slip: "12345",
					Postings: []topup.Posting{{Account: topup.Funding, Amount: -500_000}, {Account: topup.ShopID(1).Available(), Amount: 500_000}}}}
			}, "slip.used"},
		"as a repayment, of less": {func(k *talk) { paid(k, "credit", "500000", "ccp"); k.say("12345"); k.tap("none") },
			func(d *desk) {
				d.lines = map[string]topup.Transaction{"repay/slip/ccp/12345": {Key: "repay/slip/ccp/12345", Shop: 1, Actor: 502, Method: topup.CCP, Slip: "12345",
					Postings: []topup.Posting{{Account: topup.Funding, Amount: -400_000}, {Account: topup.ShopID(1).Owed(), Amount: 400_000}}}}
			}, "slip.other"},
		"the wallet would hold more than there is": {func(k *talk) { paid(k, "credit", "500000", "cash"); k.tap("none") },
			func(d *desk) { d.money = 1<<63 - 1 }, "credit.amount"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			c.lead(k)
			if k.at(StepMoney); len(k.buttons()) < 2 {
				t.Fatalf("not offered: %v", k.says())
			}
			c.since(k.v)
			k.tap("ok")
			k.answered("✅")
			if _, ok := booked(k); ok {
				t.Error("it is booked")
			}
			k.at(StepMoney, c.says)
			for _, data := range k.buttons() {
				if c, _ := decodeTap(data); c.part(2) == "ok" {
					t.Error("✅ is still shown")
				}
			}
		})
	}
}

// TestMoneyOfNobody: what can't be begun says why, and begins nothing.
func TestMoneyOfNobody(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		setup func(*desk)
		says  string
	}{
		"an unknown shop":            {"a:money:99:credit", nil, "shop.unknown"},
		"a refused shop":             {"a:money:1:credit", func(d *desk) { d.refused = true }, "credit.notapproved"},
		"a debit of a refused shop":  {"a:money:1:debit", func(d *desk) { d.refused = true }, "credit.notapproved"},
		"a debit of nothing":         {"a:money:1:debit", func(d *desk) { d.money = 0 }, "debit.empty"},
		"a repayment of nothing":     {"a:money:1:repay", nil, "debt.nothing"},
		"a verb nobody has":          {"a:money:1:gift", nil, "tap.unknown"},
		"an undo of nothing":         {"a:undo:1:credit.none", nil, "tap.unknown"},
		"an undo of a sale's line":   {"a:undo:2:order.x.hold", func(d *desk) { d.lines = map[string]topup.Transaction{"order/x/hold": {Key: "order/x/hold", Shop: 1}} }, "tap.unknown"},
		"an undo of a shop's nobody": {"a:undo:2:credit.r", func(d *desk) { d.lines = map[string]topup.Transaction{"credit/r": {Key: "credit/r"}} }, "tap.unknown"},
	} {
		k := newTalk(t)
		owner(k)
		if c.setup != nil {
			c.setup(k.v)
		}
		k.press(c.data)
		if toast := k.answered(name); toast.Msg.ID != c.says || k.s.Step != StepIdle {
			t.Errorf("%s: %q at %q", name, toast.Msg.ID, k.s.Step)
		}
		if _, ok := booked(k); ok {
			t.Errorf("%s is booked", name)
		}
	}
	for _, arg := range []string{"0", "-1", "x", "9223372036854775808", "1000000000001"} {
		k := newTalk(t)
		owner(k)
		k.press("a:money:1:credit")
		k.tap("sum", arg)
		if toast := k.answered(arg); toast.Msg.ID != "tap.unknown" || k.s.Step != StepSum {
			t.Errorf("an amount of %s: %q at %q", arg, toast.Msg.ID, k.s.Step)
		}
	}
}

// TestARefusedShopPaysItsDebt: what is owed can be paid whatever became of the shop.
func TestARefusedShopPaysItsDebt(t *testing.T) {
	k := newTalk(t)
	k.v.owed, k.v.refused = topup.Dinars(5_000), true
	paid(k, "repay", "500000", "cash")
	k.tap("none")
	k.tap("ok")
	if line, ok := booked(k); !ok || line.On(topup.ShopID(1).Owed()) != topup.Dinars(5_000) {
		t.Errorf("booked %t: %+v", ok, line)
	}
}

// TestUndo is asked, happens once, and never late nor beyond what is there.
func TestUndo(t *testing.T) {
	e := topup.Entry{Kind: topup.EntryCredit, Shop: 1, Amount: topup.Dinars(5_000), Method: topup.Cash, Request: "r"}
	lent := e
	lent.Method = topup.OnAccount
	for name, c := range map[string]struct {
		entry       topup.Entry
		money, owed topup.Money
		says        string // why not; "" when it can be undone
	}{
		"a credit":                  {e, topup.Dinars(5_000), 0, ""},
		"a credit that is spent":    {e, topup.Dinars(4_999), 0, "undo.short"},
		"on account":                {lent, topup.Dinars(5_000), topup.Dinars(5_000), ""},
		"on account, paid back":     {lent, topup.Dinars(5_000), topup.Dinars(4_999), "undo.repaid"},
		"a debit":                   {topup.Entry{Kind: topup.EntryDebit, Shop: 1, Amount: 1, Method: topup.CCP, Request: "r"}, 0, 0, ""},
		"a repayment":               {topup.Entry{Kind: topup.EntryRepay, Shop: 1, Amount: 1, Method: topup.Cash, Request: "r"}, 0, 0, ""},
		"a debt paid by the wallet": {topup.Entry{Kind: topup.EntryDebit, Shop: 1, Amount: 1, Method: topup.OnAccount, Request: "r"}, 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			owner(k)
			key, _ := c.entry.Key(nil)
			line := c.entry.Transaction(key, 501, 501, "receipt", noon)
			k.v.money, k.v.owed, k.v.lines = c.money, c.owed, map[string]topup.Transaction{key: line}
			k.press(undoTap(key, "1"))
			if _, ok := booked(k); ok {
				t.Fatal("the first tap undoes")
			}
			if c.says != "" {
				for _, stage := range []string{"1", "2"} {
					if k.press(undoTap(key, stage)); k.answered(stage).Msg.ID != c.says {
						t.Errorf("stage %s: %+v", stage, k.out)
					}
					if _, ok := booked(k); ok {
						t.Error("it is undone")
					}
				}
				return
			}
			in := k.input()
			in.Data, in.Late = undoTap(key, "2"), true
			k.handle(in)
			if _, ok := booked(k); ok {
				t.Fatal("a late tap undoes")
			}
			k.press(undoTap(key, "2"))
			back, ok := booked(k)
			if !ok || back.Key != "undo/"+key {
				t.Fatalf("not undone: %+v", k.out)
			}
			told := 0
			for _, ef := range k.out {
				if s, is := ef.(Show); is && (s.Chat == deskChat || s.Panel == "receipt") {
					told++
				}
			}
			if told != 2 {
				t.Errorf("%d sides are told", told)
			}
			k.v.lines[back.Key] = back
			k.press(undoTap(key, "2"))
			if _, again := booked(k); again || k.answered("again").Msg.ID != "undo.was" {
				t.Errorf("undone twice: %+v", k.out)
			}
		})
	}
}

// TestButtonsOfMoneyFit: the longest slip still names its line on a button.
func TestButtonsOfMoneyFit(t *testing.T) {
	if data := undoTap("credit/slip/"+string(topup.BaridiMob)+"/123456789012345678901234/9", "2"); len(data) > maxCallback {
		t.Errorf("%q has %d bytes", data, len(data))
	}
}

// TestCeilingGoesOn: a ceiling that is high enough brings the credit back.
func TestCeilingGoesOn(t *testing.T) {
	k := newTalk(t)
	paid(k, "credit", "500000", "account")
	k.tap("none")
	k.at(StepMoney, "ceiling.over")
	k.tap("ceil")
	low := k.again()
	low.say("4 999")
	if save, ok := effect[SaveShop](low); !ok || save.Shop.Ceiling != topup.Dinars(4_999) || low.s.Step != StepIdle {
		t.Errorf("too low a ceiling: %+v at %q", save, low.s.Step)
	}
	k.tap("sum", "1000000")
	if save, ok := effect[SaveShop](k); !ok || save.Shop.Ceiling != topup.Dinars(10_000) {
		t.Errorf("saved %t: %+v", ok, save)
	}
	k.at(StepMoney, "debt.after")
	k.v.ceiling = topup.Dinars(10_000)
	k.tap("ok")
	if line, ok := booked(k); !ok || line.On(topup.ShopID(1).Owed()) != -topup.Dinars(5_000) {
		t.Errorf("booked %t: %+v", ok, line)
	}
}

func TestDebtsScreen(t *testing.T) {
	var list []topup.Debt
	for i := range 19 {
		list = append(list, topup.Debt{Shop: topup.ShopID(i + 1), Owed: 100, Since: noon.Add(-time.Duration(i) * 24 * time.Hour), Young: 50, Grown: 30, Old: 20})
	}
	for page, want := range map[int]int{0: 8, 1: 8, 2: 3, 99: 3, -1: 8} {
		sc := DebtsScreen(debtsPanel+"id", list, page, noon, func(topup.ShopID) string { return "x" })
		lines := 0
		for _, row := range sc.Rows {
			for _, b := range row {
				if _, ok := decodeTap(b.Data); !ok {
					t.Errorf("%q is no button", b.Data)
				}
				if b.Label.ID == "debts.line" {
					lines++
				}
			}
		}
		if lines != want {
			t.Errorf("page %d has %d lines", page, lines)
		}
	}
}

// TestStatementSaysHow money came or went.
func TestStatementSaysHow(t *testing.T) {
	s := &topup.Statement{Rows: []topup.Row{
		{Kind: topup.EntryCredit, Method: topup.OnAccount}, {Kind: topup.EntryCredit, Method: topup.CCP, Slip: "12345"},
		{Kind: topup.EntryDebit, Method: topup.OnAccount}, {Kind: topup.EntryUndo}, {Kind: topup.EntryCredit, Memo: "old"},
	}}
	table, _ := StatementTable(s)
	for i, want := range [][2]string{{"statement.credit", "method.account"}, {"statement.credit", "method.slip"},
		{"statement.debit", "method.debt"}, {"statement.undo", ""}, {"statement.credit", "old"}} {
		what, why := table.Rows[i][2].(Msg), table.Rows[i][8]
		if m, ok := why.(Msg); ok {
			why = m.ID
		}
		if what.ID != want[0] || why != want[1] {
			t.Errorf("row %d: %s, %v", i, what.ID, why)
		}
	}
}

// TestTakingBackTooLate: who taps when the sale has left is told to wait for its
// end, and when that is there, what it is.
func TestTakingBackTooLate(t *testing.T) {
	for state, says := range map[topup.State]string{topup.Submitting: "order.toolate", topup.Queued: "order.toolate", topup.Delivered: "tap.old", topup.Refunded: "tap.old"} {
		k := newTalk(t)
		k.v.sold = []topup.Order{{ID: "x", No: 1, Shop: 1, Chat: deskChat, By: deskChat, Panel: "x", Good: topup.GiftCard, PlanName: "PSN", Quantity: 1,
			Price: topup.Dinars(3000), Placed: noon, State: state}}
		k.press("o:x:cancel")
		if said := k.answered(string(state)).Msg.ID; said != says {
			t.Errorf("%s: %q", state, said)
		}
		if _, moved := effect[MoveOrder](k); moved {
			t.Errorf("%s: it is taken back", state)
		}
	}
}
