package flows

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"hanout/topup"
)

// asker is somebody who asked for shop 2.
func asker(t *testing.T, state topup.ShopState) *talk {
	k := newTalk(t)
	k.who = 88
	k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "Chez Yacine", Phone: "0661000701", State: state, Asks: 1, AsksFrom: noon}}
	return k
}

// ask goes all the way of a request, and tells whether one came of it.
func (k *talk) ask() bool {
	k.press("m:ask")
	k.say("Chez Yacine")
	k.say("0661000701")
	r, asked := effect[Request](k)
	if asked {
		k.v.asked[0] = r.Shop
	}
	return asked
}

// TestAskingAgain: while a request waits, no button makes another one; after a
// refusal a few a day.
func TestAskingAgain(t *testing.T) {
	k := asker(t, topup.ShopAsked)
	for range 60 {
		if k.ask() {
			t.Fatal("a second request came while one waits")
		}
		if !slices.Contains(k.says(), "ask.waiting") {
			t.Fatalf("who waits is told %v", k.says())
		}
	}
	// In the middle of asking when the first one went off.
	k.s = Session{Step: StepPhone, Name: "Autre"}
	if k.say("0661000702"); k.v.asked[0].Phone != "0661000701" {
		t.Error("a waiting request was changed")
	}
	asked := 1
	for range 60 {
		k.v.asked[0].State = topup.ShopRefused
		if k.ask() {
			asked++
		} else if !slices.Contains(k.says(), "ask.enough") {
			t.Fatalf("who asked too often is told %v", k.says())
		}
	}
	if asked != 3 {
		t.Errorf("%d requests in a day", asked)
	}
	k.now = k.now.Add(24 * time.Hour)
	if !k.ask() {
		t.Errorf("the next day: %v", k.says())
	}
}

// TestDecisionIsOnWhatWasSeen: an owner's button counts for the name and the
// phone that stood above it; when they changed, they are shown again.
func TestDecisionIsOnWhatWasSeen(t *testing.T) {
	k := asker(t, topup.ShopAsked)
	seen := k.v.asked[0]
	k.v.people = map[int64]topup.Actor{501: {Person: 501, Chat: 501, Roles: []topup.Role{topup.Owner}}}
	button := func() string {
		for _, row := range RequestScreen(k.v.asked[0], "x", topup.Shop{}).Rows {
			return row[0].Data
		}
		return ""
	}
	former := button()
	for name, changed := range map[string]topup.Shop{
		"another name":  {ID: 2, Chat: 88, Name: "Hanout", Phone: seen.Phone, State: topup.ShopAsked},
		"another phone": {ID: 2, Chat: 88, Name: seen.Name, Phone: "0661000999", State: topup.ShopAsked},
	} {
		k.v.asked[0], k.who = changed, 501
		for _, data := range []string{former, "a:shop:2:yes", "a:shop:2:no:00000000"} {
			k.press(data)
			if _, decided := effect[SaveShop](k); decided || !slices.Contains(k.says(), "ask.card") {
				t.Errorf("%s, %s: decided %t, shown %v", name, data, decided, k.says())
			}
			if slices.Contains(k.says(), "ask.person") {
				t.Errorf("%s: the shop's name is told as who asks", name)
			}
		}
		k.press(button())
		if s, decided := effect[SaveShop](k); !decided || s.Shop.State != topup.ShopApproved || s.Shop.Name != changed.Name {
			t.Errorf("%s: the button below it does not decide: %v", name, k.says())
		}
	}
}

// TestOrdersAreAllReachable: the list of open sales has pages and parts, and
// every sale stands on one page of each part that it belongs to.
func TestOrdersAreAllReachable(t *testing.T) {
	states := []topup.State{topup.Placed, topup.Submitting, topup.Pending, topup.Uncertain, topup.Queued, topup.Review}
	l := OpenSales{Panel: openPanel + "p", Now: noon}
	for i := range 6*openShown + 3 {
		l.List = append(l.List, topup.Order{ID: topup.OrderID(strconv.Itoa(i)), No: uint64(i + 1), Good: topup.MobileTopUp, State: states[i%6], To: "0778037340", Placed: noon})
	}
	in := map[string]int{}
	for _, k := range openKinds {
		l.Kind = k.name
		seen := map[string]bool{}
		for l.Page = 0; l.Page < 20; l.Page++ {
			sc, more := l.Screen(), false
			for _, row := range sc.Rows {
				for _, b := range row {
					c, ok := decodeTap(b.Data)
					if b.Label.ID == "orders.aged" {
						seen[b.Data] = true
					}
					if more = more || b.Label.ID == "button.next"; !ok || c.kind == "a" && c.part(0) == "orders" && c.part(3) != "p" {
						t.Fatalf("%q leads nowhere", b.Data)
					}
				}
			}
			if !more {
				break
			}
		}
		in[k.name] = len(seen)
	}
	want := map[string]int{"all": 63, "open": 33, "uncertain": 10, "queued": 10, "review": 10}
	if !maps.Equal(in, want) {
		t.Errorf("%v are reached, want %v", in, want)
	}
	k := newTalk(t)
	owner(k)
	for _, data := range []string{"a:orders:0:first", "a:orders:0:all", "a:orders:0:none:p", "a:orders:99999999999:all:p", "a:orders:-1:all:p"} {
		if k.press(data); !k.refused() {
			t.Errorf("%s is taken", data)
		}
	}
	if sc := (OpenSales{Panel: "orders/p", Kind: "all", Now: noon}).Screen(); sc.Lines[0].ID != "orders.none" {
		t.Errorf("when all are over: %v", sc.Lines)
	}
}
