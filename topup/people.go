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
	Owner     Role = "owner" // owns the business, and answers for the money
)

// Member is a person who works for a shop: its keeper or a cashier.
type Member struct {
	Person int64     `json:"person"` // Telegram user ID
	Shop   ShopID    `json:"shop"`
	Role   Role      `json:"role"` // Keeper or Cashier
	Name   string    `json:"name,omitempty"`
	Since  time.Time `json:"since,omitzero"`
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
	ActDay       Act = "day"       // see what the shop sold
	ActStatement Act = "statement" // have a file of what became of the shop's money
	ActHistory   Act = "history"   // see and find the shop's sales
	ActCodes     Act = "codes"     // see a sale's codes again
	ActLink      Act = "link"      // make and revoke a customer's link

	ActSync       Act = "sync"       // refresh what the provider offers
	ActFloat      Act = "float"      // see the float and what covers it
	ActReport     Act = "report"     // see what all shops sold, and have their statements
	ActShopWallet Act = "shopwallet" // see any shop's wallet
	ActMoney      Act = "money"      // credit and debit a wallet
	ActShops      Act = "shops"      // list the shops
	ActDecide     Act = "decide"     // approve or refuse a shop
	ActOrders     Act = "orders"     // list the open sales of all shops
	ActSettle     Act = "settle"     // decide a sale in review
	ActBackup     Act = "backup"     // write a safety copy
	ActReconcile  Act = "reconcile"  // compare our books with the provider's, and book what differs
	ActRestore    Act = "restore"    // let a till sell that goes on from a copy
)

// rights is the one table of who may do what. Nothing else decides it.
var rights = map[Act][]Role{
	ActTalk:     {Stranger, Customer, Cashier, Keeper, Suspended, Owner},
	ActApply:    {Stranger, Customer, Owner},
	ActOpenLink: {Stranger, Customer, Cashier, Keeper, Suspended, Owner},

	ActSell:      {Cashier, Keeper},
	ActTakeBack:  {Cashier, Keeper, Suspended},
	ActWallet:    {Cashier, Keeper, Suspended},
	ActDay:       {Cashier, Keeper, Suspended},
	ActStatement: {Keeper},
	ActHistory:   {Cashier, Keeper, Suspended},
	ActCodes:     {Cashier, Keeper, Suspended},
	ActLink:      {Cashier, Keeper},

	ActSync:       {Owner},
	ActFloat:      {Owner},
	ActReport:     {Owner},
	ActShopWallet: {Owner},
	ActMoney:      {Owner},
	ActShops:      {Owner},
	ActDecide:     {Owner},
	ActOrders:     {Owner},
	ActSettle:     {Owner},
	ActBackup:     {Owner},
	ActReconcile:  {Owner},
	ActRestore:    {Owner},
}

// Acts lists every act of the table.
func Acts() []Act { return slices.Sorted(maps.Keys(rights)) }

// Actor is a person in a chat, with what they are to the business.
type Actor struct {
	Person int64
	Chat   int64
	Shop   ShopID // of who works for an approved or suspended shop, else 0
	Roles  []Role // at least one
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

// ActorOf tells what a person in a chat is: owner says whether they own the
// business, member is their place in a shop (zero for none) and shop that
// shop, customer whether a link was opened here.
func ActorOf(person, chat int64, owner bool, member Member, shop Shop, customer bool) Actor {
	a := Actor{Person: person, Chat: chat}
	if owner {
		a.Roles = append(a.Roles, Owner)
	}
	if member.Person == person && member.Shop != 0 && member.Shop == shop.ID {
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
