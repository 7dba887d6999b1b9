package till

import (
	"errors"
	"slices"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// The customer of a link. The rules:
//
//   - who opened a link first has its codes: those that came, and by
//     themselves those that come later;
//   - the shop reads "received" when Telegram has them, not before;
//   - what Telegram refuses is kept for that chat and sent again at its next
//     sign of life; nobody else gets it, unless the shop takes it back, and it
//     may only while nothing ever reached the customer.

// redeemClaim gives the codes behind an open link to whoever opened it first.
func (e *Engine) redeemClaim(tx Tx, a *after, ef flows.RedeemClaim) error {
	c, ok, err := tx.Claim(ef.Hash)
	if err != nil || !ok || c.State != topup.ClaimOpen {
		return err
	}
	o, ok, err := tx.Order(c.Order)
	if err != nil || !ok {
		return err
	}
	chat, _, err := tx.Chat(ef.Chat)
	if err != nil {
		return err
	}
	chat.ID, chat.Customer = ef.Chat, true
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	c.By = ef.Chat
	return e.toCustomer(tx, a, o, c)
}

// toCustomer owes all codes that came to the chat that opened a link, and
// records that they are shown.
func (e *Engine) toCustomer(tx Tx, a *after, o topup.Order, c topup.Claim) error {
	vouchers, err := vouchersOf(tx, o.ID)
	if err != nil {
		return err
	}
	shop, _, err := tx.Shop(o.Shop)
	if err != nil {
		return err
	}
	chat, _, err := tx.Chat(c.By)
	if err != nil {
		return err
	}
	waits, err := owes(tx, c.Delivery())
	if err != nil {
		return err
	}
	if chat.Blocked && !waits {
		return e.keep(tx, a, o, c)
	}
	picture := c.State == topup.ClaimOpen
	c.State = topup.ClaimSending
	if err := tx.PutClaim(c); err != nil {
		return err
	}
	if err := tx.RecordShowing(o.ID, topup.Showing{At: a.now, Chat: c.By, By: c.By, Why: topup.WhyClaim}); err != nil {
		return err
	}
	if err := e.showClaim(tx, a, o, c, picture); err != nil {
		return err
	}
	return e.owe(tx, a, owing{chat: c.By, panel: c.Delivery(), class: flows.ClassCodes, fresh: true,
		screen: flows.CodesScreen(o, vouchers, shop.Name, true)})
}

// keep keeps codes that Telegram does not take for the chat they belong to.
func (e *Engine) keep(tx Tx, a *after, o topup.Order, c topup.Claim) error {
	c.State = topup.ClaimKept
	if err := tx.PutClaim(c); err != nil {
		return err
	}
	chat, _, err := tx.Chat(c.By)
	if err != nil {
		return err
	}
	if !slices.Contains(chat.Kept, o.ID) {
		chat.ID, chat.Kept = c.By, append(slices.Clip(chat.Kept), o.ID)
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	return e.showClaim(tx, a, o, c, true) // an edit would ring no phone
}

// alive sends what was kept for a chat, now that it shows a sign of life. What
// the shop has taken back meanwhile is no longer theirs.
func (e *Engine) alive(tx Tx, a *after, chat store.Chat) error {
	kept := chat.Kept
	chat.Kept = nil
	if err := tx.PutChat(chat); err != nil {
		return err
	}
	for _, id := range kept {
		c, ok, err := tx.ClaimOf(id)
		if err != nil {
			return err
		}
		if !ok || c.State != topup.ClaimKept || c.By != chat.ID {
			if err := e.sellerAlive(tx, a, chat.ID, id); err != nil {
				return err
			}
			continue
		}
		o, _, err := tx.Order(id)
		if err != nil {
			return err
		}
		if err := e.toCustomer(tx, a, o, c); err != nil {
			return err
		}
	}
	return nil
}

// outcome takes what became of the codes that were on their way to a customer.
func (e *Engine) outcome(tx Tx, a *after, s Sent) error {
	id, ours := topup.DeliveryOf(s.Panel)
	if !ours {
		return nil
	}
	c, ok, err := tx.ClaimOf(id)
	if err != nil || !ok || c.By != s.Chat || !c.Opened() {
		return err
	}
	if waits, err := owes(tx, s.Panel); err != nil || waits {
		return err // more codes have come meanwhile: what becomes of those counts
	}
	o, ok, err := tx.Order(id)
	if err != nil || !ok {
		return err
	}
	if s.Lost != "" {
		return e.keep(tx, a, o, c)
	}
	c.State, c.Redeemed = topup.ClaimRedeemed, a.now
	if err := tx.PutClaim(c); err != nil {
		return err
	}
	return e.showClaim(tx, a, o, c, false)
}

// owes reports whether Telegram has yet to take what a panel says.
func owes(tx Tx, panel string) (bool, error) {
	_, waits, err := tx.OwedOf(panel)
	if errors.Is(err, store.ErrSealed) {
		err = nil
	}
	return waits, err
}

// follow lets a customer follow an order whose link they opened: what came to
// the shop goes to them, too, and in the end nothing more is promised.
func (e *Engine) follow(tx Tx, a *after, was, o topup.Order, more bool) error {
	over := o.State.Final() && !was.State.Final()
	if !o.HasVouchers() || (!more && !over) {
		return nil
	}
	c, ok, err := tx.ClaimOf(o.ID)
	switch {
	case err != nil || !ok || !c.Opened():
		return err
	case more && c.State != topup.ClaimKept:
		return e.toCustomer(tx, a, o, c)
	case over:
		return e.showClaim(tx, a, o, c, false)
	}
	return nil
}
