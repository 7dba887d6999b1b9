package topup

// Safeguards are what the server of a database does so that nothing that was
// committed is lost.
type Safeguards struct {
	// Off are the settings that are not as they must be, each as NAME=VALUE.
	Off []string
	// Standby tells that commits are to wait for a standby, and Confirms how
	// many do confirm them; -1 when the server does not let us see it.
	Standby  bool
	Confirms int
}

// Alone tells that the data is on one server, by the owner's choice.
func (s Safeguards) Alone() bool { return !s.Standby }

// Unconfirmed tells that commits wait for a standby, and none is there.
func (s Safeguards) Unconfirmed() bool { return s.Standby && s.Confirms == 0 }
