package flows

import (
	"strconv"
	"time"

	"hanout/topup"
)

// The offers of a number (topup/inquiry.go). The rules:
//   - asking moves no money, and the plain amounts stay on the panel while it
//     waits: who gives up, or is given up on, is where they were;
//   - what was asked is asked once: a restart, a second tap and an old panel
//     wait for the answer or do without;
//   - an offer is sold like everything else, by ✅ on its confirm panel, to the
//     number that was asked about, and as long as what was said counts;
//   - what the price list has is a plan like any other. What it has not comes
//     of an answer alone, be that to an inquiry or a refund's; when that is too
//     old, or the sale is to be repeated, the number is asked about anew.

// The steps.
const (
	StepInquiring Step = "inquiring" // the provider is being asked for offers
	StepOffers    Step = "offers"    // asked which of them
)

const (
	offersPerPage = 6
	// offersWithin is how long an answer about offers can be on its way.
	offersWithin = 50 * time.Second
)

// inquirySteps are the steps of a mobile sale that are about offers.
func inquirySteps(shared func(*turn, Contact) bool) map[Step]step {
	return map[Step]step{
		StepInquiring: {
			show:   on((*mobile).redrawInquiring),
			told:   telling((*mobile).amountTyped),
			shared: shared,
			back:   asking((*mobile).askPlan),
			waited: func(t *turn) { t.s.Sale.(*mobile).askPlan(t, M("offers.lost")) },
			taps:   map[string]func(*turn, string){"q": counting((*mobile).dinarsGiven)},
		},
		StepOffers: {
			show:   asking((*mobile).askOffers),
			told:   telling((*mobile).amountTyped),
			shared: shared,
			back:   on((*mobile).otherPlan),
			taps: map[string]func(*turn, string){
				"pg": counting((*mobile).offersTurned),
				"f":  picking((*mobile).offerPicked),
			},
		},
	}
}

// lookup is the plan by which an operator's numbers can be asked about now.
func (t *turn) lookup(op topup.Operator) (topup.Plan, bool) {
	all := t.v.Shelf.Inquiries()
	for _, p := range t.v.Shelf.Plans() {
		if p.Operator == op && all.May(p, t.env.Now) && !t.v.Shelf.Weather().Down[op] {
			return p, true
		}
	}
	return topup.Plan{}, false
}

// offersButton asks for the offers of a number; none where its operator can't
// be asked.
func (d *mobile) offersButton(t *turn) []Button {
	if _, ok := t.lookup(d.Operator); !ok {
		return nil
	}
	return []Button{button(M("button.offers"), t.s.tap("of"))}
}

// inquire asks for the number's offers, or shows those that are known.
func (d *mobile) inquire(t *turn) {
	plan, may := t.lookup(d.Operator)
	known, fresh := t.v.Shelf.Suggested(d.Number)
	why, closed := t.notSelling()
	waits := d.Inquiry != "" && t.env.Now.Sub(d.Asked).Abs() < offersWithin
	switch {
	case fresh && known.Operator == d.Operator && known.For(d.Number, t.env.Now):
		d.Inquiry, d.Menu = "", known
		d.offersKnown(t)
	case closed:
		d.askPlan(t, why)
	case waits:
		d.drawInquiring(t)
	case !may:
		d.askPlan(t, M("offers.unavailable"))
	case t.in.Late:
		d.askPlan(t, Msg{}) // who tapped this may be gone
	default:
		d.Inquiry, d.Asked = topup.OrderID(t.env.NewID()), t.env.Now
		if t.in.Data != "" {
			t.toast(M("offers.asking"))
		}
		d.drawInquiring(t)
		t.do(Run{Job: JobOffers, Chat: t.in.Chat, Panel: t.s.Panel, Ask: Question{Inquiry: topup.Inquiry{
			ID: d.Inquiry, Plan: plan.Code, Operator: d.Operator, Number: d.Number,
			Shop: t.who.Shop, By: t.in.Person.ID, Asked: t.env.Now,
		}}})
	}
}

func (d *mobile) drawInquiring(t *turn) {
	t.s.Step = StepInquiring
	prepaid, quick := t.prepaid(d.Operator)
	t.draw(func(sc *Screen) {
		d.title(sc)
		sc.line(M("offers.asking"))
		if quick {
			sc.line(M("offers.meanwhile", "Min", prepaid.Min, "Max", prepaid.Max))
			sc.grid(3, d.amountButtons(t, prepaid, "q", 6))
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// redrawInquiring shows that the answer is waited for, as long as one can come.
func (d *mobile) redrawInquiring(t *turn) {
	if t.env.Now.Sub(d.Asked).Abs() >= offersWithin {
		d.askPlan(t, M("offers.lost"))
		return
	}
	d.drawInquiring(t)
}

// OffersAnswer is what came of an inquiry.
type OffersAnswer struct {
	Inquiry   topup.OrderID
	Panel     string // that asked
	Suggested topup.Suggested
	Fault     topup.FaultKind // why there is no answer; "" when there is
}

// OffersFound goes on with the sale that waits for this answer; when none does
// any more, nothing happens.
func OffersFound(v View, env Env, s Session, in Input, r OffersAnswer) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	d, ok := s.Sale.(*mobile)
	_, may := t.at()
	if !ok || !may || s.Step != StepInquiring || s.Panel != r.Panel || d.Inquiry != r.Inquiry || d.Number != r.Suggested.Number {
		return s, nil
	}
	d.Inquiry = ""
	switch {
	case r.Fault != "" && v.Shelf.Closed():
		d.askPlan(t, M("sale.closed"))
	case r.Fault != "":
		d.askPlan(t, M("offers.failed"))
	default:
		d.Menu = r.Suggested
		d.offersKnown(t)
	}
	return t.s, t.out
}

// offersKnown goes on from a number's offers: to the one that was wanted, or to
// the choice.
func (d *mobile) offersKnown(t *turn) {
	list, want := d.takable(t), d.Want
	d.Want, d.Page = nil, 0
	switch {
	case len(list) == 0:
		d.askPlan(t, M("offers.none"))
	case want == nil:
		d.askOffers(t, Msg{})
	default:
		if of, still := d.Menu.Find(want.Plan, want.Face); still {
			d.takeOffer(t, of)
			return
		}
		d.askOffers(t, M("offers.gone"))
	}
}

// takable are the places of those of the number's offers that can be sold, and
// were not refused just now.
func (d *mobile) takable(t *turn) (places []string) {
	for i, of := range d.Menu.Offers {
		plan := t.planOf(of, d.Operator)
		_, _, sold := t.v.Shelf.Pricing(t.who.Shop).Quote(plan, of.Face)
		if sold && topup.Untried(topup.Order{Tried: d.Tried}, of) {
			places = append(places, strconv.Itoa(i))
		}
	}
	return places
}

// planOf is the plan by which an offer is sold.
func (t *turn) planOf(of topup.Offer, op topup.Operator) topup.Plan {
	if p, ok := t.onList(of.Plan); ok {
		return p
	}
	return of.Unlisted(op)
}

// onList finds a plan that the price list has now.
func (t *turn) onList(code string) (topup.Plan, bool) {
	p, ok := t.v.Shelf.Plan(code)
	return p, ok && !p.Gone
}

// askOffers shows the number's offers, paged.
func (d *mobile) askOffers(t *turn, problem Msg) {
	if !d.Menu.For(d.Number, t.env.Now) {
		d.askPlan(t, M("offers.old"))
		return
	}
	t.s.Step = StepOffers
	d.Plan, d.Face, d.Pick = "", 0, nil
	d.Choices = d.takable(t)
	part, pages := page(&d.draft, d.Choices, offersPerPage)
	t.draw(func(sc *Screen) {
		d.title(sc)
		if problem.ID != "" {
			sc.line(problem)
		}
		if len(part) == 0 {
			sc.line(M("offers.none"))
		} else {
			sc.line(M("order.offers"))
		}
		var b []Button
		for n, place := range part {
			i, _ := strconv.Atoi(place)
			b = append(b, offerButton(d.Menu.Offers[i], t.s.tap("f", strconv.Itoa(d.Page*offersPerPage+n))))
		}
		sc.grid(1, b)
		t.turnPages(sc, d.Page, pages)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// offerButton is one offer, as an inquiry or a refund brought it.
func offerButton(of topup.Offer, data string) Button {
	switch of.Family {
	case topup.FamilyPrepaid, topup.FamilyPostpaid, topup.FamilyInternational:
		return button(M("order.offer", "Plan", M("plan."+string(of.Family)), "Amount", of.Face), data)
	}
	return button(fixedLabel(of.Name, of.Face), data)
}

func (d *mobile) offersTurned(t *turn, page int) {
	d.Page = page
	d.askOffers(t, Msg{})
}

func (d *mobile) offerPicked(t *turn, place string) {
	i, err := strconv.Atoi(place)
	if err != nil || i < 0 || i >= len(d.Menu.Offers) {
		t.toast(M("tap.unknown"))
		return
	}
	d.takeOffer(t, d.Menu.Offers[i])
}

// takeOffer goes on with an offer of the number, to its confirm panel. One that
// is not on the price list must have been said of this number, not long ago;
// else the number is asked about.
func (d *mobile) takeOffer(t *turn, of topup.Offer) {
	said, counts := d.Menu.Find(of.Plan, of.Face)
	counts = counts && d.Menu.For(d.Number, t.env.Now)
	if _, listed := t.onList(of.Plan); !listed && !counts {
		d.Plan, d.Face, d.Want = "", 0, &of
		d.inquire(t)
		return
	}
	d.Plan, d.Face, d.Want, d.Pick = of.Plan, of.Face, nil, nil
	if counts {
		d.Pick = &said
	}
	t.quote(Msg{})
}

// picked is the plan of an offer that the price list does not have; false when
// what was said of the number does not count any more.
func (d *mobile) picked(t *turn) (topup.Plan, bool) {
	of, said := d.Menu.Find(d.Pick.Plan, d.Pick.Face)
	return of.Unlisted(d.Operator), said && d.Menu.For(d.Number, t.env.Now) && d.Plan == of.Plan && d.Face == of.Face
}

// reinquire lets offers be asked for again, after an inquiry cost money.
func (t *turn) reinquire() {
	if t.in.Late {
		t.toast(M("confirm.late"))
		return
	}
	if t.v.Shelf.Inquiries().Stopped.IsZero() {
		t.toast(M("offers.on.already"))
		return
	}
	t.toast(M("offers.on"))
	t.do(Reinquire{})
}
