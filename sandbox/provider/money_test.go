package provider_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hanout/sandbox/provider"
)

// centimes reads an amount of an answer.
func centimes(v any) int64 { return int64(math.Round(v.(float64) * 100)) }

// statement reads all lines of the account, oldest first.
func (r *rig) statement() []map[string]any {
	r.t.Helper()
	var all []map[string]any
	for page := 1; ; page++ {
		data := r.data(fmt.Sprintf("GET /account/transactions?pageSize=7&page=%d", page))
		for _, l := range data["items"].([]any) {
			all = append([]map[string]any{l.(map[string]any)}, all...)
		}
		if float64(page) >= data["pagination"].(map[string]any)["totalPages"].(float64) {
			return all
		}
	}
}

// TestStatement is the whole story of a production account.
func TestStatement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{Balance: 20_000_00}).as(provider.ProductionKey)
		r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "a"))
		r.id(topUp("PREPAID_DJEZZY", "0600000001", 1000, "b"))
		r.id(card("ADSL", "036000002", 1000, "c"))
		r.id(gift(provider.TestCards, "TEST_PARTIAL", 5))
		r.id(gift(provider.TestCards, "TEST_REFUND", 1))
		r.id(topUp("GETMENU_Djezzy", anyNumber, 0, "d"))
		r.refused(topUp("GROS_MOBILIS", "0661234567", 20_000, "e"), 403, "INSUFFICIENT_BALANCE")
		time.Sleep(time.Hour)
		r.SetBalance(100)
		const day = "2000-01-01T"
		want := []struct {
			kind, operation string
			amount          int64
			at              string
		}{
			{"FLEXY", "decrement", 496_25, "00:00:00"}, {"FLEXY", "decrement", 992_50, "00:00:00"}, {"ADSL", "decrement", 980_00, "00:00:00"},
			{"ORDER", "decrement", 5000_00, "00:00:00"}, {"ORDER", "decrement", 1000_00, "00:00:00"},
			{"REFUND-ORDER", "increment", 3000_00, "00:00:03"}, {"REFUND-ORDER", "increment", 1000_00, "00:00:03"},
			{"REFUND-ADSL", "increment", 980_00, "00:00:10"}, {"REFUND-FLEXY", "increment", 992_50, "00:00:20"},
			{"WITHDRAW", "decrement", 17_502_75, "01:00:00"},
		}
		lines := r.statement()
		if len(lines) != len(want) {
			t.Fatalf("%d lines: %v", len(lines), lines)
		}
		ids := map[string]bool{"": true}
		for _, o := range r.Book().Orders {
			ids[o.ID] = true
		}
		for i, w := range want {
			l := lines[i]
			if l["type"] != w.kind || l["operation"] != w.operation || centimes(l["amount"]) != w.amount || l["time"] != day+w.at+".000Z" || !ids[l["objid"].(string)] {
				t.Errorf("line %d: want %v, got %v", i, w, l)
			}
		}
		if got := r.data("GET /account/balance"); centimes(got["balance"]) != 100 || r.Book().Balance != 100 {
			t.Errorf("balance %v", got)
		}
		same(t, "no money", r.call(topUp("PREPAID_DJEZZY", anyNumber, 500, "f")).body, `{"success":false,"requestId":"REQ",
			"error":{"code":"INSUFFICIENT_BALANCE","message":"Insufficient balance","details":{"required":496.25,"available":1}}}`)
	})
}

// TestRefundsCountAtOnce: money that came back can be spent without anybody
// having looked at the order.
func TestRefundsCountAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{Balance: 500_00}).as(provider.ProductionKey)
		r.id(topUp("PREPAID_DJEZZY", "0600000001", 500, "a"))
		r.refused(topUp("PREPAID_DJEZZY", anyNumber, 500, "b"), 403, "INSUFFICIENT_BALANCE")
		time.Sleep(20 * time.Second)
		if got := centimes(r.data("GET /account/balance")["balance"]); got != 500_00 {
			t.Errorf("balance %d", got)
		}
		r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "b"))
	})
}

// TestSandboxMoney: nothing is taken there, though orders say what they cost.
func TestSandboxMoney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		before := r.data("GET /account/balance")["balance"]
		id := r.id(topUp("PREPAID_DJEZZY", anyNumber, 500, "a"))
		r.id(gift(provider.PSNGermany, "6126393c6f57860f925a1984", 2))
		time.Sleep(time.Minute)
		if got := r.data("GET /mobile/check-id/" + id); centimes(got["balance_amount"]) != 496_25 {
			t.Errorf("charged %v", got)
		}
		if after := r.data("GET /account/balance")["balance"]; after != before || len(r.statement()) != 0 {
			t.Errorf("balance %v, then %v", before, after)
		}
	})
}

// TestBooksBalance: whatever is ordered and whatever becomes of it, the lines
// of the statement chain up to the balance, and the balance is what came in
// less what the orders cost.
func TestBooksBalance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var lines []string
		n := rapid.IntRange(1, 25).Draw(rt, "steps")
		for i := range n {
			lines = append(lines, rapid.SampledFrom([]string{
				topUp("PREPAID_DJEZZY", anyNumber, 333, fmt.Sprint(i)), topUp("PREPAID_DJEZZY", "0600000001", 500, fmt.Sprint(i)),
				topUp("PREPAID_DJEZZY", "0600000003", 777, fmt.Sprint(i)), topUp("GROS_MOBILIS", "0661234567", 9000, fmt.Sprint(i)),
				topUp("PREPAID_DJEZZY", anyNumber, 333, "same"), topUp("GETMENU_Djezzy", anyNumber, 0, fmt.Sprint(i)),
				card("4G", "213470000002", 1000, fmt.Sprint(i)), card("ADSL", "036362608", 2000, fmt.Sprint(i)),
				gift(provider.TestCards, "TEST_PARTIAL", 3), gift(provider.TestCards, "TEST_REFUND", 2), gift(provider.PSNUK, "612619816f57860f9259eee4", 1),
				"sleep 1s", "sleep 15s", "sleep 7h", "balance 1000000", "balance 5000", "resolve REFUNDED", "resolve FULFILLED", "resolve PARTIALLY_FILLED", "GET /mobile/list",
			}).Draw(rt, "step"))
		}
		to := rapid.SampledFrom([]string{"FULFILLED", "REFUNDED"}).Draw(rt, "unclear orders end")
		pick := rapid.IntRange(0, 100).Draw(rt, "resolved")
		synctest.Test(t, func(t *testing.T) {
			const start = 30_000_00
			r := newRig(t, provider.Options{Balance: start, UnknownTo: to}).as(provider.ProductionKey)
			for _, line := range lines {
				word, rest, _ := strings.Cut(line, " ")
				switch word {
				case "sleep":
					d, err := time.ParseDuration(rest)
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(d)
				case "balance":
					var c int64
					if _, err := fmt.Sscan(rest, &c); err != nil {
						t.Fatal(err)
					}
					r.SetBalance(c)
				case "resolve":
					if o := r.Book().Orders; len(o) > 0 {
						r.Resolve(o[pick%len(o)].ID, rest)
					}
				default:
					r.call(line)
				}
			}
			book := r.Book()
			at, moved, outside := "", int64(start), int64(0)
			for _, l := range r.statement() {
				amount := centimes(l["amount"])
				if l["operation"] == "decrement" {
					amount = -amount
				}
				if centimes(l["oldBalance"]) != moved || centimes(l["newBalance"]) != moved+amount || l["time"].(string) < at || amount == 0 {
					rt.Errorf("after %d, %s: %v", moved, at, l)
				}
				at, moved = l["time"].(string), moved+amount
				if l["objid"] == "" {
					outside += amount
				}
			}
			cost := int64(0)
			for _, o := range book.Orders {
				cost += o.Charged
				if o.Charged < 0 || o.Status == "REFUNDED" && (o.Charged != 0 || len(o.Cards) != 0) {
					rt.Errorf("an order: %+v", o)
				}
			}
			if moved != book.Balance || start+outside-cost != book.Balance || centimes(r.data("GET /account/balance")["balance"]) != book.Balance {
				rt.Errorf("statement %d, orders %d, balance %d", moved, start+outside-cost, book.Balance)
			}
		})
	})
}

// TestNoIdempotency: an identical gift-card order is another order, and takes
// from the stock again.
func TestNoIdempotency(t *testing.T) {
	r := newRig(t, provider.Options{}).as(provider.ProductionKey)
	const line = `POST /gift-cards/placeOrder {"productId":"612619816f57860f9259eee3","typeId":"612619816f57860f9259eee4","quantity":4,"ref":"same"}`
	stock := func() any {
		return r.data("GET /gift-cards/checkProduct/" + provider.PSNUK)["types"].([]any)[0].(map[string]any)["quantity"]
	}
	for left := 8.0; left >= 0; left -= 4 {
		r.id(line)
		if got := stock(); got != left {
			t.Errorf("stock %v, want %v", got, left)
		}
	}
	r.refused(line, 400, "ERR_STOCK")
	ids, codes := map[string]bool{}, map[provider.Card]bool{}
	for _, o := range r.Book().Orders {
		ids[o.ID] = true
		r.Resolve(o.ID, "FULFILLED")
	}
	for _, o := range r.Book().Orders {
		for _, c := range o.Cards {
			codes[c] = true
		}
	}
	if len(ids) != 3 || len(codes) != 12 {
		t.Errorf("%d orders, %d codes", len(ids), len(codes))
	}
	r.refused(gift(provider.PSNUK, "nix", 1), 400, "ERR_VALIDATION")
	r.refused(gift("nix", "nix", 1), 400, "ERR_VALIDATION")
}

// TestConcurrency: of many sends with one reference one is taken; gift-card
// orders are all taken while there is stock. Meaningful under -race.
func TestConcurrency(t *testing.T) {
	r := newRig(t, provider.Options{Speed: 1000}).as(provider.ProductionKey)
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := map[string]int{}
	const each = 20
	for i := range each {
		for _, line := range []string{topUp("PREPAID_DJEZZY", anyNumber, 100, "one"), gift(provider.PSNUK, "612619816f57860f9259eee4", 1), "GET /mobile/list", "GET /account/transactions"} {
			wg.Go(func() {
				if got := r.call(line); got.status == http.StatusOK {
					mu.Lock()
					taken[line]++
					mu.Unlock()
				}
			})
		}
		wg.Go(func() {
			r.SetFault(provider.Fault{Route: "GET /ping", Kind: provider.FaultHTML, Times: 1})
			r.SetSpeed(float64(i + 1))
			r.SetPlan("PREPAID_DJEZZY", provider.PlanChange{Cost: "0.98"})
			r.Book()
			r.Changed()
		})
		wg.Go(func() {
			r.call("GET /ping")
			r.ClearFaults()
		})
	}
	wg.Wait()
	if n := taken[topUp("PREPAID_DJEZZY", anyNumber, 100, "one")]; n != 1 {
		t.Errorf("%d of one reference", n)
	}
	if n := taken[gift(provider.PSNUK, "612619816f57860f9259eee4", 1)]; n != 12 {
		t.Errorf("%d of 12 cards", n)
	}
	if b := r.Book(); len(b.Orders) != 13 || b.Requests["POST /mobile/send"] != each || b.Requests["POST /gift-cards/placeOrder"] != each {
		t.Errorf("%d orders, %v", len(b.Orders), b.Requests)
	}
}
