package flows

import (
	"time"

	"hanout/topup"
)

// View is what a turn may know: the state of this moment, all from the one
// transaction that the turn's effects go into.
type View struct {
	People  People
	Wallets Wallets
	Shelf   Shelf
	Orders  Orders
	Claims  Claims
	Copy    Copy
	Safety  Safety

	Complaints Complaints
	GroupChats GroupChats
}

// People says who is who.
type People interface {
	// Actor is a person in a chat, with what they are to the business.
	Actor(person, chat int64) topup.Actor
	// Owners are the chats of those who own the business: the founders, and
	// whom they appointed. Deciders are they and those who decide on shops.
	Owners() []int64
	Deciders() []int64
	Founders() []int64
	// Team is who works for the business beside the founders.
	Team() []topup.Member
	// Member is a person's place in a shop, zero for none, and Members are all
	// places of a shop, both as of today.
	Member(person int64) topup.Member
	Members(shop topup.ShopID) []topup.Member
	// Language is what the chat chose; "" until it did.
	Language(chat int64) string
	// Heard is when somebody last said something in a chat, to a day.
	Heard(chat int64) time.Time
	// ShopOf is the shop that a person keeps or asked for, in any state.
	ShopOf(person int64) (topup.Shop, bool)
	Shop(id topup.ShopID) (topup.Shop, bool)
	// Newest lists the newest shops, the newest first, and counts all.
	Newest(limit int) (list []topup.Shop, total int)
	// NextShop is the number that a new shop will get.
	NextShop() topup.ShopID
	// News is what the shops were told last.
	News() topup.News
}

// GroupChats says who sells in the group chats.
type GroupChats interface {
	// ShopIn is the shop that sells in a group chat, and CardOf whose panel stands
	// there; 0 for nobody's.
	ShopIn(chat int64) (topup.Shop, bool)
	CardOf(chat int64, panel string) int64
}

// Wallets says what the shops hold.
type Wallets interface {
	Wallet(shop topup.ShopID) topup.Wallet
	// Entries are the journal lines that touch what a shop may spend or what it
	// owes, from below a line (0: from the newest), newest first.
	Entries(shop topup.ShopID, before uint64, limit int) []topup.Transaction
	// Reconciled is the newest comparison with the provider's books that this
	// process made; false when it made none.
	Reconciled() (topup.Reconciliation, bool)
	// Posted tells whether the journal has a line with this key, Line reads it.
	Posted(key string) bool
	Line(key string) (topup.Transaction, bool)
	// Debt is what a shop owes, and since when.
	Debt(shop topup.ShopID) topup.Debt
}

// Shelf is what can be sold, and for how much.
type Shelf interface {
	// Numbering knows whose number one is.
	Numbering() topup.Numbering
	Plans() []topup.Plan
	Plan(code string) (topup.Plan, bool)
	// Products are the internet cards of a type, as of a time; zero when they
	// were never read.
	Products(lineType string) ([]topup.InternetProduct, time.Time)
	// Catalogue are the gift cards as last read.
	Catalogue() []topup.Category
	// Pricing is what a shop is asked for; that of shop 0 is for shops of no
	// group.
	Pricing(shop topup.ShopID) topup.Pricing
	// FormerRule is a rule of prices that no longer counts, by its number.
	FormerRule(no int) (topup.PriceRule, bool)
	Weather() topup.Weather
	// Pulse is how an operator's newest top-ups went.
	Pulse(topup.Operator) topup.Pulse
	// Inquiries is what is kept of those for offers; Suggested is what the
	// provider offered to a number a moment ago, as this process knows it.
	Inquiries() topup.Inquiries
	Suggested(topup.MSISDN) (topup.Suggested, bool)
	// Account is what the provider said of our key; false until it did.
	Account() (topup.Account, bool)
	// Closed reports that the provider takes no calls from us now.
	Closed() bool
}

// Orders finds sales. Lists have the newest first.
type Orders interface {
	Order(id topup.OrderID) (topup.Order, bool)
	OrderByNo(no uint64) (topup.Order, bool)
	// OrderByProvider finds one by the provider's ID.
	OrderByProvider(id string) (topup.Order, bool)
	OrderByPanel(panel string) (topup.Order, bool)
	// OrdersOf lists a shop's sales below a number, 0 for all.
	OrdersOf(shop topup.ShopID, before uint64, limit int) []topup.Order
	OrdersTo(shop topup.ShopID, to string, limit int) []topup.Order
	// OpenOrders lists the sales of all shops that are not over, the oldest
	// first.
	OpenOrders(limit int) []topup.Order
}

// Complaints finds what shops complain of.
type Complaints interface {
	// Complaint is a sale's.
	Complaint(order topup.OrderID) (topup.Complaint, bool)
	// OpenComplaints lists those that wait, the oldest first, from after one
	// ("": all); ComplaintsOf a shop's, the open ones first, the newest of each
	// first, from below one.
	OpenComplaints(after topup.OrderID, limit int) []topup.Complaint
	ComplaintsOf(shop topup.ShopID, below topup.OrderID, limit int) []topup.Complaint
}

// Copy is what is known of a till that goes on from a copy of its file.
type Copy interface {
	// Restored is its mark; zero where there is none.
	Restored() topup.Restored
	// Strays are the orders at the provider that nobody here knows; false as
	// long as its lists are not read.
	Strays() ([]topup.Stray, bool)
}

// Safety is what the till is watched by.
type Safety interface {
	// Copies is what is known of the safety copies.
	Copies() topup.Copies
	// Float is how the float shrinks, and when it is low.
	Float() topup.FloatWatch
}

// Claims knows the customers' links and who saw codes.
type Claims interface {
	// Claim reads a link by the hash of its token, ClaimOf an order's newest.
	Claim(hash []byte) (topup.Claim, bool)
	ClaimOf(order topup.OrderID) (topup.Claim, bool)
	// Invite reads a link that gives a place by the hash of its token; Invites
	// are those of a shop (0: of the business) whose time is not over.
	Invite(hash []byte) (topup.Invite, bool)
	Invites(shop topup.ShopID) []topup.Invite
	// Guesses counts the unknown links that a chat opened within the hour.
	Guesses(chat int64) int
	// Showings are the times that an order's codes were shown, newest first.
	Showings(order topup.OrderID, limit int) []time.Time
}
