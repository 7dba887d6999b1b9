package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestBeats(t *testing.T) {
	now := at("2026-11-27 12:00")
	ends := func(state topup.State, why topup.Reason) topup.Order {
		return topup.Order{Good: topup.MobileTopUp, Operator: topup.Djezzy, State: state, Reason: why}
	}
	card, offered := ends(topup.Delivered, ""), ends(topup.Refunded, topup.ReasonProvider)
	card.Good, offered.Offers = topup.GiftCard, []topup.Offer{{Plan: "x"}}
	for _, c := range []struct {
		why          string
		was          topup.State
		o            topup.Order
		says, failed bool
	}{
		{"delivered", topup.Pending, ends(topup.Delivered, ""), true, false},
		{"given back by the provider", topup.Pending, ends(topup.Refunded, topup.ReasonProvider), true, true},
		{"the number wants another plan", topup.Pending, offered, false, false},
		{"refused for what was asked", topup.Submitting, ends(topup.Refunded, topup.ReasonInvalid), false, false},
		{"the owner's float is empty", topup.Submitting, ends(topup.Refunded, topup.ReasonFloat), false, false},
		{"taken back", topup.Placed, ends(topup.Refunded, topup.ReasonCancelled), false, false},
		{"settled by a person", topup.Review, ends(topup.Delivered, topup.ReasonPerson), false, false},
		{"not over", topup.Submitting, ends(topup.Pending, ""), false, false},
		{"over before", topup.Delivered, ends(topup.Delivered, ""), false, false},
		{"no top-up", topup.Pending, card, false, false},
	} {
		b, says := topup.BeatOf(topup.Order{State: c.was}, c.o, now)
		if says != c.says || says && b.Failed != c.failed {
			t.Errorf("%s: says %t, failed %t", c.why, says, b.Failed)
		}
	}
}

func TestPulse(t *testing.T) {
	start := at("2026-11-27 12:00")
	beats := func(every time.Duration, ends string) (p topup.Pulse) {
		for i, e := range ends {
			p = p.Add(topup.Beat{At: start.Add(time.Duration(i) * every), Failed: e == 'x'})
		}
		return p
	}
	for _, c := range []struct {
		why       string
		p         topup.Pulse
		failed    int
		bad, well bool
	}{
		{"nothing", nil, 0, false, true},
		{"too few to say", beats(time.Minute, "xxxxxxx"), 7, false, true},
		{"eight", beats(time.Minute, "xxxxxxxx"), 8, true, false},
		{"half", beats(time.Minute, "x.x.x.x.x."), 5, true, false},
		{"a third", beats(time.Minute, "x..x..x..x.."), 4, false, false},
		{"a quarter", beats(time.Minute, "x...x...x..."), 3, false, true},
		{"only the newest twenty", beats(time.Minute, "xxxxxxxxxx...................."), 0, false, true},
		{"only those of two hours", beats(20*time.Minute, "xxxxxxxxxxxx"), 6, false, true},
	} {
		if failed, bad, well := c.p.Failing(); failed != c.failed || bad != c.bad || well != c.well {
			t.Errorf("%s: %d failed, bad %t, well %t", c.why, failed, bad, well)
		}
	}
	if p := beats(time.Minute, "xxxxxxxxx").Recent(start.Add(5 * time.Hour)); len(p) != 0 {
		t.Errorf("hours later %d still count", len(p))
	}
}
