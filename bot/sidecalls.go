package bot

import (
	"context"
	"log/slog"
	"time"

	"hanout/till"
)

// Errands is the outbox as the engine sees it: the sender for all that is
// owed, and small best-effort calls beside it that nobody waits for.
type SideCalls struct {
	*Sender
	api  *API
	todo chan func(context.Context)
	log  *slog.Logger
}

// errandsMost bounds what waits; what does not fit is dropped, since a start
// sets missing menus again and an undeleted message answers its buttons.
const sideCallsMost = 1024

// NewErrands makes the outbox over a sender and its API. Run carries the
// errands out.
func NewSideCalls(s *Sender, api *API, log *slog.Logger) *SideCalls {
	return &SideCalls{Sender: s, api: api, todo: make(chan func(context.Context), sideCallsMost), log: log}
}

// RunErrands carries errands out, one after the other, until ctx is done.
func (e *SideCalls) RunErrands(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-e.todo:
			do(ctx)
		}
	}
}

func (e *SideCalls) add(do func(context.Context)) {
	select {
	case e.todo <- do:
	default:
		e.log.Warn("too many errands wait; one is dropped")
	}
}

// Forget deletes a message that a newer one of its card has replaced.
func (e *SideCalls) Forget(chat int64, messageID int) {
	e.add(func(ctx context.Context) {
		if err := e.api.Delete(ctx, chat, messageID); err != nil {
			e.log.Debug("a replaced message stays", "error", err)
		}
	})
}

// Menu sets the command menu of a chat; done is called once Telegram has it.
func (e *SideCalls) Menu(chat int64, language string, commands []till.Command, done func()) {
	e.add(func(ctx context.Context) {
		for wait := time.Second; ; wait *= 2 {
			err := e.api.SetCommands(ctx, chat, language, commands)
			if err == nil {
				done()
				return
			}
			if wait > 8*time.Second || ctx.Err() != nil {
				e.log.Warn("a command menu could not be set; the next start tries again", "error", err)
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
	})
}
