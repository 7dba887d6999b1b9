package topup

import (
	"cmp"
	"slices"
	"time"
)

// Row is a line of a statement: a sale, a credit or debit, or what undid one.
type Row struct {
	At     time.Time // of the first posting within the span
	Kind   EntryKind // of a sale the last posting's
	Sale   OrderID   // "" for what is no sale
	Order  Order     // of a sale, as it stands when the statement is made
	Memo   string
	Method Method // of a credit or debit: how the money came or went
	Slip   string
	Amount Money // what the shop may spend more, or less
	// Balance is the opening balance and the amounts so far. A sale whose price
	// was held in one place and came back in another is one row, at the first.
	Balance Money

	seq uint64
}

// Sale is the sale that a line of the journal belongs to, "" for one that belongs
// to none. All that becomes of a sale is one row of a list.
func (t Transaction) Sale() OrderID {
	switch kind, id := SplitKey(t.Key); kind {
	case EntryHold, EntryCapture, EntryRelease:
		return OrderID(id)
	}
	return ""
}

// Statement is what became of the money that a shop may spend within a span:
// Opening and the amounts of all rows sum to Closing, and both are what the
// journal says.
type Statement struct {
	Shop ShopID
	Span
	Opening, Closing Money
	Rows             []Row

	places map[string]int
}

// NewStatement is a shop's, with nothing read yet; balance is what it may spend
// now.
func NewStatement(shop ShopID, span Span, balance Money) *Statement {
	return &Statement{Shop: shop, Span: span, Opening: balance, Closing: balance, places: map[string]int{}}
}

// Take reads a line of the journal; the newest comes first. It tells whether
// the line is older than the span.
func (s *Statement) Take(t Transaction) (older bool) {
	var amount Money
	for _, p := range t.Postings {
		if p.Account == s.Shop.Available() {
			amount += p.Amount
		}
	}
	switch {
	case t.At.Before(s.From):
		return true
	case !t.At.Before(s.To):
		s.Closing -= amount
		s.Opening -= amount
		return false
	}
	s.Opening -= amount
	kind, _ := SplitKey(t.Key)
	of, sale := t.Key, t.Sale()
	if sale != "" {
		of = "order/" + string(sale)
	}
	at, known := s.places[of]
	if !known {
		at = len(s.Rows)
		s.places[of] = at
		s.Rows = append(s.Rows, Row{Kind: kind, Sale: sale, Memo: t.Memo, Method: t.Method, Slip: t.Slip})
	}
	r := &s.Rows[at]
	r.At, r.seq = t.At, t.Seq
	r.Amount += amount
	return false
}

// Finish puts the rows in order, gives each its balance, and its order, which
// find reads.
func (s *Statement) Finish(find func(OrderID) (Order, bool)) {
	slices.SortFunc(s.Rows, func(a, b Row) int { return cmp.Compare(a.seq, b.seq) })
	balance := s.Opening
	for i := range s.Rows {
		r := &s.Rows[i]
		balance += r.Amount
		r.Balance = balance
		if r.Sale != "" {
			r.Order, _ = find(r.Sale)
		}
	}
}
