package till

import (
	"bytes"
	"encoding/csv"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// sells places so many sales of 99 centimes.
func (c *counter) sells(sales int) {
	c.t.Helper()
	for n := 0; n < sales; {
		if err := c.db.Update(func(tx Tx) error {
			for end := min(n+500, sales); n < end; n++ {
				o := benchOrder(n)
				o.By, o.Chat, o.Face, o.Price, o.Expected = shopChat, shopChat, 99, 99, 99
				if _, err := tx.Place(o); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// file is the wish for a statement of today.
func file() job {
	return job{Run: flows.Run{Job: flows.JobStatement, Chat: shopChat, Panel: "file", Ask: flows.Question{Period: topup.Today, Shop: 1, Form: flows.FormCSV}}, shop: 1}
}

// TestStatementOfTenThousand: a shop's ten thousand sales are read and written
// beside the writer, which answers others meanwhile; each is a row, and the last
// balance is the wallet's.
func TestStatementOfTenThousand(t *testing.T) {
	const sales = 10_000
	c := newCounter(t)
	c.sells(sales)
	c.engine.startJob(file())
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

// slow is a store whose looks take two seconds each.
type slow struct{ Store }

func (s slow) View(fn func(Tx) error) error {
	time.Sleep(2 * time.Second)
	return s.Store.View(fn)
}

// TestStatementSaysHowFarItIs: where the reading takes long, the panel of the file
// tells how many rows were read, and the file takes its place.
func TestStatementSaysHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.sells(3 * reportPage)
		c.engine.db = slow{c.db}
		c.engine.startJob(file())
		said := (<-c.engine.events).(told)
		if text := said.Screen.Lines[0]; text.ID != "report.running" || said.Panel != "file" {
			t.Errorf("it says %+v", said)
		}
		for {
			ev := <-c.engine.events
			c.do(ev)
			if made, ok := ev.(told); ok && len(made.Screen.File) > 0 {
				if !made.Fresh || made.Panel != "file" {
					t.Errorf("the file takes no other's place: %+v", made.Panel)
				}
				break
			}
		}
		c.engine.db = c.db
		c.close()
	})
}
