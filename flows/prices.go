package flows

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hanout/topup"
)

// The owner's rules of prices: a list in pages, a card per rule, those that no
// longer count. The rules of this file: everybody of the business may look, only
// owners change; what a rule does is told by examples, at the prices that would
// be asked; ending one is asked twice, on what was seen; none is lost.

const rulesPage = 8

// sample is an example of what a scope stands for: a sale of a face value, or,
// without one, a card that costs the owner example. price is what a shop pays
// for it and what it costs, 0 where that is not known.
type sample struct {
	name  Msg
	face  topup.Money
	price func(topup.Pricing) (price, cost topup.Money, ok bool)
}

// line tells what the sale costs the shop and earns the owner.
func (s sample) line(of topup.Pricing) Msg {
	price, cost, ok := s.price(of)
	switch {
	case s.face == 0:
		return M("rule.example.card", "Cost", cost, "Price", price, "Earned", price-cost)
	case !ok:
		return M("rule.example.none", "What", s.name, "Face", s.face)
	case cost == 0:
		return M("rule.example.unknown", "What", s.name, "Face", s.face, "Price", price)
	case price == s.face:
		return M("rule.example.capped", "What", s.name, "Face", s.face, "Price", price, "Earned", price-cost)
	}
	return M("rule.example", "What", s.name, "Face", s.face, "Price", price, "Earned", price-cost)
}

// examples are the lines that tell what the pricing does with a scope, for the
// shops of a group.
func (t *turn) examples(of topup.Pricing, s topup.Scope, group string) (lines []Msg) {
	g, known := goodNamed(s.Good)
	if !known {
		return nil
	}
	for _, ex := range g.samples(t, s) {
		lines = append(lines, ex.line(of.For(group)))
	}
	if len(lines) == 0 {
		return []Msg{M("rule.example.unread")}
	}
	return lines
}

// scopeMsg names what a rule is for.
func (t *turn) scopeMsg(s topup.Scope) Msg {
	g, _ := goodNamed(s.Good)
	if s.Part == "" && s.Item == "" {
		return M(g.label)
	}
	return g.scopeName(t, s)
}

// termsMsg tells what a rule asks.
func termsMsg(a topup.Terms) Msg {
	switch a.How {
	case topup.ByFace:
		price, _ := a.Rate.Of(example)
		return M("terms.face", "Price", price, "Face", example)
	case topup.BySum:
		return M("terms.sum", "Amount", a.Sum)
	}
	return M("terms.rate", "Part", Percent(a.Rate))
}

// groupMsg names the shops of a group.
func groupMsg(group string) Msg {
	if group == "" {
		return M("group.all")
	}
	return M("group.name", "Group", Name(group))
}

func ruleTap(no int, verb string, arg ...string) string {
	return encodeTap("a", append([]string{"prices", strconv.Itoa(no), verb}, arg...)...)
}

// rules is /prices of the business.
func (t *turn) rules() {
	t.dropQuietly()
	t.listRules(t.v.Shelf.Pricing(0), 0, true)
}

// rulesTapped takes a button of the list, or of a rule's card.
func (t *turn) rulesTapped(id uint64, verb, arg string) {
	of, no := t.v.Shelf.Pricing(0), int(min(id, 1<<30))
	changes := slices.Contains([]string{"new", "change", "end", "end2"}, verb)
	at, err := strconv.ParseUint(arg, 10, 30)
	if err != nil {
		at = 0
	}
	i := slices.IndexFunc(of.Rules, func(r topup.PriceRule) bool { return r.No == no })
	switch {
	case changes && !t.who.May(topup.ActPrices):
		t.alert(M("tap.foreign"))
	case verb == "page":
		t.listRules(of, int(at), false)
	case verb == "former":
		t.listFormer(of, int(at))
	case verb == "new":
		t.newRule()
	case !changes && verb != "open":
		t.toast(M("tap.unknown"))
	case i < 0:
		t.toast(M("rule.over"))
		t.listRules(of, 0, false)
	case verb == "change":
		t.changeRule(of.Rules[i])
	case verb == "end2" && t.in.Late:
		t.toast(M("rule.late"))
		t.ruleCard(of, of.Rules[i], true)
	case verb == "end2":
		t.toast(M("rule.ended"))
		t.do(EndPrice{No: no, By: t.in.Person.ID})
		next, _, _ := of.Without(no, t.in.Person.ID, t.env.Now)
		t.listRules(next, 0, false)
	default:
		t.ruleCard(of, of.Rules[i], verb == "end")
	}
}

// listRules shows a page of the rules that count.
func (t *turn) listRules(of topup.Pricing, page int, fresh bool) {
	var sc Screen
	rules := slices.Clone(of.Rules)
	place := func(r topup.PriceRule) int {
		return slices.IndexFunc(goods, func(g good) bool { return g.name == r.Good })
	}
	slices.SortStableFunc(rules, func(a, b topup.PriceRule) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(a.Part, b.Part), strings.Compare(a.Item, b.Item), strings.Compare(a.Group, b.Group))
	})
	part, at, pages := cut(rules, page, rulesPage)
	sc.line(M("rules.title"))
	if len(rules) == 0 {
		sc.line(M("rules.none"))
	}
	var open []Button
	for i, r := range part {
		no := at*rulesPage + i + 1
		line := M("rules.line", "No", no, "What", t.scopeMsg(r.Scope), "Terms", termsMsg(r.Terms))
		if r.Group != "" {
			line = M("rules.line.group", "No", no, "What", t.scopeMsg(r.Scope), "Terms", termsMsg(r.Terms), "Whom", groupMsg(r.Group))
		}
		sc.line(line)
		open = append(open, button(M("rules.button", "No", no), ruleTap(r.No, "open")))
	}
	sc.line(M("rules.base", "TopUp", Percent(of.TopUp), "GiftCard", Percent(of.GiftCard)))
	if len(rules) > 0 {
		sc.line(M("rules.order"))
	}
	sc.grid(4, open)
	pageRow(&sc, at, pages, func(n string) string { return ruleTap(0, "page", n) })
	if t.who.May(topup.ActPrices) {
		sc.row(button(M("rules.new"), ruleTap(0, "new")))
	}
	if of.Last > len(of.Rules) {
		sc.row(button(M("rules.former"), ruleTap(0, "former")), homeButton())
	} else {
		sc.row(homeButton())
	}
	t.showRules(sc, fresh)
}

func (t *turn) showRules(sc Screen, fresh bool) {
	t.do(Show{Chat: t.in.Chat, Panel: "prices/" + number(uint64(t.in.Chat)), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

// listFormer shows rules that no longer count, the newest first, from below a
// number; 0 for the newest.
func (t *turn) listFormer(of topup.Pricing, below int) {
	if below <= 0 || below > of.Last {
		below = of.Last + 1
	}
	var sc Screen
	sc.line(M("rules.former.title"))
	shown, no := 0, below-1
	for ; no > 0 && shown < rulesPage; no-- {
		r, ok := t.v.Shelf.FormerRule(no)
		if !ok {
			continue // it counts still
		}
		shown++
		sc.line(M("rules.former.line", "What", t.scopeMsg(r.Scope), "Terms", termsMsg(r.Terms), "Whom", groupMsg(r.Group)),
			M("rules.former.when", "From", Day(r.Since), "By", t.setter(r.By), "To", Day(r.Ended), "Ender", t.setter(r.Ender)))
	}
	if no > 0 {
		sc.row(button(M("rules.former.more"), ruleTap(0, "former", strconv.Itoa(no+1))))
	}
	sc.row(button(M("rules.list"), ruleTap(0, "page")), homeButton())
	t.showRules(sc, false)
}

// ruleCard shows a rule, or asks whether to end it: with what is asked then.
func (t *turn) ruleCard(of topup.Pricing, r topup.PriceRule, ending bool) {
	var sc Screen
	sc.line(M("rule.title"), t.scopeMsg(r.Scope), termsMsg(r.Terms), groupMsg(r.Group),
		M("rule.by", "Person", t.setter(r.By), "Time", r.Since))
	sc.line(t.examples(of, r.Scope, r.Group)...)
	switch {
	case ending:
		next, _, _ := of.Without(r.No, t.in.Person.ID, t.env.Now)
		sc.line(M("rule.end.ask"))
		sc.line(t.examples(next, r.Scope, r.Group)...)
		sc.row(Button{Label: M("rule.end.sure"), Data: ruleTap(r.No, "end2"), Style: Stop})
		sc.row(button(M("button.back"), ruleTap(r.No, "open")), homeButton())
	default:
		if t.who.May(topup.ActPrices) {
			sc.row(button(M("rule.change"), ruleTap(r.No, "change")), button(M("rule.end"), ruleTap(r.No, "end")))
		}
		sc.row(button(M("rules.list"), ruleTap(0, "page")), homeButton())
	}
	t.showRules(sc, false)
}

// setter names who set or ended a rule.
func (t *turn) setter(person int64) any {
	if person == t.in.Person.ID {
		return M("rule.you")
	}
	return t.personName(person)
}
