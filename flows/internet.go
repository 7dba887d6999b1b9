package flows

import (
	"slices"
	"strconv"
	"time"

	"hanout/topup"
)

// An internet card: the type of line, its number, which the provider checks,
// and a value.

// The steps.
const (
	StepLineType Step = "linetype" // asked which kind of line
	StepLine     Step = "line"     // asked for the line's number
	StepChecking Step = "checking" // the provider is asked about the line
	StepValue    Step = "value"    // asked which card
)

// internet is the draft of an internet card.
type internet struct {
	draft
	LineType string      `json:"line_type,omitempty"`
	Line     topup.Line  `json:"line,omitempty"`
	Offer    string      `json:"plan_name,omitempty"` // what the check reported
	Face     topup.Money `json:"face,omitempty"`
	Asked    time.Time   `json:"asked,omitzero"` // when the provider was asked last
}

func internetGood() good {
	return good{
		name: topup.InternetCard, verb: "internet", label: "button.internet", another: "button.internet",
		draft: func() sale { return &internet{} },
		begin: func(t *turn) { beginInternet(t, internet{}) },
		again: func(t *turn, o topup.Order) {
			beginInternet(t, internet{LineType: o.LineType, Line: topup.Line(o.To), Face: o.Face})
		},
		typed: typedInternet, starts: internetNames, conversation: sellingInternet,
		item: internetItem, brief: numberBrief, repeat: numberRepeat, refused: "order.unfilled",
		use:       "codes.use.internet",
		scopeName: internetScope, narrower: internetNarrower, samples: internetSamples, tariff: internetTariff,
		sold: func(text string) (to []string, sure bool) {
			for _, kind := range lineTypes {
				if line, err := parseLine(kind, text); err == nil {
					to = append(to, string(line))
				}
			}
			return to, false
		},
	}
}

func sellingInternet() conversation {
	return conversation{
		needs: topup.ActSell, sale: true, holds: selling[*internet],
		steps: map[Step]step{
			StepLineType: {
				show: on((*internet).askLineType),
				told: telling((*internet).lineNamed),
				taps: map[string]func(*turn, string){"lt": tapping((*internet).typePicked), "f": picking((*internet).favouritePicked)},
			},
			StepLine: {
				show: asking((*internet).askLine),
				told: telling((*internet).lineTyped),
				back: on((*internet).askLineType),
				taps: map[string]func(*turn, string){
					"n": picking((*internet).linePicked), "f": picking((*internet).favouritePicked), "retry": tapping((*internet).retry),
				},
			},
			StepChecking: {
				show:   on((*internet).redrawChecking),
				told:   telling((*internet).lineTyped),
				back:   on((*internet).otherLine),
				waited: on((*internet).checkLine),
			},
			StepValue: {
				show: asking((*internet).askValue),
				told: telling((*internet).valueTyped),
				back: on((*internet).otherLine),
				taps: map[string]func(*turn, string){"v": counting((*internet).dinarsGiven)},
			},
		},
	}
}

// beginInternet starts a sale, as far as the draft already goes: with a line,
// from its check on.
func beginInternet(t *turn, d internet) {
	d.Good = topup.InternetCard
	switch {
	case !t.openSale(StepLineType, &d):
	case d.Line != "":
		d.checkLine(t)
	default:
		d.askLineType(t)
	}
}

func (d *internet) offered(t *turn) (topup.Order, bool) {
	p, price, sold := d.card(t, d.Face)
	return topup.Order{
		Good: topup.InternetCard, LineType: d.LineType, To: string(d.Line), PlanName: d.Offer,
		Quantity: 1, Face: d.Face, Price: price, Expected: p.Cost,
	}, sold && p.Available
}

func (d *internet) gone(t *turn) Msg {
	d.askValue(t, M("value.gone"))
	return M("value.gone")
}

func (d *internet) reconsider(t *turn) { d.askValue(t, Msg{}) }

func (d *internet) corrected(t *turn, text string, shared bool) bool {
	return !shared && d.valueTyped(t, text)
}

func internetItem(o topup.Order) []Msg {
	lines := []Msg{M("line.type", "Type", Latin(o.LineType)), M("sale.number", "Number", topup.Line(o.To))}
	if o.PlanName != "" {
		lines = append(lines, M("line.offer", "Offer", Name(o.PlanName)))
	}
	return append(lines, M("confirm.face", "Amount", o.Face))
}

var lineTypes = []string{topup.ADSL, topup.LTE4G}

func (d *internet) askLineType(t *turn) {
	t.s.Step = StepLineType
	d.LineType, d.Line, d.Offer = "", "", ""
	regulars := t.favouritesOf(topup.InternetCard, "", favouritesHere)
	d.Choices = regulars.numbers()
	t.draw(func(sc *Screen) {
		sc.line(M("internet.title"), M("line.type.ask"))
		t.favouriteGrid(sc, regulars)
		var row []Button
		for _, kind := range lineTypes {
			row = append(row, button(M("line.type.button", "Type", Latin(kind)), t.s.tap("lt", kind)))
		}
		sc.row(row...)
		sc.row(append(t.allFavourites(), t.cancelButton())...)
	})
}

func (d *internet) typePicked(t *turn, kind string) {
	if !slices.Contains(lineTypes, kind) {
		t.toast(M("tap.unknown"))
		return
	}
	d.LineType = kind
	d.askLine(t, Msg{})
}

// parseLine reads a typed number as a line of a type.
func parseLine(lineType, text string) (topup.Line, error) {
	if lineType == topup.LTE4G {
		return topup.Parse4G(text)
	}
	return topup.ParseADSL(text)
}

// lineNamed takes a line that is typed before its type was chosen, when the
// number can be of one type only.
func (d *internet) lineNamed(t *turn, text string) bool {
	if r := t.read(text); r.Line != "" && r.Problem == nil {
		d.LineType, d.Line, d.Face = r.LineType, r.Line, r.Face
		d.checkLine(t)
		return true
	}
	if _, err := topup.ParseMSISDN(text); err == nil || t.lineElsewhere(text) {
		return false
	}
	for _, kind := range lineTypes {
		if line, err := parseLine(kind, text); err == nil {
			d.LineType, d.Line = kind, line
			d.checkLine(t)
			return true
		}
	}
	return false
}

// askLine asks for the line's number. When one is known already, its check
// can be tried again.
func (d *internet) askLine(t *turn, problem Msg) {
	t.s.Step = StepLine
	regulars := t.favouritesOf(topup.InternetCard, d.LineType, favouritesHere)
	d.Choices = append(regulars.numbers(), d.recentLines(t, 4)...)
	t.draw(func(sc *Screen) {
		d.lineTitle(sc)
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
		t.favouriteGrid(sc, regulars)
		var b []Button
		for i, n := range d.Choices[len(regulars):] {
			b = append(b, button(M("number.recent", "Number", topup.Line(n)), t.s.tap("n", strconv.Itoa(len(regulars)+i))))
		}
		sc.grid(2, b)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (d *internet) linePicked(t *turn, number string) {
	d.Line = topup.Line(number)
	d.checkLine(t)
}

// favouritePicked sells to a favourite what is usual.
func (d *internet) favouritePicked(t *turn, number string) {
	if f, named := t.shop().Favourites.Of(number); named {
		d.LineType, d.Face = f.LineType, f.Usual.Face
	}
	d.linePicked(t, number)
}

func (d *internet) lineTyped(t *turn, text string) bool {
	r := t.read(text)
	switch {
	case r.Number != "" && (r.Face > 0 || r.favourite.To != ""):
		return false
	case r.Line != "" && r.LineType == d.LineType && r.Problem == nil:
		d.Line, d.Face = r.Line, r.Face
		d.checkLine(t)
		return true
	}
	line, err := parseLine(d.LineType, text)
	if err != nil {
		if r.Line != "" && r.favourite.To != "" {
			return false
		}
		d.askLine(t, badLine(d.LineType))
		return true
	}
	d.Line = line
	d.checkLine(t)
	return true
}

func (d *internet) retry(t *turn, _ string) {
	if d.Line == "" {
		t.toast(M("tap.unknown"))
		return
	}
	d.checkLine(t)
}

// otherLine goes back to the question for the line.
func (d *internet) otherLine(t *turn) {
	d.Line, d.Offer, d.Face = "", "", 0
	d.askLine(t, Msg{})
}

func (d *internet) lineTitle(sc *Screen) {
	sc.line(M("internet.title"), M("line.type", "Type", Latin(d.LineType)))
	if d.Line != "" {
		sc.line(M("sale.number", "Number", d.Line))
	}
}

// recentLines are the last lines of the type without a name that this shop sold to.
func (d *internet) recentLines(t *turn, most int) []string {
	var out []string
	regulars := t.shop().Favourites
	for _, o := range t.v.Orders.OrdersOf(t.who.Shop, 0, 20) {
		_, named := regulars.Of(o.To)
		if o.Good == topup.InternetCard && o.LineType == d.LineType && o.State != topup.Refunded && !named && !slices.Contains(out, o.To) {
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

// card finds an internet card of the draft's type by its value, and its
// price; sold is false for one without a price that may be asked.
func (d *internet) card(t *turn, value topup.Money) (p topup.InternetProduct, price topup.Money, sold bool) {
	list, _ := t.v.Shelf.Products(d.LineType)
	for _, p := range list {
		if p.Value == value && p.CostKnown {
			price, ok := t.v.Shelf.Pricing(t.who.Shop).Price(p.Scope(), p.Cost, p.Value)
			return p, price, ok
		}
	}
	return topup.InternetProduct{}, 0, false
}

func (d *internet) askValue(t *turn, problem Msg) {
	t.s.Step = StepValue
	d.Face = 0
	list, _ := t.v.Shelf.Products(d.LineType)
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b topup.InternetProduct) int { return int(a.Value - b.Value) })
	t.draw(func(sc *Screen) {
		d.lineTitle(sc)
		if d.Offer != "" {
			sc.line(M("line.offer", "Offer", Name(d.Offer)))
		}
		var there, gone []Button
		for _, p := range list {
			data := t.s.tap("v", strconv.FormatInt(p.Value.WholeDinars(), 10))
			switch _, _, sold := d.card(t, p.Value); {
			case !sold:
			case p.Available:
				there = append(there, button(M("amount.button", "Amount", p.Value), data))
			default:
				gone = append(gone, button(M("value.soldout", "Amount", p.Value), data))
			}
		}
		switch {
		case len(there)+len(gone) == 0: // to choose another, as a problem may say, there is none
			sc.line(M("value.none"))
		case problem.ID != "":
			sc.line(problem, M("value.ask"))
		default:
			sc.line(M("value.ask"))
		}
		sc.grid(3, there)
		sc.grid(2, gone)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (d *internet) valueTyped(t *turn, text string) bool {
	r := t.read(text)
	switch {
	case r.Number != "":
		return false
	case r.Line != "" && r.Problem == nil:
		d.LineType, d.Line, d.Face = r.LineType, r.Line, r.Face
		d.checkLine(t)
		return true
	}
	value, err := ReadAmount(text)
	if err != nil && len(r.Words) > 0 && t.sellsTyped(text, false) {
		return true
	}
	if err != nil {
		d.askValue(t, M("value.bad"))
		return true
	}
	d.valueGiven(t, value)
	return true
}

func (d *internet) dinarsGiven(t *turn, dinars int) { d.valueGiven(t, topup.Dinars(int64(dinars))) }

// valueGiven goes on from a value that was tapped or typed.
func (d *internet) valueGiven(t *turn, value topup.Money) {
	p, _, sold := d.card(t, value)
	switch {
	case sold && p.Available:
		d.Face = value
		t.quote(Msg{})
	case t.in.Data != "" && sold:
		t.alert(M("soldout"))
	case sold:
		d.askValue(t, M("soldout"))
	default:
		d.askValue(t, M("value.bad"))
	}
}
