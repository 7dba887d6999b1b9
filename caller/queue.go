package caller

import (
	"context"
	"slices"
	"time"

	"hanout/topup"
)

// Who goes next. A slot is the time in which the rate limit grants one call.
//
//  1. By kind: sends, then questions, checks, searches, lists, inquiries.
//  2. But a kind that had no call for its patience goes before the others;
//     inquiries have none, and take what is left.
//     While a send waits, no two such calls follow each other. So a send waits
//     for one other call at most, sends have half of all calls if they need
//     them, and in a minute of 60 calls at least 8 questions, 8 checks, 5
//     searches and 2 lists get through, whatever else waits.
//  3. Within a kind the shops take turns, one call each; the house counts as a
//     shop. Within a shop the oldest goes first. Checks, or searches, that
//     one list answers leave together, whosever they are.
//  4. Of a chat one question and one inquiry wait; a newer one takes its place.
//  5. A shop that asked a moment ago, or is being answered, asks again only
//     when nothing else waits and half of the burst and of the places is free.
//     So one that types without end costs the others nothing.
//  6. Three inquiries are under way at once: each is a handful of calls with
//     pauses between them. Who waits for one can sell without.
//  7. What nobody waits for any more leaves the queue and costs no call.
//
// Nothing here can grow without bound: an order waits once, a chat has one
// question, an inquiry and what runs for them one call at a time, lists are
// started by a clock and get old.

// kinds is how many kinds of work there are.
const kinds = int(topup.WorkInquiry) + 1

// patience is how many slots a kind lets others go first. The shares add up to
// less than half of all calls. A kind without any goes by rank alone.
var patience = [kinds]time.Duration{
	topup.WorkQuestion: 6, topup.WorkCheck: 6, topup.WorkSearch: 10, topup.WorkList: 20,
}

// inquiriesAtOnce is how many inquiries are under way at most.
const inquiriesAtOnce = 3

// againAfter is how many slots after its last question a shop is not taken to
// type without end.
const againAfter = 6

// item is one wish for a call: an order to ask for, a function to run, or the
// next call of one that runs.
type item struct {
	work      topup.Work
	order     topup.Order
	call      topup.Call // empty but for orders
	alone     bool       // not on a list with others
	reporting bool       // the answer is known and on its way
	fn        func(context.Context, topup.Provider)
	ready     chan *topup.Fault // one value: nil is the permission
}

// opens reports whether the item starts a question of a shop. Its later calls,
// and the house's own, are not held back.
func (it *item) opens() bool {
	return it.work.Kind == topup.WorkQuestion && it.work.Shop != 0 && it.fn != nil
}

// inquires reports whether the item starts an inquiry.
func (it *item) inquires() bool { return it.work.Kind == topup.WorkInquiry && it.fn != nil }

// queue holds what waits, and decides by the rules above. It has no lock and
// no clock.
type queue struct {
	slot   time.Duration
	lines  [kinds]line
	jumped bool // the last call left before its rank
	asking map[topup.ShopID]asking
	// inquiries is how many are under way.
	inquiries int
}

// line is what waits of one kind.
type line struct {
	shops []topup.ShopID // those with something, in turn
	items map[topup.ShopID][]*item
	since time.Time // since when it could have a call and had none; zero: it could not
}

// asking is what a shop asked lately.
type asking struct {
	running int
	again   time.Time // from when it may ask like all others
}

// turn is a place in the queue.
type turn struct {
	it   *item
	owed bool // by patience, before its rank
}

// add puts an item in and gives the one whose place it took, if any.
func (q *queue) add(it *item) (former *item) {
	l, shop := &q.lines[it.work.Kind], it.work.Shop
	waiting := l.items[shop]
	if (it.work.Kind == topup.WorkQuestion || it.inquires()) && it.work.Chat != 0 && it.fn != nil {
		i := slices.IndexFunc(waiting, func(o *item) bool { return o.fn != nil && o.work.Chat == it.work.Chat })
		if i >= 0 {
			former, waiting[i] = waiting[i], it
			return former
		}
	}
	if len(waiting) == 0 {
		l.shops = append(l.shops, shop)
	}
	if l.items == nil {
		l.items = map[topup.ShopID][]*item{}
	}
	l.items[shop] = append(waiting, it)
	return nil
}

// remove takes an item out, if it is still there.
func (q *queue) remove(it *item) bool {
	l, shop := &q.lines[it.work.Kind], it.work.Shop
	i := slices.Index(l.items[shop], it)
	if i < 0 {
		return false
	}
	l.items[shop] = slices.Delete(l.items[shop], i, i+1)
	if len(l.items[shop]) == 0 {
		delete(l.items, shop)
		l.shops = slices.DeleteFunc(l.shops, func(s topup.ShopID) bool { return s == shop })
	}
	return true
}

// drain takes everything out.
func (q *queue) drain() (list []*item) {
	for it := range q.all {
		list = append(list, it)
	}
	q.lines = [kinds]line{}
	return list
}

// awaited takes out what people wait for: sends, questions and inquiries.
func (q *queue) awaited() (list []*item) {
	for it := range q.all {
		switch it.work.Kind {
		case topup.WorkSend, topup.WorkQuestion, topup.WorkInquiry:
			list = append(list, it)
		}
	}
	for _, it := range list {
		q.remove(it)
	}
	return list
}

// ended takes out what nobody waits for any more.
func (q *queue) ended(now time.Time) (list []*item) {
	for it := range q.all {
		if u := it.work.Until; !u.IsZero() && !now.Before(u) {
			list = append(list, it)
		}
	}
	for _, it := range list {
		q.remove(it)
	}
	return list
}

// all walks what waits, kind by kind and shop by shop.
func (q *queue) all(yield func(*item) bool) {
	for k := range q.lines {
		for _, shop := range q.lines[k].shops {
			for _, it := range q.lines[k].items[shop] {
				if !yield(it) {
					return
				}
			}
		}
	}
}

// nextEnd is the first time at which something gets old; zero for none.
func (q *queue) nextEnd() (first time.Time) {
	for it := range q.all {
		if u := it.work.Until; !u.IsZero() && (first.IsZero() || u.Before(first)) {
			first = u
		}
	}
	return first
}

// room is what may leave, as far as places and tokens go.
type room struct {
	reads bool // more than sends
	idle  bool // there is plenty
}

// pick finds who goes next. held reports that nobody does, but for want of
// idleness.
func (q *queue) pick(now time.Time, may room) (t turn, held bool) {
	var first, owed *item
	for k := range q.lines {
		l := &q.lines[k]
		it := q.head(l, now)
		if it == nil {
			l.since = time.Time{}
			continue
		}
		if l.since.IsZero() {
			l.since = now
		}
		if k != int(topup.WorkSend) && !may.reads {
			continue
		}
		if first == nil {
			first = it
		}
		if owed == nil && patience[k] > 0 && now.Sub(l.since) >= patience[k]*q.slot {
			owed = it
		}
	}
	switch {
	case owed != nil && owed != first && !(q.jumped && first.work.Kind == topup.WorkSend):
		return turn{owed, true}, false
	case first != nil:
		return turn{first, false}, false
	case !may.reads:
		return turn{}, false
	}
	questions := &q.lines[topup.WorkQuestion]
	if len(questions.shops) == 0 {
		return turn{}, false
	}
	if !may.idle {
		return turn{}, true
	}
	return turn{questions.items[questions.shops[0]][0], false}, false
}

// head is the item of a line whose turn it is, or nil: the first of the first
// shop, where none is held back.
func (q *queue) head(l *line, now time.Time) *item {
	for _, shop := range l.shops {
		a := q.asking[shop]
		mayAsk := a.running == 0 && !now.Before(a.again)
		for _, it := range l.items[shop] {
			if (mayAsk || !it.opens()) && (q.inquiries < inquiriesAtOnce || !it.inquires()) {
				return it
			}
		}
	}
	return nil
}

// take grants a turn: the item leaves, with those that one list answers as
// well, and its shop goes behind the others.
func (q *queue) take(t turn, now time.Time) []*item {
	it := t.it
	list := q.together(it)
	for _, it := range list {
		q.remove(it)
	}
	q.jumped = t.owed
	l, shop := &q.lines[it.work.Kind], it.work.Shop
	l.since = time.Time{}
	if i := slices.Index(l.shops, shop); i >= 0 {
		l.shops = append(slices.Delete(l.shops, i, i+1), shop)
	}
	if it.opens() {
		q.asks(shop, now)
	}
	if it.inquires() {
		q.inquiries++
	}
	return list
}

// together are the checks, or the searches, that the same list answers, or the
// item alone.
func (q *queue) together(it *item) (list []*item) {
	if (it.call == topup.CallCheck || it.call == topup.CallLookup) && !it.alone {
		for o := range q.all {
			if o.call == it.call && !o.alone && o.order.Good == it.order.Good {
				list = append(list, o)
			}
		}
	}
	if len(list) < listFrom {
		return []*item{it}
	}
	return list
}

// asks notes that a shop's question leaves, and forgets who asked long ago.
func (q *queue) asks(shop topup.ShopID, now time.Time) {
	for s, a := range q.asking {
		if a.running == 0 && !now.Before(a.again) {
			delete(q.asking, s)
		}
	}
	a := q.asking[shop]
	q.asking[shop] = asking{a.running + 1, now.Add(againAfter * q.slot)}
}

// answered notes that a shop's question has ended.
func (q *queue) answered(shop topup.ShopID) {
	a := q.asking[shop]
	a.running--
	q.asking[shop] = a
}
