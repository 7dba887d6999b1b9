package flows

import (
	"slices"
	"strconv"

	"hanout/topup"
)

// A till that goes on from a copy of its file, as an owner sees it
// (topup/restore.go). The rules:
//
//   - one panel an owner: how old the copy is, what is open, what was sold
//     since; it sells again on a ✅ that is asked twice and never taken late,
//     and offered only when the provider's lists were read;
//   - what was sold since carries no shop: the owner says whose it was, or
//     leaves it. It is booked as the sale that it is, once, at the price of
//     now, and its shop is told;
//   - shops are told in a word that it will not be long.

const (
	straysPerPage = 8
	givePerPage   = 8
)

func restorePanel(mark topup.Restored, owner int64) string {
	return "restore/" + strconv.FormatInt(mark.Found.Unix(), 36) + "/" + number(uint64(owner))
}

// RestoreShow is an owner's panel as it stands.
func RestoreShow(v View, owner int64, fresh bool) Show {
	return Show{Chat: owner, Panel: restorePanel(v.Copy.Restored(), owner), Screen: restoreScreen(v), Class: ClassNotices, Fresh: fresh}
}

// restoreScreen tells how it stands.
func restoreScreen(v View) Screen {
	mark := v.Copy.Restored()
	var sc Screen
	sc.line(M("restore.title"), M("restore.copied", "Time", mark.Copied))
	openLines(&sc, v)
	strays, read := v.Copy.Strays()
	switch {
	case !read && mark.Waits():
		sc.line(M("restore.reading"))
	case !read:
		sc.line(M("restore.reread"))
	default:
		sc.line(strayLines(strays)...)
	}
	if len(strays) > 0 {
		sc.row(button(M("restore.button.list", "No", number(uint64(len(strays)))), encodeTap("r", "list", "0")))
	}
	sc.row(button(M("restore.button.read"), encodeTap("r", "read")))
	switch {
	case !mark.Waits():
		sc.line(M("restore.opened", "Time", mark.Opened))
	case read:
		sc.line(M("restore.ask"))
		sc.row(Button{Label: M("restore.button.open"), Data: encodeTap("r", "open"), Style: Go})
	default:
		sc.line(M("restore.stopped"))
	}
	return sc
}

// openLines tell what the copy has under way, and what of it had not left.
func openLines(sc *Screen, v View) {
	const most = 10_000
	open, unsent := 0, 0
	var held topup.Money
	for _, o := range v.Orders.OpenOrders(most) {
		open++
		held += o.Price
		if o.State == topup.Placed {
			unsent++
		}
	}
	sc.line(M("restore.open", "No", number(uint64(open)), "Amount", held))
	if unsent > 0 {
		sc.line(M("restore.unsent", "No", number(uint64(unsent))))
	}
}

// strayLines sum up what was sold since.
func strayLines(strays []topup.Stray) []Msg {
	if len(strays) == 0 {
		return []Msg{M("restore.none")}
	}
	var sum topup.Money
	back := 0
	for _, s := range strays {
		if s.Phase == topup.PhaseRefunded {
			back++
		} else {
			sum += s.Charged
		}
	}
	lines := []Msg{M("restore.strays", "No", number(uint64(len(strays)-back)), "Amount", sum)}
	if back > 0 {
		lines = append(lines, M("restore.back", "No", number(uint64(back))))
	}
	return lines
}

// restored is the owners' command.
func (t *turn) restored() {
	if mark := t.v.Copy.Restored(); mark.Found.IsZero() || mark.Over(t.env.Now) {
		t.sayLines(M("restore.never"))
		return
	}
	t.do(RestoreShow(t.v, t.in.Chat, true))
	t.readLists()
}

// readLists asks for the provider's lists when this process has not read them.
func (t *turn) readLists() {
	if _, read := t.v.Copy.Strays(); !read {
		t.do(Run{Job: JobLists, Chat: t.in.Chat})
	}
}

// restoreTapped takes a button of the panel.
func (t *turn) restoreTapped(c tap) {
	if !t.who.May(topup.ActRestore) {
		t.alert(M("tap.foreign"))
		return
	}
	n, _ := strconv.ParseUint(c.part(2), 10, 31)
	switch c.part(0) {
	case "home":
		t.do(RestoreShow(t.v, t.in.Chat, false))
	case "read":
		t.toast(M("restore.reading"))
		t.do(Run{Job: JobLists, Chat: t.in.Chat})
	case "open":
		t.drawRestore(sureScreen())
	case "open2":
		t.reopen()
	case "list":
		first, _ := strconv.ParseUint(c.part(1), 10, 31)
		t.listStrays(int(first))
	case "one":
		t.onStray(c.part(1), func(s topup.Stray) { t.askWhose(s, int(n)) })
	case "give", "give2":
		t.onStray(c.part(1), func(s topup.Stray) { t.give(s, topup.ShopID(n), c.part(0) == "give2") })
	default:
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) drawRestore(sc Screen) {
	t.do(Show{Chat: t.in.Chat, Panel: restorePanel(t.v.Copy.Restored(), t.in.Chat), Screen: sc, Class: ClassAnswer})
}

func sureScreen() Screen {
	var sc Screen
	sc.line(M("restore.title"), M("restore.sure"))
	sc.row(Button{Label: M("button.sure"), Data: encodeTap("r", "open2"), Style: Go},
		button(M("button.back"), encodeTap("r", "home")))
	return sc
}

// reopen lets the till sell.
func (t *turn) reopen() {
	_, read := t.v.Copy.Strays()
	switch {
	case !t.v.Copy.Restored().Waits():
		t.toast(M("restore.opened", "Time", t.v.Copy.Restored().Opened))
		t.do(RestoreShow(t.v, t.in.Chat, false))
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.drawRestore(sureScreen())
	case !read:
		t.toast(M("restore.reading"))
		t.do(RestoreShow(t.v, t.in.Chat, false))
		t.readLists()
	default:
		t.toast(M("restore.done"))
		t.do(Reopen{By: t.in.Person.ID})
		sc := Screen{Lines: []Msg{M("restore.title"), M("restore.done")}}
		sc.row(button(M("restore.button.list.short"), encodeTap("r", "home")))
		for _, owner := range t.v.People.Owners() {
			t.do(Show{Chat: owner, Panel: restorePanel(t.v.Copy.Restored(), owner), Screen: sc, Class: ClassAnswer})
		}
	}
}

// listStrays shows a page of what was sold since.
func (t *turn) listStrays(page int) {
	strays, read := t.v.Copy.Strays()
	if !read || len(strays) == 0 {
		t.do(RestoreShow(t.v, t.in.Chat, false))
		t.readLists()
		return
	}
	part, page, pages := cut(strays, page, straysPerPage)
	var sc Screen
	sc.line(M("restore.title"))
	sc.line(strayLines(strays)...)
	sc.line(M("restore.choose"))
	for _, s := range part {
		sc.row(button(M("restore.line", "Sign", M("restore.sign."+phaseOf(s)), "What", t.strayWhat(s), "Amount", strayAmount(s)),
			encodeTap("r", "one", s.ProviderID, "0")))
	}
	pageRow(&sc, page, pages, func(n string) string { return encodeTap("r", "list", n) })
	sc.row(button(M("button.back"), encodeTap("r", "home")))
	t.drawRestore(sc)
}

// cut gives a page of a list, which of how many.
func cut[T any](list []T, page, size int) (part []T, at, pages int) {
	pages = max(1, (len(list)+size-1)/size)
	at = max(0, min(page, pages-1))
	return list[at*size : min(len(list), (at+1)*size)], at, pages
}

func pageRow(sc *Screen, page, pages int, to func(string) string) {
	var nav []Button
	if page > 0 {
		nav = append(nav, button(M("button.prev"), to(strconv.Itoa(page-1))))
	}
	if page < pages-1 {
		nav = append(nav, button(M("button.next", "Page", page+2, "Pages", pages), to(strconv.Itoa(page+1))))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
}

// phaseOf is where the provider says that an order stands, as far as it
// matters here.
func phaseOf(s topup.Stray) string {
	switch s.Phase {
	case topup.PhaseDone, topup.PhasePart:
		return "done"
	case topup.PhaseRefunded:
		return "back"
	}
	return "open"
}

// strayWhat is what was sold, in a word: the number, or the card.
func (t *turn) strayWhat(s topup.Stray) Msg {
	switch {
	case s.To == "":
		p, _ := t.product(s.Plan)
		if name := CleanName(p.Title, 40); name != "" {
			return M("restore.product", "Name", Name(name))
		}
		return M("restore.product", "Name", Name(s.Plan))
	case s.LineType != "":
		return M("restore.line.to", "Number", topup.Line(s.To))
	}
	return M("restore.number", "Number", topup.MSISDN(s.To))
}

func strayAmount(s topup.Stray) topup.Money {
	if s.Face > 0 {
		return s.Face
	}
	return s.Charged
}

// strayLong are the lines that say all of a stray.
func (t *turn) strayLong(s topup.Stray) []Msg {
	lines := []Msg{M("restore.one", "What", t.strayWhat(s), "State", M("restore.state."+phaseOf(s))),
		M("restore.charged", "Face", strayAmount(s), "Amount", s.Charged), M("order.placed", "Time", s.Created)}
	if plan, ok := t.v.Shelf.Plan(s.Plan); ok {
		lines = append(lines, M("restore.plan", "Plan", planMsg(plan.Family, plan.Name, plan.Kind)))
	}
	return append(lines, M("order.ref", "Ref", Latin(s.ProviderID)))
}

// onStray does something with a stray that is still one.
func (t *turn) onStray(id string, do func(topup.Stray)) {
	strays, _ := t.v.Copy.Strays()
	for _, s := range strays {
		if s.ProviderID == id {
			do(s)
			return
		}
	}
	t.toast(M("tap.old"))
	t.listStrays(0)
}

// askWhose shows a stray and asks which shop sold it.
func (t *turn) askWhose(s topup.Stray, page int) {
	var sc Screen
	sc.line(M("restore.title"))
	sc.line(t.strayLong(s)...)
	if s.Phase != topup.PhaseRefunded {
		sc.line(M("restore.whose"))
		var shops []topup.Shop
		newest, _ := t.v.People.Newest(ShopsRead)
		for _, sh := range slices.Backward(newest) {
			if sh.State == topup.ShopApproved {
				shops = append(shops, sh)
			}
		}
		part, at, pages := cut(shops, page, givePerPage)
		for _, sh := range part {
			sc.row(button(M("restore.shop", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
				encodeTap("r", "give", s.ProviderID, number(uint64(sh.ID)))))
		}
		pageRow(&sc, at, pages, func(n string) string { return encodeTap("r", "one", s.ProviderID, n) })
	}
	sc.row(button(M("button.back"), encodeTap("r", "list", "0")))
	t.drawRestore(sc)
}

// give books a stray as a sale of a shop, once it was asked twice.
func (t *turn) give(s topup.Stray, shop topup.ShopID, sure bool) {
	sh, known := t.v.People.Shop(shop)
	o, priced := t.recovered(s, sh)
	has := t.v.Wallets.Wallet(shop).Available
	switch {
	case !known || sh.State != topup.ShopApproved || s.Phase == topup.PhaseRefunded:
		t.toast(M("tap.unknown"))
	case !priced:
		t.alert(M("restore.unpriced"))
	case has < o.Price:
		t.alert(M("restore.short", "Amount", has, "Price", o.Price))
	case !sure || t.in.Late:
		var sc Screen
		sc.line(M("restore.title"))
		sc.line(t.strayLong(s)...)
		sc.line(M("restore.give", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "Amount", o.Price))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("r", "give2", s.ProviderID, number(uint64(shop))), Style: Go},
			button(M("button.back"), encodeTap("r", "one", s.ProviderID, "0")))
		t.drawRestore(sc)
	default:
		t.toast(M("restore.given"))
		t.do(TakeOver{Order: o, Stray: s})
		t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Class: ClassMoney, Screen: Screen{Lines: []Msg{
			M("restore.told", "What", t.strayWhat(s), "Time", s.Created, "Amount", o.Price)}}})
		sc := Screen{Lines: []Msg{M("restore.title"), M("restore.given")}}
		sc.row(button(M("restore.button.list.short"), encodeTap("r", "list", "0")))
		t.drawRestore(sc)
	}
}

// recovered is the order of a stray as a shop's; false when nothing tells what
// the shop paid.
func (t *turn) recovered(s topup.Stray, sh topup.Shop) (topup.Order, bool) {
	plan, _ := t.v.Shelf.Plan(s.Plan)
	name := plan.Name
	if s.To == "" {
		p, _ := t.product(s.Plan)
		name = CleanName(p.Title, 60)
	}
	o, ok := t.v.Shelf.Pricing(sh.ID).Recovered(s, plan, t.categoryOf(s.Plan), name)
	if o.ID == "" {
		o.ID = topup.OrderID(t.env.NewID())
	}
	o.Shop, o.Chat, o.By, o.Panel = sh.ID, sh.Chat, t.in.Person.ID, t.env.NewID()
	o.State, o.Placed, o.Changed, o.Due = topup.Placed, t.env.Now, t.env.Now, t.env.Now
	return o, ok && o.Valid() == nil
}

// notSelling is why nothing can be sold now; false when it can.
func (t *turn) notSelling() (why Msg, closed bool) {
	switch {
	case t.v.Copy.Restored().Waits():
		return M("sale.restored"), true
	case t.v.Shelf.Closed():
		return M("sale.closed"), true
	}
	return Msg{}, false
}
