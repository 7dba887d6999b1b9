package flows

import (
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// settled is the decision that a talk takes; false when it takes none.
func (k *talk) settled() (topup.Order, bool) {
	m, ok := effect[MoveOrder](k)
	return m.Change.Order, ok
}

// TestSettling: each way of ending a review moves what was shown, once, with its
// ground and its evidence.
func TestSettling(t *testing.T) {
	for name, c := range map[string]struct {
		verb  string
		lead  func(*talk)
		state topup.State
		paid  topup.Money
		want  topup.Decision
	}{
		"delivered":  {"done", func(k *talk) { k.tap("why", "provider"); k.say("ticket <4711>") }, topup.Delivered, topup.Dinars(3000), topup.Decision{Ground: topup.GroundProvider, Note: "ticket <4711>"}},
		"given back": {"undo", func(k *talk) { k.tap("why", "customer"); k.tap("none") }, topup.Refunded, 0, topup.Decision{Ground: topup.GroundCustomer}},
		"in part":    {"part", func(k *talk) { k.tap("n", "1"); k.tap("why", "customer"); k.photo("AgAC1") }, topup.Delivered, topup.Dinars(1000), topup.Decision{Ground: topup.GroundCustomer, Photo: "AgAC1"}},
		"typed":      {"part", func(k *talk) { k.say("٢"); k.say(strings.Repeat("ن", 4000)) }, topup.Delivered, topup.Dinars(2000), topup.Decision{Ground: topup.GroundOther, Note: strings.Repeat("ن", proofMost-1) + "…"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			deciding(k, c.verb)
			c.lead(k)
			k.at(StepSettleSure)
			k.tap("ok")
			o, ok := k.settled()
			c.want.By = 501
			if !ok || o.State != c.state || o.Captured != c.paid || o.Decision == nil || *o.Decision != c.want {
				t.Fatalf("%+v, decided %+v", o, o.Decision)
			}
			if k.s.Step != StepIdle {
				t.Errorf("it goes on at %q", k.s.Step)
			}
		})
	}
}

// TestSettlingMeanwhile: a decision on what has changed since it was shown is
// none.
func TestSettlingMeanwhile(t *testing.T) {
	k := newTalk(t)
	deciding(k, "undo")
	k.tap("why", "customer")
	k.tap("none")
	k.v.sold[0].DeliveredQty = 3
	if k.tap("ok"); !slices.Contains(k.says(), "confirm.changed") {
		t.Errorf("a code came: %v", k.says())
	}
	if _, moved := k.settled(); moved {
		t.Error("it is settled on what was not shown")
	}
	k.v.sold[0].State = topup.Delivered
	k.tap("ok")
	if toast := k.answered("✅"); toast.Msg.ID != "review.settled" {
		t.Errorf("the provider was first: %+v", toast)
	}
	if _, moved := k.settled(); moved {
		t.Error("it is settled twice")
	}
	k.press("a:order:4:undo")
	if toast := k.answered("❌"); toast.Msg.ID != "review.settled" || k.s.Step != StepIdle {
		t.Errorf("the old card: %+v at %q", toast, k.s.Step)
	}
}

// TestHelperIsNotAskedToSettle: who may look at a sale in review and not decide is
// not told to.
func TestHelperIsNotAskedToSettle(t *testing.T) {
	k := newTalk(t)
	deciding(k, "undo")
	k.v.people = map[int64]topup.Actor{501: {Person: 501, Chat: 501, Roles: []topup.Role{topup.Helper}}}
	k.press("a:order:4:card")
	if says := k.says(); !slices.Contains(says, "review.owners") || slices.Contains(says, "review.ask") {
		t.Errorf("a helper reads %q", says)
	}
}

// TestSettlingForged: no tap that the steps do not show settles anything.
func TestSettlingForged(t *testing.T) {
	for verb, args := range map[string][]string{"n": {"0", "3", "-1", "99999999999999999999", "x"}, "why": {"", "mine"}, "ok": {""}, "none": {""}} {
		for _, arg := range args {
			k := newTalk(t)
			deciding(k, "part")
			k.tap(verb, arg)
			if _, moved := k.settled(); moved || k.s.Step != StepSettlePart {
				t.Errorf("%s %q leads to %q", verb, arg, k.s.Step)
			}
		}
	}
	k := newTalk(t)
	deciding(k, "done")
	k.tap("why", "other")
	if k.tap("none"); k.answered("no reason").Msg.ID != "tap.unknown" || k.s.Step != StepSettleProof {
		t.Errorf("another reason that nobody tells leads to %q", k.s.Step)
	}
	k = newTalk(t)
	owner(k)
	k.v.sold = []topup.Order{{ID: "r", No: 4, Shop: 1, Good: topup.MobileTopUp, Quantity: 1, State: topup.Review, Placed: noon}}
	if k.press("a:order:4:part"); !k.refused() {
		t.Error("one top-up is settled in part")
	}
}
