package topup

import "time"

// Account is what the provider says of our key, without the key.
type Account struct {
	Username string    `json:"username"`
	Enabled  bool      `json:"enabled"`
	Test     bool      `json:"sandbox"` // the key is for trying: nothing is really sold
	ReadOnly bool      `json:"read_only"`
	At       time.Time `json:"at"`
}

// Weather is the state of the operators as the provider reports it. An operator
// that is not named is up as far as anyone knows.
type Weather struct {
	At   time.Time         `json:"at"` // when it was first so
	Down map[Operator]bool `json:"down,omitempty"`
}
