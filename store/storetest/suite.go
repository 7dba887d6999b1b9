// Package storetest says what a store must do for a till, as tests that any
// store can be put to: behaviour, order, idempotency, sealing, readers beside
// the writer, crash points, and the check. A store that passes [Run] can take
// the place of another.
package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// Store is an open store under test.
type Store interface {
	till.Store
	// Check proves it, with what a vault opens (nil: what needs no key).
	Check(v *store.Vault) (store.Report, error)
	// Read gives what a check reads, in one read transaction.
	Read(v *store.Vault, fn func(store.Source) error) error
	// Admit gives store.ErrSealed when it was used with another key.
	Admit(v *store.Vault) error
	// Rekey seals all anew and gives the number of orders.
	Rekey(v *store.Vault) (orders int, err error)
	Close() error
}

// Site is a place where a store under test keeps what it has.
type Site struct {
	// Open opens what lies here, under a vault (nil: nothing is sealed); a new
	// site is empty. committed, unless it is nil, is called after each commit,
	// before Update returns.
	Open func(v *store.Vault, committed func()) (Store, error)
	// Crashed gives a site with what lies on disk at this moment, as a process
	// that ends now leaves it. It may be called while the store is open, and
	// within a transaction.
	Crashed func() Site
	// Bytes is all that lies here.
	Bytes func() []byte
	// Drop, unless it is nil, is called when nothing here is wanted any more,
	// where a test makes many places.
	Drop func()
}

func (s Site) drop() {
	if s.Drop != nil {
		s.Drop()
	}
}

// Run puts a store to all tests; site makes a new place.
func Run(t *testing.T, site func(testing.TB) Site) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, func(testing.TB) Site)
	}{
		{"SaleMovesMoney", saleMovesMoney},
		{"PlaceRefuses", placeRefuses},
		{"ApplyRefuses", applyRefuses},
		{"SettleTwice", settleTwice},
		{"OneProviderOrderEach", oneProviderOrderEach},
		{"Post", post},
		{"JournalSaysWho", journalSaysWho},
		{"Lines", lines},
		{"Totals", totals},
		{"Debts", debts},
		{"HistoryPages", historyPages},
		{"Due", due},
		{"Vouchers", vouchers},
		{"Claims", claims},
		{"Showings", showings},
		{"Complaints", complaints},
		{"Outbox", outbox},
		{"MovedPanel", movedPanel},
		{"Says", says},
		{"Undelivered", undelivered},
		{"HandledUpdates", handledUpdates},
		{"Prune", prune},
		{"Members", members},
		{"Removed", removed},
		{"Marks", marks},
		{"People", people},
		{"Chats", chats},
		{"Settings", settings},
		{"NothingReadable", nothingReadable},
		{"OpensNowhereElse", opensNowhereElse},
		{"Admit", admit},
		{"Rekey", rekey},
		{"RollbackKeepsNothing", rollbackKeepsNothing},
		{"ReaderSeesOneState", readerSeesOneState},
		{"ReadersBesideTheWriter", readersBesideTheWriter},
		{"Backup", backup},
		{"CheckReports", checkReports},
		{"AgainstModel", againstModel},
		{"CrashPoints", crashPoints},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, site) })
	}
}

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// open opens a new store and proves, when the test ends, that whatever the
// test did left it sound.
func open(t testing.TB, site Site, v *store.Vault) Store {
	t.Helper()
	db, err := site.Open(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sound(t, db, v)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func sound(t testing.TB, db Store, v *store.Vault) {
	t.Helper()
	if r, err := db.Check(v); err != nil || len(r.Problems) > 0 {
		t.Errorf("the store is not sound: %v %q", err, r.Problems)
	}
}

func update(t testing.TB, db Store, fn func(till.Tx) error) {
	t.Helper()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db Store, fn func(till.Tx) error) {
	t.Helper()
	if err := db.View(fn); err != nil {
		t.Fatal(err)
	}
}

func vault(t testing.TB, current byte, older ...byte) *store.Vault {
	t.Helper()
	var keys [][]byte
	for _, n := range older {
		keys = append(keys, bytes.Repeat([]byte{n}, 32))
	}
	v, err := store.NewVault(bytes.Repeat([]byte{current}, 32), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// stock makes a shop with its keeper, and money.
func stock(t testing.TB, db Store, money topup.Money) topup.Shop {
	t.Helper()
	var s topup.Shop
	update(t, db, func(tx till.Tx) error {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		s = topup.Shop{ID: topup.ShopID(id), Chat: 1000 + int64(id), Name: "Nour", State: topup.ShopApproved, Asked: t0}
		if err := tx.PutShop(s); err != nil {
			return err
		}
		if err := tx.PutMember(s.Keeper()); err != nil || money == 0 {
			return err
		}
		_, err = tx.Post(topup.Credit(s.ID, money, fmt.Sprint("start", id), 1, 1, "cash", t0))
		return err
	})
	return s
}

func order(s topup.Shop, id string, price topup.Money) topup.Order {
	return topup.Order{
		ID: topup.OrderID(id), Shop: s.ID, By: s.Chat, Chat: s.Chat, Panel: "card-" + id, Good: topup.MobileTopUp,
		State: topup.Placed, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", To: "0778037340", Quantity: 1,
		Face: price, Price: price, Expected: price - 100, Placed: t0, Changed: t0, Due: t0,
	}
}

// internet is an order whose delivery brings a code.
func internet(s topup.Shop, id string) topup.Order {
	o := order(s, id, topup.Dinars(990))
	o.Good, o.LineType, o.To, o.Face, o.Plan = topup.InternetCard, topup.ADSL, "036362608", topup.Dinars(1000), ""
	return o
}

// submitted places an order and marks it as sent.
func submitted(tx till.Tx, o topup.Order) (topup.Order, error) {
	o, err := tx.Place(o)
	if err != nil {
		return o, err
	}
	s, err := topup.Submit(o, t0, time.Minute)
	if err != nil {
		return o, err
	}
	return tx.Apply(s)
}

func said(phase topup.Phase, providerID string, vouchers ...topup.Voucher) topup.Status {
	return topup.Status{ProviderID: providerID, Phase: phase, Vouchers: vouchers, Evidence: topup.Evidence{Word: "WORD"}}
}
