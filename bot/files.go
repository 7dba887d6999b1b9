package bot

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"hanout/till"
)

// Files go beside the outbox, from the disk and not through it. The rules:
//
//   - a message of anybody goes first: a file waits for its turn, and reads
//     slowly while something waits;
//   - it keeps the slow pace of what can wait, and what Telegram asks of its chat
//     holds up that chat;
//   - what Telegram has once goes to the next chat by its ID.

const (
	fileTimeout = 20 * time.Minute // 45 MB, at half a megabit a second
	fileTries   = 4

	// turnMost bounds how long a file waits for a quiet moment, and turnPause is
	// how often it looks.
	turnMost  = 30 * time.Second
	turnPause = 200 * time.Millisecond

	// yieldPause and yieldMost are how long a part of a file waits for messages.
	yieldPause = 50 * time.Millisecond
	yieldMost  = 4
)

// SendFile is the till's way to send a file.
func (c *SideCalls) SendFile(ctx context.Context, f till.File) (id string, err error) {
	var last *Fail
	done := c.attempt(ctx, fileTries, "a file was not sent", func() error {
		for {
			err := c.await(ctx, f.Chat)
			if err == nil {
				id, err = c.api.SendFile(ctx, f, c.giveWay)
			}
			switch last = failOf(err); {
			case last != nil && last.Kind == FailThrottled:
				c.refusedIn(f.Chat, last.RetryAfter)
				continue
			case last != nil && last.Kind == FailSentBlind:
				return nil
			}
			return err
		}
	})
	switch {
	case done:
		return id, nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case last.Kind == FailBlocked || last.Kind == FailChatGone || last.Kind == FailMigrated:
		return "", till.ErrUnreachable
	}
	return "", last
}

// await waits until it is a file's turn in a chat, and takes it.
func (c *SideCalls) await(ctx context.Context, chat int64) error {
	for until := time.Now().Add(turnMost); ctx.Err() == nil; {
		wait := c.turnIn(chat)
		if c.Waiting() > 0 && time.Now().Before(until) {
			wait = max(wait, turnPause)
		}
		if wait <= 0 && c.take(chat) {
			return nil
		}
		rest(ctx, max(wait, time.Millisecond))
	}
	return ctx.Err()
}

// turnIn is how long nothing may be sent to a chat.
func (s *Sender) turnIn(chat int64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wait(s.lane(chat), time.Now())
}

// take counts a message of somebody else's in the pace of a chat, if it may go
// now.
func (s *Sender) take(chat int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	l := s.lane(chat)
	if s.wait(l, now) > 0 {
		return false
	}
	l.own.count(now)
	s.all.count(now)
	l.slow.spend(now)
	s.limits.slow.spend(now)
	return true
}

func (s *Sender) wait(l *lane, now time.Time) time.Duration {
	return later(s.pausedUntil, s.all.after(now), l.resume, l.own.after(now), l.slow.ready(), s.limits.slow.ready()).Sub(now)
}

// refusedIn takes a refusal of what was no message of the sender's.
func (s *Sender) refusedIn(chat int64, retryAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse(time.Now(), s.lane(chat), retryAfter)
}

// giveWay holds up a file while messages wait.
func (c *SideCalls) giveWay(ctx context.Context) {
	for range yieldMost {
		if c.Waiting() == 0 {
			return
		}
		rest(ctx, yieldPause)
	}
}

// SendFile sends a document from the disk, or one that Telegram has already,
// and gives Telegram's ID of it. before is called before each part is read.
func (a *API) SendFile(ctx context.Context, f till.File, before func(context.Context)) (id string, err error) {
	var document models.InputFile = &models.InputFileString{Data: f.ID}
	if f.ID == "" {
		file, err := os.Open(f.Path)
		if err != nil {
			return "", &Fail{Kind: FailGone, Method: "sendDocument", Text: "the file can't be read"}
		}
		defer file.Close()
		document = &models.InputFileUpload{Filename: filepath.Base(f.Path), Data: &yielding{ctx, file, before}}
	}
	r, err := a.call(ctx, fileTimeout, "sendDocument", func(ctx context.Context) error {
		_, err := a.client.SendDocument(ctx, &tg.SendDocumentParams{
			ChatID: f.Chat, Document: document, Caption: f.Caption, ParseMode: models.ParseModeHTML, DisableNotification: f.Silent,
		})
		return err
	})
	if err != nil {
		return "", err
	}
	var sent struct {
		Document struct {
			ID string `json:"file_id"`
		} `json:"document"`
	}
	if json.Unmarshal(r.Result, &sent) != nil || sent.Document.ID == "" {
		return "", &Fail{Kind: FailSentBlind, Method: "sendDocument", Text: "sent, but the answer has an unknown shape"}
	}
	return sent.Document.ID, nil
}

// yielding reads a file so that others can go first.
type yielding struct {
	ctx    context.Context
	file   *os.File
	before func(context.Context)
}

func (y *yielding) Read(b []byte) (int, error) {
	if err := y.ctx.Err(); err != nil {
		return 0, err
	}
	y.before(y.ctx)
	n, err := y.file.Read(b)
	if errors.Is(err, os.ErrClosed) { // the request is over
		return n, context.Canceled
	}
	return n, err
}
