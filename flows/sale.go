package flows

import (
	"slices"
	"strconv"

	"hanout/topup"
)

const plansPerPage = 6

// usualAmounts are the amounts offered where a plan's limits allow them.
var usualAmounts = []int64{100, 200, 300, 500, 1000, 1500, 2000, 3000, 5000, 10000, 20000, 50000}

// newSale starts a sale, as far as the draft already goes.
func (t *turn) newSale(d Draft) {
	switch {
	case !t.openSale(StepNumber, d):
	case d.Number == "":
		t.askNumber(Msg{})
	case d.Plan != "":
		t.quote(Msg{})
	default:
		t.numberGiven()
	}
}

// newSaleProblem starts a sale by saying what was wrong with its number.
func (t *turn) newSaleProblem(problem Msg) {
	t.dropQuietly()
	t.begin(StepNumber)
	t.s.Sale = &Draft{}
	t.askNumber(problem)
}

func (t *turn) cancelButton() Button {
	return Button{Label: M("button.cancel"), Data: t.s.tap("no"), Style: Stop}
}

func (t *turn) backButton() Button { return button(M("button.back"), t.s.tap("back")) }

func (t *turn) askNumber(problem Msg) {
	t.s.Step = StepNumber
	if t.s.Sale == nil {
		t.s.Sale = &Draft{}
	}
	d := t.s.Sale
	d.Choices = t.recentNumbers(4)
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"))
		if problem.ID != "" {
			sc.line(problem)
		}
		if d.Wanted > 0 {
			sc.line(M("sale.wanted", "Amount", d.Wanted))
		}
		sc.line(M("number.ask"))
		var b []Button
		for i, n := range d.Choices {
			b = append(b, button(M("number.recent", "Number", topup.MSISDN(n)), t.s.tap("n", strconv.Itoa(i))))
		}
		sc.grid(2, b)
		sc.row(t.cancelButton())
	})
}

// recentNumbers are the last numbers that this shop sold to.
func (t *turn) recentNumbers(most int) []string {
	sh, ok := t.shop()
	if !ok {
		return nil
	}
	var out []string
	for _, o := range t.v.OrdersOf(sh.ID, 0, 20) {
		if o.Good == topup.MobileTopUp && o.State != topup.Refunded && !slices.Contains(out, o.To) {
			if out = append(out, o.To); len(out) == most {
				break
			}
		}
	}
	return out
}

// numberGiven goes on from a number: to the operator it last worked with, the
// only one it can belong to, or the question.
func (t *turn) numberGiven() {
	d := t.s.Sale
	if !t.anyPlans() {
		t.s.Step = StepNumber
		t.draw(func(sc *Screen) {
			sc.line(M("sale.title"), M("plan.none"))
			sc.row(t.cancelButton())
		})
		return
	}
	if sh, ok := t.shop(); ok {
		for _, o := range t.v.OrdersTo(sh.ID, string(d.Number), 3) {
			if o.Good == topup.MobileTopUp && o.State == topup.Delivered && len(t.plansOf(o.Operator)) > 0 {
				t.operatorGiven(o.Operator)
				return
			}
		}
	}
	if ops := t.operators(); len(ops) == 1 {
		t.operatorGiven(ops[0])
		return
	}
	t.askOperator()
}

// operators are the ones the number may belong to that have plans to sell.
func (t *turn) operators() []topup.Operator {
	acc, _ := t.v.Account()
	var out []topup.Operator
	for _, op := range t.v.Numbering().Operators(t.s.Sale.Number, acc.Test) {
		if len(t.plansOf(op)) > 0 {
			out = append(out, op)
		}
	}
	return out
}

func (t *turn) anyPlans() bool {
	for _, op := range topup.RetailOperators {
		if len(t.plansOf(op)) > 0 {
			return true
		}
	}
	return false
}

// plansOf lists what may be sold of an operator: prepaid first, then the
// other dynamic plans, then the fixed ones by amount.
func (t *turn) plansOf(op topup.Operator) []topup.Plan {
	var out []topup.Plan
	pricing := t.v.Pricing()
	for _, p := range t.v.Plans() {
		probe := p.Min
		if p.Kind == topup.Fixed {
			probe = p.Amount
		}
		if _, _, ok := pricing.Quote(p, probe); p.Operator == op && ok {
			out = append(out, p)
		}
	}
	rank := func(p topup.Plan) int {
		switch {
		case p.Kind == topup.Fixed:
			return 3
		case p.Family == topup.FamilyPrepaid:
			return 0
		case p.Family == topup.FamilyPostpaid:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b topup.Plan) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return int(a.Amount - b.Amount)
	})
	return out
}

func (t *turn) prepaid(op topup.Operator) (topup.Plan, bool) {
	for _, p := range t.plansOf(op) {
		if p.Kind == topup.Dynamic && p.Family == topup.FamilyPrepaid {
			return p, true
		}
	}
	return topup.Plan{}, false
}

func (t *turn) askOperator() {
	t.s.Step = StepOperator
	d := t.s.Sale
	d.Operator, d.Plan, d.Face, d.Page = "", "", 0, 0
	likely := t.operators()
	down := t.v.Weather().Down
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"), M("sale.number", "Number", d.Number))
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
			if down[op] {
				sc.line(M("operator.sick", "Operator", Latin(op)))
			}
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// operatorGiven goes on to the confirm card when the amount is known and
// fits, else to the plans.
func (t *turn) operatorGiven(op topup.Operator) {
	d := t.s.Sale
	d.Operator, d.Plan, d.Face, d.Page = op, "", 0, 0
	if d.Wanted > 0 {
		if p, ok := t.prepaid(op); ok && p.Accepts(d.Wanted) {
			d.Plan, d.Face = p.Code, d.Wanted
			t.quote(Msg{})
			return
		}
		t.askPlan(M("amount.nofit", "Amount", d.Wanted, "Operator", Latin(op)))
		return
	}
	t.askPlan(Msg{})
}

// askPlan shows prepaid amounts at once, and below them the plans, paged.
func (t *turn) askPlan(problem Msg) {
	t.s.Step = StepPlan
	d := t.s.Sale
	plans := t.plansOf(d.Operator)
	if len(plans) == 0 {
		d.Operator = ""
		t.askOperator()
		return
	}
	pages := (len(plans) + plansPerPage - 1) / plansPerPage
	d.Page = max(0, min(d.Page, pages-1))
	d.Choices = nil
	for _, p := range plans {
		d.Choices = append(d.Choices, p.Code)
	}
	prepaid, quick := t.prepaid(d.Operator)
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"), M("sale.number", "Number", d.Number), M("sale.operator", "Operator", Latin(d.Operator)))
		if t.v.Weather().Down[d.Operator] {
			sc.line(M("operator.sick", "Operator", Latin(d.Operator)))
		}
		if problem.ID != "" {
			sc.line(problem)
		}
		if quick {
			sc.line(M("plan.ask.quick", "Min", prepaid.Min, "Max", prepaid.Max))
			if d.Page == 0 {
				sc.grid(3, t.amountButtons(prepaid, "q", 6))
			}
		} else {
			sc.line(M("plan.ask"))
		}
		var b []Button
		for i := d.Page * plansPerPage; i < min(len(plans), (d.Page+1)*plansPerPage); i++ {
			b = append(b, button(planLabel(plans[i]), t.s.tap("p", strconv.Itoa(i))))
		}
		sc.grid(1, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(button(M("button.operator"), t.s.tap("ops")), t.cancelButton())
	})
}

func planLabel(p topup.Plan) Msg {
	if p.Kind == topup.Fixed {
		return M("plan.fixed", "Plan", PlanName(p.Name), "Amount", p.Amount)
	}
	switch p.Family {
	case topup.FamilyPrepaid, topup.FamilyPostpaid, topup.FamilyInternational:
		return M("plan."+string(p.Family), "Min", p.Min, "Max", p.Max)
	}
	return M("plan.dynamic", "Plan", PlanName(p.Name), "Min", p.Min, "Max", p.Max)
}

// planMsg names a plan in a sentence.
func planMsg(family topup.PlanFamily, name string, kind topup.PlanKind) Msg {
	if kind != topup.Fixed {
		switch family {
		case topup.FamilyPrepaid, topup.FamilyPostpaid, topup.FamilyInternational:
			return M("family." + string(family))
		}
	}
	return M("plan.name", "Plan", PlanName(name))
}

// amountButtons offers amounts within a plan's limits, the shop's own usual
// ones first.
func (t *turn) amountButtons(p topup.Plan, verb string, most int) []Button {
	var faces []topup.Money
	add := func(m topup.Money) {
		if _, _, ok := t.v.Pricing().Quote(p, m); ok && !slices.Contains(faces, m) && len(faces) < most {
			faces = append(faces, m)
		}
	}
	if sh, ok := t.shop(); ok {
		for _, o := range t.v.OrdersTo(sh.ID, string(t.s.Sale.Number), 3) {
			if o.Plan == p.Code {
				add(o.Face)
			}
		}
	}
	for _, d := range usualAmounts {
		add(topup.Dinars(d))
	}
	slices.Sort(faces)
	var b []Button
	for _, f := range faces {
		b = append(b, button(M("amount.button", "Amount", f), t.s.tap(verb, strconv.FormatInt(f.WholeDinars(), 10))))
	}
	return b
}

func (t *turn) askAmount(problem Msg) {
	d := t.s.Sale
	plan, ok := t.v.Plan(d.Plan)
	if !ok || !plan.Sellable() || plan.Kind != topup.Dynamic {
		t.askPlan(M("plan.gone"))
		return
	}
	t.s.Step = StepAmount
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"), M("sale.number", "Number", d.Number),
			M("sale.plan", "Operator", Latin(d.Operator), "Plan", planMsg(plan.Family, plan.Name, plan.Kind)))
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("amount.ask", "Min", plan.Min, "Max", plan.Max))
		sc.grid(3, t.amountButtons(plan, "a", 9))
		sc.row(t.backButton(), t.cancelButton())
	})
}

// amountPlan is the plan that a bare amount is meant for at this step.
func (t *turn) amountPlan() (topup.Plan, bool) {
	d := t.s.Sale
	if t.s.Step == StepPlan {
		return t.prepaid(d.Operator)
	}
	p, ok := t.v.Plan(d.Plan)
	return p, ok && p.Kind == topup.Dynamic
}

func (t *turn) amountGiven(face topup.Money) {
	plan, ok := t.amountPlan()
	if !ok {
		t.redraw()
		return
	}
	if _, _, ok := t.v.Pricing().Quote(plan, face); !ok {
		t.amountProblem(topup.ErrRange)
		return
	}
	d := t.s.Sale
	d.Plan, d.Face = plan.Code, face
	t.quote(Msg{})
}

// amountProblem says what amount to type instead.
func (t *turn) amountProblem(err error) {
	plan, ok := t.amountPlan()
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
		t.askPlan(problem)
		return
	}
	t.s.Sale.Plan = plan.Code
	t.askAmount(problem)
}

func (t *turn) saleTapped(verb, arg string) {
	d := t.s.Sale
	if d == nil {
		t.cancel()
		return
	}
	index, err := strconv.Atoi(arg)
	picked := ""
	if err == nil && index >= 0 && index < len(d.Choices) {
		picked = d.Choices[index]
	}
	switch step := t.s.Step; {
	case verb == "no":
		t.cancel()
	case verb == "again" && step == StepConfirm:
		t.quote(Msg{})
		t.stillShort()
	case verb == "ok" && step == StepConfirm:
		t.confirm()
	case verb == "show" && step == StepConfirm:
		if o, ok := t.v.Order(d.Warned); ok && o.Chat == t.in.Chat {
			t.do(Show{Chat: o.Chat, Panel: o.Panel, Screen: OrderScreen(o), Class: ClassAnswer, Fresh: true})
		}
	case d.Good == topup.InternetCard:
		t.internetTapped(verb, arg, picked)
	case d.Good == topup.GiftCard:
		t.giftTapped(verb, arg, picked)
	case verb == "back":
		t.back()
	case verb == "n" && step == StepNumber && picked != "":
		d.Number = topup.MSISDN(picked)
		t.numberGiven()
	case verb == "op" && step == StepOperator && topup.Operator(arg).Known():
		t.operatorGiven(topup.Operator(arg))
	case verb == "ops" && step == StepPlan:
		t.askOperator()
	case verb == "pg" && step == StepPlan && err == nil:
		d.Page = index
		t.askPlan(Msg{})
	case verb == "q" && step == StepPlan && err == nil, verb == "a" && step == StepAmount && err == nil:
		t.amountGiven(topup.Dinars(int64(index)))
	case verb == "p" && step == StepPlan && picked != "":
		d.Plan = picked
		if p, ok := t.v.Plan(picked); ok && p.Kind == topup.Fixed {
			d.Face = p.Amount
			t.quote(Msg{})
			return
		}
		t.askAmount(Msg{})
	default:
		t.toast(M("tap.unknown"))
	}
}

// stillShort answers a tap that asked for the balance again: the card alone
// would not change.
func (t *turn) stillShort() {
	sh, _ := t.shop()
	has := t.v.Wallet(sh.ID).Available
	if missing := t.s.Sale.Price - has; t.s.Step == StepConfirm && missing > 0 {
		t.toast(M("confirm.short", "Missing", missing, "Amount", has))
	}
}

func (t *turn) back() {
	d := t.s.Sale
	plan, _ := t.v.Plan(d.Plan)
	switch t.s.Step {
	case StepOperator:
		d.Number = ""
		t.askNumber(Msg{})
	case StepAmount:
		d.Wanted = 0
		t.askPlan(Msg{})
	case StepConfirm:
		d.Wanted = 0
		if plan.Kind == topup.Dynamic {
			t.askAmount(Msg{})
			return
		}
		t.askPlan(Msg{})
	default:
		t.askOperator()
	}
}
