package till

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"hanout/render"
	"hanout/topup"
)

// Update is one update, read as far as this bot needs it. At most one of
// Message, Callback, Blocked and Moved is set.
type Update struct {
	ID       int64
	Raw      json.RawMessage // as Telegram sent it
	Message  *Incoming
	Callback *Callback
	// Blocked tells that the bot was thrown out of Chat (true), or let in
	// again (false); in a private chat, that the person blocked it.
	Blocked *bool
	Chat    Chat
	Moved   *Move
	// Broken says why the update could not be read; it holds nothing of the
	// content.
	Broken string
}

// Chat is where something happened. Type is "private", "group", "supergroup"
// or "channel".
type Chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

// Move tells that a group chat has become a supergroup, which is another chat.
type Move struct{ From, To int64 }

// User is who did it. The names are as the person typed them.
type User struct {
	ID           int64  `json:"id"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	LanguageCode string `json:"language_code"` // of the app, such as "ar" or "fr-FR"
	IsBot        bool   `json:"is_bot"`
}

// Incoming is a message of a person. From is zero for channel posts.
type Incoming struct {
	MessageID int
	Chat      Chat
	From      User
	Date      time.Time
	Text      string
	Contact   *Contact
	Photo     string // its largest size, by Telegram's name for it
	Thing     bool   // a sticker, a voice note or the like
	// Nameless tells that it was said in the name of a chat: of the group chat, by
	// an administrator who stays anonymous, or of a channel. Who it was is not
	// known, whatever From says.
	Nameless bool
	ReplyTo  string // the name of the bot whose message it answers
}

// Contact is a shared phone number, as Telegram writes it. UserID is 0 for a
// number that is not on Telegram; only when it equals the sender's ID is the
// number known to be the sender's own.
type Contact struct {
	Phone  string `json:"phone_number"`
	UserID int64  `json:"user_id"`
}

// Callback is a pressed inline button. The message may no longer be
// accessible: ChatID is then 0 unless Telegram still tells it.
// Data may be forged; it need not belong to any button ever sent.
type Callback struct {
	ID       string
	From     User
	ChatID   int64
	ChatType string
	Data     string
}

// Outgoing is a message owed to a chat. It is named by its panel: of one panel
// only the newest state is worth sending.
type Outgoing struct {
	Panel string
	// Seq orders what is owed: within a chat and class, messages leave by
	// increasing Seq; of a panel, the higher one replaces the lower.
	Seq  uint64
	Chat int64
	// Class says who goes first, lowest first: 0 codes, 1 receipts and money,
	// 2 menus and answers, 3 what can wait, 4 what strangers are
	// told.
	Class   int
	Message render.Message
	// MessageID is the panel's message as the store knows it, 0 for none. What
	// the sender itself has sent since counts more.
	MessageID int
}

// Sent is what became of an Outgoing.
type Sent struct {
	Panel     string
	Seq       uint64
	Chat      int64
	MessageID int // the panel's message now; 0 when its ID could not be read
	Former    int // the message it has replaced and that should be deleted, 0 for none
	// Lost is "" for a message that is out. Otherwise trying again would not
	// help.
	Lost Lost
	// Moved is the supergroup that the chat has become: nothing is lost, and it
	// is owed there.
	Moved int64
}

// Lost says why a message can never be delivered.
type Lost string

// The causes that the till draws conclusions from; others are only told.
const (
	LostBlocked  Lost = "blocked"   // the person blocked us, never started us, or is gone
	LostChatGone Lost = "chat_gone" // no such chat, or we may not write there
)

// Command is one entry of a command menu: the name without its slash, and what
// it does.
type Command struct {
	Name        string
	Description string
}

// File is a file on disk that goes to a chat beside the outbox, behind all that
// is owed.
type File struct {
	Chat    int64
	Path    string // its last part is the name that people see
	ID      string // Telegram's, when it has the file already: it is not read then
	Caption string // Telegram HTML
	Silent  bool
}

// ErrUnreachable is why nothing will ever reach a chat.
var ErrUnreachable = errors.New("till: nothing can be sent to this chat")

// outbox is the sender as the engine uses it.
type Messenger interface {
	// SendFile sends a file and gives Telegram's ID of it. It waits for its
	// turn, tries a few times, and ends with ctx; [ErrUnreachable] is for good.
	SendFile(ctx context.Context, f File) (id string, err error)

	// GroupChat tells what a group chat is called, and whether a person is one of its
	// administrators. [ErrUnreachable] is for good.
	GroupChat(ctx context.Context, chat, person int64) (title string, admin bool, err error)

	// Offer hands over what one commit owes, all at once: then its order is that
	// of the classes, whatever leaves first.
	Offer(...Outgoing)
	Answer(queryID, text string, alert bool)
	Forget(chat int64, messageID int)
	Menu(chat int64, language string, commands []Command, done func())
}

// Caller makes the calls to the provider, each when its turn comes.
type Caller interface {
	Ask(topup.Order, topup.Call)
	Asking(topup.OrderID) bool
	Do(topup.Work, func(context.Context, topup.Provider))
	// Halted reports whether the provider refuses our key: no call leaves.
	Halted() bool
	// Resume has the key tried before any other call.
	Resume()
	// Begin lets calls leave, as far as is known of the key; changed tells
	// that it is another one now. told is called when something new is known,
	// which Key gives.
	Begin(known topup.KeyState, changed bool, told func())
	Key() topup.KeyState
}
