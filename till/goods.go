package till

import (
	"context"
	"errors"
	"sync"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// Names of the cached lists of cards, kept as settings in the store.
const (
	settingProducts  = "products/" // and the type
	settingCatalogue = "catalogue"
)

// cachedProducts are the internet cards of a type, as read at a time.
type cachedProducts struct {
	At   time.Time               `json:"at"`
	List []topup.InternetProduct `json:"list"`
}

// cachedCatalogue are the gift cards, as read at a time.
type cachedCatalogue struct {
	At   time.Time        `json:"at"`
	List []topup.Category `json:"list"`
}

func (v *view) Products(lineType string) ([]topup.InternetProduct, time.Time) {
	var c cachedProducts
	_, err := v.tx.Setting(settingProducts+lineType, &c)
	v.note(err)
	return c.List, c.At
}

func (v *view) Catalogue() []topup.Category {
	var c cachedCatalogue
	_, err := v.tx.Setting(settingCatalogue, &c)
	v.note(err)
	return c.List
}

// answerWait is how long somebody waits before a card for an answer of the
// provider.
const answerWait = 15 * time.Second

// question asks the provider something that somebody waits for. The answer is
// handed in once: what ask brings, or missing when that takes too long,
// whether in the worker's line or on the way.
func (e *Engine) question(missing event, ask func(context.Context, topup.Provider) event) {
	deadline := time.Now().Add(answerWait)
	var once sync.Once
	answer := func(ev event) { once.Do(func() { e.later(ev) }) }
	timer := time.AfterFunc(answerWait, func() { answer(missing) })
	e.caller.Do(priorityPeople, func(ctx context.Context, p topup.Provider) {
		defer timer.Stop()
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		answer(ask(ctx, p))
	})
}

// checkLine asks whether a line takes cards, and for the cards when the list
// at hand is old.
func (e *Engine) checkLine(j flows.Run) {
	checked := lineChecked{chat: j.Chat, answer: flows.LineAnswer{Panel: j.Panel, LineType: j.Ask.LineType, Line: j.Ask.Line}}
	missing := checked
	missing.answer.Fault = topup.FaultUnavailable
	e.question(missing, func(ctx context.Context, p topup.Provider) event {
		r := checked
		var err error
		r.answer.Info, err = p.CheckLine(ctx, j.Ask.LineType, j.Ask.Line)
		r.answer.Fault = faultKind(err)
		if err == nil && j.Ask.Products {
			if list, err := p.Products(ctx, j.Ask.LineType); err != nil {
				e.log.Warn("the internet cards could not be read", "type", j.Ask.LineType, "error", err)
			} else {
				r.products = &list
			}
		}
		return r
	})
}

// readStock asks for the denominations of a gift card.
func (e *Engine) readStock(j flows.Run) {
	checked := stockChecked{chat: j.Chat, answer: flows.StockAnswer{Panel: j.Panel, Product: j.Ask.Product}}
	missing := checked
	missing.answer.Fault = topup.FaultUnavailable
	e.question(missing, func(ctx context.Context, p topup.Provider) event {
		r := checked
		var err error
		r.answer.Stock, err = p.Stock(ctx, j.Ask.Product)
		r.answer.Fault = faultKind(err)
		return r
	})
}

// faultKind is what a failed read says; "" for one that did not fail.
func faultKind(err error) topup.FaultKind {
	var f *topup.Fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Kind
	}
	return topup.FaultUnavailable
}

// lineChecked is the provider's answer about a line.
type lineChecked struct {
	chat     int64
	answer   flows.LineAnswer
	products *[]topup.InternetProduct // nil when they were not read
}

func (lineChecked) done(error)                                               {}
func (lineChecked) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (l lineChecked) apply(e *Engine, tx *store.Tx, a *after) error {
	if l.products != nil {
		if err := tx.PutSetting(settingProducts+l.answer.LineType, cachedProducts{At: a.now, List: *l.products}); err != nil {
			return err
		}
	}
	return e.answerTurn(tx, a, l.chat, func(v flows.View, s flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.LineChecked(v, s, in, l.answer)
	})
}

// stockChecked is the provider's answer about the stock of a gift card.
type stockChecked struct {
	chat   int64
	answer flows.StockAnswer
}

func (stockChecked) done(error)                                               {}
func (stockChecked) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (s stockChecked) apply(e *Engine, tx *store.Tx, a *after) error {
	return e.answerTurn(tx, a, s.chat, func(v flows.View, ss flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.StockChecked(v, ss, in, s.answer)
	})
}

// answerTurn runs the step of a talk that an answer of the provider brings.
func (e *Engine) answerTurn(tx *store.Tx, a *after, chat int64, step func(flows.View, flows.Session, flows.Input) (flows.Session, []flows.Effect)) error {
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	in := flows.Input{
		Chat: chat, Private: true, Person: flows.Person{ID: chat},
		Now: a.now, NewID: topup.NewID, LastPanel: c.LastPanel,
	}
	return e.turn(tx, a, in, "", step)
}

// restarted takes up the talks that waited for an answer of the provider when
// the process ended.
type restarted struct{}

func (restarted) done(error)                                               {}
func (restarted) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (restarted) apply(e *Engine, tx *store.Tx, a *after) error {
	chats, err := tx.Sessions()
	if err != nil {
		return err
	}
	for _, chat := range chats {
		if err := e.answerTurn(tx, a, chat, flows.Restarted); err != nil {
			return err
		}
	}
	return nil
}

// goodsRead are the lists of cards that a refresh brought; nil for one that
// could not be read.
type goodsRead struct {
	products  map[string][]topup.InternetProduct
	catalogue []topup.Category
}

// readGoods reads the lists of internet cards and gift cards.
func (e *Engine) readGoods(ctx context.Context, p topup.Provider) goodsRead {
	r := goodsRead{products: map[string][]topup.InternetProduct{}}
	for _, kind := range []string{topup.ADSL, topup.LTE4G} {
		list, err := p.Products(ctx, kind)
		if err != nil {
			e.log.Warn("the internet cards could not be read", "type", kind, "error", err)
			continue
		}
		r.products[kind] = list
	}
	list, err := p.Catalogue(ctx)
	if err != nil {
		e.log.Warn("the gift cards could not be read", "error", err)
	}
	r.catalogue = list
	return r
}

// keep stores the lists that came and notes in the result what they changed.
// A list that did not come stays as it was.
func (r goodsRead) keep(tx *store.Tx, now time.Time, result *flows.SyncResult) error {
	v := &view{tx: tx}
	var before, fresh []topup.InternetProduct
	for _, kind := range []string{topup.ADSL, topup.LTE4G} {
		old, _ := v.Products(kind)
		before = append(before, old...)
		list, came := r.products[kind]
		if !came {
			result.CardsFailed = true
			fresh = append(fresh, old...)
			continue
		}
		fresh = append(fresh, list...)
		if err := tx.PutSetting(settingProducts+kind, cachedProducts{At: now, List: list}); err != nil {
			return err
		}
	}
	result.Cards = topup.DiffProducts(before, fresh)
	old := v.Catalogue()
	if v.err != nil {
		return v.err
	}
	if r.catalogue == nil {
		result.GiftsFailed = true
		return nil
	}
	result.Gifts = topup.DiffCatalogue(old, r.catalogue)
	return tx.PutSetting(settingCatalogue, cachedCatalogue{At: now, List: r.catalogue})
}

// Gift-card orders have no reference at the provider, so a lost one is known
// only by what and when. While one waits to be known, no other of the same
// denomination is sent.
const (
	giftTurn   = 5 * time.Second  // until a postponed one is looked at again
	giftBlocks = 15 * time.Minute // how long an unknown one holds up the others
	giftSlack  = 5 * time.Minute  // how late the provider may date an order
)

// giftWaits reports whether another order of the same product and
// denomination was sent and is not yet known at the provider.
func giftWaits(tx *store.Tx, o topup.Order, now time.Time) (waits bool, err error) {
	err = tx.OpenOrders(func(other topup.Order) bool {
		waits = other.ID != o.ID && other.Good == topup.GiftCard &&
			other.Product == o.Product && other.TypeID == o.TypeID &&
			other.ProviderID == "" && other.Submits > 0 && now.Sub(other.Submitted) < giftBlocks
		return !waits
	})
	return waits, err
}

// datedAs reports whether an order found in the provider's list can be one
// that was submitted at a time.
func datedAs(s topup.Status, submitted time.Time) bool {
	return !s.Created.After(submitted.Add(giftSlack))
}
