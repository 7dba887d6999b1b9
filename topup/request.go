package topup

import "time"

// RequestState is where a shop's request for credit stands.
type RequestState string

// The states of a request for credit; all but the first are final.
const (
	RequestOpen      RequestState = "open"
	RequestGranted   RequestState = "granted"
	RequestDenied    RequestState = "denied"
	RequestWithdrawn RequestState = "withdrawn"
)

// CreditRequest is what a shop asks the owners to credit. A shop has one: the
// newest.
type CreditRequest struct {
	ID      string       `json:"id"`
	Amount  Money        `json:"amount"`
	Method  Method       `json:"method"`
	Slip    string       `json:"slip,omitempty"`  // its number
	Photo   string       `json:"photo,omitempty"` // of the slip, as Telegram names it
	By      int64        `json:"by"`
	Chat    int64        `json:"chat"`
	Panel   string       `json:"panel"` // what tells the shop how it stands
	At      time.Time    `json:"at"`
	State   RequestState `json:"state"`
	Decided time.Time    `json:"decided,omitzero"`
	Decider int64        `json:"decider,omitempty"`
	Why     string       `json:"why,omitempty"` // it was denied, as the owner said it
	Key     string       `json:"key,omitempty"` // of the journal line that granted it
}

// requestPause is how soon after one that it withdrew a shop may ask again.
const requestPause = time.Minute

// MayRequest reports whether the shop may ask for credit now: one request at a
// time.
func (s Shop) MayRequest(now time.Time) bool {
	r := s.Request
	return r == nil || r.State == RequestGranted || r.State == RequestDenied ||
		r.State == RequestWithdrawn && now.Sub(r.Decided) >= requestPause
}

// Open reports whether the request of that ID waits for a decision.
func (s Shop) Open(id string) bool {
	return s.Request != nil && s.Request.ID == id && s.Request.State == RequestOpen
}

// Decide ends the shop's request.
func (s Shop) Decide(state RequestState, person int64, why string, now time.Time) Shop {
	r := *s.Request
	r.State, r.Decider, r.Why, r.Decided = state, person, why, now
	s.Request = &r
	return s
}

// Entry is the credit that is asked for.
func (r CreditRequest) Entry(shop ShopID) Entry {
	return Entry{Kind: EntryCredit, Shop: shop, Amount: r.Amount, Method: r.Method, Slip: r.Slip, Request: r.ID}
}
