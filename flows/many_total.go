package flows

import (
	"strings"

	"hanout/topup"
)

// What people write around a list that is no sale: its sum ("total 3500"). It
// sells nothing and leaves nothing out; the panel tells whether the list comes to
// it, so that a line that was read otherwise than meant is seen before ✅.

var totalWords = wordSet("total totaux somme sum المجموع مجموع الاجمالي اجمالي الكل")

// totalOf reads a line that is nothing but a sum: a word for it, and an amount.
func totalOf(line string) (topup.Money, bool) {
	var rest []string
	said := false
	for _, w := range strings.Fields(fold(line)) {
		if totalWords[w] {
			said = true
			continue
		}
		rest = append(rest, w)
	}
	if !said {
		return 0, false
	}
	sum, err := ReadAmount(strings.Join(rest, " "))
	return sum, err == nil
}

// totalLines tell how the sum that was written fits what is listed. What has no
// value in dinars can't be summed.
func (m *Many) totalLines(list []quoted) []Msg {
	if m.Total == 0 {
		return nil
	}
	var sum topup.Money
	for _, q := range list {
		if q.order.Face == 0 {
			return []Msg{M("many.total.cards", "Amount", m.Total)}
		}
		sum += q.order.Face
	}
	if sum == m.Total {
		return []Msg{M("many.total.same", "Amount", m.Total)}
	}
	return []Msg{M("many.total.other", "Amount", m.Total, "Sum", sum)}
}

// overdrawn reports that the sales above one take so much of a stock that too
// little is left for it.
func (t *turn) overdrawn(above drafts, s sale) bool {
	of, need, stock := s.draws(t)
	if of == "" {
		return false
	}
	for _, other := range above {
		if same, n, _ := other.draws(t); same == of {
			need += n
		}
	}
	return need > stock
}

// anyOverdrawn reports it of any of the sales on the panel.
func (t *turn) anyOverdrawn() bool {
	for i, s := range t.s.Many.Sales {
		if t.overdrawn(t.s.Many.Sales[:i], s) {
			return true
		}
	}
	return false
}
