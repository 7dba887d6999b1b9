package oneclick

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

func TestStatement(t *testing.T) {
	line := func(kind, operation, amount, before, after, object string) string {
		return `{"_id":"` + anID + `","type":"` + kind + `","operation":"` + operation + `","amount":` + amount + `,"oldBalance":` + before +
			`,"newBalance":` + after + `,"objid":` + object + `,"note":"","time":"2026-11-21T09:29:41.120Z"}`
	}
	at := time.Date(2026, 11, 21, 9, 29, 41, 120_000_000, time.UTC)
	for _, tt := range []struct {
		name, items string
		want        topup.StatementLine
		fault       bool
	}{
		{"a sale", line("FLEXY", "decrement", "496.25", "48706.80", "48210.55", `"o1"`),
			topup.StatementLine{ID: anID, Kind: "FLEXY", Good: topup.MobileTopUp, Provider: "o1", Amount: -496_25, At: at}, false},
		{"given back", line("REFUND-ORDER", "increment", "10", "0", "10", `"o1"`),
			topup.StatementLine{ID: anID, Kind: "REFUND-ORDER", Good: topup.GiftCard, Provider: "o1", Amount: 10_00, At: at}, false},
		{"a deposit", line("DEPOSIT", "increment", `"1000"`, `"-500.5"`, `"499.5"`, `null`),
			topup.StatementLine{ID: anID, Kind: "DEPOSIT", Amount: 1000_00, At: at}, false},
		{"the word does not say which way", line("ADSL", "?", "10", "20", "10", `"o1"`),
			topup.StatementLine{ID: anID, Kind: "ADSL", Good: topup.InternetCard, Provider: "o1", Amount: -10_00, At: at}, false},
		{"a kind not known moves the owner's own", line("BONUS", "increment", "10", "10", "20", `"x"`),
			topup.StatementLine{ID: anID, Kind: "BONUS", Provider: "x", Amount: 10_00, At: at}, false},
		{"the balances say another amount", line("FLEXY", "decrement", "10", "20", "11", `"o1"`), topup.StatementLine{}, true},
		{"no balances", line("FLEXY", "decrement", "10", "null", "null", `"o1"`), topup.StatementLine{}, true},
		{"no amount", line("FLEXY", "decrement", "null", "20", "20", `"o1"`), topup.StatementLine{}, true},
		{"no time", strings.Replace(line("FLEXY", "decrement", "10", "20", "10", `"o1"`), "2026-11-21T09:29:41.120Z", "", 1), topup.StatementLine{}, true},
		{"no ID", strings.Replace(line("FLEXY", "decrement", "10", "20", "10", `"o1"`), anID, "", 1), topup.StatementLine{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, d := serve(t, success(`{"items":[`+tt.items+`],"pagination":{"page":1,"pageSize":100,"totalPages":2}}`))
			got, more, err := c.Statement(t.Context(), at, 1)
			if (err != nil) != tt.fault {
				t.Fatal(err)
			}
			if !tt.fault && (len(got) != 1 || got[0] != tt.want || !more) {
				t.Errorf("%+v, more %t; want %+v", got, more, tt.want)
			}
			if r := d.only(t); !strings.HasPrefix(r.URI, "/v3/account/transactions?from=2026-11-21T09%3A29%3A41.120Z&page=1&pageSize=100&to=") {
				t.Errorf("asked %s", r.URI)
			}
		})
	}
	c, _ := serve(t, success(`{"lines":[]}`))
	if _, _, err := c.Statement(t.Context(), at, 1); err == nil {
		t.Error("an answer without items was taken for an empty statement")
	}
}
