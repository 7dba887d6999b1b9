package flows

import (
	"cmp"
	"time"

	"hanout/topup"
)

// The codes of a sale, and its customer's link as the shop sees it. The rules:
// showing codes again is asked first and written down; a link is made anew
// rather than shown twice. How codes are shown: vouchers.go.

// codeRows are the line and buttons of a delivered order that has codes.
func codeRows(sc *Screen, o topup.Order) {
	if o.State != topup.Delivered || !o.HasVouchers() {
		return
	}
	sc.line(M("codes.sent", "Count", o.DeliveredQty))
	id := string(o.ID)
	sc.row(button(M("button.codes", "Count", o.DeliveredQty), encodeTap("o", id, "codes")), button(M("button.customer"), encodeTap("o", id, "claim")))
}

// askCodes shows an order's codes once more; that they were shown before is
// asked about first.
func (t *turn) askCodes(o topup.Order, _ string) bool {
	if !o.HasVouchers() {
		return false
	}
	last := t.v.Claims.Showings(o.ID, 1)
	if len(last) == 0 {
		t.do(ShowCodes{Order: o.ID, By: t.in.Person.ID})
		return true
	}
	panel := t.env.NewID()
	sc := Screen{Lines: []Msg{M("codes.again", "Count", o.DeliveredQty, "No", number(o.No), "Time", last[0])}}
	sc.row(Button{Label: M("button.showcodes", "Count", o.DeliveredQty), Data: encodeTap("o", string(o.ID), "codes2", panel), Style: Go},
		Button{Label: M("button.cancel"), Data: encodeTap("o", string(o.ID), "codes0", panel), Style: Stop})
	t.do(Show{Chat: t.in.Chat, Panel: questionPanel + panel, Screen: sc, Class: ClassAnswer})
	return true
}

// questionPanel begins the ID of a question's panel, which a button therefore can't name
// in full: it goes when it is answered, and no other may.
const questionPanel = "ask/"

// asked takes a question away that was answered.
func (t *turn) asked(panel string) {
	t.do(Show{Chat: t.in.Chat, Panel: questionPanel + panel, Screen: Screen{Gone: true, Lines: []Msg{M("card.ended")}}, Class: ClassAnswer})
}

func (t *turn) showCodes(o topup.Order, panel string) bool {
	if panel == "" || !o.HasVouchers() {
		return false
	}
	t.do(ShowCodes{Order: o.ID, By: t.in.Person.ID})
	t.asked(panel)
	return true
}

func (t *turn) keepCodes(o topup.Order, panel string) bool {
	if panel == "" || !o.HasVouchers() {
		return false
	}
	t.toast(M("cancel.done.plain"))
	t.asked(panel)
	return true
}

func (t *turn) makeLink(o topup.Order, _ string) bool {
	if !o.HasVouchers() {
		return false
	}
	if t.env.BotName == "" {
		t.alert(M("claim.notyet"))
		return true
	}
	if c, ok := t.v.Claims.ClaimOf(o.ID); ok && c.Opened() {
		t.linkOpened(o, c)
		return true
	}
	t.do(MakeClaim{Order: o.ID, Chat: t.in.Chat, Panel: t.env.NewID()})
	return true
}

// linked is how many codes the link of an order gives.
func linked(o topup.Order) int {
	if o.State.Final() {
		return o.DeliveredQty
	}
	return o.Quantity
}

// linkOpened says why there is no new link: the codes belong to who opened the
// last one.
func (t *turn) linkOpened(o topup.Order, c topup.Claim) {
	switch {
	case c.State == topup.ClaimSending:
		t.alert(M("claim.underway", "Count", linked(o)))
	case c.State == topup.ClaimKept:
		t.alert(M("claim.waits", "Count", linked(o)))
		t.do(Show{Chat: cmp.Or(c.Chat, o.Chat), Panel: c.Panel, Screen: ClaimScreen(o, c, "", nil), Class: ClassAnswer, Fresh: true})
	case o.State.Final():
		t.alert(M("claim.was", "Count", linked(o), "Time", c.Redeemed))
	default:
		t.alert(M("claim.waspart", "Time", c.Redeemed))
	}
}

func (t *turn) revokeLink(o topup.Order, _ string) bool {
	if !o.HasVouchers() {
		return false
	}
	if c, ok := t.v.Claims.ClaimOf(o.ID); !ok || !c.Revocable() {
		t.alert(M("claim.over"))
		return true
	}
	t.toast(M("claim.revoked"))
	t.do(RevokeClaim{Order: o.ID})
	return true
}

// ClaimScreen is the shop's message about a link: the QR and the link while
// it is open, what became of it afterwards.
func ClaimScreen(o topup.Order, c topup.Claim, link string, qr []byte) Screen {
	var sc Screen
	no := number(o.No)
	revoke := Button{Label: M("button.revoke"), Data: encodeTap("o", string(o.ID), "revoke"), Style: Stop}
	again := button(M("button.newlink"), encodeTap("o", string(o.ID), "claim"))
	switch c.State {
	case topup.ClaimOpen:
		sc.Photo = qr
		sc.line(M("claim.open", "Count", linked(o), "No", no), M("claim.until", "Time", c.Expires))
		sc.row(Button{Label: M("button.openlink"), URL: link}, Button{Label: M("button.copylink"), Copy: link})
		sc.row(revoke)
	case topup.ClaimSending:
		sc.line(M("claim.sending", "Count", linked(o), "No", no))
	case topup.ClaimKept:
		sc.line(M("claim.kept", "Count", linked(o), "No", no))
		if c.Revocable() {
			sc.line(M("claim.takeback", "Count", linked(o)))
			sc.row(revoke)
		}
	case topup.ClaimRedeemed:
		sc.line(M("claim.taken", "No", no), M("order.time", "Time", c.Redeemed))
		if !o.State.Final() {
			sc.line(M("claim.rest"))
		}
	case topup.ClaimRevoked:
		sc.line(M("claim.isrevoked", "No", no))
		sc.row(again)
	default:
		sc.line(M("claim.isexpired", "No", no))
		sc.row(again)
	}
	return sc
}

// ReminderMost is how many sales a reminder lists.
const ReminderMost = 10

// ReminderScreen lists sales whose links nobody opened; count is how many
// there are in all.
func ReminderScreen(orders []topup.Order, count int, now time.Time) Screen {
	sc := Screen{Lines: []Msg{M("reminder.title", "Count", count)}}
	for _, o := range orders {
		sc.row(button(saleLine(o, now), encodeTap("o", string(o.ID), "show")))
	}
	return sc
}
