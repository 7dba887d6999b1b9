package flows

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// Setting a rule of prices: for what, for which shops, in per cent or dinars, how
// much. The rules: it is seen with its examples before it counts; what was seen
// is what counts, else it is asked again; a late ✅ sets nothing.

// The steps.
const (
	StepRuleGood  Step = "rule.good"  // for which good
	StepRulePart  Step = "rule.part"  // all of it, or which part
	StepRuleItem  Step = "rule.item"  // all of that, or which item
	StepRuleGroup Step = "rule.group" // for which shops
	StepRuleTerms Step = "rule.terms" // in per cent or in dinars
	StepRuleSum   Step = "rule.sum"   // how much
	StepRuleSure  Step = "rule.sure"  // it is shown
)

const scopesPage = 8

// RuleDraft is a rule that an owner is about to set.
type RuleDraft struct {
	topup.Scope
	Group   string        `json:"group,omitempty"`
	Terms   topup.Terms   `json:"terms"`
	Within  topup.Scope   `json:"within,omitzero"`   // the part whose items are chosen from
	Choices []topup.Scope `json:"choices,omitempty"` // what the numbered buttons stand for
	Groups  []string      `json:"groups,omitempty"`  // likewise
	Page    int           `json:"page,omitempty"`
	Shown   time.Time     `json:"shown,omitzero"`  // when it was shown to be confirmed
	Takes   int           `json:"takes,omitempty"` // the rule that it takes the place of, as shown
}

func rulesetting() conversation {
	type taps = map[string]func(*turn, string)
	narrower := taps{"all": simple((*turn).wholeScope), "n": (*turn).scopePicked, "pg": (*turn).scopesPaged}
	return conversation{
		needs: topup.ActPrices, holds: func(s Session) bool { return s.Rule != nil },
		steps: map[Step]step{
			StepRuleGood: {show: (*turn).askRuleGood, taps: taps{"g": (*turn).goodPicked}},
			StepRulePart: {show: (*turn).askRulePart, back: (*turn).askRuleGood, taps: narrower},
			StepRuleItem: {show: (*turn).askRuleItem, back: (*turn).askRulePart, taps: narrower},
			StepRuleGroup: {show: (*turn).askRuleGroup, back: (*turn).backToScope,
				taps: taps{"all": simple((*turn).allShops), "n": (*turn).groupPicked}},
			StepRuleTerms: {show: (*turn).askRuleTerms, back: (*turn).beforeTerms, taps: taps{"how": (*turn).termsPicked}},
			StepRuleSum: {show: func(t *turn) { t.askRuleSum(Msg{}) }, back: (*turn).beforeSum,
				taps: taps{"s": (*turn).ruleSumTapped}, told: (*turn).ruleSumTold},
			StepRuleSure: {show: func(t *turn) { t.askRule(Msg{}) }, back: func(t *turn) { t.askRuleSum(Msg{}) },
				taps: taps{"ok": simple((*turn).setRule)}},
		},
	}
}

func (t *turn) newRule() {
	t.dropQuietly()
	t.begin(StepRuleGood)
	t.s.Rule = &RuleDraft{}
	t.askRuleGood()
}

// changeRule sets a rule in the place of one.
func (t *turn) changeRule(r topup.PriceRule) {
	t.dropQuietly()
	t.begin(StepRuleTerms)
	t.s.Rule = &RuleDraft{Scope: r.Scope, Group: r.Group}
	t.groupGiven()
}

// ruleHeading are the lines that tell what was chosen so far.
func (t *turn) ruleHeading(sc *Screen) {
	d := t.s.Rule
	sc.line(M("rule.title"))
	if d.Good != "" {
		sc.line(t.scopeMsg(d.Scope))
	}
	if t.s.Step == StepRuleTerms || t.s.Step == StepRuleSum {
		sc.line(groupMsg(d.Group))
	}
}

func (t *turn) askRuleGood() {
	t.s.Step = StepRuleGood
	t.s.Rule.Scope, t.s.Rule.Page = topup.Scope{}, 0
	t.draw(func(sc *Screen) {
		t.ruleHeading(sc)
		sc.line(M("rule.what"))
		for _, g := range goods {
			if g.samples != nil {
				sc.row(button(M(g.label), t.s.tap("g", g.verb)))
			}
		}
		sc.row(t.cancelButton())
	})
}

func (t *turn) goodPicked(verb string) {
	for _, g := range goods {
		if g.verb == verb && g.samples != nil {
			t.s.Rule.Scope = topup.Scope{Good: g.name}
			t.askRulePart()
			return
		}
	}
	t.toast(M("tap.unknown"))
}

// askRulePart asks for a part of the good.
func (t *turn) askRulePart() {
	d := t.s.Rule
	if t.s.Step != StepRulePart {
		d.Page = 0
	}
	t.s.Step, d.Scope, d.Within = StepRulePart, topup.Scope{Good: d.Good}, topup.Scope{}
	t.askNarrower()
}

// askRuleItem asks for an item of the part.
func (t *turn) askRuleItem() {
	d := t.s.Rule
	if t.s.Step != StepRuleItem {
		d.Page = 0
	}
	t.s.Step, d.Within = StepRuleItem, d.Scope
	t.askNarrower()
}

// askNarrower lists what is narrower than the scope.
func (t *turn) askNarrower() {
	d := t.s.Rule
	g, _ := goodNamed(d.Good)
	part, at, pages := cut(g.narrower(t, d.Scope), d.Page, scopesPage)
	d.Page, d.Choices = at, part
	t.draw(func(sc *Screen) {
		t.ruleHeading(sc)
		sc.line(M("rule.narrower"))
		sc.row(Button{Label: M("rule.whole"), Data: t.s.tap("all"), Style: Main})
		var list []Button
		for i, s := range part {
			list = append(list, button(t.scopeMsg(s), t.s.tap("n", strconv.Itoa(i))))
		}
		sc.grid(1, list)
		t.turnPages(sc, at, pages)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) scopesPaged(arg string) {
	n, err := strconv.ParseInt(arg, 10, 32)
	if err != nil {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Rule.Page = int(n)
	t.redraw()
}

func (t *turn) scopePicked(arg string) {
	d := t.s.Rule
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(d.Choices) {
		t.toast(M("tap.unknown"))
		return
	}
	d.Scope = d.Choices[i]
	g, _ := goodNamed(d.Good)
	if len(g.narrower(t, d.Scope)) > 0 {
		t.askRuleItem()
		return
	}
	t.wholeScope()
}

// wholeScope takes the scope as it is.
func (t *turn) wholeScope() {
	if t.s.Rule.Groups = t.groups(); len(t.s.Rule.Groups) == 0 {
		t.s.Rule.Group = ""
		t.groupGiven()
		return
	}
	t.askRuleGroup()
}

// backToScope goes back to the choice of what the rule is for.
func (t *turn) backToScope() {
	if d := t.s.Rule; d.Within.Part != "" {
		d.Scope = d.Within
		t.askRuleItem()
		return
	}
	t.askRulePart()
}

func (t *turn) askRuleGroup() {
	t.s.Step = StepRuleGroup
	t.draw(func(sc *Screen) {
		t.ruleHeading(sc)
		sc.line(M("rule.whom"))
		sc.row(Button{Label: M("group.all"), Data: t.s.tap("all"), Style: Main})
		var list []Button
		for i, label := range t.s.Rule.Groups {
			list = append(list, button(groupMsg(label), t.s.tap("n", strconv.Itoa(i))))
		}
		sc.grid(2, list)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) allShops() {
	t.s.Rule.Group = ""
	t.groupGiven()
}

func (t *turn) groupPicked(arg string) {
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(t.s.Rule.Groups) {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Rule.Group = t.s.Rule.Groups[i]
	t.groupGiven()
}

// costless reports that the rule is for a plan whose cost nobody knows: it can
// only be given a price.
func (t *turn) costless() bool {
	d := t.s.Rule
	p, ok := t.v.Shelf.Plan(d.Item)
	return ok && d.Good == p.Scope().Good && !p.CostKnown
}

// groupGiven goes on to the terms.
func (t *turn) groupGiven() {
	if t.costless() {
		t.s.Rule.Terms = topup.Terms{How: topup.ByFace}
		t.askRuleSum(Msg{})
		return
	}
	t.askRuleTerms()
}

func (t *turn) beforeTerms() {
	if len(t.s.Rule.Groups) > 0 {
		t.askRuleGroup()
		return
	}
	t.backToScope()
}

func (t *turn) beforeSum() {
	if t.costless() {
		t.beforeTerms()
		return
	}
	t.askRuleTerms()
}

func (t *turn) askRuleTerms() {
	t.s.Step = StepRuleTerms
	t.draw(func(sc *Screen) {
		t.ruleHeading(sc)
		sc.line(M("rule.how"))
		sc.row(button(M("rule.by.rate"), t.s.tap("how", string(topup.ByRate))), button(M("rule.by.sum"), t.s.tap("how", string(topup.BySum))))
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) termsPicked(arg string) {
	how := topup.TermsKind(arg)
	if how != topup.ByRate && how != topup.BySum {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Rule.Terms = topup.Terms{How: how}
	t.askRuleSum(Msg{})
}

// The figures on buttons: parts of the cost, sums, and prices of the example.
var (
	ruleRates  = []topup.Rate{0, topup.Percent(50), topup.Percent(100), topup.Percent(200), topup.Percent(300), topup.Percent(500)}
	ruleSums   = []topup.Money{topup.Dinars(5), topup.Dinars(10), topup.Dinars(20), topup.Dinars(50)}
	rulePrices = []topup.Money{topup.Dinars(960), topup.Dinars(970), topup.Dinars(980), topup.Dinars(985), topup.Dinars(990), topup.Dinars(1000)}
)

func (t *turn) askRuleSum(problem Msg) {
	t.s.Step = StepRuleSum
	d := t.s.Rule
	var list []Button
	ask := M("rule.ask.rate")
	figure := func(label Msg, n int64) { list = append(list, button(label, t.s.tap("s", strconv.FormatInt(n, 10)))) }
	t.draw(func(sc *Screen) {
		switch d.Terms.How {
		case topup.ByFace:
			ask = M("rule.ask.face", "Face", example)
			for _, m := range rulePrices {
				figure(M("button.sum", "Amount", m), int64(m))
			}
		case topup.BySum:
			ask = M("rule.ask.sum")
			for _, m := range ruleSums {
				figure(M("button.sum", "Amount", m), int64(m))
			}
		default:
			for _, r := range ruleRates {
				figure(M("button.percent", "Part", Percent(r)), int64(r))
			}
		}
		if problem.ID != "" {
			sc.line(problem)
		}
		t.ruleHeading(sc)
		sc.line(ask)
		sc.grid(3, list)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// tappedRate reads the part on a button.
func tappedRate(arg string) (topup.Rate, bool) {
	n, err := strconv.ParseInt(arg, 10, 64)
	r := topup.Rate(n)
	return r, err == nil && r >= 0 && r <= topup.MaxMargin && r%topup.Percent(1) == 0
}

func (t *turn) ruleSumTapped(arg string) {
	n, err := strconv.ParseInt(arg, 10, 64)
	terms := topup.Terms{How: t.s.Rule.Terms.How}
	switch terms.How {
	case topup.ByFace:
		terms.Rate = perFace(topup.Money(n))
	case topup.BySum:
		terms.Sum = topup.Money(n)
	default:
		rate, ok := tappedRate(arg)
		if terms.Rate = rate; !ok {
			err = topup.ErrRange
		}
	}
	if err != nil || !terms.Valid() {
		t.toast(M("tap.unknown"))
		return
	}
	t.termsGiven(terms)
}

// perFace is the part of a face value that a price of the example is; 0 for one
// that can't be.
func perFace(price topup.Money) topup.Rate {
	if price <= 0 || price > example {
		return 0
	}
	return topup.Rate(price) * topup.RateOne / topup.Rate(example)
}

func (t *turn) ruleSumTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	terms := topup.Terms{How: t.s.Rule.Terms.How}
	var err error
	switch terms.How {
	case topup.ByFace:
		var price topup.Money
		price, err = topup.ParseAmount(text)
		terms.Rate = perFace(price)
	case topup.BySum:
		terms.Sum, err = topup.ParseAmount(text)
	default:
		terms.Rate, err = topup.ParsePercent(text)
	}
	if err == nil && !terms.Valid() {
		err = topup.ErrRange
	}
	if err != nil {
		t.askRuleSum(badTerms(terms.How, err))
		return true
	}
	t.termsGiven(terms)
	return true
}

// badTerms says what to type instead.
func badTerms(how topup.TermsKind, err error) Msg {
	switch {
	case how == topup.ByFace && errors.Is(err, topup.ErrRange):
		return M("rule.face.range", "Face", example)
	case how == topup.BySum && errors.Is(err, topup.ErrRange):
		return M("rule.sum.range", "Most", topup.MaxMarginSum)
	case how == topup.ByRate || how == "":
		return M("rule.percent.bad")
	}
	return M("credit.amount")
}

func (t *turn) termsGiven(terms topup.Terms) {
	t.s.Rule.Terms = terms
	t.askRule(Msg{})
}

// rule is what the draft would set.
func (t *turn) rule() topup.PriceRule {
	d := t.s.Rule
	return topup.PriceRule{Scope: d.Scope, Group: d.Group, Terms: d.Terms, By: t.in.Person.ID, Since: t.env.Now}
}

// askRule shows the rule as it would count. note says why it is shown again.
func (t *turn) askRule(note Msg) {
	t.s.Step = StepRuleSure
	d := t.s.Rule
	of := t.v.Shelf.Pricing(0)
	before, replaces := of.In(d.Scope, d.Group)
	d.Takes, d.Shown = before.No, t.env.Now
	next, _ := of.With(t.rule())
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		sc.line(M("rule.title"), t.scopeMsg(d.Scope), termsMsg(d.Terms), groupMsg(d.Group))
		sc.line(t.examples(next, d.Scope, d.Group)...)
		if replaces {
			sc.line(M("rule.replaces", "Terms", termsMsg(before.Terms)))
		}
		sc.line(M("rule.new.only"))
		sc.row(Button{Label: M("rule.set"), Data: t.s.tap("ok"), Style: Go})
		sc.row(t.backButton(), t.cancelButton())
	})
}

// setRule takes ✅.
func (t *turn) setRule() {
	d, of := t.s.Rule, t.v.Shelf.Pricing(0)
	before, _ := of.In(d.Scope, d.Group)
	next, _ := of.With(t.rule())
	switch {
	case t.in.Late:
		t.askRule(M("rule.late"))
	case t.unread(d.Shown):
		t.toast(M("confirm.unread"))
	case before.No != d.Takes:
		t.alert(M("rule.meanwhile"))
		t.askRule(M("rule.meanwhile"))
	case len(next.Rules) > topup.RulesMost:
		t.alert(M("rule.full", "Most", topup.RulesMost))
	default:
		var sc Screen
		sc.line(M("rule.done"), t.scopeMsg(d.Scope), termsMsg(d.Terms), groupMsg(d.Group))
		sc.line(t.examples(next, d.Scope, d.Group)...)
		sc.row(button(M("rules.list"), ruleTap(0, "page")), homeButton())
		t.toast(M("rule.done"))
		t.do(SetPrice{Rule: t.rule()}, Show{Chat: t.in.Chat, Panel: t.s.Panel, Screen: sc, Class: ClassAnswer})
		panel := t.s.Panel
		t.s = t.blank()
		t.s.Panel = panel
	}
}

// groups are the labels that shops and rules have, in their order.
func (t *turn) groups() (list []string) {
	shops, _ := t.v.People.Newest(shopsListed)
	for _, sh := range shops {
		list = append(list, sh.Group)
	}
	for _, r := range t.v.Shelf.Pricing(0).Rules {
		list = append(list, r.Group)
	}
	slices.SortFunc(list, strings.Compare)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}
