package flows

import (
	"time"

	"hanout/topup"
)

// Sales that were confirmed together, once they are orders: one panel shows how
// far all of them are, and leads to each.

// DetailPanel is the panel on which an order is shown alone.
func DetailPanel(o topup.Order) string {
	if o.Batch != nil {
		return "sale/" + string(o.ID)
	}
	return o.Panel
}

// batch reads the orders that were confirmed with one.
func (t *turn) batch(o topup.Order) (list []topup.Order) {
	for _, id := range o.Batch.Orders {
		if other, ok := t.v.Orders.Order(id); ok {
			list = append(list, other)
		}
	}
	return list
}

// BatchOver reports whether all of them are over.
func BatchOver(list []topup.Order) bool {
	for _, o := range list {
		if !o.State.Final() {
			return false
		}
	}
	return true
}

// tally is what became of sales that were confirmed together.
type tally struct {
	done, open, back   int
	paid, held, earned topup.Money
	returned           topup.Money
	after              *topup.Money // the wallet, after the last that ended
}

func tallied(list []topup.Order) (s tally) {
	var last time.Time
	for _, o := range list {
		switch o.State {
		case topup.Delivered:
			s.done, s.paid, s.earned = s.done+1, s.paid+o.Captured, s.earned+o.Commission()
		case topup.Refunded:
			s.back, s.returned = s.back+1, s.returned+o.Price
		default:
			s.open, s.held = s.open+1, s.held+o.Price
		}
		// Of two that ended at once the later gave more back.
		if o.After != nil && (o.Settled.After(last) || (o.Settled.Equal(last) && *o.After > *s.after)) {
			last, s.after = o.Settled, o.After
		}
	}
	return s
}

// BatchScreen is the living panel of sales that were confirmed together.
func BatchScreen(list []topup.Order) Screen {
	var sc Screen
	s := tallied(list)
	if s.open > 0 {
		sc.line(M("batch.title", "Done", s.done+s.back, "Sales", len(list)))
	} else {
		sc.line(M("batch.over", "Sales", len(list)))
	}
	sc.line(batchLines(s)...)
	if s.open > 0 {
		sc.line(M("batch.wait"))
	} else if s.after != nil && s.earned > 0 {
		sc.line(M("order.earned", "Amount", s.earned, "Balance", *s.after))
	} else if s.after != nil {
		sc.line(M("order.balance", "Balance", *s.after))
	}
	for _, o := range list {
		label := M("batch.line", "Sign", signMsg(o), "Sale", goodOf(o).brief(o), "Amount", o.Face)
		if o.Face == 0 {
			label = M("batch.card", "Sign", signMsg(o), "Sale", goodOf(o).brief(o)) // its price is the shop's alone
		}
		sc.row(button(label, encodeTap("o", string(o.ID), "show")))
	}
	sc.row(sellButton(Plain))
	return sc
}

func batchLines(s tally) (lines []Msg) {
	if s.done > 0 {
		lines = append(lines, M("batch.done", "Sales", s.done, "Amount", s.paid))
	}
	if s.open > 0 {
		lines = append(lines, M("batch.open", "Sales", s.open, "Amount", s.held))
	}
	if s.back > 0 {
		lines = append(lines, M("batch.back", "Sales", s.back, "Amount", s.returned))
	}
	return lines
}

// BatchRing is the short message that tells that the last of them is over.
func BatchRing(list []topup.Order) Screen { return Screen{Lines: batchLines(tallied(list))} }
