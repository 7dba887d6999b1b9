package topup

import (
	"maps"
	"slices"
	"time"
)

// Role is what a person is to the business. One person can have several: an
// owner may keep a shop.
type Role string

// The roles.
const (
	Stranger Role = "stranger" // nobody known: may ask to become a shop
	Customer Role = "customer" // was given codes by a link
	Cashier  Role = "cashier"  // sells for a shop
	Keeper   Role = "keeper"   // owns a shop
	// Suspended is who works for a shop that may not sell: it sees what it has.
	Suspended Role = "suspended"
	Viewer    Role = "viewer"  // looks at the business, and does nothing
	Helper    Role = "helper"  // decides on shops for the owners, and moves money up to a limit
	Owner     Role = "owner"   // owns the business, and answers for the money
	Founder   Role = "founder" // an owner by the configuration: appoints the others
)

// Member is a person who works for a shop, its keeper or a cashier, or, where
// there is no shop, for the business: an owner that an owner appointed, a
// helper, a viewer.
type Member struct {
	Person int64     `json:"person"` // Telegram user ID
	Shop   ShopID    `json:"shop"`
	Role   Role      `json:"role"`
	Name   string    `json:"name,omitempty"` // as who invited them calls them
	Since  time.Time `json:"since,omitzero"`
	// Limit is what a cashier may sell in a day (0: any sum), and what a helper
	// may move at once.
	Limit   Money `json:"limit,omitempty"`
	Takings       // a cashier's
}

// Keeper is the place in a shop of the person who asked for it: until a shop
// has more people, it is the one in its chat.
func (s Shop) Keeper() Member {
	since := s.Decided
	if since.IsZero() {
		since = s.Asked
	}
	return Member{Person: s.Chat, Shop: s.ID, Role: Keeper, Since: since}
}

// Act is something a person can want of the bot. Every command, button and
// link is one.
type Act string

// The acts.
const (
	ActTalk     Act = "talk"     // /start, /help, /language, /cancel and the menu itself
	ActApply    Act = "apply"    // ask to become a shop
	ActOpenLink Act = "openlink" // open a customer's link

	ActSell      Act = "sell"      // the sales, up to ✅, and a sale again
	ActTakeBack  Act = "takeback"  // cancel a sale that was not sent
	ActWallet    Act = "wallet"    // see the shop's wallet
	ActRequest   Act = "request"   // ask the owners for credit
	ActLow       Act = "low"       // choose below which level the shop is told that its wallet is low
	ActPriceList Act = "pricelist" // see what everything costs the shop
	ActMarkup    Act = "markup"    // choose what the shop's customers pay more for gift cards
	ActDay       Act = "day"       // see what the shop sold
	ActStatement Act = "statement" // have a file of what became of the shop's money
	ActEvening   Act = "evening"   // have the day's report in the evening, or not
	ActHistory   Act = "history"   // see and find the shop's sales
	ActCodes     Act = "codes"     // see a sale's codes again
	ActComplain  Act = "complain"  // complain of a sale, and see what became of it
	ActLink      Act = "link"      // make and revoke a customer's link
	ActWrite     Act = "write"     // write to the owners, for a shop that was decided on
	ActTicket    Act = "ticket"    // give a sale's customer a ticket
	ActFavourite Act = "favourite" // give a number a name, for all of the shop
	ActForget    Act = "forget"    // take its name away
	ActCashiers  Act = "cashiers"  // invite, see and remove the shop's cashiers
	ActGroupChat Act = "groupchat" // have a group chat where the shop sells, or ask for a shop with one

	ActSync       Act = "sync"       // refresh what the provider offers
	ActFloat      Act = "float"      // see the float and what covers it
	ActReport     Act = "report"     // see what all shops sold, and have their statements
	ActShopWallet Act = "shopwallet" // see any shop's wallet
	ActRules      Act = "rules"      // see the rules of prices, and what each earns
	ActPrices     Act = "prices"     // set and end them, and a shop's group
	ActMoney      Act = "money"      // credit and debit a wallet, take repayments, undo them
	ActDebts      Act = "debts"      // see what all shops owe
	ActShops      Act = "shops"      // list the shops
	ActDecide     Act = "decide"     // approve or refuse a shop
	ActAnswer     Act = "answer"     // write to a shop
	ActRename     Act = "rename"     // give a shop another name
	ActLimits     Act = "limits"     // say what a shop may sell, by sale and by day
	ActOrders     Act = "orders"     // list the open sales of all shops
	ActSettle     Act = "settle"     // decide a sale in review
	ActComplaints Act = "complaints" // see what the shops complain of
	ActResolve    Act = "resolve"    // answer a complaint, dispute its sale, close it
	ActBroadcast  Act = "broadcast"  // tell the shops something
	ActBackup     Act = "backup"     // write a safety copy
	ActReconcile  Act = "reconcile"  // compare our books with the provider's, and book what differs
	ActInquire    Act = "inquire"    // let numbers' offers be asked for again after that cost money
	ActRestore    Act = "restore"    // let a till sell that goes on from a copy
	ActTeam       Act = "team"       // invite, see and remove helpers and viewers
	ActOwners     Act = "owners"     // the same of owners
)

// rights is the one table of who may do what. Nothing else decides it.
var rights = map[Act][]Role{
	ActTalk:     {Stranger, Customer, Cashier, Keeper, Suspended, Viewer, Helper, Owner},
	ActApply:    {Stranger, Customer, Owner},
	ActOpenLink: {Stranger, Customer, Cashier, Keeper, Suspended, Viewer, Helper, Owner},

	ActSell:      {Cashier, Keeper},
	ActTakeBack:  {Cashier, Keeper, Suspended},
	ActWallet:    {Cashier, Keeper, Suspended},
	ActRequest:   {Cashier, Keeper},
	ActLow:       {Cashier, Keeper},
	ActPriceList: {Cashier, Keeper},
	ActMarkup:    {Keeper},
	ActDay:       {Cashier, Keeper, Suspended},
	ActStatement: {Keeper},
	ActEvening:   {Keeper},
	ActHistory:   {Cashier, Keeper, Suspended},
	ActCodes:     {Cashier, Keeper, Suspended},
	ActComplain:  {Cashier, Keeper, Suspended},
	ActLink:      {Cashier, Keeper},
	ActWrite:     {Stranger, Customer, Cashier, Keeper, Suspended},
	ActTicket:    {Cashier, Keeper, Suspended},
	ActFavourite: {Cashier, Keeper},
	ActForget:    {Keeper},
	ActCashiers:  {Keeper},
	ActGroupChat: {Stranger, Customer, Keeper, Owner},

	ActFloat:      {Viewer, Helper, Owner},
	ActReport:     {Viewer, Helper, Owner},
	ActShopWallet: {Viewer, Helper, Owner},
	ActShops:      {Viewer, Helper, Owner},
	ActOrders:     {Viewer, Helper, Owner},
	ActRules:      {Viewer, Helper, Owner},
	ActComplaints: {Viewer, Helper, Owner},
	ActResolve:    {Helper, Owner},
	ActMoney:      {Helper, Owner},
	ActPrices:     {Owner},
	ActDecide:     {Helper, Owner},
	ActAnswer:     {Helper, Owner},
	ActRename:     {Owner},
	ActLimits:     {Owner},
	ActSync:       {Owner},
	ActDebts:      {Helper, Owner},
	ActSettle:     {Owner},
	ActBroadcast:  {Owner},
	ActBackup:     {Owner},
	ActReconcile:  {Owner},
	ActInquire:    {Owner},
	ActRestore:    {Owner},
	ActTeam:       {Owner},
	ActOwners:     {Founder},
}

// Acts lists every act of the table.
func Acts() []Act { return slices.Sorted(maps.Keys(rights)) }

// Actor is a person in a chat, with what they are to the business.
type Actor struct {
	Person int64
	Chat   int64
	Shop   ShopID // of who works for an approved or suspended shop, else 0
	Roles  []Role // at least one
	Keeps  bool   // the shop is theirs, suspended or not
	Most   Money  // what a helper may move at once
}

// Is reports whether the actor has the role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// May reports whether the actor may do it at all.
func (a Actor) May(act Act) bool {
	return slices.ContainsFunc(rights[act], a.Is)
}

// MayFor reports whether the actor may do it with something of a shop's. What
// a keeper or cashier may, they may with their own shop's things only.
func (a Actor) MayFor(act Act, shop ShopID) bool {
	return slices.ContainsFunc(rights[act], func(r Role) bool {
		return a.Is(r) && ((r != Keeper && r != Cashier && r != Suspended) || shop == a.Shop)
	})
}

// MayWith reports whether the actor may do it with a sale. A cashier takes back
// what they sold themselves; the codes of which sales are theirs, and so the
// links that lead to them, is the keeper's choice.
func (a Actor) MayWith(act Act, o Order, sharing Sharing) bool {
	keeps, own := a.Keeps || a.Is(Keeper), o.By == a.Person
	switch act {
	case ActTakeBack:
		return (keeps || own) && a.MayFor(act, o.Shop)
	case ActCodes, ActLink:
		return (keeps || sharing == SharesAll || own && sharing != SharesNone) && a.MayFor(act, o.Shop)
	}
	return a.MayFor(act, o.Shop)
}

// MayMove reports whether the actor may move so much money at once.
func (a Actor) MayMove(m Money) bool {
	return a.May(ActMoney) && (a.Is(Owner) || m <= a.Most)
}

// MayPlace reports whether the actor may give a role in the business, and take
// it away.
func (a Actor) MayPlace(r Role) bool {
	if r == Owner {
		return a.May(ActOwners)
	}
	return (r == Helper || r == Viewer) && a.May(ActTeam)
}

// OfBusiness reports whether the actor works for the business itself.
func (a Actor) OfBusiness() bool { return a.Is(Owner) || a.Is(Helper) || a.Is(Viewer) }

// ActorOf tells what a person in a chat is: founder says whether they own the
// business by the configuration, mate is their place in it and member their
// place in a shop (zero for none), shop that shop, customer whether a link was
// opened here.
func ActorOf(person, chat int64, founder bool, mate, member Member, shop Shop, customer bool) Actor {
	a := Actor{Person: person, Chat: chat}
	switch {
	case founder:
		a.Roles = append(a.Roles, Owner, Founder)
	case mate.Person != person || mate.Shop != 0:
	case mate.Role == Helper:
		a.Roles, a.Most = append(a.Roles, Helper), mate.Limit
	case mate.Role == Owner || mate.Role == Viewer:
		a.Roles = append(a.Roles, mate.Role)
	}
	if member.Person == person && member.Shop != 0 && member.Shop == shop.ID {
		a.Keeps = shop.Admitted() && member.Role == Keeper
		switch shop.State {
		case ShopApproved:
			a.Shop, a.Roles = shop.ID, append(a.Roles, member.Role)
		case ShopSuspended:
			a.Shop, a.Roles = shop.ID, append(a.Roles, Suspended)
		}
	}
	switch {
	case len(a.Roles) > 0:
	case customer:
		a.Roles = []Role{Customer}
	default:
		a.Roles = []Role{Stranger}
	}
	return a
}
