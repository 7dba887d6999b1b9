package topup

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SafetyCopy is one proved copy of the till's file.
type SafetyCopy struct {
	Name string    `json:"name,omitempty"` // of its file
	At   time.Time `json:"at,omitzero"`
	Seq  uint64    `json:"seq,omitempty"` // the last line of the journal in it
}

// Copies is what is known of the safety copies.
type Copies struct {
	Last   SafetyCopy `json:"last,omitzero"`   // the newest, by itself or by hand
	Since  time.Time  `json:"since,omitzero"`  // when they were first looked after
	Auto   time.Time  `json:"auto,omitzero"`   // when the newest was made by itself
	Failed time.Time  `json:"failed,omitzero"` // when that failed, since
	Drill  time.Time  `json:"drill,omitzero"`  // when an owner last practised the restore
	Asked  time.Time  `json:"asked,omitzero"`  // when the owners were last asked to
	// Sends tells that a copy can be sent away, sealed. It is no part of what is
	// kept.
	Sends bool `json:"-"`
}

const (
	copyStamp = "20060102-150405"
	copyHead  = "hanout-"
	copyAuto  = "auto-"
	copyEnd   = ".db"

	// copyAgain is how long a copy that failed is left alone.
	copyAgain = time.Hour
	// staleAfter is how long a till may be without a new copy.
	staleAfter = 48 * time.Hour
	// drillEvery is how often the owners are asked to practise.
	drillEvery = 30 * 24 * time.Hour
)

// CopyName names a copy that is made now, by itself or by hand.
func CopyName(now time.Time, auto bool) string {
	head := copyHead
	if auto {
		head += copyAuto
	}
	return head + now.UTC().Format(copyStamp) + copyEnd
}

// ReadCopyName tells when a copy was made, and whether by itself; ok is false
// for a name that is none of ours.
func ReadCopyName(name string) (at time.Time, auto, ok bool) {
	stamp, ours := strings.CutPrefix(name, copyHead)
	stamp, ended := strings.CutSuffix(stamp, copyEnd)
	stamp, auto = strings.CutPrefix(stamp, copyAuto)
	at, err := time.Parse(copyStamp, stamp)
	return at, auto, ours && ended && err == nil
}

// firstNight is three o'clock in Algiers, which has no summer time, on a Monday
// before all others.
var firstNight = time.Date(1996, 1, 1, 2, 0, 0, 0, time.UTC)

// Due reports whether the time for a copy by itself has come: once in every
// span, which is counted from a night. One that was missed is made up for.
func (c Copies) Due(now time.Time, every time.Duration) bool {
	if every <= 0 || now.Sub(c.Failed) < copyAgain && !c.Failed.After(now) {
		return false
	}
	turn := now.Add(-(now.Sub(firstNight) % every))
	return c.Auto.Before(turn) || c.Auto.After(now) // the clock was set back since
}

// Stale reports whether there is no new copy for too long.
func (c Copies) Stale(now time.Time, every time.Duration) bool {
	newest := c.Last.At
	if newest.Before(c.Since) {
		newest = c.Since
	}
	return every > 0 && !newest.IsZero() && now.Sub(newest) > max(staleAfter, 2*every)
}

// DrillDue reports whether the owners are to be asked to practise the restore:
// once a month, when there is a copy to do it with.
func (c Copies) DrillDue(now time.Time) bool {
	newest := c.Since
	for _, at := range []time.Time{c.Drill, c.Asked} {
		if at.After(newest) {
			newest = at
		}
	}
	return c.Last.Name != "" && !newest.IsZero() && now.Sub(newest) >= drillEvery
}

// Keep says which copies that were made by themselves stay: the newest, and of
// so many weeks and months before the newest of each.
type Keep struct{ Newest, Weeks, Months int }

// Drop lists those of the names that need not stay: only copies that were made
// by themselves, and never the one that was just made.
func (k Keep) Drop(names []string, made string) (drop []string) {
	var ours []string
	for _, name := range names {
		if _, auto, ok := ReadCopyName(name); ok && auto {
			ours = append(ours, name)
		}
	}
	slices.Sort(ours)
	slices.Reverse(ours) // the names begin with their time
	weeks, months := map[string]bool{}, map[string]bool{}
	for i, name := range ours {
		at, _, _ := ReadCopyName(name)
		year, week := at.ISOWeek()
		stays := i < max(k.Newest, 1) || name == made
		stays = first(weeks, fmt.Sprint(year, week), k.Weeks) || stays
		stays = first(months, at.Format("2006-01"), k.Months) || stays
		if !stays {
			drop = append(drop, name)
		}
	}
	return drop
}

// first tells whether a span is seen for the first time, and among the first
// so many.
func first(seen map[string]bool, span string, most int) bool {
	if seen[span] || len(seen) == most {
		return false
	}
	seen[span] = true
	return true
}
