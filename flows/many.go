package flows

import (
	"regexp"
	"strconv"
	"strings"

	"hanout/topup"
)

// Several sales in one text: a line each. The rules:
//   - one panel lists them all, what they cost, and which lines are left out and
//     why; nothing is left out unsaid;
//   - each is its own order, whose ID is minted when the panel is shown: a
//     second ✅ finds the same orders;
//   - ✅ sells all that the panel lists or none: when the money is not enough, it
//     is first made shorter.

// StepMany shows several sales to be confirmed.
const StepMany Step = "many"

const (
	manyMost  = 20           // sales that one text may have
	linesMost = 3 * manyMost // lines of it that are looked at
)

// Many are the sales of a text, before they are orders.
type Many struct {
	Sales []*mobile  `json:"sales"`
	Left  []LeftLine `json:"left,omitempty"`
	More  int        `json:"more,omitempty"`  // left out for which there was no room
	Short bool       `json:"short,omitempty"` // the panel tells that money is missing
}

// LeftLine is a line that is not sold, and the text that says why.
type LeftLine struct {
	Text string `json:"text"`
	Why  string `json:"why"`
}

func sellingMany() conversation {
	return conversation{
		needs: topup.ActSell, sale: true,
		holds: func(s Session) bool { return s.Many != nil && len(s.Many.Sales) > 0 && !hasNil(s.Many.Sales) },
		steps: map[Step]step{StepMany: {
			show: func(t *turn) { t.quoteMany(Msg{}) },
			taps: map[string]func(*turn, string){
				"ok": simple((*turn).confirmMany), "rm": (*turn).leaveOut,
				"fit": simple((*turn).keepWhatFits), "once": simple((*turn).dropRepeats),
				"again": func(t *turn, _ string) { t.quoteMany(Msg{}) },
			},
		}},
	}
}

func hasNil(list []*mobile) bool {
	for _, d := range list {
		if d == nil {
			return true
		}
	}
	return false
}

var (
	bullet = regexp.MustCompile(`^\s*(?:[0-9]{1,2}\s*[).\-:]\s+|[-•*–]\s+)`)
	// forwarded heads a line that was copied out of another messenger: date, time, name.
	forwarded = regexp.MustCompile(`^\s*\[?[0-9]{1,4}[/.\-][0-9]{1,2}(?:[/.\-][0-9]{2,4})?,?\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\s*(?:[AaPp][Mm])?\]?\s*(?:-\s*)?[^:]*:\s`)
)

// saleLines cuts a text into its lines, without what only heads them.
func saleLines(text string) (lines []string) {
	for l := range strings.SplitSeq(topup.PlainDigits(text), "\n") {
		l = strings.TrimSpace(forwarded.ReplaceAllString(l, ""))
		if l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// unnumbered is a line of several, without its number in the list.
func (t *turn) unnumbered(line string) string {
	if cut := bullet.ReplaceAllString(line, ""); t.read(cut).sells() {
		return cut
	}
	return line
}

// isSeveral reports whether lines hold more than one sale.
func (t *turn) isSeveral(lines []string) bool {
	n := 0
	for _, l := range lines {
		if t.read(t.unnumbered(l)).sells() {
			n++
		}
	}
	return n > 1
}

// several takes a text of several sales; false when it is one at most.
func (t *turn) several(text string) bool {
	lines := saleLines(text)
	if !t.who.May(topup.ActSell) || !t.isSeveral(lines) {
		return false
	}
	m := &Many{}
	for _, l := range lines[:min(len(lines), linesMost)] {
		m.add(t, l)
	}
	m.More += max(0, len(lines)-linesMost)
	if !t.mayOpen() {
		return true
	}
	t.begin(StepMany)
	t.s.Many = m
	t.quoteMany(Msg{})
	return true
}

// add reads one line more.
func (m *Many) add(t *turn, line string) {
	r := t.read(t.unnumbered(line))
	left := func(why string) { m.leave(line, why) }
	d, _ := lineDraft(r)
	op, guessed := d.guess(t)
	switch {
	case !r.sells() && digitsIn(line) == 0 && len(t.cardsNamed(r.Words)) == 0: // a greeting
	case len(m.Sales) == manyMost:
		left("many.why.most")
	case r.Line != "":
		left("many.why.line")
	case r.Number == "":
		left("many.why.unread")
	case r.Problem != nil || r.Quantity > 1 || r.Family:
		left("many.why.amount")
	case r.Face == 0:
		left("many.why.noamount")
	case !guessed:
		left("many.why.operator")
	default:
		p, _ := t.prepaid(op)
		d.Operator, d.Plan, d.Face = op, p.Code, r.Face
		if _, sold := d.offered(t); !sold {
			left("many.why.limits")
			return
		}
		m.Sales = append(m.Sales, &d)
	}
}

// leave notes that a line is not sold, and why.
func (m *Many) leave(line, why string) {
	if len(m.Left) == manyMost {
		m.More++
		return
	}
	m.Left = append(m.Left, LeftLine{Text: CleanName(line, 60), Why: why})
}

// lineOf writes a sale as one would type it.
func lineOf(o topup.Order) string {
	return o.To + " " + strconv.FormatInt(o.Face.WholeDinars(), 10)
}

// quoted is one of the sales as the panel shows it.
type quoted struct {
	draft  *mobile
	order  topup.Order
	repeat topup.Order // a recent sale of the same, if its ID is set
	twice  bool        // it stands above in the same text
}

func (q quoted) again() bool { return q.twice || q.repeat.ID != "" }

// offers are the sales as of now; sold is false when one can't be sold.
func (t *turn) offers() (list []quoted, price, face topup.Money, sold bool) {
	sold = true
	for _, d := range t.s.Many.Sales {
		o, ok := d.offered(t)
		q := quoted{draft: d, order: o}
		q.repeat, _ = t.repeat(o)
		for _, before := range list {
			q.twice = q.twice || before.order.Repeats(o)
		}
		list, price, face, sold = append(list, q), price+o.Price, face+o.Face, sold && ok
	}
	return list, price, face, sold
}

// quoteMany shows the panel. note says why it is shown again.
func (t *turn) quoteMany(note Msg) {
	m := t.s.Many
	kept, most := m.Sales[:0:0], t.shop().MostSale
	for _, d := range m.Sales {
		switch o, sold := d.offered(t); {
		case !sold:
			m.leave(lineOf(o), "many.why.limits")
		case most > 0 && o.Price > most:
			m.leave(lineOf(o), "many.why.bysale")
		default:
			kept = append(kept, d)
		}
	}
	if m.Sales = kept; len(kept) == 0 {
		t.nothingLeft()
		return
	}
	t.s.Step = StepMany
	list, price, face, _ := t.offers()
	available := t.v.Wallets.Wallet(t.who.Shop).Available
	m.Short = available < price
	for _, q := range list {
		q.draft.freeze(t, q.order, q.repeat)
	}
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		sc.line(M("many.title", "Sales", len(list)))
		for i, q := range list {
			sc.line(t.manyLines(i, q)...)
		}
		sc.line(M("many.sum", "Amount", face), M("confirm.price", "Amount", price))
		sc.line(sickLines(t.sickOf(list))...)
		if m.Short {
			t.manyShort(sc, list, price, available)
		} else if why, over := t.overLimit(ordersOf(list)...); over {
			sc.line(why)
			t.manyFit(sc, list)
			sc.row(t.limitRow(why)...)
		} else {
			sc.line(M("confirm.after", "Amount", available-price))
			t.manyRows(sc, list)
		}
		sc.line(m.leftLines()...)
		var rm []Button
		for i := range list {
			if len(list) > 1 {
				rm = append(rm, button(M("many.remove", "No", i+1), t.s.tap("rm", strconv.Itoa(i))))
			}
		}
		sc.grid(5, rm)
		sc.row(t.cancelButton())
	})
}

func (t *turn) manyLines(i int, q quoted) []Msg {
	lines := []Msg{M("many.line", "No", i+1, "Number", q.draft.Number, "Operator", Latin(q.order.Operator), "Amount", q.order.Face, "Price", q.order.Price)}
	switch {
	case q.twice:
		lines = append(lines, M("many.twice"))
	case q.repeat.ID != "":
		lines = append(lines, M("many.again", "Ago", number(uint64(minutesSince(q.repeat.Placed, t.env.Now))), "State", StateMsg(q.repeat)))
	}
	if t.v.Shelf.Numbering().Unusual(q.draft.Number) {
		lines = append(lines, M("many.unusual"))
	}
	return lines
}

// sickOf is the weather of the operators in a list.
func (t *turn) sickOf(list []quoted) topup.Weather {
	w := topup.Weather{Down: map[topup.Operator]bool{}}
	for _, q := range list {
		w.Down[q.order.Operator] = t.v.Shelf.Weather().Down[q.order.Operator]
	}
	return w
}

// leftLines tell what is not sold, and why.
func (m *Many) leftLines() (lines []Msg) {
	for _, l := range m.Left {
		lines = append(lines, M("many.left", "Text", Name(l.Text), "Why", M(l.Why)))
	}
	if m.More > 0 {
		lines = append(lines, M("many.left.more", "Left", m.More))
	}
	return lines
}

// manyRows are the buttons of a panel that the wallet can pay.
func (t *turn) manyRows(sc *Screen, list []quoted) {
	repeats := 0
	for _, q := range list {
		if q.again() {
			repeats++
		}
	}
	if repeats > 0 && repeats < len(list) {
		sc.row(button(M("many.once", "Sales", repeats), t.s.tap("once")))
	}
	label := M("many.sell", "Sales", len(list))
	if repeats > 0 {
		label = M("many.sellagain", "Sales", len(list))
	}
	sc.row(Button{Label: label, Data: t.s.tap("ok"), Style: Go})
}

// manyShort tells how many of the sales the wallet can pay.
func (t *turn) manyShort(sc *Screen, list []quoted, price, available topup.Money) {
	sc.line(M("confirm.short", "Missing", price-available, "Amount", available))
	t.manyFit(sc, list)
	sc.row(button(M("button.retry"), t.s.tap("again")))
}

// means is what can be sold at this moment: what the wallet has, or less where a
// limit leaves less.
func (t *turn) means() (amount topup.Money, byLimit bool) {
	amount = t.v.Wallets.Wallet(t.who.Shop).Available
	left, _, limited := t.room()
	if byLimit = limited && left < amount; byLimit {
		amount = left
	}
	return amount, byLimit
}

// manyFit offers the first of the sales, as many as can be sold.
func (t *turn) manyFit(sc *Screen, list []quoted) {
	amount, byLimit := t.means()
	n := fitting(list, amount)
	if n == 0 {
		return
	}
	if byLimit {
		sc.line(M("many.allowed", "Done", n, "Sales", len(list)))
	} else {
		sc.line(M("many.fits", "Done", n, "Sales", len(list)))
	}
	sc.row(button(M("many.fit", "Sales", n), t.s.tap("fit")))
}

// ordersOf are the orders that sales would be.
func ordersOf(list []quoted) (orders []topup.Order) {
	for _, q := range list {
		orders = append(orders, q.order)
	}
	return orders
}

// fitting counts the first sales that an amount pays.
func fitting(list []quoted, available topup.Money) (n int) {
	for _, q := range list {
		if available -= q.order.Price; available < 0 {
			break
		}
		n++
	}
	return n
}
