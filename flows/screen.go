package flows

import (
	"time"

	"hanout/topup"
)

// Msg is a text for people: an ID of the message files and the data that
// goes into it. Data values are typed, and the renderer writes each as the
// language wants it: topup.Money, topup.MSISDN, topup.Line, time.Time, Day, Clock, int,
// Name, Latin, Words, Prose, Bare, PlanName, Minutes, Percent, Signed, When, Secret, and Msg for a text
// inside a text.
type Msg struct {
	ID   string
	Data map[string]any
}

// M makes a Msg from an ID and pairs of key and value.
func M(id string, pairs ...any) Msg {
	m := Msg{ID: id}
	for i := 0; i+1 < len(pairs); i += 2 {
		if m.Data == nil {
			m.Data = make(map[string]any, len(pairs)/2)
		}
		m.Data[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// Data types that say how a string is to be written.
type (
	// Name is a person's or a shop's name, in its own direction.
	Name string
	// Latin is left to right whatever surrounds it: operators, references.
	Latin string
	// Words is a sentence of the provider, shown as it is.
	Words string
	// Prose is a text of several lines, shown as it was typed. It stands in a
	// line of its own.
	Prose string
	// Bare are lines without markup and signs of direction, to be copied.
	Bare []Msg
	// PlanName is the provider's name of a plan, often "FR | AR": the half
	// of the reader's language is shown.
	PlanName string
	// Minutes is a time span, in whole minutes.
	Minutes int
	// Percent is a part, written in hundredths.
	Percent topup.Rate
	// When is an instant in a list: the hour of one of today, else the day.
	When struct{ At, Now time.Time }
	// Signed is an amount that shows its sign.
	Signed topup.Money
)

// Screen is one message to be shown: lines of text and rows of buttons.
type Screen struct {
	Lines []Msg
	Rows  [][]Button
	// AskContact adds a reply button with this label that shares the person's
	// own number; RemoveKeyboard takes it away. Such messages stay as they are.
	AskContact     *Msg
	RemoveKeyboard bool
	Photo          []byte // PNG above the text
	PhotoID        string // a photo that somebody sent, by Telegram's name for it
	File           []byte // a document, with the text as its caption
	FileName       string
	Protect        bool // no forwarding, no saving
	Silent         bool // without a sound
	// In is the language it is written in, whatever the reader's; "" for that.
	In string
	// Gone deletes the panel's message. What the screen says replaces it where
	// Telegram deletes nothing any more; it stays as it is when that is nothing.
	Gone bool
	// TooLong is shown instead when the text is more than a message holds.
	TooLong *Screen
}

// Button is an inline button.
type Button struct {
	Label Msg
	Data  string // callback data, made by the encoders of this package
	URL   string
	Copy  string // to the clipboard, instead of data
	Style Style
}

// Style is the colour of a button; it only repeats what the text says.
type Style string

// The styles.
const (
	Plain Style = ""
	Go    Style = "success"
	Stop  Style = "danger"
	Main  Style = "primary"
)

func (s *Screen) line(m ...Msg) { s.Lines = append(s.Lines, m...) }

func (s *Screen) row(b ...Button) { s.Rows = append(s.Rows, b) }

func button(m Msg, d string) Button { return Button{Label: m, Data: d} }

// grid lays buttons out in rows of n.
func (s *Screen) grid(n int, buttons []Button) {
	for len(buttons) > 0 {
		k := min(n, len(buttons))
		s.Rows = append(s.Rows, buttons[:k:k])
		buttons = buttons[k:]
	}
}

// Class orders what is owed to Telegram: lower goes first.
type Class int

// The classes.
const (
	ClassCodes   Class = 0
	ClassMoney   Class = 1 // receipts, and whatever says what became of money
	ClassAnswer  Class = 2 // menus and answers
	ClassNotices Class = 3
	// ClassStrangers is all that is said to people who are no shop and no
	// owner, but codes and money.
	ClassStrangers Class = 4
	ClassNews      Class = 5 // what an owner tells all shops
)
