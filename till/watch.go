package till

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// What is watched, so that an owner hears of trouble before it stops a sale:
// the disk, the database's server, the clock, the float, the operators, and sales that do not end.
// What a trouble begins with is not what it ends with: around one of the two
// nothing rings by turns.

// Disk is the room where the database and its copies lie.
type Disk struct {
	Free int64 // bytes
	File int64 // the database's
}

const (
	megabyte = 1_000_000
	diskMin  = 500 * megabyte
	diskCopy = 3 // times the file: two copies and what they are packed into
)

// low tells whether a disk is nearly full, and whether it clearly is not.
func (d Disk) low() (low, well bool) {
	level := max(diskMin, diskCopy*d.File)
	return d.Free < level, d.Free >= level+level/10
}

// watchDisk looks at the disk.
func (e *Engine) watchDisk() {
	if e.cfg.Disk == nil {
		return
	}
	d, err := e.cfg.Disk()
	if err != nil {
		e.log.Warn("the room on the disk can't be read", "error", err)
		return
	}
	_, well := d.low()
	if !well || !e.roomy {
		e.later(diskRead{d})
	}
	e.roomy = well
}

// diskRead is the room on the disk, as it was read.
type diskRead struct{ Disk }

func (d diskRead) apply(e *Engine, tx Tx, a *after) error {
	low, well := d.low()
	return e.stands(tx, a, flows.TroubleDisk, low, well, strconv.FormatInt(d.Free/megabyte, 10))
}

// watchSafeguards looks how the server of the database keeps what is committed.
func (e *Engine) watchSafeguards() {
	if e.cfg.Safeguards == nil {
		return
	}
	s, err := e.cfg.Safeguards()
	if err != nil {
		e.log.Warn("how the server of the database keeps what is committed can't be read", "error", err)
		return
	}
	was := e.counts.Safeguards.Swap(&s)
	first := was == nil
	if len(s.Off) > 0 && (first || !slices.Equal(was.Off, s.Off)) {
		e.log.Warn("the server of the database is not set so that nothing is lost", "settings", strings.Join(s.Off, ", "))
	}
	switch {
	case s.Unconfirmed() && (first || !was.Unconfirmed()):
		e.log.Warn("no standby confirms what is committed")
	case first && s.Alone():
		e.log.Info("the database is on one server, without a synchronous standby: when its machine is lost, so is what came after the last copy")
	case first && s.Confirms < 0:
		e.log.Info("whether a standby confirms what is committed can't be seen: GRANT pg_read_all_stats to the role of the bot")
	}
	e.later(safeguardsRead{s})
}

// safeguardsRead is how the server of the database keeps what is committed.
type safeguardsRead struct{ topup.Safeguards }

func (s safeguardsRead) apply(e *Engine, tx Tx, a *after) error {
	off := len(s.Off) > 0
	if err := e.stands(tx, a, flows.TroubleServer, off, !off, strings.Join(s.Off, ", ")); err != nil {
		return err
	}
	return e.stands(tx, a, flows.TroubleStandby, s.Unconfirmed(), s.Alone() || s.Confirms > 0, "")
}

const (
	clockMost  = 2 * time.Minute // a clock may be off by that
	clockTries = 3               // answers in a row that say otherwise
)

// clock is what Telegram's answers say of ours; it is the poller's alone.
type clock struct {
	wrong int  // answers in a row that say it is wrong
	right bool // that it is right was handed in
}

// Clock takes by how much our clock is ahead of Telegram's, by an answer to a
// poll.
func (e *Engine) Clock(ahead time.Duration) {
	c := &e.clock
	switch {
	case ahead.Abs() > clockMost:
		if c.wrong++; c.wrong >= clockTries {
			c.right = false
			e.later(clockRead{ahead})
		}
	case !c.right:
		c.wrong, c.right = 0, true
		e.later(clockRead{ahead})
	default:
		c.wrong = 0
	}
}

// clockRead is how our clock stands.
type clockRead struct{ ahead time.Duration }

func (c clockRead) apply(e *Engine, tx Tx, a *after) error {
	minutes := strconv.Itoa(int(c.ahead.Round(time.Minute).Minutes()))
	if c.ahead > 0 {
		minutes = "+" + minutes
	}
	wrong := c.ahead.Abs() > clockMost
	return e.stands(tx, a, flows.TroubleClock, wrong, !wrong, minutes)
}

const (
	settingFloat  = "float"
	settingPulses = "pulses" // by operator
)

// floatWait is how long a look at the float may wait for its turn.
const floatWait = 5 * time.Minute

// watchFloat reads the float.
func (e *Engine) watchFloat() {
	if e.caller.Halted() {
		return
	}
	e.caller.Do(topup.Work{Kind: topup.WorkList, Until: time.Now().Add(floatWait)}, func(ctx context.Context, p topup.Provider) {
		if float, err := p.Float(ctx); err == nil {
			e.later(floatSeen{float})
		}
	})
}

func floatWatch(tx Tx) (w topup.FloatWatch, err error) {
	_, err = tx.Setting(settingFloat, &w)
	return w, err
}

// floatSeen is the float as it was read.
type floatSeen struct{ float topup.Money }

func (f floatSeen) apply(e *Engine, tx Tx, a *after) error {
	w, err := floatWatch(tx)
	if err != nil {
		return err
	}
	return e.floatStands(tx, a, w.Read(a.now.UTC(), f.float))
}

// floatStands keeps how the float stands, and tells when it is low.
func (e *Engine) floatStands(tx Tx, a *after, w topup.FloatWatch) error {
	if err := tx.PutSetting(settingFloat, w); err != nil || len(w.Readings) == 0 {
		return err
	}
	low, well := w.Low()
	return e.stands(tx, a, flows.TroubleLow, low, well, flows.FloatDetail(w))
}

// setLevel keeps from which sum on an owner wants to be told.
func (e *Engine) setLevel(tx Tx, a *after, level topup.Money) error {
	w, err := floatWatch(tx)
	if err != nil {
		return err
	}
	w.Level = level
	return e.floatStands(tx, a, w)
}

// beat notes how a sale goes for its operator.
func (e *Engine) beat(tx Tx, a *after, was, o topup.Order) error {
	b, says := topup.BeatOf(was, o, a.now.UTC())
	if !says {
		return nil
	}
	all, err := pulses(tx)
	if err != nil {
		return err
	}
	all[o.Operator] = all[o.Operator].Add(b)
	if err := tx.PutSetting(settingPulses, all); err != nil {
		return err
	}
	return e.pulseStands(tx, a, o.Operator, all[o.Operator])
}

// pulses are those of all operators; each keeps a bounded number of sales.
func pulses(tx Tx) (map[topup.Operator]topup.Pulse, error) {
	all := map[topup.Operator]topup.Pulse{}
	_, err := tx.Setting(settingPulses, &all)
	return all, err
}

func (e *Engine) pulseStands(tx Tx, a *after, op topup.Operator, p topup.Pulse) error {
	failed, of, bad, well := p.Failing()
	return e.stands(tx, a, flows.OperatorTrouble(op), bad, well, strconv.Itoa(failed)+"/"+strconv.Itoa(of))
}

// watchPulses ends what is proven no more of an operator, because nobody sells.
func watchPulses(e *Engine, tx Tx, a *after) (more bool, err error) {
	all, err := pulses(tx)
	if err != nil {
		return false, err
	}
	for _, op := range slices.Sorted(maps.Keys(all)) {
		if err := e.pulseStands(tx, a, op, all[op].Recent(a.now)); err != nil {
			return false, err
		}
	}
	return false, nil
}

const (
	waitsLong  = 30 * time.Minute
	waitsMany  = 3   // so many sales that wait so long are told
	waitsFew   = 1   // so few are not
	waitsShown = 50  // are counted at most
	waitsSeen  = 500 // are looked at: the oldest
)

// watchWaiting tells of sales that should have ended and did not. Those in
// review and in the provider's own queue are told elsewhere, and so is a till
// that waits itself.
func watchWaiting(e *Engine, tx Tx, a *after) (more bool, err error) {
	if mark, err := restored(tx); err != nil || mark.Waits() || e.caller.Halted() {
		return false, err
	}
	waiting, seen := 0, 0
	for o, err := range tx.OpenOrders() {
		if err != nil {
			return false, err
		}
		if seen++; seen > waitsSeen || waiting == waitsShown || a.now.Sub(o.Placed) < waitsLong {
			break // they come by age
		}
		if o.State != topup.Review && o.State != topup.Queued {
			waiting++
		}
	}
	return false, e.stands(tx, a, flows.TroubleWaiting, waiting >= waitsMany, waiting <= waitsFew, strconv.Itoa(waiting))
}
