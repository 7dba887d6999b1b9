package flows

import (
	"cmp"
	"strings"

	"hanout/topup"
)

// Becoming a shop: its name, its phone, then the owners decide (shops.go). The
// phone is asked for with a reply button, which only a message of its own can
// have.

// The steps.
const (
	StepName  Step = "name"  // asked for the shop's name
	StepPhone Step = "phone" // asked for its phone
)

func applying() conversation {
	return conversation{
		needs: topup.ActApply, holds: func(Session) bool { return true },
		steps: map[Step]step{
			StepName: {
				show:   func(t *turn) { t.askName(Msg{}) },
				told:   func(t *turn, text string) bool { t.name(text); return true },
				shared: func(t *turn, _ Contact) bool { t.askName(M("ask.name.bad")); return true },
			},
			StepPhone: {
				show:      func(t *turn) { t.askPhone(Msg{}) },
				told:      func(t *turn, text string) bool { t.phoneGiven(phoneIn(text)); return true },
				shared:    func(t *turn, c Contact) bool { t.phoneShared(c); return true },
				panelless: true,
			},
		},
	}
}

// apply begins it.
func (t *turn) apply() {
	t.begin(StepName)
	t.askName(Msg{})
}

// applyAnew is its button, which may outlive the need.
func (t *turn) applyAnew() {
	if t.who.Shop != 0 || !t.mayAsk() {
		t.home()
		return
	}
	t.apply()
}

// mayAsk reports whether the person may ask for a shop now.
func (t *turn) mayAsk() bool {
	sh, asked := t.v.People.ShopOf(t.in.Person.ID)
	if t.v.People.Member(t.in.Person.ID).Role == topup.Cashier {
		return false
	}
	return !asked || sh.MayAsk(t.env.Now)
}

// askName asks a stranger for the name of the shop.
func (t *turn) askName(problem Msg) {
	t.s.Step = StepName
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		} else {
			sc.line(M("ask.welcome"))
			if sh, ok := t.v.People.ShopOf(t.in.Person.ID); ok && sh.State == topup.ShopRefused {
				sc.line(M("ask.again", "Shop", Name(sh.Name)))
			}
		}
		if t.s.GroupChat != 0 {
			sc.line(M("groupchat.asks", "GroupChat", Name(t.s.GroupChatTitle)))
		}
		sc.line(M("ask.name"))
		if !t.who.Is(topup.Stranger) { // who has a home can go back there
			sc.row(t.cancelButton())
		}
	})
}

func (t *turn) name(text string) {
	name := shopName(text)
	if name == "" {
		t.askName(M("ask.name.bad"))
		return
	}
	t.s.Name = name
	t.s.Step = StepPhone
	t.s.Panel = ""
	t.askPhone(Msg{})
}

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

// phoneShared takes a contact. Telegram vouches for a shared one, from any
// country.
func (t *turn) phoneShared(c Contact) {
	if !c.Own {
		t.askPhone(M("ask.phone.foreign"))
		return
	}
	t.phoneGiven(cmp.Or(phoneIn(c.Phone), contactDigits(c.Phone)))
}

// phoneIn reads a mobile number or a landline; "" for anything else.
func phoneIn(text string) string {
	if n, err := topup.ParseMSISDN(text); err == nil {
		return string(n)
	}
	if l, err := topup.ParseADSL(text); err == nil {
		return string(l)
	}
	return ""
}

// phoneGiven sends the request to the owners.
func (t *turn) phoneGiven(phone string) {
	if phone == "" {
		t.askPhone(M("ask.phone.bad"))
		return
	}
	sh, again := t.v.People.ShopOf(t.in.Person.ID)
	if !t.mayAsk() {
		t.s = t.blank()
		t.home()
		return
	}
	if !again {
		sh = topup.Shop{ID: t.v.People.NextShop(), Chat: t.in.Chat}
	}
	sh = sh.Ask(t.s.Name, phone, t.env.Now)
	sh.GroupChat, sh.GroupChatTitle = t.s.GroupChat, t.s.GroupChatTitle
	t.s = t.blank()
	t.do(SaveShop{Shop: sh})
	t.say(Screen{Lines: []Msg{M("ask.sent", "Shop", Name(sh.Name))}, RemoveKeyboard: true})
	t.do(Request{Shop: sh, Person: t.in.Person.Name, Again: again})
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
