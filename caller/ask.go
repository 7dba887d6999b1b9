package caller

import (
	"context"
	"errors"

	"hanout/topup"
)

const (
	listFrom  = 3 // so many checks are worth a list
	pagesMost = 3 // of a list that is searched
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
	follow(ctx, p, o, &s)
	return topup.Answer{Order: o, Call: topup.CallCheck, Status: &s}
}

// follow reads the orders by which the provider retried one that it gave back.
func follow(ctx context.Context, p topup.Provider, o topup.Order, s *topup.Status) {
	topup.Follow(s, func(id string) (topup.Status, error) {
		o.ProviderID = id
		return p.Check(ctx, o)
	})
}

// refresh reads the first page of a list for several orders of one good.
// Those that it does not answer are checked one by one.
func (w *Caller) refresh(ctx context.Context, p topup.Provider, items []*item) {
	since := items[0].order.ListedFrom()
	for _, it := range items {
		if at := it.order.ListedFrom(); at.Before(since) {
			since = at
		}
	}
	list, _, err := p.Recent(ctx, items[0].order.Good, since, 1)
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
		if !ok || it.order.VouchersMissing(*s) || s.Linked != "" {
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
	for _, ref := range p.References(o, username) {
		s, err := p.Find(ctx, o, ref)
		if err == nil {
			follow(ctx, p, o, &s)
			a.Status = &s
			return a
		}
		if f := fault(err); f.Kind != topup.FaultNotFound {
			a.Fault = f
			return a
		}
	}
	for page, more := 1, true; more; page++ {
		if page > pagesMost {
			a.Candidates, a.Doubtful = nil, nil
			a.Fault = &topup.Fault{Kind: topup.FaultUnavailable, Err: errLongList}
			return a
		}
		var list []topup.Status
		var err error
		if list, more, err = p.Recent(ctx, o.Good, o.ListedFrom(), page); err != nil {
			a.Candidates, a.Doubtful = nil, nil
			a.Fault = fault(err)
			return a
		}
		for _, s := range list {
			switch {
			case o.Owns(s):
				follow(ctx, p, o, &s)
				a.Status = &s
				return a
			case o.MayOwn(s):
				a.Candidates = append(a.Candidates, s)
			case topup.Doubtful(o, s):
				a.Doubtful = append(a.Doubtful, s)
			}
		}
	}
	a.Absent = len(a.Candidates)+len(a.Doubtful) == 0
	return a
}
