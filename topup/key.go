package topup

import (
	"slices"
	"time"
)

// KeyState is what is known against our key at the provider: how often a try
// was not taken since the last one that was, and when. The zero value is a key
// that nothing is known against. A provider shuts an address out that tries a
// wrong key again and again, so the times of the next tries follow from it.
type KeyState struct {
	Closed FaultKind   `json:"closed,omitempty"` // FaultKey or FaultBlocked: the provider has refused it in its own words
	Rounds int         `json:"rounds,omitempty"` // tries in a row that were not taken
	Tries  []time.Time `json:"tries,omitempty"`  // the last of them, as many as matter
}

const (
	triesMost   = 3 // within the time of a lock-out; the documented number is five
	roundsShort = 4 // a refused key is tried so often before the pauses get long
	pauseLong   = time.Hour
	pauseDoubt  = time.Minute
)

// Refused is the state after a refusal in the provider's words.
func (k KeyState) Refused(why FaultKind, now time.Time) KeyState {
	k = k.Tried(now)
	k.Closed = why
	k.Rounds++
	return k
}

// Doubted is the state after what looks like a refusal and is not in the
// provider's words: it may have been a try all the same.
func (k KeyState) Doubted(now time.Time) KeyState {
	k = k.Tried(now)
	k.Rounds++
	return k
}

// Tried is the state after one more refusal of calls that left together.
func (k KeyState) Tried(now time.Time) KeyState {
	k.Tries = append(slices.Clone(k.Tries), now)
	k.Tries = k.Tries[max(0, len(k.Tries)-triesMost):]
	return k
}

// NextTry is when the key is tried again by itself: after a refusal when a
// lock-out would be over, and later every hour; after a doubt at once, then
// after growing pauses. It is no earlier than [KeyState.NextWish].
func (k KeyState) NextTry(now time.Time, lockOut time.Duration) time.Time {
	if len(k.Tries) == 0 {
		return now
	}
	pause := lockOut
	switch {
	case k.Closed != "" && k.Rounds > roundsShort:
		pause = pauseLong
	case k.Closed == "" && k.Rounds == 1:
		pause = 0
	case k.Closed == "" && k.Rounds == 2:
		pause = pauseDoubt
	}
	last := k.Tries[len(k.Tries)-1]
	if last.After(now) { // the clock was set back
		last = now
	}
	next := last.Add(pause)
	if wish := k.NextWish(now, lockOut); next.Before(wish) {
		return wish
	}
	return next
}

// NextWish is when a person who asks for it may have the key tried: now,
// unless too many tries were refused in the time of a lock-out.
func (k KeyState) NextWish(now time.Time, lockOut time.Duration) time.Time {
	recent := slices.DeleteFunc(slices.Clone(k.Tries), func(t time.Time) bool { return now.Sub(t).Abs() >= lockOut })
	if len(recent) < triesMost {
		return now
	}
	if first := recent[0]; first.Before(now) {
		return first.Add(lockOut)
	}
	return now.Add(lockOut)
}
