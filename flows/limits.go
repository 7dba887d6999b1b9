package flows

import (
	"slices"
	"strconv"
	"time"

	"hanout/topup"
)

// What a shop may sell, by sale and by day. The rules: an owner sets it on the
// shop's card, over what was shown and over nothing newer; the shop is told;
// it is looked at when a sale is quoted and again at ✅, so that a card that
// stands open sells no more than the limit of that moment; what is given back
// gives room again (topup/limits.go).

// The steps.
const (
	StepLimits Step = "limits" // shows both
	StepLimit  Step = "limit"  // asks for one
)

// limitsOffered are those on buttons, in dinars, of a sale and of a day.
var limitsOffered = map[bool][]int64{
	false: {1_000, 2_000, 5_000, 10_000, 20_000},
	true:  {10_000, 20_000, 50_000, 100_000, 200_000},
}

func limiting() conversation {
	return conversation{
		needs: topup.ActLimits, holds: func(s Session) bool { return s.Card != nil },
		steps: map[Step]step{
			StepLimits: {show: simpleNote((*turn).showLimits), taps: map[string]func(*turn, string){"k": (*turn).limitChosen}},
			StepLimit: {
				show: simpleNote((*turn).askShopLimit), back: simpleNote((*turn).showLimits),
				told: (*turn).shopLimitTold, taps: map[string]func(*turn, string){"l": (*turn).shopLimitTapped},
			},
		},
	}
}

func (t *turn) limitsTapped(id topup.ShopID, verb string) {
	sh, ok := t.v.People.Shop(id)
	if !ok || !sh.Admitted() || verb != "ask" {
		t.toast(M("tap.unknown"))
		return
	}
	t.dropQuietly()
	t.begin(StepLimits)
	t.s.Card = &ShopDraft{Shop: id}
	t.showLimits(Msg{})
}

// today names the day, where the shops are.
func (t *turn) today() string { return t.env.Now.In(t.env.Zone).Format(time.DateOnly) }

// limitLines tell a shop's limits, and what is left of the day's.
func (t *turn) limitLines(sh topup.Shop) []Msg {
	lines := []Msg{M("limits.sale.none"), M("limits.day.none")}
	if sh.MostSale > 0 {
		lines[0] = M("limits.sale", "Amount", sh.MostSale)
	}
	if left, limited := sh.Left(t.today()); limited {
		lines[1] = M("limits.day", "Amount", sh.MostDay, "Left", left)
	}
	return lines
}

// limited reports whether a shop has a limit.
func limited(sh topup.Shop) bool { return sh.MostSale > 0 || sh.MostDay > 0 }

func (t *turn) showLimits(note Msg) {
	sh, _ := t.v.People.Shop(t.s.Card.Shop)
	t.limitsOf(sh, note)
}

// limitsOf shows a shop's limits, as this turn leaves them.
func (t *turn) limitsOf(sh topup.Shop, note Msg) {
	t.s.Step = StepLimits
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))), M("limits.title"))
		sc.line(t.limitLines(sh)...)
		sc.row(button(M("limits.button.sale"), t.s.tap("k", "sale")), button(M("limits.button.day"), t.s.tap("k", "day")))
		sc.row(button(M("card.open"), cardTap(sh, "below")), t.cancelButton())
	})
}

func (t *turn) limitChosen(kind string) {
	if kind != "sale" && kind != "day" {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Card.Day = kind == "day"
	t.askShopLimit(Msg{})
}

// limitOf is the limit that is asked for, as it stands.
func (d ShopDraft) limitOf(sh *topup.Shop) *topup.Money {
	if d.Day {
		return &sh.MostDay
	}
	return &sh.MostSale
}

func (t *turn) askShopLimit(problem Msg) {
	d := t.s.Card
	sh, _ := t.v.People.Shop(d.Shop)
	t.s.Step, d.Limit = StepLimit, *d.limitOf(&sh)
	ask := M("limits.ask.sale")
	if d.Day {
		ask = M("limits.ask.day")
	}
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
		sc.line(t.limitLines(sh)...)
		sc.line(ask)
		var list []Button
		for _, l := range limitsOffered[d.Day] {
			list = append(list, button(M("staff.amount", "Amount", topup.Dinars(l)), t.s.tap("l", strconv.FormatInt(l, 10))))
		}
		sc.grid(2, append(list, button(M("button.nolimit"), t.s.tap("l", "0"))))
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) shopLimitTapped(arg string) {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || n != 0 && !slices.Contains(limitsOffered[t.s.Card.Day], n) {
		t.toast(M("tap.unknown"))
		return
	}
	t.limitShop(topup.Dinars(n))
}

func (t *turn) shopLimitTold(text string) bool {
	amount, err := topup.ParseAmount(text)
	if err != nil {
		t.askShopLimit(M("staff.limit.bad"))
		return true
	}
	t.limitShop(amount)
	return true
}

// limitShop sets the limit, unless it is no longer the one that was shown.
func (t *turn) limitShop(amount topup.Money) {
	d := t.s.Card
	sh, ok := t.v.People.Shop(d.Shop)
	limit := d.limitOf(&sh)
	switch {
	case t.in.Late:
		t.askShopLimit(M("staff.late"))
		return
	case !ok || *limit != d.Limit:
		t.askShopLimit(M("limits.meanwhile"))
		return
	}
	*limit = amount
	t.do(SaveShop{Shop: sh})
	t.toast(M("staff.saved"))
	t.limitsOf(sh, Msg{})
	told := Screen{Lines: append([]Msg{M("limits.told", "Shop", Name(sh.Name))}, t.limitLines(sh)...)}
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Class: ClassNotices, Screen: told})
}

// room is the most that the person may still sell today; false where neither
// the shop nor its cashier has a limit a day. why is said of what is more.
func (t *turn) room() (left topup.Money, why string, limited bool) {
	left, limited = t.shop().Left(t.today())
	why = "limits.day.over"
	m := t.v.People.Member(t.in.Person.ID)
	if own, is := m.Left(m.Day); is && (!limited || own < left) {
		return own, "confirm.limit", true
	}
	return left, why, limited
}

// overLimit reports whether sales are more than the shop or its cashier may
// sell, and why.
func (t *turn) overLimit(list ...topup.Order) (why Msg, over bool) {
	var sum topup.Money
	most := t.shop().MostSale
	for _, o := range list {
		if sum += o.Price; most > 0 && o.Price > most {
			return M("limits.sale.over", "Amount", most), true
		}
	}
	if left, why, limited := t.room(); limited && sum > left {
		return M(why, "Amount", left), true
	}
	return Msg{}, false
}

// limitRow are the ways on from a sale above a limit: the shop's are the owners'.
func (t *turn) limitRow(why Msg) []Button {
	row := []Button{button(M("button.again.look"), t.s.tap("again"))}
	if why.ID != "confirm.limit" {
		row = append(row, writeButton())
	}
	return row
}

func (t *turn) limited(list ...topup.Order) bool {
	_, over := t.overLimit(list...)
	return over
}
