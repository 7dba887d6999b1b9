package flows

import (
	"slices"
	"strings"

	"hanout/topup"
)

// The gate before a group chat, where more people look than work for the shop.
// All that is owed to one passes here (till/outbox.go). The rules:
//
//   - what is not let through by name stays out: a line by the part of the texts
//     that it is of, a line with a sum by its own ID, a button by its tap;
//   - of sums it reads those of the customer: the shop's price, commission and
//     wallet stay out. Where nobody knows the customer's price, what is confirmed
//     is the shop's, for nobody confirms what was not shown;
//   - what the shop calls its customers is its own;
//   - no code, serial, picture, file or words of others gets through, whatever
//     names them.

// groupChatParts are the parts of the texts that sales are told with.
var groupChatParts = []string{"amount", "backlog", "batch", "brief", "button", "cancel", "confirm", "counter", "family", "gift",
	"groupchat", "internet", "line", "many", "number", "offers", "operator", "order", "plan", "product", "quantity", "reason",
	"ring", "sale", "shelf", "sign", "soldout", "state", "stock", "type", "unclear", "value"}

// customersSums are the lines whose sums are the customer's.
var customersSums = []string{"amount.ask", "amount.button", "amount.nofit", "amount.range", "backlog.line", "batch.line", "confirm.face",
	"gift.suggested", "groupchat.line", "many.sum", "many.total.cards", "many.total.other", "many.total.same", "offers.meanwhile", "order.amount", "order.offer", "plan.ask.quick", "plan.fixed",
	"plan.international", "plan.postpaid", "plan.prepaid", "plan.wholesale", "ring.sale", "sale.wanted", "value.soldout"}

// groupChatInstead are the lines in whose place a group chat reads another; "":
// none.
var groupChatInstead = map[string]string{
	"card.ended": "card.ended", "card.dropped": "card.dropped", "step.unknown": "step.unknown",
	"codes.sent": "groupchat.codes", "codes.others": "codes.others", "codes.kept": "codes.kept",
	"suspend.tap": "groupchat.closed",

	"favourite.is": "", "favourite.button": "", "favourite.amount": "",

	"confirm.short": "groupchat.short", "order.short": "groupchat.short", "confirm.goon": "groupchat.goon",
	"confirm.limit": "groupchat.limit", "limits.sale.over": "groupchat.limit", "limits.day.over": "groupchat.limit",
	"many.line": "groupchat.line", "many.card": "groupchat.item", "many.ready": "groupchat.ready", "many.fits": "", "many.allowed": "",
	"type.button": "groupchat.type", "type.out": "groupchat.out", "gift.each": "",
	"confirm.commission": "", "confirm.after": "",

	"order.progress": "groupchat.progress", "order.uncertain": "groupchat.uncertain", "order.queued": "groupchat.queued",
	"order.review": "groupchat.review", "order.refunded": "groupchat.refunded", "order.part": "groupchat.part",
	"order.paid": "", "order.earned": "", "order.balance": "", "order.words": "groupchat.words", "order.ref": "", "order.own": "",
	"ring.back": "groupchat.ring", "batch.done": "groupchat.batch.done", "batch.open": "groupchat.batch.open", "batch.back": "groupchat.batch.back",
}

// shopsPrice is the line with what the shop pays, on its confirm panel.
const shopsPrice = "confirm.price"

// InGroupChat makes a screen fit for a group chat. It has no lines left where
// there is nothing that it may read.
func InGroupChat(sc Screen, bot string) Screen {
	out := Screen{Silent: sc.Silent, In: sc.In, Gone: sc.Gone}
	confirms, priced := false, false
	for _, l := range sc.Lines {
		confirms = confirms || l.ID == "confirm.title" || l.ID == "many.title"
		priced = priced || l.ID == "confirm.face" || l.ID == "gift.suggested" || l.ID == "many.sum"
	}
	for _, l := range sc.Lines {
		if l.ID == shopsPrice && confirms && !priced {
			out.line(l)
		} else if l, may := groupChatReads(l); may {
			out.line(l)
		}
	}
	for _, row := range sc.Rows {
		var fit []Button
		for _, b := range row {
			label, may := groupChatReads(b.Label)
			if b.Label = label; may && groupChatButton(b, bot) {
				fit = append(fit, b)
			}
		}
		if len(fit) > 0 {
			out.row(fit...)
		}
	}
	if bot != "" && slices.ContainsFunc(out.Lines, func(l Msg) bool { return l.ID == "groupchat.codes" }) {
		out.row(Button{Label: M("groupchat.open"), URL: openLink(bot)})
	}
	if sc.TooLong != nil {
		short := InGroupChat(*sc.TooLong, bot)
		out.TooLong = &short
	}
	return out
}

// groupChatReads gives a line as a group chat may read it; false for one that it
// may not.
func groupChatReads(m Msg) (Msg, bool) {
	instead, named := groupChatInstead[m.ID]
	part, _, _ := strings.Cut(m.ID, ".")
	switch {
	case named && instead == "", !named && !slices.Contains(groupChatParts, part):
		return m, false
	case named:
		m.ID = instead
	}
	out := Msg{ID: m.ID, Data: make(map[string]any, len(m.Data))}
	for key, v := range m.Data {
		switch v := v.(type) {
		case topup.Money, Signed:
			if slices.Contains(customersSums, m.ID) {
				out.Data[key] = v
			} else if !named {
				return m, false
			}
		case Words, Prose:
			if !named {
				return m, false
			}
		case Secret, Bare:
			return m, false
		case Msg:
			inner, may := groupChatReads(v)
			if !may {
				return m, false
			}
			out.Data[key] = inner
		default:
			out.Data[key] = v
		}
	}
	return out, true
}

// groupChatOrderTaps are the buttons of an order that a group chat may have.
var groupChatOrderTaps = []string{"cancel", "again", "offer", "amount", "show"}

// inGroupChat reports whether a button belongs to a sale, so that a group chat
// may have it.
func (t tap) inGroupChat() bool {
	switch t.kind {
	case "s":
		return true
	case "o":
		return slices.Contains(groupChatOrderTaps, t.part(1))
	case "m":
		_, sells := goodVerb(t.part(0))
		return sells
	}
	return false
}

// groupChatButton reports whether a group chat may have a button. A link leads to
// our own chat, or to what becomes of a group chat; never to codes or a place.
func groupChatButton(b Button, bot string) bool {
	switch {
	case b.Copy != "":
		return false
	case b.URL != "":
		_, payload, _ := strings.Cut(b.URL, "?start=")
		chat, is := groupChatOf(payload)
		return b.URL == openLink(bot) || is && b.URL == groupChatLink(bot, chat)
	}
	c, ok := decodeTap(b.Data)
	return ok && c.inGroupChat()
}
