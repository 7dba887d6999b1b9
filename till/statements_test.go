package till

import (
	"bytes"
	"encoding/csv"
	"testing"

	"hanout/flows"
	"hanout/topup"
)

// TestStatementOfTenThousand: a shop's ten thousand sales are read and written
// beside the writer, which answers others meanwhile; each is a row, and the last
// balance is the wallet's.
func TestStatementOfTenThousand(t *testing.T) {
	const sales, atOnce = 10_000, 500
	c := newCounter(t)
	for n := 0; n < sales; {
		if err := c.db.Update(func(tx Tx) error {
			for end := n + atOnce; n < end; n++ {
				o := benchOrder(n)
				o.By, o.Chat, o.Face, o.Price, o.Expected = shopChat, shopChat, 99, 99, 99
				if _, err := tx.Place(o); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	c.engine.startJob(job{Run: flows.Run{Job: flows.JobStatement, Chat: shopChat, Panel: "file", Ask: flows.Question{Period: topup.Today, Shop: 1, Form: flows.FormCSV}}, shop: 1})
	c.take(typed(other, "/start"))
	if len(c.sent.to(other)) == 0 || len(c.sent.to(shopChat)) != 0 {
		t.Errorf("%d answers beside the file, %d files before its rows were there", len(c.sent.to(other)), len(c.sent.to(shopChat)))
	}
	c.do(<-c.engine.events) // the rows
	c.do(<-c.engine.events) // the file
	list := c.sent.to(shopChat)
	if len(list) != 1 {
		t.Fatalf("%d messages", len(list))
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(list[0].Message.File, []byte("\ufeff"))))
	in.Comma = ';'
	rows, err := in.ReadAll()
	if err != nil || len(rows) != sales+2 {
		t.Fatalf("%d rows, want the headings, a credit and each sale: %v", len(rows), err)
	}
	if w := c.walletNow(); w.Available != topup.Dinars(100) || rows[len(rows)-1][7] != "100,00" {
		t.Errorf("the wallet has %v, the last row says %q", w.Available, rows[len(rows)-1])
	}
	c.close()
}
