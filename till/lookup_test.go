package till

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// archive is a till of three shops that sold every few hours for some months,
// every third time a gift card, and of which an old sale was taken over last.
func archive(t *testing.T, end time.Time) (*Engine, []topup.Order) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	vault, err := store.NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	file, err := bolt.Open(path, bolt.Options{Vault: vault})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	db := Over(file)
	var sold []topup.Order
	if err := db.Update(func(tx Tx) error {
		for shop := range topup.ShopID(3) {
			if _, err := tx.Post(topup.Credit(shop+1, topup.Dinars(1_000_000), fmt.Sprint(shop), 1, 1, "test", end)); err != nil {
				return err
			}
		}
		const all = 900
		for n := range all {
			at := end.Add(-time.Duration(all-n) * 2 * time.Hour)
			if n == all-1 {
				at = end.AddDate(0, 0, -50) // it was sold before the file was copied
			}
			o := benchOrder(n)
			o.ID, o.Shop = topup.FirstID(at.Add(-time.Duration(n%5) * time.Minute))[:9]+topup.OrderID(fmt.Sprintf("%011d", n)), topup.ShopID(n%3+1)
			o.Placed, o.Changed, o.Due = at, at, at
			if n%3 == n%2 {
				o.Good, o.Operator, o.PlanKind, o.Face, o.To, o.Product, o.TypeID = topup.GiftCard, "", "", 0, "", "psn", "10"
			}
			if o, err = tx.Place(o); err != nil {
				return err
			}
			step, err := topup.Submit(o, at, time.Minute)
			if err != nil {
				return err
			}
			if o, err = tx.Apply(step); err != nil {
				return err
			}
			said := topup.Status{ProviderID: fmt.Sprintf("p%d", n), Phase: topup.PhaseDone, DoneQty: 1, Evidence: topup.Evidence{At: at, Word: "FULFILLED"}, Transaction: fmt.Sprintf("AT-2026-%05d", 50_000+n)}
			if o.Good == topup.GiftCard {
				said.Vouchers = []topup.Voucher{{Code: fmt.Sprintf("code %d", n), Serial: fmt.Sprintf("90-00%05d", n)}}
			}
			if o, err = tx.Apply(topup.Checked(o, said, at, 1)); err != nil || o.State != topup.Delivered {
				return fmt.Errorf("order %d is %s: %w", n, o.State, err)
			}
			sold = append(sold, o)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return benchEngine(t, db), sold
}

func numbersOf(list []topup.Order) (nos []uint64) {
	for _, o := range list {
		nos = append(nos, o.No)
	}
	return nos
}

// TestSalesOfADay: every sale of a day stands on one of its pages, and nothing
// else does, whoever looks.
func TestSalesOfADay(t *testing.T) {
	end := time.Date(2026, 11, 27, 15, 0, 0, 0, locales.Algiers)
	e, sold := archive(t, end)
	for _, shop := range []topup.ShopID{0, 2} {
		for back := range 80 {
			day := end.AddDate(0, 0, -back).Format("20060102")
			f := flows.Found{Ask: flows.Question{Period: topup.Period(day + "-" + day), Shop: shop}, Now: end}
			var got, want []uint64
			for pages := 0; ; pages++ {
				f.List = nil
				if err := e.salesOfDay(&f); err != nil || pages > 5 {
					t.Fatal(err, pages)
				}
				page := f.List[:min(len(f.List), foundMost-1)]
				got = append(got, numbersOf(page)...)
				if len(f.List) < foundMost {
					break
				}
				f.Ask.Before = page[len(page)-1].No
			}
			for _, o := range sold {
				if o.Placed.In(locales.Algiers).Format("20060102") == day && (shop == 0 || o.Shop == shop) {
					want = append(want, o.No)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("shop %d on %s: %v, want %v", shop, day, got, want)
			}
		}
	}
}

// TestSalesBySerial: a search goes back some days at a time, says how far it
// came, and has seen all in the end; a shop sees its own alone.
func TestSalesBySerial(t *testing.T) {
	end := time.Date(2026, 11, 27, 15, 0, 0, 0, locales.Algiers)
	e, sold := archive(t, end)
	search := func(shop topup.ShopID, digits string) (found []uint64, looks int) {
		f := flows.Found{Ask: flows.Question{Serial: digits, Shop: shop}, Now: end}
		for looks = 1; ; looks++ {
			f.List, f.Read = nil, 0
			from := f.Back
			if err := e.salesBySerial(&f, func(int) {}); err != nil || looks > 10 {
				t.Fatal(err, looks)
			}
			found = append(found, numbersOf(f.List)...)
			if f.Over {
				return found, looks
			}
			if !from.IsZero() && !f.Back.Before(from) {
				t.Fatalf("look %d came from %v to %v", looks, from, f.Back)
			}
			f.Ask.Before = f.Last
		}
	}
	for _, n := range []int{6, 7, 300, 666, 899} {
		serial, gift := fmt.Sprintf("%05d", n), sold[n].Good == topup.GiftCard
		for shop := range topup.ShopID(4) {
			var want []uint64
			if gift && (shop == 0 || sold[n].Shop == shop) {
				want = []uint64{sold[n].No}
			}
			got, looks := search(shop, serial)
			if !slices.Equal(got, want) || shop == 0 && looks != 3 {
				t.Errorf("serial …%s, shop %d: %v in %d looks, want %v", serial, shop, got, looks, want)
			}
		}
	}
	if got, _ := search(0, "202650300"[1:]); !slices.Equal(got, []uint64{sold[300].No}) {
		t.Errorf("by the operator's number: %v", got)
	}
	f := flows.Found{Ask: flows.Question{Serial: "0000"[:1]}, Now: end}
	if err := e.salesBySerial(&f, func(int) {}); err != nil || len(f.List) > serialsMost || f.Over {
		t.Errorf("%d found at once (%v)", len(f.List), err)
	}
}
