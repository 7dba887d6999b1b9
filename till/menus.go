package till

import (
	"fmt"

	"hanout/flows"
	"hanout/locales"
)

// menuMark is what a chat's command menu was last set to.
func menuMark(chat int64) string { return fmt.Sprintf("menu/%d", chat) }

// menuVersion changes when the menus of the roles do, so that a new release
// sets them again.
const menuVersion = "2"

// menuChanged reports whether a chat's menu is not what it was last set to.
func (e *Engine) menuChanged(tx Tx, chat int64) bool {
	want, _, err := e.menuOf(tx, chat)
	if err != nil {
		return false
	}
	var have string
	_, err = tx.Setting(menuMark(chat), &have)
	return err == nil && have != want
}

func (e *Engine) menuOf(tx Tx, chat int64) (mark, lang string, err error) {
	v := &view{tx: tx, admins: e.cfg.Admins}
	c, _, err := tx.Chat(chat)
	if err != nil {
		return "", "", err
	}
	lang = language(c.Language, c.Guess, e.cfg.Language)
	return string(flows.RoleOf(v, chat)) + "/" + lang + "/" + menuVersion, lang, v.err
}

// setMenu sets a chat's command menu to its role and language.
func (e *Engine) setMenu(chat int64) {
	var mark, lang string
	var role flows.Role
	err := e.db.View(func(tx Tx) (err error) {
		mark, lang, err = e.menuOf(tx, chat)
		role = flows.RoleOf(&view{tx: tx, admins: e.cfg.Admins}, chat)
		return err
	})
	if err != nil {
		e.log.Error("a command menu can't be made", "error", err)
		return
	}
	e.messenger.Menu(chat, "", e.commands(role, lang), func() {
		e.later(menuSet{chat, mark})
	})
}

func (e *Engine) commands(role flows.Role, lang string) []Command {
	var out []Command
	for _, name := range flows.Commands(role) {
		out = append(out, Command{Name: name, Description: e.render.Plain(lang, flows.M("command."+name))})
	}
	return out
}

// Menus gives the command menus of people who are no shop yet, by language.
func (e *Engine) Menus() map[string][]Command {
	out := map[string][]Command{}
	for _, lang := range locales.Codes {
		out[lang] = e.commands(flows.RoleStranger, lang)
	}
	return out
}

type menuSet struct {
	chat int64
	mark string
}

func (m menuSet) apply(_ *Engine, tx Tx, _ *after) error {
	return tx.PutSetting(menuMark(m.chat), m.mark)
}
