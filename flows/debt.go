package flows

import (
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// What shops owe, as the owners and the shops see it. The rules: a shop may owe
// nothing until an owner has set how much; who owes longest comes first.

func debtPanel(id topup.ShopID, owner int64) string {
	return "debt/" + number(uint64(id)) + "/" + number(uint64(owner))
}

// debtShow is the panel of what a shop owes.
func (t *turn) debtShow(sh topup.Shop, fresh bool) Show {
	var sc Screen
	w := t.v.Wallets.Wallet(sh.ID)
	id := number(uint64(sh.ID))
	sc.line(M("debt.title"), M("shop.name", "Shop", Name(sh.Name), "No", id))
	sc.line(t.debtLines(sh.ID)...)
	sc.line(M("credit.now", "Amount", w.Available), M("ceiling.is", "Amount", sh.Ceiling))
	tap := func(verb string) string { return encodeTap("a", "money", id, verb) }
	if w.Owed > 0 {
		sc.row(Button{Label: M("button.repay"), Data: tap("repay"), Style: Go})
	}
	quiet := button(M("button.quiet"), tap("quiet"))
	if sh.Quiet {
		sc.line(M("debt.quiet"))
		quiet = button(M("button.loud"), tap("loud"))
	}
	sc.row(button(M("button.ceiling"), tap("ceiling")), quiet)
	sc.row(button(M("button.debts"), menuTap("debts")), homeButton())
	return Show{Chat: t.in.Chat, Panel: debtPanel(sh.ID, t.in.Chat), Screen: sc, Class: ClassAnswer, Fresh: fresh}
}

// debtLines tell what a shop owes and since when.
func (t *turn) debtLines(id topup.ShopID) []Msg {
	d := t.v.Wallets.Debt(id)
	if d.Owed <= 0 {
		return []Msg{M("debt.none")}
	}
	return []Msg{M("debt.now", "Amount", d.Owed), M("debt.since", "Time", d.Since, "Days", daysMsg(d.Since, t.env.Now))}
}

// daysMsg counts whole days.
func daysMsg(since, now time.Time) Msg {
	if days := int(now.Sub(since) / (24 * time.Hour)); days > 0 {
		return M("debt.days", "Count", days)
	}
	return M("debt.days.none")
}

// ceilings are the limits on buttons.
var ceilings = []topup.Money{0, topup.Dinars(10_000), topup.Dinars(20_000), topup.Dinars(50_000), topup.Dinars(100_000)}

// ceilingFirst sets the limit in the middle of an entry that it hinders.
func (t *turn) ceilingFirst() {
	m := t.s.Money
	sh, _ := t.v.People.Shop(m.Shop)
	if !overCeiling(sh, t.v.Wallets.Wallet(m.Shop), m.entry()) {
		t.toast(M("tap.unknown"))
		return
	}
	t.askCeiling(Msg{})
}

func (t *turn) askCeiling(problem Msg) {
	t.s.Step = StepCeiling
	sh, _ := t.v.People.Shop(t.s.Money.Shop)
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("ceiling.title"), M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
		sc.line(M("debt.now", "Amount", t.v.Wallets.Wallet(sh.ID).Owed), M("ceiling.is", "Amount", sh.Ceiling), M("ceiling.ask"))
		var list []Button
		for _, c := range ceilings {
			label := M("button.sum", "Amount", c)
			if c == 0 {
				label = M("button.noceiling")
			}
			list = append(list, button(label, t.s.tap("sum", strconv.FormatInt(int64(c), 10))))
		}
		sc.grid(2, list)
		sc.row(t.cancelButton())
	})
}

func (t *turn) ceilingTapped(arg string) {
	amount, ok := tappedSum(arg)
	if !ok && arg != "0" {
		t.toast(M("tap.unknown"))
		return
	}
	t.setCeiling(amount)
}

func (t *turn) ceilingTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	amount, err := topup.ParseAmount(text)
	if err != nil {
		t.askCeiling(M("credit.amount"))
		return true
	}
	t.setCeiling(amount)
	return true
}

// setCeiling sets how much the shop may owe, and goes on with what it hindered.
func (t *turn) setCeiling(amount topup.Money) {
	m := t.s.Money
	sh, ok := t.v.People.Shop(m.Shop)
	if !ok {
		t.cancel()
		return
	}
	if !t.who.Is(topup.Owner) {
		t.alert(M("ceiling.owners"))
		return
	}
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askCeiling(Msg{})
		return
	}
	sh.Ceiling = amount
	t.toast(M("ceiling.set", "Amount", amount))
	t.do(SaveShop{Shop: sh})
	if m.Amount > 0 && amount >= t.v.Wallets.Wallet(sh.ID).Owed+m.Amount {
		t.v.People = changed{t.v.People, sh}
		t.s.Step = StepMoney
		t.askMoney()
		return
	}
	t.drop(M("ceiling.set", "Amount", amount))
	t.do(t.debtShow(sh, true))
}

// changed is People with a shop as this turn leaves it.
type changed struct {
	People
	shop topup.Shop
}

func (c changed) Shop(id topup.ShopID) (topup.Shop, bool) {
	if id == c.shop.ID {
		return c.shop, true
	}
	return c.People.Shop(id)
}

// The list of debts shows so many on a page.
const debtsShown = 8

// debtsPanel begins the ID of every panel of the debts.
const debtsPanel = "debts/"

// debts has the debts of all shops read. Typed, or tapped elsewhere, it has a
// new panel; its own buttons carry a page and the rest of the panel's ID.
func (t *turn) debts(arg string) {
	page, rest, own := strings.Cut(arg, ".")
	n, err := strconv.ParseUint(page, 10, 31)
	if t.in.Data == "" || !own || err != nil {
		n, rest = 0, t.env.NewID()
	}
	t.do(Run{Job: JobDebts, Chat: t.in.Chat, Panel: debtsPanel + rest, Ask: Question{Page: int(n)}})
}

// DebtsScreen shows an owner who owes how much since when, the longest first,
// and sums by age; name tells a shop's.
func DebtsScreen(panel string, list []topup.Debt, page int, now time.Time, name func(topup.ShopID) string) Screen {
	var sc Screen
	sc.line(M("debts.title"))
	rest := strings.TrimPrefix(panel, debtsPanel)
	if len(list) == 0 {
		sc.line(M("debts.none"))
		sc.row(homeButton())
		return sc
	}
	var sum topup.Debt
	for _, d := range list {
		sum.Owed += d.Owed
		sum.Young += d.Young
		sum.Grown += d.Grown
		sum.Old += d.Old
	}
	sc.line(M("debts.sum", "Amount", sum.Owed, "No", number(uint64(len(list)))),
		M("debts.young", "Amount", sum.Young), M("debts.grown", "Amount", sum.Grown), M("debts.old", "Amount", sum.Old))
	part, at, pages := cut(list, page, debtsShown)
	for _, d := range part {
		sc.row(button(M("debts.line", "Shop", Name(name(d.Shop)), "Amount", d.Owed, "Days", daysMsg(d.Since, now)),
			encodeTap("a", "money", number(uint64(d.Shop)), "debt")))
	}
	pageRow(&sc, at, pages, func(n string) string { return menuTap("debts", n+"."+rest) })
	sc.row(button(M("button.again.look"), menuTap("debts", strconv.Itoa(at)+"."+rest)), homeButton())
	return sc
}

// DebtReminder reminds a shop of what it owes.
func DebtReminder(d topup.Debt, now time.Time) Screen {
	var sc Screen
	sc.line(M("debt.reminder", "Amount", d.Owed), M("debt.since", "Time", d.Since, "Days", daysMsg(d.Since, now)))
	sc.row(button(M("button.wallet"), menuTap("balance")))
	return sc
}
