package flows

import (
	"strconv"

	"hanout/topup"
)

// Complaints as those see them who run the business. The rules: everybody who
// decides has a card of each, which says what was done last and by whom; what
// is closed is closed once; the shop is told each answer and each end.

// The steps.
const (
	StepReply    Step = "reply"    // asked what to answer
	StepOutcome  Step = "outcome"  // asked what came of it
	StepLastWord Step = "lastword" // asked for a word to the shop
)

func answeringComplaints() conversation {
	return conversation{
		needs: topup.ActResolve, holds: func(s Session) bool { return s.Complaint != nil },
		steps: map[Step]step{
			StepReply: {
				show:     func(t *turn) { t.askReply(Msg{}) },
				told:     func(t *turn, text string) bool { return t.sellsBare(text) || t.reply(text, "") },
				pictured: func(t *turn, photo string) bool { return t.reply(t.in.Text, photo) },
			},
			StepOutcome: {
				show: (*turn).askOutcome, taps: map[string]func(*turn, string){"as": (*turn).outcome},
			},
			StepLastWord: {
				show: func(t *turn) { t.askLastWord(Msg{}) }, back: (*turn).askOutcome,
				told: func(t *turn, text string) bool { return t.sellsBare(text) || t.lastWord(text) },
				taps: map[string]func(*turn, string){"none": func(t *turn, _ string) { t.closeComplaint("") }},
			},
		},
	}
}

// complaintTapped takes the buttons of a card.
func (t *turn) complaintTapped(no uint64, verb, arg string) {
	o, found := t.v.Orders.OrderByNo(no)
	c, ok := t.v.Complaints.Complaint(o.ID)
	if !found || !ok {
		t.toast(M("tap.unknown"))
		return
	}
	begin := map[string]func(topup.Order, topup.Complaint){"reply": t.beginReply, "close": t.beginClosing, "dispute": t.dispute}[verb]
	switch {
	case begin != nil && !t.who.May(topup.ActResolve):
		t.alert(M("tap.foreign"))
	case begin != nil && !c.Open():
		t.toast(M("complaint.over"))
		t.do(t.complaintCard(c, o, t.in.Chat, false))
	case begin != nil:
		begin(o, c)
	case verb == "card", verb == "back":
		t.do(t.complaintCard(c, o, t.in.Chat, verb == "card"))
	case verb == "photo" && t.photoOf(o, arg, true):
	case verb == "said":
		page, err := strconv.ParseUint(arg, 10, 15)
		if err != nil {
			page = 1 << 15 // the last
		}
		sc := threadScreen(o, c, int(page), true, t.env.Now, func(verb string, arg int) string {
			return encodeTap("a", "complaint", number(no), verb, strconv.Itoa(arg))
		})
		sc.row(button(M("button.complaint"), encodeTap("a", "complaint", number(no), "back")), openButton(no))
		t.do(Show{Chat: t.in.Chat, Panel: complaintPanel(c, t.in.Chat), Screen: sc, Class: ClassAnswer})
	default:
		t.toast(M("tap.unknown"))
	}
}

func complaintPanel(c topup.Complaint, chat int64) string {
	return "complaint/" + string(c.Order) + "/" + strconv.FormatInt(chat, 10)
}

// complaintCard is a complaint on the card of somebody who runs the business.
func (t *turn) complaintCard(c topup.Complaint, o topup.Order, chat int64, fresh bool) Show {
	sc := Screen{Lines: []Msg{complaintMsg(c)}}
	if sh, ok := t.v.People.Shop(c.Shop); ok {
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	}
	orderLines(&sc, o)
	sc.line(StateMsg(o))
	if earlier := len(c.Thread) - remarksBeside; earlier > 0 {
		sc.line(M("complaint.earlier", "Count", earlier))
	}
	remarkLines(&sc, c.Thread[max(0, len(c.Thread)-remarksBeside):], true)
	if c.Disputer != "" {
		sc.line(M("complaint.disputed", "Person", Name(c.Disputer), "Time", c.Disputed))
	}
	tap := func(verb string, arg ...string) string {
		return encodeTap("a", append([]string{"complaint", number(c.No), verb}, arg...)...)
	}
	if c.Open() && (chat != t.in.Chat || t.who.May(topup.ActResolve)) {
		if c.Room(true) > 0 {
			sc.row(Button{Label: M("button.reply"), Data: tap("reply"), Style: Main})
		}
		sc.row(button(M("button.dispute"), tap("dispute")), button(M("button.close"), tap("close")))
	}
	sc.row(button(M("button.thread"), tap("said", "last")), openButton(c.No))
	return Show{Chat: chat, Panel: complaintPanel(c, chat), Screen: sc, Class: ClassNotices, Fresh: fresh}
}

// resolved keeps what somebody did with a complaint, and shows it on everybody's
// card; on their own below.
func (t *turn) resolved(c topup.Complaint, o topup.Order) {
	t.do(SaveComplaint{Complaint: c})
	for _, person := range t.v.People.Deciders() {
		t.do(t.complaintCard(c, o, person, person == t.in.Chat))
	}
}

// ownName is the person as the others of the business know them.
func (t *turn) ownName() string {
	for _, m := range t.v.People.Team() {
		if m.Person == t.in.Person.ID && m.Name != "" {
			return m.Name
		}
	}
	return CleanName(t.in.Person.Name, 30)
}

// stillOpen is the complaint that the conversation decides, and its sale; false
// when somebody closed it meanwhile.
func (t *turn) stillOpen() (topup.Complaint, topup.Order, bool) {
	c := t.complaint()
	o, ok := t.v.Orders.Order(c.Order)
	return c, o, ok && c.Open() && c.Opened.Equal(t.s.Complaint.Opened)
}

// overtaken leaves a decision that somebody else has made.
func (t *turn) overtaken(c topup.Complaint, o topup.Order) {
	t.toast(M("complaint.over"))
	t.drop(M("complaint.over"))
	if o.ID != "" {
		t.do(t.complaintCard(c, o, t.in.Chat, true))
	}
}

func (t *turn) beginReply(_ topup.Order, c topup.Complaint) {
	if c.Room(true) == 0 {
		t.alert(M("complaint.full"))
		return
	}
	t.dropQuietly()
	t.begin(StepReply)
	t.s.Complaint = &Grievance{Order: c.Order, Opened: c.Opened}
	t.askReply(Msg{})
}

// grievanceLines say which complaint is meant.
func (t *turn) grievanceLines(sc *Screen, problem Msg) {
	if problem.ID != "" {
		sc.line(problem)
	}
	c := t.complaint()
	sc.line(M("complaint.of", "No", number(c.No)))
	if sh, ok := t.v.People.Shop(c.Shop); ok {
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	}
}

func (t *turn) askReply(problem Msg) {
	t.draw(func(sc *Screen) {
		t.grievanceLines(sc, problem)
		sc.line(M("complaint.reply"))
		sc.row(t.cancelButton())
	})
}

// reply answers the shop.
func (t *turn) reply(text, photo string) bool {
	t.lower = photo != ""
	r, problem := t.remark(text, photo)
	if problem.ID != "" {
		t.askReply(problem)
		return true
	}
	r.Name = t.ownName()
	c, o, open := t.stillOpen()
	if open {
		c, open = c.Answer(r)
	}
	if !open {
		t.overtaken(c, o)
		return true
	}
	t.drop(M("complaint.replied"))
	t.resolved(c, o)
	sc := Screen{PhotoID: r.Photo, Lines: []Msg{M("complaint.answer", "No", number(c.No))}}
	if r.Text != "" {
		sc.line(M("complaint.text", "Text", Prose(r.Text)))
	}
	sc.row(button(M("button.answerback"), encodeTap("o", string(o.ID), "complain")), button(M("button.thread"), encodeTap("o", string(o.ID), "complaint")))
	t.toComplainant(c, sc)
	return true
}

// toComplainant tells who complained, or the shop when they work there no more.
func (t *turn) toComplainant(c topup.Complaint, sc Screen) {
	sh, _ := t.v.People.Shop(c.Shop)
	chat := sh.Chat
	for _, r := range c.Thread {
		if !r.Desk && t.v.People.Member(r.By).Shop == c.Shop {
			chat = r.By
		}
	}
	t.do(Show{Chat: chat, Panel: t.env.NewID(), Screen: sc, Class: ClassMoney})
}

func (t *turn) beginClosing(_ topup.Order, c topup.Complaint) {
	t.dropQuietly()
	t.begin(StepOutcome)
	t.s.Complaint = &Grievance{Order: c.Order, Opened: c.Opened}
	t.askOutcome()
}

func (t *turn) askOutcome() {
	t.s.Step = StepOutcome
	t.draw(func(sc *Screen) {
		t.grievanceLines(sc, Msg{})
		sc.line(M("complaint.outcome"))
		for _, state := range topup.ComplaintOutcomes() {
			sc.row(button(complaintState(state), t.s.tap("as", string(state))))
		}
		sc.row(t.cancelButton())
	})
}

func (t *turn) outcome(arg string) {
	for _, state := range topup.ComplaintOutcomes() {
		if arg == string(state) {
			t.s.Complaint.Outcome = state
			t.askLastWord(Msg{})
			return
		}
	}
	t.toast(M("tap.unknown"))
}

func (t *turn) askLastWord(problem Msg) {
	t.s.Step = StepLastWord
	t.draw(func(sc *Screen) {
		t.grievanceLines(sc, problem)
		sc.line(M("complaint.as", "State", complaintState(t.s.Complaint.Outcome)), M("complaint.word"))
		sc.row(button(M("button.noword"), t.s.tap("none")))
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) lastWord(text string) bool {
	r, problem := t.remark(text, "")
	if problem.ID != "" {
		t.askLastWord(problem)
		return true
	}
	t.closeComplaint(r.Text)
	return true
}

// closeComplaint closes it, with a word to the shop or without.
func (t *turn) closeComplaint(word string) {
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askLastWord(M("confirm.late"))
		return
	}
	c, o, open := t.stillOpen()
	if open {
		c, open = c.Close(t.s.Complaint.Outcome, topup.Remark{At: t.env.Now, By: t.in.Person.ID, Name: t.ownName(), Text: word})
	}
	if !open {
		t.overtaken(c, o)
		return
	}
	t.toast(M("complaint.done"))
	t.drop(M("complaint.done"))
	t.resolved(c, o)
	sc := Screen{Lines: []Msg{M("complaint.ended", "No", number(c.No), "State", complaintState(c.State))}}
	if word != "" {
		sc.line(M("complaint.text", "Text", Prose(word)))
	}
	sc.row(button(M("button.thesale"), encodeTap("o", string(o.ID), "show")), button(M("button.thread"), encodeTap("o", string(o.ID), "complaint")))
	t.toComplainant(c, sc)
}

// complaints lists those that wait, the oldest first, in pages of one panel.
func (t *turn) complaints() { t.complaintsFrom("", true) }

func (t *turn) complaintsFrom(after topup.OrderID, fresh bool) {
	list := t.v.Complaints.OpenComplaints(after, complaintsPage+1)
	sc := Screen{Lines: []Msg{M("complaints.title")}}
	if len(list) == 0 && after == "" {
		sc.line(M("complaints.none"))
	}
	more := len(list) > complaintsPage
	list = list[:min(len(list), complaintsPage)]
	complaintRows(&sc, list, func(id topup.ShopID) string { sh, _ := t.v.People.Shop(id); return sh.Name })
	var nav []Button
	if after != "" {
		nav = append(nav, button(M("complaints.first"), encodeTap("a", "complaints", "0", "first")))
	}
	if more {
		nav = append(nav, button(M("complaints.next"), encodeTap("a", "complaints", "0", "after", string(list[len(list)-1].Order))))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	sc.row(homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: "complaints/" + strconv.FormatInt(t.in.Chat, 10), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

func complaintRows(sc *Screen, list []topup.Complaint, name func(topup.ShopID) string) {
	for _, c := range list {
		sc.row(button(M("complaints.line", "No", number(c.No), "Shop", Name(CleanName(name(c.Shop), 10)), "Day", Day(c.Opened)),
			encodeTap("a", "complaint", number(c.No), "card")))
	}
}

// ComplaintsMost is how many complaints a reminder counts.
const ComplaintsMost = 50

// ComplaintsScreen reminds of the complaints that wait, the oldest first; list
// may have one more than are counted, and name tells a shop's.
func ComplaintsScreen(list []topup.Complaint, name func(topup.ShopID) string) Screen {
	var sc Screen
	count := min(len(list), ComplaintsMost)
	sc.line(M("complaints.remind", "Count", count))
	if len(list) > count {
		sc.line(M("complaints.more"))
	}
	if len(list) > 0 {
		sc.line(M("complaints.oldest", "Day", Day(list[0].Opened)))
	}
	complaintRows(&sc, list[:min(len(list), complaintsPage)], name)
	sc.row(button(M("button.complaints"), menuTap("complaints")))
	return sc
}
