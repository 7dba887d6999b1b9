package till

import "hanout/topup"

// What is known against our key lies on disk, so that a process that starts
// again and again does not try a refused one each time. Owners are told once
// when the provider refuses it, and once when it takes it again.

// settingKey is where it lies.
const settingKey = "key"

// keyMark is what lies there.
type keyMark struct {
	// Print tells one key from another without showing it.
	Print string `json:"print"`
	topup.KeyState
}

// beginCalls lets calls to the provider leave, as far as the key allows.
func (e *Engine) beginCalls(tx Tx) error {
	var was keyMark
	known, err := tx.Setting(settingKey, &was)
	if err != nil {
		return err
	}
	e.caller.Begin(was.KeyState, known && was.Print != e.cfg.KeyPrint, func() { e.later(keyTold{}) })
	return nil
}

// keyTold is something new that is known of the key.
type keyTold struct{}

func (keyTold) apply(e *Engine, tx Tx, a *after) error {
	var was keyMark
	if _, err := tx.Setting(settingKey, &was); err != nil {
		return err
	}
	now := keyMark{Print: e.cfg.KeyPrint, KeyState: e.caller.Key()}
	if err := tx.PutSetting(settingKey, now); err != nil {
		return err
	}
	switch refused := now.Closed != ""; {
	case refused && (was.Closed == "" || was.Print != now.Print):
		return e.notice(tx, a, troubleKey, "")
	case !refused && was.Closed != "":
		a.move("sync", a.now) // what could not be read meanwhile
		return e.over(tx, a, troubleKey)
	}
	return nil
}
