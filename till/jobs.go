package till

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// Priorities of provider calls that are not about an order.
const (
	priorityPeople     = 1
	priorityBackground = 3
)

func number[T int64 | uint64](n T) string { return strconv.FormatInt(int64(n), 10) }

// startJob starts slow work; its result comes back as an event.
func (e *Engine) startJob(j flows.Run) {
	switch j.Job {
	case flows.JobSync:
		e.Sync(j.Chat, j.Panel)
	case flows.JobFloat:
		e.caller.Do(priorityPeople, func(ctx context.Context, p topup.Provider) {
			float, err := p.Float(ctx)
			r := floatRead{job: j}
			if err == nil {
				r.float = &float
			}
			e.later(r)
		})
	case flows.JobLine:
		e.checkLine(j)
	case flows.JobStock:
		e.readStock(j)
	case flows.JobBackup:
		go func() {
			name := "hanout-" + time.Now().UTC().Format("20060102-150405") + ".db"
			head, err := e.db.Backup(filepath.Join(e.cfg.BackupDir, name))
			if err != nil {
				e.log.Error("the backup failed", "error", err)
				name = ""
			}
			e.later(backedUp{job: j, name: name, seq: head.Seq})
		}()
	}
}

// Sync refreshes key, weather and price list from the provider. With a card
// (chat, card) the result is shown there; 0, "" works in silence. A sync by a
// person also tries a key anew that was refused before.
func (e *Engine) Sync(chat int64, card string) {
	asked := card != ""
	priority := priorityBackground
	if asked {
		priority = priorityPeople
		if e.caller.Halted() {
			e.caller.Resume()
		}
	}
	e.caller.Do(priority, func(ctx context.Context, p topup.Provider) {
		r := synced{chat: chat, card: card}
		if acc, err := p.Account(ctx); err == nil {
			r.account = &acc
		} else if keyFault(err) {
			r.closed = true
			e.later(r)
			return
		}
		if w, err := p.Weather(ctx); err == nil {
			r.weather = &w
		}
		plans, err := p.Plans(ctx)
		if err != nil {
			e.log.Warn("the price list could not be read", "error", err)
			r.closed = keyFault(err)
		}
		r.plans = plans
		if r.closed {
			e.later(r)
			return
		}
		if !asked {
			e.later(r) // nobody waits for one answer: the price list goes first
			r = synced{}
		}
		goods := e.readGoods(ctx, p)
		r.goods = &goods
		e.later(r)
	})
}

// Ping refreshes which operators are up.
func (e *Engine) Ping() {
	if e.caller.Halted() {
		return
	}
	e.caller.Do(priorityBackground, func(ctx context.Context, p topup.Provider) {
		if w, err := p.Weather(ctx); err == nil {
			e.later(synced{weather: &w, pingOnly: true})
		}
	})
}

func keyFault(err error) bool {
	var f *topup.Fault
	return errors.As(err, &f) && (f.Kind == topup.FaultKey || f.Kind == topup.FaultBlocked)
}

// synced is what a refresh brought.
type synced struct {
	chat     int64
	card     string
	account  *topup.Account
	weather  *topup.Weather
	plans    []topup.Plan
	goods    *goodsRead // nil when the provider was not asked
	closed   bool
	pingOnly bool
}

func (synced) done(error)                                               {}
func (synced) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (s synced) apply(e *Engine, tx *store.Tx, a *after) error {
	if s.account != nil {
		e.username.Store(&s.account.Username)
		if err := tx.PutSetting(settingAccount, *s.account); err != nil {
			return err
		}
	}
	if s.weather != nil {
		if err := tx.PutSetting(settingWeather, *s.weather); err != nil {
			return err
		}
	}
	if s.pingOnly {
		return nil
	}
	if s.closed && s.card == "" {
		return e.alert(tx, a, topup.AlertKey, topup.Order{})
	}
	result := flows.SyncResult{Account: s.account, Weather: s.weather, Closed: s.closed, Failed: len(s.plans) == 0}
	if len(s.plans) > 0 {
		cached, err := tx.Plans()
		if err != nil {
			return err
		}
		merged, diff := topup.MergePlans(cached, s.plans)
		if err := tx.PutPlans(merged); err != nil {
			return err
		}
		result.Diff = diff
	}
	if s.goods != nil {
		if err := s.goods.keep(tx, a.now, &result); err != nil {
			return err
		}
	}
	if s.card == "" {
		return nil
	}
	return e.show(tx, a, flows.Show{Chat: s.chat, Panel: s.card, Screen: flows.SyncScreen(result), Class: flows.ClassAnswer})
}

// floatRead is the answer to a question for the float.
type floatRead struct {
	job   flows.Run
	float *topup.Money
}

func (floatRead) done(error)                                               {}
func (floatRead) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (f floatRead) apply(e *Engine, tx *store.Tx, a *after) error {
	v := &view{tx: tx, admins: e.cfg.Admins, closed: e.caller.Halted()}
	var acc *topup.Account
	if known, ok := v.Account(); ok {
		acc = &known
	}
	sc := flows.FloatScreen(f.float, acc, v.Totals(), e.caller.Halted())
	if v.err != nil {
		return v.err
	}
	return e.show(tx, a, flows.Show{Chat: f.job.Chat, Panel: f.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}

// backedUp is a finished backup.
type backedUp struct {
	job  flows.Run
	name string
	seq  uint64
}

func (backedUp) done(error)                                               {}
func (backedUp) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }

func (b backedUp) apply(e *Engine, tx *store.Tx, a *after) error {
	return e.show(tx, a, flows.Show{Chat: b.job.Chat, Panel: b.job.Panel, Screen: flows.BackupScreen(b.name, b.seq), Class: flows.ClassAnswer})
}
