package topup_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

var asked = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func anInquiry(id string) topup.Inquiry {
	return topup.Inquiry{ID: topup.OrderID(id), Plan: "GETMENU_Djezzy", Operator: topup.Djezzy, Number: "0778037340", Shop: 7, By: 77, Asked: asked}
}

// told is a status of an inquiry.
func told(phase topup.Phase, charged topup.Money) topup.Status {
	return topup.Status{ProviderID: "p1", Plan: "GETMENU_Djezzy", Inquiry: true, To: "0778037340", Phase: phase, Charged: charged, ChargedKnown: true}
}

func TestInquiryIsSentLikeAnOrder(t *testing.T) {
	o := anInquiry("q1").Order()
	if o.ID != "q1" || o.Good != topup.MobileTopUp || o.Plan != "GETMENU_Djezzy" || o.To != "0778037340" || o.Face != 0 || o.Price != 0 {
		t.Errorf("it is sent as %+v", o)
	}
	if o.Valid() == nil {
		t.Error("it could be placed as a sale")
	}
	if b, _ := json.Marshal(topup.Inquiries{Open: []topup.Inquiry{anInquiry("q1")}}); strings.Contains(string(b), "0778037340") {
		t.Errorf("the number is written down: %s", b)
	}
}

func TestWhoMayBeAskedAbout(t *testing.T) {
	plan := topup.Plan{Code: "GETMENU_Djezzy", Operator: topup.Djezzy, Kind: topup.Lookup, Enabled: true}
	refused := func(n int, ago time.Duration) topup.Inquiries {
		return topup.Inquiries{Refused: map[string]topup.Refusal{plan.Code: {Count: n, Last: asked.Add(-ago)}}}
	}
	for name, c := range map[string]struct {
		all    topup.Inquiries
		change func(*topup.Plan)
		want   bool
	}{
		"":                    {want: true},
		"switched off":        {change: func(p *topup.Plan) { p.Enabled = false }},
		"gone":                {change: func(p *topup.Plan) { p.Gone = true }},
		"sells something":     {change: func(p *topup.Plan) { p.Kind = topup.Dynamic }},
		"stopped":             {all: topup.Inquiries{Stopped: asked.Add(-1000 * time.Hour)}},
		"refused twice":       {all: refused(2, 0), want: true},
		"refused three times": {all: refused(3, time.Hour)},
		"a day ago":           {all: refused(3, 24*time.Hour), want: true},
		"another was":         {all: refused(3, 0), change: func(p *topup.Plan) { p.Code = "GETMENU_Mobilis" }, want: true},
		"too many open":       {all: topup.Inquiries{Open: make([]topup.Inquiry, 100)}},
	} {
		p := plan
		if c.change != nil {
			c.change(&p)
		}
		if got := c.all.May(p, asked); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestWhatAnAnswerMakesOfAnInquiry: only a proof that there is no order ends it.
func TestWhatAnAnswerMakesOfAnInquiry(t *testing.T) {
	for _, c := range []struct {
		a       topup.SendAnswer
		open    bool
		id      string
		refused int
	}{
		{topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p1"}, true, "p1", 0},
		{topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p1"}, true, "p1", 0},
		{topup.SendAnswer{Verdict: topup.Duplicate}, true, "", 0},
		{topup.SendAnswer{Verdict: topup.Unknown}, true, "", 2},
		{topup.SendAnswer{Verdict: topup.Throttled}, true, "", 2},
		{topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonInvalid}, false, "", 3},
		{topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonFloat}, false, "", 2},
		{topup.SendAnswer{Verdict: topup.NotSent, Reason: topup.ReasonUnreachable}, false, "", 2},
		{topup.SendAnswer{Verdict: topup.KeyFault, Reason: topup.ReasonClosed}, false, "", 2},
	} {
		all := topup.Inquiries{Refused: map[string]topup.Refusal{"GETMENU_Djezzy": {Count: 2, Last: asked}}}.With(anInquiry("q0")).With(anInquiry("q1"))
		before := fmt.Sprint(all)
		next := all.Sent("q1", c.a, asked.Add(time.Second))
		i := slices.IndexFunc(next.Open, func(q topup.Inquiry) bool { return q.ID == "q1" })
		if (i >= 0) != c.open || c.open && next.Open[i].ProviderID != c.id || next.Refused["GETMENU_Djezzy"].Count != c.refused {
			t.Errorf("%+v makes of it %+v", c.a, next)
		}
		if next.Open[0].ID != "q0" || fmt.Sprint(all) != before {
			t.Errorf("%+v changes what it should not: %+v", c.a, all)
		}
		if again := next.Sent("q9", c.a, asked); !reflect.DeepEqual(again, next) {
			t.Errorf("%+v of an inquiry that is over changes %+v", c.a, again)
		}
	}
}

// TestInquiryThatCosts: it is the last; it is booked once it is done, and only
// then.
func TestInquiryThatCosts(t *testing.T) {
	for _, c := range []struct {
		name    string
		s       topup.Status
		cost    topup.Money
		open    bool
		booked  bool
		stopped bool
	}{
		{"free", told(topup.PhaseRefunded, 0), 0, false, false, false},
		{"free and done", told(topup.PhaseDone, 0), 0, false, false, false},
		{"done", told(topup.PhaseDone, 1000), 1000, false, true, true},
		{"given back, they say", told(topup.PhaseRefunded, 1000), 1000, false, false, true},
		{"unclear", told(topup.PhaseUncertain, 1000), 1000, true, false, true},
		{"under way", told(topup.PhaseOpen, 1000), 0, true, false, false},
		{"queued", told(topup.PhaseQueued, 1000), 0, true, false, false},
		{"unclear and free", told(topup.PhaseUncertain, 0), 0, true, false, false},
		{"not told", topup.Status{Plan: "GETMENU_Djezzy", Inquiry: true, Phase: topup.PhaseDone, Charged: 1000}, 0, false, false, false},
		{"another plan", topup.Status{Plan: "GETMENU_Mobilis", Inquiry: true, Phase: topup.PhaseDone, Charged: 1000, ChargedKnown: true}, 0, true, false, false},
		{"a sale", topup.Status{Plan: "GETMENU_Djezzy", Phase: topup.PhaseDone, Charged: 1000, ChargedKnown: true}, 0, true, false, false},
	} {
		all := topup.Inquiries{}.With(anInquiry("q1"))
		next, cost, loss := all.Heard("q1", c.s, asked.Add(time.Minute))
		if cost != c.cost || (len(next.Open) == 1) != c.open || (loss != nil) != c.booked || next.Stopped.IsZero() == c.stopped {
			t.Errorf("%s: cost %v, %+v, %+v", c.name, cost, next, loss)
		}
		if loss != nil {
			want := topup.Transaction{Key: "inquiry/q1", At: asked.Add(time.Minute), Postings: []topup.Posting{{Account: topup.Cost, Amount: 1000}, {Account: topup.Margin, Amount: -1000}}}
			if !reflect.DeepEqual(*loss, want) {
				t.Errorf("%s: booked is %+v", c.name, *loss)
			}
		}
		// The same once more says nothing new.
		if again, cost, _ := next.Heard("q1", c.s, asked.Add(time.Hour)); cost != 0 || again.Stopped != next.Stopped {
			t.Errorf("%s, again: cost %v, %+v", c.name, cost, again)
		}
	}
	// What was unclear is booked when it is done, and an owner is told of more only.
	all, _, _ := topup.Inquiries{}.With(anInquiry("q1")).Heard("q1", told(topup.PhaseUncertain, 1000), asked)
	all.Stopped = time.Time{}
	same, cost, loss := all.Heard("q1", told(topup.PhaseDone, 1000), asked)
	if cost != 0 || loss == nil || !same.Stopped.IsZero() {
		t.Errorf("the end of it: %v, %+v, %+v", cost, loss, same)
	}
	if more, cost, loss := all.Heard("q1", told(topup.PhaseDone, 1500), asked); cost != 1500 || loss == nil || more.Stopped.IsZero() {
		t.Errorf("more of it: %v, %+v, %+v", cost, loss, more)
	}
}

func TestInquiriesEnd(t *testing.T) {
	known := anInquiry("known")
	all := topup.Inquiries{}.With(known).With(anInquiry("lost")).Sent("known", topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p"}, asked)
	for id, when := range map[topup.OrderID]time.Duration{"lost": time.Hour, "known": 47 * time.Hour} {
		if got := all.Absent(id, asked.Add(when)); len(got.Open) != 2 {
			t.Errorf("%s is given up after %v", id, when)
		}
	}
	if got := all.Absent("lost", asked.Add(time.Hour+time.Second)); len(got.Open) != 1 || got.Open[0].ID != "known" {
		t.Errorf("one that never arrived: %+v", got)
	}
	if got, n := all.Tidy(asked.Add(48 * time.Hour)); n != 0 || len(got.Open) != 2 {
		t.Errorf("after two days: %d, %+v", n, got)
	}
	if got, n := all.Tidy(asked.Add(48*time.Hour + time.Second)); n != 2 || len(got.Open) != 0 {
		t.Errorf("after more: %d, %+v", n, got)
	}
}

// TestInquiriesNeverTouchAShop: whatever comes back, in any order and however
// often, each inquiry is booked at most once, sums to zero, and moves no
// account but the owner's.
func TestInquiriesNeverTouchAShop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, booked, now := topup.Inquiries{}, map[string]int{}, asked
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint("q", rapid.IntRange(0, 4).Draw(t, "id"))
			now = now.Add(time.Minute)
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				if _, made := booked[id]; !made {
					booked[id] = 0
					all = all.With(anInquiry(id))
				}
			case 1:
				v := rapid.SampledFrom([]topup.Verdict{topup.Accepted, topup.Refused, topup.NotSent, topup.Duplicate, topup.Throttled, topup.KeyFault, topup.Unknown}).Draw(t, "verdict")
				all = all.Sent(topup.OrderID(id), topup.SendAnswer{Verdict: v, ProviderID: "p"}, now)
			case 2, 3:
				phase := rapid.SampledFrom([]topup.Phase{topup.PhaseOpen, topup.PhaseUncertain, topup.PhaseQueued, topup.PhaseDone, topup.PhasePart, topup.PhaseRefunded}).Draw(t, "phase")
				was := all.Stopped
				next, cost, loss := all.Heard(topup.OrderID(id), told(phase, topup.Money(rapid.IntRange(0, 3).Draw(t, "charged"))), now)
				if cost > 0 == next.Stopped.Equal(was) {
					t.Fatalf("cost %v, stopped %v", cost, next.Stopped)
				}
				if loss != nil {
					booked[id]++
					var sum topup.Money
					for _, p := range loss.Postings {
						sum += p.Amount
						if !strings.HasPrefix(string(p.Account), "house/") {
							t.Fatalf("%s is moved", p.Account)
						}
					}
					if sum != 0 || loss.Shop != 0 || booked[id] > 1 {
						t.Fatalf("booked %d times: %+v", booked[id], loss)
					}
				}
				all = next
			case 4:
				all = all.Absent(topup.OrderID(id), now)
			}
		}
	})
}

func TestSuggestedCountsForItsNumber(t *testing.T) {
	of := topup.Offer{Name: "MIX", Plan: "MIX500", Face: topup.Dinars(500)}
	s := topup.Suggested{Number: "0778037340", At: asked, Offers: []topup.Offer{of}}
	for _, c := range []struct {
		n    topup.MSISDN
		at   time.Time
		want bool
	}{
		{"0778037340", asked, true}, {"0778037340", asked.Add(599 * time.Second), true}, {"0778037340", asked.Add(10 * time.Minute), false},
		{"0778037340", asked.Add(-time.Hour), false}, {"0778037341", asked, false}, {"", asked, false},
	} {
		if s.For(c.n, c.at) != c.want {
			t.Errorf("for %q at %v: %t", c.n, c.at, !c.want)
		}
	}
	if (topup.Suggested{}).For("", asked) || (topup.Suggested{Number: "1"}).For("1", time.Time{}) {
		t.Error("nothing counts for somebody")
	}
	if got, ok := s.Find("MIX500", topup.Dinars(500)); !ok || got != of {
		t.Errorf("found %v, %t", got, ok)
	}
	if _, ok := s.Find("MIX500", topup.Dinars(501)); ok {
		t.Error("an offer is found for another amount")
	}
}

// TestUnlistedOfferIsNoLoss: what nobody has told the cost of is sold for its
// face value, and for no other.
func TestUnlistedOfferIsNoLoss(t *testing.T) {
	of := topup.Offer{Name: "OWN", Plan: "OWN_1", Face: topup.Dinars(700)}
	plan := of.Unlisted(topup.Djezzy)
	for margin := range 30 {
		p := topup.Pricing{TopUp: topup.Percent(int64(margin) * 100)}
		if price, cost, ok := p.Quote(plan, of.Face); !ok || price != of.Face || cost != of.Face {
			t.Errorf("at %d %%: %v for %v, %t", margin, price, cost, ok)
		}
		if _, _, ok := p.Quote(plan, of.Face+100); ok {
			t.Error("sold for another amount")
		}
	}
}
