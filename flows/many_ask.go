package flows

import (
	"slices"
	"strconv"

	"hanout/topup"
)

// The lines of several, one after the other. The rules:
//   - a line goes through the steps of its good, as if it was typed alone; where
//     a sale alone would come to its confirm panel, it joins the list instead;
//   - whatever its steps show says which line it is, and can leave it out;
//   - what is typed answers the line that is asked about; a command or several
//     lines leave the list.

// waysMost are the meanings of a line that are offered as buttons.
const waysMost = 4

// lining reports whether a line of several is being read or asked about.
func (t *turn) lining() bool { return t.s.Many != nil && len(t.s.Many.Todo) > 0 }

// nextLine goes on to the next line, or to the panel of all.
func (t *turn) nextLine() {
	t.s.Sale = nil
	if !t.lining() {
		t.quoteMany(Msg{})
		return
	}
	t.readLine(t.s.Many.Todo[0])
}

// readLine takes a text as the line that it is the turn of.
func (t *turn) readLine(text string) {
	t.lined = true
	if !t.sellsTyped(text, false) {
		t.ask(text, Many{Why: "unclear.nothing"})
	}
}

// lineClear adds the line's sale to the list.
func (t *turn) lineClear() {
	m := t.s.Many
	t.s.Sale.listed()
	m.Sales = append(m.Sales, t.s.Sale)
	m.Todo = m.Todo[1:]
	t.nextLine()
}

// skipLine leaves out the line that is asked about.
func (t *turn) skipLine() {
	m := t.s.Many
	m.leave(m.Todo[0], "many.why.you")
	m.Todo = m.Todo[1:]
	t.nextLine()
}

// lineHead says which line of the list a screen is about.
func (t *turn) lineHead() []Msg {
	m := t.s.Many
	head := []Msg{M("many.asked", "No", m.Of-len(m.Todo)+1, "Sales", m.Of, "Text", Name(CleanName(m.Todo[0], 60)))}
	if list, price, _ := t.offers(); len(list) > 0 {
		head = append(head, M("many.ready", "Sales", len(list), "Amount", price))
	}
	return head
}

// skipRow leaves the line out, above the way out of all.
func (t *turn) skipRow(sc *Screen) {
	skip := []Button{button(M("many.skip"), t.s.tap("skip"))}
	sc.Rows = slices.Insert(sc.Rows, max(0, len(sc.Rows)-1), skip)
}

// unclear asks about a line that means several things, or of which not all can
// be sold; false when the steps of a good can go on with it.
func (t *turn) unclear(text string, r Reading) bool {
	switch {
	case r.Problem == errAmbiguous:
		t.ask(text, Many{Why: "unclear.ways", Ways: r.Ways})
	case r.Problem == errTwo:
		t.ask(text, Many{Why: "unclear.two"})
	case r.Problem == errWhom:
		by := Reading{Face: r.Face, Number: topup.MSISDN(r.favourite.To)}
		if f := r.favourite; f.LineType != "" {
			by = Reading{Face: r.Face, Line: topup.Line(f.To), LineType: f.LineType}
		}
		t.ask(text, Many{Why: "unclear.whom", Ways: []Reading{by}, Card: true})
	case r.sells() && r.Quantity > 1:
		r.Quantity = 0
		t.ask(text, Many{Why: "unclear.once", Ways: []Reading{r}})
	default:
		return false
	}
	return true
}

// ask asks what a text means that stands for the line.
func (t *turn) ask(text string, of Many) {
	m := t.s.Many
	if len(text) <= lineMost {
		m.Todo[0] = text
	}
	if m.Why, m.Ways, m.Card = of.Why, of.Ways, of.Card; len(m.Ways) > waysMost {
		m.Ways = nil
	}
	t.askUnclear()
}

func (t *turn) askUnclear() {
	m := t.s.Many
	t.s.Step, t.s.Sale = StepUnclear, nil
	t.draw(func(sc *Screen) {
		sc.line(M(m.Why))
		for i, r := range m.Ways {
			sc.row(button(r.label(), t.s.tap("w", strconv.Itoa(i))))
		}
		if m.Card {
			sc.row(button(M("button.cards"), t.s.tap("g")))
		}
		sc.row(t.cancelButton())
	})
}

// label names what a line may mean.
func (r Reading) label() Msg {
	var to any = r.Number
	if r.Line != "" {
		to = r.Line
	}
	if r.Face == 0 {
		return M("backlog.number", "Number", to)
	}
	return M("backlog.line", "Number", to, "Amount", r.Face)
}

// wayPicked takes what a line means.
func (t *turn) wayPicked(arg string) {
	ways := t.s.Many.Ways
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(ways) {
		t.toast(M("tap.unknown"))
		return
	}
	t.lined = true
	if r := ways[i]; r.Line != "" {
		beginInternet(t, internet{LineType: r.LineType, Line: r.Line, Face: r.Face})
	} else {
		d, _ := lineDraft(r)
		beginMobile(t, d, Msg{})
	}
}

// cardMeant takes a line as a gift card.
func (t *turn) cardMeant() {
	t.lined = true
	if m := t.s.Many; !m.Card || !typedGift(t, m.Todo[0], false) {
		t.toast(M("tap.unknown"))
	}
}
