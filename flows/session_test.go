package flows

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// stored are sessions as the version before the drafts were parted wrote them.
var stored = map[string]struct {
	json string
	want Session
}{
	"a mobile top-up, whose good is not named": {
		`{"step":"confirm","card":"p1","version":3,"sale":{"number":"0778037340","operator":"Djezzy","plan":"PREPAID_DJEZZY","face":50000,"wanted":50000,"page":1,"choices":["PREPAID_DJEZZY"],"order":"o1","quoted":{"code":"PREPAID_DJEZZY","name":"Djezzy","operator":"Djezzy","kind":"dynamic","cost":980000,"cost_known":true,"enabled":true,"min":5000,"max":500000},"price":49500,"cost":49000,"item":"Djezzy","until":"2026-11-21T12:00:00Z","warned":"o0"}}`,
		Session{Step: StepConfirm, Panel: "p1", Version: 3, Sale: &mobile{
			draft: draft{Page: 1, Choices: []string{"PREPAID_DJEZZY"}, Order: "o1", Price: 49500, Cost: 49000, Item: "Djezzy", Until: noon, Warned: "o0",
				Quoted: topup.Plan{Code: "PREPAID_DJEZZY", Name: "Djezzy", Operator: topup.Djezzy, Kind: topup.Dynamic, Cost: 980000,
					CostKnown: true, Enabled: true, Min: 5000, Max: 500000}},
			Number: "0778037340", Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", Face: 50000, Wanted: 50000,
		}},
	},
	"an internet card": {
		`{"step":"confirm","card":"p1","version":3,"sale":{"good":"internet","face":50000,"choices":["036362608"],"line_type":"ADSL","line":"036362608","plan_name":"10M","asked":"2026-11-21T12:00:00Z","order":"o1","price":49500,"cost":49000,"item":"10M","until":"2026-11-21T12:00:00Z"}}`,
		Session{Step: StepConfirm, Panel: "p1", Version: 3, Sale: &internet{
			draft:    draft{Good: topup.InternetCard, Choices: []string{"036362608"}, Order: "o1", Price: 49500, Cost: 49000, Item: "10M", Until: noon},
			LineType: topup.ADSL, Line: "036362608", Offer: "10M", Face: 50000, Asked: noon,
		}},
	},
	"gift cards": {
		`{"step":"recheck","card":"p1","version":3,"sale":{"good":"giftcard","page":1,"choices":["t"],"shelf":"PSN","search":"uk","product":"a","title":"PSN UK","region":"United Kingdom","types":[{"id":"t","name":"10 GBP","cost":100050,"quantity":5}],"type_id":"t","quantity":2,"asked":"2026-11-21T12:00:00Z","failed":true,"order":"o1","price":210200,"cost":200100,"item":"PSN UK, 10 GBP","until":"2026-11-21T12:00:00Z"}}`,
		Session{Step: StepRecheck, Panel: "p1", Version: 3, Sale: &giftCard{
			draft: draft{Good: topup.GiftCard, Page: 1, Choices: []string{"t"}, Order: "o1", Price: 210200, Cost: 200100, Item: "PSN UK, 10 GBP", Until: noon},
			Shelf: "PSN", Search: "uk", Product: "a", Title: "PSN UK", Region: "United Kingdom", Types: []topup.GiftType{{ID: "t", Name: "10 GBP", Cost: 100050, Quantity: 5}},
			TypeID: "t", Quantity: 2, Asked: noon, Failed: true,
		}},
	},
	"a debit": {
		`{"step":"sure","card":"p1","version":3,"money":{"debit":true,"shop":1,"amount":30000000,"reason":"cash","request":"r"}}`,
		Session{Step: StepSure, Panel: "p1", Version: 3, Money: &Adjustment{Debit: true, Shop: 1, Amount: 30000000, Reason: "cash", Request: "r"}},
	},
	"a request": {`{"step":"phone","version":3,"name":"Nour"}`, Session{Step: StepPhone, Version: 3, Name: "Nour"}},
	"a link":    {`{"step":"claim","claim":"aGFzaA=="}`, Session{Step: StepClaim, Claim: []byte("hash")}},
}

func TestStoredSessionsAreRead(t *testing.T) {
	for name, c := range stored {
		got := DecodeSession([]byte(c.json))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v %+v\nwant %+v %+v", name, got, got.Sale, c.want, c.want.Sale)
		}
		if again := DecodeSession(got.Encode()); !reflect.DeepEqual(again, c.want) {
			t.Errorf("%s is written %s", name, got.Encode())
		}
	}
}

// TestSessionsThatSayNothingStartOver reads what is no session, or lacks what
// its step needs.
func TestSessionsThatSayNothingStartOver(t *testing.T) {
	over := Session{Panel: "p", Version: 4}
	for _, json := range []string{
		`{"step":"confirm","card":"p","version":4}`,
		`{"step":"confirm","card":"p","version":4,"sale":null}`,
		`{"step":"number","card":"p","version":4,"sale":{"good":"internet"}}`,
		`{"step":"shelf","card":"p","version":4,"sale":{}}`,
		`{"step":"confirm","card":"p","version":4,"sale":{"good":"bill"}}`,
		`{"step":"line","card":"p","version":4,"sale":{"good":"internet","face":"much"}}`,
		`{"step":"money","card":"p","version":4}`,
		`{"step":"claim","card":"p","version":4}`,
		`{"step":"dance","card":"p","version":4}`,
	} {
		if got := DecodeSession([]byte(json)); !reflect.DeepEqual(got, over) {
			t.Errorf("%s: %+v", json, got)
		}
	}
	for _, nothing := range []string{"", "{", "[]", "null", `{"step":7}`} {
		if got := DecodeSession([]byte(nothing)); !reflect.DeepEqual(got, Session{}) {
			t.Errorf("%q: %+v", nothing, got)
		}
	}
	if b := (Session{Version: 3}).Encode(); b != nil {
		t.Errorf("a session that says nothing is written %s", b)
	}
}

// FuzzSession reads any bytes as a session, and goes on with it in every way.
func FuzzSession(f *testing.F) {
	for _, c := range stored {
		f.Add([]byte(c.json))
	}
	f.Add([]byte(`{"step":"many","card":"p","many":{"sales":[null]}}`))
	f.Add([]byte(`{"step":"many","card":"p","many":{"sales":[{"number":"x","plan":"PREPAID_DJEZZY","face":50000},{}]}}`))
	for _, step := range []Step{StepComplain, StepReply, StepOutcome, StepLastWord} {
		f.Add([]byte(`{"step":"` + string(step) + `","card":"p","complaint":{"order":"none","outcome":"lost","said":true}}`))
	}
	f.Add([]byte(`{"step":"plan","card":"p","sale":{"page":-7,"choices":["",""]}}`))
	f.Add([]byte(`{"step":"type","card":"p","sale":{"good":"giftcard","page":99,"types":[{"cost":-1}],"quantity":-1}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := DecodeSession(b)
		for _, do := range []func(*talk){
			func(k *talk) { k.say("12") },
			func(k *talk) { k.say("0778037340 500") },
			func(k *talk) { k.say("/cancel") },
			func(k *talk) { k.press(menuTap("lang", "fr")) },
			func(k *talk) { k.press(encodeTap("s", "p", "0", "old")) },
			func(k *talk) { k.s, k.out = Restarted(k.v.view(), k.env(), k.s, k.input()) },
			func(k *talk) { k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input()) },
			func(k *talk) {
				if strings.ContainsAny(k.s.Panel, ":/\n") || k.s.Panel == "" {
					return
				}
				for verb := range steps[k.s.Step].taps {
					other := k.again()
					other.t = t
					other.tap(verb, "0")
				}
				k.tap("ok")
			},
		} {
			k := newTalk(t)
			k.s = DecodeSession(s.Encode())
			do(k)
		}
	})
}

// TestOnlyALackOfMoneyIsResumed credits a shop at a confirm panel.
func TestOnlyALackOfMoneyIsResumed(t *testing.T) {
	for name, c := range map[string]struct {
		had, has topup.Money
		says     string
	}{
		"it lacked nothing":         {topup.Dinars(1000), topup.Dinars(2000), ""},
		"it lacked, and has enough": {topup.Dinars(100), topup.Dinars(2000), "confirm.goon"},
		"it lacked, and still does": {topup.Dinars(100), topup.Dinars(200), "confirm.short"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			k.v.money = c.had
			mobileQuote(k)
			k.at(StepConfirm)
			k.v.money = c.has
			k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input())
			if c.says == "" {
				k.untouched("a panel that lacked nothing")
			} else {
				k.at(StepConfirm, c.says)
			}
			k.s, k.out = Resume(k.v.view(), k.env(), k.s, k.input())
			if c.says != "confirm.short" {
				k.untouched("a second credit")
			}
		})
	}
	for command, want := range map[string]bool{"/credit 1 500 cash": true, "/debit 1 500 back": false} {
		k := newTalk(t)
		owner(k)
		k.say(command)
		k.tap("ok")
		if _, booked := effect[Book](k); !booked {
			t.Errorf("%s: nothing is booked: %+v", command, k.out)
		}
		if _, woken := effect[Wake](k); woken != want {
			t.Errorf("%s wakes the shop's sale: %t", command, woken)
		}
	}
}

// TestGiftCardsAreSoldByWhoConfirmed has the stock's answer come to a chat
// that is not the person's.
func TestGiftCardsAreSoldByWhoConfirmed(t *testing.T) {
	k := newTalk(t)
	giftQuote(k)
	cashier := topup.Actor{Person: 4711, Chat: deskChat, Shop: 1, Roles: []topup.Role{topup.Cashier}}
	k.v.people = map[int64]topup.Actor{4711: cashier, deskChat: {Roles: []topup.Role{topup.Stranger}}}
	k.now = k.now.Add(time.Second)
	turn := newTurn(k.v.view(), k.env(), k.s, Input{Chat: deskChat, Person: Person{ID: 4711}})
	turn.confirm()
	k.s, k.out = turn.s, turn.out
	k.at(StepRecheck)
	k.s = DecodeSession(k.s.Encode())
	k.stock(StockAnswer{Panel: k.s.Panel, Product: "a", Stock: topup.GiftStock{Title: "PSN UK", Types: []topup.GiftType{tenPounds(5)}}})
	if p, ok := effect[Place](k); !ok || p.Order.By != 4711 || p.Order.Shop != 1 || p.Order.Chat != deskChat {
		t.Errorf("placed %+v", p.Order)
	}
}
