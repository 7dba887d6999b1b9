package flows

import (
	"strconv"

	"hanout/topup"
)

// conversation is a way of steps towards one end. The rules: whatever is done
// at a step, a row of its table answers it; nothing outside the table asks
// where a conversation stands.
type conversation struct {
	needs topup.Act // what a person must be allowed, at any of its steps
	sale  bool      // leaving it is told as leaving a sale
	open  bool      // what is typed may begin something else, as it may in a sale
	// holds reports whether a session has what the steps need, so that none of
	// them has to ask.
	holds func(Session) bool
	steps map[Step]step
	// leaving is what is said when it is left; nil: that it is cancelled.
	leaving func(Session) Msg
}

// step is one point of a conversation.
type step struct {
	show     func(*turn)                    // shows it, for the first time or again
	taps     map[string]func(*turn, string) // its buttons by verb, given their argument
	told     func(*turn, string) bool       // takes a typed text; false when it is no word here
	shared   func(*turn, Contact) bool      // takes a shared contact, likewise
	pictured func(*turn, string) bool       // takes a photo, by the name that Telegram has for it
	back     func(*turn)                    // goes where ⬅️ leads; nil where it is not offered
	spoken   func(*turn)                    // goes on from a choice of language; nil shows the step again
	waited   func(*turn)                    // goes on when the answer it waits for was lost; nil where none is
	// panelless steps are shown by messages of their own, which stay as they
	// are; a reply keyboard needs one.
	panelless bool
	// searches tells that any word here is looked for, and only what finds
	// nothing can mean something else.
	searches bool

	of *conversation // set when the tables are joined
}

// at is the step where the conversation stands; false when there is none, or
// the person may not (any more) go on with it.
func (t *turn) at() (step, bool) {
	st, ok := steps[t.s.Step]
	return st, ok && t.who.May(st.of.needs)
}

// redraw shows the current step again.
func (t *turn) redraw() {
	if st, ok := t.at(); ok {
		st.show(t)
	}
}

// tapped takes a button of the step; false for a verb that it does not have.
func (st step) tapped(t *turn, verb, arg string) bool {
	switch do, ok := st.taps[verb]; {
	case verb == "no":
		t.cancel()
	case verb == "skip" && t.lining():
		t.skipLine()
	case verb == "back" && st.back != nil:
		st.back(t)
	case ok:
		do(t, arg)
	default:
		return false
	}
	return true
}

// The following make rows of functions that work on a sale's own draft.
// holds has made sure of its type.

// on makes a row's function.
func on[D sale](do func(D, *turn)) func(*turn) {
	return func(t *turn) { do(t.s.Sale.(D), t) }
}

// asking makes it of a question that can be told what was wrong before.
func asking[D sale](ask func(D, *turn, Msg)) func(*turn) {
	return func(t *turn) { ask(t.s.Sale.(D), t, Msg{}) }
}

// telling makes a row's function that takes a text.
func telling[D sale](do func(D, *turn, string) bool) func(*turn, string) bool {
	return func(t *turn, text string) bool { return do(t.s.Sale.(D), t, text) }
}

// tapping makes a button's function.
func tapping[D sale](do func(D, *turn, string)) func(*turn, string) {
	return func(t *turn, arg string) { do(t.s.Sale.(D), t, arg) }
}

// picking makes the function of a button that stands for one of the draft's
// choices.
func picking[D sale](do func(D, *turn, string)) func(*turn, string) {
	return func(t *turn, arg string) {
		d := t.s.Sale.(D)
		i, err := strconv.Atoi(arg)
		if choices := d.common().Choices; err == nil && i >= 0 && i < len(choices) {
			do(d, t, choices[i])
			return
		}
		t.toast(M("tap.unknown"))
	}
}

// counting makes the function of a button with a whole number.
func counting[D sale](do func(D, *turn, int)) func(*turn, string) {
	return func(t *turn, arg string) {
		n, err := strconv.ParseInt(arg, 10, 32)
		if err != nil {
			t.toast(M("tap.unknown"))
			return
		}
		do(t.s.Sale.(D), t, int(n))
	}
}

// simple makes the function of a button without an argument.
func simple(do func(*turn)) func(*turn, string) {
	return func(t *turn, _ string) { do(t) }
}

// selling reports whether a session has a draft of a kind.
func selling[D sale](s Session) bool {
	_, ok := s.Sale.(D)
	return ok
}
