package flows

import (
	"time"

	"hanout/topup"
)

// The check of a line: the provider is asked whether it takes cards.

const (
	// productsFor is how long a list of internet cards is good for; then a
	// check of a line brings a new one along.
	productsFor = 5 * time.Minute
	// answerWithin is how long an answer of the provider can be on its way.
	// A panel that still waits after it has lost its answer by a restart.
	answerWithin = 20 * time.Second
)

// checkLine asks the provider whether the line takes cards; the panel says so
// and stays usable. LineChecked takes the answer.
func (d *internet) checkLine(t *turn) {
	d.Offer = ""
	d.Asked = t.env.Now
	if t.in.Data != "" {
		t.toast(M("line.checking")) // the panel may change and change back unseen
	}
	d.drawChecking(t)
	_, at := t.v.Shelf.Products(d.LineType)
	t.do(Run{Job: JobLine, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{
		LineType: d.LineType, Line: d.Line, Products: t.env.Now.Sub(at) > productsFor,
	}})
}

func (d *internet) drawChecking(t *turn) {
	t.s.Step = StepChecking
	t.draw(func(sc *Screen) {
		d.lineTitle(sc)
		sc.line(M("line.checking"))
		sc.row(t.backButton(), t.cancelButton())
	})
}

// redrawChecking shows the check again, and asks again when its answer must
// have been lost.
func (d *internet) redrawChecking(t *turn) {
	if t.env.Now.Sub(d.Asked) > answerWithin {
		d.checkLine(t)
		return
	}
	d.drawChecking(t)
}

// LineAnswer is what the provider said of a line.
type LineAnswer struct {
	Panel    string // that asked
	LineType string
	Line     topup.Line
	Info     topup.LineInfo
	Fault    topup.FaultKind // why there is no Info; "" when there is
}

// LineChecked goes on with the sale that waits for this answer; when none
// does any more, nothing happens.
func LineChecked(v View, env Env, s Session, in Input, r LineAnswer) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	d, ok := s.Sale.(*internet)
	_, may := t.at()
	if !ok || !may || s.Step != StepChecking || s.Panel != r.Panel || d.LineType != r.LineType || d.Line != r.Line {
		return s, nil
	}
	switch {
	case r.Fault == topup.FaultInvalid || r.Fault == topup.FaultNotFound:
		d.Line = ""
		d.askLine(t, M("line.refused", "Number", r.Line, "Type", Latin(r.LineType)))
	case r.Fault != "" && v.Shelf.Closed():
		d.askLine(t, M("sale.closed"))
	case r.Fault != "":
		d.askLine(t, M("line.unreachable"))
	case r.Info.Type != "" && r.Info.Type != r.LineType:
		d.Line = ""
		d.askLine(t, M("line.othertype", "Number", r.Line, "Type", Latin(r.Info.Type)))
	default:
		d.Offer = CleanName(r.Info.Offer, 60)
		d.lineKnown(t)
	}
	return t.s, t.out
}

// lineKnown goes on from a checked line: to the confirm panel when the value
// is known, too, and there is a card of it.
func (d *internet) lineKnown(t *turn) {
	switch _, _, sold := d.card(t, d.Face); {
	case d.Face == 0:
		d.askValue(t, Msg{})
	case !sold:
		d.askValue(t, M("value.bad"))
	default:
		t.quote(Msg{})
	}
}

// typedInternet takes a line, with a value or not, that is typed at any moment.
func typedInternet(t *turn, text string, _ bool) bool {
	r := t.read(text)
	if r.Line == "" {
		return false
	}
	beginInternet(t, internet{LineType: r.LineType, Line: r.Line, Face: r.Face})
	return true
}

// internetNames names the sale that such a line starts.
func internetNames(t *turn, text string) (Msg, bool) {
	r := t.read(text)
	switch {
	case r.Line == "":
		return Msg{}, false
	case r.Face == 0:
		return M("backlog.number", "Number", r.Line), true
	}
	return M("backlog.line", "Number", r.Line, "Amount", r.Face), true
}
