package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
	"pgregory.net/rapid"
)

func TestNewsAreNotToldTwiceUnasked(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	first := topup.News{}.Follow(topup.News{ID: "a", Text: "Bonjour", To: "ar", Began: at})
	second := first.Follow(topup.News{ID: "b", Text: "Fermé", Began: at.Add(10 * time.Minute)})
	for _, tc := range []struct {
		text, to string
		after    time.Duration
		want     bool
	}{
		{"Bonjour", "ar", 20 * time.Minute, true},
		{"Bonjour", "", 20 * time.Minute, true}, // some of them were told
		{"Bonjour", "fr", 20 * time.Minute, false},
		{"Bonjour.", "ar", 20 * time.Minute, false},
		{"Bonjour", "ar", time.Hour, false},
		{"Fermé", "fr", 20 * time.Minute, true},
		{"Fermé", "fr", time.Hour + 9*time.Minute, true},
		{"Fermé", "fr", time.Hour + 10*time.Minute, false},
	} {
		if got := second.Told(tc.text, tc.to, at.Add(tc.after)); got != tc.want {
			t.Errorf("%q to %q after %v: %t", tc.text, tc.to, tc.after, got)
		}
	}
	third := second.Follow(topup.News{ID: "c", Text: "Promo", To: topup.ToGroup("VIP"), Began: at})
	for to, want := range map[string]bool{topup.ToGroup("VIP"): true, topup.ToGroup("other"): false, "fr": true, "": true} {
		if third.Told("Promo", to, at) != want {
			t.Errorf("to %q after a group: %t", to, !want)
		}
	}
	if (topup.News{}).Told("", "", at) {
		t.Error("nothing was told")
	}
	n := first
	for i := range 50 {
		n = n.Follow(topup.News{ID: "x", Text: "x", Began: at.Add(time.Duration(i) * time.Second)})
	}
	if len(n.Said) > 20 {
		t.Errorf("%d are remembered", len(n.Said))
	}
}

// TestNewsAreFor: a label is no language, nor a language a label.
func TestNewsAreFor(t *testing.T) {
	for _, tc := range []struct {
		to, language, group string
		want                bool
	}{
		{"", "fr", "", true}, {"", "ar", "VIP", true}, {"fr", "fr", "VIP", true}, {"fr", "ar", "fr", false},
		{topup.ToGroup("fr"), "fr", "", false}, {topup.ToGroup("fr"), "ar", "fr", true}, {topup.ToGroup("VIP"), "fr", "vip", false},
		{topup.ToGroup("#"), "fr", "#", true},
	} {
		if got := (topup.News{To: tc.to}).IsFor(tc.language, tc.group); got != tc.want {
			t.Errorf("to %q, a shop of %q and %q: %t", tc.to, tc.language, tc.group, got)
		}
	}
}

// TestNewsCountEachShopOnce: whatever is reported, each shop that it was on its
// way to counts once, and all are counted in the end.
func TestNewsCountEachShopOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 60).Draw(t, "shops")
		n := topup.News{ID: "n", Shops: count, Next: topup.ShopID(count + 1), Last: topup.ShopID(count)}
		for i := range count {
			n.Waiting = append(n.Waiting, topup.ShopID(i+1))
		}
		counted := map[topup.ShopID]bool{}
		for !n.Settled() {
			s := topup.ShopID(rapid.IntRange(0, count+1).Draw(t, "shop"))
			if rapid.IntRange(0, 3).Draw(t, "known") > 0 {
				s = n.Waiting[rapid.IntRange(0, len(n.Waiting)-1).Draw(t, "which")]
			}
			if n.Out(s, rapid.Bool().Draw(t, "reached")) {
				if counted[s] {
					t.Fatalf("shop %d counts twice", s)
				}
				counted[s] = true
			}
			if n.Reached+n.Losses+n.Left() != count || len(n.Lost) > topup.LostListed || len(n.Lost) > n.Losses {
				t.Fatalf("%d reached, %d lost, %d left of %d", n.Reached, n.Losses, n.Left(), count)
			}
		}
		if len(counted) != count || n.Running() {
			t.Fatalf("%d of %d are counted", len(counted), count)
		}
	})
}

func TestNewsPanel(t *testing.T) {
	n := topup.News{ID: "0kp3v9"}
	if id, shop, ok := topup.NewsOf(n.Panel(12)); !ok || id != n.ID || shop != 12 {
		t.Errorf("%q %d %t", id, shop, ok)
	}
	for _, other := range []string{"", "news/", "news/a", "news/a/", "news/a/b", "new/a/1", "ask/1/2"} {
		if _, _, ok := topup.NewsOf(other); ok {
			t.Errorf("%q is read", other)
		}
	}
}
