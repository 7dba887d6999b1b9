package topup

import (
	"context"
	"fmt"
	"time"
)

// Verdict is what the answer to a send proves.
type Verdict string

// The verdicts. Only Accepted, Refused and NotSent prove anything; the rest
// leaves the order's fate open, and its money held.
const (
	Accepted  Verdict = "accepted"  // the provider has the order and gave its ID
	Refused   Verdict = "refused"   // a documented refusal: no order was made
	NotSent   Verdict = "notsent"   // no byte of the request left this machine
	Duplicate Verdict = "duplicate" // the reference is taken: some earlier send arrived
	Throttled Verdict = "throttled" // told to wait; nothing was started
	KeyFault  Verdict = "keyfault"  // the provider does not take our key or address
	Unknown   Verdict = "unknown"   // anything else
)

// SendAnswer is the outcome of one send.
type SendAnswer struct {
	Verdict     Verdict
	Reason      Reason // for Refused, NotSent and KeyFault
	ProviderID  string // Accepted; for Duplicate the existing order, if told
	ProviderRef string
	RetryAfter  time.Duration // Throttled; 0 when not told
	Blocked     bool          // KeyFault: the address is locked out, which ends by itself
	Suspect     bool          // Unknown: as in [Fault]
	Evidence    Evidence
}

// Fault is what the answer says of other calls; nil for nothing.
func (a SendAnswer) Fault() *Fault {
	switch {
	case a.Verdict == KeyFault && a.Blocked:
		return &Fault{Kind: FaultBlocked}
	case a.Verdict == KeyFault:
		return &Fault{Kind: FaultKey}
	case a.Verdict == Throttled:
		return &Fault{Kind: FaultThrottled, RetryAfter: a.RetryAfter}
	case a.Suspect:
		return &Fault{Kind: FaultUnavailable, Suspect: true}
	}
	return nil
}

// Phase is a provider status, read tolerantly.
type Phase string

// The phases.
const (
	PhaseOpen      Phase = "open"      // in progress, and words never seen
	PhaseUncertain Phase = "uncertain" // the operator's answer is being verified
	PhaseQueued    Phase = "queued"
	PhaseDone      Phase = "done"
	PhasePart      Phase = "part"
	PhaseRefunded  Phase = "refunded" // money back on the owner's float
)

// Status is the provider's word on one of its orders.
type Status struct {
	ProviderID  string
	ProviderRef string
	// Reference is the order of ours that ProviderRef names, in the form that
	// we minted; empty where the provider keeps no reference, and of no
	// meaning for an order that is not ours.
	Reference    OrderID
	Phase        Phase
	Plan         string // the plan, or the product
	Inquiry      bool   // its plan is a look-up: it sold nothing
	TypeID       string // the denomination
	To           string
	LineType     string
	Face         Money
	Charged      Money // what the float paid; valid when ChargedKnown
	ChargedKnown bool
	// Linked is the order by which the provider retried or followed this one
	// up, if it names one; Follow is that order, once it was read.
	Linked      string
	Follow      *Status
	Strange     bool   // its word is none that we know: it is taken as in progress
	Message     string // why it was given back, for the customer
	Offers      []Offer
	Vouchers    []Voucher
	Transaction string // the operator's own number
	Processed   string // when the operator did it, as spelt
	Quantity    int
	DoneQty     int // how many of them are said to be delivered
	Created     time.Time
	Evidence    Evidence
}

// FaultKind classes a failed read.
type FaultKind string

// The faults.
const (
	FaultNotFound    FaultKind = "notfound"    // a documented "there is none"
	FaultKey         FaultKind = "key"         // key or address not taken: stop all traffic
	FaultBlocked     FaultKind = "blocked"     // address locked out, which ends by itself
	FaultThrottled   FaultKind = "throttled"   // told to wait
	FaultInvalid     FaultKind = "invalid"     // a documented "no" to the question asked
	FaultUnavailable FaultKind = "unavailable" // no readable answer: says nothing
)

// Fault is the error of every provider call but Send.
type Fault struct {
	Kind       FaultKind
	Code       string // the provider's code, normalised; may be empty
	HTTP       int
	RetryAfter time.Duration
	Suspect    bool  // looks like a refusal of the key, but may be somebody else's: the key should be tried
	Err        error // the cause, without secrets
}

// Error names the kind, the HTTP status and the code; never a body.
func (f *Fault) Error() string {
	s := "provider: " + string(f.Kind)
	if f.HTTP != 0 {
		s += fmt.Sprintf(" (HTTP %d)", f.HTTP)
	}
	if f.Code != "" {
		s += " " + f.Code
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Provider is the reseller API as the business sees it. All errors are
// *Fault. Implementations do not retry, wait or limit: that is the caller's.
type Provider interface {
	// Weather asks which operators are up; it needs no key.
	Weather(ctx context.Context) (Weather, error)
	// Account checks the key. A wrong key must not be tried again and again:
	// it may lock our address out.
	Account(ctx context.Context) (Account, error)
	// Float is the owner's balance at the provider.
	Float(ctx context.Context) (Money, error)
	// Statement lists one page (1 is the first, newest first) of the lines of
	// the float's statement since a time, and whether there are more pages.
	Statement(ctx context.Context, since time.Time, page int) (list []StatementLine, more bool, err error)
	// Plans is the mobile price list.
	Plans(ctx context.Context) ([]Plan, error)
	// Products lists the internet cards of a type (ADSL, LTE4G).
	Products(ctx context.Context, lineType string) ([]InternetProduct, error)
	// CheckLine asks whether a line takes cards of a type.
	CheckLine(ctx context.Context, lineType string, line Line) (LineInfo, error)
	// Catalogue lists the gift cards.
	Catalogue(ctx context.Context) ([]Category, error)
	// Stock asks denominations, costs and stock of one gift-card product.
	Stock(ctx context.Context, productID string) (GiftStock, error)

	// Send submits the order once, with its ID as reference where the
	// provider takes one.
	Send(ctx context.Context, o Order) SendAnswer
	// Check reads an order by o.ProviderID.
	Check(ctx context.Context, o Order) (Status, error)
	// References lists the spellings under which [Provider.Find] may find an
	// order of ours, likeliest first; none for goods without a reference.
	// account is our name at the provider, or "" when it is not known.
	References(o Order, account string) []string
	// Find reads an order by one spelling of its reference.
	Find(ctx context.Context, o Order, ref string) (Status, error)
	// Recent lists one page (1 is the first, newest first) of the orders of a
	// good made since and, if it is not zero, until a time, and whether there
	// are more pages.
	Recent(ctx context.Context, good Good, since, until time.Time, page int) (list []Status, more bool, err error)
}

// Answer is what came back for a call of an order. Exactly one of Sent,
// Status, Absent, Candidates and Fault is set, but for Doubtful, which may
// come with Candidates or alone.
type Answer struct {
	Order      Order // as it was when asked
	Call       Call
	Sent       *SendAnswer
	Status     *Status
	Absent     bool     // the books were read, and the order is not in them
	Candidates []Status // gift cards: the orders at the provider that could be it
	Doubtful   []Status // the same, of those that say too little; see [Doubtful]
	Fault      *Fault
}
