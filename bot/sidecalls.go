package bot

import (
	"cmp"
	"context"
	"log/slog"
	"sync"

	"hanout/till"
)

// Side calls are what nobody waits for: deletes of replaced messages, command
// menus, and files (files.go). The rules:
//
//   - the two kinds go side by side, so that neither waits for the other;
//   - of a chat's menus only the newest is worth setting;
//   - what Telegram asks to wait for is shared with the messages;
//   - what it refuses for good is not tried again.

// SideCalls is the messenger as the till sees it: the sender for all that is
// owed, and the side calls beside it.
type SideCalls struct {
	*Sender
	api     sideAPI
	log     *slog.Logger
	deletes chan sideDelete
	changed chan struct{} // a menu waits

	menusMu sync.Mutex
	menus   map[int64]sideMenu
	order   []int64 // chats with a menu that waits, the longest waiting first
}

// sideAPI is the API as the side calls use it.
type sideAPI interface {
	Delete(ctx context.Context, chat int64, ids ...int) error
	DropButtons(ctx context.Context, chat int64, messageID int) error
	SetCommands(ctx context.Context, chat int64, language string, cmds []till.Command) error
	SendFile(ctx context.Context, f till.File, before func(context.Context)) (id string, err error)
	GroupChat(ctx context.Context, chat, person int64) (title string, admin bool, err error)
}

type (
	sideDelete struct {
		chat      int64
		messageID int
	}
	sideMenu struct {
		language string
		commands []till.Command
		done     func()
	}
)

// deletesMost bounds the deletes that wait. One that does not fit is dropped:
// a message that stays answers its buttons.
const deletesMost = 1024

// menuTries is how often a menu is tried when Telegram gives no answer; the
// next start tries again.
const menuTries = 4

// NewSideCalls makes the messenger over a sender and its API. RunSideCalls
// makes the side calls.
func NewSideCalls(s *Sender, api *API, log *slog.Logger) *SideCalls {
	return newSideCalls(s, api, log)
}

func newSideCalls(s *Sender, api sideAPI, log *slog.Logger) *SideCalls {
	return &SideCalls{
		Sender: s, api: api, log: log,
		deletes: make(chan sideDelete, deletesMost), changed: make(chan struct{}, 1), menus: map[int64]sideMenu{},
	}
}

// RunSideCalls makes the side calls until ctx is done.
func (c *SideCalls) RunSideCalls(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { c.runDeletes(ctx) })
	both.Go(func() { c.runMenus(ctx) })
	both.Wait()
}

// Forget deletes a message that a newer one of its panel has replaced.
func (c *SideCalls) Forget(chat int64, messageID int) {
	select {
	case c.deletes <- sideDelete{chat, messageID}:
	default:
		c.log.Warn("too many messages wait to be deleted; one stays")
	}
}

func (c *SideCalls) runDeletes(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-c.deletes:
			c.delete(ctx, d)
		}
	}
}

// delete deletes a message, or, where Telegram does so no more, takes its buttons
// off: what they ask is past.
func (c *SideCalls) delete(ctx context.Context, d sideDelete) {
	var refused *Fail
	c.attempt(ctx, 1, "a replaced message stays", func() error {
		err := c.api.Delete(ctx, d.chat, d.messageID)
		refused = failOf(err)
		return err
	})
	if refused != nil && refused.Kind == FailGone {
		c.attempt(ctx, 1, "a replaced message keeps its buttons", func() error { return c.api.DropButtons(ctx, d.chat, d.messageID) })
	}
}

// Menu sets the command menu of a chat in place of one that still waits; done
// is called once Telegram has it.
func (c *SideCalls) Menu(chat int64, language string, commands []till.Command, done func()) {
	c.menusMu.Lock()
	if _, waits := c.menus[chat]; !waits {
		c.order = append(c.order, chat)
	}
	c.menus[chat] = sideMenu{language, commands, done}
	c.menusMu.Unlock()
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *SideCalls) runMenus(ctx context.Context) {
	for {
		chat, m, ok := c.nextMenu()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-c.changed:
			}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if c.attempt(ctx, menuTries, "a command menu could not be set", func() error {
			return c.api.SetCommands(ctx, chat, m.language, m.commands)
		}) {
			m.done()
		}
	}
}

// groupChatTries is how often Telegram is asked about a group chat: somebody waits.
const groupChatTries = 3

// GroupChat is the till's way to ask about a group chat.
func (c *SideCalls) GroupChat(ctx context.Context, chat, person int64) (title string, admin bool, err error) {
	var last error
	if c.attempt(ctx, groupChatTries, "Telegram tells nothing of a group chat", func() error {
		title, admin, last = c.api.GroupChat(ctx, chat, person)
		return last
	}) {
		return title, admin, nil
	}
	if f := failOf(last); f != nil && permanent(f.Kind) {
		return "", false, till.ErrUnreachable
	}
	return "", false, cmp.Or(last, context.Cause(ctx))
}

func (c *SideCalls) nextMenu() (chat int64, m sideMenu, ok bool) {
	c.menusMu.Lock()
	defer c.menusMu.Unlock()
	if len(c.order) == 0 {
		return 0, m, false
	}
	chat, c.order = c.order[0], c.order[1:]
	m = c.menus[chat]
	delete(c.menus, chat)
	return chat, m, true
}

// attempt makes a call, again when Telegram gave no answer, and tells whether
// it went through. A wish to wait does not count as a try.
func (c *SideCalls) attempt(ctx context.Context, tries int, failed string, call func() error) bool {
	for n := 0; ctx.Err() == nil; {
		rest(ctx, c.pausedFor())
		f := failOf(call())
		switch {
		case f == nil:
			return true
		case f.Kind == FailThrottled:
			c.pauseFor(f.RetryAfter)
			continue
		case permanent(f.Kind):
			c.log.Debug(failed, "error", f)
			return false
		}
		if n++; n == tries {
			c.log.Warn(failed, "error", f)
			return false
		}
		rest(ctx, retryWait(n-1, shortestBackoff, longestBackoff))
	}
	return false
}
