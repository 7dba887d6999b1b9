package bolt

import (
	"hanout/store"
	"hanout/topup"
)

// Setting reads a named JSON value into v; false leaves v as it is.
func (t *Tx) Setting(name string, v any) (bool, error) {
	return t.getJSON(bSettings, []byte(name), v)
}

// PutSetting stores a named JSON value.
func (t *Tx) PutSetting(name string, v any) error {
	return t.putJSON(bSettings, []byte(name), v)
}

// DropSetting forgets a named value.
func (t *Tx) DropSetting(name string) error { return t.delete(bSettings, []byte(name)) }

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
