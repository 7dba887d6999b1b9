package topup_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// TestStatementTiesToTheJournal: over random sales and credits, whatever span is
// asked for, the statement opens and closes with what a replay of the journal
// gives at those moments, each sale has one row, and the rows' last balance is
// the closing one.
func TestStatementTiesToTheJournal(t *testing.T) {
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		const shop = topup.ShopID(1)
		var journal []topup.Transaction
		orders := map[topup.OrderID]topup.Order{}
		post := func(line topup.Transaction) {
			line.Seq = uint64(len(journal) + 1)
			journal = append(journal, line)
		}
		now := began
		var open []topup.OrderID
		for range rapid.IntRange(0, 120).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
			switch step := rapid.IntRange(0, 3).Draw(t, "step"); {
			case step == 0:
				post(topup.Credit(shop, topup.Dinars(rapid.Int64Range(1, 9000).Draw(t, "credit")), topup.NewID(), 1, 1, "cash", now))
			case step == 1 || len(open) == 0:
				o := topup.Order{ID: topup.OrderID(topup.NewID()), Shop: shop, Quantity: rapid.IntRange(1, 3).Draw(t, "quantity"), Placed: now, State: topup.Pending}
				o.Price = topup.Dinars(rapid.Int64Range(1, 900).Draw(t, "price")) * topup.Money(o.Quantity)
				orders[o.ID] = o
				open = append(open, o.ID)
				post(topup.Hold(o))
			default:
				at := rapid.IntRange(0, len(open)-1).Draw(t, "which")
				o := orders[open[at]]
				open = slices.Delete(open, at, at+1)
				o.Settled, o.State = now, topup.Refunded
				if step == 2 {
					post(topup.Release(o))
				} else {
					o.State, o.DeliveredQty = topup.Delivered, rapid.IntRange(1, o.Quantity).Draw(t, "came")
					o.Captured = topup.PriceOf(o, o.DeliveredQty)
					post(topup.Capture(o))
				}
				orders[o.ID] = o
			}
		}
		from := began.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "from"))
		span := topup.Span{From: from, To: from.AddDate(0, 0, rapid.IntRange(1, 20).Draw(t, "days"))}
		var opening, closing, balance topup.Money
		touched := map[string]bool{}
		for _, line := range journal {
			for _, p := range line.Postings {
				if p.Account != shop.Available() {
					continue
				}
				balance += p.Amount
				if line.At.Before(span.From) {
					opening += p.Amount
				}
				if line.At.Before(span.To) {
					closing += p.Amount
				}
				if span.Has(line.At) {
					_, id := topup.SplitKey(line.Key)
					touched[id] = true
				}
			}
		}
		s := topup.NewStatement(shop, span, balance)
		for _, line := range slices.Backward(journal) {
			if !slices.ContainsFunc(line.Postings, func(p topup.Posting) bool { return p.Account == shop.Available() }) {
				continue // the store lists the lines of the one account
			}
			if s.Take(line) {
				break
			}
		}
		s.Finish(func(id topup.OrderID) (topup.Order, bool) { o, ok := orders[id]; return o, ok })
		if s.Opening != opening || s.Closing != closing || len(s.Rows) != len(touched) {
			t.Fatalf("from %s to %s with %d rows; the journal says %s to %s with %d", s.Opening, s.Closing, len(s.Rows), opening, closing, len(touched))
		}
		last := s.Opening
		for i, r := range s.Rows {
			last += r.Amount
			if r.Balance != last || i > 0 && r.At.Before(s.Rows[i-1].At) || r.Sale != "" && r.Order.ID != r.Sale {
				t.Fatalf("row %d: %+v", i, r)
			}
		}
		if last != s.Closing {
			t.Fatalf("the rows lead to %s, not to %s", last, s.Closing)
		}
	})
}

func TestPeriods(t *testing.T) {
	algiers := time.FixedZone("Africa/Algiers", 3600)
	now := time.Date(2026, 3, 2, 0, 30, 0, 0, algiers)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, algiers) }
	for _, tt := range []struct {
		text string // typed; or a period, after "="
		from time.Time
		days int // 0 for no period
	}{
		{"=t", day(2026, 3, 2), 1}, {"=y", day(2026, 3, 1), 1}, {"=w", day(2026, 2, 24), 7},
		{"=m", day(2026, 3, 1), 2}, {"=l", day(2026, 2, 1), 28},
		{"21/11", day(2025, 11, 21), 1}, {"2/3", day(2026, 3, 2), 1}, {"3/3", day(2025, 3, 3), 1},
		{"21-11-2025", day(2025, 11, 21), 1}, {"21.11.25", day(2025, 11, 21), 1}, {"٢١/١١", day(2025, 11, 21), 1},
		{"1/11-21/11", day(2025, 11, 1), 21}, {"du 25/12 au 3/1", day(2025, 12, 25), 10}, {"1/12/2025 31/12/2025", day(2025, 12, 1), 31},
		{"29/2/2024", day(2024, 2, 29), 1},
		{"29/2/2025", time.Time{}, 0}, {"31/4", time.Time{}, 0}, {"0/1", time.Time{}, 0}, {"1/13", time.Time{}, 0}, {"3/3/2026", time.Time{}, 0},
		{"5/1-2/1", day(2025, 1, 5), 363}, {"1/1/2024 1/3/2026", time.Time{}, 0}, {"5/1/2026 2/1/2026", time.Time{}, 0},
		{"hier", time.Time{}, 0}, {"", time.Time{}, 0}, {"21", time.Time{}, 0}, {"99999/1", time.Time{}, 0}, {"=", time.Time{}, 0},
		{"=20260301", time.Time{}, 0}, {"=20260301-20260399", time.Time{}, 0}, {"=20260303-20260303", time.Time{}, 0}, {"=../../x", time.Time{}, 0},
	} {
		p, ok := topup.Period(tt.text), true
		if len(tt.text) == 0 || tt.text[0] != '=' {
			p, ok = topup.ReadPeriod(tt.text, now)
		} else {
			p = p[1:]
		}
		s, fits := p.Span(now)
		if ok = ok && fits; ok != (tt.days > 0) {
			t.Errorf("%q is a period: %t", tt.text, ok)
		} else if ok && (!s.From.Equal(tt.from) || s.Days() != tt.days) {
			t.Errorf("%q is from %s, %d days; want %s, %d", tt.text, s.From, s.Days(), tt.from, tt.days)
		}
	}
}

// TestStatementOfEntries: what was lent, paid out of the wallet and undone are
// rows with how; a repayment moves nothing that a shop may spend.
func TestStatementOfEntries(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	var lines []topup.Transaction
	book := func(e topup.Entry) topup.Transaction {
		e.Shop, e.Request = 1, topup.NewID()
		key, _ := e.Key(func(string) (topup.Transaction, bool) { return topup.Transaction{}, false })
		line := e.Transaction(key, 1, 1, "", now)
		line.Seq = uint64(len(lines) + 1)
		lines = append(lines, line)
		return line
	}
	book(topup.Entry{Kind: topup.EntryCredit, Amount: 500, Method: topup.OnAccount})
	wrong := book(topup.Entry{Kind: topup.EntryCredit, Amount: 300, Method: topup.CCP, Slip: "12345"})
	back, _ := topup.Undo(wrong, 1, 1, now)
	back.Seq = 3
	lines = append(lines, back)
	book(topup.Entry{Kind: topup.EntryDebit, Amount: 200, Method: topup.OnAccount})
	s := topup.NewStatement(1, topup.Span{From: now.AddDate(0, 0, -1), To: now.AddDate(0, 0, 1)}, 300)
	for _, line := range slices.Backward(lines) {
		s.Take(line)
	}
	s.Finish(nil)
	want := []topup.Row{
		{Kind: topup.EntryCredit, Method: topup.OnAccount, Amount: 500, Balance: 500},
		{Kind: topup.EntryCredit, Method: topup.CCP, Slip: "12345", Amount: 300, Balance: 800},
		{Kind: topup.EntryUndo, Amount: -300, Balance: 500},
		{Kind: topup.EntryDebit, Method: topup.OnAccount, Amount: -200, Balance: 300},
	}
	if s.Opening != 0 || s.Closing != 300 || len(s.Rows) != len(want) {
		t.Fatalf("%+v", s)
	}
	for i, r := range s.Rows {
		if r.Kind != want[i].Kind || r.Method != want[i].Method || r.Slip != want[i].Slip || r.Amount != want[i].Amount || r.Balance != want[i].Balance {
			t.Errorf("row %d: %+v", i, r)
		}
	}
}
