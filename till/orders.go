package till

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// place makes an order and shows it. Too little money, because another sale
// took it a moment before, is an answer.
func (e *Engine) place(tx Tx, a *after, o topup.Order) error {
	placed, err := tx.Place(o)
	if errors.Is(err, store.ErrInsufficient) {
		w, err := tx.Wallet(o.Shop)
		if err != nil {
			return err
		}
		chat, err := saleChat(tx, o)
		if err != nil {
			return err
		}
		return e.show(tx, a, flows.Show{Chat: chat, Panel: o.Panel, Screen: flows.ShortScreen(o, w.Available), Class: flows.ClassMoney})
	}
	if err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	fresh := err == nil
	if fresh {
		if err := took(tx, placed); err != nil {
			return err
		}
	}
	if err := e.present(tx, a, placed); err != nil || !fresh {
		return err
	}
	return e.lowBalance(tx, a, placed)
}

// lowBalance tells a shop that a sale has taken its wallet below the level that
// it chose.
func (e *Engine) lowBalance(tx Tx, a *after, o topup.Order) error {
	s, ok, err := tx.Shop(o.Shop)
	if err != nil || !ok || s.Low == 0 {
		return err
	}
	w, err := tx.Wallet(o.Shop)
	if err != nil || w.Available >= s.Low || w.Available+o.Price < s.Low {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: s.Chat, Panel: "low/" + string(o.ID), Screen: flows.LowScreen(w.Available, s.Low), Class: flows.ClassNotices})
}

// placeMany makes the orders of one confirm. Its turn has seen in this
// transaction that the wallet has money for all of them.
func (e *Engine) placeMany(tx Tx, a *after, list []topup.Order) error {
	if len(list) == 0 {
		return nil
	}
	sum := list[0]
	sum.Price = 0
	for _, o := range list {
		placed, err := tx.Place(o)
		if errors.Is(err, store.ErrExists) {
			continue
		}
		if err != nil {
			return err
		}
		if err := took(tx, placed); err != nil {
			return err
		}
		sum.Price += placed.Price
	}
	if err := e.present(tx, a, list[0]); err != nil {
		return err
	}
	return e.lowBalance(tx, a, sum)
}

// present shows an order on its panel. One of several that were confirmed
// together is shown with them; its own panel only if it was asked for.
func (e *Engine) present(tx Tx, a *after, o topup.Order) error {
	where, err := saleChat(tx, o)
	if err != nil {
		return err
	}
	complaint, _, err := tx.Complaint(o.ID)
	if err != nil {
		return err
	}
	own := owing{chat: where, panel: flows.DetailPanel(o), screen: flows.OrderScreen(o, complaint), class: flows.ClassMoney, follows: o.Chat < 0}
	// Who works there no more can do nothing with it.
	chat, err := codesChat(tx, o)
	if err != nil {
		return err
	}
	left := chat != sellerChat(o)
	if left {
		own.screen.Rows = nil
	} else if own.screen, err = e.asShared(tx, a, chat, o, own.screen); err != nil {
		return err
	}
	if o.Batch == nil {
		return e.owe(tx, a, own)
	}
	list, err := batch(tx, o)
	if err != nil {
		return err
	}
	all := flows.BatchScreen(list)
	if left {
		all.Rows = nil
	}
	if err := e.owe(tx, a, owing{chat: where, panel: o.Batch.Panel, screen: all, class: flows.ClassMoney, follows: o.Chat < 0}); err != nil {
		return err
	}
	_, shown, err := tx.PanelRef(own.panel)
	if err != nil || shown {
		return errors.Join(err, e.owe(tx, a, own))
	}
	if _, waits, err := tx.OwedOf(own.panel); err != nil || !waits {
		return err
	}
	return e.owe(tx, a, own)
}

// batch reads the orders that were confirmed with one.
func batch(tx Tx, o topup.Order) (list []topup.Order, err error) {
	for _, id := range o.Batch.Orders {
		other, ok, err := tx.Order(id)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, other)
		}
	}
	return list, nil
}

// leave notes on an order that ends what the wallet has after it, for its
// receipt.
func leave(tx Tx, was topup.Order, o *topup.Order) error {
	if was.State.Final() || !o.State.Final() {
		return nil
	}
	w, err := tx.Wallet(o.Shop)
	if err != nil {
		return err
	}
	left := w.Available + o.Price - o.Captured
	o.After = &left
	return nil
}

// change applies a change of an order and shows it to the people it concerns.
func (e *Engine) change(tx Tx, a *after, was topup.Order, s topup.Change) error {
	if was.State != s.Order.State {
		s.Order.Stumbles = 0
	}
	s.Order.Rang = was.Rang || topup.RingOf(was, s.Order, a.now) == topup.RingWait
	if err := leave(tx, was, &s.Order); err != nil {
		return err
	}
	s.Order = topup.Remember(was, s.Order, a.now)
	o, err := tx.Apply(s)
	if err != nil {
		return err
	}
	if was.State != o.State || was.Reason != o.Reason || was.Message != o.Message {
		if err := e.present(tx, a, o); err != nil {
			return err
		}
	}
	if len(s.Vouchers) > 0 {
		chat, err := codesChat(tx, o)
		if err != nil {
			return err
		}
		if err := e.codes(tx, a, o, s.Vouchers, topup.Showing{Chat: chat, By: o.By, Why: topup.WhyDelivery}); err != nil {
			return err
		}
	}
	if err := gaveBack(tx, was, o); err != nil {
		return err
	}
	if err := e.follow(tx, a, was, o, len(s.Vouchers) > 0); err != nil {
		return err
	}
	if err := e.beat(tx, a, was, o); err != nil {
		return err
	}
	if err := e.ring(tx, a, was, o); err != nil {
		return err
	}
	if s.Alert != topup.AlertNone {
		return e.alert(tx, a, s.Alert, o)
	}
	return nil
}

// alert tells every owner of an order that needs them. What is no order's
// fault is told in sums.
func (e *Engine) alert(tx Tx, a *after, what topup.Alert, o topup.Order) error {
	if what == topup.AlertFloat {
		return e.happened(tx, a, string(what), "", o.No)
	}
	owners, err := e.owners(tx)
	if err != nil {
		return err
	}
	for _, admin := range owners {
		card := fmt.Sprintf("alert/%s/%s/%d", what, o.ID, admin)
		if err := e.show(tx, a, flows.Show{Chat: admin, Panel: card, Screen: flows.AlertScreen(what, o), Class: flows.ClassNotices}); err != nil {
			return err
		}
	}
	return nil
}

// accepted ends the trouble that a send which was taken proves to be over: the
// float was filled.
func (e *Engine) accepted(tx Tx, a *after, was, o topup.Order) error {
	if was.State != topup.Submitting || (o.State != topup.Pending && o.State != topup.Delivered) {
		return nil
	}
	return e.over(tx, a, troubleFloat)
}

// Answered takes what the provider said of orders; it is the caller's
// callback.
func (e *Engine) Answered(list []topup.Answer) {
	for _, an := range list {
		e.answers.came(an.Order.ID)
		e.later(answered{an, &e.answers})
	}
}

// answers are the orders of which an answer was handed in that is not applied
// yet. They still look due, and must not be asked about again.
type answers struct {
	mu sync.Mutex
	of map[topup.OrderID]int
}

func (l *answers) came(id topup.OrderID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[topup.OrderID]int{}
	}
	l.of[id]++
}

func (l *answers) applied(id topup.OrderID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[id]--; l.of[id] <= 0 {
		delete(l.of, id)
	}
}

func (l *answers) waiting(id topup.OrderID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[id] > 0
}

// answered is one answer of the provider.
type answered struct {
	topup.Answer
	among *answers // which notes that it came
}

func (an answered) done(error) {
	if an.among != nil {
		an.among.applied(an.Order.ID)
	}
}

// setAside leaves the order as it is: it is asked about again, later.
func (an answered) setAside(e *Engine, tx Tx, a *after, _ error) error {
	return e.postpone(tx, a, an.Order.ID)
}

// postpone leaves an order alone for a while, because a step about it fails.
// The owners are told by its number alone: what else is to be said of it may
// be what fails.
func (e *Engine) postpone(tx Tx, a *after, id topup.OrderID) error {
	o, ok, err := tx.Order(id)
	if err != nil || !ok || o.State.Final() {
		return err
	}
	step := topup.SetAside(o, a.now)
	if _, err := tx.Apply(step); err != nil || step.Alert == topup.AlertNone {
		return err
	}
	err = e.guarded(nil, tx, a, func(_ event, e *Engine, tx Tx, a *after) error {
		return e.notice(tx, a, string(step.Alert), fmt.Sprint(o.No))
	})
	if err != nil && !fatal(err) {
		e.log.Error("the owners can't be told of an order that is set aside", "order", o.No, "error", err)
		return nil
	}
	return err
}

func (an answered) apply(e *Engine, tx Tx, a *after) error {
	o, ok, err := tx.Order(an.Order.ID)
	if err != nil || !ok {
		return err
	}
	owners, err := an.owners(tx)
	if err != nil {
		return err
	}
	c := topup.Answered(o, an.Answer, owners, a.now, e.cfg.Scale)
	if err := e.change(tx, a, o, c); err != nil {
		return err
	}
	return e.accepted(tx, a, o, c.Order)
}

// owners finds the orders of ours that the provider's orders in the answer
// belong to already.
func (an answered) owners(tx Tx) (map[string]topup.OrderID, error) {
	found := slices.Concat(an.Candidates, an.Doubtful)
	if an.Status != nil {
		found = []topup.Status{*an.Status}
	}
	owners := map[string]topup.OrderID{}
	for _, s := range found {
		o, taken, err := tx.OrderByProvider(s.ProviderID)
		if err != nil {
			return nil, err
		}
		if taken {
			owners[s.ProviderID] = o.ID
		}
	}
	return owners, nil
}
