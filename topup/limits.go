package topup

// What may be sold, counted by what it costs the shop: an owner says it of a
// shop, its keeper of a cashier. What is given back gives room again, on the
// day that it was sold.

// Takings are what was sold on one day.
type Takings struct {
	Day   string `json:"day,omitempty"`
	Sold  Money  `json:"sold,omitempty"`
	Sales int    `json:"sales,omitempty"`
}

// On is the takings of a day: what was sold on another one is no matter.
func (t Takings) On(day string) Takings {
	if t.Day != day {
		return Takings{Day: day}
	}
	return t
}

// Took counts a sale of a day.
func (t Takings) Took(price Money, day string) Takings {
	t = t.On(day)
	t.Sold += price
	t.Sales++
	return t
}

// GaveBack takes off what was given back of a sale of a day; whole tells that
// nothing of it was delivered. What is past changes nothing.
func (t Takings) GaveBack(back Money, whole bool, day string) Takings {
	if t.Day != day {
		return t
	}
	t.Sold = max(0, t.Sold-back)
	if whole {
		t.Sales = max(0, t.Sales-1)
	}
	return t
}

// On is the member on a day.
func (m Member) On(day string) Member {
	m.Takings = m.Takings.On(day)
	return m
}

// Left is what a cashier may still sell on a day; false where there is no
// limit.
func (m Member) Left(day string) (Money, bool) {
	if m.Role != Cashier || m.Limit == 0 {
		return 0, false
	}
	return max(0, m.Limit-m.On(day).Sold), true
}

// Left is what the shop may still sell on a day; false where there is no limit.
func (s Shop) Left(day string) (Money, bool) {
	return max(0, s.MostDay-s.Today.On(day).Sold), s.MostDay > 0
}
