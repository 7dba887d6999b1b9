package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// toast is the ID of the answer to a tap, "" for one without words.
func (k *talk) toast() string { k.t.Helper(); return k.answered("a tap").Msg.ID }

// TestInviteIsMade: a name and the role make a link; not more than a few.
func TestInviteIsMade(t *testing.T) {
	k := newTalk(t)
	k.say("/cashiers")
	k.tap("inv")
	k.say("Amine <b>\u202e")
	made, ok := effect[MakeInvite](k)
	want := topup.Member{Shop: 1, Role: topup.Cashier, Name: "Amine <b>"}
	if !ok || made.Invite.Place != want || made.Invite.By != deskChat || !made.Invite.Expires.Equal(noon.Add(topup.InviteLife)) || made.Invite.Mark != "" {
		t.Errorf("%+v", made)
	}
	k.v.invites = map[string]topup.Invite{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		k.v.invites[id] = open(id, want)
	}
	if k.tap("inv"); k.toast() != "staff.links" {
		t.Errorf("a sixth link: %v", k.says())
	}
	// Of the business: no role that the person can't give, whatever the button says.
	for who, roles := range map[string][]topup.Role{"an owner": {topup.Viewer, topup.Helper}, "a founder": {topup.Viewer, topup.Helper, topup.Owner}} {
		for _, r := range []topup.Role{topup.Viewer, topup.Helper, topup.Owner, topup.Founder, topup.Keeper, "x"} {
			k := as(t, everybody[who])
			k.say("/team")
			k.tap("inv")
			k.tap("r", string(r))
			k.say("Ali")
			if r == topup.Helper {
				k.tap("l", "5000")
			}
			made, ok := effect[MakeInvite](k)
			if ok != slices.Contains(roles, r) || ok && (made.Invite.Place.Role != r || made.Invite.Place.Shop != 0) {
				t.Errorf("%s invites a %s: %+v", who, r, made)
			}
			if ok && r == topup.Helper && made.Invite.Place.Limit != topup.Dinars(5000) {
				t.Errorf("a helper up to %s", made.Invite.Place.Limit)
			}
		}
	}
}

// TestWhoTakesAPlace: who may open a link that gives a place, and who not.
func TestWhoTakesAPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		who  int64
		with func(k *talk, i *topup.Invite)
		want string // "" when they may
	}{
		"a stranger":                 {9, nil, ""},
		"the keeper":                 {deskChat, nil, "invite.own"},
		"a cashier of the shop":      {21, nil, "invite.already"},
		"the keeper of another":      {99, nil, "invite.elsewhere"},
		"who asks for a shop":        {88, nil, "invite.elsewhere"},
		"who was refused":            {87, nil, ""},
		"who comes second":           {9, func(_ *talk, i *topup.Invite) { i.Opened = 10 }, "invite.over"},
		"who came first, again":      {9, func(_ *talk, i *topup.Invite) { i.Opened = 9 }, ""},
		"who comes too late":         {9, func(_ *talk, i *topup.Invite) { i.Expires = noon }, "invite.over"},
		"when the shop is closed":    {9, func(k *talk, _ *topup.Invite) { k.v.refused = true }, "invite.over"},
		"when it sells nothing":      {9, func(k *talk, _ *topup.Invite) { k.v.suspended = true }, "join.closed"},
		"by who is no keeper":        {9, func(_ *talk, i *topup.Invite) { i.By = 21 }, "invite.over"},
		"of the keeper of another":   {9, func(_ *talk, i *topup.Invite) { i.By = 99 }, "invite.over"},
		"a helper, by nobody":        {9, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role = 0, topup.Helper }, "invite.over"},
		"an owner, by an owner":      {9, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role, i.By = 0, topup.Owner, 601 }, "invite.over"},
		"an owner, by a founder":     {9, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role, i.By = 0, topup.Owner, 602 }, ""},
		"a keeper, as a helper":      {99, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role, i.By = 0, topup.Helper, 601 }, ""},
		"an owner, as a viewer":      {601, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role, i.By = 0, topup.Viewer, 602 }, "invite.already"},
		"an owner, as their own one": {602, func(_ *talk, i *topup.Invite) { i.Place.Shop, i.Place.Role, i.By = 0, topup.Viewer, 602 }, "invite.own"},
	} {
		k := newTalk(t)
		staffed(k)
		k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "Asking", State: topup.ShopAsked}, {ID: 3, Chat: 99, Name: "Other", State: topup.ShopApproved},
			{ID: 4, Chat: 87, Name: "Refused", State: topup.ShopRefused}}
		k.v.people = map[int64]topup.Actor{601: {Person: 601, Roles: []topup.Role{topup.Owner}}, 602: {Person: 602, Roles: []topup.Role{topup.Owner, topup.Founder}}}
		i := open("shop", topup.Member{Shop: 1, Role: topup.Cashier, Name: "Rym"})
		if tc.with != nil {
			tc.with(k, &i)
		}
		k.v.invites = map[string]topup.Invite{linkToken: i}
		k.who = tc.who
		k.say("/start " + linkToken)
		if tc.want != "" {
			if k.s.Step == StepJoin || !slices.Contains(k.says(), tc.want) {
				t.Errorf("%s: %v", name, k.says())
			}
			continue
		}
		if k.s.Step != StepJoin {
			t.Errorf("%s: %v", name, k.says())
			continue
		}
		saved, opened := effect[SaveInvite](k)
		if again := i.Opened != 0; opened == again || opened && saved.Invite.Opened != tc.who {
			t.Errorf("%s: opened %+v", name, saved)
		}
		if _, taken := effect[TakePlace](k); taken {
			t.Errorf("%s: the place is taken by opening", name)
		}
		// A late ✅ takes nothing; what has changed until it, neither.
		late := k.again()
		in := late.input()
		in.Data, in.Late = late.s.tap("ok"), true
		late.handle(in)
		if _, taken := effect[TakePlace](late); taken || late.toast() != "staff.late" || late.s.Step != StepJoin {
			t.Errorf("%s: a late ✅: %v", name, late.says())
		}
		gone := k.again()
		gone.v.invites = nil
		gone.tap("ok")
		if _, taken := effect[TakePlace](gone); taken || !slices.Contains(gone.says(), "invite.over") {
			t.Errorf("%s: a revoked link: %v", name, gone.says())
		}
		k.tap("ok")
		took, taken := effect[TakePlace](k)
		if menu, ok := effect[Menu](k); !taken || took.Person != tc.who || took.Invite.ID != "shop" || !ok || menu.Chat != tc.who || k.s.Step != StepIdle {
			t.Errorf("%s: %+v", name, k.out)
		}
	}
}

// TestLinkThatIsNone counts as a guess, whatever it would have given.
func TestLinkThatIsNone(t *testing.T) {
	k := newTalk(t)
	staffed(k)
	k.who = 9
	k.say("/start zzzzzzzzzzzzzzzzzzzzzz")
	if _, guess := effect[Guess](k); !guess || !slices.Contains(k.says(), "claim.unknown") {
		t.Errorf("%v", k.says())
	}
}

// TestForgedStaff: nobody opens, changes or removes who is not theirs.
func TestForgedStaff(t *testing.T) {
	other := newTalk(t)
	staffed(other)
	other.v.asked = []topup.Shop{{ID: 3, Chat: 99, Name: "Other", State: topup.ShopApproved}}
	other.who = 99
	other.say("/cashiers")
	if slices.Contains(other.says(), "cashiers.line") {
		t.Errorf("another shop's cashiers are shown: %v", other.says())
	}
	for _, tap := range [][2]string{{"p", "21"}, {"p", "99"}, {"p", "77"}, {"rv", "shop"}, {"rv", "business"}} {
		k := other.again()
		k.tap(tap[0], tap[1])
		if _, ended := effect[EndInvite](k); ended || k.s.Step != StepCashiers {
			t.Errorf("%v: %v", tap, k.says())
		}
	}
	// A session that names another's cashier, as if it were forged.
	other.s.Staff.Person = 21
	for _, step := range []Step{StepCashier, StepCashierLimit, StepCashierOut, StepCashierName} {
		k := other.again()
		k.s.Step = step
		for _, do := range []func(){func() { k.tap("ok") }, func() { k.tap("l", "0") }, func() { k.say("Name") }} {
			do()
			_, saved := effect[SaveMember](k)
			if _, removed := effect[RemoveMember](k); removed || saved {
				t.Errorf("at %s: %+v", step, k.out)
			}
		}
	}
	// An owner does not remove an owner; a founder does, but no founder.
	for _, who := range []string{"an owner", "a founder"} {
		k := as(t, everybody[who])
		staffed(k)
		k.v.people = map[int64]topup.Actor{9: k.v.people[9]}
		k.say("/team")
		k.tap("p", "32")
		k.s.Step = StepMateOut
		k.tap("ok")
		removed, ok := effect[RemoveMember](k)
		if ok != (who == "a founder") || ok && removed.Member.Person != 32 {
			t.Errorf("%s removes an owner: %t", who, ok)
		}
		k.say("/team")
		if k.tap("p", "501"); k.s.Step != StepTeam {
			t.Errorf("%s opens a founder's card", who)
		}
	}
	// A late removal is asked about again.
	k := newTalk(t)
	cashier(k)
	k.tap("out")
	in := k.input()
	in.Data, in.Late = k.s.tap("ok"), true
	if k.handle(in); k.toast() != "staff.late" {
		t.Errorf("a late removal: %+v", k.out)
	}
	k.tap("ok")
	removed, _ := effect[RemoveMember](k)
	if told, _ := effect[Dismiss](k); removed.Member.Person != 21 || told.Chat != 21 {
		t.Errorf("%+v", k.out)
	}
}

// TestHelperMovesUpToTheirLimit, which may be lowered while they look.
func TestHelperMovesUpToTheirLimit(t *testing.T) {
	for _, command := range []string{"/credit 1 1000 cash", "/debit 1 1000 back"} {
		k := newTalk(t)
		helper(k)
		k.say(command)
		less := k.again()
		less.v.people = map[int64]topup.Actor{31: {Person: 31, Chat: 31, Roles: []topup.Role{topup.Helper}, Most: topup.Dinars(999)}}
		less.tap("ok")
		if _, booked := effect[Book](less); booked || !slices.Contains(less.says(), "credit.limit") {
			t.Errorf("%s above the limit: %v", command, less.says())
		}
		k.tap("ok")
		if b, booked := effect[Book](k); !booked || b.Transaction.Actor != 31 {
			t.Errorf("%s: %v", command, k.says())
		}
	}
}

// TestCashiersLimit: what is above what is left of the day is not sold, also
// when the limit comes between the question and ✅.
func TestCashiersLimit(t *testing.T) {
	k := newTalk(t)
	staffed(k)
	k.who = 21
	mobileQuote(k)
	sells := k.again()
	sells.tap("ok")
	if p, ok := effect[Place](sells); !ok || p.Order.Seller != "Amine" || p.Order.By != 21 || p.Order.Chat != 21 || p.Order.Shop != 1 {
		t.Errorf("%+v", sells.out)
	}
	k.v.members[0].Limit = topup.Dinars(900)
	k.tap("ok")
	if _, placed := effect[Place](k); placed || !slices.Contains(k.says(), "confirm.limit") {
		t.Errorf("sold above the limit: %v", k.says())
	}
	if k.tap("again"); k.toast() != "confirm.limit" {
		t.Errorf("%v", k.says())
	}
	k.v.members[0].Limit = 0
	k.tap("again")
	k.tap("ok")
	if _, placed := effect[Place](k); !placed {
		t.Errorf("not sold: %v", k.says())
	}
	gift := newTalk(t)
	staffed(gift)
	gift.who = 22
	giftQuote(gift)
	gift.tap("ok")
	gift.v.members[1].Limit = topup.Dinars(100)
	gift.stock(StockAnswer{Panel: gift.s.Panel, Product: "a", Stock: topup.GiftStock{Title: "PSN UK", Types: []topup.GiftType{tenPounds(5)}}})
	if _, placed := effect[Place](gift); placed || !slices.Contains(gift.says(), "confirm.limit") {
		t.Errorf("a gift card above the limit: %v", gift.says())
	}
	// The keeper alone has nobody to tell apart.
	alone := newTalk(t)
	mobileQuote(alone)
	alone.tap("ok")
	if p, ok := effect[Place](alone); !ok || p.Order.Seller != "" {
		t.Errorf("%+v", p)
	}
}

// TestRemovedCashierSellsNothing: the card that is open says so, and sells
// nothing when it is tapped, before or after the news.
func TestRemovedCashierSellsNothing(t *testing.T) {
	k := newTalk(t)
	staffed(k)
	k.who = 21
	mobileQuote(k)
	ok := k.s.tap("ok")
	k.v.members = nil
	k.v.people = map[int64]topup.Actor{21: {Person: 21, Chat: 21, Roles: []topup.Role{topup.Stranger}}}
	for range 2 {
		k.press(ok)
		if _, placed := effect[Place](k); placed {
			t.Error("sold")
		}
		k.s, k.out = Dismissed(M("cashiers.removed", "Shop", Name("Nour")))(k.v.view(), k.env(), k.s, k.input())
		if k.s.Step != StepIdle || !slices.Contains(k.says(), "cashiers.removed") {
			t.Errorf("%v", k.says())
		}
	}
}

// TestSalesOfOthersOfTheShop are shown in the own chat, and only with what may
// be done.
func TestSalesOfOthersOfTheShop(t *testing.T) {
	for _, tc := range []struct {
		who    int64
		shared topup.Sharing
		codes  bool
	}{
		{deskChat, topup.SharesOwn, true}, {21, topup.SharesOwn, true}, {22, topup.SharesOwn, false}, {22, topup.SharesAll, true},
		{deskChat, topup.SharesNone, true}, {21, topup.SharesNone, false}, {22, topup.SharesNone, false},
	} {
		k := newTalk(t)
		staffed(k)
		k.v.sharing = tc.shared
		k.who = tc.who
		k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, By: 21, Chat: 21, Seller: "Amine B", Panel: "x", Good: topup.InternetCard, LineType: topup.ADSL,
			To: "036362608", Face: topup.Dinars(500), Quantity: 1, DeliveredQty: 1, Coded: true, Placed: noon.Add(-time.Hour), State: topup.Delivered}}
		k.press(encodeTap("o", "x", "show"))
		show, _ := effect[Show](k)
		if show.Chat != tc.who || (show.Panel == "x") != (tc.who == 21) || !slices.Contains(k.says(), "order.seller") {
			t.Errorf("%d is shown it in %d on %q: %v", tc.who, show.Chat, show.Panel, k.says())
		}
		if has := slices.Contains(k.buttons(), encodeTap("o", "x", "codes")); has != tc.codes || (slices.Contains(k.says(), "codes.others") || slices.Contains(k.says(), "codes.kept")) == tc.codes {
			t.Errorf("%d, shared %s: codes %t", tc.who, tc.shared, has)
		}
		k.press(encodeTap("o", "x", "codes"))
		shown, ok := effect[ShowCodes](k)
		if ok != tc.codes || ok && shown.By != tc.who {
			t.Errorf("%d, shared %s: codes are shown %t", tc.who, tc.shared, ok)
		}
		k.press(encodeTap("o", "x", "claim"))
		if made, ok := effect[MakeClaim](k); ok != tc.codes || ok && made.Chat != tc.who {
			t.Errorf("%d, shared %s: a link is made %t", tc.who, tc.shared, ok)
		}
	}
}

// TestKeepersChooseWhoSeesCodes: one of three, and no late tap.
func TestKeepersChooseWhoSeesCodes(t *testing.T) {
	for _, c := range topup.Sharings() {
		k := newTalk(t)
		staffed(k)
		k.say("/cashiers")
		k.tap("sh")
		late := k.again()
		in := late.input()
		in.Data, in.Late = late.s.tap("c", string(c)), true
		late.handle(in)
		if _, saved := effect[SaveShop](late); saved {
			t.Error("a late tap chooses")
		}
		k.tap("c", string(c))
		if saved, ok := effect[SaveShop](k); !ok || saved.Shop.Sharing() != c || !slices.Contains(k.says(), "sharing."+string(c)) {
			t.Errorf("%s: %+v, %v", c, saved.Shop, k.says())
		}
	}
}

// TestCodesHaveNoOtherWay: old buttons of a cashier who may see none again, and
// a customer's link opened by them, also while the shop is suspended.
func TestCodesHaveNoOtherWay(t *testing.T) {
	k := newTalk(t)
	staffed(k)
	k.v.sharing, k.who = topup.SharesNone, 21
	k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, By: 21, Chat: 21, Panel: "x", Good: topup.InternetCard, LineType: topup.ADSL,
		To: "036362608", Face: topup.Dinars(500), Quantity: 1, DeliveredQty: 1, Coded: true, Placed: noon.Add(-time.Hour), State: topup.Delivered}}
	k.v.claims = []topup.Claim{{Hash: TokenHash(linkToken), Order: "x", Shop: 1, State: topup.ClaimOpen, Expires: noon.Add(time.Hour)}}
	for _, verb := range []string{"codes", "codes2", "codes0", "claim", "revoke"} {
		k.press(encodeTap("o", "x", verb, "panel"))
		if toast := k.answered(verb); toast.Msg.ID != "codes.kept" || len(k.out) != 1 {
			t.Errorf("%s is answered with %+v", verb, k.out)
		}
	}
	for name, who := range map[string]topup.Role{"selling": topup.Cashier, "suspended": topup.Suspended} {
		k.v.people = map[int64]topup.Actor{21: {Person: 21, Chat: 21, Shop: 1, Roles: []topup.Role{who}}}
		k.press(encodeTap("v", "4", "0", "panel"))
		if slices.ContainsFunc(k.buttons(), func(b string) bool { return strings.HasSuffix(b, ":codes") || strings.HasSuffix(b, ":claim") }) {
			t.Errorf("%s: the history leads to codes: %v", name, k.buttons())
		}
		k.say("/start " + linkToken)
		if _, redeemed := effect[RedeemClaim](k); redeemed {
			t.Errorf("%s: a link gives codes to who works there", name)
		}
	}
}
