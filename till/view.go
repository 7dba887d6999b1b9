package till

import (
	"time"

	"hanout/flows"
	"hanout/topup"
)

// Names of the cached lists and marks kept as settings in the store.
const (
	settingAccount = "account"
	settingWeather = "weather"
	settingPricing = "pricing"
	settingAlive   = "alive" // when updates were last taken
)

// view shows one transaction to the conversations. A read that fails is kept
// in err: the step's effects are then not applied and the process stops,
// because only corruption makes a read fail.
type view struct {
	tx     Tx
	admins []int64
	closed bool
	now    time.Time
	plans  []topup.Plan // read once; a step asks for them many times
	err    error
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

func (v *view) note(err error) {
	if err != nil && v.err == nil {
		v.err = err
	}
}

func (v *view) IsAdmin(user int64) bool {
	for _, a := range v.admins {
		if a == user {
			return true
		}
	}
	return false
}

func (v *view) Admins() []int64 { return v.admins }

func (v *view) Language(chat int64) string {
	c, _, err := v.tx.Chat(chat)
	v.note(err)
	return c.Language
}

func (v *view) ShopOf(chat int64) (topup.Shop, bool) {
	s, ok, err := v.tx.ShopByChat(chat)
	v.note(err)
	return s, ok
}

func (v *view) Shop(id topup.ShopID) (topup.Shop, bool) {
	s, ok, err := v.tx.Shop(id)
	v.note(err)
	return s, ok
}

func (v *view) Shops() []topup.Shop {
	var out []topup.Shop
	for s, err := range v.tx.Shops() {
		if v.note(err); err != nil {
			break
		}
		out = append(out, s)
	}
	return out
}

func (v *view) NextShop() topup.ShopID {
	n, err := v.tx.PeekID("shop")
	v.note(err)
	return topup.ShopID(n)
}

func (v *view) Wallet(shop topup.ShopID) topup.Wallet {
	w, err := v.tx.Wallet(shop)
	v.note(err)
	return w
}

func (v *view) Entries(shop topup.ShopID, limit int) []topup.Transaction {
	// A hold and its capture both touch Held; Available alone would hide the
	// captures, so the two are read together, newest first.
	a, err := v.tx.Entries(shop.Available(), 0, limit)
	v.note(err)
	h, err := v.tx.Entries(shop.Held(), 0, limit)
	v.note(err)
	out := make([]topup.Transaction, 0, limit)
	for len(out) < limit && (len(a) > 0 || len(h) > 0) {
		switch {
		case len(h) == 0 || (len(a) > 0 && a[0].Seq > h[0].Seq):
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || h[0].Seq > a[0].Seq:
			out, h = append(out, h[0]), h[1:]
		default:
			out, a, h = append(out, a[0]), a[1:], h[1:]
		}
	}
	return out
}

func (v *view) Plans() []topup.Plan {
	if v.plans == nil {
		var err error
		v.plans, err = v.tx.Plans()
		v.note(err)
	}
	return v.plans
}

func (v *view) Plan(code string) (topup.Plan, bool) {
	for _, p := range v.Plans() {
		if p.Code == code {
			return p, true
		}
	}
	return topup.Plan{}, false
}

func (v *view) Pricing() topup.Pricing {
	p := topup.DefaultPricing
	_, err := v.tx.Setting(settingPricing, &p)
	v.note(err)
	return p
}

func (v *view) Weather() topup.Weather {
	var w topup.Weather
	_, err := v.tx.Setting(settingWeather, &w)
	v.note(err)
	return w
}

func (v *view) Account() (topup.Account, bool) {
	var a topup.Account
	ok, err := v.tx.Setting(settingAccount, &a)
	v.note(err)
	return a, ok
}

// Closed is true while the provider takes no calls, or no sends, from us.
func (v *view) Closed() bool {
	a, ok := v.Account()
	return v.closed || (ok && (!a.Enabled || a.ReadOnly))
}

func (v *view) Order(id topup.OrderID) (topup.Order, bool) {
	o, ok, err := v.tx.Order(id)
	v.note(err)
	return o, ok
}

func (v *view) OrderByNo(no uint64) (topup.Order, bool) {
	o, ok, err := v.tx.OrderByNo(no)
	v.note(err)
	return o, ok
}

func (v *view) OrderByPanel(card string) (topup.Order, bool) {
	o, ok, err := v.tx.OrderByPanel(card)
	v.note(err)
	return o, ok
}

func (v *view) OrdersOf(shop topup.ShopID, before uint64, limit int) []topup.Order {
	o, err := v.tx.OrdersOf(shop, before, limit)
	v.note(err)
	return o
}

func (v *view) OrdersTo(shop topup.ShopID, to string, limit int) []topup.Order {
	o, err := v.tx.OrdersTo(shop, to, limit)
	v.note(err)
	return o
}

func (v *view) OpenOrders(limit int) []topup.Order {
	var out []topup.Order
	for o, err := range v.tx.OpenOrders() {
		if v.note(err); err != nil || len(out) == limit {
			break
		}
		out = append(out, o)
	}
	return out
}

func (v *view) Claim(hash []byte) (topup.Claim, bool) {
	c, ok, err := v.tx.Claim(hash)
	v.note(err)
	return c, ok
}

func (v *view) ClaimOf(order topup.OrderID) (topup.Claim, bool) {
	c, ok, err := v.tx.ClaimOf(order)
	v.note(err)
	return c, ok
}

func (v *view) Guesses(chat int64) int {
	c, _, err := v.tx.Chat(chat)
	v.note(err)
	if v.now.Sub(c.GuessedFrom) > guessWindow {
		return 0
	}
	return c.Guesses
}

func (v *view) Showings(order topup.OrderID, limit int) []time.Time {
	list, err := v.tx.Showings(order, limit)
	v.note(err)
	var out []time.Time
	for _, s := range list {
		out = append(out, s.At)
	}
	return out
}

func (v *view) Session(chat int64) flows.Session {
	b, err := v.tx.Session(chat)
	v.note(err)
	return flows.DecodeSession(b)
}

func (v *view) Totals() topup.Wallet {
	w, err := v.tx.Totals()
	v.note(err)
	return w
}
