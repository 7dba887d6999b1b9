package bot

import "time"

// How fast the sender goes. Telegram publishes no limit that holds; it says 429
// when it was too much. The rules:
//
//   - what somebody waits for (codes, money, answers) leaves at once, with no
//     pace of its own: a refusal costs one pause, a fixed pace would cost
//     everybody always;
//   - what can wait (notices, what strangers are told) keeps a slow pace, in all
//     and in each chat;
//   - a refusal is taken for the chat's; when a second chat is refused before the
//     first one's pause is over, for the token's, and everything pauses;
//   - after it the chat, or the token, goes at a pace that is halved by each
//     further refusal, and is forgotten when there was none for a while.

// limits are the paces that are known beforehand, and how much may be under way.
type limits struct {
	slow, slowChat, slowGroup pace
	atOnce                    int // messages in flight, each in another chat
	answersAtOnce             int
}

func telegramLimits() limits {
	return limits{
		slow:     pace{every: time.Second / 20, burst: 5},
		slowChat: pace{every: time.Second, burst: 3},
		// 20 a minute is the one limit of groups that everybody meets.
		slowGroup: pace{every: 3 * time.Second, burst: 3},
		atOnce:    32, answersAtOnce: 16,
	}
}

// slowClass is the first class that can wait.
const slowClass = 3

// What a refusal teaches, at first and at most, and for how long.
const (
	learnedAll   = time.Second / 25
	learnedChat  = time.Second
	learnedGroup = 3 * time.Second
	learnedMost  = 32 * time.Second
	learnedFor   = 5 * time.Minute
)

// pace spaces events: burst of them at once, then one in every interval. The
// zero pace spaces nothing.
type pace struct {
	every time.Duration
	burst int
	full  time.Time // when all of the burst is there again
}

// ready is the first time at which the next event may happen.
func (p *pace) ready() time.Time { return p.full.Add(-time.Duration(p.burst-1) * p.every) }

// spend counts an event at now.
func (p *pace) spend(now time.Time) {
	if p.full.Before(now) {
		p.full = now
	}
	p.full = p.full.Add(p.every)
}

// learned is a pace that Telegram has taught.
type learned struct {
	pace
	refused time.Time // last
}

// teach slows down after a refusal: to first, or to half of what it was.
func (l *learned) teach(now time.Time, first time.Duration) {
	every := first
	if l.known(now) {
		every = min(2*l.every, learnedMost)
	}
	l.pace, l.refused = pace{every: every, burst: 1}, now
}

func (l *learned) known(now time.Time) bool { return l.every > 0 && now.Sub(l.refused) < learnedFor }

// after is the first time at which the next event may happen; zero while
// nothing was taught.
func (l *learned) after(now time.Time) time.Time {
	if !l.known(now) {
		return time.Time{}
	}
	return l.ready()
}

func (l *learned) count(now time.Time) {
	if l.known(now) {
		l.spend(now)
	}
}

// later is the latest of some times.
func later(times ...time.Time) (at time.Time) {
	for _, t := range times {
		if t.After(at) {
			at = t
		}
	}
	return at
}
