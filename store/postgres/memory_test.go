package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/store"
	"hanout/store/postgres"
	"hanout/topup"
)

// remembersRightly proves that all that is remembered is what the tables say.
func remembersRightly(t interface{ Errorf(string, ...any) }, db *postgres.DB) {
	problems, err := db.Disremembered()
	if err != nil {
		t.Errorf("%v", err)
	}
	for _, p := range problems {
		t.Errorf("%s", p)
	}
}

// TestMemoryTellsTheTruth runs random batches, of which some fail in a step,
// panic, are refused by the server in the middle or at the commit, or rest on
// guesses that are wrong: after each, what is remembered is what the tables
// say, and the till is sound.
func TestMemoryTellsTheTruth(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		address, drop := fresh(outer)
		defer drop()
		db := open(outer, address, postgres.Options{Vault: vault(outer)})
		defer db.Close()
		begin(outer, db)
		conn := admin(outer, address)
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), `CREATE OR REPLACE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
			DROP TRIGGER IF EXISTS now ON settings; CREATE TRIGGER now BEFORE INSERT ON settings FOR EACH ROW WHEN (NEW.name = 'refused') EXECUTE FUNCTION no();
			DROP TRIGGER IF EXISTS later ON settings; CREATE CONSTRAINT TRIGGER later AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.name = 'refused later') EXECUTE FUNCTION no()`); err != nil {
			t.Fatal(err)
		}
		defer conn.Exec(context.Background(), `DROP TRIGGER now ON settings; DROP TRIGGER later ON settings; DROP FUNCTION no`)
		h := &hands{ids: []string{topup.NewID(), topup.NewID(), "a", "b"}}
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			if rapid.IntRange(0, 3).Draw(t, "forget") == 0 {
				db.Forget()
			}
			end := rapid.SampledFrom([]string{"", "", "", "error", "panic", "refused", "refused later"}).Draw(t, "end")
			theme := rapid.SampledFrom([]int{0, 1, 2, 2, 3}).Draw(t, "theme")
			func() {
				defer func() { _ = recover() }()
				err := db.Update(func(tx *postgres.Tx) error {
					for range rapid.IntRange(1, 12).Draw(t, "steps") {
						if err := h.step(t, theme, tx); err != nil {
							return err
						}
					}
					switch end {
					case "error":
						return errors.New("a step fails")
					case "panic":
						panic("a step breaks")
					case "refused", "refused later":
						return tx.PutSetting(end, 1)
					}
					return nil
				})
				if end == "" && err != nil || end != "" && err == nil {
					t.Errorf("ended by %q: %v", end, err)
				}
			}()
			remembersRightly(t, db)
		}
		if r, err := db.Check(vault(outer)); err != nil || len(r.Problems) > 0 {
			t.Errorf("not sound: %v %q", err, r.Problems)
		}
	})
}

func vault(t testing.TB) *store.Vault {
	v, err := store.NewVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestWrongGuess: what a step does because it was told what is not so counts for
// nothing, whatever it does; it runs anew and is told what is there.
func TestWrongGuess(t *testing.T) {
	db, _, s := stocked(t, postgres.Options{})
	id := topup.NewID()
	update(t, db, func(tx *postgres.Tx) error { _, err := tx.Place(order(s, id, 100_00)); return err })
	for name, misled := range map[string]func(*postgres.Tx) error{
		"writes": func(tx *postgres.Tx) error { return tx.PutSetting("misled", 1) },
		"fails":  func(*postgres.Tx) error { return errors.New("it is not there") },
		"panics": func(*postgres.Tx) error { panic("it is not there") },
		"writes and reads": func(tx *postgres.Tx) error {
			err := tx.PutSetting("misled", 1)
			if _, err := tx.OrdersOf(1, 0, 1); err != nil {
				t.Errorf("goes on after %v", err)
			}
			return err
		},
	} {
		db.Forget()
		ran := 0
		if err := db.Update(func(tx *postgres.Tx) error {
			ran++
			_, ok, err := tx.Order(topup.OrderID(id))
			if err != nil || ok {
				return err
			}
			return misled(tx)
		}); err != nil || ran != 2 {
			t.Errorf("who %s runs %d times: %v", name, ran, err)
		}
		update(t, db, func(tx *postgres.Tx) error {
			var v int
			if is, err := tx.Setting("misled", &v); is || err != nil {
				t.Errorf("who %s leaves a trace (%v)", name, err)
			}
			return nil
		})
		remembersRightly(t, db)
	}
}

// TestPrunedIsNotRemembered: an update is known as handled from the batch on
// that marks it, and as new again when it is pruned; so are panels.
func TestPrunedIsNotRemembered(t *testing.T) {
	db, _, _ := stocked(t, postgres.Options{})
	step := func(fn func(*postgres.Tx) error) { t.Helper(); update(t, db, fn); remembersRightly(t, db) }
	for range 2 {
		step(func(tx *postgres.Tx) error { _, err := tx.Handled(1); return err })
		step(func(tx *postgres.Tx) error {
			_, err := tx.Delivered("p", 1, 5, 7, t0)
			return errors.Join(err, tx.MarkHandled(1, t0))
		})
		step(func(tx *postgres.Tx) error {
			updates, err1 := tx.PruneHandled(t0.Add(time.Hour), 5)
			shown, err2 := tx.PrunePanels(t0.Add(time.Hour), 5)
			if updates != 1 || shown != 1 {
				t.Errorf("%d updates and %d panels are pruned", updates, shown)
			}
			return errors.Join(err1, err2)
		})
	}
}

// TestForgottenWithTheConnection: what was known over a connection that is lost
// is asked for anew. As long as it stands nothing is.
func TestForgottenWithTheConnection(t *testing.T) {
	db, address, _ := stocked(t, postgres.Options{})
	conn := admin(t, address)
	update(t, db, func(tx *postgres.Tx) error { return tx.PutSetting("x", 1) })
	another := func(sql string) { // as who leads meanwhile
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	reads := func(want int) {
		t.Helper()
		var x int
		update(t, db, func(tx *postgres.Tx) error { _, err := tx.Setting("x", &x); return err })
		if x != want {
			t.Errorf("reads %d, want %d", x, want)
		}
	}
	another(`UPDATE settings SET doc = '2' WHERE name = 'x'`)
	reads(1)
	another(`SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE locktype = 'advisory' AND granted`)
	reads(2)
	another(`UPDATE settings SET doc = '3' WHERE name = 'x'`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, address, postgres.Options{})
	reads(3)
}

// hands do one thing after the other, of all that a till does.
type hands struct{ ids []string }

// refused are the errors that a step takes as an answer.
var refused = []error{store.ErrExists, store.ErrInsufficient, store.ErrConflict, store.ErrMove, store.ErrMember, topup.ErrComplaint}

func (h *hands) step(t *rapid.T, theme int, tx *postgres.Tx) error {
	chat := 1000 + rapid.Int64Range(1, 3).Draw(t, "chat")
	id := rapid.SampledFrom(h.ids).Draw(t, "id")
	n := rapid.IntRange(1, 3).Draw(t, "n")
	steps := [...]func(*postgres.Tx, int64, string, int) []func() error{h.people, h.values, h.sales, h.messages}[theme](tx, chat, id, n)
	err := steps[rapid.IntRange(0, len(steps)-1).Draw(t, "what")]()
	if slices.ContainsFunc(refused, func(is error) bool { return errors.Is(err, is) }) {
		return nil
	}
	return err
}

func (h *hands) people(tx *postgres.Tx, chat int64, _ string, n int) []func() error {
	person, shop := chat+100, topup.ShopID(n)
	return []func() error{
		func() error {
			return tx.PutShop(topup.Shop{ID: shop, Chat: 10*chat + int64(shop), Name: fmt.Sprint(n)})
		},
		func() error { _, _, err := tx.ShopByChat(10*chat + int64(shop)); return err },
		func() error {
			return tx.PutMember(topup.Member{Person: person, Shop: 1, Role: topup.Cashier, Name: fmt.Sprint(n)})
		},
		func() error { return tx.RemoveMember(person) },
		func() error { _, _, err := tx.Member(person); return err },
		func() error {
			for _, err := range tx.Members(1) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		func() error { return tx.PutChat(store.Chat{ID: chat, Guesses: n}) },
		func() error { _, _, err := tx.Chat(chat); return err },
		func() error { return tx.ForgetChat(chat) },
		func() error { return tx.PutSession(chat, []byte{byte(n)}) },
		func() error { return tx.PutSession(chat, nil) },
		func() error { _, err := tx.Session(chat); return err },
	}
}

func (h *hands) values(tx *postgres.Tx, _ int64, id string, n int) []func() error {
	at := t0.Add(time.Duration(n) * time.Minute)
	return []func() error{
		func() error { return tx.PutSetting(id, n) },
		func() error { return tx.DropSetting(id) },
		func() error { var v int; _, err := tx.Setting(id, &v); return err },
		func() error { return tx.SkipIDs(id, uint64(n)) },
		func() error { return tx.MarkHandled(int64(n), at) },
		func() error { _, err := tx.Handled(int64(n)); return err },
		func() error { _, err := tx.PruneHandled(at, 2); return err },
	}
}

func (h *hands) sales(tx *postgres.Tx, _ int64, id string, n int) []func() error {
	return []func() error{
		func() error { return h.place(tx, id, n) },
		func() error { return h.place(tx, id, n) },
		func() error { return h.move(tx, id, n) },
		func() error { return h.move(tx, id, n) },
		func() error { return h.move(tx, id, n) },
		func() error { return h.claim(tx, id, n) },
		func() error { return h.complain(tx, id) },
		func() error { _, err := tx.OrdersTo(1, fmt.Sprint("077803734", n), n); return err },
		func() error { _, _, err := tx.OrderByProvider(fmt.Sprint("p", n)); return err },
		func() error { _, _, err := tx.OrderByPanel("card-" + id); return err },
		func() error { _, _, err := tx.OrderByNo(uint64(n)); return err },
		func() error { _, err := tx.OrdersOf(1, 0, 5); return err },
		func() error { _, err := tx.Wallet(1); return err },
		func() error {
			_, err := tx.Post(topup.Credit(1, topup.Money(n), topup.NewID(), 1, 1, "", t0))
			return err
		},
		func() error { _, err := tx.Post(topup.Debit(1, 400_00, id, 1, 1, "", t0)); return err },
	}
}

func (h *hands) messages(tx *postgres.Tx, chat int64, id string, n int) []func() error {
	at, panel := t0.Add(time.Duration(n)*time.Minute), "card-"+id
	return []func() error{
		func() error { _, err := tx.Owe(store.Owed{Panel: panel, Chat: chat, Since: at}); return err },
		func() error { _, err := tx.Delivered(panel, uint64(n), chat, n, at); return err },
		func() error { return tx.Undeliverable(panel, uint64(n), "why", at) },
		func() error { return tx.Drop(panel, uint64(n)) },
		func() error { _, err := tx.Says(panel, "x"); return err },
		func() error { _, err := tx.PrunePanels(at, 2); return err },
		func() error { _, err := tx.PruneUndelivered(at, 2); return err },
	}
}

func (h *hands) place(tx *postgres.Tx, id string, n int) error {
	o := order(topup.Shop{ID: 1, Chat: 1001}, id, topup.Money(n)*100_00)
	o.To = fmt.Sprint("077803734", n)
	_, err := tx.Place(o)
	return err
}

// move lets an order take its next step; n tells what the provider says.
func (h *hands) move(tx *postgres.Tx, id string, n int) error {
	o, ok, err := tx.Order(topup.OrderID(id))
	if err != nil || !ok {
		return err
	}
	var s topup.Change
	if o.State == topup.Placed {
		if s, err = topup.Submit(o, t0, time.Minute); err != nil {
			return err
		}
	} else {
		phase := []topup.Phase{topup.PhaseOpen, topup.PhaseDone, topup.PhaseRefunded}[n-1]
		s = topup.Checked(o, topup.Status{ProviderID: fmt.Sprint("p", n), Phase: phase, Evidence: topup.Evidence{Word: "WORD"}}, t0, 1)
	}
	_, err = tx.Apply(s)
	return err
}

func (h *hands) claim(tx *postgres.Tx, id string, n int) error {
	if _, ok, err := tx.Order(topup.OrderID(id)); err != nil || !ok {
		return err
	}
	c, ok, err := tx.ClaimOf(topup.OrderID(id))
	if err != nil {
		return err
	}
	if !ok || n == 1 {
		c = topup.Claim{Hash: []byte(topup.NewID()), Order: topup.OrderID(id), Shop: 1, State: topup.ClaimOpen, Made: t0, Expires: t0}
	} else {
		c.State = topup.ClaimRevoked
	}
	return tx.PutClaim(c)
}

func (h *hands) complain(tx *postgres.Tx, id string) error {
	o, ok, err := tx.Order(topup.OrderID(id))
	if err != nil || !ok {
		return err
	}
	if _, _, err := tx.Complaint(o.ID); err != nil {
		return err
	}
	return tx.PutComplaint(topup.Complaint{Order: o.ID, No: o.No, Shop: o.Shop, State: topup.ComplaintOpen, Opened: t0, Thread: []topup.Remark{{At: t0, Text: "x"}}})
}
