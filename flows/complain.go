package flows

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"hanout/topup"
)

// A shop complains of a sale. The rules: it is one tap and one message, a text
// or a photo, and what follows is added until the shop is done; whatever is
// said goes to all who decide; a sale that is typed meanwhile is sold.

// StepComplain asks what is wrong, and for more of it.
const StepComplain Step = "complain"

// Grievance is a complaint that a conversation is about.
type Grievance struct {
	Order topup.OrderID `json:"order"`
	Said  bool          `json:"said,omitempty"` // the shop has said something by now
	// Opened is since when the complaint is open that an owner decides.
	Opened  time.Time            `json:"opened,omitzero"`
	Outcome topup.ComplaintState `json:"outcome,omitempty"`
}

func complaining() conversation {
	return conversation{
		needs: topup.ActComplain, holds: func(s Session) bool { return s.Complaint != nil },
		leaving: func(s Session) Msg {
			if s.Complaint.Said {
				return M("complaint.waits")
			}
			return M("cancel.done.plain")
		},
		steps: map[Step]step{StepComplain: {
			show:     func(t *turn) { t.askComplaint(t.complaint(), Msg{}) },
			told:     func(t *turn, text string) bool { return t.sellsBare(text) || t.complained(text, "") },
			pictured: func(t *turn, photo string) bool { return t.complained(t.in.Text, photo) },
			taps:     map[string]func(*turn, string){"done": simple((*turn).complaintDone)},
		}},
	}
}

// sellsBare starts the sale that a text is, if it is nothing but figures: with
// words beside them it tells of one.
func (t *turn) sellsBare(text string) bool {
	return strings.IndexFunc(text, unicode.IsLetter) < 0 && t.sells(text)
}

// complaint is the one that the conversation is about, as it stands; zero
// before the shop has said anything.
func (t *turn) complaint() topup.Complaint {
	c, _ := t.v.Complaints.Complaint(t.s.Complaint.Order)
	return c
}

// complaintMsg tells where a complaint stands.
func complaintMsg(c topup.Complaint) Msg {
	at := c.Closed
	if c.Open() {
		at = c.Opened
	}
	return M("complaint.is", "State", complaintState(c.State), "Time", at)
}

func complaintState(s topup.ComplaintState) Msg { return M("complaint.state." + string(s)) }

// openComplaint shows what was said of a sale, or asks what is wrong with it.
func (t *turn) openComplaint(o topup.Order, _ string) bool {
	if c, ok := t.v.Complaints.Complaint(o.ID); ok {
		t.showThread(o, c, -1, true)
		return true
	}
	return t.complain(o, "")
}

// complain asks what is wrong with a sale, or for more of it.
func (t *turn) complain(o topup.Order, _ string) bool {
	c, _ := t.v.Complaints.Complaint(o.ID)
	switch {
	case c.Room(false) == 0:
		t.alert(M("complaint.full"))
	case t.tooMany(c):
		t.alert(M("complaint.most"))
	default:
		t.dropQuietly()
		t.begin(StepComplain)
		t.s.Complaint = &Grievance{Order: o.ID}
		t.askComplaint(c, Msg{})
	}
	return true
}

// tooMany reports that the shop has so many open complaints that this one must
// wait.
func (t *turn) tooMany(c topup.Complaint) bool {
	open := t.v.Complaints.ComplaintsOf(t.who.Shop, "", topup.ComplaintsMost)
	return !c.Open() && len(open) == topup.ComplaintsMost && open[len(open)-1].Open()
}

// remarksBeside are the newest remarks that stand on a panel about something
// else.
const remarksBeside = 3

func (t *turn) askComplaint(c topup.Complaint, problem Msg) {
	o, _ := t.v.Orders.Order(t.s.Complaint.Order)
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("complaint.title"), numberedLine(o, t.env.Now))
		remarkLines(sc, c.Thread[max(0, len(c.Thread)-remarksBeside):], false)
		if t.s.Complaint.Said {
			sc.line(M("complaint.sent"))
			sc.row(button(M("button.alltold"), t.s.tap("done")))
			return
		}
		if c.State == "" {
			sc.line(M("complaint.ask"))
		} else {
			sc.line(M("complaint.askmore"))
		}
		sc.row(t.cancelButton())
	})
}

// complained takes what a shop says.
func (t *turn) complained(text, photo string) bool {
	c := t.complaint()
	t.lower = photo != ""
	o, ok := t.v.Orders.Order(t.s.Complaint.Order)
	r, problem := t.remark(text, photo)
	switch {
	case !ok || !t.mayWith(topup.ActComplain, o):
		t.drop(M("cancel.done.plain"))
		return true
	case problem.ID != "":
		t.askComplaint(c, problem)
		return true
	case t.tooMany(c):
		t.drop(M("complaint.most"))
		return true
	}
	r.Name = t.shop().Name
	if m := t.v.People.Member(t.in.Person.ID); m.Name != "" {
		r.Name = m.Name
	}
	if c, ok = c.Complain(o, r); !ok {
		t.drop(M("complaint.full"))
		return true
	}
	t.do(SaveComplaint{Complaint: c})
	t.s.Complaint.Said = true
	t.askComplaint(c, Msg{})
	for _, person := range t.v.People.Deciders() {
		if r.Photo != "" {
			t.do(t.remarkPhoto(c, len(c.Thread)-1, person, true, ClassNotices))
		}
		t.do(t.complaintCard(c, o, person, true))
	}
	return true
}

// remark makes a remark of what a person said, or tells what is wrong with it.
func (t *turn) remark(text, photo string) (topup.Remark, Msg) {
	text = CleanText(text)
	switch {
	case text == "" && photo == "":
		return topup.Remark{}, M("complaint.nothing")
	case !topup.RemarkFits(text):
		return topup.Remark{}, M("complaint.long", "Most", topup.RemarkMost)
	}
	return topup.Remark{At: t.env.Now, By: t.in.Person.ID, Text: text, Photo: photo}, Msg{}
}

// complaintDone leaves the complaint as it is told.
func (t *turn) complaintDone() {
	o, _ := t.v.Orders.Order(t.s.Complaint.Order)
	c := t.complaint()
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
	sc := Screen{Lines: []Msg{M("complaint.title"), numberedLine(o, t.env.Now), M("complaint.waits")}}
	if c.State != "" {
		sc.row(button(M("button.complaint"), encodeTap("o", string(o.ID), "complaint")), homeButton())
	}
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: sc, Class: ClassAnswer})
}

// showThread shows a shop what was said of its sale; page -1 is the last.
func (t *turn) showThread(o topup.Order, c topup.Complaint, page int, fresh bool) {
	sc := threadScreen(o, c, page, false, t.env.Now, func(verb string, arg int) string {
		return encodeTap("o", string(o.ID), verb, strconv.Itoa(arg))
	})
	if c.Room(false) > 0 {
		label := M("button.addremark")
		if !c.Open() {
			label = M("button.complainagain")
		}
		sc.row(button(label, encodeTap("o", string(o.ID), "complain")))
	}
	sc.row(button(M("button.thesale"), encodeTap("o", string(o.ID), "show")), homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: "complained/" + string(o.ID) + "/" + strconv.FormatInt(t.in.Chat, 10), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

// turnThread turns to a page of it.
func (t *turn) turnThread(o topup.Order, page string) bool {
	c, ok := t.v.Complaints.Complaint(o.ID)
	n, err := strconv.ParseUint(page, 10, 15)
	if !ok || err != nil {
		return false
	}
	t.showThread(o, c, int(n), false)
	return true
}

// showPhoto shows a photo of the thread once more.
func (t *turn) showPhoto(o topup.Order, which string) bool {
	return t.photoOf(o, which, false)
}

func (t *turn) photoOf(o topup.Order, which string, desk bool) bool {
	c, ok := t.v.Complaints.Complaint(o.ID)
	n, err := strconv.ParseUint(which, 10, 15)
	if !ok || err != nil || n >= uint64(len(c.Thread)) || c.Thread[n].Photo == "" {
		return false
	}
	show := t.remarkPhoto(c, int(n), t.in.Chat, desk, ClassAnswer)
	show.Fresh = true
	t.do(show)
	return true
}

// remarkPhoto is a photo of the thread, with what was written under it.
func (t *turn) remarkPhoto(c topup.Complaint, n int, chat int64, desk bool, class Class) Show {
	sc := Screen{PhotoID: c.Thread[n].Photo, Lines: []Msg{M("complaint.of", "No", number(c.No))}}
	remarkLines(&sc, c.Thread[n:n+1], desk)
	side := map[bool]string{true: "desk", false: "shop"}[desk]
	return Show{Chat: chat, Panel: "remark/" + string(c.Order) + "/" + side + "/" + strconv.Itoa(n) + "/" + strconv.FormatInt(chat, 10), Screen: sc, Class: class}
}

// remarkLines tell what was said. The shop is told who of its own said it, and
// the desk who of all.
func remarkLines(sc *Screen, thread []topup.Remark, desk bool) {
	for _, r := range thread {
		var who any = Name(r.Name)
		if r.Desk && !desk {
			who = M("complaint.desk")
		}
		sc.line(M("complaint.remark", "Person", who, "Time", r.At))
		if r.Outcome != "" {
			sc.line(M("complaint.closed", "State", complaintState(r.Outcome)))
		}
		if r.Photo != "" {
			sc.line(M("complaint.photo"))
		}
		if r.Text != "" {
			sc.line(M("complaint.text", "Text", Prose(r.Text)))
		}
	}
}

// remarksPage is how many remarks a page has: so many fit into a message.
const remarksPage = 4

// threadScreen is a page of what was said of a sale; -1 is the last. tap makes
// the buttons that turn to a page ("said") and show a photo ("photo").
func threadScreen(o topup.Order, c topup.Complaint, page int, desk bool, now time.Time, tap func(verb string, arg int) string) Screen {
	pages := (len(c.Thread) + remarksPage - 1) / remarksPage
	if page < 0 || page >= pages {
		page = pages - 1
	}
	sc := Screen{Lines: []Msg{complaintMsg(c), numberedLine(o, now)}}
	from := page * remarksPage
	part := c.Thread[from:min(from+remarksPage, len(c.Thread))]
	remarkLines(&sc, part, desk)
	var photos, nav []Button
	for i, r := range part {
		if r.Photo != "" {
			photos = append(photos, button(M("button.photo", "Number", from+i+1), tap("photo", from+i)))
		}
	}
	sc.grid(2, photos)
	if page > 0 {
		nav = append(nav, button(M("button.prev"), tap("said", page-1)))
	}
	if page+1 < pages {
		nav = append(nav, button(M("button.next", "Page", page+2, "Pages", pages), tap("said", page+1)))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	return sc
}

const complaintsPage = 8

// ownComplaints lists what the shop complained of, the open ones first.
func (t *turn) ownComplaints(below string) {
	list := t.v.Complaints.ComplaintsOf(t.who.Shop, topup.OrderID(below), complaintsPage+1)
	sc := Screen{Lines: []Msg{M("complaints.own")}}
	if len(list) == 0 {
		sc.line(M("complaints.ownnone"))
	}
	more := len(list) > complaintsPage
	list = list[:min(len(list), complaintsPage)]
	for _, c := range list {
		sc.row(button(M("complaints.ownline", "No", number(c.No), "State", complaintState(c.State)), encodeTap("o", string(c.Order), "complaint")))
	}
	if more {
		sc.row(button(M("button.older"), menuTap("mycomplaints", string(list[len(list)-1].Order))))
	}
	sc.row(button(M("button.history"), menuTap("history")), homeButton())
	t.do(Show{Chat: t.in.Chat, Panel: "mycomplaints/" + strconv.FormatInt(t.in.Chat, 10), Screen: sc, Class: ClassAnswer, Fresh: below == ""})
}
