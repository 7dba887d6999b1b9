package till

import (
	"context"
	"iter"
	"time"

	"hanout/store"
	"hanout/topup"
)

// Store is what the till needs of whatever keeps it: whole transactions, one
// after the other for writing, and for reading beside them. Every secret is
// sealed on its side. Package storetest says what each method must do.
type Store interface {
	// Update runs fn in a write transaction and commits. An error or panic of
	// fn rolls back and comes out as it is; an error of the commit itself is a
	// *store.CommitError: what is kept is then unknown. fn may run more than
	// once, and only what it did last counts.
	Update(fn func(Tx) error) error
	// View runs fn over one unchanging state. It must not be called within
	// another transaction.
	View(fn func(Tx) error) error
	// Backup copies the store to a new file at path, checks the copy, and
	// gives the state of its journal. It never overwrites (store.ErrExists), and
	// ends with ctx.
	Backup(ctx context.Context, path string) (store.Head, error)
}

// Tx is one transaction. Its methods fail only on damaged data
// (*store.CorruptError), on misuse, or with the errors they name; what is not
// there is ok = false. Walks read as they go: nothing may be written to what
// is walked before the walk ends.
type Tx interface {
	Ledger
	Orders
	Claims
	Complaints
	People
	Sessions
	Outbox
	Updates
	Settings
}

// Ledger is the money.
type Ledger interface {
	// Post appends a line to the journal. The same key with the same postings
	// is no new line (posted = false), with others store.ErrConflict; what
	// does not balance is store.ErrUnbalanced, what overdraws a shop
	// store.ErrInsufficient.
	Post(topup.Transaction) (posted bool, err error)
	// Posted finds a line by its key.
	Posted(key string) (topup.Transaction, bool, error)
	// Lines lists the journal's lines from above a number (0: from the first),
	// in their order, at most limit; Balances walks the accounts.
	Lines(after uint64, limit int) ([]topup.Transaction, error)
	Balances() iter.Seq2[store.Balance, error]
	Wallet(topup.ShopID) (topup.Wallet, error)
	// Totals sums the wallets of all shops.
	Totals() (topup.Wallet, error)
	// Entries lists the newest lines of an account, from below the line
	// before (0: from the newest).
	Entries(a topup.AccountID, before uint64, limit int) ([]topup.Transaction, error)
}

// Orders are the sales.
type Orders interface {
	// Place makes an order: numbered, its price held, and due. An ID used
	// before gives store.ErrExists and the order that has it; too little money
	// store.ErrInsufficient.
	Place(topup.Order) (topup.Order, error)
	// Apply writes a change with its journal line and vouchers, and gives the
	// order as it is then. What may not be is store.ErrMove.
	Apply(topup.Change) (topup.Order, error)
	Order(topup.OrderID) (topup.Order, bool, error)
	OrderByNo(no uint64) (topup.Order, bool, error)
	OrderByProvider(id string) (topup.Order, bool, error)
	OrderByPanel(panel string) (topup.Order, bool, error)
	// OrdersOf lists a shop's newest orders, from below the number before (0:
	// from the newest); OrdersTo those to one number.
	OrdersOf(s topup.ShopID, before uint64, limit int) ([]topup.Order, error)
	OrdersTo(s topup.ShopID, to string, limit int) ([]topup.Order, error)
	// OrdersMade lists the newest orders of all shops by their IDs, from below
	// one ("": from the newest).
	OrdersMade(before topup.OrderID, limit int) ([]topup.Order, error)
	// OpenOrders walks the orders that are not final, by their IDs: the oldest
	// first.
	OpenOrders() iter.Seq2[topup.Order, error]
	// Due lists the orders whose time has come, the longest waiting first,
	// without those that skip names; NextDue is when the next one is.
	Due(now time.Time, limit int, skip func(topup.OrderID) bool) ([]topup.Order, error)
	NextDue() (time.Time, bool, error)
	// DueAfter walks the orders that are due after a time, the latest first.
	DueAfter(time.Time) iter.Seq2[topup.Order, error]
}

// Claims are the codes that came, the links to them, and who saw them.
type Claims interface {
	// Vouchers reads the codes of an order; none when none came.
	Vouchers(topup.OrderID) ([]topup.Voucher, error)
	PutClaim(topup.Claim) error
	Claim(hash []byte) (topup.Claim, bool, error)
	// ClaimOf reads the newest claim of an order.
	ClaimOf(topup.OrderID) (topup.Claim, bool, error)
	// OpenClaims walks the claims nobody took, the first to expire first.
	OpenClaims() iter.Seq2[topup.Claim, error]
	RecordShowing(topup.OrderID, topup.Showing) error
	// Showings lists when an order's codes were shown, newest first.
	Showings(id topup.OrderID, limit int) ([]topup.Showing, error)
}

// Complaints are what shops complain of, one a sale at most.
type Complaints interface {
	// PutComplaint stores a sale's complaint, in place of the one that it had;
	// one that is not valid is topup.ErrComplaint.
	PutComplaint(topup.Complaint) error
	Complaint(topup.OrderID) (topup.Complaint, bool, error)
	// OpenComplaints lists those that wait, the oldest first, from after one
	// ("": from the oldest).
	OpenComplaints(after topup.OrderID, limit int) ([]topup.Complaint, error)
	// ComplaintsOf lists a shop's, the open ones first, the newest of each
	// first, from below one ("": from the top).
	ComplaintsOf(s topup.ShopID, below topup.OrderID, limit int) ([]topup.Complaint, error)
}

// People are shops, who works for them, and chats.
type People interface {
	PutShop(topup.Shop) error
	Shop(topup.ShopID) (topup.Shop, bool, error)
	ShopByChat(chat int64) (topup.Shop, bool, error)
	// Shops walks the shops in the order of their numbers.
	Shops() iter.Seq2[topup.Shop, error]
	// PutMember stores a person's place in a shop; a person has one, and a
	// shop one keeper (store.ErrMember).
	PutMember(topup.Member) error
	Member(person int64) (topup.Member, bool, error)
	// Members walks the people of a shop; RemoveMember takes a person's place
	// away, if they have one.
	Members(topup.ShopID) iter.Seq2[topup.Member, error]
	RemoveMember(person int64) error
	PutChat(store.Chat) error
	Chat(id int64) (store.Chat, bool, error)
	// Chats lists chats by their IDs, those above one (0: all), at most limit;
	// ForgetChat forgets one, and where the conversation with it stands.
	Chats(above int64, limit int) ([]store.Chat, error)
	ForgetChat(id int64) error
	// NextID takes the next number of a sequence, PeekID tells it. Orders are
	// numbered by "order", shops by "shop".
	NextID(sequence string) (uint64, error)
	PeekID(sequence string) (uint64, error)
	// SkipIDs leaves out the next numbers of a sequence.
	SkipIDs(sequence string, count uint64) error
}

// Sessions are where conversations stand, as bytes; nil ends one.
type Sessions interface {
	Session(chat int64) ([]byte, error)
	PutSession(chat int64, b []byte) error
	// Sessions lists the chats that have one.
	Sessions() (chats []int64, err error)
}

// Outbox is what Telegram has not taken yet, and what shows each panel.
type Outbox interface {
	// Owe writes a message down before anyone sends it, in place of what its
	// panel owed, and numbers it.
	Owe(store.Owed) (store.Owed, error)
	// OwedOf reads what a panel owes, Outbox all. A body that the key does not
	// open comes with store.ErrSealed, and the walk may go on.
	OwedOf(panel string) (store.Owed, bool, error)
	Outbox() iter.Seq2[store.Owed, error]
	// Says tells whether the text with this digest is what a panel owes or,
	// when it owes nothing, what its message says.
	Says(panel, sum string) (bool, error)
	// Delivered ends the debt with the number seq, and gives the message that
	// showed the panel before; Undeliverable sets it aside, Drop forgets it.
	Delivered(panel string, seq uint64, chat int64, messageID int, at time.Time) (former int, err error)
	Undeliverable(panel string, seq uint64, why string, at time.Time) error
	Drop(panel string, seq uint64) error
	// PruneUndelivered forgets what was set aside before a time, at most limit.
	PruneUndelivered(before time.Time, limit int) (int, error)
	PanelRef(panel string) (store.PanelRef, bool, error)
	// PrunePanels forgets panels first sent before a time, at most limit.
	PrunePanels(before time.Time, limit int) (int, error)
}

// Updates are what Telegram told us.
type Updates interface {
	// Handled tells whether an update was handled; IDs are compared for
	// equality only.
	Handled(updateID int64) (bool, error)
	MarkHandled(updateID int64, at time.Time) error
	// PruneHandled forgets updates handled before a time, at most limit.
	PruneHandled(before time.Time, limit int) (int, error)
	// SetAside keeps an update that could not be handled.
	SetAside(updateID int64, raw []byte, why string, at time.Time) error
}

// Settings are named values of JSON: marks, and what is cached of the
// provider's lists.
type Settings interface {
	// Setting reads a value into v; false leaves v as it is.
	Setting(name string, v any) (bool, error)
	PutSetting(name string, v any) error
	DropSetting(name string) error
	// Mark is what stands for a secret in the name of a value: the same for the
	// same, and nothing that tells it. Another key makes another one.
	Mark(secret string) string
	Plans() ([]topup.Plan, error)
	PutPlans([]topup.Plan) error
}

// Over makes a Store of a database whose transactions are of its own type.
func Over[T Tx](db database[T]) Store { return over[T]{db} }

type database[T Tx] interface {
	Update(fn func(T) error) error
	View(fn func(T) error) error
	Backup(ctx context.Context, path string) (store.Head, error)
}

type over[T Tx] struct{ database[T] }

func (o over[T]) Update(fn func(Tx) error) error {
	return o.database.Update(func(tx T) error { return fn(tx) })
}

func (o over[T]) View(fn func(Tx) error) error {
	return o.database.View(func(tx T) error { return fn(tx) })
}
