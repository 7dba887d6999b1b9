package till

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// Safety copies that are made by themselves. The rules:
//
//   - one is made in every span of the configuration, beside the writer, and
//     proved before it has its name;
//   - then the older ones that the rule does not keep are removed: only copies
//     that were made by themselves, and only after a new one is good;
//   - one that fails is told, and tried again an hour later.

// Safety says how the safety copies are made.
type Safety struct {
	Every  time.Duration // 0 makes none by itself
	Keep   topup.Keep
	Packer Packer // nil sends none away
}

const (
	settingCopies = "copies"
	unfinished    = ".new-" // in the name of a copy that is not proved yet
)

func copies(tx Tx) (c topup.Copies, err error) {
	_, err = tx.Setting(settingCopies, &c)
	return c, err
}

// safety is the reading of what the till is watched by.
type safety struct{ *reading }

func (s safety) Copies() topup.Copies {
	c, err := copies(s.tx)
	s.note(err)
	c.Sends = s.sends
	return c
}

func (s safety) Float() topup.FloatWatch {
	w, err := floatWatch(s.tx)
	s.note(err)
	return w
}

// keepCopies makes a copy when its time has come, and sends what waits.
func (e *Engine) keepCopies() {
	if !e.copying.TryLock() {
		return
	}
	defer e.copying.Unlock()
	var known topup.Copies
	if err := e.db.View(func(tx Tx) (err error) { known, err = copies(tx); return err }); err != nil {
		e.later(fault{err})
		return
	}
	if known.Due(time.Now(), e.cfg.Safety.Every) {
		e.copyByItself()
	}
	e.sendParcels()
}

func (e *Engine) copyByItself() {
	e.sweepCopies()
	made, err := e.copyNow(true)
	switch {
	case e.stopping.Err() != nil:
	case err != nil:
		e.log.Error("the safety copy failed", "error", err)
		_ = e.settled(copyFailed{unsound: errors.Is(err, store.ErrUnsound)}) // else the till has stopped
	case e.settled(copyMade{made}) == nil:
		e.dropCopies(made.Name)
	}
}

// copyNow copies the store to a file of its own.
func (e *Engine) copyNow(auto bool) (topup.SafetyCopy, error) {
	now := time.Now()
	made := topup.SafetyCopy{Name: topup.CopyName(now, auto), At: now.UTC()}
	head, err := e.db.Backup(e.stopping, e.copyPath(made.Name))
	made.Seq = head.Seq
	return made, err
}

func (e *Engine) copyPath(name string) string { return filepath.Join(e.cfg.BackupDir, name) }

// sweepCopies removes what a crash left of copies that were made by themselves:
// nobody else makes one now.
func (e *Engine) sweepCopies() {
	for _, name := range e.copyFiles() {
		if head, _, ok := strings.Cut(strings.TrimPrefix(name, "."), unfinished); ok && name[0] == '.' {
			if _, auto, ours := topup.ReadCopyName(head); ours && auto {
				e.removeCopy(name)
			}
		}
	}
}

// dropCopies removes the older copies that need not stay.
func (e *Engine) dropCopies(made string) {
	for _, name := range e.cfg.Safety.Keep.Drop(e.copyFiles(), made) {
		e.removeCopy(name)
	}
}

// copyFiles lists the plain files of the folder of the copies.
func (e *Engine) copyFiles() (names []string) {
	list, err := os.ReadDir(cmp.Or(e.cfg.BackupDir, "."))
	if err != nil {
		e.log.Error("the folder of the safety copies can't be read", "error", err)
	}
	for _, f := range list {
		if f.Type().IsRegular() {
			names = append(names, f.Name())
		}
	}
	return names
}

func (e *Engine) removeCopy(name string) {
	if err := os.Remove(e.copyPath(name)); err != nil {
		e.log.Error("an old safety copy can't be removed", "file", name, "error", err)
	}
}

// copyMade is a good copy that was made by itself.
type copyMade struct{ topup.SafetyCopy }

func (m copyMade) apply(e *Engine, tx Tx, a *after) error {
	if err := e.haveCopy(tx, a, m.SafetyCopy, true); err != nil || e.cfg.Safety.Packer == nil {
		return err
	}
	return addParcel(tx, parcel{Copy: m.SafetyCopy, To: e.cfg.Admins, Since: a.now})
}

// haveCopy notes a good copy.
func (e *Engine) haveCopy(tx Tx, a *after, made topup.SafetyCopy, auto bool) error {
	c, err := copies(tx)
	if err != nil {
		return err
	}
	c.Last = made
	if c.Since.IsZero() {
		c.Since = a.now.UTC()
	}
	if auto {
		c.Auto, c.Failed = made.At, time.Time{}
	}
	if err := tx.PutSetting(settingCopies, c); err != nil {
		return err
	}
	for _, kind := range []string{troubleCopy, troubleUnsound, flows.TroubleStale} {
		if err := e.over(tx, a, kind); err != nil {
			return err
		}
	}
	return nil
}

// copyFailed is one that failed.
type copyFailed struct{ unsound bool }

func (f copyFailed) apply(e *Engine, tx Tx, a *after) error {
	c, err := copies(tx)
	if err != nil {
		return err
	}
	c.Failed = a.now.UTC()
	if err := tx.PutSetting(settingCopies, c); err != nil {
		return err
	}
	if f.unsound {
		return e.notice(tx, a, troubleUnsound, "hanout check")
	}
	return e.notice(tx, a, troubleCopy, "")
}

// backUp makes a copy by hand, beside the writer. A stop ends it.
func (e *Engine) backUp(j flows.Run) {
	made, err := e.copyNow(false)
	if err != nil {
		e.log.Error("the backup failed", "error", err)
		made.Name = ""
	}
	e.later(backedUp{job: j, made: made})
}

// backedUp is a finished backup.
type backedUp struct {
	job  flows.Run
	made topup.SafetyCopy
}

func (b backedUp) apply(e *Engine, tx Tx, a *after) error {
	r := e.reading(tx, a.now)
	before := safety{r}.Copies()
	if r.err != nil {
		return r.err
	}
	if b.made.Name != "" {
		if err := e.haveCopy(tx, a, b.made, false); err != nil {
			return err
		}
	}
	return e.show(tx, a, flows.Show{Chat: b.job.Chat, Panel: b.job.Panel, Screen: flows.BackupScreen(b.made, before), Class: flows.ClassAnswer})
}

// watchCopies tells when there is no new copy for too long.
func watchCopies(e *Engine, tx Tx, a *after) (more bool, err error) {
	c, err := copies(tx)
	if err != nil || e.cfg.Safety.Every <= 0 {
		return false, err
	}
	if c.Since.IsZero() {
		c.Since = a.now.UTC()
		return false, tx.PutSetting(settingCopies, c)
	}
	if a.now.Sub(e.started) < time.Hour {
		return false, nil // what was missed while the process was off is being made up for
	}
	stale := c.Stale(a.now, e.cfg.Safety.Every)
	return false, e.stands(tx, a, flows.TroubleStale, stale, !stale, "")
}

// LastCopy is when the newest good copy was made; zero when there is none.
func (e *Engine) LastCopy() (at time.Time) {
	if err := e.db.View(func(tx Tx) error { c, err := copies(tx); at = c.Last.At; return err }); err != nil {
		e.later(fault{err})
	}
	return at
}

// askDrill asks the owners once a month to practise the restore.
func askDrill(e *Engine, tx Tx, a *after) (more bool, err error) {
	c, err := copies(tx)
	if err != nil || !c.DrillDue(a.now) {
		return false, err
	}
	c.Asked = a.now.UTC()
	if err := tx.PutSetting(settingCopies, c); err != nil {
		return false, err
	}
	for _, owner := range e.cfg.Admins {
		if err := e.show(tx, a, flows.Show{Chat: owner, Panel: flows.DrillPanel(c.Asked, owner), Screen: flows.DrillScreen(c), Class: flows.ClassNotices}); err != nil {
			return false, err
		}
	}
	return false, nil
}

// practised notes that the restore was practised.
func practised(tx Tx, p flows.Practised) error {
	c, err := copies(tx)
	if err != nil {
		return err
	}
	c.Drill = p.At.UTC()
	return tx.PutSetting(settingCopies, c)
}
