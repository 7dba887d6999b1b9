package flows

import (
	"time"

	"hanout/topup"
)

// Effect is something a turn wants done. All effects of a turn are applied in
// one transaction; what leaves the process leaves after its commit.
type Effect interface{ effect() }

// The effects.
type (
	// Show owes a screen to a chat as the newest text of a panel. Fresh sends
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
	// Request asks the owners for a decision on a shop, Again after a refusal.
	Request struct {
		Shop   topup.Shop
		Person string // who asks
		Again  bool
	}
	// Place holds the money and makes the order.
	Place struct{ Order topup.Order }
	// PlaceMany makes the orders of one confirm, which fit into the wallet.
	PlaceMany struct{ Orders []topup.Order }
	// MoveOrder moves an order by a person's hand: takes it back, or settles
	// a review.
	MoveOrder struct{ Change topup.Change }
	// Book writes a credit or debit.
	Book struct{ Transaction topup.Transaction }
	// TakeOver makes the order of what was sold since the copy that the till
	// goes on from.
	TakeOver struct {
		Order topup.Order
		Stray topup.Stray
	}
	// Reopen lets a till that goes on from a copy sell.
	Reopen struct{ By int64 }
	// SaveNews keeps what the shops are told, and how far that has come.
	SaveNews struct{ News topup.News }
	// SaveComplaint keeps a sale's complaint.
	SaveComplaint struct{ Complaint topup.Complaint }
	// Wake brings a shop's waiting sales back, in whosever chat, now that it
	// has money. It is applied after the turn's other effects, by [Resume].
	Wake struct{ Shop topup.ShopID }
	// SaveMember stores a place in a shop or in the business, RemoveMember
	// takes it away.
	SaveMember   struct{ Member topup.Member }
	RemoveMember struct{ Member topup.Member }
	// Dismiss tells who lost a place, and ends what they may no longer go on
	// with. It is applied after the turn's other effects, by [Dismissed].
	Dismiss struct {
		Chat int64
		Shop topup.ShopID // that they worked for; 0 for the business
		Why  Msg
	}
	// MakeInvite makes a link that gives a place, SaveInvite writes down who
	// opened it, EndInvite ends it, TakePlace gives its place to a person.
	MakeInvite struct{ Invite topup.Invite }
	SaveInvite struct{ Invite topup.Invite }
	EndInvite  struct{ Invite topup.Invite }
	TakePlace  struct {
		Invite topup.Invite
		Person int64
	}
	// Menu sets the command menu of a chat to what the person may do, in
	// their language.
	Menu struct{ Chat int64 }
	// Run starts slow work whose result comes back to the panel.
	Run struct {
		Job   Job
		Chat  int64
		Panel string
		Ask   Question // for the jobs that ask about something
	}
	// SendCopy sends a safety copy to a chat, sealed.
	SendCopy struct {
		Name string
		Chat int64
	}
	// SetLevel sets from which float on the owners are told; 0 leaves it to the
	// pace.
	SetLevel struct{ Level topup.Money }
	// SetPrice makes a rule of prices count, EndPrice ends one.
	SetPrice struct{ Rule topup.PriceRule }
	EndPrice struct {
		No int
		By int64
	}
	// Reinquire lets numbers' offers be asked for again.
	Reinquire struct{}
	// Practised notes that the restore was practised.
	Practised struct{ At time.Time }
	// ShowCodes sends an order's codes once more, to who asked.
	ShowCodes struct {
		Order topup.OrderID
		By    int64
	}
	// MakeClaim makes a new link for an order's customer, in place of a
	// former one.
	MakeClaim struct {
		Order topup.OrderID
		Chat  int64
		Panel string
	}
	// RevokeClaim ends an order's link.
	RevokeClaim struct{ Order topup.OrderID }
	// RedeemClaim gives the codes behind a link to a chat.
	RedeemClaim struct {
		Hash []byte
		Chat int64
	}
	// Guess counts an unknown link against a chat.
	Guess struct{ Chat int64 }
)

// Question is what a job is asked about.
type Question struct {
	LineType string // JobLine
	Line     topup.Line
	Products bool   // the cards of the type, too
	Product  string // JobStock
	// JobDay, JobReport, JobStatement and JobLookUp: of when, of which shop (0: the chat's
	// own, or all), and in which form.
	Period  topup.Period
	Shop    topup.ShopID
	Form    string
	Numbers []string // JobLookUp
	// JobReconcile: what the result is named, and how many days before today
	// are compared, too.
	Name string
	Days int
	Page int    // JobDebts, JobOpen
	Kind string // JobOpen: which of them
	// JobOffers: the inquiry, which is kept before it leaves.
	Inquiry topup.Inquiry
	// JobTicket: of which sale, and whether its codes are on it.
	Order topup.OrderID
	Codes bool
	// JobLookUp looks for Numbers, or for the sales of the day Period, or for
	// codes whose serials end in Serial; from below the sale Before (0: from the
	// newest), and of Shop (0: of all).
	Serial string
	Before uint64
	// JobGroupChat: which.
	GroupChat int64
}

// Job names slow work.
type Job string

// The jobs.
const (
	JobSync   Job = "sync"   // refresh plans, weather and key from the provider
	JobFloat  Job = "float"  // read the float
	JobBackup Job = "backup" // write a hot backup
	JobDay    Job = "day"    // sum what the chat's shop sold in a period
	JobReport Job = "report" // the same of all shops, or of one of them for an owner
	JobChart  Job = "chart"  // draw what Ask.Shop sold, or all
	JobTicket Job = "ticket" // draw a sale's ticket for its customer
	// JobStatement makes a file of what became of a shop's money.
	JobStatement Job = "statement"
	// JobShops counts the shops of each language and group; the answer goes to
	// ShopsCounted.
	JobShops Job = "shops"
	// JobReconcile compares our books with the provider's.
	JobReconcile Job = "reconcile"
	// JobLookUp finds sales; Ask says by what.
	JobLookUp Job = "lookup"
	// JobOpen reads the sales of all shops that are not over.
	JobOpen Job = "open"
	// JobDebts reads what all shops owe.
	JobDebts Job = "debts"
	JobLists Job = "lists" // read the provider's lists since the copy; every owner is shown them
	// JobGroupChat asks Telegram about a group chat; the answer goes to GroupChatSeen.
	JobGroupChat Job = "groupchat"
	JobLine      Job = "line" // check a line; the answer goes to LineChecked
	// JobOffers asks for the offers of a number; the answer goes to OffersFound.
	JobOffers Job = "offers"
	JobStock  Job = "stock" // read a product's stock; the answer goes to StockChecked
)

func (Show) effect()         {}
func (Toast) effect()        {}
func (Speak) effect()        {}
func (SaveShop) effect()     {}
func (Request) effect()      {}
func (Place) effect()        {}
func (MoveOrder) effect()    {}
func (Book) effect()         {}
func (TakeOver) effect()     {}
func (Reopen) effect()       {}
func (Wake) effect()         {}
func (SaveMember) effect()   {}
func (RemoveMember) effect() {}
func (Dismiss) effect()      {}
func (MakeInvite) effect()   {}
func (SaveInvite) effect()   {}
func (EndInvite) effect()    {}
func (TakePlace) effect()    {}
func (Menu) effect()         {}
func (Run) effect()          {}
func (ShowCodes) effect()    {}
func (MakeClaim) effect()    {}
func (RevokeClaim) effect()  {}
func (RedeemClaim) effect()  {}
func (Guess) effect()        {}
func (SendCopy) effect()     {}
func (Practised) effect()    {}
func (SetLevel) effect()     {}
func (SetPrice) effect()     {}
func (EndPrice) effect()     {}
func (SaveNews) effect()     {}
func (PlaceMany) effect()    {}

func (SaveComplaint) effect() {}
func (Reinquire) effect()     {}
