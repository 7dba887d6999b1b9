package flows

import (
	"errors"
	"strings"
	"unicode"

	"hanout/topup"
)

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

// digitsIn counts digits, to tell a mistyped number from talk.
func digitsIn(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// counter takes what a shopkeeper typed or shared at any moment.
func (t *turn) counter(text string) {
	_, notNumber := topup.ParseMSISDN(text)
	if notNumber != nil && t.in.Contact == nil && t.amountWanted() {
		face, err := topup.ParseAmount(text)
		switch {
		case err == nil:
			t.amountGiven(face)
			return
		case !errors.Is(err, topup.ErrAmount):
			t.amountProblem(err)
			return
		}
	}
	r, err := ReadLine(text)
	switch {
	case err == nil:
		t.sell(r)
	case errors.Is(err, errAmbiguous):
		t.sayLines(M("counter.ambiguous"))
	case errors.Is(err, errMany):
		t.sayLines(M("counter.many"))
	case t.amountWanted() && digitsIn(text) < 8:
		t.amountProblem(err)
	case t.s.Step == StepNumber:
		t.askNumber(M("number.bad"))
	case digitsIn(text) >= 6 || t.in.Contact != nil:
		t.newSaleProblem(M("number.bad"))
	case t.s.Step != StepIdle:
		t.redraw()
	default:
		t.lost()
	}
}

// amountWanted reports whether a bare number is an amount now.
func (t *turn) amountWanted() bool {
	return t.s.Sale != nil && t.s.Sale.Good == "" && (t.s.Step == StepAmount || t.s.Step == StepPlan || t.s.Step == StepConfirm)
}

// sell starts or goes on with a sale to the number that was read.
func (t *turn) sell(r Reading) {
	if t.s.Step == StepNumber && t.s.Sale != nil {
		if r.Face == 0 {
			r.Face = t.s.Sale.Wanted
		}
		t.s.Sale = &Draft{Number: r.Number, Wanted: r.Face}
		t.numberGiven()
		return
	}
	t.newSale(Draft{Number: r.Number, Wanted: r.Face})
}
