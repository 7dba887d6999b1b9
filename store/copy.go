package store

import (
	"encoding/json"
	"iter"
	"time"

	"hanout/topup"
)

// Rows is all that a store keeps, as it lies there, its secrets sealed: what a
// copy from one database to another carries. Each is one of [Counter],
// [Value], [ShopForm], topup.Member, [Chat], [Talk], topup.Transaction,
// [Sale], [Shown], [Link], [ComplaintForm], [Seen], [DeadLetter], [OwedForm],
// [UndeliveredForm] and [Shows], in this order, and of one kind in the order
// of their keys, so that none names what comes later. Balances and indexes are
// made of them.
type Rows = iter.Seq2[any, error]

// Join gives walks one after the other.
func Join(parts ...Rows) Rows {
	return func(yield func(any, error) bool) {
		for _, part := range parts {
			for row, err := range part {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// Each is a walk of one kind of rows as one of any.
func Each[T any](rows iter.Seq2[T, error]) Rows {
	return func(yield func(any, error) bool) {
		for v, err := range rows {
			if !yield(v, err) {
				return
			}
		}
	}
}

// Counter is the last number taken of a sequence.
type Counter struct {
	Name string
	Last uint64
}

// Value is a named value.
type Value struct {
	Name string
	JSON json.RawMessage
}

// Talk is where the conversation with a chat stands.
type Talk struct {
	Chat int64
	Body []byte
}

// Sale is an order, with what stands for its customer's number in an index.
type Sale struct {
	OrderForm
	Mark string
}

// Shown is one time that an order's codes were shown.
type Shown struct {
	Order topup.OrderID
	N     uint64
	topup.Showing
}

// Link is a customer's link. Newest tells that it is its order's own.
type Link struct {
	topup.Claim
	Newest bool
}

// Seen is an update that was handled.
type Seen struct {
	UpdateID int64
	At       time.Time
}

// Shows is the message that shows a panel.
type Shows struct {
	Panel string
	PanelRef
}
