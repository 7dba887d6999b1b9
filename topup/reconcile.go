package topup

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Reconciling: our books against the provider's. The rules:
//
//   - what is compared are the orders that were placed within a span and are
//     over: for each, what we booked as its cost against all that the
//     provider's statement took and gave back for it, and its end against the
//     provider's list;
//   - an order that is still open is left for the next time, which begins no
//     later than it was placed: none is missed;
//   - only one kind of difference is booked, and on an owner's word: a
//     delivered order that cost something else than was booked. No shop's money
//     moves by that. All else a person must settle with the provider;
//   - an order is corrected once. When it differs again, a person looks.

// StatementLine is a line of the provider's statement of the float.
type StatementLine struct {
	ID       string
	Kind     string // as spelt
	Good     Good   // what was sold or given back; "" for a move of money that is no sale
	Provider string // the provider's ID of the order
	Amount   Money  // into the float; negative out of it
	At       time.Time
}

// Books are what the provider says of a span: its statement and its lists.
type Books struct {
	Lines  []StatementLine
	Listed []Stray
	// Untold tells that the key is one for trials, whose float never moves.
	Untold bool
}

// DifferenceKind is how an order differs between our books and the provider's.
type DifferenceKind string

// The kinds of differences.
const (
	DiffCost      DifferenceKind = "cost"      // delivered, and the provider took another amount than we booked
	DiffUntaken   DifferenceKind = "untaken"   // delivered, and the provider took nothing
	DiffTaken     DifferenceKind = "taken"     // given back here, and the provider took something
	DiffLater     DifferenceKind = "later"     // the provider moved money for it after it was over
	DiffUnlisted  DifferenceKind = "unlisted"  // the provider's list does not have it
	DiffEnd       DifferenceKind = "end"       // the provider's list says that it ended otherwise, or has not
	DiffCorrected DifferenceKind = "corrected" // corrected before, and the provider took yet another amount
)

// Difference is an order on which the books differ.
type Difference struct {
	Order  Order
	Kind   DifferenceKind
	Booked Money // its cost in our journal
	Taken  Money // by the provider, less what it gave back
}

// Bookable reports whether an owner may have it booked.
func (d Difference) Bookable() bool { return d.Kind == DiffCost }

// Loss is by how much a delivered order cost more than its shop paid, once the
// difference is booked; 0 where it did not.
func (d Difference) Loss() Money {
	if !d.Bookable() {
		return 0
	}
	return max(0, d.Taken-d.Order.Captured)
}

// WrongBalance is an account whose balance is not what its lines sum to.
type WrongBalance struct {
	Account        AccountID
	Kept, Replayed Money
}

// JournalProof is what a walk through our own journal found: the wallets are
// its sums when nothing is wrong.
type JournalProof struct {
	Lines  uint64
	Broken uint64 // the first line that does not follow from the one before; 0 for none
	Wrong  []WrongBalance
}

// Sound reports whether wallets and journal agree.
func (p JournalProof) Sound() bool { return p.Broken == 0 && len(p.Wrong) == 0 }

// Reconciliation is what a comparison found.
type Reconciliation struct {
	ID       string // names it on buttons
	From, To time.Time
	Next     time.Time // where the next one begins
	Journal  JournalProof
	Unread   bool // the provider's books could not be read: only the journal counts
	Untold   bool // as in [Books]

	Compared    int
	Open        int   // placed within the span, and not over
	Taken, Back Money // by the statement, for the orders compared
	Others      int   // orders of the statement that are none of ours
	OthersTaken Money // for them, less what was given back
	Inquiries   int   // on the provider's list: they are no sales
	InquiryCost Money // by the statement, less what was given back: the owner's loss
	Moves       int   // lines that are no sale
	Moved       Money

	Differences []Difference
	Strays      []Stray // of our form, and unknown here
}

// Agrees reports that nothing differs.
func (r Reconciliation) Agrees() bool {
	return r.Journal.Sound() && !r.Unread && len(r.Differences) == 0 && len(r.Strays) == 0
}

// Bookable are the differences that an owner may have booked.
func (r Reconciliation) Bookable() (list []Difference) {
	for _, d := range r.Differences {
		if d.Bookable() {
			list = append(list, d)
		}
	}
	return list
}

// OurBooks is what a comparison asks of our own books.
type OurBooks struct {
	// ByProvider finds an order by the provider's ID, ByID by ours.
	ByProvider func(string) (Order, bool)
	ByID       func(OrderID) (Order, bool)
	// Corrected tells by how much an order's cost was corrected.
	Corrected func(OrderID) (Money, bool)
}

// settledSlack is how long after an order was over the statement may still
// book its end: a line that comes later moved money a second time.
const settledSlack = 10 * time.Minute

// Reconcile compares the orders placed from one time to another, in any order,
// with the provider's books since the first.
func Reconcile(from, to time.Time, orders []Order, b Books, own OurBooks) Reconciliation {
	r := Reconciliation{From: from, To: to, Next: to, Untold: b.Untold}
	lines := map[string][]StatementLine{}
	for _, l := range b.Lines {
		if l.Good == "" {
			r.Moves++
			r.Moved += l.Amount
			continue
		}
		lines[l.Provider] = append(lines[l.Provider], l)
	}
	listed := map[string]Stray{}
	for _, s := range b.Listed {
		listed[s.ProviderID] = s
	}
	known := map[string]bool{}
	for _, o := range orders {
		known[o.ProviderID] = true
		if o.Placed.Before(from) || !o.Placed.Before(to) {
			continue
		}
		if !o.State.Final() || !o.Settled.Before(to) {
			r.Open++
			if o.Placed.Before(r.Next) {
				r.Next = o.Placed
			}
			continue
		}
		r.compare(o, lines[o.ProviderID], listed, own)
	}
	for _, s := range b.Listed {
		if s.Inquiry {
			r.inquiry(s, lines)
		}
	}
	r.rest(lines, known, own)
	for _, s := range b.Listed {
		if s.Ours() && !known[s.ProviderID] && !r.isOurs(s, own) && !s.Created.Before(from) && s.Created.Before(to) {
			r.Strays = append(r.Strays, s)
		}
	}
	slices.SortFunc(r.Differences, func(a, b Difference) int { return cmp.Compare(a.Order.No, b.Order.No) })
	return r
}

// inquiry takes what the statement has of an inquiry.
func (r *Reconciliation) inquiry(s Stray, lines map[string][]StatementLine) {
	r.Inquiries++
	for _, l := range lines[s.ProviderID] {
		r.InquiryCost -= l.Amount
	}
	delete(lines, s.ProviderID)
}

func (r *Reconciliation) isOurs(s Stray, own OurBooks) bool {
	if _, ok := own.ByProvider(s.ProviderID); ok {
		return true
	}
	_, ok := own.ByID(s.Reference)
	return ok && s.Reference != ""
}

// compare puts one order that is over beside the provider's books.
func (r *Reconciliation) compare(o Order, lines []StatementLine, listed map[string]Stray, own OurBooks) {
	r.Compared++
	if o.ProviderID == "" && o.State == Refunded {
		return // it never got there
	}
	d := Difference{Order: o, Booked: bookedCost(o)}
	for _, l := range lines {
		if l.Amount < 0 {
			r.Taken -= l.Amount
		} else {
			r.Back += l.Amount
		}
		d.Taken -= l.Amount
	}
	correction, corrected := own.Corrected(o.ID)
	d.Booked += correction
	s, there := listed[o.ProviderID]
	switch {
	case !there:
		d.Kind = DiffUnlisted
	case phaseEnds(s.Phase) != o.State:
		d.Kind = DiffEnd
	case r.Untold || d.Booked == d.Taken:
		return
	case o.State == Refunded:
		d.Kind = DiffTaken
	case d.Taken <= 0:
		d.Kind = DiffUntaken
	case corrected:
		d.Kind = DiffCorrected
	default:
		d.Kind = DiffCost
	}
	r.Differences = append(r.Differences, d)
}

// phaseEnds is the end that the provider's phase stands for; "" for none.
func phaseEnds(p Phase) State {
	switch p {
	case PhaseDone, PhasePart:
		return Delivered
	case PhaseRefunded:
		return Refunded
	}
	return ""
}

// bookedCost is what an order cost by its line in the journal: nothing for one
// that was given back, and for one whose cost was not told.
func bookedCost(o Order) Money {
	if o.State == Delivered && o.ChargedKnown {
		return o.Charged
	}
	return 0
}

// rest takes the lines of orders that were not compared: older ones of ours,
// for which money moved after they were over, and those of others.
func (r *Reconciliation) rest(lines map[string][]StatementLine, known map[string]bool, own OurBooks) {
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		if known[id] && id != "" {
			continue
		}
		var all, later Money
		o, ours := own.ByProvider(id)
		for _, l := range lines[id] {
			all -= l.Amount
			if ours && o.State.Final() && l.At.After(o.Settled.Add(settledSlack)) {
				later -= l.Amount
			}
		}
		switch {
		case !ours:
			r.Others++
			r.OthersTaken += all
		case later != 0:
			r.Differences = append(r.Differences, Difference{Order: o, Kind: DiffLater, Booked: bookedCost(o), Taken: later})
		}
	}
}

// CorrectKey is the journal key of the correction of an order's cost.
func (id OrderID) CorrectKey() string { return "reconcile/" + string(id) }

// Correct is the transaction that books what a delivered order cost by the
// provider's statement; false when the difference may not be booked. No account
// of a shop is touched.
func (d Difference) Correct(actor, chat int64, at time.Time) (Transaction, bool) {
	more, ok := d.Taken.Add(-d.Booked)
	if !d.Bookable() || !ok || more == 0 || d.Order.State != Delivered {
		return Transaction{}, false
	}
	t := Transaction{Key: d.Order.ID.CorrectKey(), At: at, Actor: actor, Shop: d.Order.Shop, Chat: chat}
	if d.Order.ChargedKnown {
		t.Postings = []Posting{{Cost, more}, {Margin, -more}}
		return t, true
	}
	t.Postings = []Posting{{Sales, -d.Order.Captured}, {Cost, d.Taken}}
	if rest := d.Order.Captured - d.Taken; rest != 0 {
		t.Postings = append(t.Postings, Posting{Margin, rest})
	}
	return t, true
}

// CorrectionOf is by how much a correction raised an order's cost.
func CorrectionOf(t Transaction) Money {
	for _, p := range t.Postings {
		if p.Account == Cost {
			return p.Amount
		}
	}
	return 0
}
