package till

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"hanout/flows"
	"hanout/topup"
)

// ticket makes a sale's ticket and gives the messages that came of it.
func (c *counter) ticket(id string, codes bool) []Outgoing {
	c.t.Helper()
	c.sent.out = nil
	var made []event
	c.engine.drawTicket(job{Run: flows.Run{Job: flows.JobTicket, Chat: shopChat, Panel: "ticket/x", Ask: flows.Question{Order: topup.OrderID(id), Codes: codes}}})
	for len(c.engine.events) > 0 {
		made = append(made, <-c.engine.events)
	}
	if err := c.engine.commit(made); err != nil {
		c.t.Fatal(err)
	}
	return c.sent.to(shopChat)
}

func (c *counter) showings(id topup.OrderID) (list []topup.Showing) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { list, err = tx.Showings(id, 9); return err }); err != nil {
		c.t.Fatal(err)
	}
	return list
}

// TestTicket: a ticket is a picture with its text; with codes it is a showing,
// sealed while it waits, and without it shows none.
func TestTicket(t *testing.T) {
	c := newCounter(t)
	o := c.deliver("a", topup.Voucher{Code: canary, Serial: canarySer})
	plain := c.ticket("a", false)
	if len(plain) != 1 || strings.Contains(plain[0].Message.Text, canary) || len(c.showings(o.ID)) != 1 {
		t.Errorf("without codes: %+v, showings %+v", plain, c.showings(o.ID))
	}
	coded := c.ticket("a", true)
	if len(coded) != 1 {
		t.Fatalf("with codes: %+v", coded)
	}
	m := coded[0].Message
	img, err := png.Decode(bytes.NewReader(m.Photo))
	if err != nil || img.Bounds().Dx() != 384 || m.Protect || len(m.Rows) > 0 || !strings.Contains(m.Text, canary) || !strings.Contains(m.Text, canarySer) {
		t.Errorf("with codes: %v, %q", err, m.Text)
	}
	if list := c.showings(o.ID); len(list) != 2 || list[0].Why != topup.WhyTicket || list[0].By != shopChat || list[0].Chat != shopChat {
		t.Errorf("showings: %+v", list)
	}
	unfit := c.deliver("b", topup.Voucher{Code: canary + " with spaces"})
	list := c.ticket("b", true)
	if len(list) != 2 || strings.Contains(text(list), canary) || len(c.showings(unfit.ID)) != 1 {
		t.Errorf("codes that don't fit: %q", text(list))
	}
	if list := c.ticket("nobody", true); len(list) != 0 {
		t.Errorf("of no sale: %q", text(list))
	}
	c.close()
}
