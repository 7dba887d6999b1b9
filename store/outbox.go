package store

import (
	"strconv"
	"time"
)

// Owed is a message that Telegram has not taken yet. A card owes at most one:
// a newer text replaces an older one that was not sent.
type Owed struct {
	Panel string    `json:"card"`
	Chat  int64     `json:"chat"`
	Seq   uint64    `json:"seq"` // set by Owe; the newest wins
	Class int       `json:"class"`
	Since time.Time `json:"since"` // when the card first owed something
	Body  []byte    `json:"body"`
	// Sealed marks a body that a Vault sealed with the card as its context.
	Sealed bool `json:"sealed,omitempty"`
}

// CardRef is the message that shows a card now.
type PanelRef struct {
	Chat      int64     `json:"chat"`
	MessageID int       `json:"message_id"`
	At        time.Time `json:"at"`
}

// Undelivered is a message that Telegram will never take.
type Undelivered struct {
	Owed
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// Owe writes down a message before anyone sends it.
func (t *Tx) Owe(o Owed) (Owed, error) {
	old, waits, err := t.OwedOf(o.Panel)
	if err != nil {
		return o, err
	}
	if waits {
		o.Since = old.Since
	}
	if o.Seq, err = t.NextID("owed"); err != nil {
		return o, err
	}
	return o, t.putJSON(bOutbox, []byte(o.Panel), o)
}

// OwedOf reads what a card owes.
func (t *Tx) OwedOf(card string) (Owed, bool, error) {
	var o Owed
	ok, err := t.getJSON(bOutbox, []byte(card), &o)
	return o, ok, err
}

// Outbox walks all that is owed, in no order, until fn says stop.
func (t *Tx) Outbox(fn func(Owed) (more bool)) error {
	c := t.bucket(bOutbox).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		var o Owed
		if _, err := t.getJSON(bOutbox, k, &o); err != nil {
			return err
		}
		if !fn(o) {
			return nil
		}
	}
	return nil
}

// Delivered records that Telegram has what card owed under seq, as messageID
// (0: it has it, but the number is not known). A newer debt of the card
// stays. former is the message that showed the card before; 0 for none.
func (t *Tx) Delivered(card string, seq uint64, chat int64, messageID int, at time.Time) (former int, err error) {
	o, ok, err := t.OwedOf(card)
	if err != nil {
		return 0, err
	}
	if ok && o.Seq == seq {
		if err := t.delete(bOutbox, []byte(card)); err != nil {
			return 0, err
		}
	}
	ref, had, err := t.PanelRef(card)
	if err != nil || messageID == 0 {
		return 0, err
	}
	if had {
		former = ref.MessageID
		if former == messageID {
			return former, nil
		}
		if err := t.delete(bPanelsAt, timeKey(ref.At, []byte(card))); err != nil {
			return 0, err
		}
	}
	if err := t.put(bPanelsAt, timeKey(at, []byte(card)), nil); err != nil {
		return 0, err
	}
	return former, t.putJSON(bPanels, []byte(card), PanelRef{Chat: chat, MessageID: messageID, At: at})
}

// Undeliverable sets aside what card owed under seq, readable for a person.
func (t *Tx) Undeliverable(card string, seq uint64, why string, at time.Time) error {
	o, ok, err := t.OwedOf(card)
	if err != nil || !ok || o.Seq != seq {
		return err
	}
	if err := t.delete(bOutbox, []byte(card)); err != nil {
		return err
	}
	return t.putJSON(bUndelivered, u64(seq), Undelivered{Owed: o, Why: why, At: at})
}

// Undelivered walks what could not be delivered, oldest first, until fn says
// stop.
func (t *Tx) Undelivered(fn func(Undelivered) (more bool)) error {
	c := t.bucket(bUndelivered).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		var u Undelivered
		if _, err := t.getJSON(bUndelivered, k, &u); err != nil {
			return err
		}
		if !fn(u) {
			return nil
		}
	}
	return nil
}

// CardRef reads which message shows a card.
func (t *Tx) PanelRef(card string) (PanelRef, bool, error) {
	var r PanelRef
	ok, err := t.getJSON(bPanels, []byte(card), &r)
	return r, ok, err
}

// PruneCards forgets the messages of cards that were first sent before a
// time, at most limit of them: Telegram lets no bot delete, and nobody scrolls
// back to, a card that old. Cards that owe something stay.
func (t *Tx) PrunePanels(before time.Time, limit int) (int, error) {
	var old [][]byte
	c := t.bucket(bPanelsAt).Cursor()
	for k, _ := c.First(); k != nil && len(old) < limit; k, _ = c.Next() {
		at, _, ok := fromTimeKey(k)
		if !ok {
			return 0, corrupt(bPanelsAt, k, "a key does not decode")
		}
		if !at.Before(before) {
			break
		}
		old = append(old, append([]byte(nil), k...))
	}
	n := 0
	for _, k := range old {
		card := k[8:]
		if _, waits, err := t.OwedOf(string(card)); err != nil {
			return n, err
		} else if waits {
			continue
		}
		if err := t.delete(bPanels, card); err != nil {
			return n, err
		}
		if err := t.delete(bPanelsAt, k); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Parked is an update that could not be handled, kept for a person to see.
type DeadLetter struct {
	UpdateID int64     `json:"update_id"`
	Raw      []byte    `json:"raw"`
	Why      string    `json:"why"`
	At       time.Time `json:"at"`
}

// Park sets an update aside.
func (t *Tx) SetAside(updateID int64, raw []byte, why string, at time.Time) error {
	if t.vault != nil {
		raw = t.vault.Seal(raw, deadLetterContext(updateID))
	}
	return t.putJSON(bDeadLetters, i64(updateID), DeadLetter{updateID, raw, why, at})
}

// Parked walks the updates set aside, until fn says stop.
func (t *Tx) DeadLetters(fn func(DeadLetter) (more bool)) error {
	c := t.bucket(bDeadLetters).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		var p DeadLetter
		if _, err := t.getJSON(bDeadLetters, k, &p); err != nil {
			return err
		}
		if t.vault != nil {
			var err error
			if p.Raw, err = t.vault.Open(p.Raw, deadLetterContext(p.UpdateID)); err != nil {
				return err
			}
		}
		if !fn(p) {
			return nil
		}
	}
	return nil
}

func deadLetterContext(updateID int64) string { return "update " + strconv.FormatInt(updateID, 10) }

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
	var old [][]byte
	c := t.bucket(bUpdatesAt).Cursor()
	for k, _ := c.First(); k != nil && len(old) < limit; k, _ = c.Next() {
		at, _, ok := fromTimeKey(k)
		if !ok || len(k) != 16 {
			return 0, corrupt(bUpdatesAt, k, "a key does not decode")
		}
		if !at.Before(before) {
			break
		}
		old = append(old, append([]byte(nil), k...))
	}
	for _, k := range old {
		if err := t.delete(bUpdates, k[8:]); err != nil {
			return 0, err
		}
		if err := t.delete(bUpdatesAt, k); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
