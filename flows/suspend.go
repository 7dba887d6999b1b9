package flows

import (
	"strconv"

	"hanout/topup"
)

// Suspending a shop, for a reason that it is told, and letting it sell again.
// The rules: it is decided on the state that the owner saw; what is sold already
// goes on to its end; the shop sees its money, its sales and its codes.

// StepSuspend asks for the reason.
const StepSuspend Step = "suspend"

// reasons are those that have a button; a shop keeps them by these names, so
// that it reads them in its own language.
var reasons = []string{"suspend.why.debt", "suspend.why.abuse", "suspend.why.closed"}

const reasonMost = 100

func suspending() conversation {
	return conversation{
		needs: topup.ActDecide, holds: func(s Session) bool { return s.Shop != 0 },
		steps: map[Step]step{StepSuspend: {
			show: func(t *turn) { t.askReason(Msg{}) },
			told: func(t *turn, text string) bool {
				if why := CleanName(text, reasonMost); why != "" {
					t.suspend(why)
				} else {
					t.askReason(M("suspend.bad"))
				}
				return true
			},
			taps: map[string]func(*turn, string){"why": func(t *turn, arg string) {
				i, err := strconv.Atoi(arg)
				if err != nil || i < 0 || i >= len(reasons) {
					t.toast(M("tap.unknown"))
					return
				}
				t.suspend(reasons[i])
			}},
		}},
	}
}

func (t *turn) askReason(problem Msg) {
	sh, _ := t.v.People.Shop(t.s.Shop)
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))), M("suspend.ask"))
		for i, why := range reasons {
			sc.row(button(M(why), t.s.tap("why", strconv.Itoa(i))))
		}
		sc.row(t.cancelButton())
	})
}

// whySuspended tells a shop's reason.
func whySuspended(sh topup.Shop) Msg {
	for _, why := range reasons {
		if sh.Why == why {
			return M("suspend.reason", "Reason", M(why))
		}
	}
	return M("suspend.reason", "Reason", Name(sh.Why))
}

// suspend takes the reason.
func (t *turn) suspend(why string) {
	sh, ok := t.v.People.Shop(t.s.Shop)
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askReason(Msg{})
		return
	}
	if t.s.Step == StepSuspend {
		t.vanish(M("find.below"))
	}
	if !ok || sh.State != topup.ShopApproved {
		t.toast(M("shop.decided", "State", M("shop."+string(sh.State))))
		t.shopCard(sh, 0, true)
		return
	}
	sh.State, sh.Why, sh.Decided, sh.Decider = topup.ShopSuspended, why, t.env.Now, t.in.Person.ID
	t.do(SaveShop{Shop: sh}, Menu{Chat: sh.Chat})
	t.toast(M("shop.suspended"))
	t.shopCard(sh, 0, true)
	told := Screen{Lines: []Msg{M("suspend.told", "Shop", Name(sh.Name)), whySuspended(sh), M("suspend.rest")}}
	told.row(writeButton())
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Class: ClassMoney, Screen: told})
}

// suspendTapped takes the card's buttons.
func (t *turn) suspendTapped(id topup.ShopID, verb string) {
	sh, ok := t.v.People.Shop(id)
	from := map[string]topup.ShopState{"ask": topup.ShopApproved, "resume": topup.ShopSuspended}[verb]
	switch {
	case !ok || from == "":
		t.toast(M("tap.unknown"))
	case sh.State != from:
		t.toast(M("shop.decided", "State", M("shop."+string(sh.State))))
		t.shopCard(sh, 0, false)
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.shopCard(sh, 0, false)
	case verb == "ask":
		t.dropQuietly()
		t.begin(StepSuspend)
		t.s.Shop = id
		t.askReason(Msg{})
	default:
		sh.State, sh.Why, sh.Decided, sh.Decider = topup.ShopApproved, "", t.env.Now, t.in.Person.ID
		t.do(SaveShop{Shop: sh}, Menu{Chat: sh.Chat})
		t.toast(M("shop.approved"))
		t.shopCard(sh, 0, false)
		note := Screen{Lines: []Msg{M("suspend.over", "Shop", Name(sh.Name))}}
		note.row(sellButton(Main))
		t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Class: ClassMoney, Screen: note})
	}
}

// suspendRow stops a shop's sales, or lets it sell again.
func (t *turn) suspendRow(sc *Screen, sh topup.Shop) {
	id := number(uint64(sh.ID))
	switch sh.State {
	case topup.ShopApproved:
		sc.row(button(M("suspend.button"), encodeTap("a", "suspend", id, "ask")))
	case topup.ShopSuspended:
		sc.row(Button{Label: M("suspend.resume"), Data: encodeTap("a", "suspend", id, "resume"), Style: Go})
	}
}

// foreign refuses what the person may not do, or not while the shop is suspended.
func (t *turn) foreign() {
	if t.who.Is(topup.Suspended) {
		t.alert(M("suspend.tap"))
		return
	}
	t.alert(M("tap.foreign"))
}
