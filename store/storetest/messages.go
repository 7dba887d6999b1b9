package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"hanout/store"
	"hanout/till"
)

// movedPanel: a panel that has moved to another chat, where numbers begin anew,
// leaves nothing there that is its own.
func movedPanel(t *testing.T, site func(testing.TB) Site) {
	update(t, open(t, site(t), nil), func(tx till.Tx) error {
		for _, message := range []int{9, 10} {
			moved, _ := tx.Owe(store.Owed{Panel: "m", Chat: -int64(message), Since: t0, Body: []byte("3")})
			former, err := tx.Delivered("m", moved.Seq, moved.Chat, 9, t0.Add(time.Duration(message)*time.Hour))
			if ref, _, _ := tx.PanelRef("m"); err != nil || former != 0 || ref.Chat != moved.Chat || ref.MessageID != 9 {
				t.Errorf("a moved panel is shown by %+v, in place of %d, %v", ref, former, err)
			}
		}
		return nil
	})
}

func outbox(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	update(t, db, func(tx till.Tx) error {
		first, _ := tx.Owe(store.Owed{Panel: "c", Chat: 5, Since: t0, Body: []byte("1")})
		second, _ := tx.Owe(store.Owed{Panel: "c", Chat: 5, Since: t0.Add(time.Hour), Body: []byte("2")})
		if second.Seq <= first.Seq || !second.Since.Equal(t0) {
			t.Errorf("the newer debt is %+v after %+v", second, first)
		}
		if _, err := tx.Delivered("c", first.Seq, 5, 70, t0); err != nil {
			return err
		}
		if o, ok, _ := tx.OwedOf("c"); !ok || string(o.Body) != "2" {
			t.Errorf("a delivery of the older text took the newer one away: %+v %t", o, ok)
		}
		former, err := tx.Delivered("c", second.Seq, 5, 71, t0)
		if err != nil || former != 70 {
			t.Errorf("former message %d, %v", former, err)
		}
		if _, ok, _ := tx.OwedOf("c"); ok {
			t.Error("a delivered message is still owed")
		}
		if ref, ok, _ := tx.PanelRef("c"); !ok || ref.MessageID != 71 {
			t.Errorf("the panel is shown by %+v", ref)
		}
		older, _ := tx.Owe(store.Owed{Panel: "d", Chat: 6, Since: t0, Body: []byte("old")})
		o, _ := tx.Owe(store.Owed{Panel: "d", Chat: 6, Since: t0, Body: []byte("secret")})
		if err := tx.Undeliverable("d", older.Seq, "blocked", t0); err != nil {
			return err
		}
		if now, ok, _ := tx.OwedOf("d"); !ok || now.Seq != o.Seq {
			t.Errorf("the older text was set aside, and the newer with it: %+v %t", now, ok)
		}
		if err := tx.Undeliverable("d", o.Seq, "blocked", t0); err != nil {
			return err
		}
		return nil
	})
	if err := db.Read(nil, func(src store.Source) error {
		list, err := all(src.Undelivered())
		if len(list) != 1 || list[0].Why != "blocked" || list[0].Panel != "d" || string(list[0].Body) != "secret" {
			t.Errorf("undelivered: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx till.Tx) error {
		if n, err := tx.PrunePanels(t0.Add(time.Hour), 10); err != nil || n != 1 {
			t.Errorf("pruned %d panels, %v", n, err)
		}
		return nil
	})
}

// undelivered: what can't be delivered is dropped, or set aside until it is old;
// a newer debt of the panel stays.
func undelivered(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	owe := func(tx till.Tx, panel string) uint64 {
		o, err := tx.Owe(store.Owed{Panel: panel, Chat: 5, Since: t0, Body: []byte("x")})
		if err != nil {
			t.Error(err)
		}
		return o.Seq
	}
	update(t, db, func(tx till.Tx) error {
		first := owe(tx, "a")
		second := owe(tx, "a")
		if err := tx.Drop("a", first); err != nil {
			return err
		}
		if _, waits, _ := tx.OwedOf("a"); !waits {
			t.Error("dropping an older debt took the newer one")
		}
		if err := tx.Drop("a", second); err != nil {
			return err
		}
		if _, waits, _ := tx.OwedOf("a"); waits {
			t.Error("a dropped message is still owed")
		}
		for i := range 5 {
			panel := fmt.Sprint("u", i)
			if err := tx.Undeliverable(panel, owe(tx, panel), "blocked", t0.Add(time.Duration(i)*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx till.Tx) error {
		if n, err := tx.PruneUndelivered(t0.Add(4*time.Hour), 3); err != nil || n != 3 {
			t.Errorf("pruned %d, want 3 (%v)", n, err)
		}
		if n, err := tx.PruneUndelivered(t0.Add(4*time.Hour), 3); err != nil || n != 1 {
			t.Errorf("pruned %d, want 1 (%v)", n, err)
		}
		return nil
	})
	if err := db.Read(nil, func(src store.Source) error {
		left, err := all(src.Undelivered())
		if len(left) != 1 || left[0].Panel != "u4" {
			t.Errorf("set aside are %+v", left)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// says: a store knows what a panel says, or is about to, and no text can be
// guessed by what it keeps of it.
func says(t *testing.T, site func(testing.TB) Site) {
	place := site(t)
	v := vault(t, 1)
	db := open(t, place, v)
	is := func(tx till.Tx, when, sum string, want bool) {
		t.Helper()
		if got, err := tx.Says("c", sum); err != nil || got != want {
			t.Errorf("%s the panel says %q: %t (%v)", when, sum, got, err)
		}
	}
	owe := func(tx till.Tx, sum string) uint64 {
		o, err := tx.Owe(store.Owed{Panel: "c", Chat: 5, Since: t0, Body: []byte("x"), Sum: sum})
		if err != nil {
			t.Error(err)
		}
		return o.Seq
	}
	delivered := func(tx till.Tx, seq uint64, message int) {
		if _, err := tx.Delivered("c", seq, 5, message, t0); err != nil {
			t.Error(err)
		}
	}
	update(t, db, func(tx till.Tx) error {
		is(tx, "before anything", "digest-one", false)
		is(tx, "before anything", "", false)
		one := owe(tx, "digest-one")
		is(tx, "while it waits", "digest-one", true)
		two := owe(tx, "digest-two")
		delivered(tx, one, 70)
		is(tx, "while a newer one waits", "digest-one", false)
		is(tx, "while a newer one waits", "digest-two", true)
		delivered(tx, two, 70)
		is(tx, "after the edit", "digest-two", true)
		is(tx, "after the edit", "digest-one", false)
		delivered(tx, owe(tx, "digest-one"), 71)
		is(tx, "in a new message", "digest-one", true)
		delivered(tx, owe(tx, "digest-two"), 0)
		is(tx, "in a message that is not known", "digest-two", false)
		is(tx, "in a message that is not known", "digest-one", false)
		three := owe(tx, "digest-three")
		owe(tx, "digest-four")
		delivered(tx, three, 71)
		if err := tx.Undeliverable("c", three+1, "blocked", t0); err != nil {
			return err
		}
		is(tx, "when the newest could not be delivered", "digest-four", false)
		is(tx, "when the newest could not be delivered", "digest-three", false)
		delivered(tx, owe(tx, "digest-last"), 71)
		return nil
	})
	if bytes.Contains(place.Bytes(), []byte("digest-")) {
		t.Error("a digest lies readable: numbers can be tried against it")
	}
}

func handledUpdates(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	update(t, db, func(tx till.Tx) error {
		for i := range int64(10) {
			// IDs fall as well as rise: they are compared for equality only.
			if err := tx.MarkHandled(1_000_000-i*1000, t0.Add(time.Duration(i)*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, db, func(tx till.Tx) error {
		if n, err := tx.PruneHandled(t0.Add(4*time.Hour), 100); err != nil || n != 4 {
			t.Errorf("pruned %d, %v", n, err)
		}
		for i := range int64(10) {
			if seen, _ := tx.Handled(1_000_000 - i*1000); seen != (i >= 4) {
				t.Errorf("update %d handled: %t", i, seen)
			}
		}
		if seen, _ := tx.Handled(999_999); seen {
			t.Error("an ID between handled ones counts as handled")
		}
		return nil
	})
}

// prune: what is old is forgotten, the oldest first and no more than asked;
// a panel that owes something stays.
func prune(t *testing.T, site func(testing.TB) Site) {
	db := open(t, site(t), nil)
	hour := func(i int) time.Time { return t0.Add(time.Duration(i) * time.Hour) }
	update(t, db, func(tx till.Tx) error {
		for i := range 6 {
			panel := fmt.Sprint("p", i)
			o, err := tx.Owe(store.Owed{Panel: panel, Chat: 5, Since: t0, Body: []byte("x")})
			if err != nil {
				return err
			}
			if _, err := tx.Delivered(panel, o.Seq, 5, i+1, hour(i)); err != nil {
				return err
			}
			if err := tx.MarkHandled(int64(i), hour(i)); err != nil {
				return err
			}
		}
		// Marked again, an update keeps the time of its first mark.
		if err := tx.MarkHandled(0, hour(9)); err != nil {
			return err
		}
		_, err := tx.Owe(store.Owed{Panel: "p0", Chat: 5, Since: t0, Body: []byte("y")})
		return err
	})
	update(t, db, func(tx till.Tx) error {
		if n, err := tx.PruneHandled(hour(4), 3); err != nil || n != 3 {
			t.Errorf("pruned %d updates, want 3 (%v)", n, err)
		}
		if n, err := tx.PrunePanels(hour(4), 10); err != nil || n != 3 {
			t.Errorf("pruned %d panels, want 3 (%v)", n, err)
		}
		return nil
	})
	view(t, db, func(tx till.Tx) error {
		for i := range 6 {
			seen, err := tx.Handled(int64(i))
			if err != nil || seen != (i >= 3) {
				t.Errorf("update %d handled: %t (%v)", i, seen, err)
			}
			_, known, err := tx.PanelRef(fmt.Sprint("p", i))
			if err != nil || known != (i == 0 || i >= 4) {
				t.Errorf("panel %d known: %t (%v)", i, known, err)
			}
		}
		return nil
	})
}
