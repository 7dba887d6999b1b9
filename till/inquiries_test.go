package till

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// oracle is a provider that is asked for offers.
type oracle struct {
	topup.Provider
	sent   topup.SendAnswer
	sends  []topup.Order
	before func() // a send answers
	reads  []string
	status func(age time.Duration) (topup.Status, error)
	listed []topup.Status
	asked  time.Time
}

func (p *oracle) Send(ctx context.Context, o topup.Order) topup.SendAnswer {
	if ctx.Err() != nil {
		return topup.SendAnswer{Verdict: topup.NotSent, Reason: topup.ReasonUnreachable}
	}
	p.sends, p.asked = append(p.sends, o), time.Now()
	if p.before != nil {
		p.before()
	}
	return p.sent
}

func (p *oracle) read(what string) (topup.Status, error) {
	p.reads = append(p.reads, what)
	s, err := p.status(time.Since(p.asked))
	s.Plan, s.Inquiry = "GETMENU_Djezzy", true
	return s, err
}

func (p *oracle) Check(_ context.Context, o topup.Order) (topup.Status, error) {
	return p.read("check " + o.ProviderID)
}
func (p *oracle) Find(_ context.Context, _ topup.Order, ref string) (topup.Status, error) {
	return p.read("find " + ref)
}
func (p *oracle) References(o topup.Order, account string) []string {
	return []string{string(o.ID), account + string(o.ID)}
}
func (p *oracle) Recent(context.Context, topup.Good, time.Time, time.Time, int) ([]topup.Status, bool, error) {
	p.reads = append(p.reads, "recent")
	return p.listed, false, nil
}

// after20 gives a status once the order is twenty seconds old; until then it is
// open.
func after20(s topup.Status) func(time.Duration) (topup.Status, error) {
	return func(age time.Duration) (topup.Status, error) {
		if age < 20*time.Second {
			return topup.Status{ProviderID: "p", Phase: topup.PhaseOpen}, nil
		}
		s.ProviderID = "p"
		return s, nil
	}
}

var somethingOffered = []topup.Offer{{Name: "MIX", Plan: "MIX500", Face: topup.Dinars(500)}}

// inquires asks for the offers of a number, as a turn does.
func (c *counter) inquires() topup.OrderID {
	c.t.Helper()
	id := topup.OrderID(topup.NewID())
	q := topup.Inquiry{ID: id, Plan: "GETMENU_Djezzy", Operator: topup.Djezzy, Number: "0778037340", Shop: 1, By: shopChat, Asked: time.Now()}
	c.does(func(e *Engine, tx Tx, a *after) error {
		return e.effects(tx, a, inputOf(shopChat, shopChat), "", []flows.Effect{flows.Run{Job: flows.JobOffers, Chat: shopChat, Panel: "card", Ask: flows.Question{Inquiry: q}}})
	})
	return id
}

func (c *counter) inquiries() (all topup.Inquiries) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { all, err = inquiries(tx); return err }); err != nil {
		c.t.Fatal(err)
	}
	return all
}

// applies commits what was handed in, and gives the answer for who waits.
func (c *counter) applies() (answers []flows.OffersAnswer) {
	c.t.Helper()
	for len(c.engine.events) > 0 {
		ev := <-c.engine.events
		if i, ok := ev.(inquired); ok {
			answers = append(answers, i.answer)
		}
		c.do(ev)
	}
	return answers
}

// TestInquiry: what comes back in every way, what of it stays on disk, and what
// the person is told.
func TestInquiry(t *testing.T) {
	ok := topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p"}
	offered := topup.Status{Phase: topup.PhaseRefunded, Offers: somethingOffered, ChargedKnown: true}
	unavailable := &topup.Fault{Kind: topup.FaultUnavailable}
	for name, c := range map[string]struct {
		sent   topup.SendAnswer
		status func(time.Duration) (topup.Status, error)
		listed []topup.Status
		offers int
		fault  topup.FaultKind
		took   time.Duration
		open   bool
		reads  []string
	}{
		"offers":  {ok, after20(offered), nil, 1, "", 20 * time.Second, false, []string{"check p", "check p", "check p"}},
		"done":    {ok, after20(topup.Status{Phase: topup.PhaseDone, Offers: somethingOffered}), nil, 1, "", 20 * time.Second, false, nil},
		"unclear": {ok, after20(topup.Status{Phase: topup.PhaseUncertain, Offers: somethingOffered}), nil, 1, "", 20 * time.Second, true, nil},
		"none":    {ok, after20(topup.Status{Phase: topup.PhaseRefunded}), nil, 0, "", 20 * time.Second, false, []string{"check p", "check p", "check p", "recent"}},
		"on the list only": {ok, after20(topup.Status{Phase: topup.PhaseRefunded}),
			[]topup.Status{{ProviderID: "x", Inquiry: true, Offers: make([]topup.Offer, 9)}, {ProviderID: "p", Plan: "GETMENU_Djezzy", Inquiry: true, Offers: somethingOffered}}, 1, "", 20 * time.Second, false, nil},
		"another's number": {ok, after20(topup.Status{Phase: topup.PhaseRefunded, To: "0778037341", Offers: somethingOffered}), nil, 0, topup.FaultUnavailable, 20 * time.Second, true, nil},
		"never ends":       {ok, func(time.Duration) (topup.Status, error) { return topup.Status{Phase: topup.PhaseOpen}, nil }, nil, 0, topup.FaultUnavailable, inquiryWait, true, nil},
		"never read":       {ok, func(time.Duration) (topup.Status, error) { return topup.Status{}, unavailable }, nil, 0, topup.FaultUnavailable, inquiryWait, true, nil},
		"lost and found":   {topup.SendAnswer{Verdict: topup.Unknown}, after20(offered), nil, 1, "", 20 * time.Second, false, nil},
		"lost": {topup.SendAnswer{Verdict: topup.Unknown}, func(time.Duration) (topup.Status, error) {
			return topup.Status{}, &topup.Fault{Kind: topup.FaultNotFound}
		}, nil, 0, topup.FaultUnavailable, inquiryWait, true, nil},
		"taken":          {topup.SendAnswer{Verdict: topup.Duplicate, ProviderID: "p"}, after20(offered), nil, 1, "", 20 * time.Second, false, nil},
		"refused":        {topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonInvalid}, nil, nil, 0, topup.FaultUnavailable, 0, false, nil},
		"no float":       {topup.SendAnswer{Verdict: topup.Refused, Reason: topup.ReasonFloat}, nil, nil, 0, topup.FaultUnavailable, 0, false, nil},
		"told to wait":   {topup.SendAnswer{Verdict: topup.Throttled}, nil, nil, 0, topup.FaultUnavailable, 0, true, nil},
		"no key":         {topup.SendAnswer{Verdict: topup.KeyFault}, nil, nil, 0, topup.FaultUnavailable, 0, false, nil},
		"key lost since": {ok, func(time.Duration) (topup.Status, error) { return topup.Status{}, &topup.Fault{Kind: topup.FaultKey} }, nil, 0, topup.FaultUnavailable, inquiryFirst, true, []string{"check p"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newCounter(t)
				w := &working{}
				k.engine.Connect(k.sent, w)
				id, start := k.inquires(), time.Now()
				if len(w.works) != 1 || w.works[0] != (topup.Work{Kind: topup.WorkInquiry, Shop: 1, Chat: shopChat, Until: start.Add(inquiryWait)}) {
					t.Fatalf("asked of the caller: %+v", w.works)
				}
				p := &oracle{sent: c.sent, status: c.status, listed: c.listed}
				p.before = func() {
					if open := k.inquiries().Open; len(open) != 1 || open[0].ID != id {
						t.Errorf("when the request leaves, written down are %+v", open)
					}
				}
				ctx, cancel := context.WithDeadline(t.Context(), start.Add(inquiryWait))
				defer cancel()
				go w.tasks[0](ctx, p)
				var answers []flows.OffersAnswer
				for len(answers) == 0 {
					time.Sleep(time.Second)
					synctest.Wait()
					answers = k.applies()
				}
				if took := time.Since(start); took > c.took+time.Second {
					t.Errorf("the answer took %v", took)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				answers = append(answers, k.applies()...)
				a := answers[0]
				if len(answers) != 1 || a.Inquiry != id || a.Panel != "card" || a.Suggested.Number != "0778037340" || a.Fault != c.fault || len(a.Suggested.Offers) != c.offers {
					t.Errorf("told is %+v", answers)
				}
				if all := k.inquiries(); (len(all.Open) == 1) != c.open {
					t.Errorf("left are %+v", all)
				}
				if len(p.sends) != 1 || p.sends[0].ID != id || p.sends[0].Face != 0 {
					t.Errorf("sent %+v", p.sends)
				}
				if c.reads != nil && !slices.Equal(p.reads, c.reads) {
					t.Errorf("read %q", p.reads)
				}
				_, kept := k.engine.suggestions.of("0778037340")
				if kept != (c.offers > 0) {
					t.Errorf("kept in memory: %t", kept)
				}
				if m := k.walletNow(); m.Available != topup.Dinars(10_000) || m.Held != 0 {
					t.Errorf("the shop's money is %v", m)
				}
				k.close("0778037340", "0778\u00a003\u00a073\u00a040")
			})
		})
	}
}

// TestInquiryWithoutATurn: one whose turn does not come in time sends nothing
// and leaves nothing behind.
func TestInquiryWithoutATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newCounter(t)
		w := &working{}
		k.engine.Connect(k.sent, w)
		k.inquires()
		time.Sleep(inquiryWait)
		synctest.Wait()
		if a := k.applies(); len(a) != 1 || a[0].Fault == "" {
			t.Errorf("told is %+v", a)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		p := &oracle{}
		w.tasks[0](over, p)
		if a := k.applies(); len(a) != 0 || len(p.sends) != 0 || len(k.inquiries().Open) != 0 {
			t.Errorf("told %+v, sent %+v, left %+v", a, p.sends, k.inquiries())
		}
		k.close()
	})
}

// TestDeadProcessInquiry: a process that finds an inquiry on disk asks how it
// stands and never sends it. What it cost is booked once, told, and the last.
func TestDeadProcessInquiry(t *testing.T) {
	found := func(phase topup.Phase, charged topup.Money) func(time.Duration) (topup.Status, error) {
		return func(time.Duration) (topup.Status, error) {
			return topup.Status{ProviderID: "p", Phase: phase, Charged: charged, ChargedKnown: true}, nil
		}
	}
	absent := func(time.Duration) (topup.Status, error) {
		return topup.Status{}, &topup.Fault{Kind: topup.FaultNotFound}
	}
	for name, c := range map[string]struct {
		sent    topup.SendAnswer // that was heard before the death; "" for none
		status  func(time.Duration) (topup.Status, error)
		wait    time.Duration
		open    bool
		cost    topup.Money
		stopped bool
	}{
		"it was free":        {topup.SendAnswer{}, found(topup.PhaseRefunded, 0), 10 * time.Minute, false, 0, false},
		"it cost":            {topup.SendAnswer{}, found(topup.PhaseDone, 1000), 10 * time.Minute, false, 1000, true},
		"known, it cost":     {topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p"}, found(topup.PhaseDone, 1000), 10 * time.Minute, false, 1000, true},
		"it is unclear":      {topup.SendAnswer{}, found(topup.PhaseUncertain, 0), 10 * time.Minute, true, 0, false},
		"it never left":      {topup.SendAnswer{}, absent, 2 * time.Hour, false, 0, false},
		"not known yet":      {topup.SendAnswer{}, absent, 30 * time.Minute, true, 0, false},
		"known and vanished": {topup.SendAnswer{Verdict: topup.Accepted, ProviderID: "p"}, absent, 2 * time.Hour, true, 0, false},
		"never over":         {topup.SendAnswer{}, found(topup.PhaseOpen, 0), 49 * time.Hour, false, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newCounter(t)
				id := k.inquires() // the caller of this process does nothing: it died
				if c.sent.Verdict != "" {
					k.do(inquirySent{id, c.sent})
				}
				w := &working{}
				k.engine.Connect(k.sent, w)
				k.engine.followInquiries()
				if len(w.tasks) != 0 {
					t.Error("asked while somebody may wait for it")
				}
				p := &oracle{status: c.status, asked: time.Now()}
				for passed := time.Duration(0); passed < c.wait; passed += 5 * time.Minute {
					time.Sleep(5 * time.Minute)
					k.engine.followInquiries()
					for _, task := range w.tasks {
						task(t.Context(), p)
					}
					w.tasks = nil
					k.applies()
				}
				all := k.inquiries()
				if (len(all.Open) == 1) != c.open || all.Stopped.IsZero() == c.stopped || len(p.sends) != 0 {
					t.Errorf("left are %+v, sent %+v", all, p.sends)
				}
				line, booked := k.line("inquiry/" + string(id))
				if booked != (c.cost > 0) || booked && line.Postings[0] != (topup.Posting{Account: topup.Cost, Amount: c.cost}) {
					t.Errorf("booked %t: %+v", booked, line)
				}
				told := strings.Join(k.told(), "\n")
				if strings.Contains(told, "Une demande d'offres vous a coûté 10") != c.stopped {
					t.Errorf("the owner is told %q", told)
				}
				if m := k.walletNow(); m.Available != topup.Dinars(10_000) || m.Held != 0 {
					t.Errorf("the shop's money is %v", m)
				}
				k.close("0778037340")
			})
		})
	}
}

// line reads a line of the journal.
func (c *counter) line(key string) (line topup.Transaction, ok bool) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { line, ok, err = tx.Posted(key); return err }); err != nil {
		c.t.Fatal(err)
	}
	return line, ok
}

// TestReinquire: an owner's tap lets offers be asked for again, and ends the
// trouble.
func TestReinquire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newCounter(t)
		id := k.inquires()
		k.do(inquiryHeard{id, &topup.Status{Plan: "GETMENU_Djezzy", Inquiry: true, Phase: topup.PhaseDone, Charged: 1000, ChargedKnown: true}})
		if all := k.inquiries(); all.Stopped.IsZero() || len(k.told()) != 1 {
			t.Errorf("after one that cost: %+v", all)
		}
		k.take(tapped(owner, "a:offers:0:on"))
		if all := k.inquiries(); !all.Stopped.IsZero() {
			t.Errorf("after the owner's word: %+v", all)
		}
		if told := k.told(); len(told) != 1 || !strings.Contains(told[0], "ont repris") {
			t.Errorf("told %q", told)
		}
		k.close()
	})
}

// TestSuggestionsAreForgotten: they are few, and for minutes.
func TestSuggestionsAreForgotten(t *testing.T) {
	var s suggestions
	now := time.Now()
	for i := range 3 * suggestionsMost {
		n := topup.MSISDN("07780" + string(rune('0'+i/10000%10)) + string(rune('0'+i/1000%10)) + string(rune('0'+i/100%10)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
		s.keep([]topup.Suggested{{Number: n, At: now}}, now)
		if _, ok := s.of(n); !ok {
			t.Fatal("the newest is not kept")
		}
		if len(s.kept) > suggestionsMost {
			t.Fatalf("%d are kept", len(s.kept))
		}
	}
	if s.keep(nil, now.Add(time.Hour)); len(s.kept) != 0 {
		t.Errorf("after an hour %d are kept", len(s.kept))
	}
}
