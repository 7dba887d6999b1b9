package till

import (
	"cmp"
	"slices"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// Names of the cached lists and marks kept as settings in the store.
const (
	settingAccount = "account"
	settingWeather = "weather"
	settingAlive   = "alive" // when updates were last taken
)

// reading is how a turn looks at one transaction. A read that fails is kept in
// err: the turn's effects are then not applied and the process stops, because
// only corruption makes a read fail.
type reading struct {
	tx       Tx
	owners   []int64
	closed   bool
	now      time.Time
	plans    []topup.Plan   // read once; a turn asks for them many times
	prices   *topup.Pricing // read once
	mates    []topup.Member // who was appointed; read once
	teamRead bool
	err      error
	listed   *listing              // what the provider has since a copy; nil as long as that is not read
	books    *topup.Reconciliation // the newest comparison with the provider's

	suggestions *suggestions // what numbers were offered; nil knows none
	numbering   topup.Numbering
	sends       bool // copies can be sent away
}

func (e *Engine) reading(tx Tx, now time.Time) *reading {
	return &reading{tx: tx, owners: e.cfg.Admins, closed: e.caller.Halted(), now: now, numbering: e.cfg.Numbering, listed: e.listed.Load(), books: e.books.Load(), suggestions: &e.suggestions,
		sends: e.cfg.Safety.Packer != nil}
}

// view shows the transaction to the conversations.
func (r *reading) view() flows.View {
	return flows.View{People: people{r}, Wallets: wallets{r}, Shelf: shelf{r}, Orders: sales{r}, Claims: claims{r}, Copy: copied{r}, Safety: safety{r}, Complaints: complaints{r}, GroupChats: groupChats{r}}
}

func (r *reading) note(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

// people is the reading of who is who.
type people struct{ *reading }

// Actor joins what is known of a person: founders by the configuration, all
// others by the store.
func (p people) Actor(person, chat int64) topup.Actor {
	member, _, err := p.tx.Member(person)
	p.note(err)
	var shop topup.Shop
	if member.Shop != 0 {
		shop, _ = p.Shop(member.Shop)
	}
	known, _, err := p.tx.Chat(person)
	p.note(err)
	var mate topup.Member
	if i := slices.IndexFunc(p.team(), func(m topup.Member) bool { return m.Person == person }); i >= 0 {
		mate = p.mates[i]
	}
	return topup.ActorOf(person, chat, slices.Contains(p.owners, person), mate, member, shop, known.Customer)
}

func (p people) Language(chat int64) string {
	c, _, err := p.tx.Chat(chat)
	p.note(err)
	return c.Language
}

func (p people) Heard(chat int64) time.Time {
	c, _, err := p.tx.Chat(chat)
	p.note(err)
	return c.Heard
}

func (p people) ShopOf(person int64) (topup.Shop, bool) {
	s, ok, err := p.tx.ShopByChat(person)
	p.note(err)
	return s, ok
}

func (p people) Shop(id topup.ShopID) (topup.Shop, bool) {
	s, ok, err := p.tx.Shop(id)
	p.note(err)
	return s, ok
}

// Newest reads the shops with the highest numbers, without the others: they
// are numbered from 1, and none goes.
func (p people) Newest(limit int) (list []topup.Shop, total int) {
	last := int(p.NextShop()) - 1
	id := last
	for ; id > 0 && len(list) < limit; id-- {
		if s, ok := p.Shop(topup.ShopID(id)); ok {
			list = append(list, s)
		}
	}
	if id == 0 {
		return list, len(list) // numbers that a restored copy left out are no shops
	}
	return list, last
}

func (p people) NextShop() topup.ShopID {
	n, err := p.tx.PeekID("shop")
	p.note(err)
	return topup.ShopID(n)
}

func (p people) News() topup.News {
	n, err := news(p.tx)
	p.note(err)
	return n
}

// wallets is the reading of money.
type wallets struct{ *reading }

func (w wallets) Wallet(shop topup.ShopID) topup.Wallet {
	held, err := w.tx.Wallet(shop)
	w.note(err)
	return held
}

// Entries reads two accounts of the shop: a repayment may touch its debt alone.
func (w wallets) Entries(shop topup.ShopID, before uint64, limit int) (out []topup.Transaction) {
	for _, account := range []topup.AccountID{shop.Available(), shop.Owed()} {
		list, err := w.tx.Entries(account, before, limit)
		w.note(err)
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b topup.Transaction) int { return cmp.Compare(b.Seq, a.Seq) })
	out = slices.CompactFunc(out, func(a, b topup.Transaction) bool { return a.Seq == b.Seq })
	return out[:min(len(out), limit)]
}

func (w wallets) Line(key string) (topup.Transaction, bool) {
	line, ok, err := w.tx.Posted(key)
	w.note(err)
	return line, ok
}

// debtLines is how many of a shop's lines are read in the writer to find since
// when it owes.
const debtLines = 100

func (w wallets) Debt(shop topup.ShopID) topup.Debt {
	r := topup.ReadDebt(shop, w.Wallet(shop).Owed, w.now)
	lines, err := w.tx.Entries(shop.Owed(), 0, debtLines)
	w.note(err)
	for _, line := range lines {
		if !r.Add(line) {
			break
		}
	}
	return r.Debt()
}

// shelf is the reading of what can be sold.
type shelf struct{ *reading }

func (s shelf) Numbering() topup.Numbering { return s.numbering }

func (s shelf) Plans() []topup.Plan {
	if s.plans == nil {
		var err error
		s.reading.plans, err = s.tx.Plans()
		s.note(err)
	}
	return s.plans
}

func (s shelf) Plan(code string) (topup.Plan, bool) {
	for _, p := range s.Plans() {
		if p.Code == code {
			return p, true
		}
	}
	return topup.Plan{}, false
}

func (s shelf) Products(lineType string) ([]topup.InternetProduct, time.Time) {
	var c cachedProducts
	_, err := s.tx.Setting(settingProducts+lineType, &c)
	s.note(err)
	return c.List, c.At
}

func (s shelf) Catalogue() []topup.Category {
	var c cachedCatalogue
	_, err := s.tx.Setting(settingCatalogue, &c)
	s.note(err)
	return c.List
}

func (s shelf) Weather() topup.Weather {
	var w topup.Weather
	_, err := s.tx.Setting(settingWeather, &w)
	s.note(err)
	return w
}

func (s shelf) Pulse(op topup.Operator) topup.Pulse {
	all, err := pulses(s.tx)
	s.note(err)
	return all[op]
}

func (s shelf) Account() (topup.Account, bool) {
	var a topup.Account
	ok, err := s.tx.Setting(settingAccount, &a)
	s.note(err)
	return a, ok
}

// Closed is true while the provider takes no calls, or no sends, from us.
func (s shelf) Closed() bool {
	a, ok := s.Account()
	return s.closed || (ok && (!a.Enabled || a.ReadOnly))
}

// sales is the reading of orders.
type sales struct{ *reading }

func (s sales) Order(id topup.OrderID) (topup.Order, bool) {
	o, ok, err := s.tx.Order(id)
	s.note(err)
	return o, ok
}

func (s sales) OrderByNo(no uint64) (topup.Order, bool) {
	o, ok, err := s.tx.OrderByNo(no)
	s.note(err)
	return o, ok
}

func (s sales) OrderByProvider(id string) (topup.Order, bool) {
	o, ok, err := s.tx.OrderByProvider(id)
	s.note(err)
	return o, ok
}

func (s sales) OrderByPanel(panel string) (topup.Order, bool) {
	o, ok, err := s.tx.OrderByPanel(panel)
	s.note(err)
	return o, ok
}

func (s sales) OrdersOf(shop topup.ShopID, before uint64, limit int) []topup.Order {
	o, err := s.tx.OrdersOf(shop, before, limit)
	s.note(err)
	return o
}

func (s sales) OrdersTo(shop topup.ShopID, to string, limit int) []topup.Order {
	o, err := s.tx.OrdersTo(shop, to, limit)
	s.note(err)
	return o
}

func (s sales) OpenOrders(limit int) []topup.Order {
	var out []topup.Order
	for o, err := range s.tx.OpenOrders() {
		if s.note(err); err != nil || len(out) == limit {
			break
		}
		out = append(out, o)
	}
	return out
}

// claims is the reading of customers' links.
type claims struct{ *reading }

func (c claims) Claim(hash []byte) (topup.Claim, bool) {
	claim, ok, err := c.tx.Claim(hash)
	c.note(err)
	return claim, ok
}

func (c claims) ClaimOf(order topup.OrderID) (topup.Claim, bool) {
	claim, ok, err := c.tx.ClaimOf(order)
	c.note(err)
	return claim, ok
}

func (c claims) Guesses(chat int64) int {
	known, _, err := c.tx.Chat(chat)
	c.note(err)
	if c.now.Sub(known.GuessedFrom) > guessWindow {
		return 0
	}
	return known.Guesses
}

func (c claims) Showings(order topup.OrderID, limit int) []time.Time {
	list, err := c.tx.Showings(order, limit)
	c.note(err)
	var out []time.Time
	for _, s := range list {
		out = append(out, s.At)
	}
	return out
}
