package topup

import "time"

// InviteLife is how long a link lives that gives a place.
const InviteLife = 12 * time.Hour

// How many there may be at once, for each shop and for the business.
const (
	InvitesMost = 5
	MembersMost = 20
)

// Invite is a one-use link by which somebody gets a place with a shop, or with
// the business. The rules: it is theirs who opens it first, and the place is
// theirs when they say so; then it is gone. Its token is nowhere, only a mark
// that a store makes of it.
type Invite struct {
	ID      string    `json:"id"`    // also names its panel
	Mark    string    `json:"mark"`  // what stands for its token
	Place   Member    `json:"place"` // nobody's yet
	By      int64     `json:"by"`    // who made it, in their own chat
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
	Opened  int64     `json:"opened,omitempty"` // who opened it first
}

// Live reports whether somebody may still take the place.
func (i Invite) Live(person int64, now time.Time) bool {
	return i.ID != "" && now.Before(i.Expires) && (i.Opened == 0 || i.Opened == person)
}

// Taken is the place as a person takes it.
func (i Invite) Taken(person int64, now time.Time) Member {
	m := i.Place
	m.Person, m.Since = person, now
	return m
}
