package flows

import (
	"slices"
	"strconv"
	"time"

	"hanout/topup"
)

const (
	// productsFor is how long a list of internet cards is good for; then a
	// check of a line brings a new one along.
	productsFor = 5 * time.Minute
	// answerWithin is how long an answer of the provider can be on its way.
	// A card that still waits after it has lost its answer by a restart.
	answerWithin = 20 * time.Second
)

// newInternet starts a sale of an internet card, as far as the draft already
// goes: with a line, from its check on.
func (t *turn) newInternet(d Draft) {
	d.Good = topup.InternetCard
	switch {
	case !t.openSale(StepLineType, d):
	case d.Line != "":
		t.checkLine()
	default:
		t.askLineType()
	}
}

var lineTypes = []string{topup.ADSL, topup.LTE4G}

func (t *turn) askLineType() {
	t.s.Step = StepLineType
	d := t.s.Sale
	d.LineType, d.Line, d.PlanName = "", "", ""
	t.draw(func(sc *Screen) {
		sc.line(M("internet.title"), M("line.type.ask"))
		var row []Button
		for _, kind := range lineTypes {
			row = append(row, button(M("line.type.button", "Type", Latin(kind)), t.s.tap("lt", kind)))
		}
		sc.row(row...)
		sc.row(t.cancelButton())
	})
}

// parseLine reads a typed number as a line of a type.
func parseLine(lineType, text string) (topup.Line, error) {
	if lineType == topup.LTE4G {
		return topup.Parse4G(text)
	}
	return topup.ParseADSL(text)
}

// askLine asks for the line's number. When one is known already, its check
// can be tried again.
func (t *turn) askLine(problem Msg) {
	t.s.Step = StepLine
	d := t.s.Sale
	d.Choices = t.recentLines(4)
	t.draw(func(sc *Screen) {
		t.lineTitle(sc)
		if problem.ID != "" {
			sc.line(problem)
		}
		if d.Line != "" {
			sc.row(Button{Label: M("button.tryagain"), Data: t.s.tap("retry"), Style: Main})
		}
		if d.LineType == topup.LTE4G {
			sc.line(M("line.ask.4g"))
		} else {
			sc.line(M("line.ask.adsl"))
		}
		var b []Button
		for i, n := range d.Choices {
			b = append(b, button(M("number.recent", "Number", topup.Line(n)), t.s.tap("n", strconv.Itoa(i))))
		}
		sc.grid(2, b)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) lineTitle(sc *Screen) {
	d := t.s.Sale
	sc.line(M("internet.title"), M("line.type", "Type", Latin(d.LineType)))
	if d.Line != "" {
		sc.line(M("sale.number", "Number", d.Line))
	}
}

// recentLines are the last lines of the type that this shop sold to.
func (t *turn) recentLines(most int) []string {
	sh, ok := t.shop()
	if !ok {
		return nil
	}
	var out []string
	for _, o := range t.v.OrdersOf(sh.ID, 0, 20) {
		if o.Good == topup.InternetCard && o.LineType == t.s.Sale.LineType && o.State != topup.Refunded && !slices.Contains(out, o.To) {
			if out = append(out, o.To); len(out) == most {
				break
			}
		}
	}
	return out
}

// badLine says what number of the type to type instead.
func badLine(lineType string) Msg {
	if lineType == topup.LTE4G {
		return M("line.bad.4g")
	}
	return M("line.bad.adsl")
}

// checkLine asks the provider whether the line takes cards; the card says so
// and stays usable. LineChecked takes the answer.
func (t *turn) checkLine() {
	d := t.s.Sale
	d.PlanName = ""
	d.Asked = t.in.Now
	if t.in.Data != "" {
		t.toast(M("line.checking")) // the card may change and change back unseen
	}
	t.drawChecking()
	_, at := t.v.Products(d.LineType)
	t.do(Run{Job: JobLine, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{
		LineType: d.LineType, Line: d.Line, Products: t.in.Now.Sub(at) > productsFor,
	}})
}

func (t *turn) drawChecking() {
	t.s.Step = StepChecking
	t.draw(func(sc *Screen) {
		t.lineTitle(sc)
		sc.line(M("line.checking"))
		sc.row(t.backButton(), t.cancelButton())
	})
}

// redrawChecking shows the check again, and asks again when its answer must
// have been lost.
func (t *turn) redrawChecking() {
	if t.in.Now.Sub(t.s.Sale.Asked) > answerWithin {
		t.checkLine()
		return
	}
	t.drawChecking()
}

// Restarted goes on with a talk that waited for an answer of the provider when
// the process ended: the answer is lost, so the question is asked again, or,
// for a sale that was confirmed, the person is.
func Restarted(v View, s Session, in Input) (Session, []Effect) {
	switch s.Step {
	case StepChecking, StepStock, StepRecheck:
	default:
		return s, nil
	}
	if s.Sale == nil || s.Sale.Failed {
		return s, nil
	}
	t := &turn{v: v, s: s, in: in}
	t.s.Sale.Asked = time.Time{}
	t.redraw()
	return t.s, t.out
}

// LineAnswer is what the provider said of a line.
type LineAnswer struct {
	Panel    string // the card that asked
	LineType string
	Line     topup.Line
	Info     topup.LineInfo
	Fault    topup.FaultKind // why there is no Info; "" when there is
}

// LineChecked goes on with the sale that waits for this answer; when none
// does any more, nothing happens.
func LineChecked(v View, s Session, in Input, r LineAnswer) (Session, []Effect) {
	d := s.Sale
	if s.Step != StepChecking || s.Panel != r.Panel || d == nil || d.LineType != r.LineType || d.Line != r.Line {
		return s, nil
	}
	t := &turn{v: v, s: s, in: in}
	if _, ok := t.shop(); !ok {
		return s, nil
	}
	switch {
	case r.Fault == topup.FaultInvalid || r.Fault == topup.FaultNotFound:
		d.Line = ""
		t.askLine(M("line.refused", "Number", r.Line, "Type", Latin(r.LineType)))
	case r.Fault != "" && v.Closed():
		t.askLine(M("sale.closed"))
	case r.Fault != "":
		t.askLine(M("line.unreachable"))
	case r.Info.Type != "" && r.Info.Type != r.LineType:
		d.Line = ""
		t.askLine(M("line.othertype", "Number", r.Line, "Type", Latin(r.Info.Type)))
	default:
		d.PlanName = CleanName(r.Info.Offer, 60)
		t.lineKnown()
	}
	return t.s, t.out
}

// lineKnown goes on from a checked line: to the confirm card when the value
// is known, too.
func (t *turn) lineKnown() {
	if t.s.Sale.Face > 0 {
		t.quote(Msg{})
		return
	}
	t.askValue(Msg{})
}

// card finds an internet card of the draft's type by its value, and its
// price; sold is false for one without a price that may be asked.
func (t *turn) card(value topup.Money) (p topup.InternetProduct, price topup.Money, sold bool) {
	list, _ := t.v.Products(t.s.Sale.LineType)
	for _, p := range list {
		if p.Value == value && p.CostKnown {
			price, ok := topup.Price(p.Cost, t.v.Pricing().TopUp, p.Value)
			return p, price, ok
		}
	}
	return topup.InternetProduct{}, 0, false
}

func (t *turn) askValue(problem Msg) {
	t.s.Step = StepValue
	d := t.s.Sale
	d.Face = 0
	list, _ := t.v.Products(d.LineType)
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b topup.InternetProduct) int { return int(a.Value - b.Value) })
	t.draw(func(sc *Screen) {
		t.lineTitle(sc)
		if d.PlanName != "" {
			sc.line(M("line.offer", "Offer", Name(d.PlanName)))
		}
		if problem.ID != "" {
			sc.line(problem)
		}
		var b []Button
		for _, p := range list {
			if _, _, sold := t.card(p.Value); !sold {
				continue
			}
			label := M("amount.button", "Amount", p.Value)
			if !p.Available {
				label = M("value.soldout", "Amount", p.Value)
			}
			b = append(b, button(label, t.s.tap("v", strconv.FormatInt(p.Value.WholeDinars(), 10))))
		}
		if len(b) == 0 {
			sc.line(M("value.none"))
		} else {
			sc.line(M("value.ask"))
		}
		sc.grid(3, b)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// valueGiven goes on from a value that was tapped or typed.
func (t *turn) valueGiven(value topup.Money) {
	p, _, sold := t.card(value)
	switch {
	case sold && p.Available:
		t.s.Sale.Face = value
		t.quote(Msg{})
	case t.in.Data != "" && sold:
		t.alert(M("soldout"))
	case sold:
		t.askValue(M("soldout"))
	default:
		t.askValue(M("value.bad"))
	}
}

func (t *turn) offeredCard() (topup.Order, bool) {
	d := t.s.Sale
	p, price, sold := t.card(d.Face)
	return topup.Order{
		Good: topup.InternetCard, LineType: d.LineType, To: string(d.Line), PlanName: d.PlanName,
		Quantity: 1, Face: d.Face, Price: price, Expected: p.Cost,
	}, sold && p.Available
}

// internetTold takes what is typed in a sale of an internet card; false for
// what is no word in it.
func (t *turn) internetTold(text string) bool {
	d := t.s.Sale
	if r, err := ReadLine(text); err == nil && r.Face > 0 {
		return false // a number with an amount is a top-up wherever it is typed
	}
	switch t.s.Step {
	case StepLineType:
		if !t.lineNamed(text) {
			return false
		}
	case StepLine, StepChecking:
		line, err := parseLine(d.LineType, text)
		if err != nil {
			t.askLine(badLine(d.LineType))
			return true
		}
		d.Line = line
		t.checkLine()
	case StepValue, StepConfirm:
		if _, err := topup.ParseMSISDN(text); err == nil {
			return false
		}
		value, err := topup.ParseAmount(text)
		if err != nil {
			t.askValue(M("value.bad"))
			return true
		}
		t.valueGiven(value)
	default:
		return false
	}
	return true
}

// lineNamed takes a line that is typed before its type was chosen, when the
// number can be of one type only.
func (t *turn) lineNamed(text string) bool {
	d := t.s.Sale
	if _, err := topup.ParseMSISDN(text); err == nil {
		return false
	}
	for _, kind := range lineTypes {
		if line, err := parseLine(kind, text); err == nil {
			d.LineType, d.Line = kind, line
			t.checkLine()
			return true
		}
	}
	return false
}

func (t *turn) internetTapped(verb, arg, picked string) {
	d := t.s.Sale
	number, err := strconv.ParseInt(arg, 10, 32)
	switch step := t.s.Step; {
	case verb == "back":
		t.internetBack()
	case verb == "lt" && step == StepLineType && slices.Contains(lineTypes, arg):
		d.LineType = arg
		t.askLine(Msg{})
	case verb == "n" && step == StepLine && picked != "":
		d.Line = topup.Line(picked)
		t.checkLine()
	case verb == "retry" && step == StepLine && d.Line != "":
		t.checkLine()
	case verb == "v" && step == StepValue && err == nil:
		t.valueGiven(topup.Dinars(number))
	default:
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) internetBack() {
	switch t.s.Step {
	case StepChecking, StepValue:
		t.s.Sale.Line, t.s.Sale.PlanName, t.s.Sale.Face = "", "", 0
		t.askLine(Msg{})
	case StepConfirm:
		t.askValue(Msg{})
	default:
		t.askLineType()
	}
}
