package oneclick

import "hanout/topup"

// good is what the client must know to trade one good: where its orders live
// and how they are written and read. Each has a file of its own.
type good struct {
	send  string // to POST an order to
	byID  string // to read one from, by its ID
	byRef string // the same by its reference; empty where there is none
	list  string // to list them from
	// body is what to POST for an order that goes under a reference; false
	// when it can't be put in the wire's words.
	body func(o topup.Order, ref string) (any, bool)
	// read adds to the status what only orders of the good say.
	read func(raw []byte, s *topup.Status) error
	// parts is true where an order may end in part.
	parts bool
}

// goods is the one table of the goods.
var goods = map[topup.Good]good{
	topup.MobileTopUp:  mobile,
	topup.InternetCard: internet,
	topup.GiftCard:     giftCard,
}
