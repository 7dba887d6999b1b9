package flows

import (
	"time"

	"hanout/topup"
)

// Input is one thing a person did.
type Input struct {
	Chat      int64
	Private   bool // the chat is the person's own with us
	Person    Person
	Text      string   // typed; empty for a tap or a contact
	Data      string   // callback data of a tapped button
	Contact   *Contact // a shared phone number
	Now       time.Time
	Late      bool          // reached us long after it was done
	NewID     func() string // mints IDs for cards, orders and requests
	BotName   string        // our Telegram username, for links to ourselves
	LastPanel string        // the last message that we sent to this chat
}

// Person is who did it, as Telegram names them.
type Person struct {
	ID       int64
	Name     string
	Language string // Telegram's language_code, a guess
}

// Contact is a shared phone number.
type Contact struct {
	Phone string
	Own   bool // it is the sharer's own
}

// View is what a step may know. Its methods give the state of this moment,
// all from the one transaction that the step's effects go into.
type View interface {
	IsAdmin(user int64) bool
	Admins() []int64
	// Language is what the chat chose; "" until it did.
	Language(chat int64) string
	ShopOf(chat int64) (topup.Shop, bool)
	Shop(id topup.ShopID) (topup.Shop, bool)
	Shops() []topup.Shop
	// NextShop is the number that a new shop will get.
	NextShop() topup.ShopID
	Wallet(shop topup.ShopID) topup.Wallet
	Entries(shop topup.ShopID, limit int) []topup.Transaction
	Numbering() topup.Numbering
	Plans() []topup.Plan
	Plan(code string) (topup.Plan, bool)
	// Products are the internet cards of a type, as of a time; zero when they
	// were never read.
	Products(lineType string) ([]topup.InternetProduct, time.Time)
	// Catalogue are the gift cards as last read.
	Catalogue() []topup.Category
	Pricing() topup.Pricing
	Weather() topup.Weather
	// Account is what the provider said of our key; false until it did.
	Account() (topup.Account, bool)
	// Closed reports that the provider takes no calls from us now.
	Closed() bool
	Order(id topup.OrderID) (topup.Order, bool)
	OrderByNo(no uint64) (topup.Order, bool)
	OrderByPanel(card string) (topup.Order, bool)
	OrdersOf(shop topup.ShopID, before uint64, limit int) []topup.Order
	OrdersTo(shop topup.ShopID, to string, limit int) []topup.Order
	OpenOrders(limit int) []topup.Order
	Session(chat int64) Session
	// Claim reads a link by the hash of its token, ClaimOf an order's newest.
	Claim(hash []byte) (topup.Claim, bool)
	ClaimOf(order topup.OrderID) (topup.Claim, bool)
	// Guesses counts the unknown links that a chat opened within the hour.
	Guesses(chat int64) int
	// Showings are the times that an order's codes were shown, newest first.
	Showings(order topup.OrderID, limit int) []time.Time
	// Totals sums all shops' wallets.
	Totals() topup.Wallet
}

// Effect is something a step wants done. All effects of a step are applied in
// one transaction; what leaves the process leaves after its commit.
type Effect interface{ effect() }

// The effects.
type (
	// Show owes a screen to a chat as the newest text of a card. Fresh sends
	// it below what was said since.
	Show struct {
		Chat   int64
		Panel  string
		Screen Screen
		Class  Class
		Fresh  bool
	}
	// Toast answers the tap: a short line over the chat, or an alert that
	// must be closed.
	Toast struct {
		Msg   Msg
		Alert bool
	}
	// Speak sets the language of a chat.
	Speak struct {
		Chat     int64
		Language string
	}
	// SaveShop creates a shop or changes one.
	SaveShop struct{ Shop topup.Shop }
	// Place holds the money and makes the order.
	Place struct{ Order topup.Order }
	// Take moves an order by a person's hand: cancel, or settle a review.
	MoveOrder struct{ Change topup.Change }
	// Book writes a credit or debit.
	Book struct{ Transaction topup.Transaction }
	// Wake brings a chat's waiting sale back, now that it has money. It is
	// applied after the step's other effects.
	Wake struct{ Chat int64 }
	// Menu sets the command menu of a chat to its role and language.
	Menu struct{ Chat int64 }
	// Run starts slow work whose result comes back to the card.
	Run struct {
		Job   Job
		Chat  int64
		Panel string
		Ask   Question // for the jobs that ask about something
	}
)

// Question is what a job asks the provider about.
type Question struct {
	LineType string // JobLine
	Line     topup.Line
	Products bool   // the cards of the type, too
	Product  string // JobStock
}

// Job names slow work.
type Job string

// The jobs.
const (
	JobSync   Job = "sync"   // refresh plans, weather and key from the provider
	JobFloat  Job = "float"  // read the float
	JobBackup Job = "backup" // write a hot backup
	JobLine   Job = "line"   // check a line; the answer goes to LineChecked
	JobStock  Job = "stock"  // read a product's stock; the answer goes to StockChecked
)

func (Show) effect()      {}
func (Toast) effect()     {}
func (Speak) effect()     {}
func (SaveShop) effect()  {}
func (Place) effect()     {}
func (MoveOrder) effect() {}
func (Book) effect()      {}
func (Wake) effect()      {}
func (Menu) effect()      {}
func (Run) effect()       {}
