package topup_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// books are ours and the provider's of some sales, as a test makes them.
type books struct {
	orders    []topup.Order
	older     []topup.Order
	theirs    topup.Books
	corrected map[topup.OrderID]topup.Money
}

var (
	spanFrom = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	spanTo   = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
)

func (b *books) reconcile() topup.Reconciliation {
	all := append(slices.Clone(b.orders), b.older...)
	find := func(is func(topup.Order) bool) (topup.Order, bool) {
		if i := slices.IndexFunc(all, is); i >= 0 {
			return all[i], true
		}
		return topup.Order{}, false
	}
	return topup.Reconcile(spanFrom, spanTo, b.orders, b.theirs, topup.OurBooks{
		ByProvider: func(id string) (topup.Order, bool) {
			return find(func(o topup.Order) bool { return o.ProviderID == id })
		},
		ByID: func(id topup.OrderID) (topup.Order, bool) {
			return find(func(o topup.Order) bool { return o.ID == id })
		},
		Corrected: func(id topup.OrderID) (topup.Money, bool) {
			m, ok := b.corrected[id]
			return m, ok
		},
	})
}

// sale adds a sale that is over, as both sides have it: what was booked, and
// what the provider took.
func (b *books) sale(state topup.State, booked, taken topup.Money) *topup.Order {
	n := len(b.orders) + 1
	o := topup.Order{
		ID: topup.OrderID(fmt.Sprint("order", n)), No: uint64(n), Shop: 1, Good: topup.MobileTopUp, ProviderID: fmt.Sprint("p", n), State: state,
		Quantity: 1, Price: 500_00, Placed: spanFrom.Add(time.Hour), Settled: spanFrom.Add(time.Hour + time.Minute),
	}
	phase := topup.PhaseRefunded
	if state == topup.Delivered {
		phase = topup.PhaseDone
		o.Captured, o.Charged, o.ChargedKnown = o.Price, booked, true
	}
	b.orders = append(b.orders, o)
	b.line(o.ProviderID, -taken, o.Settled)
	b.theirs.Listed = append(b.theirs.Listed, topup.Stray{Good: o.Good, Status: topup.Status{ProviderID: o.ProviderID, Reference: o.ID, Phase: phase, Created: o.Placed}})
	return &b.orders[n-1]
}

func (b *books) line(id string, amount topup.Money, at time.Time) {
	if amount != 0 {
		b.theirs.Lines = append(b.theirs.Lines, topup.StatementLine{ID: fmt.Sprint("l", len(b.theirs.Lines)), Kind: "FLEXY", Good: topup.MobileTopUp, Provider: id, Amount: amount, At: at})
	}
}

func TestDifferences(t *testing.T) {
	for _, tt := range []struct {
		name     string
		make     func(*books)
		want     topup.DifferenceKind // "" for none
		bookable bool
	}{
		{"as booked", func(b *books) { b.sale(topup.Delivered, 490_00, 490_00) }, "", false},
		{"given back, as the provider did", func(b *books) {
			o := b.sale(topup.Refunded, 0, 490_00)
			b.line(o.ProviderID, 490_00, o.Settled)
		}, "", false},
		{"took more", func(b *books) { b.sale(topup.Delivered, 490_00, 495_00) }, topup.DiffCost, true},
		{"took less", func(b *books) { b.sale(topup.Delivered, 490_00, 480_00) }, topup.DiffCost, true},
		{"took nothing", func(b *books) { b.sale(topup.Delivered, 490_00, 0) }, topup.DiffUntaken, false},
		{"took, and gave all back", func(b *books) {
			o := b.sale(topup.Delivered, 490_00, 490_00)
			b.line(o.ProviderID, 490_00, o.Settled)
		}, topup.DiffUntaken, false},
		{"took for one that we gave back", func(b *books) { b.sale(topup.Refunded, 0, 490_00) }, topup.DiffTaken, false},
		{"a cost that was not told", func(b *books) { b.sale(topup.Delivered, 0, 490_00).ChargedKnown = false }, topup.DiffCost, true},
		{"corrected", func(b *books) {
			b.corrected = map[topup.OrderID]topup.Money{b.sale(topup.Delivered, 490_00, 495_00).ID: 5_00}
		}, "", false},
		{"corrected, and more was taken since", func(b *books) {
			b.corrected = map[topup.OrderID]topup.Money{b.sale(topup.Delivered, 490_00, 500_00).ID: 5_00}
		}, topup.DiffCorrected, false},
		{"not on the list", func(b *books) {
			b.sale(topup.Delivered, 490_00, 490_00)
			b.theirs.Listed = nil
		}, topup.DiffUnlisted, false},
		{"given back there, delivered here", func(b *books) {
			b.sale(topup.Delivered, 490_00, 490_00)
			b.theirs.Listed[0].Phase = topup.PhaseRefunded
		}, topup.DiffEnd, false},
		{"still open there", func(b *books) {
			b.sale(topup.Refunded, 0, 0)
			b.theirs.Listed[0].Phase = topup.PhaseUncertain
		}, topup.DiffEnd, false},
		{"never got there", func(b *books) {
			b.sale(topup.Refunded, 0, 0).ProviderID = ""
			b.theirs.Listed = nil
		}, "", false},
		{"another amount, on a key without a statement", func(b *books) {
			b.sale(topup.Delivered, 490_00, 0)
			b.theirs.Untold = true
		}, "", false},
		{"a line for an older sale, as it was over", func(b *books) {
			b.older = []topup.Order{{ID: "old", ProviderID: "po", State: topup.Delivered, Settled: spanFrom.Add(-time.Minute), Placed: spanFrom.Add(-time.Hour)}}
			b.line("po", -490_00, spanFrom)
		}, "", false},
		{"a line for an older sale, long after", func(b *books) {
			b.older = []topup.Order{{ID: "old", ProviderID: "po", State: topup.Delivered, Settled: spanFrom.Add(-time.Hour), Placed: spanFrom.Add(-2 * time.Hour)}}
			b.line("po", 490_00, spanFrom)
		}, topup.DiffLater, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b books
			tt.make(&b)
			r := b.reconcile()
			if tt.want == "" {
				if len(r.Differences) != 0 || !r.Agrees() {
					t.Fatalf("%+v", r.Differences)
				}
				return
			}
			if len(r.Differences) != 1 || r.Differences[0].Kind != tt.want {
				t.Fatalf("%+v, want %s", r.Differences, tt.want)
			}
			line, ok := r.Differences[0].Correct(1, 1, spanTo)
			if ok != tt.bookable {
				t.Errorf("books %t, want %t", ok, tt.bookable)
			}
			var sum topup.Money
			for _, p := range line.Postings {
				if sum += p.Amount; p.Account != topup.Cost && p.Account != topup.Margin && p.Account != topup.Sales {
					t.Errorf("a correction touches %s", p.Account)
				}
			}
			if sum != 0 {
				t.Errorf("a correction sums to %s", sum)
			}
		})
	}
}

func TestReconcileLeavesOpenOnes(t *testing.T) {
	var b books
	b.sale(topup.Delivered, 490_00, 490_00)
	open := b.sale(topup.Delivered, 490_00, 490_00)
	open.State, open.Placed = topup.Review, spanFrom.Add(30*time.Minute)
	just := b.sale(topup.Delivered, 490_00, 0)
	just.Settled = spanTo
	r := b.reconcile()
	if r.Compared != 1 || r.Open != 2 || !r.Next.Equal(spanFrom.Add(30*time.Minute)) || len(r.Differences) != 0 {
		t.Errorf("%d compared, %d open, next from %s, %+v", r.Compared, r.Open, r.Next, r.Differences)
	}
	b.orders = b.orders[:1]
	if r := b.reconcile(); !r.Next.Equal(spanTo) {
		t.Errorf("next from %s, want %s", r.Next, spanTo)
	}
}

func TestReconcileKnowsStrangers(t *testing.T) {
	var b books
	b.sale(topup.Delivered, 490_00, 490_00)
	b.line("website", -300_00, spanFrom.Add(time.Hour))
	b.theirs.Lines = append(b.theirs.Lines, topup.StatementLine{ID: "d", Kind: "DEPOSIT", Amount: 50_000_00, At: spanFrom})
	ours := topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{ProviderID: "lost", Reference: topup.OrderID(topup.NewID()), Created: spanFrom.Add(time.Hour)}}
	theirs := topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{ProviderID: "website", Reference: "from the website", Created: spanFrom.Add(time.Hour)}}
	b.theirs.Listed = append(b.theirs.Listed, ours, theirs)
	r := b.reconcile()
	if r.Others != 1 || r.OthersTaken != 300_00 || r.Moves != 1 || r.Moved != 50_000_00 || len(r.Differences) != 0 {
		t.Errorf("%+v", r)
	}
	if len(r.Strays) != 1 || r.Strays[0].ProviderID != "lost" {
		t.Errorf("strays %+v", r.Strays)
	}
}

// TestReconcileKnowsInquiries: they are no sales, nobody's and ours; what they
// cost is told apart.
func TestReconcileKnowsInquiries(t *testing.T) {
	b := books{}
	b.sale(topup.Delivered, 490_00, 490_00)
	for i, cost := range []topup.Money{0, 10_00, 5_00} {
		id := fmt.Sprint("q", i)
		b.theirs.Listed = append(b.theirs.Listed, topup.Stray{Good: topup.MobileTopUp, Status: topup.Status{
			ProviderID: id, Reference: topup.OrderID(topup.NewID()), Inquiry: true, Phase: topup.PhaseDone, Created: spanFrom.Add(time.Hour)}})
		b.line(id, -cost, spanFrom.Add(time.Hour))
	}
	b.line("q2", 5_00, spanFrom.Add(2*time.Hour)) // given back
	if r := b.reconcile(); r.Inquiries != 3 || r.InquiryCost != 10_00 || r.Others != 0 || !r.Agrees() || r.Taken != 490_00 {
		t.Errorf("%+v", r)
	}
}

// TestCorrectionsMeetTheStatement: whatever the provider took, once all that
// may be booked is booked, the journal's cost of those sales is what it took;
// and no second comparison finds anything to book.
func TestCorrectionsMeetTheStatement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := books{corrected: map[topup.OrderID]topup.Money{}}
		journal := map[topup.AccountID]topup.Money{}
		post := func(line topup.Transaction) {
			for _, p := range line.Postings {
				journal[p.Account] += p.Amount
			}
		}
		var took, sold topup.Money
		for range rapid.IntRange(1, 60).Draw(t, "sales") {
			booked := topup.Money(rapid.Int64Range(1, 600_00).Draw(t, "booked"))
			taken := topup.Money(rapid.Int64Range(1, 600_00).Draw(t, "taken"))
			o := b.sale(topup.Delivered, booked, taken)
			if rapid.IntRange(0, 4).Draw(t, "untold") == 0 {
				o.Charged, o.ChargedKnown = 0, false
			}
			post(topup.Capture(*o))
			took, sold = took+taken, sold+o.Captured
		}
		for _, d := range b.reconcile().Bookable() {
			line, ok := d.Correct(1, 1, spanTo)
			if !ok {
				t.Fatalf("%+v is not booked", d)
			}
			post(line)
			b.corrected[d.Order.ID] = topup.CorrectionOf(line)
		}
		if journal[topup.Cost] != took || journal[topup.Cost]+journal[topup.Margin] != sold || journal[topup.Sales] != 0 {
			t.Fatalf("cost %s, the provider took %s; margin %s of %s sold; %s of unknown cost", journal[topup.Cost], took, journal[topup.Margin], sold, journal[topup.Sales])
		}
		if r := b.reconcile(); !r.Agrees() {
			t.Fatalf("it differs again: %+v", r.Differences)
		}
	})
}

// TestLossIsSeenWhenItIsBooked: a cost that the provider told only in its
// statement is booked as it is, and a loss is none but what it is above the
// price.
func TestLossIsSeenWhenItIsBooked(t *testing.T) {
	for taken, loss := range map[topup.Money]topup.Money{490_00: 0, 500_00: 0, 520_00: 20_00} {
		var b books
		o := b.sale(topup.Delivered, 0, taken)
		o.Expected, o.Charged, o.ChargedKnown = 0, 0, false
		r := b.reconcile()
		if len(r.Differences) != 1 || r.Differences[0].Loss() != loss {
			t.Fatalf("%v: %+v", taken, r.Differences)
		}
		line, ok := r.Differences[0].Correct(1, 1, spanTo)
		if !ok || line.On(topup.Sales) != -500_00 || line.On(topup.Cost) != taken || line.On(topup.Margin) != 500_00-taken {
			t.Errorf("%v: %+v", taken, line)
		}
	}
}
