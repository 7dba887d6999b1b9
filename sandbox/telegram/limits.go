package telegram

import (
	"cmp"
	"fmt"
	"time"
)

// Limits says how fast a bot may send and edit before it is told 429 Too Many Requests. Each is a bucket that holds
// Burst sendings and refills at its rate. The zero value means [DefaultLimits].
type Limits struct {
	Off            bool    // no limits at all
	ChatPerSecond  float64 // refill of one private chat
	ChatBurst      int     // sendings at once in one private chat
	GroupPerMinute float64 // refill of one group
	GroupBurst     int     // sendings at once in one group
	AllPerSecond   float64 // refill over all chats
	AllBurst       int     // sendings at once over all chats
}

// DefaultLimits are Telegram's published rates (1 a second in a chat, 20 a minute in a group, 30 a second in all) with
// bursts so wide that only a bot that really floods meets them, even in a test that takes no time at all.
func DefaultLimits() Limits {
	return Limits{
		ChatPerSecond: 1, ChatBurst: 30,
		GroupPerMinute: 20, GroupBurst: 20,
		AllPerSecond: 30, AllBurst: 90,
	}
}

// SetLimits changes the limits from now on, with full buckets; the zero value means DefaultLimits.
func (s *Server) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = cmp.Or(l, DefaultLimits())
	clear(s.buckets)
}

// bucket is a token bucket.
type bucket struct {
	left float64
	at   time.Time
}

// refill brings a bucket up to now.
func (b *bucket) refill(perSecond float64, burst int) {
	now := time.Now()
	b.left = min(b.left+now.Sub(b.at).Seconds()*perSecond, float64(burst))
	b.at = now
}

// wait is the time until one more fits.
func (b *bucket) wait(perSecond float64) time.Duration {
	if b.left >= 1 {
		return 0
	}
	return time.Duration((1 - b.left) / perSecond * float64(time.Second))
}

// overall is the key of the bucket over all chats; no chat has this ID.
const overall = 0

// spend takes one sending into a chat from its bucket and the common one, or tells how long to wait.
func (s *Server) spend(c *chat) time.Duration {
	l := s.limits
	if l.Off {
		return 0
	}
	rate, burst := l.ChatPerSecond, l.ChatBurst
	if c.Type != "private" {
		rate, burst = l.GroupPerMinute/60, l.GroupBurst
	}
	own, all := s.bucket(c.ID, burst), s.bucket(overall, l.AllBurst)
	own.refill(rate, burst)
	all.refill(l.AllPerSecond, l.AllBurst)
	if wait := max(own.wait(rate), all.wait(l.AllPerSecond)); wait > 0 {
		return wait
	}
	own.left--
	all.left--
	return 0
}

func (s *Server) bucket(key int64, burst int) *bucket {
	b := s.buckets[key]
	if b == nil {
		b = &bucket{left: float64(burst), at: time.Now()}
		s.buckets[key] = b
	}
	return b
}

// parking is a call that was told to wait.
type parking struct {
	until time.Time
	calls int // made again before that
}

// earlyCalls is how often a call may come again before its retry_after has passed: some were on their way already.
const earlyCalls = 3

// tooMany is the answer to a flood, with the wait rounded up to seconds.
func tooMany(wait time.Duration) *failure {
	seconds := int((wait + time.Second - 1) / time.Second)
	return &failure{code: 429, text: fmt.Sprintf("Too Many Requests: retry after %d", seconds), retryAfter: seconds}
}

// patience watches that a bot told to wait does so: one that calls the same method in the same chat again and again
// before its time breaks a rule, whoever caused the 429.
func (s *Server) patience(p *params, f *failure) {
	key := p.method + " " + p.values["chat_id"]
	parked := s.parked[key]
	if f == nil || f.code != 429 {
		delete(s.parked, key)
		return
	}
	now := time.Now()
	if parked == nil || now.After(parked.until) {
		s.parked[key] = &parking{until: now.Add(time.Duration(f.retryAfter) * time.Second)}
		return
	}
	parked.calls++
	if parked.calls > earlyCalls {
		p.unfit = append(p.unfit, s.violate(p.method, "called %d times before retry_after was over", parked.calls))
	}
}
