package bolt

import (
	"iter"
	"time"

	"hanout/store"
)

// SetAside seals an update that could not be handled, and keeps it.
func (t *Tx) SetAside(updateID int64, raw []byte, why string, at time.Time) error {
	d := store.DeadLetter{UpdateID: updateID, Raw: raw, Why: why, At: at}
	return t.putJSON(bDeadLetters, i64(updateID), store.SealLetter(t.vault, d))
}

// DeadLetters walks the updates set aside. One that the key does not open
// comes with store.ErrSealed, and the walk goes on.
func (t *Tx) DeadLetters() iter.Seq2[store.DeadLetter, error] {
	return walk(t, bDeadLetters, t.deadLetter)
}

func (t *Tx) deadLetter(k []byte) (store.DeadLetter, error) {
	d, err := getRow[store.DeadLetter](t, bDeadLetters, k)
	if err != nil {
		return d, err
	}
	return store.OpenLetter(t.vault, d)
}

// Handled tells whether an update was handled. IDs are compared for equality
// only: after a quiet week Telegram's numbers start anywhere (Bot API,
// Update.update_id).
func (t *Tx) Handled(updateID int64) (bool, error) {
	b, err := t.get(bUpdates, i64(updateID))
	return b != nil, err
}

// MarkHandled remembers an update as handled, from the first time on.
func (t *Tx) MarkHandled(updateID int64, at time.Time) error {
	if seen, err := t.Handled(updateID); err != nil || seen {
		return err
	}
	if err := t.put(bUpdates, i64(updateID), i64(at.UnixNano())); err != nil {
		return err
	}
	return t.put(bUpdatesAt, timeKey(at, i64(updateID)), nil)
}

// PruneHandled forgets updates handled before a time, at most limit of them.
func (t *Tx) PruneHandled(before time.Time, limit int) (int, error) {
	old, err := t.olderThan(bUpdatesAt, before, limit)
	if err != nil {
		return 0, err
	}
	for _, k := range old {
		if len(k) != 16 {
			return 0, store.Corrupt(bUpdatesAt, k, "a key has the wrong length")
		}
		if err := t.delete(bUpdates, k[8:]); err != nil {
			return 0, err
		}
		if err := t.delete(bUpdatesAt, k); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
