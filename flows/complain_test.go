package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// complained is the talk's shop complaining of its sale.
func complained(t *testing.T) *talk {
	k := newTalk(t)
	unhappy(k)
	k.press("o:s1:complaint")
	k.at(StepComplain, "complaint.ask")
	return k
}

// keeps saves what the talk did with a complaint, as the till would.
func (k *talk) keeps() topup.Complaint {
	k.t.Helper()
	s, ok := effect[SaveComplaint](k)
	if !ok {
		k.t.Fatalf("no complaint is kept: %v", k.says())
	}
	if err := s.Complaint.Valid(); err != nil {
		k.t.Fatal(err)
	}
	k.v.complaints = slices.DeleteFunc(k.v.complaints, func(c topup.Complaint) bool { return c.Order == s.Complaint.Order })
	k.v.complaints = append(k.v.complaints, s.Complaint)
	return s.Complaint
}

// captioned sends a photo with words under it.
func (k *talk) captioned(photo, text string) {
	in := k.input()
	in.Photo, in.Text = photo, text
	k.handle(in)
}

// TestComplaintReachesThoseWhoDecide: a text and a photo with its words are one
// complaint, each of those who decide has one card of it and the photo.
func TestComplaintReachesThoseWhoDecide(t *testing.T) {
	k := complained(t)
	k.say("nothing \u202ecame")
	c := k.keeps()
	if c.Thread[0].Text != "nothing came" || c.Thread[0].Name != "Nour" || c.Shop != 1 || c.No != 4 || !c.Open() {
		t.Errorf("kept %+v", c)
	}
	k.captioned("AgAC1", "see here\n\n\n0661234567 500")
	if c = k.keeps(); len(c.Thread) != 2 || c.Thread[1].Photo != "AgAC1" || c.Thread[1].Text != "see here\n\n0661234567 500" {
		t.Errorf("kept %+v", c)
	}
	cards, photos := 0, 0
	for _, s := range done[Show](k) {
		switch {
		case s.Chat != 501:
		case s.Screen.PhotoID == "AgAC1":
			photos++
		case s.Fresh && s.Panel == "complaint/s1/501":
			cards++
		}
	}
	if cards != 1 || photos != 1 {
		t.Errorf("%d cards, %d photos", cards, photos)
	}
	k.tap("done")
	if k.s.Step != StepIdle || !slices.Contains(k.says(), "complaint.waits") {
		t.Errorf("done: at %q, %v", k.s.Step, k.says())
	}
	// The sale tells of it, and leads to all that was said.
	if sc := OrderScreen(k.v.sold[0], c); !slices.ContainsFunc(sc.Lines, func(m Msg) bool { return m.ID == "complaint.is" }) {
		t.Errorf("the sale says %+v", sc.Lines)
	}
	if k.press("o:s1:complaint"); k.s.Step != StepIdle || !slices.Contains(k.says(), "complaint.remark") {
		t.Errorf("opened again: at %q, %v", k.s.Step, k.says())
	}
}

// TestNoComplaint: what says nothing, or too much, is asked for again, and a
// sale that is typed is sold.
func TestNoComplaint(t *testing.T) {
	for text, says := range map[string]string{
		"": "complaint.nothing", "?!": "complaint.nothing", "\u202e\u200b": "complaint.nothing",
		strings.Repeat("م", topup.RemarkMost+1): "complaint.long",
	} {
		k := complained(t)
		k.say(text)
		if _, kept := effect[SaveComplaint](k); kept {
			t.Errorf("%.10q is kept", text)
		}
		k.at(StepComplain, says)
		k.captioned("AgAC1", strings.Repeat("x", topup.RemarkMost+1))
		if _, kept := effect[SaveComplaint](k); kept {
			t.Error("too many words under a photo are kept")
		}
	}
	k := complained(t)
	k.say("0778037340 500")
	if _, kept := effect[SaveComplaint](k); kept {
		t.Error("a sale is a complaint")
	}
	k.at(StepConfirm)
	for _, told := range []string{"Le client 0778037340 n'a pas reçu 500 DA", "الزبون 0778037340 لم يصله 500"} {
		k := complained(t)
		if k.say(told); k.keeps().Thread[0].Text != told {
			t.Errorf("%q is kept otherwise", told)
		}
	}
}

// TestComplaintsOfWhom: of what sales who complains, and who does not.
func TestComplaintsOfWhom(t *testing.T) {
	at := map[string]topup.Actor{
		"the cashier who did not sell it": {Roles: []topup.Role{topup.Cashier}, Shop: 1},
		"a suspended shop":                {Roles: []topup.Role{topup.Suspended}, Shop: 1},
		"another shop":                    {Roles: []topup.Role{topup.Keeper}, Shop: 3},
		"a cashier removed":               {Roles: []topup.Role{topup.Stranger}},
	}
	for name, may := range map[string]bool{
		"the cashier who did not sell it": true, "a suspended shop": true, "another shop": false, "a cashier removed": false,
	} {
		who := at[name]
		who.Person, who.Chat = 9, 9
		for _, begun := range []bool{false, true} {
			k := complained(t)
			if k.who = 9; begun { // they became that in the middle of it
				k.v.people = map[int64]topup.Actor{9: who}
			} else {
				k.s = Session{}
				k.v.people = map[int64]topup.Actor{9: who}
				k.press("o:s1:complain")
			}
			k.say("nothing came")
			if _, kept := effect[SaveComplaint](k); kept != may {
				t.Errorf("%s complains: %t, begun before: %t", name, kept, begun)
			}
		}
	}
}

// TestComplaintsAreBounded: a shop has so many open ones, and a thread so much.
func TestComplaintsAreBounded(t *testing.T) {
	k := complained(t)
	for i := range topup.ComplaintsMost {
		o := k.v.sold[0]
		o.ID = topup.OrderID(fmt.Sprint("other", i))
		k.v.complaints = append(k.v.complaints, griped(o))
	}
	k.say("one more")
	if _, kept := effect[SaveComplaint](k); kept || !slices.Contains(k.says(), "complaint.most") {
		t.Errorf("one too many: %t %v", kept, k.says())
	}
	k.press("o:s1:complain")
	if toast := k.answered("one too many"); toast.Msg.ID != "complaint.most" || k.s.Step != StepIdle {
		t.Errorf("one too many is begun: %+v at %q", toast, k.s.Step)
	}
	// One that is open takes more, until it is full.
	k.v.complaints[0].Order, k.v.sold[0].ID = "s1", "s1"
	k.press("o:s1:complain")
	k.at(StepComplain)
	for i := 2; i < topup.RemarksMost; i++ {
		k.say("more")
		k.keeps()
	}
	k.say("too much")
	if _, kept := effect[SaveComplaint](k); kept || !slices.Contains(k.says(), "complaint.full") {
		t.Errorf("a full one: %t %v", kept, k.says())
	}
}

// TestComplaintIsClosedOnce: of two who close it at once the second sees what
// the first did; so does who answers, and a late tap closes nothing.
func TestComplaintIsClosedOnce(t *testing.T) {
	first := newTalk(t)
	first.v.helpers = []int64{31}
	resolving("close")(first)
	first.tap("as", string(topup.ComplaintSettled))
	late := first.again()
	in := late.input()
	in.Data, in.Late = late.s.tap("none"), true
	late.handle(in)
	if _, kept := effect[SaveComplaint](late); kept || late.s.Step != StepLastWord {
		t.Error("a late tap closes it")
	}
	second, answering, again := first.again(), newTalk(t), first.again()
	resolving("reply")(answering)
	first.say("It came at last.")
	c := first.keeps()
	if c.State != topup.ComplaintSettled || c.Thread[2].Text != "It came at last." || !c.Thread[2].Desk {
		t.Fatalf("closed %+v", c)
	}
	told, shown := false, false
	for _, s := range done[Show](first) {
		told = told || s.Chat == deskChat && s.Screen.Lines[0].ID == "complaint.ended"
		shown = shown || s.Chat == 31 && s.Panel == "complaint/s1/31" && !s.Fresh &&
			slices.ContainsFunc(s.Screen.Lines, func(m Msg) bool { return m.ID == "complaint.closed" })
	}
	if !told || !shown {
		t.Errorf("the shop is told: %t, the other who decides sees it: %t", told, shown)
	}
	for name, k := range map[string]*talk{"a second end": second, "an answer": answering} {
		k.v.complaints = []topup.Complaint{c}
		k.say("And I say no.")
		if _, kept := effect[SaveComplaint](k); kept || k.s.Step != StepIdle || !slices.Contains(k.says(), "complaint.is") {
			t.Errorf("%s is kept: %t, at %q, %v", name, kept, k.s.Step, k.says())
		}
	}
	// Closed and raised again meanwhile, it is another that is to be decided.
	c, _ = c.Complain(again.v.sold[0], topup.Remark{At: noon.Add(1), By: deskChat, Text: "no"})
	again.v.complaints = []topup.Complaint{c}
	if again.say("done"); slices.ContainsFunc(again.out, func(e Effect) bool { _, kept := e.(SaveComplaint); return kept }) {
		t.Error("what was raised again is closed unread")
	}
	for _, verb := range []string{"reply", "close", "dispute"} {
		first.press("a:complaint:4:" + verb)
		if toast := first.answered(verb); toast.Msg.ID != "complaint.over" {
			t.Errorf("%s of a closed one: %q", verb, toast.Msg.ID)
		}
	}
}

// TestAnswerReachesWhoComplained, or the shop when they work there no more.
func TestAnswerReachesWhoComplained(t *testing.T) {
	for by, want := range map[int64]int64{21: 21, 99: deskChat} {
		k := newTalk(t)
		staffed(k)
		resolving("reply")(k)
		for i := range k.v.complaints[0].Thread {
			k.v.complaints[0].Thread[i].By = by
		}
		k.captioned("AgAC2", "see")
		k.keeps()
		reached := int64(0)
		for _, s := range done[Show](k) {
			if s.Screen.PhotoID == "AgAC2" {
				reached = s.Chat
			}
		}
		if reached != want {
			t.Errorf("what %d complained of is answered to %d", by, reached)
		}
	}
}

// TestDispute: what goes to the provider's support is French, names the sale by
// all that the provider has, and has room for whatever was said.
func TestDispute(t *testing.T) {
	k := newTalk(t)
	resolving("")(k)
	o := &k.v.sold[0]
	o.ProviderID, o.ProviderRef, o.RequestID, o.Transaction, o.Plan, o.Word, o.Submitted, o.Submits = "pid", "pref", "req", "AT-1", "PREPAID_DJEZZY", "FULFILLED", noon, 2
	o.Message, o.Dispute, o.Charged, o.ChargedKnown = "words", "REFUNDED", 49_000, true
	o.Evidence = &topup.Evidence{At: noon, Word: "FULFILLED", RequestID: "req2"}
	for range topup.RemarksMost {
		k.v.complaints[0], _ = k.v.complaints[0].Complain(*o, topup.Remark{At: noon, By: deskChat, Text: strings.Repeat("x", topup.RemarkMost)})
	}
	k.press("a:complaint:4:dispute")
	if c := k.keeps(); !c.Disputed.Equal(noon) {
		t.Errorf("kept %+v", c)
	}
	shows := done[Show](k)
	sc := shows[len(shows)-1].Screen
	if sc.In != "fr" || len(sc.Rows) != 0 || len(sc.Lines) != 1 {
		t.Fatalf("%+v", sc)
	}
	var ids []string
	length := 0
	for _, m := range sc.Lines[0].Data["Text"].(Bare) {
		ids = append(ids, m.ID)
		if text, ok := m.Data["Text"].(Prose); ok {
			length += len(text)
		}
	}
	for _, want := range []string{"dispute.id", "dispute.ref", "dispute.face", "dispute.own", "dispute.request", "dispute.transaction", "sale.number", "dispute.plan",
		"dispute.charged", "dispute.placed", "dispute.sent", "dispute.evidence", "dispute.other", "dispute.state", "dispute.says", "dispute.photos"} {
		if !slices.Contains(ids, want) {
			t.Errorf("it does not say %s: %v", want, ids)
		}
	}
	if length == 0 || length > disputeSays {
		t.Errorf("it has %d bytes of what was said", length)
	}
}

// TestComplaintsAreAllReachable: every open one stands on a page of the owners'
// list, every one on a page of its shop's, and every remark on one of its thread.
func TestComplaintsAreAllReachable(t *testing.T) {
	const all = 3*complaintsPage + 1
	lists := map[string]func(k *talk){
		"the owner's":  func(k *talk) { owner(k); k.press(menuTap("complaints")) },
		"the shop's":   func(k *talk) { k.press(menuTap("mycomplaints")) },
		"the thread's": func(k *talk) { k.press("o:o0:complaint") },
	}
	for name, first := range lists {
		k := newTalk(t)
		for i := range all {
			o := topup.Order{ID: topup.OrderID(fmt.Sprint("o", i)), No: uint64(i + 1), Shop: 1, Chat: deskChat, Good: topup.MobileTopUp, To: "0778037340"}
			k.v.sold = append(k.v.sold, o)
			c := griped(o)
			for len(c.Thread) < topup.RemarksMost {
				c, _ = c.Complain(o, topup.Remark{At: noon, By: deskChat, Text: fmt.Sprint("remark", len(c.Thread))})
			}
			k.v.complaints = append(k.v.complaints, c)
		}
		seen := map[string]bool{}
		first(k)
		for range all {
			next := ""
			for _, e := range k.out {
				s, ok := e.(Show)
				if !ok {
					continue
				}
				for _, l := range s.Screen.Lines {
					if text, ok := l.Data["Text"].(Prose); ok {
						seen[string(text)] = true
					}
				}
				for _, row := range s.Screen.Rows {
					for _, b := range row {
						switch b.Label.ID {
						case "complaints.next", "button.older", "button.prev":
							next = b.Data
						case "complaints.line", "complaints.ownline":
							seen[b.Data] = true
						}
					}
				}
			}
			if next == "" {
				break
			}
			k.press(next)
		}
		want := all
		if name == "the thread's" {
			want = topup.RemarksMost - 1 // one is a photo without words
		}
		if len(seen) != want {
			t.Errorf("%s pages show %d of %d", name, len(seen), want)
		}
	}
}
