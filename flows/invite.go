package flows

import (
	"net/url"
	"strconv"

	"hanout/topup"
)

// A link that gives a place, from both sides. The rules:
//
//   - who opens it first keeps it; the place is theirs by their own ✅, which a
//     late tap is not;
//   - it gives only what who made it may still give;
//   - one person works for one shop.

// StepJoin asks who opened the link.
const StepJoin Step = "join"

func joining() conversation {
	return conversation{
		needs: topup.ActOpenLink, holds: func(s Session) bool { return len(s.Claim) > 0 },
		steps: map[Step]step{StepJoin: {show: (*turn).askJoin, taps: map[string]func(*turn, string){"ok": simple((*turn).join)}}},
	}
}

// inviteMate begins a link: for the business with the role.
func (t *turn) inviteMate() {
	switch {
	case t.env.BotName == "":
		t.alert(M("claim.notyet"))
		t.showStaff(Msg{})
	case len(t.v.Claims.Invites(t.staffShop())) >= topup.InvitesMost:
		t.alert(M("staff.links"))
		t.showStaff(Msg{})
	case len(t.staff()) >= topup.MembersMost:
		t.alert(M("staff.full"))
		t.showStaff(Msg{})
	case t.s.Staff.Team:
		t.askRole()
	default:
		t.s.Staff.Place = topup.Member{Shop: t.who.Shop, Role: topup.Cashier}
		t.askMateName(Msg{})
	}
}

func (t *turn) askRole() {
	t.s.Step = StepMateRole
	t.s.Staff.Person, t.s.Staff.Place = 0, topup.Member{}
	t.draw(func(sc *Screen) {
		sc.line(M("team.role"))
		for _, r := range []topup.Role{topup.Viewer, topup.Helper, topup.Owner} {
			if t.who.MayPlace(r) {
				sc.line(M("team.role." + string(r)))
				sc.row(button(M("button.role."+string(r)), t.s.tap("r", string(r))))
			}
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) roleChosen(arg string) {
	if !t.who.MayPlace(topup.Role(arg)) {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Staff.Place = topup.Member{Role: topup.Role(arg)}
	t.askMateName(Msg{})
}

// makeInvite makes the link that was prepared; the list says that it stands
// below. The keeper who has people is called by a name from now on.
func (t *turn) makeInvite() {
	place := t.s.Staff.Place
	if !t.mayGive(place) || t.env.BotName == "" || len(t.v.Claims.Invites(place.Shop)) >= topup.InvitesMost {
		t.showStaff(Msg{})
		return
	}
	if me := t.v.People.Member(t.in.Person.ID); place.Shop != 0 && me.Shop == place.Shop && me.Name == "" {
		if me.Name = CleanName(t.in.Person.Name, 20); me.Name != "" {
			t.do(SaveMember{Member: me})
		}
	}
	i := topup.Invite{ID: t.env.NewID(), Place: place, By: t.in.Person.ID, Made: t.env.Now, Expires: t.env.Now.Add(topup.InviteLife)}
	t.made = i
	t.showStaff(M("staff.below", "Person", Name(place.Name)))
	t.do(MakeInvite{Invite: i})
}

// revokeInvite ends a link.
func (t *turn) revokeInvite(id string) {
	for _, i := range t.v.Claims.Invites(t.staffShop()) {
		if i.ID == id && t.mayGive(i.Place) {
			t.toast(M("claim.revoked"))
			t.do(EndInvite{Invite: i})
			t.inviteSays(i, M("invite.revoked", "Person", Name(i.Place.Name)))
			t.ended = i.ID
			t.showStaff(Msg{})
			return
		}
	}
	t.toast(M("claim.over"))
	t.showStaff(Msg{})
}

// InvitePanel names the message with a link.
func InvitePanel(i topup.Invite) string { return "invite/" + i.ID }

// inviteSays tells in a link's message what became of it.
func (t *turn) inviteSays(i topup.Invite, m Msg) {
	t.do(Show{Chat: i.By, Panel: InvitePanel(i), Screen: Screen{Lines: []Msg{m}}, Class: ClassAnswer, Fresh: true})
}

// InviteScreen is the message with a link, which is handed on from it.
func InviteScreen(i topup.Invite, sh topup.Shop, link string, qr []byte) Screen {
	sc := Screen{Photo: qr}
	if i.Place.Shop != 0 {
		sc.line(M("invite.cashier", "Person", Name(i.Place.Name), "Shop", Name(sh.Name)))
	} else {
		sc.line(M("invite.team", "Person", Name(i.Place.Name), "Role", M("role."+string(i.Place.Role))))
	}
	sc.line(M("invite.once"), M("claim.until", "Time", i.Expires))
	sc.row(Button{Label: M("button.sendlink"), URL: "https://t.me/share/url?url=" + url.QueryEscape(link)},
		Button{Label: M("button.copylink"), Copy: link})
	return sc
}

// notForThem says why a person can't take the place of a link; nothing when
// they can.
func (t *turn) notForThem(i topup.Invite) Msg {
	me := t.in.Person.ID
	maker := t.v.People.Actor(i.By, i.By)
	switch {
	case !i.Live(me, t.env.Now):
		return M("invite.over")
	case i.By == me:
		return M("invite.own")
	case i.Place.Shop == 0:
		if t.who.OfBusiness() {
			return M("invite.already")
		}
		if !maker.MayPlace(i.Place.Role) || len(t.v.People.Team()) >= topup.MembersMost {
			return M("invite.over")
		}
		return Msg{}
	}
	if sh, _ := t.v.People.Shop(i.Place.Shop); sh.State == topup.ShopSuspended { // the link is good again when it sells
		return M("join.closed", "Shop", Name(sh.Name))
	}
	if !maker.MayFor(topup.ActCashiers, i.Place.Shop) || len(t.v.People.Members(i.Place.Shop)) > topup.MembersMost {
		return M("invite.over")
	}
	m := t.v.People.Member(me)
	sh, _ := t.v.People.Shop(m.Shop)
	switch {
	case m.Shop == i.Place.Shop:
		return M("invite.already")
	case m.Shop != 0 && (m.Role != topup.Keeper || sh.State != topup.ShopRefused):
		return M("invite.elsewhere", "Shop", Name(sh.Name))
	}
	return Msg{}
}

// openInvite takes an opened link: it is theirs from now on.
func (t *turn) openInvite(i topup.Invite, hash []byte) {
	if why := t.notForThem(i); why.ID != "" {
		t.sayLines(why)
		return
	}
	if i.Opened == 0 {
		i.Opened = t.in.Person.ID
		t.do(SaveInvite{Invite: i})
	}
	t.begin(StepJoin)
	t.s.Claim = hash
	t.askJoinTo(i)
}

func (t *turn) askJoin() {
	i, _ := t.v.Claims.Invite(t.s.Claim)
	t.askJoinTo(i)
}

func (t *turn) askJoinTo(i topup.Invite) {
	why := t.notForThem(i)
	t.draw(func(sc *Screen) {
		switch {
		case why.ID != "":
			sc.line(why)
			sc.row(t.cancelButton())
			return
		case i.Place.Shop == 0:
			sc.line(M("join.team", "Role", M("role."+string(i.Place.Role))), M("team.role."+string(i.Place.Role)))
			sc.line(limitLine(i.Place)...)
			sc.row(Button{Label: M("button.join.team"), Data: t.s.tap("ok"), Style: Go})
		default:
			sh, _ := t.v.People.Shop(i.Place.Shop)
			sc.line(M("join.cashier", "Shop", Name(sh.Name), "Person", Name(i.Place.Name)))
			sc.row(Button{Label: M("button.join", "Shop", Name(sh.Name)), Data: t.s.tap("ok"), Style: Go})
		}
		sc.row(t.cancelButton())
	})
}

// join takes their ✅.
func (t *turn) join() {
	i, _ := t.v.Claims.Invite(t.s.Claim)
	if t.in.Late {
		t.toast(M("staff.late"))
		t.askJoinTo(i)
		return
	}
	if why := t.notForThem(i); why.ID != "" {
		t.askJoinTo(i)
		return
	}
	me := t.in.Person.ID
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
	t.toast(M("join.toast"))
	t.do(TakePlace{Invite: i, Person: me}, Menu{Chat: t.in.Chat})
	sc := Screen{}
	if i.Place.Shop == 0 {
		sc.line(M("join.team.done", "Role", M("role."+string(i.Place.Role))))
		sc.row(homeButton())
	} else {
		sh, _ := t.v.People.Shop(i.Place.Shop)
		sc.line(M("join.done", "Shop", Name(sh.Name)))
		sc.line(limitLine(i.Place)...)
		sc.line(M("home.hint"))
		sc.row(sellButton(Main))
		sc.row(button(M("button.help"), menuTap("help")), homeButton())
	}
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: sc, Class: ClassAnswer})
	t.inviteSays(i, M("invite.taken", "Person", Name(i.Place.Name), "Account", Name(CleanName(t.in.Person.Name, 30)), "No", Latin(strconv.FormatInt(me, 10))))
	place := i.Taken(me, t.env.Now)
	if place.Shop == 0 {
		t.tellJoined(place, i.By)
	}
}

// tellJoined tells the owners beside who invited of somebody new.
func (t *turn) tellJoined(m topup.Member, by int64) {
	for _, owner := range t.v.People.Owners() {
		if owner != by {
			t.do(Show{Chat: owner, Panel: t.env.NewID(), Class: ClassNotices, Screen: Screen{Lines: []Msg{
				M("team.came", "Person", Name(m.Name), "Role", M("role."+string(m.Role)), "By", t.personName(by))}}})
		}
	}
}
