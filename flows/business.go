package flows

import (
	"strings"

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
	sc.row(button(M("button.again.look"), menuTap("sync")), homeButton())
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

// AlertScreen tells an owner about an order that needs them.
func AlertScreen(a topup.Alert, o topup.Order) Screen {
	var sc Screen
	sc.line(M("alert." + string(a)))
	orderLines(&sc, o)
	if a == topup.AlertReview {
		sc.line(reasonMsg(o))
	}
	if a == topup.AlertLoss {
		sc.line(M("alert.loss.by", "Amount", o.Captured, "Cost", o.Charged))
	}
	sc.row(openButton(o.No))
	return sc
}

func openButton(no uint64) Button {
	return button(M("button.open"), encodeTap("a", "order", number(no), "card"))
}
