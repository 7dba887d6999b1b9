package flows

import (
	"strings"
	"time"

	"hanout/topup"
)

// Troubles as the business's owners are told of them: what it is, what it does
// to the money, and what to do.

// TroubleRequests is the trouble of many requests for shops; its detail is how
// many wait.
const TroubleRequests = "requests"

// The kinds of trouble that are a state: they last, and are not counted.
const (
	TroubleStale   = "stale"    // no new safety copy for too long
	TroubleDisk    = "disk"     // nearly full; the detail is the megabytes left
	TroubleServer  = "server"   // that of the database may lose something; the detail is its settings
	TroubleStandby = "standby"  // none confirms what is committed
	TroubleClock   = "clock"    // wrong; the detail is the minutes that it is ahead
	TroubleLow     = "lowfloat" // the float; the detail is made by FloatDetail
	TroubleWaiting = "waiting"  // sales that do not end; the detail counts them

	// TroubleInquiry is an inquiry that cost money; the detail is how much.
	TroubleInquiry = "inquiry"

	// TroubleUnreached is a shop that gets no messages; the detail is its number.
	TroubleUnreached = "undeliverable"

	troubleOperator = "operator" // many sales of one fail; the detail is so many of so many
)

// OperatorTrouble is the kind of trouble of an operator whose sales fail.
func OperatorTrouble(op topup.Operator) string { return troubleOperator + "/" + string(op) }

// lasting are the kinds that are a state.
var lasting = map[string]bool{
	TroubleStale: true, TroubleDisk: true, TroubleServer: true, TroubleStandby: true, TroubleClock: true, TroubleLow: true, TroubleWaiting: true, troubleOperator: true,
}

// TroubleScreen tells an owner of a kind of trouble, how often it came, and
// the newest: a detail, and its order if it has one.
func TroubleScreen(kind, detail string, no uint64, count int, since time.Time) Screen {
	var sc Screen
	kind, about, _ := strings.Cut(kind, "/")
	switch kind {
	case TroubleLow:
		sc.line(lowFloatLines(detail)...)
	case TroubleInquiry:
		cost, _ := topup.ParseDecimal(detail) // as Money spells itself
		sc.line(M("alert.inquiry", "Amount", cost))
	default:
		sc.line(M("alert."+kind, "Detail", Latin(detail), "About", Latin(about)))
	}
	if count > 1 && kind != TroubleRequests {
		sc.line(M("trouble.count", "Count", count, "Time", since))
	}
	switch kind {
	case TroubleLow:
		sc.row(button(M("button.float"), menuTap("float")))
	case TroubleInquiry:
		sc.row(button(M("button.reinquire"), encodeTap("a", "offers", "0", "on")))
	case TroubleUnreached:
		sc.row(button(M("card.open"), encodeTap("a", "card", detail, "below")))
	case TroubleWaiting, troubleOperator:
		sc.row(button(M("button.orders"), menuTap("orders")))
	}
	if no != 0 {
		sc.row(openButton(no))
	}
	return sc
}

// TroubleOverScreen tells an owner that it is over.
func TroubleOverScreen(kind string, count int, since time.Time) Screen {
	var sc Screen
	kind, about, _ := strings.Cut(kind, "/")
	sc.line(M("trouble.over."+kind, "About", Latin(about)))
	if lasting[kind] {
		sc.line(M("trouble.since", "Time", since))
	} else {
		sc.line(M("trouble.count", "Count", count, "Time", since))
	}
	return sc
}
