package telegram

import (
	"slices"
	"time"
)

// FaultKind is a way in which the service misbehaves.
type FaultKind string

// The faults. The first seven strike calls, the last four strike what people send.
const (
	FaultOutage        FaultKind = "outage"         // the connection breaks before anything is done
	FaultBadGateway    FaultKind = "bad_gateway"    // 502 with a page that repeats the request's path, token and all
	FaultFlood         FaultKind = "flood"          // 429 with retry_after
	FaultLostAnswer    FaultKind = "lost_answer"    // done, then the connection breaks
	FaultSlow          FaultKind = "slow"           // done after Delay
	FaultBrokenAnswer  FaultKind = "broken_answer"  // done, then half of the JSON
	FaultStrangeAnswer FaultKind = "strange_answer" // done, then ok:true with a result of an unknown shape

	FaultRepeatUpdates  FaultKind = "repeat_updates"  // every update is delivered twice
	FaultReorderUpdates FaultKind = "reorder_updates" // each batch of updates comes last one first
	FaultOldUpdates     FaultKind = "old_updates"     // what people send is dated Delay ago
	FaultPoisonUpdate   FaultKind = "poison_update"   // an update with an unknown forward_origin goes before each other
)

// Fault is one misbehaviour. The zero values of its limits mean no limit: it lasts until [Faults.Clear].
type Fault struct {
	Method     string        // the only method struck; "" or "*" strikes all
	Kind       FaultKind     // what goes wrong
	Times      int           // how many calls or updates are struck
	For        time.Duration // how long it lasts from Faults.Set on
	Delay      time.Duration // FaultSlow: the wait; FaultOldUpdates: the age
	RetryAfter time.Duration // FaultFlood: what the bot is told when For is zero; whole seconds, at least 1
}

// activeFault is a fault in force.
type activeFault struct {
	Fault
	since time.Time
	left  int // when Times is not zero
}

// Faults makes the service misbehave.
type Faults struct{ server *Server }

// Set puts a fault into force, beside those already there. A call is struck by the first that fits it; an outage
// also ends the poll under way.
func (f Faults) Set(fault Fault) {
	s := f.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inForce = append(s.inForce, &activeFault{Fault: fault, since: time.Now(), left: fault.Times})
	if fault.Kind == FaultOutage {
		s.queue.ring()
	}
	s.touch()
}

// Clear ends all faults.
func (f Faults) Clear() {
	s := f.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inForce = nil
	s.touch()
}

// Active gives the faults in force.
func (f Faults) Active() []Fault {
	s := f.server
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Fault
	for _, one := range s.inForce {
		if one.live() {
			all = append(all, one.Fault)
		}
	}
	return all
}

func (f *activeFault) live() bool {
	return (f.Times == 0 || f.left > 0) && (f.For == 0 || time.Since(f.since) < f.For)
}

// strike uses up one turn of the first fault of these kinds that fits the method; the caller holds the lock.
func (s *Server) strike(method string, kinds ...FaultKind) (*activeFault, bool) {
	for _, f := range s.inForce {
		if !f.live() || !slices.Contains(kinds, f.Kind) {
			continue
		}
		if method != "" && f.Method != "" && f.Method != "*" && f.Method != method {
			continue
		}
		f.left--
		return f, true
	}
	return nil, false
}

// wait is the retry_after of a flood.
func (f *activeFault) wait() time.Duration {
	if f.For > 0 {
		return max(f.For-time.Since(f.since), time.Second)
	}
	return max(f.RetryAfter, time.Second)
}
