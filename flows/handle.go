package flows

import (
	"strings"
	"unicode"

	"hanout/topup"
)

// Handle is the whole of what people can do: it takes one input and gives the
// talk's next state and the effects. Every tap is answered.
func Handle(v View, s Session, in Input) (Session, []Effect) {
	t := &turn{v: v, in: in, s: s, was: s.Step}
	t.route()
	if in.Data != "" && !t.answered {
		t.out = append(t.out, Toast{})
	}
	return t.s, t.out
}

// turn is one input being handled.
type turn struct {
	v        View
	in       Input
	s        Session
	was      Step // where the talk stood before
	out      []Effect
	answered bool
	lower    bool // the card comes down to where the eyes are
}

func (t *turn) do(e ...Effect) { t.out = append(t.out, e...) }

func (t *turn) toast(m Msg) {
	t.answered = true
	t.do(Toast{Msg: m})
}

func (t *turn) alert(m Msg) {
	t.answered = true
	t.do(Toast{Msg: m, Alert: true})
}

// draw shows the next state of the session's living card. Buttons made in
// build carry the new version, so that older ones are known as old.
func (t *turn) draw(build func(*Screen)) {
	fresh := false
	if t.s.Panel == "" {
		t.s.Panel = t.in.NewID()
	} else if t.lower || (t.in.Data == "" && (t.s.Panel != t.in.LastPanel || t.s.Step == t.was)) {
		// Something was said below it, or what was typed led nowhere, and an
		// edit to the same text would show nothing at all.
		fresh = true
	}
	t.s.Version++
	var sc Screen
	build(&sc)
	t.do(Show{Chat: t.in.Chat, Panel: t.s.Panel, Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

// say sends a message of its own that nothing will change later.
func (t *turn) say(sc Screen) {
	t.do(Show{Chat: t.in.Chat, Panel: t.in.NewID(), Screen: sc, Class: ClassAnswer})
}

func (t *turn) sayLines(m ...Msg) { t.say(Screen{Lines: m}) }

// begin leaves whatever talk there was and starts one with a card of its own.
func (t *turn) begin(step Step) {
	t.s = Session{Step: step, Version: t.s.Version}
}

// drop ends the talk; its card, if any, says so and loses its buttons.
func (t *turn) drop(m Msg) {
	if t.s.Panel != "" && t.s.Step != StepIdle {
		card := t.s.Panel
		sc := Screen{Lines: []Msg{m}}
		sc.row(homeButton())
		t.do(Show{Chat: t.in.Chat, Panel: card, Screen: sc, Class: ClassAnswer})
	}
	t.s = Session{Version: t.s.Version, Panel: t.s.Panel}
}

// left tells that a talk was left: sale are the words when it was a sale.
func (t *turn) left(sale string) Msg {
	switch t.s.Step {
	case StepName, StepPhone, StepFind, StepMoney, StepSure:
		return M("cancel.done.plain")
	}
	return M(sale)
}

func (t *turn) isAdmin() bool { return t.v.IsAdmin(t.in.Person.ID) }

// shop is the approved shop of this chat.
func (t *turn) shop() (topup.Shop, bool) {
	sh, ok := t.v.ShopOf(t.in.Chat)
	return sh, ok && sh.State == topup.ShopApproved
}

func (t *turn) route() {
	if !t.in.Private {
		t.elsewhere()
		return
	}
	if t.in.Person.ID != t.in.Chat {
		t.alert(M("tap.foreign"))
		return
	}
	switch {
	case t.in.Data != "":
		t.tapped()
	case strings.HasPrefix(strings.TrimSpace(t.in.Text), "/"):
		t.command()
	default:
		t.told()
	}
}

// elsewhere answers in groups and channels: the till works in private only.
func (t *turn) elsewhere() {
	switch {
	case t.in.Data != "":
		t.alert(M("group.tap"))
	case strings.HasPrefix(t.in.Text, "/"):
		sc := Screen{Lines: []Msg{M("group.private")}}
		if t.in.BotName != "" {
			sc.row(Button{Label: M("group.open"), URL: "https://t.me/" + t.in.BotName})
		}
		t.say(sc)
	}
}

// command takes "/name@bot arguments".
func (t *turn) command() {
	text := strings.TrimSpace(topup.PlainDigits(t.in.Text))
	head, args, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), " ")
	name, bot, _ := strings.Cut(strings.TrimPrefix(head, "/"), "@")
	if bot != "" && t.in.BotName != "" && !strings.EqualFold(bot, t.in.BotName) {
		return
	}
	args = strings.TrimSpace(args)
	switch strings.ToLower(name) {
	case "start":
		t.start(args)
		return
	case "language":
		t.language()
		return
	case "cancel":
		t.cancel()
		return
	case "help":
		t.help()
		return
	}
	if t.isAdmin() && t.adminCommand(strings.ToLower(name), args) {
		return
	}
	if _, ok := t.shop(); ok && t.shopCommand(strings.ToLower(name), args) {
		return
	}
	t.lost()
}

func (t *turn) shopCommand(name, args string) bool {
	switch name {
	case "mobile":
		t.newSale(Draft{})
	case "internet":
		t.newInternet(Draft{})
	case "cards":
		t.newGift(Draft{})
	case "balance":
		t.balance()
	case "history":
		t.history(0)
	case "find":
		t.find(args)
	default:
		return false
	}
	return true
}

// lost answers what is not understood by saying what can be done.
func (t *turn) lost() {
	if _, ok := t.shop(); ok {
		sc := Screen{Lines: []Msg{M("help.unknown")}}
		t.homeRows(&sc)
		t.say(sc)
		return
	}
	t.home()
}

// told takes a text or a contact that is not a command.
func (t *turn) told() {
	if t.v.Language(t.in.Chat) == "" {
		t.begin(StepIdle)
		t.language()
		return
	}
	switch t.s.Step {
	case StepName:
		t.name()
		return
	case StepPhone:
		t.phone()
		return
	}
	if _, ok := t.shop(); ok {
		if t.in.Contact != nil {
			t.counter(t.in.Contact.Phone)
			return
		}
		if t.s.Step == StepFind {
			t.find(t.in.Text)
			return
		}
		if d := t.s.Sale; d != nil &&
			((d.Good == topup.InternetCard && t.internetTold(t.in.Text)) || (d.Good == topup.GiftCard && t.giftTold(t.in.Text))) {
			return
		}
		t.counter(t.in.Text)
		return
	}
	t.home()
}

// tapped takes a button.
func (t *turn) tapped() {
	c, ok := decodeTap(t.in.Data)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	switch c.kind {
	case "m":
		t.menuTapped(c)
	case "a":
		if !t.isAdmin() {
			t.alert(M("tap.foreign"))
			return
		}
		t.adminTapped(c)
	case "s":
		t.sessionTapped(c)
	default:
		if _, ok := t.shop(); !ok && !t.isAdmin() {
			t.alert(M("tap.foreign"))
			return
		}
		switch c.kind {
		case "o":
			t.orderTapped(c)
		case "h":
			if before, ok := c.number(0); ok {
				t.historyPage(before, c.part(1))
			}
		case "v":
			no, ok1 := c.number(0)
			before, ok2 := c.number(1)
			if ok1 && ok2 {
				t.historyOrder(no, before, c.part(2))
			}
		}
	}
}

// sessionTapped takes a button of a talk's card. A button of an older state
// does nothing but show what is true now.
func (t *turn) sessionTapped(c tap) {
	card, verb := c.part(0), c.part(2)
	version, ok := c.number(1)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	if card != t.s.Panel || t.s.Step == StepIdle {
		t.oldButton(card)
		return
	}
	if int(version) != t.s.Version {
		t.toast(M("tap.old"))
		t.redraw()
		return
	}
	switch t.s.Step {
	case StepMoney, StepSure:
		if !t.isAdmin() {
			t.alert(M("tap.foreign"))
			return
		}
		t.moneyTapped(verb)
	case StepName, StepPhone, StepFind:
		if verb == "no" {
			t.cancel()
		}
	default:
		if _, ok := t.shop(); !ok {
			t.alert(M("tap.foreign"))
			return
		}
		t.saleTapped(verb, c.part(3))
	}
}

// oldButton answers a tap on a card that the talk has left: it shows what
// became of the sale on it, or where the talk stands.
func (t *turn) oldButton(card string) {
	if o, ok := t.v.OrderByPanel(card); ok && o.Chat == t.in.Chat {
		t.toast(M("tap.sold", "No", number(o.No), "State", StateMsg(o)))
		t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassMoney})
		return
	}
	t.toast(M("tap.old"))
	if t.s.Step != StepIdle {
		t.redraw()
		return
	}
	if card == t.s.Panel {
		return // a second tap on what has just ended: the card has said how
	}
	sc := Screen{Lines: []Msg{M("card.ended")}}
	sc.row(homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: card, Screen: sc, Class: ClassAnswer})
}

// redraw shows the current step again.
func (t *turn) redraw() {
	switch t.s.Step {
	case StepNumber:
		t.askNumber(Msg{})
	case StepOperator:
		t.askOperator()
	case StepPlan:
		t.askPlan(Msg{})
	case StepAmount:
		t.askAmount(Msg{})
	case StepConfirm:
		t.quote(Msg{})
	case StepLineType:
		t.askLineType()
	case StepLine:
		t.askLine(Msg{})
	case StepChecking:
		t.redrawChecking()
	case StepValue:
		t.askValue(Msg{})
	case StepShelf:
		t.askShelf(Msg{})
	case StepProduct:
		t.askProduct(Msg{})
	case StepStock, StepRecheck:
		t.redrawStock()
	case StepType:
		t.askType(Msg{})
	case StepQuantity:
		t.askQuantity(Msg{})
	case StepMoney, StepSure:
		t.askMoney()
	case StepName:
		t.askName(Msg{})
	case StepFind:
		t.askFind(Msg{})
	}
}

// CleanName makes a name fit to be shown: printable, one line, no direction
// controls, at most max letters; "" when nothing is left.
func CleanName(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	out := []rune(strings.Join(strings.Fields(s), " "))
	if len(out) > most {
		out = append(out[:most-1], '…')
	}
	letters := false
	for _, r := range out {
		letters = letters || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	if !letters {
		return ""
	}
	return string(out)
}
