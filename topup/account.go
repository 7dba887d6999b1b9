package topup

import "time"

// Account is what GET /validate says of the provider key, without the key.
type Account struct {
	Username string    `json:"username"`
	Enabled  bool      `json:"enabled"`
	Test     bool      `json:"sandbox"`
	ReadOnly bool      `json:"read_only"`
	At       time.Time `json:"at"`
}

// Weather is the state of the operators as GET /ping reports it. An operator
// that is not named is up as far as anyone knows.
type Weather struct {
	At   time.Time         `json:"at"`
	Down map[Operator]bool `json:"down,omitempty"`
}
