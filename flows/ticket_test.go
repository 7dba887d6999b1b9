package flows

import (
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// delivered is a delivered sale of shop 1 with codes or without.
func delivered(good topup.Good, coded bool) topup.Order {
	return topup.Order{ID: "o1", No: 7, Shop: 1, By: deskChat, Chat: deskChat, Panel: "p", Good: good, Operator: topup.Mobilis, PlanName: "PSN", To: "0661234567",
		Quantity: 1, DeliveredQty: 1, Face: topup.Dinars(500), Price: topup.Dinars(485), Captured: topup.Dinars(485), State: topup.Delivered,
		Placed: noon, Settled: noon, Coded: coded, Transaction: "AT-1", ProviderRef: "API-secret", ProviderID: "API-secret"}
}

// TestTicketTellsNothingOfTheShop: nothing on a ticket is the shop's price, its
// commission, what it has, or the provider's name for the sale.
func TestTicketTellsNothingOfTheShop(t *testing.T) {
	left := topup.Dinars(9_001)
	for _, good := range []topup.Good{topup.MobileTopUp, topup.InternetCard, topup.GiftCard} {
		o := delivered(good, true)
		o.After = &left
		k := Ticket{Order: o, Shop: topup.Shop{Name: "Nour", Phone: "0661000501"}, Vouchers: []topup.Voucher{{Code: "C-1", Serial: "S-1"}}}
		var said []any
		for _, l := range k.Paper().Lines {
			for _, v := range l.Msg.Data {
				said = append(said, v)
			}
			if l.Exact != "" {
				said = append(said, l.Exact)
			}
		}
		for _, secret := range []any{o.Price, o.Face - o.Price, left, Latin("API-secret")} {
			if slices.Contains(said, secret) {
				t.Errorf("%s: the ticket says %v", good, secret)
			}
		}
		for _, wanted := range []any{Name("Nour"), topup.MSISDN("0661000501"), noon, "7", Latin("AT-1"), "C-1", "S-1"} {
			if !slices.Contains(said, wanted) {
				t.Errorf("%s: the ticket does not say %v", good, wanted)
			}
		}
		if slices.Contains(said, any(o.Face)) == (customerPrice(o) == 0) {
			t.Errorf("%s: the price is there %v", good, slices.Contains(said, any(o.Face)))
		}
	}
	part := delivered(topup.GiftCard, true)
	part.Quantity, part.DeliveredQty, part.Face = 4, 2, topup.Dinars(400)
	if got := customerPrice(part); got != topup.Dinars(200) {
		t.Errorf("two of four cost %s", got)
	}
}

// TestTicketFits: what paper can't show exactly, or has no room for, is not on it.
func TestTicketFits(t *testing.T) {
	for code, want := range map[string]bool{
		"ABC-123": true, strings.Repeat("x", ticketCode): true, strings.Repeat("x", ticketCode+1): false,
		"a b": false, "a\tb": false, "é": false, "رمز": false, "\u202eabc": false,
	} {
		if got := TicketFits([]topup.Voucher{{Code: code}}); got != want {
			t.Errorf("%q: %v", code, got)
		}
		if TicketFits([]topup.Voucher{{Code: "a", Serial: code}}) != want {
			t.Errorf("serial %q: not %v", code, want)
		}
	}
	if TicketFits(make([]topup.Voucher, ticketCodes+1)) {
		t.Error("too many fit")
	}
}

// TestTicketsAreAskedFor: of a sale that was delivered; codes by who may see them.
func TestTicketsAreAskedFor(t *testing.T) {
	k := newTalk(t)
	asks := func(data string) (Run, bool) {
		k.press(data)
		return effect[Run](k)
	}
	k.v.sold = []topup.Order{delivered(topup.MobileTopUp, false)}
	if run, ok := asks("o:o1:ticket"); !ok || run.Job != JobTicket || run.Ask.Order != "o1" || run.Ask.Codes {
		t.Errorf("a top-up's ticket: %+v", run)
	}
	if _, ok := asks("o:o1:ticket1:p"); ok || k.answered("codes of none").Msg.ID != "tap.unknown" {
		t.Error("a top-up's ticket has codes")
	}
	k.v.sold = []topup.Order{delivered(topup.InternetCard, true)}
	if _, ok := asks("o:o1:ticket"); ok || !slices.Contains(k.says(), "ticket.ask") {
		t.Errorf("it is not asked: %q", k.says())
	}
	if run, ok := asks("o:o1:ticket1:p"); !ok || !run.Ask.Codes {
		t.Errorf("with codes: %+v", run)
	}
	if run, ok := asks("o:o1:ticket0:p"); !ok || run.Ask.Codes {
		t.Errorf("without: %+v", run)
	}
	k.v.sold[0].State = topup.Pending
	for _, data := range []string{"o:o1:ticket", "o:o1:ticket0:p", "o:o1:ticket1:p", "o:o2:ticket", "o:o1:ticket1"} {
		if run, ok := asks(data); ok {
			t.Errorf("%s makes %+v", data, run)
		}
	}
	k.v.sold[0].State, k.v.sold[0].By = topup.Delivered, 99
	staffed(k)
	k.who = 21 // a cashier, of another's sale
	if run, ok := asks("o:o1:ticket"); !ok || run.Ask.Codes {
		t.Errorf("a cashier's: %+v", run)
	}
	if run, ok := asks("o:o1:ticket1:p"); ok {
		t.Errorf("a cashier sees another's codes: %+v", run)
	}
}
