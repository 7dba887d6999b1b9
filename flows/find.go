package flows

import (
	"strconv"
	"strings"

	"hanout/topup"
)

// Finding a sale by its customer's number or its own, its day, or the last digits
// of a serial; see search.go.

// StepFind asks what to look for.
const StepFind Step = "find"

func finding() conversation {
	return conversation{
		needs: topup.ActHistory, open: true, holds: func(Session) bool { return true },
		steps: map[Step]step{StepFind: {
			show: func(t *turn) { t.askFind(Msg{}) },
			told: func(t *turn, text string) bool { return t.sells(text) || t.found(text) },
			taps: map[string]func(*turn, string){"day": (*turn).find},
		}},
	}
}

func (t *turn) askFind(problem Msg) {
	t.s.Step = StepFind
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("find.ask"))
		t.dayButtons(sc)
		sc.row(t.cancelButton())
	})
}

// soldTo lists the newest sales to a number, read as each good reads it; sure
// that it is no order's number.
func (t *turn) soldTo(number string) (found []topup.Order, sure bool) {
	for _, g := range goods {
		if g.sold == nil {
			continue
		}
		numbers, only := g.sold(number)
		sure = sure || only
		for _, to := range numbers {
			found = append(found, t.v.Orders.OrdersTo(t.who.Shop, to, historyPage)...)
		}
	}
	return found, sure
}

// sells reports whether a text is a sale that was typed instead, and starts it:
// a number alone is looked for, one with an amount is sold to.
func (t *turn) sells(text string) bool {
	r := t.read(text)
	return r.sells() && r.Face > 0 && t.who.May(topup.ActSell) && t.sellsTyped(text, false)
}

func (t *turn) found(text string) bool {
	t.find(text)
	return true
}

// find looks the shop's own sales up: by the customer's number or the order's at
// once, by the day or the last digits of a serial beside the writer.
func (t *turn) find(what string) {
	what = strings.TrimSpace(topup.PlainDigits(what))
	if what == "" {
		t.dropQuietly()
		t.begin(StepFind)
		t.askFind(Msg{})
		return
	}
	if day, ok := t.dayNamed(what); ok {
		t.search(Question{Period: day, Shop: t.who.Shop}, "")
		return
	}
	found, sure := t.soldTo(what)
	digits, named := serialEnd(what)
	no, notNo := strconv.ParseUint(strings.TrimPrefix(what, "#"), 10, 63)
	if len(found) == 0 && !sure && notNo == nil {
		if o, ok := t.v.Orders.OrderByNo(no); ok && t.who.MayFor(topup.ActHistory, o.Shop) {
			found = []topup.Order{o}
		}
	}
	switch {
	case len(found) > 0 && !named, sure:
	case digits != "":
		t.search(Question{Serial: digits, Shop: t.who.Shop}, "")
		return
	case notNo != nil:
		if t.s.Step != StepFind {
			t.begin(StepFind)
		}
		t.askFind(M("find.bad"))
		return
	}
	t.leaveSearch()
	panel := t.env.NewID()
	var sc Screen
	if len(found) == 0 {
		sc.line(M("find.none"))
	} else {
		sc.line(M("find.found"))
	}
	for _, o := range found {
		sc.row(button(saleLine(o, t.env.Now), encodeTap("v", number(o.No), "0", panel)))
	}
	if digits != "" {
		sc.row(serialButton("serial", digits, panel))
	}
	sc.row(homeButton())
	t.showHistory(panel, sc)
}
