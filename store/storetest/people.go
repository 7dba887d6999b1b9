package storetest

import (
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// members: a person has one place, a shop one keeper, and both are found.
func members(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	a, b := stock(t, db, 0), stock(t, db, 0)
	for _, tt := range []struct {
		name   string
		member topup.Member
		want   error
	}{
		{"the keeper again", topup.Member{Person: a.Chat, Shop: a.ID, Role: topup.Keeper, Name: "Karim", Since: t0}, nil},
		{"a cashier", topup.Member{Person: 7, Shop: a.ID, Role: topup.Cashier, Since: t0}, nil},
		{"a second cashier", topup.Member{Person: -8, Shop: a.ID, Role: topup.Cashier, Since: t0}, nil},
		{"a cashier of another shop", topup.Member{Person: 7, Shop: b.ID, Role: topup.Cashier, Since: t0}, store.ErrMember},
		{"a keeper of another shop", topup.Member{Person: a.Chat, Shop: b.ID, Role: topup.Cashier, Since: t0}, store.ErrMember},
		{"a second keeper", topup.Member{Person: 9, Shop: b.ID, Role: topup.Keeper, Since: t0}, store.ErrMember},
		{"a cashier who would be keeper", topup.Member{Person: 7, Shop: a.ID, Role: topup.Keeper, Since: t0}, store.ErrMember},
	} {
		// The refusal must leave nothing: the transaction is committed.
		update(t, db, func(tx till.Tx) error {
			if err := tx.PutMember(tt.member); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
			return nil
		})
	}
	if err := db.Read(nil, func(src store.Source) error {
		for shop, want := range map[topup.ShopID][]int64{a.ID: {-8, 7, a.Chat}, b.ID: {b.Chat}} {
			list, err := all(src.Members(shop))
			var got []int64
			for _, m := range list {
				got = append(got, m.Person)
			}
			if slices.Sort(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("people of shop %d: %v, want %v (%v)", shop, got, want, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx till.Tx) error {
		for person, want := range map[int64]topup.ShopID{a.Chat: a.ID, 7: a.ID, -8: a.ID, b.Chat: b.ID, 9: 0} {
			m, ok, err := tx.Member(person)
			if err != nil || ok != (want != 0) || m.Shop != want {
				t.Errorf("%d works for shop %d, want %d (%v)", person, m.Shop, want, err)
			}
		}
		if m, _, err := tx.Member(a.Chat); err != nil || m.Name != "Karim" || m.Role != topup.Keeper || !m.Since.Equal(t0) {
			t.Errorf("the keeper is %+v (%v)", m, err)
		}
		return nil
	})
}

// removed: a place that is taken away is found by nobody, and may be given
// again, elsewhere too.
func removed(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	a, b := stock(t, db, 0), stock(t, db, 0)
	who := func(tx till.Tx, shop topup.ShopID, want ...int64) {
		t.Helper()
		list, err := all(tx.Members(shop))
		got := []int64{}
		for _, m := range list {
			got = append(got, m.Person)
		}
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("people of shop %d: %v, want %v (%v)", shop, got, want, err)
		}
	}
	cashier := topup.Member{Person: 1 << 40, Shop: a.ID, Role: topup.Cashier, Name: "Amine", Since: t0, Limit: 5, Takings: topup.Takings{Day: "d", Sold: 3, Sales: 2}}
	update(t, db, func(tx till.Tx) error {
		if err := tx.PutMember(cashier); err != nil {
			return err
		}
		who(tx, a.ID, a.Chat, 1<<40)
		return errors.Join(tx.RemoveMember(1<<40), tx.RemoveMember(12345))
	})
	update(t, db, func(tx till.Tx) error {
		who(tx, a.ID, a.Chat)
		if m, ok, err := tx.Member(1 << 40); ok || err != nil {
			t.Errorf("still there: %+v (%v)", m, err)
		}
		cashier.Shop = b.ID
		return tx.PutMember(cashier)
	})
	view(t, db, func(tx till.Tx) error {
		who(tx, b.ID, b.Chat, 1<<40)
		if m, _, err := tx.Member(1 << 40); err != nil || m != cashier {
			t.Errorf("%+v, want %+v (%v)", m, cashier, err)
		}
		return nil
	})
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("the check: %v %v", r.Problems, err)
	}
}

// marks: a secret in a name is the same each time, and does not tell itself.
func marks(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), vault(t, 1))
	view(t, db, func(tx till.Tx) error {
		if a := tx.Mark("secret"); a != tx.Mark("secret") || a == tx.Mark("secreu") || len(a) < 20 || strings.Contains(a, "secret") {
			t.Errorf("the mark is %q", a)
		}
		return nil
	})
	other := open(t, site(t), vault(t, 2))
	view(t, db, func(tx till.Tx) error {
		return other.View(func(tx2 till.Tx) error {
			if tx.Mark("secret") == tx2.Mark("secret") {
				t.Error("two keys make one mark")
			}
			return nil
		})
	})
}

func people(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), vault(t, 1))
	a, b := stock(t, db, 0), stock(t, db, 0)
	update(t, db, func(tx till.Tx) error {
		b.Name, b.Phone = "Chez Amel", "0661998877"
		if err := tx.PutShop(b); err != nil {
			return err
		}
		if err := tx.PutChat(store.Chat{ID: -5, Language: "fr", LastPanel: "p", Guesses: 3}); err != nil {
			return err
		}
		for _, chat := range []int64{5, -5, 6} {
			if err := tx.PutSession(chat, []byte("session")); err != nil {
				return err
			}
		}
		return tx.PutSession(6, nil)
	})
	view(t, db, func(tx till.Tx) error {
		list, err := all(tx.Shops())
		if err != nil || len(list) != 2 || !reflect.DeepEqual(list[0], a) || list[1].Name != b.Name || list[1].Phone != b.Phone {
			t.Errorf("shops: %+v (%v)", list, err)
		}
		if s, ok, err := tx.ShopByChat(b.Chat); err != nil || !ok || s.ID != b.ID || s.Phone != b.Phone {
			t.Errorf("shop by chat: %+v (%v)", s, err)
		}
		if _, ok, err := tx.ShopByChat(1); err != nil || ok {
			t.Errorf("a chat of no shop: %t (%v)", ok, err)
		}
		if _, ok, err := tx.Shop(99); err != nil || ok {
			t.Errorf("a shop nobody made: %t (%v)", ok, err)
		}
		if c, ok, err := tx.Chat(-5); err != nil || !ok || c.Language != "fr" || c.LastPanel != "p" || c.Guesses != 3 {
			t.Errorf("chat: %+v (%v)", c, err)
		}
		if _, ok, err := tx.Chat(5); err != nil || ok {
			t.Errorf("a chat nobody wrote in: %t (%v)", ok, err)
		}
		chats, err := tx.Sessions()
		if slices.Sort(chats); err != nil || !slices.Equal(chats, []int64{-5, 5}) {
			t.Errorf("sessions with %v (%v)", chats, err)
		}
		if s, err := tx.Session(5); err != nil || string(s) != "session" {
			t.Errorf("session %q (%v)", s, err)
		}
		if s, err := tx.Session(6); err != nil || s != nil {
			t.Errorf("an ended session %q (%v)", s, err)
		}
		return nil
	})
}

func settings(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	boom := errors.New("boom")
	update(t, db, func(tx till.Tx) error {
		for want := uint64(1); want <= 3; want++ {
			if n, err := tx.PeekID("order"); err != nil || n != want {
				t.Errorf("the next is %d, want %d (%v)", n, want, err)
			}
			if n, err := tx.NextID("order"); err != nil || n != want {
				t.Errorf("number %d, want %d (%v)", n, want, err)
			}
		}
		if err := tx.SkipIDs("order", 1000); err != nil {
			return err
		}
		if err := tx.PutSetting("a", map[string]int{"x": 1}); err != nil {
			return err
		}
		return tx.PutPlans([]topup.Plan{{Code: "B"}, {Code: "A"}})
	})
	if err := db.Update(func(tx till.Tx) error {
		if _, err := tx.NextID("order"); err != nil {
			return err
		}
		return errors.Join(tx.PutSetting("a", 7), boom)
	}); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	view(t, db, func(tx till.Tx) error {
		if n, err := tx.PeekID("order"); err != nil || n != 1004 {
			t.Errorf("after three, a thousand left out, and a rollback the next is %d (%v)", n, err)
		}
		if n, err := tx.PeekID("shop"); err != nil || n != 1 {
			t.Errorf("another sequence begins at %d (%v)", n, err)
		}
		v := map[string]int{}
		if ok, err := tx.Setting("a", &v); err != nil || !ok || v["x"] != 1 {
			t.Errorf("setting: %v %t (%v)", v, ok, err)
		}
		kept := "kept"
		if ok, err := tx.Setting("b", &kept); err != nil || ok || kept != "kept" {
			t.Errorf("a setting nobody made: %q %t (%v)", kept, ok, err)
		}
		plans, err := tx.Plans()
		if err != nil || len(plans) != 2 || plans[0].Code != "B" {
			t.Errorf("plans: %v (%v)", plans, err)
		}
		return nil
	})
}

// all collects a walk.
func all[T any](walk iter.Seq2[T, error]) (list []T, err error) {
	for v, err := range walk {
		if err != nil {
			return list, err
		}
		list = append(list, v)
	}
	return list, nil
}

// chats: they are listed in pages, and forgotten with their sessions; a setting
// is forgotten, too.
func chats(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), vault(t, 1))
	page := func(tx till.Tx, above int64, want ...int64) {
		t.Helper()
		list, err := tx.Chats(above, 3)
		ids := []int64{}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		if err != nil || !slices.Equal(ids, want) {
			t.Errorf("above %d: %v, want %v (%v)", above, ids, want, err)
		}
	}
	update(t, db, func(tx till.Tx) error {
		for _, id := range []int64{-1001, 7, 8, 900, -5} {
			if err := tx.PutChat(store.Chat{ID: id, Heard: t0}); err != nil {
				return err
			}
			if err := tx.PutSession(id, []byte("talk")); err != nil {
				return err
			}
		}
		return tx.PutSetting("menu/8", "x")
	})
	update(t, db, func(tx till.Tx) error {
		page(tx, 0, -1001, -5, 7)
		page(tx, 7, 8, 900)
		page(tx, 6, 7, 8, 900)
		page(tx, 900)
		if err := tx.ForgetChat(8); err != nil {
			return err
		}
		return tx.DropSetting("menu/8")
	})
	view(t, db, func(tx till.Tx) error {
		page(tx, 7, 900)
		if b, err := tx.Session(8); b != nil || err != nil {
			t.Errorf("a forgotten chat has a session: %q (%v)", b, err)
		}
		if b, err := tx.Session(7); string(b) != "talk" || err != nil {
			t.Errorf("the session of another chat is %q (%v)", b, err)
		}
		var v string
		if had, err := tx.Setting("menu/8", &v); had || err != nil {
			t.Errorf("a dropped setting is %q (%v)", v, err)
		}
		return nil
	})
}
