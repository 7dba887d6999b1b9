package till

import (
	"context"
	"errors"
	"maps"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// Names of the cached lists of cards among the settings of the store.
const (
	settingProducts  = "products/" // and the type
	settingCatalogue = "catalogue"
)

// cachedCatalogue are the gift cards, as read at a time.
type cachedCatalogue struct {
	At   time.Time        `json:"at"`
	List []topup.Category `json:"list"`
}

// cachedProducts are the internet cards of a type, as read at a time.
type cachedProducts struct {
	At   time.Time               `json:"at"`
	List []topup.InternetProduct `json:"list"`
}

// Sync refreshes key, weather and price list from the provider. With a panel
// (chat, panel) the result is shown there; 0, "" works in silence. A sync by a
// person also has the key tried first.
func (e *Engine) Sync(chat int64, card string) {
	asked := card != ""
	work := topup.Work{Kind: topup.WorkList}
	if asked {
		work = topup.Work{Kind: topup.WorkQuestion, Chat: chat}
		e.caller.Resume()
	}
	e.caller.Do(work, func(ctx context.Context, p topup.Provider) {
		r := synced{chat: chat, card: card}
		if acc, err := p.Account(ctx); err == nil {
			r.account = &acc
		} else if keyFault(err) {
			r.closed = true
			e.later(r)
			return
		}
		if w, err := p.Weather(ctx); err == nil {
			r.weather = &w
		}
		plans, err := p.Plans(ctx)
		if err != nil {
			e.log.Warn("the price list could not be read", "error", err)
			r.closed = keyFault(err)
		}
		r.plans = plans
		if r.closed {
			e.later(r)
			return
		}
		if !asked {
			e.later(r) // nobody waits for one answer: the price list goes first
			r = synced{}
		}
		goods := e.readGoods(ctx, p)
		r.goods = &goods
		e.later(r)
	})
}

// pingWait is how long a ping waits; then the next one does.
const pingWait = time.Minute

// ping refreshes which operators are up.
func (e *Engine) ping() {
	if e.caller.Halted() {
		return
	}
	e.caller.Do(topup.Work{Kind: topup.WorkList, Until: time.Now().Add(pingWait)}, func(ctx context.Context, p topup.Provider) {
		if w, err := p.Weather(ctx); err == nil {
			e.later(synced{weather: &w, pingOnly: true})
		}
	})
}

func keyFault(err error) bool {
	var f *topup.Fault
	return errors.As(err, &f) && (f.Kind == topup.FaultKey || f.Kind == topup.FaultBlocked)
}

// synced is what a refresh brought.
type synced struct {
	chat     int64
	card     string
	account  *topup.Account
	weather  *topup.Weather
	plans    []topup.Plan
	goods    *goodsRead // nil when the provider was not asked
	closed   bool
	pingOnly bool
}

// keepWeather writes the weather down where it has changed: it is read every
// minute.
func keepWeather(tx Tx, w topup.Weather) error {
	var was topup.Weather
	if known, err := tx.Setting(settingWeather, &was); err != nil || known && maps.Equal(was.Down, w.Down) {
		return err
	}
	return tx.PutSetting(settingWeather, w)
}

func (s synced) apply(e *Engine, tx Tx, a *after) error {
	if s.account != nil {
		a.username = &s.account.Username
		if err := tx.PutSetting(settingAccount, *s.account); err != nil {
			return err
		}
		if s.account.Enabled && !s.account.ReadOnly {
			if err := e.over(tx, a, troubleKey); err != nil {
				return err
			}
		}
	}
	if s.weather != nil {
		if err := keepWeather(tx, *s.weather); err != nil {
			return err
		}
	}
	if s.pingOnly {
		return nil
	}
	if s.closed && s.card == "" {
		return nil // owners are told by the caller's word
	}
	result := flows.SyncResult{Account: s.account, Weather: s.weather, Closed: s.closed, Failed: len(s.plans) == 0}
	if len(s.plans) > 0 {
		cached, err := tx.Plans()
		if err != nil {
			return err
		}
		merged, diff := topup.MergePlans(cached, s.plans)
		if err := tx.PutPlans(merged); err != nil {
			return err
		}
		result.Diff = diff
	}
	if s.goods != nil {
		if err := s.goods.keep(tx, a.now, &result); err != nil {
			return err
		}
	}
	if s.card == "" {
		return nil
	}
	return e.show(tx, a, flows.Show{Chat: s.chat, Panel: s.card, Screen: flows.SyncScreen(result), Class: flows.ClassAnswer})
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
func (r goodsRead) keep(tx Tx, now time.Time, result *flows.SyncResult) error {
	s := shelf{&reading{tx: tx}}
	var before, fresh []topup.InternetProduct
	for _, kind := range []string{topup.ADSL, topup.LTE4G} {
		old, _ := s.Products(kind)
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
	old := s.Catalogue()
	if s.err != nil {
		return s.err
	}
	if r.catalogue == nil {
		result.GiftsFailed = true
		return nil
	}
	result.Gifts = topup.DiffCatalogue(old, r.catalogue)
	return tx.PutSetting(settingCatalogue, cachedCatalogue{At: now, List: r.catalogue})
}
