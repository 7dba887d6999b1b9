package till

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// What the owners are told of trouble. The rules:
//
//   - of a kind of trouble they are told once, at once. What follows is
//     counted, and the count is told an hour later at the soonest;
//   - each telling is the newest text of one panel for each owner, and rings;
//   - a trouble ends: by what proves it over, and then that is told, too; else
//     by a quiet day, and then the next one is told as a new one;
//   - an empty float that comes back soon waits a little: one that is filled and
//     emptied by turns does not ring twice for each sale;
//   - one that is a state and no event is told when it begins, again each day
//     while it lasts, and when it ends;
//   - what is known of them lies on disk, so that a restart repeats nothing.

const (
	settingTroubles = "troubles"
	troubleEvery    = time.Hour        // between two tellings of one
	troubleAgain    = 10 * time.Minute // between two empty floats
	troubleQuiet    = 24 * time.Hour   // after it a trouble is forgotten
	troubleDaily    = 23 * time.Hour   // after it a state that lasts is told again, before it would be forgotten
)

// The kinds of trouble that something ends.
const (
	troubleFloat   = string(topup.AlertFloat)
	troubleKey     = "key"
	troubleCopy    = "copy"    // a safety copy failed
	troubleUnsound = "unsound" // it does not check: nor does the file, then
	troubleSend    = "parcel"  // it could not be sent
)

// trouble is one kind of trouble, on disk.
type trouble struct {
	Since  time.Time `json:"since,omitzero"` // its first, zero when it is over
	Last   time.Time `json:"last,omitzero"`
	Count  int       `json:"count,omitempty"`
	Known  int       `json:"known,omitempty"`  // the count that the owners were told
	Told   time.Time `json:"told,omitzero"`    // when they were, of this one or the one before
	Detail string    `json:"detail,omitempty"` // of the newest
	No     uint64    `json:"no,omitempty"`     // the newest's order
}

func (t trouble) open() bool { return !t.Since.IsZero() }

// due tells whether the owners are to be told something new now.
func (t trouble) due(kind string, now time.Time) bool {
	pause := troubleEvery
	if t.Known == 0 {
		pause = 0
		if kind == troubleFloat {
			pause = troubleAgain
		}
	}
	return t.open() && t.Count > t.Known && !now.Before(t.Told.Add(pause))
}

// notice counts one more of a kind of trouble, and tells the owners when its
// time has come. The kind's words are the message "alert." and the kind.
func (e *Engine) notice(tx Tx, a *after, kind, detail string) error {
	return e.happened(tx, a, kind, detail, 0)
}

func (e *Engine) happened(tx Tx, a *after, kind, detail string, no uint64) error {
	return troubles(tx, func(all map[string]trouble) error {
		t := all[kind]
		if !t.open() {
			t = trouble{Since: a.now, Told: t.Told}
		}
		t.Count++
		t.Last, t.Detail, t.No = a.now, detail, no
		return e.tell(tx, a, all, kind, t)
	})
}

// tell keeps a trouble, and tells the owners of it when its time has come.
func (e *Engine) tell(tx Tx, a *after, all map[string]trouble, kind string, t trouble) error {
	due := t.due(kind, a.now)
	if due {
		t.Known, t.Told = t.Count, a.now
	}
	all[kind] = t
	if !due {
		return nil
	}
	return e.toOwners(tx, a, kind, t, flows.TroubleScreen(kind, t.Detail, t.No, t.Count, t.Since))
}

// over ends a kind of trouble, and tells the owners if they know of it.
func (e *Engine) over(tx Tx, a *after, kind string) error {
	return troubles(tx, func(all map[string]trouble) error {
		t := all[kind]
		if !t.open() {
			return nil
		}
		all[kind] = trouble{Told: t.Told}
		if t.Known == 0 {
			return nil
		}
		return e.toOwners(tx, a, kind, t, flows.TroubleOverScreen(kind, t.Count, t.Since))
	})
}

// stands takes how it stands with a kind of trouble that is a state: bad, well,
// or neither, which changes nothing.
func (e *Engine) stands(tx Tx, a *after, kind string, bad, well bool, detail string) error {
	switch {
	case well:
		return e.over(tx, a, kind)
	case !bad:
		return nil
	}
	return troubles(tx, func(all map[string]trouble) error {
		t := all[kind]
		switch {
		case !t.open():
			t = trouble{Since: a.now, Count: 1}
		case a.now.Sub(t.Told) < troubleDaily:
			return nil
		}
		t.Last, t.Told, t.Detail, t.Known = a.now, a.now, detail, t.Count
		all[kind] = t
		return e.toOwners(tx, a, kind, t, flows.TroubleScreen(kind, detail, 0, t.Count, t.Since))
	})
}

func (e *Engine) toOwners(tx Tx, a *after, kind string, t trouble, sc flows.Screen) error {
	owners, err := e.owners(tx)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		panel := fmt.Sprintf("trouble/%s/%d/%d", kind, owner, t.Since.UnixNano())
		if err := e.show(tx, a, flows.Show{Chat: owner, Panel: panel, Screen: sc, Class: flows.ClassNotices, Fresh: true}); err != nil {
			return err
		}
	}
	return nil
}

// tellTroubles is the task that tells what was counted, and forgets what has
// been quiet.
func tellTroubles(e *Engine, tx Tx, a *after) (more bool, err error) {
	return false, troubles(tx, func(all map[string]trouble) error {
		for _, kind := range slices.Sorted(maps.Keys(all)) {
			t := all[kind]
			if a.now.Sub(t.Last) > troubleQuiet && a.now.Sub(t.Told) > troubleQuiet {
				delete(all, kind)
				continue
			}
			if err := e.tell(tx, a, all, kind, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// troubles reads what is known of all kinds and writes down what change makes
// of it.
func troubles(tx Tx, change func(map[string]trouble) error) error {
	all := map[string]trouble{}
	if _, err := tx.Setting(settingTroubles, &all); err != nil {
		return err
	}
	before := maps.Clone(all)
	if err := change(all); err != nil || maps.Equal(before, all) {
		return err
	}
	return tx.PutSetting(settingTroubles, all)
}
