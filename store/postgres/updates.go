package postgres

import (
	"iter"
	"time"

	"hanout/store"
)

var deadLetters = newTable("dead_letters", 1, `update_id at why`, func(d store.DeadLetter) []any {
	return []any{d.UpdateID, d.At, text(d.Why)}
})

// handled are updates that were handled; those that come are new.
var handled = func() *finder {
	f := byKey("handled", "update_id", "bigint", "''")
	f.new = coming
	return f
}()

// SetAside seals an update that could not be handled, and keeps it.
func (t *Tx) SetAside(updateID int64, raw []byte, why string, at time.Time) error {
	return deadLetters.write(t, store.SealLetter(t.vault, store.DeadLetter{UpdateID: updateID, Raw: raw, Why: why, At: at}))
}

// DeadLetters walks the updates set aside. One that the key does not open
// comes with store.ErrSealed, and the walk goes on.
func (t *Tx) DeadLetters() iter.Seq2[store.DeadLetter, error] {
	return each(deadLetters.name, walk(t, by[int64], `SELECT update_id, doc FROM dead_letters WHERE update_id > $1 ORDER BY update_id LIMIT $2`, lowest),
		func(d store.DeadLetter) (store.DeadLetter, error) { return store.OpenLetter(t.vault, d) })
}

// Handled tells whether an update was handled. IDs are compared for equality
// only: after a quiet week Telegram's numbers start anywhere (Bot API,
// Update.update_id).
func (t *Tx) Handled(updateID int64) (bool, error) {
	_, ok, err := handled.row(t, keyText(updateID))
	return ok, err
}

// MarkHandled remembers an update as handled, from the first time on.
func (t *Tx) MarkHandled(updateID int64, at time.Time) error {
	handled.put(t, keyText(updateID), nil)
	t.write(`INSERT INTO handled (update_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, updateID, at.UnixNano())
	return nil
}

// PruneHandled forgets updates handled before a time, at most limit of them.
func (t *Tx) PruneHandled(before time.Time, limit int) (int, error) {
	return t.forget(handled, `DELETE FROM handled WHERE update_id IN (SELECT update_id FROM handled WHERE at < $1 ORDER BY at, update_id LIMIT $2) RETURNING update_id::text`, before.UnixNano(), limit)
}
