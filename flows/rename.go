package flows

import (
	"strings"

	"hanout/topup"
)

// An owner gives a shop another name. The rules: a name has a letter, as when
// it was asked for; one that another shop has is taken only when the owner says
// so, knowing that shop's number; it replaces the name that was shown, and no
// one that another owner gave meanwhile; the shop is told.

// StepRename asks for a shop's new name.
const StepRename Step = "rename"

// ShopDraft is what an owner is about to change of a shop.
type ShopDraft struct {
	Shop topup.ShopID `json:"shop"`
	Was  string       `json:"was,omitempty"`  // its name, as the owner was shown it
	Name string       `json:"name,omitempty"` // a new one that another shop has, too
	// Limit is a limit as the owner was shown it: the day's, or a sale's.
	Day   bool        `json:"day,omitempty"`
	Limit topup.Money `json:"limit,omitempty"`
}

func renaming() conversation {
	return conversation{
		needs: topup.ActRename, holds: func(s Session) bool { return s.Card != nil },
		steps: map[Step]step{StepRename: {
			show: func(t *turn) { t.askShopName(Msg{}) },
			told: func(t *turn, text string) bool { t.shopNamed(shopName(text)); return true },
			taps: map[string]func(*turn, string){"same": simple((*turn).sameName)},
		}},
	}
}

// setUpRow leads to a shop's new name, to its limits, and to a letter to it.
func (t *turn) setUpRow(sc *Screen, sh topup.Shop) {
	var row []Button
	if sh.Admitted() && t.who.May(topup.ActRename) {
		row = append(row, button(M("button.rename"), encodeTap("a", "rename", number(uint64(sh.ID)), "ask")))
	}
	if sh.Admitted() && t.who.May(topup.ActLimits) {
		row = append(row, button(M("limits.button"), encodeTap("a", "limits", number(uint64(sh.ID)), "ask")))
	}
	if t.who.May(topup.ActAnswer) {
		row = append(row, button(M("card.write"), encodeTap("a", "letter", number(uint64(sh.ID)), "write")))
	}
	sc.grid(3, row)
}

func (t *turn) renameTapped(id topup.ShopID, verb string) {
	sh, ok := t.v.People.Shop(id)
	if !ok || !sh.Admitted() || verb != "ask" {
		t.toast(M("tap.unknown"))
		return
	}
	t.dropQuietly()
	t.begin(StepRename)
	t.s.Card = &ShopDraft{Shop: id, Was: sh.Name}
	t.askShopName(Msg{})
}

func (t *turn) askShopName(problem Msg) {
	t.s.Step = StepRename
	d := t.s.Card
	sh, _ := t.v.People.Shop(d.Shop)
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))), M("rename.ask"))
		if twin, ok := Namesake(t.v.People, sh.ID, d.Name); ok {
			sc.line(M("rename.twin", "Shop", Name(d.Name), "No", number(uint64(twin.ID))))
			sc.row(button(M("rename.same"), t.s.tap("same")))
		}
		sc.row(t.cancelButton())
	})
}

// shopNamed takes a name.
func (t *turn) shopNamed(name string) {
	d := t.s.Card
	sh, _ := t.v.People.Shop(d.Shop)
	_, taken := Namesake(t.v.People, sh.ID, name)
	switch {
	case t.in.Late:
		t.askShopName(M("staff.late"))
	case name == "":
		t.askShopName(M("ask.name.bad"))
	case sh.Name != d.Was:
		d.Was, d.Name = sh.Name, ""
		t.askShopName(M("rename.meanwhile"))
	case taken && name != d.Name:
		d.Name = name
		t.askShopName(Msg{})
	default:
		t.rename(sh, name)
	}
}

// sameName takes the name that another shop has, too.
func (t *turn) sameName() {
	if t.s.Card.Name == "" {
		t.toast(M("tap.unknown"))
		return
	}
	if t.in.Late {
		t.toast(M("staff.late"))
	}
	t.shopNamed(t.s.Card.Name)
}

func (t *turn) rename(sh topup.Shop, name string) {
	former := sh.Name
	t.vanish(M("staff.saved"))
	if sh.Name = name; name != former {
		t.do(SaveShop{Shop: sh})
		t.toast(M("staff.saved"))
	}
	t.shopCard(sh, 0, true)
	if name != former {
		t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Class: ClassNotices,
			Screen: Screen{Lines: []Msg{M("rename.told", "Shop", Name(name), "Former", Name(former))}}})
	}
}

// Namesake finds another shop, of the newest, that has or asks for a name.
func Namesake(p People, id topup.ShopID, name string) (topup.Shop, bool) {
	alike := func(s string) string { return strings.Join(strings.Fields(fold(s)), " ") }
	want := alike(name)
	if want == "" {
		return topup.Shop{}, false
	}
	list, _ := p.Newest(shopsListed)
	for _, sh := range list {
		if sh.ID != id && sh.State != topup.ShopRefused && alike(sh.Name) == want {
			return sh, true
		}
	}
	return topup.Shop{}, false
}
