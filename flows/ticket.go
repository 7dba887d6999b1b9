package flows

import (
	"cmp"
	"strconv"

	"hanout/topup"
)

// The ticket: a receipt for the customer, as a picture for the counter's printer
// and, below it, as a text to forward. The rules:
//   - it says the customer's price, where that is known, and never what the shop
//     paid, earned or has, nor what the provider calls the sale;
//   - codes are on it only for who may see them, when they ask for it, and that is
//     a showing as any other; what paper would not show exactly is not put on it;
//   - it is for giving away, so it has no buttons, and can be saved and forwarded.

// Paper is what stands on a printed ticket.
type Paper struct {
	Lines []PaperLine
	QR    string
}

// PaperLine is a line of it: a text, or a code as it is.
type PaperLine struct {
	Msg   Msg
	Exact string
	Look  PaperLook
}

// PaperLook is how a line stands on paper.
type PaperLook string

// The looks.
const (
	PaperPlain  PaperLook = ""
	PaperTitle  PaperLook = "title"
	PaperMiddle PaperLook = "middle"
	PaperBig    PaperLook = "big"
	PaperRule   PaperLook = "rule" // a line across
)

// Ticket is a sale that was delivered, as its customer is told of it.
type Ticket struct {
	Order    topup.Order
	Shop     topup.Shop
	Vouchers []topup.Voucher // none: without codes
}

// What paper has room for.
const (
	ticketCodes = 10
	ticketCode  = 60 // signs of a code or serial
)

// TicketFits reports whether codes can be given on paper, every sign of them.
func TicketFits(vouchers []topup.Voucher) bool {
	return len(vouchers) <= ticketCodes && every(vouchers, func(code string) bool {
		for _, r := range code {
			if r <= ' ' || r > '~' {
				return false
			}
		}
		return len(code) <= ticketCode
	})
}

// customerPrice is what the customer paid for what came; 0 where nobody knows.
func customerPrice(o topup.Order) topup.Money {
	price := cmp.Or(o.Face, o.Suggested)
	if o.DeliveredQty < o.Quantity {
		return price * topup.Money(o.DeliveredQty) / topup.Money(o.Quantity)
	}
	return price
}

// Paper is the ticket as it is printed.
func (k Ticket) Paper() Paper {
	o := k.Order
	p := Paper{QR: number(o.No), Lines: []PaperLine{
		{Msg: M("ticket.shop", "Shop", Name(k.Shop.Name)), Look: PaperTitle},
		{Msg: M("ticket.phone", "Phone", topup.MSISDN(k.Shop.Phone)), Look: PaperMiddle},
		{Look: PaperRule},
		{Msg: M("ticket.date", "Time", o.Settled)},
		{Msg: M(goodOf(o).label)},
	}}
	sold := o
	sold.Quantity = o.DeliveredQty
	for _, l := range goodOf(o).item(sold) {
		if l.ID != "confirm.face" { // the price stands below, in large
			p.Lines = append(p.Lines, PaperLine{Msg: l})
		}
	}
	for i, v := range k.Vouchers {
		p.code(v, i+1, len(k.Vouchers) == 1)
	}
	if use := goodOf(o).use; use != "" && len(k.Vouchers) > 0 {
		p.Lines = append(p.Lines, PaperLine{Msg: M(use)})
	}
	if price := customerPrice(o); price > 0 {
		p.Lines = append(p.Lines, PaperLine{Msg: M("ticket.price", "Amount", price), Look: PaperBig})
	}
	p.Lines = append(p.Lines, PaperLine{Look: PaperRule}, PaperLine{Msg: M("ticket.no", "No", number(o.No))})
	if o.Transaction != "" {
		p.Lines = append(p.Lines, PaperLine{Msg: M("order.transaction", "Ref", Latin(o.Transaction))})
	}
	p.Lines = append(p.Lines, PaperLine{Msg: M("ticket.thanks"), Look: PaperMiddle})
	return p
}

func (p *Paper) code(v topup.Voucher, no int, only bool) {
	label := M("ticket.code", "Number", strconv.Itoa(no))
	if only {
		label = M("ticket.code.one")
	}
	p.Lines = append(p.Lines, PaperLine{Msg: label, Exact: v.Code})
	if v.Serial != "" {
		p.Lines = append(p.Lines, PaperLine{Msg: M("ticket.serial"), Exact: v.Serial})
	}
}

// Screen is the ticket as a message: the picture, and all that it says as a text.
func (k Ticket) Screen(png []byte) Screen {
	head := M("ticket.head", "Text", M("ticket.shop", "Shop", Name(k.Shop.Name)))
	sc := Screen{Photo: png, TooLong: &Screen{Photo: png, Lines: []Msg{head, M("ticket.no", "No", number(k.Order.No))}}}
	for _, l := range k.Paper().Lines {
		switch {
		case l.Look == PaperRule:
		case l.Look == PaperTitle:
			sc.line(head)
		case l.Exact != "":
			sc.line(M("ticket.exact", "Label", l.Msg, "Code", Secret(l.Exact)))
		default:
			sc.line(l.Msg)
		}
	}
	return sc
}

// TicketUnfit tells the shop why its ticket has no codes.
func TicketUnfit(o topup.Order, chat int64, panel string) Show {
	return Show{Chat: chat, Panel: panel, Screen: Screen{Lines: []Msg{M("ticket.unfit", "Count", o.DeliveredQty)}}, Class: ClassAnswer}
}

// askTicket makes a ticket; with codes or without is asked of who may see them.
func (t *turn) askTicket(o topup.Order, _ string) bool {
	if o.State != topup.Delivered {
		return false
	}
	panel := t.env.NewID()
	if !o.HasVouchers() || !t.mayWith(topup.ActCodes, o) {
		t.makeTicket(o, panel, false)
		return true
	}
	sc := Screen{Lines: []Msg{M("ticket.ask", "No", number(o.No))}}
	sc.row(button(M("button.ticket.codes"), encodeTap("o", string(o.ID), "ticket1", panel)),
		button(M("button.ticket.plain"), encodeTap("o", string(o.ID), "ticket0", panel)))
	sc.row(Button{Label: M("button.cancel"), Data: encodeTap("o", string(o.ID), "codes0", panel), Style: Stop})
	t.do(Show{Chat: t.in.Chat, Panel: questionPanel + panel, Screen: sc, Class: ClassAnswer})
	return true
}

func (t *turn) ticketWithCodes(o topup.Order, panel string) bool {
	if panel == "" || o.State != topup.Delivered || !o.HasVouchers() {
		return false
	}
	t.asked(panel)
	t.makeTicket(o, panel, true)
	return true
}

func (t *turn) ticketWithout(o topup.Order, panel string) bool {
	if panel == "" || o.State != topup.Delivered {
		return false
	}
	t.asked(panel)
	t.makeTicket(o, panel, false)
	return true
}

// makeTicket has it drawn beside the writer.
func (t *turn) makeTicket(o topup.Order, panel string, codes bool) {
	t.toast(M("ticket.running"))
	t.do(Run{Job: JobTicket, Chat: t.in.Chat, Panel: "ticket/" + panel, Ask: Question{Order: o.ID, Codes: codes}})
}
