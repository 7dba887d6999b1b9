package postgres

import (
	"encoding/json"
	"fmt"

	"hanout/store"
	"hanout/topup"
)

const settings = "settings"

var (
	values   = byKey(settings, "name", "text", "doc")
	counters = byKey("counters", "name", "text", "last::text")
)

// Setting reads a named JSON value into v; false leaves v as it is.
func (t *Tx) Setting(name string, v any) (bool, error) {
	doc, ok, err := values.row(t, text(name))
	if err != nil || !ok {
		return false, err
	}
	if json.Unmarshal(doc, v) != nil {
		return false, store.Corrupt(settings, []byte(name), "a value does not decode")
	}
	return true, nil
}

// PutSetting stores a named JSON value.
func (t *Tx) PutSetting(name string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: %q: %w", settings, err)
	}
	t.putValue(name, doc)
	return nil
}

func (t *Tx) putValue(name string, doc []byte) {
	values.put(t, text(name), doc)
	t.writeRow("settings "+text(name), `INSERT INTO settings (name, doc) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc`, text(name), doc)
}

// DropSetting forgets a named value.
func (t *Tx) DropSetting(name string) error {
	values.gone(t, text(name))
	t.writeRow("settings "+text(name), `DELETE FROM settings WHERE name = $1`, text(name))
	return nil
}

// Mark is what stands for a secret in the name of a setting.
func (t *Tx) Mark(secret string) string { return store.NameMark(t.vault, secret) }

const settingPlans = "plans"

// Plans reads the cached price list in its order.
func (t *Tx) Plans() ([]topup.Plan, error) {
	var p []topup.Plan
	_, err := t.Setting(settingPlans, &p)
	return p, err
}

// PutPlans stores the price list.
func (t *Tx) PutPlans(p []topup.Plan) error { return t.PutSetting(settingPlans, p) }

// NextID gives the next number of a sequence that starts at 1.
func (t *Tx) NextID(name string) (uint64, error) {
	n, err := t.PeekID(name)
	if err != nil {
		return 0, err
	}
	t.putCounter(name, n)
	return n, nil
}

func (t *Tx) putCounter(name string, last uint64) {
	counters.put(t, text(name), []byte(keyText(number(last))))
	t.writeRow("counters "+text(name), `INSERT INTO counters (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = excluded.last`, text(name), number(last))
}

// PeekID tells what NextID would give.
func (t *Tx) PeekID(name string) (uint64, error) {
	last, err := counters.number(t, text(name))
	return uint64(last) + 1, err
}

// SkipIDs leaves out the next numbers of a sequence.
func (t *Tx) SkipIDs(name string, count uint64) error {
	next, err := t.PeekID(name)
	if err != nil {
		return err
	}
	t.putCounter(name, next-1+count)
	return nil
}
