package flows

import (
	"slices"
	"strconv"
	"strings"

	"hanout/topup"
)

// What was typed while we were away and comes late. The rules:
//   - one line that would start a sale opens its panel as ever; several become
//     one question, with a button for each;
//   - a line that was chosen opens its panel, and when that sale has ended, the
//     others are asked about again; whatever else is begun at the question
//     drops them;
//   - a command that was typed again and again is answered once;
//   - nothing here sells: ✅ is on the panel that a line opens.

// StepBacklog asks which of the lines that came late are still wanted.
const StepBacklog Step = "backlog"

const (
	backlogLines    = 20  // kept; more are counted
	backlogCommands = 20  // remembered as answered
	backlogLength   = 100 // of one of them
)

// Backlog is what has come late in a chat.
type Backlog struct {
	Lines    []string `json:"lines,omitempty"`    // that would start a sale
	More     int      `json:"more,omitempty"`     // for which there was no room
	Asked    bool     `json:"asked,omitempty"`    // they were several
	Commands []string `json:"commands,omitempty"` // that are answered
}

func catchingUp() conversation {
	return conversation{
		needs: topup.ActSell, open: true,
		holds: func(s Session) bool { return s.Backlog != nil && len(s.Backlog.Lines) > 0 },
		steps: map[Step]step{StepBacklog: {
			show: (*turn).askBacklog,
			taps: map[string]func(*turn, string){"pick": (*turn).lineChosen},
		}},
	}
}

// caughtUp forgets, with an input that is not late, what only the late ones
// needed.
func (t *turn) caughtUp() {
	if b := t.s.Backlog; b != nil && !t.in.Late {
		if !b.Asked {
			t.s.Backlog = nil
			return
		}
		t.s.Backlog = &Backlog{Lines: b.Lines, More: b.More, Asked: true}
	}
}

// late is the chat's backlog, to be added to.
func (t *turn) late() *Backlog {
	b := Backlog{}
	if old := t.s.Backlog; old != nil {
		b = Backlog{Lines: slices.Clone(old.Lines), More: old.More, Asked: old.Asked, Commands: slices.Clone(old.Commands)}
	}
	t.s.Backlog = &b
	return &b
}

// lateAgain reports whether a command has come late before, and remembers it.
func (t *turn) lateAgain() bool {
	text := strings.TrimSpace(t.in.Text)
	if !t.in.Late || len(text) > backlogLength {
		return false
	}
	b := t.late()
	if slices.Contains(b.Commands, text) {
		return true
	}
	if len(b.Commands) < backlogCommands {
		b.Commands = append(b.Commands, text)
	}
	return false
}

// lateLine takes a text that came late and would start a sale: false for the
// first one, which does.
func (t *turn) lateLine(text string) bool {
	starting := t.starting(strings.TrimSpace(text))
	if !t.in.Late || len(starting) == 0 || !t.who.May(topup.ActSell) {
		return false
	}
	if st, ok := t.at(); ok && !st.of.sale && st.told != nil {
		return false // it is an answer to what was asked
	}
	b := t.late()
	for _, line := range starting {
		switch {
		case slices.Contains(b.Lines, line): // typed again because nobody answered
		case len(b.Lines) < backlogLines:
			b.Lines = append(b.Lines, line)
		default:
			b.More++
		}
	}
	if len(b.Lines) < 2 && t.s.Step != StepBacklog {
		return false
	}
	panel := ""
	if st, ok := t.at(); ok && (st.of.sale || t.s.Step == StepBacklog) {
		panel = t.s.Panel // the question takes the place of the first line's sale
	} else {
		t.dropQuietly()
	}
	b.Asked = true
	t.begin(StepBacklog)
	t.s.Panel, t.s.Backlog = panel, b
	t.askBacklog()
	return true
}

// starting are the lines of a text that would start a sale: the text itself, or
// each of several when they come to a question that is asked already.
func (t *turn) starting(text string) (lines []string) {
	all := []string{text}
	if each := saleLines(text); t.s.Step == StepBacklog && t.isSeveral(each) {
		all = each
	}
	for _, line := range all {
		if _, starts := t.saleIn(line); starts {
			lines = append(lines, line)
		}
	}
	return lines
}

// saleIn finds the good of which a text would start a sale, and names the sale.
func (t *turn) saleIn(text string) (Msg, bool) {
	for _, g := range goods {
		if g.starts != nil && len(text) <= backlogLength {
			if m, ok := g.starts(t, text); ok {
				return m, true
			}
		}
	}
	return Msg{}, false
}

// askBacklog asks which of the lines are still wanted.
func (t *turn) askBacklog() {
	b := t.s.Backlog
	t.draw(func(sc *Screen) {
		sc.line(M("backlog.ask"))
		if b.More > 0 {
			sc.line(M("backlog.more", "Left", b.More))
		}
		for i, line := range b.Lines {
			if label, ok := t.saleIn(line); ok {
				sc.row(button(label, t.s.tap("pick", strconv.Itoa(i))))
			}
		}
		sc.row(Button{Label: M("backlog.drop"), Data: t.s.tap("no"), Style: Stop})
	})
}

// lineChosen opens the sale of a line.
func (t *turn) lineChosen(arg string) {
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(t.s.Backlog.Lines) {
		t.toast(M("tap.unknown"))
		return
	}
	b, panel := t.late(), t.s.Panel
	text := b.Lines[i]
	if t.v.Shelf.Closed() {
		t.alert(M("sale.closed"))
		return
	}
	b.Lines = slices.Delete(b.Lines, i, i+1)
	label, _ := t.saleIn(text)
	sc := Screen{Lines: []Msg{label}}
	if n := len(b.Lines); n > 0 {
		sc.line(M("backlog.rest", "Left", n))
	}
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: sc, Class: ClassAnswer})
	t.s.Step, t.chosen = StepIdle, true // it goes on: nothing is told as left
	t.sellsTyped(text, false)
}

// backToBacklog ends a turn: when a sale has ended, the other lines are asked
// about, and when they were left, they are forgotten.
func (t *turn) backToBacklog() {
	b := t.s.Backlog
	switch {
	case b == nil || !b.Asked:
	case t.was == StepBacklog && t.s.Step != StepBacklog && !t.chosen:
		t.s.Backlog = nil
	case t.s.Step == StepIdle && len(b.Lines) > 0:
		t.begin(StepBacklog)
		t.askBacklog()
	case len(b.Lines) == 0 && t.s.Step != StepBacklog:
		t.s.Backlog = nil
	}
}
