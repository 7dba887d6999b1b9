package flows

import (
	"cmp"
	"slices"
	"strings"

	"hanout/topup"
)

// The rules of a turn:
//   - every tap is answered, once;
//   - a conversation has one living panel; a button on an older state of it
//     does nothing but show what is true now;
//   - what a person may not do is refused before it is looked at.

// Handle is the whole of what people can do: it takes one input and gives the
// conversation's next state and the effects.
func Handle(v View, env Env, s Session, in Input) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	t.was = s.Step
	t.s.Thanked = s.Thanked && in.wordless()
	t.caughtUp()
	t.route()
	t.backToBacklog()
	if in.Data != "" && !t.answered {
		t.do(Toast{})
	}
	return t.s, t.out
}

// turn is one input being handled.
type turn struct {
	v        View
	env      Env
	in       Input
	who      topup.Actor
	s        Session
	was      Step // where the person left the conversation; nowhere when an answer goes on with it
	out      []Effect
	answered bool
	lower    bool                       // the panel comes down to where the eyes are
	chosen   bool                       // a line of the backlog goes on as a sale
	lined    bool                       // what is read now is a line of several, or answers one
	names    map[string]topup.Favourite // see called

	// What the turn changes of the people it shows: the view is from before.
	saved topup.Member
	gone  int64
	made  topup.Invite
	ended string // an invitation's ID
}

func newTurn(v View, env Env, s Session, in Input) *turn {
	return &turn{v: v, env: env, in: in, s: s, who: v.People.Actor(in.Person.ID, in.Chat)}
}

func (t *turn) do(e ...Effect) { t.out = append(t.out, e...) }

// toast answers the tap. A second answer would not be shown: the first, which
// says more, stays.
func (t *turn) toast(m Msg) { t.answer(Toast{Msg: m}) }

func (t *turn) alert(m Msg) { t.answer(Toast{Msg: m, Alert: true}) }

func (t *turn) answer(a Toast) {
	if !t.answered {
		t.answered = true
		t.do(a)
	}
}

// draw shows the next state of the session's living panel. Buttons made in
// build carry the new version, so that older ones are known as old.
func (t *turn) draw(build func(*Screen)) {
	fresh := false
	if t.s.Panel == "" {
		t.s.Panel = t.env.NewID()
	} else if t.lower || (t.in.Data == "" && t.s.Panel != t.env.LastPanel) || (t.typed() && t.s.Step != StepBacklog) {
		// Something was said below it: at the least what was typed.
		fresh = true
	}
	t.s.Version++
	var sc Screen
	if !t.in.Private {
		t.s.Who = cmp.Or(CleanName(t.in.Person.Name, 20), t.s.Who)
		sc.line(M("groupchat.card", "Person", t.colleague(t.in.Person.ID)))
	}
	if t.lining() {
		sc.line(t.lineHead()...)
	}
	build(&sc)
	if t.lining() {
		t.skipRow(&sc)
	}
	if st := steps[t.s.Step]; !t.in.Private && st.told != nil && t.s.Step != StepConfirm {
		sc.line(M("groupchat.reply")) // else Telegram may keep the answer from us
	}
	t.do(Show{Chat: t.in.Chat, Panel: t.s.Panel, Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

// typed reports that the person wrote or shared something, and did not tap.
func (t *turn) typed() bool { return t.in.Text != "" || t.in.Contact != nil }

// say sends a message of its own that nothing will change later.
func (t *turn) say(sc Screen) {
	t.do(Show{Chat: t.in.Chat, Panel: t.env.NewID(), Screen: sc, Class: ClassAnswer})
}

func (t *turn) sayLines(m ...Msg) { t.say(Screen{Lines: m}) }

// begin leaves whatever conversation there was and starts one with a panel of its own.
func (t *turn) begin(step Step) {
	t.s = t.blank()
	t.s.Step = step
}

// blank is no conversation, and what outlives them.
func (t *turn) blank() Session { return Session{Version: t.s.Version, Backlog: t.s.Backlog} }

// drop ends the conversation; its panel, if any, says how and loses its buttons.
func (t *turn) drop(m Msg) { t.end(m, false) }

// vanish ends the conversation, and its panel goes: nothing came of it. Where
// Telegram deletes it no more, it says so.
func (t *turn) vanish(m Msg) { t.end(m, true) }

func (t *turn) end(m Msg, gone bool) {
	if t.s.Panel != "" && t.s.Step != StepIdle {
		sc := Screen{Lines: []Msg{m}, Gone: gone}
		sc.row(homeButton())
		t.do(Show{Chat: t.in.Chat, Panel: t.s.Panel, Screen: sc, Class: ClassAnswer})
	}
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
}

// dropQuietly leaves the conversation there is, because something else begins.
func (t *turn) dropQuietly() {
	if t.s.Step != StepIdle {
		t.vanish(t.left("card.dropped"))
	}
}

// left tells that a conversation was left: sale are the words when it was a
// sale.
func (t *turn) left(sale string) Msg {
	st, ok := steps[t.s.Step]
	if ok && st.of.leaving != nil {
		return st.of.leaving(t.s)
	}
	if ok && !st.of.sale {
		return M("cancel.done.plain")
	}
	return M(sale)
}

// shop is the shop that the person sells for.
func (t *turn) shop() topup.Shop {
	sh, _ := t.v.People.Shop(t.who.Shop)
	return sh
}

func (t *turn) route() {
	if !t.in.Private {
		t.groupChat()
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
		if !t.lateAgain() {
			t.command()
		}
	default:
		t.told()
	}
}

// told takes a text or a contact that is not a command: a word in the
// conversation, or else whatever a shop may type at any moment.
func (t *turn) told() {
	if t.v.People.Language(t.in.Chat) == "" {
		t.begin(StepIdle)
		t.language()
		return
	}
	st, standing := t.at()
	if t.in.wordless() {
		t.thing(st, standing)
		return
	}
	// What is written under a photo counts as if it was typed, but where the
	// photo itself is wanted.
	if t.in.Photo != "" && (t.in.Text == "" || standing && st.pictured != nil) && t.photo(st, standing) {
		return
	}
	text, shared := t.in.Text, t.in.Contact != nil
	if shared {
		text = t.in.Contact.Phone
	}
	switch {
	case !shared && t.lateLine(text):
		return
	case !shared && (!standing || (!st.searches && (st.of.sale || st.of.open))) && (t.commandSaid(text) || t.several(text)):
		return
	}
	t.lined = t.lining()
	switch {
	case !standing:
	case shared && st.shared != nil && st.shared(t, *t.in.Contact):
		return
	case !shared && st.told != nil && st.told(t, text):
		return
	}
	if !t.who.May(topup.ActSell) {
		t.home()
		return
	}
	switch {
	case !shared && st.searches && (t.commandSaid(text) || t.several(text)):
	case t.sellsTyped(text, shared):
	case t.in.Photo != "" && t.photo(st, standing):
	case standing:
		if !t.in.Late {
			t.sayLines(M("step.unknown"))
			t.lower = true
		}
		st.show(t)
	default:
		t.lost()
	}
}

// thing answers what has no words with a kind one, and many in a row with one.
func (t *turn) thing(st step, standing bool) {
	if t.s.Thanked {
		return
	}
	t.s.Thanked = true
	sc := Screen{Lines: []Msg{M("thing.word")}}
	if standing {
		t.say(sc)
		t.lower = true
		st.show(t)
		return
	}
	sc.row(homeButton())
	t.say(sc)
}

// photo takes a photo: where none is wanted, there is a kind word.
func (t *turn) photo(st step, standing bool) bool {
	switch {
	case standing && st.pictured != nil && st.pictured(t, t.in.Photo):
	case standing:
		t.sayLines(M("photo.text"))
		t.lower = true
		st.show(t)
	case t.who.May(topup.ActRequest):
		sc := Screen{Lines: []Msg{M("photo.slip")}}
		sc.row(askCreditButton(), homeButton())
		t.say(sc)
	default:
		return false
	}
	return true
}

// sellsTyped starts the sale that a text or a shared number names; false when
// it names none.
func (t *turn) sellsTyped(text string, shared bool) bool {
	return slices.ContainsFunc(goods, func(g good) bool { return g.typed != nil && g.typed(t, text, shared) })
}

// commandSaid gives a command that was said in words.
func (t *turn) commandSaid(text string) bool {
	name := said(text)
	for _, c := range commands {
		if name != "" && c.name == name && t.who.May(c.act) {
			t.lined = false
			c.run(t, "")
			return true
		}
	}
	return false
}

// lost answers what is not understood by saying what can be done.
func (t *turn) lost() {
	if !t.who.May(topup.ActSell) {
		t.home()
		return
	}
	sc := Screen{Lines: []Msg{M("help.unknown")}}
	t.homeRows(&sc)
	t.say(sc)
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
		t.menuTapped(c.part(0), c.part(1))
	case "s":
		t.sessionTapped(c)
	case "o":
		t.orderTapped(c)
	case "h", "v":
		t.historyTapped(c)
	case "w":
		t.walletTapped(c)
	case "a":
		t.ownerTapped(c)
	case "r":
		t.restoreTapped(c)
	}
}

// sessionTapped takes a button of a conversation's panel.
func (t *turn) sessionTapped(c tap) {
	panel, verb, arg := c.part(0), c.part(2), c.part(3)
	version, ok := c.number(1)
	switch {
	case !ok:
		t.toast(M("tap.unknown"))
		return
	case panel != t.s.Panel || t.s.Step == StepIdle:
		t.oldButton(panel)
		return
	}
	st, ok := t.at()
	switch {
	case !ok:
		t.foreign()
	case int(version) != t.s.Version:
		t.toast(M("tap.old"))
		st.show(t)
	case !st.tapped(t, verb, arg):
		t.toast(M("tap.unknown"))
	}
}

// oldButton answers a tap on a panel that the conversation has left: it shows
// what became of the sale on it, or where the conversation stands.
func (t *turn) oldButton(panel string) {
	if o, ok := t.v.Orders.OrderByPanel(panel); ok && t.who.MayFor(topup.ActHistory, o.Shop) {
		t.toast(M("tap.sold", "No", number(o.No), "State", StateMsg(o)))
		if o.Batch != nil && t.here(o) {
			t.do(Show{Chat: t.in.Chat, Panel: o.Batch.Panel, Screen: BatchScreen(t.batch(o)), Class: ClassMoney})
			return
		}
		t.showSale(o, ClassMoney, false)
		return
	}
	t.toast(M("tap.old"))
	if st, ok := t.at(); ok {
		st.show(t)
		return
	}
	if panel == t.s.Panel {
		return // a second tap on what has just ended: the panel has said how
	}
	sc := Screen{Lines: []Msg{M("card.ended")}}
	sc.row(homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: sc, Class: ClassAnswer})
}

// Restarted goes on with a conversation that waited for an answer of the
// provider when the process ended: the answer is lost, so the question is
// asked again, or, for a sale that was confirmed, the person is.
func Restarted(v View, env Env, s Session, in Input) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	if st, ok := t.at(); ok && st.waited != nil {
		st.waited(t)
	}
	return t.s, t.out
}
