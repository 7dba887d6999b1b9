package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestBeats(t *testing.T) {
	now := at("2026-11-27 12:00")
	ends := func(state topup.State, why topup.Reason) topup.Order {
		return topup.Order{Good: topup.MobileTopUp, Operator: topup.Djezzy, State: state, Reason: why, Placed: now}
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
		b, says := topup.BeatOf(topup.Order{State: c.was, Changed: now}, c.o, now)
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
		if failed, _, bad, well := c.p.Failing(); failed != c.failed || bad != c.bad || well != c.well {
			t.Errorf("%s: %d failed, bad %t, well %t", c.why, failed, bad, well)
		}
	}
	if p := beats(time.Minute, "xxxxxxxxx").Recent(start.Add(5 * time.Hour)); len(p) != 0 {
		t.Errorf("hours later %d still count", len(p))
	}
}

// TestBeatsOfSlowSales: a sale that takes long is told once, before it ends, and
// its end takes the place of that.
func TestBeatsOfSlowSales(t *testing.T) {
	start := at("2026-11-27 12:00")
	o := topup.Order{No: 7, Good: topup.MobileTopUp, Operator: topup.Djezzy, State: topup.Submitting, Placed: start, Changed: start}
	var p topup.Pulse
	told := 0
	for after := 10 * time.Second; after <= 5*time.Minute; after += 10 * time.Second {
		was := o
		o.State, o.Changed = topup.Pending, start.Add(after)
		if b, says := topup.BeatOf(was, o, o.Changed); says {
			told++
			p = p.Add(b)
			if after != 2*time.Minute || !b.Slow || !b.Open || b.Failed {
				t.Errorf("after %v: %+v", after, b)
			}
		}
	}
	if told != 1 || len(p) != 1 {
		t.Fatalf("told %d times, %+v", told, p)
	}
	if failed, of, _, _ := p.Failing(); failed != 0 || of != 0 {
		t.Errorf("what has not ended counts as an end: %d of %d", failed, of)
	}
	was := o
	o.State = topup.Uncertain
	if b, says := topup.BeatOf(was, o, o.Changed); !says || !b.Slow {
		t.Errorf("the operator's answer is unknown: %+v %t", b, says)
	}
	was, o.State = o, topup.Delivered
	b, says := topup.BeatOf(was, o, start.Add(6*time.Minute))
	if p = p.Add(b); !says || len(p) != 1 || !p[0].Slow || p[0].Open || !p[0].At.Equal(start.Add(2*time.Minute)) {
		t.Errorf("its end: %t %+v", says, p)
	}
}

func TestLately(t *testing.T) {
	start := at("2026-11-27 12:00")
	beats := func(every time.Duration, ends string) (p topup.Pulse) {
		for i, e := range ends {
			p = p.Add(topup.Beat{At: start.Add(time.Duration(i-len(ends)) * every), No: uint64(i + 1), Failed: e == 'x', Slow: e == 's', Open: e == 'o'})
		}
		return p
	}
	for _, c := range []struct {
		why     string
		p       topup.Pulse
		bad, of int
		rough   bool
	}{
		{"nothing", nil, 0, 0, false},
		{"too few", beats(time.Second, "xxxx"), 4, 4, false},
		{"all well", beats(time.Second, ".........."), 0, 10, false},
		{"two of ten", beats(time.Second, "x...s....."), 2, 10, false},
		{"three of ten", beats(time.Second, "x...s...x."), 3, 10, true},
		{"two of five", beats(time.Second, "x.s.."), 2, 5, true},
		{"long ago", beats(time.Minute, "xxxxx..............."), 0, 15 - 1, false},
	} {
		if bad, of, rough := c.p.Lately(start); bad != c.bad || of != c.of || rough != c.rough {
			t.Errorf("%s: %d of %d, rough %t", c.why, bad, of, rough)
		}
	}
}
