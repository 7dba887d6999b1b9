package app

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"
)

// TestStatementFile: the file that a shop is sent has one row a sale, and its
// last balance is what the wallet says.
func TestStatementFile(t *testing.T) {
	bubble(t, "ar", func(r *rig) {
		r.openShop("ar", 5000)
		for _, sale := range []string{"0778037340 500", "0600000001 300"} {
			r.say(shopID, sale)
			if strings.HasPrefix(sale, "06000") {
				r.tap(shopID, "Mobilis") // of no operator by its digits
			}
			r.tap(shopID, "✅")
			r.settle(time.Minute)
		}
		r.say(shopID, "/report")
		r.tap(shopID, "CSV")
		r.settle(2 * time.Second)
		list := r.telegram.Chats.Messages(shopID)
		last := list[len(list)-1]
		if last.Document == nil {
			r.t.Fatal("no file came")
		}
		data, _, ok := r.telegram.Chats.File(last.Document.FileID)
		text, marked := strings.CutPrefix(string(data), "\ufeff")
		if !ok || !marked {
			r.t.Fatalf("the file is %q", data)
		}
		in := csv.NewReader(strings.NewReader(text))
		in.Comma = ';'
		rows, err := in.ReadAll()
		if err != nil || len(rows) != 4 {
			r.t.Fatalf("%d rows, want the headings, a credit and two sales (%v): %q", len(rows), err, rows)
		}
		for row, want := range map[int][3]string{1: {"شحن", "5000,00", "5000,00"}, 2: {"Djezzy", "-500,00", "4500,00"}, 3: {"Mobilis", "0,00", "4500,00"}} {
			if got := [3]string{rows[row][2], rows[row][6], rows[row][7]}; got != want {
				r.t.Errorf("row %d says %q, want %q", row, got, want)
			}
		}
		if rows[2][3] != "0778037340" || rows[2][5] != "500,00" || rows[2][1] != "1" {
			r.t.Errorf("the sale is %q", rows[2])
		}
		r.expect(4500, 0, 2)
	})
}
