package store

import (
	"time"

	"hanout/topup"
)

// SettingRestored names the setting that marks a store made from a copy; it
// holds a topup.Restored.
const SettingRestored = "restored"

// Head names a state of the journal: its last line.
type Head struct {
	Seq  uint64
	Hash string
}

// Balance is the money in an account.
type Balance struct {
	Account topup.AccountID
	Money   topup.Money
}

// Chat is what is remembered of a chat with a person.
type Chat struct {
	ID        int64     `json:"id"`
	Language  string    `json:"language,omitempty"`  // chosen; "" until then
	Guess     string    `json:"guess,omitempty"`     // Telegram's language_code
	Blocked   bool      `json:"blocked,omitempty"`   // the person blocked us
	Missed    bool      `json:"missed,omitempty"`    // the owners know that a message could not be delivered
	Heard     time.Time `json:"heard,omitzero"`      // when somebody last said something here, to a day
	LastPanel string    `json:"last_card,omitempty"` // the last message owed anew
	Ring      string    `json:"ring,omitempty"`      // the panel of the sale's end that stands here for a while
	Customer  bool      `json:"customer,omitempty"`  // was given codes here
	// Guesses counts unknown customer links opened since GuessedFrom.
	Guesses     int       `json:"guesses,omitempty"`
	GuessedFrom time.Time `json:"guessed_from,omitzero"`
	// Kept are the orders whose codes Telegram refused to take for this chat.
	// Whether they are kept still, the claim says.
	Kept []topup.OrderID `json:"kept,omitempty"`
	// Moved is the supergroup that a group chat has become: what is of the one is of
	// the other.
	Moved int64 `json:"moved,omitempty"`
}

// Owed is a message that Telegram has not taken yet. A panel owes at most
// one: a newer text replaces an older one that was not sent.
type Owed struct {
	Panel string    `json:"card"`
	Chat  int64     `json:"chat"`
	Seq   uint64    `json:"seq"` // set by the store; the newest wins
	Class int       `json:"class"`
	Since time.Time `json:"since"` // when the panel first owed something
	Body  []byte    `json:"body"`  // as the till wrote it; the store seals it
	// Sum is a digest of what the message says; the store keeps it under its
	// key, so that no text can be guessed by it.
	Sum string `json:"sum,omitempty"`
}

// PanelRef is the message that shows a panel now.
type PanelRef struct {
	Chat      int64     `json:"chat"`
	MessageID int       `json:"message_id"`
	At        time.Time `json:"at"`
	Sum       string    `json:"sum,omitempty"` // of what it says, as the store keeps it; "" when that is not known
}

// Shown is what shows the panel once Telegram has its newest message, as
// messageID (0: it has it, but the number is not known) and saying what says is
// the digest of; former is the message that showed it there before, 0 for none.
func (r PanelRef) Shown(chat int64, messageID int, says string, at time.Time) (next PanelRef, former int) {
	// In another chat the same number is another message, and the panel's former
	// one is out of reach.
	there := r.Chat == chat
	switch {
	case messageID == 0:
		r.Sum = "" // the newest text is in a message that is not known
		return r, 0
	case there && r.MessageID == messageID:
		r.Sum = says
		return r, messageID
	case there:
		former = r.MessageID
	}
	return PanelRef{Chat: chat, MessageID: messageID, At: at, Sum: says}, former
}

// Undelivered is a message that Telegram will never take.
type Undelivered struct {
	Owed
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// DeadLetter is an update that could not be handled, kept for a person to see.
type DeadLetter struct {
	UpdateID int64     `json:"update_id"`
	Raw      []byte    `json:"raw"` // as it came; the store seals it
	Why      string    `json:"why"`
	At       time.Time `json:"at"`
}
