package flows

import (
	"maps"
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// everybody are the people of this test; shop 1 is whose things they try.
var everybody = map[string]topup.Actor{
	"a stranger":                {Roles: []topup.Role{topup.Stranger}},
	"a customer":                {Roles: []topup.Role{topup.Customer}},
	"a cashier":                 {Roles: []topup.Role{topup.Cashier}, Shop: 1},
	"a keeper":                  {Roles: []topup.Role{topup.Keeper}, Shop: 1},
	"a viewer":                  {Roles: []topup.Role{topup.Viewer}},
	"a helper":                  {Roles: []topup.Role{topup.Helper}, Most: topup.Dinars(1000)},
	"a suspended keeper":        {Roles: []topup.Role{topup.Suspended}, Shop: 1},
	"an owner":                  {Roles: []topup.Role{topup.Owner}},
	"a founder":                 {Roles: []topup.Role{topup.Owner, topup.Founder}},
	"an owner with the shop":    {Roles: []topup.Role{topup.Owner, topup.Keeper}, Shop: 1},
	"the keeper of another one": {Roles: []topup.Role{topup.Keeper}, Shop: 3},
}

// What everything needs. It repeats the tables on purpose: a right is not
// given by accident.
var (
	commandNeeds = map[string][]topup.Act{
		"start": {topup.ActTalk}, "language": {topup.ActTalk}, "help": {topup.ActTalk}, "cancel": {topup.ActTalk},
		"balance": {topup.ActFloat, topup.ActWallet}, "credit": {topup.ActMoney}, "debit": {topup.ActMoney},
		"debts": {topup.ActDebts}, "shops": {topup.ActShops}, "orders": {topup.ActOrders}, "sync": {topup.ActSync}, "backup": {topup.ActBackup}, "reconcile": {topup.ActReconcile}, "broadcast": {topup.ActBroadcast},
		"restored": {topup.ActRestore}, "today": {topup.ActReport, topup.ActDay}, "report": {topup.ActReport, topup.ActDay},
		"mobile": {topup.ActSell}, "internet": {topup.ActSell}, "cards": {topup.ActSell},
		"cashiers": {topup.ActShops, topup.ActCashiers}, "team": {topup.ActTeam},
		"prices":  {topup.ActRules, topup.ActPriceList},
		"history": {topup.ActHistory}, "complaints": {topup.ActComplaints, topup.ActComplain}, "find": {topup.ActHistory, topup.ActOrders},
	}
	buttonNeeds = map[string]topup.Act{
		"home": topup.ActTalk, "lang": topup.ActTalk, "language": topup.ActTalk, "help": topup.ActTalk, "ask": topup.ActApply,
		"float": topup.ActFloat, "debts": topup.ActDebts, "shops": topup.ActShops, "orders": topup.ActOrders, "sync": topup.ActSync, "reconcile": topup.ActReconcile,
		"cashiers": topup.ActCashiers, "team": topup.ActTeam, "news": topup.ActBroadcast,
		"mobile": topup.ActSell, "internet": topup.ActSell, "cards": topup.ActSell,
		"chart": topup.ActDay, "shopchart": topup.ActReport,
		"find": topup.ActHistory, "lookup": topup.ActOrders, "day": topup.ActHistory, "shopday": topup.ActOrders, "serial": topup.ActHistory, "shopserial": topup.ActOrders,
		"balance": topup.ActWallet, "write": topup.ActWrite, "askcredit": topup.ActRequest, "withdraw": topup.ActRequest, "low": topup.ActLow, "history": topup.ActHistory, "today": topup.ActDay, "report": topup.ActReport,
		"statement": topup.ActStatement, "evening": topup.ActEvening, "shopstatement": topup.ActReport,
		"favourites": topup.ActFavourite, "favour": topup.ActSell,
		"rules": topup.ActRules, "tariff": topup.ActPriceList, "markup": topup.ActMarkup,
		"complaints": topup.ActComplaints, "mycomplaints": topup.ActComplain,
		"backup": topup.ActBackup, "sendcopy": topup.ActBackup, "level": topup.ActFloat, "drill": topup.ActBackup,
	}
	orderNeeds = map[string]topup.Act{
		"cancel": topup.ActTakeBack, "again": topup.ActSell, "offer": topup.ActSell, "amount": topup.ActSell, "show": topup.ActHistory,
		"codes": topup.ActCodes, "codes2": topup.ActCodes, "codes0": topup.ActCodes,
		"claim": topup.ActLink, "revoke": topup.ActLink, "ticket": topup.ActTicket, "ticket0": topup.ActTicket, "ticket1": topup.ActCodes,
		"complaint": topup.ActComplain, "complain": topup.ActComplain, "said": topup.ActComplain, "photo": topup.ActComplain, "name": topup.ActFavourite,
	}
	ownerNeeds = map[string]topup.Act{"prices": topup.ActRules, "tariff": topup.ActRules, "group": topup.ActPrices, "complaint": topup.ActComplaints, "complaints": topup.ActComplaints, "letter": topup.ActAnswer, "rename": topup.ActRename, "limits": topup.ActLimits, "offers": topup.ActInquire, "sales": topup.ActOrders, "shops": topup.ActShops, "card": topup.ActShops, "suspend": topup.ActDecide, "shop": topup.ActDecide, "order": topup.ActOrders, "news": topup.ActBroadcast, "orders": topup.ActOrders, "money": topup.ActMoney, "undo": topup.ActMoney, "request": topup.ActMoney}
	stepNeeds  = map[Step]topup.Act{
		StepFavourite: topup.ActFavourite, StepFavourites: topup.ActFavourite,
		StepComplain: topup.ActComplain, StepReply: topup.ActResolve, StepOutcome: topup.ActResolve, StepLastWord: topup.ActResolve,
		StepName: topup.ActApply, StepPhone: topup.ActApply, StepClaim: topup.ActOpenLink, StepFind: topup.ActHistory, StepLookUp: topup.ActOrders, StepBacklog: topup.ActSell,
		StepMoney: topup.ActMoney, StepSure: topup.ActMoney, StepSum: topup.ActMoney, StepPaid: topup.ActMoney,
		StepSlip: topup.ActMoney, StepNote: topup.ActMoney, StepCeiling: topup.ActMoney, StepRefuse: topup.ActMoney, StepSlipOf: topup.ActMoney, StepLow: topup.ActLow,
		StepAskSum: topup.ActRequest, StepAskPaid: topup.ActRequest, StepAskSlip: topup.ActRequest, StepAskSend: topup.ActRequest, StepConfirm: topup.ActSell,
		StepJoin: topup.ActOpenLink, StepGroupChatFirst: topup.ActGroupChat, StepGroupChat: topup.ActGroupChat, StepGroupChatSure: topup.ActGroupChat, StepCashiers: topup.ActCashiers, StepCashier: topup.ActCashiers, StepCashierName: topup.ActCashiers,
		StepCashierLimit: topup.ActCashiers, StepCashierOut: topup.ActCashiers, StepTeam: topup.ActTeam, StepMate: topup.ActTeam,
		StepMateRole: topup.ActTeam, StepMateName: topup.ActTeam, StepMateLimit: topup.ActTeam, StepMateOut: topup.ActTeam,
		StepNews: topup.ActBroadcast, StepCounting: topup.ActBroadcast, StepAudience: topup.ActBroadcast, StepNewsReady: topup.ActBroadcast, StepNewsTwice: topup.ActBroadcast,
		StepMarkup: topup.ActMarkup, StepGroup: topup.ActPrices, StepRuleGood: topup.ActPrices, StepRulePart: topup.ActPrices, StepRuleItem: topup.ActPrices,
		StepRuleGroup: topup.ActPrices, StepRuleTerms: topup.ActPrices, StepRuleSum: topup.ActPrices, StepRuleSure: topup.ActPrices,
		StepSeekShop: topup.ActShops, StepSuspend: topup.ActDecide, StepWrite: topup.ActWrite, StepAnswer: topup.ActAnswer, StepRename: topup.ActRename, StepLimits: topup.ActLimits, StepLimit: topup.ActLimits, StepSharing: topup.ActCashiers,
		StepSettlePart: topup.ActSettle, StepSettleWhy: topup.ActSettle, StepSettleProof: topup.ActSettle, StepSettleSure: topup.ActSettle,
		StepNumber: topup.ActSell, StepOperator: topup.ActSell, StepPlan: topup.ActSell, StepAmount: topup.ActSell, StepInquiring: topup.ActSell, StepOffers: topup.ActSell,
		StepLineType: topup.ActSell, StepLine: topup.ActSell, StepChecking: topup.ActSell, StepValue: topup.ActSell,
		StepShelf: topup.ActSell, StepProduct: topup.ActSell, StepStock: topup.ActSell, StepType: topup.ActSell,
		StepQuantity: topup.ActSell, StepRecheck: topup.ActSell, StepMany: topup.ActSell, StepUnclear: topup.ActSell, StepManyStock: topup.ActSell,
	}
)

func TestTheTablesNeedWhatIsSaidHere(t *testing.T) {
	for _, c := range commands {
		if c.name != "" && !slices.Contains(commandNeeds[c.name], c.act) {
			t.Errorf("/%s needs %s", c.name, c.act)
		}
		if c.verb != "" && buttonNeeds[c.verb] != c.act {
			t.Errorf("the button %s needs %s", c.verb, c.act)
		}
	}
	for verb, do := range orderTaps {
		if orderNeeds[verb] != do.act {
			t.Errorf("an order's %s needs %s", verb, do.act)
		}
	}
	for kind, do := range ownerTaps {
		if ownerNeeds[kind] != do.act {
			t.Errorf("a decision about a %s needs %s", kind, do.act)
		}
	}
	for name, st := range steps {
		if stepNeeds[name] != st.of.needs {
			t.Errorf("step %s needs %s", name, st.of.needs)
		}
	}
	for name, n := range map[string][2]int{
		"orders": {len(orderNeeds), len(orderTaps)}, "decisions": {len(ownerNeeds), len(ownerTaps)}, "steps": {len(stepNeeds), len(steps)},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d are said here, %d are in the table", name, n[0], n[1])
		}
	}
}

// as is a talk of one of everybody, at a desk with orders of shop 1 in every
// state that a button needs.
func as(t *testing.T, who topup.Actor) *talk {
	k := newTalk(t)
	k.who = 9
	who.Person, who.Chat = 9, 9
	k.v.people = map[int64]topup.Actor{9: who}
	k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "Asking", State: topup.ShopAsked}, {ID: 3, Chat: 99, Name: "Other", State: topup.ShopApproved}}
	k.v.favourites = regulars
	k.v.asked[1].Favourites = regulars
	order := topup.Order{
		Shop: 1, Chat: deskChat, By: deskChat, Good: topup.MobileTopUp, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", To: "0778037340",
		Quantity: 1, Face: topup.Dinars(500), Price: topup.Dinars(495), Expected: topup.Dinars(490), Placed: noon.Add(-time.Hour),
	}
	for i, state := range []topup.State{topup.Placed, topup.Refunded, topup.Delivered, topup.Review} {
		o := order
		o.ID, o.No, o.Panel, o.State = topup.OrderID(state), uint64(i+1), "p"+string(state), state
		switch state {
		case topup.Refunded:
			o.Offers = []topup.Offer{{Plan: "PIX_500", Name: "Pixx", Face: topup.Dinars(500)}}
		case topup.Delivered:
			o.Coded, o.DeliveredQty, o.Good, o.LineType, o.To = true, 1, topup.InternetCard, topup.ADSL, "036362608"
		}
		k.v.sold = append(k.v.sold, o)
	}
	p, _ := topup.DefaultPricing.With(topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp}, Terms: topup.Terms{How: topup.ByRate}, By: 501, Since: noon})
	k.v.pricing = &p
	k.v.claims = []topup.Claim{{Hash: TokenHash(linkToken), Order: topup.OrderID(topup.Delivered), Shop: 1, State: topup.ClaimOpen, Expires: noon.Add(time.Hour)}}
	k.v.complaints = []topup.Complaint{griped(k.v.sold[2])}
	return k
}

// griped is a complaint of a sale, with a text and a photo.
func griped(o topup.Order) topup.Complaint {
	c, _ := topup.Complaint{}.Complain(o, topup.Remark{At: noon.Add(-time.Hour), By: deskChat, Name: "Nour", Photo: "AgAC1"})
	c, _ = c.Complain(o, topup.Remark{At: noon.Add(-time.Minute), By: deskChat, Name: "Nour", Text: "nothing came"})
	return c
}

const linkToken = "abcdefghijklmnopqrstuv"

// refused reports that a tap was answered with a refusal and did nothing.
func (k *talk) refused() bool {
	k.t.Helper()
	toast := k.answered("a tap")
	no := toast.Msg.ID == "codes.others" || toast.Msg.ID == "tap.foreign" || toast.Msg.ID == "tap.unknown" || toast.Msg.ID == "suspend.tap"
	if no && len(k.out) != 1 {
		k.t.Errorf("refused, yet something is done: %+v", k.out)
	}
	return no
}

func TestRightsOfCommands(t *testing.T) {
	for name, who := range everybody {
		lost := as(t, who)
		lost.say("/nonsense")
		for command, acts := range commandNeeds {
			k := as(t, who)
			k.say("/" + command)
			may := slices.ContainsFunc(acts, who.May)
			if done := !slices.Equal(k.says(), lost.says()); done != may && acts[0] != topup.ActTalk {
				t.Errorf("%s: /%s is done: %t, want %t: %v", name, command, done, may, k.says())
			}
			if listed := slices.Contains(Commands(who), command); listed && !may {
				t.Errorf("%s has /%s in the menu", name, command)
			} else if !listed && may && command != "start" && command != "cancel" && command != "restored" && (command != "cashiers" || who.May(topup.ActCashiers)) {
				t.Errorf("%s has no /%s in the menu", name, command)
			}
		}
	}
}

func TestMenus(t *testing.T) {
	shop := []string{"mobile", "internet", "cards", "balance", "today", "report", "history", "find", "prices", "complaints", "language", "help", "cancel"}
	keeper := []string{"mobile", "internet", "cards", "balance", "today", "report", "history", "find", "prices", "complaints", "cashiers", "language", "help", "cancel"}
	stranger := []string{"start", "language", "help"}
	viewer := []string{"balance", "today", "report", "shops", "orders", "find", "complaints", "prices", "language", "help", "cancel"}
	helper := []string{"balance", "today", "report", "credit", "debit", "debts", "shops", "orders", "find", "complaints", "prices", "language", "help", "cancel"}
	owner := []string{"balance", "today", "report", "credit", "debit", "debts", "shops", "orders", "find", "complaints", "broadcast", "prices", "sync", "reconcile", "team", "backup"}
	for name, want := range map[string][]string{
		"a stranger": stranger, "a customer": stranger, "a cashier": shop, "a keeper": keeper, "the keeper of another one": keeper, "a viewer": viewer, "a helper": helper,
		"a suspended keeper":     {"balance", "today", "report", "history", "find", "complaints", "language", "help"},
		"an owner":               slices.Concat(owner, []string{"language", "help", "cancel"}),
		"a founder":              slices.Concat(owner, []string{"language", "help", "cancel"}),
		"an owner with the shop": slices.Concat(owner, []string{"mobile", "internet", "cards", "history", "cashiers", "language", "help", "cancel"}),
	} {
		if got := Commands(everybody[name]); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestRightsOfMenuButtons(t *testing.T) {
	arg := map[string][]string{"day": {"20261120.0.p"}, "shopday": {"20261120.0.p"}, "serial": {"4711.0.p"}, "shopserial": {"4711.0.p"}, "chart": {"w.0"}, "shopchart": {"w.1"}, "statement": {"x.m"}, "shopstatement": {"c.m.1"}, "lang": {"ar"}, "favour": {"0778037340"}, "sendcopy": {"hanout-20261127-020000.db"}, "drill": {"0"}}
	for name, who := range everybody {
		for verb, act := range buttonNeeds {
			k := as(t, who)
			k.v.copies.Sends = true
			k.press(menuTap(verb, arg[verb]...))
			if refused := k.refused(); refused == who.May(act) {
				t.Errorf("%s: %s is refused: %t", name, verb, refused)
			}
		}
		// The buttons at home are such as work.
		k := as(t, who)
		k.say("/help")
		for _, data := range k.buttons() {
			other := k.again()
			if other.press(data); other.refused() {
				t.Errorf("%s is shown %q", name, data)
			}
		}
	}
}

func TestRightsOfOrders(t *testing.T) {
	on := map[string]topup.State{"cancel": topup.Placed, "again": topup.Refunded, "offer": topup.Refunded, "amount": topup.Refunded, "show": topup.Review}
	arg := map[string][]string{"offer": {"0"}, "amount": {"0"}, "codes2": {"panel"}, "codes0": {"panel"}, "said": {"0"}, "photo": {"0"}, "ticket0": {"panel"}, "ticket1": {"panel"}}
	for name, who := range everybody {
		for verb, act := range orderNeeds {
			k := as(t, who)
			state, ok := on[verb]
			if !ok {
				state = topup.Delivered
			}
			k.press(encodeTap("o", append([]string{string(state), verb}, arg[verb]...)...))
			if refused := k.refused(); refused == k.v.people[9].MayWith(act, topup.Order{Shop: 1, By: deskChat}, topup.SharesOwn) {
				t.Errorf("%s: %s is refused: %t", name, verb, refused)
			}
		}
		k := as(t, who)
		k.press(encodeTap("v", "1", "0", "panel"))
		if refused := k.refused(); refused == who.MayFor(topup.ActHistory, 1) {
			t.Errorf("%s: a sale of the history is refused: %t", name, refused)
		}
		k.press(encodeTap("h", "0", "panel"))
		if refused := k.refused(); refused == who.May(topup.ActHistory) {
			t.Errorf("%s: the history is refused: %t", name, refused)
		}
		k.press(encodeTap("s", "p"+string(topup.Placed), "1", "ok"))
		if toast := k.answered("an old panel"); (toast.Msg.ID == "tap.sold") != who.MayFor(topup.ActHistory, 1) {
			t.Errorf("%s: a sale's old button is answered with %s", name, toast.Msg.ID)
		}
	}
}

func TestRightsOfDecisions(t *testing.T) {
	for name, who := range everybody {
		for _, verb := range []string{"card", "yes", "no", "card.yes", "card.no"} {
			k := as(t, who)
			k.press(encodeTap("a", "shop", "2", verb))
			if refused := k.refused(); refused == who.May(topup.ActDecide) {
				t.Errorf("%s: %s for a shop is refused: %t", name, verb, refused)
			}
		}
		for _, verb := range []string{"stop", "go"} {
			k := as(t, who)
			k.v.news = topup.News{ID: "n", Next: 2, Last: 9, Stopped: verb == "go"}
			k.press(encodeTap("a", "news", "0", verb, "n"))
			if refused := k.refused(); refused == who.May(topup.ActBroadcast) {
				t.Errorf("%s: %s for the news is refused: %t", name, verb, refused)
			}
			if saved, ok := effect[SaveNews](k); ok != who.May(topup.ActBroadcast) || ok && saved.News.Stopped != (verb == "stop") {
				t.Errorf("%s: %s steers the news: %t", name, verb, ok)
			}
		}
		for data, act := range map[string]topup.Act{
			encodeTap("a", "shops", "0", "page"): topup.ActShops, encodeTap("a", "shops", "0", "find"): topup.ActShops,
			encodeTap("a", "card", "2", "open", "0"): topup.ActShops, encodeTap("a", "card", "2", "below"): topup.ActShops,
			encodeTap("a", "suspend", "3", "ask"): topup.ActDecide, encodeTap("a", "letter", "3", "write"): topup.ActAnswer, encodeTap("a", "letter", "3", "reply", "99.1"): topup.ActAnswer,
			encodeTap("a", "rename", "3", "ask"): topup.ActRename, encodeTap("a", "limits", "3", "ask"): topup.ActLimits,
			ruleTap(0, "page"): topup.ActRules, ruleTap(0, "former"): topup.ActRules, ruleTap(1, "open"): topup.ActRules,
			ruleTap(0, "new"): topup.ActPrices, ruleTap(1, "change"): topup.ActPrices, ruleTap(1, "end"): topup.ActPrices, ruleTap(1, "end2"): topup.ActPrices,
			encodeTap("a", "tariff", "3", "show"): topup.ActRules, encodeTap("a", "group", "3", "ask"): topup.ActPrices,
			encodeTap("a", "sales", "1", "page", "0"): topup.ActOrders, encodeTap("a", "sales", "1", "above", "0"): topup.ActOrders,
		} {
			k := as(t, who)
			k.press(data)
			if refused := k.refused(); refused == who.May(act) {
				t.Errorf("%s: %s is refused: %t", name, data, refused)
			}
		}
		for data, act := range map[string]topup.Act{
			"a:complaints:0:first": topup.ActComplaints, "a:complaint:3:card": topup.ActComplaints, "a:complaint:3:back": topup.ActComplaints,
			"a:complaint:3:said:0": topup.ActComplaints, "a:complaint:3:photo:0": topup.ActComplaints,
			"a:complaint:3:reply": topup.ActResolve, "a:complaint:3:close": topup.ActResolve, "a:complaint:3:dispute": topup.ActResolve,
		} {
			k := as(t, who)
			k.press(data)
			if refused := k.refused(); refused == who.May(act) {
				t.Errorf("%s: %s is refused: %t", name, data, refused)
			}
		}
		for verb, act := range map[string]topup.Act{"card": topup.ActOrders, "photo": topup.ActOrders, "done": topup.ActSettle, "undo": topup.ActSettle, "part": topup.ActSettle} {
			k := as(t, who)
			k.v.sold[3].Quantity, k.v.sold[3].Decision = 3, &topup.Decision{Photo: "AgAC1"}
			k.press(encodeTap("a", "order", "4", verb))
			if refused := k.refused(); refused == who.May(act) {
				t.Errorf("%s: %s for an order is refused: %t", name, verb, refused)
			}
			if _, moved := effect[MoveOrder](k); moved {
				t.Errorf("%s: %s settles at once", name, verb)
			}
		}
		k := as(t, who)
		k.press(encodeTap("a", "orders", "0", "review", "panel"))
		if run, ok := effect[Run](k); k.refused() == who.May(topup.ActOrders) || ok != who.May(topup.ActOrders) || ok && run.Ask.Kind != "review" {
			t.Errorf("%s: the open sales: %+v", name, k.out)
		}
	}
}

func TestRightsOfSteps(t *testing.T) {
	for name, who := range everybody {
		for at, act := range stepNeeds {
			if steps[at].panelless {
				continue // has no button
			}
			for _, lead := range ways[at] {
				k := newTalk(t)
				lead(k)
				other := who
				other.Person, other.Chat = k.who, k.who
				k.v.people = map[int64]topup.Actor{k.who: other}
				for verb := range maps.Keys(steps[at].taps) {
					there := k.again()
					there.tap(verb, "0")
					if toast := there.answered(verb); (toast.Msg.ID == "tap.foreign" || toast.Msg.ID == "suspend.tap") == who.May(act) {
						t.Errorf("%s: %s at %s is answered with %q", name, verb, at, toast.Msg.ID)
					}
				}
				k.tap("no")
				if toast := k.answered("❌"); (toast.Msg.ID == "tap.foreign" || toast.Msg.ID == "suspend.tap") == who.May(act) {
					t.Errorf("%s: ❌ at %s is answered with %q", name, at, toast.Msg.ID)
				}
			}
		}
	}
}

func TestRightsOfLinks(t *testing.T) {
	for name, who := range everybody {
		k := as(t, who)
		k.say("/start " + linkToken)
		_, redeemed := effect[RedeemClaim](k)
		if own := who.MayFor(topup.ActHistory, 1); redeemed == own || own != slices.Contains(k.says(), "claim.own") {
			t.Errorf("%s: redeemed %t, %v", name, redeemed, k.says())
		}
	}
}

// TestOthersChats has everybody tap in a chat that is not theirs, and in a
// group.
func TestOthersChats(t *testing.T) {
	for name, who := range everybody {
		for data, want := range map[bool]string{true: "tap.foreign", false: "groupchat.tap"} {
			k := as(t, who)
			in := k.input()
			in.Chat, in.Private, in.Data = deskChat, data, menuTap("home")
			k.handle(in)
			if toast := k.answered("a tap"); toast.Msg.ID != want || !toast.Alert || len(k.out) != 1 {
				t.Errorf("%s: %+v, want %s", name, k.out, want)
			}
		}
	}
}
