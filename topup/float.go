package topup

import (
	"slices"
	"time"
)

// FloatWatch is what is known of how the float shrinks: the readings of a day,
// and from which sum on the owner wants to be told.
type FloatWatch struct {
	Readings []FloatReading `json:"readings,omitempty"` // the oldest first
	Level    Money          `json:"level,omitempty"`    // 0 leaves it to the pace
}

// FloatReading is the float at a time.
type FloatReading struct {
	At    time.Time `json:"at"`
	Float Money     `json:"float"`
}

const (
	paceWindow  = 24 * time.Hour
	paceLeast   = 3 * time.Hour    // of readings shorter than that, no pace can be told
	paceBetween = 10 * time.Minute // readings closer to each other are one
	lastsLeast  = 24 * time.Hour   // a float that lasts less is low
	lastsWell   = 30 * time.Hour   // and is no longer, when it lasts so long

	// FloatLeast is low whatever the pace, unless the owner chose a level.
	FloatLeast = Money(5000_00)
)

// FloatLevels are the sums that an owner can choose; 0 leaves it to the pace.
func FloatLevels() []Money {
	return []Money{0, Dinars(10_000), Dinars(20_000), Dinars(50_000), Dinars(100_000), Dinars(200_000), Dinars(500_000)}
}

// Read adds a reading; those from before the window go, but the one that the
// window begins with.
func (w FloatWatch) Read(now time.Time, float Money) FloatWatch {
	list := slices.DeleteFunc(slices.Clone(w.Readings), func(r FloatReading) bool { return r.At.After(now) }) // the clock was set back
	if n := len(list); n > 1 && now.Sub(list[n-2].At) < paceBetween {
		list = list[:n-1]
	}
	list = append(list, FloatReading{At: now, Float: float})
	for len(list) > 2 && now.Sub(list[1].At) >= paceWindow {
		list = list[1:]
	}
	w.Readings = list
	return w
}

// Lasts is how long the float lasts at the pace of the readings; false when
// they tell none. What it grew by between two readings is not known to have
// been spent.
func (w FloatWatch) Lasts() (time.Duration, bool) {
	var spent Money
	for i := 1; i < len(w.Readings); i++ {
		spent += max(w.Readings[i-1].Float-w.Readings[i].Float, 0)
	}
	if spent <= 0 {
		return 0, false
	}
	first, last := w.Readings[0], w.Readings[len(w.Readings)-1]
	over := last.At.Sub(first.At)
	if over < paceLeast {
		return 0, false
	}
	lasts := float64(max(last.Float, 0)) / float64(spent) * float64(over)
	return time.Duration(min(lasts, float64(1000*paceWindow))), true
}

// Low reports whether the float is low by the newest reading. Well reports that
// it is clearly not, so that one around the level does not ring at each sale.
func (w FloatWatch) Low() (low, well bool) {
	if len(w.Readings) == 0 {
		return false, false
	}
	float := w.Readings[len(w.Readings)-1].Float
	level := w.Level
	if level == 0 {
		level = FloatLeast
	}
	low, well = float < level, float >= level+level/5
	if lasts, known := w.Lasts(); w.Level == 0 && known {
		low, well = low || lasts < lastsLeast, well && lasts >= lastsWell
	}
	return low, well
}
