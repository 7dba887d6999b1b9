package bolt

import (
	"bytes"
	"iter"
	"time"

	"hanout/store"
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
	return o, t.putJSON(bOutbox, []byte(o.Panel), store.SealOwed(t.vault, o))
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

// owed reads what a panel owes, as it lies on disk.
func (t *Tx) owed(panel string) (o store.OwedForm, waits bool, err error) {
	waits, err = t.getJSON(bOutbox, []byte(panel), &o)
	return o, waits, err
}

// OwedOf reads what a panel owes. A body that the key does not open gives
// store.ErrSealed, with the rest of the message.
func (t *Tx) OwedOf(panel string) (store.Owed, bool, error) {
	o, waits, err := t.owed(panel)
	if err != nil || !waits {
		return store.Owed{}, false, err
	}
	open, err := o.Reveal(t.vault)
	return open, true, err
}

// Outbox walks all that is owed, in no order. A body that the key does not
// open comes with store.ErrSealed, and the walk goes on.
func (t *Tx) Outbox() iter.Seq2[store.Owed, error] {
	return walk(t, bOutbox, func(k []byte) (store.Owed, error) {
		o, err := getRow[store.OwedForm](t, bOutbox, k)
		if err != nil {
			return o.Owed, err
		}
		return o.Reveal(t.vault)
	})
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
		if err := t.delete(bOutbox, []byte(panel)); err != nil {
			return 0, err
		}
	}
	ref, had, err := t.PanelRef(panel)
	if err != nil || (messageID == 0 && !had) {
		return 0, err
	}
	next, former := ref.Shown(chat, messageID, says, at)
	if !had || !next.At.Equal(ref.At) {
		if had {
			if err := t.delete(bPanelsAt, timeKey(ref.At, []byte(panel))); err != nil {
				return 0, err
			}
		}
		if err := t.put(bPanelsAt, timeKey(next.At, []byte(panel)), nil); err != nil {
			return 0, err
		}
	}
	return former, t.putJSON(bPanels, []byte(panel), next)
}

// Undeliverable sets aside what a panel owed under seq, for a person to read.
func (t *Tx) Undeliverable(panel string, seq uint64, why string, at time.Time) error {
	o, ok, err := t.owed(panel)
	if err != nil || !ok || o.Seq != seq {
		return err
	}
	if err := t.delete(bOutbox, []byte(panel)); err != nil {
		return err
	}
	return t.putJSON(bUndelivered, u64(seq), store.UndeliveredForm{OwedForm: o, Why: why, At: at})
}

// Drop forgets what a panel owed under seq: nobody can be told it, and nobody
// misses it.
func (t *Tx) Drop(panel string, seq uint64) error {
	o, ok, err := t.owed(panel)
	if err != nil || !ok || o.Seq != seq {
		return err
	}
	return t.delete(bOutbox, []byte(panel))
}

// PruneUndelivered forgets what was set aside before a time, the first that
// was owed first, at most limit of them.
func (t *Tx) PruneUndelivered(before time.Time, limit int) (int, error) {
	var old [][]byte
	c := t.bucket(bUndelivered).Cursor()
	for k, _ := c.First(); k != nil && len(old) < limit; k, _ = c.Next() {
		u, err := getRow[store.UndeliveredForm](t, bUndelivered, k)
		if err != nil {
			return 0, err
		}
		if !u.At.Before(before) {
			break
		}
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := t.delete(bUndelivered, k); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}

// Undelivered walks what could not be delivered, oldest first. A body that
// the key does not open comes with store.ErrSealed, and the walk goes on.
func (t *Tx) Undelivered() iter.Seq2[store.Undelivered, error] {
	return walk(t, bUndelivered, func(k []byte) (store.Undelivered, error) {
		u, err := getRow[store.UndeliveredForm](t, bUndelivered, k)
		if err != nil {
			return store.Undelivered{}, err
		}
		return u.Reveal(t.vault)
	})
}

// PanelRef reads which message shows a panel.
func (t *Tx) PanelRef(panel string) (store.PanelRef, bool, error) {
	var r store.PanelRef
	ok, err := t.getJSON(bPanels, []byte(panel), &r)
	return r, ok, err
}

// PrunePanels forgets the messages of panels that were first sent before a
// time, at most limit of them: Telegram lets no bot delete, and nobody scrolls
// back to, a panel that old. Panels that owe something stay.
func (t *Tx) PrunePanels(before time.Time, limit int) (int, error) {
	old, err := t.olderThan(bPanelsAt, before, limit)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, k := range old {
		panel := k[8:]
		if _, waits, err := t.owed(string(panel)); err != nil {
			return n, err
		} else if waits {
			continue
		}
		if err := t.delete(bPanels, panel); err != nil {
			return n, err
		}
		if err := t.delete(bPanelsAt, k); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
