package topup_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// TestFavouritesSold: what was sold most of late is usual, one other sale does
// not change that, and the last used come first.
func TestFavouritesSold(t *testing.T) {
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	sale := func(to string, dinars int64) topup.Order {
		at = at.Add(time.Hour)
		return topup.Order{Good: topup.MobileTopUp, To: to, Plan: "P", Operator: topup.Djezzy, Face: topup.Dinars(dinars), Placed: at}
	}
	var l topup.Favourites
	for _, to := range []string{"0770000001", "0770000002"} {
		l, _ = l.With(topup.Favourite{Name: to, Good: topup.MobileTopUp, To: to})
	}
	usual := func(o topup.Order, want int64) {
		t.Helper()
		before := len(l)
		l = l.Sold(o)
		if f, ok := l.Of(o.To); !ok || f.Usual.Face != topup.Dinars(want) || f.Used != o.Placed || l[0].To != o.To || len(l) != before {
			t.Errorf("after %s: %+v, first %s", o.Face, f, l[0].To)
		}
	}
	usual(sale("0770000001", 500), 500)
	usual(sale("0770000001", 500), 500)
	usual(sale("0770000001", 200), 500)
	usual(sale("0770000002", 1000), 1000)
	usual(sale("0770000001", 200), 200)
	special := sale("0770000001", 900)
	special.Unlisted = true
	usual(special, 200)

	other := sale("0770000009", 100)
	if got := l.Sold(other); len(got) != 2 || got[0].To != l[0].To {
		t.Errorf("a sale to another number changes %+v", got)
	}
	wrong := sale("0770000001", 100)
	wrong.Good = topup.InternetCard
	if f, _ := l.Sold(wrong).Of("0770000001"); f.Usual.Face != topup.Dinars(200) {
		t.Errorf("a sale of another good changes %+v", f)
	}
	if _, named := l.Of(""); named {
		t.Error("what goes to no number has a name")
	}
}

// TestFavouritesAreBounded, and none is lost or there twice.
func TestFavouritesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l topup.Favourites
		has := map[string]bool{}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			to := fmt.Sprint(rapid.IntRange(0, topup.FavouritesMost+5).Draw(t, "to"))
			former := fmt.Sprint(l)
			was := l
			switch rapid.SampledFrom([]string{"with", "without", "sold"}).Draw(t, "what") {
			case "with":
				var room bool
				if l, room = l.With(topup.Favourite{Name: to, To: to}); room != (has[to] || len(has) < topup.FavouritesMost) {
					t.Fatalf("room %v among %d", room, len(has))
				}
				has[to] = has[to] || room
				if !has[to] {
					delete(has, to)
				}
			case "without":
				l = l.Without(to)
				delete(has, to)
			default:
				l = l.Sold(topup.Order{To: to, Face: topup.Dinars(100)})
			}
			if fmt.Sprint(was) != former {
				t.Fatal("the former list is changed")
			}
			for to := range has {
				if _, ok := l.Of(to); !ok {
					t.Fatalf("%s is lost", to)
				}
			}
			if len(l) != len(has) || len(l) > topup.FavouritesMost {
				t.Fatalf("%d favourites, want %d", len(l), len(has))
			}
		}
	})
}
