package flows

import (
	"errors"

	"hanout/topup"
)

// What a shopkeeper types of a top-up: "0778037340 500" is one at any moment,
// wherever the conversation stands.

// typedLine takes what was typed or shared at any moment: it starts a sale, or
// tells why it can't.
func typedLine(t *turn, text string, shared bool) bool {
	r := t.read(text)
	switch {
	case t.lined && t.unclear(text, r):
	case r.Number != "":
		d, note := lineDraft(r)
		beginMobile(t, d, note)
	case r.Problem == errWhom && !shared:
		t.askWhom(r)
	case r.Line != "", len(r.Words) > 0 && !shared:
		return false
	case r.Problem == errAmbiguous:
		t.sayLines(M("counter.ambiguous"))
	case r.Problem == errTwo:
		t.sayLines(M("counter.two"))
	case shared || r.Problem == errNumber || r.Problem == errShort || r.Problem == errLong:
		if !t.lined {
			t.dropQuietly()
			t.begin(StepNumber)
		}
		d := &mobile{}
		t.s.Sale = d
		d.askNumber(t, badNumber(r.Problem))
	default:
		return false
	}
	return true
}

// lineDraft is the sale that a line names, and what of it could not be read.
func lineDraft(r Reading) (d mobile, note Msg) {
	d = mobile{Number: r.Number, Wanted: r.Face, Named: r.Operator, Family: r.Family}
	switch {
	case r.Problem != nil:
		note = badAmount(r.Problem)
	case r.Quantity > 1:
		note = M("counter.once")
	}
	return d, note
}

func badNumber(err error) Msg {
	switch err {
	case errShort:
		return M("number.short")
	case errLong:
		return M("number.long")
	}
	return M("number.bad")
}

// badAmount says why an amount beside a number was not read. The number was.
func badAmount(err error) Msg {
	switch err {
	case topup.ErrFraction:
		return M("amount.fraction")
	case topup.ErrRange:
		return M("amount.zero")
	case errNumeral:
		return M("amount.words")
	}
	return M("amount.unread")
}

// lineNames names the sale that a line starts.
func lineNames(t *turn, text string) (Msg, bool) {
	r := t.read(text)
	switch {
	case r.Number == "":
		return Msg{}, false
	case r.Face == 0:
		return M("backlog.number", "Number", r.Number), true
	}
	return M("backlog.line", "Number", r.Number, "Amount", r.Face), true
}

// numberTyped takes a text while the number is asked for. An amount named
// before is kept. Words that sell nothing leave the sale.
func (d *mobile) numberTyped(t *turn, text string) bool {
	r := t.read(text)
	switch {
	case r.Number != "":
		if r.Face == 0 && r.Problem == nil {
			r.Face = d.Wanted
		}
		d.instead(t, r)
	case r.Line != "", r.Problem == errAmbiguous, r.Problem == errTwo:
		return false
	case digitsIn(text) == 0:
		switch {
		case t.sellsTyped(text, false):
		case t.lined:
			d.askNumber(t, badNumber(nil))
		default:
			t.dropQuietly()
			t.s = t.blank()
			t.lost()
		}
	case len(r.Words) > 0 && t.sellsTyped(text, false):
	default:
		d.askNumber(t, badNumber(r.Problem))
	}
	return true
}

// instead sells what a line names in the place of a draft that is not confirmed.
func (d *mobile) instead(t *turn, r Reading) {
	if t.lined && t.unclear(t.in.Text, r) {
		return
	}
	again, note := lineDraft(r)
	t.s.Sale = &again
	again.numberGiven(t, note)
}

// amountTyped takes a text while a bare number is an amount. A whole line
// is another sale.
func (d *mobile) amountTyped(t *turn, text string) bool {
	r := t.read(text)
	if _, closed := t.notSelling(); r.Number != "" && !closed {
		d.instead(t, r)
		return true
	}
	if r.sells() || r.Problem == errAmbiguous || r.Problem == errTwo {
		return false
	}
	face, err := ReadAmount(text)
	switch {
	case err == nil:
		d.amountGiven(t, face)
	case len(r.Words) > 0 && t.sellsTyped(text, false):
	case errors.Is(err, topup.ErrAmount) && r.Problem == errNumber && digitsIn(text) >= 8:
		return false
	default:
		d.amountProblem(t, err)
	}
	return true
}

// noAmount takes a shared contact there: another number is another sale.
func (d *mobile) noAmount(t *turn, text string) bool {
	if r := Read(text); r.sells() || digitsIn(text) >= 8 {
		return false
	}
	d.amountProblem(t, topup.ErrAmount)
	return true
}

// amountPlan is the plan that a bare amount is meant for at this step.
func (d *mobile) amountPlan(t *turn) (topup.Plan, bool) {
	if t.atPlans() {
		return t.prepaid(d.Operator)
	}
	p, ok := t.v.Shelf.Plan(d.Plan)
	return p, ok && p.Kind == topup.Dynamic
}

// atPlans reports whether the choice is among all plans, or all offers.
func (t *turn) atPlans() bool {
	return t.s.Step == StepPlan || t.s.Step == StepInquiring || t.s.Step == StepOffers
}

func (d *mobile) amountGiven(t *turn, face topup.Money) {
	plan, ok := d.amountPlan(t)
	if !ok {
		t.redraw()
		return
	}
	if _, _, ok := t.v.Shelf.Pricing(t.who.Shop).Quote(plan, face); !ok {
		d.amountProblem(t, topup.ErrRange)
		return
	}
	d.Plan, d.Face, d.Pick = plan.Code, face, nil
	t.quote(Msg{})
}

// amountProblem says what amount to type instead.
func (d *mobile) amountProblem(t *turn, err error) {
	plan, ok := d.amountPlan(t)
	if !ok {
		t.redraw()
		return
	}
	problem := M("amount.bad")
	switch err {
	case topup.ErrFraction:
		problem = M("amount.fraction")
	case topup.ErrRange:
		problem = M("amount.range", "Min", plan.Min, "Max", plan.Max)
	case errNumeral:
		problem = M("amount.words")
	case errShort:
		problem = M("amount.short")
	case errLong:
		problem = M("amount.long")
	}
	if t.atPlans() {
		d.askPlan(t, problem)
		return
	}
	d.Plan = plan.Code
	d.askAmount(t, problem)
}

// The other sales leave what starts a top-up to it: one a number with an
// amount, one any number that is read.

func (t *turn) lineElsewhere(text string) bool {
	r := t.read(text)
	return r.Number != "" && r.Face > 0
}

func (t *turn) numberElsewhere(text string) bool { return t.read(text).sells() }
