package till

import (
	"fmt"
	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
	"time"
)

// handledFor is how long handled update IDs are kept; Telegram keeps updates
// for a day.
const handledFor = 8 * 24 * time.Hour

// cardsFor is how long the message of a card is remembered after it was sent.
const panelsFor = 60 * 24 * time.Hour

// pruneMost bounds one clean-up, so that it never holds the till up.
const pruneMost = 5000

// prune forgets what is too old to matter.
type prune struct{}

func (prune) apply(_ *Engine, tx Tx, a *after) error {
	if _, err := tx.PruneHandled(a.now.Add(-handledFor), pruneMost); err != nil {
		return err
	}
	_, err := tx.PrunePanels(a.now.Add(-panelsFor), pruneMost)
	return err
}

// settingReminded is the day of the last evening reminder.
const settingReminded = "reminded"

// eveningHour is when shops are reminded, in Algiers.
const eveningHour = 20

// evening ends the links whose time is over and, once a day, reminds shops of
// codes that nobody opened.
type evening struct{}

func (evening) apply(e *Engine, tx Tx, a *after) error {
	var over []topup.Claim
	open := map[topup.ShopID][]topup.Order{}
	var shops []topup.ShopID
	for c, err := range tx.OpenClaims() {
		if err != nil {
			return err
		}
		if !a.now.Before(c.Expires) {
			over = append(over, c)
			continue
		}
		o, _, err := tx.Order(c.Order)
		if err != nil {
			return err
		}
		if open[c.Shop] == nil {
			shops = append(shops, c.Shop)
		}
		open[c.Shop] = append(open[c.Shop], o)
	}
	for _, c := range over {
		if err := e.endClaim(tx, a, c, topup.ClaimExpired); err != nil {
			return err
		}
	}
	local := a.now.In(locales.Algiers)
	today := local.Format("2006-01-02")
	var reminded string
	if _, err := tx.Setting(settingReminded, &reminded); err != nil || local.Hour() < eveningHour || reminded == today {
		return err
	}
	for _, id := range shops {
		s, ok, err := tx.Shop(id)
		if err != nil {
			return err
		}
		if ok {
			card := fmt.Sprintf("reminder/%d/%s", id, today)
			if err := e.show(tx, a, flows.Show{Chat: s.Chat, Panel: card, Screen: flows.ReminderScreen(open[id]), Class: flows.ClassNotices}); err != nil {
				return err
			}
		}
	}
	return tx.PutSetting(settingReminded, today)
}
