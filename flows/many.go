package flows

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// Several sales in one text: a line each. The rules:
//   - a line that says all of its sale is taken; one that does not is asked
//     about, by the steps of its good, before the next is read; see many_ask.go;
//   - one panel then lists them all, what they cost, and which lines are left out
//     and why; nothing is left out unsaid;
//   - each is its own order, whose ID is minted when the panel is shown: a
//     second ✅ finds the same orders;
//   - ✅ sells all that the panel lists or none: when the money is not enough, it
//     is first made shorter.

// The steps.
const (
	StepMany      Step = "many"      // shows several sales to be confirmed
	StepUnclear   Step = "unclear"   // asks what a line of them means
	StepManyStock Step = "manystock" // confirmed, the stock is asked for once more
)

const (
	manyMost  = 20           // sales that one text may have
	linesMost = 3 * manyMost // lines of it that are looked at
)

// Many are the sales of a text, before they are orders.
type Many struct {
	Sales drafts      `json:"sales"`
	Left  []LeftLine  `json:"left,omitempty"`
	More  int         `json:"more,omitempty"`  // left out for which there was no room
	Short bool        `json:"short,omitempty"` // the panel tells that money is missing
	Total topup.Money `json:"total,omitempty"` // the sum that the text names, if it does

	// The lines that are not read yet; the first of them is asked about.
	Todo []string  `json:"todo,omitempty"`
	Of   int       `json:"of,omitempty"`   // how many they were
	Why  string    `json:"why,omitempty"`  // the text that asks, at StepUnclear
	Ways []Reading `json:"ways,omitempty"` // what the line may mean
	Card bool      `json:"card,omitempty"` // or a gift card

	// While the stock is asked for once more.
	At    int       `json:"at,omitempty"`   // for which of the sales
	By    int64     `json:"by,omitempty"`   // who confirmed
	Asked time.Time `json:"asked,omitzero"` // since when
}

// drafts are sales of any goods.
type drafts []sale

// UnmarshalJSON reads each as its good's own; what can't be read is nil.
func (l *drafts) UnmarshalJSON(b []byte) error {
	var stored []json.RawMessage
	if err := json.Unmarshal(b, &stored); err != nil {
		return err
	}
	*l = make(drafts, len(stored))
	for i, one := range stored {
		if string(one) != "null" {
			(*l)[i] = decodeSale(one)
		}
	}
	return nil
}

// broken reports that one of the sales could not be read.
func (m *Many) broken() bool { return m != nil && slices.Contains(m.Sales, sale(nil)) }

// LeftLine is a line that is not sold, and the text that says why.
type LeftLine struct {
	Text string `json:"text"`
	Why  string `json:"why"`
}

func sellingMany() conversation {
	return conversation{
		needs: topup.ActSell, sale: true, holds: holdsMany,
		steps: map[Step]step{
			StepMany: {
				show: func(t *turn) { t.quoteMany(Msg{}) },
				taps: map[string]func(*turn, string){
					"ok": simple((*turn).confirmMany), "rm": (*turn).leaveOut,
					"fit": simple((*turn).keepWhatFits), "once": simple((*turn).dropRepeats),
					"again": simple((*turn).retryMany),
				},
			},
			StepUnclear: {
				show: (*turn).askUnclear,
				told: func(t *turn, text string) bool { t.readLine(text); return true },
				taps: map[string]func(*turn, string){"w": (*turn).wayPicked, "g": simple((*turn).cardMeant)},
			},
			StepManyStock: {
				show:   (*turn).redrawManyStock,
				back:   func(t *turn) { t.quoteMany(Msg{}) },
				waited: func(t *turn) { t.quoteMany(M("stock.unreachable")) },
			},
		},
	}
}

// holdsMany reports whether a session has what its step of several needs.
func holdsMany(s Session) bool {
	switch m := s.Many; {
	case m == nil:
		return false
	case s.Step == StepUnclear:
		return len(m.Todo) > 0
	case s.Step == StepManyStock && (m.At < 0 || m.At >= len(m.Sales)):
		return false
	default:
		return len(m.Sales) > 0
	}
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
	if cut := bullet.ReplaceAllString(line, ""); t.sellsLine(t.read(cut)) {
		return cut
	}
	return line
}

// sellsLine reports whether a line of several is surely meant as a sale: it names
// where it goes, if badly or in two ways, or a card and a figure.
func (t *turn) sellsLine(r Reading) bool {
	switch r.Problem {
	case errAmbiguous, errTwo, errWhom, errShort, errLong:
		return true
	}
	return r.sells() || ((r.Value != "" || r.Quantity > 0) && len(t.cardsNamed(r.Words)) > 0)
}

// isSeveral reports whether lines hold more than one sale.
func (t *turn) isSeveral(lines []string) bool {
	n := 0
	for _, l := range lines {
		if t.sellsLine(t.read(t.unnumbered(l))) {
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
		r := t.read(t.unnumbered(l))
		total, isTotal := totalOf(l)
		switch {
		case isTotal && m.Total == 0 && !t.sellsLine(r):
			m.Total = total
		case !r.sells() && digitsIn(l) == 0 && len(t.cardsNamed(r.Words)) == 0: // a greeting
		case len(m.Todo) == manyMost:
			m.leave(l, "many.why.most")
		case len(l) > lineMost:
			m.leave(l, "many.why.long")
		default:
			m.Todo = append(m.Todo, t.unnumbered(l))
		}
	}
	m.More += max(0, len(lines)-linesMost)
	if !t.mayOpen() {
		return true
	}
	t.begin(StepMany)
	t.s.Many, m.Of = m, len(m.Todo)
	t.nextLine()
	return true
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
	switch {
	case o.To == "" && o.Quantity > 1:
		return o.PlanName + " x" + strconv.Itoa(o.Quantity)
	case o.To == "":
		return o.PlanName
	}
	return o.To + " " + strconv.FormatInt(o.Face.WholeDinars(), 10)
}

// quoted is one of the sales as the panel shows it.
type quoted struct {
	sale   sale
	draft  *draft // the sale's
	order  topup.Order
	repeat topup.Order // a recent sale of the same, if its ID is set
	twice  bool        // it stands above in the same text
}

func (q quoted) again() bool { return q.twice || q.repeat.ID != "" }

// offers are the sales as of now; sold is false when one can't be sold.
func (t *turn) offers() (list []quoted, price topup.Money, sold bool) {
	sold = true
	for _, d := range t.s.Many.Sales {
		o, ok := d.offered(t)
		q := quoted{sale: d, draft: d.common(), order: o}
		q.repeat, _ = t.repeat(o)
		for _, before := range list {
			q.twice = q.twice || (before.order.To == o.To && before.order.Repeats(o))
		}
		list, price, sold = append(list, q), price+o.Price, sold && ok
	}
	return list, price, sold
}

// quoteMany shows the panel. note says why it is shown again.
func (t *turn) quoteMany(note Msg) {
	m := t.s.Many
	kept, most := m.Sales[:0:0], t.shop().MostSale
	for _, d := range m.Sales {
		switch o, sold := d.offered(t); {
		case !sold && o.Good.Vouchered():
			m.leave(lineOf(o), "many.why.gone")
		case !sold:
			m.leave(lineOf(o), "many.why.limits")
		case most > 0 && o.Price > most:
			m.leave(lineOf(o), "many.why.bysale")
		case t.overdrawn(kept, d):
			m.leave(lineOf(o), "many.why.stock")
		default:
			kept = append(kept, d)
		}
	}
	if m.Sales = kept; len(kept) == 0 {
		t.nothingLeft()
		return
	}
	t.s.Step = StepMany
	list, price, _ := t.offers()
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
		sc.line(sumLine(list)...)
		sc.line(m.totalLines(list)...)
		sc.line(M("confirm.price", "Amount", price))
		sc.line(t.weatherOf(list)...)
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
		sc.grid(4, t.removeButtons(len(list)))
		sc.row(t.cancelButton())
	})
}

// retryMany is [turn.retry] of several.
func (t *turn) retryMany() {
	t.quoteMany(Msg{})
	if t.s.Step != StepMany {
		return
	}
	list, price, _ := t.offers()
	t.stillLacks(price, ordersOf(list)...)
}

// removeButtons take one of several sales off the list.
func (t *turn) removeButtons(sales int) (b []Button) {
	for i := 0; i < sales && sales > 1; i++ {
		b = append(b, button(M("many.remove", "No", i+1), t.s.tap("rm", strconv.Itoa(i))))
	}
	return b
}

// sumLine tells what the customers pay, where each sale has a face value.
func sumLine(list []quoted) []Msg {
	var sum topup.Money
	for _, q := range list {
		if q.order.Face == 0 {
			return nil
		}
		sum += q.order.Face
	}
	return []Msg{M("many.sum", "Amount", sum)}
}

// listed names a sale in the list: by its number and whose it is, or its card.
func listed(o topup.Order) Msg {
	name := goodOf(o).brief(o)
	if of := cmp.Or(string(o.Operator), o.LineType); of != "" {
		return M("brief.on", "Sale", name, "Operator", Latin(of))
	}
	return name
}

func (t *turn) manyLines(i int, q quoted) []Msg {
	line := M("many.line", "No", i+1, "Sale", listed(q.order), "Amount", q.order.Face, "Price", q.order.Price)
	if q.order.Face == 0 {
		line = M("many.card", "No", i+1, "Sale", listed(q.order), "Price", q.order.Price)
	}
	lines := []Msg{line}
	switch {
	case q.twice:
		lines = append(lines, M("many.twice"))
	case q.repeat.ID != "":
		lines = append(lines, M("many.again", "Ago", number(uint64(minutesSince(q.repeat.Placed, t.env.Now))), "State", StateMsg(q.repeat)))
	}
	if q.order.Operator != "" && t.v.Shelf.Numbering().Unusual(topup.MSISDN(q.order.To)) {
		lines = append(lines, M("many.unusual"))
	}
	return lines
}

// weatherOf is the weather of the operators in a list, each told once.
func (t *turn) weatherOf(list []quoted) (lines []Msg) {
	told := map[topup.Operator]bool{}
	for _, q := range list {
		if op := q.order.Operator; op != "" && !told[op] {
			told[op] = true
			lines = append(lines, t.weatherLines(op)...)
		}
	}
	return lines
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
