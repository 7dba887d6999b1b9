package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/till"
	"hanout/topup"
)

// moving is the scenario of a group where a shop sells, and which becomes a
// supergroup between a sale and its codes.
var moving = plot{before: (*life).opensGroup, play: (*life).sellsWhileMoving, verdict: (*life).movingVerdict}

func (l *life) opensGroup() {
	l.start()
	l.openGroup(5000)
	if err := l.halt(); err != nil {
		l.problem("the bot ended with %v", err)
	}
}

// pressesIn taps the newest button in a group with a label; false when there is
// none.
func (l *life) pressesIn(group int64, label string) bool {
	for _, m := range slices.Backward(l.telegram.Chats.Messages(group)) {
		for _, b := range buttons(m) {
			if b.CallbackData != "" && strings.Contains(plainText(b.Text), label) {
				_, err := l.telegram.Groups.Press(group, shopID, m.MessageID, b.CallbackData)
				return err == nil
			}
		}
	}
	return false
}

func (l *life) sellsWhileMoving() {
	in := func(group int64, act func(), seen string) {
		l.until(func() error { act(); return nil }, func() bool { return l.shows(group, seen) })
	}
	in(groupID, func() { l.telegram.Groups.Type(groupID, shopID, "/internet 036362608") }, "Choisissez la valeur")
	in(groupID, func() { l.pressesIn(groupID, "500") }, "Confirmer la vente")
	l.settle(time.Second) // what is confirmed is read before
	in(groupID, func() { l.pressesIn(groupID, "✅ Confirmer") }, firstOrder)
	l.telegram.Groups.Migrate(groupID, superID)
	l.await(func() bool {
		return l.shows(superID, "Opération réussie\n🧾 "+firstOrder) && l.shows(shopID, "Code de l'opération n° 1")
	})
	in(superID, func() { l.telegram.Groups.Type(superID, shopID, "/mobile 0778037340 500") }, "Djezzy, prépayé")
	l.settle(time.Second)
	in(superID, func() { l.pressesIn(superID, "✅ Confirmer") }, "Opération n° 2\n")
	l.await(func() bool { return l.shows(superID, "Opération réussie\n🧾 Opération n° 2\n") })
}

// movingVerdict says what is wrong in the end: both sales were made once and are
// read in the supergroup, whose the shop is, and the codes in the private chat
// alone.
func (l *life) movingVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 2 {
		l.problem("%d orders for 2 wishes", len(orders))
	}
	for _, o := range orders {
		if o.State != topup.Delivered || o.By != shopID {
			l.problem("order %d is %s, by %d", o.No, o.State, o.By)
		}
	}
	if w := l.wallet(); w.Available != topup.Dinars(5000-495-500) || w.Held != 0 {
		l.problem("the wallet is %v", w)
	}
	l.inside(func(tx till.Tx) error {
		s, _, err := tx.Shop(1)
		if s.GroupChat != superID {
			l.problem("the shop sells in %d", s.GroupChat)
		}
		return err
	})
	l.groupsAreSafe()
	l.manners()
}

// TestRigCrashWhileMoving kills the bot at points spread over a sale in a group
// that becomes a supergroup.
func TestRigCrashWhileMoving(t *testing.T) {
	calm := calmIn(t, moving)
	if calm.repeats > 0 {
		t.Fatalf("%d repeats without a death", calm.repeats)
	}
	sweepIn(t, moving, calm, movingStride)
}

// movingStride is the distance of the points in a plain test run.
const movingStride = 7
