package caller

import (
	"context"
	"errors"
	"time"

	"hanout/topup"
)

const (
	listFrom   = 3               // so many checks are worth a list
	pagesMost  = 3               // of a list that is searched
	clockSlack = 2 * time.Minute // the provider's clock may be behind ours
)

// errLongList is the fault of a search that did not reach the end of a list:
// what was not read may hold the order.
var errLongList = errors.New("the provider's list is too long to search")

// check reads one order by its provider ID.
func check(ctx context.Context, p topup.Provider, o topup.Order) topup.Answer {
	s, err := p.Check(ctx, o)
	if err != nil {
		return topup.Answer{Order: o, Call: topup.CallCheck, Fault: fault(err)}
	}
	return topup.Answer{Order: o, Call: topup.CallCheck, Status: &s}
}

// refresh reads the first page of a list for several orders of one good.
// Those that it does not answer are checked one by one.
func (w *Caller) refresh(ctx context.Context, p topup.Provider, items []*item) {
	since := items[0].order.SentAt()
	for _, it := range items {
		if at := it.order.SentAt(); at.Before(since) {
			since = at
		}
	}
	list, _, err := p.Recent(ctx, items[0].order.Good, since.Add(-clockSlack), 1)
	if err != nil {
		if f := fault(err); ctx.Err() == nil && f.Kind != topup.FaultKey && f.Kind != topup.FaultBlocked {
			w.checkAlone(items)
			return
		} else if ctx.Err() == nil {
			// One order tells of it; the others are due again later.
			first := items[0].order
			w.answer(items, []topup.Answer{{Order: first, Call: topup.CallCheck, Fault: f}})
			return
		}
		w.answer(items, nil)
		return
	}
	byID := make(map[string]*topup.Status, len(list))
	for i := range list {
		byID[list[i].ProviderID] = &list[i]
	}
	var known, rest []*item
	var answers []topup.Answer
	for _, it := range items {
		s, ok := byID[it.order.ProviderID]
		if !ok || it.order.VouchersMissing(*s) {
			rest = append(rest, it)
			continue
		}
		known = append(known, it)
		answers = append(answers, topup.Answer{Order: it.order, Call: topup.CallCheck, Status: s})
	}
	w.checkAlone(rest)
	w.answer(known, answers)
}

// checkAlone queues checks again that no list shall answer.
func (w *Caller) checkAlone(items []*item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		it.alone = true
		w.push(it)
	}
}

// lookup finds an order whose answer was lost. Only when all its places could
// be read and none had it, is it absent.
func lookup(ctx context.Context, p topup.Provider, o topup.Order, username string) topup.Answer {
	a := topup.Answer{Order: o, Call: topup.CallLookup}
	if o.Good != topup.GiftCard { // which have no reference
		refs := []string{string(o.ID)}
		if username != "" {
			refs = append(refs, "API-"+username+"-"+string(o.ID))
		}
		for _, ref := range refs {
			s, err := p.Find(ctx, o, ref)
			if err == nil {
				a.Status = &s
				return a
			}
			if f := fault(err); f.Kind != topup.FaultNotFound {
				a.Fault = f
				return a
			}
		}
	}
	since := o.SentAt().Add(-clockSlack)
	for page, more := 1, true; more; page++ {
		if page > pagesMost {
			a.Candidates = nil
			a.Fault = &topup.Fault{Kind: topup.FaultUnavailable, Err: errLongList}
			return a
		}
		var list []topup.Status
		var err error
		if list, more, err = p.Recent(ctx, o.Good, since, page); err != nil {
			a.Candidates = nil
			a.Fault = fault(err)
			return a
		}
		for _, s := range list {
			switch {
			case o.Good != topup.GiftCard && o.OwnRef(s.ProviderRef):
				a.Status = &s
				return a
			case o.Good == topup.GiftCard && o.Fits(s) && !s.Created.Before(since):
				a.Candidates = append(a.Candidates, s)
			}
		}
	}
	a.Absent = len(a.Candidates) == 0
	return a
}
