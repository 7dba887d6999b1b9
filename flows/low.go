package flows

import (
	"strconv"

	"hanout/topup"
)

// A word to a shop whose wallet gets low. The rules: the shop chooses the level,
// or none; a sale that takes the wallet below it brings one word, without a
// sound, and no other one until the wallet has been above it again.

// StepLow asks for the level.
const StepLow Step = "low"

// levels are those on buttons; 0 is no word.
var levels = []topup.Money{0, topup.Dinars(1_000), topup.Dinars(2_000), topup.Dinars(5_000)}

func choosingLow() conversation {
	return conversation{
		needs: topup.ActLow, holds: func(Session) bool { return true },
		steps: map[Step]step{StepLow: {
			show: func(t *turn) { t.askLow(Msg{}) },
			taps: map[string]func(*turn, string){"level": (*turn).lowTapped},
			told: (*turn).lowTold,
		}},
	}
}

func (t *turn) low() {
	t.dropQuietly()
	t.begin(StepLow)
	t.askLow(Msg{})
}

// levelMsg tells which level a shop has chosen.
func levelMsg(level topup.Money) Msg {
	if level == 0 {
		return M("low.none")
	}
	return M("low.is", "Amount", level)
}

func (t *turn) askLow(problem Msg) {
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("low.title"), levelMsg(t.shop().Low), M("low.ask"))
		var list []Button
		for _, level := range levels {
			label := M("button.sum", "Amount", level)
			if level == 0 {
				label = M("button.nolow")
			}
			list = append(list, button(label, t.s.tap("level", strconv.FormatInt(int64(level), 10))))
		}
		sc.grid(2, list)
		sc.row(t.cancelButton())
	})
}

func (t *turn) lowTapped(arg string) {
	level, ok := tappedSum(arg)
	if !ok && arg != "0" {
		t.toast(M("tap.unknown"))
		return
	}
	t.setLow(level)
}

func (t *turn) lowTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	level, err := topup.ParseAmount(text)
	if err != nil {
		t.askLow(M("credit.amount"))
		return true
	}
	t.setLow(level)
	return true
}

func (t *turn) setLow(level topup.Money) {
	sh := t.shop()
	sh.Low = level
	t.do(SaveShop{Shop: sh})
	t.toast(levelMsg(level))
	t.drop(levelMsg(level))
}

// LowScreen tells a shop that its wallet got low.
func LowScreen(available, level topup.Money) Screen {
	sc := Screen{Silent: true, Lines: []Msg{M("low.notice", "Amount", available, "Level", level)}}
	sc.row(askCreditButton(), button(M("button.low"), menuTap("low")))
	return sc
}
