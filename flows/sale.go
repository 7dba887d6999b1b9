package flows

import (
	"cmp"
	"strconv"
	"time"

	"hanout/topup"
)

// sale is a sale before it is an order. Each good has its own draft; what they
// share is embedded in it.
type sale interface {
	common() *draft
	// offered is what the draft would sell as of now: the part of an order that
	// says what, to whom and for how much. It reports false when that can't be
	// sold.
	offered(*turn) (topup.Order, bool)
	// gone goes back to the choice from which what was chosen has vanished, and
	// says so.
	gone(*turn) Msg
	// reconsider goes back from the confirm panel.
	reconsider(*turn)
	// corrected takes what is typed or shared at the confirm panel; false when
	// it is no word there.
	corrected(t *turn, text string, shared bool) bool
	// details say more of the item, warnings what to think of before ✅.
	details(topup.Order) []Msg
	warnings(*turn, topup.Order) []Msg
	// choices are rows of buttons that change the sale on the confirm panel, of
	// the verb "x"; chose takes one by its argument.
	choices(*turn, topup.Order) [][]Button
	chose(*turn, string)
	// confirmed goes on from ✅, when all that was shown is still true.
	confirmed(*turn, topup.Order)
	// listed drops what only questions needed, once a sale stands in a list.
	listed()
	// restocks is the product whose stock is asked for once more after ✅; "" for
	// none.
	restocks() string
	// draws tells from which known stock the sale takes how much, and what that
	// has; "" for sales that take from none.
	draws(t *turn) (of string, need, stock int)
}

// draft is what all sales have: their good, a list being chosen from, and the
// quote, which binds nobody after Until and is never exceeded.
type draft struct {
	Good topup.Good `json:"good,omitempty"` // "" is the first of the goods

	Page    int      `json:"page,omitempty"`
	Choices []string `json:"choices,omitempty"` // what the numbered buttons stand for

	Order  topup.OrderID `json:"order,omitempty"`
	Quoted topup.Plan    `json:"quoted,omitzero"`
	Price  topup.Money   `json:"price,omitempty"`
	Cost   topup.Money   `json:"cost,omitempty"`
	Item   string        `json:"item,omitempty"` // the name it was shown under
	Until  time.Time     `json:"until,omitzero"`
	Shown  time.Time     `json:"shown,omitzero"`   // when the panel showed it
	Warned topup.OrderID `json:"warned,omitempty"` // the recent same sale that the panel tells about
	Short  bool          `json:"short,omitempty"`  // the panel tells that money is missing
}

func (d *draft) common() *draft                        { return d }
func (d *draft) details(topup.Order) []Msg             { return nil }
func (d *draft) warnings(*turn, topup.Order) []Msg     { return nil }
func (d *draft) choices(*turn, topup.Order) [][]Button { return nil }

func (d *draft) listed()          { d.Choices = nil }
func (d *draft) restocks() string { return "" }

func (d *draft) draws(*turn) (of string, need, stock int) { return "", 0, 0 }

func (d *draft) chose(t *turn, _ string) { t.toast(M("tap.unknown")) }

func (d *draft) confirmed(t *turn, o topup.Order) {
	t.toast(M("confirm.sent"))
	t.place(o)
}

// good is all that the shared code must know of a good. A new one is a row of
// these, in a file of its own.
type good struct {
	name    topup.Good
	verb    string // of the command and the button that start a sale
	label   string // that button at home
	another string // that button after a sale
	draft   func() sale
	begin   func(*turn)
	again   func(*turn, topup.Order) // a new sale like an old one, up to its confirm panel
	// amount is a new sale to the same number of another amount, 0 to ask for
	// one; nil when a sale has no amount of its own.
	amount func(*turn, topup.Order, topup.Money)
	// typed takes a text that may be typed (or a number that is shared) at any
	// moment; nil when none starts such a sale.
	typed        func(t *turn, text string, shared bool) bool
	starts       func(t *turn, text string) (Msg, bool) // whether a text starts one, and its name on a button; nil when none does
	conversation func() conversation

	// What the rules of prices and the price list know of it: the name of a part
	// or an item, what of a scope is narrower, examples of one, and its lines of
	// the list.
	scopeName func(*turn, topup.Scope) Msg
	narrower  func(*turn, topup.Scope) []topup.Scope
	samples   func(*turn, topup.Scope) []sample
	tariff    func(*turn, topup.Pricing) []Msg

	item    func(topup.Order) []Msg                    // what is sold, and to whom
	brief   func(topup.Order) Msg                      // the same in a few words, in lists and when it rings
	repeat  func(o topup.Order, minutes Minutes) Msg   // that it was sold a moment ago
	refused string                                     // that the provider refused it, without words of its own
	use     string                                     // how its codes are used
	sold    func(text string) (to []string, sure bool) // how orders spell a number; sure that it is nothing else
}

// goodNamed finds a good's row; a sale without a name is of the first.
func goodNamed(name topup.Good) (good, bool) {
	for _, g := range goods {
		if g.name == cmp.Or(name, goods[0].name) {
			return g, true
		}
	}
	return good{}, false
}

// goodOf is the row of an order's good. Orders of others can't be placed.
func goodOf(o topup.Order) good {
	g, ok := goodNamed(o.Good)
	if !ok {
		return goods[0]
	}
	return g
}

// sellButton starts a sale of the first of the goods, which is sold most.
func sellButton(s Style) Button {
	return Button{Label: M(goods[0].label), Data: menuTap(goods[0].verb), Style: s}
}

// newSaleButton starts a sale of the same good.
func newSaleButton(o topup.Order) Button {
	g := goodOf(o)
	return button(M(g.another), menuTap(g.verb))
}

// mayOpen leaves the conversation there was for a sale; false, and the reason
// told, when nothing can be sold now.
func (t *turn) mayOpen() bool {
	t.dropQuietly()
	if why, closed := t.notSelling(); closed {
		t.begin(StepIdle)
		t.sayLines(why)
		return false
	}
	return true
}

// openSale begins a sale, or the sale of a line of several; false when nothing
// can be sold now.
func (t *turn) openSale(step Step, d sale) bool {
	if t.lined {
		t.s.Step, t.s.Sale = step, d
		return true
	}
	if !t.mayOpen() {
		return false
	}
	t.begin(step)
	t.s.Sale = d
	return true
}

// place makes the order of the quote that was confirmed.
func (t *turn) place(o topup.Order) {
	o.ID, o.Shop, o.By, o.Chat, o.Panel = t.s.Sale.common().Order, t.who.Shop, t.in.Person.ID, t.in.Chat, t.s.Panel
	o.Seller = t.sellerName()
	o.State = topup.Placed
	o.Placed, o.Changed, o.Due = t.env.Now, t.env.Now, t.env.Now
	t.do(Place{Order: o})
	t.s = t.blank()
}

func (t *turn) cancelButton() Button {
	return Button{Label: M("button.cancel"), Data: t.s.tap("no"), Style: Stop}
}

func (t *turn) backButton() Button { return button(M("button.back"), t.s.tap("back")) }

// page cuts a page out of a list; the draft's page is kept within it.
func page[T any](d *draft, list []T, size int) (part []T, pages int) {
	pages = max(1, (len(list)+size-1)/size)
	d.Page = max(0, min(d.Page, pages-1))
	return list[d.Page*size : min(len(list), (d.Page+1)*size)], pages
}

// turnPages adds the buttons that turn a list of several pages.
func (t *turn) turnPages(sc *Screen, page, pages int) {
	if pages < 2 {
		return
	}
	var nav []Button
	if page > 0 {
		nav = append(nav, button(M("button.prev"), t.s.tap("pg", strconv.Itoa(page-1))))
	}
	if page < pages-1 {
		nav = append(nav, button(M("button.next", "Page", page+2, "Pages", pages), t.s.tap("pg", strconv.Itoa(page+1))))
	}
	sc.row(nav...)
}
