package flows

import (
	"strings"

	"hanout/topup"
)

// Languages are the languages people can choose, by their own names.
var Languages = []struct{ Code, Name string }{{"ar", "العربية"}, {"fr", "Français"}}

// Role is what a chat may do; it picks its command menu.
type Role string

// The roles.
const (
	RoleStranger Role = "stranger"
	RoleShop     Role = "shop"
	RoleAdmin    Role = "admin"
)

// RoleOf tells the role of a private chat.
func RoleOf(v View, chat int64) Role {
	if v.IsAdmin(chat) {
		return RoleAdmin
	}
	if sh, ok := v.ShopOf(chat); ok && sh.State == topup.ShopApproved {
		return RoleShop
	}
	return RoleStranger
}

// Commands lists the commands of a role, in the order shown; each has a text
// "command.<name>".
func Commands(r Role) []string {
	switch r {
	case RoleAdmin:
		return []string{"balance", "credit", "debit", "shops", "orders", "sync", "backup", "mobile", "internet", "cards", "history", "language", "help", "cancel"}
	case RoleShop:
		return []string{"mobile", "internet", "cards", "balance", "history", "find", "language", "help", "cancel"}
	}
	return []string{"start", "language", "help"}
}

func homeButton() Button { return button(M("button.menu"), menuTap("home")) }

// start begins at the beginning: a language once, then home.
func (t *turn) start(payload string) {
	if tokenForm.MatchString(payload) {
		t.claim(payload)
		return
	}
	t.dropQuietly()
	if t.v.Language(t.in.Chat) == "" {
		t.language()
		return
	}
	t.home()
}

func (t *turn) dropQuietly() {
	if t.s.Step != StepIdle {
		t.drop(t.left("card.dropped"))
	}
}

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

// home is the first screen of each role.
func (t *turn) home() {
	sc, ask := t.homeScreen()
	if ask {
		t.begin(StepName)
		t.askName(Msg{})
		return
	}
	t.say(sc)
}

// homeScreen builds the home of the chat's role; ask tells that a stranger is
// to be asked for a shop's name instead.
func (t *turn) homeScreen() (sc Screen, ask bool) {
	if t.isAdmin() {
		sc.line(M("home.admin"))
		if acc, ok := t.v.Account(); ok {
			sc.line(accountMsg(acc))
		}
		t.homeRows(&sc)
		return sc, false
	}
	sh, ok := t.v.ShopOf(t.in.Chat)
	switch {
	case ok && sh.State == topup.ShopApproved:
		w := t.v.Wallet(sh.ID)
		sc.line(M("home.shop", "Shop", Name(sh.Name)), M("wallet.available", "Amount", w.Available))
		sc.line(M("home.hint"))
		t.homeRows(&sc)
		return sc, false
	case ok && sh.State == topup.ShopAsked:
		sc.line(M("ask.waiting", "Shop", Name(sh.Name)))
		return sc, false
	}
	return sc, true
}

func (t *turn) homeRows(sc *Screen) {
	_, shop := t.shop()
	if t.isAdmin() {
		sc.row(button(M("button.float"), menuTap("float")), button(M("button.shops"), menuTap("shops")))
		sc.row(button(M("button.orders"), menuTap("orders")), button(M("button.sync"), menuTap("sync")))
		if !shop {
			sc.row(button(M("button.ownshop"), menuTap("ask")))
		}
	}
	if shop {
		sc.row(Button{Label: M("button.mobile"), Data: menuTap("mobile"), Style: Main})
		sc.row(button(M("button.internet"), menuTap("internet")), button(M("button.cards"), menuTap("cards")))
		sc.row(button(M("button.wallet"), menuTap("balance")), button(M("button.history"), menuTap("history")))
	}
	sc.row(button(M("button.language"), menuTap("language")), button(M("button.help"), menuTap("help")))
}

func (t *turn) menuTapped(c tap) {
	_, shop := t.shop()
	switch verb := c.part(0); {
	case verb == "lang":
		t.chooseLanguage(c.part(1))
	case verb == "language":
		t.language()
	case verb == "home":
		t.home()
	case verb == "help":
		t.help()
	case verb == "ask":
		if shop {
			t.home()
			return
		}
		t.begin(StepName)
		t.askName(Msg{})
	case verb == "mobile" && shop:
		t.newSale(Draft{})
	case verb == "internet" && shop:
		t.newInternet(Draft{})
	case verb == "cards" && shop:
		t.newGift(Draft{})
	case verb == "balance" && shop:
		t.balance()
	case verb == "history" && shop:
		t.history(0)
	case t.isAdmin() && t.adminCommand(map[string]string{"float": "balance", "shops": "shops", "orders": "orders", "sync": "sync"}[verb], ""):
	default:
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) chooseLanguage(code string) {
	for _, l := range Languages {
		if l.Code == code {
			t.do(Speak{Chat: t.in.Chat, Language: code}, Menu{Chat: t.in.Chat})
			if t.s.Step == StepClaim {
				t.openClaim(t.s.Claim)
				return
			}
			if t.s.Step != StepIdle {
				t.lower = true
				t.redraw()
				return
			}
			t.home()
			return
		}
	}
	t.toast(M("tap.unknown"))
}

func (t *turn) help() {
	var sc Screen
	switch RoleOf(t.v, t.in.Chat) {
	case RoleAdmin:
		sc.line(M("help.admin"))
	case RoleShop:
		sc.line(M("help.shop"))
	default:
		sc.line(M("help.stranger"))
	}
	t.homeRows(&sc)
	t.say(sc)
}

// cancel leaves the talk; an order already confirmed goes on.
func (t *turn) cancel() {
	if t.s.Step == StepIdle {
		t.sayLines(M("cancel.nothing"))
		return
	}
	if t.s.Step == StepPhone {
		t.say(Screen{Lines: []Msg{t.left("cancel.done")}, RemoveKeyboard: true})
		t.s = Session{Version: t.s.Version}
		return
	}
	t.drop(t.left("cancel.done"))
}

// askName asks a stranger for the name of the shop.
func (t *turn) askName(problem Msg) {
	t.s.Step = StepName
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		} else {
			sc.line(M("ask.welcome"))
			if sh, ok := t.v.ShopOf(t.in.Chat); ok && sh.State == topup.ShopRefused {
				sc.line(M("ask.again", "Shop", Name(sh.Name)))
			}
		}
		sc.line(M("ask.name"))
	})
}

func (t *turn) name() {
	name := CleanName(t.in.Text, 40)
	if t.in.Contact != nil || name == "" {
		t.askName(M("ask.name.bad"))
		return
	}
	t.s.Name = name
	t.s.Step = StepPhone
	t.s.Panel = ""
	t.askPhone(Msg{})
}

// askPhone asks with a reply button, which only a message of its own can have.
func (t *turn) askPhone(problem Msg) {
	var sc Screen
	if problem.ID != "" {
		sc.line(problem)
	}
	sc.line(M("ask.phone", "Shop", Name(t.s.Name)))
	share := M("ask.phone.share")
	sc.AskContact = &share
	t.say(sc)
}

func (t *turn) phone() {
	text := t.in.Text
	if c := t.in.Contact; c != nil {
		if !c.Own {
			t.askPhone(M("ask.phone.foreign"))
			return
		}
		text = c.Phone
	}
	phone := ""
	if n, err := topup.ParseMSISDN(text); err == nil {
		phone = string(n)
	} else if l, err := topup.ParseADSL(text); err == nil {
		phone = string(l)
	} else if c := t.in.Contact; c != nil {
		phone = contactDigits(c.Phone) // Telegram vouches for a shared one, from any country
	}
	if phone == "" {
		t.askPhone(M("ask.phone.bad"))
		return
	}
	sh, again := t.v.ShopOf(t.in.Chat)
	if again && sh.State == topup.ShopApproved {
		t.s = Session{Version: t.s.Version}
		t.home()
		return
	}
	if !again {
		sh = topup.Shop{ID: t.v.NextShop(), Chat: t.in.Chat}
	}
	sh.Name, sh.Phone, sh.State, sh.Asked = t.s.Name, phone, topup.ShopAsked, t.in.Now
	t.s = Session{Version: t.s.Version}
	t.do(SaveShop{Shop: sh})
	t.say(Screen{Lines: []Msg{M("ask.sent", "Shop", Name(sh.Name))}, RemoveKeyboard: true})
	for _, admin := range t.v.Admins() {
		t.do(Show{Chat: admin, Panel: askPanel(sh, admin), Screen: askScreen(sh, t.in.Person.Name), Class: ClassNotices, Fresh: again})
	}
}

func contactDigits(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, topup.PlainDigits(s))
	if len(s) < 6 || len(s) > 15 {
		return ""
	}
	return "+" + s
}

func askPanel(sh topup.Shop, admin int64) string {
	return "ask/" + number(uint64(sh.ID)) + "/" + number(uint64(admin))
}

// askScreen is the card by which an admin decides on a new shop.
func askScreen(sh topup.Shop, person string) Screen {
	var sc Screen
	sc.line(M("ask.card", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "Person", Name(CleanName(person, 40)), "Phone", Latin(sh.Phone)))
	id := number(uint64(sh.ID))
	sc.row(
		Button{Label: M("button.approve"), Data: encodeTap("a", "shop", id, "yes"), Style: Go},
		Button{Label: M("button.refuse"), Data: encodeTap("a", "shop", id, "no"), Style: Stop},
	)
	return sc
}
