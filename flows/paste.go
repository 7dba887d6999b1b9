package flows

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"hanout/topup"
)

// Paste anything: what a text says of a sale, in any order and spelling, with
// words around. The rules:
//   - a number is read whole or not at all, and no digit of the text is left
//     over: what is not the number is the amount, or is told;
//   - a text that can be read in two ways is not read;
//   - words are passed over only where no word could change what is sold;
//   - an amount that can't be read never makes the number a wrong one.

// Reading is what a text says of a sale: of the number or line it is for, or
// else of the words.
type Reading struct {
	Number   topup.MSISDN   `json:"number,omitempty"`    // "" when it names none
	Line     topup.Line     `json:"line,omitempty"`      // a fixed or 4G line, and its type
	LineType string         `json:"line_type,omitempty"` //
	Face     topup.Money    `json:"face,omitempty"`      // 0 when it names none
	Operator topup.Operator `json:"operator,omitempty"`  // "" unless it names exactly one
	Family   bool           `json:"family,omitempty"`    // it names something else than prepaid credit
	Words    []string       `json:"-"`                   // that may name a gift card
	Value    string         `json:"-"`                   // digits beside the words
	Quantity int            `json:"-"`                   // of ×2; 0 when it says none
	// Problem is why not all could be read. Beside a number or line it is the
	// amount's.
	Problem error `json:"-"`
	// Ways are what it may mean, where that is more than one thing.
	Ways []Reading `json:"-"`
	// favourite is whom it names, and not a number.
	favourite topup.Favourite
}

// Why a text, or its amount, could not be read. Each has words of its own.
var (
	errNumber    = errors.New("flows: not a number")
	errShort     = errors.New("flows: a number without one digit")
	errLong      = errors.New("flows: a number with a digit too many")
	errAmbiguous = errors.New("flows: more than one way to read it")
	errTwo       = errors.New("flows: two numbers in a line")
	errNumeral   = errors.New("flows: an amount in words or another currency")
	errUnknown   = errors.New("flows: nothing that is sold")
	errWhom      = errors.New("flows: a favourite's name, and a card's")
)

const (
	lineMost   = 300 // bytes of what is read as a sale at all
	tokensMost = 40
	// A number has so many digits, with the country's code.
	numberLeast, numberMost = 9, 15
	// slipDigits in one piece are a number that was mistyped.
	slipDigits = 6
)

// Read reads a text as one sale.
func Read(text string) Reading {
	if len(text) > lineMost {
		return Reading{Problem: errUnknown}
	}
	p := parse(strings.Join(saleLines(text), " "))
	if len(p.tokens) > tokensMost {
		return Reading{Problem: errUnknown}
	}
	r, found := p.number()
	switch {
	case !found:
		r = p.named()
	case r.Problem == nil && (p.numeral || p.foreign):
		r.Face, r.Problem = 0, errNumeral
	case r.Problem == nil && (p.odd || (p.quantity > 0 && r.Face == 0)):
		r.Face, r.Problem = 0, topup.ErrAmount
	}
	if !r.sells() && r.Problem != nil {
		for i := range r.Ways {
			r.Ways[i].Operator, r.Ways[i].Family = p.operator, p.family
		}
		return Reading{Problem: r.Problem, Ways: r.Ways}
	}
	r.Operator, r.Family, r.Quantity = p.operator, p.family, p.quantity
	return r
}

// sells reports whether it is known where the sale goes.
func (r Reading) sells() bool { return r.Number != "" || r.Line != "" }

// parsed is a text in pieces: runs of figures, and what its words say.
type parsed struct {
	tokens   []string
	runs     [][]string // figures that stand together
	words    []string
	operator topup.Operator
	two      bool // operators
	family   bool
	numeral  bool
	foreign  bool
	odd      bool // figures and letters mixed
	oddMost  int  // digits in the longest of these
	quantity int
}

var (
	glued    = regexp.MustCompile(`^((?:(?:\+|00)?2130?|0)[567][0-9]{8})([^0-9].*)$`)
	gluedTo  = regexp.MustCompile(`^([0-9]{2,6})[,/.\-]+((?:(?:\+|00)?2130?|0)[567][0-9]{8})$`)
	lettered = regexp.MustCompile(`^([\p{L}.]+)([+0-9][0-9.,]*)$`)
	unitEnd  = regexp.MustCompile(`^([+-]?[0-9][0-9.,]*)(\p{L}[\p{L}.]*)$`)
	times    = regexp.MustCompile(`^(?:x([0-9]{1,4})|([0-9]{1,4})x)$`)
	inWhole  = regexp.MustCompile(`^(?:(?:\+|00)?2130?|0)[567][0-9]{8}$`)
)

// pieces cuts a folded text at spaces, and where figures are glued to a unit,
// a word or other figures.
func pieces(text string) (out []string) {
	words := strings.Fields(fold(text))
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "x" && i+1 < len(words) && isFigures(words[i+1]) {
			i++
			w = "x" + words[i] // "x 2"
		}
		out = append(out, unglued(w)...)
	}
	return out
}

func unglued(w string) []string {
	w = strings.TrimRight(strings.Trim(w, ",()"), ".-/–,")
	if m := unitEnd.FindStringSubmatch(w); m != nil && (units[m[2]] || currencies[m[2]]) {
		return m[1:3]
	}
	if m := lettered.FindStringSubmatch(w); m != nil {
		if units[m[1]] || currencies[m[1]] || (letters(m[1]) > 2 && inWhole.MatchString(m[2])) {
			return m[1:3]
		}
	}
	if m := glued.FindStringSubmatch(w); m != nil {
		tail := strings.TrimLeft(m[2], ",/.-–")
		if letters(tail) == 0 || letters(tail) > 2 || times.MatchString(tail) {
			return append([]string{m[1]}, unglued(tail)...)
		}
	}
	if m := gluedTo.FindStringSubmatch(w); m != nil {
		return m[1:3]
	}
	if !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return nil
	}
	return []string{w}
}

func parse(text string) (p parsed) {
	p.tokens = pieces(text)
	open := false
	for _, w := range p.tokens {
		switch {
		case times.MatchString(w):
			m := times.FindStringSubmatch(w)
			n, _ := strconv.Atoi(m[1] + m[2])
			p.odd = p.odd || p.quantity > 0 || n == 0
			p.quantity, open = n, false
		case letters(w) == 0:
			if !open {
				p.runs, open = append(p.runs, nil), true
			}
			p.runs[len(p.runs)-1] = append(p.runs[len(p.runs)-1], w)
		default:
			open = false
			p.word(w)
		}
	}
	if p.two {
		p.operator = ""
	}
	return p
}

func (p *parsed) word(w string) {
	op, known := operatorWords[w]
	switch d := digitsIn(w); {
	case w == "4g" || w == "3g" || w == "5g":
		p.words = append(p.words, w)
		return
	case fillers[w]:
		return
	case d > 1 || (d == 1 && letters(w) < 3): // one may be Darija in Latin letters: bghit, b9it
		p.odd, p.oddMost = true, max(p.oddMost, d)
		if d < slipDigits {
			p.words = append(p.words, w)
		}
		return
	case known:
		p.two = p.two || (p.operator != "" && p.operator != op)
		p.operator = op
	}
	p.family = p.family || families[w]
	p.numeral = p.numeral || numerals[w]
	p.foreign = p.foreign || currencies[w]
	if !units[w] && !currencies[w] {
		p.words = append(p.words, w)
	}
}

// number finds the number or line, and the amount among the other figures;
// false when there is none.
func (p parsed) number() (Reading, bool) {
	mobile := func(s string) (r Reading, ok bool) {
		n, err := topup.ParseMSISDN(s)
		return Reading{Number: n}, err == nil
	}
	line := func(s string) (r Reading, ok bool) {
		l, kind, err := topup.ParseLine(s)
		return Reading{Line: l, LineType: kind}, err == nil
	}
	for _, read := range []func(string) (Reading, bool){mobile, line} {
		if r, found := p.search(read); found {
			return r, true
		}
	}
	return Reading{}, false
}

// search tries every stretch of figures as a number.
func (p parsed) search(read func(string) (Reading, bool)) (Reading, bool) {
	var whole, broken []Reading // with all figures read, and not
	for at, run := range p.runs {
		for i := range run {
			digits := 0
			for j := i + 1; j <= len(run); j++ {
				if digits += digitsIn(run[j-1]); digits < numberLeast || digits > numberMost {
					continue
				}
				r, ok := read(strings.Join(run[i:j], " "))
				if !ok || !joins(run, i, j) {
					continue
				}
				var rest [][]string
				for k, other := range p.runs {
					if k != at {
						rest = append(rest, other)
					}
				}
				rest = append(rest, run[:i], run[j:])
				rest = slices.DeleteFunc(rest, func(s []string) bool { return len(s) == 0 })
				r.Face, r.Problem = amountOf(rest)
				if r.Problem == nil {
					whole = appendNew(whole, r)
				} else {
					broken = appendNew(broken, r)
				}
			}
		}
	}
	switch {
	case len(whole) == 1:
		return whole[0], true
	case len(whole) > 1:
		return Reading{Problem: errAmbiguous, Ways: whole}, true
	case len(broken) == 0:
		return Reading{}, false
	}
	for _, r := range broken[1:] {
		if r.Number != broken[0].Number || r.Line != broken[0].Line {
			return Reading{Problem: errTwo}, true
		}
	}
	return broken[0], true
}

// joins reports whether a stretch of figures can be one number: no sign stands
// within it, and no other country's code before it.
func joins(run []string, i, j int) bool {
	return !slices.ContainsFunc(run[i+1:j], func(w string) bool { return strings.HasPrefix(w, "-") || strings.HasPrefix(w, "+") }) &&
		!slices.ContainsFunc(run[:i], foreign)
}

// foreign reports that figures are the code of a country; three of them are
// a group of an amount.
func foreign(w string) bool {
	return strings.HasPrefix(w, "+") || (len(w) > 3 && strings.HasPrefix(w, "00"))
}

// amountOf reads what stands beside a number.
func amountOf(rest [][]string) (topup.Money, error) {
	switch len(rest) {
	case 0:
		return 0, nil
	case 1:
		text := strings.Join(rest[0], " ")
		_, _, lined := topup.ParseLine(text)
		_, mobile := topup.ParseMSISDN(text)
		// A zero before other figures is a number's.
		zero := len(text) > 1 && text[0] == '0'
		if short, long := topup.Slip(text); short || long || zero || lined == nil || mobile == nil {
			return 0, topup.ErrAmount
		}
		return topup.ParseAmount(text)
	}
	return 0, topup.ErrAmount
}

func appendNew(list []Reading, r Reading) []Reading {
	for _, o := range list {
		if o.Number == r.Number && o.Line == r.Line && o.Face == r.Face && o.Problem == r.Problem {
			return list
		}
	}
	return append(list, r)
}

// named reads a text without a number: words that may name a gift card, or a
// number that was mistyped.
func (p parsed) named() Reading {
	for _, run := range p.runs {
		for _, text := range append(run, strings.Join(run, " ")) {
			switch short, long := topup.Slip(text); {
			case short:
				return Reading{Problem: errShort}
			case long:
				return Reading{Problem: errLong}
			}
		}
		if digitsIn(strings.Join(run, "")) >= slipDigits {
			return Reading{Problem: errNumber}
		}
	}
	switch {
	case p.oddMost >= slipDigits:
		return Reading{Problem: errNumber}
	case len(p.words) == 0:
		return Reading{Problem: errUnknown}
	}
	r := Reading{Words: p.words}
	if len(p.runs) == 1 && len(p.runs[0]) == 1 && isFigures(p.runs[0][0]) {
		r.Value = p.runs[0][0]
	}
	return r
}

// ReadAmount reads a text as an amount alone, with words around that name
// nothing.
func ReadAmount(text string) (topup.Money, error) {
	p := parse(text)
	switch {
	case len(text) > lineMost, p.odd, p.quantity > 0, len(p.runs) > 1, len(p.words) > 0 && !p.numeral:
		return 0, topup.ErrAmount
	case p.numeral || p.foreign:
		return 0, errNumeral
	case len(p.runs) == 0:
		return 0, topup.ErrAmount
	}
	text = strings.Join(p.runs[0], " ")
	switch short, long := topup.Slip(text); {
	case short:
		return 0, errShort
	case long:
		return 0, errLong
	}
	return topup.ParseAmount(text)
}

func isFigures(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// digitsIn counts digits, to tell a mistyped number from words.
func digitsIn(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// said is the command that a text is, if it is one and no more.
func said(text string) string {
	return commandWords[strings.Join(strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")]
}
