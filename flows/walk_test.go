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
	StepName:     {"a stranger": stranger},
	StepPhone:    {"a stranger": func(k *talk) { stranger(k); k.say("Chez Yacine") }},
	StepFind:     {"": func(k *talk) { k.say("/find") }},
	StepSuspend:  {"": func(k *talk) { owner(k); k.press(encodeTap("a", "suspend", "1", "ask")) }},
	StepSeekShop: {"": func(k *talk) { owner(k); k.press(encodeTap("a", "shops", "0", "find")) }},
	StepClaim: {"no language yet": func(k *talk) {
		k.who, k.v.language = 9, ""
		k.say("/start " + strings.Repeat("x", 22))
	}},
	StepMoney: {
		"credit":   func(k *talk) { owner(k); k.say("/credit 1 500 cash") },
		"debit":    func(k *talk) { owner(k); k.say("/debit 1 500 back") },
		"too much": func(k *talk) { owner(k); k.say("/debit 1 50000 back") },
	},
	StepBacklog: {"": backlog, "the rest": func(k *talk) { backlog(k); k.tap("pick", "0"); k.say("/cancel") }},
	StepSure:    {"": func(k *talk) { owner(k); k.say("/credit 1 300000 cash"); k.tap("ok") }},

	StepNumber:   {"": func(k *talk) { k.say("/mobile") }, "a bad number": func(k *talk) { k.say("06612345") }},
	StepOperator: {"": func(k *talk) { k.say("0778037340") }, "with an amount": func(k *talk) { k.say("0778037340 500") }},
	StepPlan:     {"": djezzy},
	StepAmount:   {"": func(k *talk) { djezzy(k); k.tap("p", "0") }},

	StepLineType: {"": func(k *talk) { k.say("/internet") }},
	StepLine: {
		"":               func(k *talk) { k.say("/internet"); k.tap("lt", topup.ADSL) },
		"could not read": func(k *talk) { a := k.checking(); a.Fault = topup.FaultUnavailable; k.line(a) },
	},
	StepChecking: {"": func(k *talk) { k.checking() }},
	StepValue:    {"": func(k *talk) { k.line(k.checking()) }},

	StepShelf:   {"": func(k *talk) { k.say("/cards") }, "nothing found": func(k *talk) { k.say("/cards"); k.say("zzz") }},
	StepProduct: {"": func(k *talk) { k.say("/cards"); k.tap("c", "0") }, "found": func(k *talk) { k.say("/cards"); k.say("uk") }},
	StepStock: {
		"": func(k *talk) { k.say("/cards"); k.tap("c", "0"); k.tap("p", "0") },
		"no answer": func(k *talk) {
			k.say("/cards")
			k.tap("c", "0")
			k.tap("p", "0")
			k.stock(StockAnswer{Panel: k.s.Panel, Product: "a", Fault: topup.FaultUnavailable})
		},
	},
	StepType: {"": func(k *talk) { k.stocked(tenPounds(5)) }, "none": func(k *talk) {
		a := k.stocked(tenPounds(5))
		k.tap("back")
		k.tap("p", "0")
		a.Panel, a.Stock.Types = k.s.Panel, nil
		k.stock(a)
	}},
	StepQuantity: {"": func(k *talk) { k.stocked(tenPounds(5)); k.tap("t", "0") }},
	StepRecheck:  {"": func(k *talk) { giftQuote(k); k.tap("ok") }},

	StepConfirm: {
		"mobile": mobileQuote, "fixed plan": func(k *talk) { djezzy(k); k.tap("p", "1") },
		"internet": internetQuote, "gift cards": giftQuote,
		"too little money": func(k *talk) { k.v.money = topup.Dinars(1); mobileQuote(k) },
		"the same again": func(k *talk) {
			k.v.sold = []topup.Order{{ID: "x", No: 4, Shop: 1, Chat: deskChat, Panel: "x", Good: topup.MobileTopUp, To: "0778037340",
				Face: topup.Dinars(500), Quantity: 1, Placed: noon, State: topup.Pending}}
			mobileQuote(k)
		},
	},
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

func stranger(k *talk) { k.who = 9; k.say("/start") }
func owner(k *talk) {
	k.who = 501
	k.v.people = map[int64]topup.Actor{501: {Person: 501, Chat: 501, Roles: []topup.Role{topup.Owner}}}
}
func djezzy(k *talk)        { k.say("0778037340"); k.tap("op", string(topup.Djezzy)) }
func mobileQuote(k *talk)   { k.say("0778037340 500"); k.tap("op", string(topup.Djezzy)) }
func internetQuote(k *talk) { k.line(k.checking()); k.tap("v", "500") }
func giftQuote(k *talk)     { k.stocked(tenPounds(5)); k.tap("t", "0"); k.tap("k", "2") }

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
					data = append(data, b.Data)
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
	if len(declared) < 21 {
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
			if slices.Contains(k.says(), "confirm.short") {
				return // there is no ✅
			}
			for i := range k.v.plans {
				k.v.plans[i].Cost += topup.Percent(50)
			}
			for i := range k.v.products {
				k.v.products[i].Cost += topup.Dinars(2)
			}
			k.tap("ok")
			if k.s.Step == StepRecheck {
				dearer := tenPounds(5)
				dearer.Cost += topup.Dinars(2)
				k.stock(StockAnswer{Panel: k.s.Panel, Product: "a", Stock: topup.GiftStock{Title: "PSN UK", Types: []topup.GiftType{dearer}}})
			} else {
				k.answered("✅")
			}
			k.at(StepConfirm, "confirm.changed")
			if _, placed := effect[Place](k); placed {
				t.Error("sold at a price that was not shown")
			}
		})
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
