package flows

import (
	"cmp"
	"slices"
	"strconv"
	"unicode"

	"hanout/topup"
)

// The people of a shop, as its keeper has them, and those of the business, as
// its owners do: a list, a card of each, and the links by which they come. The
// rules:
//
//   - both are one conversation, in two rooms; what differs is who is in it;
//   - a place is given by a link (invite.go) and taken away by a tap, at once:
//     open sales of who is gone still finish;
//   - an owner is appointed and removed by the founders alone, and nobody
//     removes a founder: they stand in the configuration.

// The steps.
const (
	StepCashiers     Step = "cashiers"
	StepCashier      Step = "cashier"
	StepCashierName  Step = "cashiername"
	StepCashierLimit Step = "cashierlimit"
	StepCashierOut   Step = "cashierout"
	StepSharing      Step = "sharing" // which codes the cashiers may see again

	StepTeam      Step = "team"
	StepMate      Step = "mate"
	StepMateRole  Step = "materole"
	StepMateName  Step = "matename"
	StepMateLimit Step = "matelimit"
	StepMateOut   Step = "mateout"
)

// Staff is what is looked at: whose card, or the place that an invitation in
// the making gives.
type Staff struct {
	Team   bool         `json:"team,omitempty"` // the business's people, not the shop's
	Person int64        `json:"person,omitempty"`
	Place  topup.Member `json:"place,omitzero"`
}

// room names the steps of one of the two.
type room struct{ list, card, name, limit, out Step }

func (s Staff) room() room {
	if s.Team {
		return room{StepTeam, StepMate, StepMateName, StepMateLimit, StepMateOut}
	}
	return room{StepCashiers, StepCashier, StepCashierName, StepCashierLimit, StepCashierOut}
}

func staffing(needs topup.Act, team bool) conversation {
	r := Staff{Team: team}.room()
	c := conversation{
		needs: needs, holds: func(s Session) bool { return s.Staff != nil && s.Staff.Team == team },
		steps: map[Step]step{
			r.list: {show: simpleNote((*turn).showStaff), taps: map[string]func(*turn, string){
				"p": (*turn).openMate, "inv": simple((*turn).inviteMate), "rv": (*turn).revokeInvite}},
			r.card: {show: (*turn).showMate, back: simpleNote((*turn).showStaff), taps: map[string]func(*turn, string){
				"rn": simple((*turn).renameMate), "lm": simple((*turn).limitMate), "out": simple((*turn).askOut)}},
			r.name: {show: simpleNote((*turn).askMateName), back: (*turn).leaveName,
				told: func(t *turn, text string) bool { t.mateNamed(text); return true }},
			r.limit: {show: simpleNote((*turn).askLimit), back: (*turn).leaveLimit,
				told: (*turn).limitTyped, taps: map[string]func(*turn, string){"l": (*turn).limitTapped}},
			r.out: {show: (*turn).askOut, back: (*turn).showMate, taps: map[string]func(*turn, string){"ok": simple((*turn).removeMate)}},
		},
	}
	if team {
		c.steps[StepMateRole] = step{show: (*turn).askRole, back: simpleNote((*turn).showStaff),
			taps: map[string]func(*turn, string){"r": (*turn).roleChosen}}
	} else {
		c.steps[r.list].taps["sh"] = simple((*turn).askSharing)
		c.steps[StepSharing] = step{show: (*turn).askSharing, back: simpleNote((*turn).showStaff),
			taps: map[string]func(*turn, string){"c": (*turn).shareCodes}}
		c.steps[r.list].taps["lg"] = simple((*turn).leaveGroupChat)
	}
	return c
}

// simpleNote shows a step that can say something besides, without it.
func simpleNote(show func(*turn, Msg)) func(*turn) { return func(t *turn) { show(t, Msg{}) } }

// cashiers opens the keeper's list, team the owners'.
func (t *turn) cashiers() { t.openStaff(false) }

func (t *turn) team() { t.openStaff(true) }

func (t *turn) openStaff(team bool) {
	t.dropQuietly()
	t.begin(StepIdle)
	t.s.Staff = &Staff{Team: team}
	t.showStaff(Msg{})
}

// staffShop is the shop whose people are looked at, 0 for the business.
func (t *turn) staffShop() topup.ShopID {
	if t.s.Staff.Team {
		return 0
	}
	return t.who.Shop
}

// staff lists the people who are looked at: without keeper and founders, and
// as this turn leaves them.
func (t *turn) staff() []topup.Member {
	list := t.v.People.Team()
	if !t.s.Staff.Team {
		list = slices.DeleteFunc(t.v.People.Members(t.who.Shop), func(m topup.Member) bool { return m.Role != topup.Cashier })
	}
	for i := range list {
		if list[i].Person == t.saved.Person {
			list[i] = t.saved
		}
	}
	return slices.DeleteFunc(list, func(m topup.Member) bool { return m.Person == t.gone })
}

// mate finds one of them, whose place the person may give and take.
func (t *turn) mate(person int64) (m topup.Member, mine, ok bool) {
	list := t.staff()
	i := slices.IndexFunc(list, func(m topup.Member) bool { return m.Person == person })
	if i < 0 {
		return topup.Member{}, false, false
	}
	return list[i], t.mayGive(list[i]), true
}

// mayGive reports whether the person may give a place, and change or take it.
func (t *turn) mayGive(m topup.Member) bool {
	if m.Shop != 0 {
		return m.Role == topup.Cashier && t.who.MayFor(topup.ActCashiers, m.Shop)
	}
	return t.who.MayPlace(m.Role)
}

func (t *turn) showStaff(note Msg) { t.listed(t.shop(), note) }

// listed shows the list; of the shop sh where it is a shop's.
func (t *turn) listed(sh topup.Shop, note Msg) {
	st := t.s.Staff
	st.Person, st.Place = 0, topup.Member{}
	t.s.Step = st.room().list
	list := t.staff()
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		if st.Team {
			sc.line(M("team.title"))
			for _, f := range t.v.People.Founders() {
				sc.line(M("team.founder", "Person", Latin(number(uint64(f)))))
			}
		} else {
			sc.line(M("cashiers.title", "Shop", Name(sh.Name)))
			if len(list) == 0 {
				sc.line(M("cashiers.none"))
			}
		}
		var open []Button
		for _, m := range list {
			sc.line(staffLine(m))
			open = append(open, button(M("staff.open", "Person", Name(m.Name)), t.s.tap("p", strconv.FormatInt(m.Person, 10))))
		}
		sc.grid(2, open)
		t.inviteRows(sc)
		if !st.Team && len(list) > 0 {
			sc.line(M("sharing." + string(sh.Sharing())))
			sc.row(button(M("button.sharing"), t.s.tap("sh")))
		}
		if !st.Team {
			t.groupChatRow(sc, sh)
		}
		sc.row(Button{Label: M("button.invite"), Data: t.s.tap("inv"), Style: Main}, homeButton())
	})
}

// inviteRows are the links that nobody has taken yet.
func (t *turn) inviteRows(sc *Screen) {
	open := t.v.Claims.Invites(t.staffShop())
	if t.made.ID != "" {
		open = append(open, t.made)
	}
	for _, i := range open {
		if i.ID == t.ended || i.By == t.gone {
			continue
		}
		sc.line(M("staff.invited", "Person", Name(i.Place.Name), "Time", i.Expires))
		if t.mayGive(i.Place) {
			sc.row(Button{Label: M("staff.revoke", "Person", Name(i.Place.Name)), Data: t.s.tap("rv", i.ID), Style: Stop})
		}
	}
}

// staffLine tells of one of the people.
func staffLine(m topup.Member) Msg {
	if m.Shop == 0 {
		return M("team.line", "Person", Name(m.Name), "Role", M("role."+string(m.Role)))
	}
	return M("cashiers.line", "Person", Name(m.Name), "Sales", number(uint64(m.Sales)), "Amount", m.Sold)
}

func (t *turn) openMate(arg string) {
	person, err := strconv.ParseInt(arg, 10, 64)
	if _, _, ok := t.mate(person); err != nil || !ok {
		t.toast(M("staff.gone"))
		t.showStaff(Msg{})
		return
	}
	t.s.Staff.Person = person
	t.showMate()
}

func (t *turn) showMate() {
	m, mine, ok := t.mate(t.s.Staff.Person)
	if !ok {
		t.showStaff(M("staff.gone"))
		return
	}
	t.s.Step = t.s.Staff.room().card
	t.draw(func(sc *Screen) {
		sc.line(M("staff.card", "Person", Name(m.Name), "Role", M("role."+string(m.Role))), M("staff.since", "Time", m.Since))
		if m.Role == topup.Cashier {
			sc.line(M("staff.today", "Sales", number(uint64(m.Sales)), "Amount", m.Sold))
		}
		sc.line(limitLine(m)...)
		if !mine {
			sc.line(M("team.founders"))
		} else {
			row := []Button{button(M("button.rename"), t.s.tap("rn"))}
			if m.Role == topup.Cashier || m.Role == topup.Helper {
				row = append(row, button(M("button.limit"), t.s.tap("lm")))
			}
			sc.row(row...)
			sc.row(Button{Label: M("button.remove"), Data: t.s.tap("out"), Style: Stop})
		}
		sc.row(t.backButton())
	})
}

func limitLine(m topup.Member) []Msg {
	left, limited := m.Left(m.Day)
	switch {
	case limited:
		return []Msg{M("staff.limit", "Amount", m.Limit, "Left", left)}
	case m.Role == topup.Cashier:
		return []Msg{M("staff.nolimit")}
	case m.Role == topup.Helper:
		return []Msg{M("team.limit", "Amount", m.Limit)}
	}
	return nil
}

// Names.

func (t *turn) renameMate() {
	if _, mine, ok := t.mate(t.s.Staff.Person); !ok || !mine {
		t.showMate()
		return
	}
	t.askMateName(Msg{})
}

func (t *turn) askMateName(problem Msg) {
	st := t.s.Staff
	t.s.Step = st.room().name
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		switch m, _, renames := t.mate(st.Person); {
		case renames:
			sc.line(M("staff.rename", "Person", Name(m.Name)))
		case st.Team:
			sc.line(M("team.name", "Role", M("role."+string(st.Place.Role))))
		default:
			sc.line(M("cashiers.name"))
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) leaveName() {
	switch st := t.s.Staff; {
	case st.Person != 0:
		t.showMate()
	case st.Team:
		t.askRole()
	default:
		t.showStaff(Msg{})
	}
}

// mateNamed takes a name, of one of the people or for a new one.
func (t *turn) mateNamed(text string) {
	name := CleanName(text, 20)
	if !slices.ContainsFunc([]rune(name), unicode.IsLetter) {
		t.askMateName(M("staff.name.bad"))
		return
	}
	st := t.s.Staff
	if st.Person != 0 {
		m, mine, ok := t.mate(st.Person)
		if ok && mine {
			m.Name = name
			t.saveMate(m)
		}
		t.showStaff(M("staff.renamed", "Person", Name(name)))
		return
	}
	st.Place.Name = name
	if st.Place.Role == topup.Helper {
		t.askLimit(Msg{})
		return
	}
	t.makeInvite()
}

func (t *turn) saveMate(m topup.Member) {
	t.saved = m
	t.do(SaveMember{Member: m})
}

// Limits.

// limits are those offered, in dinars.
var limits = []int64{5_000, 10_000, 20_000, 50_000, 100_000}

func (t *turn) limitMate() {
	m, mine, ok := t.mate(t.s.Staff.Person)
	if !ok || !mine || (m.Role != topup.Cashier && m.Role != topup.Helper) {
		t.showMate()
		return
	}
	t.askLimit(Msg{})
}

func (t *turn) askLimit(problem Msg) {
	st := t.s.Staff
	m, _, changes := t.mate(st.Person)
	if !changes {
		m = st.Place
	}
	t.s.Step = st.room().limit
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		if st.Team {
			sc.line(M("team.limit.ask", "Person", Name(m.Name)))
		} else {
			sc.line(M("staff.limit.ask", "Person", Name(m.Name)))
		}
		var row []Button
		for _, l := range limits {
			row = append(row, button(M("staff.amount", "Amount", topup.Dinars(l)), t.s.tap("l", strconv.FormatInt(l, 10))))
		}
		if !st.Team {
			row = append(row, button(M("button.nolimit"), t.s.tap("l", "0")))
		}
		sc.grid(2, row)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) leaveLimit() {
	if t.s.Staff.Person != 0 {
		t.showMate()
		return
	}
	t.askMateName(Msg{})
}

func (t *turn) limitTapped(arg string) {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || (n != 0 || t.s.Staff.Team) && !slices.Contains(limits, n) {
		t.toast(M("tap.unknown"))
		return
	}
	t.limitTo(topup.Dinars(n))
}

func (t *turn) limitTyped(text string) bool {
	amount, rest, err := topup.CutAmount(text)
	if err != nil || rest != "" {
		t.askLimit(M("staff.limit.bad"))
		return true
	}
	t.limitTo(amount)
	return true
}

// limitTo sets a limit, of one of the people or of a new helper. One that comes
// late may be older than another: it is asked about again.
func (t *turn) limitTo(amount topup.Money) {
	st := t.s.Staff
	if t.in.Late {
		t.askLimit(M("staff.late"))
		return
	}
	if st.Person == 0 {
		st.Place.Limit = amount
		t.makeInvite()
		return
	}
	if m, mine, ok := t.mate(st.Person); ok && mine {
		m.Limit = amount
		t.saveMate(m)
		t.showStaff(M("staff.limited", "Person", Name(m.Name)))
		return
	}
	t.showStaff(M("staff.gone"))
}

// Removing.

func (t *turn) askOut() {
	m, mine, ok := t.mate(t.s.Staff.Person)
	if !ok || !mine {
		t.showMate()
		return
	}
	t.s.Step = t.s.Staff.room().out
	t.draw(func(sc *Screen) {
		sc.line(M("staff.out", "Person", Name(m.Name), "Role", M("role."+string(m.Role))))
		if m.Role == topup.Cashier {
			sc.line(M("staff.out.sales"))
		}
		sc.row(Button{Label: M("button.remove.sure"), Data: t.s.tap("ok"), Style: Stop}, t.backButton())
	})
}

func (t *turn) removeMate() {
	m, mine, ok := t.mate(t.s.Staff.Person)
	switch {
	case !ok || !mine:
		t.showMate()
		return
	case t.in.Late:
		t.toast(M("staff.late"))
		t.askOut()
		return
	}
	why := M("team.removed")
	if m.Shop != 0 {
		why = M("cashiers.removed", "Shop", Name(t.shop().Name))
	}
	t.do(RemoveMember{Member: m}, Menu{Chat: m.Person}, Dismiss{Chat: m.Person, Shop: m.Shop, Why: why})
	t.endInvitesOf(m.Person)
	t.tellOwners(m, "team.left")
	t.gone = m.Person
	t.showStaff(M("staff.removed", "Person", Name(m.Name)))
}

// endInvitesOf ends the links that a removed owner made: nobody comes by them.
func (t *turn) endInvitesOf(person int64) {
	for _, i := range t.v.Claims.Invites(t.staffShop()) {
		if i.By == person {
			t.do(EndInvite{Invite: i})
		}
	}
}

// tellOwners tells the other owners what became of a place in the business, and
// by whom.
func (t *turn) tellOwners(m topup.Member, id string) {
	if m.Shop != 0 {
		return
	}
	for _, owner := range t.v.People.Owners() {
		if owner != t.in.Person.ID && owner != m.Person {
			t.do(Show{Chat: owner, Panel: t.env.NewID(), Class: ClassNotices, Screen: Screen{Lines: []Msg{
				M(id, "Person", Name(m.Name), "Role", M("role."+string(m.Role)), "By", t.personName(t.in.Person.ID))}}})
		}
	}
}

// personName is what who works for the business is called by it: founders,
// whom nobody named, by their number.
func (t *turn) personName(person int64) Name {
	for _, m := range t.v.People.Team() {
		if m.Person == person && !slices.Contains(t.v.People.Founders(), person) {
			return Name(m.Name)
		}
	}
	return Name(strconv.FormatInt(person, 10))
}

// askSharing asks which codes the cashiers may see again.
func (t *turn) askSharing() {
	t.s.Step = StepSharing
	t.draw(func(sc *Screen) {
		sc.line(M("sharing.ask"), M("sharing."+string(t.shop().Sharing())))
		for _, c := range topup.Sharings() {
			sc.row(button(M("button.sharing."+string(c)), t.s.tap("c", string(c))))
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// shareCodes takes the choice.
func (t *turn) shareCodes(arg string) {
	c := topup.Sharing(arg)
	switch {
	case !slices.Contains(topup.Sharings(), c):
		t.toast(M("tap.unknown"))
	case t.in.Late:
		t.toast(M("staff.late"))
		t.askSharing()
	default:
		sh := t.shop().Share(c)
		t.do(SaveShop{Shop: sh})
		t.toast(M("staff.saved"))
		t.listed(sh, Msg{})
	}
}

// Dismissed goes on in the chat of who lost a place: what they may no longer
// go on with ends, and they are told why.
func Dismissed(why Msg) func(View, Env, Session, Input) (Session, []Effect) {
	return func(v View, env Env, s Session, in Input) (Session, []Effect) {
		t := newTurn(v, env, s, in)
		if _, may := t.at(); !may && t.s.Step != StepIdle {
			t.vanish(t.left("card.dropped"))
			t.s.Backlog = nil
		}
		sc := Screen{Lines: []Msg{why}}
		sc.row(homeButton())
		t.say(sc)
		return t.s, t.out
	}
}

// cashiersOf is /cashiers SHOP, for the business: who sells for a shop.
func (t *turn) cashiersOf(arg string) {
	if arg == "" && t.who.May(topup.ActCashiers) {
		t.cashiers()
		return
	}
	sh, ok := t.findShop(arg)
	if !ok {
		t.sayLines(M("cashiers.usage", "Command", Latin("/cashiers 1")))
		return
	}
	var sc Screen
	sc.line(M("cashiers.of", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	sold := 0
	for _, m := range t.v.People.Members(sh.ID) {
		if m.Role != topup.Cashier {
			continue
		}
		sold++
		sc.line(staffLine(m))
		sc.line(limitLine(m)...)
	}
	if sold == 0 {
		sc.line(M("cashiers.of.none"))
	}
	sc.row(homeButton())
	t.say(sc)
}

// sellerName is the name that a sale of the person's goes by: none where the
// shop has nobody else; in a group chat all are seen.
func (t *turn) sellerName() string {
	if !t.in.Private {
		return string(t.colleague(t.in.Person.ID))
	}
	if len(t.v.People.Members(t.who.Shop)) < 2 {
		return ""
	}
	return cmp.Or(t.v.People.Member(t.in.Person.ID).Name, CleanName(t.in.Person.Name, 20))
}
