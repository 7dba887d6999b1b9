package flows

import (
	"slices"

	"hanout/topup"
)

// Whose number it is: the guess, the question, and the change of mind.

// guess is the operator that was named, the one that last worked with the
// number, or the likeliest by its first digits; false when they tell nothing.
func (d *mobile) guess(t *turn) (topup.Operator, bool) {
	if d.Named.Known() && len(t.plansOf(d.Named)) > 0 {
		return d.Named, true
	}
	for _, o := range t.v.Orders.OrdersTo(t.who.Shop, string(d.Number), 3) {
		if o.Good == topup.MobileTopUp && o.State == topup.Delivered && len(t.plansOf(o.Operator)) > 0 {
			return o.Operator, true
		}
	}
	acc, _ := t.v.Shelf.Account()
	if len(t.v.Shelf.Numbering().Operators(d.Number, acc.Test)) >= len(topup.RetailOperators) {
		return "", false
	}
	if ops := d.operators(t); len(ops) > 0 {
		return ops[0], true
	}
	return "", false
}

// askOperator puts the likely operators first.
func (d *mobile) askOperator(t *turn, problem Msg) {
	t.s.Step = StepOperator
	d.Operator, d.Plan, d.Face, d.Page = "", "", 0, 0
	likely := d.operators(t)
	down := t.v.Shelf.Weather().Down
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"), M("sale.number", "Number", d.Number))
		if problem.ID != "" {
			sc.line(problem)
		}
		if d.Wanted > 0 {
			sc.line(M("sale.wanted", "Amount", d.Wanted))
		}
		sc.line(M("operator.ask"))
		one := func(op topup.Operator, style Style) Button {
			label := M("operator.name", "Operator", Latin(op))
			if down[op] {
				label = M("operator.down", "Operator", Latin(op))
			}
			return Button{Label: label, Data: t.s.tap("op", string(op)), Style: style}
		}
		var first, rest []Button
		for _, op := range likely {
			first = append(first, one(op, Main))
		}
		for _, op := range topup.RetailOperators {
			if !slices.Contains(likely, op) && len(t.plansOf(op)) > 0 {
				rest = append(rest, one(op, Plain))
			}
		}
		sc.grid(2, first)
		sc.grid(3, rest)
		for _, op := range likely {
			sc.line(t.weatherLines(op)...)
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (d *mobile) operatorPicked(t *turn, name string) {
	op := topup.Operator(name)
	if !op.Known() {
		t.toast(M("tap.unknown"))
		return
	}
	d.operatorGiven(t, op, Msg{})
}

// choices are the other operators that the number may belong to.
func (d *mobile) choices(t *turn, o topup.Order) [][]Button {
	var likely []Button
	if o.PlanKind == topup.Dynamic && o.PlanFamily == topup.FamilyPrepaid {
		for _, op := range d.operators(t) {
			p, ok := t.prepaid(op)
			if op != d.Operator && ok && p.Accepts(d.Face) && len(likely) < 2 {
				likely = append(likely, button(M("operator.switch", "Operator", Latin(op)), t.s.tap("x", string(op))))
			}
		}
	}
	other := button(M("operator.other"), t.s.tap("x", "ops"))
	if len(likely) == 2 {
		return [][]Button{likely, {other}}
	}
	return [][]Button{append(likely, other)}
}

// chose takes one of them; the amount stays.
func (d *mobile) chose(t *turn, arg string) {
	op := topup.Operator(arg)
	if arg != "ops" && !op.Known() {
		t.toast(M("tap.unknown"))
		return
	}
	d.Wanted = 0
	if p, _ := t.v.Shelf.Plan(d.Plan); p.Kind == topup.Dynamic && p.Family == topup.FamilyPrepaid {
		d.Wanted = d.Face
	}
	if arg == "ops" {
		d.askOperator(t, Msg{})
		return
	}
	d.operatorGiven(t, op, Msg{})
}
