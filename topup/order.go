package topup

import (
	"fmt"
	"slices"
	"time"
)

// State is where an order stands. See [Moves] for the ways between them.
type State string

// The states of an order.
const (
	Placed     State = "placed"     // money held, not yet sent
	Submitting State = "submitting" // committed before the request leaves; until an answer is known
	Pending    State = "pending"    // the provider has it
	Uncertain  State = "uncertain"  // the operator's answer is being verified (UNKNOWN_ERROR)
	Queued     State = "queued"     // waiting at the provider for hours
	Review     State = "review"     // a person decides; the money stays held
	Delivered  State = "delivered"  // final: captured, in full or in part
	Refunded   State = "refunded"   // final: released in full
)

// Moves is the one transition table: from each state, the states an order may
// go to. A state never moves to itself here; staying is always allowed.
var Moves = map[State][]State{
	Placed:     {Submitting, Refunded},
	Submitting: {Pending, Uncertain, Queued, Review, Delivered, Refunded},
	Pending:    {Uncertain, Queued, Review, Delivered, Refunded},
	Uncertain:  {Pending, Queued, Review, Delivered, Refunded},
	Queued:     {Pending, Uncertain, Review, Delivered, Refunded},
	Review:     {Pending, Uncertain, Queued, Delivered, Refunded},
	Delivered:  nil,
	Refunded:   nil,
}

// Final reports whether the order's money is settled for ever.
func (s State) Final() bool { return s == Delivered || s == Refunded }

// May reports whether the table allows the move (or staying).
func (s State) May(to State) bool {
	if s == to {
		return true
	}
	for _, t := range Moves[s] {
		if t == to {
			return true
		}
	}
	return false
}

// Reason says why an order was refunded or is in review. It picks the words
// people read.
type Reason string

// The reasons.
const (
	ReasonNone        Reason = ""
	ReasonProvider    Reason = "provider"    // the provider ended it as refunded
	ReasonInvalid     Reason = "invalid"     // refused: number, plan or amount
	ReasonStock       Reason = "stock"       // refused: out of stock
	ReasonFloat       Reason = "float"       // refused: the owner's float is too low
	ReasonClosed      Reason = "closed"      // refused or never sent: the provider does not take our key
	ReasonUnreachable Reason = "unreachable" // never left: no connection could be made
	ReasonCancelled   Reason = "cancelled"   // taken back before it was sent
	ReasonStale       Reason = "stale"       // not sent in time, whatever kept it
	ReasonRestored    Reason = "restored"    // not sent when the copy was made that the till goes on from, nor since
	ReasonLost        Reason = "lost"        // review: the answer was lost and the provider does not list it
	ReasonMismatch    Reason = "mismatch"    // review: the provider's order with our reference is not ours
	ReasonPart        Reason = "part"        // review: given back by the provider after codes were handed over
	ReasonRetried     Reason = "retried"     // review: given back by the provider, which sold it again under another ID
	ReasonTooLong     Reason = "toolong"     // review: no final state within the provider's own limits
	ReasonAmbiguous   Reason = "ambiguous"   // review: more than one order at the provider could be this one
	ReasonPerson      Reason = "person"      // settled by an admin
)

// Offer is a plan that the provider suggests instead.
type Offer struct {
	Name string `json:"name"`
	Plan string `json:"plan"`
	Face Money  `json:"face"`
	// Family is told by whoever reads the provider's answer; "" on older rows.
	Family PlanFamily `json:"family,omitempty"`
}

// Evidence is what proves a settlement: who said what, when.
type Evidence struct {
	At        time.Time `json:"at"`
	HTTP      int       `json:"http,omitempty"`
	Word      string    `json:"word,omitempty"` // status or error code, as the provider spelt it
	RequestID string    `json:"request_id,omitempty"`
	Digest    string    `json:"digest,omitempty"` // SHA-256 of the raw answer
}

// Order is one sale.
type Order struct {
	ID   OrderID `json:"id"`
	No   uint64  `json:"no"` // the number people use; set when placed
	Shop ShopID  `json:"shop"`
	By   int64   `json:"by"` // who tapped confirm
	// Seller is that person's name as the shop knew it; "" where the shop had
	// nobody else.
	Seller string `json:"seller,omitempty"`
	Chat   int64  `json:"chat"` // where its panel lives
	Panel  string `json:"card"` // the living message
	Good   Good   `json:"good"`
	State  State  `json:"state"`

	// What is sold, frozen from the quote.
	Operator   Operator   `json:"operator,omitempty"`
	Plan       string     `json:"plan,omitempty"`
	PlanName   string     `json:"plan_name,omitempty"`
	PlanKind   PlanKind   `json:"plan_kind,omitempty"`
	PlanFamily PlanFamily `json:"plan_family,omitempty"`
	To         string     `json:"to,omitempty"`        // number or line; empty for goods that go to none
	LineType   string     `json:"line_type,omitempty"` // ADSL or 4G
	Product    string     `json:"product,omitempty"`
	TypeID     string     `json:"type_id,omitempty"`
	Quantity   int        `json:"quantity"`       // 1 but for goods that may be several
	Face       Money      `json:"face,omitempty"` // face value of all; 0 where there is none
	Price      Money      `json:"price"`          // what the shop pays for all
	Expected   Money      `json:"expected"`       // cost by the price list, the margin guard's base; 0 where it was not known
	// Suggested is what the shop means to ask of its customer for all, where it
	// has no face value; no money of ours.
	Suggested Money `json:"suggested,omitempty"`

	Placed  time.Time `json:"placed"`
	Changed time.Time `json:"changed"`
	Settled time.Time `json:"settled,omitzero"`

	// The provider's side.
	ProviderID  string    `json:"provider_id,omitempty"`
	ProviderRef string    `json:"provider_ref,omitempty"`
	RequestID   string    `json:"request_id,omitempty"`
	Word        string    `json:"word,omitempty"` // its last status, as spelt
	Submitted   time.Time `json:"submitted,omitzero"`
	Submits     int       `json:"submits,omitempty"`   // requests that may have left
	Throttled   bool      `json:"throttled,omitempty"` // the last request was told to wait: nothing was started
	Throttles   int       `json:"throttles,omitempty"` // so many of the requests were
	Lookups     int       `json:"lookups,omitempty"`   // readable look-ups that did not find it, since the last submit
	Polls       int       `json:"polls,omitempty"`
	Faults      int       `json:"faults,omitempty"`   // unreadable answers in a row
	Stumbles    int       `json:"stumbles,omitempty"` // steps in its state that could not be applied
	Due         time.Time `json:"due,omitzero"`       // when to ask again; zero once final

	// How it ended.
	Reason       Reason    `json:"reason,omitempty"`
	Message      string    `json:"message,omitempty"` // the provider's words on why it gave the money back
	Offers       []Offer   `json:"offers,omitempty"`
	Captured     Money     `json:"captured,omitempty"`
	Charged      Money     `json:"charged,omitempty"`
	ChargedKnown bool      `json:"charged_known,omitempty"`
	DeliveredQty int       `json:"delivered_qty,omitempty"`
	Transaction  string    `json:"transaction,omitempty"` // the operator's own number
	Processed    string    `json:"processed,omitempty"`   // when the operator did it, as spelt
	Coded        bool      `json:"-"`                     // vouchers came; the store keeps them, and sets this
	Evidence     *Evidence `json:"evidence,omitempty"`
	Decision     *Decision `json:"decision,omitempty"` // where a person ended it
	Dispute      string    `json:"dispute,omitempty"`  // another final word after the first
	After        *Money    `json:"after,omitempty"`    // what the wallet had when it ended; nil where that was not kept

	Moments []Moment `json:"moments,omitempty"` // what happened between its first request and its end; see [HistoryOf]

	Rang  bool    `json:"rang,omitempty"`  // that it takes long was heard
	Tried []Offer `json:"tried,omitempty"` // refused to the same customer before this one
	// Unlisted tells that it was offered to this number alone: the price list
	// did not have it.
	Unlisted bool   `json:"unlisted,omitempty"`
	Batch    *Batch `json:"batch,omitempty"` // nil for a sale of its own
}

// Batch is what a sale was made with, by one confirm: all of them, in order,
// and the panel that shows them together.
type Batch struct {
	Panel  string    `json:"panel"`
	Orders []OrderID `json:"orders"`
}

// Untried reports whether an offer is neither what the order sold nor what was
// refused before it.
func Untried(o Order, of Offer) bool {
	if of.Plan == o.Plan && of.Face == o.Face {
		return false
	}
	return !slices.ContainsFunc(o.Tried, func(t Offer) bool { return t.Plan == of.Plan && t.Face == of.Face })
}

// Commission is what the shop earns when it sells at face value; 0 where
// there is no face value, and when it was given back.
func (o Order) Commission() Money {
	if o.Face == 0 || o.State == Refunded {
		return 0
	}
	return o.Face - o.Price
}

// Spent is what the order takes of what its shop may spend, as it stands: its
// price as long as that is held, then what was captured of it.
func Spent(o Order) Money {
	switch o.State {
	case Delivered:
		return o.Captured
	case Refunded:
		return 0
	}
	return o.Price
}

// GaveBack reports whether the order ended with less taken than was held.
func GaveBack(o Order) bool { return o.State.Final() && o.Captured < o.Price }

// Valid reports the first thing that makes an order unfit to be placed.
func (o Order) Valid() error {
	r, known := goods[o.Good]
	switch {
	case o.ID == "" || o.Shop == 0 || o.Panel == "" || o.Chat == 0:
		return fmt.Errorf("topup: order without identity")
	case o.Price <= 0 || o.Price > MaxMoney || o.Expected < 0 || o.Expected > MaxMoney || o.Face < 0 || o.Face > MaxMoney:
		return fmt.Errorf("topup: order with impossible money")
	case o.Quantity < 1 || o.Quantity > 1000 || (o.Quantity > 1 && !r.several):
		return fmt.Errorf("topup: order with impossible quantity")
	case !known:
		return fmt.Errorf("topup: order of unknown good %q", o.Good)
	}
	if err := r.valid(o); err != nil {
		return err
	}
	if o.Face > 0 && o.Price > o.Face {
		return fmt.Errorf("topup: price above face value")
	}
	return nil
}
