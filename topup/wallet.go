package topup

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The journal. A line has a key that makes it repeatable, postings that sum to
// zero, who did it where for which shop, the hash of the line before, and its
// own. P is an order's price; K what is captured of it: P, or for a part
// P ÷ quantity × vouchers that came; C what the provider charged, else what
// the price list led to expect.
//
//	credit/<request>     funding −X, available +X; on account: owed −X, available +X
//	debit/<request>      available −X, funding +X; for the debt: available −X, owed +X
//	repay/<request>      funding −Y, owed +Y
//	undo/<key>           the line <key> with every sign turned
//	order/<id>/hold      available −P, held +P
//	order/<id>/release   held −P, available +P
//	order/<id>/capture   held −P, cost +C, margin +(K − C), available +(P − K);
//	                     with C unknown: held −P, sales +K, available +(P − K)
//	inquiry/<id>         cost +C, margin −C, where an inquiry cost the owner something
//	reconcile/<id>       cost +D, margin −D, where the provider took D more than
//	                     was booked; with C unknown: sales −K, cost +C, margin +(K − C)
//
// A shop's debt is its account owed, below zero: no line takes it above, and
// none takes available or held below. So what shops prepaid is −funding, what
// they have without having paid −owed, and both are proven by the journal
// alone. Money that came with a slip has slip/<method>/<number> as its request,
// and once it was undone slip/<method>/<number>/2 to 9.

// ShopID numbers shops from 1 in the order they were approved or asked.
type ShopID uint64

// AccountID names a ledger account: "shop/12/available", "house/funding".
type AccountID string

// Available is the account of money that a shop may spend.
func (s ShopID) Available() AccountID { return AccountID(fmt.Sprintf("shop/%d/available", s)) }

// Held is the account of money that open orders of a shop have set aside.
func (s ShopID) Held() AccountID { return AccountID(fmt.Sprintf("shop/%d/held", s)) }

// Owed is the account of what a shop took on account and has not paid back:
// zero, or below.
func (s ShopID) Owed() AccountID { return AccountID(fmt.Sprintf("shop/%d/owed", s)) }

// Debtor tells whose debt the account is; false for any other.
func (a AccountID) Debtor() (ShopID, bool) {
	no, of := strings.CutPrefix(string(a), "shop/")
	no, owed := strings.CutSuffix(no, "/owed")
	n, err := strconv.ParseUint(no, 10, 64)
	return ShopID(n), of && owed && err == nil
}

// OfDebt reports whether the account is a shop's debt.
func (a AccountID) OfDebt() bool {
	_, is := a.Debtor()
	return is
}

// The accounts of the house. They mirror the outside world and may be
// negative; a shop's available and held never are.
const (
	Funding AccountID = "house/funding" // money that shops handed to the owner (shown negative)
	Sales   AccountID = "house/sales"   // captured sales whose cost the provider has not told
	Cost    AccountID = "house/cost"    // what the provider charged for captured sales
	Margin  AccountID = "house/margin"  // what the owner earned on them
)

// Posting moves money into (positive) or out of (negative) one account.
type Posting struct {
	Account AccountID `json:"account"`
	Amount  Money     `json:"amount"`
}

// Transaction is one line of the journal: postings that sum to zero.
type Transaction struct {
	Seq uint64 `json:"seq"` // gapless from 1; the store sets it
	// Key makes the line repeatable: the same key with the same postings is
	// the same line, with others it is an error. Forms: "order/<id>/hold",
	// "order/<id>/capture", "order/<id>/release", "credit/<request>",
	// "debit/<request>", "repay/<request>", "undo/<key>", "reconcile/<id>",
	// "inquiry/<id>".
	Key      string    `json:"key"`
	At       time.Time `json:"at"`
	Actor    int64     `json:"actor,omitempty"` // Telegram user who caused it; 0 = the provider's answer
	Shop     ShopID    `json:"shop,omitempty"`  // whose money it moves; 0 in older lines
	Chat     int64     `json:"chat,omitempty"`  // where it was done; for the provider's answer the order's chat
	Memo     string    `json:"memo,omitempty"`
	Method   Method    `json:"method,omitempty"` // how the money came or went; "" in older lines
	Slip     string    `json:"slip,omitempty"`   // its number
	Panel    string    `json:"panel,omitempty"`  // the receipt of who booked it, in Chat
	Postings []Posting `json:"postings"`
	// Prev and Hash chain the journal: Hash covers Prev and all of the above.
	// The store sets both, hex SHA-256.
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// Wallet is a shop's money at one moment, and what it owes beside it.
type Wallet struct {
	Available Money
	Held      Money
	Owed      Money
}

// HoldKey is the journal key of an order's hold.
func (id OrderID) HoldKey() string { return "order/" + string(id) + "/hold" }

// CaptureKey is the journal key of an order's capture (with the release of
// the undelivered part, if any).
func (id OrderID) CaptureKey() string { return "order/" + string(id) + "/capture" }

// ReleaseKey is the journal key of the release of a refused order.
func (id OrderID) ReleaseKey() string { return "order/" + string(id) + "/release" }

// Hold is the transaction that sets an order's price aside.
func Hold(o Order) Transaction {
	return Transaction{
		Key: o.ID.HoldKey(), At: o.Placed, Actor: o.By, Shop: o.Shop, Chat: o.Chat,
		Postings: []Posting{{o.Shop.Available(), -o.Price}, {o.Shop.Held(), o.Price}},
	}
}

// Release is the transaction that gives a refused order's price back.
func Release(o Order) Transaction {
	return Transaction{
		Key: o.ID.ReleaseKey(), At: o.Settled, Shop: o.Shop, Chat: o.Chat,
		Postings: []Posting{{o.Shop.Held(), -o.Price}, {o.Shop.Available(), o.Price}},
	}
}

// Capture is the transaction that takes what was delivered of an order and
// releases the rest. What the provider charged goes to Cost, the remainder to
// Margin; where it has not told, the whole goes to Sales.
func Capture(o Order) Transaction {
	t := Transaction{
		Key: o.ID.CaptureKey(), At: o.Settled, Shop: o.Shop, Chat: o.Chat,
		Postings: []Posting{{o.Shop.Held(), -o.Price}},
	}
	add := func(a AccountID, m Money) {
		if m != 0 {
			t.Postings = append(t.Postings, Posting{a, m})
		}
	}
	if o.ChargedKnown {
		add(Cost, o.Charged)
		add(Margin, o.Captured-o.Charged)
	} else {
		add(Sales, o.Captured)
	}
	add(o.Shop.Available(), o.Price-o.Captured)
	return t
}

// Credit is the transaction by which an admin, in a chat, puts money into a
// shop's wallet; request makes it happen once.
func Credit(shop ShopID, amount Money, request string, actor, chat int64, memo string, at time.Time) Transaction {
	return Transaction{
		Key: "credit/" + request, At: at, Actor: actor, Shop: shop, Chat: chat, Memo: memo,
		Postings: []Posting{{Funding, -amount}, {shop.Available(), amount}},
	}
}

// Debit is the counter-entry of a credit: money leaves a shop's wallet.
func Debit(shop ShopID, amount Money, request string, actor, chat int64, memo string, at time.Time) Transaction {
	return Transaction{
		Key: "debit/" + request, At: at, Actor: actor, Shop: shop, Chat: chat, Memo: memo,
		Postings: []Posting{{shop.Available(), -amount}, {Funding, amount}},
	}
}

// ShopState is where a shop stands with the owner.
type ShopState string

// The states of a shop.
const (
	ShopAsked     ShopState = "asked"
	ShopApproved  ShopState = "approved"
	ShopRefused   ShopState = "refused"
	ShopSuspended ShopState = "suspended" // was approved, may not sell until an owner says so
)

// Admitted reports whether the shop was approved, suspended or not: it has a
// wallet.
func (s Shop) Admitted() bool { return s.State == ShopApproved || s.State == ShopSuspended }

// Shop is a counter that sells, or asks to.
type Shop struct {
	ID      ShopID    `json:"id"`
	Chat    int64     `json:"chat"` // its private chat, which is also its owner's user ID
	Name    string    `json:"name"`
	Phone   string    `json:"phone"`
	State   ShopState `json:"state"`
	Asked   time.Time `json:"asked"`
	Decided time.Time `json:"decided,omitzero"`
	Decider int64     `json:"decider,omitempty"`
	Why     string    `json:"why,omitempty"` // it is suspended
	// Asks counts the requests since AsksFrom.
	Asks     int       `json:"asks,omitempty"`
	AsksFrom time.Time `json:"asks_from,omitzero"`
	// Ceiling is how much it may owe; 0 is nothing.
	Ceiling Money `json:"ceiling,omitempty"`
	// Reminded is when it was last reminded of what it owes; Quiet that it is
	// not to be.
	Reminded time.Time `json:"reminded,omitzero"`
	Quiet    bool      `json:"quiet,omitempty"`
	// NoEvening tells that it wants no report in the evening.
	NoEvening bool `json:"no_evening,omitempty"`
	// MostSale and MostDay are what one sale, and all of a day, may cost it; 0 is
	// any sum. Today is what it sold, on the day of its last sale.
	MostSale Money   `json:"most_sale,omitempty"`
	MostDay  Money   `json:"most_day,omitempty"`
	Today    Takings `json:"today,omitzero"`
	// Letters are what its people wrote to the owners.
	Letters Letters `json:"letters,omitzero"`
	// Low is the level of its wallet below which it wants a word; 0 is none.
	Low Money `json:"low,omitempty"`
	// Group is the label that an owner gave it: rules of prices and what the
	// shops are told may be for those of one; "" for none.
	Group string `json:"group,omitempty"`
	// Markup is what it adds to the price of a gift card for its customer.
	Markup Rate `json:"markup,omitempty"`
	// Request is the newest credit that it asked for.
	Request *CreditRequest `json:"request,omitempty"`
	// GroupChat is the group chat where its people sell, too, and GroupChatTitle
	// what it is called; 0 for none.
	GroupChat      int64  `json:"group_chat,omitempty"`
	GroupChatTitle string `json:"group_chat_title,omitempty"`
	// Shared tells that its cashiers see the codes of each other's sales, Hidden
	// that they see none again; read by Sharing.
	Shared bool `json:"shared,omitempty"`
	Hidden bool `json:"hidden,omitempty"`
	// Favourites are the numbers that its people gave names to.
	Favourites Favourites `json:"favourites,omitempty"`
}

// Sharing is of which sales a shop's cashiers may see codes again.
type Sharing string

// What a keeper can choose.
const (
	SharesOwn  Sharing = "own" // of those they made; so until the keeper chooses
	SharesAll  Sharing = "all"
	SharesNone Sharing = "none"
)

// Sharing is what the keeper has chosen.
func (s Shop) Sharing() Sharing {
	switch {
	case s.Hidden:
		return SharesNone
	case s.Shared:
		return SharesAll
	}
	return SharesOwn
}

// Sharings lists what there is to choose.
func Sharings() []Sharing { return []Sharing{SharesAll, SharesOwn, SharesNone} }

// Share chooses.
func (s Shop) Share(c Sharing) Shop {
	s.Shared, s.Hidden = c == SharesAll, c == SharesNone
	return s
}

// How often one person may ask for a shop.
const (
	asksFor  = 24 * time.Hour
	asksMost = 3
)

// MayAsk reports whether the person may ask for the shop, again after a
// refusal: a few times a day, and not while a request waits.
func (s Shop) MayAsk(now time.Time) bool {
	return s.State != ShopAsked && s.State != ShopApproved && s.State != ShopSuspended && (now.Sub(s.AsksFrom) >= asksFor || s.Asks < asksMost)
}

// Ask makes it a request under a name and a phone.
func (s Shop) Ask(name, phone string, now time.Time) Shop {
	if now.Sub(s.AsksFrom) >= asksFor {
		s.Asks, s.AsksFrom = 0, now
	}
	s.Asks++
	s.Name, s.Phone, s.State, s.Asked = name, phone, ShopAsked, now
	return s
}

// Seal stands for what an owner sees of a request before deciding: another
// name, phone or group chat has another one.
func (s Shop) Seal() string {
	seen := s.Name + "\x00" + s.Phone
	if s.GroupChat != 0 {
		seen += "\x00" + strconv.FormatInt(s.GroupChat, 10) + "\x00" + s.GroupChatTitle
	}
	sum := sha256.Sum256([]byte(seen))
	return hex.EncodeToString(sum[:4])
}

// EntryKind is what a journal line is about, read from its key.
type EntryKind string

// The kinds of journal lines.
const (
	EntryHold    EntryKind = "hold"
	EntryCapture EntryKind = "capture"
	EntryRelease EntryKind = "release"
	EntryCredit  EntryKind = "credit"
	EntryDebit   EntryKind = "debit"
	EntryCorrect EntryKind = "reconcile"
	EntryRepay   EntryKind = "repay"
	EntryUndo    EntryKind = "undo"
)

// SplitKey tells what a journal key is about, and the order or request it
// names; of an undo, the key that it undoes. An unknown key gives an empty kind.
func SplitKey(key string) (kind EntryKind, id string) {
	head, rest, _ := strings.Cut(key, "/")
	switch EntryKind(head) {
	case EntryCredit, EntryDebit, EntryRepay, EntryUndo, EntryCorrect:
		return EntryKind(head), rest
	case "order":
		id, last, _ := strings.Cut(rest, "/")
		switch k := EntryKind(last); k {
		case EntryHold, EntryCapture, EntryRelease:
			return k, id
		}
	}
	return "", ""
}
