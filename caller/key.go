package caller

import (
	"context"
	"errors"
	"time"

	"hanout/topup"
)

// The key is tried once. The rules:
//
//  1. After a start, after a refusal, and whenever a person asks, one call goes
//     first and alone: the probe. Others leave only when it is answered well.
//  2. What is asked for while a probe is on its way waits for it.
//  3. A refused probe closes: nothing waits, no send leaves. The next probe
//     leaves by itself, after pauses that spend no lock-out; see
//     [topup.KeyState].
//  4. A probe that is not answered proves nothing: a key that was taken before
//     still counts as taken. Otherwise people are not kept waiting for the next
//     probe, but what nobody waits for stays in the queue.
//  5. A refusal that is not in the provider's words, from whatever stands
//     between us, closes nothing, but makes a probe go first again.
//
// A probe is so rare that it takes no part in the rate limit.

var (
	errHalted   = errors.New("calls are stopped until the key is checked")
	errUnproven = errors.New("the provider does not say whether it takes our key")
)

// standing is where we stand with the key.
type standing int

const (
	unproven standing = iota // calls wait for the probe
	proven                   // calls leave
	closed                   // calls are refused
)

// door lets calls through or not. It has no lock and no clock.
type door struct {
	standing
	known   topup.KeyState
	next    time.Time // when the next probe leaves; zero: not by itself
	probing bool
	silent  int  // probes in a row that were not answered
	trusted bool // the key was taken before, and nothing is known against it since
}

// silentMost is the longest pause after a probe that was not answered.
const silentMost = 30 * time.Second

// waits reports whether a new call must let a probe go first.
func (d *door) waits(now time.Time) bool {
	return d.standing == unproven && (d.probing || !now.Before(d.next))
}

// due reports whether a probe leaves now.
func (d *door) due(now time.Time) bool {
	return d.standing != proven && !d.probing && !d.next.IsZero() && !now.Before(d.next)
}

// refused notes a refusal in the provider's words, of a probe or another call.
func (d *door) refused(why topup.FaultKind, probe bool, now time.Time, lockOut time.Duration) {
	if d.standing == closed && !probe {
		d.known = d.known.Tried(now) // it left together with the first
	} else {
		d.known = d.known.Refused(why, now)
	}
	d.standing = closed
	d.next = d.known.NextTry(now, lockOut)
}

// doubted notes a refusal of somebody else.
func (d *door) doubted(now time.Time, lockOut time.Duration) {
	d.known = d.known.Doubted(now)
	d.fallBack()
	d.next = d.known.NextTry(now, lockOut)
}

// unanswered notes that a probe said nothing.
func (d *door) unanswered(now time.Time, lockOut time.Duration) {
	if d.fallBack(); d.standing == proven {
		return
	}
	d.next = now.Add(min(time.Second<<min(d.silent, 5), silentMost))
	if d.standing == closed { // it may have been refused all the same
		d.next = now.Add(lockOut)
	}
	d.silent++
}

// fallBack is where we stand when a probe proved nothing.
func (d *door) fallBack() {
	switch {
	case d.known.Closed != "":
		d.standing = closed
	case d.known.Rounds == 0 && d.trusted:
		d.standing = proven
	default:
		d.standing = unproven
	}
}

// Begin lets calls leave as far as is known of the key. changed tells that it
// is another key than the one that this is known of. told is called, from any
// goroutine, when something new is known.
func (w *Caller) Begin(known topup.KeyState, changed bool, told func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.told = told
	w.door = door{known: known, next: known.NextTry(now, w.limits.LockOut)}
	w.door.fallBack()
	if changed {
		w.wish(now)
	}
	w.nudge()
}

// Key tells what is known against the key.
func (w *Caller) Key() topup.KeyState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.door.known
}

// Resume has the key tried, at once if that does not lock us out: all other
// calls wait for it.
func (w *Caller) Resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wish(time.Now())
	w.nudge()
}

// wish has the key tried as soon as it may; w.mu is held.
func (w *Caller) wish(now time.Time) {
	d := &w.door
	next := d.known.NextWish(now, w.limits.LockOut)
	if next.After(now) {
		if d.next.IsZero() || next.Before(d.next) {
			d.next = next
		}
		return
	}
	d.standing, d.next, d.silent = unproven, now, 0
}

// Halted reports whether calls are refused.
func (w *Caller) Halted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.door.standing == closed
}

// startProbe sends a probe, if one is due.
func (w *Caller) startProbe(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if w.door.due(now) && !now.Before(w.paused) {
		w.door.probing = true
		w.running.Go(func() { w.probe(ctx) })
	}
}

// probe tries the key. It gets the time of a send at a stop: a refusal that
// nobody reads is spent all the same.
func (w *Caller) probe(ctx context.Context) {
	f := w.account(ctx)
	w.mu.Lock()
	defer w.tell()
	defer w.mu.Unlock()
	defer w.nudge()
	w.door.probing = false
	if ctx.Err() != nil {
		return
	}
	now := time.Now()
	switch {
	case f == nil:
		if w.door.known.Rounds > 0 {
			w.log.Info("the provider takes our key again")
		}
		w.news = w.news || w.door.known.Rounds > 0
		w.door = door{standing: proven, trusted: true}
	case f.Kind == topup.FaultKey || f.Kind == topup.FaultBlocked:
		w.refusal(f.Kind, true, now)
	case f.Suspect:
		w.doubt(true, now)
	case f.Kind == topup.FaultThrottled:
		w.pause(f.RetryAfter)
	default:
		w.door.unanswered(now, w.limits.LockOut)
	}
}

// account asks the provider whether it takes our key.
func (w *Caller) account(ctx context.Context) (f *topup.Fault) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked(p)
			f = &topup.Fault{Kind: topup.FaultUnavailable, Err: errPanic}
		}
	}()
	if _, err := w.provider.Account(ctx); err != nil {
		return fault(err)
	}
	return nil
}

// refusal closes, after a probe or another call; w.mu is held.
func (w *Caller) refusal(why topup.FaultKind, probe bool, now time.Time) {
	if w.door.standing != closed {
		w.log.Error("all calls to the provider are stopped", "why", string(why))
	}
	w.door.refused(why, probe, now, w.limits.LockOut)
	w.news = true
	w.nudge()
}

// doubt makes a probe go first; w.mu is held.
func (w *Caller) doubt(probe bool, now time.Time) {
	if w.door.standing != proven && !probe {
		return // it left together with the first
	}
	w.door.doubted(now, w.limits.LockOut)
	w.news = true
	w.log.Warn("a call was refused, but not in the provider's words: the key is tried first", "rounds", w.door.known.Rounds)
	w.nudge()
}

// tell passes on that something new is known of the key. It may block, so no
// lock is held.
func (w *Caller) tell() {
	w.mu.Lock()
	news := w.news
	w.news = false
	w.mu.Unlock()
	if news {
		w.told()
	}
}

// turnedAway takes off the queue what may not wait for the key. cause is what
// functions are told, why what people read of a send.
func (w *Caller) turnedAway() (items []*item, why topup.Reason, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.door.standing == closed:
		return w.queue.drain(), topup.ReasonClosed, errHalted
	case w.door.standing == unproven && !w.door.waits(time.Now()):
		return w.queue.awaited(), topup.ReasonUnreachable, errUnproven
	}
	return nil, "", nil
}
