package postgres

import (
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
)

// panelRow is a panel's message, and its name.
type panelRow struct {
	store.PanelRef
	panel string
}

var (
	outbox = newTable("outbox", 1, `panel chat seq`, func(f store.OwedForm) []any {
		return []any{text(f.Panel), f.Chat, number(f.Seq)}
	}).ofItsOwn()
	undelivered = newTable("undelivered", 1, `seq chat at why`, func(f store.UndeliveredForm) []any {
		return []any{number(f.Seq), f.Chat, f.At.UnixNano(), text(f.Why)}
	})
	panels = newTable("panels", 1, `panel chat message_id at`, func(p panelRow) []any {
		return []any{text(p.panel), p.Chat, p.MessageID, p.At.UnixNano()}
	}).ofItsOwn()
)

// Owe seals a message and writes it down before anyone sends it.
func (t *Tx) Owe(o store.Owed) (store.Owed, error) {
	old, waits, err := t.owed(o.Panel)
	if err != nil {
		return o, err
	}
	if waits {
		o.Since = old.Since
	}
	if o.Seq, err = t.NextID("owed"); err != nil {
		return o, err
	}
	o.Sum = store.SumMark(t.vault, o.Sum)
	return o, outbox.write(t, store.SealOwed(t.vault, o))
}

// Says tells whether the text with this digest is what a panel owes or, when
// it owes nothing, what its message says.
func (t *Tx) Says(panel, sum string) (bool, error) {
	o, waits, err := t.owed(panel)
	if err != nil || waits {
		return waits && sum != "" && o.Sum == store.SumMark(t.vault, sum), err
	}
	ref, _, err := t.PanelRef(panel)
	return err == nil && sum != "" && ref.Sum == store.SumMark(t.vault, sum), err
}

// owed reads what a panel owes, as it lies there.
func (t *Tx) owed(panel string) (store.OwedForm, bool, error) { return outbox.read(t, text(panel)) }

func (t *Tx) openOwed(f store.OwedForm) (store.Owed, error) { return f.Reveal(t.vault) }

// OwedOf reads what a panel owes. A body that the key does not open gives
// store.ErrSealed, with the rest of the message.
func (t *Tx) OwedOf(panel string) (store.Owed, bool, error) {
	f, waits, err := t.owed(panel)
	if err != nil || !waits {
		return store.Owed{}, false, err
	}
	o, err := t.openOwed(f)
	return o, true, err
}

// Outbox walks all that is owed, in no order. A body that the key does not
// open comes with store.ErrSealed, and the walk goes on.
func (t *Tx) Outbox() iter.Seq2[store.Owed, error] {
	return each(outbox.name, walk(t, by[string], `SELECT panel, doc FROM outbox WHERE panel > $1 ORDER BY panel LIMIT $2`, ""), t.openOwed)
}

// Delivered records that Telegram has what a panel owed under seq, as
// messageID (0: it has it, but the number is not known). A newer debt of the
// panel stays. former is the message that showed the panel before; 0 for none.
func (t *Tx) Delivered(panel string, seq uint64, chat int64, messageID int, at time.Time) (former int, err error) {
	o, ok, err := t.owed(panel)
	if err != nil {
		return 0, err
	}
	says := "" // of an older text than is owed it is not known
	if ok && o.Seq == seq {
		says = o.Sum
		outbox.delete(t, text(panel))
	}
	ref, had, err := t.PanelRef(panel)
	if err != nil || (messageID == 0 && !had) {
		return 0, err
	}
	ref, former = ref.Shown(chat, messageID, says, at)
	return former, panels.write(t, panelRow{ref, panel})
}

// Undeliverable sets aside what a panel owed under seq, for a person to read.
func (t *Tx) Undeliverable(panel string, seq uint64, why string, at time.Time) error {
	o, ok, err := t.owed(panel)
	if err != nil || !ok || o.Seq != seq {
		return err
	}
	outbox.delete(t, text(panel))
	return undelivered.write(t, store.UndeliveredForm{OwedForm: o, Why: why, At: at})
}

// Drop forgets what a panel owed under seq: nobody can be told it, and nobody
// misses it.
func (t *Tx) Drop(panel string, seq uint64) error {
	o, ok, err := t.owed(panel)
	if err == nil && ok && o.Seq == seq {
		outbox.delete(t, text(panel))
	}
	return err
}

// PruneUndelivered forgets what was set aside before a time, the first that
// was owed first, at most limit of them.
func (t *Tx) PruneUndelivered(before time.Time, limit int) (int, error) {
	return t.forget(undelivered.find, `DELETE FROM undelivered WHERE seq IN (SELECT seq FROM undelivered WHERE at < $1 ORDER BY seq LIMIT $2) RETURNING seq::text`, before.UnixNano(), limit)
}

// forget deletes rows, of which the query gives the keys, and tells how many.
func (t *Tx) forget(f *finder, sql string, args ...any) (n int, err error) {
	err = t.read(func(rows pgx.Rows) error {
		var key string
		err := rows.Scan(&key)
		f.gone(t, key)
		n++
		return err
	}, sql, args...)
	return n, err
}

// Undelivered walks what could not be delivered, oldest first. A body that
// the key does not open comes with store.ErrSealed, and the walk goes on.
func (t *Tx) Undelivered() iter.Seq2[store.Undelivered, error] {
	return each(undelivered.name, walk(t, by[int64], `SELECT seq, doc FROM undelivered WHERE seq > $1 ORDER BY seq LIMIT $2`, int64(-1)),
		func(f store.UndeliveredForm) (store.Undelivered, error) { return f.Reveal(t.vault) })
}

// PanelRef reads which message shows a panel.
func (t *Tx) PanelRef(panel string) (store.PanelRef, bool, error) {
	p, ok, err := panels.read(t, text(panel))
	return p.PanelRef, ok, err
}

// PrunePanels forgets the messages of panels that were first sent before a
// time, at most limit of them: Telegram lets no bot delete, and nobody scrolls
// back to, a panel that old. Panels that owe something stay.
func (t *Tx) PrunePanels(before time.Time, limit int) (int, error) {
	return t.forget(panels.find, `DELETE FROM panels WHERE panel IN (SELECT panel FROM
		(SELECT panel FROM panels WHERE at < $1 ORDER BY at, panel LIMIT $2) old WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.panel = old.panel)) RETURNING panel`, before.UnixNano(), limit)
}
