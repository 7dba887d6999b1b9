package flows

import (
	"strconv"

	"hanout/topup"
)

// The message to the provider's support about a sale that a shop complains of.
// The rules: it is in French whatever the owner reads, says what the provider
// can find the sale by and what it said itself, and goes to be copied or
// forwarded as it is; no code stands in it but what a shop wrote.

// supportLanguage is what the provider's support reads.
const supportLanguage = "fr"

// disputeSays bounds what the message tells of the shop's words, in bytes.
const disputeSays = 1500

// dispute makes the message below.
func (t *turn) dispute(o topup.Order, c topup.Complaint) {
	c.Disputed, c.Disputer = t.env.Now, t.ownName()
	t.toast(M("dispute.below"))
	t.resolved(c, o)
	t.do(Show{Chat: t.in.Chat, Panel: "dispute/" + string(o.ID) + "/" + strconv.FormatInt(t.in.Chat, 10),
		Screen: disputeScreen(o, c), Class: ClassAnswer, Fresh: true})
}

func disputeScreen(o topup.Order, c topup.Complaint) Screen {
	lines := Bare{M("dispute.hello")}
	ref := func(id, ref string) {
		if ref != "" {
			lines = append(lines, M(id, "Ref", Latin(ref)))
		}
	}
	ref("dispute.id", o.ProviderID)
	ref("dispute.ref", o.ProviderRef)
	ref("dispute.own", string(o.ID))
	ref("dispute.request", o.RequestID)
	ref("dispute.transaction", o.Transaction)
	for _, m := range goodOf(o).item(o) {
		if m.ID == "confirm.face" { // that is said to a shop
			m = M("dispute.face", "Amount", o.Face)
		}
		lines = append(lines, m)
	}
	ref("dispute.plan", o.Plan)
	ref("dispute.product", o.Product)
	if o.ChargedKnown {
		lines = append(lines, M("dispute.charged", "Amount", o.Charged))
	}
	lines = append(lines, disputeTimes(o)...)
	return Screen{In: supportLanguage, Lines: []Msg{M("dispute.text", "Text", append(append(lines, customerSays(c)...), M("dispute.thanks")))}}
}

// disputeTimes tell what was seen of a sale, and when.
func disputeTimes(o topup.Order) (lines []Msg) {
	lines = append(lines, M("dispute.placed", "Time", o.Placed))
	if !o.Submitted.IsZero() {
		lines = append(lines, M("dispute.sent", "Time", o.Submitted, "Times", number(uint64(o.Submits))))
	}
	if o.Word != "" && o.Evidence == nil {
		lines = append(lines, M("dispute.word", "Word", Latin(o.Word), "Time", o.Changed))
	}
	if e := o.Evidence; e != nil {
		lines = append(lines, M("dispute.evidence", "Word", Latin(e.Word), "Time", e.At))
		if e.RequestID != "" && e.RequestID != o.RequestID {
			lines = append(lines, M("dispute.request", "Ref", Latin(e.RequestID)))
		}
	}
	if o.Processed != "" {
		lines = append(lines, M("dispute.processed", "Words", Words(o.Processed)))
	}
	if o.Message != "" {
		lines = append(lines, M("order.words", "Words", Words(o.Message)))
	}
	if o.Dispute != "" {
		lines = append(lines, M("dispute.other", "Word", Latin(o.Dispute)))
	}
	return append(lines, M("dispute.state", "State", StateMsg(o)))
}

// customerSays tells what the shop wrote, the oldest first, and how many photos
// there are to send along.
func customerSays(c topup.Complaint) (lines []Msg) {
	length, photos := 0, 0
	for _, r := range c.Thread {
		if r.Desk {
			continue
		}
		if r.Photo != "" {
			photos++
		}
		if length += len(r.Text); r.Text != "" && length <= disputeSays {
			lines = append(lines, M("dispute.says", "Time", r.At), M("complaint.text", "Text", Prose(r.Text)))
		}
	}
	if photos > 0 {
		lines = append(lines, M("dispute.photos", "Photos", number(uint64(photos))))
	}
	return lines
}
