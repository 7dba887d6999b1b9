package topup_test

import (
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// acts are all acts, with who may do each: s stranger, u customer, c cashier,
// k keeper, p of a suspended shop, v viewer, h helper, o owner, f founder. It repeats the table on
// purpose: a right is not given by accident.
var acts = map[topup.Act]string{
	topup.ActTalk: "suckpvho", topup.ActApply: "suo", topup.ActOpenLink: "suckpvho",
	topup.ActSell: "ck", topup.ActTakeBack: "ckp", topup.ActWallet: "ckp", topup.ActHistory: "ckp", topup.ActDay: "ckp", topup.ActRequest: "ck", topup.ActLow: "ck",
	topup.ActCodes: "ckp", topup.ActComplain: "ckp", topup.ActComplaints: "vho", topup.ActResolve: "ho", topup.ActLink: "ck", topup.ActTicket: "ckp", topup.ActCashiers: "k", topup.ActGroupChat: "suko", topup.ActStatement: "k", topup.ActEvening: "k",
	topup.ActFloat: "vho", topup.ActReport: "vho", topup.ActShopWallet: "vho", topup.ActShops: "vho", topup.ActOrders: "vho",
	topup.ActMoney: "ho", topup.ActDebts: "ho", topup.ActDecide: "ho",
	topup.ActWrite: "suckp", topup.ActAnswer: "ho", topup.ActRename: "o", topup.ActLimits: "o", topup.ActPriceList: "ck", topup.ActMarkup: "k", topup.ActFavourite: "ck", topup.ActForget: "k", topup.ActRules: "vho", topup.ActPrices: "o",
	topup.ActSync: "o", topup.ActSettle: "o", topup.ActBroadcast: "o", topup.ActBackup: "o", topup.ActReconcile: "o", topup.ActRestore: "o", topup.ActInquire: "o",
	topup.ActTeam: "o", topup.ActOwners: "f",
}

var letters = map[topup.Role]rune{
	topup.Stranger: 's', topup.Customer: 'u', topup.Cashier: 'c', topup.Keeper: 'k',
	topup.Suspended: 'p', topup.Viewer: 'v', topup.Helper: 'h', topup.Owner: 'o', topup.Founder: 'f',
}

// TestRights walks every role through every act.
func TestRights(t *testing.T) {
	for act, may := range acts {
		for role, letter := range letters {
			a := topup.Actor{Person: 1, Roles: []topup.Role{role}}
			if role == topup.Keeper || role == topup.Cashier || role == topup.Suspended {
				a.Shop = 7
			}
			want := strings.ContainsRune(may, letter)
			if got := a.May(act); got != want {
				t.Errorf("%s may %s: %t", role, act, got)
			}
			if got := a.MayFor(act, 7); got != want {
				t.Errorf("%s may %s for shop 7: %t", role, act, got)
			}
			ofShop := role == topup.Keeper || role == topup.Cashier || role == topup.Suspended
			if got := a.MayFor(act, 8); got != (want && !ofShop) {
				t.Errorf("%s may %s for another shop: %t", role, act, got)
			}
		}
		if (topup.Actor{}).May(act) {
			t.Errorf("nobody may %s", act)
		}
	}
}

// TestEveryActHasRights fails when an act of the table is not in this test, or
// the other way round.
func TestEveryActHasRights(t *testing.T) {
	listed := topup.Acts()
	if len(listed) != len(acts) {
		t.Errorf("%d acts are listed, %d are tested", len(listed), len(acts))
	}
	for _, act := range listed {
		if _, ok := acts[act]; !ok {
			t.Errorf("nobody says who may %s", act)
		}
	}
}

func TestActorOf(t *testing.T) {
	shop := topup.Shop{ID: 7, Chat: 5, State: topup.ShopApproved}
	keeper := topup.Member{Person: 5, Shop: 7, Role: topup.Keeper}
	for _, tc := range []struct {
		name     string
		owner    bool
		mate     topup.Member
		member   topup.Member
		state    topup.ShopState
		customer bool
		want     []topup.Role
		shop     topup.ShopID
	}{
		{"nobody", false, topup.Member{}, topup.Member{}, "", false, []topup.Role{topup.Stranger}, 0},
		{"a customer", false, topup.Member{}, topup.Member{}, "", true, []topup.Role{topup.Customer}, 0},
		{"a keeper", false, topup.Member{}, keeper, topup.ShopApproved, false, []topup.Role{topup.Keeper}, 7},
		{"a keeper who bought, too", false, topup.Member{}, keeper, topup.ShopApproved, true, []topup.Role{topup.Keeper}, 7},
		{"a shop that waits", false, topup.Member{}, keeper, topup.ShopAsked, false, []topup.Role{topup.Stranger}, 0},
		{"a shop that was refused", false, topup.Member{}, keeper, topup.ShopRefused, true, []topup.Role{topup.Customer}, 0},
		{"an owner", true, topup.Member{}, topup.Member{}, "", false, []topup.Role{topup.Owner, topup.Founder}, 0},
		{"an owner with a shop", true, topup.Member{}, keeper, topup.ShopApproved, false, []topup.Role{topup.Owner, topup.Founder, topup.Keeper}, 7},
		{"a cashier", false, topup.Member{}, topup.Member{Person: 5, Shop: 7, Role: topup.Cashier}, topup.ShopApproved, false, []topup.Role{topup.Cashier}, 7},
		{"an appointed owner", false, topup.Member{Person: 5, Role: topup.Owner}, topup.Member{}, "", false, []topup.Role{topup.Owner}, 0},
		{"a founder who was appointed, too", true, topup.Member{Person: 5, Role: topup.Viewer}, topup.Member{}, "", false, []topup.Role{topup.Owner, topup.Founder}, 0},
		{"a helper with a shop", false, topup.Member{Person: 5, Role: topup.Helper}, keeper, topup.ShopApproved, false, []topup.Role{topup.Helper, topup.Keeper}, 7},
		{"a viewer", false, topup.Member{Person: 5, Role: topup.Viewer}, topup.Member{}, "", true, []topup.Role{topup.Viewer}, 0},
		{"a founder by nobody's hand", false, topup.Member{Person: 5, Role: topup.Founder}, topup.Member{}, "", false, []topup.Role{topup.Stranger}, 0},
		{"another's appointment", false, topup.Member{Person: 6, Role: topup.Owner}, topup.Member{}, "", false, []topup.Role{topup.Stranger}, 0},
		{"a place in a shop is none in the business", false, topup.Member{Person: 5, Shop: 7, Role: topup.Owner}, topup.Member{}, "", false, []topup.Role{topup.Stranger}, 0},
		{"another's place", false, topup.Member{}, topup.Member{Person: 6, Shop: 7, Role: topup.Keeper}, topup.ShopApproved, false, []topup.Role{topup.Stranger}, 0},
		{"a place in another shop", false, topup.Member{}, topup.Member{Person: 5, Shop: 8, Role: topup.Keeper}, topup.ShopApproved, false, []topup.Role{topup.Stranger}, 0},
		{"a suspended shop", false, topup.Member{}, keeper, topup.ShopSuspended, false, []topup.Role{topup.Suspended}, 7},
	} {
		shop.State = tc.state
		got := topup.ActorOf(5, 5, tc.owner, tc.mate, tc.member, shop, tc.customer)
		if got.Shop != tc.shop || len(got.Roles) != len(tc.want) {
			t.Errorf("%s: %+v", tc.name, got)
			continue
		}
		for _, r := range tc.want {
			if !got.Is(r) {
				t.Errorf("%s: %+v", tc.name, got)
			}
		}
	}
}

// TestMayWith: who of a shop may do what with a sale of another of its people.
func TestMayWith(t *testing.T) {
	keeper := topup.Actor{Person: 1, Shop: 7, Roles: []topup.Role{topup.Keeper}}
	seller := topup.Actor{Person: 2, Shop: 7, Roles: []topup.Role{topup.Cashier}}
	other := topup.Actor{Person: 3, Shop: 7, Roles: []topup.Role{topup.Cashier}}
	foreign := topup.Actor{Person: 4, Shop: 8, Roles: []topup.Role{topup.Keeper}}
	// The same person after they were removed, and before they work elsewhere.
	gone := topup.Actor{Person: 2, Roles: []topup.Role{topup.Stranger}}
	sale := topup.Order{Shop: 7, By: 2}
	all := map[rune]topup.Actor{'k': keeper, 's': seller, 'o': other, 'f': foreign, 'g': gone}
	member := func(person int64, role topup.Role) topup.Actor {
		return topup.ActorOf(person, person, false, topup.Member{}, topup.Member{Person: person, Shop: 7, Role: role}, topup.Shop{ID: 7, State: topup.ShopSuspended}, false)
	}
	all['K'], all['S'], all['O'] = member(1, topup.Keeper), member(2, topup.Cashier), member(3, topup.Cashier) // suspended
	codes := map[topup.Sharing]string{topup.SharesOwn: "ksKS", topup.SharesAll: "ksoKSO", topup.SharesNone: "kK"}
	links := map[topup.Sharing]string{topup.SharesOwn: "ks", topup.SharesAll: "kso", topup.SharesNone: "k"}
	for _, sharing := range topup.Sharings() {
		for act, may := range map[topup.Act]string{
			topup.ActSell: "kso", topup.ActHistory: "ksoKSO", topup.ActComplain: "ksoKSO", topup.ActTakeBack: "ksKS", topup.ActCodes: codes[sharing], topup.ActLink: links[sharing],
		} {
			for letter, who := range all {
				if got := who.MayWith(act, sale, sharing); got != strings.ContainsRune(may, letter) {
					t.Errorf("%c may %s with it, shared %s: %t", letter, act, sharing, got)
				}
			}
		}
	}
}

// TestSharing: what a keeper chooses is what is read, and rows from before say
// what they said.
func TestSharing(t *testing.T) {
	for _, c := range topup.Sharings() {
		for _, was := range topup.Sharings() {
			if got := (topup.Shop{}).Share(was).Share(c).Sharing(); got != c {
				t.Errorf("%s after %s is read as %s", c, was, got)
			}
		}
	}
	if (topup.Shop{}).Sharing() != topup.SharesOwn || (topup.Shop{Shared: true}).Sharing() != topup.SharesAll {
		t.Error("rows from before")
	}
}

// TestMayMoveAndPlace: how much money each may move at once, and which roles
// they may give and take.
func TestMayMoveAndPlace(t *testing.T) {
	for role, want := range map[topup.Role]struct{ little, much, owner, helper bool }{
		topup.Stranger: {}, topup.Keeper: {}, topup.Viewer: {},
		topup.Helper: {little: true},
		topup.Owner:  {little: true, much: true, helper: true},
	} {
		a := topup.Actor{Person: 1, Roles: []topup.Role{role}, Most: topup.Dinars(500)}
		got := struct{ little, much, owner, helper bool }{
			a.MayMove(topup.Dinars(500)), a.MayMove(topup.Dinars(501)), a.MayPlace(topup.Owner), a.MayPlace(topup.Helper)}
		if got != want || a.MayPlace(topup.Viewer) != want.helper {
			t.Errorf("%s: %+v, want %+v", role, got, want)
		}
	}
	founder := topup.Actor{Roles: []topup.Role{topup.Owner, topup.Founder}}
	for _, r := range []topup.Role{topup.Owner, topup.Helper, topup.Viewer} {
		if !founder.MayPlace(r) {
			t.Errorf("a founder does not appoint a %s", r)
		}
	}
	for _, r := range []topup.Role{topup.Founder, topup.Keeper, topup.Cashier, topup.Stranger, ""} {
		if founder.MayPlace(r) {
			t.Errorf("a founder makes a %q", r)
		}
	}
}

// TestCashiersDay: what a cashier sold counts for its day, and what is given
// back of it gives room again.
func TestCashiersDay(t *testing.T) {
	m := topup.Member{Role: topup.Cashier, Limit: topup.Dinars(1000)}
	left := func(day string, want int64) {
		t.Helper()
		if got, limited := m.Left(day); !limited || got != topup.Dinars(want) {
			t.Errorf("%d left, want %d", got, want)
		}
	}
	left("1", 1000)
	m.Takings = m.Took(topup.Dinars(300), "1").Took(topup.Dinars(600), "1")
	left("1", 100)
	left("2", 1000)
	m.Takings = m.GaveBack(topup.Dinars(200), false, "1")
	if left("1", 300); m.Sales != 2 {
		t.Errorf("%d sales", m.Sales)
	}
	m.Takings = m.Took(topup.Dinars(900), "2").GaveBack(topup.Dinars(700), true, "1") // yesterday's comes back today
	if left("2", 100); m.Sales != 1 {
		t.Errorf("%d sales", m.Sales)
	}
	m.Limit = topup.Dinars(500) // lowered below what was sold
	left("2", 0)
	m.Limit = 0
	if _, limited := m.Left("2"); limited {
		t.Error("no limit is a limit")
	}
	if _, limited := (topup.Member{Role: topup.Keeper, Limit: 1}).Left("1"); limited {
		t.Error("a keeper has a limit")
	}
}

// TestInvite: who may take a place, and until when.
func TestInvite(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	i := topup.Invite{ID: "i", Place: topup.Member{Shop: 7, Role: topup.Cashier, Name: "Amine"}, Expires: now.Add(time.Hour)}
	if !i.Live(5, now) || i.Live(5, now.Add(time.Hour)) || (topup.Invite{}).Live(5, time.Time{}) {
		t.Error("its time")
	}
	i.Opened = 5
	if !i.Live(5, now) || i.Live(6, now) {
		t.Error("who opened it first")
	}
	if m := i.Taken(5, now); m.Person != 5 || m.Shop != 7 || m.Role != topup.Cashier || m.Name != "Amine" || !m.Since.Equal(now) {
		t.Errorf("%+v", m)
	}
}
