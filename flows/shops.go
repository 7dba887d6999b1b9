package flows

import (
	"strconv"
	"strings"

	"hanout/topup"
)

// The shops as the business's owners see them.

// ShopsRead is how many of the newest shops a report names.
const ShopsRead = 300

// findShop reads SHOP: the shop's number or its chat ID.
func (t *turn) findShop(arg string) (topup.Shop, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(arg, "#"), 10, 64)
	if err != nil || n <= 0 {
		return topup.Shop{}, false
	}
	if sh, ok := t.v.People.Shop(topup.ShopID(n)); ok {
		return sh, true
	}
	return t.v.People.ShopOf(n)
}

// float is /balance: the float, or the wallet of a shop that is named.
func (t *turn) float(args string) {
	switch {
	case args == "":
		t.work(JobFloat, "float.running")
	case t.who.May(topup.ActShopWallet):
		t.shopBalance(args)
	default:
		t.lost()
	}
}

func (t *turn) shopBalance(args string) {
	sh, ok := t.findShop(args)
	if !ok {
		t.sayLines(M("shop.unknown"))
		return
	}
	t.showWallet(sh, walletSieves[0], 0, t.env.NewID())
}

// decideShop takes a decision on a request. It counts for the name and the phone
// that the owner saw: seen is the seal of those.
func (t *turn) decideShop(id topup.ShopID, verb, seen string) {
	sh, ok := t.v.People.Shop(id)
	if !ok {
		t.toast(M("shop.unknown"))
		return
	}
	if verb == "card" {
		t.shopCard(sh, 0, true)
		return
	}
	verb, carded := strings.CutPrefix(verb, "card.")
	shown := func() {
		if carded {
			t.shopCard(sh, 0, false)
			return
		}
		t.do(Show{Chat: t.in.Chat, Panel: askPanel(sh, t.in.Chat), Screen: t.askedScreen(sh), Class: ClassAnswer})
	}
	if sh.State != topup.ShopAsked {
		t.toast(M("shop.decided", "State", M("shop."+string(sh.State))))
		shown()
		return
	}
	if seen != sh.Seal() {
		t.toast(M("shop.changed"))
		shown()
		return
	}
	switch verb {
	case "yes":
		sh.State = topup.ShopApproved
	case "no":
		sh.State = topup.ShopRefused
	default:
		t.toast(M("tap.unknown"))
		return
	}
	sh.Decided, sh.Decider = t.env.Now, t.in.Person.ID
	t.toast(M("shop." + string(sh.State)))
	t.do(SaveShop{Shop: sh}, Menu{Chat: sh.Chat})
	for _, owner := range t.v.People.Deciders() {
		t.do(Show{Chat: owner, Panel: askPanel(sh, owner), Screen: t.askedScreen(sh), Class: ClassAnswer})
	}
	if carded {
		shown()
	}
	if sh.State == topup.ShopApproved && sh.GroupChat != 0 {
		t.greetGroupChat(sh)
	}
	var sc Screen
	if sh.State == topup.ShopApproved {
		sc.line(M("shop.welcome", "Shop", Name(sh.Name)), M("shop.number", "No", number(uint64(sh.ID))), M("home.hint"))
		sc.row(sellButton(Main))
		sc.row(button(M("button.wallet"), menuTap("balance")), button(M("button.help"), menuTap("help")))
	} else {
		sc.line(M("shop.sorry", "Shop", Name(sh.Name)))
		sc.row(writeButton())
	}
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Screen: sc, Class: ClassAnswer})
}

// askedScreen is the request panel as it stands: open, or decided.
func (t *turn) askedScreen(sh topup.Shop) Screen {
	if sh.State == topup.ShopAsked {
		twin, _ := Namesake(t.v.People, sh.ID, sh.Name)
		return RequestScreen(sh, "", twin)
	}
	var sc Screen
	sc.line(M("ask.decided", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "State", M("shop."+string(sh.State))))
	if sh.Decider != 0 && len(t.v.People.Team()) > 0 {
		sc.line(M("ask.by", "Person", t.personName(sh.Decider)))
	}
	if sh.State == topup.ShopApproved {
		moneyRow(&sc, sh)
		sc.row(button(M("card.open"), encodeTap("a", "card", number(uint64(sh.ID)), "below")))
	}
	return sc
}

func askPanel(sh topup.Shop, owner int64) string { return RequestPanel(sh.ID, owner) }

// RequestPanel names the panel by which an owner decides on a shop.
func RequestPanel(id topup.ShopID, owner int64) string {
	return "ask/" + number(uint64(id)) + "/" + number(uint64(owner))
}

// RequestScreen is the panel by which an owner decides on a new shop; twin is
// another one of its name, zero for none. The name of the person who asks comes with
// the request alone.
func RequestScreen(sh topup.Shop, person string, twin topup.Shop) Screen {
	var sc Screen
	if twin.ID != 0 {
		sc.line(M("rename.twin", "Shop", Name(sh.Name), "No", number(uint64(twin.ID))))
	}
	sc.line(M("ask.card", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	if person != "" {
		sc.line(M("ask.person", "Person", Name(CleanName(person, 40))))
	}
	sc.line(M("ask.decide", "Phone", Latin(sh.Phone)))
	if sh.GroupChat != 0 {
		sc.line(M("ask.groupchat", "GroupChat", Name(sh.GroupChatTitle)))
	}
	sc.row(decisionButtons(sh, "")...)
	return sc
}

// decisionButtons decide on a shop as it is shown; on says on what: "card." for
// its card, "" for the request's own panel.
func decisionButtons(sh topup.Shop, on string) []Button {
	id := number(uint64(sh.ID))
	return []Button{
		{Label: M("button.approve"), Data: encodeTap("a", "shop", id, on+"yes", sh.Seal()), Style: Go},
		{Label: M("button.refuse"), Data: encodeTap("a", "shop", id, on+"no", sh.Seal()), Style: Stop},
	}
}
