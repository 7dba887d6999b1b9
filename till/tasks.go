package till

import (
	"fmt"
	"math"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// Timed work. The rules:
//
//   - a task is a name, a next time and what it does; the next time lies on
//     disk, so that a restart neither skips nor repeats a day's work; that of one
//     that is due every minute does not, for an idle till leaves its disk alone;
//   - in the writer a task does one small slice; while there is another, it is
//     due again at once, behind what waits meanwhile;
//   - what reads much is done beside the writer and handed in as small events;
//   - a task moves on when all its work is done. Until then all of it may
//     happen twice, and is made so that it may.

// task is one kind of timed work. Exactly one of slice and beside is set.
type task struct {
	name    string
	atStart bool // due at each start, too
	// next is the time after now at which it is due again; wait stretches a
	// pause as the poll scale wants it.
	next func(now time.Time, wait func(time.Duration) time.Duration) time.Time
	// slice does a part of the work in the writer's transaction; more tells
	// that there is another.
	slice func(e *Engine, tx Tx, a *after) (more bool, err error)
	// beside works in a goroutine of its own; what it changes it hands in as
	// events.
	beside func(e *Engine)
}

// tasks is the list of all timed work.
var tasks = []task{
	{name: "sync", atStart: true, next: every(24 * time.Hour), beside: func(e *Engine) { e.Sync(0, "") }},
	{name: "restored", atStart: true, next: every(time.Minute), beside: (*Engine).relist},
	{name: "weather", next: every(time.Minute), beside: (*Engine).ping},
	{name: "clock", atStart: true, next: every(time.Minute), slice: wakeOverslept},
	{name: "links", next: hourly, slice: endLinks},
	{name: "reminder", next: evening, beside: (*Engine).remind},
	{name: "evening", next: late, beside: (*Engine).tellEvening},
	{name: "reconcile", next: night, beside: (*Engine).reconcileByNight},
	{name: "debts", next: evening, beside: (*Engine).remindDebts},
	{name: "news", atStart: true, next: hourly, slice: sendNews},
	{name: "troubles", next: often, slice: tellTroubles},
	{name: "copies", next: often, beside: (*Engine).keepCopies},
	{name: "stale", next: hourly, slice: watchCopies},
	{name: "disk", next: often, beside: (*Engine).watchDisk},
	{name: "safeguards", atStart: true, next: every(time.Minute), beside: (*Engine).watchSafeguards},
	{name: "float", next: every(30 * time.Minute), beside: (*Engine).watchFloat},
	{name: "inquiries", next: every(5 * time.Minute), beside: (*Engine).followInquiries},
	{name: "operators", next: often, slice: watchPulses},
	{name: "waiting", next: often, slice: watchWaiting},
	{name: "drill", next: morning, slice: askDrill},
	{name: "complaints", next: morning, slice: remindComplaints},
	{name: "handled", next: hourly, slice: pruneHandled},
	{name: "panels", next: hourly, slice: prunePanels},
	{name: "undelivered", next: hourly, slice: pruneUndelivered},
	{name: "strangers", next: daily, slice: pruneStrangers},
}

// every is due again a pause after the last time, in the provider's time.
func every(d time.Duration) func(time.Time, func(time.Duration) time.Duration) time.Time {
	return func(now time.Time, wait func(time.Duration) time.Duration) time.Time {
		return now.Add(max(wait(d), time.Second))
	}
}

func hourly(now time.Time, _ func(time.Duration) time.Duration) time.Time { return now.Add(time.Hour) }

func daily(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return now.Add(24 * time.Hour)
}

func often(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return now.Add(5 * time.Minute)
}

// nightHour is when the books are compared, in Algiers.
const nightHour = 4

func night(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return atHour(now, nightHour)
}

// eveningHour is when shops are reminded, in Algiers.
const eveningHour = 20

// morningHour is when owners are asked for what is not urgent, in Algiers.
const morningHour = 10

// evening is the next evening in Algiers.
func evening(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return atHour(now, eveningHour)
}

func morning(now time.Time, _ func(time.Duration) time.Duration) time.Time {
	return atHour(now, morningHour)
}

// atHour is the next time that it is so late in Algiers.
func atHour(now time.Time, hour int) time.Time {
	local := now.In(locales.Algiers)
	at := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, locales.Algiers)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// Bounds of one slice: each keeps the writer for some milliseconds, however
// many rows there are.
const (
	linksMost  = 5
	pruneMost  = 50
	remindMost = 10 // shops in one event
	wakeMost   = 50
	wakeSeen   = 500 // orders looked at; those behind them are due within the hour
)

// unkept is the pause up to which a task's next time is not kept on disk.
const unkept = time.Minute

// taskSetting names where a task's next time lies on disk.
func taskSetting(name string) string { return "task/" + name }

// readSchedule reads when each task is due. A new one is due at its next time;
// what is due at each start is due now.
func (e *Engine) readSchedule(tx Tx, now time.Time) error {
	for i := range tasks {
		t := &tasks[i]
		at := t.next(now, e.stretch)
		kept := at
		if _, err := tx.Setting(taskSetting(t.name), &kept); err != nil {
			return err
		}
		switch {
		case t.atStart:
			at = now
		case kept.Before(at): // else the clock was set back since
			at = kept
		}
		e.schedule[t.name] = at
	}
	return nil
}

func (e *Engine) stretch(d time.Duration) time.Duration {
	return time.Duration(math.Round(float64(d) * e.cfg.Scale))
}

// timely gives the events of the tasks that are due, and how long until the
// next one is. A task at work beside the writer is not due.
func (e *Engine) timely(now time.Time) (batch []event, wait time.Duration) {
	wait = idleMost
	for i := range tasks {
		t := &tasks[i]
		at := e.schedule[t.name]
		switch {
		case e.busy[t.name]:
		case at.After(now):
			wait = min(wait, at.Sub(now))
		default:
			batch = append(batch, timed{t})
			wait = 0
		}
	}
	return batch, wait
}

// timed is a task whose time has come.
type timed struct{ *task }

func (t timed) apply(e *Engine, tx Tx, a *after) error {
	if t.beside != nil {
		a.beside = append(a.beside, t.task)
		return nil
	}
	more, err := t.slice(e, tx, a)
	if err != nil {
		return err
	}
	if more {
		a.move(t.name, a.now)
		return nil
	}
	return finished(t).apply(e, tx, a)
}

// postponed is how long a task that fails is left alone.
const postponed = 15 * time.Minute

// setAside leaves a task that fails for later.
func (t timed) setAside(_ *Engine, _ Tx, a *after, _ error) error {
	a.move(t.name, a.now.Add(postponed))
	return nil
}

// finished is a task all of whose work is done.
type finished struct{ *task }

func (f finished) apply(e *Engine, tx Tx, a *after) error {
	at := f.next(a.now, e.stretch)
	a.move(f.name, at)
	if at.Sub(a.now) <= unkept {
		return nil
	}
	return tx.PutSetting(taskSetting(f.name), at)
}

// work does a task beside the writer.
func (e *Engine) work(t *task) {
	e.busy[t.name] = true
	e.helpers.Go(func() {
		t.beside(e)
		e.later(finished{t})
	})
}

// wakeOverslept makes orders due that a clock set back would have us forget.
// They are the last in the line, so a look costs nothing when there are none.
func wakeOverslept(e *Engine, tx Tx, a *after) (more bool, err error) {
	var asleep []topup.Order
	seen := 0
	for o, err := range tx.DueAfter(a.now.Add(time.Minute)) {
		if err != nil {
			return false, err
		}
		if topup.Overslept(o, a.now, e.cfg.Scale) {
			asleep = append(asleep, o)
		}
		if seen++; seen == wakeSeen || len(asleep) == wakeMost {
			break
		}
	}
	for _, o := range asleep {
		if _, err := tx.Apply(topup.Wake(o, a.now)); err != nil {
			return false, err
		}
	}
	return len(asleep) == wakeMost, nil
}

// endLinks ends the customers' links whose time is over.
func endLinks(e *Engine, tx Tx, a *after) (more bool, err error) {
	var over []topup.Claim
	for c, err := range tx.OpenClaims() {
		if err != nil {
			return false, err
		}
		if a.now.Before(c.Expires) || len(over) == linksMost {
			break
		}
		over = append(over, c)
	}
	for _, c := range over {
		if err := e.endClaim(tx, a, c, topup.ClaimExpired); err != nil {
			return false, err
		}
	}
	return len(over) == linksMost, nil
}

// remind tells shops in the evening of codes that nobody has opened. A start
// in the morning does not make up for an evening that was missed.
func (e *Engine) remind() {
	now := time.Now().In(locales.Algiers)
	if now.Hour() < eveningHour {
		return
	}
	open := map[topup.ShopID][]topup.OrderID{}
	var shops []topup.ShopID
	err := e.db.View(func(tx Tx) error {
		for c, err := range tx.OpenClaims() {
			if err != nil {
				return err
			}
			if now.Before(c.Expires) {
				if open[c.Shop] == nil {
					shops = append(shops, c.Shop)
				}
				open[c.Shop] = append(open[c.Shop], c.Order)
			}
		}
		return nil
	})
	if err != nil {
		e.later(fault{fmt.Errorf("the shops can't be reminded: %w", err)})
		return
	}
	for len(shops) > 0 {
		r := reminding{day: now.Format("2006-01-02"), open: map[topup.ShopID][]topup.OrderID{}}
		r.shops, shops = shops[:min(remindMost, len(shops))], shops[min(remindMost, len(shops)):]
		for _, id := range r.shops {
			r.open[id] = open[id]
		}
		e.later(r)
	}
}

// reminding is the reminder of some shops.
type reminding struct {
	day   string
	shops []topup.ShopID
	open  map[topup.ShopID][]topup.OrderID
}

func (r reminding) apply(e *Engine, tx Tx, a *after) error {
	for _, id := range r.shops {
		s, ok, err := tx.Shop(id)
		if err != nil {
			return err
		}
		var orders []topup.Order
		for _, id := range r.open[id] {
			if len(orders) == flows.ReminderMost {
				break
			}
			o, found, err := tx.Order(id)
			if err != nil {
				return err
			}
			if found {
				orders = append(orders, o)
			}
		}
		if !ok || len(orders) == 0 {
			continue
		}
		// The day in the panel's name makes a second time an edit.
		panel := fmt.Sprintf("reminder/%d/%s", id, r.day)
		if err := e.show(tx, a, flows.Show{Chat: s.Chat, Panel: panel, Class: flows.ClassNotices,
			Screen: flows.ReminderScreen(orders, len(r.open[id]), a.now)}); err != nil {
			return err
		}
	}
	return nil
}
