package flows

import (
	"slices"
	"strconv"
	"strings"

	"hanout/topup"
)

// A shop's group: one of the labels there are, a new one, or none. A label that
// differs in capitals only is the same.

// StepGroup asks for it.
const StepGroup Step = "group"

const groupMost = 20 // letters of a label

// GroupDraft is what an owner chooses from.
type GroupDraft struct {
	Labels []string `json:"labels,omitempty"`
}

func grouping() conversation {
	return conversation{
		needs: topup.ActPrices, holds: func(s Session) bool { return s.Shop != 0 && s.Group != nil },
		steps: map[Step]step{StepGroup: {
			show: func(t *turn) { t.askGroup(Msg{}) },
			taps: map[string]func(*turn, string){
				"n": (*turn).labelPicked, "none": func(t *turn, _ string) { t.setGroup("") },
			},
			told: func(t *turn, text string) bool {
				if t.isSale(text) {
					return false
				}
				if label := CleanName(text, groupMost); label != "" {
					t.setGroup(label)
				} else {
					t.askGroup(M("group.bad"))
				}
				return true
			},
		}},
	}
}

// groupTapped takes the card's button.
func (t *turn) groupTapped(id topup.ShopID, verb string) {
	sh, ok := t.v.People.Shop(id)
	if !ok || !sh.Admitted() || verb != "ask" {
		t.toast(M("tap.unknown"))
		return
	}
	t.dropQuietly()
	t.begin(StepGroup)
	t.s.Shop, t.s.Group = id, &GroupDraft{Labels: t.groups()}
	t.askGroup(Msg{})
}

func (t *turn) askGroup(problem Msg) {
	sh, _ := t.v.People.Shop(t.s.Shop)
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))), groupOf(sh), M("group.ask"))
		var list []Button
		for i, label := range t.s.Group.Labels {
			list = append(list, button(groupMsg(label), t.s.tap("n", strconv.Itoa(i))))
		}
		sc.grid(2, list)
		sc.row(button(M("group.none"), t.s.tap("none")), t.cancelButton())
	})
}

// groupOf tells a shop's group.
func groupOf(sh topup.Shop) Msg {
	if sh.Group == "" {
		return M("group.none")
	}
	return groupMsg(sh.Group)
}

func (t *turn) labelPicked(arg string) {
	i, err := strconv.Atoi(arg)
	if err != nil || i < 0 || i >= len(t.s.Group.Labels) {
		t.toast(M("tap.unknown"))
		return
	}
	t.setGroup(t.s.Group.Labels[i])
}

func (t *turn) setGroup(label string) {
	sh, ok := t.v.People.Shop(t.s.Shop)
	switch {
	case t.in.Late: // it changes what the shop pays
		t.toast(M("rule.late"))
		t.askGroup(M("rule.late"))
		return
	case !ok:
		t.drop(M("shop.unknown"))
		return
	}
	all := t.groups()
	if i := slices.IndexFunc(all, func(g string) bool { return strings.EqualFold(g, label) }); i >= 0 {
		label = all[i]
	}
	sh.Group = label
	t.vanish(groupOf(sh))
	t.do(SaveShop{Shop: sh})
	t.toast(groupOf(sh))
	t.shopCard(sh, 0, true)
}
