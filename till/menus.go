package till

import (
	"fmt"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// menuMark is what a chat's command menu was last set to.
func menuMark(chat int64) string { return fmt.Sprintf("menu/%d", chat) }

// menuVersion changes when the menus do, so that a new release
// sets them again.
const menuVersion = "4"

// menuChanged reports whether a chat's menu is not what it was last set to,
// or is about to be.
func (e *Engine) menuChanged(tx Tx, chat int64, want menu) (bool, error) {
	have, underWay := e.menus[chat]
	if !underWay {
		if _, err := tx.Setting(menuMark(chat), &have); err != nil {
			return false, err
		}
	}
	return have != want.mark, nil
}

// menu is the command menu of a private chat.
type menu struct {
	who  topup.Actor
	lang string
	mark string
}

func (e *Engine) menuOf(tx Tx, chat int64) (menu, error) {
	c, _, err := tx.Chat(chat)
	if err != nil {
		return menu{}, err
	}
	r := &reading{tx: tx, owners: e.cfg.Admins}
	m := menu{who: people{r}.Actor(chat, chat), lang: language(c.Language, c.Guess, e.cfg.Language)}
	for _, role := range m.who.Roles {
		m.mark += string(role) + "/"
	}
	m.mark += m.lang + "/" + menuVersion
	return m, r.err
}

// setMenu sets a chat's command menu to what the person may do, in their
// language; one that is so already stays.
func (e *Engine) setMenu(chat int64) {
	var m menu
	var changed bool
	err := e.db.View(func(tx Tx) (err error) {
		if m, err = e.menuOf(tx, chat); err == nil {
			changed, err = e.menuChanged(tx, chat, m)
		}
		return err
	})
	if err != nil {
		go e.later(fault{fmt.Errorf("a command menu can't be made: %w", err)}) // the loop itself may be here
		return
	}
	if !changed {
		return
	}
	e.menus[chat] = m.mark
	e.messenger.Menu(chat, "", e.commands(m.who, m.lang), func() {
		e.later(menuSet{chat, m.mark})
	})
}

func (e *Engine) commands(who topup.Actor, lang string) []Command {
	var out []Command
	for _, name := range flows.Commands(who) {
		out = append(out, Command{Name: name, Description: e.render.Plain(lang, flows.M("command."+name))})
	}
	return out
}

// Menus gives the command menus of people who are no shop yet, by language.
func (e *Engine) Menus() map[string][]Command {
	out := map[string][]Command{}
	stranger := topup.ActorOf(0, 0, false, topup.Member{}, topup.Member{}, topup.Shop{}, false)
	for _, lang := range locales.Codes {
		out[lang] = e.commands(stranger, lang)
	}
	return out
}

// About gives what the bot says of itself before anybody has started it: on its
// profile, and in an empty chat.
func (e *Engine) About(lang string) (short, long string) {
	return e.render.Plain(lang, flows.M("about.short")), e.render.Plain(lang, flows.M("about.long"))
}

type menuSet struct {
	chat int64
	mark string
}

func (m menuSet) apply(_ *Engine, tx Tx, a *after) error {
	a.menusSet = append(a.menusSet, m)
	return tx.PutSetting(menuMark(m.chat), m.mark)
}
