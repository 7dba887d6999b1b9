package flows

import (
	"errors"
	"strings"
	"unicode"

	"hanout/topup"
)

// What a shopkeeper types at any moment: "0778037340 500" is a mobile top-up,
// wherever the conversation stands.

// Reading is what a typed line says about a sale.
type Reading struct {
	Number topup.MSISDN // "" when the line names none
	Face   topup.Money  // 0 when the line names none
}

// Why a line could not be read. Each has words of its own.
var (
	errNumber    = errors.New("flows: not a mobile number")
	errAmbiguous = errors.New("flows: more than one way to read the line")
	errMany      = errors.New("flows: more than one sale in a message")
)

// maxLine bounds what is read as a sale at all.
const maxLine = 80

// ReadLine reads "0778037340", "0778037340 500", "500 0661 23 45 67", in any
// spelling that ParseMSISDN and ParseAmount take. When a line can be read in
// two ways it is not read: money is never sent on a guess.
func ReadLine(text string) (Reading, error) {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(topup.PlainDigits(l)); l != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 || len(lines[0]) > maxLine {
		return Reading{}, errNumber
	}
	if len(lines) > 1 {
		return Reading{}, errMany
	}
	line := lines[0]
	if n, err := topup.ParseMSISDN(line); err == nil {
		return Reading{Number: n}, nil
	}
	words := strings.Fields(line)
	var found []Reading
	for cut := 1; cut < len(words); cut++ {
		head, tail := strings.Join(words[:cut], " "), strings.Join(words[cut:], " ")
		found = appendReading(found, head, tail)
		found = appendReading(found, tail, head)
	}
	switch len(found) {
	case 0:
		return Reading{}, errNumber
	case 1:
		return found[0], nil
	}
	return Reading{}, errAmbiguous
}

func appendReading(found []Reading, number, amount string) []Reading {
	n, err := topup.ParseMSISDN(number)
	if err != nil {
		return found
	}
	face, err := topup.ParseAmount(amount)
	if err != nil {
		return found
	}
	r := Reading{n, face}
	for _, f := range found {
		if f == r {
			return found
		}
	}
	return append(found, r)
}

// digitsIn counts digits, to tell a mistyped number from words.
func digitsIn(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// typedLine takes what was typed or shared at any moment: it starts a sale, or
// tells why it can't.
func typedLine(t *turn, text string, shared bool) bool {
	r, err := ReadLine(text)
	switch {
	case err == nil:
		beginMobile(t, mobile{Number: r.Number, Wanted: r.Face})
	case errors.Is(err, errAmbiguous):
		t.sayLines(M("counter.ambiguous"))
	case errors.Is(err, errMany):
		t.sayLines(M("counter.many"))
	case digitsIn(text) >= 6 || shared:
		t.dropQuietly()
		t.begin(StepNumber)
		d := &mobile{}
		t.s.Sale = d
		d.askNumber(t, M("number.bad"))
	default:
		return false
	}
	return true
}

// lineNames names the sale that a line starts.
func lineNames(text string) (Msg, bool) {
	r, err := ReadLine(text)
	switch {
	case err != nil:
		return Msg{}, false
	case r.Face == 0:
		return M("backlog.number", "Number", r.Number), true
	}
	return M("backlog.line", "Number", r.Number, "Amount", r.Face), true
}

// numberTyped takes a text while the number is asked for. An amount named
// before is kept.
func (d *mobile) numberTyped(t *turn, text string) bool {
	r, err := ReadLine(text)
	switch {
	case err == nil:
		again := &mobile{Number: r.Number, Wanted: r.Face}
		if again.Wanted == 0 {
			again.Wanted = d.Wanted
		}
		t.s.Sale = again
		again.numberGiven(t)
	case errors.Is(err, errNumber):
		d.askNumber(t, M("number.bad"))
	default:
		return false
	}
	return true
}

// amountTyped takes a text while a bare number is an amount. A whole line
// starts another sale.
func (d *mobile) amountTyped(t *turn, text string) bool {
	if _, err := topup.ParseMSISDN(text); err != nil {
		face, err := topup.ParseAmount(text)
		switch {
		case err == nil:
			d.amountGiven(t, face)
			return true
		case !errors.Is(err, topup.ErrAmount):
			d.amountProblem(t, err)
			return true
		}
	}
	return d.noAmount(t, text)
}

// noAmount says what amount to type, unless the text looks like a number.
func (d *mobile) noAmount(t *turn, text string) bool {
	if _, err := ReadLine(text); !errors.Is(err, errNumber) || digitsIn(text) >= 8 {
		return false
	}
	d.amountProblem(t, topup.ErrAmount)
	return true
}

// amountPlan is the plan that a bare amount is meant for at this step.
func (d *mobile) amountPlan(t *turn) (topup.Plan, bool) {
	if t.s.Step == StepPlan {
		return t.prepaid(d.Operator)
	}
	p, ok := t.v.Shelf.Plan(d.Plan)
	return p, ok && p.Kind == topup.Dynamic
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
	d.Plan, d.Face = plan.Code, face
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
	}
	if t.s.Step == StepPlan {
		d.askPlan(t, problem)
		return
	}
	d.Plan = plan.Code
	d.askAmount(t, problem)
}

// The other sales leave what starts a top-up to it: one a number with an
// amount, one any mobile number.

func lineElsewhere(text string) bool {
	r, err := ReadLine(text)
	return err == nil && r.Face > 0
}

func numberElsewhere(text string) bool {
	_, err := ReadLine(text)
	return err == nil
}
