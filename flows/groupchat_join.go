package flows

import (
	"cmp"
	"regexp"
	"strconv"

	"hanout/topup"
)

// How a group chat becomes a shop's. The rules:
//
//   - it begins in the group chat, by /start, and goes on in the person's own chat,
//     by a link that names the group chat and is no secret: Telegram is asked whether
//     they are one of its administrators, whatever the link says;
//   - who has no shop asks for one with this group chat, and the owners read so; a
//     keeper adds it to theirs. A shop has one group chat, and a group chat one shop: the
//     newest word of an administrator counts.

// The steps.
const (
	StepGroupChatFirst Step = "groupchatfirst" // a language is asked for first
	StepGroupChat      Step = "groupchat"      // Telegram is asked about the group chat
	StepGroupChatSure  Step = "groupchatsure"  // a keeper is asked
)

// groupChatForm is what follows /start in the link; a customer's is longer.
var groupChatForm = regexp.MustCompile(`^g-[1-9][0-9]{0,17}$`)

// groupChatOf reads the group chat of a link.
func groupChatOf(payload string) (int64, bool) {
	if !groupChatForm.MatchString(payload) {
		return 0, false
	}
	id, err := strconv.ParseInt(payload[1:], 10, 64)
	return id, err == nil
}

func groupChatLink(bot string, chat int64) string {
	return openLink(bot) + "?start=g" + strconv.FormatInt(chat, 10)
}

func addingGroupChat() conversation {
	return conversation{
		needs: topup.ActGroupChat, holds: func(s Session) bool { return s.GroupChat != 0 },
		steps: map[Step]step{
			StepGroupChatFirst: {show: (*turn).language, spoken: (*turn).askTelegram, panelless: true},
			StepGroupChat: {show: (*turn).showAsking, waited: (*turn).askTelegram,
				taps: map[string]func(*turn, string){"again": simple((*turn).askTelegram)}},
			StepGroupChatSure: {show: (*turn).askGroupChat, taps: map[string]func(*turn, string){"ok": simple((*turn).takeGroupChat)}},
		},
	}
}

// groupChatOpened takes the link of a group chat.
func (t *turn) groupChatOpened(chat int64) {
	t.dropQuietly()
	switch {
	case t.v.People.Language(t.in.Chat) == "":
		t.begin(StepGroupChatFirst)
		t.s.GroupChat = chat
		t.language()
	case t.who.Is(topup.Suspended):
		t.sayLines(M("suspend.tap"))
	case !t.who.May(topup.ActGroupChat) || t.idleMember():
		t.sayLines(M("groupchat.keeper"))
	case !t.who.Is(topup.Keeper) && !t.mayAsk():
		t.home()
	default:
		t.begin(StepIdle)
		t.s.GroupChat = chat
		t.askTelegram()
	}
}

// askTelegram asks whether the person speaks for the group chat; [GroupChatSeen] takes
// the answer.
func (t *turn) askTelegram() {
	t.showAsking()
	t.do(Run{Job: JobGroupChat, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{GroupChat: t.s.GroupChat}})
}

func (t *turn) showAsking() {
	t.s.Step = StepGroupChat
	t.draw(func(sc *Screen) {
		sc.line(M("groupchat.asking"))
		sc.row(button(M("button.again.look"), t.s.tap("again")), t.cancelButton())
	})
}

// GroupChatAnswer is what Telegram said of a group chat.
type GroupChatAnswer struct {
	GroupChat int64
	Title     string
	Admin     bool // the person is one of its administrators
	Unseen    bool // it said nothing
}

// GroupChatSeen goes on with the answer.
func GroupChatSeen(v View, env Env, s Session, in Input, a GroupChatAnswer) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	if _, ok := t.at(); !ok || t.s.Step != StepGroupChat || t.s.GroupChat != a.GroupChat {
		return t.s, t.out
	}
	title := cmp.Or(CleanName(a.Title, 40), "Telegram")
	switch {
	case a.Unseen:
		t.drop(M("groupchat.unseen"))
	case !a.Admin:
		t.drop(M("groupchat.notadmin"))
	case t.who.Is(topup.Keeper):
		t.s.GroupChatTitle = title
		t.askGroupChat()
	case !t.mayAsk():
		t.drop(M("groupchat.keeper"))
	default:
		panel := t.s.Panel
		t.begin(StepName)
		t.s.Panel, t.s.GroupChat, t.s.GroupChatTitle = panel, a.GroupChat, title
		t.askName(Msg{})
	}
	return t.s, t.out
}

func (t *turn) askGroupChat() {
	t.s.Step = StepGroupChatSure
	t.draw(func(sc *Screen) {
		sc.line(M("groupchat.ask", "GroupChat", Name(t.s.GroupChatTitle), "Shop", Name(t.shop().Name)), M("groupchat.rules"))
		sc.row(Button{Label: M("groupchat.yes"), Data: t.s.tap("ok"), Style: Go})
		sc.row(t.cancelButton())
	})
}

// takeGroupChat makes the group chat the shop's.
func (t *turn) takeGroupChat() {
	sh := t.shop()
	if !t.who.Is(topup.Keeper) {
		t.drop(M("groupchat.keeper"))
		return
	}
	if sh.GroupChat != 0 && sh.GroupChat != t.s.GroupChat {
		t.do(Show{Chat: sh.GroupChat, Panel: t.env.NewID(), Screen: Screen{Lines: []Msg{M("groupchat.left", "Shop", Name(sh.Name))}}, Class: ClassAnswer})
	}
	sh.GroupChat, sh.GroupChatTitle = t.s.GroupChat, t.s.GroupChatTitle
	t.do(SaveShop{Shop: sh})
	t.greetGroupChat(sh)
	t.drop(M("groupchat.done", "GroupChat", Name(sh.GroupChatTitle)))
}

// greetGroupChat tells a group chat that its shop sells there, in its keeper's language.
func (t *turn) greetGroupChat(sh topup.Shop) {
	t.do(Speak{Chat: sh.GroupChat, Language: t.v.People.Language(sh.Chat)},
		Show{Chat: sh.GroupChat, Panel: t.env.NewID(), Screen: GroupChatScreen(sh), Class: ClassAnswer})
}

// leaveGroupChat ends it; what is under way there is shown to who sold it.
func (t *turn) leaveGroupChat() {
	sh := t.shop()
	if sh.GroupChat == 0 {
		t.listed(sh, Msg{})
		return
	}
	t.do(Show{Chat: sh.GroupChat, Panel: t.env.NewID(), Screen: Screen{Lines: []Msg{M("groupchat.left", "Shop", Name(sh.Name))}}, Class: ClassAnswer})
	title := sh.GroupChatTitle
	sh.GroupChat, sh.GroupChatTitle = 0, ""
	t.do(SaveShop{Shop: sh})
	t.listed(sh, M("groupchat.off", "GroupChat", Name(title)))
}

// groupChatRow is the shop's group chat among its people.
func (t *turn) groupChatRow(sc *Screen, sh topup.Shop) {
	switch {
	case sh.GroupChat != 0:
		sc.line(M("groupchat.sells", "GroupChat", Name(sh.GroupChatTitle)))
		sc.row(Button{Label: M("groupchat.stop"), Data: t.s.tap("lg"), Style: Stop})
	case t.env.BotName != "":
		sc.row(Button{Label: M("groupchat.add"), URL: openLink(t.env.BotName) + "?startgroup=shop"})
	}
}

// LeftGroupChat ends what somebody who lost their place had begun in the group chat.
func LeftGroupChat(v View, env Env, s Session, in Input) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	if _, may := t.at(); !may && t.s.Step != StepIdle {
		t.drop(t.left("card.dropped"))
		t.s.Backlog = nil
	}
	return t.s, t.out
}
