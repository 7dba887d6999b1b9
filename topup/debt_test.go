package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestCleanSlip(t *testing.T) {
	for typed, want := range map[string]string{
		"12345": "12345", " 0012-345 ": "12345", "ccp/2026.11 77": "20261177", "Baridi Mob n° 00FT2411": "FT2411", "CCP": "", "١٢٣٤٥": "12345", "n° 4411": "4411",
		"": "", "none": "", "123": "", "000": "", "12 دج": "", "<b>1234": "", "1234567890123456789012345": "", "AB": "",
	} {
		slip, ok := topup.CleanSlip(typed)
		if ok != (want != "") || ok && slip != want {
			t.Errorf("%q is %q, %t", typed, slip, ok)
		}
	}
}

// TestSlipIsMoneyOnce: as a credit or a repayment, under any spelling, until it
// is undone; the other method's slip and what goes out are others.
func TestSlipIsMoneyOnce(t *testing.T) {
	journal := map[string]topup.Transaction{}
	line := func(key string) (topup.Transaction, bool) { j, ok := journal[key]; return j, ok }
	entry := func(kind topup.EntryKind, shop topup.ShopID, m topup.Method) topup.Entry {
		return topup.Entry{Kind: kind, Shop: shop, Amount: 500, Method: m, Slip: "12345"}
	}
	book := func(e topup.Entry, want string) {
		t.Helper()
		key, first := e.Key(line)
		if key != want || (first != nil) != (want == "") {
			t.Fatalf("%+v: %q, %v", e, key, first)
		}
		if first == nil {
			journal[key] = e.Transaction(key, 1, 1, "", start)
		}
	}
	credit := entry(topup.EntryCredit, 1, topup.CCP)
	book(credit, "credit/slip/ccp/12345")
	book(credit, "")
	book(entry(topup.EntryCredit, 2, topup.CCP), "")
	book(entry(topup.EntryRepay, 2, topup.CCP), "")
	book(entry(topup.EntryDebit, 1, topup.CCP), "debit/slip/ccp/12345")
	book(entry(topup.EntryRepay, 1, topup.BaridiMob), "repay/slip/baridimob/12345")
	book(entry(topup.EntryCredit, 1, topup.BaridiMob), "")
	for n := 2; n <= 9; n++ {
		was, _ := credit.Key(line)
		if was != "" {
			t.Fatal("a slip is free")
		}
		_, first := credit.Key(line)
		back, _ := topup.Undo(*first, 1, 1, start)
		journal[back.Key] = back
		book(credit, "credit/slip/ccp/12345/"+string(rune('0'+n)))
	}
	_, first := credit.Key(line)
	back, _ := topup.Undo(*first, 1, 1, start)
	journal[back.Key] = back
	book(credit, "") // nobody undoes that often
}

func TestEntryPostings(t *testing.T) {
	shop := topup.ShopID(4)
	lines := map[string]topup.Transaction{}
	for _, kind := range []topup.EntryKind{topup.EntryCredit, topup.EntryDebit, topup.EntryRepay} {
		for _, by := range topup.Methods() {
			if kind == topup.EntryRepay && by == topup.OnAccount {
				continue
			}
			e := topup.Entry{Kind: kind, Shop: shop, Amount: 500, Method: by, Request: "r"}
			key, _ := e.Key(nil)
			j := e.Transaction(key, 7, 70, "p", start)
			lines[string(kind)+" "+string(by)] = j
			if k, id := topup.SplitKey(j.Key); k != kind || id != "r" || j.Shop != shop || j.Actor != 7 || j.Chat != 70 || j.Panel != "p" || j.Method != by {
				t.Errorf("%s by %s: %+v", kind, by, j)
			}
			back, ok := topup.Undo(j, 8, 80, start.Add(time.Hour))
			if !ok || back.Key != "undo/"+key || back.Actor != 8 {
				t.Errorf("undo of %s: %+v", key, back)
			}
			for account, m := range sums(t, j, back) {
				if m != 0 {
					t.Errorf("%s undone leaves %v on %s", key, m, account)
				}
			}
			if _, again := topup.Undo(back, 1, 1, start); again {
				t.Errorf("%s: the undo can be undone", key)
			}
		}
	}
	for name, want := range map[string][3]topup.Money{ // available, owed, funding
		"credit cash": {500, 0, -500}, "credit ccp": {500, 0, -500}, "credit account": {500, -500, 0},
		"debit baridimob": {-500, 0, 500}, "debit account": {-500, 500, 0}, "repay cash": {0, 500, -500},
	} {
		j := lines[name]
		if got := [3]topup.Money{j.On(shop.Available()), j.On(shop.Owed()), j.On(topup.Funding)}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	hold := topup.Hold(newOrder(topup.MobileTopUp))
	if _, ok := topup.Undo(hold, 1, 1, start); ok {
		t.Error("a hold can be undone")
	}
}

func TestDebtor(t *testing.T) {
	for account, want := range map[topup.AccountID]topup.ShopID{
		topup.ShopID(12).Owed(): 12, topup.ShopID(12).Available(): 0, topup.ShopID(12).Held(): 0, topup.Funding: 0, "shop/x/owed": 0, "shop//owed": 0,
	} {
		if shop, ok := account.Debtor(); ok != (want != 0) || shop != want || account.OfDebt() != ok {
			t.Errorf("%s: %d, %t", account, shop, ok)
		}
	}
}

// TestLongDebt: lines that were not read count as old as the oldest that was.
func TestLongDebt(t *testing.T) {
	r := topup.ReadDebt(1, 1000, start)
	e := topup.Entry{Kind: topup.EntryCredit, Shop: 1, Amount: 300, Method: topup.OnAccount}
	if more := r.Add(e.Transaction("credit/r", 1, 1, "", start.Add(-8*24*time.Hour))); !more {
		t.Error("the debt is found in a part of it")
	}
	if d := r.Debt(); d.Whole || d.Grown != 1000 || !d.Since.Equal(start.Add(-8*24*time.Hour)) {
		t.Errorf("%+v", d)
	}
}
