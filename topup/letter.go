package topup

import "time"

// Letters are what the people of a shop wrote to the owners of late: as many as
// a counter needs in an hour, and a few a day from who was refused.
type Letters struct {
	No       uint64    `json:"no"` // of the newest
	From     time.Time `json:"from"`
	Had      int       `json:"had"`                // since then
	Answered int64     `json:"answered,omitempty"` // who answered the newest first
}

const (
	lettersFor, lettersMost = time.Hour, 6
	refusedFor, refusedMost = 24 * time.Hour, 2
)

// letters is how many letters the shop has had in its span of time, and may.
func (s Shop) letters(now time.Time) (had, most int) {
	last, most := lettersFor, lettersMost
	if !s.Admitted() {
		last, most = refusedFor, refusedMost
	}
	if age := now.Sub(s.Letters.From); age < 0 || age >= last {
		return 0, most
	}
	return s.Letters.Had, most
}

// MayWrite reports whether somebody of the shop may write to the owners now: it
// was decided on, and they have not had many.
func (s Shop) MayWrite(now time.Time) bool {
	had, most := s.letters(now)
	return (s.Admitted() || s.State == ShopRefused) && had < most
}

// Wrote counts a letter.
func (s Shop) Wrote(now time.Time) Shop {
	if s.Letters.Had, _ = s.letters(now); s.Letters.Had == 0 {
		s.Letters.From = now
	}
	s.Letters.Had++
	s.Letters.No++
	s.Letters.Answered = 0
	return s
}

// Answers notes who answered a letter, if nobody did before and there is none
// newer.
func (s Shop) Answers(no uint64, person int64) Shop {
	if no != 0 && s.Letters.No == no && s.Letters.Answered == 0 {
		s.Letters.Answered = person
	}
	return s
}
