package flows

import (
	"strings"
	"time"

	"hanout/topup"
)

// What the owners are told about the business.

func accountMsg(a topup.Account) Msg {
	if a.Test {
		return M("account.sandbox")
	}
	return M("account.production")
}

// SyncResult is what a refresh of the price list found.
type SyncResult struct {
	Diff    topup.PlanDiff
	Failed  bool // the list could not be read; the old one stays
	Account *topup.Account
	Weather *topup.Weather
	Closed  bool

	Cards       topup.ListDiff // internet cards
	CardsFailed bool           // of some type they could not be read
	Gifts       topup.ListDiff // gift cards
	GiftsFailed bool
}

// SyncScreen tells an owner what a refresh changed.
func SyncScreen(r SyncResult) Screen {
	var sc Screen
	if r.Account != nil {
		sc.line(accountMsg(*r.Account))
	}
	switch {
	case r.Closed:
		sc.line(M("sync.closed"))
	case r.Failed:
		sc.line(M("sync.failed"))
	default:
		sc.line(M("sync.done", "Count", r.Diff.Total))
		for _, part := range []struct {
			id    string
			codes []string
		}{{"sync.added", r.Diff.Added}, {"sync.changed", r.Diff.Changed}, {"sync.gone", r.Diff.Gone}} {
			if n := len(part.codes); n > 0 {
				sc.line(M(part.id, "Count", n, "Codes", Latin(codeList(part.codes))))
			}
		}
		if len(r.Diff.Added)+len(r.Diff.Changed)+len(r.Diff.Gone) == 0 {
			sc.line(M("sync.same"))
		}
	}
	if !r.Closed {
		if r.CardsFailed {
			sc.line(M("sync.cards.failed"))
		}
		sc.line(listLines(M("sync.cards", "Count", r.Cards.Total), r.Cards)...)
		if r.GiftsFailed {
			sc.line(M("sync.gifts.failed"))
		} else {
			sc.line(listLines(M("sync.gifts", "Count", r.Gifts.Total), r.Gifts)...)
		}
	}
	if r.Weather != nil {
		sc.line(sickLines(*r.Weather)...)
	}
	return sc
}

// listLines tell what became of one of the lists.
func listLines(total Msg, d topup.ListDiff) []Msg {
	if d.Same() {
		return []Msg{total}
	}
	return []Msg{total, M("sync.diff", "Added", d.Added, "Changed", d.Changed, "Gone", d.Gone)}
}

const codesShown = 8

func codeList(codes []string) string {
	if len(codes) > codesShown {
		return strings.Join(codes[:codesShown], ", ") + " …"
	}
	return strings.Join(codes, ", ")
}

// FloatScreen tells an owner the float, what the shops hold, and whether the
// one covers the other. float is nil when the provider did not answer.
func FloatScreen(float *topup.Money, acc *topup.Account, shops topup.Wallet, closed bool) Screen {
	var sc Screen
	sc.line(M("float.title"))
	if acc != nil {
		sc.line(accountMsg(*acc))
	}
	switch {
	case closed:
		sc.line(M("sync.closed"))
	case float == nil:
		sc.line(M("float.failed"))
	default:
		sc.line(M("float.sum", "Amount", *float))
	}
	owed := shops.Available + shops.Held
	sc.line(M("float.shops", "Amount", owed), M("float.parts", "Available", shops.Available, "Held", shops.Held))
	if float != nil {
		if *float >= owed {
			sc.line(M("float.covered"))
		} else {
			sc.line(M("float.short", "Missing", owed-*float))
		}
	}
	sc.row(button(M("button.reconcile"), menuTap("reconcile")), homeButton())
	return sc
}

// AlertScreen tells an owner about an order that needs them.
func AlertScreen(a topup.Alert, o topup.Order) Screen {
	var sc Screen
	sc.line(M("alert." + string(a)))
	orderLines(&sc, o)
	if a == topup.AlertReview {
		sc.line(reasonMsg(o))
	}
	sc.row(openButton(o.No))
	return sc
}

func openButton(no uint64) Button {
	return button(M("button.open"), encodeTap("a", "order", number(no), "card"))
}

// TroubleRequests is the trouble of many requests for shops; its detail is how
// many wait.
const TroubleRequests = "requests"

// TroubleScreen tells an owner of a kind of trouble, how often it came, and
// the newest: a detail, and its order if it has one.
func TroubleScreen(kind, detail string, no uint64, count int, since time.Time) Screen {
	var sc Screen
	sc.line(M("alert."+kind, "Detail", Latin(detail)))
	if count > 1 && kind != TroubleRequests {
		sc.line(M("trouble.count", "Count", count, "Time", since))
	}
	if no != 0 {
		sc.row(openButton(no))
	}
	return sc
}

// The kinds of trouble that are a state: they last, and are not counted.
const (
	TroubleStale = "stale" // no new safety copy for too long
)

// TroubleOverScreen tells an owner that it is over.
func TroubleOverScreen(kind string, count int, since time.Time) Screen {
	var sc Screen
	sc.line(M("trouble.over." + kind))
	switch kind {
	case TroubleStale:
		sc.line(M("trouble.since", "Time", since))
	default:
		sc.line(M("trouble.count", "Count", count, "Time", since))
	}
	return sc
}
