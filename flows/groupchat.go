package flows

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"hanout/topup"
)

// A shop's group chat, in Telegram: a place where its people sell, beside their own
// chats. The rules:
//
//   - a conversation is one person's in one chat: in the group chat everybody has one
//     of their own, and another's panel is not theirs to tap;
//   - rights are the person's, as everywhere; to be in the group chat gives none;
//   - Telegram hands on commands, answers to us and texts that name us, and with
//     more freedom everything: of the rest only a whole sale is taken, a number
//     with its amount;
//   - what is shown there passes through one gate ([InGroupChat]): no code, link or
//     file, nothing of the wallet, and no button that leads out of a sale;
//   - all that is no sale is said in the person's own chat.

// groupChat takes what somebody did in a group chat.
func (t *turn) groupChat() {
	sh, sells := t.v.GroupChats.ShopIn(t.in.Chat)
	ours := sells && t.who.Shop == sh.ID
	command := strings.HasPrefix(strings.TrimSpace(t.in.Text), "/")
	switch {
	case ours && t.in.Data != "":
		t.groupChatTapped()
	case ours && command:
		if !t.lateAgain() {
			t.groupChatCommand(sh)
		}
	case ours:
		t.groupChatTold(sh)
	case t.in.Data != "" && sells:
		t.alert(M("groupchat.stranger", "Shop", Name(sh.Name)))
	case t.in.Data != "":
		t.alert(M("groupchat.tap"))
	case command:
		t.pointOut(sells)
	}
}

// pointOut answers a command in a group chat by the way to our own chat, and where
// nobody sells yet, by the way to become a shop.
func (t *turn) pointOut(sells bool) {
	name, _, ours := t.commandGiven()
	if !ours {
		return
	}
	if lang := t.v.People.Language(t.in.Person.ID); lang != "" && t.v.People.Language(t.in.Chat) == "" {
		t.do(Speak{Chat: t.in.Chat, Language: lang}) // of who brings us in, until it has a shop
	}
	sc := Screen{Lines: []Msg{M("groupchat.private")}}
	link := openLink(t.env.BotName)
	switch {
	case t.in.Person.ID == 0:
		sc.Lines = []Msg{M("groupchat.nameless")}
	case name == "start" && !sells:
		sc.Lines = []Msg{M("groupchat.begin")}
		link = groupChatLink(t.env.BotName, t.in.Chat)
	}
	if t.env.BotName != "" {
		sc.row(Button{Label: M("groupchat.open"), URL: link})
	}
	t.say(sc)
}

func openLink(bot string) string { return "https://t.me/" + bot }

// goodVerb finds the good that a command or button sells.
func goodVerb(verb string) (good, bool) {
	i := slices.IndexFunc(goods, func(g good) bool { return g.verb == verb })
	if i < 0 {
		return good{}, false
	}
	return goods[i], true
}

// groupChatTapped takes a button from one of the shop's people.
func (t *turn) groupChatTapped() {
	c, ok := decodeTap(t.in.Data)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	whose := t.whosePanel(c)
	switch {
	case !c.inGroupChat():
		t.alert(M("groupchat.tap"))
	case whose != 0 && whose != t.in.Person.ID:
		t.alert(M("groupchat.theirs", "Person", t.colleague(whose)))
	default:
		t.tapped()
	}
}

// whosePanel tells who began what a button belongs to; 0 for nobody known.
func (t *turn) whosePanel(c tap) int64 {
	var o topup.Order
	switch c.kind {
	case "s":
		if person := t.v.GroupChats.CardOf(t.in.Chat, c.part(0)); person != 0 {
			return person
		}
		o, _ = t.v.Orders.OrderByPanel(c.part(0))
	case "o":
		o, _ = t.v.Orders.Order(topup.OrderID(c.part(0)))
	}
	return o.By
}

// colleague names one of the shop's people: a keeper without a name by the
// shop's.
func (t *turn) colleague(person int64) Name {
	own := ""
	if person == t.in.Person.ID {
		own = cmp.Or(CleanName(t.in.Person.Name, 20), t.s.Who)
	}
	return Name(cmp.Or(t.v.People.Member(person).Name, own, t.shop().Name))
}

// groupChatCommand takes a command from one of the shop's people: a sale, or the
// way to our own chat.
func (t *turn) groupChatCommand(sh topup.Shop) {
	name, args, ours := t.commandGiven()
	g, sells := goodVerb(name)
	switch {
	case !ours:
	case name == "cancel":
		t.cancel()
	case !t.who.May(topup.ActSell):
		t.sayLines(M("suspend.tap"))
	case name == "start" || name == "help":
		t.say(GroupChatScreen(sh))
	case sells:
		beginning(g)(t, args)
	default:
		t.pointOut(true)
	}
}

// beginning makes a good's command: what is typed behind it counts as if it
// was typed alone.
func beginning(g good) func(*turn, string) {
	return func(t *turn, args string) {
		if args == "" || !t.sellsTyped(args, false) {
			g.begin(t)
		}
	}
}

// groupChatTold takes a text from one of the shop's people.
func (t *turn) groupChatTold(sh topup.Shop) {
	text, meant := t.meantForUs()
	r := Read(text)
	whole := r.sells() && r.Face > 0 && r.Problem == nil
	if t.in.Photo != "" || t.in.Contact != nil || text == "" || (!meant && !whole) {
		return
	}
	if !t.who.May(topup.ActSell) {
		if meant {
			t.sayLines(M("suspend.tap"))
		}
		return
	}
	st, standing := t.at()
	t.lined = meant && t.lining()
	switch {
	case t.lateLine(text):
	case meant && t.several(text):
	case meant && standing && st.told != nil && st.told(t, text):
	case t.sellsTyped(text, false):
	case !meant:
	case standing:
		st.show(t)
	default:
		t.say(GroupChatScreen(sh))
	}
}

// meantForUs tells whether a text answers or names us, and gives it without our
// name.
func (t *turn) meantForUs() (string, bool) {
	text := strings.TrimSpace(t.in.Text)
	if t.env.BotName == "" || !strings.Contains(text, "@") {
		return text, t.in.Reply
	}
	name := regexp.MustCompile(`(?i)@` + regexp.QuoteMeta(t.env.BotName) + `\b`)
	return strings.TrimSpace(name.ReplaceAllString(text, " ")), t.in.Reply || name.MatchString(text)
}

// GroupChatScreen tells a group chat how to sell.
func GroupChatScreen(sh topup.Shop) Screen {
	sc := Screen{Lines: []Msg{M("groupchat.welcome", "Shop", Name(sh.Name)), M("groupchat.how")}}
	sc.row(sellButton(Main))
	var more []Button
	for _, g := range goods[1:] {
		more = append(more, button(M(g.label), menuTap(g.verb)))
	}
	sc.grid(2, more)
	return sc
}

// CodesWaitScreen tells a group chat why codes are not there yet: nothing can be
// written to the seller, who must come to us.
func CodesWaitScreen(o topup.Order, bot string) Screen {
	sc := Screen{Lines: []Msg{M("groupchat.waits", "Count", linked(o), "Person", Name(o.Seller), "No", number(o.No))}}
	sc.row(Button{Label: M("groupchat.open"), URL: openLink(bot)})
	return sc
}

// CodesCameScreen ends that.
func CodesCameScreen(o topup.Order) Screen {
	return Screen{Lines: []Msg{M("groupchat.came", "Count", linked(o), "Person", Name(o.Seller), "No", number(o.No))}}
}

// GroupChatLostScreen tells a keeper that nothing can be written into the group chat any
// more, GroupChatTakenScreen that another shop sells there now.
func GroupChatLostScreen(sh topup.Shop) Screen {
	return Screen{Lines: []Msg{M("groupchat.lost", "GroupChat", Name(sh.GroupChatTitle))}}
}

// GroupChatTakenScreen: see [GroupChatLostScreen].
func GroupChatTakenScreen(sh topup.Shop) Screen {
	return Screen{Lines: []Msg{M("groupchat.taken", "GroupChat", Name(sh.GroupChatTitle))}}
}
