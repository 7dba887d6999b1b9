package flows

import "time"

// Input is one thing a person did.
type Input struct {
	Chat    int64
	Private bool // the chat is the person's own with us
	Person  Person
	Text    string   // typed; empty for a tap or a contact
	Data    string   // callback data of a tapped button
	Contact *Contact // a shared phone number
	Photo   string   // a photo, by the name that Telegram has for it
	Thing   bool     // a sticker, a voice note or the like
	Reply   bool     // in a group chat, it answers a message of ours
	Late    bool     // it reached us long after it was done
}

// wordless tells of a thing with nothing written under it.
func (in Input) wordless() bool {
	return in.Thing && in.Text == "" && in.Contact == nil && in.Photo == ""
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

// Env is what surrounds a turn, whatever was done.
type Env struct {
	Now       time.Time
	Zone      *time.Location // of the shops: where their days begin
	NewID     func() string  // mints IDs for panels, orders and requests
	BotName   string         // our Telegram username, for links to ourselves
	LastPanel string         // the last message that we sent to this chat
}
