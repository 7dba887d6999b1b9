package topup

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf16"
)

// What a shop complains of. The rules: a sale has one complaint, which keeps all
// that was said of it; one that was closed is taken up again by another message
// of the shop. Its size is bounded, and so is how many a shop has open.

// ComplaintState is where a complaint stands.
type ComplaintState string

// The states of a complaint. A closed one says what came of it.
const (
	ComplaintOpen     ComplaintState = "open"
	ComplaintSettled  ComplaintState = "settled"  // it was put right
	ComplaintRejected ComplaintState = "rejected" // it was not justified
	ComplaintVoid     ComplaintState = "void"     // there was nothing to do
)

// ComplaintOutcomes lists what can come of a complaint.
func ComplaintOutcomes() []ComplaintState {
	return []ComplaintState{ComplaintSettled, ComplaintRejected, ComplaintVoid}
}

// Bounds of complaints.
const (
	RemarkMost     = 600 // of a remark's text, in units of UTF-16: it fits under a photo
	RemarksMost    = 20  // of a complaint's remarks, by each side
	ComplaintsMost = 10  // open ones of a shop
)

// Remark is a message of a complaint's thread.
type Remark struct {
	At    time.Time `json:"at"`
	By    int64     `json:"by"`
	Name  string    `json:"name,omitempty"` // that person's, as it was then
	Desk  bool      `json:"desk,omitempty"` // by who works for the business, not by the shop
	Text  string    `json:"text,omitempty"`
	Photo string    `json:"photo,omitempty"` // as Telegram names it
	// Outcome is what the complaint was closed with, by this remark.
	Outcome ComplaintState `json:"outcome,omitempty"`
}

// Complaint is what a shop complains of with a sale, and what was said of it.
type Complaint struct {
	Order  OrderID        `json:"order"`
	No     uint64         `json:"no"` // the sale's
	Shop   ShopID         `json:"shop"`
	State  ComplaintState `json:"state"`
	Opened time.Time      `json:"opened"` // since when it is, or was, open
	Closed time.Time      `json:"closed,omitzero"`
	// Disputed is when the message to the provider's support was last made,
	// Disputer by whom.
	Disputed time.Time `json:"disputed,omitzero"`
	Disputer string    `json:"disputer,omitempty"`
	Thread   []Remark  `json:"thread,omitempty"` // the oldest first
}

// Open reports whether it waits for an owner.
func (c Complaint) Open() bool { return c.State == ComplaintOpen }

// Room is how many more remarks a side may make.
func (c Complaint) Room(desk bool) int {
	room := RemarksMost
	for _, r := range c.Thread {
		if r.Desk == desk && r.Outcome == "" {
			room--
		}
	}
	return max(0, room)
}

// Complain adds a remark of the shop to what there is of the sale's complaint
// (zero for none); false when the thread is full. A closed one is open again.
func (c Complaint) Complain(o Order, r Remark) (Complaint, bool) {
	if c.Room(false) == 0 {
		return c, false
	}
	if !c.Open() {
		c.Order, c.No, c.Shop = o.ID, o.No, o.Shop
		c.State, c.Opened, c.Closed = ComplaintOpen, r.At, time.Time{}
	}
	r.Desk, r.Outcome = false, ""
	return c.with(r), true
}

// Answer adds a remark of the desk; false when the thread is full, or it is
// closed.
func (c Complaint) Answer(r Remark) (Complaint, bool) {
	if !c.Open() || c.Room(true) == 0 {
		return c, false
	}
	r.Desk, r.Outcome = true, ""
	return c.with(r), true
}

// Close ends it with the desk's last word, which may be empty and has room
// always; false when it is closed.
func (c Complaint) Close(outcome ComplaintState, r Remark) (Complaint, bool) {
	if !c.Open() || !outcome.closed() {
		return c, false
	}
	c.State, c.Closed = outcome, r.At
	r.Desk, r.Outcome = true, outcome
	return c.with(r), true
}

// with adds a remark, and leaves the former thread as it was.
func (c Complaint) with(r Remark) Complaint {
	c.Thread = append(c.Thread[:len(c.Thread):len(c.Thread)], r)
	return c
}

// closed reports that a state is one of those that a complaint ends in.
func (s ComplaintState) closed() bool {
	return s == ComplaintSettled || s == ComplaintRejected || s == ComplaintVoid
}

// RemarkFits reports whether a text is short enough for a remark.
func RemarkFits(text string) bool { return len(utf16.Encode([]rune(text))) <= RemarkMost }

// ErrComplaint is a complaint that says nothing, or too much.
var ErrComplaint = errors.New("topup: this is no complaint")

// Valid reports the first thing that makes it unfit to be kept.
func (c Complaint) Valid() error {
	switch {
	case c.Order == "" || c.Shop == 0 || c.No == 0 || c.Opened.IsZero():
		return fmt.Errorf("%w: it has no sale", ErrComplaint)
	case c.Open() != c.Closed.IsZero() || (!c.Open() && !c.State.closed()):
		return fmt.Errorf("%w: %q and closed at %v", ErrComplaint, c.State, c.Closed)
	case len(c.Thread) == 0 || len(c.Thread) > 3*RemarksMost: // each side's, and an end for each time the shop began
		return fmt.Errorf("%w: it has %d remarks", ErrComplaint, len(c.Thread))
	}
	for _, r := range c.Thread {
		if r.At.IsZero() || r.By == 0 || (r.Text == "" && r.Photo == "" && r.Outcome == "") || !RemarkFits(r.Text) {
			return fmt.Errorf("%w: a remark says nothing or too much", ErrComplaint)
		}
	}
	return nil
}
