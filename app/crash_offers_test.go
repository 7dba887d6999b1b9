package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/till"
	"hanout/topup"
)

// inquiring is the scenario of a question for a number's offers which costs the
// owner money, and of the sale that follows, of an offer or without one.
var inquiring = plot{play: (*life).asksForOffers, verdict: (*life).offersVerdict}

const (
	offersEnd   = "Offres proposées|ne sont pas arrivées|a été interrompue"
	offersAsked = "On demande les offres|" + offersEnd
)

func (l *life) asksForOffers() {
	l.opens()
	l.provider.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultMenuCharged, Times: 1})
	l.types(shopID, "0778037340", "Offres pour ce numéro")
	l.taps(shopID, "📦", offersAsked)
	l.await(func() bool { return l.shows(shopID, offersEnd) })
	l.taps(shopID, "Data Pack 1GB", "Confirmer la vente|"+firstOrder)
	l.taps(shopID, "✅ Confirmer", firstOrder)
	l.await(func() bool { return l.shows(shopID, "Opération réussie\n🧾 "+firstOrder) })
	l.settle(90 * time.Minute) // whatever nobody waited for has come to its end
}

// offersVerdict says what is wrong in the end: one question was sent at most;
// what it cost the owner is booked, told, and its last; the shop paid for its
// sale alone.
func (l *life) offersVerdict() {
	if !l.sound() {
		return
	}
	var asked []provider.Order
	for _, o := range l.provider.Book().Orders {
		if o.Plan == "GETMENU_Djezzy" {
			asked = append(asked, o)
		}
	}
	if len(asked) > 1 {
		l.problem("%d questions left for one tap", len(asked))
	}
	orders := l.orders()
	if len(orders) != 1 || orders[0].State != topup.Delivered || orders[0].Plan != "DATA1GB_DJEZZY" {
		l.problem("the shop's orders are %+v", orders)
		return
	}
	if w := l.wallet(); w.Available != topup.Dinars(5000)-orders[0].Price || w.Held != 0 {
		l.problem("the wallet is %v", w)
	}
	l.inside(func(tx till.Tx) error {
		var all topup.Inquiries
		if _, err := tx.Setting("inquiries", &all); err != nil {
			return err
		}
		if len(all.Open) > 0 || all.Stopped.IsZero() != (len(asked) == 0) {
			l.problem("after %d questions: %+v", len(asked), all)
		}
		for _, o := range asked {
			line, booked, err := tx.Posted("inquiry/" + o.SentRef)
			if err != nil {
				return err
			}
			if !booked || line.Shop != 0 || !slices.Equal(line.Postings, []topup.Posting{{Account: topup.Cost, Amount: 1000}, {Account: topup.Margin, Amount: -1000}}) {
				l.problem("booked %t: %+v", booked, line)
			}
		}
		return nil
	})
	if told := l.shows(ownerID, "Une demande d'offres vous a coûté 10 DA"); told != (len(asked) > 0) {
		l.problem("after %d questions the owner is told: %t", len(asked), told)
	}
	l.manners()
}

// TestRigCrashWhileInquiring kills the bot at every point around a question for
// offers: from before it is written down until its answer is known.
func TestRigCrashWhileInquiring(t *testing.T) {
	calm := calmIn(t, inquiring)
	sent := slices.IndexFunc(calm.doom.passed, func(p string) bool { return p == "before POST send" })
	if sent < 8 || calm.repeats > 0 {
		t.Fatalf("%d repeats, the points are %q", calm.repeats, calm.doom.passed)
	}
	for at := sent - 7; at < sent+14; at++ {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			l := liveIn(t, inquiring, at)
			if l.doom.died && len(l.problems) > 0 {
				t.Errorf("killed at point %d (%s):\n%s", at, l.doom.passed[at-1], strings.Join(l.problems, "\n"))
			}
		})
	}
}
