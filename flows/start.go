package flows

import (
	"time"

	"hanout/topup"
)

// Language is one that people can choose.
type Language struct{ Code, Name string }

// Languages are the languages people can choose, by their own names: the
// codes of package locales, which this one does not know.
var Languages = []Language{{"ar", "العربية"}, {"fr", "Français"}}

func homeButton() Button { return button(M("button.menu"), menuTap("home")) }

// start begins at the beginning: a language once, then home.
func (t *turn) start(payload string) {
	if tokenForm.MatchString(payload) {
		t.claim(payload)
		return
	}
	if chat, ok := groupChatOf(payload); ok {
		t.groupChatOpened(chat)
		return
	}
	t.dropQuietly()
	if !t.spoken() {
		t.language()
		return
	}
	t.home()
}

// spoken tells whether the chat has chosen a language.
func (t *turn) spoken() bool { return t.v.People.Language(t.in.Chat) != "" }

func (t *turn) language() {
	var sc Screen
	sc.line(M("language.ask"))
	var row []Button
	for _, l := range Languages {
		row = append(row, button(M("language.name", "Name", Name(l.Name)), menuTap("lang", l.Code)))
	}
	sc.row(row...)
	t.say(sc)
}

// chooseLanguage changes the language and goes on where the conversation
// stands.
func (t *turn) chooseLanguage(code string) {
	known := false
	for _, l := range Languages {
		known = known || l.Code == code
	}
	if !known {
		t.toast(M("tap.unknown"))
		return
	}
	t.do(Speak{Chat: t.in.Chat, Language: code}, Menu{Chat: t.in.Chat})
	if sh := t.shop(); sh.GroupChat != 0 && t.who.Is(topup.Keeper) {
		t.do(Speak{Chat: sh.GroupChat, Language: code})
	}
	st, ok := t.at()
	_, asked := t.v.People.ShopOf(t.in.Person.ID)
	switch {
	case !ok && t.who.Is(topup.Customer) && !asked:
		var sc Screen
		sc.line(M("language.customer"))
		sc.row(homeButton())
		t.say(sc)
	case !ok:
		t.home()
	case st.spoken != nil:
		st.spoken(t)
	default:
		t.lower = true
		st.show(t)
	}
}

// home is the first screen of everybody. Who is not known is asked for the
// name of their shop.
func (t *turn) home() {
	var sc Screen
	own, asked := t.v.People.ShopOf(t.in.Person.ID)
	switch {
	case t.who.OfBusiness():
		sc.line(M("home.admin"))
		if acc, ok := t.v.Shelf.Account(); ok {
			sc.line(accountMsg(acc))
		}
		t.homeRows(&sc)
	case t.who.May(topup.ActSell):
		sh := t.shop()
		w := t.v.Wallets.Wallet(sh.ID)
		sc.line(M("home.shop", "Shop", Name(sh.Name)), M("wallet.available", "Amount", w.Available), M("home.hint"))
		t.homeRows(&sc)
	case t.who.Is(topup.Suspended):
		own = t.shop()
		sc.line(M("suspend.home", "Shop", Name(own.Name)), whySuspended(own), M("suspend.rest"))
		sc.row(writeButton())
		t.homeRows(&sc)
	case t.idleMember():
		sc.line(M("join.closed", "Shop", Name(t.ownPlace().Name)))
	case asked && own.State == topup.ShopAsked:
		sc.line(M("ask.waiting", "Shop", Name(own.Name)))
	case !t.mayAsk():
		sc.line(M("ask.enough", "Shop", Name(own.Name)))
		sc.row(writeButton())
	default:
		t.apply()
		return
	}
	t.say(sc)
}

// ownPlace is the shop where the person has a place, whether it sells or not.
func (t *turn) ownPlace() topup.Shop {
	sh, _ := t.v.People.Shop(t.v.People.Member(t.in.Person.ID).Shop)
	return sh
}

// idleMember reports whether the person is cashier of a shop that does not
// sell: they ask for none of their own.
func (t *turn) idleMember() bool {
	return t.who.Shop == 0 && t.v.People.Member(t.in.Person.ID).Role == topup.Cashier
}

// homeRows are the buttons of what the person may do.
func (t *turn) homeRows(sc *Screen) {
	t.commandRow(sc, "float", "shops")
	t.commandRow(sc, "orders", "report")
	t.commandRow(sc, "sync", "debts")
	t.commandRow(sc, "team", "news")
	t.commandRow(sc, "rules")
	t.commandRow(sc, "complaints")
	if t.who.Is(topup.Owner) && t.who.Shop == 0 {
		t.commandRow(sc, "ask")
	}
	if t.who.May(topup.ActSell) {
		var more []Button
		sc.row(sellButton(Main))
		t.homeFavourites(sc)
		for _, g := range goods[1:] {
			more = append(more, button(M(g.label), menuTap(g.verb)))
		}
		sc.grid(2, more)
	}
	t.commandRow(sc, "today", "history")
	t.commandRow(sc, "balance", "cashiers")
	t.commandRow(sc, "language", "help")
}

// commandRow is a row of those commands that the person may give.
func (t *turn) commandRow(sc *Screen, verbs ...string) {
	var row []Button
	for _, verb := range verbs {
		if c, ok := t.commandOf(verb); ok {
			row = append(row, button(M(c.label), menuTap(verb)))
		}
	}
	sc.grid(len(verbs), row)
}

func (t *turn) help() {
	var sc Screen
	switch {
	case t.who.Is(topup.Owner):
		sc.line(M("help.admin"))
	case t.who.Is(topup.Helper):
		sc.line(M("help.helper", "Amount", t.who.Most))
	case t.who.Is(topup.Viewer):
		sc.line(M("help.viewer"))
	case t.who.May(topup.ActSell):
		sc.line(M("help.shop"))
		sc.row(writeButton())
	default:
		sc.line(M("help.stranger"))
	}
	t.homeRows(&sc)
	t.say(sc)
}

// EnoughScreen is the last word to a stranger who writes too much.
func EnoughScreen(wait time.Duration) Screen {
	return Screen{Lines: []Msg{M("budget.enough", "Minutes", Minutes(wait/time.Minute))}}
}

// cancel leaves the conversation; an order already confirmed goes on.
func (t *turn) cancel() {
	st, ok := steps[t.s.Step]
	switch {
	case !ok:
		t.sayLines(M("cancel.nothing"))
	case st.panelless:
		t.say(Screen{Lines: []Msg{t.left("cancel.done")}, RemoveKeyboard: true})
		t.s = t.blank()
	default:
		why := t.left("cancel.done")
		t.vanish(why)
		if t.in.Data != "" {
			t.toast(why)
			return
		}
		sc := Screen{Lines: []Msg{why}}
		sc.row(homeButton())
		t.say(sc)
	}
}
