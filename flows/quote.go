package flows

import (
	"time"

	"hanout/topup"
)

// The confirm panel, at which every sale ends. The rules:
//   - what is sold is what the panel shows: if anything of it has changed, or
//     the quote is old, the tap came late, or the same was sold a moment ago,
//     ✅ shows the panel again and sells nothing;
//   - ✅ sells nothing in the first moment of its panel, when nobody has read it;
//   - a panel that lacks money has no ✅; it comes back by itself when the
//     wallet is credited.

// StepConfirm shows the quote of a sale of any good.
const StepConfirm Step = "confirm"

const (
	quoteLife    = 5 * time.Minute  // how long a confirm panel binds us
	repeatWindow = 10 * time.Minute // the same again: ask
	// readTime is how long a panel must have been there before its ✅ counts: a
	// second tap, meant for what was there before, must not sell.
	readTime = 800 * time.Millisecond
)

func confirming() conversation {
	return conversation{
		needs: topup.ActSell, sale: true, holds: selling[sale],
		steps: map[Step]step{StepConfirm: {
			show: func(t *turn) { t.quote(Msg{}) },
			taps: map[string]func(*turn, string){
				"ok": simple((*turn).confirm), "again": simple((*turn).retry), "show": simple((*turn).showRepeat),
				"x": func(t *turn, arg string) { t.s.Sale.chose(t, arg) },
			},
			// A word of thanks corrects nothing: the card stays.
			told:   func(t *turn, text string) bool { return digitsIn(text) > 0 && t.s.Sale.corrected(t, text, false) },
			shared: func(t *turn, c Contact) bool { return t.s.Sale.corrected(t, c.Phone, true) },
			back:   func(t *turn) { t.s.Sale.reconsider(t) },
		}},
	}
}

// quote shows the confirm panel: what is sold, what it costs the shop, and
// what its wallet holds afterwards. note says why it is shown again.
func (t *turn) quote(note Msg) {
	o, sold := t.s.Sale.offered(t)
	if !sold {
		t.s.Sale.gone(t)
		return
	}
	if t.lining() {
		t.lineClear()
		return
	}
	t.s.Step = StepConfirm
	repeat, again := t.repeat(o)
	available := t.v.Wallets.Wallet(t.who.Shop).Available
	d := t.s.Sale.common()
	d.freeze(t, o, repeat)
	d.Short = available < o.Price
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		sc.line(M("confirm.title"))
		sc.line(t.favouriteLine(o)...)
		sc.line(goodOf(o).item(o)...)
		sc.line(t.s.Sale.details(o)...)
		sc.line(M("confirm.price", "Amount", o.Price))
		if earned := o.Commission(); earned > 0 {
			sc.line(M("confirm.commission", "Amount", earned))
		}
		if d.Short {
			sc.line(M("confirm.short", "Missing", o.Price-available, "Amount", available))
			sc.row(button(M("button.retry"), t.s.tap("again")), askCreditButton())
			sc.Rows = append(sc.Rows, t.s.Sale.choices(t, o)...)
			sc.row(t.backButton(), t.cancelButton())
			return
		}
		if why, over := t.overLimit(o); over {
			sc.line(why)
			sc.row(t.limitRow(why)...)
			sc.row(t.backButton(), t.cancelButton())
			return
		}
		sc.line(M("confirm.after", "Amount", available-o.Price))
		sc.line(t.s.Sale.warnings(t, o)...)
		ok := M("button.confirm")
		if again {
			sc.line(goodOf(o).repeat(repeat, minutesSince(repeat.Placed, t.env.Now)))
			if repeat.By != t.in.Person.ID && repeat.Seller != "" {
				sc.line(M("confirm.repeat.by", "Person", Name(repeat.Seller)))
			}
			ok = M("button.sellagain")
		}
		sc.row(Button{Label: ok, Data: t.s.tap("ok"), Style: Go})
		if again {
			sc.row(button(M("button.showit"), t.s.tap("show")))
		}
		sc.Rows = append(sc.Rows, t.s.Sale.choices(t, o)...)
		sc.row(t.backButton(), t.cancelButton())
	})
}

// freeze keeps what a panel shows of an offer, and the name that its order will
// have.
func (d *draft) freeze(t *turn, o, repeat topup.Order) {
	d.Order = topup.OrderID(t.env.NewID())
	d.Quoted, _ = t.v.Shelf.Plan(o.Plan)
	d.Price, d.Cost, d.Item = o.Price, o.Expected, o.PlanName
	d.Shown, d.Until = t.env.Now, t.env.Now.Add(quoteLife)
	d.Warned = repeat.ID
}

// unread reports that a panel that was shown at a time can't have been read.
func (t *turn) unread(shown time.Time) bool {
	age := t.env.Now.Sub(shown)
	return age >= 0 && age < readTime
}

func minutesSince(then, now time.Time) Minutes {
	return Minutes(max(1, int(now.Sub(then)/time.Minute)))
}

// repeatsSeen is how many of the newest sales to a number, or of what goes to
// none, are looked through for the same sale.
const repeatsSeen = 5

// repeat finds a recent sale of the same to the same number that was not
// refunded.
func (t *turn) repeat(want topup.Order) (topup.Order, bool) {
	for _, o := range t.v.Orders.OrdersTo(t.who.Shop, want.To, repeatsSeen) {
		if want.Repeats(o) && o.State != topup.Refunded && t.env.Now.Sub(o.Placed) < repeatWindow {
			return o, true
		}
	}
	return topup.Order{}, false
}

// asQuoted reports whether an offer is what the confirm panel shows.
func (t *turn) asQuoted(o topup.Order) bool { return t.s.Sale.common().shows(t, o) }

func (d *draft) shows(t *turn, o topup.Order) bool {
	plan, _ := t.v.Shelf.Plan(o.Plan)
	return o.Price == d.Price && o.Expected == d.Cost && o.PlanName == d.Item && plan.Same(d.Quoted)
}

// confirm takes ✅, unless anything that was shown is no longer true.
func (t *turn) confirm() {
	d := t.s.Sale.common()
	o, sold := t.s.Sale.offered(t)
	repeat, again := t.repeat(o)
	why, closed := t.notSelling()
	switch {
	case closed:
		t.alert(why)
	case t.in.Late:
		t.quote(M("confirm.late"))
	case t.unread(d.Shown):
		t.toast(M("confirm.unread"))
	case !sold:
		t.alert(t.s.Sale.gone(t))
	case !t.asQuoted(o):
		t.alert(M("confirm.changed"))
		t.quote(M("confirm.changed"))
	case t.env.Now.After(d.Until):
		t.quote(M("confirm.expired"))
	case again && repeat.ID != d.Warned, t.v.Wallets.Wallet(t.who.Shop).Available < o.Price, t.limited(o):
		t.quote(Msg{})
	default:
		t.s.Sale.confirmed(t, o)
	}
}

// retry looks at the wallet and the limit again, and says when they still lack
// money: the panel alone would not change.
func (t *turn) retry() {
	t.quote(Msg{})
	if t.s.Step != StepConfirm {
		return
	}
	var list []topup.Order
	if o, sold := t.s.Sale.offered(t); sold {
		list = append(list, o)
	}
	t.stillLacks(t.s.Sale.common().Price, list...)
}

// stillLacks says which limit, or how much money, keeps sales of a price from
// being sold, if one does.
func (t *turn) stillLacks(price topup.Money, list ...topup.Order) {
	if why, over := t.overLimit(list...); over {
		t.toast(why)
		return
	}
	if has := t.v.Wallets.Wallet(t.who.Shop).Available; price > has {
		t.toast(M("confirm.short", "Missing", price-has, "Amount", has))
	}
}

// showRepeat shows the recent same sale that the panel tells about.
func (t *turn) showRepeat() {
	o, ok := t.v.Orders.Order(t.s.Sale.common().Warned)
	if ok && t.who.MayFor(topup.ActHistory, o.Shop) {
		t.showSale(o, ClassAnswer, true)
	}
}

// Resume brings a sale that lacked money back under the eyes of its keeper,
// after the shop's wallet was credited. It gives the session as it was when
// none does.
func Resume(v View, env Env, s Session, in Input) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	if _, ok := t.at(); ok && s.Step == StepMany && s.Many.Short {
		t.quoteMany(M("confirm.goon"))
		return t.s, t.out
	}
	if _, ok := t.at(); !ok || s.Step != StepConfirm || !s.Sale.common().Short {
		return s, nil
	}
	if v.Wallets.Wallet(t.who.Shop).Available < s.Sale.common().Price {
		t.quote(Msg{}) // credited, but not by enough
	} else {
		t.quote(M("confirm.goon"))
	}
	return t.s, t.out
}
