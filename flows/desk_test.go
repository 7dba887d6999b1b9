package flows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// desk knows shop 1, which has money and everything to sell, and the people
// around it.
type desk struct {
	people    map[int64]topup.Actor // who is not the keeper of shop 1
	money     topup.Money
	plans     []topup.Plan
	products  []topup.InternetProduct
	read      time.Time
	catalogue []topup.Category
	closed    bool
	refused   bool          // the shop is no longer approved
	sharing   topup.Sharing // of its codes
	name      string        // of the shop, when it is not Nour
	mostSale  topup.Money
	mostDay   topup.Money
	takings   topup.Takings
	letters   topup.Letters
	suspended bool
	asked     []topup.Shop
	language  string
	sold      []topup.Order
	claims    []topup.Claim
	shown     []time.Time
	mark      topup.Restored
	strays    []topup.Stray
	members   []topup.Member // beside the keeper of shop 1
	mates     []topup.Member
	invites   map[string]topup.Invite // by their token
	news      topup.News
	books     topup.Reconciliation
	posted    []string
	copies    topup.Copies
	float     topup.FloatWatch
	owed      topup.Money
	ceiling   topup.Money
	request   *topup.CreditRequest
	lines     map[string]topup.Transaction
	pulses    map[topup.Operator]topup.Pulse
	pricing   *topup.Pricing // nil is the default
	former    []topup.PriceRule
	group     string // of shop 1
	markup    topup.Rate

	favourites topup.Favourites  // of shop 1
	complaints []topup.Complaint // the oldest first
	helpers    []int64           // who decide beside the owner
	inquiries  topup.Inquiries
	suggested  topup.Suggested
	journal    []topup.Transaction // the oldest first
	groupChat  int64               // of shop 1
	cards      map[string]int64    // panels in it, and whose
}

const deskChat = 77

// deskGroup is the group of shop 1, where it sells when the desk has one.
const deskGroup = -7700

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func (d *desk) view() View { return View{d, d, d, d, d, d, d, d, d} }

func (d *desk) Copies() topup.Copies    { return d.copies }
func (d *desk) Float() topup.FloatWatch { return d.float }

func (d *desk) Restored() topup.Restored      { return d.mark }
func (d *desk) Strays() ([]topup.Stray, bool) { return d.strays, d.strays != nil }

func (d *desk) Actor(person, chat int64) topup.Actor {
	if who, ok := d.people[person]; ok {
		return who
	}
	shop, ok := d.ShopOf(person)
	if !ok {
		shop = topup.Shop{}
	}
	for _, m := range d.members {
		if m.Person == person {
			shop, _ = d.Shop(m.Shop)
			return topup.ActorOf(person, chat, false, topup.Member{}, m, shop, false)
		}
	}
	return topup.ActorOf(person, chat, false, topup.Member{}, topup.Member{Person: person, Shop: shop.ID, Role: topup.Keeper}, shop, false)
}
func (d *desk) Owners() []int64      { return []int64{501} }
func (d *desk) Founders() []int64    { return []int64{501} }
func (d *desk) Deciders() []int64    { return append([]int64{501, 502}, d.helpers...) }
func (d *desk) Team() []topup.Member { return slices.Clone(d.mates) }
func (d *desk) Member(person int64) topup.Member {
	for _, m := range d.members {
		if m.Person == person {
			return m
		}
	}
	if sh, ok := d.ShopOf(person); ok {
		return sh.Keeper()
	}
	return topup.Member{}
}
func (d *desk) Members(shop topup.ShopID) (list []topup.Member) {
	if sh, ok := d.Shop(shop); ok {
		list = append(list, sh.Keeper())
	}
	for _, m := range d.members {
		if m.Shop == shop {
			list = append(list, m)
		}
	}
	return list
}
func (d *desk) Language(int64) string { return d.language }
func (d *desk) Heard(int64) time.Time { return noon.Add(-time.Hour) }
func (d *desk) ShopOf(person int64) (topup.Shop, bool) {
	for _, sh := range d.asked {
		if sh.Chat == person {
			return sh, true
		}
	}
	state := topup.ShopApproved
	switch {
	case d.refused:
		state = topup.ShopRefused
	case d.suspended:
		state = topup.ShopSuspended
	}
	return topup.Shop{ID: 1, Chat: deskChat, Name: cmp.Or(d.name, "Nour"), State: state, Ceiling: d.ceiling, Request: d.request,
		Letters: d.letters, MostSale: d.mostSale, MostDay: d.mostDay, Today: d.takings, Group: d.group, Markup: d.markup, Favourites: d.favourites, GroupChat: d.groupChat, GroupChatTitle: "Comptoir"}.Share(d.sharing), person == deskChat
}
func (d *desk) ShopIn(group int64) (topup.Shop, bool) {
	sh, _ := d.ShopOf(deskChat)
	return sh, group != 0 && group == d.groupChat
}
func (d *desk) CardOf(_ int64, panel string) int64 { return d.cards[panel] }
func (d *desk) Shop(id topup.ShopID) (topup.Shop, bool) {
	for _, sh := range d.Shops() {
		if sh.ID == id {
			return sh, true
		}
	}
	return topup.Shop{}, false
}
func (d *desk) Shops() []topup.Shop {
	own, _ := d.ShopOf(deskChat)
	return append([]topup.Shop{own}, d.asked...)
}
func (d *desk) Newest(limit int) (list []topup.Shop, total int) {
	all := d.Shops()
	for i := len(all) - 1; i >= 0 && len(list) < limit; i-- {
		list = append(list, all[i])
	}
	return list, len(all)
}
func (d *desk) News() topup.News       { return d.news }
func (d *desk) NextShop() topup.ShopID { return topup.ShopID(len(d.asked) + 2) }

func (d *desk) Wallet(topup.ShopID) topup.Wallet {
	return topup.Wallet{Available: d.money, Owed: d.owed}
}
func (d *desk) Line(key string) (topup.Transaction, bool) {
	line, ok := d.lines[key]
	return line, ok
}
func (d *desk) Debt(shop topup.ShopID) topup.Debt {
	return topup.Debt{Shop: shop, Owed: d.owed, Since: noon.Add(-9 * 24 * time.Hour), Whole: true}
}
func (d *desk) Entries(shop topup.ShopID, before uint64, limit int) (l []topup.Transaction) {
	for _, line := range slices.Backward(d.journal) {
		touches := line.On(shop.Available()) != 0 || line.On(shop.Owed()) != 0
		if touches && (before == 0 || line.Seq < before) && len(l) < limit {
			l = append(l, line)
		}
	}
	return l
}

func (d *desk) Reconciled() (topup.Reconciliation, bool) {
	return d.books, d.books.ID != ""
}
func (d *desk) Posted(key string) bool {
	_, line := d.lines[key]
	return line || slices.Contains(d.posted, key)
}

func (d *desk) Plans() []topup.Plan { return d.plans }
func (d *desk) Plan(code string) (topup.Plan, bool) {
	for _, p := range d.plans {
		if p.Code == code {
			return p, true
		}
	}
	return topup.Plan{}, false
}
func (d *desk) Products(string) ([]topup.InternetProduct, time.Time) { return d.products, d.read }
func (d *desk) Catalogue() []topup.Category                          { return d.catalogue }
func (d *desk) FormerRule(no int) (topup.PriceRule, bool) {
	for _, r := range d.former {
		if r.No == no {
			return r, true
		}
	}
	return topup.PriceRule{}, false
}
func (d *desk) Pricing(shop topup.ShopID) topup.Pricing {
	p := topup.DefaultPricing
	if d.pricing != nil {
		p = *d.pricing
	}
	sh, _ := d.Shop(shop)
	return p.For(sh.Group)
}
func (d *desk) Numbering() topup.Numbering          { return numbering{} }
func (d *desk) Weather() topup.Weather              { return topup.Weather{} }
func (d *desk) Pulse(op topup.Operator) topup.Pulse { return d.pulses[op] }
func (d *desk) Account() (topup.Account, bool)      { return topup.Account{}, false }
func (d *desk) Inquiries() topup.Inquiries          { return d.inquiries }
func (d *desk) Suggested(n topup.MSISDN) (topup.Suggested, bool) {
	return d.suggested, d.suggested.Number == n
}
func (d *desk) Closed() bool { return d.closed }

func (d *desk) order(is func(topup.Order) bool) (topup.Order, bool) {
	if i := slices.IndexFunc(d.sold, is); i >= 0 {
		return d.sold[i], true
	}
	return topup.Order{}, false
}
func (d *desk) Order(id topup.OrderID) (topup.Order, bool) {
	return d.order(func(o topup.Order) bool { return o.ID == id })
}
func (d *desk) OrderByNo(no uint64) (topup.Order, bool) {
	return d.order(func(o topup.Order) bool { return o.No == no })
}
func (d *desk) OrderByProvider(id string) (topup.Order, bool) {
	return d.order(func(o topup.Order) bool { return id != "" && o.ProviderID == id })
}
func (d *desk) OrderByPanel(panel string) (topup.Order, bool) {
	return d.order(func(o topup.Order) bool { return o.Panel == panel })
}
func (d *desk) OrdersOf(_ topup.ShopID, before uint64, limit int) (l []topup.Order) {
	all := slices.Clone(d.sold)
	slices.SortStableFunc(all, func(a, b topup.Order) int { return cmp.Compare(b.No, a.No) })
	for _, o := range all {
		if (before == 0 || o.No < before) && len(l) < limit {
			l = append(l, o)
		}
	}
	return l
}
func (d *desk) OpenOrders(limit int) []topup.Order { return d.sold[:min(limit, len(d.sold))] }
func (d *desk) OrdersTo(_ topup.ShopID, to string, _ int) (l []topup.Order) {
	for _, o := range d.sold {
		if o.To == to {
			l = append(l, o)
		}
	}
	return l
}

func (d *desk) Claim(hash []byte) (topup.Claim, bool) {
	for _, c := range d.claims {
		if slices.Equal(c.Hash, hash) {
			return c, true
		}
	}
	return topup.Claim{}, false
}
func (d *desk) ClaimOf(id topup.OrderID) (topup.Claim, bool) {
	for _, c := range d.claims {
		if c.Order == id {
			return c, true
		}
	}
	return topup.Claim{}, false
}
func (d *desk) Invite(hash []byte) (topup.Invite, bool) {
	for token, i := range d.invites {
		if slices.Equal(hash, TokenHash(token)) {
			return i, true
		}
	}
	return topup.Invite{}, false
}
func (d *desk) Invites(shop topup.ShopID) (list []topup.Invite) {
	for _, i := range d.invites {
		if i.Place.Shop == shop {
			list = append(list, i)
		}
	}
	return list
}
func (d *desk) Complaint(order topup.OrderID) (topup.Complaint, bool) {
	for _, c := range d.complaints {
		if c.Order == order {
			return c, true
		}
	}
	return topup.Complaint{}, false
}
func (d *desk) OpenComplaints(after topup.OrderID, limit int) (list []topup.Complaint) {
	seen := after == ""
	for _, c := range d.complaints {
		if seen && c.Open() && len(list) < limit {
			list = append(list, c)
		}
		seen = seen || c.Order == after
	}
	return list
}
func (d *desk) ComplaintsOf(shop topup.ShopID, below topup.OrderID, limit int) (list []topup.Complaint) {
	seen := below == ""
	for _, open := range []bool{true, false} {
		for _, c := range slices.Backward(d.complaints) {
			if seen && c.Shop == shop && c.Open() == open && len(list) < limit {
				list = append(list, c)
			}
			seen = seen || c.Order == below
		}
	}
	return list
}
func (d *desk) Guesses(int64) int                       { return 0 }
func (d *desk) Showings(topup.OrderID, int) []time.Time { return d.shown }

// talk is a conversation with the desk.
type talk struct {
	t   *testing.T
	v   *desk
	who int64
	s   Session
	now time.Time
	ids int
	out []Effect
}

func newTalk(t *testing.T) *talk {
	card := func(value, cost int64, there bool) topup.InternetProduct {
		return topup.InternetProduct{Type: topup.ADSL, Value: topup.Dinars(value), Cost: topup.Dinars(cost), CostKnown: true, Available: there}
	}
	return &talk{t: t, now: noon, who: deskChat, v: &desk{
		money: topup.Dinars(10_000), read: noon, language: "fr",
		plans: []topup.Plan{
			{Code: "PREPAID_DJEZZY", Name: "Djezzy", Family: topup.FamilyPrepaid, Operator: topup.Djezzy, Kind: topup.Dynamic, Cost: topup.Percent(9800), CostKnown: true, Enabled: true, Min: topup.Dinars(50), Max: topup.Dinars(5000)},
			{Code: "PIX_500", Name: "Pixx 500", Family: topup.FamilyOther, Operator: topup.Djezzy, Kind: topup.Fixed, Cost: topup.Percent(9800), CostKnown: true, Enabled: true, Amount: topup.Dinars(500)},
			{Code: "PREPAID_MOBILIS", Name: "Mobilis", Family: topup.FamilyPrepaid, Operator: topup.Mobilis, Kind: topup.Dynamic, Cost: topup.Percent(9800), CostKnown: true, Enabled: true, Min: topup.Dinars(50), Max: topup.Dinars(5000)},
		},
		products: []topup.InternetProduct{card(500, 490, true), card(5000, 4900, false), card(1000, 980, true)},
		catalogue: []topup.Category{
			{Title: "PSN", Products: []topup.GiftProduct{
				{ID: "a", Title: "PSN \u202eUK", Region: "united-kingdom", Enabled: true}, {ID: "off", Title: "PSN off"}}},
			{Title: " psn ", Products: []topup.GiftProduct{
				{ID: "b", Title: "PSN <b>France", Enabled: true}, {ID: "a", Title: "PSN UK", Enabled: true}}},
			{Title: "MOBILE & INTERNET", Elsewhere: true, Products: []topup.GiftProduct{{ID: "m", Title: "PSN Mobilis", Enabled: true}}},
			{Title: "Empty", Products: []topup.GiftProduct{{ID: "c", Title: "PSN gone"}}},
		},
	}}
}

func (k *talk) input() Input {
	return Input{Chat: k.who, Private: true, Person: Person{ID: k.who}}
}

func (k *talk) env() Env {
	return Env{Now: k.now, Zone: time.UTC, NewID: func() string { k.ids++; return fmt.Sprintf("id%d", k.ids) }, LastPanel: k.s.Panel, BotName: "hanout_bot"}
}

func (k *talk) handle(in Input) {
	k.s, k.out = Handle(k.v.view(), k.env(), k.s, in)
}

func (k *talk) say(text string) {
	in := k.input()
	in.Text = text
	k.handle(in)
}

func (k *talk) photo(name string) {
	in := k.input()
	in.Photo = name
	k.handle(in)
}

// tap presses a button of the panel; ✅ after the time it takes to read.
func (k *talk) tap(verb string, arg ...string) {
	if verb == "ok" {
		k.now = k.now.Add(time.Second)
	}
	k.press(k.s.tap(verb, arg...))
}

func (k *talk) press(data string) {
	in := k.input()
	in.Data = data
	k.handle(in)
}

func (k *talk) line(a LineAnswer) {
	k.s, k.out = LineChecked(k.v.view(), k.env(), k.s, k.input(), a)
}

func (k *talk) stock(a StockAnswer) {
	k.s, k.out = StockChecked(k.v.view(), k.env(), k.s, k.input(), a)
}

// says tells the IDs of the last panel's lines.
func (k *talk) says() (ids []string) {
	for _, e := range k.out {
		if s, ok := e.(Show); ok {
			ids = nil
			for _, l := range s.Screen.Lines {
				ids = append(ids, l.ID)
			}
		}
	}
	return ids
}

// at fails unless the talk stands at a step and the last panel says all of ids.
func (k *talk) at(step Step, ids ...string) {
	k.t.Helper()
	if k.s.Step != step {
		k.t.Fatalf("at %q, want %q: %v", k.s.Step, step, k.says())
	}
	for _, id := range ids {
		if !slices.Contains(k.says(), id) {
			k.t.Fatalf("the panel does not say %q: %v", id, k.says())
		}
	}
}

func effect[T Effect](k *talk) (T, bool) {
	for _, e := range k.out {
		if v, ok := e.(T); ok {
			return v, true
		}
	}
	var none T
	return none, false
}

func (k *talk) run() Run {
	k.t.Helper()
	r, ok := effect[Run](k)
	if !ok {
		k.t.Fatalf("nothing is asked of the provider: %v", k.says())
	}
	return r
}

func (k *talk) untouched(what string) {
	k.t.Helper()
	if len(k.out) != 0 {
		k.t.Errorf("%s: %v", what, k.says())
	}
}

// numbering knows one prefix of each kind: Djezzy's, and one that can be of two
// operators; every number is in use.
type numbering struct{}

func (numbering) Operators(n topup.MSISDN, _ bool) []topup.Operator {
	switch {
	case strings.HasPrefix(string(n), "077"):
		return []topup.Operator{topup.Djezzy, topup.Mobilis}
	case strings.HasPrefix(string(n), "078"):
		return []topup.Operator{topup.Djezzy}
	case strings.HasPrefix(string(n), "051"):
		return slices.Clone(topup.RetailOperators)
	}
	return []topup.Operator{topup.Mobilis, topup.Ooredoo}
}

func (numbering) Unusual(topup.MSISDN) bool { return false }
