package flows

import (
	"time"

	"hanout/topup"
)

// What happened to a sale, as those see it who run the business.

// Clock is a time of day, to the second.
type Clock time.Time

// historyLines tell what happened to a sale and when; a day is named where it
// begins.
func historyLines(sc *Screen, o topup.Order, zone *time.Location) {
	sc.line(M("moment.title"))
	day := ""
	for _, m := range topup.HistoryOf(o) {
		at := m.At.In(zone)
		if d := at.Format(time.DateOnly); d != day {
			day = d
			sc.line(M("moment.day", "Day", Day(at)))
		}
		if m.Left > 0 {
			sc.line(M("moment.left", "No", number(uint64(m.Left))))
		}
		sc.line(M("moment.line", "Clock", Clock(at), "What", momentMsg(o, m)))
	}
	if ev := o.Evidence; ev != nil && ev.RequestID != "" {
		sc.line(M("review.proof", "Ref", Latin(ev.RequestID)))
	}
	decisionLines(sc, o)
}

func momentMsg(o topup.Order, m topup.Moment) Msg {
	if m.What == topup.HappenedSent && !m.At.Equal(o.Submitted) {
		return M("moment.resent")
	}
	if m.What != topup.HappenedState {
		return M("moment."+string(m.What), "Word", Latin(m.Word))
	}
	state := M("state." + string(m.State))
	if m.State.Final() {
		state = StateMsg(o)
	}
	if m.Word != "" {
		state = M("moment.said", "State", state, "Word", Latin(m.Word))
	}
	if m.Why != topup.ReasonNone {
		o.Reason = m.Why
		return M("moment.why", "State", state, "Why", reasonMsg(o))
	}
	return state
}

// decisionLines tell who ended a review, why, and on what evidence.
func decisionLines(sc *Screen, o topup.Order) {
	d := o.Decision
	if d == nil {
		return
	}
	sc.line(M("settle.by", "Person", Name(d.Name), "Why", groundMsg(d.Ground, o.State == topup.Refunded)))
	if d.Note != "" {
		sc.line(M("settle.note", "Note", Words(d.Note)))
	}
	if d.Photo != "" {
		sc.row(button(M("settle.button.photo"), encodeTap("a", "order", number(o.No), "photo")))
	}
}

func groundMsg(g topup.Ground, back bool) Msg {
	switch {
	case g == topup.GroundOther || g == "":
		return M("settle.other")
	case back:
		return M("settle.back." + string(g))
	}
	return M("settle.came." + string(g))
}
