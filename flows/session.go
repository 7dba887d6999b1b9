package flows

import (
	"encoding/json"
	"time"

	"hanout/topup"
)

// Step names where a talk stands. It is stored, so that a talk survives a
// restart.
type Step string

// The steps.
const (
	StepIdle     Step = ""
	StepName     Step = "name"     // asked for the shop's name
	StepPhone    Step = "phone"    // asked for its phone
	StepNumber   Step = "number"   // sale: asked for the customer's number
	StepOperator Step = "operator" // sale: asked which operator
	StepPlan     Step = "plan"     // sale: asked which plan
	StepAmount   Step = "amount"   // sale: asked how much
	StepConfirm  Step = "confirm"  // sale: the quote is shown
	StepLineType Step = "linetype" // internet: asked which kind of line
	StepLine     Step = "line"     // internet: asked for the line's number
	StepChecking Step = "checking" // internet: the provider is asked about the line
	StepValue    Step = "value"    // internet: asked which card
	StepShelf    Step = "shelf"    // gift cards: asked which category
	StepProduct  Step = "product"  // gift cards: asked which product
	StepStock    Step = "stock"    // gift cards: the provider is asked for the stock
	StepType     Step = "type"     // gift cards: asked which denomination
	StepQuantity Step = "quantity" // gift cards: asked how many
	StepRecheck  Step = "recheck"  // gift cards: confirmed, the stock is asked for once more
	StepClaim    Step = "claim"    // a customer's link waits for a language
	StepFind     Step = "find"     // asked what to look for
	StepMoney    Step = "money"    // admin: a credit or debit is shown
	StepSure     Step = "sure"     // admin: a large one is asked twice
)

// Session is where the talk with one chat stands.
type Session struct {
	Step    Step        `json:"step,omitempty"`
	Panel   string      `json:"card,omitempty"`    // the living message
	Version int         `json:"version,omitempty"` // counts what the card has shown
	Name    string      `json:"name,omitempty"`    // of the shop being asked for
	Sale    *Draft      `json:"sale,omitempty"`
	Money   *Adjustment `json:"money,omitempty"`
	Claim   []byte      `json:"claim,omitempty"` // hash of the link that waits
}

// Draft is a sale before it is an order.
type Draft struct {
	Good topup.Good `json:"good,omitempty"` // "" is a mobile top-up

	Number   topup.MSISDN   `json:"number,omitempty"`
	Operator topup.Operator `json:"operator,omitempty"`
	Plan     string         `json:"plan,omitempty"`
	Face     topup.Money    `json:"face,omitempty"`
	Wanted   topup.Money    `json:"wanted,omitempty"` // amount named before the plan
	Page     int            `json:"page,omitempty"`
	Choices  []string       `json:"choices,omitempty"` // what the numbered buttons stand for

	// Of an internet card. PlanName is the offer that the check reported.
	LineType string     `json:"line_type,omitempty"`
	Line     topup.Line `json:"line,omitempty"`
	PlanName string     `json:"plan_name,omitempty"`

	// Of gift cards: a category or a search, the product and what the provider
	// last said of its stock.
	Shelf    string           `json:"shelf,omitempty"`
	Search   string           `json:"search,omitempty"`
	Product  string           `json:"product,omitempty"`
	Title    string           `json:"title,omitempty"`
	Region   string           `json:"region,omitempty"`
	Types    []topup.GiftType `json:"types,omitempty"`
	TypeID   string           `json:"type_id,omitempty"`
	Quantity int              `json:"quantity,omitempty"`

	Asked  time.Time `json:"asked,omitzero"`   // when the provider was asked last
	Failed bool      `json:"failed,omitempty"` // and gave no answer

	// The quote. It binds nobody after Until, and is never exceeded.
	Order  topup.OrderID `json:"order,omitempty"`
	Quoted topup.Plan    `json:"quoted,omitzero"`
	Price  topup.Money   `json:"price,omitempty"`
	Cost   topup.Money   `json:"cost,omitempty"`
	Item   string        `json:"item,omitempty"` // the name it was shown under
	Until  time.Time     `json:"until,omitzero"`
	Warned topup.OrderID `json:"warned,omitempty"` // the recent same sale the card told about
}

// Move is a credit or debit that an admin has asked for.
type Adjustment struct {
	Debit   bool         `json:"debit,omitempty"`
	Shop    topup.ShopID `json:"shop"`
	Amount  topup.Money  `json:"amount"`
	Reason  string       `json:"reason"`
	Request string       `json:"request"`
}

// DecodeSession reads a stored session; what can't be read is a talk that
// starts over.
func DecodeSession(b []byte) Session {
	var s Session
	if len(b) == 0 || json.Unmarshal(b, &s) != nil {
		return Session{}
	}
	return s
}

// Encode writes the session for storing; nil for one that says nothing.
func (s Session) Encode() []byte {
	if s.Step == StepIdle && s.Panel == "" && s.Sale == nil {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil // no field can fail to marshal
	}
	return b
}
