package topup

import (
	"context"
	"errors"
	"time"
)

const (
	listFrom   = 3               // so many checks are worth a list
	pagesMost  = 3               // of a list that is searched
	clockSlack = 2 * time.Minute // the provider's clock may be behind ours
)

// errLongList is the fault of a search that did not reach the end of a list:
// what was not read may hold the order.
var errLongList = errors.New("the provider's list is too long to search")

// together are the items of a line that the same list answers as it does.
func together(line []*item, it *item) (list []*item) {
	for _, q := range line {
		if q.call == CallCheck && it.call == CallCheck && !q.alone && !it.alone && q.order.Good == it.order.Good {
			list = append(list, q)
		}
	}
	return list
}

// check reads one order by its provider ID.
func check(ctx context.Context, p Provider, o Order) Answer {
	s, err := p.Check(ctx, o)
	if err != nil {
		return Answer{Order: o, Call: CallCheck, Fault: fault(err)}
	}
	return Answer{Order: o, Call: CallCheck, Status: &s}
}

// refresh reads the first page of a list for several orders of one good.
// Those that it does not answer are checked one by one.
func (w *Worker) refresh(ctx context.Context, p Provider, items []*item) {
	since := items[0].order.sentAt()
	for _, it := range items {
		if at := it.order.sentAt(); at.Before(since) {
			since = at
		}
	}
	list, _, err := p.Recent(ctx, items[0].order.Good, since.Add(-clockSlack), 1)
	if err != nil {
		if f := fault(err); ctx.Err() == nil && f.Kind != FaultKey && f.Kind != FaultBlocked {
			w.checkAlone(items)
			return
		} else if ctx.Err() == nil {
			// One order tells of it; the others are due again later.
			first := items[0].order
			w.answer(items, []Answer{{Order: first, Call: CallCheck, Fault: f}})
			return
		}
		w.answer(items, nil)
		return
	}
	byID := make(map[string]*Status, len(list))
	for i := range list {
		byID[list[i].ProviderID] = &list[i]
	}
	var known, rest []*item
	var answers []Answer
	for _, it := range items {
		s, ok := byID[it.order.ProviderID]
		if !ok || it.order.codesMissing(*s) {
			rest = append(rest, it)
			continue
		}
		known = append(known, it)
		answers = append(answers, Answer{Order: it.order, Call: CallCheck, Status: s})
	}
	w.checkAlone(rest)
	w.answer(known, answers)
}

// checkAlone queues checks again that no list shall answer.
func (w *Worker) checkAlone(items []*item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		it.alone = true
		w.push(it)
	}
}

// sentAt is from when the provider may know the order.
func (o Order) sentAt() time.Time {
	if o.Submitted.IsZero() {
		return o.Placed
	}
	return o.Submitted
}

// codesMissing reports that a list shows the order as delivered, but not all
// of what was: only reading it alone shows everything for certain.
func (o Order) codesMissing(s Status) bool {
	return o.Good != MobileTopUp && (s.Phase == PhaseDone || s.Phase == PhasePart) && len(coded(s.Vouchers)) < o.Quantity
}

// lookup finds an order whose answer was lost. Only when all its places could
// be read and none had it, is it absent.
func lookup(ctx context.Context, p Provider, o Order, username string) Answer {
	a := Answer{Order: o, Call: CallLookup}
	if o.Good != GiftCard { // which have no reference
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
			if f := fault(err); f.Kind != FaultNotFound {
				a.Fault = f
				return a
			}
		}
	}
	since := o.sentAt().Add(-clockSlack)
	for page, more := 1, true; more; page++ {
		if page > pagesMost {
			a.Candidates = nil
			a.Fault = &Fault{Kind: FaultUnavailable, Err: errLongList}
			return a
		}
		var list []Status
		var err error
		if list, more, err = p.Recent(ctx, o.Good, since, page); err != nil {
			a.Candidates = nil
			a.Fault = fault(err)
			return a
		}
		for _, s := range list {
			switch {
			case o.Good != GiftCard && o.OwnRef(s.ProviderRef):
				a.Status = &s
				return a
			case o.Good == GiftCard && o.Fits(s) && !s.Created.Before(since):
				a.Candidates = append(a.Candidates, s)
			}
		}
	}
	a.Absent = len(a.Candidates) == 0
	return a
}
