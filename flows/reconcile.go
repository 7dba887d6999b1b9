package flows

import (
	"strings"

	"hanout/topup"
)

// Our books beside the provider's, as an owner sees them. The rules: a
// comparison has one panel; only what is sure is offered to be booked, on a ✅
// that counts for the comparison that was shown and is never taken late; every
// order that differs is named, and can be opened.

const (
	reconcileShown  = 12 // differences named on the panel
	reconcileBooked = 50 // booked by one ✅
	bookVerb        = "go."
	weekVerb        = "week"
)

func reconcilePanel(id string, owner int64) string {
	return "reconcile/" + id + "/" + number(uint64(owner))
}

// reconcile starts a comparison, or books what the last one found.
func (t *turn) reconcile(arg string) {
	if id, ok := strings.CutPrefix(arg, bookVerb); ok && t.in.Data != "" {
		t.bookDifferences(id)
		return
	}
	days := 1
	if arg == weekVerb {
		days = 7
	}
	id := t.env.NewID()
	t.do(ReconcileProgress(t.in.Chat, id, 0),
		Run{Job: JobReconcile, Chat: t.in.Chat, Ask: Question{Name: id, Days: days}})
}

func reconcileShow(chat int64, id string, sc Screen) Show {
	return Show{Chat: chat, Panel: reconcilePanel(id, chat), Screen: sc, Class: ClassAnswer}
}

// ReconcileProgress tells that a comparison is being made, and how many pages
// of the provider's it has read.
func ReconcileProgress(chat int64, id string, pages int) Show {
	sc := Screen{Lines: []Msg{M("reconcile.running")}}
	if pages > 0 {
		sc.line(M("reconcile.pages", "No", number(uint64(pages))))
	}
	return reconcileShow(chat, id, sc)
}

// ReconcileBusy tells that another comparison is being made.
func ReconcileBusy(chat int64, id string) Show {
	sc := Screen{Lines: []Msg{M("reconcile.busy")}}
	sc.row(button(M("button.again.look"), menuTap("reconcile")), homeButton())
	return reconcileShow(chat, id, sc)
}

// ReconcileShow is an owner's panel of a comparison; posted tells what was
// booked of it since (nil: nothing).
func ReconcileShow(r topup.Reconciliation, owner int64, posted func(key string) bool) Show {
	var sc Screen
	sc.line(M("reconcile.title", "From", r.From, "To", r.To))
	sc.line(journalLines(r.Journal)...)
	if r.Unread {
		sc.line(M("reconcile.unread"))
	} else {
		sc.line(booksLines(r)...)
	}
	booked := 0
	for n, d := range r.Differences {
		done := posted != nil && d.Bookable() && posted(d.Order.ID.CorrectKey())
		if done {
			booked++
		}
		if n < reconcileShown {
			sc.line(differenceMsg(d, done))
			if loss := d.Loss(); loss > 0 {
				sc.line(M("reconcile.loss", "No", number(d.Order.No), "Amount", loss))
			}
		}
	}
	if more := len(r.Differences) - reconcileShown; more > 0 {
		sc.line(M("reconcile.more", "No", number(uint64(more))))
	}
	for n, s := range r.Strays {
		if n == reconcileShown {
			sc.line(M("reconcile.more", "No", number(uint64(len(r.Strays)-n))))
			break
		}
		sc.line(M("reconcile.stray", "Ref", Latin(s.ProviderID), "Amount", s.Charged, "Time", s.Created))
	}
	if r.Agrees() {
		sc.line(M("reconcile.agrees"))
	}
	var open []Button
	for _, d := range r.Differences[:min(len(r.Differences), reconcileShown)] {
		open = append(open, button(M("reconcile.button.order", "No", number(d.Order.No)), encodeTap("a", "order", number(d.Order.No), "card")))
	}
	sc.grid(4, open)
	if left := len(r.Bookable()) - booked; left > 0 {
		sc.line(M("reconcile.ask"))
		sc.row(Button{Label: M("reconcile.button.book", "No", number(uint64(min(left, reconcileBooked)))), Data: menuTap("reconcile", bookVerb+r.ID), Style: Go})
	}
	sc.row(button(M("button.again.look"), menuTap("reconcile")), button(M("reconcile.button.week"), menuTap("reconcile", weekVerb)))
	sc.row(homeButton())
	return reconcileShow(owner, r.ID, sc)
}

func journalLines(p topup.JournalProof) []Msg {
	if p.Sound() {
		return []Msg{M("reconcile.journal", "No", number(p.Lines))}
	}
	lines := []Msg{M("reconcile.journal.bad")}
	if p.Broken > 0 {
		lines = append(lines, M("reconcile.journal.line", "No", number(p.Broken)))
	}
	for n, w := range p.Wrong {
		if n == reconcileShown {
			break
		}
		lines = append(lines, M("reconcile.journal.account", "Account", Latin(w.Account), "Kept", Signed(w.Kept), "Sum", Signed(w.Replayed)))
	}
	return lines
}

func booksLines(r topup.Reconciliation) []Msg {
	lines := []Msg{M("reconcile.compared", "No", number(uint64(r.Compared)))}
	if r.Open > 0 {
		lines = append(lines, M("reconcile.open", "No", number(uint64(r.Open))))
	}
	if r.Untold {
		return append(lines, M("reconcile.trial"))
	}
	lines = append(lines, M("reconcile.taken", "Taken", r.Taken, "Back", r.Back))
	if r.Others > 0 {
		lines = append(lines, M("reconcile.others", "No", number(uint64(r.Others)), "Amount", Signed(r.OthersTaken)))
	}
	if r.Inquiries > 0 {
		lines = append(lines, M("reconcile.inquiries", "No", number(uint64(r.Inquiries)), "Amount", r.InquiryCost))
	}
	if r.Moves > 0 {
		lines = append(lines, M("reconcile.moves", "No", number(uint64(r.Moves)), "Amount", Signed(r.Moved)))
	}
	return lines
}

func differenceMsg(d topup.Difference, booked bool) Msg {
	if booked {
		return M("reconcile.diff.booked", "No", number(d.Order.No), "Amount", Signed(d.Taken-d.Booked))
	}
	return M("reconcile.diff."+string(d.Kind), "No", number(d.Order.No), "Booked", d.Booked, "Taken", d.Taken, "Amount", Signed(d.Taken-d.Booked))
}

// bookDifferences books what the comparison of that name offers, each once.
func (t *turn) bookDifferences(id string) {
	r, ok := t.v.Wallets.Reconciled()
	switch {
	case !ok || r.ID != id:
		t.toast(M("tap.old"))
		t.reconcile("")
		return
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.do(ReconcileShow(r, t.in.Chat, t.v.Wallets.Posted))
		return
	}
	posted := map[string]bool{}
	for _, d := range r.Bookable() {
		key := d.Order.ID.CorrectKey()
		line, right := d.Correct(t.in.Person.ID, t.in.Chat, t.env.Now)
		if !right || t.v.Wallets.Posted(key) {
			continue
		}
		if posted[key] = true; len(posted) > reconcileBooked {
			delete(posted, key)
			break
		}
		t.do(Book{Transaction: line})
	}
	t.toast(M("reconcile.done", "No", number(uint64(len(posted)))))
	t.do(ReconcileShow(r, t.in.Chat, func(key string) bool { return posted[key] || t.v.Wallets.Posted(key) }))
}
