package flows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// ways lead to every step, in every manner that makes a difference. A step
// without a way fails the walk.
var ways = map[Step]map[string]func(*talk){
	StepName:  {"a stranger": stranger},
	StepPhone: {"a stranger": func(k *talk) { stranger(k); k.say("Chez Yacine") }},
	StepFavourite: {
		"": namer, "no name": func(k *talk) { namer(k); k.say("0661234567") },
		"a name that it has": func(k *talk) { k.v.favourites = regulars; namer(k) }, "out of the list": regular,
		"no room": func(k *talk) {
			for i := range topup.FavouritesMost {
				k.v.favourites = append(k.v.favourites, topup.Favourite{Name: "Client " + strings.Repeat("x", i), Good: topup.MobileTopUp, To: strconv.Itoa(i)})
			}
			namer(k)
		},
		"a cashier": func(k *talk) { k.v.favourites = regulars; staffed(k); k.who = 21; namer(k) },
	},
	StepFavourites: {"": func(k *talk) { k.v.favourites = regulars; k.press(menuTap("favourites")) }, "none": func(k *talk) { k.press(menuTap("favourites")) }},
	StepFind:       {"": func(k *talk) { k.say("/find") }},
	StepComplain: {
		"": func(k *talk) { unhappy(k); k.press("o:s1:complaint") }, "more": func(k *talk) { unhappy(k); k.press("o:s1:complain"); k.say("nothing came") },
		"a photo": func(k *talk) { unhappy(k); k.press("o:s1:complain"); k.photo("AgAC1") }, "too long": func(k *talk) {
			unhappy(k)
			k.press("o:s1:complain")
			k.say(strings.Repeat("x", topup.RemarkMost+1))
		},
	},
	StepReply:      {"": resolving("reply"), "nothing said": func(k *talk) { resolving("reply")(k); k.say("?") }},
	StepOutcome:    {"": resolving("close")},
	StepLastWord:   {"": func(k *talk) { resolving("close")(k); k.tap("as", string(topup.ComplaintRejected)) }},
	StepLookUp:     {"": func(k *talk) { owner(k); k.say("/find") }, "nothing": func(k *talk) { owner(k); k.say("/find nobody") }},
	StepSuspend:    {"": func(k *talk) { owner(k); k.press(encodeTap("a", "suspend", "1", "ask")) }},
	StepSettlePart: {"": func(k *talk) { deciding(k, "part") }, "no number": func(k *talk) { deciding(k, "part"); k.say("many") }},
	StepSettleWhy: {
		"delivered": func(k *talk) { deciding(k, "done") }, "given back": func(k *talk) { deciding(k, "undo") },
		"in part": func(k *talk) { deciding(k, "part"); k.tap("n", "2") },
	},
	StepSettleProof: {
		"":               func(k *talk) { deciding(k, "undo"); k.tap("why", "customer") },
		"another reason": func(k *talk) { deciding(k, "done"); k.tap("why", "other") },
	},
	StepSettleSure: {
		"no evidence": func(k *talk) { deciding(k, "undo"); k.tap("why", "customer"); k.tap("none") },
		"a photo":     func(k *talk) { deciding(k, "done"); k.tap("why", "provider"); k.photo("AgAC1") },
		"written":     func(k *talk) { deciding(k, "part"); k.say("2"); k.say("ticket 4711") },
	},
	StepRename: {
		"": renamer, "no letter": func(k *talk) { renamer(k); k.say("12") },
		"another's name": func(k *talk) {
			k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "El Nour", State: topup.ShopApproved}}
			renamer(k)
			k.say("EL  NOUR")
		},
	},
	StepWrite: {
		"": writer, "a cashier": func(k *talk) { staffed(k); k.who = 21; writer(k) },
		"refused": func(k *talk) { k.v.refused = true; writer(k) }, "suspended": func(k *talk) { k.v.suspended = true; writer(k) },
		"what sells": func(k *talk) { writer(k); k.say("0778037340 500") }, "too long": func(k *talk) { writer(k); k.say(strings.Repeat("م", letterMost+1)) },
	},
	StepAnswer: {
		"from the card": func(k *talk) { owner(k); k.press(encodeTap("a", "letter", "1", "write")) },
		"an answer":     answerer,
		"a second one": func(k *talk) {
			answerer(k)
			k.v.letters.Answered = 502
			k.say("Demain")
		},
	},
	StepLimits: {"": limiter, "set": func(k *talk) { limiter(k); k.tap("k", "day"); k.tap("l", "20000") }},
	StepLimit: {
		"a sale": func(k *talk) { limiter(k); k.tap("k", "sale") }, "a day": func(k *talk) { limiter(k); k.tap("k", "day") },
		"no amount": func(k *talk) { limiter(k); k.tap("k", "day"); k.say("much") },
	},
	StepSharing:  {"": func(k *talk) { staffed(k); k.say("/cashiers"); k.tap("sh") }},
	StepSeekShop: {"": func(k *talk) { owner(k); k.press(encodeTap("a", "shops", "0", "find")) }},
	StepClaim: {"no language yet": func(k *talk) {
		joiner(k)
		k.v.language = ""
		k.say("/start " + linkToken)
	}},
	StepJoin: {"a shop": joiner, "the business": func(k *talk) {
		i := open("business", topup.Member{Role: topup.Helper, Name: "Lina", Limit: topup.Dinars(5000)})
		i.By = 501
		k.v.people = map[int64]topup.Actor{501: {Person: 501, Roles: []topup.Role{topup.Owner}}}
		k.who, k.v.invites = 9, map[string]topup.Invite{linkToken: i}
		k.say("/start " + linkToken)
	}},
	StepGroupChatFirst: {"no language yet": func(k *talk) { k.who, k.v.language = 9, ""; k.say("/start g-7700") }},
	StepGroupChat:      {"a keeper": func(k *talk) { k.say("/start g-7700") }, "a stranger": func(k *talk) { k.who = 9; k.say("/start g-7700") }},
	StepGroupChatSure:  {"": func(k *talk) { k.say("/start g-7700"); k.seen(true) }},
	StepCashiers:       {"nobody": func(k *talk) { k.say("/cashiers") }, "": func(k *talk) { staffed(k); k.say("/cashiers") }},
	StepCashier:        {"": cashier},
	StepCashierName: {
		"a new one": func(k *talk) { k.say("/cashiers"); k.tap("inv") },
		"another":   func(k *talk) { cashier(k); k.tap("rn") },
		"no name":   func(k *talk) { k.say("/cashiers"); k.tap("inv"); k.say("123") },
	},
	StepCashierLimit: {"": func(k *talk) { cashier(k); k.tap("lm") }, "no amount": func(k *talk) { cashier(k); k.tap("lm"); k.say("much") }},
	StepCashierOut:   {"": func(k *talk) { cashier(k); k.tap("out") }},
	StepTeam:         {"nobody": func(k *talk) { owner(k); k.say("/team") }, "": func(k *talk) { staffed(k); founder(k); k.say("/team") }},
	StepMate: {
		"": mate, "an owner": func(k *talk) { staffed(k); founder(k); k.say("/team"); k.tap("p", "32") },
		"an owner, by an owner": func(k *talk) { staffed(k); owner(k); k.say("/team"); k.tap("p", "32") },
	},
	StepMateRole:  {"": func(k *talk) { owner(k); k.say("/team"); k.tap("inv") }, "a founder": func(k *talk) { founder(k); k.say("/team"); k.tap("inv") }},
	StepMateName:  {"": newHelper, "another": func(k *talk) { mate(k); k.tap("rn") }},
	StepMateLimit: {"": func(k *talk) { newHelper(k); k.say("Lina") }, "another": func(k *talk) { mate(k); k.tap("lm") }},
	StepMateOut:   {"": func(k *talk) { mate(k); k.tap("out") }},

	StepMoney: {
		"above their limit": func(k *talk) { helper(k); k.say("/credit 1 1001 cash") },
		"credit":            func(k *talk) { owner(k); k.say("/credit 1 500 cash") },
		"debit":             func(k *talk) { owner(k); k.say("/debit 1 500 back") },
		"too much":          func(k *talk) { owner(k); k.say("/debit 1 50000 back") },
		"by buttons":        func(k *talk) { paid(k, "credit", "500000", "ccp"); k.say("CCP 0012345"); k.say("for the week") },
		"on account": func(k *talk) {
			k.v.ceiling = topup.Dinars(50_000)
			paid(k, "credit", "500000", "account")
			k.tap("none")
		},
		"above the ceiling":             func(k *talk) { paid(k, "credit", "500000", "account"); k.tap("none") },
		"a repayment":                   func(k *talk) { k.v.owed = topup.Dinars(7_000); paid(k, "repay", "700000", "cash"); k.tap("none") },
		"a repayment out of the wallet": func(k *talk) { k.v.owed = topup.Dinars(7_000); paid(k, "repay", "700000", "account"); k.tap("none") },
		"a slip used before": func(k *talk) {
			paid(k, "credit", "500000", "ccp")
			k.say("12345")
			k.v.lines = map[string]topup.Transaction{"credit/slip/ccp/12345": {Key: "credit/slip/ccp/12345", Shop: 1, Method: topup.CCP, Slip: "12345"}}
			k.tap("none")
		},
	},
	StepSum: {
		"credit": func(k *talk) { owner(k); k.press(encodeTap("a", "money", "1", "credit")) },
		"debit":  func(k *talk) { owner(k); k.press(encodeTap("a", "money", "1", "debit")) },
		"repay": func(k *talk) {
			owner(k)
			k.v.owed = topup.Dinars(7_000)
			k.press(encodeTap("a", "money", "1", "repay"))
		},
		"no amount": func(k *talk) { owner(k); k.press(encodeTap("a", "money", "1", "credit")); k.say("much") },
	},
	StepPaid: {
		"credit":            func(k *talk) { paid(k, "credit", "500000", "") },
		"debit":             func(k *talk) { paid(k, "debit", "500000", "") },
		"debit of who owes": func(k *talk) { k.v.owed = topup.Dinars(7_000); paid(k, "debit", "500000", "") },
		"repay":             func(k *talk) { k.v.owed = topup.Dinars(7_000); paid(k, "repay", "500000", "") },
	},
	StepSlip: {"": func(k *talk) { paid(k, "credit", "500000", "baridimob") }, "no number": func(k *talk) { paid(k, "credit", "500000", "ccp"); k.say("?") }},
	StepNote: {"cash": func(k *talk) { paid(k, "credit", "500000", "cash") }, "a slip": func(k *talk) { paid(k, "debit", "500000", "ccp"); k.tap("none") }},
	StepCeiling: {
		"alone":      func(k *talk) { owner(k); k.press(encodeTap("a", "money", "1", "ceiling")) },
		"no amount":  func(k *talk) { owner(k); k.press(encodeTap("a", "money", "1", "ceiling")); k.say("-1") },
		"in between": func(k *talk) { paid(k, "credit", "500000", "account"); k.tap("none"); k.tap("ceil") },
	},
	StepAskSum: {
		"":           func(k *talk) { k.press(menuTap("askcredit")) },
		"for a sale": forASale,
		"no amount":  func(k *talk) { k.press(menuTap("askcredit")); k.say("much") },
	},
	StepAskPaid: {"": func(k *talk) { askedFor("")(k) }, "for a sale": func(k *talk) { forASale(k); k.tap("sum", "500000") }},
	StepAskSlip: {"": askedFor("ccp"), "no number": func(k *talk) { askedFor("ccp")(k); k.say("?") }},
	StepAskSend: {
		"cash":       askedFor("cash"),
		"a number":   func(k *talk) { askedFor("ccp")(k); k.say("12345") },
		"no slip":    func(k *talk) { askedFor("baridimob")(k); k.tap("none") },
		"a photo":    func(k *talk) { askedFor("ccp")(k); k.photo("AgAC1") },
		"for a sale": func(k *talk) { forASale(k); k.tap("sum", "500000"); k.tap("by", "account") },
	},
	StepMarkup:   {"": func(k *talk) { k.press(menuTap("markup")) }, "no part": func(k *talk) { k.press(menuTap("markup")); k.say("some") }},
	StepGroup:    {"none yet": func(k *talk) { owner(k); k.press(encodeTap("a", "group", "1", "ask")) }, "": grouped(func(k *talk) { k.press(encodeTap("a", "group", "1", "ask")) })},
	StepRuleGood: {"": func(k *talk) { ruled(k, "") }},
	StepRulePart: {
		"mobile": func(k *talk) { ruled(k, "mobile") }, "internet": func(k *talk) { ruled(k, "internet") }, "cards": func(k *talk) { ruled(k, "cards") },
	},
	StepRuleItem:  {"a plan": func(k *talk) { ruled(k, "mobile", "0") }, "a card": func(k *talk) { ruled(k, "cards", "0") }},
	StepRuleGroup: {"": grouped(func(k *talk) { ruled(k, "mobile"); k.tap("all") }), "a plan": grouped(func(k *talk) { ruled(k, "mobile", "0", "0") })},
	StepRuleTerms: {
		"all": func(k *talk) { ruled(k, "mobile"); k.tap("all") }, "a group": grouped(func(k *talk) { ruled(k, "internet", "1"); k.tap("n", "0") }),
		"changed": func(k *talk) { ruleSet(k); k.press(ruleTap(1, "change")) },
	},
	StepRuleSum: {
		"per cent": func(k *talk) { ruleFor(k, topup.ByRate) }, "dinars": func(k *talk) { ruleFor(k, topup.BySum) },
		"a price": costless, "no figure": func(k *talk) { ruleFor(k, topup.ByRate); k.say("much") },
	},
	StepRuleSure: {
		"": func(k *talk) { ruleFor(k, topup.ByRate); k.tap("s", "20000") }, "dinars": func(k *talk) { ruleFor(k, topup.BySum); k.say("20") },
		"a price": func(k *talk) { costless(k); k.say("980") }, "a card": func(k *talk) { ruled(k, "cards", "0", "0"); k.tap("how", "rate"); k.say("7,5") },
		"in place of one": func(k *talk) { ruleSet(k); ruleFor(k, topup.ByRate); k.say("3") },
	},
	StepLow: {"": func(k *talk) { k.press(menuTap("low")) }, "no amount": func(k *talk) { k.press(menuTap("low")); k.say("some") }},
	StepSlipOf: {"": func(k *talk) { requested(k); k.v.request.Slip = ""; k.press("a:request:1:slip:req") }, "no number": func(k *talk) {
		requested(k)
		k.v.request.Slip = ""
		k.press("a:request:1:slip:req")
		k.say("?")
	}},
	StepRefuse:  {"": func(k *talk) { requested(k); k.press("a:request:1:no:req") }},
	StepBacklog: {"": backlog, "the rest": func(k *talk) { backlog(k); k.tap("pick", "0"); k.say("/cancel") }},
	StepSure:    {"": func(k *talk) { owner(k); k.say("/credit 1 300000 cash"); k.tap("ok") }},

	StepNews: {"": func(k *talk) { owner(k); k.say("/broadcast") }, "too long": func(k *talk) {
		owner(k)
		k.say("/broadcast")
		k.say(strings.Repeat("م", newsMost+1))
	}},
	StepCounting:  {"": func(k *talk) { owner(k); k.say("/broadcast"); k.say("Bonjour") }},
	StepAudience:  {"": audience},
	StepNewsReady: {"": func(k *talk) { audience(k); k.tap("to", "all") }},
	StepNewsTwice: {"": func(k *talk) {
		k.v.news = topup.News{ID: "n", Text: "Bonjour", To: "ar", Began: noon, Next: 1}
		audience(k)
		k.tap("to", "all")
		k.tap("ok")
	}},

	StepNumber: {"in a list": inList("06612345"), "": func(k *talk) { k.say("/mobile") }, "with favourites": func(k *talk) { k.v.favourites = regulars; k.say("/mobile") }, "a bad number": func(k *talk) { k.say("06612345") }},
	StepOperator: {
		"":                  func(k *talk) { djezzy(k); k.tap("ops") },
		"with an amount":    func(k *talk) { mobileQuote(k); k.tap("x", "ops") },
		"an unknown prefix": func(k *talk) { k.say("0510000000 500") },
		"in a list":         inList("0510000000 500"),
	},
	StepPlan: {"in a list": inList("0661234568"), "in a list, too much": inList("0661234568 7000000"), "": djezzy, "with a question for offers": func(k *talk) { k.asksForOffers(); djezzy(k) }, "no answer": func(k *talk) {
		a := k.inquiring()
		a.Fault = topup.FaultUnavailable
		k.offers(a)
	}},
	StepInquiring: {"in a list": func(k *talk) { k.asksForOffers(); inList("0778037341")(k); k.tap("of") }, "": func(k *talk) { k.inquiring() }, "from an amount": func(k *talk) { k.asksForOffers(); djezzy(k); k.tap("p", "0"); k.tap("of") }},
	StepOffers: {
		"":         func(k *talk) { k.offers(k.inquiring()) },
		"a page":   func(k *talk) { k.offers(k.inquiring(manyOffers...)); k.tap("pg", "1") },
		"one gone": offerGone,
	},
	StepAmount: {"in a list": func(k *talk) { inList("0778037341")(k); k.tap("p", "0") }, "": func(k *talk) { djezzy(k); k.tap("p", "0") }},

	StepLineType: {"": func(k *talk) { k.say("/internet") }, "with favourites": func(k *talk) { k.v.favourites = regulars; k.say("/internet") }},
	StepLine: {
		"":               func(k *talk) { k.say("/internet"); k.tap("lt", topup.ADSL) },
		"favourites":     func(k *talk) { k.v.favourites = regulars; k.say("/internet"); k.tap("lt", topup.ADSL) },
		"could not read": func(k *talk) { a := k.checking(); a.Fault = topup.FaultUnavailable; k.line(a) },
		"in a list": func(k *talk) {
			inList("036362608 1000")(k)
			k.line(LineAnswer{Panel: k.s.Panel, LineType: topup.ADSL, Line: "036362608", Fault: topup.FaultUnavailable})
		},
	},
	StepChecking: {"in a list": inList("036362608 1000"), "": func(k *talk) { k.checking() }},
	StepValue: {"in a list": func(k *talk) {
		inList("036362608 30")(k)
		k.line(LineAnswer{Panel: k.s.Panel, LineType: topup.ADSL, Line: "036362608", Info: topup.LineInfo{Type: topup.ADSL}})
	}, "": func(k *talk) { k.line(k.checking()) }},

	StepShelf:   {"": func(k *talk) { k.say("/cards") }, "nothing found": func(k *talk) { k.say("/cards"); k.say("zzz") }},
	StepProduct: {"in a list": inList("psn 10"), "": func(k *talk) { k.say("/cards"); k.tap("c", "0") }, "found": func(k *talk) { k.say("/cards"); k.say("psn") }},
	StepStock: {
		"in a list": inList("psn uk 10"),
		"":          func(k *talk) { k.say("/cards"); k.tap("c", "0"); k.tap("p", "0") },
		"no answer": func(k *talk) {
			k.say("/cards")
			k.tap("c", "0")
			k.tap("p", "0")
			k.stock(StockAnswer{Panel: k.s.Panel, Product: "a", Fault: topup.FaultUnavailable})
		},
	},
	StepType: {"in a list": func(k *talk) { inList("psn uk 15")(k); k.stock(cards(k, tenPounds(5))) }, "": func(k *talk) { k.stocked(tenPounds(5)) }, "none": func(k *talk) {
		a := k.stocked(tenPounds(5))
		k.tap("back")
		k.tap("p", "0")
		a.Panel, a.Stock.Types = k.s.Panel, nil
		k.stock(a)
	}},
	StepQuantity: {"in a list": func(k *talk) { inList("psn uk 10 x9")(k); k.stock(cards(k, tenPounds(5))) }, "": func(k *talk) { k.stocked(tenPounds(5)); k.tap("t", "0"); k.tap("x", "0") }},
	StepRecheck:  {"": func(k *talk) { giftQuote(k); k.tap("ok") }},

	StepMany: {
		"":                 several,
		"too little money": func(k *talk) { k.v.money = topup.Dinars(600); several(k) },
		"above a limit":    func(k *talk) { k.v.mostDay = topup.Dinars(600); several(k) },
		"the same twice":   func(k *talk) { k.say("0778037340 500\n0661234567 200\n0778037340 500") },
		"of all goods":     listedCards,
	},
	StepUnclear: {
		"two ways": inList("213 661 23 45 67"), "two numbers": inList("0661234567 0778037341"), "nothing read": inList("abc 12 077"),
		"several times": inList("0661234567 500 x2"), "a name or a card": func(k *talk) {
			k.v.favourites = topup.Favourites{{Name: "PSN", Good: topup.MobileTopUp, To: "0778037341"}}
			inList("psn 500")(k)
		},
	},
	StepManyStock: {"": func(k *talk) { listedCards(k); k.tap("ok") }},

	StepConfirm: {
		"an offer": func(k *talk) { k.offers(k.inquiring()); k.tap("f", "0") }, ownOffer: func(k *talk) { k.offers(k.inquiring()); k.tap("f", "1") },
		"a favourite": func(k *talk) { k.v.favourites = regulars; k.press(menuTap("favour", "0778037340")) },
		"mobile":      mobileQuote, "fixed plan": func(k *talk) { djezzy(k); k.tap("p", "1") },
		"internet": internetQuote, "gift cards": giftQuote,
		"too little money":       func(k *talk) { k.v.money = topup.Dinars(1); mobileQuote(k) },
		"above the day's limit":  func(k *talk) { limitedCashier(k); mobileQuote(k) },
		"above the shop's limit": func(k *talk) { k.v.mostSale = topup.Dinars(100); mobileQuote(k) },
		"the same again": func(k *talk) {
			k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, Chat: deskChat, Panel: "x", Good: topup.MobileTopUp, To: "0778037340",
				Face: topup.Dinars(500), Quantity: 1, Placed: noon, State: topup.Pending}}
			mobileQuote(k)
		},
	},
}

// seen is Telegram's answer about a group.
func (k *talk) seen(admin bool) {
	k.s, k.out = GroupChatSeen(k.v.view(), k.env(), k.s, k.input(), GroupChatAnswer{GroupChat: deskGroup, Title: "Comptoir", Admin: admin})
}

// backlog brings a talk to three lines that came late.
func backlog(k *talk) {
	for _, line := range []string{"0778037340 500", "0661234567 200", "0550123456"} {
		k.late(line)
	}
}

// late types a text that comes late.
func (k *talk) late(text string) {
	in := k.input()
	in.Text, in.Late = text, true
	k.handle(in)
}

// unhappy gives shop 1 a sale to complain of.
func unhappy(k *talk) {
	k.v.sold = []topup.Order{{ID: "s1", No: 4, Shop: 1, By: deskChat, Chat: deskChat, Panel: "s1", Good: topup.MobileTopUp, Operator: topup.Djezzy, To: "0778037340",
		Face: topup.Dinars(500), Price: topup.Dinars(495), Quantity: 1, Placed: noon.Add(-time.Hour), State: topup.Delivered, DeliveredQty: 1, Settled: noon}}
}

// resolving has an owner begin to decide its complaint.
func resolving(verb string) func(*talk) {
	return func(k *talk) {
		owner(k)
		unhappy(k)
		k.v.complaints = []topup.Complaint{griped(k.v.sold[0])}
		k.press("a:complaint:4:" + verb)
	}
}

// regulars are the favourites of shop 1, the last used first.
var regulars = topup.Favourites{
	{Name: "Amine", Good: topup.MobileTopUp, To: "0778037340", Used: noon, Usual: topup.Usual{Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", Face: topup.Dinars(500), Votes: 1}},
	{Name: "Box de Karim", Good: topup.InternetCard, To: "036362608", LineType: topup.ADSL, Used: noon, Usual: topup.Usual{Face: topup.Dinars(1000), Votes: 1}},
	{Name: "Sara", Good: topup.MobileTopUp, To: "0661234567", Used: noon},
}

func namer(k *talk) { unhappy(k); k.press("o:s1:name") }
func regular(k *talk) {
	k.v.favourites = regulars
	k.press(menuTap("favourites"))
	k.tap("f", "0778037340")
}

func writer(k *talk) { k.press(menuTap("write")) }
func answerer(k *talk) {
	owner(k)
	k.v.letters.No = 3
	k.press(encodeTap("a", "letter", "1", "reply", "77.3"))
}
func limiter(k *talk) { owner(k); k.press(encodeTap("a", "limits", "1", "ask")) }
func renamer(k *talk) { owner(k); k.press(encodeTap("a", "rename", "1", "ask")) }

func stranger(k *talk) { k.who = 9; k.say("/start") }
func owner(k *talk) {
	k.who = 501
	k.v.people = map[int64]topup.Actor{501: {Person: 501, Chat: 501, Roles: []topup.Role{topup.Owner}}}
}

// deciding brings an owner to the decision on three cards, of which two came.
func deciding(k *talk, verb string) {
	owner(k)
	k.v.sold = []topup.Order{{ID: "r", No: 4, Shop: 1, Chat: deskChat, By: deskChat, Panel: "r", Good: topup.GiftCard, PlanName: "PSN", Quantity: 3, DeliveredQty: 2, Coded: true,
		Price: topup.Dinars(3000), Expected: topup.Dinars(2900), Placed: noon, State: topup.Review, Reason: topup.ReasonPart}}
	k.press(encodeTap("a", "order", "4", verb))
}

// askedFor brings a shop that asks for credit as far as how it paid, or beyond.
func askedFor(by string) func(*talk) {
	return func(k *talk) {
		k.press(menuTap("askcredit"))
		k.tap("sum", "500000")
		if by != "" {
			k.tap("by", by)
		}
	}
}

// forASale asks for credit because of a sale.
func forASale(k *talk) {
	k.v.money = topup.Dinars(1)
	mobileQuote(k)
	k.press(menuTap("askcredit"))
}

// requested has shop 1 ask, and an owner look at it.
func requested(k *talk) {
	owner(k)
	k.v.request = &topup.CreditRequest{ID: "req", Amount: topup.Dinars(5_000), Method: topup.CCP, Slip: "12345", By: deskChat, Chat: deskChat, Panel: "asked", At: noon, State: topup.RequestOpen}
}

// paid brings an owner as far as how the money comes.
func paid(k *talk, verb, amount, by string) {
	owner(k)
	k.press(encodeTap("a", "money", "1", verb))
	k.tap("sum", amount)
	if by != "" {
		k.tap("by", by)
	}
}

func founder(k *talk) {
	k.who = 501
	k.v.people = map[int64]topup.Actor{501: {Person: 501, Chat: 501, Roles: []topup.Role{topup.Owner, topup.Founder}}}
}
func helper(k *talk) {
	k.who = 31
	k.v.people = map[int64]topup.Actor{31: {Person: 31, Chat: 31, Roles: []topup.Role{topup.Helper}, Most: topup.Dinars(1000)}}
}

// staffed gives shop 1 two cashiers and the business a helper and an owner, and
// each an open invitation.
func staffed(k *talk) {
	k.v.members = []topup.Member{
		{Person: 21, Shop: 1, Role: topup.Cashier, Name: "Amine", Since: noon, Limit: topup.Dinars(2000), Takings: topup.Takings{Sold: topup.Dinars(500), Sales: 1}},
		{Person: 22, Shop: 1, Role: topup.Cashier, Name: "Sara", Since: noon},
	}
	k.v.mates = []topup.Member{
		{Person: 31, Role: topup.Helper, Name: "Lina", Since: noon, Limit: topup.Dinars(1000)}, {Person: 32, Role: topup.Owner, Name: "Omar", Since: noon},
	}
	k.v.invites = map[string]topup.Invite{
		linkToken: open("shop", topup.Member{Shop: 1, Role: topup.Cashier, Name: "Rym"}),
		"other":   open("business", topup.Member{Role: topup.Viewer, Name: "Ali"}),
	}
}

// open is an invitation by the keeper of shop 1.
func open(id string, place topup.Member) topup.Invite {
	return topup.Invite{ID: id, Place: place, By: deskChat, Made: noon, Expires: noon.Add(topup.InviteLife)}
}

func joiner(k *talk)  { staffed(k); k.who = 9; k.say("/start " + linkToken) }
func cashier(k *talk) { staffed(k); k.say("/cashiers"); k.tap("p", "21") }
func mate(k *talk)    { staffed(k); owner(k); k.say("/team"); k.tap("p", "31") }
func newHelper(k *talk) {
	owner(k)
	k.say("/team")
	k.tap("inv")
	k.tap("r", string(topup.Helper))
}
func limitedCashier(k *talk) {
	k.who = 21
	staffed(k)
	k.v.members[0].Limit = topup.Dinars(600)
}

// ruled brings an owner as far into a new rule as the buttons lead: a good, a
// part, an item.
func ruled(k *talk, path ...string) {
	owner(k)
	k.press(ruleTap(0, "new"))
	for i, p := range path {
		switch {
		case p == "":
		case i == 0:
			k.tap("g", p)
		default:
			k.tap("n", p)
		}
	}
}

// ruleFor brings an owner to the figure of a rule for all top-ups.
func ruleFor(k *talk, how topup.TermsKind) {
	ruled(k, "mobile")
	k.tap("all")
	k.tap("how", string(how))
}

// ruleSet has a rule for all top-ups, which was set by owner 501.
func ruleSet(k *talk) {
	owner(k)
	p, _ := topup.DefaultPricing.With(topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp}, Terms: topup.Terms{How: topup.ByRate, Rate: topup.Percent(200)}, By: 501, Since: noon})
	k.v.pricing = &p
}

// costless brings an owner to the price of a plan whose cost is not told.
func costless(k *talk) {
	k.v.plans = append(k.v.plans, topup.Plan{Code: "GROS_MOBILIS", Name: "Gros", Family: topup.FamilyWholesale, Operator: topup.GMobilis, Kind: topup.Dynamic,
		Enabled: true, Min: topup.Dinars(5000), Max: topup.Dinars(300_000)})
	ruled(k, "mobile", "0", "1")
}

// grouped has shop 1 in a group, and then does something.
func grouped(then func(*talk)) func(*talk) {
	return func(k *talk) {
		k.v.group = "VIP"
		owner(k)
		then(k)
	}
}

func audience(k *talk) {
	owner(k)
	k.say("/broadcast")
	k.say("Bonjour")
	k.s, k.out = ShopsCounted(k.v.view(), k.env(), k.s, k.input(), k.s.Panel, map[string]Reach{"": {Shops: 4, Blocked: 1}, "ar": {Shops: 3, Blocked: 1}, "fr": {Shops: 1}, "#VIP": {Shops: 2}})
}
func several(k *talk) {
	k.say("0778037340 500\n0661234567 200\n0661234568")
	if k.s.Step == StepPlan { // nothing says what the last is to get
		k.tap("skip")
	}
}

// inList brings a talk to a line of several that is asked about, after one that
// is clear.
func inList(line string) func(*talk) {
	return func(k *talk) { k.say("0778037340 500\n" + line + "\n0661234567 200") }
}

// listedCards brings a talk to a list with two gift cards and an internet card.
func listedCards(k *talk) {
	k.say("psn uk 10\n036362608 1000\n0778037340 500\npsn uk 10 x2")
	k.stock(cards(k, tenPounds(5)))
	k.line(LineAnswer{Panel: k.s.Panel, LineType: topup.ADSL, Line: "036362608", Info: topup.LineInfo{Type: topup.ADSL, Offer: "IDOOM 15"}})
	k.stock(cards(k, tenPounds(5)))
	k.at(StepMany)
}

// cards answers the question for the stock of PSN UK.
func cards(k *talk, types ...topup.GiftType) StockAnswer {
	return StockAnswer{Panel: k.s.Panel, Product: "a", Stock: topup.GiftStock{Title: "PSN UK", Types: types}}
}

func djezzy(k *talk)        { k.say("0778037340") }
func mobileQuote(k *talk)   { k.say("0778037340 500") }
func internetQuote(k *talk) { k.line(k.checking()); k.tap("v", "500") }
func giftQuote(k *talk)     { k.stocked(tenPounds(5)); k.tap("t", "0"); k.tap("x", "2") }

// walk calls f at every step, reached in every way, each time in a new talk.
func walk(t *testing.T, f func(t *testing.T, k *talk, st step)) {
	for name, st := range steps {
		if len(ways[name]) == 0 {
			t.Errorf("no way leads to step %q", name)
		}
		for way, lead := range ways[name] {
			t.Run(string(name)+"/"+way, func(t *testing.T) {
				k := newTalk(t)
				lead(k)
				k.at(name)
				f(t, k, st)
			})
		}
	}
}

// answered fails unless the tap was answered once; it gives the answer.
func (k *talk) answered(what string) Toast {
	k.t.Helper()
	var toasts []Toast
	for _, e := range k.out {
		if toast, ok := e.(Toast); ok {
			toasts = append(toasts, toast)
		}
	}
	if len(toasts) != 1 {
		k.t.Fatalf("%s: %d answers to the tap: %+v", what, len(toasts), toasts)
	}
	return toasts[0]
}

// buttons are the callback data on the last screen that was shown.
func (k *talk) buttons() (data []string) {
	for _, e := range k.out {
		if s, ok := e.(Show); ok {
			data = nil
			for _, row := range s.Screen.Rows {
				for _, b := range row {
					if b.URL == "" {
						data = append(data, b.Data)
					}
				}
			}
		}
	}
	return data
}

// again is the same talk at another moment, which can be walked on apart.
func (k *talk) again() *talk {
	other, desk := *k, *k.v
	other.v, other.s = &desk, DecodeSession(k.s.Encode())
	return &other
}

// TestEveryStepIsInATable reads the sources for steps that no conversation has.
func TestEveryStepIsInATable(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[Step]bool{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Step" && len(spec.Values) == 1 {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					name, _ := strconv.Unquote(lit.Value)
					declared[Step(name)] = true
				}
			}
			return true
		})
	}
	delete(declared, StepIdle)
	if len(declared) < 33 {
		t.Errorf("only %d steps were read", len(declared))
	}
	for name := range declared {
		if _, ok := steps[name]; !ok {
			t.Errorf("step %q is in no conversation", name)
		}
	}
	rows := 0
	for _, c := range allConversations() {
		rows += len(c.steps)
		for name, st := range c.steps {
			if st.show == nil {
				t.Errorf("step %q can't be shown", name)
			}
			if !slices.Contains(topup.Acts(), c.needs) {
				t.Errorf("step %q needs %q, which is no act", name, c.needs)
			}
		}
	}
	if rows != len(steps) {
		t.Errorf("%d rows make %d steps: two conversations share one", rows, len(steps))
	}
}

// TestEveryButtonOfAStepWorks presses whatever the step shows.
func TestEveryButtonOfAStepWorks(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		k.redrawn()
		buttons := k.buttons()
		if len(buttons) == 0 && !st.panelless && k.s.Step != StepName {
			t.Error("the step has no button, not even to leave")
		}
		if slices.ContainsFunc(buttons, func(d string) bool { return strings.HasSuffix(d, ":back") }) && st.back == nil {
			t.Error("⬅️ is shown but leads nowhere")
		}
		for _, data := range buttons {
			if len(data) > maxCallback {
				t.Errorf("%q is too long for a button", data)
			}
			other := k.again()
			other.t = t
			other.press(data)
			if toast := other.answered(data); toast.Msg.ID == "tap.unknown" || toast.Msg.ID == "tap.foreign" || toast.Msg.ID == "tap.old" {
				t.Errorf("%q is answered with %q", data, toast.Msg.ID)
			}
		}
	})
}

// redrawn shows the step again, as an old button does.
func (k *talk) redrawn() {
	k.t.Helper()
	step, panel := k.s.Step, k.s.Panel
	if panel == "" {
		panel = "other"
	}
	k.press(encodeTap("s", panel, strconv.Itoa(max(0, k.s.Version-1)), "ok"))
	if toast := k.answered("an old button"); toast.Msg.ID != "tap.old" {
		k.t.Errorf("an old button is answered with %q", toast.Msg.ID)
	}
	if len(k.says()) == 0 {
		k.t.Error("an old button shows nothing")
	}
	k.at(step)
}

func TestEveryStepAnswersEveryTap(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		if !st.panelless {
			later := k.again() // when any answer that is waited for was lost
			later.now = later.now.Add(time.Hour)
			later.press(encodeTap("s", later.s.Panel, "0", "ok"))
			later.answered("an old button, later")
		}
		k.redrawn()
		verbs := []string{"zz", "ok", "no", "back", "again", "show", "pg", "p", "retry"}
		for verb := range st.taps {
			verbs = append(verbs, verb)
		}
		for _, verb := range verbs {
			for _, arg := range []string{"", "0", "1", "99", "-1", "x", "99999999999999999999"} {
				other := k.again()
				if arg == "" {
					other.tap(verb)
				} else {
					other.tap(verb, arg)
				}
				toast := other.answered(verb + " " + arg)
				_, known := st.taps[verb]
				if known = known || verb == "no" || (verb == "back" && st.back != nil); !known && !st.panelless {
					if toast.Msg.ID != "tap.unknown" || len(other.out) != 1 {
						t.Errorf("%s: %+v", verb, other.out)
					}
				}
			}
		}
	})
}

func TestEveryStepCanBeLeft(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		cancel := k.again()
		cancel.say("/cancel")
		if cancel.s.Step != StepIdle || len(cancel.says()) == 0 {
			t.Errorf("after /cancel at %q: %v", cancel.s.Step, cancel.says())
		}
		cancel.say("/cancel")
		if !slices.Contains(cancel.says(), "cancel.nothing") {
			t.Errorf("after a second /cancel: %v", cancel.says())
		}

		home := k.again()
		home.press(menuTap("home"))
		home.answered("🏠")
		if len(home.says()) == 0 || (home.s.Step != k.s.Step && home.s.Step != StepName) {
			t.Errorf("after 🏠 at %q: %v", home.s.Step, home.says())
		}

		start := k.again()
		start.say("/start")
		if start.s.Step == k.s.Step && k.s.Step != StepName {
			t.Errorf("/start stays")
		}
		if len(start.says()) == 0 {
			t.Error("/start shows nothing")
		}

		if !st.panelless {
			no := k.again()
			no.tap("no")
			no.answered("❌")
			if no.s.Step != StepIdle || len(no.says()) == 0 {
				t.Errorf("after ❌ at %q: %v", no.s.Step, no.says())
			}
		}
	})
}

func TestEveryStepGoesBack(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		if st.back == nil {
			return
		}
		from := k.s.Step
		k.tap("back")
		k.answered("⬅️")
		if k.s.Step == from || k.s.Step == StepIdle || len(k.says()) == 0 {
			t.Errorf("⬅️ leads from %q to %q: %v", from, k.s.Step, k.says())
		}
		// Back and back again ends somewhere, and never leaves the sale.
		for range 10 {
			if steps[k.s.Step].back == nil {
				return
			}
			k.tap("back")
		}
		t.Errorf("⬅️ goes in circles, at last to %q", k.s.Step)
	})
}

func TestEveryStepSurvivesALanguage(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		at := k.s.Step
		k.say("/language")
		if k.s.Step != at {
			t.Fatalf("/language leads to %q", k.s.Step)
		}
		k.press(menuTap("lang", "ar"))
		k.answered("a language")
		if speak, ok := effect[Speak](k); !ok || speak.Language != "ar" {
			t.Errorf("no language is chosen: %+v", k.out)
		}
		if len(k.says()) == 0 {
			t.Error("a language chosen shows nothing")
		}
		if st.spoken == nil && k.s.Step != at {
			t.Errorf("a language leads to %q", k.s.Step)
		}
	})
}

func TestEveryStepSurvivesARestart(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		if _, asking := effect[Run](k); asking != (st.waited != nil) && len(k.says()) > 0 {
			if gift, ok := k.s.Sale.(*giftCard); !ok || !gift.Failed {
				t.Errorf("the provider is asked: %t, yet a restart goes on: %t", asking, st.waited != nil)
			}
		}
		stored := k.s.Encode()
		k.s = DecodeSession(stored)
		if string(k.s.Encode()) != string(stored) {
			t.Errorf("stored %s\nread   %s", stored, k.s.Encode())
		}
		at := k.s.Step
		gift, _ := k.s.Sale.(*giftCard)
		k.s, k.out = Restarted(k.v.view(), k.env(), k.s, k.input())
		_, asked := effect[Run](k)
		switch {
		case st.waited == nil, gift != nil && gift.Failed:
			if k.untouched("a restart"); k.s.Step != at {
				t.Errorf("a restart leads to %q", k.s.Step)
			}
		case at == StepRecheck:
			if k.at(StepConfirm, "stock.unreachable"); asked {
				t.Error("a confirmed sale is asked about without its person")
			}
		case at == StepManyStock:
			if k.at(StepMany, "stock.unreachable"); asked {
				t.Error("confirmed sales are asked about without their person")
			}
		case at == StepInquiring:
			if k.at(StepPlan, "offers.lost"); asked {
				t.Error("offers are asked for twice")
			}
		default:
			if k.at(at); !asked {
				t.Error("the lost question is not asked again")
			}
		}
		k.redrawn()
	})
}

// TestEveryQuoteIsAskedAgainWhenItsPriceChanges raises all prices between the
// quote and ✅.
func TestEveryQuoteIsAskedAgainWhenItsPriceChanges(t *testing.T) {
	for way, lead := range ways[StepConfirm] {
		t.Run(way, func(t *testing.T) {
			k := newTalk(t)
			lead(k)
			k.at(StepConfirm)
			if slices.Contains(k.says(), "confirm.short") || way == ownOffer {
				return // there is no ✅, or no price list
			}
			for i := range k.v.plans {
				k.v.plans[i].Cost += topup.Percent(50)
			}
			for i := range k.v.products {
				k.v.products[i].Cost += topup.Dinars(2)
			}
			dearer := tenPounds(5)
			dearer.Cost += topup.Dinars(2)
			k.askedAgain(dearer)
		})
	}
}

// askedAgain taps ✅ on a card whose price holds no more, with what the stock of
// a gift card is by then: the card is shown anew, and nothing is sold.
func (k *talk) askedAgain(now topup.GiftType) {
	k.t.Helper()
	k.tap("ok")
	if k.s.Step == StepRecheck {
		k.stock(StockAnswer{Panel: k.s.Panel, Product: "a", Stock: topup.GiftStock{Title: "PSN UK", Types: []topup.GiftType{now}}})
	} else {
		k.answered("✅")
	}
	k.at(StepConfirm, "confirm.changed")
	if _, placed := effect[Place](k); placed {
		k.t.Error("sold at a price that was not shown")
	}
}

// TestEveryQuoteIsAskedAgainWhenARuleIsSet has an owner set a rule between the
// quote and ✅: dearer or cheaper, nobody pays what was not shown.
func TestEveryQuoteIsAskedAgainWhenARuleIsSet(t *testing.T) {
	for way, lead := range ways[StepConfirm] {
		t.Run(way, func(t *testing.T) {
			k := newTalk(t)
			lead(k)
			k.at(StepConfirm)
			if slices.Contains(k.says(), "confirm.short") || way == ownOffer {
				return // there is no ✅, or the price is the face, whatever the rules
			}
			p := topup.DefaultPricing
			for _, good := range topup.Goods() {
				p, _ = p.With(topup.PriceRule{Scope: topup.Scope{Good: good}, Terms: topup.Terms{How: topup.ByRate}, Since: noon})
			}
			k.v.pricing = &p
			k.askedAgain(tenPounds(5))
		})
	}
}

// TestRuleChangedMeanwhile: of two owners who set the same rule, the second is
// asked again, on what then counts.
func TestRuleChangedMeanwhile(t *testing.T) {
	k := newTalk(t)
	ruleFor(k, topup.ByRate)
	k.say("3")
	k.at(StepRuleSure)
	ruleSet(k)
	k.tap("ok")
	k.at(StepRuleSure, "rule.meanwhile", "rule.replaces")
	if _, set := effect[SetPrice](k); set {
		t.Error("it takes the place of a rule that was not seen")
	}
	k.tap("ok")
	if set, ok := effect[SetPrice](k); !ok || set.Rule.Rate != topup.Percent(300) || set.Rule.By != 501 || k.s.Step != StepIdle {
		t.Errorf("%+v", set)
	}
	k.v.pricing.Rules = nil
	for i := range topup.RulesMost {
		p, _ := k.v.pricing.With(topup.PriceRule{Scope: topup.Scope{Good: topup.MobileTopUp, Item: strconv.Itoa(i)}, Terms: topup.Terms{How: topup.ByRate}})
		k.v.pricing = &p
	}
	ruleFor(k, topup.ByRate)
	k.say("3")
	k.tap("ok")
	if toast := k.answered("✅"); toast.Msg.ID != "rule.full" {
		t.Errorf("one rule too many is answered with %q", toast.Msg.ID)
	}
}

// TestAStepWithoutTheRightIsRefused takes everybody's rights away while they
// stand at a step.
func TestAStepWithoutTheRightIsRefused(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		if st.panelless {
			return
		}
		none := topup.Actor{Person: k.who, Chat: k.who}
		k.v.people = map[int64]topup.Actor{k.who: none}
		for _, verb := range []string{"ok", "back", "no", "zz"} {
			other := k.again()
			other.tap(verb)
			if toast := other.answered(verb); toast.Msg.ID != "tap.foreign" || len(other.out) != 1 {
				t.Errorf("%s: %+v", verb, other.out)
			}
		}
		k.now = k.now.Add(time.Hour)
		k.s, k.out = Restarted(k.v.view(), k.env(), k.s, k.input())
		k.untouched("a restart")
	})
}

// messages are what strangers send, whatever was asked.
var messages = map[string]func(*Input){
	"a photo":             func(in *Input) { in.Photo = "AgAC1" },
	"a photo with words":  func(in *Input) { in.Photo, in.Text = "AgAC1", "beaucoup d'argent" },
	"a sticker":           func(in *Input) { in.Thing = true },
	"another's contact":   func(in *Input) { in.Contact = &Contact{Phone: "+213661234567"} },
	"an empty contact":    func(in *Input) { in.Contact = &Contact{Own: true} },
	"a giant text":        func(in *Input) { in.Text = strings.Repeat("مرحبا <b>", 500) },
	"spaces":              func(in *Input) { in.Text = " \u00a0\n\u200b" },
	"a line turned round": func(in *Input) { in.Text = "\u202e\u2066005 1234567660" },
	"tags":                func(in *Input) { in.Text = "</b><a href='tg://user?id=1'>&amp;" },
	"no text at all":      func(in *Input) { in.Text = "\ufffd\u0000" },
	"a number beyond all": func(in *Input) { in.Text = "99999999999999999999999999" },
	"a loss":              func(in *Input) { in.Text = "-500" },
	"a command of none":   func(in *Input) { in.Text = "/credits 1 500 cash" },
}

// TestEveryStepTakesAnyMessage: whatever is sent where something else is asked
// is answered, moves no money, and leaves a conversation that can be stored.
func TestEveryStepTakesAnyMessage(t *testing.T) {
	walk(t, func(t *testing.T, k *talk, st step) {
		for what, fill := range messages {
			other := k.again()
			other.t = t
			in := other.input()
			fill(&in)
			other.handle(in)
			if len(other.says()) == 0 {
				t.Errorf("%s is not answered: %+v", what, other.out)
			}
			for _, e := range other.out {
				switch e.(type) {
				case Place, PlaceMany, Book, MoveOrder, MakeClaim:
					t.Errorf("%s makes %+v", what, e)
				}
			}
			stored := other.s.Encode()
			if string(DecodeSession(stored).Encode()) != string(stored) {
				t.Errorf("%s leaves %s", what, stored)
			}
		}
	})
}
