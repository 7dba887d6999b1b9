package till

import (
	"context"
	"sync"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// Inquiries for the offers of a number (topup/inquiry.go says by what rules).
// One is written down before its request leaves, and until its end is known: a
// process that dies in between finds it there, and asks how it stands, but
// never sends it again. What was offered is kept in memory, for it tells of a
// customer.

const settingInquiries = "inquiries"

const (
	inquiryWait  = 40 * time.Second // that somebody waits for the answer
	inquiryFirst = 8 * time.Second  // until it is first asked how it stands, and then again
	inquiryAgain = 6 * time.Second
	inquiryLater = 2 * time.Minute // from then on nobody waits, and the timed look asks
	followWait   = 4 * time.Minute
)

func inquiries(tx Tx) (all topup.Inquiries, err error) {
	_, err = tx.Setting(settingInquiries, &all)
	return all, err
}

// changeInquiries writes down what change makes of them.
func changeInquiries(tx Tx, change func(topup.Inquiries) topup.Inquiries) error {
	all, err := inquiries(tx)
	if err != nil {
		return err
	}
	return tx.PutSetting(settingInquiries, change(all))
}

// inquire makes an inquiry that is written down, and stays with it as long as
// somebody waits.
func (e *Engine) inquire(j job) {
	q := j.Ask.Inquiry
	found := inquired{id: q.ID, chat: j.Chat, by: j.by, answer: flows.OffersAnswer{Inquiry: q.ID, Panel: j.Panel,
		Suggested: topup.Suggested{Number: q.Number, Operator: q.Operator}}}
	missing := found
	missing.answer.Fault = topup.FaultUnavailable
	deadline := time.Now().Add(inquiryWait)
	var once sync.Once
	answer := func(ev event) { once.Do(func() { e.later(ev) }) }
	timer := time.AfterFunc(inquiryWait, func() { answer(missing) })
	work := topup.Work{Kind: topup.WorkInquiry, Shop: q.Shop, Chat: j.by, Until: deadline}
	e.caller.Do(work, func(ctx context.Context, p topup.Provider) {
		defer timer.Stop()
		sent := p.Send(ctx, q.Order()) // a context that is done sends nothing
		e.later(inquirySent{q.ID, sent})
		switch sent.Verdict {
		case topup.Accepted, topup.Duplicate, topup.Unknown:
		default:
			answer(missing)
			return
		}
		q.ProviderID = sent.ProviderID
		s, ok := e.hear(ctx, p, q)
		if !ok {
			answer(missing)
			return
		}
		found.status = &s
		found.answer.Suggested.Offers = s.Offers
		answer(found)
	})
}

// hear asks how an inquiry stands until that says something, or nobody waits
// any more.
func (e *Engine) hear(ctx context.Context, p topup.Provider, q topup.Inquiry) (topup.Status, bool) {
	for wait := inquiryFirst; ; wait = inquiryAgain {
		timer := time.NewTimer(e.stretch(wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return topup.Status{}, false
		}
		s, err := e.readInquiry(ctx, p, q)
		switch {
		case keyFault(err):
			return s, false
		case err != nil:
			continue // not known yet, or not read: it says nothing
		case !q.AnsweredBy(s):
			e.log.Warn("an inquiry's answer is about something else", "inquiry", q.ID)
			return s, false
		}
		q.ProviderID = s.ProviderID
		if s.Phase == topup.PhaseOpen || s.Phase == topup.PhaseQueued {
			continue
		}
		if len(s.Offers) == 0 {
			s.Offers = e.listedOffers(ctx, p, q)
		}
		return s, true
	}
}

// readInquiry reads an inquiry by the provider's ID of it, or by the spellings
// of its reference.
func (e *Engine) readInquiry(ctx context.Context, p topup.Provider, q topup.Inquiry) (topup.Status, error) {
	o := q.Order()
	if q.ProviderID != "" {
		return p.Check(ctx, o)
	}
	var s topup.Status
	var err error = &topup.Fault{Kind: topup.FaultUnavailable}
	for _, ref := range p.References(o, e.Username()) {
		if s, err = p.Find(ctx, o, ref); faultKind(err) != topup.FaultNotFound {
			return s, err
		}
	}
	return s, err
}

// listedOffers reads the offers of an inquiry from the provider's list, where
// the order itself does not show them.
func (e *Engine) listedOffers(ctx context.Context, p topup.Provider, q topup.Inquiry) []topup.Offer {
	list, _, err := p.Recent(ctx, topup.MobileTopUp, q.Order().ListedFrom(), time.Time{}, 1)
	if err != nil {
		return nil
	}
	for _, s := range list {
		if s.ProviderID == q.ProviderID && q.AnsweredBy(s) {
			return s.Offers
		}
	}
	return nil
}

// inquirySent is the answer to an inquiry's request.
type inquirySent struct {
	id   topup.OrderID
	sent topup.SendAnswer
}

func (i inquirySent) apply(_ *Engine, tx Tx, a *after) error {
	return changeInquiries(tx, func(all topup.Inquiries) topup.Inquiries { return all.Sent(i.id, i.sent, a.now) })
}

// inquired is the end of an inquiry for who waits for it.
type inquired struct {
	id       topup.OrderID
	chat, by int64
	status   *topup.Status // nil when nothing was heard
	answer   flows.OffersAnswer
}

func (i inquired) apply(e *Engine, tx Tx, a *after) error {
	if i.status != nil {
		if err := (inquiryHeard{id: i.id, status: i.status}).apply(e, tx, a); err != nil {
			return err
		}
		i.answer.Suggested.At = a.now
		if len(i.answer.Suggested.Offers) > 0 {
			a.suggested = append(a.suggested, i.answer.Suggested)
		}
	}
	return e.answerTurn(tx, a, i.chat, i.by, func(v flows.View, env flows.Env, s flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.OffersFound(v, env, s, in, i.answer)
	})
}

// inquiryHeard is what the provider says of an inquiry: a status, or, with
// none, that it does not know it.
type inquiryHeard struct {
	id     topup.OrderID
	status *topup.Status
}

func (i inquiryHeard) apply(e *Engine, tx Tx, a *after) error {
	all, err := inquiries(tx)
	if err != nil {
		return err
	}
	if i.status == nil {
		return tx.PutSetting(settingInquiries, all.Absent(i.id, a.now))
	}
	all, cost, loss := all.Heard(i.id, *i.status, a.now)
	if loss != nil {
		if _, err := tx.Post(*loss); err != nil {
			return err
		}
	}
	if err := tx.PutSetting(settingInquiries, all); err != nil {
		return err
	}
	if cost == 0 {
		return nil
	}
	e.log.Warn("an inquiry for offers cost money; there are no more until an owner says so", "inquiry", i.id, "cost", cost)
	return e.notice(tx, a, flows.TroubleInquiry, cost.String())
}

// reinquire lets offers be asked for again.
func (e *Engine) reinquire(tx Tx, a *after) error {
	err := changeInquiries(tx, func(all topup.Inquiries) topup.Inquiries {
		all.Stopped = time.Time{}
		return all
	})
	if err != nil {
		return err
	}
	return e.over(tx, a, flows.TroubleInquiry)
}

// followInquiries asks how those stand that nobody waits for, so that none that
// cost money is overlooked.
func (e *Engine) followInquiries() {
	now := time.Now()
	var open []topup.Inquiry
	err := e.db.View(func(tx Tx) error {
		all, err := inquiries(tx)
		for _, q := range all.Open {
			if now.Sub(q.Asked).Abs() >= inquiryLater {
				open = append(open, q)
			}
		}
		return err
	})
	if err != nil {
		e.later(fault{err})
		return
	}
	if len(open) == 0 || e.caller.Halted() {
		return
	}
	e.later(inquiriesTidied{})
	e.caller.Do(topup.Work{Kind: topup.WorkSearch, Until: now.Add(followWait)}, func(ctx context.Context, p topup.Provider) {
		for _, q := range open {
			s, err := e.readInquiry(ctx, p, q)
			switch kind := faultKind(err); {
			case err == nil:
				e.later(inquiryHeard{q.ID, &s})
			case kind == topup.FaultNotFound && q.ProviderID == "":
				e.later(inquiryHeard{q.ID, nil})
			case keyFault(err) || ctx.Err() != nil:
				return
			}
		}
	})
}

// inquiriesTidied gives up those that are too old.
type inquiriesTidied struct{}

func (inquiriesTidied) apply(e *Engine, tx Tx, a *after) error {
	return changeInquiries(tx, func(all topup.Inquiries) topup.Inquiries {
		all, n := all.Tidy(a.now)
		if n > 0 {
			e.log.Warn("inquiries without an end are given up; the night's comparison shows what they cost", "count", n)
		}
		return all
	})
}

// suggestions is what the provider offered to numbers a moment ago. It forgets
// by itself.
type suggestions struct {
	mu   sync.Mutex
	kept map[topup.MSISDN]topup.Suggested
}

const suggestionsMost = 500

func (s *suggestions) keep(list []topup.Suggested, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, old := range s.kept {
		if !old.For(n, now) || len(s.kept) >= suggestionsMost {
			delete(s.kept, n)
		}
	}
	for _, one := range list {
		if s.kept == nil {
			s.kept = map[topup.MSISDN]topup.Suggested{}
		}
		s.kept[one.Number] = one
	}
}

func (s *suggestions) of(n topup.MSISDN) (topup.Suggested, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.kept[n]
	return one, ok
}

func (s shelf) Inquiries() topup.Inquiries {
	all, err := inquiries(s.tx)
	s.note(err)
	return all
}

func (s shelf) Suggested(n topup.MSISDN) (topup.Suggested, bool) {
	if s.suggestions == nil {
		return topup.Suggested{}, false
	}
	return s.suggestions.of(n)
}
