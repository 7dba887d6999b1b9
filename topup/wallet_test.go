package topup_test

import (
	"testing"

	"hanout/topup"
)

// sums adds the postings of a transaction by account; their total must be 0.
func sums(t interface{ Fatalf(string, ...any) }, list ...topup.Transaction) map[topup.AccountID]topup.Money {
	accounts := map[topup.AccountID]topup.Money{}
	for _, j := range list {
		var total topup.Money
		for _, p := range j.Postings {
			if p.Amount == 0 {
				t.Fatalf("%s posts nothing to %s", j.Key, p.Account)
			}
			total += p.Amount
			accounts[p.Account] += p.Amount
		}
		if total != 0 {
			t.Fatalf("%s sums to %v", j.Key, total)
		}
	}
	return accounts
}

func TestPostings(t *testing.T) {
	o := newOrder(topup.GiftCard) // 2000 DA
	shop := o.Shop
	hold := topup.Hold(o)
	if got := sums(t, hold); got[shop.Available()] != -o.Price || got[shop.Held()] != o.Price {
		t.Errorf("hold: %v", got)
	}
	if got := sums(t, hold, topup.Release(o)); got[shop.Available()] != 0 || got[shop.Held()] != 0 {
		t.Errorf("hold and release: %v", got)
	}
	for _, c := range []struct {
		name                       string
		captured, charged          topup.Money
		known                      bool
		sales, cost, margin, spent topup.Money
	}{
		{"in full", 200_000, 196_000, true, 0, 196_000, 4_000, 200_000},
		{"in part", 100_000, 98_000, true, 0, 98_000, 2_000, 100_000},
		{"at a loss", 200_000, 210_000, true, 0, 210_000, -10_000, 200_000},
		{"cost not told", 200_000, 0, false, 200_000, 0, 0, 200_000},
		{"for nothing", 200_000, 0, true, 0, 0, 200_000, 200_000},
	} {
		d := o
		d.Captured, d.Charged, d.ChargedKnown = c.captured, c.charged, c.known
		got := sums(t, hold, topup.Capture(d))
		if got[shop.Held()] != 0 || got[shop.Available()] != -c.spent ||
			got[topup.Sales] != c.sales || got[topup.Cost] != c.cost || got[topup.Margin] != c.margin {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	credit := topup.Credit(shop, 500, "r1", 1, 1, "cash", start)
	debit := topup.Debit(shop, 500, "r2", 1, 1, "mistake", start)
	if got := sums(t, credit); got[shop.Available()] != 500 || got[topup.Funding] != -500 {
		t.Errorf("credit: %v", got)
	}
	if got := sums(t, credit, debit); got[shop.Available()] != 0 || got[topup.Funding] != 0 {
		t.Errorf("credit and debit: %v", got)
	}
}

func TestSplitKey(t *testing.T) {
	o := newOrder(topup.MobileTopUp)
	for _, c := range []struct {
		key  string
		kind topup.EntryKind
		id   string
	}{
		{topup.Hold(o).Key, topup.EntryHold, string(o.ID)},
		{topup.Capture(o).Key, topup.EntryCapture, string(o.ID)},
		{topup.Release(o).Key, topup.EntryRelease, string(o.ID)},
		{topup.Credit(1, 1, "r/1", 1, 1, "", start).Key, topup.EntryCredit, "r/1"},
		{topup.Debit(1, 1, "r2", 1, 1, "", start).Key, topup.EntryDebit, "r2"},
		{"order/x/other", "", ""},
		{"hold/x", "", ""},
		{"order", "", ""},
		{"", "", ""},
	} {
		if kind, id := topup.SplitKey(c.key); kind != c.kind || id != c.id {
			t.Errorf("%q: %q, %q; want %q, %q", c.key, kind, id, c.kind, c.id)
		}
	}
}
