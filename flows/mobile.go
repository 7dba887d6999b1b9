package flows

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"hanout/topup"
)

// A mobile top-up: the customer's number, its operator, a plan, an amount.

// The steps.
const (
	StepNumber   Step = "number"   // asked for the customer's number
	StepOperator Step = "operator" // asked which operator
	StepPlan     Step = "plan"     // asked which plan
	StepAmount   Step = "amount"   // asked how much
)

// mobile is the draft of a mobile top-up.
type mobile struct {
	draft
	Number   topup.MSISDN   `json:"number,omitempty"`
	Operator topup.Operator `json:"operator,omitempty"`
	Plan     string         `json:"plan,omitempty"`
	Face     topup.Money    `json:"face,omitempty"`
	Wanted   topup.Money    `json:"wanted,omitempty"` // amount named before the plan
	Named    topup.Operator `json:"named,omitempty"`  // that was said with the number
	Family   bool           `json:"family,omitempty"` // another than prepaid credit was
	Tried    []topup.Offer  `json:"tried,omitempty"`  // refused to this customer just now

	// The offers of the number; see offers.go.
	Inquiry topup.OrderID   `json:"inquiry,omitempty"` // that is under way
	Asked   time.Time       `json:"asked,omitzero"`    // since when
	Menu    topup.Suggested `json:"menu,omitzero"`     // what the provider offered
	Pick    *topup.Offer    `json:"pick,omitempty"`    // what is sold of it
	Want    *topup.Offer    `json:"want,omitempty"`    // what is sold if it is still offered
}

func mobileGood() good {
	return good{
		name: topup.MobileTopUp, verb: "mobile", label: "button.mobile", another: "button.newsale",
		draft: func() sale { return &mobile{} },
		begin: func(t *turn) { beginMobile(t, mobile{}, Msg{}) },
		again: mobileAgain, amount: mobileAmount, typed: typedLine, starts: lineNames, conversation: sellingMobile,
		item: mobileItem, brief: numberBrief, repeat: numberRepeat, refused: "reason.provider",
		scopeName: mobileScope, narrower: mobileNarrower, samples: mobileSamples, tariff: mobileTariff,
		sold: func(text string) ([]string, bool) {
			n, err := topup.ParseMSISDN(text)
			if err != nil {
				return nil, false
			}
			return []string{string(n)}, true
		},
	}
}

func sellingMobile() conversation {
	shared := func(t *turn, c Contact) bool { return t.s.Sale.(*mobile).noAmount(t, c.Phone) }
	all := inquirySteps(shared)
	maps.Copy(all, map[Step]step{
		StepNumber: {
			show:   asking((*mobile).askNumber),
			told:   telling((*mobile).numberTyped),
			shared: func(t *turn, c Contact) bool { return t.s.Sale.(*mobile).numberTyped(t, c.Phone) },
			taps:   map[string]func(*turn, string){"n": picking((*mobile).numberPicked), "f": picking((*mobile).favouritePicked)},
		},
		StepOperator: {
			show: asking((*mobile).askOperator),
			back: on((*mobile).otherNumber),
			taps: map[string]func(*turn, string){"op": tapping((*mobile).operatorPicked)},
		},
		StepPlan: {
			show:   asking((*mobile).askPlan),
			told:   telling((*mobile).amountTyped),
			shared: shared,
			back:   asking((*mobile).askOperator),
			taps: map[string]func(*turn, string){
				"ops": simple(asking((*mobile).askOperator)),
				"of":  simple(on((*mobile).inquire)),
				"pg":  counting((*mobile).pageTurned),
				"q":   counting((*mobile).dinarsGiven),
				"p":   picking((*mobile).planPicked),
			},
		},
		StepAmount: {
			show:   asking((*mobile).askAmount),
			told:   telling((*mobile).amountTyped),
			shared: shared,
			back:   on((*mobile).otherPlan),
			taps: map[string]func(*turn, string){
				"a":  counting((*mobile).dinarsGiven),
				"of": simple(on((*mobile).inquire)),
			},
		},
	})
	return conversation{needs: topup.ActSell, sale: true, holds: selling[*mobile], steps: all}
}

// beginMobile starts a sale, as far as the draft already goes. note says what
// of a line could not be read.
func beginMobile(t *turn, d mobile, note Msg) {
	switch {
	case !t.openSale(StepNumber, &d):
	case d.Number == "":
		d.askNumber(t, note)
	case d.Want != nil:
		d.takeOffer(t, *d.Want)
	case d.Plan != "":
		t.quote(note)
	default:
		d.numberGiven(t, note)
	}
}

// mobileAgain is for a plan and amount that the provider offered instead, too.
func mobileAgain(t *turn, o topup.Order) {
	operator := o.Operator
	if p, ok := t.v.Shelf.Plan(o.Plan); ok {
		operator = p.Operator.Retail()
	}
	d := mobile{Number: topup.MSISDN(o.To), Operator: operator, Plan: o.Plan, Face: o.Face}
	d.Menu = topup.SuggestedWith(o)
	if _, said := d.Menu.Find(o.Plan, o.Face); said || o.Unlisted {
		d.Want = &topup.Offer{Name: o.PlanName, Plan: o.Plan, Face: o.Face}
	}
	if o.State == topup.Refunded {
		d.Tried = o.Tried
	}
	beginMobile(t, d, Msg{})
}

// mobileAmount sells to the same number another amount, or asks for one.
func mobileAmount(t *turn, o topup.Order, face topup.Money) {
	beginMobile(t, mobile{Number: topup.MSISDN(o.To), Named: o.Operator, Wanted: face}, Msg{})
}

func (d *mobile) offered(t *turn) (topup.Order, bool) {
	plan, found := t.v.Shelf.Plan(d.Plan)
	_, listed := t.onList(d.Plan)
	unlisted := d.Pick != nil && !listed
	if unlisted {
		plan, found = d.picked(t)
	}
	price, cost, sold := t.v.Shelf.Pricing(t.who.Shop).Quote(plan, d.Face)
	return topup.Order{
		Good: topup.MobileTopUp, Operator: plan.Operator.Retail(),
		Plan: plan.Code, PlanName: plan.Name, PlanKind: plan.Kind, PlanFamily: plan.Family, To: string(d.Number),
		Quantity: 1, Face: d.Face, Price: price, Expected: cost, Tried: d.Tried, Unlisted: unlisted,
	}, found && sold
}

func (d *mobile) gone(t *turn) Msg {
	why := M("plan.gone")
	if _, listed := t.onList(d.Plan); d.Pick != nil && !listed {
		why = M("offers.old")
	}
	d.askPlan(t, why)
	return why
}

func (d *mobile) corrected(t *turn, text string, shared bool) bool {
	if shared {
		return d.noAmount(t, text)
	}
	return d.amountTyped(t, text)
}

func (d *mobile) reconsider(t *turn) {
	d.Wanted = 0
	plan, _ := t.v.Shelf.Plan(d.Plan)
	switch {
	case d.Pick != nil && d.Menu.For(d.Number, t.env.Now) && len(d.takable(t)) > 0:
		d.askOffers(t, Msg{})
	case plan.Kind == topup.Dynamic:
		d.askAmount(t, Msg{})
	default:
		d.askPlan(t, Msg{})
	}
}

func (d *mobile) warnings(t *turn, o topup.Order) (lines []Msg) {
	if o.Unlisted {
		lines = append(lines, M("offers.only"))
	}
	if t.v.Shelf.Numbering().Unusual(d.Number) {
		lines = append(lines, M("number.unusual"))
	}
	return append(lines, t.weatherLines(o.Operator)...)
}

func mobileItem(o topup.Order) []Msg {
	return []Msg{
		M("sale.number", "Number", topup.MSISDN(o.To)),
		M("sale.plan", "Operator", Latin(o.Operator), "Plan", planMsg(o.PlanFamily, o.PlanName, o.PlanKind)),
		M("confirm.face", "Amount", o.Face),
	}
}

func (d *mobile) askNumber(t *turn, problem Msg) {
	t.s.Step = StepNumber
	regulars := t.favouritesOf(topup.MobileTopUp, "", favouritesHere)
	d.Choices = append(regulars.numbers(), d.recentNumbers(t, 4)...)
	t.draw(func(sc *Screen) {
		sc.line(M("sale.title"))
		if problem.ID != "" {
			sc.line(problem)
		}
		if d.Wanted > 0 {
			sc.line(M("sale.wanted", "Amount", d.Wanted))
		}
		sc.line(M("number.ask"))
		t.favouriteGrid(sc, regulars)
		var b []Button
		for i, n := range d.Choices[len(regulars):] {
			b = append(b, button(M("number.recent", "Number", topup.MSISDN(n)), t.s.tap("n", strconv.Itoa(len(regulars)+i))))
		}
		sc.grid(2, b)
		sc.row(append(t.allFavourites(), t.cancelButton())...)
	})
}

// recentNumbers are the last numbers without a name that this shop sold to.
func (d *mobile) recentNumbers(t *turn, most int) []string {
	var out []string
	regulars := t.shop().Favourites
	for _, o := range t.v.Orders.OrdersOf(t.who.Shop, 0, 20) {
		if _, named := regulars.Of(o.To); o.Good == topup.MobileTopUp && o.State != topup.Refunded && !named && !slices.Contains(out, o.To) {
			if out = append(out, o.To); len(out) == most {
				break
			}
		}
	}
	return out
}

func (d *mobile) numberPicked(t *turn, number string) {
	d.Number = topup.MSISDN(number)
	d.numberGiven(t, Msg{})
}

// favouritePicked sells to a favourite what is usual.
func (d *mobile) favouritePicked(t *turn, number string) {
	f, named := t.shop().Favourites.Of(number)
	if !named || f.Usual.Face == 0 || d.Wanted > 0 {
		d.numberPicked(t, number)
		return
	}
	d.Number, d.Operator, d.Plan, d.Face = topup.MSISDN(number), f.Usual.Operator, f.Usual.Plan, f.Usual.Face
	t.quote(Msg{})
}

// numberGiven goes on from a number: with the best guess of its operator, which
// the confirm panel can change, or the question.
func (d *mobile) numberGiven(t *turn, note Msg) {
	if !t.anyPlans() {
		t.s.Step = StepNumber
		t.draw(func(sc *Screen) {
			sc.line(M("sale.title"), M("plan.none"))
			sc.row(writeButton(), t.cancelButton())
		})
		return
	}
	if op, ok := d.guess(t); ok {
		d.operatorGiven(t, op, note)
		return
	}
	d.askOperator(t, note)
}

func (d *mobile) otherNumber(t *turn) {
	d.Number = ""
	d.askNumber(t, Msg{})
}

// operatorGiven goes on to the confirm panel when the amount is known and
// fits, else to the plans.
func (d *mobile) operatorGiven(t *turn, op topup.Operator, note Msg) {
	d.Inquiry, d.Menu = "", topup.Suggested{}
	d.Operator, d.Plan, d.Face, d.Page = op, "", 0, 0
	if d.Wanted > 0 && !d.Family {
		if p, ok := t.prepaid(op); ok && p.Accepts(d.Wanted) {
			d.Plan, d.Face = p.Code, d.Wanted
			t.quote(note)
			return
		}
		note = M("amount.nofit", "Amount", d.Wanted, "Operator", Latin(op))
	}
	d.askPlan(t, note)
}

// askPlan shows prepaid amounts at once, and below them the plans, paged.
func (d *mobile) askPlan(t *turn, problem Msg) {
	t.s.Step = StepPlan
	d.Pick, d.Want = nil, nil
	plans := t.plansOf(d.Operator)
	if len(plans) == 0 {
		d.Operator = ""
		d.askOperator(t, problem)
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
		d.title(sc)
		sc.line(t.weatherLines(d.Operator)...)
		if problem.ID != "" {
			sc.line(problem)
		}
		if d.Family && d.Wanted > 0 {
			sc.line(M("sale.wanted", "Amount", d.Wanted))
		}
		if quick {
			sc.line(M("plan.ask.quick", "Min", prepaid.Min, "Max", prepaid.Max))
			if d.Page == 0 {
				sc.grid(3, d.amountButtons(t, prepaid, "q", 6))
			}
		} else {
			sc.line(M("plan.ask"))
		}
		sc.row(d.offersButton(t)...)
		var b []Button
		for i := d.Page * plansPerPage; i < min(len(plans), (d.Page+1)*plansPerPage); i++ {
			b = append(b, button(planLabel(plans[i]), t.s.tap("p", strconv.Itoa(i))))
		}
		sc.grid(1, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(button(M("button.operator"), t.s.tap("ops")), t.cancelButton())
	})
}

// title says for which number of which operator a sale is.
func (d *mobile) title(sc *Screen) {
	sc.line(M("sale.title"), M("sale.number", "Number", d.Number), M("sale.operator", "Operator", Latin(d.Operator)))
}

func (d *mobile) pageTurned(t *turn, page int) {
	d.Page = page
	d.askPlan(t, Msg{})
}

func (d *mobile) planPicked(t *turn, code string) {
	d.Plan = code
	switch p, ok := t.v.Shelf.Plan(code); {
	case ok && p.Kind == topup.Fixed:
		d.Face = p.Amount
		t.quote(Msg{})
	case ok && d.Family && p.Accepts(d.Wanted):
		d.Face = d.Wanted
		t.quote(Msg{})
	default:
		d.askAmount(t, Msg{})
	}
}

func (d *mobile) otherPlan(t *turn) {
	d.Wanted = 0
	d.askPlan(t, Msg{})
}

func (d *mobile) askAmount(t *turn, problem Msg) {
	plan, ok := t.v.Shelf.Plan(d.Plan)
	if !ok || !plan.Sellable() || plan.Kind != topup.Dynamic {
		d.askPlan(t, M("plan.gone"))
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
		sc.grid(3, d.amountButtons(t, plan, "a", 9))
		sc.row(d.offersButton(t)...)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (d *mobile) dinarsGiven(t *turn, dinars int) { d.amountGiven(t, topup.Dinars(int64(dinars))) }
