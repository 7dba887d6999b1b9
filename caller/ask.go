package caller

import (
	"context"
	"errors"
	"time"

	"hanout/topup"
)

const (
	listFrom  = 3                // so many checks, or searches, are worth a list
	pagesMost = 50               // of a list that is searched: more orders than our calls can make in its time
	together  = 30 * time.Minute // orders sent so close to each other are searched in one list
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
	list, _, err := p.Recent(ctx, items[0].order.Good, since, time.Time{}, 1)
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
	if a, over := find(ctx, p, o, username); over {
		return a
	}
	s := newSearch([]topup.Order{o})
	err := s.read(ctx, p)
	return s.answer(ctx, p, o, err)
}

// find reads a lost order by the spellings of its reference. over reports that
// it was found, or that one of them could not be read.
func find(ctx context.Context, p topup.Provider, o topup.Order, username string) (a topup.Answer, over bool) {
	a = topup.Answer{Order: o, Call: topup.CallLookup}
	for _, ref := range p.References(o, username) {
		s, err := p.Find(ctx, o, ref)
		if err == nil {
			follow(ctx, p, o, &s)
			a.Status = &s
			return a, true
		}
		if f := fault(err); f.Kind != topup.FaultNotFound {
			a.Fault = f
			return a, true
		}
	}
	return a, false
}

// search looks for several lost orders of one good in one reading of the list.
// Those that it does not show are read by their reference only when something
// follows from it.
func (w *Caller) search(ctx context.Context, p topup.Provider, items []*item) {
	items = w.near(items)
	orders := make([]topup.Order, len(items))
	for i, it := range items {
		orders[i] = it.order
	}
	s := newSearch(orders)
	err := s.read(ctx, p)
	switch f := fault(err); {
	case ctx.Err() != nil:
		w.answer(items, nil)
		return
	case err != nil && (f.Kind == topup.FaultKey || f.Kind == topup.FaultBlocked):
		// One order tells of it; the others are due again later.
		w.answer(items, []topup.Answer{{Order: orders[0], Call: topup.CallLookup, Fault: f}})
		return
	}
	var rest []*item
	for _, it := range items {
		a := s.answer(ctx, p, it.order, err)
		if a.Absent && topup.LooksThroughly(it.order) && len(p.References(it.order, w.username())) > 0 {
			rest = append(rest, it)
			continue
		}
		w.answer([]*item{it}, w.heard(ctx, a))
	}
	for i, it := range rest {
		a, over := find(ctx, p, it.order, w.username())
		a.Absent = !over
		w.answer([]*item{it}, w.heard(ctx, a))
		if w.Halted() {
			w.answer(rest[i+1:], nil) // due again later
			return
		}
	}
}

// near gives those items whose orders were sent close to the first one, and
// queues the others again.
func (w *Caller) near(items []*item) (near []*item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, it := range items {
		if it.order.Submitted.Sub(items[0].order.Submitted).Abs() <= together {
			near = append(near, it)
		} else {
			w.push(it)
		}
	}
	return near
}

// searched is what the provider's list shows of lost orders.
type searched struct {
	orders       []topup.Order
	since, until time.Time
	found        map[topup.OrderID]topup.Answer
}

func newSearch(orders []topup.Order) *searched {
	s := &searched{orders: orders, since: orders[0].ListedFrom(), until: topup.ListedUntil(orders[0]), found: map[topup.OrderID]topup.Answer{}}
	for _, o := range orders[1:] {
		if at := o.ListedFrom(); at.Before(s.since) {
			s.since = at
		}
		if at := topup.ListedUntil(o); at.IsZero() || (!s.until.IsZero() && at.After(s.until)) {
			s.until = at
		}
	}
	return s
}

// read reads the list to its end, or until it has shown all of the orders.
func (s *searched) read(ctx context.Context, p topup.Provider) error {
	for page, more := 1, true; more; page++ {
		if page > pagesMost {
			return errLongList
		}
		var list []topup.Status
		var err error
		if list, more, err = p.Recent(ctx, s.orders[0].Good, s.since, s.until, page); err != nil {
			return err
		}
		owned := 0
		for _, o := range s.orders {
			a := s.found[o.ID]
			for i := range list {
				switch row := &list[i]; {
				case o.Owns(*row):
					a.Status = row
				case o.MayOwn(*row):
					a.Candidates = append(a.Candidates, *row)
				case topup.Doubtful(o, *row):
					a.Doubtful = append(a.Doubtful, *row)
				}
			}
			s.found[o.ID] = a
			if a.Status != nil {
				owned++
			}
		}
		if owned == len(s.orders) {
			return nil
		}
	}
	return nil
}

// answer is what the list says of one of the orders; err is why it was not
// read to its end, and then only what is certain counts.
func (s *searched) answer(ctx context.Context, p topup.Provider, o topup.Order, err error) topup.Answer {
	a := s.found[o.ID]
	a.Order, a.Call = o, topup.CallLookup
	switch {
	case a.Status != nil:
		follow(ctx, p, o, a.Status)
	case err != nil:
		a.Candidates, a.Doubtful = nil, nil
		a.Fault = fault(err)
	default:
		a.Absent = len(a.Candidates)+len(a.Doubtful) == 0
	}
	return a
}
