package topup

import "time"

// Timing of the life of an order. Each is stretched by the poll scale.
const (
	uncertainLimit = 24 * time.Hour // after it a person is told
	queuedLimit    = 48 * time.Hour
	openLimit      = 24 * time.Hour
	recheckReview  = time.Hour
	lookupsToSend  = 7 // absent look-ups, over more than two minutes, before one re-send
	maxSubmits     = 2
	lookupsMost    = 24 // then a person is told
	lookupsPatient = 48 // the same where nothing was lost, as far as anybody knows
)

// Times after which nothing leaves any more, whatever kept it: they are the
// customer's, so no poll scale stretches them.
const (
	// sendWithin is how long after the confirm an order may still leave. The
	// customer at the counter waits for seconds, not for minutes: what comes
	// later comes when he has been served otherwise, or has gone.
	sendWithin = 5 * time.Minute
	// resendWithin is how long after the first request an order whose answer
	// was lost may leave once more. Nobody told us how long the provider knows
	// a reference, and the first request may have arrived.
	resendWithin = 30 * time.Minute
	// clockJitter is how far a clock is put right in everyday running.
	clockJitter = 5 * time.Second
)

// within reports whether now is no more than d after a time. A time that lies
// ahead is not: the clock was set back, and nobody knows how long ago it was.
func within(d time.Duration, since, now time.Time) bool {
	age := now.Sub(since)
	return age >= -clockJitter && age <= d
}

// lookupWaits are the pauses before the look-ups after a lost answer; the
// last one goes on.
var lookupWaits = []time.Duration{
	2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second,
	20 * time.Second, 40 * time.Second, time.Minute,
}

// limit is the age from which a person is told of an order that is still
// open: the provider's own longest times.
func limit(s State) time.Duration {
	switch s {
	case Uncertain:
		return uncertainLimit
	case Queued:
		return queuedLimit
	}
	return openLimit
}

// PollWait is the pause before the next check of an order that is open at the
// provider, by the number of checks made and its age.
func PollWait(s State, polls int, age time.Duration) time.Duration {
	switch s {
	case Queued:
		return time.Hour
	case Uncertain:
		if age < uncertainLimit {
			return 15 * time.Minute
		}
		return time.Hour
	case Review:
		return recheckReview
	}
	switch {
	case polls < 6:
		return 5 * time.Second
	case polls < 15:
		return 10 * time.Second
	case polls < 24:
		return 20 * time.Second
	case age < 30*time.Minute:
		return time.Minute
	case age < openLimit:
		return 15 * time.Minute
	}
	return time.Hour
}

func lookupWait(n int) time.Duration {
	return lookupWaits[min(n, len(lookupWaits)-1)]
}

// The pause after being told to wait, when no time or a long one is named.
const (
	throttleLeast = 2 * time.Second
	throttleMost  = 30 * time.Second
)

// ThrottleWait is the pause after being told to wait. What the provider names
// is its own time, so the poll scale does not shorten it.
func ThrottleWait(named time.Duration, scale float64) time.Duration {
	return max(stretch(throttleLeast, scale), min(named, throttleMost))
}

// stretch is d in the time of a poll scale.
func stretch(d time.Duration, scale float64) time.Duration {
	return time.Duration(float64(d) * scale)
}

// unstretch is the reverse of stretch, for ages within the limits of a state.
func unstretch(d time.Duration, scale float64) time.Duration {
	return time.Duration(float64(d) / scale)
}

// ringAfter is how long a keeper is taken to watch the panel.
const ringAfter = 20 * time.Second

// Ring is how a change of an order is told beside its panel, whose edit makes no
// sound.
type Ring string

// The rings.
const (
	RingNone Ring = ""
	RingDone Ring = "done" // without a sound, and only where the panel is out of sight
	RingBack Ring = "back" // aloud: money came back, and the customer may still stand there
	RingWait Ring = "wait" // aloud: it takes long
)

// RingOf is the ring of a change. An order has one for its end, and one before
// at the most: when it takes long and the keeper has most likely looked away. What
// somebody took back themselves needs none.
func RingOf(was, o Order, now time.Time) Ring {
	switch {
	case was.State == o.State:
		return RingNone
	case o.State == Refunded && o.Reason == ReasonCancelled:
		return RingNone
	case GaveBack(o):
		return RingBack
	case o.State.Final():
		return RingDone
	case was.Rang || now.Sub(o.Placed) < ringAfter:
		return RingNone
	case o.State == Uncertain || o.State == Queued || (o.State == Review && was.State == Submitting):
		return RingWait
	}
	return RingNone
}

// longestPause is the longest time between two looks at an order in a state.
func longestPause(s State, scale float64) time.Duration {
	if s == Placed || s == Submitting {
		return time.Minute
	}
	return max(stretch(time.Hour, scale), time.Minute)
}

// Overslept reports whether an order is due later than any pause of its state
// leads to. The clock was set back since it got its time: it is due now, or
// nobody would look at it until the clock is there again.
func Overslept(o Order, now time.Time, scale float64) bool {
	return !o.State.Final() && o.Due.After(now.Add(longestPause(o.State, scale)))
}

// Wake makes an order due.
func Wake(o Order, now time.Time) Change {
	o.Due = now
	return Change{Order: o}
}

// SetAside leaves an order alone for a while because a step of it could not be
// applied: longer each time, and told once in each state.
func SetAside(o Order, now time.Time) Change {
	o.Due = now.Add(min(time.Minute<<min(o.Stumbles, 6), time.Hour))
	o.Stumbles++
	c := Change{Order: o}
	if o.Stumbles == 1 {
		c.Alert = AlertAside
	}
	return c
}
