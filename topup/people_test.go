package topup_test

import (
	"strings"
	"testing"

	"hanout/topup"
)

// acts are all acts, with who may do each: s stranger, u customer, c cashier,
// k keeper, p of a suspended shop, o owner. It repeats the table on purpose: a right is not given by
// accident.
var acts = map[topup.Act]string{
	topup.ActTalk: "suckpo", topup.ActApply: "suo", topup.ActOpenLink: "suckpo",
	topup.ActSell: "ck", topup.ActTakeBack: "ckp", topup.ActWallet: "ckp", topup.ActHistory: "ckp", topup.ActDay: "ckp",
	topup.ActCodes: "ckp", topup.ActLink: "ck",
	topup.ActSync: "o", topup.ActFloat: "o", topup.ActShopWallet: "o", topup.ActMoney: "o", topup.ActShops: "o",
	topup.ActDecide: "o", topup.ActOrders: "o", topup.ActSettle: "o", topup.ActBackup: "o", topup.ActReconcile: "o", topup.ActStatement: "k", topup.ActReport: "o", topup.ActRestore: "o",
}

var letters = map[topup.Role]rune{
	topup.Stranger: 's', topup.Customer: 'u', topup.Cashier: 'c', topup.Keeper: 'k', topup.Owner: 'o', topup.Suspended: 'p',
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
		member   topup.Member
		state    topup.ShopState
		customer bool
		want     []topup.Role
		shop     topup.ShopID
	}{
		{"nobody", false, topup.Member{}, "", false, []topup.Role{topup.Stranger}, 0},
		{"a customer", false, topup.Member{}, "", true, []topup.Role{topup.Customer}, 0},
		{"a keeper", false, keeper, topup.ShopApproved, false, []topup.Role{topup.Keeper}, 7},
		{"a keeper who bought, too", false, keeper, topup.ShopApproved, true, []topup.Role{topup.Keeper}, 7},
		{"a shop that waits", false, keeper, topup.ShopAsked, false, []topup.Role{topup.Stranger}, 0},
		{"a shop that was refused", false, keeper, topup.ShopRefused, true, []topup.Role{topup.Customer}, 0},
		{"a suspended shop", false, keeper, topup.ShopSuspended, false, []topup.Role{topup.Suspended}, 7},
		{"an owner", true, topup.Member{}, "", false, []topup.Role{topup.Owner}, 0},
		{"an owner with a shop", true, keeper, topup.ShopApproved, false, []topup.Role{topup.Owner, topup.Keeper}, 7},
		{"a cashier", false, topup.Member{Person: 5, Shop: 7, Role: topup.Cashier}, topup.ShopApproved, false, []topup.Role{topup.Cashier}, 7},
		{"another's place", false, topup.Member{Person: 6, Shop: 7, Role: topup.Keeper}, topup.ShopApproved, false, []topup.Role{topup.Stranger}, 0},
		{"a place in another shop", false, topup.Member{Person: 5, Shop: 8, Role: topup.Keeper}, topup.ShopApproved, false, []topup.Role{topup.Stranger}, 0},
	} {
		shop.State = tc.state
		got := topup.ActorOf(5, 5, tc.owner, tc.member, shop, tc.customer)
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
