package flows

import (
	"cmp"
	"slices"
	"time"

	"hanout/topup"
)

// A shop's wallet: what it has, and what became of its money. The rules:
//   - a sale is one line, where its price was held, as it stands now; so the
//     amounts of all lines are what the shop may spend;
//   - a page reads so many lines of the journal at the most, however many there
//     are, and each of its sales once;
//   - a panel of it turns its pages in place; the rest travels in the buttons.

const (
	walletPage = 8
	walletPart = 24  // lines of the journal that are read at once
	walletMost = 240 // that a page looks through for what it wants
)

// walletPanel begins the ID of every wallet's panel.
const walletPanel = "w/"

// sieve is what a list is to show: the word in its buttons, the button's label,
// and what fits.
type sieve[T any] struct {
	verb, label string
	fits        func(T) bool
}

// walletLine is a line of the wallet: the journal's, with its sale, if any.
type walletLine struct {
	topup.Transaction
	sale topup.Order
}

// walletSieves are what people want to see of a wallet, all of it first.
var walletSieves = []sieve[walletLine]{
	{"all", "wallet.all", func(walletLine) bool { return true }},
	{"sales", "wallet.sales", func(l walletLine) bool { return l.sale.ID != "" && l.sale.State != topup.Refunded }},
	{"back", "wallet.back", func(l walletLine) bool { return topup.GaveBack(l.sale) }},
	{"money", "wallet.money", func(l walletLine) bool { return l.sale.ID == "" }},
}

// sieveOf finds a list's sieve by its word in a button.
func sieveOf[T any](list []sieve[T], verb string) (sieve[T], bool) {
	i := slices.IndexFunc(list, func(s sieve[T]) bool { return s.verb == verb })
	if i < 0 {
		return sieve[T]{}, false
	}
	return list[i], true
}

// sieveRow offers what else of a list could be shown.
func sieveRow[T any](sc *Screen, list []sieve[T], now sieve[T], tap func(verb string) string) {
	var row []Button
	for _, s := range list {
		if s.verb != now.verb {
			row = append(row, button(M(s.label), tap(s.verb)))
		}
	}
	sc.row(row...)
}

// balance shows a shop its wallet.
func (t *turn) balance() { t.showWallet(t.shop(), walletSieves[0], 0, t.env.NewID()) }

// walletTapped turns a page of a wallet, or shows something else of it.
func (t *turn) walletTapped(c tap) {
	shop, ok := c.number(0)
	before, number := c.number(2)
	sh, known := t.v.People.Shop(topup.ShopID(shop))
	if !ok || !number || !known || !(t.who.MayFor(topup.ActWallet, sh.ID) || t.who.MayFor(topup.ActShopWallet, sh.ID)) {
		t.foreign()
		return
	}
	s, ok := sieveOf(walletSieves, c.part(1))
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	t.showWallet(sh, s, before, c.part(3))
}

// showWallet shows a page of a shop's wallet, to its people or to an owner.
func (t *turn) showWallet(sh topup.Shop, s sieve[walletLine], before uint64, panel string) {
	own := sh.ID == t.who.Shop && t.who.May(topup.ActWallet)
	var sc Screen
	if own {
		sc.line(M("wallet.title", "Shop", Name(sh.Name)))
	} else {
		sc.line(M("shop.title", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "State", M("shop."+string(sh.State))))
	}
	w := t.v.Wallets.Wallet(sh.ID)
	sc.line(walletMsgs(w)...)
	if limited(sh) {
		sc.line(t.limitLines(sh)...)
	}
	if w.Owed > 0 {
		sc.line(t.debtLines(sh.ID)...)
	}
	lines, next, seen := t.walletLines(sh.ID, s.fits, before)
	t.tellWallet(&sc, sh, s, lines, next, seen)
	tap := func(verb string, before uint64) string {
		return encodeTap("w", number(uint64(sh.ID)), verb, number(before), panel)
	}
	var nav []Button
	if before != 0 {
		nav = append(nav, button(M("button.newest"), tap(s.verb, 0)))
	}
	if next != 0 {
		nav = append(nav, button(M("button.older"), tap(s.verb, next)))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	if len(lines) > 0 || before != 0 || s.verb != walletSieves[0].verb {
		sieveRow(&sc, walletSieves, s, func(verb string) string { return tap(verb, 0) })
	}
	t.walletRows(&sc, sh, own)
	t.do(Show{Chat: t.in.Chat, Panel: walletPanel + panel, Screen: sc, Class: ClassAnswer})
}

// walletRows are what can be done with the wallet.
func (t *turn) walletRows(sc *Screen, sh topup.Shop, own bool) {
	switch {
	case !own:
		if t.who.May(topup.ActMoney) {
			moneyRow(sc, sh)
		}
	case t.who.May(topup.ActSell):
		sc.row(sellButton(Plain), button(M("button.history"), menuTap("history")))
		sc.row(askCreditButton(), button(M("button.low"), menuTap("low")))
		t.commandRow(sc, "tariff", "markup")
		sc.row(homeButton())
	default:
		sc.row(button(M("button.history"), menuTap("history")), homeButton())
	}
}

// walletMsgs say what a wallet has. What is held stands apart, for it is no
// more in the balance.
func walletMsgs(w topup.Wallet) []Msg {
	list := []Msg{M("wallet.available", "Amount", w.Available)}
	if w.Held > 0 {
		list = append(list, M("wallet.held", "Amount", w.Held))
	}
	return list
}

// walletLines are a page of a wallet; next is from below which line the page
// after it begins, 0 when nothing is left, and seen when the last line was that
// was looked at.
func (t *turn) walletLines(shop topup.ShopID, fits func(walletLine) bool, before uint64) (page []walletLine, next uint64, seen time.Time) {
	for read := 0; read < walletMost; read += walletPart {
		lines := t.v.Wallets.Entries(shop, before, walletPart)
		for _, line := range lines {
			if l, begins := t.walletLine(line); begins && fits(l) {
				if len(page) == walletPage {
					return page, before, seen
				}
				page = append(page, l)
			}
			before, seen = line.Seq, line.At
		}
		if len(lines) < walletPart {
			return page, 0, seen
		}
	}
	return page, before, seen
}

// walletLine joins a line with its sale; false for one that goes on with a sale
// whose price was held before.
func (t *turn) walletLine(line topup.Transaction) (walletLine, bool) {
	l := walletLine{Transaction: line}
	kind, _ := topup.SplitKey(line.Key)
	if id := line.Sale(); id != "" {
		if kind != topup.EntryHold {
			return l, false
		}
		l.sale, _ = t.v.Orders.Order(id)
	}
	return l, true
}

// amount is what the shop may spend more or less by the line.
func (l walletLine) amount() topup.Money {
	if l.sale.ID != "" {
		return -topup.Spent(l.sale)
	}
	return l.On(l.Shop.Available())
}

func (t *turn) tellWallet(sc *Screen, sh topup.Shop, s sieve[walletLine], page []walletLine, next uint64, seen time.Time) {
	switch {
	case len(page) == 0 && next != 0:
		sc.line(M("wallet.nonesince", "When", When{seen, t.env.Now}))
		return
	case len(page) == 0 && s.verb == walletSieves[0].verb:
		sc.line(M("wallet.noentries"))
		return
	case len(page) == 0:
		sc.line(M("wallet.none"))
		return
	case s.verb == walletSieves[0].verb:
		sc.line(M("wallet.entries"))
	default:
		sc.line(M("wallet.only", "What", M(s.label)))
	}
	for _, l := range page {
		l.Shop = sh.ID // older lines don't say it
		sc.line(walletMsg(l, When{l.At, t.env.Now}))
		kind, _ := topup.SplitKey(l.Key)
		if (kind == topup.EntryCredit || kind == topup.EntryDebit) && t.who.OfBusiness() && len(t.v.People.Team()) > 0 {
			sc.line(M("entry.by", "Person", t.personName(l.Actor)))
		}
	}
}

// walletMsg tells a line as the shop sees it.
func walletMsg(l walletLine, when When) Msg {
	if l.sale.ID != "" {
		what := goodOf(l.sale).brief(l.sale)
		if on := cmp.Or(string(l.sale.Operator), l.sale.LineType); on != "" {
			what = M("brief.on", "Sale", what, "Operator", Latin(on))
		}
		return M("entry.sale", "Sign", signMsg(l.sale), "Amount", Signed(l.amount()), "What", what, "When", when)
	}
	amount := Signed(l.amount())
	switch kind, _ := topup.SplitKey(l.Key); kind {
	case topup.EntryCredit:
		return M("entry.credit", "When", when, "Amount", amount, "Reason", whyMsg(l.Transaction))
	case topup.EntryDebit:
		return M("entry.debit", "When", when, "Amount", amount, "Reason", whyMsg(l.Transaction))
	case topup.EntryRepay:
		return M("entry.repay", "When", when, "Amount", l.On(l.Shop.Owed()), "Reason", whyMsg(l.Transaction))
	case topup.EntryUndo:
		return M("entry.undo", "When", when, "What", undoMsg(l.Transaction))
	}
	return M("entry.other", "When", when, "Amount", amount)
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
