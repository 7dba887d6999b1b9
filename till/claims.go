package till

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"rsc.io/qr"

	"hanout/flows"
	"hanout/topup"
)

// vouchersOf reads an order's vouchers for somebody who is to see them.
func vouchersOf(tx Tx, id topup.OrderID) ([]topup.Voucher, error) {
	list, err := tx.Vouchers(id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("till: order %s has no vouchers to show", id)
	}
	return list, err
}

// codesPanel shows the codes of an order as they came. That of a sale in a group
// chat has a name of its own: what becomes of its message is told there.
func codesPanel(o topup.Order) string {
	if o.Chat < 0 {
		return codesFromGroupChat + string(o.ID)
	}
	return "codes/" + string(o.ID)
}

// codes owes an order's vouchers to a chat of its shop, in a message of their
// own, and records that they are shown.
func (e *Engine) codes(tx Tx, a *after, o topup.Order, vouchers []topup.Voucher, why topup.Showing) error {
	panel := codesPanel(o)
	if why.Why != topup.WhyDelivery {
		panel += "/" + topup.NewID()
	}
	why.At = a.now
	if err := tx.RecordShowing(o.ID, why); err != nil {
		return err
	}
	sc, err := e.asShared(tx, a, why.Chat, o, flows.CodesScreen(o, vouchers, "", false))
	if err != nil {
		return err
	}
	// Fresh, because a file can't be edited into a text when more codes come.
	return e.owe(tx, a, owing{chat: why.Chat, panel: panel, class: flows.ClassCodes, fresh: true, screen: sc})
}

// asShared leaves out of a screen about a sale what its seller may not, where
// the keeper keeps the codes.
func (e *Engine) asShared(tx Tx, a *after, seller int64, o topup.Order, sc flows.Screen) (flows.Screen, error) {
	if !o.HasVouchers() {
		return sc, nil
	}
	sh, _, err := tx.Shop(o.Shop)
	if err != nil || sh.Sharing() != topup.SharesNone {
		return sc, err
	}
	r := e.reading(tx, a.now)
	sc = sc.For(people{r}.Actor(seller, seller), sh, o)
	return sc, r.err
}

// showCodes shows an order's codes again.
func (e *Engine) showCodes(tx Tx, a *after, ef flows.ShowCodes) error {
	o, ok, err := tx.Order(ef.Order)
	if err != nil || !ok {
		return err
	}
	vouchers, err := vouchersOf(tx, o.ID)
	if err != nil {
		return err
	}
	return e.codes(tx, a, o, vouchers, topup.Showing{Chat: ef.By, By: ef.By, Why: topup.WhyAgain})
}

// makeClaim makes a customer's link. The token leaves only in the message;
// what is kept is its hash.
func (e *Engine) makeClaim(tx Tx, a *after, ef flows.MakeClaim) error {
	o, ok, err := tx.Order(ef.Order)
	if err != nil || !ok {
		return err
	}
	token, link, picture, err := e.newLink()
	if err != nil {
		return err
	}
	if err := e.revokeClaim(tx, a, ef.Order); err != nil {
		return err
	}
	c := topup.Claim{Hash: flows.TokenHash(token), Order: o.ID, Shop: o.Shop, Panel: "claim/" + ef.Panel, Chat: ef.Chat,
		State: topup.ClaimOpen, Made: a.now, Expires: a.now.Add(topup.ClaimLife)}
	if err := tx.PutClaim(c); err != nil {
		return err
	}
	return e.owe(tx, a, owing{chat: ef.Chat, panel: c.Panel, class: flows.ClassCodes,
		screen: flows.ClaimScreen(o, c, link, picture)})
}

// newLink makes a one-use link to ourselves, and its picture.
func (e *Engine) newLink() (token, link string, picture []byte, err error) {
	name := e.botName.Load()
	if name == nil {
		return "", "", nil, fmt.Errorf("till: a link was asked for before our name is known")
	}
	random := make([]byte, 16)
	rand.Read(random)
	token = base64.RawURLEncoding.EncodeToString(random)
	link = "https://t.me/" + *name + "?start=" + token
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return "", "", nil, err
	}
	return token, link, code.PNG(), nil
}

// revokeClaim ends an order's link, if it may be, and says so where it stood.
func (e *Engine) revokeClaim(tx Tx, a *after, id topup.OrderID) error {
	c, ok, err := tx.ClaimOf(id)
	if err != nil || !ok || !c.Revocable() {
		return err
	}
	return e.endClaim(tx, a, c, topup.ClaimRevoked)
}

func (e *Engine) endClaim(tx Tx, a *after, c topup.Claim, state topup.ClaimState) error {
	c.State = state
	if err := tx.PutClaim(c); err != nil {
		return err
	}
	o, ok, err := tx.Order(c.Order)
	if err != nil || !ok {
		return err
	}
	// A picture can't be edited into a text: the message is sent anew, and the
	// one with the code goes away.
	return e.showClaim(tx, a, o, c, true)
}

// showClaim tells the shop what became of a link.
func (e *Engine) showClaim(tx Tx, a *after, o topup.Order, c topup.Claim, fresh bool) error {
	return e.show(tx, a, flows.Show{Chat: cmp.Or(c.Chat, o.Chat), Panel: c.Panel, Screen: flows.ClaimScreen(o, c, "", nil), Class: flows.ClassAnswer, Fresh: fresh})
}
